"""Backup while others write, restore elsewhere, nothing lost."""

from __future__ import annotations

import sqlite3
import tarfile
import threading
from contextlib import closing
from pathlib import Path

import pytest

from harmfree.web import backup as saving
from harmfree.web.errors import BackupError


@pytest.fixture
def home(tmp_path: Path, settings) -> Path:
    """A home with a database, a key and a live generation beside an old one."""
    folder = tmp_path / "home"
    for name, content in {
        "key": "k",
        "secrets/web": "s",
        "current": "000002",
        "generations/000001/event.parquet": "old",
        "generations/000002/event.parquet": "live",
        "runs/current": "000007",
        "runs/000007/run.json": "{}",
        "work/scratch": "no",
        "web/static/app.css": "made again",
    }.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    database = folder / "web" / "harmfree.sqlite3"
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE pair (a INTEGER, b INTEGER)")
    settings.HOME = folder
    settings.DATABASES = {
        "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": str(database)}
    }
    return folder


def into(folder: Path) -> dict[str, str]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(folder / "web" / "harmfree.sqlite3"),
    }


def test_what_is_live_comes_back_and_the_rest_stays_out(home: Path, tmp_path: Path):
    saving.backup(tmp_path / "all.tar")
    there = tmp_path / "there"
    saving.restore(tmp_path / "all.tar", there, into(there))
    found = {path.relative_to(there).as_posix() for path in there.rglob("*") if path.is_file()}
    assert found == {
        "key",
        "secrets/web",
        "current",
        "generations/000002/event.parquet",
        "runs/current",
        "runs/000007/run.json",
        "web/harmfree.sqlite3",
    }
    assert (there / "generations/000002/event.parquet").read_text() == "live"


def test_a_backup_under_load_is_one_moment(home: Path, tmp_path: Path):
    stop = threading.Event()

    def write() -> None:
        with closing(sqlite3.connect(home / "web" / "harmfree.sqlite3", timeout=20)) as connection:
            number = 0
            while not stop.is_set():
                number += 1
                with connection:
                    connection.execute("INSERT INTO pair VALUES (?, NULL)", (number,))
                    connection.execute("UPDATE pair SET b = a WHERE b IS NULL")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(5):
            saving.backup(tmp_path / f"{number}.tar")
    finally:
        stop.set()
        writer.join()
    there = tmp_path / "there"
    saving.restore(tmp_path / "4.tar", there, into(there))
    with closing(sqlite3.connect(there / "web" / "harmfree.sqlite3")) as connection:
        rows = connection.execute("SELECT a, b FROM pair ORDER BY a").fetchall()
    assert rows and rows == [(n, n) for n in range(1, len(rows) + 1)]


def test_a_changed_archive_is_refused_and_nothing_is_done(home: Path, tmp_path: Path):
    saving.backup(tmp_path / "all.tar")
    broken = tmp_path / "broken.tar"
    broken.write_bytes((tmp_path / "all.tar").read_bytes().replace(b"live", b"evil"))
    with pytest.raises(BackupError, match="not whole"):
        saving.restore(broken, tmp_path / "there", into(tmp_path / "there"))
    assert not (tmp_path / "there").exists()


def test_a_home_in_use_is_never_overwritten(home: Path, tmp_path: Path):
    saving.backup(tmp_path / "all.tar")
    with pytest.raises(BackupError, match="in use"):
        saving.restore(tmp_path / "all.tar", home, into(home))


def test_an_archive_that_would_write_elsewhere_is_refused(home: Path, tmp_path: Path):
    evil = tmp_path / "evil.tar"
    (tmp_path / "outside").write_text("x")
    with tarfile.open(evil, "w") as archive:
        archive.add(tmp_path / "outside", arcname="../outside")
    with pytest.raises(BackupError):
        saving.restore(evil, tmp_path / "there", into(tmp_path / "there"))


def test_an_existing_file_is_not_overwritten(home: Path, tmp_path: Path):
    (tmp_path / "all.tar").write_text("mine")
    with pytest.raises(BackupError, match="exists"):
        saving.backup(tmp_path / "all.tar")
    assert (tmp_path / "all.tar").read_text() == "mine"
