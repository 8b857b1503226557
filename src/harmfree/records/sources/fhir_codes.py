"""What a FHIR resource says, as rows: one for each coding of its concepts, and of its components.

A resource whose concept has one coding, as nearly all have, is one row of plain columns. Lists are
copied at every step that they pass, so only the others carry the list of their codings.
"""

from __future__ import annotations

from harmfree.records import checks
from harmfree.records.checks import quoted

NOTHING = "NULL::VARCHAR"
NULL_FLAVOURS = (
    "http://hl7.org/fhir/v3/NullFlavor",
    "http://terminology.hl7.org/CodeSystem/v3-NullFlavor",
    "http://terminology.hl7.org/CodeSystem/data-absent-reason",
)


def codings(concept: str) -> str:
    """SQL: the codings of a concept; its text as a coding of system `text` when it has none."""
    text = f"coalesce({concept}.text, {concept}.coding[1].display)"
    coded = f"list_filter({concept}.coding, lambda c: c.code IS NOT NULL)"
    return (
        f"CASE WHEN {concept}.coding[1].code IS NOT NULL THEN {concept}.coding "
        f"WHEN len({coded}) > 0 THEN {coded} WHEN {text} IS NOT NULL "
        f"THEN [{{'system': 'text', 'code': {text}, 'display': {text}}}] ELSE [NULL] END"
    )


def both(first: str, second: str) -> str:
    """SQL: the codings of the concept `first`, and those of `second` when there is one."""
    one = f"({codings(first)})"
    return f"CASE WHEN {second} IS NULL THEN {one} ELSE {one} || ({codings(second)}) END"


def concept_columns(concept: str, codes: str, alone: str) -> dict[str, str]:
    """Columns of what was recorded: name -> SQL.

    Args:
        concept: the concept that says it.
        codes: all codings that say it, where `alone` does not hold.
        alone: whether nothing but `concept` says it.
    """
    usual = f"{alone} AND len({concept}.coding) = 1 AND {concept}.coding[1].code IS NOT NULL"
    return {
        "usual": f"coalesce({usual}, false)",
        "system": f"{concept}.coding[1].system",
        "code": f"{concept}.coding[1].code",
        "display": f"{concept}.coding[1].display",
        "text": f"{concept}.text",
        "codings": f"CASE WHEN {usual} THEN [NULL] ELSE {codes} END",
    }


def quantity_columns(quantity: str, number: str) -> dict[str, str]:
    """Columns of how much it was: name -> SQL; without a `quantity`, nulls."""
    if not quantity:
        return dict.fromkeys(("number", "comparator", "unit"), NOTHING)
    return {
        "number": number,
        "comparator": f"{quantity}.comparator",
        "unit": f"coalesce({quantity}.code, {quantity}.unit)",
    }


def result_columns(of: str = "") -> dict[str, str]:
    """All of these columns for an observation, or for a component of one: `of` is `part.`."""
    is_number = f"regexp_full_match({of}valueString, '{checks.NUMERIC_TEXT}')"
    number = (
        f"coalesce({of}valueQuantity.value, {of}valueInteger, "
        f"CASE WHEN {is_number} THEN {of}valueString END)"
    )
    value = f"{of}valueCodeableConcept"
    return {
        **concept_columns(f"{of}code", both(f"{of}code", value), f"{value} IS NULL"),
        **quantity_columns(f"{of}valueQuantity", number),
    }


def cut(text: str, longest: int) -> str:
    """SQL: the first `longest` characters of `text`; looking at the length costs less."""
    return f"CASE WHEN length({text}) <= {longest} THEN {text} ELSE left({text}, {longest}) END"


def named(columns: dict[str, str]) -> str:
    """SQL: the columns of a SELECT."""
    return ", ".join(f"{sql} AS {name}" for name, sql in columns.items())


def with_components(select: str) -> str:
    """One row for each observation of `select`, and one for each component of one.

    Two lists side by side: where the components end, the one more place has a null `part`.
    """
    picked = {
        name: f"CASE WHEN part IS NULL THEN {name} ELSE {sql} END"
        for name, sql in result_columns("part.").items()
    }
    return f"""
    SELECT * EXCLUDE (part, place) REPLACE ({named(picked)})
    FROM (SELECT * EXCLUDE (component), unnest(component) AS part,
            unnest(range(coalesce(len(component), 0) + 1)) AS place FROM ({select}))"""


def with_codes(select: str) -> str:
    """One row for each coding of the rows of `select`."""
    flavours = " OR ".join(f"system = {quoted(flavour)}" for flavour in NULL_FLAVOURS)
    picked = {
        name: f"CASE WHEN usual THEN {name} ELSE c.{name} END"
        for name in ("system", "code", "display")
    }
    return f"""
    SELECT * EXCLUDE (display, text) REPLACE ({cut("code", 200)} AS code,
            CASE WHEN withdrawn IS NULL AND ({flavours}) THEN 'null_flavour'
                ELSE withdrawn END AS withdrawn),
        {cut("coalesce(display, text)", 200)} AS term
    FROM (SELECT * EXCLUDE (codings, usual, c) REPLACE ({named(picked)})
        FROM (SELECT *, unnest(codings) AS c FROM ({select})))"""
