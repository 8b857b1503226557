"""The measures of the feed and the tool name the same interventions; valproate is defined once."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from harmfree.cli.programmes import command
from harmfree.clinical.maternity.perinatal import INTERVENTIONS
from harmfree.periods.plan import list_names
from harmfree.programmes import indicators, measure, measures, programmes
from harmfree.programmes.errors import ProgrammeError, UnknownIndicatorError
from harmfree.programmes.maternity_neonatal.measures import WORDS
from harmfree.programmes.measure import Measure
from harmfree.publish.births import HELP, ITEMS, Tally


def test_every_intervention_is_defined_and_counted():
    names = [each.name for each in INTERVENTIONS]
    assert list(WORDS) == names == list(ITEMS)
    assert {f"births_{name}" for name in names} <= {each.id for each in measures()}
    assert set(Tally().items) == {*names, HELP}


def test_valproate_in_pregnancy_is_defined_once():
    mine = [each.definition for each in indicators(("maternity_neonatal",))]
    assert "valproate" not in list_names(mine)
    page = programmes()["maternity_neonatal"].page
    for name in ("valproate_pregnancy", "valproate_prevention"):
        assert name in page
        assert name in {each.id for each in indicators(("medicines_optimisation",))}


@pytest.mark.parametrize("name", ["births_co_referred", "births_co_measured"])
def test_what_is_from_memory_says_so(name):
    assert measure(name).unverified
    assert "unverified" in CliRunner().invoke(command, ["show", name]).output
    listed = CliRunner().invoke(command, ["list", "--programme", "maternity_neonatal"]).output
    assert next(x for x in listed.splitlines() if name in x).endswith("[unverified]")


def test_a_measure_that_cannot_be():
    held = measure("births_place")
    with pytest.raises(ProgrammeError, match="not an id"):
        Measure(**(vars(held) | {"id": "births-place"}))
    with pytest.raises(UnknownIndicatorError, match="births_plaice"):
        measure("births_plaice")
