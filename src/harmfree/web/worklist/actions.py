"""Recording what was done about cases: one transaction with its audit entry, nobody's work lost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from harmfree.web.access.roles import MAY, Permission
from harmfree.web.access.scope import Access
from harmfree.web.accounts.models import Membership, User
from harmfree.web.audit.chain import record
from harmfree.web.organisations.tree import tree
from harmfree.web.worklist.lines import rank
from harmfree.web.worklist.models import Action, Case

Did = Action.Did
State = Case.State
# What an action makes of a case; None leaves it as it is.
LEADS_TO: dict[str, str | None] = {
    Did.DONE: State.DONE,
    Did.DECLINED_BY_PATIENT: State.DECLINED,
    Did.DECLINED_BY_CLINICIAN: State.DECLINED,
    Did.NOT_APPROPRIATE: State.NOT_APPROPRIATE,
    Did.SNOOZED: State.SNOOZED,
    Did.ASSIGNED: None,
    Did.NOTED: None,
    Did.REOPENED: State.OPEN,
}
NEEDS_REASON = frozenset(
    {Did.DECLINED_BY_PATIENT, Did.DECLINED_BY_CLINICIAN, Did.NOT_APPROPRIATE, Did.NOTED}
)


class NotAllowedError(Exception):
    """The person may not act on a case of this organisation."""


class ChangedMeanwhileError(Exception):
    """Somebody else acted on a case since the page was opened.

    Attributes:
        cases: the cases as they are now.
    """

    def __init__(self, cases: list[Case]) -> None:
        super().__init__(f"{len(cases)} cases changed meanwhile")
        self.cases = cases


@dataclass(frozen=True)
class Deed:
    """What somebody says they did.

    Attributes:
        did: one of `Action.Did`.
        reason: free text; needed for some (`NEEDS_REASON`).
        until: the day that a snoozed case comes back.
        to: whom it is assigned to.
    """

    did: str
    reason: str = ""
    until: date | None = None
    to: User | None = None


@transaction.atomic
def act(access: Access, versions: dict[int, int], deed: Deed) -> list[Case]:
    """Record a deed on some cases: on all of them, or, if one changed meanwhile, on none.

    Args:
        access: who acts.
        versions: case to the version that the actor saw.
        deed: what they did.

    Raises:
        NotAllowedError: a case is not of an organisation where this access may act.
        ChangedMeanwhileError: somebody else acted on one of them first, or a run closed it.
    """
    assert access.user is not None
    cases = list(
        Case.objects.select_for_update(of=("self",))
        .filter(pk__in=versions)
        .select_related("person", "organisation")
        .order_by("pk")
    )
    allowed = access.organisations(Permission.ACT)
    if len(cases) != len(versions) or any(each.organisation_id not in allowed for each in cases):
        raise NotAllowedError
    changed = [
        each for each in cases if each.version != versions[each.pk] or each.state == State.CLOSED
    ]
    if changed:
        raise ChangedMeanwhileError(changed)
    for case in cases:
        _apply(access, case, deed)
    rank({case.person_id for case in cases})
    return cases


def _apply(access: Access, case: Case, deed: Deed) -> None:
    """One case: its new state, the action, the audit entry."""
    assert access.user is not None
    state = LEADS_TO[deed.did]
    if state is not None:
        case.state = state
        case.snoozed_until = deed.until if deed.did == Did.SNOOZED else None
        case.still_shown = None  # it told of the deed before this one
    if deed.did == Did.ASSIGNED:
        case.assigned_to = deed.to
    case.changed, case.version = timezone.now(), case.version + 1
    case.save()
    Action.objects.create(
        case=case, did=deed.did, reason=deed.reason, by=access.user, until=deed.until, to=deed.to
    )
    record(
        access,
        "worklist.acted",
        subject=f"line:{case.person.key}",
        organisation=case.organisation.code,
        indicator=case.indicator,
        did=deed.did,
        until=str(deed.until or ""),
        to=deed.to.pk if deed.to else None,
    )


def colleagues(organisation: int) -> list[User]:
    """Active people whose roles let them act at the organisation today, by name."""
    above = [organisation, *(each.id for each in tree().above(organisation))]
    acting = [role.value for role, may in MAY.items() if Permission.ACT in may]
    there = Membership.objects.on(timezone.localdate()).filter(
        Q(organisation__in=above) | Q(organisation__isnull=True), role__in=acting
    )
    users = User.objects.filter(is_active=True, pk__in=there.values("user"))
    return list(users.order_by("name", "email"))
