"""The framework: reading, refusing, registering, answering files, explaining."""

from __future__ import annotations

import io
import json
from datetime import date
from typing import Annotated

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from harmfree.cli.calc import command
from harmfree.clinical import Outcome, Tool, all_tools, find
from harmfree.clinical.batch import Answers, Tally, answer_file, blocks_of
from harmfree.clinical.errors import (
    CardError,
    CasesError,
    Problem,
    RefusedError,
    UnknownToolError,
)
from harmfree.clinical.explain import contributions, describe, render, sentence
from harmfree.clinical.fields import Choice, Day, Flag, Measure, Moment
from harmfree.clinical.infection.crb65 import CRB65Inputs, crb65
from harmfree.clinical.inputs import Inputs, Reader
from harmfree.clinical.registry import tool
from harmfree.errors import PartlyDoneError

TEMPERATURE = Measure(label="Temperature", unit="°C", low=25, high=45, quantity="temperature")
CREATININE = Measure(label="Creatinine", unit="µmol/L", low=20, high=2000, quantity="creatinine")
WHOLE = Measure(label="Count", low=0, high=10, whole=True)


@pytest.mark.parametrize(
    ("raw", "value"),
    [(36.6, 36.6), ("36.6", 36.6), (" 37 ", 37), (25, 25), (45, 45), (None, None)]
    + [(word, None) for word in ("", "NA", "n/a", "null", "not recorded")]
    + [(float("nan"), None)],
)
def test_a_measure_reads_numbers_and_texts_and_knows_missing(raw, value):
    assert TEMPERATURE.read(raw) == value


@pytest.mark.parametrize(
    ("spec", "raw", "said"),
    [
        (TEMPERATURE, 98.6, "it looks like °F: 98.6 would be 37 °C"),
        (CREATININE, 1.2, "it looks like mg/dL: 1.2 would be 106.1 µmol/L"),
        (TEMPERATURE, 300, "outside the plausible range, 25 to 45 °C"),
        (TEMPERATURE, "<35", "a limit, not a measured value"),
        (TEMPERATURE, "37,5", "write the decimal sign as a point"),
        (TEMPERATURE, "37.5 C", "give the number alone, in °C"),
        (TEMPERATURE, True, "not a number"),
        (TEMPERATURE, "inf", "not a number"),
        (TEMPERATURE, "warm", "not a number"),
        (TEMPERATURE, [37], "not a number"),
        (WHOLE, 2.5, "must be a whole number"),
        (Flag(label="Flag"), "perhaps", "not yes or no"),
        (Choice(label="Colour", options={"red": "", "blue": ""}), "green", "red, blue"),
        (Day(label="Day"), "01/02/2020", "write it as 2026-11-23"),
    ],
)
def test_what_is_refused_says_why(spec, raw, said):
    with pytest.raises(Problem, match="."):
        spec.read(raw)
    with pytest.raises(Problem) as caught:
        spec.read(raw)
    assert said in str(caught.value)


@pytest.mark.parametrize("yes", [True, 1, 1.0, "1", "yes", "Y", " TRUE ", "t", "present"])
def test_yes_in_every_obvious_spelling(yes):
    assert Flag(label="Flag").read(yes) is True


@pytest.mark.parametrize("no", [False, 0, "0", "no", "N", "False", "absent"])
def test_no_in_every_obvious_spelling(no):
    assert Flag(label="Flag").read(no) is False


def test_a_choice_reads_case_spellings_and_numbers():
    scale = Choice(label="Scale", options={"1": "usual", "2": "88 to 92"}, spellings={"one": "1"})
    assert [scale.read(raw) for raw in (1, 1.0, "2", " ONE ", None)] == ["1", "1", "2", "1", None]


def test_names_ignore_case_blanks_and_underscores_and_wrappers():
    rows = [
        {"Respiratory Rate": 20, "RR": 20},
        {"input": {"rr": 20}},
        {"observation": {"respiration": "20"}},
        {"input": {"observation": {"rr": 20}, "age": 70}, "inputs": None},
    ]
    assert [crb65.read(row).respiration for row in rows] == [20, 20, 20, 20]
    deep: dict[str, object] = {"rr": 20}
    for _ in range(3000):
        deep = {"input": deep}
    assert crb65.read(deep).respiration == 20


