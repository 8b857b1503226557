"""What several workers of the tests need is made by the first that asks; the others wait for it."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold a lock that one process at a time has; a process that dies lets go of it."""
    with path.with_name(f"{path.name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def made_once(folder: Path, make: Callable[[Path], None]) -> Path:
    """The folder, filled by `make` unless it is there: all of it, or nothing after a failure."""
    with alone(folder):
        if not folder.exists():
            coming = folder.with_name(f"{folder.name}.coming")
            shutil.rmtree(coming, ignore_errors=True)
            coming.mkdir()
            make(coming)
            coming.rename(folder)
    return folder
