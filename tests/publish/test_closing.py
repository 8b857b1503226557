"""Why a finding is gone: from the record alone, and nothing guessed."""

from __future__ import annotations

from datetime import date

import pytest

from harmfree.periods import aged, ever, issued, latest, months, recorded, score
from harmfree.periods.record import Event, PersonRecord, Registration
from harmfree.periods.windows import to_day
from harmfree.programmes.indicator import Provenance, gap, hazard
from harmfree.publish.closing import Closing, Gone, RecordAsked, Why, conditions

BEFORE, NOW = date(2026, 9, 30), date(2026, 10, 31)
SOURCE = Provenance("a test", "V", "the tests", date(2026, 1, 1), date(2027, 1, 1), 2)
WORDS = {"why": "it harms", "action": "look", "provenance": SOURCE}
BLEED = hazard(
    "bleed",
    "NSAID after an ulcer",
    denominator=ever("ulcer") & aged(at_least=18),
    numerator=issued("nsaid", within=months(3)) & ~issued("ppi", within=months(3)),
    **WORDS,
)
UNTESTED = gap(
    "untested",
    "No kidney test",
    denominator=issued("nsaid", within=months(3)),
    numerator=~recorded("creatinine", within=months(12)),
    **WORDS,
)


def record(death: date | None = None, left: date | None = None, **lists: tuple) -> PersonRecord:
    """A woman born in 1950; each list as days, or as (day, value)."""
    events = {
        name: tuple(
            Event(to_day(each[0]), each[1]) if isinstance(each, tuple) else Event(to_day(each))
            for each in days
        )
        for name, days in lists.items()
    }
    return PersonRecord(
        birth=to_day(date(1950, 1, 1)),
        sex="female",
        death=None if death is None else to_day(death),
        registrations=(Registration(0, to_day(date(2000, 1, 1)), left and to_day(left)),),
        lists=events,
    )


def why(person: PersonRecord, each, before: date | None = BEFORE, redefined=()) -> Closing:
    gone = Gone({}, NOW, [BLEED.id], before, redefined)
    return RecordAsked(person, gone).why(each.id if each else "bleed", each)


ULCER = (date(2020, 1, 1),)


def test_a_medicine_that_is_no_longer_issued():
    told = why(record(ulcer=ULCER, nsaid=(date(2026, 7, 15),)), BLEED)
    assert told == Closing(Why.MEDICINE_STOPPED, "No longer: nsaid issued in the last 3 months.")


def test_a_hazard_that_somebody_made_safe():
    told = why(record(ulcer=ULCER, nsaid=(date(2026, 9, 1),), ppi=(date(2026, 10, 5),)), BLEED)
    assert told == Closing(Why.ENDED, "Now: ppi issued in the last 3 months.")


def test_care_that_was_missing_and_has_been_given():
    told = why(record(nsaid=(date(2026, 9, 1),), creatinine=(date(2026, 10, 2),)), UNTESTED)
    assert told == Closing(Why.CARE_GIVEN, "Now: creatinine recorded in the last year.")


def test_somebody_who_is_no_longer_in_the_group_at_risk():
    told = why(record(nsaid=(date(2026, 7, 15),)), UNTESTED)
    assert told == Closing(Why.NOT_AT_RISK, "No longer: nsaid issued in the last 3 months.")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"death": NOW}, Why.DIED),
        ({"death": date(2026, 11, 1)}, Why.MEDICINE_STOPPED),
        ({"left": NOW}, Why.LEFT),
        ({"left": date(2026, 11, 1)}, Why.MEDICINE_STOPPED),
        ({"death": NOW, "left": NOW}, Why.DIED),
    ],
)
def test_death_and_leaving_on_their_day(change, expected):
    assert why(record(ulcer=ULCER, nsaid=(date(2026, 7, 15),), **change), BLEED).why is expected


def test_what_is_not_looked_for_any_more():
    assert why(record(ulcer=ULCER), None).why is Why.NOT_LOOKED_FOR


def test_a_definition_that_changed_is_told_before_what_it_says_now():
    told = why(record(ulcer=ULCER), BLEED, redefined=["bleed"])
    assert told == Closing(Why.DEFINITION_CHANGED, "Version 2 counts now.")


def test_a_record_that_was_corrected():
    # Nothing that made it true on the day before is in the record now.
    assert why(record(ulcer=ULCER), BLEED).why is Why.CORRECTED


def test_a_second_run_of_the_same_day_can_only_be_a_correction():
    assert why(record(ulcer=ULCER), BLEED, before=NOW).why is Why.CORRECTED


def test_what_the_record_still_shows_is_not_explained_away():
    assert why(record(ulcer=ULCER, nsaid=(NOW,)), BLEED).why is Why.UNKNOWN


def test_without_a_day_before_no_condition_is_said_to_have_changed():
    told = why(record(ulcer=ULCER, nsaid=(date(2026, 7, 15),)), BLEED, before=None)
    assert told == Closing(Why.ENDED, "")


def test_a_number_and_a_score_are_said_in_words():
    high = gap(
        "high", "High", denominator=ever("ulcer"),
        numerator=(latest("pressure") > 140) & (score({aged(at_least=75): 1}) >= 1), **WORDS,
    )  # fmt: skip
    told = why(record(ulcer=ULCER, pressure=((date(2026, 9, 1), 160), (NOW, 120))), high)
    assert told == Closing(Why.ENDED, "No longer: the latest pressure is over 140.")


def test_each_condition_knows_whether_it_stands_for_or_against():
    nsaid, ppi, test = (issued(name, within=months(3)) for name in ("nsaid", "ppi", "test"))
    found = conditions(nsaid & ~(ppi | ~test))
    assert found == [(nsaid, True), (ppi, False), (test, True)]


def test_which_reasons_mean_that_somebody_acted():
    assert {each.name for each in Why if each.by_action} == {
        "CARE_GIVEN", "MEDICINE_STOPPED", "ENDED",
    }  # fmt: skip
