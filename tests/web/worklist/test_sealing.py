"""Identities are sealed, each to its column and person, and keys can be changed."""

from __future__ import annotations

import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmfree.web.worklist import sealing
from harmfree.web.worklist.errors import SealError
from harmfree.web.worklist.sealing import (
    rotate,
    seal,
    search_key,
    unseal,
    unseal_all,
    valid_nhs_number,
)


@pytest.fixture(autouse=True)
def secrets(tmp_path, settings):
    settings.SECRETS = tmp_path / "secrets"
    return settings.SECRETS


def test_what_is_sealed_opens_again_and_is_not_to_be_read():
    sealed = seal("Ada Lovelace", "name", 5)
    assert unseal(sealed, "name", 5) == "Ada Lovelace"
    assert b"Ada" not in sealed
    assert sealed != seal("Ada Lovelace", "name", 5)


def test_columns_of_one_person_open_together_each_as_its_own():
    sealed = {column: seal(column.upper(), column, 5) for column in ("name", "birth_date")}
    assert unseal_all(sealed, 5) == ["NAME", "BIRTH_DATE"]
    with pytest.raises(SealError):
        unseal_all(sealed | {"nhs_number": sealed["name"]}, 5)


@pytest.mark.parametrize(("column", "person"), [("nhs_number", 5), ("name", 6)])
def test_moved_to_another_column_or_person_it_stays_shut(column, person):
    with pytest.raises(SealError):
        unseal(seal("Ada", "name", 5), column, person)


def test_a_changed_value_stays_shut():
    sealed = bytearray(seal("Ada", "name", 5))
    sealed[-1] ^= 1
    with pytest.raises(SealError):
        unseal(bytes(sealed), "name", 5)


def test_after_a_change_of_keys_old_values_open_and_new_ones_use_the_new_key():
    before = seal("Ada", "name", 5)
    name = rotate()
    after = seal("Ada", "name", 5)
    assert (before.split(b":")[0], after.split(b":")[0]) == (b"1", name.encode())
    assert unseal(before, "name", 5) == unseal(after, "name", 5) == "Ada"


def test_with_another_homes_keys_nothing_opens(secrets):
    sealed = seal("Ada", "name", 5)
    (secrets / sealing.FILE).unlink()
    with pytest.raises(SealError):
        unseal(sealed, "name", 5)


def test_keys_are_their_owners_alone(secrets):
    seal("Ada", "name", 5)
    assert stat.S_IMODE((secrets / sealing.FILE).stat().st_mode) == 0o600


def test_the_digest_for_searching_outlives_a_change_of_keys():
    before = search_key("9990000018")
    rotate()
    assert search_key("9990000018") == before
    assert "999" not in before


def test_keys_that_cannot_be_read_are_said_to_be_so(secrets):
    secrets.mkdir()
    (secrets / sealing.FILE).write_text("not json")
    with pytest.raises(SealError, match="cannot be read"):
        seal("Ada", "name", 5)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("943 476 5919", "9434765919"),
        ("9434765919", "9434765919"),
        ("943-476-5919", "9434765919"),
        ("9434765918", None),
        ("943476591", None),
        ("94347659199", None),
        ("943476591x", None),
        ("", None),
        ("٩٤٣٤٧٦٥٩١٩", None),
    ],
)
def test_the_check_digit_of_an_nhs_number(text, found):
    assert valid_nhs_number(text) == found


@given(st.integers(0, 999_999_999))
def test_at_most_one_last_digit_is_right(first):
    right = [d for d in range(10) if valid_nhs_number(f"{first:09d}{d}")]
    assert len(right) <= 1


def test_made_up_identities_are_of_the_test_range_and_repeat(region, settings, region_home):
    from harmfree.publish.reading import LiveRun
    from harmfree.web.worklist.identities import find_by_nhs_number, keep, made_up, open_identity

    live = LiveRun.open(region_home)
    people = list(made_up(live))
    assert people == list(made_up(live))
    assert len({each.nhs_number for each in people}) == len(people) > 50
    assert all(each.nhs_number.startswith("999") for each in people)
    assert keep(people) == len(people)
    some = people[3]
    identity = find_by_nhs_number(some.spaced)
    assert open_identity(identity) == some
    assert some.name.encode() not in bytes(identity.name)


def test_of_many_who_make_the_first_keys_one_wins_and_all_read_hers(secrets):
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: sealing.keys()["search"], range(8)))
    assert len(set(made)) == 1
    assert [path.name for path in secrets.iterdir()] == [sealing.FILE]
