"""Scoring tables as data: what a chart prints, who says so, and how far it was checked.

The same schema serves tables that ship with the project (NEWS2, PEWS) and tables that a site
enters and signs because no source that we could read prints them (national MEWS, NEWTT2).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from harmfree.clinical.errors import TableError
from harmfree.clinical.result import Component, Tag
from harmfree.clinical.steps import Band, Between, Steps

# Distinct values whose component is kept; beyond it components are made afresh.
KEPT = 20_000


class Parameter(BaseModel):
    """One row of a chart.

    Args:
        name: the input it scores.
        label: as printed.
        unit: as printed.
        low: smallest plausible value, for tables whose tool does not check it itself.
        high: largest plausible value.
        step: printed resolution of a measured parameter.
        between: what happens to a value between two printed bands.
        scales: name of the scale (an age band, "1") -> its bands. One scale "all" when there
            is no choice.
        options: for a parameter with named states instead of numbers, state -> points.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    label: str
    unit: str = ""
    low: float | None = None
    high: float | None = None
    step: float = 1
    between: Between = "round"
    scales: dict[str, tuple[Band, ...]] = {}
    options: dict[str, int] = {}

    @model_validator(mode="after")
    def _one_kind(self) -> Parameter:
        if bool(self.scales) == bool(self.options):
            raise ValueError(f"{self.name}: give either scales or options")
        return self

    @cached_property
    def steps(self) -> dict[str, Steps]:
        """The bands of each scale, compiled and checked."""
        return {
            scale: Steps(bands, step=self.step, between=self.between, unit=self.unit)
            for scale, bands in self.scales.items()
        }

    @cached_property
    def most(self) -> int:
        """The most points that this parameter can add, whatever the scale."""
        measured = [steps.most for steps in self.steps.values()]
        return max([*measured, *self.options.values()])

    @cached_property
    def scored(self) -> dict[str, Scored]:
        """Contributions by scale and then value, made when first asked for."""
        return {scale: Scored(self, scale) for scale in (self.scales or {"all": ()})}

    def component(self, value: Any, scale: str = "all") -> Component:
        """Return the contribution of `value`; a value of None is not recorded.

        Raises:
            TableError: the state or the scale is not in the table.
        """
        found = self.scored.get(scale)
        return self.contribution(value, scale) if found is None else found[value]

    def contribution(self, value: Any, scale: str) -> Component:
        """Make the contribution of `value` afresh; see `component`."""
        if value is None:
            return self.unknown(None, self.most)
        if self.options:
            if value not in self.options:
                raise TableError(f"{self.label}: {value!r} is not in the table.")
            return Component(self.name, self.label, value, self.options[value], str(value))
        if scale not in self.steps:
            raise TableError(f"{self.label}: the table has no scale {scale!r}.")
        steps = self.steps[scale]
        place = steps.place(value)
        why = steps.words[place] if scale == "all" else f"{steps.words[place]} ({scale})"
        return Component(self.name, self.label, value, steps.points[place], why)

    def unknown(self, given: Any, most: int, why: str = "not recorded") -> Component:
        """Return a contribution that the record does not settle."""
        return Component(self.name, self.label, given, None, f"{why}; 0 to {most}", most)


class Scored(dict[Any, Component]):
    """Contributions of one parameter on one scale by value: a batch meets the same ones again.

    Args:
        parameter: the row of the chart.
        scale: the scale within it.
    """

    def __init__(self, parameter: Parameter, scale: str) -> None:
        super().__init__()
        self.parameter, self.scale = parameter, scale

    def __missing__(self, value: Any) -> Component:
        found = self.parameter.contribution(value, self.scale)
        if len(self) < KEPT:
            self[value] = found
        return found


class Level(BaseModel):
    """What a total means.

    Args:
        name: of the band or level.
        at_least: the smallest total in it.
        review_minutes: repeat observations within this many minutes; 0 is continuous.
        advice: what to do.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    at_least: int
    review_minutes: int | None = None
    advice: tuple[str, ...] = ()


class SingleLevel(Level):
    """What one parameter alone can mean: reached when one of them scores `at_least`.

    Args:
        below_total: only while the total is below this; above it the total speaks.
    """

    below_total: int


class Signature(BaseModel):
    """Who at a site entered and checked a table, against what."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    role: str
    organisation: str
    signed_on: date
    statement: Literal["I have checked every value against the published chart."]


