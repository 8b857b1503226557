"""The rules of `harmfree.records.rules` as DuckDB SQL over the rows that a source hands over.

Every SELECT here takes rows of text as they came and gives checked rows, each with the rule that
keeps it out (`rule`) or says what was changed (`note`), so that nothing disappears unseen.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date

from harmfree.records import pseudonym, rules
from harmfree.records.schema import COMPARATORS

# The shapes that a source hands over; every column is text but `file` (a number).
PEOPLE = (
    "file", "item", "ref", "nhs_number", "birth", "sex", "death",
    "ethnicity", "deprivation", "site", "version",
)  # fmt: skip
# `end_day` is the last day that belongs to the registration; the store keeps the day after.
REGISTRATIONS = ("file", "item", "ref", "site", "start_day", "end_day", "withdrawn")
SITES = ("ref", "id", "name", "kind", "parent")
CARE = ("ref", "site", "visits", "latest")
EVENTS = (
    "file", "item", "kind", "ref", "withdrawn", "detail", "day", "system", "code", "term",
    "number", "comparator", "unit", "until", "supply_days", "resource", "parent", "version",
)  # fmt: skip

# An id of this length or longer is taken to be unique in the world (a UUID has 36 characters);
# a shorter one only within the source of its label.
GLOBAL_ID_LENGTH = 32

_NUMBER = r"\s*(<=|>=|<|>|~)?\s*([-+]?[0-9]+(?:\.[0-9]+)?)\s*"
NUMERIC_TEXT = rf"{_NUMBER}[^0-9]*"

_SEX_WORDS = {
    "female": 1, "f": 1, "8532": 1, "woman": 1,
    "male": 2, "m": 2, "8507": 2, "man": 2,
    "other": 3, "intersex": 3, "i": 3, "8521": 3, "indeterminate": 3,
    "unknown": 0, "u": 0, "": 0, "0": 0, "8551": 0,
}  # fmt: skip


@dataclass(frozen=True)
class Settings:
    """What the checks need to know of a load.

    Attributes:
        label: the source's name; ids that are not unique in the world are kept apart by it.
        key: the store's secret.
        latest: the last plausible day.
        known: whether the store holds people already (then there is a table `known`).
    """

    label: str
    key: str
    latest: date
    known: bool = False


def quoted(text: str) -> str:
    """SQL literal of `text`."""
    return "'" + text.replace("'", "''") + "'"


def day_literal(day: date) -> str:
    """SQL literal of a date."""
    return f"DATE '{day.isoformat()}'"


def identity(settings: Settings, ref: str) -> str:
    """SQL: identity of the person that the source calls `ref`."""
    label = quoted(settings.label + "|")
    return f"CASE WHEN length({ref}) >= {GLOBAL_ID_LENGTH} THEN {ref} ELSE {label} || {ref} END"


def resource(settings: Settings, kind: str, ref: str) -> str:
    """SQL: 64-bit number of the resource `kind`/`ref`, to find it again when it is sent again.

    A UUID gives its first and last eight digits and a whole number itself (many times faster than
    a hash, and enough, because only resources of one person are compared); any other id an MD5.
    Ids that are not unique in the world are of the source of this label.
    """
    kind_salt, label_salt = _salt(kind), _salt(f"{settings.label}|{kind}")
    digits = f"TRY_CAST(concat('0x', left({ref}, 8), substring({ref}, 29, 8)) AS UBIGINT)"
    hashed = f"xor(md5_number_lower({ref}), {label_salt})"
    counted = f"xor(TRY_CAST({ref} AS UBIGINT), {label_salt})"
    return (
        f"CASE WHEN length({ref}) = 36 THEN coalesce(xor({digits}, {kind_salt}), {hashed}) "
        f"ELSE coalesce({counted}, {hashed}) END"
    )


def _salt(name: str) -> str:
    """SQL: a number of `name`'s own."""
    return f"{int(hashlib.sha256(name.encode()).hexdigest()[:15], 16)}::UBIGINT"


