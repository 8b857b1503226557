"""Every address as everybody: who may open what, written down by hand in access_matrix.csv.

Given the table of addresses and of the roles that each is meant for, when somebody of each role
(and nobody) asks for each address, then it opens to exactly those. Severity: critical.

A new address without a row fails `test_every_address_has_a_row`, which prints the rows to add. A
row has three columns:

- `path`: the pattern as the failing test prints it;
- `opens_to`: `anyone`, `signed in`, or roles separated by spaces, as the design means it (the
  printed suggestion is what the code says now: check it, do not believe it);
- `sample`: an address that opens for whoever may open the pattern, with {practice} (theirs) and the
  other names of `places`; empty where the pattern itself is an address or any argument will do. A
  question mark before it: it may answer 404 to them too. With {practice} in it, the address of
  somebody else's practice must answer 404.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from harmfree.web.access.middleware import admits
from harmfree.web.access.roles import Role
from harmfree.web.access.scope import Access, Grant
from harmfree.web.accounts.models import User
from harmfree.web.organisations.models import Organisation

pytestmark = pytest.mark.django_db
TABLE = Path(__file__).with_name("access_matrix.csv")
ANYTHING = {"int": "1", "str": "x", "slug": "x", "path": "x", "uuid": "0" * 32}
# The API answers programs: 401 in the place of a page to sign in.
API = "api/"


def addresses() -> dict[str, URLPattern]:
    """Every pattern of the site by the path that leads to it; of two alike the first answers."""
    found: dict[str, URLPattern] = {}
    for path, each in walk():
        found.setdefault(path, each)
    return found


def walk(at: URLResolver | None = None, before: str = "") -> Iterator[tuple[str, URLPattern]]:
    for each in (at or get_resolver()).url_patterns:
        path = before + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from walk(each, path)
        else:
            yield path, each


@lru_cache(maxsize=1)
def table() -> dict[str, dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {row["path"]: row for row in csv.DictReader(file)}


def meant_for(opens_to: str) -> set[str]:
    """The roles of a row; "" stands for somebody without a role, "nobody" for no session."""
    roles = {role.value for role in Role}
    if opens_to == "anyone":
        return roles | {"", "nobody"}
    if opens_to == "signed in":
        return roles | {""}
    named = set(opens_to.split())
    assert named and named <= roles, f"unknown roles: {opens_to!r}"
    return named


def opens_to_now(view) -> set[str]:
    """Whom the view's rule admits, asked directly."""
    user = User(pk=1, is_active=True)
    asked = {role.value: Access(user, [Grant(role, None)]) for role in Role}
    asked |= {"": Access(user), "nobody": Access(None)}
    return {who for who, access in asked.items() if admits(view, access)}


def words(who: set[str]) -> str:
    for said in ("anyone", "signed in"):
        if who == meant_for(said):
            return said
    return " ".join(role.value for role in Role if role.value in who)


def test_every_address_has_a_row():
    missing = [
        f"{path},{words(opens_to_now(each.callback))},"
        for path, each in addresses().items()
        if path not in table()
    ]
    assert not missing, f"add to {TABLE.name}, each checked by hand:\n" + "\n".join(missing)


def test_every_row_has_an_address():
    gone = sorted(set(table()) - set(addresses()))
    assert not gone, f"take out of {TABLE.name}: {gone}"


@pytest.mark.parametrize("path", list(table()))
def test_the_rule_of_the_view_is_the_one_written_down(path):
    view = addresses()[path].callback
    assert words(opens_to_now(view)) == words(meant_for(table()[path]["opens_to"]))


def test_administrators_see_nobody_and_analysts_no_names():
    """The table itself keeps the promise of the roles."""
    people = [row for path, row in table().items() if path.startswith("worklist/")]
    assert people
    for row in people:
        assert not {"administrator", "analyst", "lead", "contributor", "nobody", ""} & meant_for(
            row["opens_to"]
        ), row


@pytest.fixture
def places(region, organisation, user_of):
    """What samples name: codes of organisations and keys of rows that exist."""
    here = organisation("practice")
    other = Organisation.objects.filter(kind="practice").exclude(parent=here.parent).first()
    return {
        "practice": here.code,
        "other": other.code,
        "home": organisation("care_home").code,
        "network": organisation("network").code,
        "region": organisation("region").code,
        "indicator": "pincer_a",
        "programme": "medicines_optimisation",
        "user": str(user_of(Role.CONTRIBUTOR).pk),
    }


def address(path: str, places: dict[str, str]) -> str:
    """A path to ask for: the sample of the row, or the pattern with any arguments."""
    sample = table()[path]["sample"].lstrip("?")
    if sample:
        return "/" + sample.format(**places)
    plain = re.sub(r"<(?:(\w+):)?\w+>", lambda found: ANYTHING[found[1] or "str"], path)
    plain = re.sub(r"\(\?P<\w+>(?:[^()]|\([^()]*\))*\)", "x", plain)
    return "/" + plain.replace("^", "").replace("$", "").replace("\\", "")


def asked(client: Client, path: str, places: dict[str, str]):
    """The answer to GET; to POST where the address takes nothing else."""
    client.raise_request_exception = False
    answer = client.get(address(path, places))
    return client.post(address(path, places)) if answer.status_code == 405 else answer


def is_sign_in(answer) -> bool:
    return answer.status_code == 302 and answer["Location"].startswith("/account/login/?next=")


def test_nobody_is_sent_to_sign_in(places):
    for path, row in table().items():
        answer = asked(Client(), path, places)
        assert answer.status_code < 500, (path, answer.status_code)
        if path.startswith(API):
            continue
        assert is_sign_in(answer) is (row["opens_to"] != "anyone"), (path, answer.status_code)


@pytest.mark.parametrize("role", [*Role, None])
def test_each_role_opens_what_it_is_meant_for(places, organisation, user_of, role):
    place = organisation("practice") if role not in (Role.ADMINISTRATOR, Role.LEAD) else None
    user = user_of(role, place) if role else User.objects.create_user("none@example.org", "No Role")
    for path, row in table().items():
        client = Client()
        client.force_login(user)
        answer = asked(client, path, places)
        meant = (role.value if role else "") in meant_for(row["opens_to"])
        assert answer.status_code < 500, (path, answer.status_code)
        assert not is_sign_in(answer), path
        if not meant:
            assert answer.status_code == 404, (path, answer.status_code)
        elif row["sample"] and not row["sample"].startswith("?") and not path.startswith(API):
            assert answer.status_code in (200, 302, 422), (path, answer.status_code)


@pytest.mark.parametrize("role", [Role.SITE_MEMBER, Role.CLINICIAN, Role.CARER])
def test_what_belongs_to_others_does_not_exist_for_a_site(places, organisation, user_of, role):
    user = user_of(role, organisation("practice"))
    client = Client()
    client.force_login(user)
    theirs = [
        path
        for path, row in table().items()
        if "{practice}" in row["sample"] and role.value in meant_for(row["opens_to"])
    ]
    assert theirs
    for path in theirs:
        there = places | {"practice": places["other"]}
        assert asked(client, path, there).status_code == 404, path


def test_the_api_answers_nobody_but_about_itself(places):
    for path in table():
        if path.startswith(f"{API}v1/") and table()[path]["sample"]:
            answer = asked(Client(), path, places)
            open_to_all = path.endswith(("health", "openapi.json"))
            assert (answer.status_code == 200) is open_to_all, (path, answer.status_code)
