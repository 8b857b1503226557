"""What can go wrong with the store and with loading (exit codes 10 to 19)."""

from __future__ import annotations

from harmfree.errors import HarmfreeError, InputError


class StoreBusyError(HarmfreeError):
    """Another load is writing to the same store."""

    exit_code = 10


class StoreDamagedError(HarmfreeError):
    """The store's files do not fit each other, or were written by another version."""

    exit_code = 11


class UnknownSourceError(InputError):
    """The path holds no records in a form that can be read."""

    exit_code = 12


class MappingError(InputError):
    """The mapping file of a CSV source is wrong."""

    exit_code = 13


class UnreadableFileError(InputError):
    """A file could not be read at all; the other files were loaded."""

    exit_code = 14
