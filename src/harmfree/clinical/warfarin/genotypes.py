"""From what a laboratory typed to what the equations ask for.

Star alleles from single variants, VKORC1 from its neighbours when -1639 is missing, and what may
not be concluded. Nothing here guesses: an allele that was not typed is not *1.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, TypeVar

from harmfree.clinical.errors import Problem
from harmfree.clinical.fields import Choice, Flag
from harmfree.clinical.inputs import Inputs
from harmfree.clinical.warfarin.file_fields import (
    STRAND,
    TABLE_FILE,
    VCF_FILE,
    FileGenotypes,
)
from harmfree.clinical.warfarin.genotype_fields import (
    SENSITIVITY,
    Bases,
    StarAlleles,
    Vkorc1,
    alleles,
    variants,
)
from harmfree.clinical.warfarin.tables import table

# Carried by the equations; the wild type takes the place of whatever was typed and not found.
IN_EQUATIONS = ("*1", "*2", "*3")
CYP2C9_VARIANTS = ("rs1799853", "rs1057910", "rs28371686", "rs9332131", "rs7900194", "rs28371685")

ANCESTRY = Choice(
    label="Ancestry",
    help="As the equations use it; unknown is a group of its own",
    options={
        "white": "white",
        "asian": "Asian",
        "black": "Black, African or African American",
        "mixed_or_unknown": "mixed or not recorded",
    },
    spellings={
        "caucasian": "white",
        "black or african american": "black",
        "african": "black",
        "african american": "black",
        "mixed": "mixed_or_unknown",
        "mixed or missing": "mixed_or_unknown",
        "mixed or unknown": "mixed_or_unknown",
        "other": "mixed_or_unknown",
    },
    aliases=("race", "ethnicity"),
)


class Genotype(Inputs):
    """Genotypes as reported: by gene, variant by variant, or in a file."""

    vcf: Annotated[FileGenotypes | None, VCF_FILE] = None
    genotypes: Annotated[FileGenotypes | None, TABLE_FILE] = None
    vkorc1: Annotated[
        str | None,
        Vkorc1(
            label="VKORC1 -1639G>A (rs9923231)",
            aliases=("rs9923231", "vkorc1_1639", "vkorc1_genotype"),
        ),
    ] = None
    cyp2c9: Annotated[
        str | None,
        StarAlleles(label="CYP2C9 star alleles", aliases=("cyp2c9_genotype", "cyp2c9_diplotype")),
    ] = None
    rs9934438: Annotated[
        str | None, Bases(label="VKORC1 1173C>T (rs9934438)", rsid="rs9934438")
    ] = None
    rs8050894: Annotated[
        str | None, Bases(label="VKORC1 1542G>C (rs8050894)", rsid="rs8050894")
    ] = None
    rs8050894_strand: Annotated[str | None, STRAND] = None
    rs2359612: Annotated[
        str | None, Bases(label="VKORC1 2255C>T (rs2359612)", rsid="rs2359612")
    ] = None
    rs1799853: Annotated[str | None, Bases(label="CYP2C9*2 (rs1799853)", rsid="rs1799853")] = None
    rs1057910: Annotated[str | None, Bases(label="CYP2C9*3 (rs1057910)", rsid="rs1057910")] = None
    rs28371686: Annotated[str | None, Bases(label="CYP2C9*5 (rs28371686)", rsid="rs28371686")] = (
        None
    )
    rs9332131: Annotated[str | None, Bases(label="CYP2C9*6 (rs9332131)", rsid="rs9332131")] = None
    rs7900194: Annotated[
        str | None, Bases(label="CYP2C9*8 (rs7900194)", rsid="rs7900194", help="T is *27")
    ] = None
    rs28371685: Annotated[str | None, Bases(label="CYP2C9*11 (rs28371685)", rsid="rs28371685")] = (
        None
    )
    extra_alleles_tested: Annotated[
        bool | None,
        Flag(
            label="CYP2C9 *5, *6, *8 and *11 were tested",
            help="Only needed with star alleles; single variants speak for themselves",
        ),
    ] = None

    def conflicts(self) -> Iterable[Problem]:
        """A genotype that is typed in and one from a file must agree."""
        seen: dict[str, str] = {}
        for file in (self.vcf, self.genotypes):
            for name, value in file.values if file else ():
                own = getattr(self, name, None) or seen.setdefault(name, value)
                if own != value:
                    yield Problem(f"{own} here and {value} in {file.name if file else ''}", name)


G = TypeVar("G", bound=Genotype)


def with_files(given: G) -> tuple[G, tuple[str, ...]]:
    """Return the inputs with the genotypes of their files, and notes on what was not used."""
    values: dict[str, str] = {}
    notes = []
    for file in (given.vcf, given.genotypes):
        if file is None:
            continue
        values |= {name: value for name, value in file.values if hasattr(given, name)}
        notes += [f"{file.name}: {note}." for note in file.notes]
    return (given.model_copy(update=values) if values else given), tuple(notes)


@dataclass(frozen=True)
class Call:
    """What may be said of a gene.

    Args:
        genotype: the pair of alleles, or None when it is not known.
        notes: how it was found, or why it is not known.
    """

    genotype: str | None
    notes: tuple[str, ...] = ()


def call_vkorc1(given: Genotype, ancestry: str | None) -> Call:
    """Return VKORC1 -1639, imputed from its neighbours in the order of IWPC's appendix S4."""
    if given.vkorc1 is not None:
        return Call(given.vkorc1)
    mixed_or_black = ancestry in (None, "black", "mixed_or_unknown")
    for rsid, restricted in (("rs2359612", True), ("rs9934438", False), ("rs8050894", True)):
        typed = getattr(given, rsid)
        if typed is None or (restricted and mixed_or_black):
            continue
        copies = _low_dose_copies(given, rsid, typed)
        if copies is not None:
            return Call(SENSITIVITY[copies], (f"VKORC1 was imputed from {rsid} {typed}.",))
    return Call(None)


