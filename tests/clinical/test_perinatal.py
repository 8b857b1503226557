"""Perinatal optimisation: what applies, what was received, which cells of the record hold."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harmfree.clinical.errors import RefusedError
from harmfree.clinical.maternity.perinatal import (
    BANDS,
    INTERVENTIONS,
    WEIGHTS,
    perinatal_optimisation,
)

COMPLETE = {
    "gestation": "<26+6", "weight": "<800g", "births": "Single", "ventilation": "Yes",
    "labour": "Yes", "place": "Yes", "steroids_rx": "Yes", "steroids_doses": "2",
    "steroids_opt_poss": "Yes", "steroids_opt_act": "Yes", "mgso4_rx": "Yes",
    "mgso4_opt_poss": "Yes", "mgso4_opt_act": "No", "antibiotics_rx": "Yes",
    "antibiotics_opt_poss": "No", "antibiotics_opt_act": None, "embm_info": "Yes",
    "cord_mgt": "Yes", "thermal_care": "Yes", "volume_guarantee": "Yes", "caffeine": "Yes",
    "embm_rx": "Yes", "probiotics": "Yes", "hydrocortisone": "Yes",
}  # fmt: skip


def run(**changes):
    return perinatal_optimisation.run(COMPLETE | changes)


def applies(name, **changes):
    return name in run(**changes).detail["applies"]


def test_a_complete_record_is_valid_and_all_or_none_holds():
    result = run()
    assert (result.value, result.band, result.missing) == (100, "complete", ())
    assert result.detail["all_valid"]
    assert result.detail["all_or_none"]
    assert (result.detail["eligible"], result.detail["received_count"]) == (11, 11)
    assert len(result.components) == len(INTERVENTIONS) == 11


def test_one_intervention_missed_breaks_the_bundle():
    result = run(caffeine="No")
    assert (result.band, result.detail["all_or_none"]) == ("partial", False)
    assert result.value == pytest.approx(100 * 10 / 11)


@pytest.mark.parametrize(
    ("gestation", "weight", "births", "expected"),
    [
        ("<26+6", ">1500g", "Single", True),
        ("27 - 27+6", "<1500g", "Single", False),
        ("27 - 27+6", "<1500g", "Multiple", True),
        ("28 - 29+6", "<1500g", "Multiple", False),
        ("32 - 33+6", "<800g", "Single", True),
        ("32 - 33+6", ">1500g", "Single", False),
    ],
)
def test_the_right_place_of_birth(gestation, weight, births, expected):
    assert applies("place", gestation=gestation, weight=weight, births=births) == expected


@pytest.mark.parametrize(
    ("name", "last_band"),
    [("mgso4_rx", "28 - 29+6"), ("caffeine", "28 - 29+6"), ("hydrocortisone", "27 - 27+6")],
)
@pytest.mark.parametrize("gestation", BANDS)
def test_what_depends_on_gestation(name, last_band, gestation):
    order = list(BANDS)
    expected = order.index(gestation) <= order.index(last_band)
    assert applies(name, gestation=gestation) == expected


@pytest.mark.parametrize("gestation", BANDS)
@pytest.mark.parametrize("weight", WEIGHTS)
def test_the_probiotic_is_for_all_but_late_and_heavy(gestation, weight):
    expected = not (gestation == "32 - 33+6" and weight == ">1500g")
    assert applies("probiotics", gestation=gestation, weight=weight) == expected


def test_labour_and_ventilation_decide_for_theirs():
    assert not applies("antibiotics_rx", labour="No")
    assert not applies("volume_guarantee", ventilation="No")


@pytest.mark.parametrize(
    ("weeks", "days", "band"),
    [
        (26, 6, "<26+6"),
        (27, 0, "27 - 27+6"),
        (27, 6, "27 - 27+6"),
        (28, 0, "28 - 29+6"),
        (29, 6, "28 - 29+6"),
        (30, 0, "30 - 31+6"),
        (31, 6, "30 - 31+6"),
        (32, 0, "32 - 33+6"),
        (33, 6, "32 - 33+6"),
    ],
)
def test_exact_weeks_and_days_decide_the_band(weeks, days, band):
    heavier = {"weight": "<1500g"}
    exact = run(gestation=None, weeks=weeks, days=days, **heavier).detail
    assert exact["applies"] == run(gestation=band, **heavier).detail["applies"]
    assert exact["valid"]["gestation"]


@pytest.mark.parametrize(
    ("grams", "band"), [(799, "<800g"), (800, "<1500g"), (1500, "<1500g"), (1501, ">1500g")]
)
def test_the_exact_weight_decides_the_band(grams, band):
    exact = run(weight=None, weight_grams=grams, gestation="32 - 33+6").detail["applies"]
    assert exact == run(weight=band, gestation="32 - 33+6").detail["applies"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"weeks": 28}, "28 weeks are in the band 28"),
        ({"weight_grams": 1600}, "1600 g is in the band >1500g"),
        ({"weeks": 34, "gestation": None}, "20 to 33"),
        ({"births": "three"}, "Single, Multiple"),
    ],
)
def test_what_is_refused(changes, said):
    with pytest.raises(RefusedError, match=said):
        run(**changes)


@pytest.mark.parametrize(
    ("changes", "invalid"),
    [
        ({"gestation": "28 - 29+6"}, {"hydrocortisone"}),
        ({"mgso4_rx": "No"}, {"mgso4_opt_poss", "mgso4_opt_act"}),
        ({"mgso4_rx": "No", "mgso4_opt_poss": None, "mgso4_opt_act": None}, set()),
        ({"steroids_doses": "1"}, set()),
        ({"steroids_doses": "0"}, {"steroids_doses"}),
        ({"steroids_doses": None}, {"steroids_doses"}),
        ({"steroids_opt_poss": None}, {"steroids_opt_poss", "steroids_opt_act"}),
        ({"antibiotics_opt_act": "Yes"}, {"antibiotics_opt_act"}),
        ({"mgso4_opt_act": None}, {"mgso4_opt_act"}),
        ({"cord_mgt": None}, {"cord_mgt"}),
        ({"volume_guarantee": None}, {"volume_guarantee"}),
        ({"ventilation": "No"}, {"volume_guarantee"}),
        ({"ventilation": "No", "volume_guarantee": None}, set()),
        ({"labour": None}, {"labour", "antibiotics_rx", "antibiotics_opt_poss",
                            "antibiotics_opt_act"}),
    ],
)  # fmt: skip
def test_which_cells_do_not_hold(changes, invalid):
    valid = run(**changes).detail["valid"]
    assert {name for name, holds in valid.items() if not holds} == invalid


def test_what_is_not_recorded_is_named_and_no_percentage_is_given():
    result = run(caffeine=None, births=None)
    assert (result.value, result.missing) == (None, ("births", "caffeine"))


answers = st.sampled_from(["Yes", "No", None])


@given(
    st.fixed_dictionaries(
        {
            "gestation": st.sampled_from([*BANDS, None]),
            "weight": st.sampled_from([*WEIGHTS, None]),
            "births": st.sampled_from(["Single", "Multiple", None]),
            "steroids_doses": st.sampled_from(["0", "1", "2", None]),
        }
        | {
            name: answers
            for name in COMPLETE
            if name not in ("gestation", "weight", "births", "steroids_doses")
        }
    )
)
@settings(max_examples=60)
def test_any_record_is_answered_and_the_counts_agree(row):
    result = perinatal_optimisation.run(row)
    detail = result.detail
    assert detail["received_count"] <= detail["eligible"] <= 11
    assert set(detail["received"]) <= set(detail["applies"])
    if result.value is not None:
        points = sum(part.points for part in result.components)
        assert result.value == pytest.approx(100 * points / detail["eligible"])


@pytest.mark.shared_data
def test_the_golden_rows(shared_data):
    path = shared_data / "maternity" / "periprem_validity_golden.json"
    rows = json.loads(path.read_text())["rows"]
    for row in rows:
        assert perinatal_optimisation.run(row).detail["valid"] == row["valid"], row
    assert len(rows) == 600
