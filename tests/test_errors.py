"""Each class of error has its own exit code and says what to do."""

from __future__ import annotations

import importlib
import pkgutil

import harmfree
from harmfree.errors import HarmfreeError, InputError


def every_class(base: type[HarmfreeError]) -> list[type[HarmfreeError]]:
    """The class and all classes below it."""
    return [base, *(found for child in base.__subclasses__() for found in every_class(child))]


def test_no_two_error_classes_share_an_exit_code():
    for module in pkgutil.walk_packages(harmfree.__path__, "harmfree."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    codes: dict[int, str] = {}
    for error in every_class(HarmfreeError):
        assert error.exit_code not in (0, 1, 2), error
        assert error.exit_code not in codes, (error, codes[error.exit_code])
        codes[error.exit_code] = error.__name__


def test_the_message_has_what_where_and_what_to_do():
    error = InputError("The date is not a date", where="row 3, column when", do="use YYYY-MM-DD")
    assert str(error).splitlines() == [
        "The date is not a date",
        "  where: row 3, column when",
        "  what to do: use YYYY-MM-DD",
    ]
