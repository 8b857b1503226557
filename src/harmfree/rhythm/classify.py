"""From a recording to an outcome for the person holding the device, with the reasons.

Intended use: to help a health professional decide who needs a 12-lead ECG. It never diagnoses;
every result says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from harmfree.rhythm.compiled import FloatArray
from harmfree.rhythm.conditioning import WORKING_RATE, condition
from harmfree.rhythm.features import atrial, events, intervals, morphology, noise
from harmfree.rhythm.features.strip import NAMES, Measured, measure
from harmfree.rhythm.mending import longest_with_signal, without_hum
from harmfree.rhythm.model import ATRIAL_FIBRILLATION, StripModel, stored_model
from harmfree.rhythm.quality import SHORTEST, Quality, assess
from harmfree.rhythm.recording import Recording
from harmfree.rhythm.scoring import CLASSES

INTENDED_USE = (
    "Screening aid for health professionals; not a diagnosis. AF is confirmed or excluded only "
    "by a person trained to read the ECG, usually on a 12-lead recording. Does not detect heart "
    "attack or other conditions. Not a certified medical device."
)
OUTCOMES = {
    "A": "possible AF",
    "N": "no AF seen",
    "O": "other rhythm",
    "~": "cannot tell",
}
NEXT_STEPS = {
    "possible AF": "Arrange a 12-lead ECG; let a clinician read this strip.",
    "no AF seen": "No ECG needed because of this strip. AF can come and go: repeat if symptoms "
    "or an irregular pulse persist.",
    "other rhythm": "Let a clinician read this strip; a 12-lead ECG if it shows more than single "
    "extra beats.",
    "cannot tell": "Repeat the recording: still, arms resting, good contact. If it stays "
    "unreadable or the pulse is irregular, arrange a 12-lead ECG.",
}
LONGEST = 65.0  # s; the classifier was trained on strips of 9 to 61 s
WINDOW = 30.0  # s; how longer recordings are cut

GROUPS: dict[str, tuple[str, ...]] = {
    "beat intervals": intervals.NAMES,
    "P wave": tuple(name for name in atrial.NAMES if name.startswith(("p_", "before_", "t_"))),
    "activity between beats": tuple(
        name for name in atrial.NAMES if name.startswith(("rest_", "quiet_"))
    ),
    "beat shape": morphology.NAMES,
    "unusual beats": events.NAMES,
    "signal quality": noise.NAMES,
}


@dataclass(frozen=True)
class Contribution:
    """How much one group of features moves the log odds of AF away from a typical normal strip."""

    group: str
    log_odds: float


@dataclass(frozen=True)
class StripResult:
    """The outcome for one strip.

    Attributes:
        id: the record's name.
        label: N, A, O or ~ : the class called by the Challenge's rule.
        outcome: for people; "possible AF" from the screening probability on, whatever the label.
        next_step: what to do.
        probabilities: calibrated, by class.
        rule_in: AF is likely enough that the 12-lead ECG should come first.
        rate: beats a minute, None when there are too few beats.
        seconds: length of what was judged.
        reasons: measured facts behind the outcome, in words.
        contributions: per group of features, greatest first.
        quality: what is wrong with the recording.
        measured: signal, beats and features, for pictures; None when nothing could be measured.
    """

    id: str
    label: str
    outcome: str
    next_step: str
    probabilities: dict[str, float]
    rule_in: bool
    rate: float | None
    seconds: float
    reasons: tuple[str, ...]
    contributions: tuple[Contribution, ...]
    quality: Quality
    measured: Measured | None = None

    def plain(self) -> dict[str, Any]:
        """Return the result as JSON values, without the signal."""
        return {
            "id": self.id,
            "label": self.label,
            "outcome": self.outcome,
            "next_step": self.next_step,
            "rule_in": self.rule_in,
            "probabilities": {name: round(p, 4) for name, p in self.probabilities.items()},
            "rate": self.rate,
            "seconds": round(self.seconds, 2),
            "reasons": list(self.reasons),
            "contributions": {c.group: round(c.log_odds, 3) for c in self.contributions},
            "quality": {
                "readable": self.quality.readable,
                "problems": [problem.name for problem in self.quality.problems],
            },
            "intended_use": INTENDED_USE,
        }


def classify(
    recording: Recording, *, lead: str | None = None, model: StripModel | None = None
) -> StripResult:
    """Judge one recording.

    Args:
        recording: as a reader gives it. Over 65 seconds it is judged in windows of 30 s and the
            window most like AF is reported.
        lead: name of the lead to judge; by default lead I or the first.
        model: by default the one in the package.
    """
    raw = recording.lead(lead)
    model = model or stored_model()
    if recording.seconds <= LONGEST:
        return _judge(recording.id, raw, recording.rate, model)
    width = round(WINDOW * recording.rate)
    windows = [
        _judge(recording.id, raw[start : start + width], recording.rate, model)
        for start in range(0, raw.size - width // 2, width)
    ]
    worst = max(windows, key=lambda one: (one.quality.readable, one.probabilities["A"]))
    positive = sum(one.outcome == OUTCOMES["A"] for one in windows)
    note = (
        f"the most AF-like of {len(windows)} windows of 30 s is shown; {positive} of them are "
        "'possible AF'; use `harmfree ecg burden` for a long recording"
    )
    return StripResult(**{**vars(worst), "reasons": (*worst.reasons, note)})


def _judge(name: str, raw: FloatArray, rate: float, model: StripModel) -> StripResult:
    lead, missing = condition(raw, rate)
    if lead.size < WORKING_RATE:
        return _unreadable(name, lead, Quality(()), None)
    part = longest_with_signal(lead, missing)
    measured = measure(without_hum(lead[part]))
    quality = assess(lead, missing, raw, measured.beats)
    if not quality.readable or part.stop - part.start < SHORTEST * WORKING_RATE:
        return _unreadable(name, lead, quality, measured)
    p = model.probabilities(measured.features)
    label = str(model.decision.label(p)[0])
    of_af = float(p[0, ATRIAL_FIBRILLATION])
    outcome = OUTCOMES["A" if of_af >= model.decision.screen else label]
    return StripResult(
        id=name,
        label=label,
        outcome=outcome,
        next_step=NEXT_STEPS[outcome],
        probabilities=dict(zip(CLASSES, p[0].tolist(), strict=True)),
        rule_in=of_af >= model.decision.rule_in,
        rate=_rate(measured),
        seconds=(part.stop - part.start) / WORKING_RATE,
        reasons=reasons(measured, quality) + _left_out(lead.size - (part.stop - part.start)),
        contributions=contributions(measured.features, model),
        quality=quality,
        measured=measured,
    )


def _left_out(samples: int) -> tuple[str, ...]:
    if samples == 0:
        return ()
    return (f"{samples / WORKING_RATE:.1f} s around a stretch without signal were left out",)


def _unreadable(
    name: str, lead: FloatArray, quality: Quality, measured: Measured | None
) -> StripResult:
    outcome = OUTCOMES["~"]
    said = tuple(problem.text for problem in quality.problems)
    return StripResult(
        id=name,
        label="~",
        outcome=outcome,
        next_step=NEXT_STEPS[outcome],
        probabilities={"N": 0.0, "A": 0.0, "O": 0.0, "~": 1.0},
        rule_in=False,
        rate=_rate(measured) if measured else None,
        seconds=lead.size / WORKING_RATE,
        reasons=said or ("under 5 seconds of signal can be read",),
        contributions=(),
        quality=quality,
        measured=measured,
    )


def _rate(measured: Measured) -> float | None:
    rr = measured.beats.intervals
    return round(float(60.0 / np.median(rr)), 1) if rr.size >= 2 else None


def reasons(measured: Measured, quality: Quality) -> tuple[str, ...]:
    """Say in words what was measured: regularity, P waves, early beats, rate, quality."""
    of = dict(zip(NAMES, measured.features.tolist(), strict=True))
    said = [
        f"{100 * of['prr_3_25_percent']:.0f}% of beat intervals differ from the one before by "
        "3.25% or more (AF: usually over 70%)",
        f"the interval varies by {100 * of['interval_cv']:.0f}% of its mean",
        f"P waves match their average with a correlation of {of['p_match_median']:.2f} "
        "(a steady P wave: over 0.7)",
    ]
    early = of["premature_88"] * measured.beats.intervals.size
    if early >= 1 and of["prr_3_25_percent"] < 0.7:
        said.append(f"{early:.0f} early beats")
    if of["main_family_share"] < 0.95:
        said.append(f"{100 * (1 - of['main_family_share']):.0f}% of beats have another shape")
    rate = of["rate"]
    if rate > 100 or rate < 50:
        said.append(f"{'fast' if rate > 100 else 'slow'}: {rate:.0f} beats a minute")
    said += [problem.text for problem in quality.problems]
    return tuple(text for text in said if "nan" not in text)


def contributions(features: FloatArray, model: StripModel) -> tuple[Contribution, ...]:
    """Return how each group moves the log odds of AF, greatest first.

    Each group in turn is set to what is typical of normal strips; its contribution is the log
    odds of AF that are lost. Groups overlap in what they know, so the parts do not add up.
    """
    rows = np.tile(features, (len(GROUPS) + 1, 1))
    for k, names in enumerate(GROUPS.values(), start=1):
        places = [_PLACE[name] for name in names]
        rows[k, places] = model.typical[places]
    p = np.clip(model.probabilities(rows)[:, ATRIAL_FIBRILLATION], 1e-6, 1 - 1e-6)
    odds = np.log(p / (1 - p))
    found = [
        Contribution(group, float(odds[0] - odds[k])) for k, group in enumerate(GROUPS, start=1)
    ]
    return tuple(sorted(found, key=lambda one: -abs(one.log_odds)))


_PLACE = {name: k for k, name in enumerate(NAMES)}
