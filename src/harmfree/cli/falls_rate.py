"""`harmfree falls-rate`: falls per 1,000 bed days of care homes."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from harmfree.cli.output import json_option, print_json, print_table

if TYPE_CHECKING:
    from harmfree.publish.falls_rates import HomeRates, Month

HEADS = (
    "falls", "with injury", "bed days", "per 1,000", "95% from", "to", "residents", "who fell",
)  # fmt: skip


@click.command()
@click.option("--home", "site", default="", help="Id of a care home, or of a site above some.")
@click.option("--months", default=24, show_default=True, help="How many complete months.")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Last day (default: extract's).")
@click.option("--chart", "kind", type=click.Choice(["u", "t"]), default="u", show_default=True,
              help="u: rate by month; t: days between falls, for small homes.")  # fmt: skip
@click.option("-o", "--out", type=click.Path(path_type=Path),
              help="Write the chart (.svg, .html, .png or .csv).")  # fmt: skip
@json_option
def command(
    site: str, months: int, as_of: datetime | None, kind: str, out: Path | None, as_json: bool
) -> None:
    """Falls of residents per 1,000 bed days, with exact intervals and a control chart.

    \b
    harmfree falls-rate                              a line for each home
    harmfree falls-rate --home ZH0001 -o chart.svg   one home by month
    harmfree falls-rate --home ZREGION --chart t -o between.html

    With a site above several homes the months and the chart are of all of them together.

    Exit codes: 0 done; 5 nothing is loaded, no such site, no care home there; 36 a number of
    months that cannot be met; 40 too little for a chart; 70, 71 the picture cannot be made.
    """
    from harmfree.publish.falls_rates import NOTES, falls_rates, t_chart, together, u_chart
    from harmfree.records import home

    found = falls_rates(home(), months, site, as_of.date() if as_of else None)
    whole = together(found)
    chart = None
    if out is not None:
        from harmfree.improvement.spc.drawing import picture_of

        chart = (u_chart if kind == "u" else t_chart)(whole)
        label = "Falls per 1,000 bed days" if kind == "u" else "Days between falls"
        picture_of(chart, f"Falls of residents: {whole.name}", label).save(out)
    if as_json:
        print_json({"notes": NOTES, "homes": [_plain(each) for each in found]})
    elif site:
        rows = [(str(month.month), *_row(month)) for month in whole.months]
        print_table(("month", *HEADS), rows, title=f"{whole.name}. {' '.join(NOTES)}")
    else:
        rows = [(each.home, each.name, *_row(each.total())) for each in found]
        rows.append(("", "all together", *_row(whole.total())))
        print_table(("home", "name", *HEADS), rows, title=f"The last {months} months. "
                    f"Residents and fallers are summed over months. {' '.join(NOTES)}")  # fmt: skip
    if chart is not None:
        from harmfree.improvement.spc.words import sentence

        click.echo(f"{sentence(chart)} Written to {out}.")


def _row(month: Month) -> tuple[object, ...]:
    rate = month.rate
    known = (rate.rate, rate.low, rate.high) if month.bed_days else ()
    limits = tuple(f"{each:.2f}" for each in known) or ("", "", "")
    counts = (month.falls, month.injuries, month.bed_days)
    return (*counts, *limits, month.residents, month.fallers)


def _plain(each: HomeRates) -> dict[str, object]:
    return {
        "home": each.home,
        "name": each.name,
        "months": [_with_rate(month) for month in each.months],
        "total": _with_rate(each.total()),
        "fall_dates": each.fall_dates,
    }


def _with_rate(month: Month) -> dict[str, object]:
    """The month with its rate; null without bed days, since JSON knows no NaN."""
    rate = asdict(month.rate) if month.bed_days else dict.fromkeys(("rate", "low", "high"))
    return asdict(month) | rate
