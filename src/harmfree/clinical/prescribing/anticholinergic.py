"""Anticholinergic burden: the sum of the scores of a person's different medicines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any

from harmfree.clinical.fields import Choice
from harmfree.clinical.inputs import Inputs
from harmfree.clinical.lists import Names
from harmfree.clinical.prescribing.names import distinct, preferred, recognise, table
from harmfree.clinical.registry import Card, Example, tool
from harmfree.clinical.result import Component, Outcome, Source

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Usual threshold, and that of the NHSBSA polypharmacy comparators (specification of July 2017).
RELEVANT_FROM = 3
COMPARATOR_FROM = 6
SCALE_NAMES = {"acbcalc": "ACBcalc", "aec": "AEC (Bishara 2020)"}
DEFAULT_SCALE = "acbcalc"


@dataclass(frozen=True)
class Score:
    """A drug's score on a scale.

    Args:
        points: 0 to 3.
        listed: every name of the drug on the scale with its score.
    """

    points: int
    listed: tuple[tuple[str, int], ...]

    @property
    def conflict(self) -> str:
        """What the scale says twice and differently, "" when it does not."""
        if len({points for _, points in self.listed}) < 2:
            return ""
        said = " and ".join(f"{name} {points}" for name, points in self.listed)
        return f"The scale lists one drug as {said}: the higher was used."


@lru_cache(maxsize=4)
def scale(name: str) -> Mapping[str, Score]:
    """Return preferred name -> score; of two names of one drug the higher score counts."""
    listed: dict[str, list[tuple[str, int]]] = {}
    for row in table(name):
        listed.setdefault(preferred(row["name"]), []).append((row["name"], int(row["score"])))
    return {
        drug: Score(max(points for _, points in names), tuple(names))
        for drug, names in listed.items()
    }


class BurdenInputs(Inputs):
    """Inputs."""

    medicines: Annotated[
        tuple[str, ...] | None,
        Names(
            label="Current medicines",
            help="Names as prescribed; strength and form do not matter. none for no medicine",
            aliases=("drugs", "medications"),
        ),
    ] = None
    scale: Annotated[
        str | None,
        Choice(
            label="Scale",
            help="Scales disagree: the name stays with the result. ACBcalc unless given",
            options=SCALE_NAMES,
            spellings={"acb": "acbcalc", "bishara": "aec"},
        ),
    ] = None


@tool(
    Card(
        name="anticholinergic_burden",
        title="Anticholinergic burden",
        topic="prescribing",
        version="2026.1",
        source=(
            Source("ACBcalc scores, as tabulated in a public repository", "S", "173 names"),
            Source(
                "Bishara D et al., anticholinergic effect on cognition (AEC) scale, 2020", "S",
                "the scale aec",
            ),
            Source(
                "NHSBSA polypharmacy prescribing comparators, specification of July 2017", "S",
                "the threshold of 6",
            ),
        ),
        population="Adults, above all people of 65 and over",
        use="Adds up how strongly a person's medicines block acetylcholine, for a medicines "
        "review.",
        limits=(
            "Dose, route and duration are ignored.",
            "Scales disagree on many drugs.",
            "A medicine that is not on the scale counts 0 and is named.",
        ),
        formula="Sum of the scores, 0 to 3, of the different drugs. 3 or more is clinically "
        "relevant; 6 or more is NHSBSA's comparator.",
        reviewed=date(2026, 11, 23),
        review_due=date(2027, 11, 23),
        example=Example(
            {"medicines": "amitriptyline 10mg tablets; oxybutynin; furosemide"}, 7, "3 + 3 + 1."
        ),
    )
)  # fmt: skip
def anticholinergic_burden(given: BurdenInputs) -> Outcome:
    """Return the sum, its parts, the names not on the scale and the conflicts of the scale."""
    name = given.scale or DEFAULT_SCALE
    if given.medicines is None:
        return Outcome(None, missing=("medicines",), detail={"scale": SCALE_NAMES[name]})
    scores = scale(name)
    found = distinct(given.medicines)
    parts = tuple(_part(one.given, one.name, scores.get(one.name)) for one in found)
    burden = int(sum(part.points or 0 for part in parts))
    absent = [one.given for one in found if one.name not in scores]
    conflicts = [scores[one.name].conflict for one in found if one.name in scores]
    warnings = [said for said in conflicts if said]
    if absent:
        warnings.append(f"Not on the scale, counted 0: {', '.join(absent)}.")
    detail = {"scale": SCALE_NAMES[name], "medicines": len(found), "not_on_the_scale": absent}
    band = "relevant" if burden >= RELEVANT_FROM else "below 3"
    advice: tuple[str, ...] = ()
    if burden >= RELEVANT_FROM:
        advice = ("Review: can the highest-scoring medicine be stopped, or replaced by another?",)
    return Outcome(
        burden,
        parts,
        "6 or more" if burden >= COMPARATOR_FROM else band,
        advice,
        warnings=tuple(warnings),
        detail=detail,
    )


@lru_cache(maxsize=10_000)
def _part(given: str, name: str, score: Score | None) -> Component:
    if score is None:
        return Component(name, name, given, 0, "not on the scale")
    return Component(name, name, given, score.points, "score of the drug")


def population(
    person: NDArray[np.integer[Any]],
    medicine: Sequence[str],
    people: int,
    scale_name: str = DEFAULT_SCALE,
) -> NDArray[np.int64]:
    """Return the burden of every person from a table of current medicines.

    Args:
        person: for each row the number of the person, 0 to people - 1.
        medicine: for each row the medicine's name as prescribed.
        people: how many people there are; one without rows has a burden of 0.
        scale_name: acbcalc or aec.

    Raises:
        ValueError: the columns differ in length, or a number is out of range.
    """
    import numpy as np

    if len(person) != len(medicine):
        raise ValueError("person and medicine must have one length")
    if len(person) and not 0 <= person.min() <= person.max() < people:
        raise ValueError(f"persons are numbered from 0 to {people - 1}")
    texts, place = np.unique(np.asarray(medicine, dtype=object), return_inverse=True)
    names = [recognise(str(text)).name for text in texts]
    drugs, of_text = np.unique(np.asarray(names, dtype=object), return_inverse=True)
    scores = scale(scale_name)
    points = np.array([scores[d].points if d in scores else 0 for d in drugs], dtype=np.int64)
    # One row a person and drug: two strengths of a drug count once.
    pairs = np.unique(person.astype(np.int64) * max(len(drugs), 1) + of_text[place])
    owner, drug = np.divmod(pairs, max(len(drugs), 1))
    summed = np.bincount(owner, weights=points[drug], minlength=people)
    return summed.astype(np.int64)
