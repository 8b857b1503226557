"""Which counts are hidden from those outside the care team, so that none can be worked out.

The rule, for a threshold `smallest` (5 by default):

1. **Primary.** A count of 1 to `smallest` - 1 people is hidden: of a numerator, of a denominator
   and of those in the denominator but not in the numerator. Zero is shown. A percentage is shown
   when both its counts are.
2. **Secondary.** Organisations add up to the one above them, so one hidden count could be worked
   out from the total. More counts are hidden, the smallest that help, until every small count
   could, as far as anyone can work out from all that is shown at every level, be any number down
   to 1 and also one that is not small. Where no other site can help the total itself is hidden.
3. **Insiders.** Whoever knows some sites exactly (their own) is shown less of what is above: those
   sites are taken off every total first, and the rule is applied to what remains.

The bounds that an attacker can reach are worked out exactly on the tree of organisations, with
more knowledge granted than a reader has (that a hidden count is not zero; denominators that are
shown bound their numerators). After Cox LH (1980) J Am Stat Assoc 75:377-385 and Hundepool et al.
(2012) Statistical Disclosure Control, chapter 4.

Limits: months stand alone, because no sum over months is published (charts of such series must be
drawn from what is shown, never from hidden counts); indicators whose populations nest in one
another are not compared (those known to add up are tied, see `patterns.PARTITIONS`); a breakdown
(`suppression_by_category`) is protected for one month only, so no other month of it may be shown;
two people who pool what each may see are not prevented.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
UNBOUNDED = 1 << 40


class Hierarchy:
    """Organisations as places in an array, each with its parent.

    Args:
        parents: for each organisation the place of the one above it; -1 at the top.
    """

    def __init__(self, parents: Sequence[int]) -> None:
        self.parents = list(parents)
        self.children: list[list[int]] = [[] for _ in parents]
        for each, parent in enumerate(parents):
            if parent >= 0:
                self.children[parent].append(each)

    def __len__(self) -> int:
        return len(self.parents)

    @cached_property
    def downwards(self) -> list[int]:
        """Every place, those above first."""
        order = [each for each, parent in enumerate(self.parents) if parent < 0]
        for each in order:
            order += self.children[each]
        return order

    @cached_property
    def above(self) -> list[list[int]]:
        """For each place those above it, nearest first."""
        found: list[list[int]] = [[] for _ in self.parents]
        for each in self.downwards:
            parent = self.parents[each]
            if parent >= 0:
                found[each] = [parent, *found[parent]]
        return found

    @cached_property
    def leaves_below(self) -> list[list[int]]:
        """For each place the leaves below it; a leaf's own is itself."""
        found: list[list[int]] = [[] for _ in self.parents]
        for each in reversed(self.downwards):
            if not self.children[each]:
                found[each] = [each]
            for child in self.children[each]:
                found[each] += found[child]
        return found

    def summed(self, leaves: Ints) -> Ints:
        """Counts of the leaves added up for every place."""
        total = leaves.copy()
        for each in reversed(self.downwards):
            if self.children[each]:
                total[each] = total[self.children[each]].sum(axis=0)
        return total


@dataclass(frozen=True, eq=False)
class Hidden:
    """What is hidden: bool[organisation, column] for each count; percentages when either is."""

    numerator: Bools
    denominator: Bools

    @property
    def percent(self) -> Bools:
        """Where the percentage is hidden; a hidden denominator hides its numerator too."""
        return self.numerator


def is_small(counts: Ints, smallest: int) -> Bools:
    """Whether each count is from 1 to below the smallest that is shown."""
    return (counts >= 1) & (counts < smallest)


def suppressed(
    numerator: Ints,
    denominator: Ints,
    parents: Sequence[int],
    smallest: int,
    known: Sequence[int] = (),
    common: Hidden | None = None,
) -> Hidden:
    """What to hide of counts at organisations that add up.

    Args:
        numerator, denominator: int[organisation, column]; each column (an indicator in a month)
            stands alone. A total may hold more than its parts: the rest is treated as a part
            that is never shown.
        parents: for each organisation the place of the one above it; -1 at the top.
        smallest: the smallest count that is shown.
        known: organisations that this reader knows exactly, with all below them; they are not
            hidden from them.
        common: what is hidden from everyone, when it has been worked out before.

    Returns:
        True where a count is hidden.
    """
    tree, (above, below) = with_rests(Hierarchy(parents), (numerator, denominator))
    hidden = _extended(common, len(tree)) if common else _hide(tree, above, below, smallest)
    if len(known):
        hidden = _for_insider(tree, above, below, smallest, list(known), hidden)
    count = len(parents)
    return Hidden(hidden.numerator[:count], hidden.denominator[:count])


