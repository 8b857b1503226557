"""Indicators put into as-of SQL by rule, in the style of the twelve that are written by hand.

Every leaf becomes a fact, equal leaves the same fact, so that nothing is asked twice. What is
worked out by a function (`Derived`), has to hold for a while (`Sustained`) or takes the lowest
value of a day has no rule here; indicators with such a part are left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import singledispatchmethod

from benchmarks.sql_as_of import READINGS, Written
from harmfree.periods.definition import Definition
from harmfree.periods.expressions import (
    Aged,
    Alive,
    All,
    Any,
    Compared,
    Count,
    Latest,
    Not,
    Operator,
    Predicate,
    Quantity,
    Recorded,
    Registered,
    Score,
    Sex,
    Started,
    Supply,
    Together,
    Unresolved,
)
from harmfree.periods.stored import SEXES
from harmfree.periods.windows import Unit, Window

LETTERS = {Unit.DAYS: "d", Unit.MONTHS: "m", Unit.CONTRACT_YEAR: "y"}


class NoRuleError(Exception):
    """A part that has no rule here."""


def translated(definitions: Iterable[Definition]) -> Written:
    """Those of the definitions that can be put into SQL by rule."""
    translation = Translation()
    found: dict[str, tuple[str, str]] = {}
    for each in definitions:
        try:
            found[each.id] = (translation.of(each.denominator), translation.of(each.numerator))
        except NoRuleError:
            continue
    used = {word for sides in found.values() for side in sides for word in side.split()}
    facts = {name: text for text, name in translation.facts.items() if name in used}
    return Written(facts, found, translation.traits)


def date(window: Window) -> str:
    """The name of the date so long before the day that is asked about."""
    return "{" + LETTERS[window.unit] + str(window.length) + "}"


def between(within: Window | None, ago: Window | None = None) -> str:
    """The condition that an event is within the window, and at least so long ago."""
    latest = "{t}" if ago is None else date(ago)
    return f"date <= {latest}" if within is None else f"date BETWEEN {date(within)} AND {latest}"


def certain(operator: Operator, threshold: float) -> str:
    """The condition that an event's own value certainly satisfies the comparison."""
    strict, bound = operator[0], f"{threshold}::FLOAT"
    equal = f"OR (sign = '{strict}' AND value = {bound})" if len(operator) == 1 else ""
    signs = f"sign = '' OR sign = '{strict}' OR sign = '{strict}='"
    return f"({signs}) AND (value {operator} {bound} {equal})"


