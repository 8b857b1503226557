"""Roles given and ended, accounts closed: by whom, to whom, and what the trail says."""

from __future__ import annotations

from datetime import date

import pytest

from harmfree.errors import InputError
from harmfree.web.access.roles import MAY, Permission, Role
from harmfree.web.access.scope import Access
from harmfree.web.accounts import people
from harmfree.web.accounts.models import Membership, User
from harmfree.web.audit.models import AuditEvent

pytestmark = pytest.mark.django_db
SEES_PEOPLE = [role for role in Role if Permission.SEE_PEOPLE in MAY[role]]


def last() -> AuditEvent:
    return AuditEvent.objects.order_by("-number").first()


@pytest.fixture
def administrator(user_of):
    return user_of(Role.ADMINISTRATOR)


@pytest.fixture
def screens(administrator, signed_in_client):
    return signed_in_client(administrator)


def roles(user) -> set[str]:
    return set(user.memberships.on(date.today()).values_list("role", flat=True))


def test_a_role_is_given_and_ended_with_its_reason_in_the_trail(screens, user_of, organisation):
    user, place = user_of(Role.ANALYST), organisation("practice")
    given = {"role": "clinician", "organisation": place.code, "reason": "new pharmacist"}
    assert screens.post(f"/administration/people/{user.pk}/roles/", given).status_code == 302
    assert roles(user) == {"analyst", "clinician"}
    event = last()
    assert (event.action, event.subject) == ("role.given", f"user:{user.pk}")
    assert (event.organisation, event.reason) == (place.code, "new pharmacist")
    row = Membership.objects.get(user=user, role="clinician")
    path = f"/administration/people/{user.pk}/roles/{row.pk}/end/"
    assert screens.post(path, {"reason": ""}).status_code == 422
    assert screens.post(path, {"reason": "left"}).status_code == 302
    assert roles(user) == {"analyst"}
    assert last().action == "role.ended"
    assert Membership.objects.filter(pk=row.pk).exists(), "the trail of roles stays"
    assert screens.get(path).status_code == 404, "it has ended"


def test_a_role_that_ended_can_be_given_again_but_not_twice(user_of):
    user = user_of(Role.ANALYST)
    with pytest.raises(InputError, match="already"):
        people.give_role(None, user, Role.ANALYST, None, "")
    row = user.memberships.get()
    people.end_role(None, row, "")
    assert not roles(user)
    people.give_role(None, user, Role.ANALYST, None, "")
    assert roles(user) == {"analyst"}
    assert user.memberships.count() == 1


@pytest.mark.parametrize("role", list(Role))
def test_nobody_gives_a_role_to_themselves(screens, administrator, role):
    given = {"role": role, "organisation": "everywhere", "reason": "I want to"}
    page = screens.post(f"/administration/people/{administrator.pk}/roles/", given)
    assert page.status_code == 422
    assert "You cannot give a role to yourself" in page.content.decode()
    assert roles(administrator) == {"administrator"}


@pytest.mark.parametrize("role", SEES_PEOPLE)
def test_somebody_else_gives_an_administrator_access_to_people(user_of, administrator, role):
    access = Access.of(administrator)
    with pytest.raises(people.NotAllowedError):
        people.give_role(access, administrator, role, None, "")
    other = Access.of(user_of(Role.ADMINISTRATOR))
    people.give_role(other, administrator, role, None, "covers the ward")
    assert role in roles(administrator)


@pytest.mark.parametrize("change", ["deactivate", "reactivate", "second-factor"])
def test_nobody_changes_their_own_account(screens, administrator, change):
    path = f"/administration/people/{administrator.pk}/{change}/"
    assert screens.post(path, {"reason": "x"}).status_code in (404, 422)
    administrator.refresh_from_db()
    assert administrator.is_active


