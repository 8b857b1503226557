"""Reading what came over the network into a tool's inputs.

The same readers as on the command line, but for inputs that name a file: a path from outside
would name a file of the server. They take what an upload held, already parsed, or nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from harmfree.clinical.errors import Problem
from harmfree.clinical.fields import Spec
from harmfree.clinical.inputs import Reader
from harmfree.clinical.registry import Tool
from harmfree.clinical.result import Result

FROM_FILES = ("file", "table")
"""Kinds of input that the command line reads from a path."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Uploaded(Spec):
    """An input whose value is never a path.

    Args:
        inner: the tool's own specification of it.
    """

    inner: Spec

    def parse(self, raw: object) -> Any:
        """Return what the tool's own specification makes of it; text is a `Problem`."""
        if isinstance(raw, str | bytes | Path):
            raise Problem(f"cannot be text here; {self.accepts}")
        if self.inner.kind == "file" and isinstance(raw, Mapping | list | int | float):
            raise Problem(f"cannot be given here; {self.accepts}")
        return self.inner.read(raw)

    @property
    def accepts(self) -> str:
        """What may be given instead."""
        if self.inner.kind == "table":
            return "give the table itself, as an object"
        return "give the single genotypes"


class WebReader(Reader[Any]):
    """Reads rows that came over the network."""

    def __init__(self, tool: Tool[Any]) -> None:
        super().__init__(tool.inputs)
        self.specs = {
            name: Uploaded(label=spec.label, help=spec.help, inner=spec)
            if spec.kind in FROM_FILES
            else spec
            for name, spec in self.specs.items()
        }


@cache
def web_reader(tool: Tool[Any]) -> WebReader:
    """The reader of a tool's inputs from the network."""
    return WebReader(tool)


def answer(tool: Tool[Any], row: Mapping[str, Any]) -> Result | list[Problem]:
    """The tool's result for one row of raw values, or everything that is wrong with it."""
    given, problems = web_reader(tool).read(row)
    if given is None:
        return problems
    try:
        return tool(given)
    except (ArithmeticError, ValueError) as error:
        # A fault of the rule on values that are each plausible: said, as the batch says it.
        return [Problem(f"cannot be computed: {error}")]
