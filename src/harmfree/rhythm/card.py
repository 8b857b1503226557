"""The model card: what the classifier is, how it was made, how well it does, what it is not for."""

from __future__ import annotations

from typing import Any

from harmfree.rhythm.classify import INTENDED_USE
from harmfree.rhythm.features.strip import NAMES
from harmfree.rhythm.fitting import (
    FOLDS,
    LINEAR_C,
    MODELS,
    RULE_IN_PREDICTIVE_VALUE,
    SCREEN_SENSITIVITY,
    TREES,
)
from harmfree.rhythm.scoring import CLASSES

NAMES_OF_CLASSES = {
    "N": "normal sinus rhythm",
    "A": "atrial fibrillation",
    "O": "another rhythm",
    "~": "too noisy",
}


def model_card(metrics: dict[str, Any]) -> str:
    """Return the card as Markdown from the metrics of training."""
    return "\n".join(
        [*_what(metrics), *_how(metrics), *_well(metrics), *_operating(metrics), *_limits()]
    )


def _what(metrics: dict[str, Any]) -> list[str]:
    counts = ", ".join(
        f"{metrics['classes'][name]:,} {name} ({NAMES_OF_CLASSES[name]})" for name in CLASSES
    )
    return [
        "# Model card: AF in a hand-held ECG strip",
        "",
        "Written by `python -m harmfree.rhythm.train`; do not edit by hand.",
        "",
        "## Intended use",
        "",
        INTENDED_USE,
        "",
        "One lead, 9 to 61 seconds, adults, lead I between the hands. The label N, A, O or ~ is "
        "that of the PhysioNet/CinC Challenge 2017.",
        "",
        "## Data",
        "",
        f"{metrics['strips']:,} strips of the public training set of the PhysioNet/CinC Challenge "
        f"2017, labels of version 3: {counts}. AliveCor single-lead recorders, 300 samples a "
        "second, donated by AliveCor. Source: Clifford GD and others, AF classification from a "
        "short single lead ECG recording, Computing in Cardiology 2017;44. Licence of the data: "
        "Open Data Commons Attribution Licence 1.0 (ODC-By). The strips are not part of this "
        "package; the trained numbers are, under the package's own licence, with this "
        f"attribution. SHA-256 of the file: `{metrics['data_sha256']}`.",
        "",
        "No further data were used. The strips carry no patient identifier: each is treated as "
        "one independent recording. If some people gave several strips, folds share people and "
        "the figures below are somewhat too good; nobody can tell from the public files.",
        "",
    ]


def _how(metrics: dict[str, Any]) -> list[str]:
    settings = ", ".join(f"{name} {value}" for name, value in TREES.items())
    return [
        "## Method",
        "",
        f"{len(NAMES)} features of beat intervals, beat shapes, P waves, activity between beats, "
        "unusual beats and signal quality, all at 150 samples a second, made upright and scaled "
        "to the QRS height, so that rate, polarity and gain do not matter. "
        f"{MODELS} HistGradientBoostingClassifier models (scikit-learn; {settings}) are averaged; "
        f"a multinomial logistic regression (C {LINEAR_C}) reads the same features; a second one "
        "joins both into calibrated probabilities. The class called is the one with the greatest "
        "expected gain in mean F1, `~` when none promises a gain.",
        "",
        f"Judged by {FOLDS}-fold cross-validation, stratified by label, seed {metrics['seed']}: "
        "trees, joining model, rule and thresholds are all fitted without the fold that they are "
        "judged on. The joining model sees out-of-fold predictions.",
        "",
    ]


def _well(metrics: dict[str, Any]) -> list[str]:
    head = metrics["headline"]
    low, high = head["challenge_score_interval"]
    rows = [
        f"| {name} {NAMES_OF_CLASSES[name]} | {metrics['f1'][name]:.3f} "
        f"({metrics['f1_interval'][name][0]:.3f} to {metrics['f1_interval'][name][1]:.3f}) "
        f"| {_share(metrics['per_class'][name]['sensitivity'])} "
        f"| {_share(metrics['per_class'][name]['specificity'])} "
        f"| {_share(metrics['per_class'][name]['ppv'])} |"
        for name in CLASSES
    ]
    counts = [
        f"| **{name}** | " + " | ".join(str(n) for n in row) + " |"
        for name, row in zip(CLASSES, metrics["confusion"], strict=True)
    ]
    return [
        "## Cross-validated performance",
        "",
        f"Challenge score (mean F1 of N, A and O): **{head['challenge_score']:.3f}** "
        f"(95% bootstrap interval {low:.3f} to {high:.3f}; by fold "
        f"{', '.join(f'{score:.3f}' for score in metrics['score_by_fold'])}). "
        f"Area under the ROC curve for AF against everything else: {head['af_auc']:.3f}. "
        "The Challenge's winners scored 0.83 on its hidden test set: a different test.",
        "",
        "| class | F1 (95% interval) | sensitivity | specificity | predictive value |",
        "|---|---|---|---|---|",
        *rows,
        "",
        "Rows: labelled. Columns: called.",
        "",
        "| | N | A | O | ~ |",
        "|---|---|---|---|---|",
        *counts,
        "",
    ]


def _share(part: dict[str, Any]) -> str:
    low, high = part["interval"]
    return f"{100 * part['value']:.1f}% ({100 * low:.1f} to {100 * high:.1f})"


def _operating(metrics: dict[str, Any]) -> list[str]:
    head, limits = metrics["headline"], metrics["thresholds"]
    calibration = metrics["calibration"]
    bins = [
        f"| {b['predicted']:.3f} | {b['observed']:.3f} | {b['strips']:,} |"
        for b in calibration["bins"]
    ]
    return [
        "## Operating points for AF",
        "",
        "Against all strips labelled N or O; thresholds chosen on the other folds.",
        "",
        "| point | aimed at | threshold | sensitivity | specificity | predictive value here |",
        "|---|---|---|---|---|---|",
        f"| screening: 'possible AF' | sensitivity {100 * SCREEN_SENSITIVITY:.1f}% "
        f"| {limits['screen']:.4f} | {_share(head['screening']['sensitivity'])} "
        f"| {_share(head['screening']['specificity'])} | {_share(head['screening']['ppv'])} |",
        f"| rule-in | predictive value {100 * RULE_IN_PREDICTIVE_VALUE:.0f}% "
        f"| {limits['rule_in']:.4f} | {_share(head['rule_in']['sensitivity'])} "
        f"| {_share(head['rule_in']['specificity'])} | {_share(head['rule_in']['ppv'])} |",
        "",
        "Predictive values depend on how common AF is: about 9% of these strips, 1 to 2% of "
        "people screened. `harmfree ecg programme` works them out at a local prevalence.",
        "",
        f"Calibration of the probability of AF: Brier score {calibration['brier']:.4f}, expected "
        f"calibration error {calibration['expected_calibration_error']:.4f}.",
        "",
        "| predicted | observed | strips |",
        "|---|---|---|",
        *bins,
        "",
    ]


def _limits() -> list[str]:
    return [
        "## Limits",
        "",
        "- Trained on one make of device, lead I, adults of unknown age and sex: performance by "
        "age, sex and ethnicity is unknown because the data do not state them.",
        "- Atrial flutter with a regular response, pacemakers and AV block were not labelled as "
        "such; they may be called normal or other.",
        "- Labels were given by few readers from one lead and were revised twice; some are surely "
        "still wrong.",
        "- Children, implanted devices and recordings under 5 seconds are outside its population.",
        "- A strip shows 30 seconds: AF that comes and goes may be missed however good the reader.",
        "",
    ]
