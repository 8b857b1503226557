"""What is left out or changed on loading, and why: every rule in one place.

A rule has an outcome: `left out` (the record is not in the store), `changed` (it is, without the
part that made no sense) or `merged` (it says what another record says already). The ledger holds
one row for each record and rule; docs/records.md prints this table.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

EARLIEST = date(1850, 1, 1)  # nobody alive in the age of coded records was born before
DAYS_BEFORE_BIRTH = 1  # antenatal entries of the day before, and time zones
DAYS_AFTER_EXTRACT = 1  # time zones
DAYS_AFTER_DEATH = 365  # letters, reports and certificates arrive late
# Without a registration a person belongs to the site that saw them, from the first event until
# two years after the last one. Our own convention; no published rule is followed.
DAYS_REGISTERED_AFTER_LAST_EVENT = 730

LEFT_OUT, CHANGED, MERGED = "left out", "changed", "merged"


@dataclass(frozen=True)
class Rule:
    """One reason why a record is not in the store as it came."""

    id: str
    outcome: str
    meaning: str


RULES = {
    rule.id: rule
    for rule in (
        Rule("not_json", LEFT_OUT, "the line or file is not JSON, or is cut off"),
        Rule("not_utf8", LEFT_OUT, "the line is not UTF-8 text"),
        Rule("line_too_long", LEFT_OUT, "the line or document is longer than the limit"),
        Rule("not_a_resource", LEFT_OUT, "the JSON has no resourceType"),
        Rule("file_unreadable", LEFT_OUT, "the file cannot be read as what its name says"),
        Rule("type_not_used", LEFT_OUT, "no part of this kind of resource or table is used"),
        Rule("row_malformed", LEFT_OUT, "the row has too few or too many fields"),
        Rule("wrong_shape", CHANGED, "a field has the wrong JSON type; the field was dropped"),
        Rule("withdrawn", LEFT_OUT, "entered in error, cancelled, refuted, not done or a draft"),
        Rule("not_an_issue", LEFT_OUT, "a proposed or optional medicine, not one prescribed"),
        Rule("no_person", LEFT_OUT, "it does not say whose record it is"),
        Rule("unknown_person", LEFT_OUT, "the person it names is not in the extract or the store"),
        Rule("no_code", LEFT_OUT, "it has neither a code nor a text"),
        Rule("null_flavour", LEFT_OUT, "the code only says that there is none (unknown, other)"),
        Rule("medicine_unknown", LEFT_OUT, "the medicine that it refers to is not in the extract"),
        Rule("no_date", LEFT_OUT, "it has no date"),
        Rule("date_unreadable", LEFT_OUT, "its date is not a date"),
        Rule("date_too_early", LEFT_OUT, "its date is before 1850"),
        Rule("date_in_future", LEFT_OUT, "its date is more than a day after the extract"),
        Rule("before_birth", LEFT_OUT, "its date is more than a day before the person's birth"),
        Rule("after_death", LEFT_OUT, "its date is more than a year after the person's death"),
        Rule("outside_observation", LEFT_OUT, "outside the person's observation period (OMOP)"),
        Rule("partial_date", CHANGED, "a year or month only: taken as its first day"),
        Rule("value_unreadable", CHANGED, "the value is not a number: kept without the value"),
        Rule("comparator_unknown", CHANGED, "an unknown comparator: kept without the value"),
        Rule("until_unreadable", CHANGED, "the end of supply is no date, or not after the start"),
        Rule("person_twice", MERGED, "the same person again: the later entry counts"),
        Rule("birth_implausible", CHANGED, "birth date unreadable, before 1850 or in the future"),
        Rule("death_implausible", CHANGED, "death date unreadable, before birth or in the future"),
        Rule("nhs_number_invalid", CHANGED, "the NHS number fails its check: not used to match"),
        Rule("sex_unknown", CHANGED, "the code for sex is not one that we know"),
        Rule("registration_unreadable", LEFT_OUT, "the registration has no start date or site"),
        Rule("registration_backwards", LEFT_OUT, "the registration ends before it starts"),
        Rule("registration_overlaps", CHANGED, "in two sites at once: the latest start counts"),
        Rule("carried_out", MERGED, "a plan counted by the issues that carried it out"),
        Rule("restated", MERGED, "a statement of a medicine that was counted as prescribed"),
        Rule("sent_again", MERGED, "an older copy of a resource in the same extract"),
        Rule("duplicate", MERGED, "says exactly the same as another record"),
    )
}


def date_sql(text: str) -> str:
    """DuckDB expression for the day in `text`: ISO date or dateTime, local day; year or month.

    The local day as written counts (a change to UTC would move late evenings). A year or a month
    alone is its first day, as general practice systems write it.
    """
    return (
        f"CASE WHEN length({text}) > 8 THEN TRY_CAST(left({text}, 10) AS DATE) "
        f"ELSE CASE length({text}) WHEN 4 THEN TRY_CAST({text} || '-01-01' AS DATE) "
        f"WHEN 7 THEN TRY_CAST({text} || '-01' AS DATE) "
        f"WHEN 8 THEN TRY_CAST({text}[1:4] || '-' || {text}[5:6] || '-' || {text}[7:8] AS DATE) "
        f"ELSE TRY_CAST({text} AS DATE) END END"
    )


def nhs_number_sql(text: str) -> str:
    """DuckDB expression: whether `text` is ten digits with the NHS number's check digit.

    Weights 10 to 2, modulo 11 (NHS Data Dictionary, NHS NUMBER).
    """
    total = " + ".join(f"{11 - place} * {text}[{place}]::INT" for place in range(1, 10))
    return (
        f"CASE WHEN regexp_full_match({text}, '[0-9]{{10}}') "
        f"THEN (11 - ({total}) % 11) % 11 = {text}[10]::INT ELSE false END"
    )
