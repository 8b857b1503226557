"""A site's report: one self-contained page with its worklist, trends, data age and rejections."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
import pyarrow.compute as pc

from harmfree.improvement.spc.chart import control_chart
from harmfree.improvement.spc.drawing import picture_of
from harmfree.improvement.spc.series import Series as Points
from harmfree.improvement.spc.series import Settings
from harmfree.pictures import STYLESHEET
from harmfree.publish.reading import LiveRun
from harmfree.publish.trend import Series, trends
from harmfree.publish.worklist import RANKING, Item, Line, worklist

IMPROVE = {"lower": "down", "higher": "up", "none": "neutral"}
STYLE = """
html { font-family: Arial, Helvetica, 'Liberation Sans', 'DejaVu Sans', sans-serif;
  color: #212b32; background: #fff; line-height: 1.45; }
body { margin: 0 auto; padding: 1rem; max-width: 60rem; }
h1 { font-size: 1.7rem; } h2 { font-size: 1.3rem; margin-top: 2rem; } h3 { font-size: 1.05rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; font-weight: bold; padding: 0.3rem 0; }
th, td { border-bottom: 1px solid #aeb7bd; padding: 0.4rem 0.6rem; text-align: left;
  vertical-align: top; }
td.number { text-align: right; }
ul { margin: 0; padding-left: 1.1rem; }
.note { border-left: 4px solid #005eb8; padding: 0.3rem 0.8rem; background: #f0f4f5; }
.flag { border: 1px solid #4c6272; padding: 0 0.3rem; font-size: 0.85rem; }
@media print { body { max-width: none; padding: 0; } tr, figure { break-inside: avoid; } }
"""


def report(run: LiveRun, site: str, charts: int = 12, lines: int = 200) -> str:
    """The report of a site as one HTML page that needs no network.

    Args:
        run: the live run.
        site: the site's id.
        charts: how many indicators get a chart: those with most people open today.
        lines: how many lines of the worklist are printed; the page says how many there are.

    Raises:
        NotFoundError: no such site.
    """
    place = run.places.find(site)
    people = worklist(run, site)
    series = [each for each in trends(run, at=site) if each.indicator.on_worklist]
    parts = [
        f"<h1>{escape(place.name)} ({escape(place.id)}): who is at risk, and is it improving</h1>",
        _about(run),
        _summary(series),
        _worklist(people, lines),
        _charts(series, charts),
        _ledger(run),
    ]
    title = f"Harmfree report: {escape(place.name)}"
    return (
        '<!doctype html>\n<html lang="en-GB"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{STYLE}{STYLESHEET}</style></head>"
        f"<body><main>{''.join(parts)}</main></body></html>\n"
    )


def _about(run: LiveRun) -> str:
    return (
        f'<p class="note">{escape(run.age)} People appear under a pseudonym. This list supports a '
        "clinician's decision and does not replace it: check the record before acting.</p>"
    )


def page_table(caption: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of ready-made cells in a box that scrolls on a narrow screen."""
    head = "".join(f'<th scope="col">{escape(h)}</th>' for h in heads)
    body = "".join("<tr>" + "".join(row) + "</tr>" for row in rows)
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(caption)}"><table>'
        f"<caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table></div>"
    )


def _cell(text: object) -> str:
    return f"<td>{escape(str(text))}</td>"


def _number(text: object) -> str:
    return f'<td class="number">{escape(str(text))}</td>'


def _summary(series: list[Series]) -> str:
    rows = []
    for each in series:
        if each.denominator[-1] and max(each.numerator):
            year_ago = each.percent[-13] if len(each.percent) > 12 else float("nan")
            before = "" if np.isnan(year_ago) else f"{year_ago:.1f}%"
            rows.append(
                [
                    f'<th scope="row">{_title(each)}</th>',
                    _number(f"{each.numerator[-1]:,}"),
                    _number(f"{each.denominator[-1]:,}"),
                    _number(f"{each.percent[-1]:.1f}%"),
                    _number(before),
                    _cell(each.variation.replace("_", " ")),
                ]
            )
    heads = ("Indicator", "People", "Out of", "Now", "A year ago", "SPC (XmR)")
    return "<h2>Summary</h2>" + page_table("Latest month", heads, rows)


def _title(each: Series) -> str:
    flag = ' <span class="flag">unverified source</span>' if each.indicator.unverified else ""
    return escape(each.indicator.title) + flag


def _worklist(people: list[Line], lines: int) -> str:
    rows = [
        [
            f'<th scope="row">{line.person}</th>',
            _number("" if line.age is None else line.age),
            _cell(line.sex),
            "<td><ul>" + "".join(_item(item) for item in line.items) + "</ul></td>",
        ]
        for line in people[:lines]
    ]
    shown = f"{len(people):,} people" + (
        f", the first {lines} shown" if len(people) > lines else ""
    )
    heads = ("Person", "Age", "Sex", "Open hazards and gaps, and what to do")
    return f"<h2>Worklist</h2><p>{shown}. {RANKING}</p>" + page_table("Worklist", heads, rows)


def _item(item: Item) -> str:
    evidence = "; ".join(item.evidence)
    return (
        f"<li><strong>{escape(item.title)}</strong> since {item.since}. {escape(item.action)}"
        f"<br><small>{escape(evidence)}</small></li>"
    )


def _charts(series: list[Series], charts: int) -> str:
    ranked = sorted(series, key=lambda each: -each.numerator[-1])[:charts]
    drawn = [_chart(each) for each in ranked if sum(map(bool, each.denominator)) >= 3]
    return "<h2>Trends</h2>" + "".join(drawn)


def _chart(each: Series) -> str:
    points = Points(np.array(each.percent), each.dates)
    settings = Settings(improve=IMPROVE[each.indicator.direction])  # type: ignore[arg-type]
    picture = picture_of(control_chart("xmr", points, settings), each.indicator.title, "%")
    return f"<h3>{_title(each)}</h3>{picture.figure(table=False)}"


def _ledger(run: LiveRun) -> str:
    ledger = run.store.ledger()
    if not ledger.num_rows:
        return "<h2>Records left out</h2><p>None.</p>"
    sums = ledger.group_by("rule").aggregate([("records", "sum")])
    sums = sums.take(pc.sort_indices(sums, sort_keys=[("records_sum", "descending")]))
    rows = [
        [f'<th scope="row">{escape(row["rule"])}</th>', _number(f"{row['records_sum']:,}")]
        for row in sums.to_pylist()
    ]
    return "<h2>Records left out or changed</h2>" + page_table(
        "Rejection ledger of all sites", ("Rule", "Records"), rows
    )
