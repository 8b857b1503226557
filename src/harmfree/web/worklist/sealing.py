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
from collections.abc import Mapping
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
    return _held()[0]


Held = tuple[dict[str, str], dict[str, AESGCM]]


def _held() -> Held:
    """The keys, and the ciphers of those that seal; read again when the file has changed."""
    path = f"{settings.SECRETS}/{FILE}"
    try:
        return _read(path, _changed(path))
    except (OSError, ValueError) as fault:
        raise SealError(
            "The keys of the identifiers cannot be read.",
            where=FILE,
            do="Restore the folder of secrets from the backup.",
        ) from fault


def _changed(path: str) -> int:
    """When the file was changed; it is made where there is none. One call of the system."""
    try:
        return os.stat(path).st_mtime_ns  # noqa: PTH116 - asked three times for every line
    except FileNotFoundError:
        _make()
        return os.stat(path).st_mtime_ns  # noqa: PTH116 - the same


@lru_cache(maxsize=4)
def _read(path: str, _at: int) -> Held:
    held: dict[str, str] = json.loads(Path(path).read_text(encoding="utf-8"))
    ciphers = {name: AESGCM(bytes.fromhex(key)) for name, key in held.items() if name != "search"}
    return held, ciphers


def rotate() -> str:
    """Make a new key that seals from now on; its id. Values sealed before still open."""
    held = dict(keys())
    name = str(max(int(each) for each in held if each != "search") + 1)
    held[name] = secrets.token_hex(32)
    _fresh(held).replace(_path())
    return name


def seal(text: str, column: str, person: int) -> bytes:
    """The text sealed for one column of one person."""
    ciphers = _held()[1]
    name = max(ciphers, key=int)
    nonce = secrets.token_bytes(NONCE)
    sealed = ciphers[name].encrypt(nonce, text.encode(), _about(column, person))
    return name.encode() + b":" + nonce + sealed


def unseal(sealed: bytes | memoryview, column: str, person: int) -> str:
    """The text again.

    Raises:
        SealError: the key is not here, or the value was changed or belongs elsewhere.
    """
    return unseal_all({column: sealed}, person)[0]


def unseal_all(sealed: Mapping[str, bytes | memoryview], person: int) -> list[str]:
    """The texts of several columns of one person, in their order; raises what `unseal` does."""
    ciphers = _held()[1]
    return [_opened(ciphers, value, column, person) for column, value in sealed.items()]


def _opened(
    ciphers: Mapping[str, AESGCM], sealed: bytes | memoryview, column: str, person: int
) -> str:
    name, _, rest = bytes(sealed).partition(b":")
    cipher = ciphers.get(name.decode(errors="replace"))
    if cipher is None:
        raise SealError(
            "The key that sealed an identifier is not here.",
            do="Restore the folder of secrets from the backup.",
        )
    try:
        opened = cipher.decrypt(rest[:NONCE], rest[NONCE:], _about(column, person))
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
