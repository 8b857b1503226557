"""What can go wrong on a worklist."""

from __future__ import annotations

from harmfree.errors import HarmfreeError


class SealError(HarmfreeError):
    """A sealed identifier cannot be opened."""

    exit_code = 94


class IdentitiesRefusedError(HarmfreeError):
    """Identities cannot be loaded into this home."""

    exit_code = 95
