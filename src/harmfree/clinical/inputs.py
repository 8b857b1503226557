"""The base of every tool's input model, and the reader that fills it from a row of a file.

`Inputs` is an ordinary Pydantic model: build it by keyword and Pydantic checks it. A file of a
million rows goes through `Reader`, compiled once from the same fields, which calls the same
`Spec.read` without the cost of building a validation context per row.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Self, TypeVar

from pydantic import BaseModel, ConfigDict, model_validator

from harmfree.clinical.errors import Problem
from harmfree.clinical.fields import Spec

I = TypeVar("I", bound="Inputs")  # noqa: E741  (the letter of the type variable)
# Wrappers in which exports put the inputs of one case.
ENVELOPES = ("input", "inputs", "observation")
# Lines of a file have the same keys; a bound keeps odd input from growing the look-up.
MOST_LAYOUTS = 1_000


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


@dataclass(frozen=True)
class Layout:
    """Which keys of a row are inputs; made once for all rows with the same keys.

    Args:
        columns: the key in the row, the field, and how it is read.
        names: the fields.
        once: True when no field has two keys.
    """

    columns: tuple[tuple[str, str, Callable[[object], Any]], ...]
    names: set[str]
    once: bool


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
        self._layouts: dict[tuple[str, ...], Layout | None] = {}

    def uses(self, key: str) -> bool:
        """Say whether a column of this name is an input of the tool."""
        return squash(key) in self._targets

    def carried(self, row: Mapping[str, Any]) -> set[str]:
        """Return the names of the inputs that a row has a value for."""
        while any(key in ENVELOPES for key in row):
            row = self._unwrapped(row)
        found = {
            self._targets.get(squash(key)) for key, raw in row.items() if raw not in (None, "")
        }
        return {name for name in found if name is not None}

    def _layout(self, keys: tuple[str, ...]) -> Layout | None:
        """Work out once which columns of a file are inputs; None when a key wraps others."""
        layout: Layout | None = None
        if not any(key in ENVELOPES for key in keys):
            targets = ((key, self._targets.get(squash(key))) for key in keys)
            columns = tuple(
                (key, name, self.specs[name].read) for key, name in targets if name is not None
            )
            names = {name for _, name, _ in columns}
            layout = Layout(columns, names, once=len(names) == len(columns))
        if len(self._layouts) < MOST_LAYOUTS:
            self._layouts[keys] = layout
        return layout

    def read(self, row: Mapping[str, Any]) -> tuple[I | None, list[Problem]]:
        """Return the inputs of one row, or None and everything that is wrong with it.

        A key that is no input is left alone: rows carry identifiers and other tools' columns.
        The same input under two names with two values is a problem, never a silent choice.
        """
        keys = tuple(row)
        layout = self._layouts[keys] if keys in self._layouts else self._layout(keys)
        while layout is None:
            row = self._unwrapped(row)
            layout = self._layout(tuple(row))
        if not layout.once:
            return self._build(*self._one_by_one(layout, row))
        values = self._defaults.copy()
        try:
            for key, name, read in layout.columns:
                value = read(row[key])
                if value is not None:
                    values[name] = value
        except Problem:
            # Start again, so that everything that is wrong is told and not the first thing only.
            return self._build(*self._one_by_one(layout, row))
        return self._build(values, layout.names, [])

    def _one_by_one(
        self, layout: Layout, row: Mapping[str, Any]
    ) -> tuple[dict[str, Any], set[str], list[Problem]]:
        values = self._defaults.copy()
        seen: set[str] = set()
        problems: list[Problem] = []
        for key, name, read in layout.columns:
            try:
                value = read(row[key])
            except Problem as problem:
                problems.append(Problem(problem.message, name))
                continue
            if value is None:
                continue
            if name in seen and values[name] != value:
                problems.append(Problem("given twice with different values", name))
            seen.add(name)
            values[name] = value
        return values, seen, problems

    def _unwrapped(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """Lay what is inside `input`, `inputs` or `observation` beside the rest of the row.

        A wrapper that wraps nothing is dropped, so that unwrapping comes to an end.
        """
        flat: dict[str, Any] = {}
        for key, raw in row.items():
            inner = {key: raw} if key not in ENVELOPES else raw if isinstance(raw, Mapping) else {}
            for name, value in inner.items():
                # Blanks never matter in a name: the second of two stays, to be compared.
                flat[str(name) if name not in flat else f"{name} "] = value
        return flat

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
