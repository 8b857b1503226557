"""Printed bands, scoring tables, and tables that a site enters and signs."""

from __future__ import annotations

import json

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from harmfree.cli.calc import command
from harmfree.clinical.deterioration.site_tables import mews_england, newtt2
from harmfree.clinical.errors import RefusedError, TableError
from harmfree.clinical.steps import Band, Steps
from harmfree.clinical.tables import ScoreTable, parse_table, site_table

FALLING = [Band(high=91, points=4), Band(low=92, high=94, points=1), Band(low=95, points=0)]


def steps(between, bands=FALLING):
    return Steps(bands, step=1, between=between, unit="%")


@pytest.mark.parametrize(
    ("between", "value", "points"),
    [
        ("round", 91, 4),
        ("round", 91.49, 4),
        ("round", 91.5, 1),
        ("round", 94.5, 0),
        ("higher", 91, 4),
        ("higher", 91.01, 4),
        ("higher", 91.99, 4),
        ("higher", 92, 1),
        ("higher", 94.001, 1),
        ("higher", 94.995, 1),
        ("higher", 95, 0),
    ],
)
def test_a_value_between_two_bands(between, value, points):
    assert steps(between).score(value) == points


def test_between_rising_bands_the_higher_score_wins_too():
    rising = [Band(high=2, points=0), Band(low=3, points=2)]
    found = [
        Steps(rising, step=1, between="higher", unit="s").score(value) for value in (2, 2.5, 3)
    ]
    assert found == [0, 2, 2]


@given(st.lists(st.floats(-50, 200), min_size=1), st.sampled_from(["round", "higher"]))
@settings(max_examples=60)
def test_arrays_score_as_single_values_do(values, between):
    made = steps(between)
    assert list(made.score_array(np.array(values))) == [made.score(value) for value in values]


@pytest.mark.parametrize(
    ("bands", "said"),
    [
        ([], "begin and end open"),
        ([Band(low=1, points=0)], "begin and end open"),
        ([Band(high=5, points=0), Band(low=7, points=1)], "do not meet"),
        ([Band(high=5, points=0), Band(low=5, points=1)], "do not meet"),
        ([Band(points=0), Band(low=5, points=1)], "Only the first and last"),
    ],
)
def test_bands_must_cover_everything_once(bands, said):
    with pytest.raises(TableError, match=said):
        Steps(bands, step=1, between="round", unit="")


def made_up(tool="mews_england", **changes):
    """A table nobody published: the engine is tested, not a chart."""
    table = {
        "tool": tool,
        "title": "Made-up chart for tests",
        "version": "test.1",
        "source": "invented",
        "tag": "C",
        "reviewed": "2026-11-23",
        "review_due": "2027-11-23",
        "parameters": [
            {
                "name": "pulse",
                "label": "Pulse",
                "unit": "/min",
                "low": 0,
                "high": 300,
                "scales": {
                    "all": [
                        {"high": 49, "points": 2},
                        {"low": 50, "high": 119, "points": 0},
                        {"low": 120, "points": 1},
                    ]
                },
            },
            {"name": "concern", "label": "Concern", "options": {"no": 0, "yes": 1}},
        ],
        "levels": [
            {"name": "usual", "at_least": 0},
            {"name": "escalate", "at_least": 2, "review_minutes": 30, "advice": ["Call."]},
        ],
        "signature": {
            "name": "A. Nurse",
            "role": "Lead",
            "organisation": "Test ward",
            "signed_on": "2026-11-20",
            "statement": "I have checked every value against the published chart.",
        },
    }
    return table | changes


@pytest.mark.parametrize(
    ("observations", "total", "band"),
    [
        ("pulse=49; concern=no", 2, "escalate"),
        ("pulse=50; concern=no", 0, "usual"),
        ("pulse=119, concern=yes", 1, "usual"),
        ("pulse=120, concern=Yes", 2, "escalate"),
        ({"pulse": 80, "concern": "no"}, 0, "usual"),
    ],
)
def test_a_signed_table_scores(observations, total, band):
    result = mews_england.run({"table": made_up(), "observations": observations})
    assert (result.value, result.band) == (total, band)
    assert "A. Nurse" in " ".join(result.warnings)


def test_a_table_file_serves_every_row_and_is_read_again_when_it_changes(tmp_path):
    path = tmp_path / "table.json"
    path.write_text(json.dumps(made_up("newtt2")))
    row = {"table": str(path), "observations": {"pulse": 130, "concern": "yes"}}
    assert newtt2.run(row).value == 2
    assert newtt2.run(row).value == 2


