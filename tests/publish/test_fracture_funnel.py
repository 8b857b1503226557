"""The funnel from the record to treatment, and what treating more people would avoid."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from harmfree.cli.main import harmfree
from harmfree.errors import NotFoundError
from harmfree.publish.fracture_funnel import (
    Assumptions,
    Funnel,
    expected,
    fractures_avoided,
    funnel_picture,
    funnel_sentence,
    funnels,
    together,
)
from harmfree.publish.reading import LiveRun
from harmfree.publish.run import RunRequest, run

ONE = Funnel("A", "Alder", date(2026, 10, 1), (1000, 280, 50, 25, 10))
TWO = Funnel("B", "Birch", date(2026, 10, 1), (500, 120, 0, 0, 0))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    arguments = ["demo", "build", "--people", "2000", "--to", str(folder), "--workers", "1"]
    assert CliRunner().invoke(harmfree, arguments).exit_code == 0
    run(folder, RunRequest(("fracture_prevention",), months=3), lambda what, done, total: None)
    return folder


def test_the_published_ratio():
    assert fractures_avoided(1500).avoided == pytest.approx(59)
    assert fractures_avoided(0).avoided == 0
    assert "1,500 newly treated" in fractures_avoided(10).says


def test_assumptions_may_be_replaced():
    mine = Assumptions(avoided=10, among=100, persistence=0.5, source="ours")
    assert fractures_avoided(40, mine).avoided == pytest.approx(2)
    assert "ours" in fractures_avoided(40, mine).says
    for wrong in (Assumptions(among=0), Assumptions(persistence=1.1), Assumptions(avoided=-1)):
        with pytest.raises(ValueError, match="not negative"):
            fractures_avoided(1, wrong)
    with pytest.raises(ValueError, match="not negative"):
        fractures_avoided(-1)


def test_everybody_at_high_risk_and_not_treated_is_who_could_be_treated():
    assert expected(ONE).treated_more == 40


def test_places_together():
    both = together([ONE, TWO])
    assert both.counts == (1500, 400, 50, 25, 10)
    assert together([ONE]) is ONE


def test_the_picture_says_its_numbers():
    picture = funnel_picture([ONE, TWO])
    assert "1,500 records" in picture.sentence and "10 are treated" in picture.sentence
    drawn = picture.svg()
    for text in ("1,500", "400 (26.7%)", "50 (12.5%)", "25 (50%)", "10 (20%)"):
        assert text in drawn, text
    assert len(picture.table.rows) == 10
    assert picture.svg_narrow().startswith("<svg")
    assert "59 hip fractures" in picture.notes[0]


def test_an_empty_place_has_a_picture_too():
    empty = Funnel("C", "Cedar", date(2026, 10, 1), (0, 0, 0, 0, 0))
    assert "0 records" in funnel_sentence(empty)
    assert funnel_picture([empty]).svg().startswith("<svg")


def test_a_real_run(home: Path):
    live = LiveRun.open(home)
    places = funnels(live, "place")
    [region] = funnels(live, "region")
    assert together(places).counts == region.counts
    screened, assess, high, reviewed, treated = region.counts
    assert screened >= assess >= high >= max(reviewed, treated) > 0
    site = funnels(live, site=places[0].place)
    assert site[0].counts == places[0].counts


def test_a_run_without_the_programme(home: Path, monkeypatch: pytest.MonkeyPatch):
    live = LiveRun.open(home)
    live.info.indicators.remove("bone_high_risk")
    with pytest.raises(NotFoundError, match="bone_high_risk"):
        funnels(live)


def test_the_command(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HARMFREE_HOME", str(home))
    out = tmp_path / "funnel.svg"
    shown = CliRunner().invoke(harmfree, ["fracture-risk", "--funnel", "-o", str(out)])
    assert shown.exit_code == 0, shown.output
    assert out.read_text(encoding="utf-8").startswith("<svg")
    held = json.loads(CliRunner().invoke(harmfree, ["fracture-risk", "--funnel", "--json"]).output)
    assert held[0]["if_all_treated"]["assumptions"]["among"] == 1500
    as_csv = CliRunner().invoke(harmfree, ["fracture-risk", "--funnel", "--format", "csv"])
    assert len(as_csv.output.splitlines()) == len(held) + 1
