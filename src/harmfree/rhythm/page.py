"""Strips with their outcome, reasons and pictures as one self-contained page."""

from __future__ import annotations

from collections.abc import Sequence

from harmfree.pictures import STYLESHEET
from harmfree.pictures.markup import Markup, joined, tag
from harmfree.rhythm.classify import INTENDED_USE, StripResult
from harmfree.rhythm.drawing import (
    averaged_beat,
    contribution_bars,
    lorenz_plot,
    strip_picture,
    tachogram,
)

FEWEST_FOR_PLOTS = 4  # beats
STYLE = """\
html { font-family: Arial, Helvetica, 'Liberation Sans', 'DejaVu Sans', sans-serif;
  color: #212b32; background: #ffffff; line-height: 1.45; }
body { margin: 1rem auto; padding: 0 0.75rem; max-width: 800px; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.2rem; }
section { border-top: 2px solid #d8dde0; padding-top: 0.5rem; margin-top: 1.5rem; }
.outcome { font-size: 1.15rem; font-weight: bold; padding: 0.5rem 0.75rem;
  border-left: 6px solid #4c6272; background: #f0f4f5; }
.possible-af { border-color: #a84e00; } .no-af-seen { border-color: #006747; }
.use { border: 1px solid #4c6272; padding: 0.5rem 0.75rem; }
summary { cursor: pointer; color: #005eb8; }
@media print { section { break-after: page; } }
"""


def strips_page(results: Sequence[StripResult]) -> str:
    """Return one HTML page with a section for each strip, intended use first."""
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", "ECG strips"),
        tag("style", Markup(STYLE + STYLESHEET)),
    )
    use = tag("p", tag("strong", "Intended use. "), INTENDED_USE, class_="use")
    sections = joined([_section(result) for result in results])
    body = tag("body", tag("main", tag("h1", "ECG strips"), use, sections))
    return f"<!doctype html>\n{tag('html', head, body, lang='en-GB')}\n"


def _section(result: StripResult) -> Markup:
    kind = result.outcome.lower().replace(" ", "-")
    rate = "" if result.rate is None else f"{result.rate:.0f} beats a minute. "
    probability = f"Probability of AF {100 * result.probabilities['A']:.1f}%."
    return tag(
        "section",
        tag("h2", f"Strip {result.id}"),
        tag("p", result.outcome[0].upper() + result.outcome[1:], class_=f"outcome {kind}"),
        tag("p", tag("strong", "Next step: "), result.next_step),
        tag("p", rate + (probability if result.contributions else "The strip cannot be read.")),
        tag("ul", joined([tag("li", reason) for reason in result.reasons])),
        joined(_figures(result)),
    )


def _figures(result: StripResult) -> list[Markup]:
    measured = result.measured
    if measured is None:
        return []
    pictures = [strip_picture(result, measured)]
    if measured.beats.times.size >= FEWEST_FOR_PLOTS:
        pictures += [tachogram(result, measured), lorenz_plot(result, measured)]
    pictures += [p for p in (averaged_beat(result, measured), contribution_bars(result)) if p]
    return [picture.figure() for picture in pictures]
