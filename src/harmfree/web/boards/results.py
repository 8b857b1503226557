"""Results that take seconds or minutes: worked out in the background, kept, found again.

A builder makes the results of one name from the store of the live run. Pages ask `find`; where
there is none yet it is asked for once, and the page says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from harmfree.errors import HarmfreeError
from harmfree.publish.reading import LiveRun
from harmfree.web.boards.models import BoardResult
from harmfree.web.jobs.models import Job
from harmfree.web.jobs.queue import Progress, enqueue
from harmfree.web.publication.models import PublishedRun

TASK = "work out boards"


@dataclass(frozen=True)
class Made:
    """One result: its content as JSON takes it, for one organisation (its key) or for all."""

    content: Any
    organisation: int | None = None
    digest: str = ""
    name: str = ""


@dataclass(frozen=True)
class Work:
    """What a builder is given.

    Attributes:
        live, run: the run in the store and as published.
        organisation: key of the organisation that is asked for; None for all.
        progress: is told (what, done, total).
    """

    live: LiveRun
    run: PublishedRun
    organisation: int | None
    progress: Progress


Builder = Callable[[Work], Iterator[Made]]
_builders: dict[str, Builder] = {}


def builds(name: str) -> Callable[[Builder], Builder]:
    """Register the function below as what works out the results of a name."""

    def register(builder: Builder) -> Builder:
        _builders[name] = builder
        return builder

    return register


def names() -> tuple[str, ...]:
    """Every name that has a builder."""
    return tuple(_builders)


def builder_of(name: str) -> Builder:
    """The builder of a name."""
    return _builders[name]


def store_of(run: PublishedRun) -> LiveRun | None:
    """The run in the store's folder when it is the one that was published."""
    try:
        live = LiveRun.open(settings.HOME)
    except HarmfreeError:
        return None
    same = live.info.number == run.number and live.info.created == run.created.isoformat()
    return live if same and not live.stale else None


def work_out(
    run: PublishedRun, live: LiveRun, name: str, progress: Progress, organisation: int | None = None
) -> int:
    """Work the results of one name out and keep them; how many. Twice changes nothing.

    Raises:
        HarmfreeError: the records cannot give them.
    """
    count = 0
    for made in _builders[name](Work(live, run, organisation, progress)):
        with transaction.atomic():
            name_of = made.name or name
            _there(run, name_of, made.organisation, made.digest).delete()
            BoardResult.objects.create(
                run=run,
                name=name_of,
                organisation_id=made.organisation,
                digest=made.digest,
                content=made.content,
            )
        count += 1
    return count


@dataclass(frozen=True)
class Found:
    """A result, or how it stands with it.

    Attributes:
        kept: the result; None while there is none.
        why: why there is none, in a sentence.
    """

    kept: BoardResult | None
    why: str = ""

    @property
    def content(self) -> Any:
        """Its content; None while there is none."""
        return self.kept.content if self.kept else None


NO_STORE = (
    "Not at hand: the records of the published run are not on this server any more. It comes "
    "with the next run."
)
WAITING = "Being worked out now. Open this page again in a minute."


def find(
    run: PublishedRun,
    name: str,
    organisation: int | None = None,
    digest: str = "",
    builder: str = "",
    ask: int | None = None,
) -> Found:
    """A result; asks for it when there is none and nobody has yet.

    Args:
        run: the live run.
        name, organisation, digest: which result.
        builder: whose builder makes it; its own name by default.
        ask: the organisation that the builder is asked for; None for all.
    """
    kept = _there(run, name, organisation, digest).first()
    if kept is not None:
        return Found(kept)
    if store_of(run) is None:
        return Found(None, NO_STORE)
    return Found(None, ask_for(run, builder or name, ask, digest))


def _there(
    run: PublishedRun, name: str, organisation: int | None, digest: str
) -> QuerySet[BoardResult]:
    found = BoardResult.objects.filter(run=run, name=name, digest=digest)
    if organisation is None:
        return found.filter(organisation__isnull=True)
    return found.filter(organisation_id=organisation)


@transaction.atomic
def ask_for(
    run: PublishedRun, builder: str, organisation: int | None = None, digest: str = ""
) -> str:
    """Put the work in the queue unless it is there or has failed; how it stands, in words."""
    arguments = {"run": run.pk, "name": builder, "organisation": organisation, "digest": digest}
    last = Job.objects.filter(task=TASK, arguments=arguments).order_by("-id").first()
    if last is None:
        enqueue(TASK, None, **arguments)
    elif last.state == Job.State.FAILED:
        return f"It could not be worked out: {last.error}"
    elif last.state == Job.State.DONE:
        return "These records do not give it."
    return WAITING
