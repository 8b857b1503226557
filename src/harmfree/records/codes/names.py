"""Name rules: which words a term must and must not hold.

A rule is groups joined by `` + `` (each must be met) and `` - `` (none may be met); a group is
phrases joined by ``|`` (any will do); a phrase is words in sequence, each whole unless it ends
with ``*``. ``ibuprofen|naproxen + tablet*|capsule* - gel`` is any tablet or capsule of either.

Words are compared in lower case, without accents or punctuation, and a number stands apart from
the letters after it: ``500mg``, ``500 MG`` and ``500-mg`` are the same two words.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_JOIN = re.compile(r"(?:^|\s+)([+-])(?:\s+|$)")
_DIGIT_LETTER = re.compile(r"(\d)([a-z])")
_NOT_WORD = re.compile(r"[^a-z0-9.*]+")
_LONE_DOT = re.compile(r"\.(?!\d)|(?<!\d)\.")


@dataclass(frozen=True)
class NameRule:
    """A parsed name rule.

    Attributes:
        needed: groups that must each be met; a group is a tuple of phrases, a phrase a tuple of
            words, a word ending in ``*`` is a prefix.
        refused: groups none of which may be met.
    """

    needed: tuple[tuple[tuple[str, ...], ...], ...]
    refused: tuple[tuple[tuple[str, ...], ...], ...]


def words(text: str) -> tuple[str, ...]:
    """The comparable words of a term or phrase, in order (``*`` is kept)."""
    folded = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    spaced = _DIGIT_LETTER.sub(r"\1 \2", _NOT_WORD.sub(" ", folded))
    return tuple(_LONE_DOT.sub(" ", spaced).split())


def parse_name_rule(text: str) -> NameRule:
    """Parse a name rule.

    Raises:
        ValueError: saying what is wrong with it.
    """
    parts = _JOIN.split(text.strip())
    needed = [_group(parts[0])]
    refused: list[tuple[tuple[str, ...], ...]] = []
    for sign, group in zip(parts[1::2], parts[2::2], strict=True):
        (needed if sign == "+" else refused).append(_group(group))
    return NameRule(tuple(needed), tuple(refused))


def _group(text: str) -> tuple[tuple[str, ...], ...]:
    phrases = tuple(words(phrase) for phrase in text.split("|"))
    for phrase in phrases:
        if not phrase or any(word == "*" or "*" in word[:-1] for word in phrase):
            raise ValueError(f"'{text}' has an empty phrase or a * that does not end a word")
    return phrases
