"""Time in range of many people at once is what the scalar tool says of each."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harmfree.clinical.anticoagulation.renal import cockcroft_gault, cockcroft_gault_array
from harmfree.clinical.anticoagulation.ttr import rosendaal
from harmfree.clinical.anticoagulation.ttr_array import rosendaal_array

TESTS = st.lists(
    st.tuples(st.integers(0, 200), st.sampled_from([1.0, 1.9, 2.0, 2.5, 3.0, 3.1, 5.0])),
    max_size=8,
    unique_by=lambda test: test[0],
)
BACK = st.one_of(st.integers(0, 120).map(float), st.just(float("inf")))


@given(st.lists(TESTS, max_size=4), BACK)
@settings(max_examples=300, deadline=None)
def test_each_test_says_what_the_scalar_says(people: list[list[tuple[int, float]]], back: float):
    rows = [(who, *test) for who, tests in enumerate(people) for test in sorted(tests)]
    person = np.array([r[0] for r in rows], np.int64)
    day = np.array([r[1] for r in rows], np.float64)
    inr = np.array([r[2] for r in rows], np.float64)
    found = rosendaal_array(person, day, inr, day - back)
    for i in range(len(rows)):
        mine = person == person[i]
        since = None if np.isinf(back) else day[i] - back
        scalar = rosendaal(day[mine], inr[mine], since=since, until=day[i])
        assert found.inside[i] == pytest.approx(scalar.inside, abs=1e-7)
        assert found.usable[i] == pytest.approx(scalar.usable, abs=1e-7)
        if scalar.ttr is None:
            assert np.isnan(found.percent[i])
        else:
            assert found.percent[i] == pytest.approx(100 * scalar.ttr, abs=1e-6)


@pytest.mark.parametrize(
    ("tests", "percent"),
    [
        ([(0, 2.4), (16, 3.2)], 75.0),
        ([(7, 2.0), (13, 2.5), (18, 3.1), (47, 2.8)], 73.75),
        ([(0, 2.5), (56, 2.5)], 100.0),
        ([(0, 2.5), (57, 2.5)], None),
    ],
)
def test_vectors_of_the_reference(tests: list[tuple[int, float]], percent: float | None):
    day, inr = (np.array(x, np.float64) for x in zip(*tests, strict=True))
    last = rosendaal_array(np.zeros(len(day), np.int64), day, inr, day - 1000).percent[-1]
    assert np.isnan(last) if percent is None else last == pytest.approx(percent)


def test_clearance_of_many_is_the_clearance_of_each():
    age, weight, creatinine = (
        np.array(x, float) for x in ([80, 75, 68], [60, 70, 90], [133, 100, 95])
    )
    female = np.array([False, True, False])
    found = cockcroft_gault_array(age, female, weight, creatinine)
    assert found.tolist() == [
        cockcroft_gault(a, "female" if f else "male", w, c)
        for a, f, w, c in zip(age, female, weight, creatinine, strict=True)
    ]
    assert np.isnan(cockcroft_gault_array(age, female, weight, np.zeros(3))).all()
