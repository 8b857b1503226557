"""Attacks with what people type: markup, SQL, fields that no form has, forged requests, files.

Each test says Given, When, Then and how bad it would be if it failed.
"""

from __future__ import annotations

import re

import pytest
from django.test import Client

from harmfree.web.access.roles import Role
from harmfree.web.access.scope import Access
from harmfree.web.accounts.models import Invitation, Membership, User
from harmfree.web.audit.chain import record
from harmfree.web.organisations.models import Organisation

pytestmark = pytest.mark.django_db
MARKUP = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{7*7}}{% debug %}"
SQL = ["' OR '1'='1", "'; DROP TABLE accounts_user; --", '" UNION SELECT 1 --', "\x00", "%", "_"]


def is_escaped(text: str) -> bool:
    return "<script>alert" not in text and "<img src=x" not in text and ">49<" not in text


def test_markup_in_a_name_is_shown_as_it_was_typed(screens, user_of):
    """Given a name with markup, when administrators look at it, then nothing runs. Severity:
    critical."""
    user = user_of(Role.ANALYST, None, MARKUP[:150])
    signed_in = Client()
    signed_in.force_login(user)
    pages = [
        screens.get("/administration/people/"),
        screens.get(f"/administration/people/{user.pk}/"),
        screens.get(f"/administration/people/{user.pk}/roles/"),
        signed_in.get("/account/"),
        signed_in.get("/account/name/"),
    ]
    for page in pages:
        text = page.content.decode()
        assert "&lt;script&gt;" in text and is_escaped(text)


def test_markup_in_reasons_and_details_is_shown_as_it_was_typed(screens, administrator):
    """Given an entry of the trail with markup, when it is looked at, then nothing runs. Severity:
    critical."""
    administrator.name = MARKUP[:150]
    record(Access(administrator), "x.y", subject=MARKUP[:100], reason=MARKUP, note=MARKUP)
    text = screens.get("/administration/audit/", {"action": "x"}).content.decode()
    assert "&lt;script&gt;" in text and is_escaped(text)


def test_markup_in_the_name_of_an_organisation_is_shown_as_it_was_typed(screens):
    """Given an organisation with markup in its name, when it is shown or chosen, then nothing
    runs. Severity: critical."""
    Organisation.objects.create(code="XSS", name=MARKUP, kind="network")
    for path in ("organisations/", "organisations/XSS/", "organisations/add/", "invitations/"):
        assert is_escaped(screens.get(f"/administration/{path}").content.decode()), path


@pytest.mark.parametrize(
    "path",
    [
        "/administration/people/?q=",
        "/administration/organisations/?q=",
        "/administration/audit/?actor=",
        "/administration/audit/?subject=",
        "/administration/organisations/XSS/?day=",
        "/account/login/?next=",
        "/programmes/?q=",
    ],
)
def test_markup_in_the_address_is_shown_as_it_was_typed(screens, path):
    """Given a link with markup in the query, when somebody opens it, then nothing runs. Severity:
    critical."""
    Organisation.objects.create(code="XSS", name="x", kind="network")
    client = Client() if "login" in path else screens
    answer = client.get(path.split("?")[0], {path.split("?")[1].rstrip("="): MARKUP})
    assert is_escaped(answer.content.decode())


@pytest.mark.parametrize("text", SQL)
def test_what_is_searched_for_is_never_sql(screens, administrator, text):
    """Given a search box, when somebody types SQL, then it is searched for as text. Severity:
    critical."""
    before = User.objects.count()
    for path, name in (("people", "q"), ("organisations", "q"), ("audit", "actor")):
        answer = screens.get(f"/administration/{path}/", {name: text})
        assert answer.status_code in (200, 422), path
    page = screens.get("/administration/people/", {"q": text}).content.decode()
    if text not in ("%", "_"):
        assert administrator.email not in page
    assert User.objects.count() == before


def test_a_percent_sign_is_a_letter_like_others(screens, administrator):
    """Given a search, when somebody types the wildcards of SQL, then they stand for themselves.
    Severity: low."""
    for text in ("%", "_"):
        page = screens.get("/administration/people/", {"q": text}).content.decode()
        assert administrator.email not in page


