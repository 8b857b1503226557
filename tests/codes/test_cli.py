"""`harmfree codes` as its user runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from codes.dictionaries import dictionary
from harmfree.cli.codes import command
from harmfree.programmes import code_folders
from harmfree.records import Store
from harmfree.records.codes import UnknownCodeListError
from harmfree.records.codes.report import Reporter

TABLE = dictionary(
    [
        ("bnf", "1001010J0AAABAB", "Ibuprofen 400mg tablets"),
        ("dmd", "1", "Ibuprofen 5% gel"),
        ("dmd", "2", "Nurofen 200mg tablets (Reckitt)"),
        ("snomed", "13200003", "Peptic ulcer"),
        ("snomed", "95345008", "Ulcer of foot"),
        ("snomed", "3", "Family history of peptic ulcer"),
    ]
)


def test_report_counts_rules_and_near_misses():
    report = Reporter(TABLE, code_folders(), None).report("nsaid_oral")
    assert (report.codes, report.events) == (2, 4)
    assert [rule.codes for rule in report.rules] == [1, 1]
    assert [miss.term for miss in report.near_misses] == ["Ibuprofen 5% gel"]


def test_a_near_miss_is_no_diagnosis():
    report = Reporter(TABLE, code_folders(), None).report("peptic_ulcer")
    assert [miss.term for miss in report.near_misses] == [
        "Family history of peptic ulcer",
        "Ulcer of foot",
    ]


def test_unverified_rules_are_named():
    report = Reporter(TABLE, code_folders(), None).report("gord")
    assert "snomed 235595009" in report.unverified


@pytest.fixture
def loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HARMFREE_HOME", str(tmp_path))

    class Loaded:
        codes = TABLE

    monkeypatch.setattr(Store, "open", classmethod(lambda cls, folder: Loaded()))
    return tmp_path


def test_report_of_one_list(loaded: Path):
    shown = CliRunner().invoke(command, ["report", "nsaid_oral"])
    assert shown.exit_code == 0
    assert "2 codes, 4 events" in shown.output
    assert "near misses" in shown.output


def test_report_of_all_lists(loaded: Path):
    shown = CliRunner().invoke(command, ["report"])
    assert "match nothing in this store" in shown.output
    held = json.loads(CliRunner().invoke(command, ["report", "--json"]).output)
    assert {"nsaid_oral", "asthma"} <= {each["name"] for each in held}


def test_a_sites_own_list_is_used(loaded: Path):
    (loaded / "codelists").mkdir()
    (loaded / "codelists" / "nsaid_oral.csv").write_text("system,code,term,source\ndmd,1,gel,us\n")
    shown = CliRunner().invoke(command, ["report", "nsaid_oral"])
    assert "1 codes, 2 events" in shown.output


def test_an_unknown_list(loaded: Path):
    shown = CliRunner().invoke(command, ["report", "nsaids"])
    assert isinstance(shown.exception, UnknownCodeListError)


def test_import(loaded: Path):
    source = loaded / "map.csv"
    source.write_text("dmd,bnf\n2,1001010J0BBAAAB\n")
    shown = CliRunner().invoke(command, ["import", str(source)])
    assert "1 dm+d codes" in shown.output
    assert (loaded / "maps" / "dmd_bnf.csv").is_file()
    assert "3 codes" not in CliRunner().invoke(command, ["report", "nsaid_oral"]).output
