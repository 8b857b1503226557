"""Worked examples: a record as text and the periods that an indicator must give on it.

They live in a programme's ``specification/*.txt``, are run as tests with both evaluators and are
printed by `harmfree programmes show`. A file reads::

    indicator pincer_a

    example: 65 on the day, and an NSAID
      born 1959-06-01, female
      registered 2000-01-01 at 1
      2024-05-10  nsaid_oral
    expect: 2024-06-01 to 2024-08-11

    example: an ulcer-healing medicine protects
      ...
    expect: never

Several periods are separated by commas; ``2024-06-01 on`` is still open on the last day looked at
(31 December 2025). Events name code lists; an event in two lists joins them with ``+``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from harmfree.programmes.errors import ProgrammeError
from harmfree.programmes.registry import HERE, programme_names

AS_OF = "2025-12-31"
"""The last day that the examples are looked at."""

_INDICATOR = re.compile(r"^indicator (\w+)$")
_EXAMPLE = re.compile(r"^example: (.+)$")
_EXPECT = re.compile(r"^expect: (.+)$")


@dataclass(frozen=True)
class Example:
    """One worked example.

    Attributes:
        indicator: its id. says: what the example shows.
        record: the record as text (see `harmfree.periods.table`).
        periods: the expected periods as text; empty for never.
        where: file and line.
    """

    indicator: str
    says: str
    record: str
    periods: tuple[str, ...]
    where: str


@lru_cache(maxsize=1)
def examples() -> dict[str, tuple[Example, ...]]:
    """Indicator id to its examples, over all programmes."""
    found: dict[str, list[Example]] = {}
    for name in programme_names():
        for path in sorted((HERE / name / "specification").glob("*.txt")):
            for example in read_examples(path):
                found.setdefault(example.indicator, []).append(example)
    return {identifier: tuple(each) for identifier, each in found.items()}


def read_examples(path: Path) -> list[Example]:
    """The examples of one file.

    Raises:
        ProgrammeError: a line out of place, with its number.
    """
    found: list[Example] = []
    identifier, says, record = "", "", list[str]()
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        text = line.strip()
        where = f"{path.name}, line {number}"
        if not text or text.startswith("#"):
            continue
        if match := _INDICATOR.match(text):
            identifier = match[1]
        elif match := _EXAMPLE.match(text):
            says, record = match[1], []
        elif match := _EXPECT.match(text):
            found.append(_example(identifier, says, record, match[1], where))
            says = ""
        elif says:
            record.append(text)
        else:
            raise ProgrammeError(
                f"'{text}' stands outside an example.",
                where=where,
                do="Begin with `indicator ID`, then `example: ...` and, last, `expect: ...`.",
            )
    return found


def _example(identifier: str, says: str, record: list[str], expect: str, where: str) -> Example:
    if not identifier or not says:
        raise ProgrammeError("An expectation without an example or an indicator.", where=where)
    periods = () if expect == "never" else tuple(p.strip() for p in expect.split(","))
    return Example(identifier, says, "\n".join(record), periods, where)
