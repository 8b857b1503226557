"""Units: what is one unit, what can be turned into it, and what cannot be used."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from codes.dictionaries import dictionary
from harmfree.programmes import code_folders
from harmfree.records.codes import canonical_unit, load_library, read_conversions, resolve_all


def factor(name: str, unit: str) -> float:
    units = pa.table({"comparator": [""], "unit": [unit]})
    resolution = resolve_all([name], dictionary([]), code_folders())[name]
    return float(resolution.unit_factors(units)[0])


@pytest.mark.parametrize(
    ("name", "unit", "expected"),
    [
        ("creatinine", "umol/L", 1),
        ("creatinine", "µmol/L", 1),
        ("creatinine", "μmol / l", 1),
        ("creatinine", "mg/dL", 88.42),
        ("creatinine", "", 1),
        ("haemoglobin", "g/dL", 10),
        ("haemoglobin", "g/L", 1),
        ("egfr", "mL/min/{1.73_m2}", 1),
        ("egfr", "mL/min", 1),
        ("potassium", "mmol/L", 1),
        ("potassium", "mEq/L", 1),
        ("weight", "kg", 1),
        ("weight", "[lb_av]", 0.45359237),
        ("inr", "{INR}", 1),
        ("asthma", "anything", 1),
    ],
)
def test_usable_unit(name: str, unit: str, expected: float):
    assert factor(name, unit) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("name", "unit"), [("creatinine", "mg/mmol"), ("haemoglobin", ""), ("egfr", "%"), ("inr", "s")]
)
def test_unusable_unit(name: str, unit: str):
    assert np.isnan(factor(name, unit))


def test_creatinine_conversion_follows_from_its_molar_mass():
    umol_in_mg_per_dl = 1e6 / (113.12 * 100)
    assert umol_in_mg_per_dl == pytest.approx(88.42, abs=0.02)


def test_every_quantity_names_a_list_and_its_canonical_unit():
    library = load_library(code_folders())
    for name, units in read_conversions().items():
        assert name in library
        assert units[canonical_unit(name).lower()] == 1


def test_a_store_without_units():
    units = pa.table({"comparator": pa.array([], pa.string()), "unit": pa.array([], pa.string())})
    resolution = resolve_all(["egfr"], dictionary([]), code_folders())["egfr"]
    assert resolution.unit_factors(units).tolist() == []


def test_weights_file_must_be_readable(tmp_path: Path):
    from codes.dictionaries import write_list
    from harmfree.records.codes import CodeListError

    write_list(tmp_path, "a", "bnf,01*")
    (tmp_path / "a.weights.csv").write_text("name,weight,per,source\nx,1,tablet,s\n")
    with pytest.raises(CodeListError, match="cannot be read"):
        load_library([tmp_path])