def test_fields_that_no_form_has_change_nothing(screens, user_of, organisation):
    """Given forms, when more fields are sent than they have, then the others change nothing.
    Severity: critical."""
    user = user_of(Role.CONTRIBUTOR)
    client = Client()
    client.force_login(user)
    more = {"email": "x@y.example", "is_active": "", "is_superuser": "on", "role": "administrator"}
    client.post("/account/name/", {"name": "New Name"} | more)
    fresh = User.objects.get(pk=user.pk)
    assert (fresh.name, fresh.email, fresh.is_active) == ("New Name", user.email, True)
    assert [each.role for each in fresh.memberships.all()] == ["contributor"]
    given = {"role": "lead", "organisation": organisation("region").code, "reason": "x"}
    forged = {"user": "1", "user_id": "1", "valid_to": "2999-01-01", "pk": "1"}
    screens.post(f"/administration/people/{user.pk}/roles/", given | forged)
    made = Membership.objects.get(role="lead")
    assert (made.user_id, made.valid_to) == (user.pk, None)


def test_an_invitation_gives_the_role_that_was_offered(user_of, organisation):
    """Given an invitation as contributor, when the acceptance names another role or address, then
    the offered ones hold. Severity: critical."""
    from harmfree.web.accounts.invitations import invite, path

    _, token = invite(None, "new@example.org", "New", Role.CONTRIBUTOR, organisation("practice"))
    client = Client()
    client.get(path(token))
    words = {"name": "N", "password1": "three calm badgers", "password2": "three calm badgers"}
    forged = {"role": "administrator", "organisation": "", "email": "boss@example.org"}
    client.post("/account/join/", words | forged)
    user = User.objects.get(email="new@example.org")
    row = user.memberships.get()
    assert (row.role, row.organisation) == ("contributor", organisation("practice"))
    assert not User.objects.filter(email="boss@example.org").exists()


POSTS = [
    "/account/login/",
    "/account/logout/",
    "/account/name/",
    "/account/sessions/",
    "/account/password/change/",
    "/account/password/reset/",
    "/account/join/",
    "/account/second-factor/app/",
    "/administration/invitations/",
    "/administration/organisations/add/",
    "/runs/start/",
]


@pytest.mark.parametrize("path", POSTS)
def test_a_form_of_another_site_changes_nothing(administrator, path):
    """Given somebody who has signed in, when another site sends a form in their name, then it is
    refused with a page that says so. Severity: critical."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(administrator)
    answer = client.post(path, {"name": "Forged"})
    assert answer.status_code == 403
    assert "The form could not be sent" in answer.content.decode()
    assert User.objects.get(pk=administrator.pk).name == administrator.name


def test_a_form_of_ours_is_taken(administrator):
    """Given the token of our own page, when the form is sent, then it works. Severity: none; it
    shows that the test above tests something."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(administrator)
    page = client.get("/account/name/").content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]
    answer = client.post("/account/name/", {"name": "Mine", "csrfmiddlewaretoken": token})
    assert answer.status_code == 302


@pytest.mark.parametrize("path", POSTS)
def test_looking_changes_nothing(administrator, path):
    """Given a link or picture with an address that changes something, when it is fetched, then
    nothing changes. Severity: high."""
    client = Client()
    client.force_login(administrator)
    client.get(path, {"name": "Forged", "session": "1"})
    assert User.objects.get(pk=administrator.pk).name == administrator.name
    assert client.get("/account/").status_code == 200
    assert not Invitation.objects.exists()


def test_too_much_is_refused(administrator):
    """Given a form, when somebody sends megabytes or thousands of fields, then it is refused before
    it is read. Severity: medium."""
    client = Client()
    client.force_login(administrator)
    client.raise_request_exception = False
    assert client.post("/account/name/", {"name": "x" * 3_000_000}).status_code in (400, 413)
    many = {f"field{number}": "x" for number in range(2_100)}
    assert client.post("/account/name/", many).status_code == 400
    assert client.post("/account/name/", {"name": "x" * 151}).status_code == 422
    assert User.objects.get(pk=administrator.pk).name == administrator.name


@pytest.mark.parametrize("page", ["-1", "0", "x", "9" * 30, "1e9", ""])
def test_a_page_that_does_not_exist_shows_one_that_does(screens, page):
    """Given a list with pages, when somebody asks for an impossible one, then there is no error.
    Severity: low."""
    for path in ("people", "audit"):
        assert screens.get(f"/administration/{path}/", {"page": page}).status_code == 200
