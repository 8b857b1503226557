"""Sealing names, NHS numbers and dates of birth at rest (AES-256-GCM).

A sealed value carries the id of its key; the column and the person stand in the associated data,
so that a value moved to another column or another person cannot be opened. Keys are in
``secrets/identifiers.json`` of the home: the newest seals, every one opens, so keys can be changed
without stopping. NHS numbers are found by a keyed digest that never changes.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from harmfree.web.worklist.errors import SealError

NONCE = 12
FILE = "identifiers.json"


def _path() -> Path:
    return Path(settings.SECRETS) / FILE


def _fresh(keys: dict[str, str]) -> Path:
    """A file with the keys beside the real one, readable by its owner alone."""
    path = _path()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(keys, file)
    return fresh


def _make() -> None:
    """The first keys. The first of two processes wins; the other reads its keys."""
    fresh = _fresh({"search": secrets.token_hex(32), "1": secrets.token_hex(32)})
    try:
        os.link(fresh, _path())
    except FileExistsError:
        pass
    finally:
        fresh.unlink()


def keys() -> dict[str, str]:
    """Key ids to keys in hex, oldest first; "search" is the key of the digests.

    Raises:
        SealError: the file of keys cannot be read.
    """
    path = _path()
    if not path.exists():
        _make()
    try:
        return _read(path, path.stat().st_mtime_ns)
    except (OSError, ValueError) as fault:
        raise SealError(
            "The keys of the identifiers cannot be read.",
            where=path.name,
            do="Restore the folder of secrets from the backup.",
        ) from fault


@lru_cache(maxsize=4)
def _read(path: Path, _changed: int) -> dict[str, str]:
    held: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return held


def rotate() -> str:
    """Make a new key that seals from now on; its id. Values sealed before still open."""
    held = dict(keys())
    name = str(max(int(each) for each in held if each != "search") + 1)
    held[name] = secrets.token_hex(32)
    _fresh(held).replace(_path())
    return name


def seal(text: str, column: str, person: int) -> bytes:
    """The text sealed for one column of one person."""
    held = keys()
    name = max((each for each in held if each != "search"), key=int)
    nonce = secrets.token_bytes(NONCE)
    sealed = AESGCM(bytes.fromhex(held[name])).encrypt(nonce, text.encode(), _about(column, person))
    return name.encode() + b":" + nonce + sealed


def unseal(sealed: bytes | memoryview, column: str, person: int) -> str:
    """The text again.

    Raises:
        SealError: the key is not here, or the value was changed or belongs elsewhere.
    """
    name, _, rest = bytes(sealed).partition(b":")
    held = keys().get(name.decode(errors="replace"))
    if held is None:
        raise SealError(
            "The key that sealed an identifier is not here.",
            do="Restore the folder of secrets from the backup.",
        )
    try:
        opened = AESGCM(bytes.fromhex(held)).decrypt(
            rest[:NONCE], rest[NONCE:], _about(column, person)
        )
    except InvalidTag as fault:
        raise SealError("A sealed identifier was changed or belongs elsewhere.") from fault
    return opened.decode()


def _about(column: str, person: int) -> bytes:
    return f"{column}:{person}".encode()


def search_key(nhs_number: str) -> str:
    """The keyed digest by which an NHS number is found."""
    held = bytes.fromhex(keys()["search"])
    return hmac.new(held, nhs_number.encode(), hashlib.sha256).hexdigest()


def valid_nhs_number(text: str) -> str | None:
    """The ten digits of an NHS number with a right check digit (modulus 11); None for others.

    The algorithm is that of the NHS Data Dictionary, NHS NUMBER.
    """
    digits = "".join(text.split()).replace("-", "")
    if len(digits) != 10 or not digits.isascii() or not digits.isdigit():
        return None
    total = sum(
        int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=False)
    )
    check = (11 - total % 11) % 11
    return digits if check != 10 and check == int(digits[9]) else None