def test_one_input_under_two_names_must_agree():
    assert crb65.read({"rr": 20, "respiration": 20}).respiration == 20
    with pytest.raises(RefusedError, match="respiration: given twice with different values"):
        crb65.read({"rr": 20, "respiration": 21})
    with pytest.raises(RefusedError, match="respiration: given twice with different values"):
        crb65.read({"rr": 20, "input": {"rr": 21}})


def test_all_faults_of_a_row_are_told_at_once():
    with pytest.raises(RefusedError) as caught:
        crb65.read({"rr": 900, "confusion": "perhaps", "age": 65})
    assert [problem.field for problem in caught.value.problems] == ["respiration", "confusion"]
    assert caught.value.exit_code == 50


def test_pydantic_and_the_row_reader_agree():
    raw = {"confusion": "yes", "respiration": "30", "age": 70}
    assert CRB65Inputs(**raw) == crb65.read(raw)
    with pytest.raises(ValidationError, match="outside the plausible range"):
        CRB65Inputs(respiration=900)
    with pytest.raises(ValidationError, match="Extra inputs"):
        CRB65Inputs(respirationn=20)


def test_two_fields_may_not_share_a_name():
    class Clash(Inputs):
        first: Annotated[float | None, Measure(label="A", low=0, high=1, aliases=("x",))] = None
        second: Annotated[float | None, Measure(label="B", low=0, high=1, aliases=("X",))] = None

    with pytest.raises(TypeError, match="names both first and second"):
        Reader(Clash)


def test_a_name_is_registered_once():
    with pytest.raises(CardError, match="two tools are named crb65"):
        tool(crb65.card)(crb65.rule)


def test_an_unknown_tool_names_the_nearest():
    with pytest.raises(UnknownToolError, match="Did you mean crb65"):
        find("crb-56")


def test_what_a_result_does_not_have_is_not_printed_as_missing():
    row = {"drug": "rivaroxaban", "crcl": 80, "dose": 20, "times_per_day": 1}
    text = render(find("doac_dose").run(row))
    assert "recommended: 20 mg once a day" in text
    assert "also_acceptable_mg" not in text


EVERY = sorted(all_tools())


@pytest.mark.parametrize("name", EVERY)
def test_the_worked_example_of_every_tool_is_right(name):
    found = find(name)
    result = found.run(found.card.example.given)
    expected = found.card.example.value
    if isinstance(expected, float):
        assert result.value == pytest.approx(expected, rel=1e-4)
    else:
        assert result.value == expected


@pytest.mark.parametrize("name", EVERY)
def test_every_tool_says_all_it_must(name):
    card = find(name).card
    assert card.source and card.limits
    for text in (card.title, card.topic, card.version, card.population, card.use, card.formula):
        assert text.strip()
    assert card.reviewed <= date(2026, 11, 23) < card.review_due
    for source in card.source:
        assert "http" not in source.text


@pytest.mark.parametrize("name", EVERY)
def test_every_tool_explains_itself(name):
    found = find(name)
    page = describe(found, date(2026, 11, 23))
    for spec_name, spec in found.reader.specs.items():
        assert spec_name in page
        assert spec.label in page
    assert "OVERDUE" in describe(found, date(2100, 1, 1))
    assert found.inputs.model_json_schema()["properties"].keys() == found.reader.specs.keys()


@pytest.mark.parametrize("name", EVERY)
def test_every_result_renders_a_sentence_and_a_table_and_says_what_is_unverified(name):
    found = find(name)
    result = found.run(found.card.example.given)
    assert sentence(result) in render(result)
    assert contributions(result) in render(result)
    for source in found.card.source:
        said = any(source.covers in warning for warning in result.warnings)
        assert said or source.verified
    assert json.loads(json.dumps(result.as_dict()))["tool"] == name


@pytest.mark.parametrize("name", EVERY)
def test_an_empty_case_names_what_is_missing_or_is_refused(name):
    found = find(name)
    try:
        result = found.run({})
    except RefusedError as refusal:
        assert refusal.problems
    else:
        assert result.missing or result.value is not None


