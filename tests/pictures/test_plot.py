"""Primitives of a plot: where they stand, in the units of the data."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from harmfree.pictures import (
    BLUE,
    DATA_LINE,
    NARROW,
    WIDE,
    CategoryScale,
    Frame,
    Ink,
    LinearScale,
    PictureError,
    Plot,
    Table,
)

SVG = "{http://www.w3.org/2000/svg}"


def plot(size=WIDE, **frame):
    return Plot(size, LinearScale(0, 10), LinearScale(0, 100), Frame("Title", **frame))


def drawn(made, tag):
    root = ElementTree.fromstring(made.canvas.svg("a", "Title", "What it says"))
    return list(root.iter(SVG + tag))


def test_the_ends_of_the_axes_are_the_edges_of_the_area():
    made = plot()
    assert (made.at_x(0), made.at_x(10)) == (made.area.left, made.area.right)
    assert (made.at_y(0), made.at_y(100)) == (made.area.bottom, made.area.top)


def test_bars_stand_on_their_base_and_a_missing_one_is_not_drawn():
    made = plot()
    before = len(drawn(made, "rect"))
    made.bars([1, 2, 3], [50, None, -10], Ink(None, BLUE), 0.8)
    bars = drawn(made, "rect")[before:]
    assert len(bars) == 2
    foot = float(bars[0].get("y")) + float(bars[0].get("height"))
    assert foot == pytest.approx(made.at_y(0), abs=0.02)
    assert float(bars[1].get("y")) == pytest.approx(made.at_y(0), abs=0.02)


def test_a_band_leaves_out_points_without_both_ends():
    made = plot()
    made.band([1, 2, 3, 4, 5], [1, 2, None, 4, 5], [9, 9, 9, None, 9], Ink(None, BLUE))
    shapes = [p for p in drawn(made, "path") if p.get("fill") == BLUE]
    assert [shape.get("d").count("L") for shape in shapes] == [3]


def test_a_line_is_broken_where_a_value_is_missing():
    made = plot()
    made.line([1, 2, 3, 4, 5], [1, 2, float("nan"), 4, 5], DATA_LINE)
    assert len(drawn(made, "path")) == 2


def test_steps_hold_each_value_half_way_to_its_neighbours():
    made = plot()
    made.steps([2, 4], [10, 20], DATA_LINE, (1, 5))
    xs = [float(p.split(",")[0]) for p in drawn(made, "path")[0].get("d")[1:].split("L")]
    assert xs == pytest.approx([made.at_x(x) for x in (1, 3, 3, 5)], abs=0.02)


@pytest.mark.parametrize(
    ("shape", "tag"),
    [("circle", "circle"), ("ring", "circle"), ("square", "polygon"), ("diamond", "polygon"),
     ("triangle-up", "polygon"), ("triangle-down", "polygon"), ("cross", "path"), ("plus", "path")],
)  # fmt: skip
def test_every_mark_is_drawn_at_its_point_with_its_tip(shape, tag):
    made = plot()
    made.points([5], [50], shape, Ink(BLUE, BLUE), tips=["a tip"])
    mark = drawn(made, tag)[-1]
    assert mark.find(SVG + "title").text == "a tip"


def test_a_label_at_the_edge_is_turned_inwards():
    made = plot()
    made.label(1, 50, "a label of some length")
    made.label(10, 50, "a label of some length")
    labels = [t for t in drawn(made, "text") if t.text and t.text.startswith("a label")]
    assert [t.get("text-anchor") for t in labels] == [None, None, "end", "end"]


def test_labels_at_the_right_are_moved_apart():
    made = plot(right=["Upper limit 51", "Mean 50", "Target 50"])
    made.end_labels([(51, "Upper limit 51", BLUE), (50, "Mean 50", BLUE), (50, "Target 50", BLUE)])
    ys = sorted(float(t.get("y")) for t in drawn(made, "text")[-3:])
    assert min(b - a for a, b in zip(ys, ys[1:], strict=False)) >= 14


def test_flags_close_together_stand_below_each_other():
    made = plot(NARROW)
    assert made.flag_rows([1.0, 1.2, 1.4, 9.0]) == [0, 1, 2, 0]


def test_a_long_legend_makes_the_drawing_taller():
    from harmfree.pictures import Key

    keys = [Key(f"A long entry of the legend, number {i}", DATA_LINE) for i in range(12)]
    assert plot(NARROW, legend=keys).canvas.height > plot(NARROW).canvas.height
    low = plot(NARROW, legend=keys).area
    assert low.bottom - low.top >= NARROW.height * 0.49


def test_names_on_an_axis_are_shortened_when_they_have_no_room():
    names = tuple(f"A very long name of a ward, number {i}" for i in range(4))
    made = Plot(NARROW, CategoryScale(names), LinearScale(0, 1), Frame("Title"))
    assert sum("…" in (t.text or "") for t in drawn(made, "text")) == 4


def test_a_table_shows_words_for_true_and_false_and_a_dash_for_nothing():
    table = Table(("a", "b"), [("x", True), ("y", None)])
    assert "<td>yes</td>" in table.html() and "–" in table.html()
    assert table.csv() == "a,b\nx,yes\ny,\n"


def test_a_scale_without_values_is_refused():
    with pytest.raises(PictureError, match="no value"):
        LinearScale.covering([None, float("nan")])
