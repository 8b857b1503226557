"""The published PINCER measures as plain SQL over the store's own files, for the tests only.

Written apart from the product's indicators, so that the region is judged by other eyes. The
definitions are those of Fisher et al., BMJ Medicine 2023;2:e000392, roughly: months are DuckDB
calendar months, and look-backs include both ends.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb

# Half-years from before the first go-live (January 2024) to after the last (June 2025).
DATES = tuple(date(year, month, 1) for year in range(2021, 2027) for month in (4, 10))
BEFORE = tuple(day for day in DATES if day < date(2024, 1, 1))

GROUPS = {
    "nsaid": "code LIKE '100101%'",
    "uhd": "code LIKE '010301%' OR code LIKE '010305%'",
    "antiplatelet": "code LIKE '0209%'",
    "aspirin": "code LIKE '0209000A0%'",
    "other_antiplatelet": "code LIKE '0209%' AND code NOT LIKE '0209000A0%'",
    "anticoagulant": "code LIKE '020802%'",
    "nsbb": "code LIKE '0204000R0%' OR code LIKE '0204000T0%'",
    "laba": "code LIKE '0301011U0%' OR code LIKE '0301011E0%'",
    "steroid_inhaler": "code LIKE '0302%'",
    "ace": "code LIKE '020505%'",
    "diuretic": "code LIKE '0202%'",
    "methotrexate": "code LIKE '1001030U0%'",
    "lithium": "code LIKE '0402030K0%'",
    "amiodarone": "code LIKE '0203020D0%'",
    "antipsychotic": "code LIKE '040201%'",
    "ulcer": "code IN ('13200003','397825006','51868009','74474003','8765009','2901004')",
    "asthma": "code = '195967001'",
    "asthma_resolved": "code = '162660004'",
    "heart_failure": "code IN ('84114007','703272007','134401001')",
    "dementia": "code IN ('52448006','26929004','429998004','312991009')",
    "psychosis": "code IN ('69322001','58214004','13746004')",
    "egfr": "code = '1011481000000105'",
    "renal": "code IN ('1000731000000107','1011481000000105')",
    "salts": "code IN ('1000651000000109','1000971000000107','1000661000000107')",
    "fbc": "code IN ('1022431000000105','1022441000000101')",
    "lft": "code IN ('1018251000000107','997531000000108')",
    "lithium_level": "code = '1006681000000100'",
    "tft": "code IN ('1022791000000101','1016851000000107')",
}


def connect(generation: Path) -> duckdb.DuckDBPyConnection:
    """Open the files of a generation as tables `e` (events by group) and `p` (people)."""
    con = duckdb.connect()
    con.execute("SET threads = 2")
    buckets = f"{generation}/buckets/*"
    con.execute(
        f"""CREATE TABLE p AS SELECT person, birth_date AS birth, sex, death_date AS death,
        deprivation, bucket, row_no FROM (SELECT *, file_row_number AS row_no,
        regexp_extract(filename, 'buckets.([0-9]+)', 1)::INT AS bucket FROM
        read_parquet('{buckets}/person.parquet', filename=true, file_row_number=true))"""
    )
    con.execute(
        f"""CREATE TABLE r AS SELECT p.person, r.start, r."end" AS stop, s.id AS site
        FROM (SELECT *, regexp_extract(filename, 'buckets.([0-9]+)', 1)::INT AS bucket FROM
        read_parquet('{buckets}/registration.parquet', filename=true)) r
        JOIN p ON p.bucket = r.bucket AND p.row_no = r.person
        JOIN '{generation}/site.parquet' s USING (site)"""
    )
    groups = ", ".join(f"({sql}) AS {name}" for name, sql in GROUPS.items())
    con.execute(f"CREATE TABLE c AS SELECT code_id, {groups} FROM '{generation}/code.parquet'")
    wanted = " OR ".join(GROUPS)
    con.execute(
        f"""CREATE TABLE e AS SELECT p.person, e.date AS d, e.value AS v, e.unit_id AS u,
        c.* EXCLUDE (code_id) FROM (SELECT *, regexp_extract(filename,
        'buckets.([0-9]+)', 1)::INT AS bucket FROM
        read_parquet('{buckets}/event.parquet', filename=true)) e
        JOIN c USING (code_id) JOIN p ON p.bucket = e.bucket AND p.row_no = e.person
        WHERE {wanted}"""
    )
    return con


def flags(con: duckdb.DuckDBPyConnection, on: date) -> None:
    """Create table `f`: what is true of each registered person on one day."""
    con.execute("SET VARIABLE t = ?", [on])

    def any_in(group: str, low: int, high: int = 0) -> str:
        return (
            f"coalesce(bool_or({group} AND d >= getvariable('t') - INTERVAL {low} MONTH"
            f" AND d <= getvariable('t') - INTERVAL {high} MONTH), false)"
        )

    def ever(group: str, ago: int) -> str:
        return f"coalesce(bool_or({group} AND d <= getvariable('t') - INTERVAL {ago} MONTH), false)"

    def both(left: str, right: str) -> str:
        return f"""coalesce(len(list_filter(list(d) FILTER ({left} AND {recent}),
            lambda x: len(list_filter(list(d) FILTER ({right} AND {recent}),
            lambda y: abs(x - y) < 28)) > 0)) > 0, false)"""

    recent = "d >= getvariable('t') - INTERVAL 3 MONTH AND d <= getvariable('t')"
    columns = {name: any_in(name, 3) for name in ("nsaid", "uhd", "antiplatelet", "aspirin")}
    columns |= {name: any_in(name, 3) for name in ("anticoagulant", "nsbb", "laba", "lft", "fbc")}
    columns |= {name: any_in(name, 3) for name in ("steroid_inhaler", "antipsychotic")}
    columns |= {
        "lithium_level": any_in("lithium_level", 3),
        "tft": any_in("tft", 6),
        "renal": any_in("renal", 15),
        "salts": any_in("salts", 15),
        "ulcer": ever("ulcer", 3),
        "heart_failure": ever("heart_failure", 3),
        "dementia": ever("dementia", 0),
        "psychosis": ever("psychosis", 0),
        "asthma": "coalesce(max(d) FILTER (asthma AND d <= getvariable('t') - INTERVAL 3 MONTH)"
        " >= coalesce(max(d) FILTER (asthma_resolved), DATE '1800-01-01'), false)",
        "egfr": "max_by(CASE WHEN u = 4 THEN v ELSE 999 END, d) FILTER"
        " (egfr AND d <= getvariable('t') - INTERVAL 3 MONTH AND v > 0)",
        "long_ace": f"{ever('ace', 15)} AND {any_in('ace', 6)}",
        "long_diuretic": f"{ever('diuretic', 15)} AND {any_in('diuretic', 6)}",
        "methotrexate": f"{any_in('methotrexate', 6, 3)} AND {any_in('methotrexate', 3)}",
        "lithium": f"{any_in('lithium', 6, 3)} AND {any_in('lithium', 3)}",
        "amiodarone": f"{any_in('amiodarone', 12, 6)} AND {any_in('amiodarone', 6)}",
        "pair_e": both("anticoagulant", "antiplatelet"),
        "pair_f": both("aspirin", "other_antiplatelet"),
    }
    listed = ", ".join(f"{sql} AS {name}" for name, sql in columns.items())
    con.execute(
        f"""CREATE OR REPLACE TABLE f AS
        SELECT w.person, w.site, date_diff('year', w.birth, getvariable('t'))
        - (strftime(w.birth, '%m%d') > strftime(getvariable('t'), '%m%d'))::INT AS age, g.*
        EXCLUDE (person)
        FROM (SELECT p.person, p.birth, r.site FROM p JOIN r USING (person)
              WHERE r.start <= getvariable('t') AND (r.stop IS NULL OR r.stop > getvariable('t')))
              w JOIN (SELECT person, {listed} FROM e GROUP BY person) g USING (person)"""
    )


MEASURES = {
    "A": ("age >= 65 AND NOT uhd", "nsaid"),
    "B": ("ulcer AND NOT uhd", "nsaid"),
    "C": ("ulcer AND NOT uhd", "antiplatelet"),
    "D": ("anticoagulant", "nsaid"),
    "E": ("anticoagulant AND NOT uhd", "pair_e"),
    "F": ("aspirin AND NOT uhd", "pair_f"),
    "G": ("asthma", "nsbb"),
    "H": ("asthma", "laba AND NOT steroid_inhaler"),
    "I": ("heart_failure", "nsaid"),
    "J": ("age >= 65 AND dementia AND NOT psychosis", "antipsychotic"),
    "K": ("egfr >= 1 AND egfr < 45", "nsaid"),
    "AC": ("age >= 75 AND (long_ace OR long_diuretic)", "NOT renal OR NOT salts"),
    "ME_FBC": ("methotrexate", "NOT fbc"),
    "ME_LFT": ("methotrexate", "NOT lft"),
    "LI": ("lithium", "NOT lithium_level"),
    "AM": ("amiodarone", "NOT tft"),
}


def by_site(con: duckdb.DuckDBPyConnection, on: date) -> list[tuple[str, dict[str, int]]]:
    """Return for each site the numerator (`A_n`) and denominator (`A_d`) of every measure."""
    flags(con, on)
    counts = ", ".join(
        f"count(*) FILTER (({den}) AND ({num})) AS {name}_n, count(*) FILTER ({den}) AS {name}_d"
        for name, (den, num) in MEASURES.items()
    )
    found = con.execute(f"SELECT site, {counts} FROM f WHERE age >= 18 GROUP BY site ORDER BY site")
    names = [column[0] for column in found.description][1:]
    return [(row[0], dict(zip(names, row[1:], strict=True))) for row in found.fetchall()]


def total(sites: list[tuple[str, dict[str, int]]], name: str) -> tuple[int, int]:
    """Return numerator and denominator of one measure over all sites."""
    return (
        sum(counts[f"{name}_n"] for _, counts in sites),
        sum(counts[f"{name}_d"] for _, counts in sites),
    )
