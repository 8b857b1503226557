"""EDF and EDF+ files, read by pyedflib."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from harmfree.rhythm.errors import RecordingError, UnitsError
from harmfree.rhythm.recording import Recording, millivolts


def read(path: Path) -> Iterator[Recording]:
    """Yield the ECG leads of a file as one recording; channels of other kinds are left out."""
    import pyedflib

    try:
        reader = pyedflib.EdfReader(str(path))
    except OSError as problem:
        raise RecordingError(
            f"The file is not a whole EDF file: {problem}.",
            where=str(path),
            do="export it again from the device",
        ) from problem
    with reader:
        chosen = _leads(reader, path)
        rate = reader.getSampleFrequency(chosen[0])
        same = [k for k in chosen if reader.getSampleFrequency(k) == rate]
        columns = [
            reader.readSignal(k) * millivolts(reader.getPhysicalDimension(k), where=str(path))
            for k in same
        ]
        names = tuple(reader.getLabel(k).strip() for k in same)
    yield Recording(path.stem, np.stack(columns, axis=1).astype(np.float64), float(rate), names)


def _leads(reader: object, path: Path) -> list[int]:
    """Channels labelled ECG or EKG, or else every channel in a unit of potential."""
    labels = [label.lower() for label in reader.getSignalLabels()]  # type: ignore[attr-defined]
    named = [k for k, label in enumerate(labels) if "ecg" in label or "ekg" in label]
    electric = [k for k in range(len(labels)) if _is_potential(reader, k)]
    chosen = [k for k in named if k in electric] or electric
    if not chosen:
        raise RecordingError(
            "No channel of the file is an electrical signal.",
            where=str(path),
            do="give a file with an ECG channel in uV or mV",
        )
    return chosen


def _is_potential(reader: object, channel: int) -> bool:
    unit = reader.getPhysicalDimension(channel)  # type: ignore[attr-defined]
    try:
        millivolts(unit, where="")
    except UnitsError:
        return False
    return True
