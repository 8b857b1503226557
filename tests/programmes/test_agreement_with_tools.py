"""Scores and factors are typed in code lists and in clinical tools: they must say the same."""

from __future__ import annotations

import pyarrow as pa
import pytest

from harmfree.clinical.prescribing.anticholinergic import scale
from harmfree.clinical.prescribing.names import table
from harmfree.programmes import code_folders
from harmfree.records.codes import resolve_all

# Given only by injection, and the scale's misspelling of ketorolac.
NOT_ISSUED = {"gentamicin", "ketoralac", "pancuronium", "piperacillin"}


def weights(name: str, terms: list[str]) -> dict[str, float]:
    dictionary = pa.table(
        {
            "code_id": pa.array(range(len(terms)), pa.int32()),
            "system": ["dmd"] * len(terms),
            "code": [str(i) for i in range(len(terms))],
            "term": terms,
            "events": pa.array([1] * len(terms), pa.int64()),
        }
    )
    found = resolve_all([name], dictionary, code_folders())[name]
    held = dict(zip(found.code_ids.tolist(), found.weights.tolist(), strict=True))
    return {term: held.get(i, 0.0) for i, term in enumerate(terms)}


def test_anticholinergic_scores_agree_with_the_tool():
    scores = {
        drug: score.points for drug, score in scale("acbcalc").items() if drug not in NOT_ISSUED
    }
    found = weights("anticholinergic", [f"{drug} 10mg tablets" for drug in scores])
    assert {d: found[f"{d} 10mg tablets"] for d in scores} == {
        d: float(s) for d, s in scores.items()
    }


def test_opioid_factors_agree_with_the_tool():
    oral = {row["drug"]: float(row["factor"]) for row in table("opioids") if row["route"] == "oral"}
    ours = weights("opioid_equivalent", [f"{drug} 10mg tablets" for drug in oral])
    compared = {drug: ours[f"{drug} 10mg tablets"] for drug in oral if ours[f"{drug} 10mg tablets"]}
    assert len(compared) >= 8
    for drug, amount in compared.items():
        assert amount == pytest.approx(10 * oral[drug]), drug
