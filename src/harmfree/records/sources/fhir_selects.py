"""How each FHIR resource becomes rows: one DuckDB SELECT a resource type.

A concept with several codings gives one event for each different (system, code). A result given as
a concept (a smoking status) gives an event of its own with that code, and so does each component.
"""

from __future__ import annotations

from dataclasses import dataclass

from harmfree.records import checks
from harmfree.records.checks import Settings, quoted
from harmfree.records.sources.fhir_codes import (
    NOTHING,
    both,
    codings,
    concept_columns,
    named,
    quantity_columns,
    result_columns,
    with_codes,
    with_components,
)
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
# NHS Data Dictionary, ETHNIC CATEGORY CODE 2001 (A to S); US Core race, OMB categories.
ETHNIC_GROUPS = {
    **dict.fromkeys("ABC", 1), **dict.fromkeys("DEFG", 2), **dict.fromkeys("HJKL", 3),
    **dict.fromkeys("MNP", 4), **dict.fromkeys("RS", 5),
    "2106-3": 1, "2028-9": 3, "2054-5": 4, "1002-5": 5, "2076-8": 5, "2131-1": 5,
}  # fmt: skip


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
        f"CASE WHEN length({reference}) = 44 AND starts_with({reference}, 'Patient/') "
        f"THEN substring({reference}, 9) ELSE {bare(reference)} END"
    )


def _status(column: str) -> str:
    """SQL: the word that withdraws a resource by its status, or null."""
    # Written out: IN makes DuckDB join with a table of the words.
    words = " OR ".join(f"{column} = {quoted(word)}" for word in WITHDRAWN)
    return f"CASE WHEN {words} THEN {column} END"


def _verified(column: str) -> str:
    """SQL: the same for a verification status, a code (STU3) or a concept (R4) read as text."""
    cases = " ".join(f"WHEN contains({column}, '{word}') THEN '{word}'" for word in UNVERIFIED)
    return f"CASE {cases} END"


@dataclass(frozen=True)
class Reading:
    """How one resource type is read: SQL expressions over its columns.

    `concept` says what it is, and where `alone` holds nothing else does; else `codes` do.
    """

    ref: str
    day: str
    status: str
    concept: str = "code"
    codes: str = codings("code")
    alone: str = "true"
    quantity: str = ""
    number: str = NOTHING
    supply_days: str = NOTHING
    until: str = NOTHING
    parent: str = NOTHING
    stop: str = NOTHING
    join: str = ""


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
        concept="concept",
        codes=codings("concept"),
        status=more.pop("status", _status("status")),
        stop=f"coalesce({stop}, {_NO_MEDICINE})" if stop else _NO_MEDICINE,
        join="medicine",
        **more,
    )


READINGS: dict[str, Reading] = {
    "Condition": Reading(
        ref=_SUBJECT,
        day="coalesce(onsetDateTime, onsetPeriod.start, recordedDate, assertedDate)",
        status=_verified("verificationStatus"),
    ),
    "AllergyIntolerance": Reading(
        ref=_PATIENT,
        day="coalesce(onsetDateTime, recordedDate, assertedDate)",
        status=_verified("verificationStatus"),
    ),
    "Observation": Reading(
        ref=_SUBJECT,
        day="coalesce(effectiveDateTime, effectivePeriod.start, effectiveInstant, issued)",
        status=_status("status"),
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
        status="CASE WHEN notDone = 'true' THEN 'not-done' ELSE " + _status("status") + " END",
    ),
    "Immunization": Reading(
        ref=_PATIENT,
        day="coalesce(occurrenceDateTime, date, occurrenceString)",
        concept="vaccineCode",
        codes=both(
            "vaccineCode",
            "list_filter(extension, lambda e: e.url LIKE '%VaccinationProcedure%')[1]"
            ".valueCodeableConcept",
        ),
        alone="extension IS NULL",
        status="CASE WHEN notGiven = 'true' THEN 'not-done' ELSE " + _status("status") + " END",
    ),
    "Encounter": Reading(
        ref=_SUBJECT,
        day="period.start",
        concept="type[1]",
        codes=f"coalesce(flatten(list_transform(type, lambda t: {codings('t')})), "
        "[{'system': 'encounter-class', "
        "'code': coalesce(class->>'$.code', 'unknown'), 'display': class->>'$.display'}])",
        alone="len(type) = 1",
        status=_status("status"),
    ),
    "DiagnosticReport": Reading(
        ref=_SUBJECT,
        day="coalesce(effectiveDateTime, effectivePeriod.start, issued)",
        status=_status("status"),
    ),
    "Flag": Reading(
        ref=_SUBJECT,
        day="period.start",
        status=_status("status"),
    ),
}


def events(file: File, settings: Settings) -> str:
    """SELECT of the shape `checks.EVENTS` over one file of events."""
    how = READINGS[file.kind]
    source = f"({_with_medicine(file)})" if how.join else file.scan()
    stopped = f"(SELECT *, {how.status} AS stopped FROM {source})"
    if file.kind == "Observation":
        said = f"{named(result_columns())}, component"
        return with_codes(
            with_components(f"SELECT {_common(file, how, settings)}, {said} FROM {stopped}")
        )
    said = named(
        concept_columns(how.concept, how.codes, how.alone)
        | quantity_columns(how.quantity, how.number)
    )
    return with_codes(f"SELECT {_common(file, how, settings)}, {said} FROM {stopped}")


def _common(file: File, how: Reading, settings: Settings) -> str:
    """The columns of an event that do not depend on its codings."""
    kind = quoted(file.kind)
    parent = "NULL::UBIGINT"
    if how.parent != NOTHING:
        parent = (
            f"CASE WHEN {how.parent} IS NOT NULL THEN "
            f"{checks.resource(settings, 'MedicationRequest', f'({bare(how.parent)})')} END"
        )
    return f"""coalesce(TRY_CAST(harmfreeFile AS INT), {file.number}) AS file,
        id AS item, {kind}::ENUM ({kind}) AS kind, {how.ref} AS ref,
        CASE WHEN resourceType = {kind} THEN
            CASE WHEN stopped IS NOT NULL THEN 'withdrawn' ELSE {how.stop} END
            ELSE 'type_not_used' END AS withdrawn,
        CASE WHEN resourceType = {kind} THEN stopped ELSE resourceType END AS detail,
        {how.day} AS day, {how.until} AS until, {how.supply_days} AS supply_days,
        {checks.resource(settings, file.kind, "coalesce(id, '')")} AS resource, {parent} AS parent,
        meta.lastUpdated AS version"""


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
        CASE category {groups} END AS ethnicity, NULL AS deprivation,
        {bare("managingOrganization.reference")} AS site, meta.lastUpdated AS version
    FROM (SELECT *, coalesce({category}, {race}) AS category FROM {file.scan()}
        WHERE resourceType = 'Patient')"""


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
