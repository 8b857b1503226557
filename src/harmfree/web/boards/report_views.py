"""Reports from files that a programme lead brings; shown to leads of that region alone.

The counts are those of the lead's own file, and small ones are not hidden from whoever holds it;
nobody else may open the report.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from harmfree.errors import HarmfreeError
from harmfree.publish.births import NOTES as BIRTH_NOTES
from harmfree.publish.device_evaluation import NOTES as DEVICE_NOTES
from harmfree.web.access.roles import Permission
from harmfree.web.access.rules import access_of, allow
from harmfree.web.audit.chain import record
from harmfree.web.boards.models import Upload
from harmfree.web.boards.pharmacist_results import newest
from harmfree.web.boards.report_pages import (
    births_pictures,
    births_tables,
    device_pictures,
    device_tables,
)
from harmfree.web.boards.report_tables import FICTITIOUS, REPORTS, Report
from harmfree.web.boards.tables import Board, named
from harmfree.web.boards.upload_views import region_for
from harmfree.web.boards.uploads import keep
from harmfree.web.boards.views import crumbs
from harmfree.web.common.downloads import csv_response
from harmfree.web.dashboards.viewer import Viewer
from harmfree.web.organisations.tree import Node


class ReportForm(forms.Form):
    """One file, or the example."""

    file = forms.FileField(
        label="File",
        required=False,
        error_messages={"empty": "The file is empty"},
    )
    example = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, report: Report, *given: object) -> None:
        super().__init__(*given)  # type: ignore[arg-type]
        self.report = report
        most = f"Up to {report.largest // 1_000_000} MB. The file itself is not kept."
        self.fields["file"].help_text = f"{report.columns}. {most}"

    def clean(self) -> dict[str, Any]:
        """A file or the example, and not too large."""
        given: dict[str, Any] = super().clean() or {}
        file: UploadedFile | None = given.get("file")
        if file is None and not given.get("example") and "file" not in self.errors:
            self.add_error("file", "Choose a file")
        if file is not None and (file.size or 0) > self.report.largest:
            self.add_error(
                "file", f"The file must be {self.report.largest // 1_000_000} MB or smaller"
            )
        return given


@allow(Permission.ANNOTATE)
@require_http_methods(["GET", "POST"])
def report(request: HttpRequest, code: str, slug: str) -> HttpResponse:
    """The newest report of a region, and bringing another."""
    region, what = region_for(request, code), REPORTS.get(slug)
    if what is None:
        raise Http404
    given = (request.POST, request.FILES) if request.method == "POST" else ()
    form = ReportForm(what, *given)
    if given and form.is_valid() and _brought(request, form, region):
        return redirect(request.path)
    kept = newest(what.kind, region.id)
    context = {
        "title": f"{'Error: ' if form.errors else ''}{what.title}",
        "crumbs": crumbs(Viewer(access_of(request)), region),
        "what": what,
        "region": region,
        "form": form,
        "kept": kept,
        "base": reverse("board_report", args=[code, slug]),
        "query": "",
        **(_shown(what, kept) if kept else {}),
    }
    if kept is not None:
        record(access_of(request), "report.viewed", subject=f"upload:{kept.pk}",
               organisation=region.code, kind=what.kind)  # fmt: skip
    return render(request, what.template, context, status=422 if form.errors else 200)


def _brought(request: HttpRequest, form: ReportForm, region: Node) -> bool:
    """Read and keep what was given; the form says why when it cannot be read."""
    what, file = form.report, form.cleaned_data["file"]
    try:
        content = what.read(file.read()) if file else what.example()
    except HarmfreeError as error:
        form.add_error("file", f"{error.what} {error.do}".strip())
        return False
    rejected = [(each["line"], each["rule"]) for each in content["left_out"]["entries"]]
    name = file.name if file else FICTITIOUS
    keep(access_of(request), what.kind, region, name, ([content], rejected))
    messages.success(request, "The report is made.")
    return True


def _shown(what: Report, kept: Upload) -> dict[str, Any]:
    content = kept.content[0]
    if what.kind == Upload.Kind.BIRTHS:
        return {"content": content, "tables": births_tables(content),
                "pictures": births_pictures(content), "notes": BIRTH_NOTES}  # fmt: skip
    return {"content": content, "tables": device_tables(content),
            "pictures": device_pictures(content), "notes": DEVICE_NOTES}  # fmt: skip


@allow(Permission.ANNOTATE)
def report_table(request: HttpRequest, code: str, slug: str, name: str) -> HttpResponse:
    """A table of the newest report as a CSV file."""
    region, what = region_for(request, code), REPORTS.get(slug)
    kept = newest(what.kind, region.id) if what else None
    if what is None or kept is None:
        raise Http404
    tables: list[Board] = _shown(what, kept)["tables"]
    found = named(tables, name)
    if found is None:
        raise Http404
    record(access_of(request), "report.downloaded", subject=f"upload:{kept.pk}",
           organisation=region.code, kind=what.kind, table=name)  # fmt: skip
    return csv_response(f"{code}-{slug}-{name}", *found.file)
