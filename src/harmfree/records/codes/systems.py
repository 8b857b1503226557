"""Code systems: their names, which of them have prefixes, and one spelling of a code.

The same concept is spelt in several ways by different suppliers (``I48.0`` and ``I480``,
``G573.00`` and ``G573.``). Codes are compared in the normal form made here, so that a list and
a record meet whatever the spelling.
"""

from __future__ import annotations

from collections.abc import Callable

CODE_SYSTEMS = (
    "snomed",
    "dmd",
    "bnf",
    "atc",
    "icd10",
    "readv2",
    "ctv3",
    "loinc",
    "rxnorm",
    "ndc",
    "cvx",
    "omop",
    "local",
)
"""Every system that an event's code may come from."""

PREFIX_SYSTEMS = frozenset({"bnf", "atc", "icd10", "readv2"})
"""Systems whose codes are hierarchical, so that ``code*`` means a group."""

SAME_IDENTIFIERS = {"snomed": ("snomed", "dmd"), "dmd": ("dmd", "snomed")}
"""dm+d identifiers are SNOMED CT identifiers, and suppliers label them either way."""

MEDICINE_SYSTEMS = frozenset({"dmd", "bnf", "atc", "rxnorm", "ndc", "cvx"})
"""Systems that hold nothing but medicines."""


def _plain(code: str) -> str:
    return code.strip()


def _upper(code: str) -> str:
    return code.strip().upper()


def _icd10(code: str) -> str:
    """``I48.0``, ``i480`` and ``I48.0+`` are one code, whatever dagger or dot."""
    return code.strip().upper().replace(".", "").rstrip("+†")


def _read(code: str) -> str:
    """Read codes have five characters padded with dots; two more mark the synonym. Case counts."""
    return code.strip()[:5].rstrip(".")


_NORMALISERS: dict[str, Callable[[str], str]] = {
    "bnf": _upper,
    "atc": _upper,
    "icd10": _icd10,
    "readv2": _read,
    "ctv3": _read,
}


def normal_code(system: str, code: str) -> str:
    """The normal spelling of ``code`` in ``system``; two codes are the same when these are."""
    return _NORMALISERS.get(system, _plain)(code)
