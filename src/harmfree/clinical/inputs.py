"""The base of every tool's input model, and the reader that fills it from a row of a file.

`Inputs` is an ordinary Pydantic model: build it by keyword and Pydantic checks it. A file of a
million rows goes through `Reader`, compiled once from the same fields, which calls the same
`Spec.read` without the cost of building a validation context per row.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Generic, Self, TypeVar

from pydantic import BaseModel, ConfigDict, model_validator

from harmfree.clinical.errors import Problem
from harmfree.clinical.fields import Spec

I = TypeVar("I", bound="Inputs")  # noqa: E741  (the letter of the type variable)
# Wrappers in which exports put the inputs of one case.
ENVELOPES = ("input", "inputs", "observation")
# A file has a few column names; a bound keeps hostile input from growing the look-up.
MOST_NAMES = 10_000


class Inputs(BaseModel):
    """Inputs of one tool; every field is `Annotated[type | None, Spec] = None`.

    None means not recorded: the tool names it in `missing`, and never guesses.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    def conflicts(self) -> Iterable[Problem]:
        """Yield what is wrong between fields that are each plausible; nothing by default."""
        return ()

    @model_validator(mode="after")
    def _no_conflict(self) -> Self:
        for problem in self.conflicts():
            raise problem
        return self

    def absent(self, *names: str) -> tuple[str, ...]:
        """Return those of `names` that are not recorded, in that order."""
        return tuple(name for name in names if getattr(self, name) is None)


def specs(model: type[Inputs]) -> dict[str, Spec]:
    """Return each field's `Spec`, in the order of the model."""
    found: dict[str, Spec] = {}
    for name, info in model.model_fields.items():
        spec = next((meta for meta in info.metadata if isinstance(meta, Spec)), None)
        if spec is None:
            raise TypeError(f"{model.__name__}.{name} has no Spec in its Annotated type")
        found[name] = spec
    return found


def squash(name: str) -> str:
    """Return `name` without case, blanks, `_` and `-`: respiratoryRate equals respiratory_rate."""
    return re.sub(r"[\s_\-]", "", name).lower()


class Reader(Generic[I]):
    """Reads rows (decoded JSON objects or CSV rows) into one tool's inputs.

    Args:
        model: the tool's input model.
    """

    def __init__(self, model: type[I]) -> None:
        self.model = model
        self.specs = specs(model)
        self._defaults = {name: info.default for name, info in model.model_fields.items()}
        self._checks_conflicts = model.conflicts is not Inputs.conflicts
        self._targets: dict[str, str] = {}
        for name, spec in self.specs.items():
            for other in (name, *spec.aliases):
                taken = self._targets.setdefault(squash(other), name)
                if taken != name:
                    raise TypeError(f"{model.__name__}: {other!r} names both {taken} and {name}")
        self._known: dict[str, tuple[str, Any] | None] = {}

    def _target(self, key: str) -> tuple[str, Any] | None:
        name = self._targets.get(squash(key))
        target = (name, self.specs[name].read) if name is not None else None
        if len(self._known) < MOST_NAMES:
            self._known[key] = target
        return target

    def uses(self, key: str) -> bool:
        """Say whether a column of this name is an input of the tool."""
        return self._target(key) is not None

    def read(self, row: Mapping[str, Any]) -> tuple[I | None, list[Problem]]:
        """Return the inputs of one row, or None and everything that is wrong with it.

        A key that is no input is left alone: rows carry identifiers and other tools' columns.
        The same input under two names with two values is a problem, never a silent choice.
        """
        values: dict[str, Any] = dict(self._defaults)
        problems: list[Problem] = []
        seen: set[str] = set()
        known = self._known
        for key, raw in self._open(row):
            target = known[key] if key in known else self._target(key)
            if target is None or raw is None:
                continue
            name, read = target
            try:
                value = read(raw)
            except Problem as problem:
                problems.append(Problem(problem.message, name))
                continue
            if value is None:
                continue
            if name in seen and values[name] != value:
                problems.append(Problem("given twice with different values", name))
            seen.add(name)
            values[name] = value
        return self._build(values, seen, problems)

    def _open(self, row: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
        wrapped = [key for key in ENVELOPES if key in row and isinstance(row[key], Mapping)]
        if not wrapped:
            return row.items()
        outside = [(key, raw) for key, raw in row.items() if key not in wrapped]
        return outside + [pair for key in wrapped for pair in row[key].items()]

    def _build(
        self, values: dict[str, Any], seen: set[str], problems: list[Problem]
    ) -> tuple[I | None, list[Problem]]:
        if problems:
            return None, problems
        # Every value has been through its Spec: this skips only Pydantic's second look.
        given = self.model.__new__(self.model)
        object.__setattr__(given, "__dict__", values)
        object.__setattr__(given, "__pydantic_fields_set__", seen)
        object.__setattr__(given, "__pydantic_extra__", None)
        object.__setattr__(given, "__pydantic_private__", None)
        if self._checks_conflicts:
            problems = list(given.conflicts())
        return (None, problems) if problems else (given, [])
