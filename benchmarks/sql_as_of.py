"""As-of SQL in its strong form: shared temporary tables, and one query a month for all asked.

The tables: the events of the lists that are asked about and of no others, joined once with the
lists and ordered by list and date, so that a fact reads only its own rows of its own window;
readings, one a person and day with the date of the next, so that the latest on a day is found by
a condition; the registered, with their birthdays.

The query of a month: the people of each fact get its bit, one grouping makes a mask a person, and
one pass over the registered counts denominators and numerators. Beyond 16 indicators the masks of
the month are kept in a table and counted 16 indicators at a time: DuckDB takes longer over one
query with hundreds of counts. Tried and left, as slower: one pass over all relevant events with a
filtered aggregate a fact (three times the processor time for the six), a query an indicator,
prepared queries, filtered counts in place of sums.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from benchmarks.engine import WORKERS, files
from harmfree.periods.plan import COMPARATORS, Plan
from harmfree.periods.windows import back, contract_year, days, months, to_date
from harmfree.records import Store

WORD = re.compile(r"\b[a-z_][a-z0-9_]*\b")
READINGS = "readings_of_"
BITS = 62  # of a mask of 64
TOGETHER = 16  # indicators counted in one query


@dataclass(frozen=True)
class Written:
    """Indicators in SQL: facts by name, (denominator, numerator) over them, traits of a person.

    A fact is a query that gives the people of whom something is true on the date {t}; it reads a
    code list by its name, as a view of (person, date, grp), or `readings_of_` it: one row a person
    and day with a usable value, `following` being the date of the next and `least` and `most` the
    least and the most that it can be ("<30" is at most just below 30). {m3} is the date three
    months before {t}, {d7} seven days before. A trait is a condition on birth, b18 (the 18th
    birthday), sex and died.
    """

    facts: Mapping[str, str]
    indicators: Mapping[str, tuple[str, str]]
    traits: Mapping[str, str]

    def chosen(self, asked: Iterable[str]) -> Written:
        """Some of the indicators, with the facts that they are made of."""
        indicators = {name: self.indicators[name] for name in asked}
        words = {w for sides in indicators.values() for side in sides for w in WORD.findall(side)}
        facts = {name: text for name, text in self.facts.items() if name in words}
        traits = {name: text for name, text in self.traits.items() if name in words}
        return Written(facts, indicators, traits)


class Analyst:
    """A connection with the temporary tables that the indicators share.

    Making it is part of the cost.
    """

    def __init__(self, store: Store, plan: Plan, written: Written) -> None:
        self.store, self.plan, self.written = store, plan, written
        words = [set(WORD.findall(text)) for text in written.facts.values()]
        every = set().union(*words)
        self.read = [name for name in plan.lists if every & {name, READINGS + name}]
        self.readings = [name for name in plan.lists if READINGS + name in every]
        in_values = set().union(*(each for each in words if "value" in each), self.readings)
        self.valued = [name for name in self.read if name in in_values]
        self.until = "supply_until" in every
        self.con = duckdb.connect()
        self.con.sql(f"SET threads = {WORKERS}; SET enable_progress_bar = false")
        self._people()
        self._events()

    def _table(self, name: str, columns: str) -> str:
        """A query of one table of the store, people numbered through all its files."""
        return " UNION ALL ".join(
            f"SELECT ({number << 20} + row)::INT AS person, {columns} FROM (SELECT *, {row} AS row"
            f" FROM read_parquet('{self.store.path(number) / (name + '.parquet')}'))"
            for number in self.store.buckets
            for row in ("row_number() OVER () - 1" if name == "person" else "person",)
        )

    def _people(self) -> None:
        """The registrations, each with what is known of the person."""
        later = "DATE '2200-01-01'"
        ages = sorted(set(re.findall(r"\bb(\d+)\b", " ".join(self.written.traits.values()))))
        birthdays = ", ".join(f"(birth + INTERVAL {n} YEAR)::DATE AS b{n}" for n in ages)
        people = self._table(
            "person", f"birth_date AS birth, sex, coalesce(death_date, {later}) AS died"
        )
        self.con.sql(f"""CREATE TEMP TABLE stay AS
            SELECT *{birthdays and ", " + birthdays}
            FROM ({self._table("registration", f'site, start, coalesce("end", {later}) AS stop')})
            JOIN ({people}) USING (person)""")

    def _events(self) -> None:
        self.con.register("wanted", self._wanted())
        self.con.register("factor", self._factors())
        self.con.sql(f"CREATE TYPE comparator AS ENUM {COMPARATORS}")
        names = ", ".join(f"({n}, '{path}')" for n, path in enumerate(files(self.store)))
        self.con.sql(f"CREATE TEMP TABLE bucket AS SELECT * FROM (VALUES {names}) t(number, name)")
        until = "e.until AS supply_until, w.list_weight," if self.until else ""
        self.con.sql(f"""CREATE TEMP TABLE relevant AS
            SELECT ((b.number << 20) + e.person)::INT AS person, w.list, e.date, w.grp, {until}
                (e.value * f.factor)::FLOAT AS value, f.sign::comparator AS sign
            FROM read_parquet({files(self.store)!r}, filename = true) e
            JOIN wanted w USING (code_id) JOIN bucket b ON b.name = e.filename
            LEFT JOIN factor f ON f.list = w.list AND f.unit_id = e.unit_id
            ORDER BY w.list, e.date""")
        for number, name in enumerate(self.read):
            self.con.sql(f"""CREATE TEMP VIEW {name} AS
                SELECT * EXCLUDE (list) FROM relevant WHERE list = {number}""")
        for name in self.readings:
            self._readings(name)

    def _wanted(self) -> pa.Table:
        tables = [self.plan.lists[name] for name in self.read]
        sizes = [len(each.code_ids) for each in tables]
        return pa.table(
            {
                "code_id": np.concatenate([each.code_ids for each in tables]),
                "list": np.repeat(np.arange(len(tables), dtype=np.int16), sizes),
                "grp": np.concatenate([each.groups for each in tables]),
                "list_weight": np.concatenate([each.weights for each in tables]),
            }
        )

    def _factors(self) -> pa.Table:
        """What a value of each unit is multiplied by, for the lists whose values are asked."""
        signs = [COMPARATORS[each] for each in self.plan.tables.comparators]
        places = [self.read.index(name) for name in self.valued]
        factors = [self.plan.lists[name].factors for name in self.valued]
        found = pa.table(
            {
                "list": np.repeat(np.array(places, np.int16), len(signs)),
                "unit_id": np.tile(np.arange(len(signs), dtype=np.int16), len(places)),
                "factor": np.concatenate([np.zeros(0), *factors]),
                "sign": pa.array(signs * len(places), pa.string()),
            }
        )
        return found.filter(~np.isnan(found["factor"].to_numpy()))

    def _readings(self, name: str) -> None:
        """One row a person and day; of several values the highest counts, a plain one first."""
        self.con.sql(f"""CREATE TEMP TABLE {READINGS}{name} AS
            SELECT person, date, coalesce(lead(date) OVER (PARTITION BY person ORDER BY date),
                    DATE '2200-01-01') AS following,
                CASE WHEN picked.sign = '>' THEN nextafter(picked.value, 'inf'::FLOAT)
                    WHEN picked.sign IN ('', '>=') THEN picked.value
                    ELSE '-inf'::FLOAT END AS least,
                CASE WHEN picked.sign = '<' THEN nextafter(picked.value, '-inf'::FLOAT)
                    WHEN picked.sign IN ('', '<=') THEN picked.value
                    ELSE 'inf'::FLOAT END AS most
            FROM (SELECT person, date, arg_max({{'value': value, 'sign': sign}},
                    (value, sign = '')) AS picked
                FROM {name} WHERE value IS NOT NULL GROUP BY person, date)
            ORDER BY date""")

    def counts(self, dates: Sequence[int]) -> npt.NDArray[np.int64]:
        """int64[site, 2 * indicators, date]: denominators and numerators, one query a date."""
        sides = list(self.written.indicators.values())
        found = np.zeros((self.store.sites.num_rows, 2 * len(sides), len(dates)), np.int64)
        for place, day in enumerate(dates):
            known = self.known(day)
            if len(sides) > TOGETHER:
                self.con.execute(f"CREATE OR REPLACE TEMP TABLE known AS {known}")
                known = "FROM known"
            for first in range(0, len(sides), TOGETHER):
                asked = sides[first : first + TOGETHER]
                rows = self.con.execute(counting(asked, self.bits(), known)).fetchnumpy()
                for out in range(2 * len(asked)):
                    found[rows["site"], 2 * first + out, place] = rows[f"c{out}"]
        return found

    def bits(self) -> dict[str, str]:
        """How each fact is read from the masks."""
        return {
            fact: f"(mask{place // BITS} & {1 << place % BITS} > 0)"
            for place, fact in enumerate(self.written.facts)
        }

    def known(self, day: int) -> str:
        """The query of the registered on a day, with the masks of their facts and their traits."""
        masks = range(-(-len(self.written.facts) // BITS))
        hits = ", ".join(f"hit{n} AS ({self._hits(n)})" for n in masks)
        joins = " ".join(f"LEFT JOIN hit{n} USING (person)" for n in masks)
        columns = [f"coalesce(mask{n}, 0) AS mask{n}" for n in masks] + [
            f"coalesce({text}, false) AS {name}" for name, text in self.written.traits.items()
        ]
        return f"""
            WITH {hits} SELECT site, {", ".join(columns)} FROM stay {joins}
            WHERE start <= {{t}} AND stop > {{t}}""".format_map(Dates(day))

    def _hits(self, number: int) -> str:
        """The people of the facts of one mask, each with their bits."""
        facts = list(self.written.facts.values())[number * BITS : (number + 1) * BITS]
        people = " UNION ALL ".join(
            f"SELECT person, {1 << place}::BIGINT AS bit FROM ({text})"
            for place, text in enumerate(facts)
        )
        return f"SELECT person, bit_or(bit) AS mask{number} FROM ({people}) GROUP BY person"


class Dates(dict[str, str]):
    """Dates by name: t, m3 (three months before t), d7 (seven days), y0 (the contract year)."""

    def __init__(self, day: int) -> None:
        self.day = day

    def __missing__(self, name: str) -> str:
        lengths = {"m": months, "d": days, "y": lambda _: contract_year(), "t": days}
        window = lengths[name[0]](int(name[1:] or 0))
        return f"DATE '{to_date(back(self.day, window))}'"


def counting(sides: Sequence[tuple[str, str]], bits: dict[str, str], known: str) -> str:
    """The query of a site's counts c0, c1 ... of denominators and numerators."""

    def held(text: str) -> str:
        return WORD.sub(lambda word: bits.get(word[0], word[0]), text)

    truths = ", ".join(
        f"{held(den)} AS d{i}, {held(num)} AS n{i}" for i, (den, num) in enumerate(sides)
    )
    sums = ", ".join(
        f"sum(d{i}::INT) AS c{2 * i}, sum((d{i} AND n{i})::INT) AS c{2 * i + 1}"
        for i in range(len(sides))
    )
    return f"SELECT site, {sums} FROM (SELECT site, {truths} FROM ({known})) GROUP BY site"