def with_rests(tree: Hierarchy, tables: Sequence[Ints]) -> tuple[Hierarchy, list[Ints]]:
    """The tree with a leaf more where a total exceeds the sum of its parts, and its tables."""
    parents, extended = list(tree.parents), [np.asarray(each, np.int64) for each in tables]
    for each, parts in enumerate(tree.children):
        rests = [table[each] - table[parts].sum(axis=0) for table in extended]
        if parts and any(rest.any() for rest in rests):
            parents.append(each)
            extended = [np.vstack([t, r[None]]) for t, r in zip(extended, rests, strict=True)]
    return Hierarchy(parents), extended


def _extended(hidden: Hidden, places: int) -> Hidden:
    """What is hidden, with nothing hidden of the rests that no organisation holds."""
    more = places - len(hidden.numerator)
    rests = np.zeros((more, hidden.numerator.shape[1]), bool)
    return Hidden(*(np.vstack([each, rests]) for each in (hidden.numerator, hidden.denominator)))


def _hide(
    tree: Hierarchy, above: Ints, below: Ints, smallest: int, start: Hidden | None = None
) -> Hidden:
    """All that must be hidden, beginning with what is hidden at the start."""
    few = is_small(below, smallest)
    denominator = _denominators(tree, below, smallest, few | start.denominator if start else few)
    small = is_small(above, smallest) | is_small(below - above, smallest) | denominator
    small = small | start.numerator if start else small
    return Hidden(_both(tree, above, below, denominator, smallest, small), denominator)


def _denominators(tree: Hierarchy, below: Ints, smallest: int, hidden: Bools) -> Bools:
    """Protect denominators with room to spare: each is a numerator and the rest, none empty."""
    return protected(tree, below, smallest, hidden, spare=1)


def _for_insider(  # noqa: PLR0913 - one table with what is known of it
    tree: Hierarchy, above: Ints, below: Ints, smallest: int, known: list[int], common: Hidden
) -> Hidden:
    """What is hidden from everybody, less what this reader knows, plus what that gives away."""
    leaves = sorted({leaf for each in known for leaf in tree.leaves_below[each]})
    others_above, others_below = (_without(tree, table, leaves) for table in (above, below))
    start = Hidden(common.numerator.copy(), common.denominator.copy())
    start.numerator[known] = start.denominator[known] = False
    # The known counts for nothing in what remains, so that it is never what must be hidden.
    return _hide(tree, others_above, others_below, smallest, start)


def _without(tree: Hierarchy, table: Ints, known: list[int]) -> Ints:
    """The counts of all others: the known leaves taken off every total."""
    mine = np.zeros_like(table)
    mine[known] = table[known]
    rest: Ints = table - tree.summed(mine)
    return rest


def _both(  # noqa: PLR0913 - one table with what is hidden of it
    tree: Hierarchy, above: Ints, below: Ints, unknown: Bools, smallest: int, hidden: Bools
) -> Bools:
    """Protect those in the numerator and those outside it, which one shown count would give."""
    _, most = bounds(tree, below, unknown, np.full_like(below, UNBOUNDED))
    outside = below - above
    while True:
        wider = hidden
        for counts, rest in ((above, outside), (outside, above)):
            # A reader who knows that the rest is not empty knows so much less for the count.
            least = np.where(wider, tree.summed(np.minimum(rest, 1)), rest)
            wider = protected(tree, counts, smallest, wider, most - np.where(unknown, least, 0))
        if (wider == hidden).all():
            return hidden
        hidden = wider


