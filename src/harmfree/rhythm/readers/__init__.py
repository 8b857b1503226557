"""Reading ECG files: one module per format, one function to call for any of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from harmfree.rhythm.errors import RecordingError
from harmfree.rhythm.readers import csv, edf, fhir, parquet, wfdb
from harmfree.rhythm.recording import Recording

__all__ = ["Assumed", "expand", "read"]


@dataclass(frozen=True)
class Assumed:
    """What to take for granted where a file does not say.

    Attributes:
        rate: samples a second; None refuses files that do not state it.
        unit: unit of the numbers of a CSV file that does not state one.
    """

    rate: float | None = None
    unit: str = "mV"


Reader = Callable[[Path, Assumed], Iterator[Recording]]

READERS: dict[str, Reader] = {
    ".hea": lambda path, given: wfdb.read(path),
    ".dat": lambda path, given: wfdb.read(path),
    ".mat": lambda path, given: wfdb.read(path, given.rate),
    ".edf": lambda path, given: edf.read(path),
    ".csv": lambda path, given: csv.read(path, given.rate, given.unit),
    ".txt": lambda path, given: csv.read(path, given.rate, given.unit),
    ".json": lambda path, given: fhir.read(path),
    ".ndjson": lambda path, given: fhir.read(path),
    ".parquet": lambda path, given: parquet.read(path, given.rate),
}


def read(path: Path, assumed: Assumed | None = None) -> Iterator[Recording]:
    """Yield every recording in a file, one at a time.

    Args:
        path: WFDB (.hea, .dat, .mat, or the record's name without an ending), EDF or EDF+,
            CSV, FHIR R4 Observation with SampledData (JSON, NDJSON or a Bundle), or Parquet in
            the layout record, label, samples.
        assumed: sampling rate and unit for files that do not state them.

    Raises:
        RecordingError: the file is missing, broken or of another kind; says which and what to do.
        UnitsError: its rate or units are missing or impossible.
    """
    path = _wfdb_header(path)
    if not path.is_file():
        raise RecordingError("There is no such file.", where=str(path), do="check its name")
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise RecordingError(
            f"Files ending in '{path.suffix}' are not ECG recordings that can be read.",
            where=str(path),
            do=f"give a file ending in {', '.join(READERS)}",
        )
    yield from reader(path, assumed or Assumed())


def _wfdb_header(path: Path) -> Path:
    """A WFDB record may be named without its ending, as its own tools do."""
    if not path.exists() and path.with_name(path.name + ".hea").is_file():
        return path.with_name(path.name + ".hea")
    return path


def expand(paths: Iterable[Path]) -> list[Path]:
    """Return the files to read: folders opened, the parts of one WFDB record merged.

    Args:
        paths: files and folders. A folder gives its recordings in order of name.
    """
    chosen: dict[Path, Path] = {}
    for given in paths:
        for path in _recordings(given) if given.is_dir() else [given]:
            key = path.with_suffix("") if path.suffix.lower() in {".hea", ".dat", ".mat"} else path
            if key not in chosen or path.suffix.lower() == ".hea":
                chosen[key] = path
    return list(chosen.values())


def _recordings(folder: Path) -> list[Path]:
    """Every readable file of a folder, in order of name."""
    found = sorted(path for path in folder.iterdir() if path.suffix.lower() in READERS)
    if not found:
        raise RecordingError(
            "The folder holds no ECG recording.",
            where=str(folder),
            do=f"give a folder with files ending in {', '.join(READERS)}",
        )
    return found
