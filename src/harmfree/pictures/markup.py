"""Builds SVG and HTML elements with escaping on by default.

A plain string given as content is escaped; only `Markup`, which `tag` returns, is trusted.
"""

from __future__ import annotations

import re
from html import escape

# Characters that XML 1.0 forbids (section 2.2): a label copied from a file may hold them.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")

#: HTML elements that have no closing tag.
_VOID = frozenset({"meta", "br", "hr"})

Value = str | float | None


class Markup(str):
    """Text that is already escaped."""

    __slots__ = ()

    def __html__(self) -> str:
        """Itself: template engines ask for this before they escape."""
        return str(self)


def escaped(text: str) -> Markup:
    """The text with markup characters escaped and characters that XML forbids left out."""
    if isinstance(text, Markup):
        return text
    return Markup(escape(_FORBIDDEN.sub("", text), quote=True))


def number(value: float) -> str:
    """A coordinate with at most two decimals and no trailing zeros."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def tag(name: str, /, *children: str, **attributes: Value) -> Markup:
    """An element; an attribute that is None is left out and underscores become hyphens.

    A trailing underscore keeps a Python keyword apart (``class_``); ``viewBox`` stays as written.
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{_attribute(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in _VOID:
        return Markup(f"<{name}{written}>")
    content = "".join(escaped(child) for child in children)
    return Markup(f"<{name}{written}>{content}</{name}>" if content else f"<{name}{written}/>")


def joined(parts: list[Markup], between: str = "") -> Markup:
    """Several pieces of markup as one."""
    return Markup(between.join(parts))


def _attribute(value: str | float) -> str:
    return escaped(value) if isinstance(value, str) else number(value)
