"""What a tool answers: the value, how it came about, what to do, and where the rule is from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from typing import Any, Literal

# How far the number or sentence was checked against what it cites.
Tag = Literal["V", "R", "C", "S", "M", "X"]
TAG_MEANS: Mapping[str, str] = {
    "V": "verified against the source",
    "R": "recomputed from real data",
    "C": "computed and compared with the source's figures",
    "S": "read in a second-hand source only",
    "M": "UNVERIFIED, from general knowledge",
    "X": "UNVERIFIED, the source could not be read",
}
UNVERIFIED: frozenset[str] = frozenset({"M", "X"})


@dataclass(frozen=True)
class Source:
    """One publication that a tool rests on.

    Args:
        text: a citation without an address: who, what, year, section.
        tag: how far it was checked; see `TAG_MEANS`.
        covers: the part of the tool that rests on it.
    """

    text: str
    tag: Tag
    covers: str = "the whole tool"

    @property
    def verified(self) -> bool:
        """False when nobody has yet checked the tool against this publication."""
        return self.tag not in UNVERIFIED


@dataclass(frozen=True)
class Component:
    """One contribution to a value.

    Args:
        name: the input (or derived quantity) it comes from.
        label: the same as shown to people.
        given: the value it was judged by.
        points: what it adds; None when the record does not say.
        why: the rule that gave these points, in a few words.
        most: what it could add at most while it is not known.
    """

    name: str
    label: str
    given: Any
    points: float | None
    why: str = ""
    most: float = 0

    @cached_property
    def text(self) -> str:
        """The component as JSON, kept because a batch repeats the same few thousand."""
        return encode(self)


@dataclass(frozen=True)
class Outcome:
    """What a tool's rule finds for one case. `Result` adds where the rule comes from.

    Args:
        value: the score, dose, class or advice; None when it cannot be given.
        components: the contributions; for a sum of points they add up to `value`.
        band: the printed band that the value falls in, "" when there is none.
        advice: what to do, one sentence each, most urgent first.
        missing: names of inputs that are not recorded and that the value needs.
        warnings: what the reader must know before using the value.
        detail: further named results of this tool, such as a minimum and a maximum.
    """

    value: float | str | bool | None
    components: tuple[Component, ...] = ()
    band: str = ""
    advice: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Result(Outcome):
    """An outcome with the tool, its version, its sources and whom it is for."""

    tool: str = ""
    title: str = ""
    unit: str = ""
    version: str = ""
    source: tuple[Source, ...] = ()
    population: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return plain dictionaries and lists, ready for JSON."""
        plain: dict[str, Any] = json.loads(encode(self))
        return plain


def as_plain(thing: object) -> Any:
    """Turn the few types of a result that JSON lacks into those that it has."""
    if isinstance(thing, date):
        return thing.isoformat()
    if hasattr(thing, "__dataclass_fields__"):
        return {name: getattr(thing, name) for name in thing.__dataclass_fields__}
    if isinstance(thing, Mapping):
        return dict(thing)
    if hasattr(thing, "item"):
        return thing.item()
    raise TypeError(f"{type(thing).__name__} cannot be written as JSON")


# allow_nan=False: NaN is not JSON, and no result may hold one.
encode = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=as_plain
).encode


class Shared(dict[str, Any]):
    """Details that many outcomes have in common, encoded once. Never change one."""

    @cached_property
    def text(self) -> str:
        """The details as JSON."""
        return encode(dict(self))


def encode_detail(detail: Mapping[str, Any]) -> str:
    """Return details as JSON; shared ones are encoded once."""
    return detail.text if isinstance(detail, Shared) else encode(detail) if detail else "{}"


@lru_cache(maxsize=4096)
def encode_text(text: str) -> str:
    """Return a short text as JSON: bands and classes come again and again."""
    return encode(text)


def encode_value(value: float | str | bool | None) -> str:
    """Return the value of a result as JSON."""
    if type(value) is int:
        return str(value)
    return encode_text(value) if isinstance(value, str) else encode(value)


@lru_cache(maxsize=4096)
def encode_words(words: tuple[str, ...]) -> str:
    """Return a tuple of sentences as JSON; a batch repeats the same few."""
    return encode(words)
