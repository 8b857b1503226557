"""The programme around the devices: what happened to each strip, and what it cost to find AF.

The log is a CSV file with one row a strip. Columns (dates as YYYY-MM-DD, empty when not known):
`device` (serial number), `site`, `strip_date`, `outcome` (normal, possible AF, unclassified,
unreadable), and optionally `staff_trained` (yes/no), `ecg_date`, `ecg_result` (AF, not AF) of the
12-lead ECG, `af_coded_date`, `score` (CHA2DS2-VASc), `anticoagulant_date`.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import median
from typing import TypeVar

from harmfree.rhythm.errors import DeploymentLogError
from harmfree.rhythm.scoring import exact_interval, ratio

T = TypeVar("T")

OUTCOMES = ("normal", "possible AF", "unclassified", "unreadable")
REQUIRED = ("device", "site", "strip_date", "outcome")
RESULTS = {"": None, "af": True, "not af": False}
ANSWERS = {"": None, "yes": True, "no": False}


@dataclass(frozen=True)
class LoggedStrip:
    """One row of the log; None where it says nothing."""

    device: str
    site: str
    strip_date: date
    outcome: str
    staff_trained: bool | None
    ecg_date: date | None
    ecg_af: bool | None
    af_coded_date: date | None
    score: int | None
    anticoagulant_date: date | None

    @property
    def known_before(self) -> bool:
        """AF was in the record before the strip: not a new case."""
        return self.af_coded_date is not None and self.af_coded_date < self.strip_date

    @property
    def new_case(self) -> bool:
        """The 12-lead ECG shows AF that was not in the record before the strip."""
        return self.ecg_af is True and not self.known_before


@dataclass(frozen=True)
class Costs:
    """What a deployment costs, in pounds; every figure is the user's own.

    Attributes:
        device: of one device.
        strip: of the staff time and consumables of one strip.
        ecg: of one 12-lead ECG with its reading.
    """

    device: float = 0.0
    strip: float = 0.0
    ecg: float = 0.0


@dataclass(frozen=True)
class ProgrammeSummary:
    """What a deployment achieved.

    Attributes:
        strips: how many.
        devices: how many different ones.
        sites: how many.
        trained: strips by staff recorded as trained, of those that say.
        outcomes: strips by outcome.
        possible_af: strips that showed possible AF in people without known AF.
        with_ecg: of them, those with a 12-lead ECG.
        confirmed: of those, AF on it.
        new_cases: strips of any outcome after which a 12-lead ECG showed AF not known before.
        coded: new cases then coded in the record.
        anticoagulated: new cases then started on an anticoagulant.
        observed_ppv: confirmed over with_ecg, with its exact 95% interval.
        ecg_yield: new cases per strip, with its exact 95% interval.
        days_to_ecg: median days from a strip with possible AF to its 12-lead ECG.
        longest_wait: the longest of those, days.
        waiting: possible AF without a 12-lead ECG yet.
        cost: total in pounds.
        cost_per_new_case: None when there is no new case.
    """

    strips: int
    devices: int
    sites: int
    trained: tuple[int, int]
    outcomes: dict[str, int]
    possible_af: int
    with_ecg: int
    confirmed: int
    new_cases: int
    coded: int
    anticoagulated: int
    observed_ppv: tuple[float, float, float]
    ecg_yield: tuple[float, float, float]
    days_to_ecg: float | None
    longest_wait: int | None
    waiting: int
    cost: float
    cost_per_new_case: float | None


def read_log(path: Path) -> list[LoggedStrip]:
    """Read a deployment log.

    Raises:
        DeploymentLogError: a column is missing or a cell cannot be read; names line and column.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            lacking = [name for name in REQUIRED if name not in (reader.fieldnames or [])]
            if lacking:
                raise DeploymentLogError(
                    f"The log lacks the column {', '.join(lacking)}.",
                    where=str(path),
                    do=f"name the columns {', '.join(REQUIRED)} in the first line",
                )
            return [_row(row, f"{path}, line {k}") for k, row in enumerate(reader, start=2)]
    except (OSError, UnicodeDecodeError) as problem:
        raise DeploymentLogError(
            f"The log cannot be read: {problem}.", where=str(path)
        ) from problem


