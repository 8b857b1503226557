"""Wrong arguments: each is refused with a text that says what is meant."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from harmfree.errors import HarmfreeError
from harmfree.periods import (
    aged,
    burden,
    days,
    derived,
    distinct,
    ever,
    issued,
    latest,
    months,
    recorded,
    registered,
    score,
    sex,
    started,
    supply,
    sustained,
    together,
    unresolved,
    weeks,
    years,
)
from harmfree.periods.windows import DefinitionError

NAN = float("nan")
WINDOW = "A window is made with days(), weeks(), months() or years()"
LENGTH = "A window's length is a whole number"
LIST = "A code list is named by letters, digits and _"
NUMBER = "A quantity is compared with a number"
WRONG: dict[str, tuple[Callable[[], object], str]] = {
    "no age": (lambda: aged(), "aged() needs at_least=, below= or both"),
    "an age below 0": (lambda: aged(-1), "whole number from 0 to 130, not -1"),
    "an age above 130": (lambda: aged(below=131), "whole number from 0 to 130, not 131"),
    "an age with a fraction": (lambda: aged(18.5), "whole number from 0 to 130, not 18.5"),
    "an age that is no number": (lambda: aged(True), "whole number from 0 to 130, not True"),
    "ages the wrong way round": (lambda: aged(65, 18), "Nobody is at least 65 and below 18"),
    "ages of no width": (lambda: aged(65, 65), "Nobody is at least 65 and below 65"),
    "a sex by letter": (lambda: sex("f"), "female, male, other or unknown, not 'f'"),
    "a list with a space": (lambda: recorded("a b"), LIST),
    "a list without a name": (lambda: supply(""), LIST),
    "no list": (lambda: unresolved("a", None), LIST),
    "a window as a number": (lambda: issued("a", 90), WINDOW),
    "a look-back as text": (lambda: recorded("a", at_least_ago="3 months"), WINDOW),
    "registered for a number": (lambda: registered(3), WINDOW),
    "no window where one is needed": (lambda: together("a", "b", 28, None), WINDOW),
    "sustained for no time": (lambda: sustained(ever("a"), None), WINDOW),
    "started without a clear time": (lambda: started("a", None, months(1)), WINDOW),
    "started without a window": (lambda: started("a", months(1), None), WINDOW),
    "distinct without a window": (lambda: distinct("a", None), WINDOW),
    "burden without a window": (lambda: burden("a", 3), WINDOW),
    "a window of fewer than no days": (lambda: days(-1), LENGTH + ", not -1"),
    "a window of half a month": (lambda: months(1.5), LENGTH + ", not 1.5"),
    "a window of True days": (lambda: days(True), LENGTH + ", not True"),
    "weeks as text": (lambda: weeks("2"), LENGTH + ", not '2'"),
    "no years": (lambda: years(None), LENGTH + ", not None"),
    "more than 200 years": (lambda: months(2401), LENGTH + ", not 2401"),
    "at least none": (lambda: recorded("a", at_least=0), "from 1 to 100, not 0"),
    "at least True": (lambda: recorded("a", at_least=True), "from 1 to 100, not True"),
    "a condition with a typing error": (
        lambda: recorded("a", where=("=>", 5)), "where is a comparison such as ('>', 5)",
    ),
    "a condition without a comparison": (
        lambda: recorded("a", where=5), "where is a comparison such as ('>', 5)",
    ),
    "a condition with text": (lambda: recorded("a", where=(">", "5")), NUMBER),
    "a condition with NaN": (lambda: recorded("a", where=(">", NAN)), NUMBER),
    "a third answer to a tie of on and off": (
        lambda: unresolved("a", "b", "both"), "\"active\" or \"resolved\", not 'both'",
    ),
    "a mean of several values": (
        lambda: latest("a", ties="mean"), "\"highest\" or \"lowest\", not 'mean'",
    ),
    "compared with text": (lambda: latest("a") < "5", NUMBER),
    "compared with True": (lambda: latest("a") >= True, NUMBER),
    "compared with NaN": (lambda: latest("a") > NAN, NUMBER),
    "between the wrong way round": (lambda: latest("a").between(45, 30), "Nothing lies between"),
    "together within no days": (lambda: together("a", "b", 0, months(3)), "at least 1, not 0"),
    "together within text": (lambda: together("a", "b", "28", months(3)), "at least 1, not '28'"),
    "a list sustained": (lambda: sustained("a", months(3)), "sustained() takes a predicate"),
    "a quantity sustained": (
        lambda: sustained(latest("a"), months(3)), "sustained() takes a predicate",
    ),
    "a score of nothing": (lambda: score({}), "predicates with their weights, not {}"),
    "a score without weights": (lambda: score([ever("a")]), "predicates with their weights"),
    "a weight with a fraction": (lambda: score({ever("a"): 1.5}), "whole-number weights"),
    "a weight that is no number": (lambda: score({ever("a"): True}), "whole-number weights"),
    "a score of lists": (lambda: score({"a": 1}), "whole-number weights, not 'a'"),
    "derived from a name": (lambda: derived("ttr"), "derived() takes a Derivation, not 'ttr'"),
    "and with a quantity": (lambda: ever("a") & latest("b"), "Only predicates combine"),
    "or with a quantity before": (lambda: latest("b") | ever("a"), "Only predicates combine"),
    "or with a number": (lambda: ever("a") | 5, "Only predicates combine"),
    "the brackets of a comparison left out": (
        lambda: ever("a") & latest("b") < 45, "Only predicates combine",
    ),
    "equality, which is not offered": (
        lambda: ever("a") & (latest("b") == 45), "Only predicates combine with & and |, not bool",
    ),
    "not of a quantity": (lambda: ~latest("a"), "A quantity is neither true nor false"),
    "and in place of &": (lambda: ever("a") and ever("b"), "no truth of its own"),
    "not in place of ~": (lambda: not ever("a"), "no truth of its own"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_argument_is_refused_and_the_text_says_what_is_meant(name: str):
    make, text = WRONG[name]
    with pytest.raises(DefinitionError) as told:
        make()
    assert text in str(told.value)


def test_the_error_has_its_own_exit_code():
    assert issubclass(DefinitionError, HarmfreeError)
    assert DefinitionError.exit_code == 25


def test_a_word_with_a_typing_error_is_named_by_python():
    with pytest.raises(TypeError, match="withing"):
        issued("a", withing=months(3))  # type: ignore[call-arg]


def test_the_longest_windows_are_read_aloud():
    assert str(years(200)) == "200 years"
    assert str(days(73_000)) == "73000 days"
