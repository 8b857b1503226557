"""A picture: escaped, self-contained, named, readable on phones, the same in every format."""

from __future__ import annotations

import csv
import io
import re
import struct
from xml.etree import ElementTree

import pytest

from harmfree.pictures import (
    DATA_LINE,
    GREY,
    FontMissingError,
    Frame,
    Ink,
    Key,
    LinearScale,
    Picture,
    PictureError,
    Plot,
    Table,
)
from harmfree.pictures.raster import SETTING, font_files

SVG = "{http://www.w3.org/2000/svg}"
NASTY = 'Falls <script>alert(1)</script> & "quotes" \x00 it\'s'


def picture(title="Falls by month", label="Falls") -> Picture:
    def draw(size):
        xs, ys = [1.0, 2.0, 3.0], [4.0, None, 6.0]
        keys = [Key(label, Ink(None, GREY), "circle")]
        frame = Frame(title, "Month", label, legend=keys, notes=["A: sensors put in"])
        plot = Plot(size, LinearScale(0, 4), LinearScale.covering(ys), frame)
        plot.line(xs, ys, DATA_LINE)
        plot.points(xs, ys, "circle", Ink(None, GREY), tips=[label] * 3)
        return plot.canvas

    table = Table(("month", "falls"), [("Jan", 4.0), ("=1+1", None), ("Mar", 6.25)])
    return Picture(title, "Common cause.", draw, table, notes=("Limits are trial limits.",))


@pytest.mark.parametrize("drawing", ["svg", "svg_narrow"])
def test_a_drawing_is_well_formed_named_and_free_of_style_and_script(drawing):
    root = ElementTree.fromstring(getattr(picture(title=NASTY, label=NASTY), drawing)())
    names = {element.tag for element in root.iter()}
    assert SVG + "script" not in names and SVG + "style" not in names
    assert not any("style" in element.attrib for element in root.iter())
    ids = {element.attrib.get("id"): element.text for element in root.iter()}
    titles = [ids[name] for name in root.attrib["aria-labelledby"].split()]
    assert titles == [NASTY.replace("\x00", ""), "Common cause."]
    assert root.attrib["role"] == "img"


@pytest.mark.parametrize(("drawing", "room"), [("svg", 600), ("svg_narrow", 288)])
def test_text_stays_at_11_px_in_the_least_room_that_a_drawing_gets(drawing, room):
    root = ElementTree.fromstring(getattr(picture(), drawing)())
    scale = room / float(root.attrib["viewBox"].split()[2])
    sizes = [float(root.attrib["font-size"])]
    sizes += [
        float(e.attrib["font-size"]) for e in root.iter(SVG + "text") if "font-size" in e.attrib
    ]
    assert min(sizes) * scale >= 11 - 0.06


def test_the_wide_and_narrow_drawings_have_different_ids():
    ids = re.findall(r' id="([^"]+)"', picture().html())
    assert len(ids) == len(set(ids)) == 4


def test_a_missing_value_breaks_the_line_and_draws_no_mark():
    root = ElementTree.fromstring(picture().svg())
    marks = list(root.iter(SVG + "circle"))
    assert len(marks) == 2 + 1  # two values and the legend
    assert not list(root.iter(SVG + "path"))  # no neighbours to join


def test_the_page_is_one_file_with_both_drawings_table_and_sentence():
    page = picture().html()
    assert page.count("<svg") == 2
    assert not re.search(r'(src|href)="', page)
    assert "Common cause." in page and "<table" in page and "Limits are trial limits." in page
    assert "@media (max-width: 660px)" in page


def test_the_csv_has_every_number_in_full_and_no_formula():
    rows = list(csv.reader(io.StringIO(picture().csv())))
    assert rows == [["month", "falls"], ["Jan", "4.0"], ["'=1+1", ""], ["Mar", "6.25"]]


def test_png_has_text_and_the_asked_size():
    data = picture().png(scale=2)
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">I", data[16:20])[0] == 1520
    assert data != picture(label="Other words").png(scale=2)


def test_png_without_any_font_is_refused(monkeypatch):
    monkeypatch.setenv(SETTING, "/nowhere/font.ttf")
    with pytest.raises(FontMissingError, match="does not exist"):
        picture().png()
    monkeypatch.delenv(SETTING)
    monkeypatch.setattr("harmfree.pictures.raster._from_matplotlib", list)
    monkeypatch.setattr("harmfree.pictures.raster._SYSTEM", ())
    with pytest.raises(FontMissingError, match="no text"):
        picture().png()


def test_a_font_of_the_users_own_draws_text(monkeypatch):
    with_default = picture().png()
    path = font_files()[0]
    monkeypatch.setenv(SETTING, path)
    assert len(picture().png()) > 0.8 * len(with_default)


def test_save_takes_the_format_from_the_ending(tmp_path):
    for ending in ("svg", "html", "png", "csv"):
        picture().save(tmp_path / f"chart.{ending}")
        assert (tmp_path / f"chart.{ending}").stat().st_size > 30
    with pytest.raises(PictureError, match=r"\.pdf"):
        picture().save(tmp_path / "chart.pdf")
