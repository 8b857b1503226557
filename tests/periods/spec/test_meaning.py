"""The manual of expressions: a record as a table, an expression, the periods in which it holds.

Each example is checked by the day-by-day definition and by the reference evaluator; that the kernel
agrees with these is the business of ``test_kernel.py``.
"""

from __future__ import annotations

import pytest

from harmfree.periods import (
    aged,
    contract_year,
    days,
    distinct,
    ever,
    issued,
    latest,
    months,
    recorded,
    score,
    started,
    supply,
    sustained,
    together,
    unresolved,
    weeks,
)
from harmfree.periods.expressions import Predicate
from harmfree.periods.naive import holds
from harmfree.periods.reference import evaluate
from harmfree.periods.table import read_record, write_spans
from harmfree.periods.windows import to_day

AS_OF = to_day("2024-12-31")
BORN = "born 1960-02-29, female\n"
EXAMPLES: dict[str, tuple[str, Predicate, list[str]]] = {
    "a window of months holds both its ends": (
        "2024-03-01 nsaid", issued("nsaid", months(3)), ["2024-03-01 to 2024-06-02"],
    ),
    "a month that is too short is clipped to its end": (
        "2024-02-29 nsaid", issued("nsaid", months(3)), ["2024-02-29 to 2024-06-01"],
    ),
    "issues that follow closely make one period": (
        "2024-01-10 nsaid\n2024-02-05 nsaid", issued("nsaid", days(28)),
        ["2024-01-10 to 2024-03-05"],
    ),
    "two events on one day count once": (
        "2024-01-10 fall\n2024-01-10 fall", recorded("fall", months(12), at_least=2), [],
    ),
    "two days count twice, until the first leaves the window": (
        "2024-01-10 fall\n2024-03-10 fall", recorded("fall", months(6), at_least=2),
        ["2024-03-10 to 2024-07-11"],
    ),
    "at least 3 months ago begins when 3 months have passed": (
        "2024-03-02 ulcer", ever("ulcer", at_least_ago=months(3)), ["2024-06-02 on"],
    ),
    "resolved ends it; recorded again begins it": (
        "2024-01-10 asthma\n2024-02-10 asthma_resolved\n2024-04-10 asthma",
        unresolved("asthma", "asthma_resolved"), ["2024-01-10 to 2024-02-10", "2024-04-10 on"],
    ),
    "resolved on the same day: the definition says which counts": (
        "2024-01-10 af\n2024-01-10 af_resolved", unresolved("af", "af_resolved", "resolved"), [],
    ),
    "the latest value counts until the next": (
        "2024-01-10 egfr 44.9\n2024-04-20 egfr 45.0", latest("egfr") < 45,
        ["2024-01-10 to 2024-04-20"],
    ),
    "a result with a comparator is never read as the number": (
        "2024-01-10 egfr >90", (latest("egfr") < 95) | (latest("egfr") > 95), [],
    ),
    "a comparator that makes the comparison certain is used": (
        "2024-01-10 egfr >90", latest("egfr") >= 90, ["2024-01-10 on"],
    ),
    "a missing value does not replace a known one": (
        "2024-01-10 egfr 40\n2024-02-10 egfr", latest("egfr") < 45, ["2024-01-10 on"],
    ),
    "of several values on a day the highest counts": (
        "2024-01-10 egfr 40\n2024-01-10 egfr 50", latest("egfr") < 45, [],
    ),
    "or the lowest, when the definition says so": (
        "2024-01-10 egfr 40\n2024-01-10 egfr 50", latest("egfr", ties="lowest") < 45,
        ["2024-01-10 on"],
    ),
    "27 days apart is together": (
        "2024-03-10 warfarin\n2024-04-06 clopidogrel",
        together("warfarin", "clopidogrel", 28, months(3)), ["2024-04-06 to 2024-06-11"],
    ),
    "28 days apart is not": (
        "2024-03-10 warfarin\n2024-04-07 clopidogrel",
        together("warfarin", "clopidogrel", 28, months(3)), [],
    ),
    "sustained begins when it has lasted long enough": (
        "2024-01-01 antipsychotic\n2024-02-10 antipsychotic",
        sustained(issued("antipsychotic", months(2)), weeks(6)), ["2024-02-12 to 2024-04-11"],
    ),
    "started needs a clear time before": (
        "2023-12-01 statin\n2024-02-01 statin\n2024-12-01 statin",
        started("statin", clear=months(6), within=months(1)),
        ["2023-12-01 to 2024-01-02", "2024-12-01 on"],
    ),
    "a score adds the weights of what is true": (
        "2024-01-10 stroke\n2024-05-10 diabetes",
        score({ever("stroke"): 2, ever("diabetes"): 1, aged(at_least=65): 1}) >= 3,
        ["2024-05-10 on"],
    ),
    "different medicines count by their group": (
        "2024-01-10 medicine group 1\n2024-01-10 medicine group 2\n2024-02-10 medicine group 2",
        distinct("medicine", days(30)) >= 2, ["2024-01-10 to 2024-02-10"],
    ),
    "supplies that overlap add up": (
        "2024-01-01 opioid 30 until 2024-01-31 weight 60\n"
        "2024-01-15 opioid 30 until 2024-02-14 weight 60",
        supply("opioid") >= 120, ["2024-01-15 to 2024-01-31"],
    ),
    "the contract year ends on 31 March": (
        "2024-01-10 declined", recorded("declined", contract_year()), ["2024-01-10 to 2024-04-01"],
    ),
    "somebody born on 29 February has a birthday on 1 March of other years": (
        "", aged(at_least=63) & ~aged(at_least=64), ["2023-03-01 to 2024-02-29"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", EXAMPLES)
def test_meaning(name: str):
    table, part, expected = EXAMPLES[name]
    record = read_record(BORN + table)
    spans = evaluate(part, record, AS_OF)
    assert write_spans(spans, AS_OF) == expected
    edges = {day for span in spans for day in span} | {to_day("2024-01-10")}
    for day in sorted({e + shift for e in edges for shift in (-1, 0, 1)}):
        if day <= AS_OF:
            assert holds(part, record, day) == any(s <= day < e for s, e in spans), day
