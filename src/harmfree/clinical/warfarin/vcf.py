"""Reading the little of a VCF file that genotyping needs: text, plain or compressed.

Pure Python on purpose: the compiled readers tried end the whole process on a damaged file, and a
file comes from outside. `docs/clinical/warfarin.md` says what is read.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from harmfree.errors import HarmfreeError

# A line of one person is short; only a damaged or hostile file has a longer one.
LONGEST_LINE = 4_000_000
GZIP, BCF = b"\x1f\x8b", b"BCF"
FIRST_SAMPLE = 9
_GENOTYPE = re.compile(r"(\d{1,4}|\.)([/|])(\d{1,4}|\.)")
_END = re.compile(r"(?:^|;)END=(\d{1,10})(?:;|$)")


class GenotypeFileError(HarmfreeError):
    """A file of genotypes cannot be used."""

    exit_code = 55


@dataclass(frozen=True)
class Site:
    """One record of a VCF file.

    Args:
        chromosome: without "chr".
        position: of the first base, counted from 1.
        end: last position that the record covers.
        names: identifiers, such as rsIDs.
        ref: the reference allele.
        alts: the alternative alleles, empty for none.
        failed: the filters that it did not pass, "" for none.
        alleles: the two alleles by number, 0 the reference; None for no call or not two.
        phased: whether the order of the two tells their chromosome.
        phase_set: within which the order holds, "" when not stated.
    """

    chromosome: str
    position: int
    end: int
    names: frozenset[str]
    ref: str
    alts: tuple[str, ...]
    failed: str
    alleles: tuple[int, int] | None
    phased: bool
    phase_set: str


def open_vcf(
    path: Path, chromosomes: frozenset[str], names: frozenset[str]
) -> tuple[str, Iterator[Site]]:
    """Return the header and the records of interest of a VCF file of one person.

    A record that cannot be read is left out: it says nothing.

    Args:
        path: the file.
        chromosomes: without "chr"; records on others are passed over unread ...
        names: ... unless their identifiers have one of these.

    Raises:
        GenotypeFileError: it cannot be read, is no VCF text, or holds not one person.
    """
    lines = _lines(path)
    header = []
    for line in lines:
        header.append(line)
        if line.startswith("#CHROM"):
            people = len(line.split("\t")) - FIRST_SAMPLE
            if people != 1:
                raise GenotypeFileError(
                    f"{path.name} holds {max(people, 0)} people.",
                    do="Make a file of one person, for instance with `bcftools view -s NAME`.",
                )
            return "\n".join(header), _sites(lines, chromosomes, names)
        if not line.startswith("##"):
            break
    raise GenotypeFileError(f"{path.name} is not a VCF file: it has no header line #CHROM.")


def _sites(
    lines: Iterator[str], chromosomes: frozenset[str], names: frozenset[str]
) -> Iterator[Site]:
    for line in lines:
        start = line.split("\t", 3)
        if start[0].removeprefix("chr") in chromosomes or (
            len(start) > 3 and not names.isdisjoint(start[2].split(";"))
        ):
            site = _site(line.split("\t"))
            if site is not None:
                yield site


def _site(cells: list[str]) -> Site | None:
    if len(cells) != FIRST_SAMPLE + 1 or not re.fullmatch(r"\d{1,10}", cells[1]):
        return None
    chromosome, position, names, ref, alts, _, filters, info, layout, sample = cells
    values = dict(zip(layout.split(":"), sample.split(":"), strict=False))
    genotype = _GENOTYPE.fullmatch(values.get("GT", ""))
    called = genotype is not None and "." not in genotype.groups()
    start = int(position)
    end = _END.search(info)
    return Site(
        chromosome.removeprefix("chr"),
        start,
        max(int(end.group(1)) if end else 0, start + len(ref) - 1),
        frozenset(names.split(";")),
        ref.upper(),
        () if alts == "." else tuple(alts.upper().split(",")),
        "" if filters in ("PASS", ".") else filters,
        (int(genotype[1]), int(genotype[3])) if genotype and called else None,
        genotype is not None and genotype[2] == "|",
        values.get("PS", "").replace(".", ""),
    )


def _lines(path: Path) -> Iterator[str]:
    """Yield the lines of a text file, compressed or not, without their ends."""
    if not path.is_file():
        raise GenotypeFileError(f"There is no file {path}.")
    try:
        with ExitStack() as stack:
            file: BinaryIO = stack.enter_context(path.open("rb"))
            if file.read(2) == GZIP:
                # Blocked gzip, as bgzip writes it, is a row of ordinary gzip members.
                file = cast(BinaryIO, stack.enter_context(gzip.open(path, "rb")))
            else:
                file.seek(0)
            while line := file.readline(LONGEST_LINE):
                _check(line, path)
                yield line.decode("utf-8", errors="replace").rstrip("\r\n")
    except (OSError, EOFError, zlib.error) as error:
        raise GenotypeFileError(f"{path.name} cannot be read: {error}.") from error


def _check(line: bytes, path: Path) -> None:
    if line.startswith(BCF):
        raise GenotypeFileError(
            f"{path.name} is a BCF file.", do="Make text of it: `bcftools view FILE > sample.vcf`."
        )
    if len(line) == LONGEST_LINE:
        raise GenotypeFileError(f"{path.name} has a line of over {LONGEST_LINE:,} bytes.")
