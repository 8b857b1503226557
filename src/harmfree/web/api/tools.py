"""The clinical tools: what each needs, and answers to one case or many."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Body, Router, Schema
from pydantic import Field

from harmfree.clinical.errors import Problem
from harmfree.clinical.registry import Tool, all_tools, find
from harmfree.clinical.result import TAG_MEANS, Result
from harmfree.web.access.roles import Permission
from harmfree.web.api.paging import Code, Limit, Offset, Page, page
from harmfree.web.api.problems import require
from harmfree.web.clinical_tools.reading import answer
from harmfree.web.clinical_tools.result_page import flags

router = Router(tags=["tools"])
MOST_CASES = 100
NOT_OVER_THE_NETWORK = ("file",)


class ToolOut(Schema):
    """A tool as lists name it."""

    name: str
    title: str
    topic: str
    version: str
    unit: str
    use: str
    population: str
    reviewed: str
    review_due: str
    flags: list[str]


class ToolPage(Page):
    """Tools."""

    items: list[ToolOut]


class SourceOut(Schema):
    """A publication, with how far the tool was checked against it."""

    text: str
    covers: str
    tag: str
    means: str
    verified: bool


class ToolFull(ToolOut):
    """A tool with what it needs. `inputs` is a JSON Schema of one case."""

    formula: str
    limits: list[str]
    sources: list[SourceOut]
    inputs: dict[str, Any]
    example: dict[str, Any]


class Cases(Schema):
    """Cases for a tool: raw values by the names of its inputs. A key `id` comes back."""

    cases: list[dict[str, Any]] = Field(min_length=1, max_length=MOST_CASES)


class FaultOut(Schema):
    """An input that cannot be used, and what is accepted."""

    input: str
    message: str


class AnswerOut(Schema):
    """The answer to one case: a result, or what is wrong with the case."""

    row: int
    id: Any = None
    result: dict[str, Any] | None
    problems: list[FaultOut]


class AnswersOut(Schema):
    """Answers in the order of the cases."""

    tool: str
    version: str
    results: list[AnswerOut]


def _out(tool: Tool[Any]) -> dict[str, Any]:
    card = tool.card
    names = ("name", "title", "topic", "version", "unit", "use", "population")
    days = {"reviewed": card.reviewed.isoformat(), "review_due": card.review_due.isoformat()}
    flagged = {"flags": flags(tool, timezone.localdate())}
    return {name: getattr(card, name) for name in names} | days | flagged


@router.get("/tools", response=ToolPage, summary="List the clinical tools")
def list_tools(
    request: HttpRequest, topic: Code | None = None, limit: Limit = 50, offset: Offset = 0
) -> dict[str, Any]:
    """Tools by topic and name."""
    require(request, Permission.USE_TOOLS)
    chosen = [each for each in all_tools().values() if topic in (None, each.card.topic)]
    found = page(chosen, limit, offset)
    return found | {"items": [_out(each) for each in found["items"]]}


@router.get("/tools/{name}", response=ToolFull, summary="One tool and its inputs")
def one_tool(request: HttpRequest, name: str) -> dict[str, Any]:
    """A tool with its rule, sources, limits and the schema of its inputs."""
    require(request, Permission.USE_TOOLS)
    tool = find(name)
    card = tool.card
    sources = [
        {"text": s.text, "covers": s.covers, "tag": s.tag, "means": TAG_MEANS[s.tag]}
        | {"verified": s.verified}
        for s in card.source
    ]
    return _out(tool) | {
        "formula": card.formula,
        "limits": list(card.limits),
        "sources": sources,
        "inputs": schema(tool),
        "example": dict(card.example.given),
    }


def schema(tool: Tool[Any]) -> dict[str, Any]:
    """JSON Schema of one case. Inputs that are files of the caller's machine are left out."""
    made: dict[str, Any] = {}
    for name, spec in tool.reader.specs.items():
        if spec.kind not in NOT_OVER_THE_NETWORK:
            described = spec.json_schema() | {"title": spec.label}
            described |= {"type": ["object", "null"]} if spec.kind == "table" else {}
            made[name] = described | ({"description": spec.help} if spec.help else {})
    return {"type": "object", "properties": made}


@router.post("/tools/{name}/compute", response=AnswersOut, summary="Compute one or many cases")
def compute(request: HttpRequest, name: str, sent: Annotated[Cases, Body()]) -> dict[str, Any]:
    """Answer up to 100 cases. A case that cannot be used is answered with its problems.

    Nothing of the cases is kept.
    """
    require(request, Permission.USE_TOOLS)
    tool = find(name)
    results = [_answer(tool, row, case) for row, case in enumerate(sent.cases, start=1)]
    return {"tool": tool.name, "version": tool.card.version, "results": results}


def _answer(tool: Tool[Any], row: int, case: dict[str, Any]) -> dict[str, Any]:
    found = answer(tool, case)
    said: dict[str, Any] = {"row": row, "id": case.get("id"), "result": None, "problems": []}
    if isinstance(found, Result):
        return said | {"result": found.as_dict()}
    return said | {"problems": [_fault(each) for each in found]}


def _fault(problem: Problem) -> dict[str, str]:
    return {"input": problem.field, "message": problem.message}
