"""What derivations promise of themselves, so that the kernel may pass people over."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest

from harmfree.periods.definition import ListTable
from harmfree.periods.expressions import Derivation, DerivationInput
from harmfree.periods.network import Network
from harmfree.programmes.registry import indicators


def every_derivation() -> list[Derivation]:
    """The derivations of all programmes."""
    no_codes = np.zeros(0, np.int32)
    empty = ListTable(no_codes, no_codes, np.zeros(0), np.ones(1))
    network = Network(defaultdict(lambda: empty))
    for each in indicators():
        network.reference(each.definition.denominator)
        network.reference(each.definition.numerator)
    return sorted({s.derivation for s in network.steps if s.derivation}, key=lambda d: d.name)


DERIVATIONS = every_derivation()


def record(derivation: Derivation, rng: np.random.Generator, rows: int) -> DerivationInput:
    """Events of several people, of all the derivation's lists, with values of every kind."""
    person = np.sort(rng.integers(0, 8, rows))
    day = rng.integers(15_000, 20_000, rows)
    for each in np.unique(person):
        day[person == each] = np.sort(day[person == each])
    value = rng.choice([0.5, 2.5, 3.5, 60.0, 90.0, 120.0, np.nan], rows)
    return DerivationInput(
        day=day.astype(np.int32),
        value=value,
        source=rng.integers(0, len(derivation.lists), rows).astype(np.int8),
        person=person.astype(np.int64),
        age=rng.integers(18, 95, rows).astype(float),
        female=rng.integers(0, 2, rows).astype(bool),
    )


def without(seen: DerivationInput, source: int) -> DerivationInput:
    """The same events but for those of one list."""
    kept = seen.source != source
    columns = ("day", "value", "source", "person", "age", "female")
    return DerivationInput(**{name: getattr(seen, name)[kept] for name in columns})


@pytest.mark.parametrize("derivation", DERIVATIONS, ids=lambda each: each.name)
def test_nothing_is_known_without_a_list_that_is_required(derivation: Derivation) -> None:
    rng = np.random.default_rng(7)
    known = 0
    for rows in (5, 40, 200):
        seen = record(derivation, rng, rows)
        known += int((~np.isnan(derivation.function(seen))).sum())
        for source in derivation.requires:
            found = derivation.function(without(seen, source))
            assert np.isnan(found).all()
    assert known > 0, "the records say too little to test anything"


def test_some_derivations_require_a_list() -> None:
    assert sum(bool(each.requires) for each in DERIVATIONS) > 30
