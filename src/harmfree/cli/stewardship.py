"""`harmfree stewardship`: volume and choice of antibiotics by site."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import click

from harmfree.cli.output import json_option, print_json, print_table

if TYPE_CHECKING:
    from harmfree.publish.stewardship import SiteVolume, Stewardship, Volume

BY = ("practice", "network", "place", "system", "region")
HEADS = ("people", "items", "per STAR-PU", "per 1,000", "4C % (OpenPrescribing)", "4C % (NHS)",
         "long UTI course %", "excess")  # fmt: skip


@click.command()
@click.option("--by", type=click.Choice(BY), default="practice", show_default=True)
@click.option("--site", default="", help="Only this site, or what lies below it.")
@click.option("--months", default=12, show_default=True, help="How many months, each over twelve.")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="Last day (default: extract's).")
@json_option
def command(by: str, site: str, months: int, as_of: datetime | None, as_json: bool) -> None:
    """Antibiotics: items per STAR-PU and per 1,000, 4C share, consultations against the ideal.

    \b
    harmfree stewardship --by place
    harmfree stewardship --site P00001            one practice, month by month, by infection

    Each month stands for the twelve that end with it. Excess: consultations with an antibiotic
    above the share that experts held to be ideal.

    Exit codes: 0 done; 5 nothing is loaded, no such site, nothing of that level there; 36 a number
    of months that cannot be met.
    """
    from harmfree.publish.stewardship import NOTES, stewardship
    from harmfree.records import home

    found = stewardship(home(), by, site, months, as_of.date() if as_of else None)
    if as_json:
        print_json(_document(found))
        return
    said = f"{' '.join(NOTES)} {found.unplaced} items were of people on no list that day."
    if len(found.sites) == 1:
        _one(found.sites[0], said)
    else:
        rows = [(each.id, each.name, *_row(each.months[-1])) for each in found.sites]
        title = f"Twelve months to {found.sites[0].months[-1].month:%B %Y}. {said}"
        print_table(("site", "name", *HEADS), rows, title=title)


def _one(site: SiteVolume, said: str) -> None:
    rows = [(f"{each.month:%Y-%m}", *_row(each)) for each in site.months]
    print_table(("to", *HEADS), rows, title=f"{site.name}. {said}")
    consulted = [
        (each.infection.title, each.consultations, each.treated, _said(each.percent, 1),
         f"{each.infection.ideal:g}", _said(each.excess, 1), each.infection.provenance.tag)
        for each in site.months[-1].consulted
    ]  # fmt: skip
    heads = ("infection", "consultations", "with antibiotic", "%", "ideal %", "excess", "checked")
    print_table(heads, consulted, title="By infection, the last twelve months")


def _row(volume: Volume) -> tuple[object, ...]:
    shares = (volume.four_c, volume.four_c_nhs, volume.uti_percent, volume.excess)
    rates = (_said(volume.per_star_pu, 3), _said(volume.per_1000, 0))
    return (volume.people, volume.items, *rates, *(_said(each, 1) for each in shares))


def _said(value: float | None, digits: int) -> str:
    return "" if value is None else f"{value:.{digits}f}"


def _document(found: Stewardship) -> dict[str, Any]:
    from harmfree.programmes.page import measure_summary
    from harmfree.programmes.registry import measures
    from harmfree.publish.stewardship import NOTES

    defined = measures(("point_of_care_testing",))
    mine = [each for each in defined if each.command == "harmfree stewardship"]
    return {
        "notes": NOTES,
        "items_of_people_on_no_list": found.unplaced,
        "definitions": [measure_summary(each, date.today()) for each in mine],
        "sites": [
            {"site": site.id, "name": site.name, "months": [_plain(each) for each in site.months]}
            for site in found.sites
        ],
    }


def _plain(volume: Volume) -> dict[str, Any]:
    kept = {name: value for name, value in vars(volume).items() if name != "consulted"}
    return kept | {
        "items_per_star_pu": volume.per_star_pu,
        "items_per_1000": volume.per_1000,
        "four_c_openprescribing_percent": volume.four_c,
        "four_c_nhs_percent": volume.four_c_nhs,
        "uti_course_percent": volume.uti_percent,
        "excess": volume.excess,
        "consultations": [
            {
                "infection": each.infection.infection,
                "consultations": each.consultations,
                "with_antibiotic": each.treated,
                "percent": each.percent,
                "ideal_percent": each.infection.ideal,
                "excess": each.excess,
                "source": each.infection.provenance.source,
                "tag": each.infection.provenance.tag,
            }
            for each in volume.consulted
        ],
    }
