"""The framework: ids, reviews, checks, and what the command line says."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from harmfree.cli.programmes import command
from harmfree.periods import aged, alive, latest
from harmfree.programmes import (
    Provenance,
    any_of,
    hazard,
    indicator,
    indicators,
    measures,
    programmes,
)
from harmfree.programmes.check import check
from harmfree.programmes.errors import ProgrammeError, UnknownIndicatorError
from harmfree.programmes.examples import read_examples
from harmfree.programmes.page import flags, full, indicator_page

TODAY = date(2026, 11, 23)
SOURCE = Provenance("A paper", "V", "Someone", date(2026, 1, 1), date(2028, 1, 1))


def run(*arguments: str):
    return CliRunner().invoke(command, list(arguments))


def one(**changes: object):
    made = hazard(
        "a_hazard",
        "A hazard",
        denominator=alive(),
        numerator=aged(at_least=65),
        why="w",
        action="a",
        provenance=SOURCE,
    )
    return replace(made, **changes)


def test_nothing_must_be_put_right():
    assert [finding for finding in check(TODAY) if finding.level == "error"] == []


def test_there_are_at_least_forty_criteria_of_stopp_and_start():
    ids = [each.id for each in indicators(("medicines_optimisation",))]
    assert sum(each.startswith(("stopp_", "start_")) for each in ids) >= 40
    letters = ["a", "b", "c", "d", "e", "f", "g", "i", "k", "ac", "me_fbc", "me_lft", "li", "am"]
    assert {f"pincer_{letter}" for letter in letters} <= set(ids)


@pytest.mark.parametrize("identifier", ["A_hazard", "a-hazard", "1a", ""])
def test_an_id_that_is_none(identifier: str):
    with pytest.raises(ProgrammeError, match="not an indicator id"):
        one(id=identifier)


def test_a_review_due_before_it_was_made():
    with pytest.raises(ProgrammeError, match="due for review before"):
        one(provenance=replace(SOURCE, review_due=date(2025, 1, 1)))


def test_a_quantity_is_no_predicate():
    with pytest.raises(ProgrammeError, match="Latest where a predicate"):
        one(numerator=latest("egfr"))


def test_flags_follow_the_review_date_and_the_tag():
    assert flags(one(), TODAY) == []
    assert flags(one(), date(2028, 1, 1)) == []
    assert flags(one(), date(2028, 1, 2)) == ["overdue for review"]
    unverified = one(provenance=replace(SOURCE, tag="M"))
    assert flags(unverified, date(2028, 1, 2)) == ["overdue for review", "unverified"]


def test_a_composite_is_context_of_all_its_parts():
    both = any_of("both", "Both", [one(), one(id="other")], why="w", provenance=SOURCE)
    assert (both.kind, both.on_worklist, both.direction) == ("context", False, "lower")
    assert "a_hazard, other" in both.note


def test_an_unknown_indicator_is_answered_with_the_nearest():
    with pytest.raises(UnknownIndicatorError) as caught:
        indicator("pincer_aa")
    assert "pincer_a" in caught.value.do
    with pytest.raises(UnknownIndicatorError):
        indicators(("nothing",))


def test_an_example_out_of_place(tmp_path: Path):
    path = tmp_path / "x.txt"
    path.write_text("indicator a\nborn 1950-01-01, female\n")
    with pytest.raises(ProgrammeError) as caught:
        read_examples(path)
    assert "x.txt, line 2" in caught.value.where
    path.write_text("indicator a\nexpect: never\n")
    with pytest.raises(ProgrammeError, match="without an example"):
        read_examples(path)


def test_list_names_every_indicator_and_flags_the_unverified():
    shown = run("list", "--programme", "medicines_optimisation")
    assert shown.exit_code == 0
    line = next(x for x in shown.output.splitlines() if x.startswith("monitor_digoxin"))
    assert "unverified" in line
    as_json = json.loads(run("list", "--json").output)
    ids = [each.id for each in indicators()] + [each.id for each in measures()]
    assert [each["id"] for each in as_json] == ids


def test_show_prints_logic_lists_examples_and_source():
    page = run("show", "pincer_a").output
    for part in (
        "no ulcer healing issued in the last 3 months",
        "nsaid_oral: Non-steroidal",
        "-> 2024-06-01 to 2024-08-11",
        "BMJ Medicine 2023",
        "[V] read in the primary source",
        "due again 2028-11-23",
    ):
        assert part in page
    assert json.loads(run("show", "pincer_a", "--json").output)["tag"] == "V"


def test_show_a_programme():
    page = run("show", "medicines_optimisation").output
    assert page.startswith("# Safer prescribing")
    assert "pincer_a " in page
    held = json.loads(run("show", "medicines_optimisation", "--json").output)
    assert held["indicators"][0]["id"] == "pincer_a"


def test_check_says_how_many():
    shown = run("check")
    assert shown.exit_code == 0
    assert "0 errors" in shown.output


def test_every_page_can_be_made():
    for name, programme in programmes().items():
        assert programme.title, name
        for each in programme.indicators:
            assert each.id in indicator_page(each, TODAY)
            assert full(each, TODAY)["examples"]
