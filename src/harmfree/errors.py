"""What can go wrong, said to the user: what, where and what to do.

Every class has its own exit code, so that a script can tell the cases apart; the command line
prints `message` without a traceback. Subclass in the package that raises it; give each subclass
a code of its own (``tests/test_errors.py`` checks that no two share one).

Codes 0 (done), 1 (a fault of ours, with a traceback) and 2 (wrong command line) are taken.
"""

from __future__ import annotations


class HarmfreeError(Exception):
    """Base of every error that the user can act on.

    Args:
        what: what is wrong, in one sentence.
        where: the file, line, column or option it was found in, when there is one.
        do: what the user can do about it.
    """

    exit_code = 3

    def __init__(self, what: str, *, where: str = "", do: str = "") -> None:
        super().__init__(what)
        self.what, self.where, self.do = what, where, do

    def __str__(self) -> str:
        lines = [self.what]
        if self.where:
            lines.append(f"  where: {self.where}")
        if self.do:
            lines.append(f"  what to do: {self.do}")
        return "\n".join(lines)


class InputError(HarmfreeError):
    """The input cannot be read or does not fit what was asked."""

    exit_code = 4


class NotFoundError(HarmfreeError):
    """The thing named does not exist: a file, a site, a person, an indicator."""

    exit_code = 5


class PartlyDoneError(HarmfreeError):
    """The work was done for all good rows, and some rows were refused."""

    exit_code = 6
