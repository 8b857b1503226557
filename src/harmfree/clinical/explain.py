"""Plain words: a table and a sentence for a result, and a page for a tool."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from textwrap import fill
from typing import Any

from harmfree.clinical.fields import Spec
from harmfree.clinical.registry import Tool
from harmfree.clinical.result import TAG_MEANS, Outcome, Result

# Columns of a page of text.
WIDTH = 100


def show(value: object) -> str:
    """Write a value as people write it: no trailing zeros, yes and no for truth values."""
    if value is None:
        return "not recorded"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.6g}"
    return str(value)


def text_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Lay rows out in columns as wide as their widest cell."""
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in (head, ["-" * width for width in widths], *rows)
    ]
    return "\n".join(lines)


def contributions(outcome: Outcome) -> str:
    """Return the table of contributions of one result, "" when it has none."""
    rows = [
        [part.label, show(part.given), "" if part.points is None else show(part.points), part.why]
        for part in outcome.components
    ]
    return text_table(["Item", "Given", "Points", "Why"], rows) if rows else ""


def sentence(result: Result) -> str:
    """Say a result in one sentence: the value, its band, what made it, what is missing."""
    if result.value is None:
        said = f"{result.title}: no value can be given"
    else:
        unit = f" {result.unit}" if result.unit else ""
        band = f" ({result.band})" if result.band and result.band != result.value else ""
        said = f"{result.title}: {show(result.value)}{unit}{band}"
    made = [
        f"{_in_sentence(part.label)} {show(part.points)}"
        for part in result.components
        if part.points
    ]
    if made:
        said += ", from " + ", ".join(made)
    if result.missing:
        said += "; not recorded: " + ", ".join(result.missing)
    return said + "."


def _in_sentence(label: str) -> str:
    """Drop the capital of a label, but not of SpO2, INR or H: hypertension."""
    return label[0].lower() + label[1:] if label[1:].islower() and label[1] != ":" else label


def render(result: Result) -> str:
    """Return the whole result as text: sentence, table, advice, warnings, sources."""
    parts = [sentence(result), contributions(result)]
    found = {name: value for name, value in result.detail.items() if value is not None}
    parts += ["\n".join(f"{name}: {_flat(value)}" for name, value in found.items())]
    parts += [_listed("What to do", result.advice), _listed("Note", result.warnings)]
    cited = [f"{source.text} [{TAG_MEANS[source.tag]}]" for source in result.source]
    parts += [_listed(f"Source, version {result.version}", cited)]
    parts += [f"For: {result.population}"]
    return "\n\n".join(part for part in parts if part)


def _flat(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_flat(inner)}" for key, inner in value.items())
    if isinstance(value, list | tuple):
        return "; ".join(_flat(inner) for inner in value)
    return show(value)


def _listed(title: str, lines: Sequence[str]) -> str:
    return "\n".join([f"{title}:", *(f"- {line}" for line in lines)]) if lines else ""


def describe(tool: Tool[Any], today: date) -> str:
    """Return the page of a tool: inputs, formula, sources, limits and a worked example.

    Args:
        tool: the tool.
        today: so that an overdue review says so.
    """
    card = tool.card
    due = "  OVERDUE" if tool.overdue(today) else ""
    worked = tool.run(card.example.given)
    given = " ".join(f"{name}={_flat(value)}" for name, value in card.example.given.items())
    return "\n\n".join(
        [
            f"{card.name}: {card.title}",
            f"Intended use: {card.use}\nFor: {card.population}",
            "Inputs:\n" + _inputs(tool),
            fill(f"Formula: {card.formula}", WIDTH),
            _listed("Sources", [f"{s.text}: {s.covers} [{TAG_MEANS[s.tag]}]" for s in card.source]),
            _listed("Known limits", card.limits),
            f"Worked example: {given}\n{card.example.note}\n{sentence(worked)}\n"
            + contributions(worked),
            f"Version {card.version}, reviewed {card.reviewed}, review due {card.review_due}{due}",
        ]
    )


def _inputs(tool: Tool[Any]) -> str:
    """Say for each input its name, meaning, what it accepts and under which names it is read."""
    return "\n".join(_input(name, spec) for name, spec in tool.reader.specs.items())


def _input(name: str, spec: Spec) -> str:
    said = [f"{name}: {spec.label} ({spec.meaning})", spec.help]
    if spec.aliases:
        said.append(f"Also read as {', '.join(spec.aliases)}")
    text = " ".join(part if part[-1] in ".?" else f"{part}." for part in said if part)
    return fill(text, WIDTH, subsequent_indent="    ", break_on_hyphens=False)
