"""The `harmfree` command: finds the verb's module and turns errors into plain messages."""

from __future__ import annotations

import importlib
import sys

import click

from harmfree import __version__
from harmfree.errors import HarmfreeError

# verb -> (module, one-line help). A module offers `command`, a click command.
VERBS: dict[str, tuple[str, str]] = {
    "load": ("harmfree.cli.load", "Load an extract of records into the store."),
    "run": ("harmfree.cli.run", "Compute every programme's findings and trends."),
    "worklist": ("harmfree.cli.worklist", "Who is at risk at a site today, and why."),
    "trend": ("harmfree.cli.trend", "Whether it is getting better, month by month."),
    "explain": ("harmfree.cli.explain", "One person's timeline and the periods on it."),
    "report": ("harmfree.cli.report", "A site's report as one self-contained page."),
    "fracture-risk": ("harmfree.cli.fracture_risk", "QFracture-2012 for everybody at a site."),
    "falls-rate": ("harmfree.cli.falls_rate", "Falls per 1,000 bed days, by care home."),
    "stewardship": ("harmfree.cli.stewardship", "Volume and choice of antibiotics by site."),
    "births": ("harmfree.cli.births", "Care of babies born early, from a feed of births."),
    "device-evaluation": (
        "harmfree.cli.device_evaluation",
        "Evaluate a device at the point of care from a folder of tables.",
    ),
    "pharmacist-impact": (
        "harmfree.cli.pharmacist_impact",
        "What the practice pharmacists changed: safety and savings.",
    ),
    "programmes": ("harmfree.cli.programmes", "List, show and check the programmes."),
    "codes": ("harmfree.cli.codes", "Report on code lists; import code maps."),
    "af-landscape": (
        "harmfree.cli.af_landscape",
        "Gaps in atrial fibrillation by place, and strokes.",
    ),
    "status": ("harmfree.cli.status", "What is loaded, how old it is, what was left out."),
    "serve": ("harmfree.cli.serve", "Serve the web application."),
    "identities": ("harmfree.cli.identities", "Names and NHS numbers, sealed, for care teams."),
    "users": ("harmfree.cli.users", "Add, invite and deactivate the people who sign in."),
    "audit": ("harmfree.cli.audit", "Check and export the audit trail."),
    "backup": ("harmfree.cli.backup", "Back up the database, the keys and the records."),
    "restore": ("harmfree.cli.restore", "Put a backup in place."),
    "api-token": ("harmfree.cli.api_token", "Make and revoke tokens of programs for the API."),
    "demo": ("harmfree.cli.demo", "Build and show the synthetic region."),
    "chart": ("harmfree.cli.chart", "Draw an SPC, run or funnel chart from a CSV file."),
    "evaluate": ("harmfree.cli.evaluate", "Evaluate a change, a device or a test."),
    "calc": ("harmfree.cli.calc", "Clinical scores, doses and advice."),
    "ecg": ("harmfree.cli.ecg", "Atrial fibrillation from an ECG recording."),
}


class VerbGroup(click.Group):
    """A group that imports a verb's module only when that verb is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names of the verbs, in the order of the work."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the verb's command, or None when there is no such verb."""
        if cmd_name not in VERBS:
            return None
        command: click.Command = importlib.import_module(VERBS[cmd_name][0]).command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of verbs without importing any of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(verb, help_text) for verb, (_, help_text) in VERBS.items()])


@click.group(cls=VerbGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="harmfree")
def harmfree() -> None:
    """Find avoidable harm, act early, measure honestly.

    State lives in one folder: HARMFREE_HOME, by default ./harmfree-data.
    Exit codes: docs/exit_codes.md.
    """


def main() -> None:
    """Run the command line; an error that the user can act on is printed, never traced."""
    try:
        sys.exit(harmfree(standalone_mode=True))
    except HarmfreeError as error:
        click.echo(f"harmfree: {error}", err=True)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
