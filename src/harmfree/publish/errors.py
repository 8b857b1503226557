"""What can go wrong when a run is made or read."""

from __future__ import annotations

from harmfree.errors import HarmfreeError, NotFoundError


class NoRunError(NotFoundError):
    """Nothing has been computed yet."""

    exit_code = 35


class RunRequestError(HarmfreeError):
    """What was asked of a run does not fit: a date, a number of months, an engine."""

    exit_code = 36
