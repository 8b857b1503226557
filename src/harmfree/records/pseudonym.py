"""Keyed pseudonyms: the same person gets the same number, and only the key's holder can tell whom.

The number is made of two nested SHA-256 with the site's secret key in front of each (the shape of
HMAC, RFC 2104), so that neither a list of all NHS numbers nor one published store reveals anybody
without the key. DuckDB computes the same number with `SQL`, column by column.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path

from harmfree.errors import InputError

BITS = 62
_MASK = (1 << BITS) - 1
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no I, L, O, U to mistake
_LENGTH = 13


def load_key(home: Path) -> str:
    """Secret key of the store at `home` as 64 hex digits; made at the first call (mode 0600)."""
    path = home / "key"
    if not path.exists():
        home.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f"key.{os.getpid()}")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(32))
        try:
            os.link(fresh, path)  # the first of two processes wins; the other reads its key
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text(encoding="ascii").strip()


def pseudonym(key: str, identifier: str) -> int:
    """Pseudonym of `identifier` under `key`: a whole number from 1 to 2^62 - 1."""
    inner = hashlib.sha256((key + identifier).encode()).hexdigest()
    outer = hashlib.sha256((key + inner).encode()).hexdigest()
    return (int(outer[:16], 16) & _MASK) or 1


def sql(key: str, column: str) -> str:
    """DuckDB expression for the pseudonym of the text in `column`."""
    outer = f"sha256('{key}' || sha256('{key}' || {column}))"
    number = f"(('0x' || {outer}[1:16])::UBIGINT & {_MASK}::UBIGINT)"
    return f"greatest({number}, 1::UBIGINT)::BIGINT"


def shown(person: int) -> str:
    """How a pseudonym is shown to people: `P` and 13 characters."""
    digits = [_ALPHABET[person >> 5 * place & 31] for place in range(_LENGTH)]
    return "P" + "".join(reversed(digits))


def parse(text: str) -> int:
    """Pseudonym written as `shown` writes it; letters may be small, O reads as 0 and I, L as 1."""
    body = text.strip().upper().removeprefix("P").translate(str.maketrans("OIL", "011"))
    if len(body) != _LENGTH or any(letter not in _ALPHABET for letter in body):
        raise InputError(
            f"{text!r} is not a person.", do="Write it as the worklist shows it: P and 13 letters."
        )
    number = 0
    for letter in body:
        number = number << 5 | _ALPHABET.index(letter)
    return number
