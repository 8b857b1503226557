"""Attacks on signing in: guessing, finding out who has an account, fixed sessions, redirects.

Each test says Given, When, Then and how bad it would be if it failed.
"""

from __future__ import annotations

import statistics
import time

import pytest
from django.conf import settings as live
from django.core import mail
from django.test import Client

from harmfree.web import settings as product

pytestmark = pytest.mark.django_db
PASSWORD = "seven quiet herons"  # of `conftest.victim`
LOGIN = "/account/login/"
EVIL = [
    "https://evil.example/",
    "//evil.example/",
    "///evil.example",
    "/\\evil.example",
    "http:evil.example",
    "javascript:alert(1)",
    "https:/evil.example",
    "\thttps://evil.example",
]


def attempt(email: str, password: str, client: Client | None = None, **more):
    client = client or Client()
    return client.post(LOGIN, {"login": email, "password": password} | more)


def test_guessing_the_password_of_an_account_is_stopped(victim):
    """Given an account, when somebody guesses 5 times, then the right password does not help for
    5 minutes and the page says what to do. Severity: high."""
    for _ in range(5):
        assert "is wrong" in attempt(victim.email, "guess").content.decode()
    for client in (Client(), Client(REMOTE_ADDR="203.0.113.9")):
        page = attempt(victim.email, PASSWORD, client)
        assert page.status_code == 200
        assert "Wait 5 minutes" in page.content.decode()


def test_the_lock_says_nothing_about_whether_there_is_an_account(victim):
    """Given one address with an account and one without, when both are guessed at, then both are
    locked with the same words. Severity: medium."""
    said = []
    for email in (victim.email, "nobody@example.org"):
        for _ in range(6):
            page = attempt(email, "guess", Client(REMOTE_ADDR=f"203.0.113.{len(said)}"))
        said.append(page.content.decode().count("Wait 5 minutes"))
    assert said == [1, 1]


def test_one_address_cannot_try_many_accounts(victim):
    """Given many accounts, when one machine tries 11 of them in a minute, then it is stopped.
    Severity: high."""
    pages = [attempt(f"p{number}@example.org", "guess") for number in range(11)]
    assert "Too many attempts" in pages[-1].content.decode()
    elsewhere = attempt(victim.email, PASSWORD, Client(REMOTE_ADDR="203.0.113.9"))
    assert elsewhere.status_code == 302, "others are not locked out with it"


def test_a_flood_of_requests_is_answered_with_429_in_our_own_page(db):
    """Given a machine, when it asks 31 times in a minute, then it is told to wait. Severity:
    medium."""
    answers = [Client().post(LOGIN, {}) for _ in range(31)]
    assert [each.status_code for each in answers[-2:]] == [200, 429]
    assert "Too many requests came from your address" in answers[-1].content.decode()


def test_a_forwarded_address_is_not_believed_without_a_proxy(victim):
    """Given no proxy in front, when a machine claims another address each time, then its attempts
    are counted all the same. Severity: high."""
    for number in range(11):
        client = Client(headers={"X-Forwarded-For": f"198.51.100.{number}"})
        page = attempt(f"p{number}@example.org", "guess", client)
    assert "Too many attempts" in page.content.decode()


def test_signing_in_says_the_same_for_a_wrong_address_and_a_wrong_password(victim):
    """Given an account, when address or password is wrong, then the answers are alike. Severity:
    medium."""
    one = attempt(victim.email, "guess").content.decode()
    other = attempt("nobody@example.org", "guess").content.decode()
    assert "The e-mail address or the password is wrong" in one
    assert one.count("\n") == other.count("\n")


def test_signing_in_takes_as_long_without_an_account(victim, settings):
    """Given slow password digests, when there is no account, then the answer takes about as long.
    Severity: medium."""
    settings.PASSWORD_HASHERS = product.PASSWORD_HASHERS
    settings.ACCOUNT_RATE_LIMITS = False
    victim.set_password(PASSWORD)
    victim.save()

    def seconds(email: str) -> float:
        taken = []
        for _ in range(5):
            start = time.perf_counter()
            attempt(email, "guess")
            taken.append(time.perf_counter() - start)
        return statistics.median(taken)

    known, unknown = seconds(victim.email), seconds("nobody@example.org")
    assert 0.5 < unknown / known < 2


