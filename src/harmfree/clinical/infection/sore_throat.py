"""Sore throat: FeverPAIN and Centor."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from harmfree.clinical.common import TEMPERATURE
from harmfree.clinical.fields import Flag
from harmfree.clinical.inputs import Inputs
from harmfree.clinical.points import Item, above, judge, summed, unknown
from harmfree.clinical.registry import Card, Example, tool
from harmfree.clinical.result import Outcome, Source

NICE = Source("NICE NG84 (2018), as quoted by a secondary page", "S", "bands and advice")
RED_FLAG = (
    "A severely unwell person, or one at high risk of complications, needs an antibiotic or "
    "referral whatever the score."
)


class FeverpainInputs(Inputs):
    """Inputs of FeverPAIN."""

    fever: Annotated[bool | None, Flag(label="Fever in the last 24 hours")] = None
    purulence: Annotated[bool | None, Flag(label="Pus on the tonsils")] = None
    within_3_days: Annotated[
        bool | None, Flag(label="Attended within 3 days of onset", aliases=("attend_rapidly",))
    ] = None
    inflamed_tonsils: Annotated[bool | None, Flag(label="Severely inflamed tonsils")] = None
    cough_or_coryza: Annotated[bool | None, Flag(label="Cough or coryza")] = None


FEVERPAIN = (
    Item("fever", "Fever", "fever in the last 24 hours", lambda g: g.fever),
    Item("purulence", "Purulence", "pus on the tonsils", lambda g: g.purulence),
    Item("within_3_days", "Attended rapidly", "within 3 days", lambda g: g.within_3_days),
    Item("inflamed_tonsils", "Inflamed tonsils", "severely inflamed", lambda g: g.inflamed_tonsils),
    Item(
        "cough_or_coryza",
        "No cough or coryza",
        "neither cough nor coryza",
        lambda g: None if g.cough_or_coryza is None else not g.cough_or_coryza,
    ),
)
# Smallest score of each band, with the share with streptococcus and the advice.
FEVERPAIN_BANDS = (
    (4, "high", "62% to 65%", "Consider an immediate or a back-up antibiotic prescription."),
    (2, "intermediate", "34% to 40%", "Consider no antibiotic, or a back-up prescription."),
    (0, "low", "13% to 18%", "Do not offer an antibiotic."),
)


@tool(
    Card(
        name="feverpain",
        title="FeverPAIN",
        topic="infection",
        version="2013.1",
        source=(Source("Little P et al., BMJ 2013;347:f5806", "S", "items and rates"), NICE),
        population="People aged 3 and over with acute sore throat",
        use="Supports the decision whether to prescribe an antibiotic.",
        limits=(RED_FLAG, "Not for people with impaired immunity."),
        formula="One point each: fever in the last 24 hours, purulence, attended within 3 days, "
        "severely inflamed tonsils, no cough or coryza. 0-1 low, 2-3 intermediate, 4-5 high.",
        reviewed=date(2026, 11, 23),
        review_due=date(2027, 11, 23),
        example=Example(
            {
                "fever": "yes",
                "purulence": "yes",
                "within_3_days": "yes",
                "inflamed_tonsils": "yes",
                "cough_or_coryza": "no",
            },
            5,
        ),
    )
)
def feverpain(given: FeverpainInputs) -> Outcome:
    """Score one person, 0 to 5."""
    parts = judge(FEVERPAIN, given)
    return summed(parts, unknown(parts), lambda score: _band(FEVERPAIN_BANDS, score))


def _band(bands: tuple[tuple[int, str, str, str], ...], score: int) -> tuple[str, tuple[str, ...]]:
    _, band, share, advice = next(row for row in bands if score >= row[0])
    return band, (advice, f"Streptococcus in {share}.", RED_FLAG)


class CentorInputs(Inputs):
    """Inputs of Centor."""

    exudate: Annotated[bool | None, Flag(label="Tonsillar exudate")] = None
    tender_nodes: Annotated[bool | None, Flag(label="Tender anterior cervical nodes")] = None
    fever: Annotated[
        bool | None, Flag(label="Fever above 38 °C", help="By history or measured")
    ] = None
    temperature: Annotated[float | None, TEMPERATURE] = None
    cough: Annotated[bool | None, Flag(label="Cough")] = None


def _fever(given: CentorInputs) -> bool | None:
    return given.fever if given.fever is not None else above(given.temperature, 38)


CENTOR = (
    Item("exudate", "Tonsillar exudate", "exudate", lambda g: g.exudate),
    Item("tender_nodes", "Tender nodes", "tender anterior nodes", lambda g: g.tender_nodes),
    Item("fever", "Fever", "above 38 °C", _fever),
    Item("cough", "No cough", "no cough", lambda g: None if g.cough is None else not g.cough),
)
CENTOR_BANDS = (
    (3, "high", "32% to 56%", "Consider an immediate or a back-up antibiotic prescription."),
    (0, "low", "3% to 17%", "Do not offer an antibiotic."),
)


@tool(
    Card(
        name="centor",
        title="Centor",
        topic="infection",
        version="1981.1",
        source=(
            Source("Centor RM et al., Med Decis Making 1981;1:239-46", "S", "items and rates"),
            NICE,
        ),
        population="People with acute sore throat",
        use="Supports the decision whether to prescribe an antibiotic.",
        limits=(RED_FLAG, "The McIsaac change for age is not part of it."),
        formula="One point each: tonsillar exudate, tender anterior cervical nodes, fever above "
        "38 °C, no cough. 0-2 low, 3-4 high.",
        reviewed=date(2026, 11, 23),
        review_due=date(2027, 11, 23),
        example=Example(
            {"exudate": "yes", "tender_nodes": "no", "temperature": 38.1, "cough": "no"}, 3
        ),
    )
)
def centor(given: CentorInputs) -> Outcome:
    """Score one person, 0 to 4."""
    parts = judge(CENTOR, given)
    return summed(parts, unknown(parts), lambda score: _band(CENTOR_BANDS, score))
