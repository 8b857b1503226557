"""Speed and robustness of `harmfree.rhythm`.

    python -m benchmarks.rhythm speed
    python -m benchmarks.rhythm robustness STRIPS.parquet

Speed uses made signals. Other detectors (sleepecg, neurokit2, wfdb) are timed when they can be
imported and named as not measured when not. Robustness fits the classifier on four fifths of the
labelled strips and judges the last fifth under each alteration, so no strip was seen in training.
"""

from __future__ import annotations

import importlib
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from harmfree.rhythm.alterations import ALTERATIONS, Alteration
from harmfree.rhythm.batch import classify_all
from harmfree.rhythm.beats import detect_beats
from harmfree.rhythm.conditioning import condition
from harmfree.rhythm.synthetic import strip

HOUR_RATE = 250


def speed() -> None:
    """Print the time for one lead-hour of beats and strips a second end to end."""
    hour = strip("atrial ectopy", seconds=3600, rate=HOUR_RATE).recording.signals[:, 0]

    def ours() -> int:
        return detect_beats(condition(hour, HOUR_RATE)[0]).times.size

    print(f"beats in one lead-hour at {HOUR_RATE} Hz, best of 3 after a warm-up")
    timed("harmfree", ours)
    for name, run in others(hour).items():
        timed(name, run)
    made = [strip("fibrillation", seed=k).recording for k in range(50)] * 40
    list(classify_all(made[:200]))
    started = time.perf_counter()
    done = len(list(classify_all(made)))
    a_second = done / (time.perf_counter() - started)
    print(f"strips a second, start of processes included: {a_second:.0f}")


def timed(name: str, run: Callable[[], object]) -> None:
    try:
        run()
        best = min(_once(run) for _ in range(3))
    except ImportError:
        print(f"{name}: not measured (not installed)")
        return
    print(f"{name}: {best:.3f} s")


def _once(run: Callable[[], object]) -> float:
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


def others(hour: np.ndarray) -> dict[str, Callable[[], object]]:
    def sleepecg() -> object:
        return importlib.import_module("sleepecg").detect_heartbeats(hour, HOUR_RATE)

    def neurokit() -> object:
        package = importlib.import_module("neurokit2")
        return package.ecg_peaks(package.ecg_clean(hour, HOUR_RATE), HOUR_RATE)

    def xqrs() -> object:
        processing = importlib.import_module("wfdb.processing")
        return processing.xqrs_detect(hour, HOUR_RATE, verbose=False)

    return {"sleepecg": sleepecg, "neurokit2": neurokit, "wfdb XQRS": xqrs}


def robustness(strips: Path) -> None:
    """Print a Markdown table of the Challenge score and AF screening under each alteration."""
    from sklearn.model_selection import StratifiedKFold

    from harmfree.rhythm import fitting
    from harmfree.rhythm.readers import read
    from harmfree.rhythm.scoring import CLASSES, challenge_score
    from harmfree.rhythm.train import SEED, measured

    rows, labels = measured(strips)
    recordings = list(read(strips))
    judged = fitting.cross_validate(rows, labels, SEED)
    folds = StratifiedKFold(fitting.FOLDS, shuffle=True, random_state=SEED)
    fit, test = next(iter(folds.split(rows, labels)))
    known = fitting.CrossValidated(
        judged.joined[fit], judged.probabilities[fit], judged.labels[fit], judged.fold[fit]
    )
    model, _ = fitting.fit_all(rows[fit], labels[fit], SEED, known)
    truth = np.array(CLASSES)[labels[test]]
    print(f"{test.size:,} strips, none seen in training\n")
    print("| alteration | Challenge score | AF sensitivity | specificity (N, O) | called ~ |")
    print("|---|---|---|---|---|")
    for name, alter in ALTERATIONS.items():
        results = [judged_under(recordings[k], alter, model) for k in test]
        called = np.array([result.label for result in results])
        positive = np.array([result.outcome == "possible AF" for result in results])
        others_ = (truth == "N") | (truth == "O")
        print(
            f"| {name} | {challenge_score(truth, called):.3f} "
            f"| {100 * positive[truth == 'A'].mean():.1f}% "
            f"| {100 * (1 - positive[others_].mean()):.1f}% | {(called == '~').sum()} |",
            flush=True,
        )


def judged_under(recording, alter: Alteration, model):
    from harmfree.rhythm.classify import classify
    from harmfree.rhythm.recording import from_array

    raw, rate = alter(recording.lead(), recording.rate)
    return classify(from_array(raw, rate), model=model)


if __name__ == "__main__":
    if sys.argv[1:2] == ["robustness"]:
        robustness(Path(sys.argv[2]))
    else:
        speed()
