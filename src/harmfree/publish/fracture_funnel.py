"""The Northern Bone Health Project's funnel: screened, to assess, high risk, reviewed, treated.

Numbers come from the last run of the programme fracture_prevention, on its latest index date. The
project's own funnel (2020 to 2021, 59 practices) was 551,550 screened, 153,206 to assess (27.8%),
27,212 of them at high risk (17.8%), and 14,499 high risk without an earlier review.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from harmfree.errors import NotFoundError
from harmfree.pictures import (
    BLUE,
    GREY,
    PALE_BLUE,
    Canvas,
    Cell,
    Ink,
    Picture,
    Size,
    Table,
    neat_percent,
    text_width,
)
from harmfree.publish.reading import LiveRun
from harmfree.publish.trend import Series, trends

STAGES = {
    "screened": "records screened",
    "assess": "fracture risk to be assessed",
    "high_risk": "high risk",
    "reviewed": "high risk and reviewed in 5 years",
    "treated": "high risk and treated",
}
READ = {
    "screened": ("bone_assess_group", False),
    "assess": ("bone_assess_group", True),
    "high_risk": ("bone_high_risk", True),
    "reviewed": ("bone_high_risk_reviewed", True),
    "treated": ("bone_high_risk_treated", True),
}
"""Stage to the indicator that counts it, and whether its numerator does."""


@dataclass(frozen=True)
class Funnel:
    """People at each stage at one place on one day.

    Attributes:
        place, name: the site's id and name. date: the index date.
        counts: people, in the order of `STAGES`. Reviewed and treated are both parts of high risk:
            a person may be treated without a review in the record.
    """

    place: str
    name: str
    date: date
    counts: tuple[int, ...]

    def at(self, stage: str) -> int:
        """People at a stage."""
        return self.counts[list(STAGES).index(stage)]


def funnels(run: LiveRun, by: str = "region", site: str = "") -> list[Funnel]:
    """The funnel of every place of a level, or of one site.

    Args:
        run: the live run.
        by: "site", "network", "place", "system" or "region".
        site: a site's id: only this one, whatever its level.

    Raises:
        NotFoundError: no such site or level, or the run lacks the programme.
    """
    indicators = sorted({name for name, _ in READ.values()})
    held: dict[str, dict[str, Series]] = {}
    for name in indicators:
        if name not in run.info.indicators:
            raise NotFoundError(
                f"The last run did not compute '{name}'.",
                do="Run `harmfree run` with --programme fracture_prevention, or for all.",
            )
        for each in trends(run, by, name, site or None):
            held.setdefault(each.place, {})[name] = each
    return [_funnel(place, held[place]) for place in sorted(held)]


def _funnel(place: str, series: dict[str, Series]) -> Funnel:
    counts = tuple(_count(series.get(name), of) for name, of in READ.values())
    first = next(iter(series.values()))
    return Funnel(place, first.name, first.dates[-1], counts)


def _count(series: Series | None, numerator: bool) -> int:
    """The latest count; a place without anybody in the denominator has none."""
    if series is None:
        return 0
    return (series.numerator if numerator else series.denominator)[-1]


@dataclass(frozen=True)
class Assumptions:
    """What an estimate of fractures avoided rests on; every number may be replaced.

    Attributes:
        avoided: hip fractures avoided. among: newly treated people that they were avoided in.
        years: over how many years.
        persistence: share of the people who stay on treatment as long as in the source, 0 to 1.
        source: where the numbers come from.
    """

    avoided: float = 59.0
    among: float = 1500.0
    years: float = 4.0
    persistence: float = 1.0
    source: str = (
        "Northern Bone Health Project, North East, as reported: 1,500 newly treated people, about "
        "59 hip fractures avoided over 4 years. A model's result read in a secondary source"
    )


@dataclass(frozen=True)
class Expected:
    """Hip fractures that treating so many people more would avoid, and what that rests on."""

    treated_more: int
    avoided: float
    assumptions: Assumptions

    @property
    def says(self) -> str:
        """The estimate in a sentence, with its source."""
        a = self.assumptions
        return (
            f"Treating {self.treated_more:,} people more would avoid about {self.avoided:.1f} hip "
            f"fractures over {a.years:g} years, if {100 * a.persistence:g}% stay on treatment "
            f"({a.source})."
        )


def fractures_avoided(treated_more: int, assumptions: Assumptions | None = None) -> Expected:
    """The hip fractures avoided in proportion to the published ratio.

    Raises:
        ValueError: a negative number of people, or assumptions that are no numbers of people.
    """
    a = assumptions or Assumptions()
    if treated_more < 0 or a.among <= 0 or a.avoided < 0 or not 0 <= a.persistence <= 1:
        raise ValueError("numbers of people are not negative, and persistence is 0 to 1")
    return Expected(treated_more, treated_more * a.persistence * a.avoided / a.among, a)


def expected(funnel: Funnel, assumptions: Assumptions | None = None) -> Expected:
    """What treating everybody at high risk who is not treated would avoid."""
    return fractures_avoided(funnel.at("high_risk") - funnel.at("treated"), assumptions)


def together(found: list[Funnel]) -> Funnel:
    """Several places as one; itself for one."""
    if len(found) == 1:
        return found[0]
    sums = tuple(sum(each.counts[i] for each in found) for i in range(len(STAGES)))
    return Funnel("", f"{len(found)} places", found[0].date, sums)


def funnel_picture(found: list[Funnel]) -> Picture:
    """The funnel of the places together, as bars that say their numbers."""
    total = together(found)
    rows: list[list[Cell]] = [
        [each.place, each.name, label, float(count), _share(each, i)]
        for each in found
        for i, (label, count) in enumerate(zip(STAGES.values(), each.counts, strict=True))
    ]
    return Picture(
        title=f"Fracture prevention: from the record to treatment, {total.name}",
        sentence=funnel_sentence(total),
        draw=lambda size: _draw(total, size),
        table=Table(("place", "name", "stage", "people", "share of the stage it is part of"), rows),
        notes=(expected(total).says, "Reviewed and treated are each a part of those at high risk."),
    )


def funnel_sentence(funnel: Funnel) -> str:
    """The funnel in two sentences."""
    screened, assess, high, reviewed, treated = funnel.counts
    return (
        f"Of {screened:,} records on {funnel.date}, {assess:,} call for an assessment of the "
        f"fracture risk; {high:,} of these people are at high risk. {reviewed:,} of them were "
        f"reviewed in 5 years and {treated:,} are treated."
    )


def _share(funnel: Funnel, stage: int) -> float | None:
    """Share of the stage before; reviewed and treated are shares of high risk."""
    if stage == 0:
        return None
    whole = funnel.counts[min(stage - 1, 2)]
    return funnel.counts[stage] / whole if whole else None


def _draw(funnel: Funnel, size: Size) -> Canvas:
    """One bar a stage under its words; the pale bar is the stage that it is part of."""
    canvas = Canvas(size)
    font, line, edge = size.font, canvas.line_height, 12.0
    title = f"{funnel.name}, {funnel.date}"
    y = canvas.paragraph(edge, edge + font * 0.8, title, size.width - 2 * edge, bold=True)
    most = max(funnel.counts) or 1
    labels = [_label(funnel, i) for i in range(len(STAGES))]
    room = size.width - 2 * edge - max(text_width(text, font) for text in labels) - 10
    for i, words in enumerate(STAGES.values()):
        y = canvas.paragraph(edge, y + line * 0.5, words.capitalize(), size.width - 2 * edge)
        whole = funnel.counts[min(i - 1, 2)] if i else funnel.counts[0]
        top = y - line + font * 0.35
        canvas.rectangle(edge, top, max(room * whole / most, 1), font * 1.3, Ink(None, PALE_BLUE))
        width = max(room * funnel.counts[i] / most, 1)
        canvas.rectangle(edge, top, width, font * 1.3, Ink(None, BLUE))
        beside = edge + max(width, room * whole / most) + 8
        canvas.text(beside, top + font, labels[i], colour=GREY)
        y = top + font * 1.3 + line * 0.8
    canvas.height = y
    return canvas


def _label(funnel: Funnel, stage: int) -> str:
    share = _share(funnel, stage)
    text = f"{funnel.counts[stage]:,}"
    return text if share is None else f"{text} ({neat_percent(share)})"
