"""Backup and restore: one archive of the database, the keys and the records.

The database is copied as of one moment while people go on working: SQLite by its own backup, and
PostgreSQL by pg_dump. Every file of the archive is listed with its digest; a restore checks them
all before it puts anything in place, and never overwrites a home that is in use.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from harmfree import __version__
from harmfree.web.errors import BackupError

Progress = Callable[[str, int, int], None]
MANIFEST = "manifest.json"
DATABASE = "database.sqlite3"
DUMP = "database.dump"
LEFT_OUT = ("web/static", "web/letters", "web/harmfree.sqlite3")
"""Below the home: what is made again, and the database file, which is copied by itself."""


def backup(target: Path, progress: Progress = lambda *_: None, records: bool = True) -> int:
    """Write an archive; the number of files in it.

    Args:
        target: the file to write; it must not exist.
        progress: is told (what, done, total).
        records: whether the loaded records and the run go in, too.

    Raises:
        BackupError: the file exists, or the database cannot be copied.
    """
    from django.conf import settings

    if target.exists():
        raise BackupError(f"{target.name} exists already.", do="Name another file.")
    partial = target.with_name(target.name + ".partial")
    with tempfile.TemporaryDirectory(prefix="harmfree-backup-") as scratch:
        copied = _copy_database(settings.DATABASES["default"], Path(scratch))
        files = {copied.name: copied}
        files |= dict(_kept(settings.HOME, records))
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as out, tarfile.open(fileobj=out, mode="w") as archive:
            digests = {}
            for done, (name, path) in enumerate(files.items()):
                progress("backing up", done, len(files))
                digests[name] = _added(archive, name, path)
            _add_manifest(archive, digests)
    partial.rename(target)
    progress("backing up", len(files), len(files))
    return len(files)


def _kept(home: Path, records: bool) -> Iterator[tuple[str, Path]]:
    """(name in the archive, file) of what belongs to a home, database apart.

    Folders of generations and runs never change once they are live, so those that the pointers
    name now can be read at leisure.
    """
    folders = ["secrets", "web", "codelists", "maps"]
    files = ["key"]
    if records:
        for pointer, folder in (("current", "generations"), ("runs/current", "runs")):
            if (home / pointer).is_file():
                files.append(pointer)
                folders.append(f"{folder}/{(home / pointer).read_text(encoding='ascii').strip()}")
    for name in files:
        if (home / name).is_file():
            yield f"home/{name}", home / name
    for name in folders:
        for path in sorted(each for each in (home / name).rglob("*") if each.is_file()):
            inside = path.relative_to(home).as_posix()
            if not inside.startswith(LEFT_OUT):
                yield f"home/{inside}", path


def _copy_database(database: dict[str, Any], folder: Path) -> Path:
    """The database as of one moment, in a file."""
    if database["ENGINE"].endswith("sqlite3"):
        copy = folder / DATABASE
        with (
            closing(sqlite3.connect(f"file:{database['NAME']}?mode=ro", uri=True)) as source,
            closing(sqlite3.connect(copy)) as target,
        ):
            source.backup(target)
        return copy
    copy = folder / DUMP
    _postgresql(database, "pg_dump", "--format=custom", "--no-owner", f"--file={copy}")
    return copy


def _postgresql(database: dict[str, Any], program: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs against the database.

    Raises:
        BackupError: it is not installed, or says that it failed.
    """
    folder = os.environ.get("PG_BIN", "")
    found = shutil.which(program, path=folder or None) if folder else shutil.which(program)
    if found is None:
        raise BackupError(
            f"The program {program} is not here.",
            do="Install PostgreSQL's client programs, or name their folder in PG_BIN.",
        )
    asked = [found, *arguments, f"--dbname={database['NAME']}"]
    for option, value in (("--host", "HOST"), ("--port", "PORT"), ("--username", "USER")):
        if database.get(value):
            asked.append(f"{option}={database[value]}")
    secret = {"PGPASSWORD": database["PASSWORD"]} if database.get("PASSWORD") else {}
    done = subprocess.run(asked, env=os.environ | secret, capture_output=True, check=False)
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise BackupError(f"{program} failed.", where=said[-1] if said else "")


def _added(archive: tarfile.TarFile, name: str, path: Path) -> str:
    """Put a file into the archive; its digest as it went in."""
    content = path.read_bytes()
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode, entry.mtime = len(content), 0o600, int(path.stat().st_mtime)
    archive.addfile(entry, io.BytesIO(content))
    return hashlib.sha256(content).hexdigest()


def _add_manifest(archive: tarfile.TarFile, digests: dict[str, str]) -> None:
    made = datetime.now(UTC).isoformat(timespec="seconds")
    text = json.dumps({"version": __version__, "made": made, "files": digests}, indent=1).encode()
    entry = tarfile.TarInfo(MANIFEST)
    entry.size, entry.mode = len(text), 0o600
    archive.addfile(entry, io.BytesIO(text))


def restore(source: Path, home: Path, database: dict[str, Any]) -> dict[str, Any]:
    """Put an archive's home and database in place; what its manifest says.

    Args:
        source: the archive.
        home: the folder to restore into: missing or empty.
        database: Django's description of the database to restore into: no tables in it.

    Raises:
        BackupError: the archive is not whole, or the home or the database is in use.
    """
    if home.exists() and any(each.name not in ("secrets", "web") for each in home.iterdir()):
        raise BackupError(
            "The folder to restore into is in use.",
            where=home.name,
            do="Set HARMFREE_HOME to an empty folder.",
        )
    with tempfile.TemporaryDirectory(prefix="harmfree-restore-") as scratch:
        folder = Path(scratch)
        manifest = _unpacked(source, folder)
        _restore_database(database, folder)
        for path in sorted(each for each in (folder / "home").rglob("*") if each.is_file()):
            target = home / path.relative_to(folder / "home")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(path, target)
    return manifest


def _unpacked(source: Path, folder: Path) -> dict[str, Any]:
    """Unpack and check every file against its digest."""
    try:
        with tarfile.open(source) as archive:
            archive.extractall(folder, filter="data")
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (tarfile.TarError, OSError, ValueError) as fault:
        raise BackupError("The archive cannot be read.", where=source.name) from fault
    for name, wanted in manifest["files"].items():
        path = folder / name
        found = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        if found != wanted:
            raise BackupError(
                "The archive is not whole.", where=name, do="Use another backup; nothing was done."
            )
    return manifest


def _restore_database(database: dict[str, Any], folder: Path) -> None:
    sqlite = database["ENGINE"].endswith("sqlite3")
    if sqlite != (folder / DATABASE).is_file():
        kind = "SQLite" if (folder / DATABASE).is_file() else "PostgreSQL"
        raise BackupError(
            f"The archive holds a {kind} database.", do="Set HARMFREE_DATABASE to one of that kind."
        )
    if sqlite:
        target = Path(database["NAME"])
        if target.exists():
            raise BackupError("There is a database already.", where=target.name)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(folder / DATABASE, target)
    else:
        _postgresql(
            database, "pg_restore", "--no-owner", "--exit-on-error", "--single-transaction",
            str(folder / DUMP),
        )  # fmt: skip
