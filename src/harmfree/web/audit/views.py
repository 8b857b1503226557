"""The audit trail for those who watch over it; looking at it is an entry of it."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from harmfree.web.access.roles import Permission
from harmfree.web.access.rules import access_of, allow
from harmfree.web.accounts.administration import CRUMBS
from harmfree.web.audit.chain import record
from harmfree.web.audit.forms import TrailForm
from harmfree.web.audit.models import AuditEvent
from harmfree.web.audit.search import HEADS, find, rows, words
from harmfree.web.common.downloads import csv_response

PAGE = 50


@allow(Permission.SEE_AUDIT)
@require_safe
def trail(request: HttpRequest) -> HttpResponse:
    """Entries, newest first, as asked for."""
    access = access_of(request)
    form = TrailForm(request.GET)
    found = AuditEvent.objects.none()
    if form.is_valid():
        query = form.query()
        found = find(access, query)
        record(access, "audit.viewed", asked=query.as_detail())
    asked = {name: str(value) for name, value in request.GET.items() if name in form.fields}
    context = {
        "title": "Audit trail",
        "crumbs": CRUMBS,
        "form": form,
        "page": Paginator(found, PAGE).get_page(request.GET.get("page")),
        "words": words,
        "asked": urlencode(asked),
    }
    return render(request, "audit/trail.jinja", context, status=422 if form.errors else 200)


@allow(Permission.SEE_AUDIT)
@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """The entries asked for, as a table for a spreadsheet."""
    access = access_of(request)
    form = TrailForm(request.GET)
    if not form.is_valid():
        return trail(request)
    query = form.query()
    with transaction.atomic():
        taken = list(rows(find(access, query)))
        record(access, "audit.exported", rows=len(taken), asked=query.as_detail())
    return csv_response("audit-trail", HEADS, taken)
