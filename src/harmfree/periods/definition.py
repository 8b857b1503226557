"""What the engine is asked to compute: definitions, and the code lists behind them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from harmfree.periods.expressions import Predicate


@dataclass(frozen=True)
class Definition:
    """An indicator as the engine sees it.

    Only people on a site's list count: every period is cut to the person's registrations. The
    numerator counts within the denominator.
    """

    id: str
    denominator: Predicate
    numerator: Predicate


@dataclass(frozen=True, eq=False)
class ListTable:
    """A code list resolved against one store.

    Attributes:
        code_ids: int32[n], rows of the store's code dictionary.
        groups: int32[n], what counts as the same within the list (a medicine's substance).
        weights: float64[n], the code's weight (0 when the list gives none).
        factors: float64[units], what a value in each unit is multiplied by; NaN: not usable.
    """

    code_ids: npt.NDArray[np.int32]
    groups: npt.NDArray[np.int32]
    weights: npt.NDArray[np.float64]
    factors: npt.NDArray[np.float64]
