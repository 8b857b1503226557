"""One person's line: who they are, what is open and why, what was done, what closed."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from harmfree.errors import HarmfreeError
from harmfree.pictures import Picture
from harmfree.programmes.indicator import TAG_MEANING, Indicator
from harmfree.publish.timeline import Person as Record
from harmfree.publish.timeline_picture import timeline_picture
from harmfree.records.pseudonym import shown
from harmfree.web.access.roles import Permission
from harmfree.web.access.rules import access_of, allow
from harmfree.web.audit.chain import record
from harmfree.web.organisations.tree import Node
from harmfree.web.publication.models import Person, PublishedRun
from harmfree.web.worklist import listing
from harmfree.web.worklist.actions import colleagues
from harmfree.web.worklist.filters import known_indicators, programme_of
from harmfree.web.worklist.forms import DeedForm
from harmfree.web.worklist.history import history
from harmfree.web.worklist.models import Case
from harmfree.web.worklist.views import node_of


def person_of(request: HttpRequest, code: str, key: str, permission: Permission) -> Person:
    """The person of an address; 404 unless they are at that site and it is this person's."""
    node = node_of(request, code, permission)
    people = Person.objects.select_related("identity")
    found = people.filter(key=key, organisation=node.id).first()
    if found is None:
        raise Http404
    return found


@allow(Permission.SEE_PEOPLE)
def line(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """One person's line; opening it is audited with its reason."""
    person = person_of(request, code, key, Permission.SEE_PEOPLE)
    node = node_of(request, code, Permission.SEE_PEOPLE)
    return shown_line(request, person, node, DeedForm.offered(request.GET, colleagues(node.id)))


def shown_line(
    request: HttpRequest,
    person: Person,
    node: Node,
    form: DeedForm,
    ticked: Collection[int] = (),
    status: int = 200,
) -> HttpResponse:
    """The page of a line, with a form as somebody left it.

    Args:
        request: who asks.
        person: whose line.
        node: their site.
        form: what was done, as far as it is filled in.
        ticked: cases that the form is about.
        status: of the answer.
    """
    access = access_of(request)
    cases = list(
        Case.objects.filter(person=person, organisation=node.id)
        .select_related("assigned_to")
        .prefetch_related("actions__by", "actions__to", "turns")
        .order_by("-kind", "since", "indicator")
    )
    known = listing.known_of(person)
    record(
        access,
        "person.viewed",
        subject=f"line:{person.key}",
        organisation=node.code,
        reason="opened from the worklist",
        identified=known is not None,
    )
    going = [each for each in cases if each.state != Case.State.CLOSED]
    going.sort(key=lambda each: each.state != Case.State.OPEN)
    context = {
        "title": known.name if known else f"Person {shown(person.pk)}",
        "site": node,
        "person": person,
        "pseudonym": shown(person.pk),
        "known": known,
        "sealed": known is None and hasattr(person, "identity"),
        "going": [explained(each) for each in going],
        "closed": [explained(each) for each in cases if each.state == Case.State.CLOSED],
        "ticked": ticked or ([going[0].pk] if len(going) == 1 else []),
        "run": PublishedRun.live(),
        "may_act": access.may_at(Permission.ACT, node.id),
        "form": form,
        "crumbs": [(f"Worklist of {node.name}", reverse("worklist", args=[node.code]))],
    }
    return render(request, "worklist/line.jinja", context, status=status)


def explained(case: Case) -> dict[str, Any]:
    """A case with its indicator's words and source, and its history."""
    each: Indicator | None = known_indicators().get(case.indicator)
    return {
        "case": case,
        "item": listing.item_of(case),
        "definition": each,
        "address": reverse("programme_indicator", args=[programme_of()[each.id], each.id])
        if each
        else "",
        "checked": TAG_MEANING[each.provenance.tag] if each else "",
        "history": history(case),
    }


@allow(Permission.SEE_PEOPLE)
def timeline(request: HttpRequest, code: str, key: str, indicator: str) -> HttpResponse:
    """The evidence of one finding as a picture, worked out from the person's record."""
    person = person_of(request, code, key, Permission.SEE_PEOPLE)
    if indicator not in known_indicators():
        raise Http404
    picture, fault = _drawn(person, known_indicators()[indicator])
    record(
        access_of(request),
        "person.timeline",
        subject=f"line:{person.key}",
        organisation=code,
        reason="evidence",
        indicator=indicator,
    )
    context = {
        "title": "Evidence",
        "picture": picture,
        "fault": fault,
        "crumbs": [("Back to the line", reverse("worklist_line", args=[code, key]))],
    }
    part = bool(getattr(request, "htmx", False))
    template = "worklist/timeline_part.jinja" if part else "worklist/timeline.jinja"
    return render(request, template, context)


def _drawn(person: Person, each: Indicator) -> tuple[Picture | None, str]:
    """The picture as of the last day of the run that is shown, or why there is none."""
    run = PublishedRun.live()
    name = shown(person.pk)
    try:
        asked = Record(Path(settings.HOME), name, run.as_of if run else None)
        drawn = asked.timelines([each])[0]
    except HarmfreeError as fault:
        return None, fault.what
    as_of = run.as_of if run else asked.store.manifest.extract_date
    return timeline_picture(drawn, name, as_of), ""
