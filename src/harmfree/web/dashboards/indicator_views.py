"""Pages of one indicator at one organisation: its chart, its sites, its breakdowns, its meaning."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from harmfree.programmes import Indicator, programmes
from harmfree.web.access.roles import Permission
from harmfree.web.access.rules import access_of, allow
from harmfree.web.common.downloads import csv_response
from harmfree.web.dashboards import levels
from harmfree.web.dashboards.breakdowns import breakdowns
from harmfree.web.dashboards.cards import Card
from harmfree.web.dashboards.charts import CHARTS, chart_or_reason, chart_picture, said
from harmfree.web.dashboards.comparison import SORTS, compared, default_level
from harmfree.web.dashboards.definitions import about, affected_by
from harmfree.web.dashboards.figures import Figures, Reader, every_indicator, shown_percent
from harmfree.web.dashboards.notes import Notes, notes_of
from harmfree.web.dashboards.similar import similar
from harmfree.web.dashboards.sparkline import icon_sprite
from harmfree.web.dashboards.verdicts import verdicts
from harmfree.web.dashboards.viewer import Viewer
from harmfree.web.dashboards.views import crumbs
from harmfree.web.organisations.models import SITES
from harmfree.web.organisations.tree import Node
from harmfree.web.publication.models import PublishedRun


@dataclass(frozen=True)
class Asked:
    """What a page of this part is about."""

    reader: Reader
    node: Node
    indicator: Indicator

    @property
    def viewer(self) -> Viewer:
        """Who asks."""
        return self.reader.viewer

    def figures(self) -> Figures:
        """The series; Http404 when the run has none."""
        found = self.reader.series([self.node.id], [self.indicator.id])
        if not found:
            raise Http404
        return found[0]

    def notes(self) -> Notes:
        """What people wrote for the chart."""
        return notes_of(self.viewer, self.node, self.indicator.id)


def asked(request: HttpRequest, code: str, identifier: str) -> Asked:
    """The organisation and indicator of an address; Http404 when not for this person."""
    viewer = Viewer(access_of(request))
    node = viewer.find(code)
    run, held = PublishedRun.live(), every_indicator()
    if run is None or identifier not in held:
        raise Http404
    return Asked(Reader(run, viewer), node, held[identifier])


@allow(Permission.SEE_FIGURES)
def indicator(request: HttpRequest, code: str, identifier: str) -> HttpResponse:
    """Everything about one indicator at one organisation."""
    what = asked(request, code, identifier)
    figures, notes = what.figures(), what.notes()
    kind = _one_of(request, "chart", CHARTS)
    picture, reason = chart_or_reason(figures, notes, kind)
    above, level = default_level(what.viewer, what.node)
    is_site = what.node.kind in SITES
    target = float(notes.target.percent) if notes.target else None
    verdict = verdicts(
        [figures],
        {what.indicator.id: target} if target is not None else {},
        {what.indicator.id: [each.on for each in notes.rebases]},
    )[0]
    context = _common(what) | {
        "card": Card(figures, verdict, target),
        "notes": notes,
        "said": said,
        "kind": kind,
        "charts": CHARTS,
        "picture": picture,
        "reason": reason,
        "above": above,
        "levels": levels,
        "comparison": compared(what.reader, what.indicator, above, level),
        "similar": similar(what.reader, what.node, what.indicator) if is_site else None,
        "breakdowns": breakdowns(what.reader, what.node, what.indicator.id),
        "about": about(what.indicator, date.today()),
        "affected": affected_by(what.reader.run, what.indicator),
    }
    return render(request, "dashboard/indicator.jinja", context)


@allow(Permission.SEE_FIGURES)
def compare(request: HttpRequest, code: str, identifier: str) -> HttpResponse:
    """One indicator over all organisations of a level."""
    what = asked(request, code, identifier)
    below = what.viewer.levels_below(what.node)
    if not below:
        raise Http404
    usual = default_level(what.viewer, what.node)[1]
    level = request.GET.get("level", usual)
    level = level if level in below else usual
    sort = _sort(request)
    context = _common(what) | {
        "comparison": compared(what.reader, what.indicator, what.node, level, sort),
        "levels": levels,
        "below": below,
        "sort": sort,
        "sorts": {name: title for name, (title, _) in SORTS.items()},
    }
    return render(request, "dashboard/compare.jinja", context)


@allow(Permission.SEE_FIGURES)
def series_csv(request: HttpRequest, code: str, identifier: str) -> HttpResponse:
    """The series as this person may see it, as a CSV file."""
    figures = asked(request, code, identifier).figures()
    rows = [
        (
            month.isoformat(),
            _cell(figures.numerators[i]),
            _cell(figures.denominators[i]),
            shown_percent(figures, i).rstrip("%"),
        )
        for i, month in enumerate(figures.dates)
    ]
    return csv_response(f"{code}-{identifier}", ("month", "people", "out of", "percent"), rows)


@allow(Permission.SEE_FIGURES)
def compare_csv(request: HttpRequest, code: str, identifier: str) -> HttpResponse:
    """The comparison as a CSV file."""
    what = asked(request, code, identifier)
    below = what.viewer.levels_below(what.node)
    level = request.GET.get("level", "")
    if level not in below:
        raise Http404
    found = compared(what.reader, what.indicator, what.node, level, _sort(request))
    rows = [
        (
            row.node.code,
            row.node.name,
            _cell(row.figures.numerators[-1]),
            _cell(row.figures.denominators[-1]),
            row.figures.latest.rstrip("%"),
            row.verdict.words,
        )
        for row in found.rows
    ]
    heads = ("code", "name", "people", "out of", "percent", "variation")
    return csv_response(f"{code}-{identifier}-{level}", heads, rows)


@allow(Permission.SEE_FIGURES)
def chart(request: HttpRequest, code: str, identifier: str, form: str) -> HttpResponse:
    """The chart alone, as SVG or PNG."""
    what = asked(request, code, identifier)
    title = f"{what.indicator.title}: {what.node.name}"
    picture = chart_picture(what.figures(), what.notes(), _one_of(request, "chart", CHARTS), title)
    if picture is None:
        raise Http404
    if form == "svg":
        response = HttpResponse(picture.svg(), content_type="image/svg+xml")
    else:
        response = HttpResponse(picture.png(), content_type="image/png")
    response["Content-Disposition"] = f'attachment; filename="{code}-{identifier}.{form}"'
    return response


def _common(what: Asked) -> dict[str, object]:
    """What every page of an indicator shows."""
    title = next(each.title for each in programmes().values() if what.indicator in each.indicators)
    return {
        "title": f"{what.indicator.title}: {what.node.name}",
        "crumbs": crumbs(what.viewer, what.node, whole=True),
        "programme_title": title,
        "node": what.node,
        "level": levels.one(what.node.kind),
        "indicator": what.indicator,
        "run": what.reader.run,
        "viewer": what.viewer,
        "sprite": icon_sprite(),
        "exact": what.viewer.sees_small(what.node.id),
        "may_annotate": what.viewer.may_annotate(what.node.id),
    }


def _one_of(request: HttpRequest, name: str, allowed: dict[str, str]) -> str:
    """A choice in the address; the first when there is none or no such."""
    given = request.GET.get(name, "")
    return given if given in allowed else next(iter(allowed))


def _sort(request: HttpRequest) -> str:
    given = request.GET.get("sort", "name")
    return given if given.removeprefix("-") in SORTS else "name"


def _cell(count: int | None) -> int | str:
    return "hidden" if count is None else count
