"""The IWPC equations on the consortium's own 5,700 patients (third-party data)."""

from __future__ import annotations

import csv
import re
import sys

import numpy as np
import pytest

from harmfree.clinical.warfarin.equations import (
    Person,
    alleles_a,
    body_surface,
    eupact_maintenance,
    gage,
    iwpc,
    stars,
)
from harmfree.clinical.warfarin.genotypes import Genotype, call_vkorc1
from harmfree.clinical.warfarin.population import iwpc_weekly
from harmfree.clinical.warfarin.tables import table

ANCESTRY = {"White": "white", "Asian": "asian", "Black or African American": "black"}
INDICATION = "Indication for Warfarin Treatment"
CLOT = {"1", "2"}  # deep vein thrombosis, pulmonary embolism
INDUCERS = ("Carbamazepine (Tegretol)", "Phenytoin (Dilantin)", "Rifampin or Rifampicin")


def say(text):
    sys.stdout.write(text)


def number(text):
    return float(text) if text not in ("NA", "") else None


def vkorc1(row, ancestry):
    """Impute as the tool does; the table gives its genotypes on the gene's strand."""

    def typed(column):
        return row[column] if row[column] not in ("NA", "") else None

    given = Genotype(
        vkorc1=typed("VKORC1 -1639 consensus"),
        rs9934438=typed("VKORC1 1173 consensus"),
        rs8050894=typed("VKORC1 1542 consensus"),
        rs8050894_strand="gene",
        rs2359612=typed("VKORC1 2255 consensus"),
    )
    return call_vkorc1(given, ancestry).genotype or "unknown"


