"""The dictionaries of a new generation: old entries keep their numbers, new ones come after.

The maps from what the source wrote to those numbers are DuckDB tables, for the joins of the build.
"""

from __future__ import annotations

from collections.abc import Iterable

import duckdb
import pyarrow as pa

from harmfree.records import schema
from harmfree.records.staging import Stage
from harmfree.records.vocabulary import store_code, ucum

Con = duckdb.DuckDBPyConnection


def code_dictionary(stage: Stage, old: pa.Table) -> pa.Table:
    """All codes (events not counted yet), and the table `code_map` (system, code, code_id)."""
    found = stage.con.execute(
        "SELECT system, code, coalesce(term, '') AS term, count(*) AS n "
        f"FROM {stage.rows('events')} WHERE rule IS NULL GROUP BY ALL ORDER BY n DESC, term"
    ).fetchall()
    terms: dict[tuple[str, str], str] = {}
    raw: dict[tuple[str | None, str], tuple[str, str]] = {}
    for system, code, term, _ in found:
        key = raw.setdefault((system, code), store_code(system, code))
        terms[key] = terms.get(key) or term
    numbers = {
        key: number
        for number, key in enumerate(
            zip(old["system"].to_pylist(), old["code"].to_pylist(), strict=True)
        )
    }
    fresh = sorted(key for key in terms if key not in numbers)
    numbers.update((key, old.num_rows + place) for place, key in enumerate(fresh))
    _map(
        stage.con,
        "code_map (system VARCHAR, code VARCHAR, code_id INT)",
        [(system, code, numbers[key]) for (system, code), key in raw.items()],
    )
    added = pa.table(
        {
            "code_id": range(old.num_rows, old.num_rows + len(fresh)),
            "system": [system for system, _ in fresh],
            "code": [code for _, code in fresh],
            "term": [terms[key] for key in fresh],
            "events": [0] * len(fresh),
        },
        schema=schema.CODE,
    )
    return pa.concat_tables([old, added])


def unit_dictionary(stage: Stage, old: pa.Table) -> pa.Table:
    """All units, and the table `unit_map` (comparator, unit, unit_id)."""
    found = stage.con.execute(
        f"SELECT DISTINCT comparator, unit FROM {stage.rows('events')} WHERE rule IS NULL"
    ).fetchall()
    keys = [("", ""), *zip(old["comparator"].to_pylist(), old["unit"].to_pylist(), strict=True)]
    numbers = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    for key in sorted({(comparator, ucum(unit)) for comparator, unit in found}):
        numbers.setdefault(key, len(numbers))
    _map(
        stage.con,
        "unit_map (comparator VARCHAR, unit VARCHAR, unit_id SMALLINT)",
        [(sign, unit, numbers[sign, ucum(unit)]) for sign, unit in found],
    )
    return pa.table(
        {
            "unit_id": range(len(numbers)),
            "comparator": [comparator for comparator, _ in numbers],
            "unit": [unit for _, unit in numbers],
        },
        schema=schema.UNIT,
    )


def site_dictionary(
    stage: Stage, old: pa.Table, organisations: dict[str, str]
) -> tuple[pa.Table, dict[str, str]]:
    """All sites, the known organisations (ref -> site id), and the table `site_map` (ref, site).

    A site appears when somebody belongs to it, and so do the sites above it. The source itself is
    a site, for people of whom nothing says where they belong.
    """
    label = stage.settings.label
    told = stage.con.execute(
        f"SELECT ref, last(id), last(name), last(kind), last(parent) FROM {stage.rows('sites')} "
        "GROUP BY ref"
    ).fetchall()
    ids = {**organisations, **{ref: site for ref, site, *_ in told}}
    about = {site: (name, kind, ids.get(parent, parent)) for _, site, name, kind, parent in told}
    used = {ids.get(ref, ref) for (ref,) in stage.con.execute(_used_sites(stage)).fetchall()}
    above = {about[site][2] for site in used if site in about and about[site][2]}
    while above - used:
        used |= above
        above = {about[site][2] for site in above if site in about and about[site][2]}
    rows = {row["id"]: row for row in old.to_pylist()}
    for site in sorted(used | {label} if _needs_default(stage) else used):
        name, kind, parent = about.get(site, ("", "", None))
        row = rows.setdefault(site, _new_site(len(rows), site))
        row.update(
            name=name or row["name"], kind=kind or row["kind"], parent=parent or row["parent"]
        )
    _map(
        stage.con,
        "site_map (ref VARCHAR, site INT)",
        [(ref, rows[site]["site"]) for ref, site in ids.items() if site in rows]
        + [(site, row["site"]) for site, row in rows.items() if site not in ids],
    )
    return pa.Table.from_pylist(list(rows.values()), schema=schema.SITE), ids


def _used_sites(stage: Stage) -> str:
    """SELECT of the refs of sites that somebody belongs to."""
    parts = (
        f"SELECT DISTINCT site FROM {stage.rows(kind)} WHERE site IS NOT NULL"
        for kind in ("registrations", "people", "care")
    )
    return " UNION ".join(parts)


def _needs_default(stage: Stage) -> bool:
    """Whether somebody in this load has no site at all."""
    query = (
        f"SELECT count(*) FROM {stage.rows('people')} WHERE rule IS NULL AND site IS NULL AND "
        f"person NOT IN (SELECT person FROM {stage.rows('care')}) AND person NOT IN "
        f"(SELECT person FROM {stage.rows('registrations')} WHERE rule IS NULL)"
    )
    return stage.con.execute(query).fetchall() != [(0,)]


def _new_site(number: int, site: str) -> dict[str, object]:
    """A site of which only the id is known."""
    row: dict[str, object] = dict.fromkeys(schema.SITE.names)
    return {**row, "site": number, "id": site, "name": site, "kind": "practice"}


def _map(con: Con, definition: str, rows: Iterable[tuple[object, ...]]) -> None:
    """Make a table of `rows`."""
    con.execute(f"CREATE OR REPLACE TEMP TABLE {definition}")
    name = definition.split()[0]
    held = list(rows)
    if held:
        columns = pa.table(
            {f"c{i}": pa.array(column) for i, column in enumerate(zip(*held, strict=True))}
        )
        con.register("map_rows", columns)
        con.execute(f"INSERT INTO {name} SELECT * FROM map_rows")
        con.unregister("map_rows")
