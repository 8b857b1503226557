"""Genotypes from files: VCF and a simple table of variants.

A variant that a file does not hold was not tested. Only a reference block of a genome VCF, or a
record that says 0/0, makes it normal.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from harmfree.clinical.errors import Problem
from harmfree.clinical.warfarin.genotype_fields import (
    COMPLEMENT,
    DELETION,
    Bases,
    StarAlleles,
    alleles,
    variants,
)
from harmfree.clinical.warfarin.vcf import GenotypeFileError, Site, open_vcf

# Length of chromosome 10 in the two assemblies: how a header without words tells the build.
CHROMOSOME_10 = {135534747: "grch37", 133797422: "grch38"}
# Whole words only: a checksum in the header may well hold the letters b37.
BUILD_WORDS = {
    "grch37": re.compile(
        r"(?<![a-z0-9])(GRCh37|hg19|b37|hs37|hs37d5|v37|assembly19)(?![a-z0-9])", re.IGNORECASE
    ),
    "grch38": re.compile(r"(?<![a-z0-9])(GRCh38|hg38|hs38|assembly38)(?![a-z0-9])", re.IGNORECASE),
}
# ALT of a record that says nothing but "reference here".
NO_ALT = frozenset({"<NON_REF>", "<*>", "."})
# A direct-to-consumer array of a whole genome has about 25 MB.
LARGEST_TABLE = 100_000_000
NO_CALLS = frozenset({"", ".", "--", "./.", ".|.", "00", "0/0", "na", "nc"})


@dataclass
class Typed:
    """What a file says of the variants that matter to warfarin.

    Args:
        inputs: raw inputs of the warfarin tools by name.
        notes: what was seen and not used, and why.
    """

    inputs: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def add(self, rsid: str, genotype: str) -> None:
        """Keep one genotype, under the input that takes it; two that differ cancel out."""
        name = "vkorc1" if rsid == "rs9923231" else rsid
        if self.inputs.setdefault(name, genotype) != genotype:
            raise GenotypeFileError(
                f"{rsid} is in the file twice, as {self.inputs[name]} and as {genotype}.",
                do="Find out which is right; neither was used.",
            )
        if rsid == "rs8050894":
            self.inputs["rs8050894_strand"] = "plus"


def read_vcf(path: Path) -> Typed:
    """Read the variants from a VCF or genome VCF of one person.

    A record counts when its ID is the rsID, or when it lies at the variant's position in the
    build that the header names; its REF must be the variant's.

    Raises:
        GenotypeFileError: it cannot be read, holds several people, or none of the variants.
    """
    header, sites = open_vcf(path, frozenset(_places()), frozenset(variants()))
    build, typed = _build(header), Typed()
    phase_sets: set[str] = set()
    for site in sites:
        for rsid in sorted(_variants_of(site, build)):
            if _take(site, rsid, typed) and site.phase_set:
                phase_sets.add(site.phase_set)
    if not typed.inputs:
        raise GenotypeFileError(
            f"{path.name} has none of the variants that matter to warfarin.",
            where="; ".join(typed.notes),
            do="Give a file with rsIDs, or one whose header names GRCh37 or GRCh38."
            if build is None
            else "Ask the laboratory for a file with all tested sites, not only differences.",
        )
    if len(phase_sets) > 1:
        # Within different phase sets the order of the alleles does not join them.
        typed.inputs = {name: value.replace("|", "/") for name, value in typed.inputs.items()}
    return typed


def _build(header: str) -> str | None:
    """Return the genome build that a header states, by words or by the length of chromosome 10."""
    found = {name for name, words in BUILD_WORDS.items() if words.search(header)}
    for line in re.findall(r"##contig=<ID=(?:chr)?10,[^>]*>", header):
        length = re.search(r"length=(\d{1,10})", line)
        if length and int(length.group(1)) in CHROMOSOME_10:
            found.add(CHROMOSOME_10[int(length.group(1))])
    return found.pop() if len(found) == 1 else None


@lru_cache(maxsize=1)
def _places() -> Mapping[str, tuple[tuple[str, Mapping[str, Any]], ...]]:
    """Return the variants by chromosome: nearly every record of a genome is on another one."""
    by_chromosome: dict[str, list[tuple[str, Mapping[str, Any]]]] = {}
    for rsid, held in variants().items():
        by_chromosome.setdefault(held["chrom"], []).append((rsid, held))
    return {name: tuple(held) for name, held in by_chromosome.items()}


def _variants_of(site: Site, build: str | None) -> set[str]:
    """Return the variants that a record speaks of, by its names or by its place."""
    found = {name for name in site.names if name in variants()}
    if build is not None:
        for rsid, held in _places().get(site.chromosome, ()):
            if site.position <= held[build] <= site.end:
                found.add(rsid)
    return found


def _take(site: Site, rsid: str, typed: Typed) -> bool:
    """Take the genotype of one record, or note why not; say whether it was taken."""
    expected: str = variants()[rsid]["ref"]
    reference = site.alleles == (0, 0) and NO_ALT.issuperset(site.alts)
    # A reference block starts with the base of another position: only a single site can be checked.
    block = site.end - site.position >= len(site.ref)
    if site.failed:
        typed.notes.append(f"{rsid}: filter {site.failed}, not used")
    elif site.alleles is None:
        typed.notes.append(f"{rsid}: no call")
    elif reference and (block or site.ref[:1] == expected[0]):
        typed.add(rsid, "/".join([alleles(rsid)[0]] * 2))
        return True
    elif site.ref != expected:
        typed.notes.append(f"{rsid}: REF {site.ref}, expected {expected}")
    else:
        return _take_alleles(site, site.alleles, rsid, typed)
    return False


def _take_alleles(site: Site, pair: tuple[int, int], rsid: str, typed: Typed) -> bool:
    held = variants()[rsid]
    bases = [site.ref, *site.alts]
    chosen = [bases[place] if place < len(bases) else "?" for place in pair]
    if any(base != held["ref"] and base not in held["alts"] for base in chosen):
        typed.notes.append(f"{rsid}: allele {'/'.join(chosen)} is not known, not used")
        return False
    if len(held["ref"]) == 2:
        chosen = [alleles(rsid)[0] if base == held["ref"] else DELETION for base in chosen]
    if site.phased:
        typed.add(rsid, "|".join(chosen))
    else:
        typed.add(rsid, "/".join(sorted(chosen, key=alleles(rsid).index)))
    return True


def read_table(path: Path) -> Typed:
    """Read a table of variants: columns `rsid` and `genotype`, `strand` if it is not the plus one.

    A row may instead name the gene CYP2C9 with star alleles. Comma or tab separates; lines
    starting with # are comments; files of direct-to-consumer arrays (rsid, chromosome, position,
    genotype without a header) are read too.

    Raises:
        GenotypeFileError: it cannot be read, or a genotype in it is impossible.
    """
    if not path.is_file():
        raise GenotypeFileError(f"There is no file {path}.")
    if path.stat().st_size > LARGEST_TABLE:
        raise GenotypeFileError(f"{path.name} is too large for a table of genotypes.")
    typed = Typed()
    text = path.read_text(encoding="utf-8-sig", errors="replace").splitlines()
    for row in _rows(line for line in text if line.strip() and not line.startswith("#")):
        name, genotype = row.get("rsid", ""), row.get("genotype", "")
        if name.upper() == "CYP2C9":
            typed.inputs["cyp2c9"] = _checked(name, genotype, StarAlleles(label="CYP2C9"))
            continue
        rsid = "rs9923231" if name.upper() == "VKORC1" else name
        if rsid not in variants():
            continue
        if genotype.lower() in NO_CALLS:
            typed.notes.append(f"{rsid}: no call")
            continue
        turned = _on_plus(rsid, genotype, row.get("strand", ""))
        typed.add(rsid, _checked(rsid, turned, Bases(label=rsid, rsid=rsid)))
    if not typed.inputs:
        raise GenotypeFileError(
            f"{path.name} has none of the variants that matter to warfarin.",
            do="Give columns rsid and genotype, for instance rs9923231,C/T.",
        )
    return typed


def _checked(name: str, genotype: str, spec: Bases | StarAlleles) -> str:
    try:
        return spec.parse(genotype)
    except Problem as problem:
        raise GenotypeFileError(f"{name}: {problem.message}") from problem


NAMES = {"variant": "rsid", "snp": "rsid", "gene": "rsid", "id": "rsid", "result": "genotype"}
ARRAY = ("rsid", "chromosome", "position", "genotype")


def _rows(lines: Iterable[str]) -> Iterator[Mapping[str, str]]:
    held = list(lines)
    tab = "\t" if held and "\t" in held[0] else ","
    cells = [[cell.strip() for cell in row] for row in csv.reader(held, delimiter=tab)]
    if not cells:
        return
    head = [NAMES.get(name.lower(), name.lower()) for name in cells[0]]
    if "rsid" not in head:
        head = list(ARRAY) if len(head) == len(ARRAY) else ["rsid", "genotype"]
    else:
        cells = cells[1:]
    for row in cells:
        yield dict(zip(head, row, strict=False))


def _on_plus(rsid: str, genotype: str, strand: str) -> str:
    """Turn a genotype round when the table says that it is on the other strand."""
    own = {"+": "+", "plus": "+", "-": "-", "minus": "-"}.get(strand.lower(), "")
    if strand.lower() == "gene":
        own = variants()[rsid]["gene_strand"]
    return genotype.upper().translate(COMPLEMENT) if own == "-" else genotype
