"""Secrets of second factors as they lie in the database: encrypted under a key kept outside it."""

from __future__ import annotations

import base64
import hashlib
import os

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from harmfree.web.environment import kept_secret

PURPOSE = b"second factor"
_NONCE = 12  # bytes, as AES-GCM wants


def seal(text: str) -> str:
    """Encrypt a secret (AES-256-GCM)."""
    nonce = os.urandom(_NONCE)
    sealed = _cipher().encrypt(nonce, text.encode(), PURPOSE)
    return base64.b64encode(nonce + sealed).decode("ascii")


def unseal(sealed: str) -> str:
    """The secret again.

    Raises:
        cryptography.exceptions.InvalidTag: it was changed, or sealed under another key.
    """
    raw = base64.b64decode(sealed)
    return _cipher().decrypt(raw[:_NONCE], raw[_NONCE:], PURPOSE).decode()


def _cipher() -> AESGCM:
    secret = kept_secret(settings.SECRETS, "second_factors")
    return AESGCM(hashlib.sha256(secret.encode()).digest())
