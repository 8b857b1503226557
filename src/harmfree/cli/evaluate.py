"""`harmfree evaluate`: did a change work, can a device be trusted, is a study large enough?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from harmfree.cli import evaluate_device
from harmfree.cli.evaluate_power import power
from harmfree.cli.evaluate_series import controlled_its, its
from harmfree.cli.evaluate_show import data_argument, numbers, show, shown, where_option
from harmfree.cli.output import progress


@click.group(name="evaluate", context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """Evaluate a change, a device or a test.

    \b
    harmfree evaluate its admissions.csv --outcome admissions --exposure population \\
        --time month --start 2025-01-01 --harmonics 2 -o its.html
    harmfree evaluate staggered rollout.csv -o rollout.html
    harmfree evaluate agreement crp.csv --x laboratory --y device --levels 20,100

    Every evaluation prints a table, a paragraph in plain English and its warnings; --json
    prints everything, with the numbers a picture draws.
    Exit codes: 45 a cell or column cannot be used; 46 too few points, rows or sites;
    47 the model cannot be estimated. Others: docs/exit_codes.md.
    """


@command.command()
@click.option("--site", default="site", show_default=True)
@click.option("--month", "period", default="month", show_default=True)
@click.option("--numerator", default="numerator", show_default=True)
@click.option("--denominator", default="denominator", show_default=True)
@click.option("--outcome", help="Column of values, instead of numerator and denominator.")
@click.option("--go-live", default="go_live", show_default=True, help="Blank: the site never did.")
@click.option("--person-time", is_flag=True, help="The denominator is person-time, not people.")
@click.option(
    "--phase-in", type=int, default=1, show_default=True, help="Months left out from go-live on."
)
@click.option("--at", default="6,12", show_default=True, help="Months after go-live.")
@where_option
@data_argument
@shown
def staggered(data: Path, as_json: bool, output: Path | None, **options: Any) -> None:
    """A change that reached sites one after another: one row per site and month.

    \b
    site,month,numerator,denominator,go_live
    A01,2024-01-01,31,412,2025-03-01
    harmfree evaluate staggered rollout.csv -o rollout.html
    """
    from harmfree.cli.evaluate_columns import panel
    from harmfree.improvement import datafile
    from harmfree.improvement.evaluation.staggered import evaluate

    rows = panel(datafile.read(data).where(options["where"]), options)
    after = numbers(options["at"], "--at")
    with progress() as tell:
        tell("Evaluating the roll-out", 0, 3)
        result = evaluate(rows, after=after, phase_in=options["phase_in"], progress=tell)
    show(result, as_json, output)


@command.command("stepped-wedge")
@click.option("--site", default="site", show_default=True)
@click.option("--period", default="period", show_default=True)
@click.option("--numerator", default="numerator", show_default=True)
@click.option("--denominator", default="denominator", show_default=True)
@click.option("--outcome", help="Column of values, instead of numerator and denominator.")
@click.option("--treated", help="Column of 0 and 1.")
@click.option("--go-live", default="go_live", show_default=True, help="Used without --treated.")
@click.option("--person-time", is_flag=True, help="The denominator is person-time, not people.")
@click.option(
    "--phase-in", type=int, default=0, show_default=True, help="Periods left out from crossing on."
)
@where_option
@data_argument
@shown
def stepped_wedge(data: Path, as_json: bool, output: Path | None, **options: Any) -> None:
    """A stepped-wedge trial: one row per cluster and period.

    \b
    harmfree evaluate stepped-wedge trial.csv --site ward --treated intervention
    """
    from harmfree.cli.evaluate_columns import panel
    from harmfree.improvement import datafile
    from harmfree.improvement.evaluation.stepped_wedge import evaluate

    rows = panel(datafile.read(data).where(options["where"]), options)
    show(evaluate(rows, phase_in=options["phase_in"]), as_json, output)


@command.command("before-after")
@click.option("--events", default="events", show_default=True, help="Column of counts.")
@click.option(
    "--denominator",
    default="denominator",
    show_default=True,
    help="Column of people or person-time.",
)
@click.option(
    "--phase",
    default="phase",
    show_default=True,
    help="Column of two values; the first seen is 'before'.",
)
@click.option("--person-time", is_flag=True, help="The denominator is person-time, not people.")
@click.option("--first", help="Columns EVENTS,TOTAL of the first arm, where each row has both.")
@click.option("--second", help="Columns EVENTS,TOTAL of the second arm.")
@click.option("--site", help="Column of sites, to allow for clustering.")
@where_option
@data_argument
@shown
def before_after(data: Path, as_json: bool, output: Path | None, **options: Any) -> None:
    """Two periods or arms compared, labelled as crude.

    \b
    phase,events,denominator
    before,86,2014
    after,51,1852
    harmfree evaluate before-after hazards.csv
    harmfree evaluate before-after trial.csv --first control_n,control_d --second new_n,new_d
    """
    from harmfree.cli.evaluate_waits import arms
    from harmfree.improvement import datafile
    from harmfree.improvement.evaluation.before_after import evaluate

    show(evaluate(arms(datafile.read(data).where(options["where"]), options)), as_json, output)


@command.command("time-to-action")
@click.option("--days", help="Column of days to action or to the end of watching.")
@click.option("--acted", default="acted", show_default=True, help="Column of 0 and 1.")
@click.option(
    "--opened", default="opened", show_default=True, help="Column of dates, without --days."
)
@click.option(
    "--closed", default="closed", show_default=True, help="Column of dates, blank while open."
)
@click.option("--watched-until", help="Date on which still open hazards were last seen.")
@click.option("--group", help="Column of two groups to compare.")
@click.option("--site", help="Column of sites, to allow for clustering.")
@click.option(
    "--by", default="7,30,90", show_default=True, help="Days by which to state the share."
)
@where_option
@data_argument
@shown
def time_to_action(data: Path, as_json: bool, output: Path | None, **options: Any) -> None:
    """How long until someone acts: Kaplan-Meier and Cox.

    \b
    harmfree evaluate time-to-action hazards.csv --days days --group phase
    """
    from harmfree.cli.evaluate_waits import waits
    from harmfree.improvement import datafile
    from harmfree.improvement.evaluation.time_to_action import evaluate

    table = datafile.read(data).where(options["where"])
    show(evaluate(waits(table, options), numbers(options["by"], "--by")), as_json, output)


@command.command()
@click.option("--site", default="site", show_default=True)
@click.option(
    "--quantity", default="quantity", show_default=True, help="Column of quantity supplied."
)
@click.option(
    "--cost", default="cost", show_default=True, help="Column of net cost, after discount."
)
@click.option(
    "--smallest", type=float, default=0.0, show_default=True, help="Least saving counted."
)
@where_option
@data_argument
@shown
def savings(data: Path, as_json: bool, output: Path | None, **options: Any) -> None:
    """What would be saved at the price that the best tenth of sites pay.

    \b
    One row per site, for presentations that may replace one another:
    harmfree evaluate savings ppu.csv --smallest 10
    """
    from harmfree.improvement import datafile
    from harmfree.improvement.evaluation.price_per_unit import evaluate

    table = datafile.read(data).where(options["where"])
    numbers_of = (table.numbers(options[k], minimum=0) for k in ("quantity", "cost"))
    sites = [t.strip() for t in table.text(options["site"])]
    show(evaluate(sites, *numbers_of, smallest=options["smallest"]), as_json, output)


for _verb in (its, controlled_its, *evaluate_device.COMMANDS, power):
    command.add_command(_verb)
