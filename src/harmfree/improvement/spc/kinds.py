"""The kinds of chart: what each is for, what it needs and how its limits are computed."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from harmfree.improvement.spc.formulas import FORMULAS, Lines, Stretch, individuals

Bounds = tuple[float, float]
_ANY, _SHARE, _COUNT = (-math.inf, math.inf), (0.0, 1.0), (0.0, math.inf)


@dataclass(frozen=True)
class Kind:
    """A kind of chart.

    Attributes:
        name: its short name.
        title: its name in the field.
        centre: what its centre line is called.
        formula: computes centre and standard deviation.
        bounds: limits are cut to what is possible.
        per_size: whether values are divided by denominators, which it needs.
        divides: whether values are divided by denominators when there are some.
        counts: whether values must be zero or more.
        rules: "mdc" where the Making Data Count rules decide, "anhoej" where a point outside the
            limits or Anhøj's runs rules do.
        gaps: whether values are gaps between rare events.
    """

    name: str
    title: str
    centre: str
    formula: Callable[[Stretch], Lines]
    bounds: Bounds = _ANY
    per_size: bool = False
    divides: bool = False
    counts: bool = False
    rules: str = "anhoej"
    gaps: bool = False


def _kind(name: str, title: str, centre: str = "Mean", **more: object) -> Kind:
    return Kind(name, title, centre, FORMULAS.get(name, individuals), **more)  # type: ignore[arg-type]


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        _kind("xmr", "XmR chart", rules="mdc", divides=True),
        _kind("run", "Run chart", "Median", divides=True),
        _kind("i", "Individuals (I) chart", divides=True),
        _kind("mr", "Moving range chart", bounds=_COUNT),
        _kind("p", "p chart (share)", bounds=_SHARE, per_size=True, counts=True),
        _kind("pp", "Laney p′ chart (share)", bounds=_SHARE, per_size=True, counts=True),
        _kind("u", "u chart (rate)", bounds=_COUNT, per_size=True, counts=True),
        _kind("up", "Laney u′ chart (rate)", bounds=_COUNT, per_size=True, counts=True),
        _kind("c", "c chart (count)", bounds=_COUNT, counts=True),
        _kind(
            "g", "g chart (between rare events)", "Median", bounds=_COUNT, counts=True, gaps=True
        ),
        _kind("t", "t chart (time between rare events)", "Typical gap", counts=True, gaps=True),
        _kind("ip", "I′ chart (weighted individuals)", per_size=True),
        _kind("xbar", "X-bar chart (subgroup means)"),
        _kind("s", "s chart (subgroup standard deviations)", bounds=_COUNT),
    )
}

#: Other names that people and files use.
SYNONYMS = {
    "pprime": "pp",
    "p'": "pp",
    "p′": "pp",
    "uprime": "up",
    "u'": "up",
    "u′": "up",
    "iprime": "ip",
    "i'": "ip",
    "i′": "ip",
    "x": "i",
    "x-bar": "xbar",
}
