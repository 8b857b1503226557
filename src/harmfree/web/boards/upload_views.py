"""Pages on which leads bring a roll-out register or a price list for their region."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from harmfree.errors import HarmfreeError
from harmfree.web.access.roles import Permission
from harmfree.web.access.rules import access_of, allow
from harmfree.web.boards.models import Upload
from harmfree.web.boards.pharmacist_results import region_of
from harmfree.web.boards.uploads import TABLES, Read, Table, keep, read, withdraw
from harmfree.web.boards.views import crumbs
from harmfree.web.dashboards.viewer import Viewer
from harmfree.web.organisations.tree import Node

PHARMACIST = "pharmacist-impact"


class TableForm(forms.Form):
    """One CSV file."""

    file = forms.FileField(
        label="CSV file",
        error_messages={"required": "Choose a file", "empty": "The file is empty"},
    )

    def __init__(self, table: Table, *given: object) -> None:
        super().__init__(*given)  # type: ignore[arg-type]
        self.table = table
        most = f"Up to {table.largest // 1_000_000} MB."
        self.fields["file"].help_text = f"The first line names the columns: {table.columns}. {most}"

    def clean_file(self) -> UploadedFile:
        """Refuse what is too large."""
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > self.table.largest:
            most = self.table.largest // 1_000_000
            raise forms.ValidationError(f"The file must be {most} MB or smaller")
        return file


def region_for(request: HttpRequest, code: str) -> Node:
    """The region of an organisation; Http404 unless this person may bring tables for it."""
    region = region_of(Viewer(access_of(request)).find(code))
    if not access_of(request).may_at(Permission.ANNOTATE, region.id):
        raise Http404
    return region


@allow(Permission.ANNOTATE)
@require_http_methods(["GET", "POST"])
def bring(request: HttpRequest, code: str, kind: str) -> HttpResponse:
    """Bring a table: its good rows are kept, the others are shown."""
    region, table = region_for(request, code), TABLES.get(kind)
    if table is None:
        raise Http404
    given = (request.POST, request.FILES) if request.method == "POST" else ()
    form = TableForm(table, *given)
    if given and form.is_valid():
        found = _read(form, region)
        if found is not None:
            name = form.cleaned_data["file"].name
            kept = keep(access_of(request), kind, region, name, found)
            _say(request, kept)
            return redirect("board", code, PHARMACIST)
    context = {
        "title": f"{'Error: ' if form.errors else ''}{table.title}",
        "heading": table.title,
        "crumbs": [
            *crumbs(Viewer(access_of(request)), region),
            ("Pharmacists' impact", reverse("board", args=[code, PHARMACIST])),
        ],
        "table": table,
        "region": region,
        "form": form,
    }
    return render(request, "boards/bring.jinja", context, status=422 if form.errors else 200)


def _read(form: TableForm, region: Node) -> Read | None:
    """What the file holds; None, with the form saying why, when nothing in it can be used."""
    try:
        found = read(form.table, form.cleaned_data["file"], region)
    except HarmfreeError as error:
        form.add_error("file", f"{error.what} {error.do}".strip())
        return None
    if not found[0]:
        first = found[1][0] if found[1] else None
        why = f" Line {first[0]}: {first[1]}" if first else ""
        form.add_error("file", f"No row of the file can be used.{why}")
        return None
    return found


def _say(request: HttpRequest, kept: Upload) -> None:
    good, bad = len(kept.content), len(kept.rejected)
    text = f"{good:,} rows are kept."
    if bad:
        text += f" {bad:,} were left out: see below."
    messages.success(request, text)


@allow(Permission.ANNOTATE)
@require_POST
def take_back(request: HttpRequest, code: str, key: int) -> HttpResponse:
    """Take a table out of use."""
    region = region_for(request, code)
    upload = get_object_or_404(
        Upload.objects.filter(organisation_id=region.id, withdrawn=None), pk=key
    )
    withdraw(access_of(request), upload)
    messages.success(request, f"The {upload.get_kind_display()} is not used any more.")
    return redirect("board", code, PHARMACIST)
