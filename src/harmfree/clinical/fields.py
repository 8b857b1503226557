"""The kinds of input a tool can ask for: what each means, accepts and refuses.

A field is declared once, inside `Annotated`, on the tool's Pydantic model. The same `read` serves
Pydantic, the batch reader and the command line, so that all three agree; label, unit, range and
choices are enough to build a web form and an API operation.
"""

from __future__ import annotations

import math
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from harmfree.clinical.errors import Problem
from harmfree.clinical.units import hint

# Spellings of "not recorded" found in extracts. They make the input missing, which is named.
NOT_RECORDED = frozenset(
    {"", "na", "n/a", "nan", "null", "missing", "unknown", "not known", "not recorded", "?"}
)
# No date of a person alive, or of a plan for one, lies outside.
FIRST_YEAR, LAST_YEAR = 1850, 2200
_YES = ("yes", "y", "true", "t", "1", "present", "on")
_NO = ("no", "n", "false", "f", "0", "absent", "off")


def plain(text: str) -> str:
    """Lower case, no outer blanks: what spellings are compared by."""
    return " ".join(text.strip().lower().split())


@dataclass(frozen=True, kw_only=True, eq=False)
class Spec(ABC):
    """One input: its label, its help and how a raw value is read.

    Args:
        label: as shown on a form, with a capital.
        help: one sentence that helps to fill it in.
        aliases: other names under which files carry it. Case, blanks, `_` and `-` never matter.
    """

    label: str
    help: str = ""
    aliases: tuple[str, ...] = ()

    kind = "text"

    @abstractmethod
    def parse(self, raw: object) -> Any:
        """Return the value, or raise `Problem` with what is accepted."""

    def read(self, raw: object) -> Any:
        """Return the value, None when it says "not recorded", or raise `Problem`."""
        if raw is None or (isinstance(raw, float) and math.isnan(raw)):
            return None
        if isinstance(raw, str) and plain(raw) in NOT_RECORDED:
            return None
        return self.parse(raw)

    @property
    def accepts(self) -> str:
        """What is accepted, in words, for help texts."""
        return "text"

    @property
    def meaning(self) -> str:
        """What is accepted with what it means, for pages of help."""
        return self.accepts

    def json_schema(self) -> dict[str, Any]:
        """Describe the field as JSON Schema, for an API operation."""
        return {"type": ["string", "null"]}

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self.read)

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        described = self.json_schema() | {"title": self.label}
        return described | ({"description": self.help} if self.help else {})


@dataclass(frozen=True, kw_only=True, eq=False)
class Measure(Spec):
    """A number with a unit and a plausible range, both ends included.

    Args:
        unit: as printed, "" for a pure number.
        low: smallest plausible value; below it the value is refused.
        high: largest plausible value.
        quantity: key of `units.OTHER_UNITS`, for the hint about a wrong unit.
        whole: True when only whole numbers make sense.
    """

    unit: str = ""
    low: float
    high: float
    quantity: str = ""
    whole: bool = False

    kind = "number"

    def read(self, raw: object) -> Any:
        """Return a number in range; the usual case costs two comparisons."""
        kind = type(raw)
        if (kind is int or (kind is float and not self.whole)) and self.low <= raw <= self.high:  # type: ignore[operator]
            return raw
        return super().read(raw)

    def parse(self, raw: object) -> float:
        """Return the number, or raise `Problem` with the range and a hint about the unit."""
        value = self._number(raw)
        if not self.low <= value <= self.high:
            said = f"{value:g} is outside the plausible range, {self.accepts}"
            other = hint(self.quantity, value, self.low, self.high, self.unit)
            raise Problem(f"{said}; {other}" if other else said)
        if self.whole and value != int(value):
            raise Problem(f"{value:g} must be a whole number, {self.accepts}")
        return int(value) if self.whole else value

    def _number(self, raw: object) -> float:
        if isinstance(raw, bool) or not isinstance(raw, int | float | str):
            raise Problem(f"{raw!r} is not a number; give {self.accepts}")
        if not isinstance(raw, str):
            return self._finite(raw)
        text = raw.strip()
        try:
            value = float(text)
        except ValueError:
            raise Problem(self._not_a_number(text)) from None
        whole = re.fullmatch(r"[+-]?\d{1,15}", text)
        return int(text) if whole else self._finite(value)

    def _finite(self, value: float) -> float:
        # Whole numbers in JSON have no limit; beyond a float they cannot be compared or shown.
        if isinstance(value, int) and abs(value) > 10**18:
            raise Problem(f"a number of {len(str(value))} digits; give {self.accepts}")
        if not math.isfinite(value):
            raise Problem(f"{value!r} is not a number; give {self.accepts}")
        return value

    def _not_a_number(self, text: str) -> str:
        if text.startswith(("<", ">", "≤", "≥")):
            return f"{text!r} is a limit, not a measured value; it cannot be used as a number"
        if re.fullmatch(r"[+-]?\d+,\d+", text):
            return f"{text!r}: write the decimal sign as a point"
        number = re.match(r"[+-]?\d+(\.\d+)?", text)
        if number:
            wanted = f"in {self.unit} " if self.unit else ""
            return f"{text!r}: give the number alone, {wanted}without the unit"
        return f"{text!r} is not a number; give {self.accepts}"

    @property
    def accepts(self) -> str:
        """The range and unit in words."""
        return f"{self.low:g} to {self.high:g} {self.unit}".strip()

    def json_schema(self) -> dict[str, Any]:
        """Describe the range as JSON Schema."""
        kind = "integer" if self.whole else "number"
        described: dict[str, Any] = {
            "type": [kind, "null"],
            "minimum": self.low,
            "maximum": self.high,
        }
        return described | ({"x-unit": self.unit} if self.unit else {})


