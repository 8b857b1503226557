"""Small dictionaries of codes for the tests."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from harmfree.records.codes import Resolution, resolve_all


def dictionary(rows: list[tuple[str, str, str | None]]) -> pa.Table:
    """(system, code, term) rows as the store's `code.parquet`; row i occurs i + 1 times."""
    return pa.table(
        {
            "code_id": pa.array(range(len(rows)), pa.int32()),
            "system": pa.array([row[0] for row in rows], pa.string()),
            "code": pa.array([row[1] for row in rows], pa.string()),
            "term": pa.array([row[2] for row in rows], pa.string()),
            "events": pa.array([i + 1 for i in range(len(rows))], pa.int64()),
        }
    )


def write_list(folder: Path, name: str, *rows: str) -> None:
    """Write a list with these `system,code` rows."""
    folder.mkdir(parents=True, exist_ok=True)
    text = "\n".join(["system,code,term,source", *(f"{row},," for row in rows)])
    (folder / f"{name}.csv").write_text(text + "\n", encoding="utf-8")


def resolved(folder: Path, name: str, table: pa.Table, maps: Path | None = None) -> Resolution:
    return resolve_all([name], table, [folder], maps)[name]


def members(folder: Path, name: str, table: pa.Table, maps: Path | None = None) -> list[str]:
    """Codes of the list's members."""
    codes = table["code"].to_pylist()
    return [codes[i] for i in resolved(folder, name, table, maps).code_ids]
