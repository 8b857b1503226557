"""Inputs that name a file of genotypes on the user's own machine.

For the command line and for a batch with one file a person. `kind` is "file": a page or an API
must not offer these fields as text, because a path would then name a file of the server.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from harmfree.clinical.errors import Problem
from harmfree.clinical.fields import Choice, Spec
from harmfree.clinical.warfarin.files import Typed, read_table, read_vcf
from harmfree.clinical.warfarin.genotype_fields import Bases, StarAlleles, Vkorc1, variants
from harmfree.clinical.warfarin.vcf import GenotypeFileError

STRAND = Choice(
    label="Strand of rs8050894",
    help="C and G pair with each other, so the strand must be stated",
    options={"plus": "dbSNP and VCF", "gene": "the gene's own strand, as in IWPC"},
)


@dataclass(frozen=True)
class FileGenotypes:
    """What a file says, ready for the inputs.

    Args:
        name: of the file.
        values: (input, value) pairs.
        notes: what was seen and not used.
    """

    name: str
    values: tuple[tuple[str, str], ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class GenotypeFile(Spec):
    """The path of a file of genotypes.

    Args:
        reader: reads it.
        what: the kind of file, in words.
    """

    reader: Callable[[Path], Typed]
    what: str

    kind = "file"

    def parse(self, raw: object) -> FileGenotypes:
        """Return what the file says; one that cannot be used is a `Problem`."""
        if isinstance(raw, FileGenotypes):
            return raw
        if not isinstance(raw, str | Path):
            raise Problem(f"{raw!r} is not a path; give {self.accepts}")
        path = Path(raw)
        try:
            typed = self.reader(path)
        except GenotypeFileError as error:
            said = (error.what, error.where, error.do)
            raise Problem(" ".join(part for part in said if part)) from error
        return FileGenotypes(path.name, _canonical(typed.inputs), tuple(typed.notes))

    @property
    def accepts(self) -> str:
        """What the path must name."""
        return f"path of {self.what}"


def _canonical(inputs: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    known: dict[str, Spec] = {rsid: Bases(label=rsid, rsid=rsid) for rsid in variants()}
    known |= {"vkorc1": Vkorc1(label="VKORC1"), "cyp2c9": StarAlleles(label="CYP2C9")}
    known["rs8050894_strand"] = STRAND
    return tuple((name, str(known[name].read(raw))) for name, raw in inputs.items())


VCF_FILE = GenotypeFile(
    label="VCF file",
    reader=read_vcf,
    what="a VCF or genome VCF of one person, plain or compressed",
    help="A site that it does not hold was not tested",
)
TABLE_FILE = GenotypeFile(
    label="Table of genotypes",
    reader=read_table,
    what="a CSV or tab-separated file with columns rsid and genotype",
    help="Optional column strand: plus, minus or gene",
    aliases=("genotype_table",),
)
