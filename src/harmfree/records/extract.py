"""An extract: the files of one delivery of records, and how they are read."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from harmfree.errors import NotFoundError
from harmfree.records.errors import UnknownSourceError
from harmfree.records.sources.base import RecordSource
from harmfree.records.sources.fhir import NAMES as FHIR_NAMES
from harmfree.records.sources.fhir import FhirSource

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
        """SHA-256 over what is loaded and how: equal digests give equal stores."""
        total = hashlib.sha256()
        for part in (self.kind, self.label, str(self.extract_date), self.settings):
            total.update(f"{len(part)}:{part};".encode())
        with ThreadPoolExecutor(2) as pool:
            for name, content in zip(self.names, pool.map(_content, self.paths), strict=True):
                total.update(f"{len(name)}:{name}:{content};".encode())
        return total.hexdigest()


def _content(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


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
        MappingError: the mapping file is wrong.
    """
    if not path.exists():
        raise NotFoundError(f"There is no file or folder {path}.", do="Check the path.")
    files = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())
    root = path.parent if path.is_file() else path
    del mapping
    chosen = [file for file in files if file.name.endswith(FHIR_NAMES) and file.name[0] not in "._"]
    names = [str(file.relative_to(root)) for file in chosen]
    if not chosen:
        raise UnknownSourceError(
            f"Nothing at {path} looks like records.",
            do="Give a folder of FHIR NDJSON or bundles, OMOP or ehrQL tables, or CSV files with "
            "--mapping; say which with --source.",
        )
    return Extract(
        kind="fhir",
        label=label or path.absolute().name.split(".")[0],
        paths=chosen,
        names=names,
        source=FhirSource(chosen, names),
        extract_date=extract_date,
    )
