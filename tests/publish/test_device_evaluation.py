"""The evaluation of a device: rows, quality control state, governance, decisions, cost."""

from __future__ import annotations

import csv
import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from harmfree.cli.main import harmfree
from harmfree.errors import InputError
from harmfree.publish.device_controls import judged, state_of
from harmfree.publish.device_evaluation import Evaluation, document, evaluate_device
from harmfree.publish.device_example import write_example
from harmfree.publish.device_page import device_page
from harmfree.publish.device_rows import Control
from harmfree.publish.device_tables import read_tables, result

TEST = {
    "test": "T1", "date_time": "2026-03-02 12:00", "device": "D1", "operator": "OP1",
    "result": "12", "lot": "L1", "decision_before": "antibiotic", "decision_after": "none",
    "transmitted": "yes", "identity_checked": "yes", "reference": "negative",
}  # fmt: skip
BASE: dict[str, list[dict[str, str]]] = {
    "evaluation": [{"setting": "levels", "value": "20;100"},
                   {"setting": "positive_from", "value": "100"}],
    "devices": [{"device": "D1", "in_service_from": "2026-01-01", "in_service_to": "2026-06-01"}],
    "lots": [{"lot": "L1", "expiry": "2026-03-02"}],
    "operators": [{"operator": "OP1", "trained_on": "2025-03-02",
                   "training_expires": "2026-03-02"}],
    "controls": [{"device": "D1", "material": "low", "date_time": "2026-03-02 08:00",
                  "value": "20", "mean": "20", "sd": "1"}],
    "tests": [TEST],
}  # fmt: skip


def folder_of(path: Path, **tables: list[dict[str, str]]) -> Path:
    for name, rows in (BASE | tables).items():
        if rows:
            with (path / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, list(dict.fromkeys(k for row in rows for k in row)))
                writer.writeheader()
                writer.writerows(rows)
    return path


def evaluated(path: Path, **tables: list[dict[str, str]]) -> Evaluation:
    return evaluate_device(folder_of(path, **tables))


def faulty(found: Evaluation) -> set[str]:
    return {each.name for each in found.faults if each.tests}


def test_a_test_without_fault(tmp_path: Path):
    found = evaluated(tmp_path)
    assert faulty(found) == set()
    assert not found.tables.ledger.entries
    assert all(each.total == 1 for each in found.faults)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"operator": ""}, {"no_operator"}),
        ({"operator": "OP9"}, {"untrained"}),
        ({"date_time": "2025-03-01 12:00"}, {"untrained", "unknown_device", "no_recent_control"}),
        ({"date_time": "2026-03-03 07:00"}, {"training_expired", "lot_expired"}),
        ({"device": "D9"}, {"unknown_device", "no_recent_control"}),
        ({"date_time": "2026-06-01 12:00"},
         {"unknown_device", "training_expired", "lot_expired", "no_recent_control"}),
        ({"lot": "L9"}, {"unknown_lot"}),
        ({"result": "invalid"}, {"no_result"}),
        ({"result": ""}, {"no_result"}),
        ({"transmitted": "no"}, {"not_transmitted"}),
        ({"identity_checked": "no"}, {"identity"}),
        ({"date_time": "2026-03-02 07:59"}, {"no_recent_control"}),
    ],
)  # fmt: skip
def test_each_fault(tmp_path: Path, change: dict[str, str], fault: set[str]):
    assert faulty(evaluated(tmp_path, tests=[TEST | change])) == fault


@pytest.mark.parametrize(
    ("when", "recent"), [("2026-03-03 08:00", True), ("2026-03-03 08:01", False)]
)
def test_a_control_covers_the_hours_that_the_site_set(tmp_path: Path, when: str, recent: bool):
    found = evaluated(tmp_path, tests=[TEST | {"date_time": when}])
    assert ("no_recent_control" in faulty(found)) == (not recent)


def test_an_unanswered_question_is_no_fault_and_counts_for_nobody(tmp_path: Path):
    found = evaluated(tmp_path, tests=[TEST | {"transmitted": "", "identity_checked": ""}])
    by_name = {each.name: each for each in found.faults}
    assert by_name["not_transmitted"].total == by_name["identity"].total == 0
    assert faulty(found) == set()


