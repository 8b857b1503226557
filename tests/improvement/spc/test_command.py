"""`harmfree chart` as its users type it."""

from __future__ import annotations

import csv
import io
import json

import pytest
from click.testing import CliRunner

from harmfree.cli.chart import command
from harmfree.errors import HarmfreeError, PartlyDoneError

MONTHS = [f"{2023 + k // 12}-{k % 12 + 1:02d}-01" for k in range(16)]
FALLS = [20, 21, 19, 20, 22, 18, 20, 21, 19, 20, 35, 20, 21, 19, 20, 22]


def write(folder, name, text):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return str(path)


def falls(folder, header="month,falls"):
    rows = [f"{m},{v}" for m, v in zip(MONTHS, FALLS, strict=True)]
    return write(folder, "falls.csv", "\n".join([header, *rows]) + "\n")


def run(*args):
    result = CliRunner().invoke(command, list(args), catch_exceptions=True)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_a_csv_gives_a_sentence(tmp_path):
    said = run("xmr", falls(tmp_path), "--improve", "down").output
    assert said.startswith("Common cause variation: the latest value is 22 (April 2024).")
    assert "Earlier: 1 point outside the limits." in said


def test_a_csv_gives_points_flags_and_icons_as_json(tmp_path):
    found = json.loads(run("xmr", falls(tmp_path), "--json", "--target", "50").output)
    point = found["points"][10]
    assert point["date"] == "2023-11-01" and point["flags"] == ["outside_high"]
    assert point["lower"] < point["mean"] < point["upper"] < point["value"]
    assert found["icons"] == {"variation": "common_cause", "assurance": None}


def test_every_format_is_written(tmp_path):
    outs = [str(tmp_path / f"out.{e}") for e in ("svg", "html", "png", "csv", "json")]
    options = [arg for out in outs for arg in ("-o", out)]
    said = run("xmr", falls(tmp_path), *options).output
    assert said.count("Written:") == 5
    rows = list(csv.reader(io.StringIO((tmp_path / "out.csv").read_text())))
    assert len(rows) == 17 and rows[11][:2] == ["2023-11-01", "35.0"]
    assert json.loads((tmp_path / "out.json").read_text())["kind"] == "xmr"


def test_a_rebase_carries_its_reason(tmp_path):
    rebase = "2023-09-01:sensors put in;by=A Smith;evidence=audit 12"
    out = tmp_path / "out.svg"
    run("xmr", falls(tmp_path), "--rebase", rebase, "-o", str(out))
    assert "sensors put in (A Smith; audit 12)" in out.read_text()
    assert run("xmr", falls(tmp_path), "--rebase", "2023-09-01").exit_code == 2


def test_one_json_case_as_the_issue_writes_it(tmp_path):
    case = {"dates": MONTHS, "values": FALLS, "improve": "up", "target": None, "rebase": [],
            "fix_after_n": None, "screen": False}  # fmt: skip
    found = json.loads(run("xmr", write(tmp_path, "c.json", json.dumps(case)), "--json").output)
    assert len(found["points"]) == 16 and found["assurance"] is None
    assert {"mean", "lower", "upper", "flags"} <= set(found["points"][0])


def test_many_cases_come_back_in_order_and_a_bad_one_stops_no_other(tmp_path):
    cases = [
        {"id": "a", "values": [1, 2]},
        {"id": "b", "values": []},
        {"id": "c", "values": [3, 4]},
    ]
    path = write(tmp_path, "c.json", json.dumps(cases))
    with pytest.raises(PartlyDoneError, match="1 of 3"):
        run("xmr", path, "--json")
    out = tmp_path / "out.json"
    with pytest.raises(PartlyDoneError):
        run("xmr", path, "-o", str(out))
    found = json.loads(out.read_text())
    assert [c["id"] for c in found] == ["a", "b", "c"] and "no values" in found[1]["error"]


def test_ndjson_in_and_out(tmp_path):
    lines = "\n".join(json.dumps({"id": i, "values": [i, i + 1]}) for i in range(3))
    said = run("xmr", write(tmp_path, "c.ndjson", lines), "--json").output
    assert [json.loads(line)["id"] for line in said.splitlines()] == [0, 1, 2]


def test_json_is_known_by_its_content_and_may_come_from_standard_input(tmp_path):
    case = json.dumps({"values": FALLS})
    named_otherwise = write(tmp_path, "case.txt", case)
    assert json.loads(run("xmr", named_otherwise).output)["kind"] == "xmr"
    piped = CliRunner().invoke(command, ["xmr", "-"], input=case)
    assert json.loads(piped.output)["points"][0]["value"] == 20


def test_options_fill_fields_that_a_case_does_not_have(tmp_path):
    path = write(tmp_path, "c.json", json.dumps({"values": FALLS}))
    found = json.loads(run("xmr", path, "--target", "90", "--improve", "up").output)
    assert found["assurance"] == "consistent_fail"


