"""Sign-in through an organisation's identity provider (OpenID Connect).

The authorization code flow with PKCE and a nonce; the client proves itself with a secret or with
a signed assertion (`private_key_jwt`, which NHS login and CIS2 ask for). The identity token's
signature, issuer, audience and nonce are checked, and user information counts only for the same
subject. People are matched to an account that exists already, by an address that the provider has
verified; none is made.
"""

from __future__ import annotations

import secrets
import time
from typing import Any

import jwt
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter, get_adapter
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.models import SocialAccount, SocialLogin
from allauth.socialaccount.providers.base.constants import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Client, OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from harmfree.web.access.scope import Access
from harmfree.web.accounts.events import subject
from harmfree.web.accounts.models import User
from harmfree.web.audit.chain import record
from harmfree.web.common.refusals import page

SIGNED_WITH = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""Asymmetric signatures only: a token "signed" with the public key as a secret is refused."""
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_SECONDS = 120


class Client(OAuth2Client):
    """Asks the provider for tokens; proves who it is with a signed assertion where a key is set."""

    private_key = ""
    key_id = ""

    def get_access_token(
        self, code: str, pkce_code_verifier: str | None = None, extra_data: Any = None
    ) -> Any:
        """The provider's answer to the code."""
        given = dict(extra_data or {})
        if self.private_key:
            given |= {"client_assertion_type": ASSERTION, "client_assertion": self._assertion()}
        return super().get_access_token(code, pkce_code_verifier, given)

    def _assertion(self) -> str:
        now = int(time.time())
        claims = {
            "iss": self.consumer_key,
            "sub": self.consumer_key,
            "aud": self.access_token_url,
            "jti": secrets.token_urlsafe(16),
            "iat": now,
            "exp": now + ASSERTION_SECONDS,
        }
        headers = {"kid": self.key_id} if self.key_id else None
        return jwt.encode(claims, self.private_key, algorithm="RS512", headers=headers)


class Adapter(OpenIDConnectOAuth2Adapter):
    """One sign-in at the provider."""

    client_class = Client

    def get_provider(self) -> Provider:
        """The provider of the settings, with our rules."""
        app = get_adapter().get_app(self.request, provider=self.provider_id)
        return Provider(self.request, app=app)

    def get_client(self, request: HttpRequest, app: Any) -> Client:
        """The client, with its key when it has one."""
        client: Client = super().get_client(request, app)
        client.private_key = app.settings.get("private_key", "")
        client.key_id = app.settings.get("key_id", "")
        return client

    def complete_login(
        self, request: HttpRequest, app: Any, token: Any, **more: Any
    ) -> SocialLogin:
        """Who signed in, from a checked identity token.

        Raises:
            OAuth2Error: no identity token, a bad one, or user information of somebody else.
        """
        identity = more["response"].get("id_token")
        if not identity:
            raise OAuth2Error("The provider sent no identity token.")
        data = {"id_token": self._decode_id_token(app, identity)}
        if "userinfo_endpoint" in self.openid_config:
            data["userinfo"] = self._fetch_user_info(token.token)
            if data["userinfo"].get("sub") != data["id_token"]["sub"]:
                raise OAuth2Error("The user information is of somebody else.")
        return self.get_provider().sociallogin_from_response(request, data)

    def _decode_id_token(self, app: Any, id_token: str) -> dict[str, Any]:
        try:
            signed_with = jwt.get_unverified_header(id_token).get("alg")
        except jwt.PyJWTError as wrong:
            raise OAuth2Error("The identity token cannot be read.") from wrong
        if signed_with not in SIGNED_WITH:
            raise OAuth2Error("The identity token has no signature that counts.")
        claims: dict[str, Any] = jwtkit.verify_and_decode(
            credential=id_token,
            keys_url=self.openid_config["jwks_uri"],
            issuer=self.openid_config["issuer"],
            audience=app.client_id,
            lookup_kid=jwtkit.lookup_kid_jwk,
        )
        return claims


class Provider(OpenIDConnectProvider):
    """The provider: a nonce with every request, and nothing that the address could change."""

    oauth2_adapter_class = Adapter

    def get_redirect_from_request_kwargs(self, request: HttpRequest) -> dict[str, Any]:
        """Only where to go afterwards; not scope, purpose or other parameters."""
        given = super().get_redirect_from_request_kwargs(request)
        kept = {"process": AuthProcess.LOGIN}
        return kept | ({"next_url": given["next_url"]} if "next_url" in given else {})

    def redirect(
        self,
        request: HttpRequest,
        process: Any,
        next_url: Any = None,
        data: Any = None,
        **more: Any,
    ) -> HttpResponse:
        """Send the person to the provider."""
        nonce = secrets.token_urlsafe(24)
        parameters = self.get_auth_params() | {"nonce": nonce}
        return super().redirect(
            request, process, next_url, data, auth_params=parameters, nonce=nonce
        )


class InvitedOnly(DefaultSocialAccountAdapter):
    """Lets in whoever has an account here, and nobody else."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """False: an administrator invites."""
        return False

    def authenticate_by_email(self, sociallogin: SocialLogin) -> None:
        """Nobody: `pre_social_login` matches."""

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Check the nonce, then find whose account it is."""
        sent = sociallogin.state.get("nonce")
        came_back = sociallogin.account.extra_data["id_token"].get("nonce")
        if not sent or sent != came_back:
            raise ImmediateHttpResponse(_refusal(request, "nonce"))
        if not sociallogin.is_existing:
            self._connect(request, sociallogin)

    def _connect(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        user = _invited(sociallogin)
        if user is None:
            raise ImmediateHttpResponse(_refusal(request, "no account"))
        with transaction.atomic():
            sociallogin.connect(request, user)
            record(Access(user), "account.identity_linked", subject=subject(user))


def _invited(sociallogin: SocialLogin) -> User | None:
    """The account of a verified address, unless another person at the provider has it already."""
    verified = [each.email for each in sociallogin.email_addresses if _is_verified(each)]
    for email in verified:
        user = User.objects.filter(email=email.lower(), is_active=True).first()
        provider = sociallogin.account.provider
        taken = SocialAccount.objects.filter(user_id=user.pk if user else None, provider=provider)
        if user is not None and not taken.exists():
            return user
    return None


def _is_verified(address: EmailAddress) -> bool:
    return bool(address.verified)


def _refusal(request: HttpRequest, why: str) -> HttpResponse:
    record(None, "account.sign_in_failed", reason=f"identity provider: {why}")
    text = (
        "You have signed in elsewhere, but there is no account here that goes with it. "
        "Ask your administrator to invite you with the e-mail address that you use there."
    )
    return page(request, "You cannot sign in here", text, 403)
