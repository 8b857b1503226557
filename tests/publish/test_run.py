"""A run over a small synthetic region: right, repeatable, and whole after being stopped."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from harmfree.cli.main import harmfree
from harmfree.errors import NotFoundError
from harmfree.periods.engine import OPEN
from harmfree.periods.part import compute_part
from harmfree.periods.plan import list_names
from harmfree.periods.reference import Evaluator
from harmfree.periods.spans import intersection
from harmfree.periods.stored import comparators_of, resolved_lists
from harmfree.periods.stored_person import person_record
from harmfree.periods.windows import to_day
from harmfree.programmes.registry import code_folders, indicators
from harmfree.publish import run as running
from harmfree.publish.errors import NoRunError, RunRequestError
from harmfree.publish.reading import LiveRun
from harmfree.publish.run import RunRequest, run
from harmfree.publish.worklist import worklist
from harmfree.records import Store

FILES = ["findings.parquet", "evidence.parquet", "trend.parquet", "breakdown.parquet"]


def quiet(what: str, done: int, total: int) -> None:
    """No progress bar."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a region of 2,000 people and one run."""
    folder = tmp_path_factory.mktemp("home")
    built = CliRunner().invoke(
        harmfree, ["demo", "build", "--people", "2000", "--to", str(folder), "--workers", "1"]
    )
    assert built.exit_code == 0, built.output
    run(folder, RunRequest(months=24), quiet)
    return folder


def test_kernel_and_reference_agree_on_every_indicator_of_real_shaped_people(home: Path):
    store = Store.open(home)
    chosen = indicators()
    as_of = to_day(store.manifest.extract_date)
    plan = running.plan_for(store, chosen, home)
    names = sorted(set().union(*(list_names([each.definition]) for each in chosen)))
    lists = resolved_lists(store, names, code_folders(home))
    bucket, comparators = store.bucket(0), comparators_of(store)
    request = running.Request(
        as_of,
        running.index_dates(as_of, 1),
        store.sites.num_rows,
        np.zeros(store.sites.num_rows, np.int32),
    )
    swept = running_sweep(plan, bucket, request)
    for row in range(0, bucket.person.num_rows, 16):
        record = person_record(bucket, row, lists, comparators)
        evaluator = Evaluator(record, as_of)
        mine = swept[swept["person"] == row]
        for number, each in enumerate(chosen):
            both = evaluator.periods(each.denominator & each.numerator)
            expected = {
                (place.site, start, OPEN if end > as_of else end)
                for place in record.registrations
                for start, end in intersection(both, [span(place, as_of)])
            }
            found = mine[mine["definition"] == number][["site", "start", "end"]]
            assert {tuple(map(int, each)) for each in found} == expected, (row, each.id)


def running_sweep(plan, bucket, request) -> np.ndarray:
    from harmfree.periods.engine import sweep_bucket
    from harmfree.periods.stored import bucket_arrays

    return sweep_bucket(plan, bucket_arrays(bucket, plan), request).runs


def span(place, as_of: int) -> tuple[int, int]:
    return place.start, as_of + 1 if place.end is None else min(place.end, as_of + 1)


def test_the_same_run_twice_gives_the_same_tables(home: Path, tmp_path: Path):
    copy = tmp_path / "home"
    shutil.copytree(home, copy)
    first = LiveRun.open(copy).folder
    run(copy, RunRequest(months=24), quiet)
    second = LiveRun.open(copy).folder
    assert first != second
    for name in FILES:
        assert pq.read_table(first / name).equals(pq.read_table(second / name)), name


