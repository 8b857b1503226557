"""The sentence and the warnings of a roll-out, made from its numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from harmfree.improvement.evaluation.panel import COMFORTABLE_SITES, Panel
from harmfree.improvement.result import Estimate, say, say_p

TWO_WAY = (
    "Do not quote one constant two-way fixed-effects figure: it takes sites already live as "
    "controls and misleads when the effect changes with time."
)


def sentence(estimates: Mapping[str, Estimate], after: Sequence[float], panel: Panel) -> str:
    """Say what the effect is at each time, and what it comes to."""
    unit = "months" if panel.labels else "periods"
    parts = []
    for since in after:
        found = estimates.get(f"ratio_after_{since:g}")
        if found is not None:
            parts.append(f"{_change(found)} {since:g} {unit} after going live")
        gap = estimates.get(f"difference_after_{since:g}")
        if gap is not None:
            side = "higher" if gap.value > 0 else "lower"
            clear = "" if gap.lower > 0 or gap.upper < 0 else ", no clear difference"
            parts.append(
                f"{say(abs(gap.value))} {side} (95% CI {say(gap.lower)} to {say(gap.upper)}"
                f"{clear}) {since:g} {unit} after going live"
            )
    sites = f"{panel.site_count} sites"
    if not parts:
        return f"The {sites} were not followed long enough to state an effect."
    text = f"Over {sites}, the outcome was {' and '.join(parts)}, against sites not yet live."
    total = estimates["total"]
    if panel.size is not None:
        fewer = "fewer" if total.value < 0 else "more"
        text += (
            f" Summed over all live months that is {say(abs(total.value))} {fewer} "
            f"(95% CI of the difference {say(total.lower)} to {say(total.upper)})."
        )
    return text


def _change(ratio: Estimate) -> str:
    def side(value: float) -> str:
        change = 100 * (value - 1)
        return f"{abs(change):.1f}% {'higher' if change > 0 else 'lower'}"

    clear = "; no clear difference" if ratio.lower <= 1 <= ratio.upper else ""
    return f"{side(ratio.value)} (95% CI {side(ratio.lower)} to {side(ratio.upper)}{clear})"


def warnings(
    panel: Panel,
    estimates: Mapping[str, Estimate],
    imputed: Mapping[str, Estimate],
    before: Mapping[str, Any],
) -> list[str]:
    """What must be known before the numbers are quoted."""
    found = [TWO_WAY]
    if panel.site_count < COMFORTABLE_SITES:
        found.append(f"Only {panel.site_count} sites: intervals may still be too narrow.")
    if before.get("p", 1.0) < 0.05:
        found.append(
            f"Sites were already changing in the six months before going live "
            f"({say_p(before['p'])}): the comparison may flatter or hide the effect."
        )
    for name, other in imputed.items():
        main = estimates.get(name)
        if main is not None and not (other.lower <= main.value <= other.upper):
            found.append(
                f"The check by imputation gives {other} where the model gives {main}: the two "
                "disagree, so treat the effect with care."
            )
    alone = _never_compared(panel)
    if alone:
        found.append(
            f"In {alone} periods every site was live; there the effect rests on the model's shape."
        )
    return found


def _never_compared(panel: Panel) -> int:
    periods = np.unique(panel.period)
    return sum(bool(panel.live[panel.period == p].all()) for p in periods)
