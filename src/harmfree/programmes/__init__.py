"""One room per programme: definitions and content only.

A programme is a folder with `indicators.py` (a tuple INDICATORS), `page.md`, `codelists/` and
`specification/` (worked examples), and where a command of its own counts something, `measures.py`
(a tuple MEASURES). `registry` finds them; `indicator` and `measure` are what they are made of.
"""

from harmfree.programmes.indicator import (
    Indicator,
    Programme,
    Provenance,
    any_of,
    context,
    gap,
    hazard,
)
from harmfree.programmes.measure import Measure
from harmfree.programmes.registry import (
    code_folders,
    indicator,
    indicators,
    measure,
    measures,
    programme_names,
    programmes,
)

__all__ = [
    "Indicator",
    "Measure",
    "Programme",
    "Provenance",
    "any_of",
    "code_folders",
    "context",
    "gap",
    "hazard",
    "indicator",
    "indicators",
    "measure",
    "measures",
    "programme_names",
    "programmes",
]
