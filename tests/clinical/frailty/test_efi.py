"""The electronic frailty index: every count, the categories, and the NumPy twin."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harmfree.clinical import find
from harmfree.clinical.errors import RefusedError
from harmfree.clinical.frailty.efi import CATEGORIES, DEFICITS, category, population

TOOL = find("efi")
NAMES = list(DEFICITS)


def band(count):
    """The categories as the source prints them, by cut-points of the index."""
    index = count / 36
    if index <= 0.12:
        return "fit"
    if index <= 0.24:
        return "mild"
    return "moderate" if index <= 0.36 else "severe"


@pytest.mark.parametrize("count", range(37))
def test_every_count(count):
    result = TOOL.run({"deficits": NAMES[:count] if count else "none"})
    assert result.value == pytest.approx(count / 36)
    assert result.band == band(count)
    assert result.detail["deficits"] == count
    assert sum(part.points for part in result.components) == pytest.approx(result.value)


def test_no_count_lies_on_a_cut_point():
    assert not {count / 36 for count in range(37)} & {0.12, 0.24, 0.36}
    assert [category(n) for n in (4, 5, 8, 9, 12, 13)] == [
        "fit", "mild", "mild", "moderate", "moderate", "severe"
    ]  # fmt: skip


@pytest.mark.parametrize(("medicines", "counted"), [(0, 0), (4, 0), (5, 1), (20, 1)])
def test_polypharmacy_from_five_medicines(medicines, counted):
    row = {"deficits": "none", "medicines_12m": medicines}
    assert TOOL.run(row).detail["deficits"] == counted


def test_polypharmacy_must_agree_with_the_medicines():
    with pytest.raises(RefusedError, match="contradicts the number of medicines"):
        TOOL.run({"deficits": "none", "medicines_12m": 3, "polypharmacy": "yes"})


def test_deficit_by_deficit_equals_the_list():
    row = {name: name in ("falls", "ckd", "weight_loss") for name in NAMES}
    assert TOOL.run(row).value == TOOL.run({"deficits": "falls; CKD; weight-loss"}).value


def test_unknown_deficits_give_a_span_not_an_index():
    result = TOOL.run(dict.fromkeys(NAMES[:30], True))
    assert result.value is None
    assert (result.detail["minimum"], result.detail["maximum"]) == (30, 36)
    assert len(result.missing) == 6


def test_the_order_of_the_list_changes_nothing_and_repeats_count_once():
    forward = TOOL.run({"deficits": ["falls", "diabetes", "falls"]})
    assert forward.value == TOOL.run({"deficits": ["diabetes", "falls"]}).value == 2 / 36


def test_a_deficit_is_there_or_it_is_not():
    with pytest.raises(RefusedError, match="falls: is in the list"):
        TOOL.run({"deficits": "falls", "falls": "no"})
    assert TOOL.run({"deficits": "falls", "ckd": "yes"}).detail["deficits"] == 2


def test_an_unknown_deficit_is_refused():
    with pytest.raises(RefusedError, match="not known: gout"):
        TOOL.run({"deficits": "falls, gout"})


@pytest.mark.parametrize(("age", "warned"), [(64, True), (65, False)])
def test_for_people_of_65_and_over(age, warned):
    assert bool(TOOL.run({"deficits": "none", "age": age}).warnings) is warned


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(st.booleans(), min_size=36, max_size=36), min_size=1, max_size=12))
def test_the_numpy_twin_equals_the_tool(people):
    index, place = population(np.array(people))
    for number, row in enumerate(people):
        result = TOOL.run(dict(zip(NAMES, row, strict=True)))
        assert index[number] == result.value
        assert CATEGORIES[place[number]][1] == result.band


def test_the_twin_wants_36_columns():
    with pytest.raises(ValueError, match="36 deficits"):
        population(np.ones((2, 35), dtype=bool))


@pytest.mark.shared_data
def test_every_deficit_of_the_shared_index_is_known_by_its_name(shared_data):
    with (shared_data / "falls" / "efi_deficits.csv").open() as file:
        names = [row["deficit"] for row in csv.DictReader(file)]
    assert len(names) == 36
    assert TOOL.run({"deficits": names}).value == 1
