"""The one list of tools.

`@tool(Card(...))` above a rule makes it a typed function, a batch command, a page and an API
operation: everything they need is on the card and in the input model. Modules below this package
are found by walking it, so that adding a tool means adding a file.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import cached_property, lru_cache
from typing import Any, Generic, get_type_hints

from harmfree.clinical.errors import CardError, RefusedError, UnknownToolError
from harmfree.clinical.inputs import I, Inputs, Reader
from harmfree.clinical.result import Outcome, Result, Source


@dataclass(frozen=True)
class Example:
    """A worked example: shown to users, and run by a test.

    Args:
        given: inputs by name.
        value: the value that must come out.
        note: why that value, in a sentence.
    """

    given: Mapping[str, Any]
    value: float | str | bool | None
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Card:
    """The facts about a tool that its users and reviewers need.

    Args:
        name: the batch name, lower case with underscores.
        title: as shown to people.
        topic: the group it is listed in.
        version: of the definition; a change of rule is a new version.
        source: the publications it rests on, with how far each was checked.
        population: whom it is for, and whom not.
        use: intended use, one or two sentences.
        limits: what it does not do or is known to get wrong.
        formula: the rule in words.
        reviewed: when the definition was last checked.
        review_due: when it must be checked again.
        example: a worked example.
        unit: of the value, "" for points or a class.
    """

    name: str
    title: str
    topic: str
    version: str
    source: tuple[Source, ...]
    population: str
    use: str
    limits: tuple[str, ...]
    formula: str
    reviewed: date
    review_due: date
    example: Example
    unit: str = ""


@dataclass(frozen=True, eq=False)
class Tool(Generic[I]):
    """A registered tool: call it with its inputs, or give it a row of a file.

    Args:
        card: the facts about it.
        rule: the pure function from inputs to outcome.
        inputs: the Pydantic model of its inputs.
    """

    card: Card
    rule: Callable[[I], Outcome]
    inputs: type[I]

    @property
    def name(self) -> str:
        """The batch name."""
        return self.card.name

    @cached_property
    def reader(self) -> Reader[I]:
        """The compiled reader of rows."""
        return Reader(self.inputs)

    @cached_property
    def standing_warnings(self) -> tuple[str, ...]:
        """What every result must say: which parts nobody has verified."""
        return tuple(
            f"Not verified: {source.covers} ({source.text})."
            for source in self.card.source
            if not source.verified
        )

    def overdue(self, today: date) -> bool:
        """Say whether the review of the definition is overdue."""
        return today > self.card.review_due

    def __call__(self, given: I) -> Result:
        """Return the full result for checked inputs."""
        card, found = self.card, self.rule(given)
        return Result(
            value=found.value,
            components=found.components,
            band=found.band,
            advice=found.advice,
            missing=found.missing,
            warnings=found.warnings + self.standing_warnings,
            detail=found.detail,
            tool=card.name,
            title=card.title,
            unit=card.unit,
            version=card.version,
            source=card.source,
            population=card.population,
        )

    def read(self, row: Mapping[str, Any]) -> I:
        """Return the inputs in a row of raw values.

        Raises:
            RefusedError: naming every input that cannot be used, and why.
        """
        given, problems = self.reader.read(row)
        if given is None:
            raise RefusedError(self.name, problems)
        return given

    def run(self, row: Mapping[str, Any]) -> Result:
        """Return the result for a row of raw values; raises as `read` does."""
        return self(self.read(row))


_tools: dict[str, Tool[Any]] = {}


def tool(card: Card) -> Callable[[Callable[[I], Outcome]], Tool[I]]:
    """Register the rule below under `card`; the rule's one parameter states the input model.

    Raises:
        CardError: the name is taken, or the parameter is not an `Inputs` model.
    """

    def register(rule: Callable[[I], Outcome]) -> Tool[I]:
        hints = [kind for name, kind in get_type_hints(rule).items() if name != "return"]
        if len(hints) != 1 or not issubclass(hints[0], Inputs):
            raise CardError(f"{card.name}: the rule must take exactly one Inputs model")
        if card.name in _tools:
            raise CardError(f"two tools are named {card.name}")
        made = Tool(card, rule, hints[0])
        _tools[card.name] = made
        return made

    return register


@lru_cache(maxsize=1)
def _import_all() -> None:
    package = importlib.import_module("harmfree.clinical")
    for module in pkgutil.walk_packages(package.__path__, "harmfree.clinical."):
        importlib.import_module(module.name)


def all_tools() -> dict[str, Tool[Any]]:
    """Return every tool by name, sorted by topic and name."""
    _import_all()
    return dict(sorted(_tools.items(), key=lambda item: (item[1].card.topic, item[0])))


def find(name: str) -> Tool[Any]:
    """Return one tool; `-` and `_` mean the same.

    Raises:
        UnknownToolError: with the nearest names.
    """
    _import_all()
    wanted = name.strip().lower().replace("-", "_")
    if wanted not in _tools:
        near = get_close_matches(wanted, _tools, n=3)
        raise UnknownToolError(
            f"There is no tool named {name!r}.",
            do=(f"Did you mean {', '.join(near)}? " if near else "")
            + "`harmfree calc list` shows them all.",
        )
    return _tools[wanted]
