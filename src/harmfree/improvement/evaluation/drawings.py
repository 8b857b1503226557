"""Drawings of the evaluation of a change, from the numbers that a result plots."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from harmfree.pictures import (
    BLUE,
    CENTRE_LINE,
    DATA_LINE,
    GREY,
    LIMIT_LINE,
    ORANGE,
    PALE_BLUE,
    PALE_ORANGE,
    Canvas,
    CategoryScale,
    Frame,
    Ink,
    Key,
    LinearScale,
    Plot,
    Size,
    Tick,
)

Columns = dict[str, Any]
_MARK = Ink(BLUE, BLUE, 1)
_FIT = Ink(BLUE, width=2.5)
_CONTROL = Ink(GREY, GREY, 1.5)
_WITHOUT = Ink(ORANGE, width=2, dash="7 4")
_BAND = Ink(None, PALE_ORANGE)


def series(plotted: dict[str, Columns], size: Size) -> Canvas:
    """Observed points, fitted line and counterfactual with its band."""
    own, control = plotted["series"], plotted.get("control")
    left_out = plotted.get("left_out", {"time": [], "observed": []})
    heights = [*own["observed"], *own["fitted"], *own["counterfactual"], *left_out["observed"]]
    heights += control["observed"] if control else []
    plot = Plot(
        size,
        _time_scale(plotted, own["time"] + left_out["time"]),
        LinearScale.covering(heights),
        Frame(
            "Observed, fitted, and what the trend before would have given",
            y_label=own.get("name", ""),
            legend=_series_legend(bool(control), bool(left_out["time"])),
        ),
    )
    pairs = zip(own["fitted"], own["counterfactual"], strict=True)
    after = [i for i, (with_it, without) in enumerate(pairs) if with_it != without]
    first = after[0] if after else len(own["time"])
    _band(plot, own, after)
    if control:
        plot.line(control["time"], control["fitted"], _CONTROL.with_(fill=None, dash="2 3"))
        plot.points(control["time"], control["observed"], "square", _CONTROL, radius=3)
    # The line is broken at the change: it jumps there, it does not slope.
    plot.line(own["time"][:first], own["fitted"][:first], _FIT)
    plot.line(own["time"][first:], own["fitted"][first:], _FIT)
    plot.line([own["time"][i] for i in after], [own["counterfactual"][i] for i in after], _WITHOUT)
    plot.points(own["time"], own["observed"], "circle", _MARK, radius=3.5)
    plot.points(left_out["time"], left_out["observed"], "ring", Ink(GREY, width=1.5))
    if after:
        begin = min([own["time"][first], *left_out["time"]])
        plot.upright(begin - 0.5 * _step(own["time"]), LIMIT_LINE)
    return plot.canvas


def _series_legend(control: bool, left_out: bool) -> list[Key]:
    keys = [
        Key("observed", _MARK, "circle"),
        Key("fitted", _FIT),
        Key("without the change, 95% CI", _WITHOUT),
    ]
    keys += [Key("control", _CONTROL, "square")] if control else []
    return keys + ([Key("left out", Ink(GREY, width=1.5), "ring")] if left_out else [])


def _band(plot: Plot, own: Columns, after: list[int]) -> None:
    """Band of the counterfactual, cut where it leaves the plot."""
    scale = plot.y
    low, high = getattr(scale, "low", None), getattr(scale, "high", None)

    def inside(value: float) -> float:
        return value if low is None or high is None else min(max(value, low), high)

    plot.band(
        [own["time"][i] for i in after],
        [inside(own["counterfactual_lower"][i]) for i in after],
        [inside(own["counterfactual_upper"][i]) for i in after],
        _BAND,
    )


def _step(times: list[float]) -> float:
    return min((b - a for a, b in zip(times, times[1:], strict=False)), default=1.0)


@dataclass(frozen=True)
class LabelledScale(LinearScale):
    """A straight scale whose ticks carry the file's own labels."""

    labels: Mapping[float, str] = field(default_factory=dict)

    def ticks(self, most: int = 6) -> list[Tick]:
        """Evenly chosen labels."""
        times = sorted(self.labels)
        every = max(1, -(-len(times) // max(1, most)))
        return [Tick(t, self.labels[t]) for t in times[::every]]


def _time_scale(plotted: dict[str, Columns], times: list[float]) -> LabelledScale:
    labels = plotted.get("labels")
    shown = dict(zip(labels["time"], labels["label"], strict=True)) if labels else {}
    return _labelled({t: shown.get(t, f"{t:g}") for t in times})


def _labelled(labels: dict[float, str]) -> LabelledScale:
    room = 0.02 * (max(labels) - min(labels) or 1)
    return LabelledScale(min(labels) - room, max(labels) + room, False, labels)


def by_time_live(plotted: dict[str, Columns], size: Size) -> Canvas:
    """Effect by time since go-live with its band."""
    own = plotted["by_time_live"]
    ratio = min(own["lower"]) > 0
    label = "ratio to sites not yet live" if ratio else "difference from sites not yet live"
    none = 1.0 if ratio else 0.0
    plot = Plot(
        size,
        LinearScale(0.0, max(own["since"]) or 1.0),
        LinearScale.covering([*own["lower"], *own["upper"], none]),
        Frame(
            "Effect by time since going live",
            "periods since going live",
            label,
            [Key("effect, 95% CI", _FIT), Key("no effect", LIMIT_LINE)],
        ),
    )
    plot.band(own["since"], own["lower"], own["upper"], Ink(None, PALE_BLUE))
    plot.level(none, LIMIT_LINE)
    plot.line(own["since"], own["effect"], _FIT)
    return plot.canvas


def calendar(plotted: dict[str, Columns], size: Size) -> Canvas:
    """Observed mean by period, and without the change."""
    own = plotted["calendar"]
    plot = Plot(
        size,
        _labelled(dict(zip(own["period"], own["label"], strict=True))),
        LinearScale.covering([*own["observed"], *own["without_change"]]),
        Frame(
            "Observed, and expected without the change",
            legend=[Key("observed", _MARK, "circle"), Key("without the change", _WITHOUT)],
        ),
    )
    plot.line(own["period"], own["without_change"], _WITHOUT)
    plot.line(own["period"], own["observed"], DATA_LINE)
    plot.points(own["period"], own["observed"], "circle", _MARK)
    return plot.canvas


def forest(plotted: dict[str, Columns], size: Size) -> Canvas:
    """Estimates with intervals, one upright each."""
    own = plotted["forest"] if "forest" in plotted else plotted["arms"]
    places = [float(i) for i in range(len(own["name"]))]
    plot = Plot(
        size,
        CategoryScale(tuple(own["name"])),
        LinearScale.covering([*own["lower"], *own["upper"], 0.0]),
        Frame("Estimate and 95% confidence interval"),
    )
    for place, low, high in zip(places, own["lower"], own["upper"], strict=True):
        if low is not None and high is not None:
            plot.line([place, place], [low, high], CENTRE_LINE)
    plot.points(places, own["value"], "square", _MARK, radius=5)
    return plot.canvas


def curves(plotted: dict[str, Columns], size: Size) -> Canvas:
    """Share acted on by day, one step line a group."""
    names = [name for name in plotted if name.startswith("curve_")]
    inks = [Ink(BLUE, width=2.5), Ink(ORANGE, width=2.5, dash="7 4")]
    bands = [Ink(None, PALE_BLUE), Ink(None, PALE_ORANGE)]
    legend = [Key(n.removeprefix("curve_"), ink) for n, ink in zip(names, inks, strict=False)]
    plot = Plot(
        size,
        LinearScale.covering([0.0, *(d for n in names for d in plotted[n]["days"])]),
        LinearScale(0.0, 1.0),
        Frame("Share acted on", "days since it opened", legend=legend),
    )
    for name, band in zip(names, bands, strict=False):
        own = plotted[name]
        plot.band(own["days"], own["lower"], own["upper"], band)
    for name, ink in zip(names, inks, strict=False):
        xs, ys = _stairs(plotted[name]["days"], plotted[name]["acted"])
        plot.line(xs, ys, ink)
    return plot.canvas


def _stairs(xs: list[float], ys: list[float]) -> tuple[list[float], list[float]]:
    """A curve that holds each value until the next place."""
    ends = [*xs[1:], xs[-1]]
    return [x for pair in zip(xs, ends, strict=True) for x in pair], [y for y in ys for _ in (0, 1)]
