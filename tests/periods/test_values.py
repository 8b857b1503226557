"""Expressions are values: those that read the same are the same, in every process."""

from __future__ import annotations

import copy
import os
import pickle
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given

from harmfree.periods import words
from harmfree.periods.definition import ListTable
from harmfree.periods.expressions import Predicate
from harmfree.periods.stored_person import ListIndex
from harmfree.periods.windows import months
from periods.strategies import predicates

LOOK_UP = """
import pickle, sys
from harmfree.periods import words
from harmfree.periods.windows import months
sent = pickle.load(sys.stdin.buffer)
here = words.recorded("a", within=months(3)) & (words.latest("b") < 45)
print(sent == here, hash(sent) == hash(here), {here: "found"}.get(sent))
"""


def written() -> Predicate:
    return words.recorded("a", within=months(3)) & (words.latest("b") < 45)


@given(predicates)
def test_a_copy_is_the_same_value(part: Predicate):
    known = hash(part)
    for other in (copy.deepcopy(part), pickle.loads(pickle.dumps(part))):
        assert other == part
        assert hash(other) == known


@pytest.mark.parametrize("seed", ["1", "2"])
def test_a_value_sent_to_another_process_is_found_there(seed: str):
    sent = written()
    hash(sent)  # remembered here, where text has other hashes than there
    done = subprocess.run(
        [sys.executable, "-c", LOOK_UP],
        input=pickle.dumps(sent),
        env={**os.environ, "PYTHONHASHSEED": seed},
        capture_output=True,
        check=True,
    )
    assert done.stdout.split() == [b"True", b"True", b"found"]


def test_kinds_with_the_same_fields_are_different():
    parts = (words.recorded("a"), words.recorded("b"))
    assert parts[0] & parts[1] != parts[0] | parts[1]
    assert len({parts[0] & parts[1], parts[0] | parts[1], written(), written()}) == 3


def test_a_code_has_its_place_in_each_of_its_lists():
    def table(codes: list[int], factor: float) -> ListTable:
        count = len(codes)
        return ListTable(
            np.array(codes, np.int32),
            np.arange(count, dtype=np.int32),
            np.arange(count, dtype=np.float64) + factor,
            np.array([np.nan, factor]),
        )

    index = ListIndex({"a": table([7, 4], 1.0), "b": table([4], 10.0)}, ["", "<"])
    held = {
        code: [(p.codes, p.group, p.weight, p.factors[1]) for p in places]
        for code, places in index.places.items()
    }
    assert held == {
        7: [("a", 0, 1.0, 1.0)],
        4: [("a", 1, 2.0, 1.0), ("b", 0, 10.0, 10.0)],
    }