def _row(row: dict[str, str | None], where: str) -> LoggedStrip:
    def cell(name: str, read: Callable[[str], T], expected: str) -> T:
        text = (row.get(name) or "").strip()
        try:
            return read(text)
        except (ValueError, KeyError) as problem:
            raise DeploymentLogError(
                f"'{text}' in the column {name} is not {expected}.", where=where
            ) from problem

    day = "a date as YYYY-MM-DD"
    return LoggedStrip(
        device=cell("device", str, "text"),
        site=cell("site", str, "text"),
        strip_date=cell("strip_date", date.fromisoformat, day),
        outcome=cell("outcome", _outcome, f"one of {', '.join(OUTCOMES)}"),
        staff_trained=cell("staff_trained", lambda t: ANSWERS[t.lower()], "yes or no"),
        ecg_date=cell("ecg_date", _optional_date, day),
        ecg_af=cell("ecg_result", lambda t: RESULTS[t.lower()], "AF or not AF"),
        af_coded_date=cell("af_coded_date", _optional_date, day),
        score=cell("score", lambda t: int(t) if t else None, "a whole number"),
        anticoagulant_date=cell("anticoagulant_date", _optional_date, day),
    )


def _optional_date(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _outcome(text: str) -> str:
    known = {name.lower(): name for name in OUTCOMES}
    return known[text.lower()]


def summarise(log: list[LoggedStrip], costs: Costs | None = None) -> ProgrammeSummary:
    """Return what the deployment achieved and what it cost."""
    costs = costs or Costs()
    possible = [s for s in log if s.outcome == "possible AF" and not s.known_before]
    seen = [s for s in possible if s.ecg_af is not None]
    confirmed = sum(s.ecg_af is True for s in seen)
    new = [s for s in log if s.new_case]
    waits = [(s.ecg_date - s.strip_date).days for s in possible if s.ecg_date is not None]
    trained = [s.staff_trained for s in log if s.staff_trained is not None]
    devices = len({s.device for s in log})
    ecgs = sum(s.ecg_date is not None or s.ecg_af is not None for s in log)
    cost = costs.device * devices + costs.strip * len(log) + costs.ecg * ecgs
    return ProgrammeSummary(
        strips=len(log),
        devices=devices,
        sites=len({s.site for s in log}),
        trained=(sum(trained), len(trained)),
        outcomes={name: sum(s.outcome == name for s in log) for name in OUTCOMES},
        possible_af=len(possible),
        with_ecg=len(seen),
        confirmed=confirmed,
        new_cases=len(new),
        coded=sum(s.af_coded_date is not None for s in new),
        anticoagulated=sum(s.anticoagulant_date is not None for s in new),
        observed_ppv=_with_interval(confirmed, len(seen)),
        ecg_yield=_with_interval(len(new), len(log)),
        days_to_ecg=float(median(waits)) if waits else None,
        longest_wait=max(waits, default=None),
        waiting=sum(s.ecg_date is None and s.ecg_af is None for s in possible),
        cost=cost,
        cost_per_new_case=cost / len(new) if new else None,
    )


def _with_interval(part: int, whole: int) -> tuple[float, float, float]:
    return (ratio(part, whole), *exact_interval(part, whole))


def predictive_values(
    sensitivity: float, specificity: float, prevalence: float
) -> tuple[float, float]:
    """Return positive and negative predictive value at a prevalence (Bayes' theorem).

    Args:
        sensitivity: 0 to 1.
        specificity: 0 to 1.
        prevalence: share of the people tested who have AF, 0 to 1.
    """
    true_positive = sensitivity * prevalence
    false_positive = (1 - specificity) * (1 - prevalence)
    true_negative = specificity * (1 - prevalence)
    false_negative = (1 - sensitivity) * prevalence
    return (
        ratio(true_positive, true_positive + false_positive),
        ratio(true_negative, true_negative + false_negative),
    )
