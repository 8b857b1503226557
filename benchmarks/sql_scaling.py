"""What as-of SQL would take for every indicator, from what it takes for one, two ... six.

The cost of a set of indicators is modelled as a shared part and a part of each indicator's own,
fitted by least squares to the first one to six of the list and to each of the six alone. Every
indicator beyond them is then taken to cost what these six cost on average; as the cheapest of them
gives the low figure and as the dearest the high one. Two things test that. Six more indicators, of
other kinds and programmes, are written by hand: the twelve are predicted from the six and measured.
And all indicators that can be put into the same SQL by rule are measured for some months.
"""

from __future__ import annotations

import os
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import nnls

from benchmarks import engine
from benchmarks.measure import seconds
from benchmarks.sql_as_of import Analyst, Written
from benchmarks.sql_translated import translated
from benchmarks.sql_twelve import SIX, SIX_MORE, WRITTEN
from harmfree.periods.plan import Plan
from harmfree.programmes.registry import indicators
from harmfree.publish.run import plan_for
from harmfree.records import Store

MONTHS = 60
RULE_MONTHS = 3
MOST_PEOPLE = 200_000  # by rule: a million have 250 million list events, 10 GB and more
TWELVE = (*SIX, *SIX_MORE)
GROWING = [SIX[:count] for count in range(1, len(SIX) + 1)]
ALONE = [(name,) for name in SIX[1:]]


@dataclass(frozen=True)
class Cost:
    """Wall and processor seconds."""

    wall: float
    processor: float

    def over(self, kernel: Cost) -> str:
        """The cost and its ratios to the kernel's, as cells of a table."""
        ratios = f"{self.wall / kernel.wall:.1f} | {self.processor / kernel.processor:.1f}"
        return f"{self.wall:.2f} | {self.processor:.2f} | {ratios}"


@dataclass(frozen=True)
class Model:
    """A shared cost and one of each of the six, in wall or processor seconds for 60 months."""

    shared: float
    own: tuple[float, ...]
    misfit: float

    def of(self, name: str) -> float:
        """What one of the six adds."""
        return self.own[SIX.index(name)]

    def predicted(self, count: int, each: float | None = None) -> float:
        """What so many indicators take when each adds the mean of the six, or `each`."""
        return self.shared + count * (statistics.mean(self.own) if each is None else each)


def fitted(costs: dict[tuple[str, ...], float]) -> Model:
    """Least squares over sets of the six, no part below nothing (noise on a busy machine)."""
    sets = list(costs)
    design = np.array([[1.0, *(name in each for name in SIX)] for each in sets])
    taken = np.array([costs[each] for each in sets])
    found, _ = nnls(design, taken)
    misfit = float(np.abs(design @ found - taken).max())
    return Model(float(found[0]), tuple(found[1:].tolist()), misfit)


