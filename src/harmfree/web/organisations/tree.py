"""The tree of organisations: who is below and above whom, as it is and as it was."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property

from django.core.signals import request_started
from django.db.models.signals import post_delete, post_save

from harmfree.web.organisations.models import Organisation, Succession

LEVELS = ("practice", "care_home", "ward", "unit", "network", "place", "system", "region")


@dataclass(frozen=True)
class Node:
    """One organisation, as the tree keeps it."""

    id: int
    code: str
    name: str
    kind: str
    parent: int | None
    closed: bool


class Tree:
    """All organisations in memory: a region has some hundreds."""

    def __init__(self, nodes: list[Node]) -> None:
        self.nodes = {each.id: each for each in nodes}
        self.by_code = {each.code: each for each in nodes}
        self._children: dict[int | None, list[int]] = defaultdict(list)
        for each in nodes:
            self._children[each.parent].append(each.id)

    @cached_property
    def every(self) -> frozenset[int]:
        """Keys of all organisations."""
        return frozenset(self.nodes)

    def children(self, top: int) -> list[Node]:
        """Organisations directly below, by name."""
        return sorted((self.nodes[each] for each in self._children[top]), key=lambda n: n.name)

    def below(self, top: int) -> frozenset[int]:
        """Keys of the organisation and of all below it."""
        found, waiting = set(), [top]
        while waiting:
            at = waiting.pop()
            if at in self.nodes and at not in found:
                found.add(at)
                waiting += self._children[at]
        return frozenset(found)

    def above(self, at: int) -> list[Node]:
        """The organisations above this one, nearest first."""
        found: list[Node] = []
        up = self.nodes[at].parent
        while up is not None and up in self.nodes and len(found) < len(self.nodes):
            found.append(self.nodes[up])
            up = self.nodes[up].parent
        return found

    def of_kind(self, *kinds: str) -> list[Node]:
        """All organisations of a level, by name."""
        return sorted((n for n in self.nodes.values() if n.kind in kinds), key=lambda n: n.name)

    @property
    def tops(self) -> list[Node]:
        """Organisations with none above them."""
        return sorted((self.nodes[each] for each in self._children[None]), key=lambda n: n.name)


_kept: list[Tree] = []


def tree() -> Tree:
    """The tree as the database has it; kept for the length of a request."""
    kept = _kept[:1]  # another thread may forget it at any moment
    if kept:
        return kept[0]
    rows = Organisation.objects.values_list("id", "code", "name", "kind", "parent_id", "valid_to")
    made = Tree([Node(*row[:5], row[5] is not None) for row in rows])
    _kept[:] = [made]
    return made


def forget(**_: object) -> None:
    """Read the tree again at the next call."""
    _kept.clear()


for signal in (request_started, post_save, post_delete):
    signal.connect(
        forget,
        sender=None if signal is request_started else Organisation,
        dispatch_uid="organisation_tree",
    )


def successors(code: str) -> list[str]:
    """Codes of those that took an organisation over and still exist; its own when it exists."""
    found: list[str] = []
    waiting, seen = [code], set()
    while waiting:
        at = waiting.pop()
        if at in seen:
            continue
        seen.add(at)
        after = list(
            Succession.objects.filter(predecessor__code=at).values_list(
                "successor__code", flat=True
            )
        )
        if after:
            waiting += after
        else:
            found.append(at)
    return sorted(found)
