"""The CPIC path: every branch of the figure, its spans, and the equations side by side."""

from __future__ import annotations

import pytest

from harmfree.clinical import find
from harmfree.clinical.errors import RefusedError
from harmfree.clinical.warfarin.cpic import Adjustment, Found, path
from harmfree.clinical.warfarin.tables import table

TOOL = find("warfarin_cpic")
PERSON = {
    "age": 65, "height": 175, "weight": 80, "ancestry": "white", "vkorc1": "G/G",
    "cyp2c9": "*1/*1", "enzyme_inducer": "no", "amiodarone": "no", "target_inr": 2.5,
}  # fmt: skip
TYPED = {"vkorc1": "A/G", "cyp2c9": "*1/*1"}


@pytest.mark.parametrize(
    ("found", "way", "strength"),
    [
        (Found(None, "*1/*1", african=False), "clinically", ""),
        (Found("A/G", None, african=False), "clinically", ""),
        (Found(None, None, african=True, extra_tested=True), "clinically", ""),
        (Found(**TYPED, african=False), "by genotype", "strong"),
        (Found(**TYPED, african=False, extra_tested=False), "by genotype", "strong"),
        (Found(**TYPED, african=True), "clinically", ""),
        (Found(**TYPED, african=True, extra_tested=False), "clinically", ""),
        (Found(**TYPED, african=True, extra_tested=True), "by genotype", "moderate"),
        (Found(**TYPED, african=None), "undecided", ""),
        (Found(**TYPED, african=None, extra_tested=True), "by genotype", "strong"),
    ],
)
def test_the_path(found, way, strength):
    assert (path(found).way, path(found).strength) == (way, strength)


@pytest.mark.parametrize("pair", ["*1/*1", "*1/*2", "*1/*3", "*2/*2", "*2/*3", "*3/*3"])
@pytest.mark.parametrize("vkorc1", ["G/G", "A/G", "A/A"])
def test_another_anticoagulant_for_poor_metabolisers_whatever_vkorc1(pair, vkorc1):
    # As a Boolean the clause on VKORC1 with poor metabolism adds nobody; and the figure's list
    # names *3/*3 twice.
    assert path(Found(vkorc1, pair, african=False)).alternative == (pair in ("*2/*3", "*3/*3"))


@pytest.mark.parametrize(
    ("change", "spans"),
    [
        ({"extra": ("*8",)}, [(-15, -30)]),
        ({"extra": ("*5", "*8")}, [(-20, -40)]),
        ({"extra": ("*6", "*6")}, [(-20, -40)]),
        ({"african_american": True, "rs12777823": "G/A"}, [(-10, -25)]),
        ({"african_american": True, "rs12777823": "A/A", "extra": ("*11",)},
         [(-15, -30), (-10, -25)]),
        ({"african_american": True, "rs12777823": "G/G"}, []),
        ({"african_american": False, "rs12777823": "A/A"}, []),
        ({"african_american": None, "rs12777823": "A/A"}, []),
        ({"rs2108622": "T/T"}, []),  # no CYP4F2 change in African ancestry
    ],
)  # fmt: skip
def test_adjustments_in_african_ancestry(change, spans):
    found = path(Found(**TYPED, african=True, extra_tested=True, **change))
    assert [(one.low_pct, one.high_pct) for one in found.adjustments] == spans


@pytest.mark.parametrize(
    ("change", "spans"),
    [
        ({"rs2108622": "C/T"}, [(5, 10)]),
        ({"rs2108622": "C/C"}, []),
        ({"extra": ("*11",)}, [(-15, -30)]),
        ({"rs12777823": "A/A"}, []),  # not considered outside African Americans
    ],
)
def test_adjustments_without_african_ancestry_are_optional(change, spans):
    found = path(Found(**TYPED, african=False, extra_tested=True, **change))
    assert [(one.low_pct, one.high_pct) for one in found.adjustments] == spans
    assert {one.strength for one in found.adjustments} <= {"optional"}


def test_spans_multiply():
    low, high = Adjustment("", -15, -30, "").applied(4, 4)
    assert (low, high) == pytest.approx((2.8, 3.4))
    assert Adjustment("", -10, -25, "").applied(low, high) == pytest.approx((2.1, 3.06))
    assert Adjustment("", 5, 10, "").applied(4, 4) == pytest.approx((4.2, 4.4))


