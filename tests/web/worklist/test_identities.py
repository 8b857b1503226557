"""Identities come in by a table whose bad rows are counted, or are made up for a demonstration."""

from __future__ import annotations

import csv
import json
from datetime import date

import pytest
from click.testing import CliRunner
from django.conf import settings as web_settings

from harmfree.cli.main import harmfree
from harmfree.publish.reading import LiveRun
from harmfree.records import Store
from harmfree.records.pseudonym import load_key, pseudonym
from harmfree.web.audit.models import AuditEvent
from harmfree.web.publication.models import Person
from harmfree.web.worklist.errors import IdentitiesRefusedError
from harmfree.web.worklist.identities import (
    Known,
    find_by_nhs_number,
    keep,
    made_up,
    open_identity,
    read_identities,
)
from harmfree.web.worklist.models import Identity

HEAD = "person,nhs_number,name,birth_date\n"
GOOD = "9434765919"


@pytest.fixture
def file(tmp_path, settings):
    """Writes a table; the store is elsewhere, so that the records are not asked."""
    settings.HOME = tmp_path / "home"

    def write(rows: str):
        path = tmp_path / "people.csv"
        path.write_text(HEAD + rows, encoding="utf-8")
        return path

    return write


def test_good_rows_are_kept_and_bad_ones_named_without_what_stands_in_them(db, file):
    known, rejected = read_identities(
        file(
            f"a,943 476 5919,Ada Lovelace,1950-06-01\n"
            f"b,9434765918,Bad Digit,1950-06-01\n"
            f"c,9990000018,,1950-06-01\n"
            f"d,9990000018,Future,2199-01-01\n"
            f"e,9990000018,Old,1899-12-31\n"
            f"f,9990000018,Letters,1/6/50\n"
            f"g,{GOOD},Same Number,1950-06-01\n"
            f"a,9990000018,Again,1950-06-01\n"
            f"h,9990000026,Oldest,1900-01-01\n"
        )
    )
    assert [each.name for each in known] == ["Ada Lovelace", "Oldest"]
    assert [line for line, _ in rejected] == [3, 4, 5, 6, 7, 8, 9]
    said = json.dumps(rejected)
    assert not any(text in said for text in ("943", "Ada", "1950-06-02", "Same"))


def test_a_number_of_somebody_kept_before_is_not_given_to_another(db, file):
    keep([Known(5, "Ada", GOOD, date(1950, 6, 1))])
    known, rejected = read_identities(file(f"b,{GOOD},Bob,1950-06-01\n"))
    assert (known, [line for line, _ in rejected]) == ([], [2])


def test_the_records_must_know_the_person_and_agree_on_the_year_of_birth(region, tmp_path):
    key, bucket = load_key(web_settings.HOME), Store.open(web_settings.HOME).bucket(0)
    assert pseudonym(key, "nobody") not in bucket.person["person"].to_pylist()
    path = tmp_path / "people.csv"
    path.write_text(f"{HEAD}nobody,{GOOD},No Body,1950-06-01\n", encoding="utf-8")
    assert read_identities(path) == ([], ((2, "The person is not in the loaded records."),))


@pytest.mark.parametrize(("year", "kept"), [(1950, True), (1951, False)])
def test_another_year_of_birth_is_another_person(db, file, monkeypatch, year, kept):
    from harmfree.web.worklist import identities

    path = file(f"a,{GOOD},Ada,{year}-12-31\n")
    person = pseudonym(load_key(web_settings.HOME), "a")
    monkeypatch.setattr(identities, "_births", lambda home: {person: date(1950, 1, 1)})
    known, rejected = read_identities(path)
    assert (len(known) == 1, len(rejected) == 0) == (kept, kept)


def test_somebody_without_a_finding_so_far_is_kept_and_belongs_to_no_site(db):
    ada = Known(5, "Ada", GOOD, date(1950, 6, 1))
    assert keep([ada]) == 1
    assert Person.objects.get(pk=5).organisation is None
    assert open_identity(find_by_nhs_number("943 476 5919")) == ada


def test_loading_again_replaces_and_is_audited(db):
    keep([Known(5, "Ada", GOOD, date(1950, 6, 1))])
    keep([Known(5, "Ada King", GOOD, date(1950, 6, 1))], rejected=3)
    assert open_identity(Identity.objects.get()).name == "Ada King"
    event = AuditEvent.objects.filter(action="identities.kept").latest("number")
    assert event.detail == {"people": 1, "rejected": 3}


def test_made_up_people_are_as_old_as_their_records_say(region, region_home):
    people = list(made_up(LiveRun.open(region_home)))
    assert people == list(made_up(LiveRun.open(region_home)))
    assert people != list(made_up(LiveRun.open(region_home), seed=2))
    for each in people[:100]:
        age = Person.objects.get(pk=each.person).age
        born, day = each.birth_date, region.as_of
        assert age == day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def test_nobody_is_made_up_for_real_records(region, region_home, monkeypatch):
    (region_home / "no").mkdir(exist_ok=True)
    live = LiveRun.open(region_home)
    real = LiveRun(live.folder, live.info, Store(region_home / "no", live.store.manifest))
    with pytest.raises(IdentitiesRefusedError):
        list(made_up(real))


def test_the_command_counts_what_it_leaves_out(db, file, tmp_path):
    path = file(f"a,{GOOD},Ada,1950-06-01\nb,1,Bob,1950-06-01\nc,2,Cat,1950-06-01\n")
    out = tmp_path / "left_out.csv"
    arguments = ["identities", "import", str(path), "--rejected", str(out), "--json"]
    done = CliRunner().invoke(harmfree, arguments)
    assert type(done.exception).__name__ == "PartlyDoneError"
    told = json.loads(done.stdout)
    assert (told["kept"], told["rejected"], sum(told["reasons"].values())) == (1, 2, 2)
    with out.open(encoding="utf-8", newline="") as listed:
        assert [row["line"] for row in csv.DictReader(listed)] == ["3", "4"]


def test_the_demonstration_command(region, region_home):
    done = CliRunner().invoke(harmfree, ["identities", "demo", "--json"])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["kept"] == Identity.objects.count() > 50
