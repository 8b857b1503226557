"""What the person who asks may see of organisations' figures.

Three circles, all from the one scoping layer (`harmfree.web.access.scope`):

- **exact**: where they hold SEE_SMALL_NUMBERS (their own site, with all below): nothing is hidden.
- **named**: where they hold SEE_FIGURES: shown with its name, small numbers hidden.
- **above**: what their organisations belong to: shown too, small numbers hidden, so that a
  practice can compare itself with its network, place and region.

Everything else answers 404. Other sites below what is above are never named, listed or linked:
in a funnel they are dots without a name.
"""

from __future__ import annotations

from functools import cached_property

from django.http import Http404

from harmfree.web.access.roles import Permission
from harmfree.web.access.scope import Access
from harmfree.web.organisations.tree import LEVELS, Node, Tree, tree


class Viewer:
    """One person's view of the tree of organisations."""

    def __init__(self, access: Access) -> None:
        self.access = access
        self.tree: Tree = tree()

    @cached_property
    def named(self) -> frozenset[int]:
        """Organisations whose figures they may see."""
        return self.access.organisations(Permission.SEE_FIGURES)

    @cached_property
    def exact(self) -> frozenset[int]:
        """Organisations of which nothing is hidden from them."""
        return self.named & self.access.organisations(Permission.SEE_SMALL_NUMBERS)

    @cached_property
    def above(self) -> frozenset[int]:
        """Organisations that theirs belong to."""
        over = (each.id for top in self.tops for each in self.tree.above(top.id))
        return frozenset(over) - self.named

    @cached_property
    def tops(self) -> list[Node]:
        """The highest organisations they may see figures of, largest level first."""
        nodes = [self.tree.nodes[each] for each in self.named if each in self.tree.nodes]
        highest = [each for each in nodes if each.parent not in self.named]
        return sorted(highest, key=lambda n: (-LEVELS.index(n.kind), n.closed, n.name))

    def may_open(self, organisation: int) -> bool:
        """Whether the organisation has a page for them."""
        return organisation in self.named or organisation in self.above

    def find(self, code: str) -> Node:
        """The organisation with this code; Http404 when there is none or it is not theirs."""
        node = self.tree.by_code.get(code)
        if node is None or not self.may_open(node.id):
            raise Http404
        return node

    def sees_small(self, organisation: int) -> bool:
        """Whether nothing of the organisation is hidden from them."""
        return organisation in self.exact

    def may_annotate(self, organisation: int) -> bool:
        """Whether they may add to the organisation's charts."""
        return self.access.may_at(Permission.ANNOTATE, organisation)

    def children(self, node: Node) -> list[Node]:
        """Organisations directly below that they may open."""
        return [each for each in self.tree.children(node.id) if self.may_open(each.id)]

    def levels_below(self, node: Node) -> list[str]:
        """Levels with at least one organisation below, largest first."""
        kinds = {self.tree.nodes[each].kind for each in self.tree.below(node.id) - {node.id}}
        return sorted(kinds, key=LEVELS.index, reverse=True)

    def at_level(self, node: Node, level: str) -> list[Node]:
        """Every organisation of a level below, whether they may name it or not, by name."""
        inside = self.tree.below(node.id)
        return [each for each in self.tree.of_kind(level) if each.id in inside]
