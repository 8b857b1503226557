"""Name rules: what their words mean, and that the index finds what reading each term would."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harmfree.records.codes.names import NameRule, parse_name_rule, words
from harmfree.records.codes.terms import TermIndex, term_words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Warfarin Sodium 5 MG Oral Tablet", "warfarin sodium 5 mg oral tablet"),
        ("Ibuprofen 400mg tablets (Teva UK Ltd)", "ibuprofen 400 mg tablets teva uk ltd"),
        ("Ménière's disease", "meniere s disease"),
        ("Co-codamol 30mg/500mg", "co codamol 30 mg 500 mg"),
        ("Ramipril 1.25mg.", "ramipril 1.25 mg"),
        ("Leukocytes [#/\u200bvolume]", "leukocytes volume"),
        ("Vitamin B12", "vitamin b12"),
        ("..", ""),
        ("", ""),
    ],
)
def test_words(text: str, expected: str):
    assert " ".join(words(text)) == expected
    assert term_words(pa.array([text])).to_pylist() == [expected.split() or [""]]


@given(st.text(alphabet="aB1 .-/é%*µ", max_size=14))
def test_the_column_has_the_words_of_each_term(text: str):
    plain = text.replace("*", " ")
    assert term_words(pa.array([plain])).to_pylist() == [list(words(plain)) or [""]]


@pytest.mark.parametrize("rule", ["", "a|", "a + ", "*", "a*b", " - a", "a||b"])
def test_a_rule_that_cannot_be_read(rule: str):
    with pytest.raises(ValueError, match="empty phrase"):
        parse_name_rule(rule)


WORDS = ["warfarin", "war", "tablet", "tablets", "5", "mg", "oral"]
phrases = st.lists(st.sampled_from([*WORDS, "tab*", "war*"]), min_size=1, max_size=3).map(tuple)
groups = st.lists(phrases, min_size=1, max_size=2).map(tuple)


def holds(rule: NameRule, term: list[str]) -> bool:
    def fits(pattern: str, word: str) -> bool:
        return word.startswith(pattern[:-1]) if pattern.endswith("*") else word == pattern

    def phrase_in(phrase: tuple[str, ...]) -> bool:
        places = range(len(term) - len(phrase) + 1)
        return any(all(fits(p, term[i + k]) for k, p in enumerate(phrase)) for i in places)

    def met(group: tuple[tuple[str, ...], ...]) -> bool:
        return any(phrase_in(phrase) for phrase in group)

    return all(met(group) for group in rule.needed) and not any(met(g) for g in rule.refused)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.lists(st.sampled_from(WORDS), max_size=5), max_size=6),
    st.lists(groups, min_size=1, max_size=2),
    st.lists(groups, max_size=2),
)
def test_the_index_finds_what_reading_each_term_finds(
    terms: list[list[str]],
    needed: list[tuple[tuple[str, ...], ...]],
    refused: list[tuple[tuple[str, ...], ...]],
):
    rule = NameRule(tuple(needed), tuple(refused))
    index = TermIndex(pa.array([" ".join(term) for term in terms], pa.string()), {})
    assert index.rows(rule).tolist() == [i for i, t in enumerate(terms) if holds(rule, t)]


def test_synonyms_are_one_word():
    index = TermIndex(pa.array(["Acetaminophen 325 MG"]), {"paracetamol": ("acetaminophen",)})
    assert index.rows(parse_name_rule("paracetamol + 325mg")).tolist() == [0]


def test_terms_without_words():
    index = TermIndex(pa.array([None, ""], pa.string()), {})
    assert index.rows(parse_name_rule("a")).tolist() == []
