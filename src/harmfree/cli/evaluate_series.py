"""Verbs of `harmfree evaluate` for one series in time, with or without a control."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from harmfree.cli.evaluate_show import data_argument, numbers, show, shown, where_option
from harmfree.errors import InputError

MODELS = ("gaussian", "poisson", "quasipoisson", "binomial", "quasibinomial")


def _series_options(function: Any) -> Any:
    options = [
        click.option("--outcome", help="Column of values, or of counts with --exposure."),
        click.option(
            "--time", help="Column of times or dates; by default one called time, date, month ..."
        ),
        click.option("--start", help="First time or date with the change."),
        click.option("--post", help="Column of 0 and 1 instead of --start."),
        click.option(
            "--exposure", "--offset", "exposure", help="Column of population or person-time."
        ),
        click.option("--denominator", help="Column of people, for a proportion."),
        click.option(
            "--model", type=click.Choice(MODELS), help="By default what fits the columns."
        ),
        click.option(
            "--estimator",
            default="auto",
            help="auto, ols, newey-west, prais-winsten, reml, plain, quasi.",
        ),
        click.option("--slope/--no-slope", default=True, help="Whether the trend may change."),
        click.option(
            "--slope-zero", help="Time at which the change of trend is 0; the start by default."
        ),
        click.option("--harmonics", type=int, default=0, help="Pairs of seasonal terms."),
        click.option("--period", type=float, default=12.0, help="Points of a season."),
        click.option("--phase-in", help="Leave out FROM:TO, or the first N points from the start."),
        click.option("--time-zero", type=float, help="Time that the trend is counted from."),
        click.option("--lag", type=int, help="Lag of the Newey-West errors."),
        click.option(
            "--at", default="6,12", help="Times after the change at which the effect is stated."
        ),
        click.option("--unit", help="What one unit of time is called, such as month."),
        click.option("--name", help="What the outcome is called in the sentence."),
        where_option,
        data_argument,
    ]
    for option in options:
        function = option(function)
    return shown(function)


@click.command()
@click.option(
    "--formula", help="A model of your own: 'aces ~ offset(log(pop)) + ban + time' with --post ban."
)
@_series_options
def its(data: Path, as_json: bool, output: Path | None, **options: Any) -> None:
    """Interrupted time series of one series.

    \b
    harmfree evaluate its sicily.csv --outcome aces --exposure stdpop --time time \\
        --start 37 --no-slope --harmonics 2
    """
    from harmfree.improvement import datafile
    from harmfree.improvement.evaluation.its import evaluate

    table = datafile.read(data).where(options["where"])
    if options["formula"]:
        show(_by_formula(table, options), as_json, output)
        return
    one, shape, choices = _single(table, options)
    show(evaluate(one, shape, choices), as_json, output)


@click.command("controlled-its")
@click.option("--group", help="Column that names the series of each row.")
@click.option("--treated", help="Value of --group that had the change; all others are its control.")
@click.option("--control", help="Column of the control's values, instead of --group.")
@click.option("--control-exposure", help="Column of the control's population or denominator.")
@_series_options
def controlled_its(data: Path, as_json: bool, output: Path | None, **options: Any) -> None:
    """Interrupted time series with a control series.

    \b
    harmfree evaluate controlled-its smoking.csv --outcome packs --time year \\
        --group state --treated California --start 1989
    """
    from harmfree.improvement import datafile
    from harmfree.improvement.evaluation.its import evaluate_controlled

    table = datafile.read(data).where(options["where"])
    if options["group"]:
        own, control = _grouped(table, options)
    elif options["control"]:
        own = table
        names = {"outcome": options["control"]}
        size = options["control_exposure"]
        names |= {k: size for k in ("exposure", "denominator") if options[k] and size}
        control = _series_only(table, {**options, **names})
    else:
        raise InputError("A control is needed.", do="Give --group and --treated, or --control.")
    one, shape, choices = _single(own, options)
    other = replace(control, time=one.time)
    if len(control.time) != len(one.time) or list(control.labels) != list(one.labels):
        raise InputError("The series and its control do not have the same times.", where=data.name)
    show(evaluate_controlled(one, other, shape, choices), as_json, output)


def _series_only(table: Any, options: dict[str, Any]) -> Any:
    from harmfree.cli import evaluate_columns as columns

    times = columns.axis(table, options["time"])
    columns.check_order(table, times)
    return columns.series(table, times, options)


def _grouped(table: Any, options: dict[str, Any]) -> tuple[Any, Any]:
    """Rows of the treated series; and the control as the mean, or for counts the sum, of others."""
    import numpy as np

    from harmfree.cli import evaluate_columns as columns
    from harmfree.improvement.evaluation.segmented import Series

    if not options["treated"]:
        raise InputError("Which group had the change?", do="Give --treated.")
    groups = [t.strip() for t in table.text(options["group"])]
    own = table.only(i for i, g in enumerate(groups) if g == options["treated"])
    rest = table.only(i for i, g in enumerate(groups) if g != options["treated"])
    if not len(own) or not len(rest):
        seen = ", ".join(sorted(set(groups))[:8])
        raise InputError(
            f"No rows of '{options['treated']}', or none of others.", do=f"Groups: {seen}."
        )
    times = columns.axis(rest, options["time"])
    stacked = columns.series(rest, times, options)
    at, code = np.unique(times.values, return_inverse=True)
    label = dict(zip(times.values.tolist(), times.labels, strict=True))
    total = np.asarray(np.bincount(code, stacked.outcome), dtype=np.float64)
    size = None
    if stacked.exposure is None:
        total = total / np.bincount(code)
    else:
        size = np.asarray(np.bincount(code, stacked.exposure), dtype=np.float64)
    return own, Series(total, at, size, [label[t] for t in at.tolist()])


def _single(table: Any, options: dict[str, Any]) -> tuple[Any, Any, Any]:
    """The series, the shape of the change and the choices of estimation, from named columns."""
    from harmfree.cli import evaluate_columns as columns
    from harmfree.improvement.evaluation.its import Choices
    from harmfree.improvement.evaluation.segmented import Shape

    if not options["outcome"]:
        raise InputError("Which column is the outcome?", do="Give --outcome, or --formula.")
    times = columns.axis(table, options["time"])
    columns.check_order(table, times)
    one = columns.series(table, times, options)
    start = _start(table, times, options)
    counted, shift = columns.counted_from(times.values, options["time_zero"])
    shape = Shape(
        start - shift,
        options["slope"],
        times.place(options["slope_zero"], "--slope-zero") - shift
        if options["slope_zero"]
        else None,
        options["harmonics"],
        options["period"],
        _phase_in(times, start, shift, options["phase_in"]),
    )
    family, unit = columns.default_model(options), options["unit"] or times.unit
    choices = Choices(
        family, options["estimator"], options["lag"], numbers(options["at"], "--at"), unit
    )
    return replace(one, time=counted), shape, choices


def _start(table: Any, times: Any, options: dict[str, Any]) -> float:
    if options["start"]:
        return float(times.place(options["start"], "--start"))
    if not options["post"]:
        raise InputError(
            "When did the change come?", do="Give --start, or --post for a 0/1 column."
        )
    after = table.numbers(options["post"])
    rows = [i for i, v in enumerate(after) if v]
    if not rows or any(after[i] not in (0, 1) for i in range(len(after))):
        raise InputError(
            f"Column '{options['post']}' must hold 0 before and 1 after.", where=table.name
        )
    back = next((i for i in range(rows[0], len(after)) if not after[i]), None)
    if back is not None:
        raise InputError("The change goes back to 0.", where=table.at(back, options["post"]))
    return float(times.values[rows[0]])


def _phase_in(
    times: Any, start: float, shift: float, text: str | None
) -> tuple[float, float] | None:
    if not text:
        return None
    first, colon, last = text.partition(":")
    if colon:
        return times.place(first, "--phase-in") - shift, times.place(last, "--phase-in") - shift
    count = int(numbers(text, "--phase-in")[0])
    after = sorted(t for t in times.values if t >= start)[:count]
    return (start - shift, after[-1] - shift) if after else None


def _by_formula(table: Any, options: dict[str, Any]) -> Any:
    from harmfree.cli import evaluate_columns as columns
    from harmfree.improvement.evaluation import formula
    from harmfree.improvement.evaluation.its import Choices, evaluate_model
    from harmfree.improvement.evaluation.model import Model

    found = {name: table.numbers(name) for name in formula.words(options["formula"])}
    parsed = formula.parse(options["formula"], found)
    size = parsed.exposure or options["exposure"] or options["denominator"]
    if not options["post"] or options["post"] not in found:
        raise InputError(
            "Which column of the formula is 0 before the change and 1 after?",
            do=f"Give --post and one of: {', '.join(found)}.",
        )
    times = columns.axis(table, options["time"])
    columns.check_order(table, times)
    effect = tuple(n for n in parsed.names if options["post"] in formula.words(n))
    family = columns.default_model({**options, "exposure": parsed.exposure or options["exposure"]})
    exposure = columns.positive(table, size) if size else None
    unit = options["unit"] or times.unit
    model = Model(
        parsed.outcome, parsed.design, parsed.names, times.values, effect, family, exposure
    )
    choices = Choices(
        family, options["estimator"], options["lag"], numbers(options["at"], "--at"), unit
    )
    return evaluate_model(model, _start(table, times, {**options, "start": None}), choices)
