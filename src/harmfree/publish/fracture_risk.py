"""QFracture-2012 over a whole population, with what each person's score rests on.

QFracture has no treatment threshold of its own: the threshold here is a setting. NOGG's bands
belong to FRAX; they are shown only for a FRAX probability that somebody entered in the record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from harmfree.clinical.fracture.equations import flag_names, published
from harmfree.clinical.fracture.nogg import BANDS, levels
from harmfree.clinical.fracture.population import risks
from harmfree.clinical.fracture.qfracture import NICE_UPPER_AGE
from harmfree.periods.stored import comparators_of, resolved_lists
from harmfree.periods.windows import to_date, to_day
from harmfree.programmes.registry import code_folders
from harmfree.publish.errors import RunRequestError
from harmfree.publish.fracture_inputs import LISTS, Inputs, read_inputs
from harmfree.publish.places import Place, Places
from harmfree.records import Bucket, Store
from harmfree.records.pseudonym import shown

Progress = Callable[[str, int, int], None]
THRESHOLD = 10.0
"""Per cent of an osteoporotic fracture in ten years. SIGN 142 measures bone density from there
(from memory: not confirmed); NICE names no threshold. A setting, not a recommendation."""
FRAX_CURRENT_DAYS = 1826
NOTES = (
    "QFracture-2012 over ten years, on the last known value of each input.",
    f"Nobody outside 30 to 100 years is scored; above {NICE_UPPER_AGE} NICE counts people as at "
    "high risk whatever the score.",
    "The two outcomes have separate equations: where the hip risk exceeds the osteoporotic one, "
    "read both as high.",
    "The threshold is a setting: NICE names none for QFracture. NOGG's bands are applied only to "
    "an entered FRAX, never to QFracture.",
    "Unverified: how ethnic groups are translated, that two issues in six months make a current "
    "medicine, and that a smoker of an unknown amount counts as moderate.",
)


@dataclass(frozen=True)
class Asked:
    """What to compute.

    Attributes:
        site: id of a practice or of a place above practices; empty for all.
        as_of: the last day that counts; None for the extract date.
        threshold: per cent of an osteoporotic fracture in ten years, 0 to 100.
    """

    site: str = ""
    as_of: date | None = None
    threshold: float = THRESHOLD


@dataclass(frozen=True)
class SiteCount:
    """One practice.

    Attributes:
        people: registered, 30 to 100 or of unknown age. scored: with every input.
        high: scored at or above the threshold, or above NICE's upper age. above: the first of
            these only. missing: people by missing input. mean: mean osteoporotic risk, per cent.
    """

    site: str
    name: str
    people: int
    scored: int
    above: int
    high: int
    mean: float | None
    missing: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class FractureRisk:
    """The result.

    Attributes:
        people: a row a person (columns of `COLUMNS`), the highest osteoporotic risk first, people
            who could not be scored last.
        sites: a count a practice, by id.
        as_of, threshold: what was asked.
        outside: registered people outside the equations' ages, who are in neither table.
    """

    people: pa.Table
    sites: list[SiteCount]
    as_of: date
    threshold: float
    outside: int

    @property
    def notes(self) -> tuple[str, ...]:
        """What must be shown with every score."""
        return (*NOTES, str(published()["disclaimer"]))


COLUMNS = pa.schema(
    [
        ("person", pa.string()),
        ("site", pa.string()),
        ("age", pa.float64()),
        ("sex", pa.string()),
        ("osteoporotic_pct", pa.float64()),
        ("hip_pct", pa.float64()),
        ("high", pa.bool_()),
        ("missing", pa.string()),
        ("approximated", pa.string()),
        ("bmi", pa.float64()),
        ("bmi_days", pa.float64()),
        ("smoke_cat", pa.float64()),
        ("smoking_days", pa.float64()),
        ("alcohol_cat6", pa.float64()),
        ("alcohol_days", pa.float64()),
        ("ethrisk", pa.int8()),
        ("conditions", pa.string()),
        ("frax_major_pct", pa.float64()),
        ("frax_hip_pct", pa.float64()),
        ("frax_days", pa.float64()),
        ("nogg_band_of_frax", pa.string()),
    ]
)
SEX = np.array(["unknown", "female", "male", "other"])


def fracture_risk(home: Path, asked: Asked, progress: Progress) -> FractureRisk:
    """Score everybody at a site (or all) on a day.

    Raises:
        NotFoundError: nothing is loaded, or no such site. RunRequestError: a threshold that is no
            percentage.
    """
    if not 0 <= asked.threshold <= 100:
        raise RunRequestError(
            "The threshold is a percentage from 0 to 100.", where=f"--threshold {asked.threshold}"
        )
    store = Store.open(home)
    places = Places(store.sites)
    wanted = places.below(places.find(asked.site)) if asked.site else range(len(places.every))
    maps = home / "maps" if (home / "maps").is_dir() else None
    lists = resolved_lists(store, LISTS, code_folders(home), maps)
    as_of = to_day(asked.as_of or store.manifest.extract_date)
    parts, outside = [], 0
    for number in store.buckets:
        bucket = store.bucket(number)
        site = site_on(bucket, as_of)
        here = np.isin(site, np.array(list(wanted)))
        inputs = read_inputs(bucket, lists, comparators_of(store), as_of)
        outside += int((here & inputs.outside).sum())
        rows = np.flatnonzero(here & ~inputs.outside)
        parts.append(_table(bucket, inputs, rows, site, places, asked.threshold))
        progress("scoring", number + 1, len(store.buckets))
    people = pa.concat_tables(parts)
    risk = people["osteoporotic_pct"].to_numpy()
    # NaN sorts last: people who could not be scored.
    order = np.lexsort((np.array(people["person"].to_pylist()), -risk))
    people = people.take(order)
    return FractureRisk(
        people, _sites(people, places, asked.threshold), to_date(as_of), asked.threshold, outside
    )


def site_on(bucket: Bucket, day: int) -> npt.NDArray[np.int64]:
    """int64[n]: the site whose list each person is on; -1 for the dead, unborn and unregistered."""
    table = bucket.registration
    far = np.iinfo(np.int32).max
    start = table["start"].combine_chunks().cast("int32").to_numpy()
    end = pc.fill_null(table["end"].combine_chunks().cast("int32"), far).to_numpy()
    on = (start <= day) & (day < end)
    site = np.full(bucket.person.num_rows, -1, np.int64)
    site[table["person"].to_numpy()[on]] = table["site"].to_numpy()[on]
    for name, gone in (("death_date", np.less_equal), ("birth_date", np.greater)):
        known = bucket.person[name].combine_chunks().cast("int32")
        days = pc.fill_null(known, far if name == "death_date" else -far).to_numpy()
        site[gone(days, day)] = -1
    return site


def _table(
    bucket: Bucket,
    inputs: Inputs,
    rows: npt.NDArray[np.intp],
    site: npt.NDArray[np.int64],
    places: Places,
    threshold: float,
) -> pa.Table:
    """The rows of the result for the people named."""
    columns = {name: column[rows] for name, column in inputs.columns.items()}
    complete = inputs.complete[rows]
    osteoporotic, hip = np.full((2, len(rows)), np.nan)
    chosen = {name: column[complete] for name, column in columns.items()}
    osteoporotic[complete], hip[complete] = risks(chosen)
    age = np.asarray(columns["age"], np.float64)
    ids = np.array([place.id for place in places.every] or [""])
    frax = {name: column[rows] for name, column in inputs.frax.items()}
    made: dict[str, object] = {
        "person": [shown(number) for number in bucket.person["person"].take(rows).to_pylist()],
        "site": ids[site[rows]],
        "age": age,
        "sex": SEX[bucket.person["sex"].to_numpy()[rows]],
        "osteoporotic_pct": osteoporotic,
        "hip_pct": hip,
        "high": (osteoporotic >= threshold) | (age > NICE_UPPER_AGE),
        "missing": _named(inputs.missing, rows),
        "approximated": _named(inputs.approximated, rows),
        "bmi": columns["bmi"],
        "bmi_days": inputs.days["bmi"][rows],
        "smoke_cat": columns["smoke_cat"],
        "smoking_days": inputs.days["smoking"][rows],
        "alcohol_cat6": columns["alcohol_cat6"],
        "alcohol_days": inputs.days["alcohol"][rows],
        "ethrisk": columns["ethrisk"],
        "conditions": _named({name: inputs.columns[name] for name in flag_names()}, rows),
        "frax_major_pct": frax["major"],
        "frax_hip_pct": frax["hip"],
        "frax_days": frax["days"],
        "nogg_band_of_frax": list(_bands(age, frax)),
    }
    arrays = [pa.array(made[each.name], each.type, from_pandas=True) for each in COLUMNS]
    return pa.Table.from_arrays(arrays, schema=COLUMNS)


def _named(flags: object, rows: npt.NDArray[np.intp]) -> list[str]:
    """The names of the flags that are on, for each row, as one text."""
    assert isinstance(flags, dict)
    names = np.array(list(flags))
    held = np.stack([np.asarray(flags[name])[rows] for name in names], axis=1)
    patterns, which = np.unique(held, axis=0, return_inverse=True)
    texts = [", ".join(names[pattern]) for pattern in patterns.astype(bool)]
    return [texts[number] for number in which.ravel()]


def _bands(age: npt.NDArray[np.float64], frax: dict[str, npt.NDArray[np.float64]]) -> Iterator[str]:
    """NOGG's band, without bone density, of a FRAX entered in the last five years at 50 or over."""
    for years, major, hip, days in zip(age, frax["major"], frax["hip"], frax["days"], strict=True):
        if not (days <= FRAX_CURRENT_DAYS and years >= 50):
            yield ""
            continue
        held = zip((major, hip), levels(years), strict=True)
        yield BANDS[
            max(
                BANDS.index(level.band(float(percent), False))
                for percent, level in held
                if not np.isnan(percent)
            )
        ]


def _sites(people: pa.Table, places: Places, threshold: float) -> list[SiteCount]:
    names = np.array(people["site"].to_pylist())
    risk = people["osteoporotic_pct"].to_numpy()
    high, missing = people["high"].to_numpy(), np.array(people["missing"].to_pylist())
    return [
        _site(places.find(str(name)), risk[here], high[here], missing[here], threshold)
        for name in np.unique(names)
        for here in (names == name,)
    ]


def _site(
    place: Place,
    risk: npt.NDArray[np.float64],
    high: npt.NDArray[np.bool_],
    missing: npt.NDArray[np.str_],
    threshold: float,
) -> SiteCount:
    scored = ~np.isnan(risk)
    words = [word for text in missing for word in text.split(", ") if word]
    return SiteCount(
        place.id,
        place.name,
        len(risk),
        int(scored.sum()),
        int((risk[scored] >= threshold).sum()),
        int(high.sum()),
        float(risk[scored].mean()) if scored.any() else None,
        {word: words.count(word) for word in sorted(set(words))},
    )
