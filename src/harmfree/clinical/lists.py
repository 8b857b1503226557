"""Inputs that are lists of names, such as medicines or deficits."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from harmfree.clinical.errors import Problem
from harmfree.clinical.fields import Spec, plain

_NOTHING = frozenset({"none", "nil", "no medicines", "nothing"})
# A comma between digits belongs to a number.
_BREAK = re.compile(r"[;|\n]|,(?!\d)")
MOST_ITEMS = 200


@dataclass(frozen=True, kw_only=True, eq=False)
class Names(Spec):
    """A list of names: a JSON list, or text with ; or , between them. `none` is an empty list."""

    kind = "list"

    def parse(self, raw: object) -> tuple[str, ...]:
        """Return the names without blanks around them, or raise `Problem`."""
        if isinstance(raw, str):
            items: list[Any] = [] if plain(raw) in _NOTHING else _BREAK.split(raw)
        elif isinstance(raw, list | tuple):
            items = list(raw)
        else:
            raise Problem(f"{raw!r} is not a list; give {self.accepts}")
        if not all(isinstance(item, str) for item in items):
            raise Problem(f"every item must be text; give {self.accepts}")
        if len(items) > MOST_ITEMS:
            raise Problem(f"{len(items)} items; at most {MOST_ITEMS} are read")
        return tuple(item.strip() for item in items if item.strip())

    @property
    def accepts(self) -> str:
        """The form in words."""
        return "names with ; between them, or none"

    def json_schema(self) -> dict[str, Any]:
        """Describe the list as JSON Schema."""
        return {"type": ["array", "null"], "items": {"type": "string"}, "maxItems": MOST_ITEMS}


@dataclass(frozen=True, kw_only=True, eq=False)
class Named(Names):
    """A list out of known names.

    Args:
        options: name -> its other spellings. Case, blanks, `_` and `-` never matter.
    """

    options: Mapping[str, tuple[str, ...]]
    _table: Mapping[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        table = {
            _bare(word): name for name, others in self.options.items() for word in (name, *others)
        }
        object.__setattr__(self, "_table", table)

    def parse(self, raw: object) -> tuple[str, ...]:
        """Return the names, each once, or raise `Problem` naming what is not known."""
        items = super().parse(raw)
        unknown = [item for item in items if _bare(item) not in self._table]
        if unknown:
            raise Problem(f"not known: {', '.join(unknown)}; give any of {', '.join(self.options)}")
        return tuple(dict.fromkeys(self._table[_bare(item)] for item in items))


def _bare(name: str) -> str:
    return re.sub(r"[\s_\-]", "", name).lower()
