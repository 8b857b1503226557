"""A safe subset of Markdown: headings, paragraphs, lists, tables, links, bold and code.

Text is escaped before anything is made of it; nothing in it can become an element or attribute
that is not written here. Enough for pages that live beside the definitions, and no more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

HEADING = re.compile(r"^(#{1,4}) +(.+)$")
ITEM = re.compile(r"^[-*] +(.+)$")
NUMBERED = re.compile(r"^\d+[.)] +(.+)$")
ROW = re.compile(r"^\|(.+)\|$")
RULE = re.compile(r"^\|[ :|-]+\|$")
INLINE = re.compile(
    r"`(?P<code>[^`]+)`|\*\*(?P<bold>.+?)\*\*|\[(?P<text>[^\]]+)\]\((?P<to>[^)\s]+)\)"
)
ALLOWED = re.compile(r"(https?://|/(?!/)|#)[^\s\"'<>\\]*", re.IGNORECASE)
"""Where a link may lead: a page of the web, of this site, or a place on the page."""
SIZES = {1: "l", 2: "m", 3: "s", 4: "xs"}


def rendered(text: str, top: int = 1) -> SafeString:
    """The text as HTML.

    Args:
        text: Markdown.
        top: level of heading that a single # becomes.
    """
    # Safe: `_block` and `inline` escape every character that comes from the text.
    return mark_safe("\n".join(_block(lines, top) for lines in _blocks(text)))


def without_title(text: str) -> str:
    """The text after its first heading, which the page shows by itself."""
    first, _, rest = text.lstrip().partition("\n")
    return rest if HEADING.match(first) else text


def _blocks(text: str) -> Iterator[list[str]]:
    """Groups of lines that belong together; a blank line or a heading ends a group."""
    held: list[str] = []
    for line in [*text.splitlines(), ""]:
        stripped = line.strip()
        if HEADING.match(stripped):
            if held:
                yield held
            yield [stripped]
            held = []
        elif stripped:
            held.append(stripped)
        elif held:
            yield held
            held = []


def _block(lines: list[str], top: int) -> str:
    heading = HEADING.match(lines[0])
    if heading:
        level = min(6, len(heading[1]) + top - 1)
        size = SIZES[min(4, level)]
        return f'<h{level} class="nhsuk-heading-{size}">{inline(heading[2])}</h{level}>'
    if len(lines) > 1 and ROW.match(lines[0]) and RULE.match(lines[1]):
        return _table(lines)
    if ITEM.match(lines[0]):
        return _list(lines, ITEM, "ul", "bullet")
    if NUMBERED.match(lines[0]):
        return _list(lines, NUMBERED, "ol", "number")
    return f"<p>{inline(' '.join(lines))}</p>"


def _list(lines: list[str], mark: re.Pattern[str], name: str, kind: str) -> str:
    items: list[str] = []
    for line in lines:
        found = mark.match(line)
        if found:
            items.append(found[1])
        else:  # a line that goes on
            items[-1] += f" {line}"
    inner = "".join(f"<li>{inline(item)}</li>" for item in items)
    return f'<{name} class="nhsuk-list nhsuk-list--{kind}">{inner}</{name}>'


def _table(lines: list[str]) -> str:
    head, *rows = [_cells(line) for line in lines if not RULE.match(line)]
    top = "".join(f'<th scope="col" class="nhsuk-table__header">{inline(c)}</th>' for c in head)
    body = "".join(
        "<tr>" + "".join(f'<td class="nhsuk-table__cell">{inline(c)}</td>' for c in row) + "</tr>"
        for row in rows
    )
    return (
        '<div class="app-scroll" tabindex="0" role="region" aria-label="Table">'
        f'<table class="nhsuk-table"><thead><tr>{top}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def inline(text: str) -> str:
    """One run of text with its links, bold words and code; everything else escaped."""
    parts: list[str] = []
    at = 0
    for found in INLINE.finditer(text):
        parts += [escape(text[at : found.start()]), _made(found)]
        at = found.end()
    return "".join([*parts, escape(text[at:])])


def _made(found: re.Match[str]) -> str:
    if found["code"]:
        return f"<code>{escape(found['code'])}</code>"
    if found["bold"]:
        return f"<strong>{inline(found['bold'])}</strong>"
    if ALLOWED.fullmatch(found["to"]):
        return f'<a href="{escape(found["to"])}">{escape(found["text"])}</a>'
    return escape(found[0])
