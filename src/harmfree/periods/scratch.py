"""Arrays that a thread works in, kept from one bucket to the next.

Fresh memory must be cleared and mapped page by page, and several threads that give it back and ask
for it anew wait for each other.
"""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import numpy.typing as npt

_held = threading.local()


def lent(name: str, length: int, kind: npt.DTypeLike) -> npt.NDArray[Any]:
    """This thread's own array of that name, at least so long; it holds what was last left in it."""
    arrays: dict[str, npt.NDArray[Any]] = vars(_held)
    if name not in arrays or len(arrays[name]) < length:
        arrays[name] = np.zeros(length + length // 4, kind)
    return arrays[name]
