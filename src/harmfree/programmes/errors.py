"""What can be wrong with a programme or with the name of an indicator."""

from __future__ import annotations

from harmfree.errors import InputError, NotFoundError


class ProgrammeError(InputError):
    """A programme's folder or an indicator's definition is not right."""

    exit_code = 30


class UnknownIndicatorError(NotFoundError):
    """There is no such programme or indicator."""

    exit_code = 31


class ProgrammesNotWholeError(InputError):
    """`programmes check` found something that must be put right."""

    exit_code = 32
