"""The warfarin equations: vectors of the reference, guards, boundaries, tablets."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harmfree.clinical import find
from harmfree.clinical.errors import RefusedError
from harmfree.clinical.warfarin.equations import (
    Person,
    age_decade,
    alleles_a,
    body_surface,
    gage,
    iwpc,
    lenzini,
    loading_multipliers,
)
from harmfree.clinical.warfarin.population import iwpc_weekly
from harmfree.clinical.warfarin.tables import table
from harmfree.clinical.warfarin.tablets import dispensable

# decade, cm, kg, VKORC1, CYP2C9, ancestry, inducer, amiodarone; root and mg a week of the
# pharmacogenetic equation; the same of the clinical one.
IWPC = [
    ((6, 175, 80, "G/G", "*1/*1", "white", 0, 0), (6.5825, 43.3293), (5.6470, 31.8886)),
    ((7, 165, 70, "A/G", "*1/*2", "white", 0, 0), (4.7173, 22.2529), (5.1404, 26.4237)),
    ((5, 180, 95, "G/G", "*1/*1", "black", 1, 0), (7.9850, 63.7602), (7.8475, 61.5833)),
    ((7, 170, 75, None, None, "mixed_or_unknown", 0, 0), (5.4062, 29.2270), (5.3107, 28.2035)),
    ((8, 160, 60, "A/A", "*3/*3", "asian", 0, 1), (0.9851, 0.9704), (3.4481, 11.8894)),
]


def person_of(vector):
    decade, height, weight, vkorc1, cyp2c9, ancestry, inducer, amiodarone = vector
    return {
        "age": decade * 10 + 5,
        "height": height,
        "weight": weight,
        "vkorc1": vkorc1,
        "cyp2c9": cyp2c9,
        "ancestry": ancestry,
        "enzyme_inducer": bool(inducer),
        "amiodarone": bool(amiodarone),
    }


@pytest.mark.parametrize(("vector", "with_genes", "without"), IWPC)
def test_iwpc_vectors(vector, with_genes, without):
    person = Person(**person_of(vector))
    for kind, (root, weekly) in (("pharmacogenetic", with_genes), ("clinical", without)):
        dose = iwpc(kind, person)
        assert sum(part.points for part in dose.parts) == pytest.approx(root, abs=6e-5)
        assert dose.mg_per_week == pytest.approx(weekly, abs=6e-4)


@pytest.mark.parametrize(("vector", "with_genes", "without"), IWPC[:4])
def test_iwpc_tools_give_the_vectors(vector, with_genes, without):
    row = person_of(vector)
    for name, (_, weekly) in (("warfarin_iwpc", with_genes), ("warfarin_iwpc_clinical", without)):
        result = find(name).run(row)
        assert result.value == pytest.approx(weekly / 7, abs=1e-4)
        assert result.detail["mg_per_week"] == pytest.approx(weekly, abs=6e-4)
        assert "DOAC" in result.advice[0]


def test_an_absurdly_small_dose_is_not_given():
    result = find("warfarin_iwpc").run(person_of(IWPC[4][0]))
    assert result.value is None
    assert result.band == "no dose"
    assert "0.14 mg a day, outside 0.5 to 15" in result.advice[1]
    assert result.detail["equation_mg_per_week"] == pytest.approx(0.9704, abs=6e-5)


def test_a_negative_root_is_not_hidden_by_squaring():
    tiny = Person(
        age=95, height=90, weight=20, vkorc1="A/A", cyp2c9="*3/*3", ancestry="asian",
        amiodarone=True,
    )  # fmt: skip
    dose = iwpc("pharmacogenetic", tiny)
    assert dose.mg_per_week is None
    assert "square root" in dose.refused
    row = {name: value for name, value in vars(tiny).items() if value is not None}
    assert find("warfarin_iwpc").run(row).value is None


@pytest.mark.parametrize(
    ("age", "decade"), [(18, 1), (19.9, 1), (20, 2), (69, 6), (70, 7), (89, 8), (90, 9), (105, 9)]
)
def test_age_counts_in_decades(age, decade):
    assert age_decade(age) == decade


# A alleles, body surface, *3, age, *2, target INR, amiodarone, smoker, African American, DVT or PE
GAGE = [
    ((0, 1.9, 0, 65, 0, 2.5, 0, 0, 0, 0), 6.1616),
    ((1, 1.9, 0, 65, 1, 2.5, 0, 0, 0, 0), 3.6253),
    ((2, 1.7, 2, 80, 0, 2.5, 1, 0, 0, 0), 0.9206),
    ((0, 2.1, 0, 50, 0, 2.5, 0, 1, 1, 1), 8.0439),
]
GENOTYPE = ("G/G", "A/G", "A/A")


def gage_row(vector):
    a, bsa, n3, age, n2, inr, amiodarone, smoker, african_american, dvt = vector
    stars = ["*2"] * n2 + ["*3"] * n3
    stars = ["*1"] * (2 - len(stars)) + stars
    return {
        "vkorc1": GENOTYPE[a], "cyp2c9": "/".join(stars), "bsa": bsa, "age": age,
        "target_inr": inr, "amiodarone": amiodarone, "smoker": smoker,
        "african_american": african_american, "dvt_pe": dvt,
    }  # fmt: skip


@pytest.mark.parametrize(("vector", "daily"), GAGE)
def test_gage_vectors(vector, daily):
    assert find("warfarin_gage").run(gage_row(vector)).value == pytest.approx(daily, abs=6e-5)


def test_vkorc1_counts_alleles_not_carriers():
    # An open implementation lets only A/G count, and so doses A/A like G/G.
    assert [alleles_a(pair) for pair in GENOTYPE] == [0, 1, 2]
    doses = [find("warfarin_gage").run(gage_row((n, *GAGE[0][0][1:]))).value for n in range(3)]
    assert doses[1] / doses[0] == pytest.approx(math.exp(-0.3238))
    assert doses[2] / doses[0] == pytest.approx(math.exp(-0.6476))


def test_gage_clinical_from_its_coefficients():
    row = gage_row(GAGE[3][0])
    terms = 0.613 + 0.4250 * 2.1 - 0.0075 * 50 + 0.1560 + 0.2160 * 2.5 + 0.1080 + 0.0784
    assert find("warfarin_gage_clinical").run(row).value == pytest.approx(math.exp(terms))


def test_body_surface_from_height_and_weight():
    assert body_surface(170, 70) == pytest.approx(1.8097, abs=1e-4)
    row = gage_row(GAGE[0][0])
    del row["bsa"]
    given = find("warfarin_gage").run(row | {"height": 170, "weight": 70})
    assert given.value == find("warfarin_gage").run(row | {"bsa": body_surface(170, 70)}).value


@pytest.mark.parametrize("name", ["warfarin_gage", "warfarin_gage_clinical"])
def test_gage_names_every_missing_input(name):
    full = gage_row(GAGE[0][0])
    needed = ["bsa", "age", "target_inr", "amiodarone", "smoker", "african_american", "dvt_pe"]
    for field in needed + (["vkorc1", "cyp2c9"] if name == "warfarin_gage" else []):
        result = find(name).run({key: value for key, value in full.items() if key != field})
        assert (result.value, result.missing) == (None, (field,))


# age, INR, A, *2, *3, body surface, target, African, stroke, diabetes, amiodarone, fluvastatin,
# doses 2, 3 and 4 days before; mg a week
LENZINI = [
    ((65, 1.3, 0, 0, 0, 1.9, 2.5, 0, 0, 0, 0, 0, 6, 7, 0), 47.1441),
    ((72, 2.1, 1, 1, 0, 1.8, 2.5, 0, 0, 1, 0, 0, 5, 6, 7), 21.6488),
    ((80, 1.8, 2, 0, 1, 1.6, 2.5, 0, 1, 0, 1, 0, 3, 4, 5), 10.5982),
]


def lenzini_row(vector):
    (age, inr, a, n2, n3, bsa, target, african, stroke, diabetes, amiodarone, fluvastatin,
     d2, d3, d4) = vector  # fmt: skip
    stars = ["*2"] * n2 + ["*3"] * n3
    return {
        "age": age, "inr": inr, "vkorc1": GENOTYPE[a], "bsa": bsa, "target_inr": target,
        "cyp2c9": "/".join(["*1"] * (2 - len(stars)) + stars), "african": african,
        "stroke": stroke, "diabetes": diabetes, "amiodarone": amiodarone,
        "fluvastatin": fluvastatin, "dose_2": d2, "dose_3": d3, "dose_4": d4,
        "inr_day": 5 if d4 else 4,
    }  # fmt: skip


@pytest.mark.parametrize(("vector", "weekly"), LENZINI)
def test_lenzini_vectors(vector, weekly):
    result = find("warfarin_revision").run(lenzini_row(vector))
    assert result.detail["mg_per_week"] == pytest.approx(weekly, abs=6e-5)
    assert result.value == pytest.approx(weekly / 7, abs=1e-4)
    assert result.detail["genotype"]["equation"] == "pharmacogenetic"


def test_lenzini_without_genotype_uses_the_clinical_equation_and_says_so():
    row = lenzini_row(LENZINI[1][0])
    del row["cyp2c9"]
    result = find("warfarin_revision").run(row)
    log = (2.81602 - 0.76679 * math.log(2.1) - 0.00590 * 72 + 0.27815 * 2.5 - 0.16759
           + 0.17675 * 1.8 + 0.03471 * 5 + 0.03047 * 6 + 0.01929 * 7)  # fmt: skip
    assert result.detail["mg_per_week"] == pytest.approx(math.exp(log))
    assert result.detail["genotype"]["equation"] == "clinical"
    assert "The equation without genotype was used." in result.warnings[0]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"inr_day": 3, "dose_4": 0}, "not of day 3"),
        ({"inr_day": 6, "dose_4": 0}, "not of day 6"),
        ({"inr": 5.1}, "above 5"),
        ({"treatment_day": 6}, "After day 5"),
    ],
)
def test_revision_stops(change, said):
    result = find("warfarin_revision").run(lenzini_row(LENZINI[0][0]) | change)
    assert result.value is None
    assert any(said in line for line in result.advice)


def test_revision_boundaries_that_do_not_stop():
    row = lenzini_row(LENZINI[0][0])
    assert find("warfarin_revision").run(row | {"inr": 5.0}).value is not None
    day_5 = row | {"inr_day": 5}
    assert find("warfarin_revision").run(day_5 | {"dose_4": 6}).value is not None
    del day_5["dose_4"]
    assert find("warfarin_revision").run(day_5).missing == ("dose_4",)


def test_day_0_had_no_dose():
    with pytest.raises(RefusedError, match="dose_4: must be 0"):
        find("warfarin_revision").run(lenzini_row(LENZINI[0][0]) | {"dose_4": 5})


LOADING = {
    "*1/*1": (1.5174, 1.3449, 1.1725),
    "*1/*2": (1.7078, 1.4719, 1.2359),
    "*1/*3": (1.9453, 1.6302, 1.3151),
    "*2/*2": (1.9679, 1.6453, 1.3226),
    "*2/*3": (2.6453, 2.0968, 1.5484),
    "*3/*3": (3.0950, 2.3966, 1.6983),
}


@pytest.mark.parametrize("pair", LOADING)
def test_loading_multipliers(pair):
    assert loading_multipliers(pair) == pytest.approx(LOADING[pair], abs=6e-5)


def loading(**change):
    row = {
        "age": 70, "height": 170, "weight": 70, "vkorc1": "A/G", "cyp2c9": "*1/*2",
        "amiodarone": "no", "ancestry": "white",
    }  # fmt: skip
    return find("warfarin_loading").run(row | change)


def test_loading_doses_are_multiples_of_the_maintenance_dose_with_age_in_years():
    result = loading()
    root = 5.6044 - 0.02614 * 70 + 0.0087 * 170 + 0.0128 * 70 - 0.8677 - 0.5211
    assert result.detail["maintenance_mg_per_day"] == pytest.approx(root**2 / 7)
    for day, times in enumerate(LOADING["*1/*2"], start=1):
        assert result.detail[f"day_{day}_mg"] == pytest.approx(root**2 / 7 * times, rel=1e-4)
    assert result.value == result.detail["day_1_mg"]
    # Inducers and ancestry are not in this equation.
    assert loading(enzyme_inducer="yes", ancestry="asian").value == result.value


@pytest.mark.parametrize(("age", "arm"), [(75, [10, 5, 5]), (76, [5, 5, 5])])
def test_the_trial_s_control_arm_is_shown(age, arm):
    assert loading(age=age).detail["trial_control_arm_mg"] == arm


@pytest.mark.parametrize("gone", ["vkorc1", "cyp2c9", "amiodarone", "age", "height", "weight"])
def test_loading_needs_every_input(gone):
    result = loading(**{gone: None})
    assert (result.value, result.missing) == (None, (gone,))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"ancestry": "black"}, "not been validated"),
        ({"cyp2c9": "*1/*8"}, "not in the equation"),
        ({"age": 20, "height": 200, "weight": 130, "vkorc1": "G/G"}, "above 15 mg"),
        ({"target_inr": 3.5}, "target INR of 2 to 3"),
    ],
)
def test_loading_stops(change, said):
    result = loading(**change)
    assert result.value is None
    assert any(said in line for line in result.advice)


STOPS = [
    ({"doac_suitable": "yes"}, "NICE offers it first"),
    ({"stable_on_warfarin": "yes"}, "already stable"),
    ({"treatment_day": 6}, "After day 5"),
    ({"target_inr": 3.1}, "2 to 3"),
    ({"target_inr": 1.9}, "2 to 3"),
]


@pytest.mark.parametrize(("change", "said"), STOPS)
@pytest.mark.parametrize("name", ["warfarin_iwpc", "warfarin_iwpc_clinical"])
def test_when_no_dose_may_be_offered(name, change, said):
    row = person_of(IWPC[0][0])
    assert find(name).run(row).value is not None
    result = find(name).run(row | change)
    assert result.value is None
    assert any(said in line for line in result.advice)


@pytest.mark.parametrize("fine", [{"treatment_day": 5}, {"target_inr": 2}, {"target_inr": 3.0}])
def test_boundaries_that_do_not_stop(fine):
    assert find("warfarin_iwpc").run(person_of(IWPC[0][0]) | fine).value is not None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"age": 17}, "age: 17 is outside"),
        ({"height": 1.75}, "it looks like m: 1.75 would be 175 cm"),
        ({"height": 69}, "it looks like inches"),
        ({"weight": 80000}, "it looks like g"),
        ({"vkorc1": "A/C"}, "has a base that rs9923231 does not"),
        ({"cyp2c9": "*0/*1"}, "numbered from 1"),
        ({"cyp2c9": "normal"}, "not a pair of star alleles"),
    ],
)
def test_impossible_input_is_refused(change, said):
    with pytest.raises(RefusedError) as caught:
        find("warfarin_iwpc").run(person_of(IWPC[0][0]) | change)
    assert said in str(caught.value)


def test_an_allele_outside_the_model_is_unknown_never_wild_type():
    row = person_of(IWPC[0][0])
    other = find("warfarin_iwpc").run(row | {"cyp2c9": "*1/*8"})
    unknown = find("warfarin_iwpc").run(row | {"cyp2c9": None})
    assert other.value == unknown.value < find("warfarin_iwpc").run(row).value
    assert "counted as unknown, not as *1" in " ".join(other.warnings)
    assert find("warfarin_gage").run(gage_row(GAGE[0][0]) | {"cyp2c9": "*1/*5"}).value is None


@pytest.mark.parametrize("name", ["warfarin_iwpc", "warfarin_iwpc_clinical"])
@pytest.mark.parametrize("gone", ["age", "height", "weight"])
def test_iwpc_needs_the_body(name, gone):
    result = find(name).run(person_of(IWPC[0][0]) | {gone: None})
    assert (result.value, result.missing) == (None, (gone,))


@pytest.mark.parametrize(("target", "warned"), [(2.0, False), (3.0, False), (3.1, True)])
def test_gage_takes_other_targets_with_a_caution(target, warned):
    result = find("warfarin_gage").run(gage_row(GAGE[0][0]) | {"target_inr": target})
    assert result.value is not None
    assert any("target INR of 2 to 3" in said for said in result.warnings) is warned


@pytest.mark.parametrize("pair", [None, "*1/*1"])
def test_without_any_genotype_the_clinical_equation_is_named(pair):
    row = person_of(IWPC[0][0]) | {"vkorc1": None, "cyp2c9": pair}
    said = " ".join(find("warfarin_iwpc").run(row).warnings)
    assert ("CPIC doses clinically" in said) is (pair is None)
    assert "VKORC1 not known" in said


def test_what_is_assumed_is_said():
    row = {"age": 65, "height": 175, "weight": 80, "vkorc1": "G/G", "cyp2c9": "*1/*1"}
    said = " ".join(find("warfarin_iwpc").run(row).warnings)
    for words in ("Enzyme inducer not recorded", "Amiodarone not recorded", "Ancestry not"):
        assert words in said


@pytest.mark.parametrize(
    ("mg", "rounded", "tablets"),
    [
        (6.19, 6.0, {"1 mg": 1, "5 mg": 1}),
        (3.179, 3.0, {"3 mg": 1}),
        (9.1, 9.0, {"1 mg": 1, "3 mg": 1, "5 mg": 1}),
        (6.25, 6.0, {"1 mg": 1, "5 mg": 1}),  # half-way goes down
        (6.26, 6.5, {"0.5 mg": 1, "1 mg": 1, "5 mg": 1}),
        (0.5, 0.5, {"0.5 mg": 1}),
        (15.0, 15.0, {"5 mg": 3}),
    ],
)
def test_tablets(mg, rounded, tablets):
    made = dispensable(mg)
    assert (made["mg"], made["tablets"]) == (rounded, tablets)
    assert made["error_mg"] == pytest.approx(rounded - mg)


def test_without_half_milligram_tablets():
    assert dispensable(6.5, (1.0, 3.0, 5.0))["mg"] == 6.0
    assert dispensable(6.51, (1.0, 3.0, 5.0))["mg"] == 7.0


@given(st.floats(0.5, 15))
def test_tablets_make_the_rounded_dose_and_are_never_off_by_more_than_a_quarter(mg):
    made = dispensable(mg)
    total = sum(float(size.split()[0]) * count for size, count in made["tablets"].items())
    assert total == made["mg"]
    assert abs(made["error_mg"]) <= 0.25 + 1e-9


PEOPLE = st.fixed_dictionaries(
    {
        "age": st.integers(18, 99),
        "height": st.floats(140, 200),
        "weight": st.floats(40, 150),
        "vkorc1": st.sampled_from([None, *GENOTYPE]),
        "cyp2c9": st.sampled_from([None, *LOADING]),
        "ancestry": st.sampled_from(list(table("iwpc")["clinical"]["ancestry"])),
        "enzyme_inducer": st.booleans(),
        "amiodarone": st.booleans(),
    }
)


@settings(max_examples=30, deadline=None)
@given(st.lists(PEOPLE, min_size=1, max_size=15))
def test_the_numpy_twin_equals_the_equation(people):
    columns = {
        name: np.array([row[name] for row in people])
        for name in ("ancestry", "enzyme_inducer", "amiodarone")
    }
    columns |= {
        name: np.array([row[name] or "unknown" for row in people]) for name in ("vkorc1", "cyp2c9")
    }
    columns["age_decade"] = np.array([age_decade(row["age"]) for row in people])
    columns["height_cm"] = np.array([row["height"] for row in people])
    columns["weight_kg"] = np.array([row["weight"] for row in people])
    for kind in ("pharmacogenetic", "clinical"):
        found = iwpc_weekly(kind, columns)
        for weekly, row in zip(found, people, strict=True):
            dose = iwpc(kind, Person(**row))
            if dose.mg_per_week is None:
                assert np.isnan(weekly)
            else:
                assert weekly == pytest.approx(dose.mg_per_week)


@settings(max_examples=30, deadline=None)
@given(PEOPLE)
def test_doses_fall_with_age_and_with_every_sensitive_allele(row):
    person = row | {"cyp2c9": row["cyp2c9"] or "*1/*1"}
    doses = [iwpc("pharmacogenetic", Person(**person | {"vkorc1": pair})) for pair in GENOTYPE]
    weekly = [dose.mg_per_week or 0 for dose in doses]
    assert weekly == sorted(weekly, reverse=True)
    older = iwpc("clinical", Person(**person | {"age": 99})).mg_per_week or 0
    assert older <= (iwpc("clinical", Person(**person)).mg_per_week or 0)


def test_every_coefficient_file_names_its_source_and_check():
    for name in ("iwpc", "gage", "lenzini", "eupact", "cpic", "variants"):
        assert table(name)["source"]
        assert table(name)["verification"] in {"V", "S"}
    for kind, equation in (("gage", gage), ("lenzini", lenzini)):
        terms = set(table(kind)["clinical"]) - {"constant"}
        assert equation("clinical", dict.fromkeys(terms, 0.0)).mg_per_week > 0
