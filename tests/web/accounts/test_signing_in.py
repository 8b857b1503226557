"""Signing in and out, changing and resetting the password."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core import mail
from django.test import Client

from harmfree.web import settings as product
from harmfree.web.audit.models import AuditEvent

pytestmark = pytest.mark.django_db
WRONG = "The e-mail address or the password is wrong"
NEW = "nine slow otters"


def actions() -> list[str]:
    return list(AuditEvent.objects.order_by("number").values_list("action", flat=True))


def test_the_right_password_opens_the_site_and_is_audited(someone, sign_in):
    user = someone()
    client = sign_in(user)
    assert client.last.status_code == 302
    assert client.get("/account/").status_code == 200
    event = AuditEvent.objects.order_by("-number").first()
    assert (event.action, event.actor) == ("account.signed_in", user.pk)


def test_the_address_counts_whatever_its_capitals(someone, sign_in):
    user = someone()
    user.email = user.email.upper()
    assert sign_in(user).last.status_code == 302


def test_a_wrong_password_says_so_in_the_error_summary(someone, sign_in):
    client = sign_in(someone(), "wrong")
    page = client.last.content.decode()
    assert WRONG in page and "There is a problem" in page
    assert "account.sign_in_failed" in actions()
    assert client.get("/account/").status_code == 302


def test_the_trail_keeps_nothing_that_was_typed(someone, sign_in):
    user = someone()
    user.email = "Secret Password In The Wrong Box@example.org"
    sign_in(user, "hunter2hunter2")
    kept = str(list(AuditEvent.objects.values("reason", "subject", "detail", "actor_name")))
    assert "Secret" not in kept and "hunter2" not in kept


def test_passwords_are_kept_with_argon2():
    assert product.PASSWORD_HASHERS[0].endswith(".Argon2PasswordHasher")
    hasher = Argon2PasswordHasher()
    one, other = (hasher.encode(NEW, hasher.salt()) for _ in range(2))
    assert one != other and hasher.verify(NEW, one)
    assert hasher.decode(one)["variety"] == "argon2id"
    # OWASP ASVS 4.0.3, 2.4.5: at least 15 MiB and 2 iterations.
    assert hasher.memory_cost >= 15 * 1024 and hasher.time_cost >= 2


def test_signing_out_needs_a_post_and_ends_the_session(someone, sign_in):
    client = sign_in(someone())
    assert client.get("/account/logout/").status_code == 200
    assert client.get("/account/").status_code == 200
    client.post("/account/logout/")
    assert client.get("/account/").status_code == 302
    assert "account.signed_out" in actions()


def test_a_new_password_ends_every_session(someone, sign_in):
    user = someone()
    here, there = sign_in(user), sign_in(user)
    given = {"oldpassword": "seven quiet herons", "password1": NEW, "password2": NEW}
    answer = here.post("/account/password/change/", given)
    assert answer["Location"] == "/account/login/"
    assert here.get("/account/").status_code == 302
    assert there.get("/account/").status_code == 302
    assert "account.password_changed" in actions()
    assert sign_in(user, NEW).last.status_code == 302
    assert "Password Changed" in mail.outbox[-1].subject


@pytest.mark.parametrize(
    ("password", "says"),
    [
        ("short words", "at least 12"),
        ("password1234", "too common"),
        ("x" * 129, "128 characters or fewer"),
    ],
)
def test_weak_passwords_are_refused(someone, sign_in, password, says):
    client = sign_in(someone())
    given = {"oldpassword": "seven quiet herons", "password1": password, "password2": password}
    page = client.post("/account/password/change/", given)
    assert says in page.content.decode()


@pytest.mark.parametrize(
    "password", ["x7" * 6, "x7" * 64, "käse mit löchern ☃", "   spaces too   "]
)
def test_long_passwords_of_any_letters_are_taken(someone, sign_in, password):
    user = someone()
    client = sign_in(user)
    given = {"oldpassword": "seven quiet herons", "password1": password, "password2": password}
    assert client.post("/account/password/change/", given).status_code == 302
    assert sign_in(user, password).last.status_code == 302


def reset_link(user) -> str:
    Client().post("/account/password/reset/", {"email": user.email})
    assert len(mail.outbox) == 1
    return re.search(r"http://testserver(\S+)", mail.outbox[0].body)[1]


def test_a_forgotten_password_is_reset_by_letter_once(someone, sign_in):
    user = someone()
    client, there = Client(), sign_in(user)
    link = reset_link(user)
    form = client.get(link)["Location"]
    assert link.split("-", 1)[1] not in form
    client.post(form, {"password1": NEW, "password2": NEW})
    assert sign_in(user, NEW).last.status_code == 302
    assert there.get("/account/").status_code == 302, "old sessions end"
    assert "This link cannot be used" in Client().get(link).content.decode()


@pytest.mark.parametrize(("minutes", "works"), [(59, True), (61, False)])
def test_a_reset_link_runs_out_after_an_hour(someone, monkeypatch, minutes, works):
    link = reset_link(someone())
    later = datetime.now() + timedelta(minutes=minutes)
    monkeypatch.setattr(PasswordResetTokenGenerator, "_now", lambda _: later)
    client = Client()
    page = client.get(link, follow=True).content.decode()
    assert ("Choose a new password" in page) is works


def test_a_deactivated_account_gets_no_letter_and_no_way_in(someone, sign_in):
    user = someone()
    user.is_active = False
    user.save()
    Client().post("/account/password/reset/", {"email": user.email})
    assert not mail.outbox
    client = sign_in(user, follow=True)
    assert "This account is closed" in client.last.content.decode()
    assert client.get("/account/").status_code == 302


def test_your_account_shows_your_roles_and_changes_your_name(someone, sign_in, organisation):
    place = organisation("practice")
    client = sign_in(someone("analyst", place))
    assert f"Region analyst: {place.name}" in client.get("/account/").content.decode()
    client.post("/account/name/", {"name": "Zoë <i>O'Neill</i>"})
    page = client.get("/account/").content.decode()
    assert "Zoë &lt;i&gt;O&#39;Neill&lt;/i&gt;" in page
    assert client.post("/account/name/", {"name": ""}).status_code == 422


def test_strangers_cannot_sign_up():
    for path in ("/account/signup/", "/account/email/", "/account/3rdparty/signup/"):
        assert Client().get(path).status_code == 404
