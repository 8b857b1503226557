"""The definitions against the clinical tools and against what NG249 asks of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmfree.clinical import find
from harmfree.clinical.frailty.efi import DEFICITS
from harmfree.clinical.prescribing.groups import groups
from harmfree.periods.expressions import DerivationInput
from harmfree.periods.reference import evaluate
from harmfree.periods.table import read_record
from harmfree.periods.windows import to_day
from harmfree.programmes import indicator, indicators
from harmfree.programmes.check import lists_of
from harmfree.programmes.falls.frailty import LISTS
from harmfree.programmes.falls.medicines import CLASSES, STOPP_K
from harmfree.programmes.falls.postural import DropOnStanding
from harmfree.programmes.falls.vocabulary import NEEDS_ASSESSMENT

TODAY = to_day("2026-06-01")
BORN = "born 1950-01-01, female\n"
STANDING = find("lying_standing_bp")


def holds(part, record: str) -> bool:
    return any(s <= TODAY < e for s, e in evaluate(part, read_record(record), TODAY))


@pytest.mark.parametrize(
    ("events", "needed"),
    [
        (["falls"], False),
        (["falls+fall_long_lie"], True),
        (["falls+fall_injury"], True),
        (["falls", "frailty_moderate_or_severe"], True),
        (["falls", "loss_of_consciousness"], True),
        (["frailty_moderate_or_severe"], False),
        ([], False),
    ],
)
def test_who_needs_a_comprehensive_assessment(events, needed):
    record = BORN + "\n".join(f"2026-03-01  {event}" for event in events)
    assert holds(NEEDS_ASSESSMENT, record) == needed


def test_no_score_decides_who_is_at_risk():
    """NG249: no prediction tool; the frailty index stands apart from every other indicator."""
    for each in indicators(("falls",)):
        reads_index = any(name.startswith("efi_") for name in lists_of(each))
        assert reads_index == each.id.startswith("falls_efi_"), each.id


def test_the_classes_are_the_fourteen_of_stoppfall():
    theirs = groups("harmfree.clinical.falls", "stoppfall")
    assert len(CLASSES) == len(theirs) == 14
    assert len(set(CLASSES.values())) == 14


def test_stopp_k_is_reused_whole():
    assert [each.id for each in STOPP_K] == [f"stopp_k{n}" for n in range(1, 13)]


def test_every_deficit_has_a_list():
    assert {*LISTS, "polypharmacy"} == set(DEFICITS)


@given(st.sets(st.sampled_from(sorted(LISTS)), max_size=20), st.integers(0, 8))
def test_frailty_bands_are_the_tools(present, medicines):
    lines = [f"2020-01-01  {LISTS[name][0]}" for name in sorted(present)]
    lines += [f"2026-01-01  any_medicine group {n}" for n in range(medicines)]
    said = find("efi").run({"deficits": ", ".join(sorted(present)) or "none",
                            "medicines_12m": medicines}).band  # fmt: skip
    for band in ("mild", "moderate", "severe"):
        assert holds(indicator(f"falls_efi_{band}").numerator, BORN + "\n".join(lines)) == (
            band == said
        )


@given(
    st.sampled_from([100, 138, 139, 140]),
    st.sampled_from([79, 80]),
    st.sampled_from([89, 90, 119, 120]),
    st.sampled_from([69, 70, 71]),
)
def test_a_drop_is_the_tools(lying, lying_low, standing, standing_low):
    row = {
        "lying_systolic": lying,
        "lying_diastolic": lying_low,
        "standing_systolic_0": standing,
        "standing_diastolic_0": standing_low,
    }
    # Standing at 1 and 3 minutes as at once: the record keeps one standing pressure.
    row |= {f"standing_systolic_{m}": standing for m in (1, 3)}
    row |= {f"standing_diastolic_{m}": standing_low for m in (1, 3)}
    record = BORN + "\n".join(
        f"2026-05-01  {name} {value}"
        for name, value in (
            ("systolic_lying", lying),
            ("diastolic_lying", lying_low),
            ("systolic_standing", standing),
            ("diastolic_standing", standing_low),
        )
    )
    ours = holds(indicator("falls_postural_drop").denominator, record)
    assert ours == (STANDING.run(row).value == "positive")


# (person, day, posture, value) with days that coincide and values that are missing.
PRESSURES = st.lists(
    st.tuples(
        st.integers(0, 2), st.integers(0, 4), st.integers(0, 1),
        st.sampled_from([90.0, 120.0, 140.0, np.nan]),
    ),
    max_size=20,
)  # fmt: skip


@given(PRESSURES)
def test_the_drop_is_between_pressures_of_one_day_and_person(events):
    events = sorted(events, key=lambda event: event[:2])
    person, day, source, value = (np.array([e[i] for e in events]) for i in range(4))
    arrays = DerivationInput(
        day.astype(np.int32), value.astype(float), source.astype(np.int8),
        person.astype(np.int64), np.full(len(events), np.nan), person > 9,
    )  # fmt: skip
    found = DropOnStanding()(arrays)
    for row, (who, when, _, _) in enumerate(events):
        seen = {
            s: v for p, d, s, v in events[: row + 1] if (p, d) == (who, when) and not np.isnan(v)
        }
        expected = seen[0] - seen[1] if len(seen) == 2 else np.nan
        assert found[row] == expected or (np.isnan(found[row]) and np.isnan(expected))
