"""What every source is: something that stages its rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from harmfree.records.staging import Stage

# How far the work is: (what is being done, steps done, steps in all).
Tell = Callable[[str, int, int], None]


class RecordSource(Protocol):
    """A way of reading records."""

    def stage(self, stage: Stage, tell: Tell) -> None:
        """Hand all rows to `stage`."""
