"""A synthetic region with a run of the programme, for all tests of this folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from harmfree.publish.reading import LiveRun
from harmfree.publish.run import RunRequest, run
from harmfree.records.sources.synthetic.build import build
from harmfree.records.sources.synthetic.clock import Settings


@pytest.fixture(scope="session")
def af_region(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("af_region")
    build(Settings(people=15_000, seed=2), home)
    run(home, RunRequest(("atrial_fibrillation",), months=3), lambda what, done, total: None)
    return home


@pytest.fixture(scope="session")
def live(af_region: Path) -> LiveRun:
    return LiveRun.open(af_region)
