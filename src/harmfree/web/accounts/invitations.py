"""Inviting people: a letter with a link that works once, for a week."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from harmfree.errors import InputError
from harmfree.web.access.roles import NAMES, Role
from harmfree.web.access.scope import Access
from harmfree.web.accounts.events import subject
from harmfree.web.accounts.models import Invitation, Membership, User, fresh_token
from harmfree.web.accounts.people import NotAllowedError, check_gift
from harmfree.web.audit.chain import record
from harmfree.web.organisations.models import Organisation


class LetterError(InputError):
    """The letter could not be handed to the mail server."""

    exit_code = 98


def digest(token: str) -> str:
    """What is kept of a token: it has 256 random bits, so one round of SHA-256 hides it."""
    return sha256(token.encode()).hexdigest()


@transaction.atomic
def invite(  # noqa: PLR0913 - the facts about an invitation, by name
    access: Access | None,
    email: str,
    name: str,
    role: Role,
    organisation: Organisation | None,
    reason: str = "",
) -> tuple[Invitation, str]:
    """Invite somebody; the invitation and its token, which nobody can read again.

    An open invitation of the same address is withdrawn.

    Raises:
        NotAllowedError: oneself, or outside one's organisations.
        InputError: the address has an account already.
    """
    email = email.strip().lower()
    if access and access.user and access.user.email == email:
        raise NotAllowedError("You cannot invite yourself.", do="Ask another administrator.")
    check_gift(access, role, organisation)
    if User.objects.filter(email=email).exists():
        raise InputError(
            "This person has an account already.", do="Give them the role on their page."
        )
    for old in Invitation.objects.open().filter(email=email):
        withdraw(access, old, "invited again")
    token = fresh_token()
    made = Invitation.objects.create(
        email=email,
        name=name.strip(),
        role=role,
        organisation=organisation,
        token_digest=digest(token),
        invited_by=access.user if access else None,
    )
    _record(access, "invitation.sent", made, reason, role=role.value)
    return made, token


def _record(
    access: Access | None, action: str, made: Invitation, reason: str = "", **detail: Any
) -> None:
    place = made.organisation.code if made.organisation else ""
    record(
        access,
        action,
        subject=f"invitation:{made.pk}",
        organisation=place,
        reason=reason,
        **detail,
    )


@transaction.atomic
def withdraw(access: Access | None, made: Invitation, reason: str = "") -> None:
    """Make an open invitation worthless.

    Raises:
        NotAllowedError: outside one's organisations.
    """
    check_gift(access, Role(made.role), made.organisation)
    made.until = timezone.now()
    made.save(update_fields=["until"])
    _record(access, "invitation.withdrawn", made, reason)


def path(token: str) -> str:
    """The path of the link in the letter."""
    return reverse("join", args=[token])


def send(made: Invitation, token: str, absolute: Callable[[str], str]) -> None:
    """Send the letter.

    Args:
        made: the invitation.
        token: its token.
        absolute: makes a whole address of a path.

    Raises:
        LetterError: the mail server did not take it.
    """
    context = {
        "invitation": made,
        "role": NAMES[Role(made.role)],
        "address": absolute(path(token)),
        "service": settings.SERVICE,
        "organisation_name": settings.ORGANISATION,
    }
    text = render_to_string("account/letters/invitation.txt", context)
    try:
        send_mail(f"Join {settings.SERVICE}", text, settings.DEFAULT_FROM_EMAIL, [made.email])
    except (OSError, SMTPException) as wrong:
        raise LetterError(
            "The letter could not be sent.",
            where=f"mail server {settings.EMAIL_HOST}",
            do="Check HARMFREE_EMAIL_HOST and invite again.",
        ) from wrong


def find(token_digest: str) -> Invitation | None:
    """The open invitation with this digest; None for anything else."""
    return Invitation.objects.open().filter(token_digest=token_digest).first()


@transaction.atomic
def accept(token_digest: str, name: str, password: str) -> User | None:
    """Make the account of someone who was invited; None when the invitation is worthless by now."""
    made = Invitation.objects.open().select_for_update().filter(token_digest=token_digest).first()
    if made is None or User.objects.filter(email=made.email).exists():
        return None
    user = User.objects.create_user(made.email, name.strip(), password)
    Membership.objects.create(
        user=user,
        role=made.role,
        organisation=made.organisation,
        valid_from=timezone.localdate(),
    )
    made.accepted = timezone.now()
    made.save(update_fields=["accepted"])
    _record(Access(user), "invitation.accepted", made, role=made.role, user=subject(user))
    return user
