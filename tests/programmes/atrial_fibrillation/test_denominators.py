"""Who is looked at in AF006 and AF008: adjustments and exclusions, each boundary."""

from __future__ import annotations

import pytest

from harmfree.periods.reference import evaluate
from harmfree.periods.table import read_record, write_spans
from harmfree.periods.windows import to_day
from harmfree.programmes import indicator

LAST = to_day("2024-12-31")
PERSON = """
born 1950-06-01, male
registered 2000-01-01 at 1
"""
DIAGNOSED = PERSON + "2020-01-10 atrial_fibrillation\n"
AT_RISK = DIAGNOSED + "2020-05-01 cha2ds2vasc_score 2\n"
WHOLE = ["2020-05-01 on"]


def denominator(identifier: str, record: str, last: int = LAST) -> list[str]:
    found = evaluate(indicator(identifier).denominator, read_record(record), last)
    return write_spans(found, last)


ADJUSTMENTS = [
    ("unsuitable until 31 March", "2023-06-01 af_unsuitable", "2023-06-01", "2024-04-01"),
    ("declined until 31 March", "2023-06-01 af_review_declined", "2023-06-01", "2024-04-01"),
    (
        "two invitations seven days apart",
        "2023-06-01 af_review_invitation\n2023-06-08 af_review_invitation",
        "2023-06-08",
        "2024-04-01",
    ),
    (
        "three invitations, the first and the last seven days apart",
        "2023-06-01 af_review_invitation\n2023-06-04 af_review_invitation\n"
        "2023-06-08 af_review_invitation",
        "2023-06-08",
        "2024-04-01",
    ),
]


@pytest.mark.parametrize(("says", "events", "start", "end"), ADJUSTMENTS, ids=lambda x: str(x))
def test_an_adjustment_takes_people_out_until_the_contract_year_ends(says, events, start, end):
    assert denominator("af006", DIAGNOSED + events) == [f"2020-04-10 to {start}", f"{end} on"]
    assert denominator("af008", AT_RISK + events) == [f"2020-05-01 to {start}", f"{end} on"]


@pytest.mark.parametrize(
    "events",
    [
        "2023-06-01 af_review_invitation",
        "2023-06-01 af_review_invitation\n2023-06-07 af_review_invitation",
        "2023-03-25 af_review_invitation\n2023-04-05 af_review_invitation",
    ],
    ids=["one", "six days apart", "in two contract years"],
)
def test_too_few_invitations(events: str):
    assert denominator("af008", AT_RISK + events) == WHOLE


def test_a_new_diagnosis_is_left_out_for_three_months():
    assert denominator("af006", DIAGNOSED) == ["2020-04-10 on"]


def test_a_new_registration_is_left_out_for_three_months():
    moved = AT_RISK.replace("registered 2000-01-01 at 1", "registered 2022-01-15 at 1")
    # Before the registration nobody counts: the engine cuts every period to the list.
    assert denominator("af008", moved) == ["2022-04-15 on"]


def test_a_move_without_a_break_is_no_new_registration():
    moved = AT_RISK.replace(
        "registered 2000-01-01 at 1",
        "registered 2000-01-01 to 2022-01-15 at 1\nregistered 2022-01-15 at 2",
    )
    assert denominator("af008", moved) == WHOLE


def test_an_adjusted_person_who_achieves_is_looked_at():
    held = AT_RISK + "2023-06-01 af_unsuitable\n2023-06-20 doac+oral_anticoagulant"
    assert denominator("af008", held) == [
        "2020-05-01 to 2023-06-01",
        "2023-06-20 to 2023-12-21",
        "2024-04-01 on",
    ]


VKA_NO, VKA_DECLINED = "2021-01-01 vka_contraindicated", "2023-06-01 vka_declined"
DOAC_NO, DOAC_DECLINED = "2021-01-01 doac_contraindicated", "2023-07-01 doac_declined"
VALVE = "2015-01-01 mechanical_valve"


@pytest.mark.parametrize(
    ("says", "events", "expected"),
    [
        ("VKA alone ruled out", [VKA_NO], WHOLE),
        ("DOAC alone ruled out", [DOAC_NO], WHOLE),
        ("both contraindicated", [VKA_NO, DOAC_NO], ["2020-05-01 to 2021-01-01"]),
        ("VKA contraindicated, antiphospholipid syndrome",
         [VKA_NO, "2019-01-01 antiphospholipid_syndrome"], ["2020-05-01 to 2021-01-01"]),
        ("VKA contraindicated, DOAC not indicated this year",
         [VKA_NO, "2023-07-01 doac_not_indicated"],
         ["2020-05-01 to 2023-07-01", "2024-04-01 on"]),
        ("VKA declined this year, DOAC contraindicated",
         [VKA_DECLINED, DOAC_NO], ["2020-05-01 to 2023-06-01", "2024-04-01 on"]),
        ("both declined this year",
         [VKA_DECLINED, DOAC_DECLINED], ["2020-05-01 to 2023-07-01", "2024-04-01 on"]),
        ("declined in two years",
         ["2023-03-31 vka_declined", "2023-04-01 doac_declined"], WHOLE),
        ("DOAC declined, VKA contraindicated ever is not enough alone",
         [VKA_NO, DOAC_DECLINED], WHOLE),
        ("valve, nothing issued, VKA contraindicated",
         [VALVE, VKA_NO], ["2020-05-01 to 2021-01-01"]),
        ("valve, nothing issued, VKA declined this year",
         [VALVE, VKA_DECLINED], ["2020-05-01 to 2023-06-01", "2024-04-01 on"]),
        ("valve and both DOAC ways: VKA must be ruled out", [VALVE, DOAC_NO], WHOLE),
        ("valve, VKA contraindicated, but a DOAC issued: looked at and not achieved",
         [VALVE, VKA_NO, "2023-06-01 doac+oral_anticoagulant"],
         ["2020-05-01 to 2021-01-01", "2023-06-01 to 2023-12-02"]),
    ],
    ids=lambda x: x if isinstance(x, str) else "",
)  # fmt: skip
def test_exclusions_of_af008(says: str, events: list[str], expected: list[str]):
    assert denominator("af008", AT_RISK + "\n".join(events)) == expected


def test_the_four_reasons_make_up_the_untreated():
    """Whatever was coded, each untreated person is in one of the four and in no two."""
    parts = [
        f"af_untreated_{n}" for n in ("contraindicated", "declined", "antiplatelet", "nothing")
    ]
    codes = ["doac_contraindicated", "vka_declined", "antiplatelet", "oral_anticoagulant"]
    for chosen in range(16):
        events = [f"2023-0{i + 1}-10 {code}" for i, code in enumerate(codes) if chosen & (1 << i)]
        record = read_record(AT_RISK + "\n".join(events))
        days = {name: sum(end - start for start, end in held(name, record)) for name in parts}
        whole = sum(end - start for start, end in held("af_not_anticoagulated", record))
        assert sum(days.values()) == whole, events


def held(identifier: str, record):
    each = indicator(identifier)
    return evaluate(each.denominator & each.numerator, record, LAST)
