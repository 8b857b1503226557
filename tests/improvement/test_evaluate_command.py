"""`harmfree evaluate`, run as its user would."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from harmfree.cli.evaluate import command
from harmfree.errors import HarmfreeError

RUN = CliRunner()


def run(*arguments: object) -> str:
    """Output of the command; its own errors are raised for the test to look at."""
    result = RUN.invoke(command, [str(a) for a in arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


def document(*arguments: object) -> dict:
    return json.loads(run(*arguments, "--json"))


def write(path: Path, heading: str, rows) -> Path:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(heading.split())
        writer.writerows(rows)
    return path


@pytest.fixture
def months(tmp_path: Path) -> Path:
    generator = np.random.default_rng(1)
    rows = []
    for i in range(36):
        day = f"{2023 + i // 12}-{i % 12 + 1:02}-01"
        mean = 40 - 10 * (i >= 18)
        count = generator.poisson(mean)
        other = generator.poisson(40)
        rows.append([day, count, 1000, other, int(i >= 18), i + 1])
    return write(tmp_path / "months.csv", "month falls beds other after time", rows)


def test_named_columns_and_formula_agree(months):
    shared = ["its", months, "--model", "poisson"]
    named = document(*shared, "--outcome", "falls", "--exposure", "beds", "--time", "time",
                     "--start", "19", "--no-slope")  # fmt: skip
    formula = document(*shared, "--time", "time", "--post", "after",
                       "--formula", "falls ~ offset(log(beds)) + after + time")  # fmt: skip
    one, other = named["coefficients"], formula["coefficients"]
    assert one["level_change"]["estimate"] == pytest.approx(other["after"]["estimate"])
    assert one["const"]["estimate"] == pytest.approx(other["const"]["estimate"])
    assert named["total"]["estimate"] if "total" in named else named["estimates"]["total"]


def test_dates_phase_in_and_picture(months, tmp_path):
    out = tmp_path / "its.html"
    text = run(
        "its",
        months,
        "--outcome",
        "falls",
        "--exposure",
        "beds",
        "--time",
        "month",
        "--start",
        "2024-07-01",
        "--phase-in",
        "2",
        "--name",
        "Falls",
        "-o",
        out,
    )
    assert "Falls was" in text and "2025-12-01" in text and "Written" in text
    page = out.read_text()
    assert "<svg" in page and "2024-07-01" in page and "left out" in page
    for ending in ("svg", "png", "csv", "json"):
        target = tmp_path / f"its.{ending}"
        run(
            "its",
            months,
            "--outcome",
            "falls",
            "--time",
            "month",
            "--start",
            "2024-07",
            "-o",
            target,
        )
        assert target.stat().st_size > 500


def test_controlled_by_column_and_by_group(months, tmp_path):
    wide = document("controlled-its", months, "--outcome", "falls", "--control", "other",
                    "--time", "time", "--start", "19", "--estimator", "ols")  # fmt: skip
    assert wide["estimates"]["level_change"]["estimate"] < 0
    rows = []
    with months.open() as file:
        for r in csv.DictReader(file):
            rows += [["ours", r["time"], r["falls"]], ["theirs", r["time"], r["other"]]]
    long = write(tmp_path / "long.csv", "unit time falls", rows)
    grouped = document("controlled-its", long, "--outcome", "falls", "--group", "unit",
                       "--treated", "ours", "--start", "19", "--estimator", "ols")  # fmt: skip
    same = grouped["estimates"]["level_change"]["estimate"]
    assert same == pytest.approx(wide["estimates"]["level_change"]["estimate"])


@pytest.fixture
def rollout(tmp_path: Path, roll_out_rows) -> Path:
    return write(tmp_path / "roll.csv", "site month numerator denominator go_live", roll_out_rows)


@pytest.fixture
def roll_out_rows():
    generator = np.random.default_rng(8)
    rows = []
    for site in range(12):
        live = None if site < 2 else 8 + site % 6
        for month in range(24):
            effect = -0.4 if live is not None and month >= live else 0.0
            count = generator.poisson(300 * 0.1 * np.exp(effect + 0.02 * site))
            went = "" if live is None else f"{2024 + live // 12}-{live % 12 + 1:02}-01"
            rows.append(
                [f"P{site}", f"{2024 + month // 12}-{month % 12 + 1:02}-01", count, 300, went]
            )
    return rows


def test_rollout_of_the_region(rollout, tmp_path):
    found = document("staggered", rollout, "-o", tmp_path / "roll.svg")
    ratio = found["estimates"]["ratio_after_6"]
    assert ratio["lower"] < np.exp(-0.4) < ratio["upper"]
    assert "months after going live" in found["sentence"]
    assert found["sites"] == 12 and found["sites_live"] == 10
    assert "<svg" in (tmp_path / "roll.svg").read_text()
    wedge = document("stepped-wedge", rollout, "--period", "month")
    assert wedge["estimates"]["ratio"]["upper"] < 1


def test_bad_rollouts_name_row_and_column(roll_out_rows, tmp_path):
    heading = "site month numerator denominator go_live"
    cases = {
        "above the denominator": (4, 2, 301),
        "is not a number": (4, 2, "many"),
        "is not a date": (4, 1, "soon"),
        "two go-live dates": (60, 4, "2024-03-01"),
    }
    for words, (row, column, value) in cases.items():
        rows = [list(r) for r in roll_out_rows]
        rows[row][column] = value
        path = write(tmp_path / "bad.csv", heading, rows)
        with pytest.raises(HarmfreeError, match=words) as error:
            run("staggered", path)
        assert f"row {row + 1}" in error.value.where
        assert heading.split()[column] in error.value.where


def test_treated_column_must_not_go_back(tmp_path):
    counts = np.random.default_rng(2).poisson(20, (6, 8))
    rows = [[s, p, counts[s, p], 200, int(p >= 3 + s % 2)] for s in range(6) for p in range(8)]
    good = write(tmp_path / "good.csv", "site period numerator denominator treated", rows)
    assert document("stepped-wedge", good, "--treated", "treated")["sites"] == 6
    rows[6][4] = 0
    bad = write(tmp_path / "bad.csv", "site period numerator denominator treated", rows)
    with pytest.raises(HarmfreeError, match="goes back to 0"):
        run("stepped-wedge", bad, "--treated", "treated")


def test_series_errors_name_the_row(months, tmp_path):
    rows = [["2025-01-01", 3], ["2025-03-01", 4], ["2025-02-01", 5]]
    path = write(tmp_path / "order.csv", "month y", rows)
    with pytest.raises(HarmfreeError, match="earlier than the row before") as error:
        run("its", path, "--outcome", "y", "--start", "2025-02-01")
    assert "row 3 (line 4)" in error.value.where
    path = write(tmp_path / "twice.csv", "month y", [rows[0], rows[0]])
    with pytest.raises(HarmfreeError, match="comes twice"):
        run("its", path, "--outcome", "y", "--start", "2025-02-01")
    with pytest.raises(HarmfreeError, match="not a date"):
        run("its", months, "--outcome", "falls", "--time", "month", "--start", "July")
    with pytest.raises(HarmfreeError, match="When did the change come"):
        run("its", months, "--outcome", "falls")


def test_before_after_orders_its_phases(tmp_path):
    rows = [["after", 51, 1852], ["before", 86, 2014]]
    found = document("before-after", write(tmp_path / "b.csv", "phase events denominator", rows))
    assert found["estimates"]["odds_ratio"]["estimate"] == pytest.approx(0.635, abs=5e-4)


def test_time_to_action_from_dates(tmp_path):
    rows = [["2025-01-01", f"2025-01-{d:02}", "x"] for d in (3, 5, 9, 12)]
    rows += [["2025-01-01", "", "x"]]
    path = write(tmp_path / "w.csv", "opened closed site", rows)
    with pytest.raises(HarmfreeError, match="still open"):
        run("time-to-action", path)
    found = document("time-to-action", path, "--watched-until", "2025-02-01")
    assert found["actions"] == 4
    assert found["estimates"]["all_median_days"]["estimate"] == 8


def test_agreement_guesses_columns_and_accepts_json(tmp_path):
    x = list(range(1, 13))
    y = [v * 1.1 + (-1) ** v * 0.2 for v in x]
    path = tmp_path / "pairs.json"
    path.write_text(json.dumps({"x": x, "y": y}))
    found = document("agreement", path, "--levels", "5")
    regressions = found["regressions"]
    assert set(regressions) >= {"passing_bablok", "deming", "weighted_deming", "least_squares"}
    assert "5" in regressions["deming"]["bias_at"]
    rows = list(zip(["a"] * 12, x, y, strict=True)) + [("b", "", 4)]
    text = document("agreement", write(tmp_path / "p.csv", "who x y", rows))
    assert text["n"] == 12 and text["pairs_left_out"] == 1
    bad = write(tmp_path / "bad.csv", "x y", [[1, 2], [2, "high"], [3, 4]])
    with pytest.raises(HarmfreeError, match="'high' is not a number") as error:
        run("agreement", bad)
    assert "row 2" in error.value.where and "'y'" in error.value.where


def test_accuracy_in_every_form(tmp_path):
    counts = document("accuracy", "--tp", 81, "--fp", 17, "--fn", 19, "--tn", 183)
    path = write(tmp_path / "c.csv", "tp fp fn tn", [[81, 17, 19, 183]])
    assert document("accuracy", path)["estimates"] == counts["estimates"]
    rows = [["pos", "1", 3.0]] * 8 + [["neg", "0", 1.0]] * 9 + [["pos", "0", 2.0]] * 2
    rows += [["neg", "1", 1.5]] * 2 + [["invalid", "1", 2.5]]
    people = write(tmp_path / "p.csv", "device culture score", rows)
    found = document("accuracy", people, "--test", "device", "--reference", "culture",
                     "-o", tmp_path / "flow.svg")  # fmt: skip
    assert found["stard_flow"]["index_test"]["indeterminate"]["n"] == 1
    assert found["estimates"]["sensitivity"]["estimate"] == pytest.approx(0.8)
    area = document("accuracy", people, "--score", "score", "--reference", "culture")
    assert 0.5 < area["estimates"]["auc"]["estimate"] < 1
    table = write(tmp_path / "n.csv", "events total", [[81, 263], [0, 20]])
    both = document("proportion", table)["proportions"]
    assert both[0]["wilson"] == pytest.approx([0.2553, 0.3662], abs=5e-5)
    with pytest.raises(HarmfreeError, match="Give DATA"):
        run("accuracy", "--tp", 3)


def test_quality_control_and_schemes(tmp_path):
    path = write(tmp_path / "q.csv", "value", [[100], [108.4], [109.2], [100]])
    found = document("quality-control", path, "--mean", 100, "--sd", 4, "-o", tmp_path / "q.svg")
    assert [v["rule"] for v in found["violations"]] == ["1-2s", "2-2s", "1-2s"]
    assert found["in_control"] is False
    with pytest.raises(HarmfreeError, match="No mean is known"):
        run("quality-control", path)
    scheme = write(tmp_path / "e.csv", "result assigned sd", [[12, 10, 1], [13, 10, 1]])
    assert document("external-quality", scheme)["final"] == ["acceptable", "action"]
    assert document("sigma", "--allowable", 15, "--bias", 3, "--cv", 3)["estimates"]["sigma"][
        "estimate"
    ] == pytest.approx(4)


@pytest.mark.parametrize(
    ("arguments", "power"),
    [
        (["stepped-wedge", "--clusters", 24, "--periods", 5, "--effect", 0.02,
          "--proportion", 0.05, "--cluster-size", 100, "--cv", 0.3], 0.85387),
        (["stepped-wedge", "--crossing", "6,6,6,6", "--effect", 0.02,
          "--within", 0.000475, "--between", 0.000225], 0.85387),
        (["staggered", "--go-live", "1,1,2,2,none", "--periods", 4, "--effect", 0,
          "--within", 1, "--between", 1], 0.025),
        (["its", "--before", 24, "--after", 24, "--effect", 0, "--sd", 1], 0.05),
        (["before-after", "--rates", "0.1,0.1", "--size", 100], 0.05),
    ],
)  # fmt: skip
def test_power(arguments, power):
    found = document("power", *arguments)
    assert found["estimates"]["power"]["estimate"] == pytest.approx(power, abs=1e-5)


def test_every_verb_has_help_with_an_example():
    def verbs(group, above=()):
        for name, verb in group.commands.items():
            if hasattr(verb, "commands"):
                yield from verbs(verb, (*above, name))
            else:
                yield (*above, name)

    found = list(verbs(command))
    assert len(found) >= 19
    for verb in found:
        text = run(*verb, "--help")
        assert "--json" in text
        assert f"harmfree evaluate {' '.join(verb)}" in text, verb


@pytest.mark.shared_data
def test_shared_files_through_the_commands(shared_data: Path):
    comparison = shared_data / "method_comparison"
    found = document("agreement", comparison / "mcr_testcases.json", "--levels", "1,10,100")
    cases = json.loads((comparison / "mcr_testcases.json").read_text())
    assert [f["name"] for f in found] == [c["name"] for c in cases]
    for result, case in zip(found, cases, strict=True):
        reference = next(a["ref"] for a in case["algorithms"] if a["name"] == "PaBa")
        slope = result["regressions"]["passing_bablok"]["slope"]
        expected = [float(reference[k]) for k in ("Slope", "SlopeL", "SlopeU")]
        assert [slope[k] for k in ("estimate", "lower", "upper")] == pytest.approx(
            expected, rel=1e-4
        )
    creatinine = document("agreement", comparison / "mcr_creatinine.csv")
    assert creatinine["n"] == 108 and creatinine["pairs_left_out"] == 2
    smoking = shared_data / "its" / "california_prop99.csv"
    series = document("its", smoking, "--where", "State=California", "--outcome", "PacksPerCapita",
                      "--time", "Year", "--start", "1989", "--lag", "1")  # fmt: skip
    ols = series["fits"]["ols"]["coefficients"]
    assert ols["const"]["estimate"] == pytest.approx(132.225789, abs=1e-6)
    assert ols["level_change"]["estimate"] == pytest.approx(-20.058097, abs=1e-6)
    states = document("controlled-its", smoking, "--outcome", "PacksPerCapita", "--time", "Year",
                      "--group", "State", "--treated", "California", "--start", "1989")  # fmt: skip
    assert states["n"] == 62
    trial = shared_data / "prescribing" / "pincer_trial_counts.csv"
    crude = document("before-after", trial, "--first", "control_n,control_d",
                     "--second", "pincer_n,pincer_d", "--where", "followup_months=6",
                     "--where", "outcome=2 asthma + beta-blocker")  # fmt: skip
    assert crude["estimates"]["odds_ratio"]["estimate"] == pytest.approx(0.825, abs=5e-4)


def test_tables_of_counts_name_what_is_wrong(tmp_path):
    several = write(tmp_path / "s.csv", "tp fp fn tn", [[1, 2, 3, 4], [5, 6, 7, 8]])
    with pytest.raises(HarmfreeError, match="2 rows of counts"):
        run("accuracy", several)
    over = write(tmp_path / "o.csv", "events total", [[1, 2], [3, 2]])
    with pytest.raises(HarmfreeError, match="more events") as error:
        run("accuracy", over)
    assert "row 2" in error.value.where
    with pytest.raises(HarmfreeError, match="no such folder"):
        run("proportion", "--events", 1, "--total", 2, "-o", tmp_path / "no" / "p.svg")
