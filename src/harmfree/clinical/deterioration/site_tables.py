"""Scores whose thresholds no source that we could read prints: national MEWS and NEWTT2.

The engine is here; the table is not. A site enters it from the published chart, a clinician signs
it, and only then does the tool score. Without a signed table there is no score, and no other
score takes its place.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from harmfree.clinical.errors import Problem, TableError
from harmfree.clinical.fields import NOT_RECORDED, Spec, plain
from harmfree.clinical.inputs import Inputs
from harmfree.clinical.points import limits
from harmfree.clinical.registry import Card, Example, tool
from harmfree.clinical.result import Component, Outcome, Source
from harmfree.clinical.tables import Parameter, ScoreTable, parse_table, site_table


@dataclass(frozen=True, kw_only=True, eq=False)
class SignedTable(Spec):
    """A site's signed scoring table: the path of its JSON file, or the table itself."""

    tool: str

    kind = "table"

    def parse(self, raw: object) -> ScoreTable:
        """Return the table; one that is absent, unsound or unsigned is a `Problem`."""
        if isinstance(raw, ScoreTable):
            return self._checked(raw)
        try:
            if isinstance(raw, str | Path):
                return self._from_file(Path(raw))
            import json

            return self._checked(parse_table(json.dumps(raw), "table"))
        except TableError as error:
            raise Problem(str(error).replace("\n", " ")) from error

    def _checked(self, table: ScoreTable) -> ScoreTable:
        if table.tool != self.tool:
            raise Problem(f"the table is for {table.tool}, not for {self.tool}")
        if table.signature is None:
            raise Problem("the table is not signed by a clinician of the site")
        return table

    def _from_file(self, path: Path) -> ScoreTable:
        stamp = path.stat().st_mtime_ns if path.exists() else 0
        key = (str(path), stamp)
        if key not in _read:
            _read.clear()
            _read[key] = site_table(path, self.tool)
        return _read[key]

    @property
    def accepts(self) -> str:
        """Where the table comes from."""
        return "path of the site's signed table (JSON)"


# The last table read, by path and time of change: a file of cases names the same one each time.
_read: dict[tuple[str, int], ScoreTable] = {}


@dataclass(frozen=True, kw_only=True, eq=False)
class Observations(Spec):
    """Observations by the names of the table: an object, or text such as ``pulse=110; rr=22``."""

    kind = "observations"

    def parse(self, raw: object) -> dict[str, Any]:
        """Return name -> raw value."""
        if isinstance(raw, Mapping):
            return dict(raw)
        pairs = [pair.partition("=") for pair in str(raw).replace(";", ",").split(",")]
        if any(not sign for _, sign, _ in pairs):
            raise Problem(f"{raw!r}: write name=value, separated by commas")
        return {name.strip(): value.strip() for name, _, value in pairs}

    @property
    def accepts(self) -> str:
        """How observations are written."""
        return "name=value, separated by commas"

    def json_schema(self) -> dict[str, Any]:
        """Describe the object as JSON Schema."""
        return {"type": ["object", "null"]}


class MewsInputs(Inputs):
    """A maternity observation set with the site's signed table."""

    table: Annotated[
        ScoreTable | None, SignedTable(label="Site's signed table", tool="mews_england")
    ] = None
    observations: Annotated[
        dict[str, Any] | None, Observations(label="Observations", aliases=("values",))
    ] = None


class Newtt2Inputs(Inputs):
    """A newborn observation set with the site's signed table."""

    table: Annotated[ScoreTable | None, SignedTable(label="Site's signed table", tool="newtt2")] = (
        None
    )
    observations: Annotated[
        dict[str, Any] | None, Observations(label="Observations", aliases=("values",))
    ] = None


LIMITS = (
    "No thresholds ship with this tool: they could not be read in any source.",
    "Without a table that a clinician of the site has signed there is no score.",
    "No other score may stand in for it.",
)
FORMULA = (
    "The points of the site's signed table, summed; its levels say what follows. "
    "`harmfree calc table NAME` prints an empty table to fill in."
)


@tool(
    Card(
        name="mews_england",
        title="Maternity early warning score (England)",
        topic="deterioration",
        version="engine.1",
        source=(
            Source("Gerry S et al., BMJ Medicine 2024;3:e000748 (abstract)", "V", "that the score "
                   "exists and escalates by its total"),
            Source("National maternity early warning score, chart", "X", "every threshold"),
        ),
        population="All who are pregnant or were within the last 4 weeks",
        use="Scores a set of maternity observations with the site's own signed table.",
        limits=LIMITS,
        formula=FORMULA,
        reviewed=date(2026, 11, 23),
        review_due=date(2027, 5, 23),
        example=Example({"observations": "pulse=100"}, None, "No table, no score."),
    )
)  # fmt: skip
def mews_england(given: MewsInputs) -> Outcome:
    """Score with the site's table, or say that there is none."""
    return score_with(given.table, given.observations)


