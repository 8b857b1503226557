"""The runner for Spark gives what the local one gives, to the byte."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from harmfree.cli.main import harmfree
from harmfree.periods import spark
from harmfree.periods.engine import Request
from harmfree.periods.local import run_local
from harmfree.periods.stored import AGE_EDGES, CATEGORIES
from harmfree.periods.windows import DefinitionError, to_day
from harmfree.programmes.registry import indicators
from harmfree.publish.places import Places
from harmfree.publish.run import index_dates, plan_for
from harmfree.records import Store, schema
from harmfree.records.sources.synthetic.build import build
from harmfree.records.sources.synthetic.clock import Settings

HAS_JAVA = bool(shutil.which("java") or os.environ.get("JAVA_HOME"))
needs_spark = [
    pytest.mark.spark,
    pytest.mark.slow,
    pytest.mark.timeout(900),  # starting a Java machine takes a minute on a busy computer
    pytest.mark.skipif(not HAS_JAVA, reason="there is no Java here"),
    pytest.mark.skipif(not importlib.util.find_spec("pyspark"), reason="pyspark is not installed"),
]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A region of four small buckets."""
    folder = tmp_path_factory.mktemp("region")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(schema, "PEOPLE_PER_BUCKET", 200)
        build(Settings(700, 1), folder, workers=1)
    assert len(Store.open(folder).buckets) == 4
    return folder


@pytest.fixture(scope="module")
def session() -> Iterator[Any]:
    found = spark.spark_session("local[2]")
    yield found
    found.stop()


@pytest.mark.usefixtures("session")
class TestWithJava:
    pytestmark = needs_spark

    def test_parts_are_the_same_and_in_order(self, home: Path, session: Any):
        store = Store.open(home)
        plan = plan_for(store, indicators(), None)
        as_of = to_day(store.manifest.extract_date)
        areas, _ = Places(store.sites).areas()
        request = Request(
            as_of, index_dates(as_of, 12), store.sites.num_rows, areas, len(CATEGORIES), AGE_EDGES
        )
        here = list(run_local(plan, store, request, store.buckets, workers=2))
        there = list(spark.run_spark(plan, store, request, store.buckets, session))
        assert [part.bucket for part in there] == store.buckets
        for one, other in zip(here, there, strict=True):
            assert other.periods.equals(one.periods)
            assert other.evidence.equals(one.evidence)
            for name in ("first", "cell", "amount"):
                assert np.array_equal(getattr(other.sites, name), getattr(one.sites, name))
                assert np.array_equal(getattr(other.strata, name), getattr(one.strata, name))
        assert sum(part.periods.num_rows for part in there) > 1000

    def test_a_published_run_is_the_same_to_the_byte(
        self, home: Path, session: Any, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setenv("HARMFREE_HOME", str(home))
        written = []
        for engine in ("local", "spark"):
            command = ["run", "--engine", engine, "--months", "12"]
            done = CliRunner().invoke(harmfree, command)
            assert done.exit_code == 0, done.output
            folder = home / "runs" / (home / "runs" / "current").read_text()
            written.append(
                {
                    str(path.relative_to(folder)): path.read_bytes()
                    for path in sorted(folder.rglob("*.parquet"))
                }
            )
        assert len(written[0]) >= 8
        assert written[0] == written[1]


def test_without_pyspark_the_message_says_what_to_do(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(__import__("sys").modules, "pyspark.sql", None)
    with pytest.raises(DefinitionError, match="Spark is not installed") as told:
        spark.spark_session()
    assert "harmfree[spark]" in str(told.value)
