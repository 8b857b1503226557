"""What is hidden in a run, worked out once for it and for each circle of exact knowledge.

The pattern depends on the run and on what the viewer knows exactly, not on the page, so that no
two pages together give a number away. It is kept in Django's cache and in the process.
"""

from __future__ import annotations

import zlib
from collections import OrderedDict
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import numpy as np
import numpy.typing as npt
from django.conf import settings
from django.core.cache import cache

from harmfree.web.dashboards.suppression import Bools, Hidden, suppressed
from harmfree.web.organisations.tree import Tree
from harmfree.web.publication.models import PublishedRun, Series

AT_ONCE = 32
"""Indicators whose counts are in memory at once: a region has some hundreds of both."""
KEPT = 16
PARTITIONS = (
    (
        "af_untreated_contraindicated",
        "af_untreated_declined",
        "af_untreated_antiplatelet",
        "af_untreated_nothing",
    ),
    tuple(f"af_untreated_score_{score}" for score in range(2, 10)),
)
"""Indicators whose numerators add up to another's (af_not_anticoagulated): one hidden hides all, or
it could be worked out from the others. With all parts hidden at the same organisations, whatever
one part may hold more, another may hold less, and every sum stays."""
_kept: OrderedDict[str, Pattern] = OrderedDict()


@dataclass(frozen=True, eq=False)
class Pattern:
    """Where counts of a run are hidden.

    Attributes:
        places: key of an organisation to its row.
        indicators: id to column.
        hidden: bool[organisation, indicator, date] for both counts.
    """

    places: dict[int, int]
    indicators: dict[str, int]
    hidden: Hidden

    def of(self, organisation: int, indicator: str) -> tuple[Bools, Bools]:
        """Where numerator and denominator of one series are hidden, by date."""
        at = self.places[organisation], self.indicators[indicator]
        return self.hidden.numerator[at], self.hidden.denominator[at]


def pattern(run: PublishedRun, tree: Tree, known: frozenset[int] = frozenset()) -> Pattern:
    """The pattern of a run for whoever knows these organisations exactly; for all by default."""
    key = key_of(run, tree, known)
    found = _kept.get(key)
    if found is None:  # another thread may drop it at any moment: it is looked up once
        packed = cache.get(key)
        if packed is None:
            packed = _packed(computed(run, tree, known))
            cache.set(key, packed, None)
        found = _kept[key] = _unpacked(packed)
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return found


def key_of(run: PublishedRun, tree: Tree, known: frozenset[int]) -> str:
    """A key that changes with the run, the threshold, the tree and what is known."""
    told = [f"{each.id}<{each.parent}" for each in tree.nodes.values()]
    text = f"{run.pk} {run.number} {run.published} {settings.SMALLEST} {told} {sorted(known)}"
    return "hidden-" + sha256(text.encode()).hexdigest()[:32]


def computed(run: PublishedRun, tree: Tree, known: frozenset[int]) -> Pattern:
    """Work a pattern out from all series of the run."""
    places = {each: row for row, each in enumerate(sorted(tree.nodes))}
    names: list[str] = list(run.info["indicators"])
    shape = len(places), len(names), len(run.dates)
    hidden = Hidden(np.zeros(shape, bool), np.zeros(shape, bool))
    common = pattern(run, tree).hidden if known else None
    parents = [places.get(tree.nodes[each].parent or 0, -1) for each in places]
    for first in range(0, len(names), AT_ONCE):
        where = slice(first, first + AT_ONCE)
        columns = {name: column for column, name in enumerate(names[where])}
        above, below = _counts(run, places, columns)
        found = suppressed(
            above.reshape(len(places), -1),
            below.reshape(len(places), -1),
            parents,
            settings.SMALLEST,
            [places[each] for each in known],
            _columns(common, where) if common else None,
        )
        hidden.numerator[:, where] = found.numerator.reshape(above.shape)
        hidden.denominator[:, where] = found.denominator.reshape(above.shape)
    _tie(hidden.numerator, names)
    hidden.numerator[[places[each] for each in known]] = False
    return Pattern(places, {name: i for i, name in enumerate(names)}, hidden)


def _tie(hidden: Bools, names: list[str]) -> None:
    """Hide, in place, every part of a partition where one is hidden."""
    for parts in PARTITIONS:
        at = [names.index(each) for each in parts if each in names]
        hidden[:, at] |= hidden[:, at].any(axis=1, keepdims=True)


def _columns(hidden: Hidden, where: slice) -> Hidden:
    """Some indicators of a pattern, flat."""
    return Hidden(
        hidden.numerator[:, where].reshape(len(hidden.numerator), -1),
        hidden.denominator[:, where].reshape(len(hidden.denominator), -1),
    )


def _counts(
    run: PublishedRun, places: dict[int, int], columns: dict[str, int]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Numerators and denominators, int[organisation, indicator, date]."""
    above, below = np.zeros((2, len(places), len(columns), len(run.dates)), np.int64)
    rows = Series.objects.filter(run=run, indicator__in=list(columns)).values_list(
        "organisation_id", "indicator", "numerators", "denominators"
    )
    for organisation, name, numerators, denominators in rows.iterator():
        at = places[organisation], columns[name]
        above[at], below[at] = numerators, denominators
    return above, below


def _packed(found: Pattern) -> dict[str, Any]:
    both = np.stack([found.hidden.numerator, found.hidden.denominator])
    return {
        "places": found.places,
        "indicators": found.indicators,
        "shape": both.shape,
        "bits": zlib.compress(np.packbits(both).tobytes()),
    }


def _unpacked(packed: dict[str, Any]) -> Pattern:
    bits = np.frombuffer(zlib.decompress(packed["bits"]), np.uint8)
    shape = packed["shape"]
    both = np.unpackbits(bits, count=int(np.prod(shape))).astype(bool).reshape(shape)
    return Pattern(packed["places"], packed["indicators"], Hidden(both[0], both[1]))
