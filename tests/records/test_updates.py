"""Loading again, loading more, and being killed in the middle."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harmfree.records.errors import StoreBusyError
from harmfree.records.extract import find_extract
from harmfree.records.loading import load
from harmfree.records.writer import locked
from records.conftest import Home
from records.make import concept, patient, resource

Extract = Callable[..., Path]


def tree(home: Home) -> dict[str, str]:
    """Content of every file of the store but the lock."""
    return {
        str(path.relative_to(home.folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(home.folder.rglob("*"))
        if path.is_file() and path.name != "lock"
    }


def bytes_of_tables(home: Home) -> dict[str, str]:
    folder = home.store.folder
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*.parquet"))
    }


def test_the_same_extract_twice_changes_nothing(home: Home, extract: Extract) -> None:
    folder = extract(resource("Condition"))
    assert home.load(folder).changed
    before = tree(home)
    assert not home.load(folder).changed
    assert tree(home) == before
    assert not (home.folder / "work").exists()


def test_an_older_extract_again_changes_nothing(home: Home, extract: Extract) -> None:
    first = extract(resource("Condition"), name="first")
    home.load(first)
    home.load(extract(resource("Condition", onsetDateTime="2021-01-01"), name="second"))
    assert not home.load(first).changed
    assert home.facts() == [("2021-01-01", "38341003", None)]


def test_what_is_sent_again_replaces_and_the_rest_stays(home: Home, extract: Extract) -> None:
    home.load(extract(resource("Condition", "a"), resource("Condition", "b", code=concept("7"))))
    later = extract(
        patient("p2"),
        resource("Condition", "a", onsetDateTime="2022-02-02"),
        resource("Condition", "c", person="p2", code=concept("8")),
    )
    home.load(later)
    assert home.facts() == [
        ("2020-01-01", "7", None),
        ("2020-01-01", "8", None),
        ("2022-02-02", "38341003", None),
    ]
    assert len(home.people()) == 2
    assert home.store.manifest.generation == 2


def test_what_is_withdrawn_later_goes(home: Home, extract: Extract) -> None:
    home.load(extract(resource("Condition", "a"), resource("Condition", "b", code=concept("7"))))
    home.load(extract(resource("Condition", "a", verificationStatus="entered-in-error")))
    assert home.facts() == [("2020-01-01", "7", None)]
    assert home.rules() == {"withdrawn": 1}


def test_two_resources_that_say_the_same_outlive_each_other(home: Home, extract: Extract) -> None:
    home.load(extract(resource("Condition", "a"), resource("Condition", "b")))
    assert len(home.facts()) == 1
    assert home.rules() == {"duplicate": 1}
    home.load(extract(resource("Condition", "a", verificationStatus="refuted")))
    assert len(home.facts()) == 1
    home.load(extract(resource("Condition", "b", verificationStatus="refuted")))
    assert home.facts() == []


def test_an_extract_without_its_people_is_of_those_known(home: Home, extract: Extract) -> None:
    home.load(extract(resource("Condition")))
    later = resource("Condition", "b", code=concept("7"), onsetDateTime="2021-01-01")
    early = resource("Condition", "c", onsetDateTime="1950-01-01")
    home.load(extract(later, early, people=False))
    assert [fact[:2] for fact in home.facts()] == [("2020-01-01", "38341003"), ("2021-01-01", "7")]
    assert home.rules() == {"before_birth": 1}


def test_a_later_extract_corrects_a_person(home: Home, extract: Extract) -> None:
    home.load(extract(patient(gender="male", birthDate="1949-01-01"), people=False))
    home.load(extract(patient(deceasedDateTime="2023-03-03"), people=False))
    (person,) = home.people()
    assert (person["sex"], str(person["birth_date"])) == (1, "1950-06-15")
    assert str(person["death_date"]) == "2023-03-03"


def test_equal_short_ids_of_two_sources_are_two_people(home: Home, extract: Extract) -> None:
    home.load(extract(resource("Condition")), label="practice-a")
    home.load(extract(resource("Condition"), name="other"), label="practice-b")
    assert len(home.people()) == 2
    assert len(home.events()) == 2


def test_a_uuid_is_the_same_person_in_every_source(home: Home, extract: Extract) -> None:
    name = "9f0c5a3e-1111-4222-8333-abcdefabcdef"
    for label in ("a", "b"):
        content = extract(patient(name), resource("Condition", person=name), people=False)
        home.load(content, label=label)
    assert len(home.people()) == 1


def test_the_latest_copy_in_one_extract_counts(home: Home, tmp_path: Path) -> None:
    folder = tmp_path / "copies"
    folder.mkdir()
    for name, day in (("1.ndjson", "2020-01-01"), ("2.ndjson", "2021-01-01")):
        rows = [resource("Condition", onsetDateTime=day)]
        (folder / name).write_text("".join(json.dumps(row) + "\n" for row in rows))
    (folder / "0.ndjson").write_text(json.dumps(patient()) + "\n")
    home.load(folder)
    assert home.facts() == [("2021-01-01", "38341003", None)]
    assert home.rules() == {"sent_again": 1}


def test_a_busy_store_says_so(home: Home, extract: Extract) -> None:
    with locked(home.folder), pytest.raises(StoreBusyError):
        home.load(extract(resource("Condition")))


# Killed in the middle. The child process kills itself (SIGKILL, no clean-up of any kind) at the
# n-th time that the load says how far it is, renames a file or writes a piece.
CHILD = """
import os, signal, sys
from datetime import date
from pathlib import Path
from harmfree.records.extract import find_extract
from harmfree.records.loading import load

