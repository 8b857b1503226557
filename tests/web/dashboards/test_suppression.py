"""Hidden counts: the rule on examples, and an attack on random regions by linear programming."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import linprog

from harmfree.web.dashboards.suppression import (
    Hidden,
    Hierarchy,
    is_small,
    rounded,
    suppressed,
)
from harmfree.web.dashboards.suppression_by_category import suppressed_by_category

SMALLEST = 5
#: A region (0) of two networks (1, 2) with three practices (3-5) and two (6, 7).
PARENTS = [-1, 0, 0, 1, 1, 1, 2, 2]


def summed(parents, leaves):
    """Counts of every place from those of the leaves, in the order of places."""
    tree = Hierarchy(parents)
    table = np.zeros((len(parents), 1), np.int64)
    table[[each for each in range(len(parents)) if not tree.children[each]], 0] = leaves
    return tree.summed(table)


def hidden_of(numerators, denominators=None, known=()):
    """What is hidden of practices 3 to 7 and of what is above them."""
    above = summed(PARENTS, numerators)
    below = summed(PARENTS, denominators or [1000] * 5)
    found = suppressed(above, below, PARENTS, SMALLEST, known)
    return found.numerator[:, 0].tolist(), found.denominator[:, 0].tolist()


@pytest.mark.parametrize(("count", "small"), [(0, False), (1, True), (4, True), (5, False)])
def test_the_boundaries_of_a_small_count(count, small):
    assert is_small(np.array([count]), SMALLEST).item() is small


def test_nothing_is_hidden_where_nothing_is_small():
    above, below = hidden_of([5, 0, 70, 8, 9])
    assert not any(above) and not any(below)


def test_a_second_count_is_hidden_so_that_the_first_cannot_be_subtracted_out():
    above, _ = hidden_of([3, 20, 10, 8, 9])
    assert above == [False, False, False, True, False, True, False, False]


def test_a_count_next_to_only_zeros_takes_a_network_total_with_it():
    above, _ = hidden_of([3, 0, 0, 8, 9])
    assert above[0] is False
    assert above[1] and above[3], "the network has 3 people, all at one practice"
    assert above[2] and (above[6] or above[7]), "else the other network gives the first away"


def test_a_small_denominator_hides_its_numerator_even_when_that_is_zero():
    above, below = hidden_of([0, 20, 10, 8, 9], [4, 900, 900, 900, 900])
    assert below[3] and above[3]
    assert sum(below[3:6]) == 2


def test_few_outside_the_numerator_hide_it_and_not_the_denominator():
    above, below = hidden_of([98, 20, 10, 8, 9], [100, 900, 900, 900, 900])
    assert above[3] and not any(below)
    assert sum(above[3:6]) == 2


def test_percentages_are_hidden_with_their_counts():
    found = suppressed(
        summed(PARENTS, [3, 20, 10, 8, 9]), summed(PARENTS, [99] * 5), PARENTS, SMALLEST
    )
    assert (found.percent == (found.numerator | found.denominator)).all()


def test_who_knows_one_practice_cannot_work_out_the_other():
    above, _ = hidden_of([50, 20, 10, 50, 3], known=[6])
    assert not above[6], "their own"
    assert above[7]
    assert above[2], "less their own 50 the total would say 3"


def test_a_total_larger_than_its_parts_has_a_rest_that_is_protected_too():
    above = summed(PARENTS, [50, 20, 10, 50, 30])
    above[[0, 2]] += 2  # two people of the network who belong to no practice
    found = suppressed(above, np.full_like(above, 1000), PARENTS, SMALLEST).numerator[:, 0]
    assert found[6] or found[7]


def test_rounding():
    assert rounded(np.array([0, 2, 3, 7, 8]), 5).tolist() == [0, 0, 5, 5, 10]


# The attack ---------------------------------------------------------------------------------


def random_region(seed: int):
    """A tree with random sizes and counts, many of them small."""
    draw = np.random.default_rng(seed)
    parents = [-1]
    for level in (draw.integers(2, 4), draw.integers(3, 7), draw.integers(6, 16)):
        low = 0 if len(parents) == 1 else first  # noqa: F821 - the level before
        first = len(parents)
        parents += [int(draw.integers(low, first)) for _ in range(level)]
    tree = Hierarchy(parents)
    leaves = [each for each in range(len(parents)) if not tree.children[each]]
    below, above = np.zeros((2, len(parents), 1), np.int64)
    below[leaves, 0] = draw.choice([0, 3, 8, 40, 300], len(leaves))
    above[leaves, 0] = draw.binomial(below[leaves, 0], draw.choice([0.02, 0.1, 0.5, 0.95]))
    return parents, tree, leaves, tree.summed(above), tree.summed(below)


class Attack:
    """Everything that is shown, as equations over the leaves; what can a hidden count be?"""

    def __init__(self, tree, leaves, above, below, hidden, known=()):
        self.tree, self.leaves, self.count = tree, leaves, len(leaves)
        self.place = {leaf: i for i, leaf in enumerate(leaves)}
        rows, values = [], []
        for each in range(len(tree)):
            for table, unseen, shift in (
                (above, hidden.numerator, 0),
                (below, hidden.denominator, self.count),
            ):
                if not unseen[each, 0] or each in known:
                    rows.append(self.row(each, shift))
                    values.append(table[each, 0])
        self.equal = np.array(rows), np.array(values)
        self.least = [min(1, n) for t in (above, below) for n in t[leaves, 0]]
        # Nobody is in the numerator who is not in the denominator.
        self.within = np.hstack([np.eye(self.count), -np.eye(self.count)])

    def row(self, place, shift):
        found = np.zeros(2 * self.count)
        found[[shift + self.place[leaf] for leaf in self.tree.leaves_below[place]]] = 1
        return found

    def most(self, objective):
        found = linprog(
            -objective,
            A_ub=self.within,
            b_ub=np.zeros(self.count),
            A_eq=self.equal[0],
            b_eq=self.equal[1],
            bounds=[(low, 10_000) for low in self.least],
        )
        assert found.status == 0, found.message
        return -found.fun


def least_upper_bound(tree, leaves, above, below, hidden, known=()):
    """The tightest that the attack gets on any small count; infinity when none is small."""
    attack = Attack(tree, leaves, above, below, hidden, known)
    tightest = np.inf
    for each in range(len(tree)):
        if each in known:
            continue
        n, d = attack.row(each, 0), attack.row(each, attack.count)
        for value, objective in ((above, n), (below, d), (below - above, d - n)):
            if 1 <= value[each, 0] < SMALLEST:
                tightest = min(tightest, attack.most(objective))
    return tightest


def test_the_attack_works_when_only_small_counts_are_hidden():
    """The attack is a fair one: with primary suppression alone it finds hidden counts."""

    class Primary:
        pass

    found = 0
    for seed in range(20):
        _, tree, leaves, above, below = random_region(seed)
        hidden = Primary()
        hidden.denominator = is_small(below, SMALLEST)
        hidden.numerator = (
            is_small(above, SMALLEST) | is_small(below - above, SMALLEST) | hidden.denominator
        )
        found += least_upper_bound(tree, leaves, above, below, hidden) < SMALLEST - 1e-6
    assert found >= 5


@pytest.mark.parametrize("seed", range(40))
def test_no_small_count_can_be_worked_out_from_all_that_is_shown(seed):
    parents, tree, leaves, above, below = random_region(seed)
    hidden = suppressed(above, below, parents, SMALLEST)
    assert least_upper_bound(tree, leaves, above, below, hidden) >= SMALLEST - 1e-6
    assert not hidden.numerator.all() or above.max() < 3 * SMALLEST, "not everything is hidden"


@pytest.mark.parametrize("seed", range(15))
def test_who_knows_one_site_works_out_no_small_count_of_others(seed):
    parents, tree, leaves, above, below = random_region(seed)
    mine = leaves[seed % len(leaves)]
    hidden = suppressed(above, below, parents, SMALLEST, [mine])
    others_above, others_below = above.copy(), below.copy()
    for each in [mine, *tree.above[mine]]:
        others_above[each] -= above[mine]
        others_below[each] -= below[mine]
    assert not hidden.numerator[mine, 0]
    assert (
        least_upper_bound(tree, leaves, others_above, others_below, hidden, [mine])
        >= SMALLEST - 1e-6
    )


def test_many_columns_at_once_are_each_as_if_alone():
    regions = [random_region(7)[3:], random_region(7)[3:]]
    parents = random_region(7)[0]
    above = np.hstack([regions[0][0], np.zeros_like(regions[0][0]), regions[1][0]])
    below = np.hstack([regions[0][1], np.full_like(regions[0][1], 900), regions[1][1]])
    together = suppressed(above, below, parents, SMALLEST)
    alone = suppressed(*regions[0], parents, SMALLEST)
    assert (together.numerator[:, [0]] == alone.numerator).all()
    assert (together.numerator[:, [2]] == alone.numerator).all()


def random_breakdown(seed):
    """Counts by place (a region, two systems, five places) and by category."""
    draw = np.random.default_rng(seed)
    parents = [-1, 0, 0, 1, 1, 2, 2, 2]
    tree = Hierarchy(parents)
    below = draw.choice([8, 40, 300], (8, 5)).astype(np.int64)
    above = draw.binomial(below, draw.choice([0.05, 0.2])).astype(np.int64)
    below[:3] = above[:3] = 0
    return parents, tree, tree.summed(above), tree.summed(below)


def breakdown_attack(tree, above, below, total, hidden):
    """The tightest upper bound on a small cell that category and place totals give together.

    One table of numerators, with its denominators where they are shown.
    """
    places = [each for each in range(len(tree)) if not tree.children[each]]
    at = {(place, c): i for i, (place, c) in enumerate((p, c) for p in places for c in range(5))}

    def row(place, categories):
        found = np.zeros(len(at))
        found[[at[leaf, c] for leaf in tree.leaves_below[place] for c in categories]] = 1
        return found

    rows, values = [], []
    for place in range(len(tree)):
        if not total.numerator[place]:
            rows.append(row(place, range(5)))
            values.append(above[place].sum())
        for c in range(5):
            if not hidden.numerator[place, c]:
                rows.append(row(place, [c]))
                values.append(above[place, c])
    told = ~hidden.numerator.all(axis=1)
    limits = [
        (
            min(1, above[place, c]) * told[place],
            10_000 if hidden.denominator[place, c] else below[place, c],
        )
        for place, c in at
    ]
    tightest = np.inf
    for place in range(len(tree)):
        for c in np.flatnonzero(is_small(above[place], SMALLEST)):
            got = linprog(-row(place, [c]), A_eq=np.array(rows), b_eq=values, bounds=limits)
            assert got.status == 0, got.message
            tightest = min(tightest, -got.fun)
    return tightest


@pytest.mark.parametrize("seed", range(25))
def test_a_breakdown_gives_no_small_count_away(seed):
    parents, tree, above, below = random_breakdown(seed)
    totals = (each.sum(axis=1, keepdims=True) for each in (above, below))
    total = suppressed(*totals, parents, SMALLEST)
    total = Hidden(total.numerator[:, 0], total.denominator[:, 0])
    hidden = suppressed_by_category(above, below, total, parents, SMALLEST)
    assert (hidden.numerator | ~is_small(above, SMALLEST)).all()
    assert not hidden.numerator.all(), "not everything is hidden"
    assert breakdown_attack(tree, above, below, total, hidden) >= SMALLEST - 1e-6
