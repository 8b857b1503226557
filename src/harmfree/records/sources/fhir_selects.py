"""How each FHIR resource becomes rows: one DuckDB SELECT a resource type.

A concept with several codings gives one event for each different (system, code). A result given as
a concept (a smoking status) gives an event of its own with that code, and so does each component.
"""

from __future__ import annotations

from dataclasses import dataclass

from harmfree.records import checks
from harmfree.records.checks import Settings, quoted
from harmfree.records.sources.fhir_shapes import SHAPES, columns

NHS_NUMBER_SYSTEMS = (
    "https://fhir.nhs.uk/Id/nhs-number",
    "https://fhir.hl7.org.uk/Id/nhs-number",
    "urn:oid:2.16.840.1.113883.2.1.4.1",
)
ODS_SYSTEMS = (
    "https://fhir.nhs.uk/Id/ods-organization-code",
    "https://fhir.nhs.uk/Id/ods-site-code",
    "urn:oid:2.16.840.1.113883.2.1.3.2.4.18.49",
)
# Status and verification codes (R4 and STU3) of what did not happen or was never meant to count.
WITHDRAWN = (
    "entered-in-error", "cancelled", "refuted", "not-done", "draft", "declined",
    "not-taken", "intended", "planned", "preparation", "proposed",
)  # fmt: skip
UNVERIFIED = ("entered-in-error", "refuted")
NOT_AN_ISSUE = ("proposal", "option")
NULL_FLAVOURS = (
    "http://hl7.org/fhir/v3/NullFlavor",
    "http://terminology.hl7.org/CodeSystem/v3-NullFlavor",
    "http://terminology.hl7.org/CodeSystem/data-absent-reason",
)
# NHS Data Dictionary, ETHNIC CATEGORY CODE 2001 (A to S); US Core race, OMB categories.
ETHNIC_GROUPS = {
    **dict.fromkeys("ABC", 1), **dict.fromkeys("DEFG", 2), **dict.fromkeys("HJKL", 3),
    **dict.fromkeys("MNP", 4), **dict.fromkeys("RS", 5),
    "2106-3": 1, "2028-9": 3, "2054-5": 4, "1002-5": 5, "2076-8": 5, "2131-1": 5,
}  # fmt: skip
_NOTHING = "NULL::VARCHAR"


@dataclass(frozen=True)
class File:
    """One NDJSON file of one resource type.

    Args:
        path: where it is.
        kind: the resource type that its lines should have.
        number: its place in the list of the extract's files.
        longest: bytes of the longest line that is read.
    """

    path: str
    kind: str
    number: int
    longest: int

    def scan(self) -> str:
        """FROM item: the file, read with the columns of its kind."""
        return (
            f"read_json({quoted(self.path)}, format='newline_delimited', "
            f"columns={columns(SHAPES[self.kind])}, maximum_object_size={self.longest})"
        )


def bare(reference: str) -> str:
    """SQL: the id in a reference such as Patient/1, urn:uuid:1, https://x/Patient/1 or ?x|1."""
    return (
        f"CASE WHEN {reference} IS NULL THEN NULL "
        f"ELSE regexp_extract({reference}, '([^/:|#=]+)(/_history/.*)?$', 1) END"
    )


