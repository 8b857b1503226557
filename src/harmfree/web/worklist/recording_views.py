"""Recording what was done: about one person's cases, or about several people's at once.

Nobody's work is lost. Who sends a form about a case that somebody else has acted on meanwhile is
told what they did, keeps what they wrote, and can send it again knowing that.
"""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from harmfree.records.pseudonym import shown
from harmfree.web.access.roles import Permission
from harmfree.web.access.rules import access_of, allow
from harmfree.web.audit.chain import record
from harmfree.web.organisations.tree import Node
from harmfree.web.publication.models import Person
from harmfree.web.worklist.actions import ChangedMeanwhileError, NotAllowedError, act, colleagues
from harmfree.web.worklist.forms import DeedForm
from harmfree.web.worklist.history import history
from harmfree.web.worklist.listing import item_of, known_of
from harmfree.web.worklist.models import Case
from harmfree.web.worklist.person_views import person_of, shown_line
from harmfree.web.worklist.views import node_of

Versions = dict[int, int]
LARGEST = 2**62
"""The largest key and version that the database takes."""


def versions_of(values: list[str]) -> Versions:
    """Case to version, from ``key.version`` as a form carries them; others are left out."""
    found = {}
    for value in values:
        key, _, version = value.partition(".")
        if key.isdecimal() and version.isdecimal() and max(int(key), int(version)) < LARGEST:
            found[int(key)] = int(version)
    return found


@allow(Permission.ACT)
@require_POST
def act_on_line(request: HttpRequest, code: str, key: str) -> HttpResponse:
    """Record what was done about the cases that were ticked."""
    person = person_of(request, code, key, Permission.ACT)
    node = node_of(request, code, Permission.ACT)
    form = DeedForm(request.POST, colleagues=colleagues(node.id))
    versions = _own(versions_of(request.POST.getlist("case")), person)
    if not versions:
        form.add_error(None, "Choose what it is about")
    if not form.is_valid():
        return shown_line(request, person, node, form, versions, status=422)
    done = _done(request, versions, form)
    if done is None:
        return shown_line(request, person, node, form, versions, status=409)
    messages.success(request, f"Recorded: {form.deed_label} ({len(done)}).")
    return redirect("worklist_line", code, key)


def _own(versions: Versions, person: Person) -> Versions:
    """Only the cases of this person: a form cannot reach further than its page."""
    mine = Case.objects.filter(person=person, pk__in=versions).values_list("pk", flat=True)
    return {pk: versions[pk] for pk in mine}


def _done(request: HttpRequest, versions: Versions, form: DeedForm) -> list[Case] | None:
    """The cases as they are now; None, with an error on the form, if somebody was first."""
    try:
        return act(access_of(request), versions, form.deed)
    except NotAllowedError as fault:
        raise Http404 from fault
    except ChangedMeanwhileError as fault:
        form.add_error(None, meanwhile(fault.cases))
        return None


def meanwhile(cases: list[Case]) -> str:
    """What happened to the cases first, and that nothing of yours is lost."""
    said = []
    for case in cases:
        last = history(case)[-1]
        by = f" ({last.by})" if last.by else ""
        said.append(f"{item_of(case).title}: {last.words}{by}")
    return (
        f"Nothing was recorded, because somebody was first. {'; '.join(said)}. "
        "What you entered is kept: check it and send it again, or leave it."
    )


@allow(Permission.ACT)
@require_POST
def several(request: HttpRequest, code: str) -> HttpResponse:
    """Record one thing about several lines: those of their cases that the list showed."""
    node = node_of(request, code, Permission.ACT)
    back = f"{reverse('worklist', args=[code])}?{request.POST.get('back', '')}"
    versions = versions_of(request.POST.getlist("case"))
    keys = request.POST.getlist("line")
    chosen = Case.objects.filter(pk__in=versions, person__key__in=keys, organisation=node.id)
    versions = {pk: versions[pk] for pk in chosen.values_list("pk", flat=True)}
    if not versions:
        messages.info(request, "Choose one or more lines first.")
        return redirect(back)
    sent = request.POST if "sent" in request.POST else None
    form = DeedForm(sent, colleagues=colleagues(node.id))
    if not form.is_bound:
        return _asked(request, node, versions, form)
    if not form.is_valid():
        return _asked(request, node, versions, form, status=422)
    done = _done(request, versions, form)
    if done is None:
        return _asked(request, node, versions, form, status=409)
    people = len({case.person_id for case in done})
    messages.success(
        request,
        f"Recorded for {people} {'person' if people == 1 else 'people'}: {form.deed_label}.",
    )
    return redirect(back)


def _asked(
    request: HttpRequest, node: Node, versions: Versions, form: DeedForm, status: int = 200
) -> HttpResponse:
    """The page that asks what was done about several lines, naming each of them."""
    cases = list(
        Case.objects.filter(pk__in=versions)
        .select_related("person__identity")
        .order_by("person", "-kind", "since")
    )
    people = {case.person_id: case.person for case in cases}
    known = {pk: known_of(person) for pk, person in people.items()}
    record(
        access_of(request),
        "worklist.several",
        subject=f"worklist:{node.code}",
        organisation=node.code,
        reason="recording for several people",
        lines=sorted(person.key for person in people.values()),
        identified=sum(each is not None for each in known.values()),
    )
    context = {
        "title": "Record for several people",
        "site": node,
        "form": form,
        "items": [item_of(case) for case in cases],
        "keys": [person.key for person in people.values()],
        "names": {pk: each.name if each else shown(pk) for pk, each in known.items()},
        "back": request.POST.get("back", ""),
        "crumbs": [(f"Worklist of {node.name}", reverse("worklist", args=[node.code]))],
    }
    return render(request, "worklist/several.jinja", context, status=status)