def protected(
    tree: Hierarchy,
    counts: Ints,
    smallest: int,
    hidden: Bools,
    most: Ints | None = None,
    spare: int = 0,
) -> Bools:
    """`hidden` and as much more as it takes that no small count can be worked out.

    Args:
        tree: how the counts add up.
        counts: int[place, column].
        smallest: the smallest count that is shown.
        hidden: bool[place, column], what is hidden already; all small counts among it.
        most: the most that each count can be, as a reader knows.
        spare: how many times the least that a count can be is needed beyond `smallest`.
    """
    hidden = hidden.copy()
    floor = tree.summed(np.minimum(counts, 1))
    enough = smallest + spare * floor
    most = np.full_like(counts, UNBOUNDED) if most is None else most
    small = is_small(counts, smallest)
    waiting = np.flatnonzero((small & hidden).any(axis=0))
    while len(waiting):
        chosen = counts[:, waiting], hidden[:, waiting], most[:, waiting]
        low, high = bounds(tree, *chosen)
        pinned = (low > floor[:, waiting]) | (high < enough[:, waiting])
        bad = small[:, waiting] & chosen[1] & pinned
        failing = bad.any(axis=0)
        for column in np.flatnonzero(failing):
            cell = int(np.flatnonzero(bad[:, column])[np.argmin(high[bad[:, column], column])])
            need = int(enough[cell, waiting[column]] - high[cell, column])
            _widen(tree, counts[:, waiting[column]], hidden[:, waiting[column]], cell, need)
        waiting = waiting[failing & ~hidden[:, waiting].all(axis=0)]
    return hidden


def bounds(tree: Hierarchy, counts: Ints, hidden: Bools, most: Ints) -> tuple[Ints, Ints]:
    """The least and most that each count can be for someone who sees the others.

    One pass up and one down the tree; on a tree these bounds are exact. A hidden count that is
    not zero is taken to be known not to be zero.
    """
    low = np.where(hidden, np.minimum(counts, 1), counts)
    high = np.where(hidden, most, counts)
    for each in reversed(tree.downwards):
        parts = tree.children[each]
        if parts:
            low[each] = np.maximum(low[each], low[parts].sum(axis=0))
            high[each] = np.minimum(high[each], high[parts].sum(axis=0))
    for each in tree.downwards:
        parts = tree.children[each]
        if parts:
            least, greatest = low[parts].sum(axis=0), high[parts].sum(axis=0)
            narrow = high[each] - (least - low[parts])
            low[parts] = np.maximum(low[parts], low[each] - (greatest - high[parts]))
            high[parts] = np.minimum(high[parts], narrow)
    return low, high


def _widen(tree: Hierarchy, counts: Ints, hidden: Bools, cell: int, need: int) -> None:
    """Hide, in place, one more leaf that adds up with the cell; its total if there is none."""
    shown = [each for each in tree.above[cell] if not hidden[each]]
    if not shown:  # no total speaks for it, so something else that is shown must
        hidden[:] = True
        return
    top, own = shown[0], set(tree.leaves_below[cell])
    ways = [
        (leaf, path)
        for leaf in tree.leaves_below[top]
        if leaf not in own and counts[leaf] and (path := _path(tree, leaf, top, hidden))
    ]
    if not ways:
        hidden[top] = True
        return
    _, path = min(ways, key=lambda way: _cost(int(counts[way[0]]), len(way[1]), need))
    hidden[path] = True


def _path(tree: Hierarchy, leaf: int, top: int, hidden: Bools) -> list[int]:
    """What would have to be hidden for the leaf to be uncertain: it and what is between."""
    between = [leaf, *tree.above[leaf]]
    return [each for each in between[: between.index(top)] if not hidden[each]]


def _cost(count: int, length: int, need: int) -> tuple[bool, int, int]:
    """Sort key: enough in one step first, then the fewest counts hidden, then the smallest."""
    enough = count - 1 >= need
    return not enough, length, count if enough else -count


def small_parts(pairs: Sequence[tuple[int, int]], smallest: int) -> bool:
    """Whether any whole, any part of it or any rest is small: (whole, part) in each pair."""
    counts = [n for whole, part in pairs for n in (whole, part, whole - part)]
    return bool(is_small(np.array(counts, np.int64), smallest).any())


def rounded(counts: Ints, base: int) -> Ints:
    """Counts rounded to the nearest multiple of `base`, halves up, for those who prefer it."""
    return (np.asarray(counts, np.int64) + base // 2) // base * base
