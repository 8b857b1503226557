"""From columns of a user's table to the inputs of the evaluation of a device or test."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from harmfree.errors import InputError
from harmfree.improvement import datafile
from harmfree.improvement.datafile import DataError, DataFile, Floats
from harmfree.improvement.method_evaluation import accuracy, proportions, quality_assessment, roc
from harmfree.improvement.method_evaluation import stard_flow as stard
from harmfree.improvement.method_evaluation.agreement import Methods
from harmfree.improvement.method_evaluation.westgard import Controls, baseline
from harmfree.improvement.result import Estimate, Result, say

_COUNTS = ("tp", "fp", "fn", "tn")
_PAIRS = (("events", "total"), ("x", "n"), ("numerator", "denominator"), ("successes", "n"))


def methods(data: DataFile, options: dict[str, Any]) -> Methods:
    """Paired results; rows with one of the two missing are left out and counted.

    Raises:
        InputError: the two columns are not named and cannot be guessed.
    """
    first, second = _two_columns(data, options)
    x, y = data.numbers(first, missing=True), data.numbers(second, missing=True)
    both = np.isfinite(x) & np.isfinite(y)
    subjects = data.text(options["subject"]) if options.get("subject") else None
    replicates = {}
    for name, again in ((first, options.get("x2")), (second, options.get("y2"))):
        if again:
            one, two = data.numbers(name, missing=True), data.numbers(again, missing=True)
            whole = np.isfinite(one) & np.isfinite(two)
            replicates[name] = (one[whole], two[whole])
    return Methods(
        x[both],
        y[both],
        (first, second),
        int(np.sum(~both)),
        None if subjects is None else [subjects[i] for i in np.flatnonzero(both)],
        replicates,
    )


def _two_columns(data: DataFile, options: dict[str, Any]) -> tuple[str, str]:
    first, second = options.get("first"), options.get("second")
    if first and second:
        return first, second
    rest = [c for c in data.numeric_columns() if c not in (first, second, options.get("subject"))]
    named = [c for c in (first, second) if c]
    if len(named) + len(rest) < 2:
        # Reading the cells gives the better message where text stands in a column of numbers.
        for column in list(data.columns)[:2]:
            data.numbers(column, missing=True)
        raise InputError(
            "Two columns of numbers are needed.", where=data.name, do="Give --x and --y."
        )
    if first:
        return first, rest[0]
    return (rest[0], second) if second else (rest[0], rest[1])


def marks(data: DataFile, column: str) -> Floats:
    """A column of 0 and 1.

    Raises:
        DataError: naming the first cell that is neither.
    """
    values = data.numbers(column)
    for row, value in enumerate(values):
        if value not in (0, 1):
            raise DataError("The column must hold 0 or 1.", where=data.at(row, column))
    return values


def accuracy_of(path: Path | None, options: dict[str, Any], prevalences: list[float]) -> Result:
    """Accuracy from counts given as options, or from a table of counts, results or scores.

    Raises:
        InputError: neither a table nor four counts are given, or the table has none of the forms.
    """
    given = [options[name] for name in _COUNTS]
    if path is None:
        if any(value is None for value in given):
            raise InputError("Give DATA, or all of --tp, --fp, --fn and --tn.")
        return accuracy.evaluate(accuracy.Counts(*given), prevalences, correct=options["correct"])
    data = datafile.read(path).where(options["where"])
    if options["score"]:
        truth = _truth(data, options["reference"])
        return roc.evaluate(data.numbers(options["score"]), truth, most_fpr=options["max_fpr"])
    if options["test"]:
        return _from_people(data, options, prevalences)
    lower = {name.lower(): name for name in data.columns}
    if all(name in lower for name in _COUNTS):
        return accuracy.evaluate(_counts(data, lower), prevalences, correct=options["correct"])
    if _pair(lower) is not None:
        return proportion_of(path, None, None)
    do = "Give --test or --score with --reference, or columns tp, fp, fn, tn."
    raise InputError("The table has no test results.", where=data.name, do=do)


def _counts(data: DataFile, lower: dict[str, str]) -> accuracy.Counts:
    """Counts of a table with columns tp, fp, fn, tn and one row.

    Raises:
        InputError: there are several rows; adding up different studies would mislead.
    """
    if len(data) > 1:
        do = "Pick one with --where COLUMN=VALUE."
        raise InputError(f"The table has {len(data)} rows of counts.", where=data.name, do=do)
    names = (*_COUNTS, "indeterminate_present", "indeterminate_absent")
    sums = [
        int(data.numbers(lower[name], minimum=0, whole=True).sum()) if name in lower else 0
        for name in names
    ]
    return accuracy.Counts(*sums)


def _truth(data: DataFile, column: str) -> Floats:
    words = _readings(data, column)
    for row, word in enumerate(words):
        if word not in ("positive", "negative"):
            what = f"The reference standard is {word}; a ROC curve needs it in everyone."
            raise DataError(what, where=data.at(row, column), do="Leave the row out and say so.")
    return np.array([float(word == "positive") for word in words])


def _readings(data: DataFile, column: str) -> list[str]:
    return [stard.reading(t, where=data.at(i, column)) for i, t in enumerate(data.text(column))]


def _from_people(data: DataFile, options: dict[str, Any], prevalences: list[float]) -> Result:
    tests, truth = _readings(data, options["test"]), _readings(data, options["reference"])
    flow = stard.flow(tests, truth)
    arms = flow["index_test"]
    counts = accuracy.Counts(
        arms["positive"]["target_present"],
        arms["positive"]["target_absent"],
        arms["negative"]["target_present"],
        arms["negative"]["target_absent"],
        arms["indeterminate"]["target_present"],
        arms["indeterminate"]["target_absent"],
    )
    result = accuracy.evaluate(counts, prevalences, correct=options["correct"])
    return with_flow(result, flow)


def with_flow(result: Result, flow: dict[str, Any]) -> Result:
    """Add the STARD flow of people to a result, for its table and its picture."""
    from dataclasses import replace

    details = {**result.details, "stard_flow": flow}
    return replace(result, details=details, plotted={**result.plotted, "stard": flow})


def proportion_of(path: Path | None, events: int | None, total: int | None) -> Result:
    """Intervals of one proportion, or of each row of a table.

    Raises:
        InputError: there is neither a table with counts nor a pair of counts.
    """
    if path is None:
        if events is None or total is None:
            raise InputError("Give DATA, or --events and --total.")
        return _proportions([("", events, total)])
    data = datafile.read(path)
    lower = {name.lower(): name for name in data.columns}
    pair = _pair(lower)
    if pair is None:
        raise InputError(
            "No counts found.", where=data.name, do="Name the columns events and total."
        )
    parts = data.numbers(lower[pair[0]], minimum=0, whole=True)
    whole = data.numbers(lower[pair[1]], minimum=0, whole=True)
    over = np.flatnonzero(parts > whole)
    if len(over):
        raise DataError(
            "There are more events than the total.", where=data.at(int(over[0]), lower[pair[0]])
        )
    rows = zip(parts, whole, strict=True)
    return _proportions([(f"row {i + 1}", int(x), int(n)) for i, (x, n) in enumerate(rows)])


def _pair(lower: dict[str, str]) -> tuple[str, str] | None:
    """Names of a count and its total among the columns, if there are any."""
    return next((p for p in _PAIRS if all(name in lower for name in p)), None)


def _proportions(rows: list[tuple[str, int, int]]) -> Result:
    estimates: dict[str, Estimate] = {}
    for name, events, total in rows:
        label = f"{name} " if name else ""
        estimates[f"{label}wilson"] = proportions.wilson(events, total)
        estimates[f"{label}clopper_pearson"] = proportions.clopper_pearson(events, total)
    first = next(iter(estimates.values()))
    table = [{"row": i + 1, **proportions.both(x, n)} for i, (_, x, n) in enumerate(rows)]
    return Result(
        method="proportion",
        estimator="Wilson score; Clopper-Pearson exact",
        n=sum(n for _, _, n in rows),
        estimates=estimates,
        sentence=f"{say(100 * first.value)}% by Wilson: {first}."
        if len(rows) == 1
        else f"{len(rows)} proportions with two intervals each.",
        details={"proportions": table},
        plotted={
            "forest": {
                "name": [f"{x}/{n}" for _, x, n in rows],
                "value": [r["estimate"] for r in table],
                "lower": [r["wilson"][0] if r["total"] else None for r in table],
                "upper": [r["wilson"][1] if r["total"] else None for r in table],
            }
        },
    )


def controls(data: DataFile, options: dict[str, Any]) -> tuple[Controls, list[str]]:
    """Standardised control results, and how the mean and SD were found.

    Raises:
        InputError: there is no way to find the mean and SD.
    """
    runs = _optional(data, options["run"], "run")
    materials = _optional(data, options["material"], "material")
    z_column = options["z"] or (
        "z" if "z" in data.columns and "value" not in data.columns else None
    )
    if z_column:
        return Controls(data.numbers(z_column), runs, materials), []
    values = data.numbers(options["value"])
    if options["baseline"]:
        labels = materials or ["" for _ in values]
        z = np.empty(len(values))
        for label in dict.fromkeys(labels):
            rows = np.array([other == label for other in labels])
            centre, spread = baseline(values[rows], options["baseline"])
            z[rows] = (values[rows] - centre) / spread
        told = f"Mean and SD come from the first {options['baseline']} results of each material."
        return Controls(z, runs, materials), [told]
    mean, sd = (_number_or_column(data, options[name], name) for name in ("mean", "sd"))
    zero = np.flatnonzero(sd <= 0)
    if len(zero):
        raise DataError("The SD is not above zero.", where=f"{data.name}, row {int(zero[0]) + 1}")
    return Controls((values - mean) / sd, runs, materials), []


def _optional(data: DataFile, named: str | None, usual: str) -> list[str]:
    column = named or (usual if usual in data.columns else None)
    return [t.strip() for t in data.text(column)] if column else []


def _number_or_column(data: DataFile, given: str | None, usual: str) -> Floats:
    if given is not None and given not in data.columns:
        try:
            return np.full(len(data), float(given))
        except ValueError:
            data.text(given)
    if given is None and usual not in data.columns:
        raise InputError(
            f"No {usual} is known.", do=f"Give --{usual}, a column '{usual}', or --baseline."
        )
    return data.numbers(given or usual)


def rounds(data: DataFile, options: dict[str, Any]) -> quality_assessment.Round:
    """Rounds of external quality assessment; absent columns count as unknown."""
    unknown = np.full(len(data), np.nan)
    sd, u_assigned, u_result = (
        data.numbers(name, missing=True) if name in data.columns else unknown
        for name in ("sd", "u_assigned", "u_result")
    )
    return quality_assessment.Round(
        data.numbers(options["result"]),
        data.numbers(options["assigned"]),
        sd,
        u_assigned,
        u_result,
        options["coverage"],
    )


def sigma_of(allowable: float, bias: float, cv: float) -> Result:
    """The sigma metric as a result."""
    estimate = quality_assessment.sigma_metric(allowable, bias, cv)
    return Result(
        method="sigma",
        estimator="(allowable error - |bias|) / CV",
        n=0,
        estimates={"sigma": estimate},
        sentence=f"The method works at {say(estimate.value)} sigma.",
        warnings=("The formula is quoted from memory and not yet checked against its source.",),
        plotted={},
    )
