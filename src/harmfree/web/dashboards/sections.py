"""An organisation's cards as HTML, made once for everybody who sees the same.

Published figures do not change while a run is live, so the cards are kept in the process. Whoever
knows other organisations exactly has other numbers hidden, so the key holds what they know: two
people share cards only if every number is shown or hidden alike for both. The template is given
no request, so that nothing of a person can be in what is kept.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from harmfree.web.dashboards import patterns
from harmfree.web.dashboards.cards import cards_of
from harmfree.web.dashboards.figures import Reader
from harmfree.web.dashboards.notes import Terms, terms_of
from harmfree.web.organisations.tree import Node

KEPT = 64
"""Pages in memory: a quarter of a megabyte each at most."""


@dataclass(frozen=True)
class Asked:
    """Which cards, and how they are arranged.

    Attributes:
        programme: of one programme alone; empty for all.
        alone: whether the page is that programme's own.
        attention: only those that need attention.
    """

    programme: str = ""
    alone: bool = False
    attention: bool = False


Key = tuple[str, bool, Node, Terms, Asked]
_kept: OrderedDict[Key, SafeString] = OrderedDict()
_lock, _making = Lock(), Lock()


def sections(reader: Reader, node: Node, asked: Asked) -> SafeString:
    """The cards of an organisation, as this reader may see them; two queries when they are kept."""
    terms = terms_of(reader.viewer, node)
    key = _key(reader, node, terms, asked)
    found = _held(key)
    if found is not None:
        return found
    with _making:  # many who come at once wait for one making, which is sooner than many makings
        found = _held(key)
        if found is None:
            found = _made(reader, node, terms, asked)
            _keep(key, found)
        return found


def _held(key: Key) -> SafeString | None:
    with _lock:
        if key in _kept:
            _kept.move_to_end(key)
        return _kept.get(key)


def _keep(key: Key, made: SafeString) -> None:
    with _lock:
        _kept[key] = made
        while len(_kept) > KEPT:
            _kept.popitem(last=False)


def _key(reader: Reader, node: Node, terms: Terms, asked: Asked) -> Key:
    """Everything that the cards depend on: the run, the threshold, the tree and what is known."""
    viewer = reader.viewer
    seen = patterns.key_of(reader.run, viewer.tree, viewer.exact)
    return seen, viewer.sees_small(node.id), node, terms, asked


def _made(reader: Reader, node: Node, terms: Terms, asked: Asked) -> SafeString:
    context = {
        "groups": cards_of(reader, node, asked.programme, terms),
        "node": node,
        "programme": asked.alone,
        "attention": asked.attention,
        "boards": _boards(),
    }
    made = render_to_string("dashboard/sections.jinja", context)
    return mark_safe(made)  # noqa: S308 - the template has escaped what it was given


def _boards() -> dict[str, list[tuple[str, str]]]:
    """Programme to its boards, as (title, slug)."""
    from harmfree.web.boards.pages import PAGES  # boards are built on these pages

    found: dict[str, list[tuple[str, str]]] = {}
    for each in PAGES.values():
        found.setdefault(each.programme, []).append((each.title, each.slug))
    return found
