"""Counts that add up to another are hidden together."""

from __future__ import annotations

from harmfree.web.dashboards.patterns import PARTITIONS, pattern
from harmfree.web.organisations.models import Organisation
from harmfree.web.organisations.tree import tree


def test_reasons_that_add_up_are_hidden_together(region):
    """The four reasons make up the untreated: three and the sum would give the fourth."""
    whole = Organisation.objects.get(kind="region")
    kept = pattern(region, tree())
    assert PARTITIONS
    for parts in PARTITIONS:
        together = [kept.of(whole.pk, name)[0] for name in parts]
        assert all((each == together[0]).all() for each in together)