@pytest.mark.parametrize(
    ("kind", "text", "words", "where"),
    [
        ("xmr", "month,falls\n2024-01-01,5\n2024-02-01,abc\n", "'abc' is not a number",
         "row 2 (line 3), column 'falls'"),
        ("p", "month,events,n\n2024-01-01,5,9\n2024-02-01,12,9\n", "n is smaller",
         "row 2 (line 3), column 'events' and 'n'"),
        ("xmr", "month,falls\n2024-01-01,5\n2024-01-01,6\n", "Two values", "row 1 (line 2)"),
        ("xmr", "month,falls\n2024-13-01,5\n2024-01-01,6\n", "not a date", "column 'month'"),
        ("xmr", "month,falls\n2024-01-01,\n2024-02-01,NA\n", "missing", "row 1 (line 2)"),
        ("xmr", "month,falls\n2024-01-01,*\n", "suppressed", "row 1 (line 2), column 'falls'"),
        ("xmr", "month,a,b\n2024-01-01,1,2\n", "Which column", "data.csv"),
        ("c", "month,falls\n2024-01-01,-1\n", "below zero", "row 1 (line 2), column 'falls'"),
        ("t", "gap\n3\n0\n", "greater than zero", "row 2 (line 3), column 'gap'"),
        ("funnel", "unit,events,n\na,1,9\nb,1,0\nc,1,9\n", "1 or more", "row 2, b"),
    ],
)  # fmt: skip
def test_bad_input_names_row_and_column(tmp_path, kind, text, words, where):
    args = ["--value", "gap"] if kind == "t" else []
    with pytest.raises(HarmfreeError) as caught:
        run(kind, write(tmp_path, "data.csv", text), *args)
    assert words in caught.value.what and where in caught.value.where


def test_dates_out_of_order_are_sorted_and_named(tmp_path):
    text = "month,falls\n2024-03-01,3\n2024-01-01,1\n2024-02-01,2\n"
    said = run("xmr", write(tmp_path, "d.csv", text)).output
    assert "out of order from d.csv, row 2 (line 3), column 'month'" in said


def test_years_and_thousands_are_read(tmp_path):
    text = 'Year,Count,Population\n2005,321 ," 26,447,738 "\n2006,341,"26,679,904"\n'
    path = write(tmp_path, "y.csv", text)
    found = json.loads(run("u", path, "--n", "Population", "--json").output)
    assert [p["date"] for p in found["points"]] == ["2005-01-01", "2006-01-01"]
    assert "(2006)" in found["sentence"]


def test_one_point_is_drawn_without_limits(tmp_path):
    said = run("xmr", write(tmp_path, "d.csv", "month,falls\n2024-03-01,3\n")).output
    assert "Too few values to judge variation" in said and "only one value" in said


def test_events_alone_make_g_and_t_charts(tmp_path):
    days = ["2024-01-05", "2024-01-05", "2024-02-01", "2024-02-20T10:30", "2024-03-01"]
    path = write(tmp_path, "e.csv", "\n".join(["when", *days]) + "\n")
    g = json.loads(run("g", path, "--json").output)
    assert [p["value"] for p in g["points"]] == [0, 27, 19, 10]
    t = json.loads(run("t", path, "--json").output)
    assert len(t["points"]) == 4 and all(p["value"] > 0 for p in t["points"])


def test_several_measurements_of_one_day_make_xbar_and_s(tmp_path):
    rows = [f"2024-01-{d:02d},{10 + d % 3 + k}" for d in range(1, 15) for k in range(4)]
    path = write(tmp_path, "x.csv", "\n".join(["date,value", *rows]) + "\n")
    found = json.loads(run("xbar_s", path, "--json", "-o", str(tmp_path / "x.png")).output)
    assert len(found["xbar"]["points"]) == len(found["s"]["points"]) == 14


def test_many_series_get_a_line_of_verdicts_each(tmp_path):
    rows = [f"{site},{m},{v + k}" for k, site in enumerate("abc")
            for m, v in zip(MONTHS, FALLS, strict=True)]  # fmt: skip
    path = write(tmp_path, "m.csv", "\n".join(["site,month,value", *rows]) + "\n")
    said = run("xmr", path, "--by", "site", "--date", "month", "--json").output
    found = json.loads(said)
    assert [line["id"] for line in found] == list("abc")
    assert {line["variation"] for line in found} == {"common_cause"}
    refused = run("xmr", path, "--by", "site", "--date", "month", "--fix-after", "12")
    assert refused.exit_code == 2 and "--fix-after" in refused.output


def test_funnel_cusum_ewma_and_pareto_from_csv(tmp_path):
    units = "\n".join(["practice,events,n", *(f"P{i},{10 + i},{100 + 5 * i}" for i in range(9))])
    said = run("funnel", write(tmp_path, "u.csv", units), "-o", str(tmp_path / "f.svg")).output
    assert said.startswith("9 units about") and "not ranked" in said
    for kind in ("cusum", "ewma"):
        assert "once in about 370 points" in run(kind, falls(tmp_path), "--fix-after", "8").output
    causes = write(tmp_path, "p.csv", "cause,count\nslip,9\ntrip,4\nother,2\n")
    assert "13" not in run("pareto", causes).output.split(" causes")[0]
    assert "make up" in run("pareto", causes).output


def test_run_lengths_of_a_design(tmp_path):
    path = write(tmp_path, "d.json", json.dumps({"k": 0.5, "h": 5, "mu": 0}))
    assert json.loads(run("cusum", path).output)["arl_two"] == pytest.approx(465.44, abs=0.01)


def test_the_worked_examples_of_the_help_are_options_that_exist():
    said = run("--help").output
    for option in ("--improve", "--target", "--rebase", "--value", "--n", "--unit", "--date"):
        assert option in said
