"""Whatever a case holds, the answer is a result or a message: never a traceback."""

from __future__ import annotations

import json
import warnings

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harmfree.errors import HarmfreeError
from harmfree.improvement.spc.cases import answer, compute, kind_of, read_cases
from harmfree.improvement.spc.drawing import picture_of

KINDS = ["xmr", "run", "i", "mr", "p", "pp", "u", "up", "c", "g", "t", "ip", "xbar_s", "funnel",
         "cusum", "ewma", "pareto"]  # fmt: skip
LIMITED = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])

scalars = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 40), st.floats(-1e12, 1e12), st.text(max_size=4),
    st.sampled_from(["<5", "*", "2024-01-01", "2024-02", "9999-12-31", "0001-01-01", "1e400"]),
)  # fmt: skip
anything = st.one_of(
    scalars,
    st.lists(scalars, max_size=6),
    st.dictionaries(st.text(max_size=3), scalars, max_size=2),
)
counts = st.lists(st.integers(0, 30), min_size=1, max_size=20)
NAMES = [
    *("dates", "values", "n", "improve", "target", "rebase", "fix_after_n", "screen", "part"),
    *("exclude", "cl", "multiply", "shift_points", "trend_points", "rules", "annotations"),
    *("suppressed", "rounded_to", "numerator", "denominator", "data_type", "sr_method"),
    *("trim_by", "method", "causes", "counts", "k", "h", "weight", "width", "sd", "mean"),
    *("run_length", "ghosted", "subgroups", "names", "adjust", "trim", "mu", "shift"),
]


def sound(count):
    """A case that every kind of chart can use."""
    return {
        "values": [3 + k % 4 for k in range(count)],
        "dates": [f"{2020 + k // 12}-{k % 12 + 1:02d}-01" for k in range(count)],
        "n": [20 + k for k in range(count)],
        "numerator": [3 + k % 4 for k in range(count)],
        "denominator": [20 + k for k in range(count)],
        "causes": [f"cause {k % 3}" for k in range(count)],
    }


@LIMITED
@given(
    st.sampled_from(KINDS),
    st.integers(3, 16),
    st.dictionaries(st.sampled_from(NAMES), anything, max_size=3),
)
def test_a_case_with_odd_fields_gives_a_result_or_a_message(kind, count, odd):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            found = answer({**sound(count), **odd}, kind)
        except HarmfreeError as error:
            assert error.what
            return
    assert json.loads(json.dumps(found, allow_nan=False))["kind"]


@LIMITED
@given(st.sampled_from([k for k in KINDS if k != "xbar_s"]), counts, st.floats(1e-9, 1e9))
def test_every_result_can_be_drawn(kind, values, scale):
    case = {**sound(len(values)), "values": [v * scale for v in values], "improve": "up"}
    case |= {"numerator": values, "denominator": [31] * len(values), "target": 3 * scale}
    if kind in ("funnel",):
        case["target"] = None
    if kind in ("p", "pp"):
        case |= {"values": values, "n": [31] * len(values), "target": 0.2}
    try:
        computed = compute(case, kind_of(case, kind))
    except HarmfreeError as error:
        assert error.what
        return
    picture = picture_of(computed, "Title")
    for drawing in (picture.svg(), picture.svg_narrow()):
        assert drawing.startswith("<svg") and "nan" not in drawing and "inf" not in drawing.lower()


@pytest.mark.parametrize(
    "text", ["", "{", "[1, 2]", '"text"', "null", '{"cases": [1]}', '[{"values": [1]}, 3]']
)
def test_a_file_that_holds_no_case_is_refused(tmp_path, text):
    path = tmp_path / "case.json"
    path.write_text(text)
    with pytest.raises(HarmfreeError):
        cases, _ = read_cases(path, "xmr")
        answer(cases[0], "xmr")
