"""Programmes and indicators, as their pages say them."""

from __future__ import annotations

from typing import Any, Literal

from django.http import Http404, HttpRequest
from django.utils import timezone
from ninja import Router, Schema

from harmfree.programmes import Programme, indicator, programmes
from harmfree.programmes import indicators as of_programmes
from harmfree.programmes.page import full, measure_summary, summary
from harmfree.programmes.registry import measures
from harmfree.web.api.paging import Code, Limit, Offset, Page, page

router = Router(tags=["definitions"])
Kind = Literal["hazard", "gap", "context"]


class ProgrammeOut(Schema):
    """A programme with its indicators and measures by id."""

    name: str
    title: str
    page: str
    indicators: list[str]
    measures: list[str]


class ProgrammePage(Page):
    """Programmes."""

    items: list[ProgrammeOut]


class IndicatorOut(Schema):
    """The facts about an indicator."""

    id: str
    title: str
    kind: str
    direction: str
    version: int
    source: str
    tag: str
    author: str
    reviewed: str
    review_due: str
    flags: list[str]


class IndicatorPage(Page):
    """Indicators."""

    items: list[IndicatorOut]


class ExampleOut(Schema):
    """A worked example: a record and the periods that it must give."""

    says: str
    record: str
    periods: list[str]


class DefinitionOut(IndicatorOut):
    """An indicator in full. Denominator and numerator are indented lines of plain English."""

    why: str
    action: str
    note: str
    denominator: list[str]
    numerator: list[str]
    code_lists: dict[str, str]
    examples: list[ExampleOut]


class MeasureOut(IndicatorOut):
    """A measure that a command of its own works out; its denominator and numerator in words."""

    command: str
    denominator: str
    numerator: str
    unit: str
    why: str
    note: str


class MeasurePage(Page):
    """Measures."""

    items: list[MeasureOut]


def _plain(programme: Programme) -> dict[str, Any]:
    return {
        "name": programme.name,
        "title": programme.title,
        "page": programme.page,
        "indicators": [each.id for each in programme.indicators],
        "measures": [each.id for each in programme.measures],
    }


@router.get("/programmes", response=ProgrammePage, summary="List the programmes")
def list_programmes(request: HttpRequest, limit: Limit = 50, offset: Offset = 0) -> dict[str, Any]:
    """Every programme with its page in Markdown."""
    return page([_plain(each) for each in programmes().values()], limit, offset)


@router.get("/programmes/{name}", response=ProgrammeOut, summary="One programme")
def one_programme(request: HttpRequest, name: str) -> dict[str, Any]:
    """One programme by its name."""
    found = programmes().get(name)
    if found is None:
        raise Http404
    return _plain(found)


@router.get("/indicators", response=IndicatorPage, summary="List the indicators")
def list_indicators(
    request: HttpRequest,
    programme: Code | None = None,
    kind: Kind | None = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> dict[str, Any]:
    """Indicators in the programmes' own order, narrowed by programme and kind."""
    today = timezone.localdate()
    held = of_programmes((programme,) if programme else ())
    chosen = [each for each in held if kind in (None, each.kind)]
    found = page(chosen, limit, offset)
    return found | {"items": [summary(each, today) for each in found["items"]]}


@router.get("/indicators/{id}", response=DefinitionOut, summary="One definition in full")
def one_indicator(request: HttpRequest, id: str) -> dict[str, Any]:  # noqa: A002 - as in the path
    """The definition in plain English, its code lists, worked examples and source."""
    return full(indicator(id), timezone.localdate())


@router.get("/measures", response=MeasurePage, summary="List the measures")
def list_measures(
    request: HttpRequest, programme: Code | None = None, limit: Limit = 50, offset: Offset = 0
) -> dict[str, Any]:
    """What one person's record cannot say, and a command of its own works out."""
    today = timezone.localdate()
    found = page(measures((programme,) if programme else ()), limit, offset)
    return found | {"items": [measure_summary(each, today) for each in found["items"]]}


@router.get("/measures/{id}", response=MeasureOut, summary="One measure")
def one_measure(request: HttpRequest, id: str) -> dict[str, Any]:  # noqa: A002 - as in the path
    """One measure by its id."""
    found = next((each for each in measures() if each.id == id), None)
    if found is None:
        raise Http404
    return measure_summary(found, timezone.localdate())
