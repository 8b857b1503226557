"""`harmfree api-token`: programs that may ask the API, and their tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from harmfree.cli.output import json_option, print_json, print_table

if TYPE_CHECKING:
    from harmfree.web.organisations.models import Organisation


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """Make, list and revoke the tokens of programs that use the API.

    A scope is what a program may ask for: definitions, figures, tools, findings. It holds at the
    organisation named and all below it. The scope findings shows people under their key; it is
    given here and on no page, and needs a reason.

    \b
    harmfree api-token add "Board report, Jo Lee" --scope figures --everywhere --days 90
    harmfree api-token list
    harmfree api-token revoke 1a2b3c4d --reason "project over"

    Exit codes: 0 done; 4 a value cannot be used; 5 no such organisation or client;
    90 a setting cannot be used.
    """


@command.command()
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    required=True,
    help="definitions, figures, tools or findings; may be repeated.",
)
@click.option("--at", "code", metavar="CODE", help="The organisation where it holds.")
@click.option("--everywhere", is_flag=True, help="It holds at every organisation.")
@click.option("--days", type=int, default=90, show_default=True, help="How long it holds.")
@click.option("--per-minute", type=int, default=120, show_default=True, help="Requests a minute.")
@click.option("--reason", default="", help="Why; goes into the audit trail.")
@json_option
def add(  # noqa: PLR0913 - one parameter an option
    name: str,
    scopes: tuple[str, ...],
    code: str | None,
    everywhere: bool,
    days: int,
    per_minute: int,
    reason: str,
    as_json: bool,
) -> None:
    """Make a token for the program NAME and show it, this once.

    \b
    harmfree api-token add "Ward board" --scope findings --at A81001 --reason "agreed, IG 12"
    """
    from harmfree.errors import InputError
    from harmfree.web import boot

    if bool(code) == everywhere:
        raise InputError("Say where the token holds.", do="Give --at CODE or --everywhere.")
    boot()
    from harmfree.web.api.clients import issue
    from harmfree.web.api.scopes import ONLY_ON_THE_MACHINE

    if ONLY_ON_THE_MACHINE & set(scopes) and not reason.strip():
        raise InputError("The scope findings needs a reason.", do="Give --reason.")
    client, token = issue(
        None,
        name,
        scopes,
        organisation=_organisation(code) if code else None,
        days=days,
        per_minute=per_minute,
        reason=reason,
    )
    if as_json:
        facts = {"token": token, "prefix": client.prefix, "expires": client.expires}
        print_json(facts | {"scopes": client.scopes})
        return
    click.echo(token)
    click.echo(f"Keep it safe: it is not shown again. It holds until {client.expires:%Y-%m-%d}.")


def _organisation(code: str) -> Organisation:
    from harmfree.errors import NotFoundError
    from harmfree.web.organisations.models import Organisation

    found = Organisation.objects.filter(code=code).first()
    if found is None:
        raise NotFoundError(f"There is no organisation {code!r}.", do="Publish a run first.")
    return found


@command.command("list")
@json_option
def list_clients(as_json: bool) -> None:
    """List the programs with their scopes; tokens themselves are kept nowhere.

    \b
    harmfree api-token list --json
    """
    from harmfree.web import boot

    boot()
    from django.utils import timezone

    from harmfree.web.api.models import ApiClient

    now = timezone.now()
    rows = [
        {
            "prefix": each.prefix,
            "name": each.name,
            "state": each.state(now),
            "scopes": ", ".join(each.scopes),
            "at": each.organisation.code if each.organisation else "everywhere",
            "per minute": each.per_minute,
            "expires": each.expires.date(),
            "last used": each.last_used.date() if each.last_used else None,
        }
        for each in ApiClient.objects.select_related("organisation")
    ]
    if as_json:
        print_json(rows)
    elif rows:
        print_table(list(rows[0]), [list(row.values()) for row in rows])
    else:
        click.echo("No program has a token.")


@command.command()
@click.argument("prefix")
@click.option("--reason", default="", help="Why; goes into the audit trail.")
def revoke(prefix: str, reason: str) -> None:
    """End the token of the program with this PREFIX at once.

    \b
    harmfree api-token revoke 1a2b3c4d --reason "lost"
    """
    from harmfree.web import boot

    boot()
    from harmfree.web.api.clients import by_prefix
    from harmfree.web.api.clients import revoke as end

    client = by_prefix(prefix)
    end(None, client, reason)
    click.echo(f"The token of {client.name} no longer holds.")