left = int(sys.argv[3])
def count(event, args):
    global left
    if event in ("os.rename", "shutil.rmtree", "os.link"):
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(count)
extract = find_extract(Path(sys.argv[2]), label="test", extract_date=date(2024, 12, 31))
load(Path(sys.argv[1]), extract)
print("whole")
"""


def killed_at(step: int, home: Home, folder: Path) -> bool:
    """Load in a child that is killed at `step`; False when the load ended before."""
    command = [sys.executable, "-c", CHILD, str(home.folder), str(folder), str(step)]
    child = subprocess.run(command, capture_output=True, text=True, env=dict(os.environ))
    assert child.returncode in (0, -signal.SIGKILL), child.stderr
    return child.returncode != 0


def extract_of_two_loads(extract: Extract) -> tuple[Path, Path]:
    def person(number: int, day: str) -> list[dict[str, Any]]:
        name = f"p{number}"
        return [
            patient(name),
            resource("Condition", f"c{number}", person=name, onsetDateTime=day),
            resource("Observation", f"o{number}", person=name, valueQuantity={"value": number}),
            resource("Condition", f"x{number}", person=name, onsetDateTime="2999-01-01"),
        ]

    one = [row for n in range(8) for row in person(n, "2020-01-01")]
    two = [row for n in range(4, 12) for row in person(n, "2021-01-01")]
    return (
        extract(*one, name="one", people=False),
        extract(*two, name="two", people=False),
    )


@pytest.mark.slow
@pytest.mark.parametrize("step", [1, 4, 8, 12, 15, 16, 17, 18, 19, 20, 21, 22, 23])
def test_a_killed_load_loses_and_doubles_nothing(
    home: Home, extract: Extract, tmp_path: Path, step: int
) -> None:
    one, two = extract_of_two_loads(extract)
    home.load(one)
    before = home.events()
    was_killed = killed_at(step, home, two)
    # Whatever the moment: the store is whole, either as before or as after.
    survived = home.events()
    home.load(two)
    after = home.events()
    assert survived in (before, after)
    assert was_killed or survived == after
    clean = Home(tmp_path / "clean")
    clean.folder.mkdir()
    (clean.folder / "key").write_bytes((home.folder / "key").read_bytes())
    clean.load(one)
    clean.load(two)
    assert bytes_of_tables(clean) == bytes_of_tables(home)
    assert not home.load(two).changed


def test_an_interrupted_load_goes_on_where_it_was(
    home: Home, extract: Extract, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pieces that were finished are not read again."""
    from harmfree.records import staging

    folder = extract(resource("Condition"), resource("Observation"))
    written: list[str] = []
    write = staging.Stage._write

    def counting(stage: staging.Stage, name: str, select: str) -> None:
        if not stage.has(name):
            if name.startswith("events-06"):
                raise KeyboardInterrupt
            written.append(name)
        write(stage, name, select)

    monkeypatch.setattr(staging.Stage, "_write", counting)
    with pytest.raises(KeyboardInterrupt):
        load(home.folder, find_extract(folder, label="test"))
    first = list(written)
    assert any(name.startswith("events-04") for name in first)
    monkeypatch.setattr(staging.Stage, "_write", write)
    again: list[str] = []

    def noting(stage: staging.Stage, name: str, select: str) -> None:
        if not stage.has(name):
            again.append(name)
        write(stage, name, select)

    monkeypatch.setattr(staging.Stage, "_write", noting)
    load(home.folder, find_extract(folder, label="test"))
    assert set(again).isdisjoint(first) and again
    assert len(home.events()) == 2


def test_a_store_grows_into_more_buckets(
    home: Home, extract: Extract, monkeypatch: pytest.MonkeyPatch
) -> None:
    from harmfree.records import schema

    one, two = extract_of_two_loads(extract)
    home.load(one)
    monkeypatch.setattr(schema, "PEOPLE_PER_BUCKET", 1)
    home.load(two)
    assert home.store.manifest.bucket_count == 16
    monkeypatch.undo()
    other = Home(home.folder.parent / "other")
    other.folder.mkdir()
    (other.folder / "key").write_bytes((home.folder / "key").read_bytes())
    other.load(one)
    other.load(two)
    assert other.events() == home.events()
    assert other.registrations() == home.registrations()
    # A load of one person rewrites one bucket and links the others.
    folder = extract(patient("p0"), resource("Condition", "new", person="p0"), people=False)
    before = {n: (home.store.path(n) / "event.parquet").stat().st_ino for n in range(16)}
    home.load(folder)
    after = {n: (home.store.path(n) / "event.parquet").stat().st_ino for n in range(16)}
    assert sum(before[n] != after[n] for n in range(16)) == 1


def test_a_load_onto_a_store_that_no_source_wrote(home: Home, extract: Extract) -> None:
    """A synthetic region has no tables of origin; loading onto it keeps it."""
    from records.test_store import write_store

    write_store(home.folder)
    home.load(extract(resource("Condition")))
    assert home.store.manifest.people == 5
    kept = {(event[1], event[3]) for event in home.events()}
    assert kept == {("2024-03-01", "1"), ("2020-01-01", "38341003")}
    assert len(home.registrations()) == 5