def test_the_doses_stand_side_by_side_with_reasons():
    equations = TOOL.run(PERSON).detail["equations"]
    assert set(equations) == {"iwpc", "gage", "iwpc_clinical", "gage_clinical", "loading"}
    assert equations["iwpc"]["mg_per_week"] == pytest.approx(43.3293, abs=6e-4)
    assert equations["iwpc_clinical"]["mg_per_week"] == pytest.approx(31.8886, abs=6e-4)
    assert equations["gage"]["reason"] == "not recorded: smoker, african_american, dvt_pe"
    full = PERSON | {"smoker": "no", "african_american": "no", "dvt_pe": "no"}
    both = TOOL.run(full).detail["equations"]
    assert both["gage"]["mg_per_day"] == find("warfarin_gage").run(full).value
    assert both["loading"]["day_1_mg"] == find("warfarin_loading").run(full).value


def test_an_equation_that_must_not_be_used_says_why():
    frail = PERSON | {"age": 95, "height": 150, "weight": 40, "ancestry": "asian"}
    row = frail | {"vkorc1": "A/A", "cyp2c9": "*3/*3", "amiodarone": "yes"}
    result = TOOL.run(row)
    assert "outside 0.5 to 15" in result.detail["equations"]["iwpc"]["reason"]
    assert "mg_per_day" not in result.detail


def test_untyped_people_are_dosed_clinically_with_the_clinical_equation():
    result = TOOL.run(PERSON | {"vkorc1": None})
    assert result.value == "clinically"
    assert result.detail["equation"] == "iwpc_clinical"
    assert result.detail["equations"]["iwpc"] == {"reason": "not recorded: vkorc1"}


def test_african_ancestry_without_the_other_alleles_is_dosed_clinically():
    result = TOOL.run(PERSON | {"ancestry": "black"})
    assert (result.value, result.missing) == ("clinically", ("extra_alleles_tested",))
    assert result.detail["equation"] == "iwpc_clinical"
    assert table("cpic")["ancestry_caveat"] in result.warnings
    assert "not been validated" in result.detail["equations"]["loading"]["reason"]
    tested = TOOL.run(PERSON | {"ancestry": "black", "extra_alleles_tested": "yes"})
    assert (tested.value, tested.band) == ("by genotype", "moderate")


def test_a_carrier_s_dose_is_shown_lowered_and_not_as_tablets_before():
    row = PERSON | {"ancestry": "black", "cyp2c9": "*1/*8", "extra_alleles_tested": "yes"}
    result = TOOL.run(row)
    daily = result.detail["mg_per_day"]
    assert result.detail["adjusted_mg_per_day"] == pytest.approx([0.7 * daily, 0.85 * daily])
    said = " ".join(result.advice)
    assert "before the changes below" in said
    assert "tablets:" not in said


def test_ancestry_unknown_leaves_the_path_open():
    for unknown in (None, "mixed_or_unknown"):
        result = TOOL.run(PERSON | {"ancestry": unknown})
        assert (result.value, result.missing) == (None, ("ancestry",))
    american = TOOL.run(PERSON | {"ancestry": None, "african_american": "yes"})
    assert american.value == "clinically"


def test_a_poor_metaboliser_hears_of_alternatives_first():
    result = TOOL.run(PERSON | {"cyp2c9": "*2/*3"})
    assert result.detail["alternative_anticoagulant"] is True
    assert "consider another anticoagulant" in result.advice[1]


@pytest.mark.parametrize(
    "change",
    [{"doac_suitable": "yes"}, {"stable_on_warfarin": "yes"}, {"treatment_day": 6},
     {"target_inr": 3.5}],
)  # fmt: skip
def test_when_genotype_dosing_is_not_to_be_offered(change):
    result = TOOL.run(PERSON | change)
    assert result.value == "not to be offered"
    assert result.detail["equations"] == {}
    assert "mg_per_day" not in result.detail
    assert "DOAC" in result.advice[0]


def test_a_minor_is_refused():
    with pytest.raises(RefusedError, match="age: 17 is outside"):
        TOOL.run(PERSON | {"age": 17})


def test_an_african_american_is_not_white():
    with pytest.raises(RefusedError, match="contradicts the ancestry"):
        TOOL.run(PERSON | {"african_american": "yes"})


def test_cyp4f2_is_matched_by_variant_and_marked_unverified():
    result = TOOL.run(PERSON | {"rs2108622": "C/T"})
    daily = result.detail["mg_per_day"]
    assert result.detail["adjusted_mg_per_day"] == pytest.approx([1.05 * daily, 1.10 * daily])
    assert any("Not verified" in said and "rs2108622" in said for said in result.warnings)
