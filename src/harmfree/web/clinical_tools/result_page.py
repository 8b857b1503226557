"""A tool's result as its page and the record show it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from harmfree.clinical.explain import render, show
from harmfree.clinical.registry import Tool
from harmfree.clinical.result import TAG_MEANS, Result
from harmfree.web.clinical_tools.fields import words
from harmfree.web.clinical_tools.forms import ToolForm, given_rows


@dataclass(frozen=True)
class SourceRow:
    """One publication with how far the tool was checked against it."""

    text: str
    covers: str
    means: str
    verified: bool


@dataclass(frozen=True)
class Part:
    """One contribution as text."""

    label: str
    given: str
    points: str
    why: str


@dataclass(frozen=True)
class Detail:
    """A further result: its text, or what stands below it."""

    label: str
    text: str
    inner: tuple[Detail, ...] = ()


@dataclass(frozen=True)
class Shown:
    """A result, ready for a page.

    Args:
        value: as people write it, with its unit; "" when there is none.
        band: "" when there is none or when it only says the value again.
        missing: labels of what is not recorded.
        parts: how the value came about.
        detail: further results.
        given: the inputs, label and text.
        text: all of it as plain text, to copy into a record.
    """

    result: Result
    value: str
    band: str
    missing: tuple[str, ...]
    parts: tuple[Part, ...]
    detail: tuple[Detail, ...]
    given: tuple[tuple[str, str], ...]
    text: str


def shown(form: ToolForm, result: Result, now: datetime) -> Shown:
    """Shape the result of a valid form."""
    labels = {name: str(field.label) for name, field in form.fields.items()}
    value = "" if result.value is None else f"{show(result.value)} {result.unit}".strip()
    given = tuple(given_rows(form))
    return Shown(
        result=result,
        value=words(value) if isinstance(result.value, str) else value,
        band="" if result.band == result.value else result.band,
        missing=tuple(labels.get(name, words(name)) for name in result.missing),
        parts=tuple(
            Part(each.label, flat(each.given), _points(each.points), each.why)
            for each in result.components
        ),
        detail=tuple(detail_rows(result.detail)),
        given=given,
        text=record_text(form.tool, result, given, now),
    )


def _points(points: float | None) -> str:
    return "" if points is None else show(points)


def detail_rows(detail: Mapping[str, Any]) -> Iterator[Detail]:
    """Each further result that there is, with what stands below it."""
    for name, value in detail.items():
        if isinstance(value, Mapping):
            yield Detail(words(str(name)), "", tuple(detail_rows(value)))
        elif value is not None:
            yield Detail(words(str(name)), flat(value))


def flat(value: Any) -> str:
    """A value on one line."""
    if isinstance(value, Mapping):
        return ", ".join(f"{words(str(key))}: {flat(inner)}" for key, inner in value.items())
    if isinstance(value, list | tuple):
        return "; ".join(map(flat, value)) or "none"
    return show(value)


def record_text(
    tool: Tool[Any], result: Result, given: tuple[tuple[str, str], ...], now: datetime
) -> str:
    """The result as text for the person's record: inputs, result, version, and what flags it."""
    inputs = "; ".join(f"{label} {value}" for label, value in given) or "none"
    lines = [f"{now:%Y-%m-%d %H:%M}", f"Given: {inputs}.", render(result)]
    if tool.overdue(now.date()):
        lines.append(f"The review of this tool was due on {tool.card.review_due}.")
    lines.append("Decision support: not a diagnosis. Check the record before acting.")
    return "\n\n".join(lines)


def sources(tool: Tool[Any]) -> list[SourceRow]:
    """Where the tool comes from."""
    return [
        SourceRow(each.text, each.covers, TAG_MEANS[each.tag], each.verified)
        for each in tool.card.source
    ]


def flags(tool: Tool[Any], today: date) -> list[str]:
    """What must be said wherever the tool is named."""
    said = ["overdue for review"] if tool.overdue(today) else []
    if any(not each.verified for each in tool.card.source):
        said.append("partly unverified")
    if needs_table(tool):
        said.append("needs your site's table")
    return said


def needs_table(tool: Tool[Any]) -> bool:
    """Whether the tool holds no thresholds of its own and scores with a site's signed table."""
    return any(spec.kind == "table" for spec in tool.reader.specs.values())
