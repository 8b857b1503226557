"""STOPPFall: one drug of every class, the rules, and who is left out."""

from __future__ import annotations

import pytest

from harmfree.clinical import find
from harmfree.clinical.prescribing.groups import groups

TOOL = find("stoppfall")
ONE_OF_EACH = {
    "benzodiazepines": ("diazepam", "K1"),
    "z_drugs": ("zopiclone", "K4"),
    "antipsychotics": ("risperidone", "K2"),
    "antidepressants": ("sertraline", "K8"),
    "opioids": ("codeine", "K7"),
    "antiepileptics": ("gabapentin", "K5"),
    "anticholinergics": ("procyclidine", None),
    "sedating_antihistamines": ("hydroxyzine", "K6"),
    "diuretics": ("furosemide", None),
    "alpha_blockers_hypertension": ("doxazosin", "K9"),
    "alpha_blockers_prostate": ("tamsulosin", "K10"),
    "centrally_acting_antihypertensives": ("moxonidine", "K11"),
    "cardiac_vasodilators": ("nicorandil", "K3"),
    "bladder": ("solifenacin", "K12"),
}


def test_there_are_fourteen_classes():
    keys = [group.key for group in groups("harmfree.clinical.falls", "stoppfall")]
    assert keys == list(ONE_OF_EACH)
    assert len(keys) == 14


@pytest.mark.parametrize("key", ONE_OF_EACH)
def test_one_of_each_class(key):
    name, rule = ONE_OF_EACH[key]
    result = TOOL.run({"medicines": [f"{name} 5mg tablets"]})
    assert result.value == 1
    assert result.detail["classes"][key] == [name]
    if rule:
        assert rule in result.detail["stopp_rules"]


def test_a_medicine_of_two_classes_is_counted_once():
    result = TOOL.run({"medicines": "amitriptyline"})
    assert result.value == 1
    assert set(result.detail["classes"]) == {"antidepressants", "anticholinergics"}


@pytest.mark.parametrize(
    "name", ["lithium", "amlodipine", "bisoprolol", "loratadine", "paracetamol", "none"]
)
def test_who_is_left_out(name):
    result = TOOL.run({"medicines": name})
    assert (result.value, result.warnings[:-1]) == (0, ())


def test_silodosin_counts_but_not_for_k10():
    assert TOOL.run({"medicines": "silodosin"}).value == 1
    assert TOOL.run({"medicines": "silodosin"}).detail["stopp_rules"] == []
    assert TOOL.run({"medicines": "silodosin; tamsulosin"}).detail["stopp_rules"] == ["K10"]


def test_mirabegron_counts_but_is_no_antimuscarinic():
    result = TOOL.run({"medicines": "mirabegron 50mg"})
    assert result.value == 1
    assert result.detail["stopp_rules"] == []
    assert TOOL.run({"medicines": "mirabegron; tolterodine"}).detail["stopp_rules"] == ["K12"]


def test_codes_and_names_are_one_drug():
    assert TOOL.run({"medicines": "N05CF01; zopiclone 7.5mg"}).value == 1
    assert TOOL.run({"medicines": "N05BA"}).value == 1


def test_unknown_and_missing():
    assert "unobtainium" in TOOL.run({"medicines": "unobtainium"}).warnings[0]
    assert TOOL.run({}).missing == ("medicines",)
