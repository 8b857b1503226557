"""The tree of sites: which place, system and region each site is in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from harmfree.errors import NotFoundError

LEVELS = ("network", "place", "system", "region")


@dataclass(frozen=True)
class Place:
    """One site as the store has it."""

    number: int
    id: str
    name: str
    kind: str
    parent: str | None


class Places:
    """Sites by number and by id, and what is above them."""

    def __init__(self, sites: pa.Table) -> None:
        columns = (sites[name].to_pylist() for name in ("site", "id", "name", "kind", "parent"))
        self.every = [Place(*row) for row in zip(*columns, strict=True)]
        self._by_id = {each.id: each for each in self.every}

    def find(self, identifier: str) -> Place:
        """The site with this id; NotFoundError with a hint when there is none."""
        if identifier in self._by_id:
            return self._by_id[identifier]
        some = ", ".join(each.id for each in self.every if each.kind == "practice")[:80]
        raise NotFoundError(
            f"There is no site '{identifier}'.", do=f"Sites of this store include: {some} ..."
        )

    def above(self, number: int, kind: str) -> Place | None:
        """The site of that kind that holds this one; itself when it is of that kind."""
        each: Place | None = self.every[number]
        while each is not None and each.kind != kind:
            each = self._by_id.get(each.parent or "")
        return each

    def below(self, place: Place) -> list[int]:
        """Numbers of the site itself and of all sites under it."""
        return [each.number for each in self.every if self._holds(place, each)]

    def _holds(self, place: Place, each: Place) -> bool:
        at: Place | None = each
        while at is not None:
            if at.number == place.number:
                return True
            at = self._by_id.get(at.parent or "")
        return False

    def areas(self) -> tuple[npt.NDArray[np.int32], list[str]]:
        """For each site the number of its area (the place above it), and the areas' names."""
        names: dict[str, int] = {}
        areas = []
        for each in self.every:
            place = self.above(each.number, "place")
            areas.append(names.setdefault(place.id if place else "", len(names)))
        return np.array(areas, np.int32), list(names)
