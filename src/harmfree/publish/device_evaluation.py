"""One evaluation of a device at the point of care, from a folder of tables.

Agreement with the laboratory, accuracy where a reference exists, quality control, governance,
decisions changed, what came of them, cost. The statistics are those of
`improvement.method_evaluation`; where one cannot be given, the reason stands in its place.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from harmfree.errors import HarmfreeError
from harmfree.improvement.method_evaluation import accuracy, agreement, stard_flow
from harmfree.improvement.method_evaluation.agreement import Methods
from harmfree.improvement.method_evaluation.quality_assessment import sigma_metric
from harmfree.improvement.result import Estimate, Result, plain_values
from harmfree.publish.device_controls import DeviceControls, judged
from harmfree.publish.device_effect import (
    Costs,
    Decisions,
    Group,
    by_band,
    by_decision,
    costs,
    decisions,
)
from harmfree.publish.device_governance import Fault, faults
from harmfree.publish.device_rows import Settings
from harmfree.publish.device_tables import Tables, read_tables

NOTES = (
    "A result with a comparator, such as <5, is never read as its number: it is left out of "
    "agreement, and counts for accuracy only where it is certain.",
    "Decisions before and after are not a trial: nobody was tested without the result being seen.",
    "A claim that the test finds sepsis needs its value beyond the clinical signs: compare with "
    "and without it by `harmfree evaluate reclassification`.",
)


@dataclass(frozen=True)
class Part:
    """A statistic, or the reason why there is none."""

    result: Result | None
    why_not: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Plain values."""
        return self.result.as_dict() if self.result else {"why_not": self.why_not}


@dataclass(frozen=True)
class Evaluation:
    """Everything about one evaluation.

    Attributes:
        tables: what was read. controls: by device. agreement, accuracy: the statistics.
        not_exact: pairs left out of agreement because one has a comparator or is no number.
        sigma: (material, sigma) where an allowable error is set and a bias is known.
        faults: governance. decisions, bands, after: what changed and what came of it.
        costs: None without a table of costs.
    """

    tables: Tables
    controls: tuple[DeviceControls, ...]
    agreement: Part
    not_exact: int
    accuracy: Part
    sigma: tuple[tuple[str, Estimate], ...]
    faults: tuple[Fault, ...]
    decisions: Decisions
    bands: tuple[Group, ...]
    after: tuple[Group, ...]
    costs: Costs | None


def evaluate_device(folder: Path) -> Evaluation:
    """Read a folder and evaluate the device.

    Raises:
        InputError: the folder or a file in it cannot be used; see `read_tables`.
    """
    tables = read_tables(folder)
    controls, changed = judged(tables.controls), decisions(tables.tests)
    exact = [p for p in tables.pairs if p.device.exact and p.laboratory.exact]
    agreed = _part(lambda: _agreement(tables))
    return Evaluation(
        tables,
        tuple(controls),
        agreed,
        len(tables.pairs) - len(exact),
        _part(lambda: _accuracy(tables)),
        _sigma(tables.settings, controls, agreed.result),
        tuple(faults(tables, controls)),
        changed,
        tuple(by_band(tables)),
        tuple(by_decision(tables)),
        costs(tables, changed.changed),
    )


def _part(make: Callable[[], Result]) -> Part:
    """The statistic; a refusal of the library becomes the reason, which the report shows."""
    try:
        return Part(make())
    except HarmfreeError as error:
        return Part(None, error.what)


def _agreement(tables: Tables) -> Result:
    exact = [p for p in tables.pairs if p.device.exact and p.laboratory.exact]
    return agreement.evaluate(
        Methods(
            np.array([p.laboratory.value for p in exact], float),
            np.array([p.device.value for p in exact], float),
            ("laboratory", "device"),
        ),
        levels=tables.settings.levels,
    )


def _accuracy(tables: Tables) -> Result:
    """Of tests whose person has a reference standard; indeterminate results are shown apart."""
    known = [t for t in tables.tests if t.reference != "missing"]
    words = [t.result.against(tables.settings.positive_from) for t in known]
    flow = stard_flow.flow(words, [t.reference for t in known])
    arms = flow["index_test"]
    counts = accuracy.Counts(
        arms["positive"]["target_present"],
        arms["positive"]["target_absent"],
        arms["negative"]["target_present"],
        arms["negative"]["target_absent"],
        arms["indeterminate"]["target_present"],
        arms["indeterminate"]["target_absent"],
    )
    return accuracy.evaluate(counts)


def _sigma(
    settings: Settings, controls: list[DeviceControls], agreed: Result | None
) -> tuple[tuple[str, Estimate], ...]:
    """Sigma of each material of each device, with the bias at the lowest decision level."""
    if settings.allowable_error is None or agreed is None or not settings.levels:
        return ()
    level = settings.levels[0]
    bias = agreed.estimates[f"passing_bablok_bias_at_{level:g}"].value
    return tuple(
        (
            f"{each.device}, {material}",
            sigma_metric(settings.allowable_error, 100 * bias / level, cv),
        )
        for each in controls
        for material, _, _, cv in each.imprecision
        if cv and level
    )


def document(found: Evaluation) -> dict[str, Any]:
    """The evaluation as plain values for JSON."""
    tables = found.tables
    changed = found.decisions
    plain: dict[str, Any] = plain_values(
        {
            "settings": asdict(tables.settings),
            "notes": NOTES,
            "read": {
                name: len(getattr(tables, name))
                for name in ("devices", "lots", "operators", "controls", "pairs", "tests",
                             "outcomes", "costs")
            },
            "files_not_there": tables.absent,
            "left_out": tables.ledger.as_dict(),
            "agreement": found.agreement.as_dict() | {"pairs_not_exact": found.not_exact},
            "accuracy": found.accuracy.as_dict(),
            "quality_control": {each.device: _controls(each) for each in found.controls},
            "sigma": {name: estimate.as_dict() for name, estimate in found.sigma},
            "governance": [fault.as_dict() for fault in found.faults],
            "decisions": {
                "changed": changed.changed,
                "total": changed.total,
                "share": changed.share.as_dict(),
                "antibiotics_spared": changed.spared,
                "antibiotics_added": changed.added,
                "p": changed.p,
                "incomplete": changed.incomplete,
                "moves": [
                    {"before": b, "after": a, "tests": n} for (b, a), n in changed.moves.items()
                ],
                "sentence": changed.sentence,
            },
            "outcomes_by_result": [asdict(each) for each in found.bands],
            "outcomes_by_decision": [asdict(each) for each in found.after],
            "costs": found.costs.as_dict() if found.costs else None,
        }
    )  # fmt: skip
    return plain


def _controls(each: DeviceControls) -> dict[str, Any]:
    return each.result.as_dict() | {
        "runs": len(each.runs),
        "failed_runs": sum(run.failed for run in each.runs),
        "imprecision": [
            {"material": material, "n": n, "mean": centre, "cv_percent": cv}
            for material, n, centre, cv in each.imprecision
        ],
    }
