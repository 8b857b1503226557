"""Changing organisations: adding, renaming, moving, merging, splitting. History stays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction

from harmfree.errors import InputError
from harmfree.web.access.scope import Access
from harmfree.web.audit.chain import record
from harmfree.web.organisations.models import (
    SITES,
    FormerParent,
    Kind,
    Organisation,
    Succession,
)
from harmfree.web.organisations.tree import LEVELS, tree


class OrganisationError(InputError):
    """A change that would leave the tree of organisations contradicting itself."""

    exit_code = 99


@dataclass(frozen=True)
class Facts:
    """What an organisation is said to be."""

    code: str
    name: str
    kind: str
    parent: Organisation | None
    valid_from: date | None = None
    valid_to: date | None = None


def rank(kind: str) -> int:
    """How high a level stands: sites 0, the region highest."""
    return 0 if kind in SITES else LEVELS.index(kind) - len(SITES) + 1


def _check(facts: Facts, itself: Organisation | None = None) -> None:
    if facts.parent is not None:
        if rank(facts.parent.kind) <= rank(facts.kind):
            above, below = Kind(facts.parent.kind).label, Kind(facts.kind).label
            raise OrganisationError(f"{above} cannot stand above {below}.")
        if itself is not None and facts.parent.pk in tree().below(itself.pk):
            raise OrganisationError("An organisation cannot stand below itself.")
    if facts.valid_from and facts.valid_to and facts.valid_to <= facts.valid_from:
        raise OrganisationError("The last day must come after the first.")


@transaction.atomic
def add(access: Access | None, facts: Facts, reason: str = "") -> Organisation:
    """Add an organisation.

    Raises:
        OrganisationError: its code is taken, or its place in the tree is impossible.
    """
    if Organisation.objects.filter(code=facts.code).exists():
        raise OrganisationError(f"There is an organisation with the code {facts.code} already.")
    _check(facts)
    made = Organisation.objects.create(
        code=facts.code,
        name=facts.name,
        kind=facts.kind,
        parent=facts.parent,
        valid_from=facts.valid_from,
        valid_to=facts.valid_to,
    )
    _record(access, "organisation.added", made, reason)
    return made


@transaction.atomic
def edit(
    access: Access | None, organisation: Organisation, facts: Facts, on: date, reason: str
) -> None:
    """Change name, place in the tree or days of an organisation; code and kind stay.

    Args:
        access: who does it.
        organisation: which one.
        facts: what it is from now on.
        on: the first day at the new place in the tree, when that changes.
        reason: for the audit trail.

    Raises:
        OrganisationError: the place in the tree is impossible.
    """
    _check(facts, organisation)
    changed = [
        name
        for name in ("name", "parent", "valid_from", "valid_to")
        if getattr(organisation, name) != getattr(facts, name)
    ]
    if "parent" in changed:
        FormerParent.objects.create(organisation=organisation, parent=organisation.parent, until=on)
    for name in changed:
        setattr(organisation, name, getattr(facts, name))
    organisation.save()
    _record(access, "organisation.changed", organisation, reason, changed=changed)


@transaction.atomic
def succeed(
    access: Access | None,
    old: Sequence[Organisation],
    new: Sequence[Organisation],
    on: date,
    reason: str,
) -> None:
    """Close organisations and name who took them over: a merger or a split.

    Args:
        access: who does it.
        old: those that close.
        new: those that take over.
        on: the first day on which the old ones no longer exist.
        reason: for the audit trail.

    Raises:
        OrganisationError: different kinds, one of them on both sides, or closed already.
    """
    _check_succession(old, new, on)
    for each in old:
        each.valid_to = on
        each.save(update_fields=["valid_to"])
        for successor in new:
            Succession.objects.get_or_create(
                predecessor=each, successor=successor, defaults={"on": on}
            )
        codes = [successor.code for successor in new]
        _record(access, "organisation.succeeded", each, reason, successors=codes)


def _check_succession(old: Sequence[Organisation], new: Sequence[Organisation], on: date) -> None:
    if not old or not new:
        raise OrganisationError("Name the organisations that closed and those that took over.")
    both = {each.code for each in old} & {each.code for each in new}
    if both:
        raise OrganisationError(f"{min(both)} cannot take itself over.")
    if len({each.kind for each in (*old, *new)}) > 1:
        raise OrganisationError("All of them must be of the same kind.")
    for each in old:
        if not each.exists_on(on):
            raise OrganisationError(f"{each.code} does not exist on that day.")
    for each in new:
        if not each.exists_on(on):
            raise OrganisationError(f"{each.code} does not exist on that day to take over.")
    _check_circle(old, new)


def _check_circle(old: Sequence[Organisation], new: Sequence[Organisation]) -> None:
    """Whoever takes over must not have been taken over, however indirectly, by those that close."""
    waiting, seen = [each.pk for each in new], set()
    while waiting:
        at = waiting.pop()
        if at in seen:
            continue
        seen.add(at)
        waiting += Succession.objects.filter(predecessor_id=at).values_list(
            "successor_id", flat=True
        )
    if seen & {each.pk for each in old}:
        raise OrganisationError("That would go round in a circle: one was taken over before.")


def _record(
    access: Access | None, action: str, organisation: Organisation, reason: str, **detail: Any
) -> None:
    record(
        access,
        action,
        subject=f"organisation:{organisation.code}",
        organisation=organisation.code,
        reason=reason,
        **detail,
    )
