"""Our lists against the published ones: every difference has a reason, or the test fails."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from codes.dictionaries import dictionary
from harmfree.programmes import code_folders
from harmfree.records.codes import Resolution, resolve_all
from harmfree.records.codes.names import parse_name_rule
from harmfree.records.codes.terms import TermIndex

pytestmark = pytest.mark.shared_data
REASONS = {"brand", "contamination", "form", "grouper", "procedure", "process", "scope"}
CODE_COLUMNS = ("dmd_id", "snomed_id", "code", "id")
TERM_COLUMNS = ("dmd_name", "nm", "term")

# Lists that must hold every published code.
WHOLE = {
    "antiplatelet_not_aspirin": "pincer-non_asp_antiplate",
    "lithium": "pincer-lith",
    "asthma_resolved": "pincer-ast_res",
    "egfr": "pincer-egfr",
    "renal_function_test": "pincer-renal",
    "electrolytes_test": "pincer-electro",
    "liver_function_test": "pincer-lft",
    "atrial_fibrillation": "nhsd-primary-care-domain-refsets-afib_cod",
    "heart_failure": "nhsd-primary-care-domain-refsets-hf_cod",
    "osteoporosis": "nhsd-primary-care-domain-refsets-osteo_cod",
    "doac": "opensafely-direct-acting-oral-anticoagulants-doac",
    "warfarin": "opensafely-warfarin",
    "opioid_high_dose_product": "opensafely-high-dose-long-acting-opioids-openprescribing-dmd",
}


def explained() -> dict[tuple[str, str], list[dict[str, str]]]:
    found: dict[tuple[str, str], list[dict[str, str]]] = {}
    path = Path(__file__).with_name("explained_differences.csv")
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            assert row["reason"] in REASONS
            found.setdefault((row["list"], row["published"]), []).append(row)
    return found


PAIRS = sorted({*explained(), *WHOLE.items()})


def published(folder: Path, name: str) -> list[tuple[str, str, str]]:
    path = next(folder.glob(f"codelists/*/{name}.*"))
    if path.suffix == ".txt":
        lines = path.read_text("utf-8", errors="replace").splitlines()
        return [("snomed", *line.split("\t")[:2]) for line in lines if "\t" in line]
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    return [
        (_system(path, row), _first(row, CODE_COLUMNS), _first(row, TERM_COLUMNS)) for row in rows
    ]


def _system(path: Path, row: dict[str, str]) -> str:
    return "dmd" if "dmd_id" in row or "nm" in row or "id" in row else "snomed"


def _first(row: dict[str, str], columns: tuple[str, ...]) -> str:
    return next(row[column] for column in columns if row.get(column))


def difference(folder: Path, name: str, other: str) -> tuple[list[str], Resolution]:
    """Terms of the published list that ours does not hold."""
    rows = published(folder, other)
    found = resolve_all([name], dictionary(list(rows)), code_folders())[name]
    held = set(found.code_ids.tolist())
    return [row[2] for place, row in enumerate(rows) if place not in held], found


@pytest.mark.parametrize(("name", "other"), PAIRS)
def test_every_difference_is_explained(shared_data: Path, name: str, other: str):
    missing, found = difference(shared_data, name, other)
    index = TermIndex(_array(missing), {})
    known: set[int] = set()
    for row in explained().get((name, other), []):
        known.update(index.rows(parse_name_rule(row["words"])).tolist())
    assert len(found.code_ids) > 0
    assert [term for place, term in enumerate(missing) if place not in known] == []


def _array(terms: list[str]):
    import pyarrow as pa

    return pa.array(terms, pa.string())


@pytest.mark.parametrize(("name", "other"), sorted(WHOLE.items()))
def test_nothing_is_missing(shared_data: Path, name: str, other: str):
    assert difference(shared_data, name, other)[0] == []


CONTAMINATION = [
    (
        "beta_blocker_nonselective",
        "pincer-nsbb",
        "eye drops|carvedilol|labetalol|celiprolol|sotalol",
    ),
    ("diuretic_monitored", "pincer-diur", "degarelix|toremifene"),
    ("peptic_ulcer", "pincer-pep", "erosive gastritis"),
    ("asthma", "pincer-ast", "mycosis"),
    ("acei_or_arb", "pincer-acei", "aliskiren|rasilez - valsartan"),
]


@pytest.mark.parametrize(("name", "other", "words"), CONTAMINATION)
def test_no_contamination(shared_data: Path, name: str, other: str, words: str):
    rows = published(shared_data, other)
    found = resolve_all([name], dictionary(list(rows)), code_folders())[name]
    bad = set(TermIndex(_array([row[2] for row in rows]), {}).rows(parse_name_rule(words)).tolist())
    assert bad
    assert not bad & set(found.code_ids.tolist())
