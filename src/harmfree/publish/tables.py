"""Counts as tables: the trend by site, the breakdown by area."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from harmfree.periods.engine import Request
from harmfree.periods.stored import CATEGORIES

Counts = npt.NDArray[np.int32]


def trend_table(counts: Counts, ids: Sequence[str], request: Request) -> pa.Table:
    """Rows (indicator, site, date, denominator, numerator) with a denominator above zero.

    Args:
        counts: [2 * indicator + (0 denominator, 1 numerator), site, index date].
        ids: the indicators' ids.
        request: for its index dates.
    """
    denominator, numerator = counts[0::2], counts[1::2]
    indicator, site, day = np.nonzero(denominator)
    return pa.table(
        {
            "indicator": _names(indicator, ids),
            "site": pa.array(site.astype(np.int32)),
            "date": pa.array(request.index_dates[day]).cast(pa.date32()),
            "denominator": pa.array(denominator[indicator, site, day].astype(np.int64)),
            "numerator": pa.array(numerator[indicator, site, day].astype(np.int64)),
        }
    )


def breakdown_table(
    strata: Counts, ids: Sequence[str], areas: Sequence[str], request: Request
) -> pa.Table:
    """Rows (indicator, area, dimension, category, date, denominator, numerator).

    `strata` is [2 * indicator + (0 denominator, 1 numerator), area, category, index date].
    """
    denominator, numerator = strata[0::2], strata[1::2]
    indicator, area, category, day = found = np.nonzero(denominator)
    return pa.table(
        {
            "indicator": _names(indicator, ids),
            "area": _names(area, areas),
            "dimension": _names(category, [name for name, _ in CATEGORIES]),
            "category": _names(category, [name for _, name in CATEGORIES]),
            "date": pa.array(request.index_dates[day]).cast(pa.date32()),
            "denominator": pa.array(denominator[found].astype(np.int64)),
            "numerator": pa.array(numerator[found].astype(np.int64)),
        }
    )


def _names(numbers: npt.NDArray[np.intp], names: Sequence[str]) -> pa.Array:
    """Numbers as a dictionary-encoded column of names.

    A name that stands for several numbers is one entry: Parquet cannot keep a dictionary with
    repeats, and the bytes that it writes in its place differ from run to run.
    """
    different = list(dict.fromkeys(names))
    place = np.array([different.index(name) for name in names], np.int32)
    return pa.DictionaryArray.from_arrays(
        pa.array(place[numbers]), pa.array(different, pa.string())
    )
