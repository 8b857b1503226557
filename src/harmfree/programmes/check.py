"""Whether the programmes are whole: lists there and used, examples given, reviews in date."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from harmfree.periods.plan import list_names
from harmfree.programmes.examples import Example, examples
from harmfree.programmes.indicator import TAG_MEANING, Indicator
from harmfree.programmes.measure import Measure
from harmfree.programmes.registry import indicators, measures, shipped_code_folders
from harmfree.records.codes.lists import load_library


@dataclass(frozen=True)
class Finding:
    """Something to put right (`error`) or to know (`warning`)."""

    level: str
    where: str
    says: str


def lists_of(indicator: Indicator) -> list[str]:
    """Code lists of an indicator's denominator and numerator, by name."""
    return sorted(list_names([indicator.definition]))


def check(today: date) -> list[Finding]:
    """Every finding, errors first."""
    held = indicators()
    found = [
        *_lists(held),
        *_examples(held, examples()),
        *_reviews([*held, *measures()], today),
        *_folders(),
    ]
    return sorted(found, key=lambda finding: (finding.level != "error", finding.where))


def _lists(held: Iterable[Indicator]) -> Iterator[Finding]:
    library = load_library(shipped_code_folders())
    used = {rule.code for each in library.values() for rule in each.rules if rule.system == "list"}
    named = [(each.id, lists_of(each)) for each in held]
    named += [(each.id, list(each.lists)) for each in measures()]
    for identifier, lists in named:
        for name in lists:
            used.add(name)
            if name not in library:
                yield Finding("error", identifier, f"names the code list '{name}', which is not")
    for name in sorted(set(library) - used):
        yield Finding("warning", name, "is a code list that no indicator or measure uses")


def _examples(
    held: Iterable[Indicator], given: dict[str, tuple[Example, ...]]
) -> Iterator[Finding]:
    known = {indicator.id for indicator in held}
    for indicator in held:
        shown = given.get(indicator.id, ())
        if not any(example.periods for example in shown):
            yield Finding("error", indicator.id, "has no example of a person in it")
        if not any(not example.periods for example in shown):
            yield Finding("error", indicator.id, "has no example of a person out of it")
    for identifier in sorted(set(given) - known):
        yield Finding("error", identifier, "has examples but is no indicator")


def _reviews(held: Iterable[Indicator | Measure], today: date) -> Iterator[Finding]:
    for indicator in held:
        if indicator.overdue(today):
            due = indicator.provenance.review_due
            yield Finding("warning", indicator.id, f"was due for review on {due}")
        if indicator.unverified:
            yield Finding(
                "warning", indicator.id, f"unverified: {TAG_MEANING[indicator.provenance.tag]}"
            )


def _folders() -> Iterator[Finding]:
    seen: dict[str, str] = {}
    for folder in shipped_code_folders():
        for path in sorted(folder.glob("*.csv")):
            if path.stem in seen:
                yield Finding("error", path.stem, f"is a list in {seen[path.stem]} and in {folder}")
            seen[path.stem] = str(folder)
