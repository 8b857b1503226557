"""`harmfree users`: the people who sign in, for whoever runs the service."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from harmfree.cli.output import json_option, print_json, print_table

if TYPE_CHECKING:
    from harmfree.web.access.roles import Role
    from harmfree.web.accounts.models import User
    from harmfree.web.organisations.models import Organisation

Command = Callable[..., None]
LOCAL = "http://127.0.0.1:8000"


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """Add, invite, list and deactivate the people who sign in.

    The first administrator is added here; administrators invite the others on the site. What is
    done here is in the audit trail as done by the system.

    \b
    harmfree users add lee@safety.example --role administrator
    harmfree users invite priya@practice.example --role clinician --at M85001
    harmfree users list
    harmfree users deactivate priya@practice.example --reason "left"

    Exit codes: 0 done; 4 a value cannot be used; 5 no such person or organisation; 90 a setting
    cannot be used; 98 the letter could not be sent.
    """


def _facts(function: Command) -> Command:
    """The options that say who somebody is and what they may do."""
    options = [
        click.option("--role", required=True, help="analyst, clinician, administrator ..."),
        click.option("--at", "code", metavar="CODE", help="Their organisation; without, all."),
        click.option("--name", default="", help="Their name."),
        click.option("--site", default="", help="Address of the site for the link."),
        json_option,
    ]
    for option in reversed(options):
        function = option(function)
    return function


@command.command()
@click.argument("email")
@_facts
def add(email: str, role: str, code: str | None, name: str, site: str, as_json: bool) -> None:
    """Add the person with this EMAIL and print a link with which they set a password, once.

    Someone who has an account already gets the role and needs no link.

    \b
    harmfree users add lee@safety.example --role administrator --name "Lee Carter"
    """
    _boot()
    from harmfree.web.accounts.invitations import invite, path
    from harmfree.web.accounts.people import give_role

    wanted, place = _role(role), _organisation(code)
    user = _user(email)
    if user is not None:
        give_role(None, user, wanted, place, "from the command line")
        _say({"email": user.email, "link": None}, f"{user.email} has the role.", as_json)
        return
    made, token = invite(None, email, name, wanted, place, "from the command line")
    link = _site(site) + path(token)
    told = f"{link}\nIt sets the password of {made.email} once, until {made.until:%Y-%m-%d %H:%M}."
    _say({"email": made.email, "link": link, "until": made.until}, told, as_json)


@command.command("invite")
@click.argument("email")
@_facts
def invite_command(
    email: str, role: str, code: str | None, name: str, site: str, as_json: bool
) -> None:
    """Invite the person with this EMAIL by letter.

    \b
    harmfree users invite priya@practice.example --role clinician --at M85001
    """
    _boot()
    from django.db import transaction

    from harmfree.web.accounts.invitations import invite, send

    with transaction.atomic():
        made, token = invite(
            None, email, name, _role(role), _organisation(code), "from the command line"
        )
        send(made, token, lambda path: _site(site) + path)
    _say({"email": made.email, "until": made.until}, f"A letter went to {made.email}.", as_json)


@command.command("list")
@json_option
def list_users(as_json: bool) -> None:
    """List everyone who may sign in, with their roles, and the open invitations.

    \b
    harmfree users list --json
    """
    _boot()
    from datetime import date

    from harmfree.web.accounts.models import Invitation, User

    rows = [
        {
            "email": user.email,
            "name": user.name,
            "account": "open" if user.is_active else "deactivated",
            "roles": "; ".join(map(str, user.memberships.on(date.today()))),
        }
        for user in User.objects.order_by("email")
    ]
    for made in Invitation.objects.open().order_by("email"):
        place = made.organisation or "every organisation"
        roles = f"{made.get_role_display()} at {place}"
        rows.append({"email": made.email, "name": made.name, "account": "invited", "roles": roles})
    if as_json:
        print_json(rows)
    elif rows:
        print_table(list(rows[0]), [list(row.values()) for row in rows])
    else:
        click.echo("Nobody can sign in yet: harmfree users add EMAIL --role administrator")


@command.command()
@click.argument("email")
@click.option("--reason", required=True, help="Why; goes into the audit trail.")
def deactivate(email: str, reason: str) -> None:
    """Close the account with this EMAIL: it cannot sign in, and its sessions end now.

    \b
    harmfree users deactivate priya@practice.example --reason "left"
    """
    _boot()
    from harmfree.errors import NotFoundError
    from harmfree.web.accounts import people

    user = _user(email)
    if user is None:
        raise NotFoundError(f"Nobody signs in with {email!r}.", do="See `harmfree users list`.")
    ended = people.deactivate(None, user, reason)
    click.echo(f"{user.email} cannot sign in any more; {ended} sessions ended.")


def _boot() -> None:
    """Start Django; make the database when this is the first command of all."""
    from harmfree.web import boot

    boot()
    from django.core.management import call_command
    from django.db import connection

    if "accounts_user" not in connection.introspection.table_names():
        call_command("migrate", interactive=False, verbosity=0)


def _user(email: str) -> User | None:
    from harmfree.web.accounts.models import User

    return User.objects.filter(email=email.strip().lower()).first()


def _role(name: str) -> Role:
    from harmfree.errors import InputError
    from harmfree.web.access.roles import Role

    try:
        return Role(name)
    except ValueError as unknown:
        known = ", ".join(each.value for each in Role)
        raise InputError(f"There is no role {name!r}.", do=f"One of: {known}.") from unknown


def _organisation(code: str | None) -> Organisation | None:
    from harmfree.errors import NotFoundError
    from harmfree.web.organisations.models import Organisation

    if code is None:
        return None
    found = Organisation.objects.filter(code=code).first()
    if found is None:
        raise NotFoundError(f"There is no organisation {code!r}.", do="Publish a run first.")
    return found


def _site(given: str) -> str:
    """The address of the site: as given, or the first that may send forms, or this machine."""
    from django.conf import settings

    return (given or next(iter(settings.CSRF_TRUSTED_ORIGINS), LOCAL)).rstrip("/")


def _say(facts: dict[str, object], told: str, as_json: bool) -> None:
    if as_json:
        print_json(facts)
    else:
        click.echo(told)
