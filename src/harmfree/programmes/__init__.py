"""One room per programme: definitions and content only.

A programme is a folder with `indicators.py` (a tuple INDICATORS), `page.md`, `codelists/` and
`specification/` (worked examples). `registry` finds them; `indicator` is what they are made of.
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
from harmfree.programmes.registry import (
    code_folders,
    indicator,
    indicators,
    programme_names,
    programmes,
)

__all__ = [
    "Indicator",
    "Programme",
    "Provenance",
    "any_of",
    "code_folders",
    "context",
    "gap",
    "hazard",
    "indicator",
    "indicators",
    "programme_names",
    "programmes",
]