def people(settings: Settings, select: str) -> str:
    """Checked people (shape `PEOPLE`): pseudonym, dates, sex as a number, what was wrong."""
    first, last = day_literal(rules.EARLIEST), day_literal(settings.latest)
    own = pseudonym.sql(settings.key, f"({identity(settings, 'ref')})")
    national = pseudonym.sql(settings.key, "('nhs:' || nhs)")
    sexes = ", ".join(map(quoted, _SEX_WORDS))
    return f"""
    WITH raw AS ({select}),
    dated AS (SELECT *, {rules.date_sql("birth")} AS b, {rules.date_sql("death")} AS d,
        lower(trim(sex)) AS sex_text,
        CASE WHEN {rules.nhs_number_sql("nhs_number")} THEN nhs_number END AS nhs FROM raw),
    born AS (SELECT *, {own} AS own, CASE WHEN nhs IS NOT NULL THEN {national} END AS national,
        CASE WHEN b BETWEEN {first} AND {last} THEN b END AS birth_date FROM dated),
    dead AS (SELECT *,
        CASE WHEN d BETWEEN coalesce(birth_date, {first}) AND {last} THEN d END AS death_date
        FROM born)
    SELECT file::INT AS file, item, ref, coalesce(national, own) AS person, own,
        birth_date, {_number_of("sex_text", _SEX_WORDS)} AS sex, death_date,
        coalesce(TRY_CAST(ethnicity AS TINYINT), 0)::TINYINT AS ethnicity,
        coalesce(TRY_CAST(deprivation AS TINYINT), 0)::TINYINT AS deprivation, site, version,
        CASE WHEN ref IS NULL OR ref = '' THEN 'no_person' END AS rule,
        list_filter([
            CASE WHEN birth != '' AND birth_date IS NULL THEN 'birth_implausible' END,
            CASE WHEN birth_date IS NOT NULL AND length(birth) < 8 THEN 'partial_date' END,
            CASE WHEN death != '' AND death_date IS NULL THEN 'death_implausible' END,
            CASE WHEN nhs_number != '' AND nhs IS NULL THEN 'nhs_number_invalid' END,
            CASE WHEN sex_text NOT IN ({sexes}) THEN 'sex_unknown' END
        ], lambda note: note IS NOT NULL) AS notes
    FROM dead"""


def _number_of(column: str, words: dict[str, int]) -> str:
    """SQL: small number of the word in `column`, 0 when it is not one of `words`."""
    cases = " ".join(f"WHEN {quoted(word)} THEN {number}" for word, number in words.items())
    return f"(CASE {column} {cases} ELSE 0 END)::TINYINT"


def registrations(settings: Settings, select: str) -> str:
    """Checked registrations (shape `REGISTRATIONS`) of known people."""
    start, end = rules.date_sql("start_day"), rules.date_sql("end_day")
    number = resource(settings, "Registration", "item")
    return f"""
    WITH raw AS ({select}),
    dated AS (SELECT *, {start} AS start_date, {end} + 1 AS end_date FROM raw),
    joined AS ({joined(settings, "dated")})
    SELECT file::INT AS file, item, person, site, start_date, end_date,
        xor({number}, coalesce(person, 0)::UBIGINT) AS resource,
        CASE WHEN withdrawn IS NOT NULL THEN withdrawn
            WHEN person IS NULL THEN 'unknown_person'
            WHEN start_date IS NULL OR site IS NULL OR (end_day != '' AND end_date IS NULL)
            THEN 'registration_unreadable'
            WHEN start_date < {day_literal(rules.EARLIEST)} THEN 'date_too_early'
            WHEN start_date > {day_literal(settings.latest)} THEN 'date_in_future'
            WHEN end_date <= start_date THEN 'registration_backwards' END AS rule,
        coalesce(start_day, '')[1:10] AS detail
    FROM joined"""


def joined(settings: Settings, table: str) -> str:
    """SELECT of `table` with the person of its `ref`: person, birth_date, death_date.

    People of this load come first; then those that the store knows already.
    """
    if not settings.known:
        return (
            "SELECT t.*, p.person, p.birth_date, p.death_date "
            f"FROM {table} t LEFT JOIN people p ON p.ref = t.ref"
        )
    own = pseudonym.sql(settings.key, f"({identity(settings, 't.ref')})")
    return f"""
    SELECT t.* EXCLUDE (p_person, p_birth, p_death, own), coalesce(p_person, k.person) AS person,
        coalesce(p_birth, k.birth_date) AS birth_date,
        coalesce(p_death, k.death_date) AS death_date
    FROM (SELECT t.*, p.person AS p_person, p.birth_date AS p_birth, p.death_date AS p_death,
            CASE WHEN p.person IS NULL THEN {own} END AS own
        FROM {table} t LEFT JOIN people p ON p.ref = t.ref) t
    LEFT JOIN known k ON k.own = t.own"""