def patient(reference: str) -> str:
    """SQL: the same for a reference to a person, quicker for the usual form."""
    return (
        f"CASE WHEN {reference}[1:8] = 'Patient/' AND length({reference}) = 44 "
        f"THEN {reference}[9:] ELSE {bare(reference)} END"
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


def both(first: str, concept: str) -> str:
    """SQL: the codings `first`, and those of `concept` when there is one."""
    return f"CASE WHEN {concept} IS NULL THEN {first} ELSE {first} || ({codings(concept)}) END"


def _status(column: str) -> str:
    """SQL: the word that withdraws a resource by its status, or null."""
    words = ", ".join(map(quoted, WITHDRAWN))
    return f"CASE WHEN {column} IN ({words}) THEN {column} END"


def _verified(column: str) -> str:
    """SQL: the same for a verification status, a code (STU3) or a concept (R4) read as text."""
    cases = " ".join(f"WHEN contains({column}, '{word}') THEN '{word}'" for word in UNVERIFIED)
    return f"CASE {cases} END"


@dataclass(frozen=True)
class Reading:
    """How one resource type is read: SQL expressions over its columns."""

    ref: str
    day: str
    codes: str
    text: str
    status: str
    quantity: str = "NULL"
    number: str = _NOTHING
    supply_days: str = _NOTHING
    until: str = _NOTHING
    parent: str = _NOTHING
    stop: str = _NOTHING
    join: str = ""
    parts: str = ""


_SUBJECT = patient("subject.reference")
_PATIENT = patient("patient.reference")
_NO_MEDICINE = (
    "CASE WHEN medicationCodeableConcept IS NULL AND medicationReference IS NOT NULL "
    "AND concept IS NULL THEN 'medicine_unknown' END"
)


def _days(duration: str) -> str:
    """SQL: days of a supply duration in days, weeks or months of 30 days."""
    return (
        f"CASE coalesce({duration}.code, {duration}.unit) "
        f"WHEN 'd' THEN {duration}.value WHEN 'day' THEN {duration}.value "
        f"WHEN 'days' THEN {duration}.value "
        f"WHEN 'wk' THEN (TRY_CAST({duration}.value AS DOUBLE) * 7)::VARCHAR "
        f"WHEN 'mo' THEN (TRY_CAST({duration}.value AS DOUBLE) * 30)::VARCHAR END"
    )


def _medicine(day: str, **more: str) -> Reading:
    """Reading of a resource about a medicine, whose concept was resolved to `concept`."""
    stop = more.pop("stop", "")
    return Reading(
        ref=_SUBJECT,
        day=day,
        codes=codings("concept"),
        text="concept.text",
        status=more.pop("status", _status("status")),
        stop=f"coalesce({stop}, {_NO_MEDICINE})" if stop else _NO_MEDICINE,
        join="medicine",
        **more,
    )


READINGS: dict[str, Reading] = {
    "Condition": Reading(
        ref=_SUBJECT,
        day="coalesce(onsetDateTime, onsetPeriod.start, recordedDate, assertedDate)",
        codes=codings("code"),
        text="code.text",
        status=_verified("verificationStatus"),
    ),
    "AllergyIntolerance": Reading(
        ref=_PATIENT,
        day="coalesce(onsetDateTime, recordedDate, assertedDate)",
        codes=codings("code"),
        text="code.text",
        status=_verified("verificationStatus"),
    ),
    "Observation": Reading(
        ref=_SUBJECT,
        day="coalesce(effectiveDateTime, effectivePeriod.start, effectiveInstant, issued)",
        codes="",
        text="text",
        status=_status("status"),
        parts="component",
    ),
    "MedicationRequest": _medicine(
        "coalesce(authoredOn, dispenseRequest.validityPeriod.start)",
        stop=f"CASE WHEN intent IN {NOT_AN_ISSUE} THEN 'not_an_issue' END",
        quantity="dispenseRequest.quantity",
        number="dispenseRequest.quantity.value",
        supply_days=_days("dispenseRequest.expectedSupplyDuration"),
        until="CASE WHEN dispenseRequest.expectedSupplyDuration.value IS NULL "
        "THEN dispenseRequest.validityPeriod.end END",
        parent="basedOn[1].reference",
    ),
    "MedicationStatement": _medicine(
        "coalesce(effectiveDateTime, effectivePeriod.start, dateAsserted)",
        status="CASE WHEN taken = 'n' THEN 'not-taken' ELSE " + _status("status") + " END",
        parent="basedOn[1].reference",
    ),
    "MedicationDispense": _medicine(
        "coalesce(whenHandedOver, whenPrepared)",
        quantity="quantity",
        number="quantity.value",
        supply_days=_days("daysSupply"),
        parent="authorizingPrescription[1].reference",
    ),
    "MedicationAdministration": _medicine("coalesce(effectiveDateTime, effectivePeriod.start)"),
    "Procedure": Reading(
        ref=_SUBJECT,
        day="coalesce(performedDateTime, performedPeriod.start)",
        codes=codings("code"),
        text="code.text",
        status="CASE WHEN notDone = 'true' THEN 'not-done' ELSE " + _status("status") + " END",
    ),
    "Immunization": Reading(
        ref=_PATIENT,
        day="coalesce(occurrenceDateTime, date, occurrenceString)",
        codes=both(
            f"({codings('vaccineCode')})",
            "list_filter(extension, lambda e: e.url LIKE '%VaccinationProcedure%')[1]"
            ".valueCodeableConcept",
        ),
        text="vaccineCode.text",
        status="CASE WHEN notGiven = 'true' THEN 'not-done' ELSE " + _status("status") + " END",
    ),
    "Encounter": Reading(
        ref=_SUBJECT,
        day="period.start",
        codes=f"coalesce(flatten(list_transform(type, lambda t: {codings('t')})), "
        "[{'system': 'encounter-class', "
        "'code': coalesce(class->>'$.code', 'unknown'), 'display': class->>'$.display'}])",
        text="type[1].text",
        status=_status("status"),
    ),
    "DiagnosticReport": Reading(
        ref=_SUBJECT,
        day="coalesce(effectiveDateTime, effectivePeriod.start, issued)",
        codes=codings("code"),
        text="code.text",
        status=_status("status"),
    ),
    "Flag": Reading(
        ref=_SUBJECT,
        day="period.start",
        codes=codings("code"),
        text="code.text",
        status=_status("status"),
    ),
}


def events(file: File, settings: Settings) -> str:
    """SELECT of the shape `checks.EVENTS` over one file of events."""
    how = READINGS[file.kind]
    if how.parts:
        return _with_codes(_observations(file, how, settings))
    source = file.scan() if not how.join else f"({_with_medicine(file)})"
    return _with_codes(
        f"""
        SELECT {_common(file, how, settings)}, {how.codes} AS codings, {how.text} AS text,
            {how.number} AS number, {how.quantity}.comparator AS comparator,
            coalesce({how.quantity}.code, {how.quantity}.unit) AS unit
        FROM {source}"""
        if how.quantity != "NULL"
        else f"""
        SELECT {_common(file, how, settings)}, {how.codes} AS codings, {how.text} AS text,
            {_NOTHING} AS number, {_NOTHING} AS comparator, {_NOTHING} AS unit
        FROM {source}"""
    )


def _common(file: File, how: Reading, settings: Settings) -> str:
    """The columns of an event that do not depend on its codings."""
    kind = quoted(file.kind)
    parent = "NULL::UBIGINT"
    if how.parent != _NOTHING:
        parent = (
            f"CASE WHEN {how.parent} IS NOT NULL THEN "
            f"{checks.resource(settings, 'MedicationRequest', f'({bare(how.parent)})')} END"
        )
    return f"""coalesce(TRY_CAST(harmfreeFile AS INT), {file.number}) AS file,
        id AS item, {kind} AS kind, {how.ref} AS ref,
        CASE WHEN resourceType IS DISTINCT FROM {kind} THEN 'type_not_used'
            WHEN ({how.status}) IS NOT NULL THEN 'withdrawn' ELSE {how.stop} END AS withdrawn,
        CASE WHEN resourceType IS DISTINCT FROM {kind} THEN resourceType
            ELSE {how.status} END AS detail,
        {how.day} AS day, {how.until} AS until, {how.supply_days} AS supply_days,
        {checks.resource(settings, file.kind, "coalesce(id, '')")} AS resource, {parent} AS parent,
        meta.lastUpdated AS version"""


def _with_codes(select: str) -> str:
    """One row for each coding of the rows of `select`."""
    flavours = ", ".join(map(quoted, NULL_FLAVOURS))
    return f"""
    SELECT * EXCLUDE (codings, text, c, withdrawn), c.system AS system, left(c.code, 200) AS code,
        left(coalesce(c.display, text), 200) AS term,
        CASE WHEN withdrawn IS NULL AND c.system IN ({flavours}) THEN 'null_flavour'
            ELSE withdrawn END AS withdrawn
    FROM (SELECT *, unnest(codings) AS c FROM ({select}))"""


def _observations(file: File, how: Reading, settings: Settings) -> str:
    """One row for the observation itself and one for each of its components."""

    def pick(field: str) -> str:
        return f"CASE WHEN part IS NULL THEN {field} ELSE part.{field} END"

    text_number = (
        f"CASE WHEN regexp_full_match({{0}}valueString, '{checks.NUMERIC_TEXT}') "
        "THEN {0}valueString END"
    )
    number = "coalesce({0}valueQuantity.value, {0}valueInteger, " + text_number + ")"
    return f"""
    SELECT {_common(file, how, settings)},
        CASE WHEN part IS NULL AND valueCodeableConcept IS NULL AND code.coding[1].code IS NOT NULL
            THEN code.coding
            WHEN part IS NULL THEN {both(f"({codings('code')})", "valueCodeableConcept")}
            ELSE {both(f"({codings('part.code')})", "part.valueCodeableConcept")} END AS codings,
        {pick("code.text")} AS text,
        CASE WHEN part IS NULL THEN {number.format("")} ELSE {number.format("part.")} END AS number,
        {pick("valueQuantity.comparator")} AS comparator,
        CASE WHEN part IS NULL THEN coalesce(valueQuantity.code, valueQuantity.unit)
            ELSE coalesce(part.valueQuantity.code, part.valueQuantity.unit) END AS unit
    FROM (SELECT *, unnest(CASE WHEN component IS NULL THEN [NULL]
            ELSE list_prepend(NULL, component) END) AS part FROM {file.scan()})"""


def _with_medicine(file: File) -> str:
    """The file's resources with `concept`: the medicine, its reference resolved."""
    is_named = "'#' || held.id = medicationReference.reference"
    found = f"list_filter(contained, lambda held: {is_named})[1].code"
    named = (
        "CASE WHEN medicationReference.display IS NOT NULL THEN "
        "{'coding': [], 'text': medicationReference.display} END"
    )
    return f"""
    SELECT r.*, CASE WHEN medicationCodeableConcept IS NOT NULL THEN medicationCodeableConcept
        ELSE coalesce({found}, m.code, {named}) END AS concept
    FROM (SELECT *, {bare("medicationReference.reference")} AS medicine FROM {file.scan()}) r
    LEFT JOIN medication m ON m.id = r.medicine"""


def medications(file: File) -> str:
    """SELECT of (id, code): the medicines that others refer to."""
    return f"SELECT id, code FROM {file.scan()} WHERE resourceType = 'Medication'"


def people(file: File) -> str:
    """SELECT of the shape `checks.PEOPLE`."""
    systems = ", ".join(map(quoted, NHS_NUMBER_SYSTEMS))
    category = (
        "list_filter(extension, lambda e: e.url LIKE '%thnicCategory%')[1]"
        ".valueCodeableConcept.coding[1].code"
    )
    race = (
        "list_filter(list_filter(extension, lambda e: e.url LIKE '%us-core-race')[1].extension, "
        "lambda e: e.url = 'ombCategory')[1].valueCoding.code"
    )
    groups = " ".join(f"WHEN {quoted(c)} THEN '{g}'" for c, g in ETHNIC_GROUPS.items())
    return f"""
    SELECT coalesce(TRY_CAST(harmfreeFile AS INT), {file.number}) AS file, 'Patient' AS item,
        id AS ref, regexp_replace(list_filter(identifier, lambda i: i.system IN ({systems}))[1]
            .value, '[ -]', '', 'g') AS nhs_number,
        birthDate AS birth, gender AS sex, deceasedDateTime AS death,
        CASE coalesce({category}, {race}) {groups} END AS ethnicity, NULL AS deprivation,
        {bare("managingOrganization.reference")} AS site, meta.lastUpdated AS version
    FROM {file.scan()} WHERE resourceType = 'Patient'"""


def registrations(file: File) -> str:
    """SELECT of the shape `checks.REGISTRATIONS`: episodes of care, or GP Connect's details."""
    number = f"coalesce(TRY_CAST(harmfreeFile AS INT), {file.number}) AS file"
    site = bare("managingOrganization.reference")
    if file.kind == "EpisodeOfCare":
        return f"""
        SELECT {number}, id AS item, {_PATIENT} AS ref, {site} AS site,
            period.start AS start_day, period.end AS end_day,
            CASE WHEN ({_status("status")}) IS NOT NULL THEN 'withdrawn' END AS withdrawn
        FROM {file.scan()} WHERE resourceType = 'EpisodeOfCare'"""
    details = (
        "list_filter(list_filter(extension, lambda e: e.url LIKE '%RegistrationDetails%')[1]"
        ".extension, lambda e: e.url = 'registrationPeriod')[1].valuePeriod"
    )
    return f"""
    SELECT * FROM (SELECT {number}, id AS item, id AS ref, {site} AS site,
            {details}.start AS start_day, {details}.end AS end_day, NULL::VARCHAR AS withdrawn
        FROM {file.scan()} WHERE resourceType = 'Patient')
    WHERE start_day IS NOT NULL AND site IS NOT NULL"""


def care(file: File) -> str:
    """SELECT of the shape `checks.CARE`: which organisation's encounters a person had."""
    return f"""
    SELECT {_SUBJECT} AS ref, {bare("serviceProvider.reference")} AS site, count(*) AS visits,
        max(TRY_CAST(period.start[1:10] AS DATE)) AS latest
    FROM {file.scan()} WHERE serviceProvider IS NOT NULL GROUP BY ALL"""


def sites(file: File) -> str:
    """SELECT of the shape `checks.SITES`: organisations, by ODS code where they have one."""
    systems = ", ".join(map(quoted, ODS_SYSTEMS))
    return f"""
    SELECT id AS ref,
        coalesce(list_filter(identifier, lambda i: i.system IN ({systems}))[1].value, id) AS id,
        coalesce(name, id) AS name,
        CASE WHEN name ILIKE '%care home%' OR name ILIKE '%nursing home%' THEN 'care_home'
            ELSE 'practice' END AS kind, {bare("partOf.reference")} AS parent
    FROM {file.scan()} WHERE resourceType = 'Organization'"""