def test_an_account_is_closed_and_opened_again(screens, user_of):
    user = user_of(Role.ANALYST)
    path = f"/administration/people/{user.pk}/"
    assert screens.post(f"{path}deactivate/", {"reason": "left"}).status_code == 302
    assert not User.objects.get(pk=user.pk).is_active
    assert (last().action, last().reason) == ("user.deactivated", "left")
    assert screens.get(f"{path}deactivate/").status_code == 404
    assert screens.post(f"{path}reactivate/", {"reason": "back"}).status_code == 302
    assert User.objects.get(pk=user.pk).is_active


def test_a_lost_second_factor_is_removed(screens, someone, sign_in, set_up_app):
    user = someone("administrator")
    client = sign_in(user)
    set_up_app(client)
    path = f"/administration/people/{user.pk}/second-factor/"
    assert screens.post(path, {"reason": "lost, seen in person"}).status_code == 302
    assert client.get("/account/").status_code == 302, "sessions end"
    assert sign_in(user).last["Location"] == "/", "no code is asked for"
    assert AuditEvent.objects.filter(action="user.second_factor_reset").exists()


@pytest.fixture
def local(user_of, organisation):
    """An administrator of one network, and somebody of another."""
    here, there = organisation("network"), organisation("network", 1)
    return Access.of(user_of(Role.ADMINISTRATOR, here)), here, there


def test_a_local_administrator_reaches_their_own_organisations_alone(
    local, user_of, signed_in_client
):
    access, here, there = local
    screens = signed_in_client(access.user)
    theirs, own = user_of(Role.LEAD, there, "Of There"), user_of(Role.LEAD, here, "Of Here")
    page = screens.get("/administration/people/").content.decode()
    assert "Of Here" in page and "Of There" not in page
    assert screens.get(f"/administration/people/{theirs.pk}/").status_code == 404
    assert screens.get(f"/administration/people/{own.pk}/").status_code == 200
    form = screens.get(f"/administration/people/{own.pk}/roles/").content.decode()
    assert here.code in form and f'"{there.code}"' not in form and "everywhere" not in form
    for place in (there.code, "everywhere"):
        given = {"role": "lead", "organisation": place, "reason": "x"}
        path = f"/administration/people/{own.pk}/roles/"
        assert screens.post(path, given).status_code == 422
    for organisation in (there, None):
        with pytest.raises(people.NotAllowedError):
            people.give_role(access, own, Role.ANALYST, organisation, "")


def test_a_local_administrator_cannot_close_an_account_that_others_use_too(
    local, user_of, signed_in_client
):
    access, here, there = local
    user = user_of(Role.LEAD, here)
    Membership.objects.create(user=user, role=Role.LEAD, organisation=there)
    screens = signed_in_client(access.user)
    for change in ("deactivate", "second-factor"):
        path = f"/administration/people/{user.pk}/{change}/"
        assert screens.post(path, {"reason": "x"}).status_code == 404
    elsewhere = user.memberships.get(organisation=there)
    path = f"/administration/people/{user.pk}/roles/{elsewhere.pk}/end/"
    assert screens.post(path, {"reason": "x"}).status_code == 404


def test_people_are_found_by_part_of_a_name_or_address(screens, user_of):
    user_of(Role.ANALYST, None, "Ada Quick")
    user_of(Role.ANALYST, None, "Ben Slow")
    page = screens.get("/administration/people/?q=quick").content.decode()
    assert "Ada Quick" in page and "Ben Slow" not in page
    assert "1 account" in page


def test_the_list_has_pages(screens):
    for number in range(60):
        User.objects.create_user(f"p{number:02}@example.org", f"Person {number:02}")
    first = screens.get("/administration/people/?q=person").content.decode()
    assert "Person 00" in first and "Person 59" not in first and "Page 2 of 2" in first
    second = screens.get("/administration/people/?q=person&page=2").content.decode()
    assert "Person 59" in second and 'href="?q=person&amp;page=1"' in second


def test_the_front_page_links_to_what_an_administrator_may_do(screens):
    page = screens.get("/administration/").content.decode()
    for path in ("people/", "organisations/", "audit/"):
        assert f'href="/administration/{path}"' in page
