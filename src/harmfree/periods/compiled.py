"""The one place where functions are handed to numba."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar, cast

from numba import njit

F = TypeVar("F", bound=Callable[..., object])
FOLDER = Path(__file__).parent


def compiled(function: F) -> F:
    """Compile a function to machine code, kept on disk between runs; it releases the GIL."""
    return cast("F", njit(cache=True, nogil=True, _nrt=False)(function))


def forget_outdated(folder: Path, kept: Path) -> bool:
    """Drop kept machine code when the source of any compiled function has changed.

    numba looks only at the file of the function itself, but machine code holds copies of the
    functions that it calls, of other files too. Whether something was dropped.
    """
    digest = hashlib.sha256()
    for source in sorted(folder.glob("kernel*.py")):
        digest.update(source.read_bytes())
    mark = kept / "kernel.digest"
    if not kept.is_dir() or (mark.exists() and mark.read_text() == digest.hexdigest()):
        return False
    for index in kept.glob("kernel*.nbi"):
        index.unlink(missing_ok=True)
    mark.write_text(digest.hexdigest(), encoding="ascii")
    return True


with suppress(PermissionError):  # an installation that cannot be written to does not change either
    forget_outdated(FOLDER, FOLDER / "__pycache__")