class ScoreTable(BaseModel):
    """A whole chart.

    Args:
        tool: the tool it is for.
        title: of the publication.
        version: of the table.
        source: the citation.
        tag: how far it was checked; see `result.TAG_MEANS`.
        reviewed: when it was last checked.
        review_due: when it must be checked again.
        parameters: the rows.
        levels: what totals mean, from the lowest up.
        any_parameter: what one extreme parameter means, when the chart has such a rule.
        signature: required for tables that a site enters.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    tool: str
    title: str
    version: str
    source: str
    tag: Tag
    reviewed: date
    review_due: date
    parameters: tuple[Parameter, ...]
    levels: tuple[Level, ...]
    any_parameter: SingleLevel | None = None
    signature: Signature | None = None

    @model_validator(mode="after")
    def _sound(self) -> ScoreTable:
        names = [parameter.name for parameter in self.parameters]
        if not names or len(set(names)) != len(names):
            raise ValueError("parameters must be present and have different names")
        starts = [level.at_least for level in self.levels]
        if not starts or starts[0] != 0 or starts != sorted(set(starts)):
            raise ValueError("levels must start at 0 and rise")
        for parameter in self.parameters:
            parameter.most  # noqa: B018  (compiles the bands, which checks them)
        return self

    @cached_property
    def by_name(self) -> dict[str, Parameter]:
        """The rows by name."""
        return {parameter.name: parameter for parameter in self.parameters}

    def level(self, total: int, highest: float = 0) -> Level:
        """Return the level that a total reaches, or that its highest single score does."""
        single = self.any_parameter
        if single is not None and highest >= single.at_least and total < single.below_total:
            return single
        return next(level for level in reversed(self.levels) if total >= level.at_least)

    def bands(self) -> Iterator[tuple[Parameter, str, Steps]]:
        """Yield every measured parameter with each of its scales."""
        for parameter in self.parameters:
            for scale, steps in parameter.steps.items():
                yield parameter, scale, steps

    def lines(self) -> Iterator[tuple[Parameter, str, str, int]]:
        """Yield the whole chart line by line: parameter, scale, band or state, points."""
        for parameter in self.parameters:
            for scale, steps in parameter.steps.items():
                for words, points in zip(steps.words, steps.points, strict=True):
                    yield parameter, scale, words, points
            for option, points in parameter.options.items():
                yield parameter, "", option, points


def parse_table(text: str, where: str) -> ScoreTable:
    """Return the table in a JSON document.

    Raises:
        TableError: not JSON, a field missing or wrong, or bands that leave a value unscored.
    """
    try:
        return ScoreTable.model_validate(json.loads(text))
    except ValidationError as error:
        faults = "; ".join(
            ".".join(str(part) for part in fault["loc"]) + f": {fault['msg']}"
            for fault in error.errors()
        )
        raise TableError("The scoring table is not sound: " + faults, where=where) from error
    except ValueError as error:
        raise TableError(f"The scoring table is not JSON: {error}.", where=where) from error


def shipped_table(package: str, name: str) -> ScoreTable:
    """Return a table that ships with the project, from `package`'s folder `tables`."""
    text = (files(package) / "tables" / f"{name}.json").read_text(encoding="utf-8")
    return parse_table(text, name)


def site_table(path: Path, tool: str) -> ScoreTable:
    """Return a table that a site entered for `tool`; an unsigned one is refused.

    Raises:
        TableError: absent, unsound, for another tool, or not signed.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise TableError(
            f"The scoring table cannot be read: {error.strerror}.", where=str(path)
        ) from error
    table = parse_table(text, str(path))
    if table.tool != tool:
        raise TableError(f"The table is for {table.tool}, not for {tool}.", where=str(path))
    if table.signature is None:
        raise TableError(
            "The scoring table is not signed.",
            where=str(path),
            do="A clinician of the site must check it against the published chart and sign it.",
        )
    return table
