"""`harmfree af-landscape`: tables, JSON, errors."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from harmfree.cli.main import harmfree
from harmfree.errors import InputError


@pytest.fixture(autouse=True)
def _home(af_region: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HARMFREE_HOME", str(af_region))


def call(*arguments: str):
    return CliRunner().invoke(harmfree, ["af-landscape", *arguments])


@pytest.mark.parametrize("show", ["gaps", "devices", "warfarin", "arms"])
@pytest.mark.parametrize("by", ["practice", "network", "place", "system", "region"])
def test_every_table_at_every_level(show: str, by: str):
    shown = call("--by", by, "--show", show)
    assert shown.exit_code == 0, shown.output
    assert "Records up to 2026-10-31" in shown.output
    if by == "region":
        assert "ZREGION" in shown.output


@pytest.mark.parametrize("show", ["gaps", "devices", "warfarin", "arms"])
def test_json_is_one_document(show: str):
    found = json.loads(call("--by", "region", "--show", show, "--json").output)
    assert [row["id"] for row in found["rows"]] == ["ZREGION"]


def test_assumptions_come_back():
    given = ("--assumption", "protection_target=95", "--assumption", "number_needed=30")
    found = json.loads(call("--by", "region", *given, "--json").output)
    assert found["assumptions"]["protection_target"] == 95
    row = found["rows"][0]
    assert row["strokes"]["avoidable_simple"] == pytest.approx(row["untreated"] / 30)
    assert "Target protection 95%" in call("--by", "region", *given).output


def test_what_is_wrong_is_said():
    assert call("--assumption", "number_needed").exit_code == 2
    assert isinstance(call("--assumption", "x=1").exception, InputError)
    assert "pounds a case" in call("--by", "region", "--show", "devices").output
