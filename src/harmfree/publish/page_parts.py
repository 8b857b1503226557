"""Parts of a self-contained page: its frame, cells, and what was left out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from harmfree.pictures import STYLESHEET
from harmfree.publish.rejections import Ledger
from harmfree.publish.report import STYLE, page_table

MOST_ENTRIES = 200
"""Entries of the ledger that a page prints; the JSON has all."""


def whole_page(title: str, parts: Iterable[str]) -> str:
    """One HTML page that needs no network and prints well."""
    return (
        '<!doctype html>\n<html lang="en-GB"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}{STYLESHEET}</style></head>"
        f"<body><main><h1>{escape(title)}</h1>{''.join(parts)}</main></body></html>\n"
    )


def heading(text: str) -> str:
    """A second-level heading."""
    return f"<h2>{escape(text)}</h2>"


def note(*sentences: str) -> str:
    """A box with sentences."""
    return f'<p class="note">{escape(" ".join(sentences))}</p>'


def plain_table(caption: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table whose first cell is a row's heading; numbers stand to the right, None is blank."""
    made = [[f'<th scope="row">{escape(_text(row[0]))}</th>', *map(_cell, row[1:])] for row in rows]
    return page_table(caption, heads, made) if made else f"<p>{escape(caption)}: none.</p>"


def _cell(value: object) -> str:
    kind = ' class="number"' if isinstance(value, int | float) else ""
    return f"<td{kind}>{escape(_text(value))}</td>"


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:.1f}" if isinstance(value, float) else str(value)


def ledger_section(ledger: Ledger) -> str:
    """What was left out, by rule, and the first entries with their lines."""
    if not ledger.entries:
        return heading("Left out") + "<p>Nothing.</p>"
    said = f"<p>{ledger.rows:,} rows and {ledger.cells:,} single cells; their neighbours stay.</p>"
    rules = [(rule, file, count) for (file, rule), count in ledger.counts().items()]
    first = [
        (f"{e.file}, line {e.line}", e.column or "whole row", e.value, e.rule)
        for e in ledger.entries[:MOST_ENTRIES]
    ]
    shown = f"The first {len(first)} of {len(ledger.entries):,}"
    return (
        heading("Left out")
        + said
        + plain_table("By rule", ("Rule", "File", "How often"), rules)
        + plain_table(shown, ("Where", "Column", "Value", "Rule"), first)
    )
