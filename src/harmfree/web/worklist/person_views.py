"""One person's line: who they are, what is open and why, what was done, and recording more."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from harmfree.errors import HarmfreeError
from harmfree.periods.windows import to_date
from harmfree.programmes.registry import indicator as definition
from harmfree.publish.closing import Why
from harmfree.publish.timeline import Person as Record
from harmfree.publish.timeline_picture import timeline_picture
from harmfree.records.pseudonym import shown
from harmfree.web.access.roles import Permission
from harmfree.web.access.rules import access_of, allow
from harmfree.web.audit.chain import record
from harmfree.web.publication.models import Person, PublishedRun
from harmfree.web.worklist import listing
from harmfree.web.worklist.actions import ChangedMeanwhileError, NotAllowedError, act, colleagues
from harmfree.web.worklist.errors import SealError
from harmfree.web.worklist.forms import DeedForm
from harmfree.web.worklist.identities import Known, open_identity
from harmfree.web.worklist.models import Case
from harmfree.web.worklist.views import node_of, versions_of


def person_of(request: HttpRequest, code: str, key: str, permission: Permission) -> Person:
    """The person of an address; 404 unless they are at that site and it is this person's."""
    node = node_of(request, code, permission)
    found = Person.objects.filter(key=key, organisation=node.id).first()
    if found is None:
        raise Http404
    return found


def identity_of(person: Person) -> Known | None:
    """Name, NHS number and date of birth, for the care team; None where none is kept."""
    identity = getattr(person, "identity", None)
    return open_identity(identity) if identity is not None else None


@allow(Permission.SEE_PEOPLE)
def line(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """One person's line; opening it is audited with its reason."""
    person = person_of(request, code, key, Permission.SEE_PEOPLE)
    return shown_line(request, person, code, None)


def shown_line(
    request: HttpRequest, person: Person, code: str, form: DeedForm | None, status: int = 200
) -> HttpResponse:
    """The page of a line, with a form as somebody left it."""
    access = access_of(request)
    node = node_of(request, code, Permission.SEE_PEOPLE)
    cases = list(
        Case.objects.filter(person=person)
        .select_related("assigned_to")
        .prefetch_related("actions__by", "actions__to")
        .order_by("state", "-kind", "since")
    )
    with transaction.atomic():
        known, fault = None, ""
        try:
            known = identity_of(person)
        except SealError as broken:
            fault = str(broken)
        record(
            access,
            "person.viewed",
            subject=f"line:{person.key}",
            organisation=code,
            reason="opened from the worklist",
            identified=known is not None,
        )
    going = [each for each in cases if each.state != Case.State.CLOSED]
    context = {
        "title": known.name if known else f"Person {shown(person.pk)}",
        "site": node,
        "person": person,
        "pseudonym": shown(person.pk),
        "known": known,
        "fault": fault,
        "open": [explained(each) for each in going],
        "closed": [explained(each) for each in cases if each not in going],
        "run": PublishedRun.live(),
        "may_act": access.may_at(Permission.ACT, node.id),
        "form": form or DeedForm(colleagues=colleagues([node.id])),
        "crumbs": [(f"Worklist of {node.name}", reverse("worklist", args=[code]))],
    }
    return render(request, "worklist/line.jinja", context, status=status)


def explained(case: Case) -> dict[str, Any]:
    """A case with its indicator's words, source and history."""
    item = listing.item_of(case)
    try:
        each = definition(case.indicator)
    except HarmfreeError:
        each = None
    return {
        "case": case,
        "item": item,
        "why": each.why if each else "",
        "source": each.provenance.source if each else "",
        "version": each.provenance.version if each else "",
        "because": Why[case.closed_because].value if case.closed_because else "",
        "actions": list(case.actions.all()),
    }


@allow(Permission.ACT)
@require_POST
def act_on_line(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """Record what was done about the cases that were ticked."""
    person = person_of(request, code, key, Permission.ACT)
    access = access_of(request)
    node = node_of(request, code, Permission.ACT)
    form = DeedForm(request.POST, colleagues=colleagues([node.id]))
    versions = versions_of(request.POST.getlist("case"))
    mine = set(Case.objects.filter(person=person, pk__in=versions).values_list("pk", flat=True))
    valid = form.is_valid()
    if not mine:
        form.add_error(None, "Choose what it is about")
        valid = False
    if not valid:
        return shown_line(request, person, code, form, status=422)
    try:
        done = act(access, {pk: versions[pk] for pk in mine}, form.deed)
    except NotAllowedError as fault:
        raise Http404 from fault
    except ChangedMeanwhileError as fault:
        form.add_error(None, meanwhile(fault.cases))
        return shown_line(request, person, code, form, status=409)
    messages.success(request, f"Recorded: {form.deed_label} ({len(done)}).")
    return redirect("worklist_line", code, key)


def meanwhile(cases: list[Case]) -> str:
    """What somebody else did first, and that nothing of yours is lost."""
    said = []
    for case in cases:
        last = case.actions.select_related("by").last()
        title = listing.item_of(case).title
        what = f"{last.by} recorded '{last.get_did_display()}'" if last else "it changed"
        said.append(f"{title}: {what}")
    return f"Meanwhile {'; '.join(said)}. What you entered is kept below: check it and send again."


@allow(Permission.SEE_PEOPLE)
def timeline(request: HttpRequest, code: str, key: str, indicator: str) -> HttpResponse:
    """The evidence of one finding as a picture, worked out from the person's record."""
    person = person_of(request, code, key, Permission.SEE_PEOPLE)
    try:
        each = definition(indicator)
        asked = Record(Path(settings.HOME), shown(person.pk), None)
        drawn = timeline_picture(asked.timelines([each])[0], shown(person.pk), to_date(asked.as_of))
    except HarmfreeError as fault:
        drawn, said = None, fault.what
    else:
        said = ""
    record(
        access_of(request), "person.timeline", subject=f"line:{person.key}", organisation=code,
        reason="evidence", indicator=indicator,
    )  # fmt: skip
    crumbs = [("Back to the line", reverse("worklist_line", args=[code, key]))]
    context = {"title": "Evidence", "picture": drawn, "said": said, "crumbs": crumbs}
    part = bool(getattr(request, "htmx", False))
    template = "worklist/timeline_part.jinja" if part else "worklist/timeline.jinja"
    return render(request, template, context)