def _low_dose_copies(given: Genotype, rsid: str, typed: str) -> int | None:
    ref, alt = alleles(rsid)
    copies = typed.count(alt)
    if rsid != "rs8050894" or copies == 1:
        return copies
    if given.rs8050894_strand is None:
        return None
    return copies if given.rs8050894_strand == "plus" else 2 - copies


def call_cyp2c9(given: Genotype) -> Call:
    """Return the CYP2C9 pair: as given, or put together from single variants.

    *2 and *3 must both have been typed. Two different variants without a stated phase are taken
    to lie on different chromosomes, and said so; on one chromosome they make no known pair.
    """
    typed = {rsid: getattr(given, rsid) for rsid in CYP2C9_VARIANTS}
    found = [
        (variants()[rsid]["alts"][_in_file(rsid, base)], place)
        for rsid, pair in typed.items()
        if pair is not None
        for place, base in enumerate(pair.replace("|", "/").split("/"))
        if base != alleles(rsid)[0]
    ]
    if given.cyp2c9 is not None:
        return _confirmed(given.cyp2c9, found, typed)
    if typed["rs1799853"] is None or typed["rs1057910"] is None:
        partly = any(typed.values())
        return Call(None, ("CYP2C9*2 and *3 were not both typed.",) if partly else ())
    return _paired(found, typed)


def _confirmed(pair: str, found: list[tuple[str, int]], typed: dict[str, str | None]) -> Call:
    """Return the stated pair unless single variants contradict it: then nothing is known."""
    seen = sorted(star for star, _ in found)
    tested = {
        star
        for rsid, value in typed.items()
        if value is not None
        for star in variants()[rsid]["alts"].values()
    }
    stated = sorted(star for star in pair.split("/") if star in tested)
    if seen == stated:
        return Call(pair)
    return Call(None, (f"CYP2C9 was given as {pair}, but its variants say otherwise.",))


def _in_file(rsid: str, base: str) -> str:
    """Return the allele as `variants.json` writes it: a deletion by the base before it."""
    ref: str = variants()[rsid]["ref"]
    return ref[0] if len(ref) == 2 else base


def _paired(found: list[tuple[str, int]], typed: dict[str, str | None]) -> Call:
    stars = [star for star, _ in found]
    if len(stars) > 2:
        return Call(None, (f"Three or more CYP2C9 variants ({', '.join(stars)}) make no pair.",))
    low, high = sorted(["*1"] * (2 - len(stars)) + stars, key=lambda star: int(star[1:]))
    pair = f"{low}/{high}"
    if len(set(stars)) < 2:
        return Call(pair)
    phased = all("|" in (typed[rsid] or "") for rsid in typed if _carries(rsid, typed[rsid]))
    if not phased:
        return Call(pair, (f"CYP2C9 {pair} assumes that the two lie on different chromosomes.",))
    if found[0][1] == found[1][1]:
        return Call(None, (f"CYP2C9 {stars[0]} and {stars[1]} lie on one chromosome: no pair.",))
    return Call(pair)


def _carries(rsid: str, pair: str | None) -> bool:
    ref = alleles(rsid)[0]
    return pair is not None and set(pair.replace("|", "/").split("/")) != {ref}


def extra_alleles_tested(given: Genotype) -> bool | None:
    """Say whether *5, *6, *8 and *11 were all tested; None when the report does not tell.

    A carrier's own allele counts as seen, but says nothing of the other three.
    """
    if given.extra_alleles_tested is not None:
        return given.extra_alleles_tested
    typed = [getattr(given, rsid) is not None for rsid in CYP2C9_VARIANTS[2:]]
    if given.cyp2c9 is not None and not any(typed):
        return None
    return all(typed)


def extra_carried(pair: str | None) -> tuple[str, ...]:
    """Return those of *5, *6, *8 and *11 in a pair; twice when homozygous."""
    listed = table("cpic")["extra_alleles"]
    return tuple(star for star in (pair or "").split("/") if star in listed)


def modelled(pair: str | None) -> str | None:
    """Return the pair when the equations know both alleles, else None: never *1 instead."""
    if pair is None:
        return None
    return pair if all(star in IN_EQUATIONS for star in pair.split("/")) else None


def typed_for_2_and_3(pair: str | None) -> str | None:
    """Return the pair as typing of *2 and *3 alone would report it.

    CPIC has the dose calculated from *2 and *3 and lowered afterwards for *5, *6, *8 and *11.
    """
    if pair is None:
        return None
    stars = (star if star in IN_EQUATIONS else "*1" for star in pair.split("/"))
    low, high = sorted(stars)
    return f"{low}/{high}"
