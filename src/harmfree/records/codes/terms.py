"""An index of the words of all terms, so that name rules cost nothing per row.

Built once per dictionary (10^4 to 10^5 terms): every word gets a number, and for each number the
places it occurs at. A phrase is then a look-up and a comparison of neighbours, never a scan.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from harmfree.records.codes.names import NameRule

Rows = npt.NDArray[np.int64]
NO_ROWS: Rows = np.empty(0, dtype=np.int64)


def term_words(terms: pa.Array) -> pa.ListArray:
    """The comparable words of each term: `names.words`, for a whole column.

    A term without words has one empty word.
    """
    text = pc.utf8_lower(pc.utf8_normalize(pc.fill_null(terms, ""), form="NFKD"))
    text = pc.replace_substring_regex(text, r"[^\x00-\x7F]+", "")
    text = pc.replace_substring_regex(text, r"[^a-z0-9.]+", " ")
    text = pc.replace_substring_regex(text, r"([0-9])([a-z])", r"\1 \2")
    # RE2 has no look-ahead: a dot stays only between two digits.
    text = pc.replace_substring_regex(text, r"([0-9])\.([0-9])", "\\1\x01\\2")
    text = pc.replace_substring(text, ".", " ")
    text = pc.replace_substring(text, "\x01", ".")
    return pc.utf8_split_whitespace(pc.utf8_trim_whitespace(text))


class TermIndex:
    """Where each word occurs.

    Args:
        terms: one term a row; null is a term without words.
        synonyms: word to the words that mean the same (``paracetamol`` to ``acetaminophen``).
    """

    def __init__(self, terms: pa.Array, synonyms: Mapping[str, tuple[str, ...]]) -> None:
        lists = term_words(terms)
        counts = pc.list_value_length(lists).to_numpy(zero_copy_only=False)
        encoded = pc.list_flatten(lists).dictionary_encode()
        vocabulary = encoded.dictionary.to_pylist()
        order = sorted(range(len(vocabulary)), key=vocabulary.__getitem__)
        rank = np.empty(len(order), dtype=np.int64)
        rank[order] = np.arange(len(order))
        self._vocabulary = np.array([vocabulary[i] for i in order], dtype=np.str_)
        self._tokens = rank[encoded.indices.to_numpy(zero_copy_only=False)]
        self._row = np.repeat(np.arange(len(lists)), counts)
        self._places = np.argsort(self._tokens, kind="stable")
        self._starts = np.searchsorted(
            self._tokens[self._places], np.arange(len(order) + 1), side="left"
        )
        self._synonyms = synonyms
        self._phrases: dict[tuple[str, ...], Rows] = {}

    def rows(self, rule: NameRule) -> Rows:
        """Rows, ascending, whose term meets the rule."""
        found = self.any_phrase(rule.needed[0])
        for group in rule.needed[1:]:
            found = np.intersect1d(found, self.any_phrase(group), assume_unique=True)
        for group in rule.refused:
            found = np.setdiff1d(found, self.any_phrase(group), assume_unique=True)
        return found

    def any_phrase(self, phrases: tuple[tuple[str, ...], ...]) -> Rows:
        """Rows, ascending, whose term holds any of the phrases."""
        return np.unique(np.concatenate([NO_ROWS, *(self.phrase(phrase) for phrase in phrases)]))

    def phrase(self, phrase: tuple[str, ...]) -> Rows:
        """Rows, ascending, whose term holds the words in sequence."""
        if phrase not in self._phrases:
            self._phrases[phrase] = self._find(phrase)
        return self._phrases[phrase]

    def _find(self, phrase: tuple[str, ...]) -> Rows:
        places = self._word_places(phrase[0])
        for step, word in enumerate(phrase[1:], start=1):
            follows = self._word_places(word)
            places = places[np.isin(places + step, follows)]
            places = places[self._row[places] == self._row[places + step]]
        found: Rows = np.unique(self._row[places])
        return found

    def _word_places(self, word: str) -> Rows:
        alike = (word, *self._synonyms.get(word, ()))
        spans = [self._span(each) for each in alike]
        parts = [self._places[self._starts[low] : self._starts[high]] for low, high in spans]
        return np.concatenate([NO_ROWS, *parts])

    def _span(self, word: str) -> tuple[int, int]:
        """Numbers of the words that equal `word`, or begin with it when it ends with ``*``."""
        stem = word.removesuffix("*")
        low = int(np.searchsorted(self._vocabulary, stem, side="left"))
        above = stem + "\uffff" if word.endswith("*") else stem
        return low, int(np.searchsorted(self._vocabulary, above, side="right"))