def answers(tmp_path, name, text, tool_name="crb65"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    out = io.StringIO()
    *_, tally = answer_file(find(tool_name), path, out)
    return [json.loads(line) for line in out.getvalue().splitlines()], tally


GOOD = '{"id":"a","confusion":false,"rr":30,"sbp":120,"dbp":80,"age":40}'


def test_a_bad_row_is_answered_in_its_place_and_counted(tmp_path):
    lines = [GOOD, "not json", "[1]", '{"rr": 900}', "", GOOD]
    found, tally = answers(tmp_path, "cases.ndjson", "\n".join(lines))
    assert [row["value"] for row in found] == [1, None, None, None, 1]
    assert ["error" in row for row in found] == [False, True, True, True, False]
    assert "respiration: 900 is outside" in found[3]["error"]
    assert (tally.rows, tally.refused, tally.complete) == (5, 3, 2)


def test_the_batch_and_the_function_give_the_same(tmp_path):
    found, _ = answers(tmp_path, "cases.ndjson", GOOD)
    direct = crb65.run(json.loads(GOOD)).as_dict()
    batch = found[0]
    assert batch.pop("row") == 1
    assert batch.pop("id") == "a"
    direct.pop("title")
    assert batch == direct


def test_csv_and_json_files_are_read(tmp_path):
    text = "id,Confusion,RR,sbp,dbp,age,note\nx,Y,30,120,80,40,hello\ny,N,NA,120,80,40,\nz,N\n"
    found, tally = answers(tmp_path, "cases.csv", text)
    assert [row["value"] for row in found] == [2, None, None]
    assert found[1]["missing"] == ["respiration"]
    assert "2 cells and the header has 7" in found[2]["error"]
    assert list(tally.unused) == ["note"]
    for document in (f"[{GOOD}]", f'{{"source":"x","cases":[{GOOD}]}}', GOOD):
        found, _ = answers(tmp_path, "cases.json", document)
        assert [row["value"] for row in found] == [1]


def test_a_file_that_cannot_be_read_is_an_error(tmp_path):
    with pytest.raises(CasesError, match="not a file of cases"):
        list(blocks_of(tmp_path / "cases.xlsx"))
    with pytest.raises(CasesError, match="cannot be read"):
        list(blocks_of(tmp_path / "absent.csv"))
    (tmp_path / "cases.json").write_text("{")
    with pytest.raises(CasesError, match="not JSON"):
        list(blocks_of(tmp_path / "cases.json"))


def call(*words):
    return CliRunner().invoke(command, list(words))


def test_the_command_line_answers_one_case():
    row = {"confusion": "no", "respiration": 30, "systolic": 120, "diastolic": 80, "age": 40}
    options = [word for name, value in row.items() for word in (f"--{name}", str(value))]
    said = call("crb65", *options)
    assert said.exit_code == 0
    assert "CRB65: 1 (intermediate), from respiratory rate 1." in said.output
    assert json.loads(call("crb65", *options, "--json").output)["value"] == 1


def test_the_command_line_lists_explains_and_helps():
    assert "crb65" in call("list").output
    assert {row["name"] for row in json.loads(call("list", "--json").output)} == set(EVERY)
    assert "Worked example" in call("explain", "crb65").output
    assert "properties" in json.loads(call("explain", "crb65", "--json").output)["inputs"]
    assert "harmfree calc crb65 cases.ndjson" in call("crb65", "--help").output


def test_the_command_line_answers_a_file_and_says_when_rows_were_refused(tmp_path):
    cases, out = tmp_path / "cases.ndjson", tmp_path / "out.ndjson"
    cases.write_text(GOOD + "\n")
    assert call("crb65", str(cases), "-o", str(out)).exit_code == 0
    assert json.loads(out.read_text())["value"] == 1
    cases.write_text(GOOD + "\nnonsense\n")
    said = call("crb65", str(cases), "-o", str(out))
    assert isinstance(said.exception, PartlyDoneError)
    assert said.exception.exit_code == 6
    assert len(out.read_text().splitlines()) == 2


def test_what_could_stop_a_batch_does_not(tmp_path):
    deep = '{"rr":' + "[" * 100_000
    huge = '{"rr":1' + "0" * 400 + "}"
    lone = '{"id":"\\ud800","rr":900}'
    out = tmp_path / "out.ndjson"
    (tmp_path / "cases.ndjson").write_text("\n".join([deep, huge, lone, '{"rr":1e999}', GOOD]))
    said = call("crb65", str(tmp_path / "cases.ndjson"), "-o", str(out))
    assert isinstance(said.exception, PartlyDoneError)
    found = [json.loads(line) for line in out.read_text().splitlines()]
    assert ["error" in row for row in found] == [True, True, True, True, False]
    wide = "x" * 200_000
    (tmp_path / "cases.csv").write_text(f'rr,rr,rr\n20,20,20\n20,21,20\n"{wide}",1,2\n20,20,20\n')
    call("crb65", str(tmp_path / "cases.csv"), "-o", str(out))
    found = [json.loads(line) for line in out.read_text().splitlines()]
    assert ["error" in row for row in found] == [False, True, True, False]
    assert "given twice" in found[1]["error"]


def test_a_rule_that_fails_loses_its_row_and_no_other():
    def rule(given):
        return Outcome(1 / (given.age - 50))

    broken = Tool(crb65.card, rule, crb65.inputs)
    lines = [Answers(broken).line(1, {"age": age}, Tally()) for age in (51, 50, 52)]
    assert [json.loads(line)["value"] for line in lines] == [1.0, None, 0.5]
    assert "cannot be computed" in json.loads(lines[1])["error"]


def test_results_never_overwrite_the_cases_and_a_bad_place_is_said(tmp_path):
    cases = tmp_path / "cases.ndjson"
    cases.write_text(GOOD)
    assert call("crb65", str(cases), "-o", str(cases)).exit_code == 2
    assert cases.read_text() == GOOD
    nowhere = call("crb65", str(cases), "-o", str(tmp_path / "absent" / "out.ndjson"))
    assert isinstance(nowhere.exception, CasesError)


WORDS = ["yes", "no", "1", "-1", "0", "2026-11-23", "9999-12-31", "1:2 3:4", "a=1"]
LEAF = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(WORDS),
)
ANYTHING = st.recursive(
    LEAF,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=4,
)


