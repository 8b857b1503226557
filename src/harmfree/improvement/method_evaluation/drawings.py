"""Drawings of the evaluation of a device or a test, from the numbers that a result plots."""

from __future__ import annotations

from typing import Any

from harmfree.pictures import (
    BLACK,
    BLUE,
    CENTRE_LINE,
    GREY,
    LIMIT_LINE,
    ORANGE,
    PALE,
    PURPLE,
    RED,
    Canvas,
    Frame,
    Ink,
    Key,
    LinearScale,
    Plot,
    Size,
)

Columns = dict[str, Any]
_MARK = Ink(BLUE, BLUE, 1)
_FIT = Ink(BLUE, width=2.5)


def agreement(plotted: dict[str, Columns], size: Size) -> Canvas:
    """Bland-Altman: difference against mean, with bias and limits."""
    own, limits = plotted["differences"], plotted["limits"]
    levels = [limits["lower"][0], limits["bias"][0], limits["upper"][0]]
    plot = Plot(
        size,
        LinearScale.covering(own["mean"]),
        LinearScale.covering([*own["difference"], *levels, 0.0]),
        Frame(
            "Difference against mean (Bland-Altman)",
            "mean of the two methods",
            "first minus second",
            [
                Key("pair", _MARK, "circle"),
                Key("bias", Ink(BLACK, width=2)),
                Key("limits of agreement", LIMIT_LINE),
                Key("no difference", Ink(GREY, width=1.5, dash="2 3")),
            ],
        ),
    )
    plot.level(0.0, Ink(GREY, width=1.5, dash="2 3"))
    plot.level(levels[1], Ink(BLACK, width=2))
    for level in (levels[0], levels[2]):
        plot.level(level, LIMIT_LINE)
    plot.points(own["mean"], own["difference"], "circle", _MARK)
    return plot.canvas


def roc(plotted: dict[str, Columns], size: Size) -> Canvas:
    """ROC curve with the line of no use."""
    own = plotted["roc"]
    plot = Plot(
        size,
        LinearScale(0.0, 1.0),
        LinearScale(0.0, 1.0),
        Frame(
            "ROC curve",
            "1 - specificity",
            "sensitivity",
            [Key("test", _FIT), Key("no better than chance", LIMIT_LINE)],
        ),
    )
    plot.line([0.0, 1.0], [0.0, 1.0], LIMIT_LINE)
    plot.line(own["fpr"], own["tpr"], _FIT)
    return plot.canvas


def decision_curve(plotted: dict[str, Columns], size: Size) -> Canvas:
    """Net benefit by threshold; losses beyond -0.05 are cut."""
    own = plotted["decision_curve"]
    names = [n for n in own if n != "threshold"]
    inks = [
        Ink(BLUE, width=2.5),
        Ink(ORANGE, width=2.5, dash="7 4"),
        Ink(PURPLE, width=2, dash="2 3"),
    ]
    styles = {"treat all": Ink(GREY, width=1.5), "treat none": Ink(BLACK, width=1.5)}
    fresh = iter(inks * len(names))
    drawn = {n: styles.get(n) or next(fresh) for n in names}
    cut = {n: [None if v is None or v < -0.05 else v for v in own[n]] for n in names}
    plot = Plot(
        size,
        LinearScale(0.0, 1.0),
        LinearScale.covering([v for vs in cut.values() for v in vs]),
        Frame(
            "Decision curve",
            "threshold probability",
            "net benefit",
            [Key(n, drawn[n]) for n in names],
        ),
    )
    for name in names:
        plot.line(own["threshold"], cut[name], drawn[name])
    return plot.canvas


def levey_jennings(plotted: dict[str, Columns], size: Size) -> Canvas:
    """Control results in SDs; a broken rule has its own mark."""
    own = plotted["levey_jennings"]
    rejected = [bool(set(r.split()) - {"1-2s"}) for r in own["rules"]]
    plot = Plot(
        size,
        LinearScale.covering(own["row"]),
        LinearScale.covering([*own["z"], -3.5, 3.5]),
        Frame(
            "Levey-Jennings chart",
            "result, in time order",
            "SDs from the mean",
            [
                Key("in control", _MARK, "circle"),
                Key("breaks a rule", Ink(RED, RED), "triangle-up"),
                Key("3 SD", LIMIT_LINE),
                Key("2 SD", Ink(GREY, width=1, dash="2 3")),
            ],
        ),
    )
    for level in (-2.0, 2.0):
        plot.level(level, Ink(GREY, width=1, dash="2 3"))
    for level in (-3.0, 3.0):
        plot.level(level, LIMIT_LINE)
    plot.level(0.0, CENTRE_LINE)
    plot.line(own["row"], own["z"], Ink(PALE, width=1.5))
    good = [None if bad else z for z, bad in zip(own["z"], rejected, strict=True)]
    broken = [z if bad else None for z, bad in zip(own["z"], rejected, strict=True)]
    plot.points(own["row"], good, "circle", _MARK, tips=own["rules"])
    plot.points(own["row"], broken, "triangle-up", Ink(RED, RED), radius=5, tips=own["rules"])
    return plot.canvas
