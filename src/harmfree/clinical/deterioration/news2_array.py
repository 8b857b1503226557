"""NEWS2 of many sets at once: the twin of `news2` on NumPy arrays, equal to it row by row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from harmfree.clinical.deterioration.news2 import chart

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Order of the band codes in `News2Array.band`; 0 stands for an incomplete set.
BANDS = ("", "low", "low-medium", "medium", "high")


@dataclass(frozen=True)
class News2Array:
    """The scores of many sets; every array has one entry a set.

    Args:
        total: the score, NaN for an incomplete set.
        minimum: least score that the set can have.
        maximum: most.
        any_three: whether one recorded observation alone scores 3.
        band: position in `BANDS`.
    """

    total: NDArray[np.float64]
    minimum: NDArray[np.int64]
    maximum: NDArray[np.int64]
    any_three: NDArray[np.bool_]
    band: NDArray[np.int8]


def news2_array(
    *,
    respiration: NDArray[np.float64],
    spo2: NDArray[np.float64],
    oxygen: NDArray[np.float64],
    systolic: NDArray[np.float64],
    pulse: NDArray[np.float64],
    alert: NDArray[np.float64],
    temperature: NDArray[np.float64],
    scale_2: NDArray[np.bool_],
) -> News2Array:
    """Score many sets; NaN is not recorded.

    Args:
        respiration: breaths a minute.
        spo2: per cent.
        oxygen: 1 on supplemental oxygen, 0 on air.
        systolic: mmHg.
        pulse: beats a minute.
        alert: 1 alert, 0 for new confusion, voice, pain or unresponsive.
        temperature: degrees Celsius.
        scale_2: True where a clinician prescribed scale 2.

    Values are not checked against plausible ranges: check them where they are read.
    """
    rows = chart().by_name
    scored = [
        _measured("respiration", respiration),
        _spo2(spo2, oxygen, scale_2),
        _state(oxygen, rows["oxygen"].options["oxygen"]),
        _measured("systolic", systolic),
        _measured("pulse", pulse),
        _state(1 - alert, rows["consciousness"].options["U"]),
        _measured("temperature", temperature),
    ]
    least = np.zeros(len(respiration), dtype=np.int64)
    open_points = np.zeros_like(least)
    three = np.zeros(len(respiration), dtype=bool)
    incomplete = np.zeros_like(three)
    for points, unknown, most in scored:
        least += points
        open_points += np.where(unknown, most, 0)
        three |= points == 3
        incomplete |= unknown
    total = np.where(incomplete, np.nan, least)
    return News2Array(total, least, least + open_points, three, _bands(least, three, incomplete))


Scored = tuple["NDArray[np.int64]", "NDArray[np.bool_]", "NDArray[np.int64] | int"]


def _measured(name: str, values: NDArray[np.float64]) -> Scored:
    row = chart().by_name[name]
    unknown = np.isnan(values)
    points = row.steps["all"].score_array(values)
    return np.where(unknown, 0, points), unknown, row.most


def _state(values: NDArray[np.float64], points: int) -> Scored:
    unknown = np.isnan(values)
    return np.where(values > 0, points, 0), unknown, points


def _spo2(
    values: NDArray[np.float64], oxygen: NDArray[np.float64], scale_2: NDArray[np.bool_]
) -> Scored:
    row = chart().by_name["spo2"]
    usual = row.steps["scale 1"].score_array(values)
    if not scale_2.any():
        unknown = np.isnan(values)
        return np.where(unknown, 0, usual), unknown, row.most
    on_air = row.steps["scale 2, on air"].score_array(values)
    on_oxygen = row.steps["scale 2, on oxygen"].score_array(values)
    second = np.where(oxygen > 0, on_oxygen, on_air)
    # Air or oxygen unknown settles nothing where the two columns differ.
    unsettled = scale_2 & np.isnan(oxygen) & (on_air != on_oxygen)
    absent = np.isnan(values)
    unknown = absent | unsettled
    most = np.where(absent, row.most, on_oxygen)
    return np.where(unknown, 0, np.where(scale_2, second, usual)), unknown, most


def _bands(
    total: NDArray[np.int64], three: NDArray[np.bool_], incomplete: NDArray[np.bool_]
) -> NDArray[np.int8]:
    table = chart()
    code = np.zeros(len(total), dtype=np.int8)
    for level in table.levels:
        code[total >= level.at_least] = BANDS.index(level.name)
    single = table.any_parameter
    if single is not None:
        code[three & (total < single.below_total)] = BANDS.index(single.name)
    code[incomplete] = 0
    return code
