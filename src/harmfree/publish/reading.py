"""Reading the live run."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from harmfree.publish.errors import NoRunError
from harmfree.publish.places import Places
from harmfree.publish.run import RunInfo
from harmfree.records import Store


@dataclass(frozen=True)
class LiveRun:
    """The published run, and the store that it was computed from.

    Attributes:
        folder: where its tables are.
        info: what was computed, when, from which records.
        store: the live store; `stale` tells when it is newer than the run.
    """

    folder: Path
    info: RunInfo
    store: Store

    @classmethod
    def open(cls, home: Path) -> LiveRun:
        """Open the live run at `home`; NoRunError when nothing has been computed."""
        store = Store.open(home)
        pointer = home / "runs" / "current"
        if not pointer.exists():
            raise NoRunError(
                "Records are loaded, but no programme has been computed yet.",
                where=str(home),
                do="Run `harmfree run` first.",
            )
        folder = home / "runs" / pointer.read_text(encoding="ascii").strip()
        info = RunInfo(**json.loads((folder / "run.json").read_text(encoding="utf-8")))
        return cls(folder, info, store)

    @property
    def stale(self) -> bool:
        """Whether records were loaded since the run."""
        return self.info.generation != self.store.folder.name

    @property
    def as_of(self) -> date:
        """The last day that counted."""
        return date.fromisoformat(self.info.as_of)

    @property
    def age(self) -> str:
        """How old the data are, in a sentence."""
        text = f"Records up to {self.info.extract_date}; worked out as of {self.info.as_of}."
        if self.stale:
            text += " Newer records have been loaded since: run `harmfree run` again."
        return text

    @cached_property
    def places(self) -> Places:
        """The sites."""
        return Places(self.store.sites)

    def table(self, name: str) -> pa.Table:
        """One of the run's tables: findings, evidence, trend or breakdown."""
        return pq.read_table(self.folder / f"{name}.parquet")