@pytest.mark.parametrize("tool", [mews_england, newtt2])
def test_without_a_table_there_is_no_score(tool):
    result = tool.run({"observations": {"pulse": 130}})
    assert (result.value, result.band, result.missing) == (None, "", ("table",))
    assert any("no other score" in warning for warning in result.warnings)
    assert any("every threshold" in warning for warning in result.warnings)


def test_missing_and_unknown_observations_are_named():
    result = mews_england.run({"table": made_up(), "observations": {"concern": "yes", "hr": 90}})
    assert (result.value, result.missing) == (None, ("pulse",))
    assert (result.detail["minimum"], result.detail["maximum"]) == (1, 3)
    assert any("hr is not in the table" in warning for warning in result.warnings)


@pytest.mark.parametrize(
    ("observations", "said"),
    [
        ({"pulse": "fast"}, "not a number"),
        ({"pulse": float("inf")}, "not a number"),
        ({"pulse": 301}, "outside 0 to 300"),
        ({"concern": "maybe"}, "not one of no, yes"),
    ],
)
def test_an_observation_that_cannot_be_used_is_said_and_not_scored(observations, said):
    result = mews_england.run({"table": made_up(), "observations": observations})
    assert result.value is None
    assert any(said in warning for warning in result.warnings)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        (made_up(signature=None), "not signed"),
        (made_up("newtt2"), "is for newtt2"),
        (made_up(levels=[{"name": "x", "at_least": 1}]), "levels must start at 0"),
        (made_up(parameters=[]), "parameters must be present"),
        ({"tool": "mews_england"}, "Field required"),
        ("absent.json", "cannot be read"),
    ],
)
def test_a_table_that_is_unsigned_unsound_or_absent_is_refused(table, said):
    with pytest.raises(RefusedError, match=said):
        mews_england.run({"table": table, "observations": {"pulse": 80}})


def test_a_parameter_has_either_bands_or_options():
    for kinds in ({}, {"scales": {"all": [{"points": 0}]}, "options": {"a": 1}}):
        wrong = made_up(parameters=[{"name": "x", "label": "X", **kinds}])
        with pytest.raises(TableError, match="either scales or options"):
            parse_table(json.dumps(wrong), "here")


def test_table_files_are_checked(tmp_path):
    path = tmp_path / "table.json"
    path.write_text("{")
    with pytest.raises(TableError, match="not JSON"):
        site_table(path, "newtt2")
    path.write_text(json.dumps(made_up("newtt2")))
    assert isinstance(site_table(path, "newtt2"), ScoreTable)


def test_one_extreme_parameter_can_set_the_level():
    single = {"name": "review", "at_least": 2, "below_total": 2, "advice": ["Look."]}
    table = made_up(any_parameter=single | {"below_total": 3})
    result = mews_england.run({"table": table, "observations": "pulse=49, concern=no"})
    assert (result.value, result.band) == (2, "review")


@pytest.mark.parametrize("name", ["mews_england", "newtt2"])
def test_the_empty_table_holds_no_threshold_and_does_not_pass_as_a_table(name, tmp_path):
    path = tmp_path / "table.json"
    said = CliRunner().invoke(command, ["table", name])
    path.write_text(said.output)
    with pytest.raises(TableError, match="not sound"):
        site_table(path, name)
    numbers = [node for node in walk(json.loads(said.output)) if isinstance(node, int | float)]
    assert numbers == [1, 0]  # the step, and the first level


def walk(node):
    if isinstance(node, dict | list):
        for inner in node.values() if isinstance(node, dict) else node:
            yield from walk(inner)
    else:
        yield node


def test_a_filled_table_is_checked_and_printed(tmp_path):
    path = tmp_path / "table.json"
    path.write_text(json.dumps(made_up()))
    said = CliRunner().invoke(command, ["table", "mews_england", "--check", str(path)])
    assert said.exit_code == 0
    assert "sound and signed" in said.output
    assert "50 to 119 /min" in said.output


def test_only_site_tools_have_a_table():
    said = CliRunner().invoke(command, ["table", "news2"])
    assert said.exception.exit_code == 52


def test_a_table_given_once_serves_a_whole_file(tmp_path):
    table, cases, out = tmp_path / "t.json", tmp_path / "cases.csv", tmp_path / "out.ndjson"
    table.write_text(json.dumps(made_up()))
    cases.write_text('id,observations\na,"pulse=130, concern=yes"\nb,pulse=80\n')
    words = ["mews_england", str(cases), "--table", str(table), "-o", str(out)]
    assert CliRunner().invoke(command, words).exit_code == 0
    first, second = (json.loads(line) for line in out.read_text().splitlines())
    assert (first["value"], second["value"], second["missing"]) == (2, None, ["concern"])
