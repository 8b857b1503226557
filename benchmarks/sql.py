"""Six indicators in SQL for all months at once, held against the kernel's counts.

Shared temporary tables hold the events of the codes that the six need and no others, joined once
with their lists, and the people with their registrations. Each fact becomes intervals, merged with
window functions, turned into toggles of one bit mask per person, and counted at the months (a sweep
like the kernel's). `sql_as_of` asks the same month by month.

Index dates are first days of months: "3 months back from t" and "3 months on from d" agree there.
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from benchmarks.engine import WORKERS, files, request
from benchmarks.sql_twelve import SIX
from harmfree.periods.plan import Plan
from harmfree.periods.windows import to_date
from harmfree.records import Store

LISTS = (
    "nsaid_oral",
    "ulcer_healing",
    "peptic_ulcer",
    "gi_bleed",
    "oral_anticoagulant",
    "heart_failure",
    "egfr",
    "methotrexate",
    "full_blood_count",
)
NSAID, PPI, ULCER, BLEED, OAC, HF, EGFR, MTX, FBC = range(len(LISTS))

# Facts by name, and the six as (denominator, numerator) over them.
INDICATORS = (
    ("a65 AND NOT ppi", "nsaid"),
    ("a18 AND ulcer AND NOT ppi", "nsaid"),
    ("a18 AND oac", "nsaid"),
    ("a18 AND hf", "nsaid"),
    ("a18 AND egfr", "nsaid"),
    ("a18 AND mtx_old AND mtx AND mtx_twice", "NOT fbc"),
)


class Sweep:
    """A connection with the shared temporary tables; making it is part of the cost."""

    def __init__(self, store: Store, plan: Plan) -> None:
        self.store, self.plan = store, plan
        self.con = duckdb.connect()
        self.con.sql(f"SET threads = {WORKERS}")
        self.con.register("wanted", self._wanted())
        self.con.register("factor", self._factors())
        self._people()
        self._events()

    def _wanted(self) -> pa.Table:
        ids = [self.plan.lists[name].code_ids for name in LISTS]
        numbers = np.repeat(np.arange(len(LISTS), dtype=np.int8), [len(each) for each in ids])
        return pa.table({"code_id": np.concatenate(ids), "list": numbers})

    def _factors(self) -> pa.Table:
        factors = self.plan.lists["egfr"].factors
        plain = self.plan.tables.comparators == 0
        return pa.table({"unit_id": np.arange(len(factors)), "factor": factors, "plain": plain})

    def _table(self, name: str, columns: str, after: str = "") -> None:
        every = [
            f"SELECT {number << 20} + row AS person, {columns} FROM (SELECT *, {row} AS row"
            f" FROM read_parquet('{self.store.path(number) / (name + '.parquet')}'))"
            for number in self.store.buckets
            for row in ("row_number() OVER () - 1" if name == "person" else "person",)
        ]
        self.con.sql(f"CREATE TEMP TABLE {name} AS {' UNION ALL '.join(every)} {after}")

    def _people(self) -> None:
        self._table("person", "birth_date AS birth")
        self._table("registration", 'site, start, "end"')

    def _events(self) -> None:
        """The relevant events; people by the number of their file, which keeps the scan whole."""
        names = ", ".join(f"({n}, '{path}')" for n, path in enumerate(files(self.store)))
        self.con.sql(f"CREATE TEMP TABLE bucket AS SELECT * FROM (VALUES {names}) t(number, name)")
        self.con.sql(f"""
            CREATE TEMP TABLE relevant AS
            SELECT (b.number << 20) + e.person AS person, w.list, e.date,
                CASE WHEN w.list = {EGFR} AND NOT isnan(f.factor)
                    THEN (e.value * f.factor)::FLOAT END AS value, f.plain
            FROM read_parquet({files(self.store)!r}, filename = true) e
            JOIN wanted w USING (code_id) JOIN factor f USING (unit_id)
            JOIN bucket b ON b.name = e.filename
            ORDER BY person""")

    def counts(self, dates: Sequence[int]) -> npt.NDArray[np.int64]:
        """int64[site, 12, date]: denominators and numerators of the six at all dates."""
        months = ", ".join(f"DATE '{to_date(day)}'" for day in dates)
        self.con.sql(f"CREATE OR REPLACE TEMP TABLE month AS SELECT unnest([{months}]) AS day")
        for statement in WINDOWS:
            self.con.sql(statement)
        rows = self.con.sql("SELECT site, out, place, changed FROM changes").fetchnumpy()
        found = np.zeros((self.store.sites.num_rows, 2 * len(SIX), len(dates) + 1), np.int64)
        np.add.at(found, (rows["site"], rows["out"], rows["place"]), rows["changed"].astype(int))
        return np.cumsum(found, axis=-1)[..., :-1]


def counted(sides: Sequence[tuple[str, str]]) -> str:
    """Columns c0, c1 ... that count denominators and numerators."""
    return ", ".join(
        f"count(*) FILTER ({den}) AS c{2 * i}, count(*) FILTER ({den} AND {num}) AS c{2 * i + 1}"
        for i, (den, num) in enumerate(sides)
    )


FACTS = ("nsaid", "ppi", "ulcer", "oac", "hf", "mtx_old", "mtx", "mtx_twice", "fbc")


# Which events give which bit for how long: SQL of start and end (not included).
_DAY = "INTERVAL 1 DAY"
INTERVALS = {
    "nsaid": (NSAID, "date", f"date + INTERVAL 3 MONTH + {_DAY}"),
    "ppi": (PPI, "date", f"date + INTERVAL 3 MONTH + {_DAY}"),
    "ulcer": (ULCER, "date + INTERVAL 3 MONTH", "DATE '2150-01-01'"),
    "oac": (OAC, "date", f"date + INTERVAL 3 MONTH + {_DAY}"),
    "hf": (HF, "date + INTERVAL 3 MONTH", "DATE '2150-01-01'"),
    "mtx_old": (MTX, "date + INTERVAL 3 MONTH", f"date + INTERVAL 6 MONTH + {_DAY}"),
    "mtx": (MTX, "date", f"date + INTERVAL 3 MONTH + {_DAY}"),
    "fbc": (FBC, "date", f"date + INTERVAL 3 MONTH + {_DAY}"),
}
BITS = {name: 1 << i for i, name in enumerate((*FACTS, "egfr", "a18", "a65"))}
SITE = 1 << len(BITS)


def held(expression: str) -> str:
    """An expression over the facts as one over the bit mask."""
    words = expression.replace("(", " ( ").replace(")", " ) ").split()
    return " ".join(f"(mask & {BITS[w]} > 0)" if w in BITS else w for w in words)


_SIMPLE = " UNION ALL ".join(
    f"SELECT person, {BITS[name]} AS bit, ({start})::DATE AS start, ({end})::DATE AS stop"
    f" FROM relevant WHERE list = {number}" + (f" OR list = {BLEED}" if name == "ulcer" else "")
    for name, (number, start, end) in INTERVALS.items()
)
WINDOWS = (
    f"""CREATE OR REPLACE TEMP TABLE span AS
        {_SIMPLE}
        UNION ALL
        SELECT person, {BITS["mtx_twice"]}, date, (before + INTERVAL 6 MONTH + {_DAY})::DATE
        FROM (SELECT person, date, lag(date) OVER (PARTITION BY person ORDER BY date) AS before
            FROM (SELECT DISTINCT person, date FROM relevant WHERE list = {MTX}))
        WHERE before + INTERVAL 6 MONTH >= date
        UNION ALL
        SELECT person, {BITS["egfr"]}, (date + INTERVAL 3 MONTH)::DATE,
            coalesce((following + INTERVAL 3 MONTH)::DATE, DATE '2150-01-01')
        FROM (SELECT person, date, last, lead(date) OVER (PARTITION BY person ORDER BY date)
                AS following
            FROM (SELECT person, date, max({{'v': value, 'p': plain}}) AS last
                FROM relevant WHERE list = {EGFR} AND value IS NOT NULL GROUP BY person, date))
        WHERE last.p AND last.v >= 1 AND last.v < 45
        UNION ALL
        SELECT person, {BITS["a18"]}, (birth + INTERVAL 18 YEAR)::DATE,
            (birth + INTERVAL 121 YEAR)::DATE FROM person WHERE birth IS NOT NULL
        UNION ALL
        SELECT person, {BITS["a65"]}, (birth + INTERVAL 65 YEAR)::DATE,
            (birth + INTERVAL 121 YEAR)::DATE FROM person WHERE birth IS NOT NULL""",
    """CREATE OR REPLACE TEMP TABLE island AS
        SELECT person, bit, min(start) AS start, max(stop) AS stop FROM (
            SELECT *, sum(opens) OVER (PARTITION BY person, bit ORDER BY start, stop
                ROWS UNBOUNDED PRECEDING) AS number FROM (
                SELECT *, (start > coalesce(max(stop) OVER (PARTITION BY person, bit
                    ORDER BY start, stop ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING),
                    DATE '1000-01-01'))::INT AS opens
                FROM (SELECT DISTINCT * FROM span WHERE start < stop)))
        GROUP BY person, bit, number""",
    f"""CREATE OR REPLACE TEMP TABLE toggle AS
        SELECT person, day, sum(step)::BIGINT AS step FROM (
            SELECT person, start AS day, bit AS step FROM island
            UNION ALL SELECT person, stop, -bit FROM island
            UNION ALL SELECT person, start, {SITE} * (site + 1) FROM registration
            UNION ALL SELECT person, "end", -{SITE} * (site + 1) FROM registration
                WHERE "end" IS NOT NULL)
        GROUP BY person, day""",
    """CREATE OR REPLACE TEMP TABLE stretch AS
        SELECT sum(step) OVER (PARTITION BY person ORDER BY day ROWS UNBOUNDED PRECEDING)::BIGINT
                AS mask, day AS start,
            coalesce(lead(day) OVER (PARTITION BY person ORDER BY day), DATE '2150-01-01') AS stop
        FROM toggle""",
    f"""CREATE OR REPLACE TEMP TABLE changes AS
        WITH placed AS (
            SELECT mask, mask // {SITE} - 1 AS site,
                (SELECT count(*) FROM month WHERE day < start) AS first,
                (SELECT count(*) FROM month WHERE day < stop) AS last
            FROM stretch WHERE mask >= {SITE}),
        counted AS (
            SELECT site, first, last, {counted([(held(d), held(n)) for d, n in INDICATORS])}
            FROM placed WHERE first < last GROUP BY ALL),
        long AS (
            UNPIVOT counted ON {", ".join(f"c{i}" for i in range(2 * len(SIX)))}
            INTO NAME side VALUE number)
        SELECT site, out, place, sum(changed) AS changed FROM (
            SELECT site, side[2:]::INT AS out, first AS place, number AS changed FROM long
            UNION ALL SELECT site, side[2:]::INT, last, -number FROM long)
        GROUP BY ALL""",
)


def months_of(store: Store, months: int) -> list[int]:
    """The index dates as the engine has them."""
    return request(store, months, False).index_dates.tolist()
