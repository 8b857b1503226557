"""`harmfree af-landscape`: the gaps in atrial fibrillation of every place, and the strokes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from harmfree.cli.output import json_option, print_json, print_table

if TYPE_CHECKING:
    from harmfree.publish.af_landscape import AfPlace
    from harmfree.publish.reading import LiveRun

LEVELS = ("practice", "network", "place", "system", "region")
SHOWN = ("gaps", "devices", "warfarin", "arms")
GAPS = ("place", "people", "AF", "expected", "to find", "not assessed", "at risk", "treated %",
        "to treat", "untreated", "of them nothing", "poor control", "wrong dose", "strokes a year",
        "avoidable")  # fmt: skip
DEVICES = ("place", "strips", "people", "possible AF", "ECG done", "days to ECG", "AF found",
           "treated", "PPV %", "95%", "strips a case", "pounds a case")  # fmt: skip
WARFARIN = ("place", "on warfarin", "judged", "pooled TTR %", "mean TTR %", "below 65%", "INR high",
            "INR low", "INR overdue")  # fmt: skip
ARMS = ("place", "guided", "TTR %", "over 4 %", "standard", "TTR %", "over 4 %", "difference",
        "95%")  # fmt: skip


@click.command()
@click.option("--by", type=click.Choice(LEVELS), default="practice", show_default=True)
@click.option(
    "--show",
    type=click.Choice(SHOWN),
    default="gaps",
    show_default=True,
    help="Gaps and strokes; device funnel; warfarin control; genotype-guided dosing by arm.",
)
@click.option(
    "--assumption",
    "changes",
    multiple=True,
    metavar="NAME=VALUE",
    help="Change an assumption of the gaps: number_needed, relative_reduction, fatal_share, "
    "cost_per_stroke, detection_target, protection_target, rates, rates_factor.",
)
@click.option(
    "--rates",
    type=click.Path(path_type=Path),
    help="A CSV file of prevalence by age and sex in place of the shipped one.",
)
@click.option("--cost-per-strip", type=click.FloatRange(0), help="Pounds; for the device funnel.")
@json_option
def command(
    by: str,
    show: str,
    changes: tuple[str, ...],
    rates: Path | None,
    cost_per_strip: float | None,
    as_json: bool,
) -> None:
    """Gaps in finding and treating atrial fibrillation, place by place, with strokes to avoid.

    \b
    Examples:
      harmfree af-landscape --by place
      harmfree af-landscape --by region --assumption protection_target=95
      harmfree af-landscape --show devices --cost-per-strip 12

    Exit codes: 0 done; 4 no such assumption or table of rates; 5 nothing is loaded, no such level,
    or the run lacks the programme; 35 no run; 50 an impossible assumption.
    """
    from harmfree.publish.reading import LiveRun
    from harmfree.records import home

    run = LiveRun.open(home())
    if show == "gaps":
        _gaps(run, by, changes, rates, as_json)
    elif show == "devices":
        _devices(run, by, cost_per_strip, as_json)
    elif show == "warfarin":
        _warfarin(run, by, as_json)
    else:
        _arms(run, by, as_json)


def _gaps(run: LiveRun, by: str, changes: Sequence[str], rates: Path | None, as_json: bool) -> None:
    from harmfree.publish.af_landscape import Assumptions, landscape

    found = landscape(run, by, Assumptions().changed(_pairs(changes)), rates)
    if as_json:
        print_json(asdict(found))
        return
    print_table(GAPS, [*map(_gap_row, found.rows)], title=f"{run.age} Counts of {found.on}.")
    click.echo()
    for note in found.notes:
        click.echo(note)


def _pairs(changes: Sequence[str]) -> dict[str, str]:
    """NAME=VALUE texts as a dictionary; a usage error for anything else."""
    for change in changes:
        if "=" not in change:
            raise click.BadParameter(f"'{change}' is not NAME=VALUE.", param_hint="--assumption")
    return dict(change.split("=", 1) for change in changes)


def _gap_row(row: AfPlace) -> tuple[object, ...]:
    return (
        row.id,
        row.people,
        row.register,
        _one(row.expected),
        row.to_detection_target,
        row.not_assessed,
        row.eligible,
        _one(row.protected_percent),
        row.to_protection_target,
        row.untreated,
        row.nothing,
        row.poor_control,
        row.wrong_dose,
        _one(row.strokes.expected),
        _one(row.strokes.avoidable),
    )


def _one(value: float | None) -> str:
    """One decimal; nothing where there is no value."""
    return "" if value is None else f"{value:.1f}"


def _limits(low: float | None, high: float | None) -> str:
    return "" if low is None or high is None else f"{low:.1f} to {high:.1f}"


def _devices(run: LiveRun, by: str, cost_per_strip: float | None, as_json: bool) -> None:
    from harmfree.publish.af_devices import device_yield

    found = device_yield(run, by, cost_per_strip=cost_per_strip)
    if as_json:
        print_json(asdict(found))
        return
    rows = [
        (each.id, each.strips, each.people, each.possible, each.traced, _one(each.days_to_ecg),
         each.found, each.treated, _one(each.ppv), _limits(each.ppv_low, each.ppv_high),
         _one(each.strips_per_case), _one(each.cost_per_case))
        for each in found.rows
    ]  # fmt: skip
    days = (
        f"Strips from {found.since} to {found.until}, each followed for {found.follow_days} days."
    )
    print_table(DEVICES, rows, title=f"{run.age} {days}")
    click.echo("A strip is no diagnosis: PPV is of those who had a 12-lead ECG.")


def _warfarin(run: LiveRun, by: str, as_json: bool) -> None:
    from harmfree.publish.af_warfarin import control

    on, found = control(run, by)
    if as_json:
        print_json({"on": on, "rows": [asdict(each) for each in found]})
        return
    rows = [
        (each.id, each.on_warfarin, each.judged, _one(each.pooled_ttr), _one(each.mean_ttr),
         each.below_65, each.inr_high, each.inr_low, each.overdue)
        for each in found
    ]  # fmt: skip
    print_table(WARFARIN, rows, title=f"{run.age} Six months up to {on}.")
    click.echo("Pooled: all usable days together. Mean: each person's time in range counts once.")


def _arms(run: LiveRun, by: str, as_json: bool) -> None:
    from harmfree.publish.af_arms import arms

    found = arms(run, by)
    if as_json:
        print_json(asdict(found))
        return
    rows = [
        (each.id, *_arm(each.guided), *_arm(each.standard), _one(each.difference),
         _limits(each.low, each.high))
        for each in found.rows
    ]  # fmt: skip
    print_table(ARMS, rows, title=f"{run.age} People who began warfarin up to {found.until}.")
    click.echo(found.note)


def _arm(arm: Any) -> tuple[object, ...]:
    return arm.started, _one(arm.mean_ttr), _one(arm.ever_above_4)
