"""The definitions against the clinical tools that state the same rules."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmfree.clinical import find
from harmfree.periods.reference import evaluate
from harmfree.periods.table import read_record
from harmfree.periods.windows import to_day
from harmfree.programmes import indicator, indicators
from harmfree.programmes.fracture_prevention.assess import ASSESS, FRAX_HIGH, FRAX_MIDDLE, MAJOR
from harmfree.programmes.fracture_prevention.gaps import REUSED

TODAY = "2026-06-01"
CG146, NOGG = find("cg146_assess"), find("nogg")

# Risk factor of the tool to the events that say the same in a record.
FACTORS = {
    "fragility_fracture": ["2020-01-01  index_fracture"],
    "glucocorticoids": [
        "2026-01-10  corticosteroid_systemic",
        "2026-05-10  corticosteroid_systemic",
    ],
    "premature_menopause": ["2010-01-01  premature_menopause"],
    "falls": ["2025-12-01  falls"],
    "family_hip_fracture": ["2010-01-01  parental_hip_fracture"],
    "secondary_cause": ["2010-01-01  secondary_osteoporosis"],
    "smoker": ["2024-01-01  smoker"],
}


def holds(part, record: str) -> bool:
    day = to_day(TODAY)
    return any(start <= day < end for start, end in evaluate(part, read_record(record), day))


@given(
    age=st.integers(20, 100),
    sex=st.sampled_from(["female", "male"]),
    present=st.sets(st.sampled_from(sorted(FACTORS)), max_size=3),
    bmi=st.sampled_from([17.0, 18.4, 18.5, 25.0]),
    units=st.sampled_from([0, 14, 15, 21, 22]),
)
def test_the_group_to_assess_is_the_tools(age, sex, present, bmi, units):
    lines = [event for name in sorted(present) for event in FACTORS[name]]
    record = "\n".join(
        [
            f"born {2026 - age}-06-01, {sex}",
            *lines,
            f"2024-01-01  bmi  {bmi}",
            f"2024-01-01  alcohol_units  {units}",
        ]
    )
    row = {name: "yes" if name in present else "no" for name in FACTORS}
    if sex == "male":
        present = present - {"premature_menopause"}
        row["premature_menopause"] = "no"
    said = CG146.run(row | {"age": age, "sex": sex, "bmi": bmi, "alcohol_units": units}).value
    ours = holds(ASSESS, record) if age >= 50 else holds(MAJOR, record)
    assert ours == (said == "consider assessment")


@given(
    age=st.integers(50, 100),
    major=st.sampled_from([3.3, 3.4, 7.2, 8.7, 8.8, 11.3, 11.4, 14.6, 19.7, 19.8, 24.3, 24.4, 60]),
    hip=st.sampled_from([0.1, 0.23, 1.0, 1.1, 1.7, 2.8, 4.1, 4.2, 6.4, 6.5, 30]),
)
def test_frax_bands_are_noggs(age, major, hip):
    band = NOGG.run({"age": age, "mof_pct": major, "hip_pct": hip, "with_bmd": "no"}).value
    record = (
        f"born {2026 - age}-06-01, female\n2026-01-01  frax_major  {major}\n"
        f"2026-01-01  frax_hip  {hip}"
    )
    assert holds(FRAX_HIGH, record) == (band in ("high", "very high"))
    assert holds(FRAX_MIDDLE, record) == (band == "intermediate")


def test_start_criteria_are_reused_and_not_defined_again():
    assert [each.id for each in REUSED] == [
        "start_h2",
        "start_h3",
        "start_h4",
        "start_h6",
        "start_h7",
    ]
    ours = {each.id for each in indicators(("fracture_prevention",))}
    assert not ours & {each.id for each in indicators(("medicines_optimisation",))}


@pytest.mark.parametrize(
    "identifier",
    ["bone_aromatase_unassessed", "bone_alendronate_egfr", "fls_monitored_16w", "fls_started_16w"],
)
def test_what_was_not_confirmed_says_so(identifier):
    assert indicator(identifier).unverified
