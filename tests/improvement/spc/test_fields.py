"""Fields of JSON cases and options of the command: what is read, what is refused, and how."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from harmfree.cli.chart import command
from harmfree.errors import HarmfreeError
from harmfree.improvement.spc.cases import answer
from harmfree.improvement.spc.transforms import METHODS

VALUES = [5, 7, 6, 8, 5, 6, 7, 5, 6, 8, 7, 6, 20, 7]
DATES = [f"2024-{m:02d}" for m in range(1, 13)] + ["2025-01", "2025-02"]


def points(**case):
    return answer({"values": VALUES, "dates": DATES, **case}, "xmr")["points"]


def test_a_rebase_may_be_a_date_or_an_object_with_its_reason():
    plain = answer({"values": VALUES, "dates": DATES, "rebase": ["2024-07-01"]}, "xmr")
    whole = {"date": "2024-07-01", "reason": "sensors", "author": "A", "evidence": "audit"}
    full = answer({"values": VALUES, "dates": DATES, "rebase": [whole]}, "xmr")
    assert [p["rebase_group"] for p in plain["points"]] == [0] * 6 + [1] * 8
    assert plain["points"] == full["points"]
    assert "no reason" in " ".join(plain["messages"])
    assert "no reason" not in " ".join(full["messages"])


@pytest.mark.parametrize("ghosted", [13, [13], [False] * 12 + [True, False]])
def test_ghosted_points_are_positions_or_true_and_false(ghosted):
    found = points(ghosted=ghosted)
    assert [p["include"] for p in found].index(False) == 12
    assert found[12]["flags"] == [] and found[0]["upper"] < 12


def test_the_six_point_rules_may_be_chosen():
    rising = [9, 1, 8, 2, 3, 4, 5, 6, 7, 1]
    assert "6 Point Trend (Increasing)" in [
        p["special_cause_type"]
        for p in answer({"values": rising, "trend_points": 6}, "xmr")["points"]
    ]


def test_suppressed_and_rounded_values_in_a_case():
    found = answer({"values": ["<5", 7, "*", 9], "suppressed": "1-7"}, "c")
    assert found["points"][0]["value"] == 2 and found["points"][2]["value"] == 4
    assert "Suppressed or rounded values: 2" in found["messages"][0]
    rounded = answer({"values": [10, 15, 20, 10], "rounded_to": 5}, "c")
    exact = answer({"values": [10, 15, 20, 10]}, "c")
    assert rounded["points"][0]["upper"] > exact["points"][0]["upper"]


@pytest.mark.parametrize("method", list(METHODS))
def test_every_funnel_method_gives_limits_about_its_target(method):
    case = {
        "numerator": [9, 22, 41, 60, 98],
        "denominator": [11, 20, 45, 58, 100],
        "method": method,
    }
    if METHODS[method].share:
        case["numerator"] = [2, 4, 9, 10, 22]
    found = answer(case, "funnel")
    for point in found["points"]:
        assert point["lower998"] <= point["lower95"] <= found["target"]
        assert found["target"] <= point["upper95"] <= point["upper998"]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"improve": "sideways"}, "not a direction"),
        ({"target": "high"}, "not a number"),
        ({"dates": ["soon"] * 14}, "not a date"),
        ({"dates": DATES[:3]}, "14 values but 3 dates"),
        ({"fix_after_n": 12.5}, "not a whole number"),
        ({"fix_after_n": 5}, "too short"),
        ({"part": [40]}, "cannot begin"),
        ({"exclude": [99]}, "no point 99"),
        ({"exclude": list(range(1, 15))}, "Nothing can be plotted"),
        ({"suppressed": "7-1"}, "more than"),
        ({"suppressed": "few"}, "not a range"),
        ({"rules": "mine"}, "not one of"),
        ({"chart": "pie"}, "no chart called"),
        ({"values": 5}, "no values"),
        ({"values": [1, [2]]}, "not a number"),
        ({"annotations": ["x"]}, "annotation"),
        ({"multiply": -1}, "above zero"),
        ({"rebase": ["2024-07-01"], "dates": None}, "have none"),
        ({"chart": "funnel"}, "no denominator"),
        ({"chart": "funnel", "numerator": [1], "denominator": [1, 2]}, "1 numerators"),
        ({"chart": "funnel", "numerator": [1], "denominator": [2], "data_type": "XX"}, "no funnel"),
        ({"chart": "funnel", "numerator": [1], "denominator": [2], "method": "xx"}, "no funnel"),
        ({"chart": "p", "n": 3}, "not a list"),
        ({"chart": "p", "cl": 3, "n": [30] * 14}, "cannot be the centre"),
        ({"chart": "xbar", "dates": None}, "no subgroups"),
        ({"chart": "cusum", "h": -1}, "decision interval"),
        ({"chart": "ewma", "weight": 3}, "weight"),
        ({"chart": "run", "values": None, "n_useful": 0}, "no limits for 0"),
    ],
)
def test_a_field_that_does_not_fit_is_named(fields, words):
    with pytest.raises(HarmfreeError, match=words):
        answer({"values": VALUES, "dates": DATES, **fields}, "xmr")


def test_limits_of_runs_for_a_number_of_points():
    found = answer({"n_useful": 20}, "run")
    assert (found["longest_run_max"], found["crossings_min"]) == (7, 6)
    assert (found["runs_least"], found["runs_most"]) == (7, 15)


def test_ghosting_and_annotating_on_the_command_line(tmp_path):
    path = tmp_path / "falls.csv"
    rows = [f"{d}-01,{v}" for d, v in zip(DATES, VALUES, strict=True)]
    path.write_text("\n".join(["month,falls", *rows]) + "\n", encoding="utf-8")
    options = ["--ghost", "2025-01-01", "--annotate", "2024-05-01:ward moved", "--json"]
    made = CliRunner().invoke(command, ["xmr", str(path), *options])
    assert [p["include"] for p in json.loads(made.output)["points"]].index(False) == 12
    missing = CliRunner().invoke(command, ["xmr", str(path), "--ghost", "1999-01-01"])
    assert isinstance(missing.exception, HarmfreeError)
    assert "no value on 1999-01-01" in missing.exception.what