class Translation:
    """The facts and traits that were needed so far."""

    def __init__(self) -> None:
        self.facts: dict[str, str] = {}
        self.traits: dict[str, str] = {}

    def fact(self, text: str) -> str:
        """The name of the fact with this text."""
        return self.facts.setdefault(text, f"fact_{len(self.facts)}")

    def trait(self, name: str, text: str) -> str:
        """Note a trait and give its name."""
        self.traits[name] = text
        return name

    @singledispatchmethod
    def of(self, part: Predicate) -> str:
        """The predicate over facts and traits, words apart."""
        raise NoRuleError(type(part).__name__)

    @singledispatchmethod
    def compared(self, quantity: Quantity, operator: Operator, threshold: float) -> str:
        """The comparison of a quantity over facts and traits."""
        raise NoRuleError(type(quantity).__name__)

    @of.register
    def _(self, part: All) -> str:
        return "( " + " AND ".join(self.of(each) for each in part.parts) + " )"

    @of.register
    def _(self, part: Any) -> str:
        return "( " + " OR ".join(self.of(each) for each in part.parts) + " )"

    @of.register
    def _(self, part: Not) -> str:
        return f"( NOT {self.of(part.part)} )"

    @of.register
    def _(self, part: Registered) -> str:
        return "true"  # only the registered are counted

    @of.register
    def _(self, part: Alive) -> str:
        return self.trait("alive", "(birth IS NULL OR birth <= {t}) AND {t} < died")

    @of.register
    def _(self, part: Aged) -> str:
        start = f"b{part.at_least or 0} <= {{t}}"
        end = "" if part.below is None else f" AND {{t}} < b{part.below}"
        return self.trait(f"from_{part.at_least or 0}_below_{part.below or 999}", start + end)

    @of.register
    def _(self, part: Sex) -> str:
        return self.trait(part.is_, f"sex = {SEXES.index(part.is_)}")

    @of.register
    def _(self, part: Recorded) -> str:
        text = f"SELECT person FROM {part.codes} WHERE {between(part.within, part.at_least_ago)}"
        if part.where is not None:
            text += f" AND {certain(part.where.operator, part.where.threshold)}"
        if part.at_least == 2:
            text += " GROUP BY person HAVING min(date) < max(date)"
        elif part.at_least > 2:
            text += f" GROUP BY person HAVING count(DISTINCT date) >= {part.at_least}"
        return self.fact(text)

    @of.register
    def _(self, part: Unresolved) -> str:
        later = ">=" if part.same_day == "active" else ">"
        return self.fact(f"""SELECT person
            FROM (SELECT person, max(date) AS begun FROM {part.codes}
                WHERE date <= {{t}} GROUP BY person)
            LEFT JOIN (SELECT person, max(date) AS ended FROM {part.resolved_by}
                WHERE date <= {{t}} GROUP BY person) USING (person)
            WHERE ended IS NULL OR begun {later} ended""")

    @of.register
    def _(self, part: Together) -> str:
        window = between(part.within)
        return self.fact(f"""SELECT a.person FROM {part.first} a JOIN {part.second} b
            ON a.person = b.person AND abs(a.date - b.date) < {part.days}
            WHERE a.{window} AND b.{window}""")

    @of.register
    def _(self, part: Started) -> str:
        clear, unit = part.clear.length, part.clear.unit
        if unit is Unit.CONTRACT_YEAR:
            raise NoRuleError("Started with a contract year clear")
        return self.fact(f"""SELECT person FROM (
            SELECT person, date, lag(date) OVER (PARTITION BY person ORDER BY date) AS before
            FROM (SELECT DISTINCT person, date FROM {part.codes} WHERE date <= {{t}}))
            WHERE {between(part.within)} AND (before IS NULL
                OR before < date - INTERVAL {clear} {unit.value[:-1]})""")

    @of.register
    def _(self, part: Compared) -> str:
        return self.compared(part.quantity, part.operator, part.threshold)

    @compared.register
    def _(self, quantity: Latest, operator: Operator, threshold: float) -> str:
        if quantity.ties != "highest":
            raise NoRuleError("Latest with the lowest of a day")
        bound = "most" if operator[0] == "<" else "least"
        ago = quantity.at_least_ago
        return self.fact(f"""SELECT person FROM {READINGS}{quantity.codes}
            WHERE {between(quantity.within, ago)} AND following > {date(ago) if ago else "{t}"}
            AND {bound} {operator} {threshold}::FLOAT""")

    @compared.register
    def _(self, quantity: Count, operator: Operator, threshold: float) -> str:
        self._more_than_none(operator)
        recent = f"FROM {quantity.codes} WHERE {between(quantity.within)}"
        if not quantity.weighted:
            return self.fact(f"""SELECT person {recent} GROUP BY person
                HAVING count(DISTINCT grp) {operator} {threshold}""")
        return self.fact(f"""SELECT person FROM (SELECT DISTINCT person, grp, list_weight {recent})
            GROUP BY person HAVING sum(list_weight) {operator} {threshold}""")

    @compared.register
    def _(self, quantity: Supply, operator: Operator, threshold: float) -> str:
        self._more_than_none(operator)
        return self.fact(f"""SELECT person FROM {quantity.codes}
            WHERE date <= {{t}} AND supply_until > {{t}} AND value IS NOT NULL AND sign = ''
            GROUP BY person HAVING sum(round_even(value::DOUBLE * list_weight
                / (supply_until - date) * 1000, 0)) / 1000 {operator} {threshold}""")

    @compared.register
    def _(self, quantity: Score, operator: Operator, threshold: float) -> str:
        weights = " + ".join(f"{weight} * {self.of(e)} ::INT" for e, weight in quantity.weights)
        return f"( {weights} {operator} {threshold} )"

    @staticmethod
    def _more_than_none(operator: Operator) -> None:
        """Only people with an event are found: nobody without one may satisfy the comparison."""
        if operator[0] == "<":
            raise NoRuleError("Less than a number of what may be absent")
