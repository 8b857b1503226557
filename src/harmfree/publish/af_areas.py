"""Sites gathered into the places of a level."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from harmfree.errors import NotFoundError
from harmfree.publish.coded import NOWHERE
from harmfree.publish.cube import containment
from harmfree.publish.places import Place
from harmfree.publish.reading import LiveRun

LEVELS = ("practice", "network", "place", "system", "region")


@dataclass(frozen=True, eq=False)
class Areas:
    """The places of a level.

    Attributes:
        places: by id. holds: bool[place, site], whether the place holds the site.
    """

    places: tuple[Place, ...]
    holds: npt.NDArray[np.bool_]

    def within(self, place: int, site: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        """Which of the sites lie in a place; NOWHERE lies in none."""
        found: npt.NDArray[np.bool_] = (site != NOWHERE) & self.holds[place, site]
        return found


def areas(run: LiveRun, by: str) -> Areas:
    """The places of a level; NotFoundError when there are none."""
    found = sorted((each for each in run.places.every if each.kind == by), key=lambda p: p.id)
    if not found:
        raise NotFoundError(
            f"These records have no {by}.",
            do=f"Levels: {', '.join(LEVELS)}. Load a table of sites to have the upper ones.",
        )
    return Areas(tuple(found), containment(run.places)[[each.number for each in found]])
