"""Sign-in through an identity provider: who gets in, and which answers are refused."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client

from harmfree.web.accounts.models import User
from harmfree.web.accounts.openid_settings import PROVIDER, provider, provider_from_environment
from harmfree.web.audit.models import AuditEvent
from harmfree.web.errors import SettingError
from web.accounts.identity_provider import CLIENT, SECRET, Provider

pytestmark = pytest.mark.django_db
BASE = f"/account/elsewhere/{PROVIDER}"


@pytest.fixture
def idp(settings):
    made = Provider()
    settings.SOCIALACCOUNT_PROVIDERS = provider(
        made.issuer, CLIENT, secret=SECRET, name="NHSmail", auth_params={"acr_values": "AAL2"}
    )
    yield made
    made.close()


def go(idp: Provider, client: Client | None = None, follow: bool = False):
    """Sign in there and come back."""
    client = client or Client()
    away = client.post(f"{BASE}/login/")
    assert away["Location"].startswith(f"{idp.issuer}/authorize?")
    back = client.get(f"{BASE}/callback/", idp.authorize(away["Location"]), follow=follow)
    return client, back


def is_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200


def test_whoever_was_invited_gets_in_and_stays_linked(idp, someone):
    user = someone()
    idp.person["email"] = user.email.upper()
    client, back = go(idp)
    assert (back.status_code, back["Location"]) == (302, "/")
    assert is_in(client)
    assert SocialAccount.objects.get().user_id == user.pk
    assert AuditEvent.objects.filter(action="account.identity_linked", actor=user.pk).exists()
    assert User.objects.get(pk=user.pk).has_usable_password(), "the password stays"
    idp.person["email"] = "changed@example.org"
    assert is_in(go(idp)[0]), "from then on the subject counts, not the address"


def test_the_request_carries_state_nonce_and_challenge(idp, someone):
    idp.person["email"] = someone().email
    go(idp)
    asked = dict(idp.asked)["authorize"]
    assert len(asked["state"]) >= 16 and len(asked["nonce"]) >= 32
    assert asked["acr_values"] == "AAL2"
    assert asked["redirect_uri"] == f"http://testserver{BASE}/callback/"


def test_going_there_needs_a_post_so_that_no_other_site_can_start_it(idp):
    page = Client().get(f"{BASE}/login/")
    assert page.status_code == 200 and "NHSmail" in page.content.decode()
    assert not idp.asked


def test_the_page_to_sign_in_offers_it(idp):
    assert "Sign in with NHSmail" in Client().get("/account/login/").content.decode()


def test_a_stranger_gets_no_account(idp):
    idp.person["email"] = "stranger@example.org"
    before = User.objects.count()
    client, back = go(idp)
    assert back.status_code == 403
    assert "no account here" in back.content.decode()
    assert User.objects.count() == before and not SocialAccount.objects.exists()
    assert not is_in(client)


@pytest.mark.parametrize("verified", [False, None, "false", 0])
def test_an_address_that_is_not_verified_opens_nothing(idp, someone, verified):
    idp.person |= {"email": someone().email, "email_verified": verified}
    client, back = go(idp)
    assert back.status_code == 403 and not is_in(client)


def test_a_deactivated_account_stays_closed(idp, someone):
    user = someone()
    idp.person["email"] = user.email
    go(idp)
    user.is_active = False
    user.save()
    client, _ = go(idp)
    assert not is_in(client)


def test_another_person_with_a_reused_address_does_not_get_the_account(idp, someone):
    idp.person["email"] = someone().email
    go(idp)
    idp.person["sub"] = "u-2"
    client, back = go(idp)
    assert back.status_code == 403 and not is_in(client)


FAULTS = {
    "another nonce": {"nonce": "x" * 32},
    "no nonce": {"nonce": None},
    "another audience": {"aud": "somebody-else"},
    "another issuer": {"iss": "https://evil.example"},
    "too old": {"exp": 1_000_000_000},
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_wrong_identity_token_is_refused(idp, someone, fault):
    idp.person["email"] = someone().email
    idp.claims = FAULTS[fault]
    client, back = go(idp)
    assert back.status_code in (401, 403) and not is_in(client)


def test_a_token_signed_by_somebody_else_is_refused(idp, someone):
    idp.person["email"] = someone().email
    idp.sign_with = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    client, back = go(idp)
    assert back.status_code == 401 and not is_in(client)


@pytest.mark.parametrize(("algorithm", "key"), [("none", None), ("HS256", "x" * 64)])
def test_a_token_without_a_signature_that_counts_is_refused(idp, someone, algorithm, key):
    idp.person["email"] = someone().email
    idp.algorithm, idp.sign_with = algorithm, key
    client, back = go(idp)
    assert back.status_code == 401 and not is_in(client)


def test_user_information_of_somebody_else_is_refused(idp, someone):
    idp.person["email"] = someone().email
    idp.userinfo = {"sub": "u-99"}
    client, back = go(idp)
    assert back.status_code == 401 and not is_in(client)


def test_coming_back_without_having_gone_is_refused(idp, someone):
    idp.person["email"] = someone().email
    away = Client().post(f"{BASE}/login/")
    stolen = idp.authorize(away["Location"])
    client = Client()
    assert client.get(f"{BASE}/callback/", stolen).status_code == 401
    assert not is_in(client)


def test_an_answer_cannot_be_sent_twice(idp, someone):
    idp.person["email"] = someone().email
    client = Client()
    back = idp.authorize(client.post(f"{BASE}/login/")["Location"])
    assert client.get(f"{BASE}/callback/", back).status_code == 302
    client.post("/account/logout/")
    assert client.get(f"{BASE}/callback/", back).status_code == 401


def test_the_address_changes_neither_scope_nor_purpose(idp, someone, sign_in):
    user, other = someone(), someone()
    idp.person["email"] = other.email
    client = sign_in(user)
    query = "process=connect&scope=admin&auth_params=prompt%3Dnone%26nonce%3Dx"
    away = client.post(f"{BASE}/login/?{query}")["Location"]
    asked = {name: values[0] for name, values in parse_qs(urlsplit(away).query).items()}
    assert "admin" not in asked["scope"] and "prompt" not in asked and asked["nonce"] != "x"
    client.get(f"{BASE}/callback/", idp.authorize(away))
    assert SocialAccount.objects.get().user_id == other.pk, "nothing is linked to who was there"


def test_the_client_proves_itself_with_a_signed_assertion(idp, someone, settings):
    idp.by_key, idp.person["email"] = True, someone().email
    settings.SOCIALACCOUNT_PROVIDERS = provider(
        idp.issuer, CLIENT, private_key=idp.client_pem(), key_id="c1"
    )
    assert is_in(go(idp)[0])
    form = dict(idp.asked)["token"]
    assert "client_secret" not in form
    assert is_in(go(idp)[0]), "each assertion is a new one"


def test_the_second_factor_is_asked_for_all_the_same(idp, someone, sign_in, set_up_app, settings):
    settings.SECOND_FACTOR = True
    user = someone("administrator")
    set_up_app(sign_in(user))
    idp.person["email"] = user.email
    client, back = go(idp)
    assert back["Location"] == "/account/second-factor/authenticate/"
    assert not is_in(client)


def test_whoever_stops_there_comes_back_to_a_page_that_says_so(idp):
    client = Client()
    away = client.post(f"{BASE}/login/")["Location"]
    state = parse_qs(urlsplit(away).query)["state"][0]
    back = client.get(f"{BASE}/callback/", {"error": "access_denied", "state": state}, follow=True)
    assert "You have not signed in" in back.content.decode()


def test_without_a_setting_there_is_no_such_address():
    assert Client().post(f"{BASE}/login/").status_code == 404
    assert "elsewhere" not in Client().get("/account/login/").content.decode()


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"ISSUER": "https://a.example"}, "CLIENT_ID"),
        ({"ISSUER": "https://a.example", "CLIENT_ID": "c"}, "secret or a private key"),
        (
            {"ISSUER": "https://a.example", "CLIENT_ID": "c", "PRIVATE_KEY_FILE": "/nowhere"},
            "cannot be read",
        ),
    ],
)
def test_settings_that_cannot_work_stop_the_start(monkeypatch, given, says):
    for name, value in given.items():
        monkeypatch.setenv(f"HARMFREE_OIDC_{name}", value)
    with pytest.raises(SettingError, match=says):
        provider_from_environment()


def test_settings_come_from_the_environment(monkeypatch):
    given = {"ISSUER": "https://a.example", "CLIENT_ID": "c", "CLIENT_SECRET": "s"}
    for name, value in (given | {"PARAMETERS": '{"acr_values": "AAL2"}'}).items():
        monkeypatch.setenv(f"HARMFREE_OIDC_{name}", value)
    (app,) = provider_from_environment()["openid_connect"]["APPS"]
    assert (app["client_id"], app["secret"]) == ("c", "s")
    assert app["settings"]["auth_params"] == {"acr_values": "AAL2"}
    assert app["settings"]["oauth_pkce_enabled"] is True