@dataclass(frozen=True)
class Case:
    """Indicators in SQL, the plan that counts the same by the kernel, and months to measure."""

    store: Store
    plan: Plan
    written: Written
    months: int

    @classmethod
    def of(cls, store: Store, written: Written, months: int) -> Case:
        """The case of these indicators."""
        every = {each.id: each for each in indicators()}
        plan = plan_for(store, [every[name] for name in written.indicators], None)
        return cls(store, plan, written, months)

    @property
    def columns(self) -> range:
        """Which of the 60 months are measured, spread over them."""
        return range(0, MONTHS, max(1, MONTHS // self.months))

    def cost(self) -> Cost:
        """The tables once and 60 months, from the months measured."""
        dates = engine.request(self.store, MONTHS, False).index_dates.tolist()
        asked = [dates[column] for column in self.columns]
        made: list[Analyst] = []
        tables = seconds(lambda: made.append(Analyst(self.store, self.plan, self.written)))
        monthly = seconds(lambda: made[0].counts(asked))
        scale = MONTHS / len(asked)
        return Cost(tables[0] + scale * monthly[0], tables[1] + scale * monthly[1])

    def kernel(self) -> Cost:
        """The kernel's 60 months of the same indicators."""
        return Cost(*seconds(lambda: engine.sweep(self.store, self.plan, MONTHS, False)))

    def check(self) -> int:
        """Compare every count with the kernel's; how many were equal."""
        dates = engine.request(self.store, MONTHS, False).index_dates.tolist()
        swept = engine.sweep(self.store, self.plan, MONTHS, False)
        expected = engine.by_site(self.plan, swept)[..., self.columns]
        asked = [dates[column] for column in self.columns]
        found = Analyst(self.store, self.plan, self.written).counts(asked)
        for place, name in enumerate(self.written.indicators):
            sides = slice(2 * place, 2 * place + 2)
            if not np.array_equal(found[:, sides], expected[:, sides]):
                raise SystemExit(f"As-of SQL and the kernel do not count the same: {name}.")
        return int(found.size)


def middle(costs: Sequence[Cost]) -> Cost:
    """The median of wall and of processor seconds."""
    return Cost(
        statistics.median(each.wall for each in costs),
        statistics.median(each.processor for each in costs),
    )


def measured(store: Store, rounds: int, months: int) -> dict[tuple[str, ...], Cost]:
    """Median costs: the kernel's with every indicator under (), then SQL's by its indicators."""
    twelve = Case.of(store, WRITTEN, months)
    whole = plan_for(store, indicators(), None)
    print(
        f"\n#### As-of SQL for every indicator, {MONTHS} months, {len(twelve.columns)} measured\n"
    )
    print(f"Twelve indicators by hand, {twelve.check():,} counts: each equals the kernel's.")
    engine.sweep(store, whole, MONTHS, False)
    taken: dict[tuple[str, ...], list[Cost]] = {(): []}
    for _ in range(rounds):
        taken[()].append(Cost(*seconds(lambda: engine.sweep(store, whole, MONTHS, False))))
        for names in (*GROWING, *ALONE, TWELVE):
            case = Case(store, twelve.plan, WRITTEN.chosen(names), months)
            taken.setdefault(names, []).append(case.cost())
    return {names: middle(costs) for names, costs in taken.items()}


def table(store: Store, rounds: int, months: int, most_people: int = MOST_PEOPLE) -> None:
    """Measure, fit and print; the ratios are to the kernel with every indicator, same run.

    Larger regions than `most_people` are not measured with the indicators put in SQL by rule.
    """
    costs = measured(store, rounds, months)
    kernel, twelve = costs.pop(()), costs.pop(TWELVE)
    wall = fitted({names: cost.wall for names, cost in costs.items()})
    used = fitted({names: cost.processor for names, cost in costs.items()})
    number = len(indicators())

    def like(count: int, name: str | None = None) -> Cost:
        own = (None, None) if name is None else (wall.of(name), used.of(name))
        return Cost(wall.predicted(count, own[0]), used.predicted(count, own[1]))

    cheapest, dearest = min(SIX, key=used.of), max(SIX, key=used.of)
    print(HEADER)
    print(f"| {number} | kernel, measured | {kernel.over(kernel)} |")
    for each in GROWING:
        print(f"| {len(each)} | as-of SQL, measured | {costs[each].over(kernel)} |")
    print(f"| 12 | as-of SQL, measured | {twelve.over(kernel)} |")
    print(f"| 12 | as-of SQL, predicted from the six | {like(12).over(kernel)} |")
    print(
        f"| {number} | **as-of SQL, all like the mean of the six** | {like(number).over(kernel)} |"
    )
    twelfth = Cost((twelve.wall - wall.shared) / 12, (twelve.processor - used.shared) / 12)
    whole = Cost(wall.predicted(number, twelfth.wall), used.predicted(number, twelfth.processor))
    print(f"| {number} | **as-of SQL, all like the mean of the twelve** | {whole.over(kernel)} |")
    for name, what in ((cheapest, "cheapest"), (dearest, "dearest")):
        row = like(number, name).over(kernel)
        print(f"| {number} | as-of SQL, all like {name}, the {what} | {row} |")
    print_model(used, Cost(twelve.wall / like(12).wall, twelve.processor / like(12).processor))
    if store.manifest.people <= most_people:
        by_rule(store, kernel, like)


HEADER = """
| indicators | way | wall s | processor s | wall x kernel | processor x kernel |
|---|---|---|---|---|---|"""


def print_model(used: Model, test: Cost) -> None:
    """Say what the figures for every indicator assume, and how the test of it went."""
    own = ", ".join(f"{name} {cost:.2f}" for name, cost in zip(SIX, used.own, strict=True))
    print(f"\nProcessor seconds for {MONTHS} months: shared part {used.shared:.2f}; {own};")
    print(f"no measurement is further than {used.misfit:.2f} from the sum of its parts.")
    print("Assumption: each further indicator adds what these six add on average, in tables and")
    print("in every month's query, and the shared part stays as it is (five of the six share the")
    print("NSAIDs, so what one of them adds is small). Tested on six others of other kinds: the")
    print(f"twelve took {test.wall:.2f} of the predicted wall time and {test.processor:.2f} of the")
    print(f"predicted processor time. Load {os.getloadavg()[0]:.1f}.")


def by_rule(store: Store, kernel: Cost, like: Callable[[int], Cost]) -> None:
    """Measure and print the indicators that can be put into SQL by rule, and all in proportion."""
    case = Case.of(store, translated(each.definition for each in indicators()), RULE_MONTHS)
    count, number = len(case.written.indicators), len(indicators())
    cells, own, taken = case.check(), case.kernel(), case.cost()
    share = number / count
    scaled = Cost(share * taken.wall, share * taken.processor)
    print(f"\nBy rule {count} of the {number} indicators ({len(case.written.facts)} facts) became")
    print(
        f"the same SQL, {RULE_MONTHS} months measured; {cells:,} counts: each equals the kernel's."
    )
    print("The others have a part that a function works out, that has to last, or that takes the")
    print("lowest value of a day.")
    print(HEADER)
    print(f"| {count} | kernel, measured | {own.over(own)} |")
    print(f"| {count} | as-of SQL by rule, measured | {taken.over(own)} |")
    print(f"| {count} | as-of SQL, predicted from the six | {like(count).over(own)} |")
    print(f"| {number} | **as-of SQL by rule, scaled to all** | {scaled.over(kernel)} |")
    part = taken.processor / like(count).processor
    print(f"\nThe last row is against the kernel with all. Measured by rule took {part:.2f} of the")
    print("processor time predicted from the six; below 1 would mean that the prediction flatters")
    print(f"the kernel. Load {os.getloadavg()[0]:.1f}.")
