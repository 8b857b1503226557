"""Long recordings and cuff readings: from a file to episodes, burden and an outcome."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from harmfree.rhythm.beats import detect_beats
from harmfree.rhythm.classify import NEXT_STEPS
from harmfree.rhythm.compiled import FloatArray
from harmfree.rhythm.conditioning import condition
from harmfree.rhythm.episodes import burden
from harmfree.rhythm.errors import RecordingError
from harmfree.rhythm.irregularity import METHODS
from harmfree.rhythm.irregularity.cuff import judge_reading, possible_af
from harmfree.rhythm.readers import Assumed, read, wfdb

MILLISECONDS_FROM = 10.0  # a median interval above this is taken to be in milliseconds


def beat_times(
    file: Path, *, annotations: str | None, lead: str | None, assumed: Assumed
) -> FloatArray:
    """Return the seconds of the beats of a recording.

    Args:
        file: a recording, a WFDB header (with `annotations`), or a text file of intervals (.rr).
        annotations: extension of the WFDB annotation file to take the beats from.
        lead: of a recording with a waveform.
        assumed: rate and unit for files that do not say.
    """
    if file.suffix.lower() == ".rr":
        return np.concatenate([[0.0], np.cumsum(np.concatenate(_number_rows(file)))])
    if annotations:
        return wfdb.read_annotations(file.with_suffix(".hea"), annotations, annotations).times
    recording = next(read(file, assumed))
    signal, _ = condition(recording.lead(lead), recording.rate)
    return detect_beats(signal).times


def _number_rows(file: Path) -> list[FloatArray]:
    """Rows of positive numbers in a text file, milliseconds turned into seconds."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as problem:
        raise RecordingError(f"The file cannot be read: {problem}.", where=str(file)) from problem
    rows = []
    for k, line in enumerate(text.splitlines(), start=1):
        words = line.replace(",", " ").replace(";", " ").split()
        if not words or line.startswith("#"):
            continue
        try:
            row = np.array([float(word) for word in words])
        except ValueError as problem:
            raise RecordingError(
                f"'{line[:40]}' is not a row of intervals.",
                where=f"{file}, line {k}",
                do="give intervals in seconds or milliseconds",
            ) from problem
        if not (np.isfinite(row).all() and (row > 0).all()):
            raise RecordingError(
                "An interval is not above zero.", where=f"{file}, line {k}", do="correct it"
            )
        rows.append(row)
    if not rows:
        raise RecordingError("The file holds no intervals.", where=str(file))
    in_milliseconds = np.median(np.concatenate(rows)) > MILLISECONDS_FROM
    return [row / 1000.0 for row in rows] if in_milliseconds else rows


def judge_burden(times: FloatArray, method: str, minimum: float) -> dict[str, Any]:
    """Return episodes and burden as JSON values; burden None when nothing could be judged."""
    chosen = METHODS[method]
    found = burden(times, chosen.judge(np.diff(times)), minimum)
    return {
        "method": chosen.title,
        "source": chosen.source,
        "minimum_seconds": minimum,
        "beats": found.beats,
        "analysed_seconds": round(found.analysed, 2),
        "af_seconds": round(found.af, 2),
        "burden": round(found.share, 5) if found.analysed else None,
        "longest_seconds": round(found.longest, 2),
        "episodes": [
            {
                "start": round(episode.start, 2),
                "stop": round(episode.stop, 2),
                "seconds": round(episode.seconds, 2),
                "intervals": episode.intervals,
            }
            for episode in found.episodes
        ],
    }


def judge_cuff(file: Path, rule: str) -> dict[str, Any]:
    """Return what a series of cuff readings shows as JSON values."""
    readings = [judge_reading(row) for row in _number_rows(file)]
    verdict = possible_af(readings, rule)
    outcome = {None: "cannot tell", True: "possible AF", False: "no AF seen"}[verdict]
    return {
        "rule": rule,
        "outcome": outcome,
        "next_step": "Take three readings of at least ten beats each."
        if verdict is None
        else NEXT_STEPS[outcome],
        "readings": [
            {
                "reading": k,
                "intervals": one.intervals,
                "index": None if np.isnan(one.index) else round(one.index, 4),
                "irregular": bool(getattr(one, rule)),
            }
            for k, one in enumerate(readings, start=1)
        ],
    }
