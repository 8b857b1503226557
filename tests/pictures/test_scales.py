"""Scales: round ticks inside the range, dates at month starts, positions in proportion."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harmfree.pictures import (
    CategoryScale,
    DateScale,
    LinearScale,
    LogScale,
    PictureError,
    as_days,
    contrast,
    elided,
    neat,
    neat_percent,
    shortened,
    text_width,
    wrapped,
)
from harmfree.pictures.ink import READABLE

ordinary = st.floats(-1e6, 1e6)


@settings(max_examples=60)
@given(st.lists(ordinary, min_size=1, max_size=20))
def test_a_scale_covers_its_values_and_its_ticks_lie_inside(values):
    scale = LinearScale.covering(values)
    assert all(-1e-9 <= scale.place(v) <= 1 + 1e-9 for v in values)
    ticks = scale.ticks(6)
    assert 1 <= len(ticks) <= 8
    assert all(-1e-6 <= scale.place(t.value) <= 1 + 1e-6 for t in ticks)
    assert len({t.label for t in ticks}) == len(ticks)


def test_a_share_is_ticked_in_percent():
    assert [t.label for t in LinearScale(0, 0.3, percent=True).ticks(3)] == [
        "0%",
        "10%",
        "20%",
        "30%",
    ]


@pytest.mark.parametrize("ends", [(1, 1), (2, 1), (float("nan"), 1)])
def test_an_empty_range_is_refused(ends):
    with pytest.raises(PictureError):
        LinearScale(*ends)


def test_values_equal_but_for_rounding_still_have_ticks():
    """A constant percentage and its mean differ in the last bit."""
    value = 100 * 1607 / 9419
    ticks = LinearScale.covering([value, value * (1 + 2**-52)], percent=True).ticks()
    assert 2 <= len(ticks) <= 8


def test_a_log_scale_gives_equal_room_to_equal_ratios():
    scale = LogScale(1, 100)
    assert scale.place(10) == pytest.approx(0.5)
    assert [t.label for t in scale.ticks(9)] == ["1", "2", "5", "10", "20", "50", "100"]
    with pytest.raises(PictureError, match="log"):
        LogScale(0, 10)


@settings(max_examples=60)
@given(st.dates(date(1900, 1, 1), date(2200, 1, 1)), st.integers(0, 20000), st.integers(2, 12))
def test_date_ticks_are_inside_and_not_too_many(start, span, most):
    scale = DateScale.covering([start, date.fromordinal(start.toordinal() + span)])
    ticks = scale.ticks(most)
    assert len(ticks) <= most + 1
    assert all(0 <= scale.place(t.value) <= 1 for t in ticks)


def test_date_ticks_read_as_months_then_years():
    year = DateScale.covering([date(2024, 1, 1), date(2024, 12, 1)])
    assert [t.label for t in year.ticks(6)][:3] == ["Jan 24", "Mar 24", "May 24"]
    decade = DateScale.covering([date(2014, 1, 1), date(2024, 12, 1)])
    assert "2016" in [t.label for t in decade.ticks(6)]


def test_the_first_day_of_each_year_names_the_year():
    days = DateScale.covering([date(2023, 12, 28), date(2024, 1, 3)])
    labels = [t.label for t in days.ticks(8)]
    assert labels[0] == "28 Dec 23" and "1 Jan 24" in labels and "29 Dec" in labels


def test_times_within_a_day_are_kept_apart():
    assert as_days(datetime(2024, 1, 1, 12)) - as_days(date(2024, 1, 1)) == 0.5


def test_categories_are_thinned_when_many():
    scale = CategoryScale(tuple("abcdefgh"))
    assert [t.label for t in scale.ticks(4)] == list("aceg")
    assert scale.place(0) == 1 / 16


def test_every_colour_for_text_and_marks_is_readable():
    assert all(contrast(colour) >= 4.5 for colour in READABLE)
    assert contrast("#000000") == pytest.approx(21)


def test_numbers_are_written_for_people():
    assert neat(1234.5678) == "1,235"
    assert neat(-0.012345) == "−0.0123"
    assert neat(5.0) == "5"
    assert neat(None) == "–" and neat(float("nan")) == "–"
    assert neat_percent(0.12345) == "12.3%"


@given(st.text("abc def", max_size=60), st.integers(30, 200))
def test_wrapped_lines_fit_or_are_one_word(text, width):
    for line in wrapped(text, 13, width):
        assert text_width(line, 13) <= width or " " not in line
    assert text_width(shortened(text, 13, width), 13) <= width + 1e-9
    assert text_width(elided(text, 13, width), 13) <= width + 1e-9


def test_a_long_name_keeps_its_end():
    assert elided("Long name of practice number 12", 14, 130).endswith("er 12")
