"""Where a result may be kept: the hook for the worklist. By itself a tool's page keeps nothing.

A room that keeps results registers a place when it starts (in its `AppConfig.ready`)::

    from harmfree.web.clinical_tools.attaching import Place, register

    def place(access: Access, person: str) -> Place | None:
        # None unless this person's line is within access.organisations(Permission.ACT)
        ...

    register(place)

A page of theirs links to ``/tools/news2/?for=KEY``, KEY being the opaque `Person.key`. The result
page then shows a form that posts to the place's address: `tool`, and every raw input under its
own name. The receiver computes again with `kept` and stores what comes out; a result that a
browser sends is never stored as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from harmfree.clinical.errors import RefusedError
from harmfree.clinical.registry import find
from harmfree.web.access.scope import Access
from harmfree.web.clinical_tools.reading import answer


@dataclass(frozen=True)
class Place:
    """Where a result can be kept.

    Args:
        label: of the button, such as "Keep with this person's line".
        address: receives the POST.
    """

    label: str
    address: str


Offer = Callable[[Access, str], Place | None]
_offers: list[Offer] = []


def register(offer: Offer) -> None:
    """Offer a place to keep results in."""
    if offer not in _offers:
        _offers.append(offer)


def places(access: Access, person: str) -> list[Place]:
    """The places where this access may keep a result of this person; none without a person."""
    if not person:
        return []
    return [place for offer in _offers if (place := offer(access, person)) is not None]


def kept(tool: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """What a place stores: tool, version, inputs as given and the result, computed here.

    Raises:
        UnknownToolError: no such tool.
        RefusedError: the inputs cannot be used.
    """
    found = find(tool)
    names = found.reader.specs
    given = {name: raw for name, raw in row.items() if name in names and raw != ""}
    result = answer(found, given)
    if isinstance(result, list):
        raise RefusedError(found.name, result)
    said = {"given": given, "version": result.version}
    return {"tool": found.name, "result": result.as_dict()} | said
