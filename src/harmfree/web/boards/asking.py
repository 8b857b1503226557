"""What a page of a board is asked for, and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.http import Http404, HttpRequest, QueryDict
from django.urls import reverse

from harmfree.web.access.roles import Permission
from harmfree.web.access.rules import access_of
from harmfree.web.boards.assumptions import AssumptionForm
from harmfree.web.boards.models import BoardResult
from harmfree.web.boards.results import Found
from harmfree.web.boards.tables import Board, Cell
from harmfree.web.dashboards.figures import Reader, every_indicator
from harmfree.web.dashboards.viewer import Viewer
from harmfree.web.organisations.tree import Node
from harmfree.web.publication.models import PublishedRun

USUAL = ("place", "network", "practice")


@dataclass(frozen=True)
class Asked:
    """Who asks for what.

    Attributes:
        query: what stands in the address after the question mark.
        viewer: who asks. node: about which organisation. run: the live run.
    """

    query: QueryDict
    viewer: Viewer
    node: Node
    run: PublishedRun

    @classmethod
    def of(cls, request: HttpRequest, code: str) -> Asked:
        """The organisation of an address; Http404 when it is not theirs or nothing is live."""
        viewer, run = Viewer(access_of(request)), PublishedRun.live()
        node = viewer.find(code)
        if run is None:
            raise Http404
        return cls(request.GET, viewer, node, run)

    @cached_property
    def reader(self) -> Reader:
        """Reads published series as the viewer may see them."""
        return Reader(self.run, self.viewer)

    @property
    def exact(self) -> bool:
        """Whether nothing of the organisation is hidden from the viewer."""
        return self.viewer.sees_small(self.node.id)

    @cached_property
    def below(self) -> list[str]:
        """Levels below the organisation, largest first."""
        return self.viewer.levels_below(self.node)

    @cached_property
    def level(self) -> str:
        """The level that is asked for, or the usual one; empty at a site."""
        below = [each for each in self.below if each in (*USUAL, "system", "care_home")]
        given = self.query.get("level", "")
        usual = next((each for each in USUAL if each in below), below[-1] if below else "")
        return given if given in below else usual

    def rows(self, level: str | None = None) -> list[Node]:
        """The organisation, then those of a level below that the viewer may name."""
        inside = self.viewer.at_level(self.node, self.level if level is None else level)
        return [self.node, *(e for e in inside if e.id in self.viewer.named and not e.closed)]

    def definition(self, indicator: str, text: str) -> Cell:
        """A head that leads to what an indicator means."""
        return Cell(text, href=reverse("dashboard_indicator", args=[self.node.code, indicator]))

    def people(self, node: Node, indicator: str) -> str:
        """The address of the people behind a number, for who may see them; else empty."""
        may = self.viewer.access.may_at(Permission.SEE_PEOPLE, node.id)
        held = every_indicator().get(indicator)
        if not may or held is None or not held.on_worklist or self.viewer.tree.children(node.id):
            return ""
        return f"{reverse('worklist', args=[node.code])}?indicator={indicator}"


@dataclass(frozen=True)
class Page:
    """What a board answers.

    Attributes:
        tables: each is shown and can be downloaded.
        context: what else its template shows.
        found: results that it rests on, with how it stands with each, by what they are for.
        form: the assumptions, when it has some.
    """

    tables: tuple[Board, ...] = ()
    context: Mapping[str, Any] = field(default_factory=dict)
    found: Mapping[str, Found] = field(default_factory=dict)
    form: AssumptionForm | None = None

    @property
    def waiting(self) -> list[tuple[str, str]]:
        """What is not there yet, and why."""
        return [(name, each.why) for name, each in self.found.items() if each.kept is None]

    @property
    def made(self) -> list[BoardResult]:
        """Results that are there, for saying when they were made."""
        return [each.kept for each in self.found.values() if each.kept is not None]


Maker = Callable[[Asked], Page]