def plausible(spec):
    """Values that a field accepts, so that the rule itself is reached."""
    if isinstance(spec, Measure):
        number = st.integers if spec.whole else st.floats
        low, high = (int(spec.low), int(spec.high)) if spec.whole else (spec.low, spec.high)
        return st.one_of(st.none(), number(low, high), st.sampled_from([low, high]))
    if isinstance(spec, Choice):
        return st.sampled_from([None, *spec.options])
    if isinstance(spec, Flag):
        return st.sampled_from([None, True, False])
    if isinstance(spec, Day | Moment):
        return st.sampled_from([None, "1850-01-01", "2200-12-31", "2024-02-29", "2026-11-23"])
    return st.none()


@pytest.mark.parametrize("kind", ["anything", "plausible"])
@pytest.mark.parametrize("name", EVERY)
def test_no_input_whatever_breaks_a_tool(name, kind):
    found = find(name)
    fields = found.reader.specs
    values = dict.fromkeys(fields, ANYTHING)
    if kind == "plausible":
        values = {field: plausible(spec) for field, spec in fields.items()}
    example = st.sampled_from([dict(found.card.example.given), {}])

    @given(example, st.fixed_dictionaries({}, optional=values))
    @settings(max_examples=40, deadline=None)
    def answers_or_refuses(known, strange):
        try:
            result = found.run(known | strange)
        except RefusedError as refusal:
            assert refusal.problems
        else:
            assert render(result)
            assert json.loads(json.dumps(result.as_dict(), allow_nan=False))

    answers_or_refuses()


def test_options_beside_a_file_serve_the_rows_that_lack_them(tmp_path):
    cases, out = tmp_path / "cases.ndjson", tmp_path / "out.ndjson"
    cases.write_text('{"rr":30,"sbp":120,"dbp":80,"age":40}\n{"input":{"confusion":"yes"}}\n')
    assert call("crb65", str(cases), "--confusion", "no", "-o", str(out)).exit_code == 0
    first, second = (json.loads(line) for line in out.read_text().splitlines())
    assert first["value"] == 1
    assert second["components"][0]["given"] is True
    assert call("crb65", str(cases), "--age", "900").exception.exit_code == 50


def test_a_file_of_many_blocks_is_answered_in_order(tmp_path):
    text = "\n".join(GOOD if row % 7 else "bad" for row in range(6000))
    found, tally = answers(tmp_path, "cases.ndjson", text)
    assert [row["row"] for row in found] == list(range(1, 6001))
    assert [place for place, row in enumerate(found) if "error" in row] == list(range(0, 6000, 7))
    assert (tally.rows, tally.refused, tally.complete) == (6000, 858, 5142)
    assert answers(tmp_path, "none.ndjson", "")[0] == []