@dataclass(frozen=True, kw_only=True, eq=False)
class Choice(Spec):
    """One of a few named options.

    Args:
        options: option -> what it means, in the order of a form.
        spellings: other spelling -> option. Case and blanks never matter.
        not_recorded: words that say the item was not taken; it is then missing.
    """

    options: Mapping[str, str]
    spellings: Mapping[str, str] = field(default_factory=dict)
    not_recorded: tuple[str, ...] = ()

    kind = "choice"

    def __post_init__(self) -> None:
        table = {plain(option): option for option in self.options}
        table |= {plain(other): option for other, option in self.spellings.items()}
        object.__setattr__(self, "_table", table)
        exact: dict[object, str] = {option: option for option in self.options}
        # Options that are numbers arrive as numbers; True, which equals 1, is kept out by `read`.
        exact |= {int(option): option for option in self.options if option.isdigit()}
        object.__setattr__(self, "_exact", exact)

    _table: Mapping[str, str] = field(init=False, repr=False, compare=False)
    _exact: Mapping[object, str] = field(init=False, repr=False, compare=False)

    def read(self, raw: object) -> Any:
        """Return the option; an exact spelling costs one look-up."""
        kind = type(raw)
        if kind is str or kind is int:
            found = self._exact.get(raw)
            if found is not None:
                return found
        if isinstance(raw, str):
            text = plain(raw)
            if text in self._table:
                return self._table[text]
            if text in self.not_recorded:
                return None
        return super().read(raw)

    def parse(self, raw: object) -> str:
        """Return the option, or raise `Problem` listing the options."""
        if isinstance(raw, float) and raw.is_integer():
            raw = int(raw)
        found = self._table.get(plain(str(raw)))
        if found is None:
            raise Problem(f"{raw!r} is not one of {self.accepts}")
        return found

    @property
    def accepts(self) -> str:
        """The options in words."""
        return ", ".join(self.options)

    @property
    def meaning(self) -> str:
        """The options with what each means, where its name does not say it."""
        pairs = self.options.items()
        return ", ".join(f"{option} = {said}" if said else option for option, said in pairs)

    def json_schema(self) -> dict[str, Any]:
        """Describe the options as JSON Schema."""
        meanings = {option: said for option, said in self.options.items() if said}
        described = {"type": ["string", "null"], "enum": [*self.options, None]}
        return described | ({"x-meanings": meanings} if meanings else {})


@dataclass(frozen=True, kw_only=True, eq=False)
class Flag(Spec):
    """Yes or no, in any of the obvious spellings.

    Args:
        yes: further words for yes, lower case.
        no: further words for no, lower case.
    """

    yes: tuple[str, ...] = ()
    no: tuple[str, ...] = ()

    kind = "yes or no"

    def read(self, raw: object) -> Any:
        """Return True or False; a Boolean costs two comparisons."""
        if raw is True or raw is False:
            return raw
        return super().read(raw)

    def parse(self, raw: object) -> bool:
        """Return True or False, or raise `Problem`."""
        if isinstance(raw, float) and raw.is_integer():
            raw = int(raw)
        text = plain(str(raw))
        if text in _YES or text in self.yes:
            return True
        if text in _NO or text in self.no:
            return False
        raise Problem(f"{raw!r} is not yes or no")

    @property
    def accepts(self) -> str:
        """The two answers."""
        return "yes or no"

    def json_schema(self) -> dict[str, Any]:
        """Describe the answer as JSON Schema."""
        return {"type": ["boolean", "null"]}


def _plausible_year(year: int, raw: object) -> None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Problem(f"{raw!r} is outside the years {FIRST_YEAR} to {LAST_YEAR}")


@dataclass(frozen=True, kw_only=True, eq=False)
class Moment(Spec):
    """A date and time, written 2026-11-23T14:30, with Z or an offset when it is known."""

    kind = "date and time"

    def parse(self, raw: object) -> datetime:
        """Return the moment, or raise `Problem`."""
        if isinstance(raw, datetime):
            return raw
        try:
            found = datetime.fromisoformat(str(raw).strip())
        except ValueError:
            raise Problem(f"{raw!r} is not a date and time; give {self.accepts}") from None
        _plausible_year(found.year, raw)
        return found

    @property
    def accepts(self) -> str:
        """How a moment is written."""
        return "a date and time such as 2026-11-23T14:30"

    def json_schema(self) -> dict[str, Any]:
        """Describe the moment as JSON Schema."""
        return {"type": ["string", "null"], "format": "date-time"}


@dataclass(frozen=True, kw_only=True, eq=False)
class Day(Spec):
    """A calendar date, written 2026-11-23. Day/month orders that can be misread are refused."""

    kind = "date"

    def parse(self, raw: object) -> date:
        """Return the date, or raise `Problem`."""
        if isinstance(raw, datetime):
            return raw.date()
        if isinstance(raw, date):
            return raw
        text = str(raw).strip()
        try:
            # A date with a time behind it, as exports write it, is read as its date.
            found = (
                date.fromisoformat(text) if len(text) <= 10 else datetime.fromisoformat(text).date()
            )
        except ValueError:
            raise Problem(f"{raw!r} is not a date; write it as 2026-11-23") from None
        _plausible_year(found.year, raw)
        return found

    @property
    def accepts(self) -> str:
        """How a date is written."""
        return "a date such as 2026-11-23"

    def json_schema(self) -> dict[str, Any]:
        """Describe the date as JSON Schema."""
        return {"type": ["string", "null"], "format": "date"}
