"""The one place where functions are handed to numba."""

from __future__ import annotations
import __future__

import ast
import hashlib
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from types import FunctionType
from typing import TypeVar, cast

import numpy as np
from numba import njit

F = TypeVar("F", bound=Callable[..., object])
FOLDER = Path(__file__).parent
PLACE = "_place"


def compiled(function: F) -> F:
    """Compile a function to machine code, kept on disk between runs; it releases the GIL.

    Numbers in ``array[number]`` must not be negative, unless they are written as such (``[-1]``).
    """
    changed = with_plain_places(cast("FunctionType", function))
    return cast("F", njit(cache=True, nogil=True, _nrt=False)(changed))


def inlined(function: F) -> F:
    """The same, for functions called from one place: their code is put there.

    A call hands over every array of the working memory, several hundred words.
    """
    changed = with_plain_places(cast("FunctionType", function))
    return cast("F", njit(cache=True, nogil=True, _nrt=False, inline="always")(changed))


def with_plain_places(function: FunctionType) -> FunctionType:
    """The same function, with every ``array[number]`` written ``array[np.uintp(number)]``.

    numba takes a negative number to count from the end, and tests for it at every access. The
    kernel never counts so; without the test it takes a quarter less time.
    """
    definition = functions_of(function.__code__.co_filename)[function.__code__.co_firstlineno]
    definition.decorator_list = []
    tree = ast.fix_missing_locations(_Places().visit(ast.Module([definition], [])))
    flags = __future__.annotations.compiler_flag
    code = compile(tree, function.__code__.co_filename, "exec", flags)
    function.__globals__[PLACE] = np.uintp
    made: dict[str, FunctionType] = {}
    exec(code, function.__globals__, made)  # noqa: S102 - our own source, read a few lines above
    return made[function.__name__]


@cache
def functions_of(file: str) -> dict[int, ast.FunctionDef]:
    """The functions that a file defines, by the line on which each begins (decorators included)."""
    every = ast.walk(ast.parse(Path(file).read_text(encoding="utf-8")))
    return {
        min([each.lineno, *(decorator.lineno for decorator in each.decorator_list)]): each
        for each in every
        if isinstance(each, ast.FunctionDef)
    }


class _Places(ast.NodeTransformer):
    """Wraps the numbers by which arrays are accessed."""

    def visit_Subscript(self, node: ast.Subscript) -> ast.Subscript:  # noqa: N802 - ast's name
        self.generic_visit(node)
        if isinstance(node.slice, ast.Tuple):
            node.slice.elts = [self._place(each) for each in node.slice.elts]
        else:
            node.slice = self._place(node.slice)
        return node

    def _place(self, number: ast.expr) -> ast.expr:
        signed = isinstance(number, ast.UnaryOp) and isinstance(number.op, ast.USub)
        if signed or isinstance(number, ast.Constant | ast.Slice):
            return number
        return ast.Call(ast.Name(PLACE, ast.Load()), [number], [])


def forget_outdated(folder: Path, kept: Path) -> bool:
    """Drop kept machine code when the source of any compiled function has changed.

    numba looks only at the file of the function itself, but machine code holds copies of the
    functions that it calls, of other files too. Whether something was dropped.
    """
    digest = hashlib.sha256()
    for source in sorted([*folder.glob("kernel*.py"), *folder.glob("compiled.py")]):
        digest.update(source.read_bytes())
    mark = kept / "kernel.digest"
    if mark.exists() and mark.read_text() == digest.hexdigest():
        return False
    kept.mkdir(exist_ok=True)
    for index in kept.glob("*.nbi"):
        index.unlink(missing_ok=True)
    mark.write_text(digest.hexdigest(), encoding="ascii")
    return True


with suppress(PermissionError):  # an installation that cannot be written to does not change either
    forget_outdated(FOLDER, FOLDER / "__pycache__")
