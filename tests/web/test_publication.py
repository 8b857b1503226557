"""Publishing a run: what readers see, and what they still see when it goes wrong."""

from __future__ import annotations

import pytest
from django.conf import settings

from harmfree.publish.reading import LiveRun
from harmfree.publish.trend import trends
from harmfree.publish.worklist import worklist
from harmfree.web.organisations.models import Organisation
from harmfree.web.publication import publish as publishing
from harmfree.web.publication.models import Breakdown, Finding, PublishedRun, Series
from harmfree.web.publication.publish import publish


@pytest.fixture
def live(region) -> LiveRun:
    return LiveRun.open(settings.HOME)


def test_series_at_every_level_are_those_of_the_run(region, live):
    every = Series.objects.filter(run=region).select_related("organisation")
    published = {(each.organisation.code, each.indicator): each for each in every}
    assert len(published) == every.count(), "one series of an indicator at an organisation"
    for level in ("site", "network", "place", "system", "region"):
        for each in trends(live, by=level):
            held = published.get((each.place, each.indicator.id))
            if held is None:
                assert not any(each.denominator)
                continue
            assert tuple(held.denominators) == each.denominator
            assert tuple(held.numerators) == each.numerator
            assert held.variation == each.variation


def test_findings_of_a_site_are_its_worklist(region, live):
    code = Organisation.objects.filter(kind="practice").first().code
    lines = worklist(live, code)
    found = Finding.objects.filter(run=region, organisation__code=code)
    assert found.count() == sum(len(line.items) for line in lines) > 0


def test_breakdowns_add_up_to_the_region(region):
    top = Organisation.objects.get(kind="region")
    whole = Series.objects.filter(run=region, organisation=top)
    for each in whole:
        for dimension in ("sex", "deprivation"):
            parts = Breakdown.objects.filter(
                run=region, organisation=top, indicator=each.indicator, dimension=dimension
            )
            assert sum(part.numerators[-1] for part in parts) == each.numerators[-1]
            assert sum(part.denominators[-1] for part in parts) == each.denominators[-1]


def test_publishing_again_changes_nothing(region, live):
    again = publish(live)
    assert again.pk == region.pk
    assert PublishedRun.objects.count() == 1


def test_a_publication_that_fails_leaves_the_old_run_whole(region, live, monkeypatch):
    before = Finding.objects.filter(run=region).count()
    other = LiveRun(
        live.folder, live.info.__class__(**{**vars(live.info), "number": 99}), live.store
    )

    def broken(*_: object) -> None:
        raise RuntimeError("the power went")

    monkeypatch.setattr(publishing, "sync_cases", broken)
    with pytest.raises(RuntimeError):
        publish(other)
    seen = PublishedRun.live()
    assert seen.pk == region.pk
    assert Finding.objects.filter(run=seen).count() == before
    monkeypatch.undo()
    now = publish(other)
    assert now.state == PublishedRun.State.LIVE and now.number == 99
    assert not PublishedRun.objects.filter(state=PublishedRun.State.COMING).exists()
