"""Words that the definitions of this programme share."""

from __future__ import annotations

from harmfree.periods import aged, months, recorded, together, unresolved, years
from harmfree.periods.expressions import Predicate
from harmfree.periods.windows import Window
from harmfree.programmes.medicines_optimisation.vocabulary import from_source, history

NG249 = from_source("NICE NG249, Falls (April 2025), as summarised; full text not read", "S")
STEADY_ON = from_source("Steady On, Lancashire: its steps as reported", "S")

YEAR = years(1)
FELL = recorded("falls", within=YEAR)
FELL_TWICE = recorded("falls", within=YEAR, at_least=2)
INJURED = recorded("fall_injury", within=YEAR)
COULD_NOT_GET_UP = recorded("fall_long_lie", within=YEAR)
# Fewer than 2 days apart: on the same day or the next.
LOST_CONSCIOUSNESS = together("falls", "loss_of_consciousness", days=2, within=YEAR)
FRAIL = history("frailty_moderate_or_severe")

IN_SCOPE = aged(at_least=50)
"""NG249 is for people from 65, and from 50 to 64 with a factor that raises the risk."""
FALLER = IN_SCOPE & FELL & (aged(at_least=65) | FRAIL | FELL_TWICE | INJURED)
NEEDS_ASSESSMENT = (
    IN_SCOPE & FELL & (FRAIL | INJURED | LOST_CONSCIOUSNESS | COULD_NOT_GET_UP | FELL_TWICE)
)
ASSESSED = recorded("falls_risk_assessment", within=YEAR)
RESIDENT = history("care_home")
NOT_DYING = ~history("palliative_care")
OLDER = aged(at_least=65)


def since_latest(what: str, done: str, within: Window) -> Predicate:
    """The latest `what` lies within the window, and `done` came later or on its day."""
    return recorded(what, within=within) & ~unresolved(what, resolved_by=done, same_day="resolved")


def awaited(what: str, done: str) -> Predicate:
    """`what` was recorded, and no `done` on its day or later."""
    return unresolved(what, resolved_by=done, same_day="resolved")


def recent(what: str, length: int = 12) -> Predicate:
    """Recorded in the last so many months."""
    return recorded(what, within=months(length))
