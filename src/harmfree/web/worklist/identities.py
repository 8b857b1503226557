"""Who the people of the worklists are: sealed identities, loaded by the site or made up."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.conf import settings
from django.db import transaction

from harmfree.errors import NotFoundError
from harmfree.publish.reading import LiveRun
from harmfree.publish.user_tables import Rejected, Row, made_of, read_table
from harmfree.records import Store
from harmfree.records.pseudonym import load_key, pseudonym, shown
from harmfree.web.access.scope import Access
from harmfree.web.audit.chain import record
from harmfree.web.publication.models import Person
from harmfree.web.worklist.errors import IdentitiesRefusedError
from harmfree.web.worklist.models import Identity
from harmfree.web.worklist.sealing import seal, search_key, unseal_all, valid_nhs_number

COLUMNS = ("person", "nhs_number", "name", "birth_date")
EARLIEST_BIRTH, UNKNOWN_BIRTH = date(1900, 1, 1), date(1970, 1, 1)
DATA = Path(__file__).resolve().parent / "data"


@dataclass(frozen=True)
class Known:
    """Who somebody is."""

    person: int
    name: str
    nhs_number: str
    birth_date: date

    @property
    def spaced(self) -> str:
        """The NHS number as it is written: 3, 3 and 4 digits."""
        return f"{self.nhs_number[:3]} {self.nhs_number[3:6]} {self.nhs_number[6:]}"


def open_identity(identity: Identity) -> Known:
    """The identity unsealed; only for the care team, and audited by the caller.

    Raises:
        SealError: it cannot be opened.
    """
    person = identity.person_id
    columns = ("name", "nhs_number", "birth_date")
    name, number, born = unseal_all({each: getattr(identity, each) for each in columns}, person)
    return Known(person, name, number, date.fromisoformat(born))


def find_by_nhs_number(text: str) -> Identity | None:
    """The identity with this NHS number, wherever the person is; None for none or a wrong one."""
    digits = valid_nhs_number(text)
    if digits is None:
        return None
    return Identity.objects.filter(nhs_number_key=search_key(digits)).first()


def read_identities(path: Path) -> tuple[list[Known], Rejected]:
    """Read a CSV of identities: person (as in the loaded records), nhs_number, name, birth_date.

    Raises:
        InputError: the file cannot be read, or lacks a column.
    """
    rows = read_table(path, COLUMNS, "A table of identities")
    made, rejected = made_of(rows, _Reader().known, lambda each: shown(each.person))
    return list(made), rejected


class _Reader:
    """Makes an identity of a row, or says what is wrong with it, without saying whose it is."""

    def __init__(self) -> None:
        home = Path(settings.HOME)
        self.key = load_key(home)
        self.births = _births(home)
        self.taken = dict(Identity.objects.values_list("nhs_number_key", "person"))

    def known(self, row: Row) -> Known:
        """The identity; ValueError with a sentence when the row cannot be used."""
        person, number, name, born = (row.get(column, "") for column in COLUMNS)
        if not person or not name:
            raise ValueError("The person or the name is missing.")
        digits = valid_nhs_number(number)
        if digits is None:
            raise ValueError("The NHS number has no ten digits, or a wrong check digit.")
        made = Known(pseudonym(self.key, person), name, digits, _birth(born))
        self._belongs(made)
        return made

    def _belongs(self, made: Known) -> None:
        """A name beside the wrong findings could harm: the records must know this person."""
        if self.births is not None:
            if made.person not in self.births:
                raise ValueError("The person is not in the loaded records.")
            born = self.births[made.person]
            if born is not None and born.year != made.birth_date.year:
                raise ValueError("The records have another year of birth for this person.")
        if self.taken.setdefault(search_key(made.nhs_number), made.person) != made.person:
            raise ValueError("The NHS number belongs to another person.")


def _birth(text: str) -> date:
    try:
        birth = date.fromisoformat(text)
    except ValueError as wrong:
        raise ValueError("The date of birth is not a date such as 1950-06-01.") from wrong
    if not EARLIEST_BIRTH <= birth <= date.today():
        raise ValueError("The date of birth is not plausible.")
    return birth


def _births(home: Path) -> dict[int, date | None] | None:
    """Date of birth of everybody in the records; None when the records are not on this machine."""
    try:
        store = Store.open(home)
    except NotFoundError:
        return None
    found: dict[int, date | None] = {}
    for number in store.buckets:
        people = store.bucket(number, ["date"]).person
        pairs = (people[name].to_pylist() for name in ("person", "birth_date"))
        found |= dict(zip(*pairs, strict=True))
    return found


@transaction.atomic
def keep(known: Iterable[Known], access: Access | None = None, rejected: int = 0) -> int:
    """Seal and keep identities, new or changed; how many.

    People without a finding so far are kept too: they may have one after the next run. Until then
    they belong to no site, so that nobody sees them.
    """
    rows = [_sealed(each) for each in known]
    people = (Person(pseudonym=row.person_id, sex="unknown") for row in rows)
    Person.objects.bulk_create(people, ignore_conflicts=True, batch_size=1000)
    Identity.objects.bulk_create(
        rows,
        batch_size=1000,
        update_conflicts=True,
        unique_fields=["person"],
        update_fields=["name", "nhs_number", "birth_date", "nhs_number_key"],
    )
    record(access, "identities.kept", people=len(rows), rejected=rejected)
    return len(rows)


def _sealed(each: Known) -> Identity:
    return Identity(
        person_id=each.person,
        name=seal(each.name, "name", each.person),
        nhs_number=seal(each.nhs_number, "nhs_number", each.person),
        birth_date=seal(each.birth_date.isoformat(), "birth_date", each.person),
        nhs_number_key=search_key(each.nhs_number),
    )


def made_up(live: LiveRun, seed: int = 1) -> Iterator[Known]:
    """A fictitious identity for every published person of the synthetic region.

    NHS numbers are of the range 999, which is never given to anybody.

    Raises:
        IdentitiesRefusedError: the records are not synthetic.
    """
    if not (live.store.folder / "truth.json").is_file():
        raise IdentitiesRefusedError(
            "These records are not synthetic: made-up names would stand for real people.",
            do="Load their identities with `harmfree identities import FILE`.",
        )
    names = {
        kind: (DATA / f"{kind}_names.txt").read_text(encoding="utf-8").split()
        for kind in ("female", "male", "last")
    }
    names["unknown"] = names["female"] + names["male"]
    chance = random.Random(seed)
    births = _births(live.folder.parents[1]) or {}
    people = Person.objects.order_by("pseudonym").values_list("pseudonym", "sex")
    for number, (person, sex) in zip(_test_numbers(), people.iterator(), strict=False):
        first = chance.choice(names.get(sex, names["unknown"]))
        name = f"{first} {chance.choice(names['last'])}"
        yield Known(person, name, number, births.get(person) or UNKNOWN_BIRTH)


def _test_numbers() -> Iterator[str]:
    """The NHS numbers of the test range, ascending; one in eleven places has no check digit."""
    for place in range(1, 1_000_000):
        for digit in range(10):
            if found := valid_nhs_number(f"999{place:06d}{digit}"):
                yield found
    raise IdentitiesRefusedError("The test range has no more NHS numbers.")
