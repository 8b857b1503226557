"""Judging the whole library against a folder of reference recordings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from harmfree.rhythm.batch import classify_all
from harmfree.rhythm.beats import detect_beats
from harmfree.rhythm.compiled import BoolArray, FloatArray
from harmfree.rhythm.conditioning import condition
from harmfree.rhythm.episodes import find_episodes, match_episodes
from harmfree.rhythm.errors import AnnotationError
from harmfree.rhythm.irregularity import METHODS
from harmfree.rhythm.metrics import auc, rounded, shares
from harmfree.rhythm.readers import read, wfdb
from harmfree.rhythm.recording import Recording
from harmfree.rhythm.scoring import (
    CLASSES,
    Agreement,
    challenge_score,
    class_f1,
    compare,
    confusion,
    match_beats,
)

FIBRILLATION = "(AFIB"
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class BeatScore:
    """One record: beats found against reference beats."""

    record: str
    agreement: Agreement


def headers(database: Path) -> list[Path]:
    """Return the WFDB headers of a folder, in order of name."""
    return sorted(database.glob("*.hea"))


def has_waveform(header: Path) -> bool:
    """Say whether a record's signal file is there."""
    return any(header.with_suffix(ending).is_file() for ending in (".dat", ".mat"))


def score_beats(database: Path, progress: Progress) -> list[BeatScore]:
    """Score the beat detector on the first lead of every record with a waveform and beats.

    Whole records count, the first five minutes included (EC57 may leave them out).
    """
    found = []
    usable = [h for h in headers(database) if has_waveform(h) and h.with_suffix(".atr").is_file()]
    for k, header in enumerate(usable):
        progress("Finding beats", k, len(usable))
        reference = wfdb.read_annotations(header)
        if reference.times.size == 0:
            continue
        recording = next(read(header))
        lead, _ = condition(recording.signals[:, 0], recording.rate)
        times = detect_beats(lead).times
        found.append(
            BeatScore(header.stem, match_beats(reference.times, times, unscored=reference.unscored))
        )
    return found


def reference_series(database: Path) -> Iterator[tuple[str, FloatArray, BoolArray]]:
    """Yield name, beat times and, for each interval, whether it lies in AF by the reference."""
    for header in headers(database):
        beats = "qrs" if header.with_suffix(".qrs").is_file() else "atr"
        if not header.with_suffix(".atr").is_file():
            continue
        found = wfdb.read_annotations(header, beats, "atr")
        if found.times.size > 1:
            af = np.array([name == FIBRILLATION for name in found.rhythm], dtype=np.bool_)
            yield header.stem, found.times, af[1:]


def score_intervals(database: Path, progress: Progress) -> dict[str, dict[str, Any]]:
    """Score every interval method per beat and per episode, over all records together.

    Both reference and detected episodes count from 30 seconds on.
    """
    series = list(reference_series(database))
    totals: dict[str, dict[str, Any]] = {}
    for k, method in enumerate(METHODS.values()):
        progress("Judging intervals", k, len(METHODS))
        beats, episodes = Agreement(0, 0, 0, 0), Agreement(0, 0, 0)
        for _, times, af in series:
            called = method.judge(np.diff(times))
            beats += compare(af, called)
            episodes += match_episodes(find_episodes(times, af), find_episodes(times, called))
        totals[method.name] = {
            "beats": shares(beats),
            "episode_sensitivity": rounded(episodes.sensitivity),
            "episode_ppv": rounded(episodes.positive_predictive_value),
        }
    return totals


def score_strips(recordings: list[Recording], progress: Progress) -> dict[str, Any]:
    """Score the strip classifier against the labels that the recordings carry.

    Raises:
        AnnotationError: a recording carries no label of N, A, O or ~.
    """
    truth = np.array([recording.label for recording in recordings])
    if not np.isin(truth, CLASSES).all():
        raise AnnotationError(
            "A strip has no reference label.", do="label every strip N, A, O or ~"
        )
    results = []
    for k, result in enumerate(classify_all(recordings)):
        progress("Classifying", k, len(recordings))
        results.append(result)
    called = np.array([result.label for result in results])
    positive = np.array([result.outcome == "possible AF" for result in results])
    rule_in = np.array([result.rule_in for result in results])
    readable, is_af = truth != "~", truth == "A"
    return {
        "strips": int(truth.size),
        "challenge_score": rounded(challenge_score(truth, called)),
        "f1": {name: rounded(value) for name, value in class_f1(truth, called).items()},
        "confusion": confusion(truth, called),
        "af_auc": rounded(auc(is_af, np.array([r.probabilities["A"] for r in results]))),
        "screening": shares(compare(is_af[readable], positive[readable])),
        "rule_in": shares(compare(is_af[readable], rule_in[readable])),
        "cannot_tell": int((called == "~").sum()),
    }


def evaluate_database(database: Path, progress: Progress) -> dict[str, Any]:
    """Score whatever the folder or file has references for: beats, intervals, strips.

    Raises:
        AnnotationError: it has no references at all.
    """
    if not database.exists():
        raise AnnotationError("There is no such folder or file.", where=str(database))
    strips = labelled_strips(database)
    if strips:
        return {"strips": score_strips(strips, progress)}
    result: dict[str, Any] = {}
    scores = score_beats(database, progress) if database.is_dir() else []
    if scores:
        result["beats"] = [_plain(one) for one in [*scores, _total(scores)]]
    if database.is_dir() and any(database.glob("*.atr")):
        result["intervals"] = score_intervals(database, progress)
    if not result:
        raise AnnotationError(
            "No reference beats, rhythms or labels were found.",
            where=str(database),
            do="give WFDB records with .atr files, or strips with labels",
        )
    return result


def labelled_strips(database: Path) -> list[Recording]:
    """Return the strips with labels: of a Parquet file, or of a folder with REFERENCE.csv."""
    if database.is_file():
        return [one for one in read(database) if one.label]
    strips = [one for path in sorted(database.glob("*.parquet")) for one in read(path) if one.label]
    listing = database / "REFERENCE.csv"
    if not listing.is_file():
        return strips
    rows = [line.split(",") for line in listing.read_text(encoding="utf-8").split() if "," in line]
    return strips + [
        replace(next(read(database / f"{name}.hea")), label=label)
        for name, label, *_ in rows
        if (database / f"{name}.hea").is_file()
    ]


def _total(scores: list[BeatScore]) -> BeatScore:
    return BeatScore("all", sum((one.agreement for one in scores), Agreement(0, 0, 0)))


def _plain(score: BeatScore) -> dict[str, Any]:
    counts = score.agreement
    return {
        "record": score.record,
        "beats": counts.true_positive + counts.false_negative,
        "missed": counts.false_negative,
        "false": counts.false_positive,
        "sensitivity": rounded(counts.sensitivity),
        "ppv": rounded(counts.positive_predictive_value),
    }