def controls(*z: float, material: str = "low") -> list[Control]:
    start = datetime(2026, 3, 2, 8)
    return [
        Control("D1", material, start + timedelta(days=i), 20 + value, 20, 1, f"R{i}")
        for i, value in enumerate(z)
    ]


@pytest.mark.parametrize(
    ("z", "failed"),
    [
        ([0, 3, 0], []),  # exactly 3 SD is in control
        ([0, 3.01, 0], [1]),
        ([2.1, 2.3, 0], [1]),  # the first of the two was only a warning when it was measured
        ([2.1, -2.2, 0], []),  # R-4s holds within one run only
        ([1.1, 1.2, 1.3, 1.4, 0], [3]),
        ([1.1, 1.2, 0.9, 1.3], []),
        ([0.1] * 9, []),
        ([0.1] * 10, [9]),
        ([0.1] * 12 + [-0.1], [9, 10, 11]),
    ],
)
def test_a_run_is_judged_on_what_was_known_then(z: list[float], failed: list[int]):
    runs = judged(controls(*z))[0].runs
    assert [i for i, run in enumerate(runs) if run.failed] == failed


def test_two_materials_of_one_run_can_fail_it_together():
    both = [*controls(2.1), *controls(-2.2, material="high")]
    found = judged(both)[0]
    assert [run.failed for run in found.runs] == [True]
    assert [v["rule"] for v in found.result.details["violations"] if v["means"] != "warning"] == [
        "R-4s"
    ]


@pytest.mark.parametrize(
    ("when", "state"),
    [
        ("2026-03-02 07:59", "none"),
        ("2026-03-02 08:00", "in control"),
        ("2026-03-03 08:00", "failed"),
        ("2026-03-04 07:59", "failed"),
        ("2026-03-04 08:00", "in control"),
        ("2026-03-05 08:01", "none recent"),
        ("2026-03-03", "failed"),  # a date alone: the end of the day
    ],
)
def test_a_test_between_a_failed_control_and_the_next_good_one(
    tmp_path: Path, when: str, state: str
):
    folder_of(tmp_path, tests=[TEST | {"date_time": when}])
    test = read_tables(tmp_path).tests[0]
    assert state_of(test, judged(controls(0, 3.5, 0)), hours=24) == state


@pytest.mark.parametrize(
    ("text", "threshold", "said"),
    [
        ("99.9", 100, "negative"),
        ("100", 100, "positive"),
        ("<5", 100, "negative"),
        ("<100", 100, "negative"),
        ("<=100", 100, "indeterminate"),
        ("<150", 100, "indeterminate"),
        (">200", 100, "positive"),
        (">100", 100, "positive"),
        (">50", 100, "indeterminate"),
        ("invalid", 100, "indeterminate"),
        ("positive", None, "positive"),
        ("12", None, "indeterminate"),
        ("", 100, "missing"),
    ],
)
def test_a_result_is_positive_only_where_it_is_certain(text, threshold, said):
    assert result(text).against(threshold) == said


def test_accuracy_counts_the_indeterminate_apart(tmp_path: Path):
    rows = [
        TEST | {"test": f"T{i}", "result": value, "reference": truth}
        for i, (value, truth) in enumerate(
            [("120", "positive")] * 4 + [("30", "positive")] + [("<5", "negative")] * 9
            + [("130", "negative"), ("invalid", "positive"), ("12", "")]
        )
    ]  # fmt: skip
    found = evaluated(tmp_path, tests=rows).accuracy.result
    assert found
    assert found.details["counts"] == {
        "tp": 4, "fp": 1, "fn": 1, "tn": 9, "indeterminate_present": 1, "indeterminate_absent": 0,
    }  # fmt: skip
    assert found.estimates["sensitivity"].value == 0.8
    assert found.estimates["specificity"].value == 0.9


