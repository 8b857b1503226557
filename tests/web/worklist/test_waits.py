"""How long cases wait for action."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from harmfree.improvement.evaluation.time_to_action import evaluate
from harmfree.web.worklist.models import Action, Case, Turn
from harmfree.web.worklist.waits import measured, waits


@pytest.fixture
def shown(practice):
    """Four cases first shown 100 days ago; the rest of the practice's cases are left out."""
    cases = list(Case.objects.filter(organisation=practice, state="open").order_by("pk")[:4])
    Case.objects.filter(organisation=practice).exclude(pk__in=[c.pk for c in cases]).delete()
    at = timezone.now() - timedelta(days=100)
    Case.objects.filter(organisation=practice).update(first_seen=at)
    return cases, at


def turned(case: Case, because: str, at) -> None:
    Turn.objects.create(
        case=case, organisation=case.organisation, became="closed", because=because, at=at
    )


def test_each_way_in_which_a_wait_ends(shown, did, practice):
    (decided, over, left, waiting), start = shown
    did(decided, "noted", reason="looked")
    did(decided, "done")
    Action.objects.filter(did="noted").update(at=start + timedelta(days=1))
    Action.objects.filter(did="done").update(at=start + timedelta(days=7))
    turned(over, "CARE_GIVEN", start + timedelta(days=30))
    turned(left, "LEFT", start + timedelta(days=40))
    turned(left, "CARE_GIVEN", start + timedelta(days=90))
    rows = waits([practice.pk], until=start + timedelta(days=100))
    assert [(round(r.days, 6), r.acted, r.ended) for r in rows] == [
        (7, True, "decision"),
        (30, True, "records"),
        (40, False, "closed otherwise"),
        (100, False, "waiting"),
    ]
    assert {r.site for r in rows} == {practice.code}
    assert all(r.programme and r.indicator for r in rows)


def test_what_happens_after_the_end_of_watching_does_not_count(shown, did, practice):
    (decided, *_), start = shown
    did(decided, "done")
    rows = waits([practice.pk], until=start + timedelta(days=50))
    assert {(r.days, r.ended) for r in rows} == {(50, "waiting")}


def test_other_sites_are_left_out(shown, other_practice):
    assert {r.site for r in waits([other_practice.pk])} == {other_practice.code}
    assert waits([]) == []


def test_the_evaluation_takes_the_table(shown, did, practice):
    (first, second, *_), start = shown
    for case, day in ((first, 10), (second, 20)):
        did(case, "done", on=(start + timedelta(days=day)).date())
    rows = waits([practice.pk], until=start + timedelta(days=100))
    result = evaluate(measured(rows))
    assert (result.n, result.details["actions"]) == (4, 2)
    assert result.estimates["all_acted_by_30"].value == pytest.approx(0.5)
    assert set(measured(rows, "kind").group) <= {"hazard", "gap"}
