"""Words that the definitions of this programme share."""

from __future__ import annotations

from datetime import date

from harmfree.periods import aged, ever, issued, latest, months, recorded, unresolved
from harmfree.periods.expressions import Predicate, Quantity
from harmfree.periods.windows import Window
from harmfree.programmes.indicator import Provenance, Tag

AUTHOR = "The Harmfree contributors"
REVIEWED = date(2026, 11, 23)
REVIEW_DUE = date(2028, 11, 23)


def from_source(source: str, tag: Tag) -> Provenance:
    """Provenance of a definition written and reviewed with this release."""
    return Provenance(source, tag, AUTHOR, REVIEWED, REVIEW_DUE)


ADULT = aged(at_least=18, below=121)
OLDER = aged(at_least=65)


def current(medicine: str) -> Predicate:
    """Issued in the last three months, as PINCER counts a current medicine."""
    return issued(medicine, within=months(3))


def long_term(medicine: str) -> Predicate:
    """Issued in the last three months and in the three months before: a continuing medicine."""
    return continued(medicine, since=months(3), within=months(6))


def continued(medicine: str, since: Window, within: Window) -> Predicate:
    """Issued within the last `since`, and before that within the last `within`.

    Both spans hold the day between them, so two issues on different days are asked for: otherwise
    a single issue would make a continuing medicine of one day.
    """
    return (
        issued(medicine, within=within, at_least_ago=since)
        & issued(medicine, within=since)
        & issued(medicine, within=within, at_least=2)
    )


def history(condition: str) -> Predicate:
    """Coded at any time up to today."""
    return ever(condition)


def known(condition: str) -> Predicate:
    """Coded at least three months ago, so that a prescriber could have known."""
    return ever(condition, at_least_ago=months(3))


def active_asthma() -> Predicate:
    """Asthma coded and not resolved since; on one day both mean active."""
    return unresolved("asthma", resolved_by="asthma_resolved", same_day="active")


def kidney_function() -> Quantity:
    """The latest eGFR of the last two years, in mL/min/1.73 m2."""
    return latest("egfr", within=months(24))


def recurrent_falls() -> Predicate:
    """Two or more falls on different days in a year, or recurrent falls coded."""
    return recorded("falls", within=months(12), at_least=2)


PROTECTED = current("ulcer_healing")
"""On an ulcer-healing medicine (proton pump inhibitor or H2-receptor antagonist)."""