def test_a_reset_says_the_same_whether_there_is_an_account_or_not(victim):
    """Given an account, when a reset is asked for it and for none, then the answers are alike and
    a letter goes to the account alone. Severity: medium."""
    answers = [
        Client().post("/account/password/reset/", {"email": email}, follow=True)
        for email in (victim.email, "nobody@example.org")
    ]
    assert len({each.redirect_chain[0] for each in answers}) == 1
    assert "If there is an account" in answers[1].content.decode()
    assert [letter.to for letter in mail.outbox] == [[victim.email]]


def test_a_session_set_by_an_attacker_is_not_kept(victim):
    """Given a session that the attacker knows, when the victim signs in with it, then the key is a
    new one and the old one opens nothing. Severity: high."""
    attacker, client = Client(), Client()
    attacker.get(LOGIN)
    attacker.get("/account/join/x/")  # makes a session
    known = attacker.session.session_key
    assert known
    client.cookies[live.SESSION_COOKIE_NAME] = known
    attempt(victim.email, PASSWORD, client)
    assert client.session.session_key != known
    assert client.get("/account/").status_code == 200
    assert attacker.get("/account/").status_code == 302


def test_a_made_up_session_key_is_not_taken_over(victim):
    """Given a key that the server never made, when somebody signs in with it, then another is
    used. Severity: high."""
    client = Client()
    client.cookies[live.SESSION_COOKIE_NAME] = "a" * 32
    attempt(victim.email, PASSWORD, client)
    assert client.session.session_key != "a" * 32


@pytest.mark.parametrize("next_page", EVIL)
def test_signing_in_leads_to_no_other_site(victim, next_page):
    """Given a link to sign in with another site as the next page, when the victim signs in, then
    they stay here. Severity: medium."""
    answer = attempt(victim.email, PASSWORD, next=next_page)
    assert answer["Location"] == "/"
    signed_in = Client()
    signed_in.force_login(victim)
    again = signed_in.get(LOGIN, {"next": next_page})
    assert again["Location"] == "/"


def test_signing_in_leads_on_to_a_page_of_ours(victim):
    """Given a link of ours, when the victim signs in, then it opens. Severity: none; it shows that
    the test above tests something."""
    assert attempt(victim.email, PASSWORD, next="/account/name/")["Location"] == "/account/name/"


@pytest.mark.parametrize("next_page", EVIL)
def test_signing_out_leads_to_no_other_site(victim, next_page):
    """Given a form that signs out and names another site, when it is sent, then the victim stays
    here. Severity: low."""
    client = Client()
    client.force_login(victim)
    assert client.post("/account/logout/", {"next": next_page})["Location"] == "/"


def test_pages_of_the_last_person_are_not_kept_by_the_browser(victim):
    """Given a shared computer, when somebody has signed out, then their pages were never kept.
    Severity: high."""
    client = Client()
    client.force_login(victim)
    for path in ("/account/", "/dashboard/", "/account/sessions/", "/programmes/"):
        assert "no-store" in client.get(path)["Cache-Control"], path
    client.post("/account/logout/")
    assert client.get("/account/").status_code == 302


def test_a_reset_link_names_the_host_that_was_checked(victim):
    """Given a forged Host header, when a reset is asked for, then no letter with a forged link
    goes out. Severity: high."""
    answer = Client(headers={"host": "evil.example"}).post(
        "/account/password/reset/", {"email": victim.email}
    )
    assert answer.status_code == 400
    assert not mail.outbox


def test_a_forwarded_host_is_not_believed(victim):
    """Given a forged X-Forwarded-Host, when a reset is asked for, then the link names our host.
    Severity: high."""
    client = Client(headers={"X-Forwarded-Host": "evil.example"})
    client.post("/account/password/reset/", {"email": victim.email})
    assert "evil.example" not in mail.outbox[0].body


def test_a_tampered_reset_link_opens_nothing(victim):
    """Given a reset link of one account, when it is bent to another, then it opens nothing.
    Severity: critical."""
    Client().post("/account/password/reset/", {"email": victim.email})
    link = mail.outbox[0].body.split("http://testserver")[1].split()[0]
    uid, _, key = link.strip("/").rpartition("/")[2].partition("-")
    for bent in (f"{int(uid, 36) + 1:x}-{key}", f"{uid}-{key[:-1]}x", f"{uid}-set-password"):
        page = Client().get(f"/account/password/reset/{bent}/")
        assert "This link cannot be used" in page.content.decode(), bent
