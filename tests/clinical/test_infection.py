"""FeverPAIN, Centor, CRP advice, STAR-PU and the broad-spectrum share."""

from __future__ import annotations

import itertools
import json

import pytest

from harmfree.clinical.errors import RefusedError
from harmfree.clinical.infection.crp import crp_advice
from harmfree.clinical.infection.sore_throat import centor, feverpain
from harmfree.clinical.infection.volume import cell_of, four_c, star_pu, star_pu_weights

FEVERPAIN = ("fever", "purulence", "within_3_days", "inflamed_tonsils")
CENTOR = ("exudate", "tender_nodes", "fever")


@pytest.mark.parametrize("answers", itertools.product([0, 1], repeat=5))
def test_every_feverpain(answers):
    row = dict(zip((*FEVERPAIN, "cough_or_coryza"), answers, strict=True))
    score = sum(answers[:4]) + (1 - answers[4])
    result = feverpain.run(row)
    expected = ("low", "low", "intermediate", "intermediate", "high", "high")[score]
    assert (result.value, result.band) == (score, expected)


@pytest.mark.parametrize("answers", itertools.product([0, 1], repeat=4))
def test_every_centor(answers):
    row = dict(zip((*CENTOR, "cough"), answers, strict=True))
    score = sum(answers[:3]) + (1 - answers[3])
    result = centor.run(row)
    assert (result.value, result.band) == (score, "high" if score >= 3 else "low")


def test_fever_may_be_measured_and_missing_items_are_named():
    row = {"exudate": 0, "tender_nodes": 0, "cough": 1}
    assert centor.run(row | {"temperature": 38.0}).value == 0
    assert centor.run(row | {"temperature": 38.1}).value == 1
    assert centor.run(row).missing == ("fever",)
    assert feverpain.run({"fever": 1}).detail == {"minimum": 1, "maximum": 5}


READY = {
    "pneumonia_diagnosed": 0, "clinician_uncertain": 1, "severely_unwell": 0, "immunosuppressed": 0,
}  # fmt: skip


@pytest.mark.parametrize(
    ("crp", "advice"),
    [
        (0, "no antibiotic"),
        (19.9, "no antibiotic"),
        (20, "delayed prescription"),
        (100, "delayed prescription"),
        (100.1, "antibiotic"),
        ("<5", "no antibiotic"),
        ("<20", "no antibiotic"),
        ("<21", None),
        (">100", "antibiotic"),
        (">99", None),
        (None, None),
    ],
)
def test_the_bands_of_crp(crp, advice):
    result = crp_advice.run(READY | {"crp": crp})
    assert result.value == advice
    assert result.missing == (() if advice else ("crp",))
    assert "CG191" in result.detail["guideline"]
    assert any("NG237" in warning for warning in result.warnings)


@pytest.mark.parametrize("crp", [1, 50, 200])
@pytest.mark.parametrize(
    ("change", "value"),
    [
        ({"pneumonia_diagnosed": 1}, "test not indicated"),
        ({"clinician_uncertain": 0}, "test not indicated"),
        ({"severely_unwell": 1}, "red flag"),
        ({"immunosuppressed": 1}, "red flag"),
        ({"severely_unwell": 1, "pneumonia_diagnosed": 1}, "red flag"),
    ],
)
def test_the_conditions_come_before_the_number(crp, change, value):
    assert crp_advice.run(READY | {"crp": crp} | change).value == value


@pytest.mark.parametrize("name", READY)
def test_a_condition_that_is_not_recorded_is_named(name):
    result = crp_advice.run(READY | {"crp": 150, name: None})
    assert (result.value, result.missing) == (None, (name,))


@pytest.mark.parametrize(("crp", "said"), [("<", "is not a number"), (900, "0 to 700")])
def test_a_crp_that_cannot_be_used(crp, said):
    with pytest.raises(RefusedError, match=said):
        crp_advice.run(READY | {"crp": crp})


ALL_CELLS = {f"{sex} {band}": 100 for sex in ("M", "F") for band in star_pu_weights()["male"]}


def test_star_pu_of_a_hundred_people_in_every_cell():
    result = star_pu.run({"list_sizes": ALL_CELLS, "items": 900})
    assert result.detail["star_pu"] == pytest.approx(1099.103, abs=5e-4)
    assert result.value == pytest.approx(0.8189, abs=1e-4)
    assert result.warnings == ()
    rounded = star_pu.run({"list_sizes": ALL_CELLS, "items": 900, "weights": "rounded"})
    assert rounded.detail["star_pu"] == pytest.approx(1090)


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        ("M 5-14", ("male", "5-14")),
        ("female_75+", ("female", "75+")),
        ("65-74 f", ("female", "65-74")),
        ("Women 75 and over", ("female", "75+")),
        ("male 0–4", ("male", "0-4")),
        ("x 0-4", None),
        ("male 0-5", None),
        ("male", None),
    ],
)
def test_names_of_cells(name, cell):
    assert cell_of(name) == cell


def test_star_pu_refuses_and_names():
    with pytest.raises(RefusedError, match="not a sex with an age band"):
        star_pu.run({"list_sizes": {"everyone": 5}})
    with pytest.raises(RefusedError, match="given twice"):
        star_pu.run({"list_sizes": {"M 0-4": 5, "male 0-4": 6}})
    assert star_pu.run({"list_sizes": {"M 0-4": 5}}).missing == ("items",)
    assert star_pu.run({"list_sizes": {"M 0-4": 0}, "items": 3}).missing == ("list_sizes",)
    assert any("1 of 18" in text for text in star_pu.run({"list_sizes": {"M 0-4": 5}}).warnings)


ITEMS = {
    "0501013B0": 700, "0501013K0": 100, "0501021L0": 40, "0501120L0": 30, "0501130R0": 130,
    "0501130H0": 20, "0501090R0": 10,
}  # fmt: skip


def test_both_definitions_of_the_broad_spectrum_share():
    ours = four_c.run({"items": ITEMS})
    nhs = four_c.run({"items": ITEMS, "definition": "nhs"})
    assert ours.value == pytest.approx(17.0)
    assert nhs.value == pytest.approx(16.667, abs=5e-4)
    assert ours.detail["nhs"] == nhs.detail["nhs"] == {
        "broad": 170, "all": 1020, "percent": pytest.approx(100 * 170 / 1020),
    }  # fmt: skip


@pytest.mark.parametrize(("broad", "band"), [(10, "at most 10%"), (11, "above target")])
def test_the_target_of_ten_percent(broad, band):
    items = {"0501013K0": broad, "0501013B0": 100 - broad}
    assert four_c.run({"items": items}).band == band


def test_only_antibacterials_are_counted():
    with pytest.raises(RefusedError, match="not a BNF code of antibacterials"):
        four_c.run({"items": {"0212000B0": 5}})
    assert four_c.run({"items": {"0501090R0": 5}}).missing == ("items",)
    assert four_c.run({}).missing == ("items",)


@pytest.mark.shared_data
def test_the_weights_equal_the_published_ones(shared_data):
    path = shared_data / "stewardship" / "star_pu_weights.json"
    published = json.loads(path.read_text())["oral_antibacterials_item"]
    for band, (male, female) in published.items():
        assert star_pu_weights()["male"][band] == pytest.approx(male, abs=1e-9)
        assert star_pu_weights()["female"][band] == pytest.approx(female, abs=1e-9)
