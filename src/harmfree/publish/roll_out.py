"""A roll-out: who started when, and what it changed by time since the start."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from harmfree.errors import NotFoundError
from harmfree.improvement.evaluation import staggered
from harmfree.improvement.evaluation.panel import Panel
from harmfree.improvement.result import Result
from harmfree.programmes.registry import indicator
from harmfree.publish.cube import cube
from harmfree.publish.reading import LiveRun
from harmfree.publish.user_tables import Rejected, Row, made_of, read_table


@dataclass(frozen=True)
class Start:
    """One site of a roll-out.

    Attributes:
        site: its id.
        go_live: the first day; None for a site that never starts (it is compared with).
        sessions: half days a week that the pharmacist works there; None when not said.
    """

    site: str
    go_live: date | None
    sessions: float | None = None


@dataclass(frozen=True)
class Register:
    """Who started when.

    Attributes:
        starts: one for each site.
        rejected: (line of the file, what is wrong), for rows that were left out.
    """

    starts: tuple[Start, ...]
    rejected: Rejected = ()

    @property
    def go_live(self) -> dict[str, date | None]:
        """Site to its first day."""
        return {each.site: each.go_live for each in self.starts}


def read_register(path: Path, known: Sequence[str]) -> Register:
    """Read a register: CSV with columns site, go_live (empty: never) and, if you like, sessions.

    Args:
        path: the file.
        known: ids of the sites there are.

    Raises:
        InputError: the file cannot be read, or has no columns site and go_live.
    """
    rows = read_table(path, ("site", "go_live"), "A register")
    return Register(*made_of(rows, lambda row: _start(row, known), lambda each: each.site))


def _start(row: Row, known: Sequence[str]) -> Start:
    site, written, sessions = (row.get(name, "") for name in ("site", "go_live", "sessions"))
    if site not in known:
        raise ValueError(f"There is no site {site!r}.")
    try:
        go_live = date.fromisoformat(written) if written else None
    except ValueError as wrong:
        raise ValueError(f"{written!r} is not a date such as 2024-06-01.") from wrong
    if sessions and not sessions.replace(".", "", 1).isdigit():
        raise ValueError(f"{sessions!r} is not a number of sessions.")
    return Start(site, go_live, float(sessions) if sessions else None)


def panel_of(run: LiveRun, register: Register, indicators: Sequence[str]) -> Panel:
    """One row for each site of the register and month: counts of the indicators added up.

    A person in two of the indicators counts twice; a composite indicator counts each once.

    Raises:
        UnknownIndicatorError, NotFoundError: an indicator that there is not, or not in the run.
    """
    for name in indicators:
        if indicator(name).id not in run.info.indicators:
            raise NotFoundError(
                f"The last run did not compute '{name}'.",
                do="Run `harmfree run` for its programme.",
            )
    counts = cube(run)
    chosen = [counts.indicators.index(name) for name in indicators]
    months = np.array([day.year * 12 + day.month for day in counts.dates], float)
    places = [run.places.find(start.site).number for start in register.starts]
    never = float("nan")
    began = [
        never if each.go_live is None else each.go_live.year * 12.0 + each.go_live.month
        for each in register.starts
    ]
    return Panel(
        sites=[each.site for each in register.starts for _ in months],
        period=np.tile(months, len(places)),
        events=counts.numerator[places][:, chosen].sum(axis=1).ravel().astype(float),
        size=counts.denominator[places][:, chosen].sum(axis=1).ravel().astype(float),
        since=(months[None, :] - np.array(began)[:, None]).ravel(),
        labels={float(m): f"{day:%b %Y}" for m, day in zip(months, counts.dates, strict=True)},
    )


def evaluate(
    run: LiveRun,
    register: Register,
    indicators: Sequence[str],
    after: Sequence[float] = (6.0, 12.0),
    phase_in: int = 1,
) -> Result:
    """What the roll-out changed (`harmfree.improvement.evaluation.staggered`).

    Args:
        run: the live run.
        register: who started when.
        indicators: ids; their counts are added up.
        after: months after the start at which the effect is stated.
        phase_in: months from the start on that are left out.

    Raises:
        TooFewError, DataError, FitError: the register or the counts cannot answer.
    """
    titles = [indicator(name).title for name in indicators]
    result = staggered.evaluate(panel_of(run, register, indicators), after=after, phase_in=phase_in)
    started = sum(each.go_live is not None for each in register.starts)
    about = (
        f"{'; '.join(titles)}. {started} of {len(register.starts)} sites started. {result.sentence}"
    )
    return Result(
        method=result.method,
        estimator=result.estimator,
        n=result.n,
        estimates=result.estimates,
        sentence=about,
        details={**result.details, "indicators": list(indicators)},
        warnings=result.warnings,
        plotted=result.plotted,
    )