@tool(
    Card(
        name="newtt2",
        title="Newborn early warning (NEWTT2)",
        topic="deterioration",
        version="engine.1",
        source=(
            Source("British Association of Perinatal Medicine, NEWTT2 framework, January 2023, "
                   "contents", "V", "its parts, among them parental concern"),
            Source("NEWTT2 chart", "X", "every threshold"),
        ),
        population="Term and late preterm babies on postnatal wards, in transitional care and "
        "delivery suites",
        use="Scores a set of newborn observations with the site's own signed table.",
        limits=LIMITS,
        formula=FORMULA,
        reviewed=date(2026, 11, 23),
        review_due=date(2027, 5, 23),
        example=Example({"observations": "temperature=36.9"}, None, "No table, no score."),
    )
)  # fmt: skip
def newtt2(given: Newtt2Inputs) -> Outcome:
    """Score with the site's table, or say that there is none."""
    return score_with(given.table, given.observations)


SITE_TOOLS = ("mews_england", "newtt2")


def blank_table(tool: str) -> dict[str, Any]:
    """Return a table with every place to fill in, and no number that a chart would hold.

    Raises:
        TableError: the tool does not score with a site's table.
    """
    if tool not in SITE_TOOLS:
        raise TableError(
            f"{tool} does not score with a table of the site.",
            do=f"Tables are entered for {' and '.join(SITE_TOOLS)}.",
        )
    measured = {
        "name": "name_of_a_measured_parameter",
        "label": "as printed",
        "unit": "as printed",
        "low": None,
        "high": None,
        "step": 1,
        "between": "round, or higher: what the chart says of values between two bands",
        "scales": {"all": [{"high": None, "points": None}, {"low": None, "points": None}]},
    }
    named = {
        "name": "name_of_a_parameter_with_states",
        "label": "as printed",
        "options": {"state": None},
    }
    return {
        "tool": tool,
        "title": "",
        "version": "",
        "source": "publication, year, page",
        "tag": "V",
        "reviewed": "",
        "review_due": "",
        "parameters": [measured, named],
        "levels": [{"name": "", "at_least": 0, "review_minutes": None, "advice": []}],
        "signature": {
            "name": "",
            "role": "",
            "organisation": "",
            "signed_on": "",
            "statement": "I have checked every value against the published chart.",
        },
    }


def score_with(table: ScoreTable | None, observations: Mapping[str, Any] | None) -> Outcome:
    """Score observations with a signed table; what it lacks is named, never guessed.

    Args:
        table: the site's signed table, or None.
        observations: raw values by the table's parameter names.
    """
    if table is None:
        enter = ("Enter the published chart and have a clinician sign it.",)
        none = ("No signed table: there is no score, and no other score stands in for it.",)
        return Outcome(None, missing=("table",), advice=enter, warnings=none)
    given = observations or {}
    read = [_component(row, given.get(row.name)) for row in table.parameters]
    parts = tuple(part for part, _ in read)
    faults = [fault for _, fault in read if fault]
    faults += [f"{name} is not in the table" for name in given if name not in table.by_name]
    least, most = limits(parts)
    highest = max((part.points for part in parts if part.points is not None), default=0)
    level = table.level(least, highest)
    detail = {"minimum": least, "maximum": most, "repeat_within_minutes": level.review_minutes}
    signed = table.signature
    by = f"Table entered by {signed.name}, {signed.role}, {signed.signed_on}." if signed else ""
    if least == most and not any(part.points is None for part in parts):
        return Outcome(least, parts, level.name, level.advice, (), (*faults, by), detail)
    missing = tuple(part.name for part in parts if part.points is None)
    incomplete = f"Incomplete: the score is between {least} and {most}."
    advice = level.advice if least else ()
    return Outcome(None, parts, "", advice, missing, (incomplete, *faults, by), detail)


def _component(row: Parameter, raw: Any) -> tuple[Component, str]:
    """Return a contribution and what is wrong with the value given, "" when nothing is."""
    if raw is None or (isinstance(raw, str) and plain(raw) in NOT_RECORDED):
        return row.component(None), ""
    if row.options:
        wanted = {plain(option): option for option in row.options}.get(plain(str(raw)))
        if wanted is None:
            fault = f"{row.label}: {raw!r} is not one of {', '.join(row.options)}"
            return row.component(None), fault
        return row.component(wanted), ""
    value, fault = _number(row, raw)
    if value is None:
        return row.component(None), fault
    return row.component(value, next(iter(row.steps))), ""


def _number(row: Parameter, raw: Any) -> tuple[float | None, str]:
    low = -math.inf if row.low is None else row.low
    high = math.inf if row.high is None else row.high
    try:
        value = float(raw)
    except (TypeError, ValueError):
        return None, f"{row.label}: {raw!r} is not a number"
    if not math.isfinite(value):
        return None, f"{row.label}: {raw!r} is not a number"
    if not low <= value <= high:
        return None, f"{row.label}: {value:g} is outside {low:g} to {high:g} {row.unit}".rstrip()
    return value, ""
