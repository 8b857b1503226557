"""The second factor: who needs one, codes of an app, recovery codes."""

from __future__ import annotations

import time

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.test import Client

from harmfree.web.access.roles import MAY, NEEDS_SECOND_FACTOR, Role
from harmfree.web.accounts.sealing import seal, unseal
from harmfree.web.audit.models import AuditEvent

pytestmark = pytest.mark.django_db
PASSWORD = "seven quiet herons"  # of `conftest.someone`
NEEDED = "/account/second-factor/needed/"


@pytest.fixture(autouse=True)
def asked_for(settings):
    settings.SECOND_FACTOR = True


def test_the_app_shows_what_the_standard_says(code_of):
    # RFC 6238, appendix B: the secret "12345678901234567890", SHA-1, the last six digits.
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    for at, code in [(59, "287082"), (1111111109, "081804"), (20000000000, "353130")]:
        assert code_of(secret, at) == code


@pytest.mark.parametrize("role", list(Role))
def test_who_needs_one_sees_nothing_before_it_is_set_up(someone, sign_in, organisation, role):
    client = sign_in(someone(role, organisation("practice")))
    for path in ("/programmes/", "/administration/", "/dashboard/", "/account/sessions/"):
        answer = client.get(path)
        stopped = answer.status_code == 302 and answer["Location"] == NEEDED
        needs = bool(MAY[role] & NEEDS_SECOND_FACTOR) and answer.status_code != 404
        assert stopped is needs, path
    assert client.get(NEEDED).status_code == 200


def test_an_app_is_set_up_and_then_asked_for_at_every_sign_in(
    someone, sign_in, set_up_app, code_of
):
    user = someone("administrator")
    client = sign_in(user)
    secret = set_up_app(client)
    assert client.get("/administration/").status_code == 200
    again = sign_in(user)
    assert again.last["Location"] == "/account/second-factor/authenticate/"
    assert again.get("/administration/")["Location"].startswith("/account/login/")
    wrong = again.post("/account/second-factor/authenticate/", {"code": "000000"})
    assert "The code is wrong or too old" in wrong.content.decode()
    later = code_of(secret, time.time() + 30)
    assert again.post("/account/second-factor/authenticate/", {"code": later}).status_code == 302
    assert again.get("/administration/").status_code == 200


def test_setting_one_up_asks_for_the_password_once_more(someone, sign_in):
    client = sign_in(someone("administrator"))
    answer = client.get("/account/second-factor/app/")
    assert answer["Location"].startswith("/account/again/")
    refused = client.post("/account/again/", {"password": "wrong"})
    assert "The password is wrong" in refused.content.decode()


def test_a_code_works_once(someone, sign_in, set_up_app, code_of):
    user = someone("administrator")
    secret = set_up_app(sign_in(user))
    code = code_of(secret, time.time() + 30)
    first, second = sign_in(user), sign_in(user)
    first.post("/account/second-factor/authenticate/", {"code": code})
    second.post("/account/second-factor/authenticate/", {"code": code})
    assert first.get("/account/").status_code == 200
    assert second.get("/account/").status_code == 302


def test_a_recovery_code_works_once_and_is_audited(someone, sign_in, set_up_app):
    user = someone("administrator")
    set_up_app(sign_in(user))
    kept = Authenticator.objects.get(user=user, type="recovery_codes")
    code = kept.wrap().get_unused_codes()[0]
    for attempt, status in enumerate((200, 302)):
        client = sign_in(user)
        client.post("/account/second-factor/authenticate/", {"code": code})
        assert client.get("/account/").status_code == status, attempt
    assert AuditEvent.objects.filter(action="account.recovery_code_used").count() == 1


def test_guessing_codes_is_stopped(someone, sign_in, set_up_app, code_of):
    user = someone("administrator")
    secret = set_up_app(sign_in(user))
    client = sign_in(user)
    for _ in range(5):
        client.post("/account/second-factor/authenticate/", {"code": "000000"})
    good = client.post(
        "/account/second-factor/authenticate/", {"code": code_of(secret, time.time() + 30)}
    )
    assert "Too many attempts" in good.content.decode()
    assert client.get("/account/").status_code == 302


def test_removing_the_last_one_leads_back_to_setting_one_up(someone, sign_in, set_up_app):
    client = sign_in(someone("administrator"))
    set_up_app(client)
    assert client.post("/account/second-factor/app/remove/").status_code == 302
    assert client.get("/administration/")["Location"] == NEEDED
    assert not Authenticator.objects.exists(), "recovery codes go with it"


def test_the_page_shows_no_recovery_code_to_a_session_that_did_not_just_prove_itself(
    someone, sign_in, set_up_app
):
    user = someone("administrator")
    client = sign_in(user)
    set_up_app(client)
    code = Authenticator.objects.get(user=user, type="recovery_codes").wrap().get_unused_codes()[0]
    assert code in client.get("/account/second-factor/recovery-codes/").content.decode()
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 3600
    session.save()
    page = client.get("/account/second-factor/recovery-codes/", follow=True)
    assert code not in page.content.decode()


def test_the_secret_is_encrypted_in_the_database(someone, sign_in, set_up_app):
    secret = set_up_app(sign_in(someone("administrator")))
    kept = Authenticator.objects.get(type="totp").data
    assert secret not in str(kept)
    assert unseal(kept["secret"]) == secret
    assert seal("a") != seal("a")


def test_the_picture_is_data_that_the_policy_allows(someone, sign_in):
    client = sign_in(someone("administrator"))
    client.post("/account/again/", {"password": PASSWORD})
    page = client.get("/account/second-factor/app/")
    text = page.content.decode()
    assert 'src="data:image/svg+xml;base64,' in text
    assert "img-src 'self' data:" in page["Content-Security-Policy"]
    assert "style=" not in text


def test_it_can_be_turned_off_for_a_demonstration(someone, sign_in, settings):
    settings.SECOND_FACTOR = False
    assert sign_in(someone("administrator")).get("/administration/").status_code == 200


def test_a_letter_and_the_trail_tell_when_a_factor_is_added_or_removed(
    someone, sign_in, set_up_app, monkeypatch
):
    # The transaction of a test never commits: what waits for that is done at once.
    monkeypatch.setattr("django.db.transaction.on_commit", lambda done, **_: done())
    user = someone("administrator")
    client = sign_in(user)
    set_up_app(client)
    client.post("/account/second-factor/app/remove/")
    for change in ("added", "removed"):
        action = f"account.second_factor_{change}"
        assert AuditEvent.objects.filter(action=action, actor=user.pk).exists()
    subjects = [letter.subject for letter in mail.outbox if letter.to == [user.email]]
    assert "Authenticator App Activated" in subjects
    assert "Authenticator App Deactivated" in subjects


def test_a_second_factor_is_not_asked_of_nobody():
    assert Client().get(NEEDED)["Location"].startswith("/account/login/")
