"""Names of code systems and units as sources write them, and as the store keeps them."""

from __future__ import annotations

# URI or vocabulary name -> the store's name. Anything else is `local`.
SYSTEMS = {
    "http://snomed.info/sct": "snomed",
    "https://snomed.info/sct": "snomed",
    "urn:oid:2.16.840.1.113883.6.96": "snomed",
    "urn:oid:2.16.840.1.113883.2.1.3.2.4.15": "snomed",
    "https://dmd.nhs.uk": "dmd",
    "http://dmd.nhs.uk": "dmd",
    "https://fhir.hl7.org.uk/Id/dmd": "dmd",
    "https://www.nhsbsa.nhs.uk/bnf": "bnf",
    "https://fhir.nhs.uk/Id/bnf": "bnf",
    "http://www.whocc.no/atc": "atc",
    "http://hl7.org/fhir/sid/icd-10": "icd10",
    "http://hl7.org/fhir/sid/icd-10-uk": "icd10",
    "http://hl7.org/fhir/sid/icd-10-cm": "icd10",
    "https://fhir.hl7.org.uk/Id/icd-10": "icd10",
    "http://read.info/readv2": "readv2",
    "https://fhir.hl7.org.uk/Id/readv2": "readv2",
    "http://read.info/ctv3": "ctv3",
    "https://fhir.hl7.org.uk/Id/ctv3": "ctv3",
    "http://loinc.org": "loinc",
    "http://www.nlm.nih.gov/research/umls/rxnorm": "rxnorm",
    "http://hl7.org/fhir/sid/ndc": "ndc",
    "http://hl7.org/fhir/sid/cvx": "cvx",
    # OMOP vocabularies
    "SNOMED": "snomed", "dm+d": "dmd", "ATC": "atc", "ICD10": "icd10", "ICD10CM": "icd10",
    "Read": "readv2", "LOINC": "loinc", "RxNorm": "rxnorm", "RxNorm Extension": "rxnorm",
    "NDC": "ndc", "CVX": "cvx",
}  # fmt: skip
OWN_SYSTEMS = (
    "snomed", "dmd", "bnf", "atc", "icd10", "readv2", "ctv3", "loinc", "rxnorm", "ndc", "cvx",
    "omop", "local",
)  # fmt: skip

# How units are printed, in small letters -> UCUM (ucum.org, case sensitive codes).
UCUM = {
    "mmhg": "mm[Hg]", "mm hg": "mm[Hg]", "mm[hg]": "mm[Hg]", "millimeter of mercury": "mm[Hg]",
    "mmol/l": "mmol/L", "umol/l": "umol/L", "µmol/l": "umol/L", "μmol/l": "umol/L",
    "micromol/l": "umol/L", "nmol/l": "nmol/L", "pmol/l": "pmol/L", "mmol/mol": "mmol/mol",
    "g/l": "g/L", "g/dl": "g/dL", "mg/l": "mg/L", "mg/dl": "mg/dL", "mg/mmol": "mg/mmol",
    "ng/ml": "ng/mL", "ug/l": "ug/L", "µg/l": "ug/L", "pg": "pg", "fl": "fL",
    "iu/l": "[iU]/L", "u/l": "U/L", "miu/l": "m[iU]/L", "mu/l": "mU/L",
    "ml/min": "mL/min", "ml/min/1.73m2": "mL/min/{1.73_m2}", "ml/min/1.73 m2": "mL/min/{1.73_m2}",
    "ml/min/1.73m*2": "mL/min/{1.73_m2}", "ml/min/{1.73_m2}": "mL/min/{1.73_m2}",
    "10*9/l": "10*9/L", "10^9/l": "10*9/L", "10*12/l": "10*12/L", "10^12/l": "10*12/L",
    "kg": "kg", "g": "g", "mg": "mg", "cm": "cm", "m": "m", "mm": "mm", "l/l": "L/L", "ml": "mL",
    "kg/m2": "kg/m2", "kg/m^2": "kg/m2", "kg/m²": "kg/m2", "%": "%", "percent": "%",
    "/min": "/min", "bpm": "/min", "beats/min": "/min", "beats/minute": "/min",
    "breaths/minute": "/min", "{beats}/min": "/min", "{breaths}/min": "/min",
    "cel": "Cel", "degc": "Cel", "°c": "Cel", "deg c": "Cel", "celsius": "Cel",
    "mm/h": "mm/h", "mm/hr": "mm/h", "ratio": "{ratio}", "unit/week": "{unit}/wk",
    "units/week": "{unit}/wk", "1": "1",
}  # fmt: skip


def store_code(system: str | None, code: str) -> tuple[str, str]:
    """(system, code) as the store keeps them.

    A code of a system that we do not know is local, with the last part of the system's name in
    front, so that equal codes of two local systems stay apart.
    """
    known = SYSTEMS.get(system or "") or (system if system in OWN_SYSTEMS else None)
    if known:
        return known, code
    tail = (system or "").rstrip("/").replace("#", "/").rsplit("/", 1)[-1].rsplit(":", 1)[-1]
    return "local", f"{tail}|{code}" if tail else code


def ucum(unit: str) -> str:
    """The unit as a UCUM code where its printed form is known, else as it came."""
    return UCUM.get(unit.strip().lower(), unit.strip())[:40]
