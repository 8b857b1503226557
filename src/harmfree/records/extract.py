"""An extract: the files of one delivery of records, and how they are read."""

from __future__ import annotations

import hashlib
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from harmfree.errors import NotFoundError
from harmfree.records.errors import MappingError, UnknownSourceError
from harmfree.records.sources import ehrql, fhir, omop, tables
from harmfree.records.sources.base import RecordSource
from harmfree.records.sources.csv_files import CsvSource
from harmfree.records.sources.mapping import read_mapping

KINDS = ("fhir", "omop", "csv", "ehrql")


@dataclass(frozen=True)
class Extract:
    """Files to load.

    Attributes:
        kind: one of `KINDS`.
        label: name of the source; a later extract of the same source has the same label.
        paths: the files, in the order in which later ones replace earlier ones.
        names: how they are called in the ledger.
        source: what reads them.
        extract_date: the day up to which they tell what happened, when it is known.
        settings: anything else that changes the outcome (a mapping), as text.
    """

    kind: str
    label: str
    paths: list[Path]
    names: list[str]
    source: RecordSource
    extract_date: date | None = None
    settings: str = ""

    def digest(self) -> str:
        """Fingerprint of what is loaded and how: equal digests give equal stores."""
        total = hashlib.sha256()
        for part in (self.kind, self.label, str(self.extract_date), self.settings):
            total.update(f"{len(part)}:{part};".encode())
        with ThreadPoolExecutor(2) as pool:
            for name, content in zip(self.names, pool.map(_content, self.paths), strict=True):
                total.update(f"{len(name)}:{name}:{content};".encode("utf-8", "surrogateescape"))
        return total.hexdigest()


def _content(path: Path) -> str:
    """Fingerprint of a file: its length and the CRC-32 of each megabyte.

    It tells an extract that was changed from one that was not; nobody gains by forging it, and it
    costs a third of SHA-256, which would be a tenth of a load.
    """
    total, length = hashlib.sha256(), 0
    buffer = bytearray(1 << 20)
    view = memoryview(buffer)
    with path.open("rb", buffering=0) as file:
        while size := file.readinto(view):
            total.update(zlib.crc32(view[:size]).to_bytes(4, "big"))
            length += size
    return f"{length}-{total.hexdigest()}"


def find_extract(
    path: Path,
    *,
    kind: str = "auto",
    label: str = "",
    extract_date: date | None = None,
    mapping: Path | None = None,
) -> Extract:
    """Find the files at `path` and how to read them.

    Raises:
        NotFoundError: there is no such file or folder.
        UnknownSourceError: nothing there can be read as `kind`.
        MappingError: the mapping file is wrong, or there is none for CSV files.
    """
    if not path.exists():
        raise NotFoundError(f"There is no file or folder {path}.", do="Check the path.")
    root = path.parent if path.is_file() else path
    files = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())
    files = [file for file in files if file.name[0] not in "._"]
    kind = recognise(files, mapping) if kind == "auto" else kind
    wanted = fhir.NAMES if kind == "fhir" else tables.NAMES
    paths = [file for file in files if file.name.endswith(wanted)]
    if not paths:
        raise _unknown(path)
    names = [str(file.relative_to(root)) for file in paths]
    label = label or path.absolute().name.split(".")[0]
    source, settings = _source(kind, paths, names, mapping)
    return Extract(kind, label, paths, names, source, extract_date, settings)


def recognise(files: list[Path], mapping: Path | None) -> str:
    """Which of `KINDS` the files are, by their names; fhir when nothing else fits."""
    names = {tables.stem(file) for file in files if file.name.endswith(tables.NAMES)}
    if mapping is not None:
        return "csv"
    if "person" in names and names & set(omop.EVENT_TABLES):
        return "omop"
    if "patients" in names and names & {"clinical_events", "practice_registrations"}:
        return "ehrql"
    fhir_files = any(file.name.endswith(fhir.NAMES) for file in files)
    return "csv" if names and not fhir_files else "fhir"


def _source(
    kind: str, paths: list[Path], names: list[str], mapping: Path | None
) -> tuple[RecordSource, str]:
    """What reads files of `kind`, and the text of its settings."""
    if kind == "omop":
        return omop.OmopSource(paths), ""
    if kind == "ehrql":
        return ehrql.EhrqlSource(paths), ""
    if kind == "fhir":
        return fhir.FhirSource(paths, names), ""
    if mapping is None:
        raise MappingError(
            "CSV files need a mapping that says what their columns mean.",
            do="Give --mapping FILE (docs/records.md), or --mapping synthea for Synthea's files.",
        )
    read = read_mapping(mapping)
    return CsvSource(paths, read), read.text


def _unknown(path: Path) -> UnknownSourceError:
    """The error for a path without records."""
    return UnknownSourceError(
        f"Nothing at {path} looks like records.",
        do="Give a folder of FHIR NDJSON or bundles (JSON; XML is not read), OMOP or ehrQL "
        "tables, or CSV files with --mapping; say which with --source.",
    )