def events(settings: Settings, select: str) -> str:
    """Checked events (shape `EVENTS`): date, number, comparator, end of supply, rule or note."""
    return f"""
    WITH raw AS ({select}),
    dated AS (SELECT *, {rules.date_sql("day")} AS date, TRY_CAST(number AS DOUBLE) AS plain,
        CASE WHEN until IS NOT NULL THEN {rules.date_sql("until")} END AS until_date FROM raw),
    joined AS ({joined(settings, "dated")}),
    measured AS (SELECT *, {_RULE.format(latest=day_literal(settings.latest))} AS rule,
        CASE WHEN number IS NULL THEN NULL WHEN plain IS NOT NULL THEN plain
            ELSE TRY_CAST(regexp_extract(number, '{_NUMBER}', 2) AS DOUBLE) END AS amount,
        CASE WHEN number IS NULL THEN '' WHEN comparator IS NOT NULL THEN comparator
            WHEN plain IS NULL THEN regexp_extract(number, '{_NUMBER}', 1) ELSE '' END AS sign,
        coalesce(until_date, CASE WHEN supply_days IS NOT NULL
            THEN date + TRY_CAST(TRY_CAST(supply_days AS DOUBLE) AS INT) END) AS ends FROM joined),
    noted AS (SELECT *, {_NOTE} AS note,
        coalesce(abs(amount) < 3e38, false) AND ({_SIGN}) AS counts
        FROM measured)
    SELECT file::INT AS file, CASE WHEN rule IS NOT NULL OR note IS NOT NULL
            THEN kind || '/' || item END AS item,
        person, date, coalesce(system, '') AS system, code, term,
        CASE WHEN counts THEN amount::FLOAT END AS value,
        CASE WHEN counts THEN sign ELSE '' END AS comparator,
        CASE WHEN counts THEN coalesce(unit, '') ELSE '' END AS unit,
        CASE WHEN ends > date THEN ends END AS until,
        xor(resource, coalesce(person, 0)::UBIGINT) AS resource,
        xor(parent, coalesce(person, 0)::UBIGINT) AS parent, kind, version, rule, note,
        {_DETAIL} AS detail
    FROM noted"""


# Written out: IN makes DuckDB join with a table of the six.
_SIGN = " OR ".join(f"sign = '{sign}'" for sign in COMPARATORS)
_RULE = f"""CASE WHEN withdrawn IS NOT NULL THEN withdrawn
            WHEN person IS NULL THEN
                CASE WHEN ref IS NULL OR ref = '' THEN 'no_person' ELSE 'unknown_person' END
            WHEN code IS NULL OR code = '' THEN 'no_code'
            WHEN date IS NULL THEN
                CASE WHEN day IS NULL OR day = '' THEN 'no_date' ELSE 'date_unreadable' END
            WHEN date < {day_literal(rules.EARLIEST)} THEN 'date_too_early'
            WHEN date > {{latest}} THEN 'date_in_future'
            WHEN date < birth_date - {rules.DAYS_BEFORE_BIRTH} THEN 'before_birth'
            WHEN date > death_date + {rules.DAYS_AFTER_DEATH} THEN 'after_death' END"""
_NOTE = f"""CASE WHEN rule IS NOT NULL THEN NULL
            WHEN number != '' AND coalesce(abs(amount) < 3e38, false) = false
            THEN 'value_unreadable'
            WHEN NOT ({_SIGN}) THEN 'comparator_unknown'
            WHEN length(day) < 8 THEN 'partial_date'
            WHEN (until != '' OR supply_days != '') AND coalesce(ends > date, false) = false
            THEN 'until_unreadable' END"""
_DETAIL = """CASE WHEN rule IS NULL AND note IS NULL THEN NULL
            WHEN detail IS NOT NULL THEN detail
            WHEN note = 'value_unreadable' THEN left(number, 20)
            WHEN note = 'comparator_unknown' THEN left(sign, 10)
            WHEN note = 'until_unreadable' THEN coalesce(until[1:10], left(supply_days, 10))
            WHEN rule IN ('no_person', 'unknown_person', 'no_code', 'no_date') THEN ''
            ELSE day[1:10] END"""
