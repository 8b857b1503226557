"""The picture of any computed chart."""

from __future__ import annotations

from harmfree.improvement.spc.chart import ControlChart
from harmfree.improvement.spc.control_picture import control_picture
from harmfree.improvement.spc.funnel import Funnel
from harmfree.improvement.spc.funnel_picture import funnel_picture
from harmfree.improvement.spc.other_pictures import pareto_picture, small_shift_picture
from harmfree.improvement.spc.pareto import Pareto
from harmfree.improvement.spc.small_shifts import SmallShiftChart
from harmfree.pictures import Picture


def picture_of(
    computed: ControlChart | Funnel | SmallShiftChart | Pareto, title: str = "", y_label: str = ""
) -> Picture:
    """Draw a computed chart of whatever kind."""
    if isinstance(computed, ControlChart):
        return control_picture(computed, title, y_label)
    if isinstance(computed, Funnel):
        return funnel_picture(computed, title, y_label)
    if isinstance(computed, Pareto):
        return pareto_picture(computed, title, y_label or "Events")
    return small_shift_picture(computed, title, y_label)
