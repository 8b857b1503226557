"""Addresses of signing in and of one's own account.

allauth's views are listed one by one: what is not listed (signing up, adding addresses, linking
other accounts) has no address.
"""

from __future__ import annotations

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from allauth.socialaccount import views as social
from django.urls import include, path, re_path

from harmfree.web.access.rules import signed_in
from harmfree.web.accounts import joining, openid_views, session_views, views
from harmfree.web.accounts.transactions import whole

SECOND_FACTOR = [
    path("", signed_in(mfa.index), name="mfa_index"),
    path("authenticate/", mfa.authenticate, name="mfa_authenticate"),
    path("reauthenticate/", signed_in(mfa.reauthenticate), name="mfa_reauthenticate"),
    path("app/", signed_in(whole(totp.activate_totp)), name="mfa_activate_totp"),
    path("app/remove/", signed_in(whole(totp.deactivate_totp)), name="mfa_deactivate_totp"),
    path(
        "recovery-codes/", signed_in(recovery.view_recovery_codes), name="mfa_view_recovery_codes"
    ),
    path(
        "recovery-codes/new/",
        signed_in(whole(recovery.generate_recovery_codes)),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "recovery-codes/file/",
        signed_in(recovery.download_recovery_codes),
        name="mfa_download_recovery_codes",
    ),
    path("passkeys/", signed_in(webauthn.list_webauthn), name="mfa_list_webauthn"),
    path("passkeys/add/", signed_in(whole(webauthn.add_webauthn)), name="mfa_add_webauthn"),
    path("passkeys/sign-in/", webauthn.login_webauthn, name="mfa_login_webauthn"),
    path(
        "passkeys/again/",
        signed_in(webauthn.reauthenticate_webauthn),
        name="mfa_reauthenticate_webauthn",
    ),
    path("passkeys/<int:pk>/name/", signed_in(webauthn.edit_webauthn), name="mfa_edit_webauthn"),
    path(
        "passkeys/<int:pk>/remove/",
        signed_in(whole(webauthn.remove_webauthn)),
        name="mfa_remove_webauthn",
    ),
]
PASSWORD = [
    path("change/", signed_in(whole(account.password_change)), name="account_change_password"),
    path("set/", signed_in(whole(account.password_set)), name="account_set_password"),
    path("reset/", account.password_reset, name="account_reset_password"),
    path("reset/sent/", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^reset/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        whole(account.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path(
        "reset/done/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
]
ELSEWHERE = [
    path("<str:provider_id>/login/", openid_views.login, name="openid_connect_login"),
    path("<str:provider_id>/callback/", openid_views.callback, name="openid_connect_callback"),
    path("cancelled/", social.login_cancelled, name="socialaccount_login_cancelled"),
    path("error/", social.login_error, name="socialaccount_login_error"),
]

urlpatterns = [
    path("", views.your_account, name="your_account"),
    path("name/", views.your_name, name="your_name"),
    path("sessions/", session_views.your_sessions, name="your_sessions"),
    path("second-factor/needed/", views.second_factor, name="second_factor"),
    path("second-factor/", include(SECOND_FACTOR)),
    path("join/", joining.join, name="join_form"),
    path("join/<str:token>/", joining.arrive, name="join"),
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("again/", signed_in(account.reauthenticate), name="account_reauthenticate"),
    path("password/", include(PASSWORD)),
    path("elsewhere/", include(ELSEWHERE)),
]
