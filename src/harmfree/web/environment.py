"""Settings read from the environment: each with a safe default, each wrong value refused."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from harmfree.web.errors import SettingError

TRUE, FALSE = ("1", "yes", "true", "on"), ("0", "no", "false", "off", "")


def flag(name: str, default: bool) -> bool:
    """A setting that is on or off.

    Raises:
        SettingError: it is neither.
    """
    text = os.environ.get(name)
    if text is None:
        return default
    if text.strip().lower() in TRUE + FALSE:
        return text.strip().lower() in TRUE
    raise SettingError(f"{name} must be on or off, not {text!r}.", do=f"Set {name}=1 or {name}=0.")


def text(name: str, default: str = "") -> str:
    """A setting that is text."""
    return os.environ.get(name, default).strip()


def listed(name: str, default: str = "") -> list[str]:
    """A setting that is a list, separated by commas."""
    return [each.strip() for each in text(name, default).split(",") if each.strip()]


def number(name: str, default: int, least: int, most: int) -> int:
    """A whole number from `least` to `most`; SettingError for anything else."""
    given = text(name, str(default))
    if given.isdigit() and least <= int(given) <= most:
        return int(given)
    raise SettingError(f"{name} must be a whole number from {least} to {most}, not {given!r}.")


def kept_secret(folder: Path, name: str) -> str:
    """A secret of 50 characters in a file that only its owner reads; made at the first call."""
    path = folder / name
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = path.with_name(f"{name}.{os.getpid()}")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48)[:50])
        try:
            os.link(fresh, path)  # the first of two processes wins; the other reads its secret
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text(encoding="ascii").strip()


def database(address: str, folder: Path) -> dict[str, Any]:
    """Django's description of the database at `address`.

    Args:
        address: empty for SQLite in `folder`; ``postgresql://user:password@host:port/name`` with
            an optional ``?host=/folder`` for a socket; ``sqlite:///file``.
        folder: where the SQLite file lies by default.

    Raises:
        SettingError: another kind of address.
    """
    parts = urlsplit(address)
    if parts.scheme in ("postgres", "postgresql"):
        return _postgresql(address)
    if address and parts.scheme != "sqlite":
        raise SettingError(
            f"HARMFREE_DATABASE names no database that is known: {parts.scheme or 'no kind'}.",
            do="Use postgresql://user:password@host/name, or leave it out for SQLite.",
        )
    folder.mkdir(parents=True, exist_ok=True)
    return _sqlite(Path(parts.path) if address else folder / "harmfree.sqlite3")


def _sqlite(path: Path) -> dict[str, Any]:
    """SQLite in WAL mode. Transactions take the write lock at once: two that read before they
    write would otherwise refuse each other."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;"
            "PRAGMA cache_size=-20000;PRAGMA recursive_triggers=ON;PRAGMA foreign_keys=ON;",
        },
    }


def _postgresql(address: str) -> dict[str, Any]:
    parts = urlsplit(address)
    query = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(query.get("host", parts.hostname or "")),
        "PORT": str(parts.port or query.get("port", "")),
        "OPTIONS": {k: unquote(v) for k, v in query.items() if k not in ("host", "port")},
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


def json_setting(name: str) -> Any:
    """A setting that is JSON; None when it is not set; SettingError when it is not JSON."""
    given = text(name)
    if not given:
        return None
    try:
        return json.loads(given)
    except ValueError as wrong:
        raise SettingError(f"{name} is not JSON: {wrong}.") from wrong