def test_a_run_that_is_stopped_takes_up_where_it_stopped(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    copy = tmp_path / "home"
    shutil.copytree(home, copy)
    whole = LiveRun.open(copy).folder

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(running, "_publish", stop)
    with pytest.raises(KeyboardInterrupt):
        run(copy, RunRequest(months=24), quiet)
    assert LiveRun.open(copy).folder == whole, "the old run stays the live one"
    monkeypatch.undo()

    def never(*_: object) -> None:
        raise AssertionError("a part that is done was computed again")

    monkeypatch.setattr(running, "run_local", never)
    run(copy, RunRequest(months=24), quiet)
    for name in FILES:
        again = pq.read_table(LiveRun.open(copy).folder / name)
        assert pq.read_table(whole / name).equals(again), name


def test_numerators_lie_within_denominators(home: Path):
    for name in ("trend", "breakdown"):
        table = LiveRun.open(home).table(name)
        assert table.num_rows
        assert (table["numerator"].to_numpy() <= table["denominator"].to_numpy()).all()


def test_the_worklist_shows_each_open_period_once_with_its_evidence(home: Path):
    live = LiveRun.open(home)
    region = next(each.id for each in live.places.every if each.kind == "region")
    lines = worklist(live, region)
    kinds = [each.kind for each in indicators()]
    findings = pq.read_table(live.folder / "findings.parquet").to_pylist()
    shown = sum(kinds[row["definition"]] != "context" for row in findings)
    assert sum(len(line.items) for line in lines) == shown
    assert [line.rank for line in lines] == sorted(line.rank for line in lines)
    assert all(item.since <= live.as_of for line in lines for item in line.items)
    with_evidence = [item for line in lines for item in line.items if item.evidence]
    assert len(with_evidence) > 0.9 * shown


@pytest.mark.parametrize(
    "asked", [RunRequest(months=0), RunRequest(months=601), RunRequest(engine="abacus")]
)
def test_a_request_that_cannot_be_met_is_refused(home: Path, asked: RunRequest):
    with pytest.raises(RunRequestError):
        run(home, asked, quiet)


def test_nothing_loaded_and_nothing_run_are_said(tmp_path: Path, home: Path):
    with pytest.raises(NotFoundError, match="Nothing is loaded"):
        run(tmp_path, RunRequest(), quiet)
    copy = tmp_path / "home"
    shutil.copytree(home, copy, ignore=shutil.ignore_patterns("runs"))
    with pytest.raises(NoRunError):
        LiveRun.open(copy)


def test_every_verb_answers_over_the_region(home: Path, tmp_path: Path, monkeypatch):
    monkeypatch.setenv("HARMFREE_HOME", str(home))
    live = LiveRun.open(home)
    region = next(each.id for each in live.places.every if each.kind == "region")
    person = worklist(live, region)[0]
    report, picture = tmp_path / "report.html", tmp_path / "timeline.svg"
    for words in (
        ["worklist"],
        ["worklist", "--site", region, "--format", "csv", "--top", "3"],
        ["trend", "--by", "place", "--indicator", "pincer_a"],
        ["trend", "--site", region, "--monthly"],
        ["explain", person.person],
        ["explain", person.person, person.items[0].indicator, "-o", str(picture)],
        ["report", "--site", region, "-o", str(report)],
        ["status"],
    ):
        done = CliRunner().invoke(harmfree, words)
        assert done.exit_code == 0, (words, done.output, done.exception)
        assert done.output.strip()
    page = report.read_text(encoding="utf-8")
    assert "<svg" in page and "http://" not in page.replace("http://www.w3.org/", "")
    assert picture.read_text(encoding="utf-8").startswith("<svg")


def test_compute_part_is_the_same_whichever_way_it_is_asked(home: Path):
    store = Store.open(home)
    plan = running.plan_for(store, indicators(), home)
    as_of = to_day(store.manifest.extract_date)
    sites = store.sites.num_rows
    request = running.Request(
        as_of, running.index_dates(as_of, 3), sites, np.zeros(sites, np.int32)
    )
    first, second = (compute_part(plan, store, 0, request) for _ in range(2))
    assert first.periods.equals(second.periods) and first.evidence.equals(second.evidence)
    assert first.sites.cell.tolist() == second.sites.cell.tolist()
    assert first.sites.amount.tolist() == second.sites.amount.tolist()
