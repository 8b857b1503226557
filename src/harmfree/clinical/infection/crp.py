"""What a point-of-care CRP says about an antibiotic in lower respiratory tract infection."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from harmfree.clinical.errors import Problem
from harmfree.clinical.fields import Flag, Measure
from harmfree.clinical.inputs import Inputs
from harmfree.clinical.registry import Card, Example, tool
from harmfree.clinical.result import Component, Outcome, Source

GUIDELINE = "NICE CG191 (2014), recommendation on point-of-care CRP"
STATUS = (
    "Status: CG191's recommendation was superseded by NG237 (October 2023), which says that such "
    "a test alone should not decide care at first presentation."
)
# mg/L; 20 and 100 themselves belong to the middle band.
NONE_BELOW, OFFER_ABOVE = 20.0, 100.0


@dataclass(frozen=True)
class Limit:
    """A value that the device gives only as below or above something.

    Args:
        sign: "<" or ">".
        value: the limit.
    """

    sign: str
    value: float

    def __str__(self) -> str:
        return f"{self.sign}{self.value:g}"


@dataclass(frozen=True, kw_only=True, eq=False)
class Reported(Measure):
    """A number, or a limit such as ``<5`` as devices print it; a limit is never a number."""

    def parse(self, raw: object) -> Any:
        """Return a number or a `Limit`."""
        if isinstance(raw, Limit):
            return raw
        text = str(raw).strip()
        if not text.startswith(("<", ">")):
            return super().parse(raw)
        value = super().parse(text[1:])
        if value is None:
            raise Problem(f"{text!r} has no number")
        return Limit(text[0], value)


class CrpInputs(Inputs):
    """A CRP result with what must be known before it may be used."""

    crp: Annotated[
        float | Limit | None,
        Reported(
            label="C-reactive protein",
            unit="mg/L",
            low=0,
            high=700,
            quantity="crp",
            help="A limit such as <5 is read as a limit",
        ),
    ] = None
    pneumonia_diagnosed: Annotated[
        bool | None, Flag(label="Pneumonia diagnosed clinically", aliases=("pneumonia",))
    ] = None
    clinician_uncertain: Annotated[
        bool | None,
        Flag(label="Clinician unsure whether an antibiotic is needed", aliases=("uncertain",)),
    ] = None
    severely_unwell: Annotated[bool | None, Flag(label="Severely unwell, or another red flag")] = (
        None
    )
    immunosuppressed: Annotated[bool | None, Flag(label="Impaired immunity")] = None


@tool(
    Card(
        name="crp_advice",
        title="Point-of-care CRP advice",
        topic="infection",
        version="CG191-2014.1",
        source=(
            Source(GUIDELINE, "V", "conditions and thresholds"),
            Source("BMJ 2024;384:q339, summary of NICE NG237", "V", "status"),
            Source("A secondary page on NG237", "S", "that the 20 and 100 bands are kept"),
            Source("Clinical judgement of the project's authors", "C", "impaired immunity is a "
                   "red flag"),
        ),
        population="Adults in primary care with symptoms of lower respiratory tract infection",
        use="Reads a CRP only when no pneumonia is diagnosed and the clinician is unsure.",
        limits=(
            STATUS,
            "A CRP never overrides a red flag.",
            "Arthritis, gout, bowel inflammation and immunotherapy raise CRP by themselves.",
        ),
        formula="Red flag first; then, if pneumonia is not diagnosed and the clinician is unsure: "
        "below 20 mg/L no antibiotic, 20 to 100 delayed prescription, above 100 antibiotic.",
        reviewed=date(2026, 11, 23),
        review_due=date(2027, 5, 23),
        example=Example(
            {"crp": 20, "pneumonia_diagnosed": "no", "clinician_uncertain": "yes",
             "severely_unwell": "no", "immunosuppressed": "no"},
            "delayed prescription",
            "20 itself is in the middle band.",
        ),
    )
)  # fmt: skip
def crp_advice(given: CrpInputs) -> Outcome:
    """Say what the result means for one adult."""
    part = Component("crp", "CRP", _shown(given.crp), None, "mg/L")
    if given.severely_unwell or given.immunosuppressed:
        return _said("red flag", part, "Act on the red flag; the CRP must not delay or change it.")
    needed = given.absent(
        "severely_unwell", "immunosuppressed", "pneumonia_diagnosed", "clinician_uncertain"
    )
    if given.pneumonia_diagnosed:
        return _said("test not indicated", part, "Pneumonia: judge severity with CRB65 and treat.")
    if given.clinician_uncertain is False:
        return _said("test not indicated", part, "The clinical decision is clear: act on it.")
    if needed:
        return _without(part, needed)
    if given.crp is None:
        return _said(None, part, "A CRP test may help here.", ("crp",))
    return _by_value(given.crp, part)


def _shown(crp: float | Limit | None) -> float | str | None:
    return str(crp) if isinstance(crp, Limit) else crp


def _without(part: Component, needed: tuple[str, ...]) -> Outcome:
    return _said(None, part, "Record the conditions first; a CRP alone decides nothing.", needed)


def _by_value(crp: float | Limit, part: Component) -> Outcome:
    if isinstance(crp, Limit):
        if crp.sign == "<" and crp.value <= NONE_BELOW:
            return _none(part)
        if crp.sign == ">" and crp.value >= OFFER_ABOVE:
            return _offer(part)
        return _said(None, part, "The limit does not settle the band: measure again.", ("crp",))
    if crp < NONE_BELOW:
        return _none(part)
    return _offer(part) if crp > OFFER_ABOVE else _delayed(part)


def _none(part: Component) -> Outcome:
    return _said("no antibiotic", part, "Do not routinely offer an antibiotic.")


def _delayed(part: Component) -> Outcome:
    return _said("delayed prescription", part, "Consider a delayed prescription.")


def _offer(part: Component) -> Outcome:
    return _said("antibiotic", part, "Offer an antibiotic.")


def _said(
    value: str | None, part: Component, advice: str, missing: tuple[str, ...] = ()
) -> Outcome:
    detail = {"guideline": GUIDELINE, "status": STATUS}
    return Outcome(value, (part,), value or "", (advice,), missing, (STATUS,), detail)