def test_agreement_leaves_comparators_out_and_gives_the_bias_at_each_level(tmp_path: Path):
    pairs = [
        {"sample": f"S{i}", "device_result": str(2 * x + 1), "laboratory_result": str(x)}
        for i, x in enumerate(range(1, 60))
    ]
    pairs.append({"sample": "S99", "device_result": "<5", "laboratory_result": "3"})
    found = evaluated(tmp_path, pairs=pairs)
    assert found.not_exact == 1
    assert found.agreement.result
    estimates = found.agreement.result.estimates
    assert found.agreement.result.n == 59
    assert estimates["passing_bablok_slope"].value == pytest.approx(2)
    assert estimates["passing_bablok_bias_at_20"].value == pytest.approx(21)
    assert estimates["passing_bablok_bias_at_100"].value == pytest.approx(101)
    assert estimates["bias"].value == pytest.approx(-31)


def test_what_cannot_be_given_says_why(tmp_path: Path):
    found = evaluated(tmp_path)
    assert "too few" in found.agreement.why_not
    assert "without the target" in found.accuracy.why_not
    page = device_page(found)
    assert page.count("Not given:") == 2
    assert found.costs is None
    assert set(found.tables.absent) == {"pairs.csv", "outcomes.csv", "costs.csv"}


def test_decisions_before_and_after(tmp_path: Path):
    moves = [("antibiotic", "none")] * 6 + [("antibiotic", "delayed")] * 2
    moves += [("none", "antibiotic"), ("none", "none"), ("antibiotic", "antibiotic"), ("none", "")]
    rows = [
        TEST | {"test": f"T{i}", "decision_before": before, "decision_after": after}
        for i, (before, after) in enumerate(moves)
    ]
    found = evaluated(tmp_path, tests=rows).decisions
    assert (found.total, found.changed, found.incomplete) == (11, 9, 1)
    assert (found.spared, found.added) == (8, 1)
    assert found.p == pytest.approx(2 * 10 / 2**9)  # exact, 8 against 1
    assert "no trial" in found.sentence


def test_the_pilots_figure(tmp_path: Path):
    """The pilot that shaped this: the result changed 21 of 59 decisions."""
    rows = [
        TEST | {"test": f"T{i}", "decision_after": "none" if i < 21 else "antibiotic"}
        for i in range(59)
    ]
    found = evaluated(tmp_path, tests=rows).decisions
    assert (found.changed, found.total) == (21, 59)
    assert found.share.value == pytest.approx(0.356, abs=5e-4)


def test_outcomes_by_band_and_the_level_itself_in_the_middle(tmp_path: Path):
    results = ["19.9", "20", "100", "100.1", "<5", ">200", "<50", "invalid"]
    rows = [TEST | {"test": f"T{i}", "result": text} for i, text in enumerate(results)]
    outcomes = [{"test": f"T{i}", "sepsis": "yes" if i == 3 else "no", "admitted": "yes"}
                for i in range(6)]  # fmt: skip
    found = evaluated(tmp_path, tests=rows, outcomes=outcomes)
    bands = {each.name: each for each in found.bands}
    assert {name: each.tests for name, each in bands.items()} == {
        "under 20": 2, "20 to 100": 2, "over 100": 2, "not certain": 1, "indeterminate": 1,
    }  # fmt: skip
    assert (bands["over 100"].sepsis, bands["over 100"].followed) == (1, 2)
    assert bands["not certain"].followed == 0
    assert sum(each.tests for each in found.after) == len(rows)


def test_the_cost_of_each_test_and_of_each_change(tmp_path: Path):
    rows = [TEST | {"test": f"T{i}", "result": "invalid" if i == 0 else "12"} for i in range(4)]
    rows[3] |= {"decision_after": "antibiotic"}
    lines = [
        {"item": "device", "kind": "fixed", "amount": "100"},
        {"item": "strip", "kind": "per_test", "amount": "5"},
        {"item": "control", "kind": "per_control", "amount": "6"},
    ]
    found = evaluated(tmp_path, tests=rows, costs=lines).costs
    assert found
    assert found.total == 100 + 4 * 5 + 6
    assert found.per(found.tests) == 31.5
    assert found.per(found.valid) == 42
    assert found.per(found.changed) == 42
    assert found.per(0) is None


