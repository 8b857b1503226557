"""What can go wrong with a clinical tool, said to its user. Exit codes 50 to 54."""

from __future__ import annotations

from collections.abc import Sequence

from harmfree.errors import HarmfreeError


class Problem(ValueError):  # noqa: N818  (it is a finding about an input, not a failure)
    """What is wrong with one input.

    Raised by the reader of one field, inside Pydantic or the batch reader; both turn it into
    a message that names the field. It is a ValueError because Pydantic expects one.

    Args:
        message: the fault, with the range or the accepted spellings.
        field: the input's name; "" until the reader of the whole row fills it in.
    """

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.message, self.field = message, field

    def __str__(self) -> str:
        return f"{self.field}: {self.message}" if self.field else self.message


class RefusedError(HarmfreeError):
    """One or more inputs cannot be used: impossible, in another unit, or misspelt."""

    exit_code = 50

    def __init__(self, tool: str, problems: Sequence[Problem]) -> None:
        super().__init__(
            f"{tool}: " + "; ".join(str(problem) for problem in problems),
            do=f"Correct the input. `harmfree calc explain {tool}` lists inputs, units and ranges.",
        )
        self.tool, self.problems = tool, tuple(problems)


class UnknownToolError(HarmfreeError):
    """There is no tool of that name."""

    exit_code = 51


class TableError(HarmfreeError):
    """A scoring table is absent, unsigned, or does not cover every value."""

    exit_code = 52


class CardError(HarmfreeError):
    """A tool is registered with facts missing or a name taken: a fault of its author."""

    exit_code = 53


class CasesError(HarmfreeError):
    """A file of cases cannot be read at all."""

    exit_code = 54
