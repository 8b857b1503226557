"""Whatever a row holds, a tool answers or refuses: it never breaks and never writes bad JSON."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harmfree.clinical import all_tools
from harmfree.clinical.errors import RefusedError
from harmfree.clinical.explain import render
from harmfree.clinical.result import encode

TOPICS = {"warfarin", "fracture", "falls", "frailty", "nutrition", "prescribing"}
TOOLS = [name for name, tool in all_tools().items() if tool.card.topic in TOPICS]

JUNK = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=12),
    st.lists(st.one_of(st.text(max_size=5), st.integers()), max_size=3),
    st.dictionaries(st.text(max_size=5), st.integers(), max_size=2),
)  # fmt: skip
WORDS = {
    "Bases": ["C/T", "A/A", "G|A", "C/C", "G/G"],
    "Vkorc1": ["C/T", "A/A", "GG"],
    "StarAlleles": ["*1/*1", "*2/*3", "*1/*8", "*5/*6"],
    "GenotypeFile": [None],
    "Names": ["ramipril; naproxen 250mg", "N05BA", "none", ["oxybutynin", "Oxybutynin 5 mg"]],
    "Named": ["falls; ckd", "none"],
    "OpioidList": ["morphine oral 60 mg", "none", "methadone oral 5 mg"],
    "Volumes": ["mug; 200 ml", [100, 200]],
}


def plausible(spec):
    kind = type(spec).__name__
    if kind == "Measure":
        numbers = st.integers if spec.whole else st.floats
        low, high = (int(spec.low), int(spec.high)) if spec.whole else (spec.low, spec.high)
        return numbers(low, high)
    if kind == "Choice":
        return st.sampled_from(list(spec.options))
    return st.booleans() if kind == "Flag" else st.sampled_from(WORDS[kind])


def rows(tool):
    fields = {name: plausible(spec) for name, spec in tool.reader.specs.items()}
    some = st.fixed_dictionaries({}, optional=fields)
    return st.one_of(
        st.fixed_dictionaries(fields),
        some,
        st.tuples(some, st.dictionaries(st.sampled_from(list(fields)), JUNK, max_size=2)).map(
            lambda pair: pair[0] | pair[1]
        ),
    )


@pytest.mark.parametrize("name", TOOLS)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_a_tool_answers_or_refuses(name, data):
    tool = all_tools()[name]
    row = data.draw(rows(tool))
    try:
        result = tool.run(row)
    except RefusedError as refusal:
        assert refusal.problems
        return
    assert encode(result)
    assert render(result)
    for part in result.components:
        assert part.label
