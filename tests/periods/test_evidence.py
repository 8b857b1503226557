"""Which rows of the record stand behind an open period: by kind of expression, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from harmfree.periods import (
    burden,
    days,
    derived,
    distinct,
    ever,
    issued,
    latest,
    months,
    recorded,
    registered,
    started,
    supply,
    together,
    unresolved,
)
from harmfree.periods.definition import Definition
from harmfree.periods.engine import OPEN
from harmfree.periods.expressions import Predicate
from harmfree.periods.table import read_record
from periods.strategies import RUNNING_MEAN
from periods.test_kernel import swept

WHO = "born 1960-02-29, female\nregistered 2000-01-01 at 1\n"
MEDICINES = (
    "2024-05-01 m weight 1 group 0\n2024-05-02 m weight 1 group 1\n2024-05-03 m weight 1 group 0"
)
EXAMPLES: dict[str, tuple[str, Predicate, list[int]]] = {
    "of a window the last event": (
        "2024-05-01 a\n2024-06-01 a", issued("a", months(3)), [1],
    ),
    "of what does not hold the last event too: 'no blood test since'": (
        "2024-01-01 test\n2024-06-01 a", issued("a", months(3)) & ~recorded("test", months(3)),
        [0, 1],
    ),
    "of two windows over one list the event once": (
        "2024-06-01 a", issued("a", months(3)) & issued("a", months(2)), [0],
    ),
    "of at least so long ago the last event that is": (
        "2024-01-01 a\n2024-02-01 a\n2024-06-01 a",
        recorded("a", months(12), at_least_ago=months(3)), [1],
    ),
    "of ever at least so long ago the first event: later ones change nothing": (
        "2024-01-01 a\n2024-02-01 a", ever("a", at_least_ago=months(3)), [0],
    ),
    "of a condition the last event that meets it": (
        "2024-05-01 a 6\n2024-06-01 a 4", recorded("a", months(3), where=(">", 5)), [0],
    ),
    "of a count the last event": (
        "2024-05-01 a\n2024-05-02 a\n2024-05-03 a", recorded("a", months(3), at_least=2), [2],
    ),
    "of the latest value the event whose value counts on its day": (
        "2024-05-01 a 1\n2024-05-02 a 3\n2024-05-02 a 2\n2024-05-03 a", latest("a") > 2, [1],
    ),
    "of on and off the last of each": (
        "2024-05-01 a\n2024-05-02 off\n2024-05-03 a", unresolved("a", "off"), [1, 2],
    ),
    "of together the last of each": (
        "2024-05-01 a\n2024-05-02 b\n2024-05-03 a", together("a", "b", 28, months(3)), [1, 2],
    ),
    "of a start the last event": (
        "2024-05-01 a\n2024-05-02 a", started("a", clear=months(6), within=months(3)), [1],
    ),
    "of a number of medicines the last issue of each": (
        MEDICINES, distinct("m", months(3)) >= 2, [1, 2],
    ),
    "of a number of medicines none that has left the window": (
        "2024-01-01 m weight 1 group 2\n" + MEDICINES, distinct("m", months(3)) >= 2, [2, 3],
    ),
    "of a burden the last issue of each": (
        MEDICINES, burden("m", months(3)) >= 2, [1, 2],
    ),
    "of a supply the last issue with an amount": (
        "2024-06-01 a 30 until 2024-07-01 weight 10\n2024-06-02 a until 2024-07-01 weight 10",
        supply("a") >= 10, [0],
    ),
    "of a derived number the event of its last day": (
        "2024-05-01 a 1\n2024-05-02 b 3", derived(RUNNING_MEAN) >= 2, [1],
    ),
    "of what has nothing to show nothing": (
        "2024-06-01 a", registered() & ~recorded("b", days(30)), [],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", EXAMPLES)
def test_evidence(name: str):
    table, part, expected = EXAMPLES[name]
    found = swept([Definition("d", registered(), part)], [read_record(WHO + table)])
    assert found.runs["end"][-1] == OPEN, "the last period must be open on 2024-06-05"
    assert (found.evidence["run"] == len(found.runs) - 1).all()
    assert sorted(found.evidence["row"].tolist()) == expected


def test_periods_that_have_ended_have_no_evidence():
    record = read_record(WHO + "2024-01-01 a\n2024-06-01 a")
    found = swept([Definition("d", registered(), issued("a", days(10)))], [record])
    assert len(found.runs) == 2
    assert found.evidence["run"].tolist() == [1]
    assert found.evidence["row"].tolist() == [1]
    assert np.diff(found.runs["start"])[0] > 0
