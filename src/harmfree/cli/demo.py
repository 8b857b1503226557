"""`harmfree demo`: the synthetic region."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from harmfree.cli.output import json_option, print_json, print_table, progress


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """Build and show the synthetic region, a fictitious place with fictitious people.

    \b
    harmfree demo build --people 50000 --seed 1
    """


@command.command("build", context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--people",
    type=click.IntRange(100, 20_000_000),
    default=50_000,
    show_default=True,
    help="How many people ever live in the region.",
)
@click.option(
    "--seed",
    type=click.IntRange(0),
    default=1,
    show_default=True,
    help="The same seed gives the same records.",
)
@click.option(
    "--to",
    "home",
    type=click.Path(path_type=Path, file_okay=False),
    default=None,
    help="Folder of the store (default: HARMFREE_HOME, or ./harmfree-data).",
)
@click.option(
    "--extract-date",
    type=click.DateTime(["%Y-%m-%d"]),
    default="2026-10-31",
    show_default=True,
    help="Last day that the records hold.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    default=2,
    show_default=True,
    help="Processes that work at the same time; each needs about 0.4 GB.",
)
@json_option
def build(
    people: int, seed: int, home: Path | None, extract_date: datetime, workers: int, as_json: bool
) -> None:
    """Build the synthetic region and make it the store's live generation.

    \b
    harmfree demo build --people 50000 --seed 1
    harmfree demo build --people 1000000 --seed 7 --to /tmp/region

    What it holds is told in docs/synthetic_region.md. The true effect of its pharmacist roll-out
    is in truth.json, and the go-live dates in rollout.csv, in the generation's folder.

    Exit codes: 0 done, 4 the folder holds records that are not synthetic, 10 another load is
    writing to the store.
    """
    from harmfree.records import home as default_home
    from harmfree.records.sources.synthetic.build import build as build_region
    from harmfree.records.sources.synthetic.clock import Settings

    folder = (home or default_home()).absolute()
    settings = Settings(people=people, seed=seed, extract=extract_date.date())
    with progress() as show:
        manifest = build_region(
            settings,
            folder,
            workers=workers,
            progress=lambda done, total: show("Building the region", done, total),
        )
    summary = {
        "home": str(folder),
        "generation": manifest.generation,
        "people": manifest.people,
        "registrations": manifest.registrations,
        "events": manifest.events,
        "extract_date": manifest.extract_date.isoformat(),
    }
    if as_json:
        print_json(summary)
        return
    print_table(["what", "built"], list(summary.items()))


@command.command("show", context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--people", type=click.IntRange(100, 20_000_000), default=50_000, show_default=True)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True)
def show(people: int, seed: int) -> None:
    """Build the region where there is none, run every programme, and show what comes out.

    Example: harmfree demo show --people 50000

    Exit codes: 0 done; 4 the folder holds records that are not synthetic.
    """
    from harmfree.publish.reading import LiveRun
    from harmfree.publish.report import report
    from harmfree.publish.run import RunRequest, run
    from harmfree.publish.sites import people_by_site
    from harmfree.records import home

    folder = home()
    if not (folder / "current").exists():
        context = click.get_current_context()
        context.invoke(
            build,
            people=people,
            seed=seed,
            home=None,
            workers=2,
            as_json=False,
            extract_date=datetime(2026, 10, 31),
        )
    with progress() as bar:
        run(folder, RunRequest(), bar)
    live = LiveRun.open(folder)
    sites = sorted(people_by_site(live), key=lambda each: -each.people)[:8]
    rows = [(each.id, each.name, each.people, each.hazards, each.gaps) for each in sites]
    print_table(("site", "name", "people", "hazards", "gaps"), rows, title=live.age)
    page = folder / f"report-{sites[0].id}.html"
    page.write_text(report(live, sites[0].id), encoding="utf-8")
    site = sites[0].id
    click.echo(f"""
A report of {sites[0].name} is in {page.name} in the folder of the store. Then try:
  harmfree worklist --site {site}        who is at risk there today, and why
  harmfree trend --by place              is it getting better
  harmfree explain PERSON                one person's timeline, as the worklist names them
  harmfree programmes list               what is looked for
(The command is .venv/bin/harmfree; the store is in {folder.name}.)""")


@command.command("site", context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--address", default="127.0.0.1:8000", show_default=True, help="Where to listen.")
@click.option("--no-serve", is_flag=True, help="Prepare everything and stop.")
@json_option
def site(address: str, no_serve: bool, as_json: bool) -> None:
    """Publish the synthetic region, make a sign-in of each role, and serve the site.

    Example: harmfree demo site

    It serves this machine alone, over plain HTTP, without second factors.

    Exit codes: 0 stopped; 4 the folder holds records that are not synthetic; 91 the front-end
    files are missing.
    """
    import os

    from harmfree.errors import InputError
    from harmfree.publish.reading import LiveRun
    from harmfree.records import home

    live = LiveRun.open(home())
    if not (live.store.folder / "truth.json").is_file():
        raise InputError(
            "These records are not synthetic: the demonstration would open them to anyone here.",
            do="Set HARMFREE_HOME to another folder, or use `harmfree serve`.",
        )
    settings_of_a_demonstration = ("HARMFREE_LOCAL", "HARMFREE_DEMONSTRATION")
    os.environ |= dict.fromkeys(settings_of_a_demonstration, "1") | {"HARMFREE_SECOND_FACTOR": "0"}
    from harmfree.web import boot

    boot()
    from django.conf import settings

    from harmfree.web.demonstration import set_up
    from harmfree.web.serving import prepare, start

    with progress() as show:
        prepare(show)
        sign_ins, password = set_up(live, settings.SECRETS, show)
    if as_json:
        people = [{"role": e.role, "email": e.email, "place": e.place} for e in sign_ins]
        print_json({"address": f"http://{address}/", "password": password, "sign_ins": people})
    else:
        print_table(
            ("role", "sign in as", "works at"),
            [(each.role, each.email, each.place) for each in sign_ins],
            title=f"The region is at http://{address}/ (password of all: {password})",
        )
    if not no_serve:
        click.echo("Stop with Ctrl+C.")
        start(address, 2)
