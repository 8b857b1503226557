"""What can go wrong when a chart is computed. Exit codes 40 to 42."""

from __future__ import annotations

from harmfree.errors import HarmfreeError


class ChartError(HarmfreeError):
    """The chart cannot be computed from these numbers."""

    exit_code = 40


class CaseError(HarmfreeError):
    """A JSON case does not say what the chart needs."""

    exit_code = 41
