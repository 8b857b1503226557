"""What the practice pharmacists changed, for each region: the register, the prices, the builder.

The register is the newest one that a lead brought; without one it is made of the interventions
that people put on the charts of practices. The price list is the newest of the region.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from harmfree.improvement.result import Result, plain_values
from harmfree.publish.pharmacist_impact import Impact, impact
from harmfree.publish.roll_out import Register, Start
from harmfree.publish.savings import Price, PriceList
from harmfree.web.boards.models import Upload
from harmfree.web.boards.results import Made, Work, builds
from harmfree.web.dashboards.models import Annotation
from harmfree.web.organisations.tree import Node, tree

PHARMACIST = "pharmacist"


@dataclass(frozen=True)
class RollOut:
    """Who started when, as the evaluation of a region uses it.

    Attributes:
        starts: one for each practice of the region that is named in the register, or is open.
        words: where the register comes from, in a sentence.
        upload: the file behind it; None for interventions on charts.
        prices: the price list in use; None without one.
    """

    starts: tuple[Start, ...]
    words: str
    upload: Upload | None
    prices: Upload | None

    @property
    def digest(self) -> str:
        """What the evaluation rests on, as one word."""
        held = [[each.site, str(each.go_live), each.sessions] for each in self.starts]
        text = json.dumps([held, self.prices.content if self.prices else None])
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def started(self) -> list[Start]:
        """Practices with a first day."""
        return [each for each in self.starts if each.go_live]


def region_of(node: Node) -> Node:
    """The highest organisation above a node, or itself: registers and prices are kept there."""
    return (tree().above(node.id) or [node])[-1]


def newest(kind: str, region: int) -> Upload | None:
    """The table of a kind that holds at a region."""
    rows = Upload.objects.filter(kind=kind, organisation_id=region, withdrawn=None)
    return rows.select_related("by").last()


def roll_out(region: Node) -> RollOut:
    """The register and the prices that hold at a region today."""
    prices = newest(Upload.Kind.PRICES, region.id)
    brought = newest(Upload.Kind.REGISTER, region.id)
    if brought is not None:
        words = f"From the register {brought.file_name} that {brought.by} brought."
        return RollOut(tuple(map(_start, brought.content)), words, brought, prices)
    starts, text = _from_charts(region)
    words = f"From the interventions “{text}” on the charts of practices." if text else ""
    return RollOut(starts, words or "No practice has an intervention on its charts.", None, prices)


def _start(row: dict[str, Any]) -> Start:
    began = row["go_live"]
    return Start(row["site"], date.fromisoformat(began) if began else None, row["sessions"])


def _from_charts(region: Node) -> tuple[tuple[Start, ...], str]:
    """Every open practice with its first intervention of the kind that most practices had."""
    held = tree()
    inside = held.below(region.id)
    practices = [n for n in held.of_kind("practice") if n.id in inside and not n.closed]
    notes = Annotation.objects.filter(
        organisation_id__in=[each.id for each in practices], intervention=True, withdrawn=None
    ).order_by("on", "id")
    by_text = Counter(text for text, _ in {(note.text, note.organisation_id) for note in notes})
    if not by_text:
        return (), ""
    # The most practices first, then by name, so that the choice does not depend on chance.
    text = min(by_text, key=lambda each: (-by_text[each], each))
    first: dict[int, date] = {}
    for note in notes:
        if note.text == text:
            first.setdefault(note.organisation_id, note.on)
    return tuple(Start(each.code, first.get(each.id)) for each in practices), text


def price_list(upload: Upload | None) -> PriceList | None:
    """The prices of an upload."""
    if upload is None:
        return None
    return PriceList(tuple(Price(r["set_name"], r["code"], r["price"]) for r in upload.content))


@builds(PHARMACIST)
def pharmacists(work: Work) -> Iterator[Made]:
    """The impact in each region (or in the one asked for) with a practice that started."""
    held = tree()
    asked = [held.nodes[work.organisation]] if work.organisation else held.tops
    known = {each.id for each in work.live.places.every}
    for region in asked:
        using = roll_out(region)
        starts = tuple(each for each in using.starts if each.site in known)
        if any(each.go_live for each in starts):
            found = impact(work.live, Register(starts), price_list(using.prices))
            yield Made(content(found), region.id, using.digest)


def content(found: Impact) -> dict[str, Any]:
    """The impact as JSON takes it; of the pictures only the effect by time since the start."""
    return {
        "evaluations": {
            name: _evaluation(each) if isinstance(each, Result) else {"why_not": each}
            for name, each in found.evaluations.items()
        },
        "activity": {each.site: asdict(each) for each in found.activity if each.site},
        "savings": None
        if found.savings is None
        else [
            {
                "set": each.set_name,
                "issues": each.issues,
                "without_quantity": each.without_quantity,
                "why": each.why,
                "sentence": each.result.sentence if each.result else "",
                "sites": each.result.details["savings"] if each.result else [],
            }
            for each in found.savings
        ],
    }


def _evaluation(result: Result) -> dict[str, Any]:
    plotted = {k: v for k, v in result.plotted.items() if k == "by_time_live"}
    kept: dict[str, Any] = plain_values(
        {
            "method": result.method,
            "estimator": result.estimator,
            "n": result.n,
            "sentence": result.sentence,
            "warnings": result.warnings,
            "estimates": {name: str(each) for name, each in result.estimates.items()},
            "plotted": plotted,
        }
    )
    return kept
