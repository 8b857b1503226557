"""Atrial fibrillation from beat intervals alone: published rules, one to a file.

Each takes the seconds between successive beats and says of every interval whether it lies in
atrial fibrillation. `METHODS` lists those meant for long recordings; `cuff` judges the few
intervals of a blood-pressure reading.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from harmfree.rhythm.compiled import BoolArray, FloatArray
from harmfree.rhythm.irregularity import cosen, petrenas, rdr, symbolic

__all__ = ["METHODS", "Method"]


@dataclass(frozen=True)
class Method:
    """A published rule.

    Attributes:
        name: as the command line calls it.
        title: for people.
        source: paper and how far its constants were verified ([V] read in a source,
            [R] recomputed on AFDB, [M] from memory and so unverified).
        judge: intervals in seconds to true where the rhythm is called atrial fibrillation.
        window: intervals that a decision needs; shorter series are called normal throughout.
    """

    name: str
    title: str
    source: str
    judge: Callable[[FloatArray], BoolArray]
    window: int


METHODS: dict[str, Method] = {
    method.name: method
    for method in (
        Method("petrenas", "Petrenas irregularity", petrenas.SOURCE, petrenas.judge, 8),
        Method("rdr", "RdR map, 64 intervals", rdr.SOURCE, rdr.judge, 64),
        Method("cosen", "Coefficient of sample entropy, 30 beats", cosen.SOURCE, cosen.judge, 30),
        Method("symbolic", "Symbolic dynamics entropy", symbolic.SOURCE, symbolic.judge, 127),
    )
}
