"""The administrator's screens of programs: nobody gives more than they have."""

from __future__ import annotations

from html import unescape

import pytest

from harmfree.web.api.clients import issue, of_token
from harmfree.web.api.models import ApiClient
from harmfree.web.audit.models import AuditEvent

pytestmark = pytest.mark.django_db
PAGE = "/administration/clients/"
GOOD = {"name": "Board", "scopes": ["figures"], "at": "", "days": "30", "reason": "a trial"}


def token_in(response) -> str:
    text = response.content.decode()
    return text.split('class="app-token">')[1].split("<")[0]


def test_an_analyst_makes_a_token_that_is_shown_once(user_of, signed_in_client, region):
    user = user_of("analyst")
    analyst = signed_in_client(user)
    token = token_in(analyst.post(PAGE, GOOD))
    client = of_token(token)
    assert (client.scopes, client.organisation, client.made_by) == (["figures"], None, user)
    assert token not in analyst.get(PAGE).content.decode()
    event = AuditEvent.objects.get(action="api_client.made")
    assert (event.actor, event.reason) == (user.pk, "a trial")
    assert token not in str(event.detail)


def test_a_token_is_revoked(user_of, signed_in_client, region):
    analyst = signed_in_client(user_of("analyst"))
    token = token_in(analyst.post(PAGE, GOOD))
    key = of_token(token).pk
    assert analyst.get(f"{PAGE}{key}/revoke/").status_code == 405
    assert analyst.post(f"{PAGE}{key}/revoke/").status_code == 302
    assert of_token(token) is None
    assert "no longer holds" in unescape(analyst.get(PAGE).content.decode())


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"name": ""}, "Enter a name"),
        ({"scopes": []}, "Choose at least one scope"),
        ({"scopes": ["findings"]}, "findings is not one of the available choices"),
        ({"days": "0"}, "Days must be 1 or more"),
        ({"days": "367"}, "Days must be 366 or fewer"),
        ({"days": "x"}, "Days must be a whole number"),
        ({"at": "none"}, "one of your organisations"),
        ({"reason": ""}, "Enter why"),
    ],
)
def test_what_cannot_be_is_refused(user_of, signed_in_client, region, change, says):
    page = signed_in_client(user_of("analyst")).post(PAGE, GOOD | change)
    assert page.status_code == 422 and says in unescape(page.content.decode())
    assert not ApiClient.objects.exists()


def test_an_administrator_gives_no_tools_and_no_people(user_of, signed_in_client, region):
    administrator = signed_in_client(user_of("administrator"))
    for scope in ("tools", "findings"):
        assert administrator.post(PAGE, GOOD | {"scopes": [scope]}).status_code == 422
    assert administrator.post(PAGE, GOOD).status_code == 200


def test_whoever_has_one_place_gives_that_place_only(
    user_of, signed_in_client, organisation, region
):
    mine, other = organisation("network"), organisation("network", 1)
    analyst = signed_in_client(user_of("analyst", mine))
    elsewhere, _ = issue(None, "Elsewhere", ["figures"], organisation=other, days=1)
    anywhere, _ = issue(None, "Anywhere", ["figures"], organisation=None, days=1)
    assert analyst.post(PAGE, GOOD | {"at": other.code}).status_code == 422
    assert analyst.post(PAGE, GOOD).status_code == 422, "not everywhere either"
    assert analyst.post(PAGE, GOOD | {"at": mine.code}).status_code == 200
    said = analyst.get(PAGE).content.decode()
    assert "Board" in said and "Elsewhere" not in said and "Anywhere" not in said
    for client in (elsewhere, anywhere):
        assert analyst.post(f"{PAGE}{client.pk}/revoke/").status_code == 404
        client.refresh_from_db()
        assert client.revoked is None


@pytest.mark.parametrize("role", ["clinician", "site_member", "carer", "lead", "contributor"])
def test_other_roles_do_not_see_the_page(user_of, signed_in_client, organisation, role):
    someone = signed_in_client(user_of(role, organisation("practice")))
    assert someone.get(PAGE).status_code == 404
    assert someone.post(f"{PAGE}1/revoke/").status_code == 404
