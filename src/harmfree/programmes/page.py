"""An indicator and a programme as text: what people read before they trust a definition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from functools import lru_cache

from harmfree.programmes.check import lists_of
from harmfree.programmes.english import outline
from harmfree.programmes.examples import examples
from harmfree.programmes.indicator import TAG_MEANING, Indicator, Programme, Provenance
from harmfree.programmes.measure import Measure
from harmfree.programmes.registry import shipped_code_folders
from harmfree.records.codes import CodeList, canonical_unit, load_library
from harmfree.records.codes.report import UNVERIFIED

BETTER = {"lower": "lower is better", "higher": "higher is better", "none": "for context"}


def flags(indicator: Indicator | Measure, today: date) -> list[str]:
    """Warnings that go wherever the indicator shows: ``overdue``, ``unverified``."""
    said = ["overdue for review"] if indicator.overdue(today) else []
    return said + (["unverified"] if indicator.unverified else [])


def summary(indicator: Indicator, today: date) -> dict[str, object]:
    """The indicator's facts, as JSON takes them."""
    source = indicator.provenance
    return {
        "id": indicator.id,
        "title": indicator.title,
        "kind": indicator.kind,
        "direction": indicator.direction,
        "version": source.version,
        "source": source.source,
        "tag": source.tag,
        "author": source.author,
        "reviewed": source.reviewed.isoformat(),
        "review_due": source.review_due.isoformat(),
        "flags": flags(indicator, today),
    }


def full(indicator: Indicator, today: date) -> dict[str, object]:
    """Everything that the page says, as JSON takes it."""
    return summary(indicator, today) | {
        "why": indicator.why,
        "action": indicator.action,
        "note": indicator.note,
        "denominator": outline(indicator.denominator),
        "numerator": outline(indicator.numerator),
        "code_lists": {name: _library()[name].description for name in lists_of(indicator)},
        "examples": [
            {"says": each.says, "record": each.record, "periods": each.periods}
            for each in examples().get(indicator.id, ())
        ],
    }


@lru_cache(maxsize=1)
def _library() -> dict[str, CodeList]:
    return load_library(shipped_code_folders())


def indicator_page(indicator: Indicator, today: date) -> str:
    """The indicator in full."""
    source = indicator.provenance
    warnings = flags(indicator, today)
    lines = [
        f"{indicator.id}: {indicator.title}" + (f"  [{', '.join(warnings)}]" if warnings else ""),
        f"{_kind(indicator)}; version {source.version}",
        "",
        f"Why: {indicator.why}",
        *([f"What to do: {indicator.action}"] if indicator.action else []),
        "",
        "Who is looked at (on a site's list on the day, and)",
        *outline(indicator.denominator, 1),
        "Who of them has it",
        *outline(indicator.numerator, 1),
        *(["", f"Note: {indicator.note}"] if indicator.note else []),
        "",
        "Code lists",
        *(f"  {_described(name)}" for name in lists_of(indicator)),
        "",
        *_examples(indicator),
        *_answers_for(source),
    ]
    return "\n".join(lines)


def measure_summary(measure: Measure, today: date) -> dict[str, object]:
    """A measure's facts in full, as JSON takes them."""
    source = asdict(measure.provenance)
    dates = {name: source[name].isoformat() for name in ("reviewed", "review_due")}
    words = {k: v for k, v in asdict(measure).items() if k != "provenance"}
    return words | source | dates | {"kind": "measure", "flags": flags(measure, today)}


def measure_page(measure: Measure, today: date) -> str:
    """The measure in full."""
    source, warnings = measure.provenance, flags(measure, today)
    lines = [
        f"{measure.id}: {measure.title}" + (f"  [{', '.join(warnings)}]" if warnings else ""),
        f"measure, {BETTER[measure.direction]}; version {source.version}; by `{measure.command}`",
        "",
        f"Why: {measure.why}",
        f"Denominator: {measure.denominator}",
        f"Numerator: {measure.numerator}",
        *([f"Unit: {measure.unit}"] if measure.unit else []),
        *([f"Note: {measure.note}"] if measure.note else []),
        *(
            ["", "Code lists", *(f"  {_described(name)}" for name in measure.lists)]
            if measure.lists
            else []
        ),
        "",
        *_answers_for(source),
    ]
    return "\n".join(lines)


def _answers_for(source: Provenance) -> list[str]:
    return [
        f"Source: {source.source}",
        f"  [{source.tag}] {TAG_MEANING[source.tag]}",
        f"Author: {source.author}. Reviewed {source.reviewed}; due again {source.review_due}.",
    ]


def _kind(indicator: Indicator) -> str:
    return f"{indicator.kind}, {BETTER[indicator.direction]}"


def _described(name: str) -> str:
    code_list, unit = _library()[name], canonical_unit(name)
    in_unit = f" In {unit}." if unit else ""
    typed = sum(UNVERIFIED in rule.source for rule in code_list.rules)
    unverified = f", {typed} of them unverified" if typed else ""
    return f"{name}: {code_list.description}{in_unit} ({len(code_list.rules)} rules{unverified})"


def _examples(indicator: Indicator) -> list[str]:
    lines = ["Worked examples (up to 31 December 2025; a period's last day is not in it)"]
    for example in examples().get(indicator.id, ()):
        lines.append(f"  {example.says}")
        lines += [f"    {line}" for line in example.record.splitlines()]
        lines += [f"    -> {', '.join(example.periods) or 'never'}", ""]
    return lines


def programme_page(programme: Programme, today: date) -> str:
    """The programme's page and a line for each of its indicators and measures."""
    held: list[Indicator | Measure] = [*programme.indicators, *programme.measures]
    return "\n".join([programme.page.rstrip(), "", *listing(held, today)])


def listing(held: Sequence[Indicator | Measure], today: date) -> list[str]:
    """A line for each: id, kind, title, warnings."""
    width = max((len(each.id) for each in held), default=0)
    lines = []
    for each in held:
        kind = each.kind if isinstance(each, Indicator) else "measure"
        warnings = ", ".join(flags(each, today))
        said = f"  [{warnings}]" if warnings else ""
        lines.append(f"{each.id:<{width}}  {kind:<7}  {each.title}{said}")
    return lines
