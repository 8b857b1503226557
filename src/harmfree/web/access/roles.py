"""The roles of the collaborative and what each may do (design section 8)."""

from __future__ import annotations

from enum import StrEnum


class Permission(StrEnum):
    """One thing that a person may be allowed to do at an organisation and all below it."""

    SEE_PEOPLE = "see identifiable people and their findings"
    ACT = "record what was done about a finding"
    SEE_FIGURES = "see figures of organisations"
    SEE_SMALL_NUMBERS = "see counts that are hidden from others"
    USE_TOOLS = "use the clinical tools"
    ANNOTATE = "annotate charts and record interventions"
    RECORD_CARE = "record daily observations in a care home"
    RAISE = "raise concerns and ideas"
    MANAGE_PEOPLE = "invite people and give them roles"
    MANAGE_ORGANISATIONS = "change organisations"
    SEE_AUDIT = "see the audit trail"
    RUN = "compute and publish"
    USE_API = "make tokens for the API"


class Role(StrEnum):
    """A role; the value is kept in the database."""

    ANALYST = "analyst"
    SITE_MEMBER = "site_member"
    CLINICIAN = "clinician"
    CARER = "carer"
    LEAD = "lead"
    CONTRIBUTOR = "contributor"
    ADMINISTRATOR = "administrator"


NAMES: dict[Role, str] = {
    Role.ANALYST: "Region analyst",
    Role.SITE_MEMBER: "Site member",
    Role.CLINICIAN: "Clinician",
    Role.CARER: "Carer",
    Role.LEAD: "Programme lead",
    Role.CONTRIBUTOR: "Contributor",
    Role.ADMINISTRATOR: "Administrator",
}

P = Permission
MAY: dict[Role, frozenset[Permission]] = {
    Role.ANALYST: frozenset({P.SEE_FIGURES, P.USE_TOOLS, P.USE_API, P.RAISE}),
    Role.SITE_MEMBER: frozenset(
        {P.SEE_PEOPLE, P.SEE_FIGURES, P.SEE_SMALL_NUMBERS, P.USE_TOOLS, P.RAISE}
    ),
    Role.CLINICIAN: frozenset(
        {P.SEE_PEOPLE, P.ACT, P.SEE_FIGURES, P.SEE_SMALL_NUMBERS, P.USE_TOOLS, P.RAISE}
    ),
    Role.CARER: frozenset({P.RECORD_CARE, P.SEE_FIGURES, P.SEE_SMALL_NUMBERS, P.RAISE}),
    Role.LEAD: frozenset({P.SEE_FIGURES, P.ANNOTATE, P.USE_TOOLS, P.RUN, P.RAISE}),
    Role.CONTRIBUTOR: frozenset({P.RAISE}),
    Role.ADMINISTRATOR: frozenset(
        {P.MANAGE_PEOPLE, P.MANAGE_ORGANISATIONS, P.SEE_AUDIT, P.RUN, P.SEE_FIGURES, P.USE_API}
    ),
}
"""An administrator sees no person; whoever sees people cannot give themselves more."""

NEEDS_SECOND_FACTOR: frozenset[Permission] = frozenset(
    {P.SEE_PEOPLE, P.RECORD_CARE, P.MANAGE_PEOPLE, P.SEE_AUDIT}
)
"""Whoever has one of these signs in with a second factor."""
