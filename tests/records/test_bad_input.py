"""Input that no standard allows: a clear message, the ledger or an exit code, nothing lost."""

from __future__ import annotations

import gzip
import json
import resource as limits
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harmfree.errors import NotFoundError
from harmfree.records.errors import UnknownSourceError
from harmfree.records.extract import find_extract
from harmfree.records.loading import load
from harmfree.records.sources import fhir, fhir_split
from records.conftest import Home
from records.make import concept, patient, resource

Extract = Callable[..., Path]


def line(value: Any) -> bytes:
    return json.dumps(value).encode() + b"\n"


def write(folder: Path, **files: bytes) -> Path:
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / f"{name}.ndjson").write_bytes(content)
    return folder


GOOD = line(resource("Condition", "good"))


@pytest.mark.parametrize(
    ("bad", "rule"),
    [
        (b'{"resourceType":"Condition","id":"b","code":{"cod\n', "not_json"),
        (b"not json at all\n", "not_json"),
        (b"[1, 2]\n", "not_a_resource"),
        (b"{}\n", "not_a_resource"),
        (b'{"resourceType":7}\n', "not_a_resource"),
        (line(resource("Condition", "b")).replace(b"A thing", b"A \xe9\xff"), "not_utf8"),
        (line({**resource("Condition", "b"), "subject": "oops"}), "wrong_shape"),
        (line({**resource("Condition", "b"), "code": [1]}), "wrong_shape"),
        (b"[" * 100_000 + b"\n", "not_json"),
    ],
)
@pytest.mark.parametrize("first", [True, False])
def test_a_bad_line_leaves_its_neighbours(
    home: Home, tmp_path: Path, bad: bytes, rule: str, first: bool
) -> None:
    lines = bad + GOOD if first else GOOD + bad
    folder = write(tmp_path / "x", Patient=line(patient()), Condition=lines)
    home.load(folder)
    assert home.facts() == [("2020-01-01", "38341003", None)]
    rows = [row for row in home.store.ledger().to_pylist() if row["rule"] == rule]
    assert [(row["file"], row["line"]) for row in rows] == [
        ("Condition.ndjson", "1" if first else "2")
    ]


def test_a_mark_line_ends_of_windows_and_empty_lines(home: Home, tmp_path: Path) -> None:
    content = b"\xef\xbb\xbf" + GOOD.replace(b"\n", b"\r\n") + b"\r\n\r\n"
    content += line(resource("Condition", "b", code=concept("7"))).strip()  # no end of line
    home.load(write(tmp_path / "x", Patient=line(patient()), Condition=content))
    assert len(home.facts()) == 2
    assert home.rules() == {}


def test_utf_16_is_told_by_its_mark(home: Home, tmp_path: Path) -> None:
    folder = write(tmp_path / "x", Patient=line(patient()))
    (folder / "c.json").write_bytes(GOOD.decode().encode("utf-16"))
    home.load(folder)
    assert home.rules() == {"not_utf8": 1}


