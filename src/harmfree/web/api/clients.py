"""Making, finding and revoking clients; each written to the audit trail."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256

from django.db import transaction
from django.utils import timezone

from harmfree.errors import InputError, NotFoundError
from harmfree.web.access.scope import Access
from harmfree.web.api.models import A_MINUTE, ApiClient
from harmfree.web.api.scopes import SCOPES
from harmfree.web.audit.chain import record
from harmfree.web.organisations.models import Organisation

LONGEST_DAYS = 366
MOST_A_MINUTE = 6_000
TOUCHED_EVERY = timedelta(hours=1)
START = "hf"


def digest(token: str) -> str:
    """What is kept of a token. It has 192 random bits: one round of SHA-256 hides it."""
    return sha256(token.encode()).hexdigest()


@transaction.atomic
def issue(  # noqa: PLR0913 - the facts about a client, by name
    access: Access | None,
    name: str,
    scopes: Sequence[str],
    *,
    organisation: Organisation | None,
    days: int,
    per_minute: int = A_MINUTE,
    reason: str = "",
) -> tuple[ApiClient, str]:
    """Make a client; it and its token, which is never shown again.

    Args:
        access: who makes it; None for the command line.
        name: the program and who answers for it.
        scopes: names of `SCOPES`, at least one.
        organisation: where they hold, with all below; None for everywhere.
        days: how long the token holds, 1 to 366.
        per_minute: requests a minute.
        reason: why, for the audit trail.

    Raises:
        InputError: an unknown scope, or a number out of range.
    """
    _check(name, scopes, days, per_minute)
    prefix = secrets.token_hex(4)
    token = f"{START}_{prefix}_{secrets.token_hex(24)}"
    client = ApiClient.objects.create(
        name=name.strip(),
        prefix=prefix,
        digest=digest(token),
        scopes=sorted(set(scopes)),
        organisation=organisation,
        per_minute=per_minute,
        made_by=access.user if access else None,
        expires=timezone.now() + timedelta(days=days),
    )
    record(
        access,
        "api_client.made",
        subject=f"client:{client.pk}",
        organisation=organisation.code if organisation else "",
        reason=reason,
        name=client.name,
        scopes=client.scopes,
        days=days,
    )
    return client, token


def _check(name: str, scopes: Sequence[str], days: int, per_minute: int) -> None:
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown or not scopes:
        said = f"There is no scope {unknown[0]!r}." if unknown else "A client needs a scope."
        raise InputError(said, do=f"Scopes: {', '.join(SCOPES)}.")
    if not name.strip() or len(name) > 100:
        raise InputError("A client needs a name of up to 100 letters.")
    if not 1 <= days <= LONGEST_DAYS:
        raise InputError(f"A token holds from 1 to {LONGEST_DAYS} days, not {days}.")
    if not 1 <= per_minute <= MOST_A_MINUTE:
        raise InputError(f"A client may send 1 to {MOST_A_MINUTE} requests a minute.")


def of_token(token: str, now: datetime | None = None) -> ApiClient | None:
    """The client whose token this is and holds now; None for any other text."""
    moment = now or timezone.now()
    found = ApiClient.objects.on(moment).filter(digest=digest(token)).first()
    if found and (found.last_used is None or moment - found.last_used > TOUCHED_EVERY):
        # To the hour: a write for every request would hold up everybody on SQLite.
        found.last_used = moment
        found.save(update_fields=["last_used"])
    return found


@transaction.atomic
def revoke(access: Access | None, client: ApiClient, reason: str = "") -> None:
    """End a client's token now; a second time changes nothing."""
    if client.revoked is not None:
        return
    client.revoked = timezone.now()
    client.save(update_fields=["revoked"])
    record(
        access,
        "api_client.revoked",
        subject=f"client:{client.pk}",
        organisation=client.organisation.code if client.organisation else "",
        reason=reason,
        name=client.name,
    )


def by_prefix(prefix: str) -> ApiClient:
    """The client with this prefix.

    Raises:
        NotFoundError: there is none.
    """
    found = ApiClient.objects.filter(prefix=prefix).first()
    if found is None:
        raise NotFoundError(
            f"There is no client with the prefix {prefix!r}.", do="See `harmfree api-token list`."
        )
    return found
