"""FHIR R4 (and STU3 records): bulk NDJSON, bundles, single resources, folders and archives of them.

Files of one resource type go straight to DuckDB's typed reader. A file that it refuses, or that
holds several types, is read by `fhir_split` first; the outcome is the same.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from harmfree.records.checks import quoted
from harmfree.records.sources import fhir_selects as selects
from harmfree.records.sources.base import Tell
from harmfree.records.sources.fhir_selects import File
from harmfree.records.sources.fhir_shapes import CONCEPT, SHAPES, sql_type
from harmfree.records.sources.fhir_split import Splitter, open_bytes
from harmfree.records.staging import LedgerRow, Stage

NAMES = (
    ".ndjson", ".ndjson.gz", ".jsonl", ".jsonl.gz", ".json", ".json.gz",
    ".tar", ".tar.gz", ".tgz",
)  # fmt: skip
LONGEST = 16 << 20  # bytes of a line; the fast reader holds a few of these in memory
LONGEST_DOCUMENT = 64 << 20  # bytes of a bundle, which is read whole
# What others refer to comes first.
ORDER = ("Organization", "Patient", "Medication", "EpisodeOfCare", *selects.READINGS)
_SNIFFED_LINES = 20
# What DuckDB raises for data; anything else it raises is a fault of ours.
_DATA_ERRORS = (
    duckdb.InvalidInputException,
    duckdb.ConversionException,
    duckdb.OutOfRangeException,
    duckdb.IOException,
    duckdb.SequenceException,
)


@dataclass
class FhirSource:
    """Stages the FHIR files of one extract.

    Args:
        paths: the files, in the order in which later ones replace earlier ones.
        names: how each is called in the ledger.
        longest, longest_document: limits in bytes.
    """

    paths: list[Path]
    names: list[str]
    longest: int = LONGEST
    longest_document: int = LONGEST_DOCUMENT

    def stage(self, stage: Stage, tell: Tell) -> None:
        """Read every file into `stage`.

        When the fast reader refuses some files, all is staged again with those split.
        """
        memory = stage.folder.parent / "odd.json"  # what an interrupted load found out
        odd = set(json.loads(memory.read_text())) if memory.exists() else set()
        while fresh := self._stage_once(stage, odd, tell):
            odd |= fresh
            draft = memory.with_suffix(".part")
            draft.write_text(json.dumps(sorted(odd)))
            draft.rename(memory)

    def _stage_once(self, stage: Stage, odd: set[int], tell: Tell) -> set[int]:
        """Stage all files, those in `odd` by way of the splitter; returns newly found odd ones."""
        stage.restart(f"with-{len(odd)}-split")
        files, found = self._plan(stage, odd)
        stage.con.execute(_NO_MEDICATION)
        steps = [
            (place, step, file)
            for place, kind in enumerate(ORDER)
            for step in _STEPS.get(kind, (_events,))
            for file in files
            if file.kind == kind
        ]
        settled = False
        for done, (place, step, file) in enumerate(steps):
            tell(f"reading {file.kind}", done, len(steps))
            if not settled and step is not _sites and step is not _people:
                stage.settle_people()
                settled = True
            try:
                step(stage, f"{place:02d}-{file.number:05d}", file)
            except _OddFileError:
                found.add(file.number)
            except _DATA_ERRORS:
                if file.number not in range(len(self.paths)):
                    raise  # a clean file that we wrote ourselves
                found.add(file.number)
        return found

    def _plan(self, stage: Stage, odd: set[int]) -> tuple[list[File], set[int]]:
        """The clean files of the types that are used, and the files newly found odd."""
        plain: list[File] = []
        to_split: dict[int, tuple[str, Path]] = {}
        found: set[int] = set()
        unused: list[LedgerRow] = []
        for number, path in enumerate(self.paths):
            kind = "" if number in odd else sniff(path)
            if not kind:
                to_split[number] = (self.names[number], path)
                continue
            file = File(str(path), kind, number, self.longest)
            if kind in selects.READINGS:
                plain.append(file)
                continue
            count = count_if_pure(stage, file)
            if count is None:
                found.add(number)
            elif kind in SHAPES:
                plain.append(file)
            else:
                unused.append(LedgerRow(self.names[number], "", "type_not_used", kind[:40], count))
        stage.note("types", unused)
        return plain + self._split(stage, to_split), found

    def _split(self, stage: Stage, files: dict[int, tuple[str, Path]]) -> list[File]:
        """Split odd files into clean ones, or find them split by an interrupted load."""
        if not files:
            return []
        folder = stage.folder / "split"
        if not (folder / "done").exists():
            splitter = Splitter(folder, self.longest_document)
            splitter.split(files)
            stage.note("split", splitter.ledger)
            (folder / "done").touch()
        return [
            File(str(path), path.stem, len(self.paths), self.longest_document)
            for path in sorted(folder.glob("*.ndjson"))
        ]


class _OddFileError(Exception):
    """The file holds several types of resources."""


def sniff(path: Path) -> str:
    """Type of the resources of an NDJSON file by its first lines; "" when it needs splitting."""
    kinds: set[object] = set()
    try:
        with open_bytes(path) as file:
            for _ in range(_SNIFFED_LINES):
                line = file.readline(LONGEST)
                if line.strip():
                    value = json.loads(line)
                    kinds.add(value.get("resourceType") if isinstance(value, dict) else None)
    except (OSError, EOFError, zlib.error, ValueError, TypeError, RecursionError):
        return ""
    kind = kinds.pop() if len(kinds) == 1 else None
    return kind if isinstance(kind, str) and kind.isalnum() and kind != "Bundle" else ""


def count_if_pure(stage: Stage, file: File) -> int | None:
    """Number of lines of an NDJSON file, or None when not all are of its kind."""
    scan = (
        # Told that lines are records: with one column DuckDB would try to find out, for long.
        f"read_json({quoted(file.path)}, format='newline_delimited', records=true, "
        f"columns={{'resourceType': 'VARCHAR'}}, maximum_object_size={file.longest})"
    )
    query = f"SELECT count(*), count_if(resourceType = {quoted(file.kind)}) FROM {scan}"
    try:
        ((lines, pure),) = stage.con.execute(query).fetchall()
    except _DATA_ERRORS:
        return None
    return int(lines) if lines == pure else None


def _sites(stage: Stage, name: str, file: File) -> None:
    stage.sites(name, selects.sites(file))


def _people(stage: Stage, name: str, file: File) -> None:
    stage.people(name, selects.people(file))


def _registrations(stage: Stage, name: str, file: File) -> None:
    stage.registrations(name, selects.registrations(file))


def _medications(stage: Stage, name: str, file: File) -> None:
    stage.con.execute(f"INSERT INTO medication {selects.medications(file)}")


def _care(stage: Stage, name: str, file: File) -> None:
    stage.care(name, selects.care(file))


def _events(stage: Stage, name: str, file: File) -> None:
    stage.events(name, selects.events(file, stage.settings))
    query = f"SELECT count(*) FROM {stage.rows(f'events-{name}')} WHERE rule = 'type_not_used'"
    if stage.con.execute(query).fetchall() != [(0,)]:
        raise _OddFileError(file.path)


_STEPS: dict[str, tuple[Callable[[Stage, str, File], None], ...]] = {
    "Organization": (_sites,),
    "Patient": (_people, _registrations),
    "Medication": (_medications,),
    "EpisodeOfCare": (_registrations,),
    "Encounter": (_care, _events),
}
_NO_MEDICATION = f"CREATE OR REPLACE TEMP TABLE medication (id VARCHAR, code {sql_type(CONCEPT)})"
