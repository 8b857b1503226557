"""One way to compile a numeric loop, typed so that callers keep the function's own signature."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

import numpy as np
import numpy.typing as npt
from numba import njit

P = ParamSpec("P")
R = TypeVar("R")

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Compile with numba, kept on disk between runs and free of the interpreter lock."""
    return cast("Callable[P, R]", njit(cache=True, nogil=True)(function))
