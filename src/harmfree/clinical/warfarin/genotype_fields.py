"""How a genotype is written: star alleles, and bases on either strand of the DNA."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from harmfree.clinical.errors import Problem
from harmfree.clinical.fields import Spec
from harmfree.clinical.warfarin.tables import table

COMPLEMENT = str.maketrans("ACGT", "TGCA")
DELETION = "del"
_SEPARATED = re.compile(r"[/|;,\s]+")


@lru_cache(maxsize=1)
def variants() -> Mapping[str, Mapping[str, Any]]:
    """Return the variants of `data/variants.json` by rsID."""
    return {held["rsid"]: held for held in table("variants")["variants"]}


def alleles(rsid: str) -> tuple[str, ...]:
    """Return the reference and alternative alleles of a variant as written in a genotype.

    A deletion is written by the base that is lost ("A") and "del".
    """
    held = variants()[rsid]
    if len(held["ref"]) == 2:
        return held["ref"][1], DELETION
    return held["ref"], *held["alts"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Bases(Spec):
    """A genotype of one variant, such as C/T; kept on the plus strand, reference first.

    `C|T` states the phase. Bases of the other strand are turned round when they cannot be meant
    otherwise; a variant whose alleles are each other's complement is read as on the plus strand.

    Args:
        rsid: the variant.
    """

    rsid: str

    kind = "genotype"

    def parse(self, raw: object) -> str:
        """Return the genotype on the plus strand, or raise `Problem`."""
        text = str(raw).strip()
        pair = _pair(text)
        known = alleles(self.rsid)
        if pair is None:
            raise Problem(f"{text!r} is not a genotype; give {self.accepts}")
        turned = tuple(a.translate(COMPLEMENT) if a != DELETION else a for a in pair)
        if set(pair) <= set(known):
            chosen = pair
        elif set(turned) <= set(known):
            chosen = turned
        else:
            raise Problem(f"{text!r} has a base that {self.rsid} does not; give {self.accepts}")
        if "|" in text:
            return "|".join(chosen)
        return "/".join(sorted(chosen, key=known.index))

    @property
    def accepts(self) -> str:
        """The possible genotypes in words."""
        ref, *alts = alleles(self.rsid)
        return f"{ref}/{ref}, {ref}/{alts[0]} or {alts[0]}/{alts[0]}, on either strand"


_DELETED = {"DEL", "D", "-"}
_KEPT = {"INS": "A", "I": "A"}


def _pair(text: str) -> tuple[str, ...] | None:
    parts = [part for part in _SEPARATED.split(text.upper()) if part]
    if len(parts) == 1 and len(parts[0]) == 2:
        parts = list(parts[0])
    if len(parts) != 2:
        return None
    pair = tuple(DELETION if part in _DELETED else _KEPT.get(part, part) for part in parts)
    return pair if all(part == DELETION or part in {"A", "C", "G", "T"} for part in pair) else None


@dataclass(frozen=True, kw_only=True, eq=False)
class Vkorc1(Bases):
    """VKORC1 -1639G>A as G/G, A/G or A/A, the gene's own strand.

    rs9923231 in dbSNP and in VCF files is on the other strand: C/C, C/T and T/T are the same
    three genotypes.
    """

    rsid: str = field(default="rs9923231")

    def parse(self, raw: object) -> str:
        """Return G/G, A/G or A/A, or raise `Problem`."""
        return SENSITIVITY[super().parse(raw).count("T")]

    @property
    def accepts(self) -> str:
        """The three genotypes on both strands."""
        return "G/G, A/G or A/A; on the plus strand C/C, C/T or T/T"


# By the number of A alleles of -1639G>A, the allele of low dose need.
SENSITIVITY = ("G/G", "A/G", "A/A")


@dataclass(frozen=True, kw_only=True, eq=False)
class StarAlleles(Spec):
    """A pair of CYP2C9 star alleles such as *1/*3, lower number first."""

    kind = "genotype"

    def parse(self, raw: object) -> str:
        """Return the pair, or raise `Problem`."""
        text = str(raw).strip()
        numbers = re.fullmatch(
            r"(?:CYP2C9)?\s*\*?\s*(\d{1,3})\s*[/|,;\s]?\s*(?:CYP2C9)?\s*\*?\s*(\d{1,3})",
            text,
            re.IGNORECASE,
        )
        if numbers is None or ("*" not in text and not re.search(r"\d\D+\d", text)):
            raise Problem(f"{text!r} is not a pair of star alleles; give {self.accepts}")
        low, high = sorted(int(number) for number in numbers.groups())
        if low < 1:
            raise Problem(f"{text!r}: star alleles are numbered from 1")
        return f"*{low}/*{high}"

    @property
    def accepts(self) -> str:
        """The form in words."""
        return "two star alleles such as *1/*3"