@pytest.mark.parametrize(
    ("table", "row", "says"),
    [
        ("tests", TEST | {"test": "T2", "date_time": "soon"}, "not a date"),
        ("tests", TEST | {"test": "T2", "transmitted": "perhaps"}, "neither yes nor no"),
        ("tests", TEST | {"test": "T2", "result": "high"}, "not a test result"),
        ("tests", TEST, "stands twice"),
        ("tests", TEST | {"test": ""}, "test is missing"),
        ("controls", BASE["controls"][0] | {"sd": "0"}, "not above zero"),
        ("controls", BASE["controls"][0] | {"value": "-1"}, "0 or more"),
        ("operators", BASE["operators"][0] | {"operator": "X", "trained_on": "1"}, "not a date"),
        ("lots", {"lot": "L2", "expiry": ""}, "expiry is missing"),
    ],
)
def test_a_bad_row_is_left_out_and_its_neighbours_stay(tmp_path: Path, table, row, says):
    last = {"tests": TEST | {"test": "T3"}}.get(table)
    rows = [*BASE[table], row, *([last] if last else [])]
    found = evaluated(tmp_path, **{table: rows})
    assert [says in each.rule for each in found.tables.ledger.entries] == [True]
    assert found.tables.ledger.entries[0].line == 3
    assert len(getattr(found.tables, table)) == len(rows) - 1
    assert says.split()[0] in device_page(found)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ([{"setting": "colour", "value": "blue"}], "no setting 'colour'"),
        ([{"setting": "levels", "value": "20;high"}], "not a number"),
    ],
)
def test_a_setting_that_cannot_be_used(tmp_path: Path, settings, says: str):
    with pytest.raises(InputError, match=says):
        evaluated(tmp_path, evaluation=settings)


def test_a_table_of_no_tests_is_no_fault(tmp_path: Path):
    (tmp_path / "tests.csv").write_text("test,date_time,device,operator,result\n")
    found = evaluate_device(tmp_path)
    assert "0 tests" in device_page(found)
    assert document(found)["decisions"]["share"]["estimate"] is None


def test_a_folder_that_cannot_be_read(tmp_path: Path):
    with pytest.raises(InputError, match="no such folder"):
        evaluate_device(tmp_path / "none")
    with pytest.raises(InputError, match=r"no tests\.csv"):
        evaluate_device(tmp_path)
    (tmp_path / "tests.csv").write_text("test,result\nT1,3\n")
    with pytest.raises(InputError, match="date_time"):
        evaluate_device(tmp_path)


def test_the_example_is_the_same_every_time_and_finds_something_everywhere(tmp_path: Path):
    first, again = tmp_path / "a", tmp_path / "b"
    write_example(first)
    write_example(again)
    for path in first.iterdir():
        assert path.read_bytes() == (again / path.name).read_bytes()
    found = evaluate_device(first)
    assert found.tables.ledger.rows == 2
    assert faulty(found) >= {"no_operator", "untrained", "training_expired", "failed_control",
                             "not_transmitted", "lot_expired"}  # fmt: skip
    assert found.agreement.result
    assert found.accuracy.result
    assert found.sigma
    assert found.costs
    page = device_page(found)
    for said in (
        "Passing-Bablok",
        "Levey-Jennings",
        "unverified",
        "Sepsis",
        "Per decision changed",
    ):
        assert said in page
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "")
    whole = json.dumps(document(found))
    assert "NaN" not in whole


def test_the_command(tmp_path: Path):
    folder, page = tmp_path / "crp", tmp_path / "crp.html"
    run = CliRunner().invoke
    assert run(harmfree, ["device-evaluation", "--example", str(folder)]).exit_code == 0
    shown = run(harmfree, ["device-evaluation", str(folder), "-o", str(page)])
    assert shown.exit_code == 0
    assert "Run while quality control had failed" in shown.output
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    plain = json.loads(run(harmfree, ["device-evaluation", str(folder), "--json"]).output)
    assert plain["decisions"]["total"] == 320
    assert plain["quality_control"]["D-1042"]["failed_runs"] > 0
    assert plain["left_out"]["rows_left_out"] == 2
