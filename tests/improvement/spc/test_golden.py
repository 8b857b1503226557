"""The peers' numbers: NHSRplotthedots, qicharts2, FunnelPlotR and the R package spc.

Every golden case goes in through the command's own reader of JSON cases and its report.
"""

from __future__ import annotations

import json

import pytest

from harmfree.improvement.spc.cases import answer, answer_or_error, read_cases
from harmfree.improvement.spc.runs import anhoej_limits

pytestmark = pytest.mark.shared_data
XMR, CHARTS = "xmr_plotthedots_golden.json", "qicharts2_golden.json"


def golden(folder, name, part="cases"):
    return json.loads((folder / "spc" / name).read_text())[part]


def agree(ours, theirs):
    """Equal, or equal numbers to a relative 1e-8; null only with null."""
    if isinstance(theirs, dict):
        return all(agree(ours[key], value) for key, value in theirs.items())
    if isinstance(theirs, list):
        return len(ours) == len(theirs) and all(
            agree(a, b) for a, b in zip(ours, theirs, strict=True)
        )
    if theirs is None or isinstance(theirs, bool | str):
        return ours == theirs
    return ours is not None and ours == pytest.approx(theirs, rel=1e-8, abs=1e-9)


def test_all_xmr_cases_agree_in_every_field(shared_data):
    cases, single = read_cases(shared_data / "spc" / XMR, "xmr")
    expected = [case["expected"] for case in golden(shared_data, XMR)]
    assert not single and len(cases) == len(expected) >= 49
    for case, wanted in zip(cases, expected, strict=True):
        found = answer(case, "xmr")
        for name, value in wanted.items():
            ours = found[name] if name in found else [point[name] for point in found["points"]]
            assert agree(ours, value), (case["id"], name)


def test_all_other_charts_agree_in_every_field(shared_data):
    cases, _ = read_cases(shared_data / "spc" / CHARTS, "run")
    expected = [case["expected"] for case in golden(shared_data, CHARTS)]
    assert len(cases) >= 24
    for case, wanted in zip(cases, expected, strict=True):
        found = answer_or_error(case, "run")
        if "error" in wanted:
            assert "must be greater than zero" in found["error"], case["id"]
            continue
        for name, value in wanted.items():
            ours = [point[name] for point in found["points"]]
            assert agree(ours, value if isinstance(value, list) else [value] * len(ours)), name


def test_every_anhoej_limit_agrees(shared_data):
    table = golden(shared_data, CHARTS, "anhoej_limits")
    assert len(table) == 199
    for row in table:
        assert anhoej_limits(row["n_useful"]) == (row["longest_run_max"], row["crossings_min"])


def test_all_funnels_agree(shared_data):
    cases, _ = read_cases(shared_data / "spc" / "funnel_golden.json", "funnel")
    for case, whole in zip(cases, golden(shared_data, "funnel_golden.json"), strict=True):
        assert agree(answer(case, "funnel"), whole["expected"]), case["id"]


@pytest.mark.parametrize("kind", ["cusum", "ewma"])
def test_all_run_lengths_agree(shared_data, kind):
    cases, _ = read_cases(shared_data / "spc" / "cusum_ewma_arl_golden.json", kind)
    wanted = golden(shared_data, "cusum_ewma_arl_golden.json", f"{kind}_normal")
    assert len(cases) == len(wanted) > 10
    for case, values in zip(cases, wanted, strict=True):
        assert agree(answer(case, kind), values)
