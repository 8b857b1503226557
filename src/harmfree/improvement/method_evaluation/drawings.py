"""Drawings of the evaluation of a device or a test, from the numbers that a result plots."""

from __future__ import annotations

from typing import Any, cast

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
    CategoryScale,
    Frame,
    Ink,
    Key,
    LinearScale,
    Plot,
    Shape,
    Size,
    wrapped,
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
    styles = {"treat all": Ink(GREY, width=1.5), "treat none": Ink(BLACK, width=1.5, dash="1 4")}
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


def rounds(plotted: dict[str, Columns], size: Size) -> Canvas:
    """Scores of external quality assessment by round."""
    own = plotted["rounds"]
    kind = next(k for k in ("z", "zeta") if k in own)
    action = [
        v if mark == "action" else None for v, mark in zip(own[kind], own["verdict"], strict=True)
    ]
    plot = Plot(
        size,
        CategoryScale(tuple(str(r) for r in own["round"])),
        LinearScale.covering([*own[kind], -3.5, 3.5]),
        Frame(
            "External quality assessment",
            "round",
            f"{kind} score",
            [
                Key("score", _MARK, "circle"),
                Key("calls for action", Ink(RED, RED), "triangle-up"),
                Key("action at 3", LIMIT_LINE),
                Key("warning above 2", Ink(GREY, width=1, dash="2 3")),
            ],
        ),
    )
    for level, ink in ((2.0, Ink(GREY, width=1, dash="2 3")), (3.0, LIMIT_LINE)):
        plot.level(level, ink)
        plot.level(-level, ink)
    plot.level(0.0, CENTRE_LINE)
    places = [float(i) for i in range(len(own["round"]))]
    plot.points(places, own[kind], "circle", _MARK)
    plot.points(places, action, "triangle-up", Ink(RED, RED), radius=6)
    return plot.canvas


def risks(plotted: dict[str, Columns], size: Size) -> Canvas:
    """Risk with the new test against risk without it, by outcome."""
    own = plotted["risks"]
    plot = Plot(
        size,
        LinearScale(0.0, 1.0),
        LinearScale(0.0, 1.0),
        Frame(
            "Reclassification",
            "risk without the test",
            "risk with the test",
            [
                Key("with the outcome", Ink(ORANGE, ORANGE), "triangle-up"),
                Key("without the outcome", Ink(BLUE, width=1.5), "ring"),
                Key("no change", LIMIT_LINE),
            ],
        ),
    )
    plot.line([0.0, 1.0], [0.0, 1.0], LIMIT_LINE)
    for mark, shape, ink in (
        (0, "ring", Ink(BLUE, width=1.5)),
        (1, "triangle-up", Ink(ORANGE, ORANGE)),
    ):
        chosen = [v if o == mark else None for v, o in zip(own["new"], own["outcome"], strict=True)]
        plot.points(own["old"], chosen, cast(Shape, shape), ink)
    return plot.canvas


_ARMS = ("positive", "indeterminate", "negative")


def stard(plotted: dict[str, Columns], size: Size) -> Canvas:
    """STARD flow of people from eligible to the final cells."""
    flow = plotted["stard"]
    canvas = Canvas(size)
    arms = [name for name in _ARMS if flow["index_test"][name]["n"] or name != "indeterminate"]
    gap = 10.0
    line = canvas.line_height
    full, share = size.width - 2 * gap, (size.width - (len(arms) + 1) * gap) / len(arms)
    y = _box(canvas, (gap, gap, full), [f"Eligible: {flow['eligible']}"])
    tested = flow["eligible"] - flow["no_index_test"]
    lines = [f"Index test done: {tested}", f"Not done: {flow['no_index_test']}"]
    y = _box(canvas, (gap, y + line, full), lines)
    bottoms = []
    for i, name in enumerate(arms):
        arm, left = flow["index_test"][name], gap + i * (share + gap)
        below = _box(canvas, (left, y + line, share), [f"Test {name}: {arm['n']}"])
        unknown = [f"No reference: {arm['reference_missing']}"]
        if arm["reference_indeterminate"]:
            unknown.append(f"Reference unclear: {arm['reference_indeterminate']}")
        below = _box(canvas, (left, below + line, share), unknown)
        final = [f"Present: {arm['target_present']}", f"Absent: {arm['target_absent']}"]
        bottoms.append(_box(canvas, (left, below + line, share), final))
    canvas.height = max(bottoms) + gap
    return canvas


def _box(canvas: Canvas, place: tuple[float, float, float], lines: list[str]) -> float:
    """A box with centred lines at (left, top, width); returns its bottom."""
    left, top, width = place
    texts = [part for text in lines for part in wrapped(text, canvas.size.font, width - 12)]
    height = canvas.line_height * len(texts) + 10
    canvas.rectangle(left, top, width, height, Ink(BLACK, None, 1.25))
    for i, text in enumerate(texts):
        base = top + 5 + canvas.line_height * (i + 0.75)
        canvas.text(left + width / 2, base, text, anchor="middle")
    if top > 2 * canvas.line_height:
        middle = left + width / 2
        canvas.line(middle, top - canvas.line_height, middle, top, Ink(GREY))
    return top + height