@pytest.fixture(scope="module")
def stable(shared_data):
    """Stable patients with age, height, weight and a dose below 300 mg a week."""
    pairs = set(table("iwpc")["pharmacogenetic"]["cyp2c9"])
    rows = []
    with (shared_data / "iwpc" / "warfarin.csv").open(encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            dose = number(row["Therapeutic Dose of Warfarin"])
            height, weight = number(row["Height (cm)"]), number(row["Weight (kg)"])
            if row["Subject Reached Stable Dose of Warfarin"] != "1" or row["Age"] in ("NA", ""):
                continue
            if dose is None or dose >= 300 or height is None or weight is None:
                continue
            ancestry = ANCESTRY.get(row["Race"], "mixed_or_unknown")
            pair = row["CYP2C9 consensus"]
            rows.append(
                {
                    "dose": dose,
                    "age_decade": int(row["Age"][0]),
                    "height_cm": height,
                    "weight_kg": weight,
                    "ancestry": ancestry,
                    "vkorc1": vkorc1(row, ancestry),
                    "cyp2c9": pair if pair in pairs else "unknown",
                    "enzyme_inducer": any(row[name] == "1" for name in INDUCERS),
                    "amiodarone": row["Amiodarone (Cordarone)"] == "1",
                    "smoker": {"0": 0.0, "1": 1.0}.get(row["Current Smoker"], np.nan),
                    "target_inr": number(row["Target INR"]) or 2.5,
                    "dvt_pe": bool(CLOT & set(re.findall(r"\d", row[INDICATION]))),
                }
            )
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def fit(dose, predicted):
    """Mean absolute error, per cent within 20% (inclusive), and squared correlation."""
    error = np.abs(predicted - dose)
    varies = predicted.std() > 0
    squared = np.corrcoef(dose, predicted)[0, 1] ** 2 if varies else 0.0
    return error.mean(), 100 * (error <= 0.2 * dose).mean(), squared


@pytest.mark.shared_data
def test_published_performance_is_reproduced(stable, capsys):
    dose = stable["dose"]
    predicted = {kind: iwpc_weekly(kind, stable) for kind in ("pharmacogenetic", "clinical")}
    predicted["fixed 5 mg a day"] = np.full(len(dose), 35.0)
    found = {name: fit(dose, column) for name, column in predicted.items()}
    with capsys.disabled():
        say(f"\nIWPC, {len(dose):,} stable patients with height and weight\n")
        for name, (error, within, squared) in found.items():
            say(f"  {name:17} error {error:6.3f} mg/week, within 20% {within:5.2f}%, "
                  f"R2 {squared:6.4f}\n")  # fmt: skip
    assert len(dose) == 4301
    assert found["pharmacogenetic"] == pytest.approx((8.307, 46.34, 0.4811), abs=0.005)
    assert found["clinical"] == pytest.approx((9.933, 39.39, 0.2987), abs=0.005)
    assert found["fixed 5 mg a day"][:2] == pytest.approx((13.156, 29.85), abs=0.005)


@pytest.mark.shared_data
def test_genotyping_of_2_and_3_alone_brings_black_people_nothing(stable, capsys):
    """The reason for the guideline's branch on ancestry."""
    shown = {}
    for group in ("white", "asian", "black"):
        rows = {name: column[stable["ancestry"] == group] for name, column in stable.items()}
        shown[group] = [
            fit(rows["dose"], iwpc_weekly(kind, rows)) for kind in ("pharmacogenetic", "clinical")
        ]
    with capsys.disabled():
        say("\n")
        for group, (genes, plain) in shown.items():
            say(f"  {group:6} error with genotype {genes[0]:.2f}, without {plain[0]:.2f}; "
                  f"within 20% {genes[1]:.1f}%, {plain[1]:.1f}%\n")  # fmt: skip
    assert shown["white"][0][0] < shown["white"][1][0] - 2
    assert shown["black"][0][1] < shown["black"][1][1]


@pytest.mark.shared_data
def test_the_tool_and_the_population_function_agree_on_real_people(stable):
    for kind in ("pharmacogenetic", "clinical"):
        weekly = iwpc_weekly(kind, stable)
        for place in range(0, len(weekly), 150):
            person = Person(
                age=10 * int(stable["age_decade"][place]),
                height=float(stable["height_cm"][place]),
                weight=float(stable["weight_kg"][place]),
                ancestry=str(stable["ancestry"][place]),
                vkorc1=None if stable["vkorc1"][place] == "unknown" else stable["vkorc1"][place],
                cyp2c9=None if stable["cyp2c9"][place] == "unknown" else stable["cyp2c9"][place],
                enzyme_inducer=bool(stable["enzyme_inducer"][place]),
                amiodarone=bool(stable["amiodarone"][place]),
            )
            assert iwpc(kind, person).mg_per_week == pytest.approx(weekly[place])


@pytest.mark.shared_data
def test_gage_counts_alleles_on_real_people(stable, capsys):
    """Age is the middle of the decade; the table gives no more."""
    known = (stable["vkorc1"] != "unknown") & (stable["cyp2c9"] != "unknown")
    places = np.flatnonzero(known & ~np.isnan(stable["smoker"]))
    errors = {"alleles counted": [], "only A/G counts": [], "IWPC": [], "EU-PACT": []}
    for place in places:
        row = {name: column[place].item() for name, column in stable.items()}
        age = 10 * row["age_decade"] + 5
        values = {
            "age": age,
            "bsa_m2": body_surface(row["height_cm"], row["weight_kg"]),
            "african_american": float(row["ancestry"] == "black"),
            "vkorc1_a": alleles_a(row["vkorc1"]),
            "cyp2c9_2": stars(row["cyp2c9"], 2),
            "cyp2c9_3": stars(row["cyp2c9"], 3),
        } | {name: float(row[name]) for name in ("amiodarone", "smoker", "target_inr", "dvt_pe")}
        person = Person(
            age=age,
            height=row["height_cm"],
            weight=row["weight_kg"],
            **{name: row[name] for name in ("ancestry", "vkorc1", "cyp2c9", "amiodarone")},
            enzyme_inducer=row["enzyme_inducer"],
        )
        wrong = values | {"vkorc1_a": float(row["vkorc1"] == "A/G")}
        for name, dose in (
            ("alleles counted", gage("pharmacogenetic", values)),
            ("only A/G counts", gage("pharmacogenetic", wrong)),
            ("IWPC", iwpc("pharmacogenetic", person)),
            ("EU-PACT", eupact_maintenance(person)),
        ):
            errors[name].append(abs((dose.mg_per_week or 0) - row["dose"]))
    found = {name: np.mean(column) for name, column in errors.items()}
    with capsys.disabled():
        say(f"\n  {len(places):,} people: ")
        say("; ".join(f"{name} {error:.2f}" for name, error in found.items()) + " mg/week\n")
    assert len(places) == 2608
    assert found["IWPC"] == pytest.approx(8.94, abs=0.01)
    assert found["EU-PACT"] == pytest.approx(9.13, abs=0.01)
    assert found["alleles counted"] < 9 < 10.8 < found["only A/G counts"]
