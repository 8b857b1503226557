"""The IWPC equations for populations: NumPy columns in, mg a week out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harmfree.clinical.warfarin.tables import table

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray


def iwpc_weekly(kind: str, columns: Mapping[str, NDArray[Any]]) -> NDArray[np.float64]:
    """Return the dose in mg a week as the equation gives it, unguarded; NaN for a root below 0.

    For evaluation, never for a patient: `equations.iwpc` refuses what must not be used.

    Args:
        kind: "pharmacogenetic" or "clinical".
        columns: `age_decade` (1 to 9), `height_cm`, `weight_kg`, `enzyme_inducer` and
            `amiodarone` (0 or 1), `ancestry` and, for the pharmacogenetic equation, `vkorc1` and
            `cyp2c9` as words of the coefficient table ("unknown" included).
    """
    import numpy as np

    held = table("iwpc")[kind]
    root: NDArray[np.float64] = np.full(len(columns["age_decade"]), float(held["constant"]))
    for name, coefficient in held.items():
        if isinstance(coefficient, dict):
            words, places = np.unique(columns[name], return_inverse=True)
            root += np.array([coefficient[word] for word in words.tolist()])[places]
        elif name != "constant":
            root += coefficient * columns[name]
    return np.where(root > 0, root**2, np.nan)
