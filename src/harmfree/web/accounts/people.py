"""Who may sign in and as what: roles given and ended, accounts closed. All of it audited."""

from __future__ import annotations

from datetime import date

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import Q, QuerySet

from harmfree.errors import InputError
from harmfree.web.access.roles import NAMES, Permission, Role
from harmfree.web.access.scope import Access
from harmfree.web.accounts.events import subject
from harmfree.web.accounts.models import Invitation, Membership, User
from harmfree.web.accounts.sessions import end_all
from harmfree.web.audit.chain import record
from harmfree.web.organisations.models import Organisation

MANAGE = Permission.MANAGE_PEOPLE


class NotAllowedError(InputError):
    """A person may not do this to their own account, or not at that organisation."""

    exit_code = 97


def everywhere(access: Access | None, permission: Permission = MANAGE) -> bool:
    """Whether the permission holds at every organisation; always so for the command line."""
    from harmfree.web.access.roles import MAY

    if access is None:
        return True
    return any(each.organisation is None and permission in MAY[each.role] for each in access.grants)


def reaches(access: Access | None, organisation: Organisation | None) -> bool:
    """Whether roles at this organisation (none: everywhere) are this person's to give."""
    if access is None or organisation is None:
        return everywhere(access)
    return access.may_at(MANAGE, organisation.pk)


def in_reach(access: Access) -> QuerySet[User]:
    """The people whom an administrator looks after: with a role in their organisations."""
    found = User.objects.order_by("name", "email")
    if everywhere(access):
        return found
    own = Q(memberships__organisation_id__in=access.organisations(MANAGE))
    return found.filter(own).distinct()


def whole(access: Access, user: User) -> bool:
    """Whether all roles that this person has today are the administrator's to manage."""
    return all(
        reaches(access, each.organisation)
        for each in user.memberships.on(date.today()).select_related("organisation")
    )


def _not_oneself(access: Access | None, user: User, what: str) -> None:
    if access and access.user and access.user.pk == user.pk:
        raise NotAllowedError(
            f"You cannot {what} yourself.", do="Ask another administrator to do it."
        )


def check_gift(access: Access | None, role: Role, organisation: Organisation | None) -> None:
    """Refuse a role at an organisation that is not this person's to give.

    Raises:
        NotAllowedError: it lies outside their organisations.
    """
    if not reaches(access, organisation):
        place = organisation.name if organisation else "every organisation"
        raise NotAllowedError(f"You cannot give the role {NAMES[role]} at {place}.")


@transaction.atomic
def give_role(
    access: Access | None, user: User, role: Role, organisation: Organisation | None, reason: str
) -> Membership:
    """Give a person a role from today on.

    Nobody gives a role to themselves: whoever hands out access to people's records cannot take it.

    Raises:
        NotAllowedError: to oneself, or outside one's organisations.
        InputError: they have it already.
    """
    _not_oneself(access, user, "give a role to")
    check_gift(access, role, organisation)
    held = Membership.objects.select_for_update().filter(
        user=user, role=role, organisation=organisation
    )
    membership = held.first() or Membership(user=user, role=role, organisation=organisation)
    today = date.today()
    if membership.pk and (membership.valid_to is None or membership.valid_to > today):
        raise InputError(f"{user} has this role already.")
    membership.valid_from, membership.valid_to = today, None
    membership.save()
    _record(access, "role.given", membership, reason)
    return membership


@transaction.atomic
def end_role(access: Access | None, membership: Membership, reason: str) -> None:
    """End a role now.

    Raises:
        NotAllowedError: one's own, or outside one's organisations.
    """
    _not_oneself(access, membership.user, "end a role of")
    check_gift(access, Role(membership.role), membership.organisation)
    membership.valid_to = date.today()
    membership.save(update_fields=["valid_to"])
    _record(access, "role.ended", membership, reason)


def _record(access: Access | None, action: str, membership: Membership, reason: str) -> None:
    record(
        access,
        action,
        subject=subject(membership.user),
        organisation=membership.organisation.code if membership.organisation else "",
        reason=reason,
        role=membership.role,
    )


@transaction.atomic
def deactivate(access: Access | None, user: User, reason: str) -> int:
    """Close an account: it cannot sign in, and its sessions end now; how many there were.

    Raises:
        NotAllowedError: one's own.
    """
    _not_oneself(access, user, "deactivate")
    user.is_active = False
    user.save(update_fields=["is_active"])
    ended = end_all(user)
    record(access, "user.deactivated", subject=subject(user), reason=reason, sessions=ended)
    return ended


@transaction.atomic
def reactivate(access: Access | None, user: User, reason: str) -> None:
    """Open a closed account again, with the roles that it still has.

    Raises:
        NotAllowedError: one's own.
    """
    _not_oneself(access, user, "reactivate")
    user.is_active = True
    user.save(update_fields=["is_active"])
    record(access, "user.reactivated", subject=subject(user), reason=reason)


@transaction.atomic
def forget_second_factor(access: Access | None, user: User, reason: str) -> None:
    """Remove the second factors of someone who lost theirs; their sessions end.

    Raises:
        NotAllowedError: one's own.
    """
    _not_oneself(access, user, "reset the second factor of")
    gone, _ = Authenticator.objects.filter(user_id=user.pk).delete()
    end_all(user)
    record(access, "user.second_factor_reset", subject=subject(user), reason=reason, factors=gone)


@transaction.atomic
def rename(access: Access, name: str) -> None:
    """Change one's own name."""
    user = access.user
    if user is None:
        raise NotAllowedError("Nobody has signed in.")
    user.name = name
    user.save(update_fields=["name"])
    record(access, "user.renamed", subject=subject(user))


def waiting(access: Access) -> list[Invitation]:
    """Invitations that can still be accepted, of one's own organisations, newest first."""
    found = Invitation.objects.open().select_related("organisation", "invited_by")
    return [each for each in found.order_by("-made") if reaches(access, each.organisation)]
