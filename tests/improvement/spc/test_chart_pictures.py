"""Every chart type, both drawings: no clipping, no overlap, readable without colour."""

from __future__ import annotations

import re
from datetime import date
from xml.etree import ElementTree

import numpy as np
import pytest

from harmfree.improvement.spc.chart import control_chart
from harmfree.improvement.spc.drawing import picture_of
from harmfree.improvement.spc.errors import ChartError
from harmfree.improvement.spc.funnel import funnel
from harmfree.improvement.spc.other_pictures import stacked
from harmfree.improvement.spc.pareto import pareto
from harmfree.improvement.spc.rare_events import days_between
from harmfree.improvement.spc.series import Annotation, Rebase, Series, Settings
from harmfree.improvement.spc.small_shifts import cusum, ewma, in_control
from harmfree.improvement.spc.subgroups import subgroup_series
from harmfree.pictures import contrast, text_width

SVG = "{http://www.w3.org/2000/svg}"
RNG = np.random.default_rng(7)
MONTHS = tuple(date(2023 + k // 12, k % 12 + 1, 1) for k in range(30))
VALUES = np.r_[RNG.normal(20, 2, 15), RNG.normal(14, 1.5, 15)]
SIZES = RNG.integers(80, 400, 30).astype(float)
EVENTS = np.round(SIZES * RNG.uniform(0.08, 0.15, 30))
TITLE = "Falls with harm per 1,000 occupied bed days, wards for older people, Example hospital"


def xmr(**more):
    series = Series(VALUES, MONTHS, ghosted=np.arange(30) == 4)
    rebases = (Rebase(date(2024, 4, 1), "sensors in all bays", "A Smith", "audit 12"),)
    notes = (Annotation(date(2023, 6, 1), "ward moved"), Annotation(date(2023, 8, 1), "new matron"))
    return control_chart(
        "xmr", series, Settings("down", 12.0, rebases=rebases, annotations=notes, **more)
    )


def hidden():
    least, most = np.where(EVENTS < 20, 0, EVENTS), np.where(EVENTS < 20, 19, EVENTS)
    return control_chart("c", Series(EVENTS, MONTHS, least=least, most=most))


def plain(kind):
    return control_chart(kind, Series(EVENTS, MONTHS, sizes=SIZES), Settings("down", multiply=1))


def units(**more):
    sizes = RNG.integers(60, 3000, 80).astype(float)
    events = np.round(sizes * np.clip(RNG.normal(0.12, 0.04, 80), 0.01, 1))
    names = tuple(f"Long name of practice number {i}" for i in range(80))
    return picture_of(funnel(names, events, sizes, **more), TITLE, "Share with an NSAID")


def both_of_xbar_s():
    groups = [m.isoformat() for m in MONTHS for _ in range(5)]
    series = subgroup_series(
        groups, RNG.normal(10, 2, 150), dict(zip(groups, np.repeat(MONTHS, 5), strict=True))
    )
    return stacked([picture_of(control_chart(k, series), k) for k in ("xbar", "s")], TITLE)


SMALL = Series(VALUES, MONTHS)
CAUSES = [
    "Prescribing",
    "Monitoring not done",
    "Communication between hospital and practice",
    "Other",
]
PICTURES = {
    "xmr": lambda: picture_of(xmr(), TITLE, "Falls per 1,000 bed days"),
    "xmr-special": lambda: picture_of(control_chart("xmr", SMALL, Settings("down")), "Falls"),
    "hidden": lambda: picture_of(hidden(), TITLE, "Count"),
    **{kind: lambda kind=kind: picture_of(plain(kind), TITLE, "y") for kind in
       ("run", "i", "mr", "p", "pp", "u", "up", "c", "ip")},
    "g": lambda: picture_of(control_chart("g", days_between(MONTHS))),
    "t": lambda: picture_of(control_chart("t", Series(EVENTS)), TITLE, "Days"),
    "xbar_s": both_of_xbar_s,
    "funnel": units,
    "funnel-plain": lambda: units(adjust=False),
    "cusum": lambda: picture_of(cusum(SMALL, in_control(SMALL, None, None, 15)), TITLE),
    "ewma": lambda: picture_of(ewma(SMALL, in_control(SMALL, None, None, 15)), TITLE),
    "pareto": lambda: picture_of(pareto(CAUSES, [45, 30, 22, 14]), TITLE),
    "few": lambda: picture_of(control_chart("xmr", Series(VALUES[:3], MONTHS[::12])), TITLE),
    "one-point": lambda: picture_of(control_chart("xmr", Series(VALUES[:1], MONTHS[:1])), TITLE),
    "constant": lambda: picture_of(control_chart("xmr", Series(np.full(9, 5.0))), TITLE),
    "dense": lambda: picture_of(control_chart("xmr", Series(RNG.normal(5, 1, 400))), TITLE),
}  # fmt: skip


@pytest.fixture(params=list(PICTURES))
def picture(request):
    return PICTURES[request.param]()


def walk(element, dx=0.0, dy=0.0, hidden=False):
    """Every element with the offset of the groups that hold it."""
    move = re.fullmatch(r"translate\(([-\d.]+) ([-\d.]+)\)", element.get("transform", ""))
    if move:
        dx, dy = dx + float(move[1]), dy + float(move[2])
    hidden = hidden or element.get("aria-hidden") == "true"
    yield element, dx, dy, hidden
    for child in element:
        yield from walk(child, dx, dy, hidden)


def text_boxes(root):
    """Left, top, right, bottom of every text that is read."""
    base = float(root.get("font-size"))
    for element, dx, dy, hidden in walk(root):
        if element.tag != SVG + "text" or hidden:
            continue
        size = float(element.get("font-size", base))
        width = text_width(element.text, size, element.get("font-weight") == "bold")
        x, y = float(element.get("x")) + dx, float(element.get("y")) + dy
        x -= {"middle": width / 2, "end": width}.get(element.get("text-anchor"), 0)
        yield element.text, (x, y - size * 0.75, x + width, y + size * 0.2)


@pytest.mark.parametrize("drawing", ["svg", "svg_narrow"])
def test_no_text_is_clipped_or_overlaps_another(picture, drawing):
    root = ElementTree.fromstring(getattr(picture, drawing)())
    _, _, width, height = map(float, root.get("viewBox").split())
    boxes = list(text_boxes(root))
    for text, (left, top, right, bottom) in boxes:
        assert left >= -0.5 and top >= 0 and right <= width + 0.5 and bottom <= height, text
    for i, (text, a) in enumerate(boxes):
        for other, b in boxes[i + 1 :]:
            apart = a[2] <= b[0] + 1 or b[2] <= a[0] + 1 or a[3] <= b[1] + 1 or b[3] <= a[1] + 1
            assert apart, (text, other)


@pytest.mark.parametrize("drawing", ["svg", "svg_narrow"])
def test_no_line_leaves_the_plot(picture, drawing):
    root = ElementTree.fromstring(getattr(picture, drawing)())
    axes = [e for e in root.iter(SVG + "line") if e.get("y1") == e.get("y2")]
    left = min((float(e.get("x1")) for e in axes), default=0.0)
    right = max((float(e.get("x2")) for e in axes), default=0.0)
    for path in root.iter(SVG + "path"):
        for pair in re.findall(r"[-\d.]+,[-\d.]+", path.get("d")):
            assert left - 0.1 <= float(pair.split(",")[0]) <= right + 0.1


@pytest.mark.parametrize("drawing", ["svg", "svg_narrow"])
def test_every_text_and_mark_has_contrast_and_size(picture, drawing):
    root = ElementTree.fromstring(getattr(picture, drawing)())
    least = 11 / (600 / 760 if drawing == "svg" else 288 / 340)
    for element, _, _, hidden in walk(root):
        if element.tag == SVG + "text" and not hidden:
            assert contrast(element.get("fill")) >= 4.5
            assert float(element.get("font-size", root.get("font-size"))) >= least - 0.1
        if element.tag in (SVG + "circle", SVG + "polygon"):
            seen = [element.get("fill"), element.get("stroke")]
            colours = [c for c in seen if c and c not in ("none", "#ffffff")]
            assert colours and all(contrast(c) >= 4.5 for c in colours)


def test_the_page_states_the_sentence_the_notes_and_every_number(picture):
    page = picture.html()
    assert picture.sentence.endswith(".") and len(picture.sentence) > 20
    assert page.count("<tr>") == len(picture.table.rows) + 1
    assert len(picture.csv().splitlines()) == len(picture.table.rows) + 1
    assert "style=" not in page and "<script" not in page


def test_each_verdict_has_a_shape_of_its_own():
    svg = PICTURES["xmr-special"]().svg()
    assert "Concern" in svg and "Improvement" in svg
    assert svg.count("<polygon") > 5 and svg.count("<circle") > 0


def test_the_words_of_a_signal():
    chart = control_chart("xmr", SMALL, Settings("down", 30.0))
    said = picture_of(chart).sentence
    assert said.startswith("Special cause variation, an improvement: the last 15 points are below")
    assert "The target 30 lies outside the limits: the process will reach it every time." in said
    near = np.array([10, 11.0] * 12 + [13.4, 12.5, 13.4])
    said = picture_of(control_chart("xmr", Series(near), Settings("down"))).sentence
    assert "a concern" in said


def test_rebase_and_annotations_are_explained_under_the_picture():
    svg = PICTURES["xmr"]().svg()
    assert "A: 1 June 2023, ward moved" in svg
    assert "C: 1 April 2024, limits begin afresh: sensors in all bays (A Smith; audit 12)" in svg


def test_an_annotation_stands_between_events_that_are_drawn_in_order():
    notes = (Annotation(date(2023, 6, 15), "new checklist"),)
    chart = control_chart("g", days_between(MONTHS), Settings(annotations=notes))
    assert "A: 15 June 2023, new checklist" in picture_of(chart).svg()
    with pytest.raises(ChartError, match="annotation"):
        control_chart("xmr", Series(VALUES), Settings(annotations=notes))


def test_png_of_every_kind_can_be_made(picture):
    assert picture.png(scale=1)[:4] == b"\x89PNG"
