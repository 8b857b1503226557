"""One region of 50,000 people for all tests of this folder; it takes a few seconds to build."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest

from harmfree.records import Store
from harmfree.records.sources.synthetic.build import build
from harmfree.records.sources.synthetic.clock import Settings
from records.synthetic import pincer

SETTINGS = Settings(people=50_000, seed=1)


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    home = tmp_path_factory.mktemp("region")
    build(SETTINGS, home)
    return Store.open(home)


@pytest.fixture(scope="session")
def generation(store: Store) -> Path:
    return store.folder


@pytest.fixture(scope="session")
def con(generation: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    connection = pincer.connect(generation)
    yield connection
    connection.close()


@pytest.fixture(scope="session")
def measured(con: duckdb.DuckDBPyConnection) -> dict[date, list[tuple[str, dict[str, int]]]]:
    """Counts of every measure by site, on each date."""
    return {day: pincer.by_site(con, day) for day in pincer.DATES}
