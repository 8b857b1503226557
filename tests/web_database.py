"""The test database with the small region in it: filled once, and copied by the other workers."""

from __future__ import annotations

import os
import sqlite3
import uuid
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from django.db import connection
from django.test.utils import setup_databases

from once import alone


def set_up(shared: Path, fill: Callable[[], object]) -> list[object]:
    """Make this worker's database, by a copy where another worker has filled one already.

    Args:
        shared: a folder that all workers see; it remembers the filled database.
        fill: puts the region into the database that is connected.

    Returns:
        What `teardown_databases` wants.
    """
    kept = shared / f"{connection.vendor}.filled"
    with alone(kept):
        there = kept.exists()
        if there:
            copies[connection.vendor][1](kept)
        made = setup_databases(
            verbosity=0, interactive=False, keepdb=there, serialized_aliases=frozenset()
        )
        if not there:
            fill()
            copies[connection.vendor][0](kept)
    return made


def keep_file(kept: Path) -> None:
    """Copy the file of a filled SQLite database to `kept`."""
    coming = kept.with_suffix(".coming")
    copy(Path(connection.settings_dict["NAME"]), coming)
    coming.rename(kept)


def copy_file(kept: Path) -> None:
    """Copy `kept` to where Django looks for the test database."""
    copy(kept, Path(connection.settings_dict["TEST"]["NAME"]))


def copy(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as one, closing(sqlite3.connect(target)) as other:
        one.backup(other)


def keep_template(kept: Path) -> None:
    """Copy a filled PostgreSQL database to one whose name stands in `kept`."""
    name = f"filled_{uuid.uuid4().hex}"
    filled = connection.settings_dict["NAME"]
    connection.close()  # the server copies no database that is in use
    on_server(f'CREATE DATABASE "{name}" TEMPLATE "{filled}"')
    kept.write_text(name, encoding="ascii")


def copy_template(kept: Path) -> None:
    """Copy the database whose name stands in `kept` to where Django looks for the test database."""
    template = kept.read_text(encoding="ascii")
    name = connection.settings_dict["TEST"]["NAME"]
    on_server(f'DROP DATABASE IF EXISTS "{name}"')
    on_server(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')


def on_server(command: str) -> None:
    import psycopg

    with psycopg.connect(os.environ["HARMFREE_TEST_DATABASE"], autocommit=True) as server:
        server.execute(command)


copies = {"sqlite": (keep_file, copy_file), "postgresql": (keep_template, copy_template)}
"""How a filled database is kept, and how it is copied."""
