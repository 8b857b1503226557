"""`harmfree evaluate power`: is the planned study large enough?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from harmfree.cli.evaluate_show import numbers, show, shown
from harmfree.errors import InputError


@click.group()
def power() -> None:
    """Power of a design before any data are collected."""


def _variance_options(function: Any) -> Any:
    options = [
        click.option("--effect", type=float, required=True, help="Difference to be found."),
        click.option("--proportion", type=float, help="Proportion before the change."),
        click.option("--cluster-size", type=float, help="People per cluster and period."),
        click.option("--cv", type=float, help="SD between clusters over the proportion."),
        click.option("--icc", type=float, help="Intraclass correlation, instead of --cv."),
        click.option("--within", type=float, help="Variance of a cluster-period mean, instead."),
        click.option("--between", type=float, help="Variance between clusters, instead."),
    ]
    for option in options:
        function = option(function)
    return shown(function)


def _variances(options: dict[str, Any]) -> tuple[float, float]:
    """Variance within and between clusters, from whichever options were given.

    Raises:
        InputError: too few were given, or one makes no sense.
    """
    if options["within"] is not None and options["between"] is not None:
        if options["within"] <= 0 or options["between"] < 0:
            raise InputError("Variances cannot be below zero.")
        return options["within"], options["between"]
    p, size = options["proportion"], options["cluster_size"]
    if p is None or size is None or (options["cv"] is None) == (options["icc"] is None):
        raise InputError(
            "The variances are not known.",
            do="Give --proportion, --cluster-size and --cv or --icc; or --within and --between.",
        )
    if not 0 < p < 1 or size <= 0:
        raise InputError("The proportion must lie between 0 and 1, the cluster size above 0.")
    variance = p * (1 - p)
    if options["cv"] is not None:
        return variance / size, (options["cv"] * p) ** 2
    icc = options["icc"]
    if not 0 <= icc < 1:
        raise InputError("The intraclass correlation must lie between 0 and 1.", where="--icc")
    return variance * (1 - icc) / size, variance * icc


@power.command("stepped-wedge")
@click.option("--clusters", type=int, help="With --periods: clusters cross in equal groups.")
@click.option("--periods", type=int)
@click.option("--crossing", help="Clusters crossing at each step, such as 6,6,6,6.")
@_variance_options
def stepped_wedge(as_json: bool, output: Path | None, **options: Any) -> None:
    """Stepped wedge, by Hussey and Hughes.

    \b
    harmfree evaluate power stepped-wedge --clusters 24 --periods 5 --effect 0.02 \\
        --proportion 0.05 --cluster-size 100 --cv 0.3
    """
    from harmfree.improvement.evaluation import power as lib

    within, between = _variances(options)
    schedule = lib.wedge_schedule(_crossing(options))
    show(
        lib.stepped_wedge(lib.Wedge(schedule, within, between), options["effect"]), as_json, output
    )


def _crossing(options: dict[str, Any]) -> list[int]:
    if options["crossing"]:
        return [int(n) for n in numbers(options["crossing"], "--crossing")]
    clusters, periods = options["clusters"], options["periods"]
    if not clusters or not periods or periods < 2:
        raise InputError("Give --clusters and --periods (2 or more), or --crossing.")
    steps = periods - 1
    return [clusters // steps + (step < clusters % steps) for step in range(steps)]


@power.command()
@click.option(
    "--go-live", required=True, help="Period of each site, such as 6,6,9,12; none: never."
)
@click.option("--periods", type=int, required=True)
@_variance_options
def staggered(as_json: bool, output: Path | None, **options: Any) -> None:
    """A roll-out with any go-live dates, counted in periods from 0.

    \b
    harmfree evaluate power staggered --go-live 6,6,9,9,12,none --periods 24 --effect 0.02 \\
        --proportion 0.05 --cluster-size 200 --icc 0.01
    """
    from harmfree.improvement.evaluation import power as lib

    live = numbers(options["go_live"].lower().replace("none", "nan"), "--go-live")
    within, between = _variances(options)
    show(
        lib.roll_out(live, options["periods"], within, between, options["effect"]), as_json, output
    )


@power.command()
@click.option("--before", type=int, required=True, help="Points before the change.")
@click.option("--after", type=int, required=True, help="Points after it.")
@click.option("--effect", type=float, required=True, help="Change of level to be found.")
@click.option("--sd", type=float, required=True, help="SD of a point round the lines.")
@click.option("--autocorrelation", type=float, default=0.0, show_default=True)
@click.option("--control", is_flag=True, help="With a control series of the same kind.")
@click.option(
    "--slope/--no-slope", default=True, help="Whether a change of slope is estimated too."
)
@shown
def its(as_json: bool, output: Path | None, **options: Any) -> None:
    """Interrupted time series, exact under AR(1).

    \b
    harmfree evaluate power its --before 24 --after 24 --effect 1.5 --sd 1 --autocorrelation 0.3
    """
    from harmfree.improvement.evaluation import power as lib

    design = lib.SeriesDesign(
        options["before"],
        options["after"],
        options["sd"],
        options["autocorrelation"],
        options["control"],
        options["slope"],
    )
    show(lib.series(design, options["effect"]), as_json, output)


@power.command("before-after")
@click.option("--rates", required=True, help="Proportion before and after, such as 0.10,0.08.")
@click.option("--size", type=int, required=True, help="People in each period.")
@click.option(
    "--cluster-size", type=float, default=1.0, show_default=True, help="Mean people per site."
)
@click.option("--icc", type=float, default=0.0, show_default=True)
@shown
def before_after(as_json: bool, output: Path | None, **options: Any) -> None:
    """Two proportions, with the design effect of sites.

    \b
    harmfree evaluate power before-after --rates 0.10,0.08 --size 2000 --cluster-size 50 --icc 0.01
    """
    from harmfree.improvement.evaluation import power as lib

    rates = numbers(options["rates"], "--rates")
    if len(rates) != 2:
        raise InputError("Two proportions are needed.", where="--rates")
    result = lib.before_after(
        (rates[0], rates[1]), options["size"], options["cluster_size"], options["icc"]
    )
    show(result, as_json, output)
