"""The one place where functions are handed to numba."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

from numba import njit

F = TypeVar("F", bound=Callable[..., object])


def compiled(function: F) -> F:
    """Compile a function to machine code, kept on disk between runs; it releases the GIL."""
    return cast("F", njit(cache=True, nogil=True, forceinline=True, _nrt=False)(function))
