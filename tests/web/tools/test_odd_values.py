"""Whatever JSON arrives as the value of an input, it is answered: a result or what is wrong."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harmfree.clinical import all_tools
from harmfree.clinical.errors import Problem
from harmfree.clinical.fields import Choice, Measure, Spec
from harmfree.clinical.result import Result
from harmfree.web.clinical_tools.reading import answer, web_reader

TOOLS = all_tools()
ODD = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(
        ["yes", "no", "unknown", "2026-01-05", "2026-01-05:2.4", "a=1", "10 ml", "0"]
    ),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=6) | st.just("date"), inner, max_size=3)
    ),
    max_leaves=6,
)


def plausible(spec: Spec) -> st.SearchStrategy:
    """A value that the input accepts, where that is easy to say."""
    if isinstance(spec, Measure):
        whole = st.integers(int(spec.low) + 1, max(int(spec.low) + 1, min(int(spec.high), 10**6)))
        return whole if spec.whole else whole | st.floats(spec.low, spec.high)
    if isinstance(spec, Choice):
        return st.sampled_from(list(spec.options))
    if spec.kind == "yes or no":
        return st.booleans()
    return ODD


def rows(name: str) -> st.SearchStrategy:
    specs = web_reader(TOOLS[name]).specs
    return st.fixed_dictionaries({}, optional={key: plausible(s) | ODD for key, s in specs.items()})


@pytest.mark.parametrize("name", TOOLS)
def test_odd_values_are_answered(name):
    @settings(
        max_examples=25,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(rows(name))
    def holds(row):
        found = answer(TOOLS[name], row)
        if isinstance(found, Result):
            json.dumps(found.as_dict())
        else:
            assert found and all(isinstance(each, Problem) and each.message for each in found)

    holds()
