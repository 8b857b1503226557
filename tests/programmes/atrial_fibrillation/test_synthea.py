"""The programme on third-party FHIR records: everybody with atrial fibrillation is found."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from harmfree.cli.main import harmfree
from harmfree.publish.reading import LiveRun
from harmfree.publish.run import RunRequest, run


@pytest.mark.shared_data
def test_the_register_of_the_615(
    shared_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """33 people have AF (its README says so), all on warfarin, none with a score or an INR."""
    monkeypatch.setenv("HARMFREE_HOME", str(tmp_path))
    folder = shared_data / "records" / "synthea_r4_smart615"
    loaded = CliRunner().invoke(harmfree, ["load", str(folder)])
    assert loaded.exit_code == 0, loaded.output
    run(tmp_path, RunRequest(("atrial_fibrillation",), months=1), lambda *progress: None)
    live = LiveRun.open(tmp_path)
    periods = pq.read_table(live.folder / "periods")
    people: dict[str, set[int]] = {}
    for row in periods.select(["definition", "person"]).to_pylist():
        people.setdefault(live.info.indicators[row["definition"]], set()).add(row["person"])
    assert len(people["af001"]) == 33
    assert people["af_risk_not_assessed"] == people["af_never_scored"] == people["af001"]
    assert people["af_inr_overdue"] == people["af001"]
    assert "af_61" not in people
