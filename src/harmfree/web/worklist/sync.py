"""Bringing the cases in line with a run: new ones open, gone ones close, back ones reopen."""

from __future__ import annotations

from collections.abc import Callable

from harmfree.web.publication.models import PublishedRun

Progress = Callable[[str, int, int], None]


def sync_cases(run: PublishedRun, progress: Progress) -> None:
    """Bring the cases in line with `run`, within the transaction that makes it live."""
