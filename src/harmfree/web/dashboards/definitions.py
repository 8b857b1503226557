"""What an indicator means and how far its figures can be trusted, for its page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from harmfree.programmes import Indicator
from harmfree.programmes.check import lists_of
from harmfree.programmes.english import outline
from harmfree.programmes.indicator import TAG_MEANING
from harmfree.programmes.page import flags
from harmfree.web.publication.models import PublishedRun

INDENT = 2
"""Blanks for each step of an outline."""


@dataclass(frozen=True)
class About:
    """The definition in English.

    Attributes:
        denominator, numerator: conditions with how deep each stands.
        checked: how well the source was checked.
        flags: warnings, such as unverified.
        lists: code lists used.
    """

    denominator: tuple[tuple[int, str], ...]
    numerator: tuple[tuple[int, str], ...]
    checked: str
    flags: tuple[str, ...]
    lists: tuple[str, ...]


def about(indicator: Indicator, today: date) -> About:
    """The definition of an indicator."""
    return About(
        _steps(outline(indicator.denominator)),
        _steps(outline(indicator.numerator)),
        TAG_MEANING[indicator.provenance.tag],
        tuple(flags(indicator, today)),
        tuple(lists_of(indicator)),
    )


def _steps(lines: list[str]) -> tuple[tuple[int, str], ...]:
    return tuple(((len(each) - len(each.lstrip())) // INDENT, each.strip()) for each in lines)


@dataclass(frozen=True)
class Affected:
    """What in the data may change the figures.

    Attributes:
        unmatched: code lists of the indicator that match no code in these records.
        rejections: rules with how many records each left out, of all records.
        version_before: version of the definition in the run before, when it was another.
    """

    unmatched: tuple[str, ...]
    rejections: tuple[tuple[str, int], ...]
    version_before: int | None


def affected_by(run: PublishedRun, indicator: Indicator) -> Affected:
    """What in the data may change the figures of an indicator; one query."""
    unmatched = set(run.info["unmatched_lists"]) & set(lists_of(indicator))
    rejected = tuple((str(r["rule"]), int(r["records"])) for r in run.rejections)
    before = PublishedRun.objects.filter(state=PublishedRun.State.OLD).order_by("-number").first()
    then = _version(before.info, indicator.id) if before else None
    changed = then is not None and then != _version(run.info, indicator.id)
    return Affected(tuple(sorted(unmatched)), rejected, then if changed else None)


def _version(info: dict[str, Any], identifier: str) -> int | None:
    versions = dict(zip(info["indicators"], info["versions"], strict=True))
    return versions.get(identifier)
