"""What can be wrong with a code list, a code map or a list's name."""

from __future__ import annotations

from harmfree.errors import InputError, NotFoundError


class CodeListError(InputError):
    """A code list file has a duplicate, an unknown system or a malformed row."""

    exit_code = 20


class UnknownCodeListError(NotFoundError):
    """An expression or a user named a code list that no folder holds."""

    exit_code = 21


class CodeMapError(InputError):
    """A map from one code system to another cannot be read."""

    exit_code = 22
