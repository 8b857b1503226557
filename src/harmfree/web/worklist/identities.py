"""Who the people of the worklists are: sealed identities, loaded by the site or made up."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.conf import settings
from django.db import transaction

from harmfree.publish.reading import LiveRun
from harmfree.publish.user_tables import Rejected, Row, made_of, read_table
from harmfree.records.pseudonym import load_key, pseudonym
from harmfree.web.access.scope import Access
from harmfree.web.audit.chain import record
from harmfree.web.publication.models import Person
from harmfree.web.worklist.errors import IdentitiesRefusedError
from harmfree.web.worklist.models import Identity
from harmfree.web.worklist.sealing import seal, search_key, unseal, valid_nhs_number

COLUMNS = ("person", "nhs_number", "name", "birth_date")
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
    return Known(
        person,
        unseal(identity.name, "name", person),
        unseal(identity.nhs_number, "nhs_number", person),
        date.fromisoformat(unseal(identity.birth_date, "birth_date", person)),
    )


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
    key = load_key(Path(settings.HOME))
    rows = read_table(path, COLUMNS, "A table of identities")
    made, rejected = made_of(rows, lambda row: _known(row, key), lambda each: str(each.person))
    return list(made), rejected


def _known(row: Row, key: str) -> Known:
    person, number, name, born = (row.get(column, "") for column in COLUMNS)
    digits = valid_nhs_number(number)
    if not person or not name:
        raise ValueError("The person or the name is missing.")
    if digits is None:
        raise ValueError("The NHS number has no ten digits, or a wrong check digit.")
    try:
        birth = date.fromisoformat(born)
    except ValueError as wrong:
        raise ValueError("The date of birth is not a date such as 1950-06-01.") from wrong
    if not date(1900, 1, 1) <= birth <= date.today():
        raise ValueError("The date of birth is not plausible.")
    return Known(pseudonym(key, person), name, digits, birth)


@transaction.atomic
def keep(known: Iterable[Known], access: Access | None = None) -> int:
    """Seal and keep the identities of people who are published; how many."""
    published = set(Person.objects.values_list("pseudonym", flat=True))
    rows = [_sealed(each) for each in known if each.person in published]
    Identity.objects.filter(person__in=[row.person_id for row in rows]).delete()
    Identity.objects.bulk_create(rows, batch_size=1000)
    record(access, "identities.kept", people=len(rows))
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
    first, last = (
        (DATA / f"{name}_names.txt").read_text(encoding="utf-8").split()
        for name in ("first", "last")
    )
    chance = random.Random(seed)
    people = Person.objects.order_by("pseudonym").iterator()
    for number, person in zip(_test_numbers(), people, strict=False):
        age = 50 if person.age is None else person.age
        born = date(live.as_of.year - age, 1, 1)
        born = date.fromordinal(born.toordinal() - chance.randrange(360))
        name = f"{chance.choice(first)} {chance.choice(last)}"
        yield Known(person.pseudonym, name, number, born)


def _test_numbers() -> Iterator[str]:
    """The NHS numbers of the test range, ascending; one in eleven places has no check digit."""
    for place in range(1, 1_000_000):
        for digit in range(10):
            if found := valid_nhs_number(f"999{place:06d}{digit}"):
                yield found