def test_a_gzip_that_is_cut_off_keeps_what_came_before(home: Home, tmp_path: Path) -> None:
    folder = write(tmp_path / "x", Patient=line(patient()))
    rows = [line(resource("Condition", str(n), code=concept(str(n)))) for n in range(2000)]
    whole = gzip.compress(b"".join(rows))
    (folder / "Condition.ndjson.gz").write_bytes(whole[: len(whole) // 2])
    home.load(folder)
    assert 100 < len(home.facts()) < 2000
    assert home.rules()["file_unreadable"] == 1


def test_a_long_line_is_skipped_in_bounded_memory(tmp_path: Path) -> None:
    """The reader holds a piece of the line at a time, whatever its length."""
    path = tmp_path / "long.ndjson"
    with path.open("wb") as file:
        file.write(b"short\n")
        for _ in range(200):
            file.write(b"x" * (1 << 20))
        file.write(b"\nlast")
    before = limits.getrusage(limits.RUSAGE_SELF).ru_maxrss
    with path.open("rb") as file:
        found = list(fhir_split.lines(file, 1 << 20))
    grown = limits.getrusage(limits.RUSAGE_SELF).ru_maxrss - before
    assert [(x.place, x.data, x.rule) for x in found] == [
        ("1", b"short", ""),
        ("2", b"", "line_too_long"),
        ("3", b"last", ""),
    ]
    assert grown < 64 * 1024  # kilobytes


def test_a_line_over_the_limit_goes_to_the_ledger(home: Home, tmp_path: Path) -> None:
    long = line({**resource("Condition", "b"), "note": "x" * 300_000})
    folder = write(tmp_path / "x", Patient=line(patient()), Condition=GOOD + long + b"oops\n")
    extract = find_extract(folder, label="test")
    assert isinstance(extract.source, fhir.FhirSource)
    extract.source.longest = extract.source.longest_document = 200_000
    load(home.folder, extract)
    assert home.rules() == {"line_too_long": 1, "not_json": 1}
    assert len(home.facts()) == 1


def test_a_bundle_over_the_limit_goes_to_the_ledger(home: Home, tmp_path: Path) -> None:
    folder = write(tmp_path / "x", Patient=line(patient()))
    entries = [{"resource": resource("Condition", str(n))} for n in range(500)]
    (folder / "b.json").write_text(
        json.dumps({"resourceType": "Bundle", "entry": entries}, indent=1)
    )
    extract = find_extract(folder, label="test")
    assert isinstance(extract.source, fhir.FhirSource)
    extract.source.longest_document = 10_000
    load(home.folder, extract)
    assert home.rules() == {"line_too_long": 1}


def test_numbers_where_text_belongs_and_the_reverse(home: Home, tmp_path: Path) -> None:
    odd_person = patient(birthDate=1950, gender=1)
    odd = {**resource("Observation", valueInteger="12", status=True), "id": 7}
    home.load(write(tmp_path / "x", Patient=line(odd_person), Observation=line(odd)))
    assert home.facts() == [("2020-02-01", "1", 12.0)]
    assert home.rules() == {"partial_date": 1, "sex_unknown": 1}


def test_a_birth_in_the_future_and_a_death_before_it(home: Home, extract: Extract) -> None:
    """Negative ages: the impossible date is dropped, the person and the events stay."""
    home.load(
        extract(
            patient(birthDate="2999-01-01"),
            patient("p2", deceasedDateTime="1900-01-01"),
            resource("Condition", "a"),
            resource("Condition", "b", person="p2"),
            people=False,
        )
    )
    assert len(home.facts()) == 2
    assert {(str(p["birth_date"]), str(p["death_date"])) for p in home.people()} == {
        ("None", "None"),
        ("1950-06-15", "None"),
    }
    assert home.rules() == {"birth_implausible": 1, "death_implausible": 1}


def test_the_ledger_never_says_who(home: Home, extract: Extract) -> None:
    number = "9434765919"
    system = "https://fhir.nhs.uk/Id/nhs-number"
    who = patient(
        number,
        birthDate="1799-01-01",
        name=[{"family": "Secret"}],
        identifier=[{"system": system, "value": "9434765918"}],
    )
    home.load(
        extract(who, resource("Condition", f"c-{number}", person=number, onsetDateTime="2999"))
    )
    text = json.dumps(home.store.ledger().to_pylist())
    assert home.rules()["date_in_future"] == 1
    for secret in (number, "9434765918", "Secret", "1799"):
        assert secret not in text


def test_nothing_there_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="no file or folder"):
        find_extract(tmp_path / "no")
    (tmp_path / "x.xml").write_text("<Patient/>")
    with pytest.raises(UnknownSourceError, match="XML is not read"):
        find_extract(tmp_path)


# Mutated records. Whatever is done to one line, its neighbours load, nothing is raised, and the
# line is an event or in the ledger.
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)
SEEDS = [
    resource("Condition", "victim", code=concept("7")),
    resource("Observation", "victim", valueQuantity={"value": 4, "comparator": "<", "unit": "g"}),
    resource("Observation", "victim", component=[{"code": concept("5"), "valueInteger": 3}]),
    resource(
        "MedicationRequest",
        "victim",
        dispenseRequest={"quantity": {"value": 28}, "expectedSupplyDuration": {"value": 28}},
        basedOn=[{"reference": "MedicationRequest/x"}],
    ),
    resource("Encounter", "victim", serviceProvider={"reference": "Organization/o"}),
]


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """One resource with one part replaced, or one byte of its text."""
    value = json.loads(json.dumps(draw(st.sampled_from(SEEDS))))
    if draw(st.booleans()):
        part, key = value, draw(st.sampled_from(sorted(value)))
        while draw(st.booleans()) and isinstance(part[key], dict | list) and part[key]:
            part = part[key]
            keys = sorted(part) if isinstance(part, dict) else list(range(len(part)))
            key = draw(st.sampled_from(keys))
        part[key] = draw(JSON)
        return json.dumps(value).encode()
    text = bytearray(json.dumps(value).encode())
    text[draw(st.integers(0, len(text) - 1))] = draw(st.integers(0, 255))
    return bytes(text)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(mutated(), min_size=1, max_size=12))
def test_mutated_lines_are_events_or_in_the_ledger(
    tmp_path_factory: pytest.TempPathFactory, lines: list[bytes]
) -> None:
    folder = tmp_path_factory.mktemp("mutated")
    rows = [bytes(row).replace(b"\n", b" ") for row in lines]
    good = [
        line(resource("Condition", "g1", person="p9", code=concept("g1"))),
        line(resource("Condition", "g2", person="p9", code=concept("g2"))),
    ]
    people = line(patient()) + line(patient("p9"))
    content = good[0] + b"\n".join(rows) + b"\n" + good[1]
    write(folder / "x", Patient=people, Condition=content)
    home = Home(folder / "home")
    home.load(folder / "x", extract_date=date(2024, 12, 31))
    codes = {code for _, code, _ in home.facts()}
    assert {"g1", "g2"} <= codes
    ledger = home.store.ledger().to_pylist()
    told = sum(row["records"] for row in ledger) + home.store.manifest.events - 2
    blank = sum(not row.strip() for row in rows)
    distinct = len({row.strip() for row in rows if row.strip()})
    assert told + blank >= min(distinct, 1)


@pytest.mark.shared_data
@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_mutated_shared_files_load(
    shared_data: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    source = shared_data / "records" / "synthea_r4_bulkserver100" / "ndjson"
    folder = tmp_path_factory.mktemp("shared")
    (folder / "x").mkdir()
    for name in ("Patient", "Condition", "MedicationRequest"):
        content = bytearray(gzip.decompress((source / f"{name}.ndjson.gz").read_bytes())[:400_000])
        for _ in range(data.draw(st.integers(0, 5))):
            content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
        (folder / "x" / f"{name}.ndjson").write_bytes(bytes(content))
    home = Home(folder / "home")
    home.load(folder / "x", extract_date=None)
    assert home.store.manifest.events > 500
