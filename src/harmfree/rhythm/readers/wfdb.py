"""WFDB (PhysioNet) records and annotations, read by the wfdb package."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from harmfree.rhythm.compiled import FloatArray
from harmfree.rhythm.errors import AnnotationError, RecordingError, UnitsError
from harmfree.rhythm.recording import Recording, millivolts

# Annotation codes that mark a beat (PhysioNet's table of codes).
BEAT_CODES = frozenset("NLRBAaJSVrFejnE/fQ?")
KNOWN_LABELS = frozenset("NAO~")


@dataclass(frozen=True)
class Annotations:
    """Reference beats and rhythms of a record.

    Attributes:
        times: seconds of each beat.
        codes: annotation code of each beat.
        rhythm: rhythm in force at each beat, such as "(AFIB" or "(N"; "" where none is given.
        unscored: spans in seconds of ventricular flutter, in which EC57 scores no beats.
    """

    times: FloatArray
    codes: tuple[str, ...]
    rhythm: tuple[str, ...]
    unscored: tuple[tuple[float, float], ...] = ()


def read(path: Path, rate: float | None = None) -> Iterator[Recording]:
    """Yield the one recording of a WFDB record.

    Args:
        path: its .hea, .dat or .mat file.
        rate: for a .mat file without a header, samples a second of its values in microvolts.
    """
    header = path.with_suffix(".hea")
    if not header.is_file():
        if path.suffix.lower() == ".mat" and rate is not None:
            yield _matrix(path, rate)
            return
        raise RecordingError(
            "The record's header file is missing.",
            where=str(header),
            do="keep the .hea file beside the signal file"
            + (", or state the sampling rate" if path.suffix.lower() == ".mat" else ""),
        )
    yield _record(header)


def _record(header: Path) -> Recording:
    import wfdb

    name = str(header.with_suffix(""))
    try:
        record = wfdb.rdrecord(name)
    except Exception as problem:  # noqa: BLE001 - wfdb raises any kind on a broken file
        raise RecordingError(
            f"The record cannot be read: {str(problem) or type(problem).__name__}.",
            where=str(header),
            do="check that the header and its signal files belong together and are whole",
        ) from problem
    if record.p_signal is None or record.p_signal.size == 0:
        raise RecordingError(
            "The record has no signal, only a header.",
            where=str(header),
            do="use a record with a waveform, or `harmfree ecg burden` for annotated beats",
        )
    if not record.fs or record.fs <= 0:
        raise UnitsError("The header states no sampling rate.", where=str(header))
    factors = np.array([_factor(unit, header) for unit in record.units])
    signals = np.asarray(record.p_signal, dtype=np.float64) * factors
    return Recording(
        header.stem, signals, float(record.fs), tuple(record.sig_name), _label(record.comments)
    )


def _factor(unit: str, header: Path) -> float:
    """Units of other channels (respiration, pressure) leave them as they are."""
    try:
        return millivolts(unit or "mV", where=str(header))
    except UnitsError:
        return 1.0


def _label(comments: list[str]) -> str:
    first = comments[0].strip() if comments else ""
    return first if first in KNOWN_LABELS else ""


def _matrix(path: Path, rate: float) -> Recording:
    """A MATLAB file without a header, as the 2017 Challenge gave them: `val` in microvolts."""
    from scipy.io import loadmat

    try:
        values = np.asarray(loadmat(path)["val"], dtype=np.float64)
    except Exception as problem:  # noqa: BLE001 - scipy raises any kind on a broken file
        raise RecordingError(
            f"The MATLAB file holds no signal called 'val': {problem}.", where=str(path)
        ) from problem
    signals = np.atleast_2d(values).T / 1000.0
    names = tuple(f"lead {k + 1}" for k in range(signals.shape[1]))
    return Recording(path.stem, signals, rate, names)


def read_annotations(header: Path, extension: str = "atr", rhythms: str = "atr") -> Annotations:
    """Read a record's reference beats and rhythms.

    Args:
        header: the record's .hea file.
        extension: of the annotation file that holds the beats.
        rhythms: of the one that holds the rhythm changes.

    Raises:
        AnnotationError: an annotation file is missing or broken.
    """
    beats, times = _annotation_file(header, extension)
    of_rhythm, changes = (
        (beats, times) if rhythms == extension else _annotation_file(header, rhythms)
    )
    is_beat = np.array([code in BEAT_CODES for code in beats.symbol], dtype=np.bool_)
    marks = np.array([note.startswith("(") for note in of_rhythm.aux_note], dtype=np.bool_)
    names = [note.rstrip("\x00") for note in of_rhythm.aux_note if note.startswith("(")]
    current = np.searchsorted(changes[marks], times[is_beat], side="right") - 1
    return Annotations(
        times[is_beat],
        tuple(code for code in beats.symbol if code in BEAT_CODES),
        tuple(names[k] if k >= 0 else "" for k in current),
        _flutter(beats.symbol, times),
    )


def _annotation_file(header: Path, extension: str) -> tuple[Any, FloatArray]:
    import wfdb

    name = str(header.with_suffix(""))
    try:
        found = wfdb.rdann(name, extension)
        rate = found.fs or wfdb.rdheader(name).fs
    except Exception as problem:  # noqa: BLE001 - wfdb raises any kind on a broken file
        raise AnnotationError(
            f"The reference annotations cannot be read: {str(problem) or type(problem).__name__}.",
            where=f"{name}.{extension}",
            do="check that the file is there and whole",
        ) from problem
    return found, np.asarray(found.sample, dtype=np.float64) / float(rate)


def _flutter(codes: list[str], times: FloatArray) -> tuple[tuple[float, float], ...]:
    """Spans between the codes [ and ]; an open one lasts to the end."""
    spans, start = [], None
    for code, time in zip(codes, times, strict=True):
        if code == "[":
            start = float(time)
        elif code == "]" and start is not None:
            spans.append((start, float(time)))
            start = None
    if start is not None:
        spans.append((start, float("inf")))
    return tuple(spans)
