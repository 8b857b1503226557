"""Settings from the environment: safe defaults, wrong values refused."""

from __future__ import annotations

import stat

import pytest

from harmfree.web import environment
from harmfree.web.errors import SettingError


def test_an_address_of_postgresql_keeps_every_part(tmp_path):
    found = environment.database(
        "postgresql://us%40er:p%2Fw@db.example:5433/name?sslmode=verify-full&sslrootcert=%2Fca.pem",
        tmp_path,
    )
    assert (found["USER"], found["PASSWORD"], found["HOST"]) == ("us@er", "p/w", "db.example")
    assert (found["PORT"], found["NAME"]) == ("5433", "name")
    assert found["OPTIONS"] == {"sslmode": "verify-full", "sslrootcert": "/ca.pem"}


def test_a_socket_is_named_as_host(tmp_path):
    found = environment.database("postgresql://me@/name?host=/run/pg", tmp_path)
    assert (found["HOST"], found["OPTIONS"]) == ("/run/pg", {})


def test_without_an_address_it_is_sqlite_whose_transactions_lock_at_once(tmp_path):
    found = environment.database("", tmp_path / "web")
    assert found["ENGINE"].endswith("sqlite3")
    assert found["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


def test_another_kind_of_database_is_refused(tmp_path):
    with pytest.raises(SettingError, match="mysql"):
        environment.database("mysql://me@host/name", tmp_path)


@pytest.mark.parametrize(("text", "found"), [("1", True), ("off", False), ("", False)])
def test_a_flag(monkeypatch, text, found):
    monkeypatch.setenv("HARMFREE_TRIED", text)
    assert environment.flag("HARMFREE_TRIED", default=not found) is found


@pytest.mark.parametrize("text", ["maybe", "2"])
def test_a_flag_that_is_neither_is_refused(monkeypatch, text):
    monkeypatch.setenv("HARMFREE_TRIED", text)
    with pytest.raises(SettingError):
        environment.flag("HARMFREE_TRIED", default=False)


@pytest.mark.parametrize("text", ["1", "51", "-3", "five", "3.0"])
def test_a_number_out_of_its_range_is_refused(monkeypatch, text):
    monkeypatch.setenv("HARMFREE_TRIED", text)
    with pytest.raises(SettingError):
        environment.number("HARMFREE_TRIED", 5, 2, 50)


def test_a_secret_is_made_once_and_is_its_owners_alone(tmp_path):
    first = environment.kept_secret(tmp_path / "secrets", "web")
    assert environment.kept_secret(tmp_path / "secrets", "web") == first
    assert len(first) == 50
    assert stat.S_IMODE((tmp_path / "secrets" / "web").stat().st_mode) == 0o600
