"""Standing blood pressure, Timed Up and Go, STEADY prompts."""

from __future__ import annotations

import pytest

from harmfree.clinical import find
from harmfree.clinical.errors import RefusedError

BP, TUG, STEADY = find("lying_standing_bp"), find("timed_up_and_go"), find("steady_on")


def standing(lying, *readings):
    row = dict(zip(("lying_systolic", "lying_diastolic"), lying, strict=True))
    for minute, (systolic, diastolic) in zip((0, 1, 3), readings, strict=False):
        row |= {f"standing_systolic_{minute}": systolic, f"standing_diastolic_{minute}": diastolic}
    return row


@pytest.mark.parametrize(
    ("lying", "up", "value"),
    [
        ((140, 80), (120, 75), "positive"),
        ((139, 80), (120, 71), "negative"),
        ((100, 60), (89, 58), "positive"),
        ((140, 80), (121, 80), "negative"),
        ((100, 60), (90, 58), "negative"),
        ((140, 80), (140, 70), "positive"),
        ((140, 80), (140, 71), "negative"),
        ((88, 50), (88, 50), "negative"),  # below 90 already, and no fall
        ((88, 50), (87, 50), "positive"),
        ((110, 60), (140, 80), "negative"),  # a rise
    ],
)
@pytest.mark.parametrize("minute", [0, 1, 2])
def test_criteria_at_each_reading(lying, up, value, minute):
    readings = [lying, lying, lying]
    readings[minute] = up
    assert BP.run(standing(lying, *readings)).value == value


def test_one_positive_reading_is_enough_and_missing_ones_are_not_negative():
    assert BP.run(standing((140, 80), (120, 80))).value == "positive"
    result = BP.run(standing((140, 80), (139, 80), (139, 80)))
    assert result.value is None
    assert result.missing == ("standing_systolic_3", "standing_diastolic_3")


@pytest.mark.parametrize(
    ("symptoms", "warned"), [(None, "not recorded"), ("no", "are denied"), ("yes", "")]
)
def test_a_diastolic_fall_alone_asks_for_symptoms(symptoms, warned):
    result = BP.run(standing((140, 80), (140, 70)) | {"symptoms": symptoms})
    assert result.value == "positive"
    assert warned in " ".join(result.warnings)
    assert bool(result.warnings) is bool(warned)


def test_impossible_pressures_are_refused():
    with pytest.raises(RefusedError, match="above the systolic"):
        BP.run(standing((80, 140)))
    with pytest.raises(RefusedError, match="it looks like kPa: 18.7 would be 140"):
        BP.run(standing((18.7, 80)))


@pytest.mark.parametrize(
    ("seconds", "band", "others"),
    [
        (11.9, "not raised", [False, False]),
        (12.0, "raised", [False, False]),
        (13.4, "raised", [False, False]),
        (13.5, "raised", [True, False]),
        (15.0, "raised", [True, False]),
        (15.1, "raised", [True, True]),
    ],
)
def test_timed_up_and_go(seconds, band, others):
    result = TUG.run({"seconds": seconds})
    assert (result.value, result.band) == (seconds, band)
    assert list(result.detail["other_thresholds_met"].values()) == others
    assert any("Not verified" in said for said in result.warnings)


def test_timed_up_and_go_without_a_time():
    assert TUG.run({}).missing == ("seconds",)
    with pytest.raises(RefusedError, match="outside the plausible range"):
        TUG.run({"seconds": 2.9})


PROMPTS = ["slippers", "tablets", "environment", "activity", "do_you_fall", "your_eyes"]


@pytest.mark.parametrize("name", PROMPTS)
def test_each_prompt_gives_its_own_action(name):
    result = STEADY.run(dict.fromkeys(PROMPTS, "no") | {name: "yes"})
    assert result.value == 1
    assert len(result.advice) == 2
    assert "Name an owner and a date." in result.advice[0]


def test_the_letters_spell_steady():
    parts = STEADY.run(dict.fromkeys(PROMPTS, "no")).components
    assert "".join(part.label[0] for part in parts) == "STEADY"


def test_an_unanswered_prompt_is_no_no():
    result = STEADY.run(dict.fromkeys(PROMPTS[:5], "yes"))
    assert (result.value, result.missing) == (None, ("your_eyes",))
    assert len(result.advice) == 6
