"""Strands, star alleles, imputation, and files of genotypes."""

from __future__ import annotations

import gzip
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from harmfree.cli.calc import command
from harmfree.clinical import find
from harmfree.clinical.errors import Problem, RefusedError
from harmfree.clinical.warfarin.files import read_table, read_vcf
from harmfree.clinical.warfarin.genotype_fields import Bases, StarAlleles, Vkorc1, variants
from harmfree.clinical.warfarin.genotypes import (
    Genotype,
    call_cyp2c9,
    call_vkorc1,
    extra_alleles_tested,
    extra_carried,
    typed_for_2_and_3,
)
from harmfree.clinical.warfarin.vcf import GenotypeFileError, open_vcf

VKORC1 = Vkorc1(label="VKORC1")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        # C/C, C/T and T/T of rs9923231 are G/G, A/G and A/A of the gene.
        ("C/C", "G/G"), ("C/T", "A/G"), ("T/C", "A/G"), ("TT", "A/A"), ("t/t", "A/A"),
        ("G/G", "G/G"), ("G/A", "A/G"), ("AG", "A/G"), ("A|A", "A/A"), ("C|T", "A/G"),
    ],
)  # fmt: skip
def test_vkorc1_is_read_on_both_strands(written, read):
    assert VKORC1.read(written) == read


@pytest.mark.parametrize("wrong", ["A/C", "G/T", "X/Y", "C", "C/T/T", "A/-"])
def test_what_is_no_vkorc1_genotype_is_refused(wrong):
    with pytest.raises(Problem):
        VKORC1.read(wrong)


@pytest.mark.parametrize(
    ("written", "read"),
    [("*1/*2", "*1/*2"), ("*3/*1", "*1/*3"), ("1/2", "*1/*2"), ("CYP2C9*1/*11", "*1/*11"),
     ("*2 / *3", "*2/*3"), ("*2|*2", "*2/*2"), ("*1*3", "*1/*3")],
)  # fmt: skip
def test_star_alleles(written, read):
    assert StarAlleles(label="CYP2C9").read(written) == read


@pytest.mark.parametrize(
    ("rsid", "written", "read"),
    [
        ("rs1799853", "T/C", "C/T"), ("rs1799853", "G/A", "C/T"), ("rs1057910", "T/G", "A/C"),
        ("rs9332131", "A/-", "A/del"), ("rs9332131", "DI", "A/del"), ("rs9332131", "DD", "del/del"),
        ("rs7900194", "C/T", "G/A"), ("rs2108622", "G/A", "C/T"), ("rs12777823", "A/G", "G/A"),
        ("rs1057910", "C|A", "C|A"),
    ],
)  # fmt: skip
def test_variants_are_turned_to_the_plus_strand(rsid, written, read):
    assert Bases(label=rsid, rsid=rsid).read(written) == read


WILD = {
    "rs1799853": "C/C", "rs1057910": "A/A", "rs28371686": "C/C", "rs9332131": "A/A",
    "rs7900194": "G/G", "rs28371685": "C/C",
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "pair", "extra"),
    [
        ({}, "*1/*1", ()),
        ({"rs1799853": "C/T"}, "*1/*2", ()),
        ({"rs1799853": "T/T"}, "*2/*2", ()),
        ({"rs1057910": "C/C"}, "*3/*3", ()),
        ({"rs28371686": "C/G"}, "*1/*5", ("*5",)),
        ({"rs9332131": "A/-"}, "*1/*6", ("*6",)),
        ({"rs9332131": "DD"}, "*6/*6", ("*6", "*6")),
        ({"rs7900194": "G/A"}, "*1/*8", ("*8",)),
        # The same variant's T is another allele, *27: it is not *8.
        ({"rs7900194": "G/T"}, "*1/*27", ()),
        ({"rs28371685": "C/T"}, "*1/*11", ("*11",)),
        ({"rs28371686": "C/G", "rs7900194": "G/A"}, "*5/*8", ("*5", "*8")),
    ],
)
def test_star_alleles_from_variants(change, pair, extra):
    given = Genotype(**(WILD | change))
    call = call_cyp2c9(given)
    assert call.genotype == pair
    assert extra_carried(pair) == extra
    assert extra_alleles_tested(given) is True


def test_two_variants_without_phase_are_taken_apart_and_said():
    call = call_cyp2c9(Genotype(**(WILD | {"rs1799853": "C/T", "rs1057910": "A/C"})))
    assert call.genotype == "*2/*3"
    assert "different chromosomes" in call.notes[0]


def test_phase_decides_when_it_is_stated():
    apart = call_cyp2c9(Genotype(**(WILD | {"rs1799853": "C|T", "rs1057910": "C|A"})))
    assert (apart.genotype, apart.notes) == ("*2/*3", ())
    together = call_cyp2c9(Genotype(**(WILD | {"rs1799853": "C|T", "rs1057910": "A|C"})))
    assert together.genotype is None
    assert "one chromosome" in together.notes[0]


def test_three_variants_make_no_pair():
    call = call_cyp2c9(Genotype(**(WILD | {"rs1799853": "T/T", "rs1057910": "A/C"})))
    assert call.genotype is None
    assert "make no pair" in call.notes[0]


def test_what_was_not_typed_is_not_wild_type():
    for gone in ("rs1799853", "rs1057910"):
        given = Genotype(**{rsid: pair for rsid, pair in WILD.items() if rsid != gone})
        assert call_cyp2c9(given).genotype is None
    given = Genotype(**{rsid: pair for rsid, pair in WILD.items() if rsid != "rs9332131"})
    assert call_cyp2c9(given).genotype == "*1/*1"
    assert extra_alleles_tested(given) is False
    assert extra_alleles_tested(Genotype(cyp2c9="*1/*1")) is None


@pytest.mark.parametrize(
    ("typed", "ancestry", "found"),
    [
        ({"vkorc1": "A/A", "rs9934438": "C/C"}, "white", "A/A"),  # typed itself: no imputation
        ({"rs2359612": "C/C"}, "white", "G/G"),
        ({"rs2359612": "C/T"}, "asian", "A/G"),
        ({"rs2359612": "T/T"}, "white", "A/A"),
        ({"rs2359612": "T/T"}, "black", None),
        ({"rs2359612": "T/T"}, "mixed_or_unknown", None),
        ({"rs2359612": "T/T"}, None, None),
        ({"rs9934438": "C/C"}, "black", "G/G"),
        ({"rs9934438": "C/T"}, None, "A/G"),
        ({"rs9934438": "A/A"}, "black", "A/A"),  # plus strand
        ({"rs8050894": "G/G", "rs8050894_strand": "gene"}, "white", "G/G"),
        ({"rs8050894": "C/C", "rs8050894_strand": "gene"}, "white", "A/A"),
        ({"rs8050894": "C/C", "rs8050894_strand": "plus"}, "white", "G/G"),
        ({"rs8050894": "G/G", "rs8050894_strand": "plus"}, "white", "A/A"),
        ({"rs8050894": "C/G"}, "white", "A/G"),  # the same on both strands
        ({"rs8050894": "C/C"}, "white", None),  # strand not stated
        ({"rs8050894": "C/G"}, "black", None),
        # rs2359612 goes before rs9934438, which goes before rs8050894.
        ({"rs2359612": "C/C", "rs9934438": "T/T"}, "white", "G/G"),
        ({"rs2359612": "C/C", "rs9934438": "T/T"}, "black", "A/A"),
        ({"rs9934438": "C/C", "rs8050894": "C/G"}, "white", "G/G"),
    ],
)
def test_vkorc1_is_imputed_in_the_order_of_the_source(typed, ancestry, found):
    assert call_vkorc1(Genotype(**typed), ancestry).genotype == found


def test_other_alleles_leave_the_typing_of_2_and_3():
    assert typed_for_2_and_3("*1/*8") == "*1/*1"
    assert typed_for_2_and_3("*2/*11") == "*1/*2"
    assert typed_for_2_and_3("*2/*3") == "*2/*3"
    assert typed_for_2_and_3(None) is None


def test_positions_of_the_two_builds_differ_by_one_offset_a_region():
    offsets = {}
    for held in variants().values():
        offsets.setdefault(held["chrom"], set()).add(held["grch37"] - held["grch38"])
    assert offsets == {"10": {1759757}, "16": {11321}, "19": {110810}}


HEADER = """##fileformat=VCFv4.2
##reference={build}
##contig=<ID=chr10>
##contig=<ID=chr16>
##contig=<ID=chr19>
##FILTER=<ID=LowQual,Description="low">
##INFO=<ID=END,Number=1,Type=Integer,Description="End">
##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">
##FORMAT=<ID=PS,Number=1,Type=Integer,Description="Phase set">
#CHROM	POS	ID	REF	ALT	QUAL	FILTER	INFO	FORMAT	SAMPLE
"""
# The twelve sites of a person with VKORC1 C/T, CYP2C9 *1/*2, CYP4F2 C/T; GRCh38.
SITES = [
    ("chr10", 94645745, "rs12777823", "G", "A", "0/0"),
    ("chr10", 94942290, "rs1799853", "C", "T", "0/1"),
    ("chr10", 94942309, "rs7900194", "G", "A,T", "0/0"),
    ("chr10", 94949281, "rs9332131", "GA", "G", "0/0"),
    ("chr10", 94981224, "rs28371685", "C", "T", "0/0"),
    ("chr10", 94981296, "rs1057910", "A", "C", "0/0"),
    ("chr10", 94981301, "rs28371686", "C", "G", "0/0"),
    ("chr16", 31092475, "rs2359612", "G", "A", "0/1"),
    ("chr16", 31093188, "rs8050894", "C", "G", "0/1"),
    ("chr16", 31093557, "rs9934438", "G", "A", "0/1"),
    ("chr16", 31096368, "rs9923231", "C", "T", "0/1"),
    ("chr19", 15879621, "rs2108622", "C", "T", "0/1"),
]


def vcf(tmp_path, sites=SITES, build="GRCh38", names=True, filters=None, info=None):
    lines = [
        "\t".join(
            [chrom, str(pos), rsid if names else ".", ref, alt, ".",
             (filters or {}).get(rsid, "PASS"), (info or {}).get(rsid, "."), "GT", gt]
        )
        for chrom, pos, rsid, ref, alt, gt in sites
    ]  # fmt: skip
    path = tmp_path / "sample.vcf"
    path.write_text(HEADER.format(build=build) + "\n".join(lines) + "\n")
    return path


EXPECTED = {
    "rs12777823": "G/G", "rs1799853": "C/T", "rs7900194": "G/G", "rs9332131": "A/A",
    "rs28371685": "C/C", "rs1057910": "A/A", "rs28371686": "C/C", "rs2359612": "G/A",
    "rs8050894": "C/G", "rs8050894_strand": "plus", "rs9934438": "G/A", "vkorc1": "C/T",
    "rs2108622": "C/T",
}  # fmt: skip


@pytest.mark.parametrize("names", [True, False])
def test_a_vcf_is_read_by_name_or_by_position(tmp_path, names):
    assert read_vcf(vcf(tmp_path, names=names)).inputs == EXPECTED


def test_a_vcf_of_the_older_build(tmp_path):
    sites = [
        (chrom.removeprefix("chr"), variants()[rsid]["grch37"], rsid, ref, alt, gt)
        for chrom, _, rsid, ref, alt, gt in SITES
    ]
    assert read_vcf(vcf(tmp_path, sites, build="hs37d5", names=False)).inputs == EXPECTED


@pytest.mark.parametrize(("length", "read"), [(133797422, True), (135534747, False), (9, False)])
def test_the_length_of_chromosome_10_tells_the_build(tmp_path, length, read):
    path = vcf(tmp_path, build="somewhere", names=False)
    path.write_text(path.read_text().replace("ID=chr10>", f"ID=chr10,length={length}>"))
    if read:
        assert read_vcf(path).inputs == EXPECTED
    else:
        with pytest.raises(GenotypeFileError, match="none of the variants"):
            read_vcf(path)


@pytest.mark.parametrize(
    "build", ["GRCh38", "hg38.fa", "file:///x/Homo_sapiens_assembly38.fasta", "GRCh38.p13"]
)
def test_a_build_by_its_usual_names(tmp_path, build):
    path = vcf(tmp_path, build=build, names=False)
    # A checksum with the letters of another build is no name of it.
    path.write_text(path.read_text().replace("ID=chr16>", "ID=chr16,md5=1b37fe38>"))
    assert read_vcf(path).inputs == EXPECTED


def test_a_header_that_names_two_builds_tells_none(tmp_path):
    with pytest.raises(GenotypeFileError, match="none of the variants"):
        read_vcf(vcf(tmp_path, build="GRCh38 lifted from hg19", names=False))


def test_files_of_absurd_size_are_refused(tmp_path, monkeypatch):
    path = vcf(tmp_path)
    monkeypatch.setattr("harmfree.clinical.warfarin.vcf.LONGEST_LINE", 60)
    with pytest.raises(GenotypeFileError, match="a line of over 60 bytes"):
        read_vcf(path)
    monkeypatch.setattr("harmfree.clinical.warfarin.files.LARGEST_TABLE", 5)
    with pytest.raises(GenotypeFileError, match="too large for a table"):
        read_table(path)
    with pytest.raises(GenotypeFileError, match="There is no file"):
        read_table(tmp_path / "absent.csv")


def test_the_genotypes_of_a_vcf_go_into_the_tool(tmp_path):
    person = {"age": 70, "height": 170, "weight": 75, "ancestry": "white"}
    result = find("warfarin_cpic").run(person | read_vcf(vcf(tmp_path)).inputs)
    assert result.value == "by genotype"
    assert result.detail["genotype"]["cyp2c9"] == "*1/*2"
    assert result.detail["genotype"]["vkorc1"] == "A/G"
    assert result.detail["genotype"]["extra_alleles_tested"] is True


def test_a_site_that_the_file_lacks_was_not_tested(tmp_path):
    sites = [site for site in SITES if site[2] in ("rs9923231", "rs1799853")]
    typed = read_vcf(vcf(tmp_path, sites)).inputs
    assert typed == {"rs1799853": "C/T", "vkorc1": "C/T"}
    assert find("warfarin_cpic").run(typed).value == "clinically"


def test_a_reference_block_makes_a_site_normal(tmp_path):
    block = ("chr10", 94942200, "block", "A", "<NON_REF>", "0/0")
    path = vcf(tmp_path, [block], names=False, info={"block": "END=94942400"})
    assert read_vcf(path).inputs == {"rs1799853": "C/C", "rs7900194": "G/G"}


@pytest.mark.parametrize(
    ("site", "said"),
    [
        (("chr10", 94942290, "rs1799853", "C", "T", "./."), "no call"),
        (("chr10", 94942290, "rs1799853", "C", "T", "./1"), "no call"),
        (("chr10", 94942290, "rs1799853", "C", "T", "1"), "no call"),
        (("chr10", 94942290, "rs1799853", "G", "A", "0/1"), "REF G, expected C"),
        (("chr10", 94942290, "rs1799853", "G", ".", "0/0"), "REF G, expected C"),
        (("chr10", 94942290, "rs1799853", "C", "A", "0/1"), "allele C/A is not known"),
    ],
)
def test_a_doubtful_record_is_not_used_and_noted(tmp_path, site, said):
    typed = read_vcf(vcf(tmp_path, [SITES[0], site]))
    assert "rs1799853" not in typed.inputs
    assert said in typed.notes[0]


def test_a_filtered_record_is_not_used(tmp_path):
    typed = read_vcf(vcf(tmp_path, filters={"rs1799853": "LowQual"}))
    assert "rs1799853" not in typed.inputs
    assert "LowQual" in typed.notes[0]


def test_a_deletion_and_the_third_allele(tmp_path):
    sites = [
        ("chr10", 94949281, "rs9332131", "GA", "G", "0/1"),
        ("chr10", 94942309, "rs7900194", "G", "A,T", "0/2"),
    ]
    assert read_vcf(vcf(tmp_path, sites)).inputs == {"rs9332131": "A/del", "rs7900194": "G/T"}


def test_phase_is_kept_and_dropped_across_phase_sets(tmp_path):
    sites = [
        ("chr10", 94942290, "rs1799853", "C", "T", "0|1"),
        ("chr10", 94981296, "rs1057910", "A", "C", "0|1"),
    ]
    assert read_vcf(vcf(tmp_path, sites)).inputs["rs1057910"] == "A|C"
    path = vcf(tmp_path, sites)
    text = path.read_text().replace("GT\t0|1", "GT:PS\t0|1:5", 1).replace(
        "GT\t0|1", "GT:PS\t0|1:9"
    )  # fmt: skip
    path.write_text(text)
    assert read_vcf(path).inputs == {"rs1799853": "C/T", "rs1057910": "A/C"}


def test_a_header_may_lack_what_is_optional(tmp_path):
    path = vcf(tmp_path)
    kept = [line for line in path.read_text().splitlines() if "ID=PS" not in line]
    path.write_text("\n".join(kept) + "\n")
    assert read_vcf(path).inputs == EXPECTED


def test_files_that_cannot_be_used(tmp_path):
    with pytest.raises(GenotypeFileError, match="There is no file"):
        read_vcf(tmp_path / "absent.vcf")
    wrong = tmp_path / "wrong.vcf"
    wrong.write_text("hello\n")
    with pytest.raises(GenotypeFileError, match="not a VCF"):
        read_vcf(wrong)
    two = vcf(tmp_path)
    two.write_text(two.read_text().replace("\tSAMPLE", "\tA\tB").replace("\t0/", "\t0/0\t0/"))
    with pytest.raises(GenotypeFileError, match="holds 2 people"):
        read_vcf(two)
    with pytest.raises(GenotypeFileError, match="none of the variants") as caught:
        read_vcf(vcf(tmp_path, build="unknown", names=False))
    assert "GRCh37 or GRCh38" in str(caught.value)
    assert caught.value.exit_code == 55


def test_compressed_files(tmp_path):
    path = vcf(tmp_path)
    packed = tmp_path / "sample.vcf.gz"
    half = len(path.read_bytes()) // 2
    # Blocked gzip is a row of gzip members.
    parts = (path.read_bytes()[:half], path.read_bytes()[half:])
    packed.write_bytes(b"".join(gzip.compress(part) for part in parts))
    assert read_vcf(packed).inputs == EXPECTED
    packed.write_bytes(packed.read_bytes()[:-9])
    with pytest.raises(GenotypeFileError, match="cannot be read"):
        read_vcf(packed)
    packed.write_bytes(gzip.compress(b"BCF\x02\x02rest"))
    with pytest.raises(GenotypeFileError, match="is a BCF file"):
        read_vcf(packed)


def test_the_compiled_reader_reads_the_same(tmp_path):
    """cyvcf2 ends the process on damaged files, so it is a witness here and not the reader."""
    cyvcf2 = pytest.importorskip("cyvcf2")
    path = vcf(tmp_path)
    _, sites = open_vcf(path, frozenset({"10", "16", "19"}), frozenset())
    for site, record in zip(sites, cyvcf2.VCF(str(path)), strict=True):
        assert (site.chromosome, site.position, site.end) == (
            record.CHROM.removeprefix("chr"), record.POS, record.end
        )  # fmt: skip
        assert (site.names, site.ref, list(site.alts)) == ({record.ID}, record.REF, record.ALT)
        assert [*(site.alleles or ()), site.phased] == record.genotypes[0]


@settings(max_examples=150, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(1, 12))
def test_a_damaged_file_is_read_or_refused_and_never_breaks_the_program(dice, wounds):
    with TemporaryDirectory() as folder:
        path = vcf(Path(folder))
        data = bytearray(path.read_bytes())
        for _ in range(wounds):
            place, kind = dice.randrange(len(data)), dice.random()
            if kind < 0.4:
                data[place] = dice.randrange(256)
            elif kind < 0.7:
                del data[place : place + dice.randint(1, 40)]
            else:
                data[place:place] = bytes(dice.choice(b"\t\n./|01ACGT<>,;") for _ in range(3))
        path.write_bytes(bytes(data))
        for read in (read_vcf, read_table):
            with suppress(GenotypeFileError):
                assert read(path).inputs


def table_file(tmp_path, text):
    path = tmp_path / "genotypes.csv"
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("text", "inputs"),
    [
        ("rsid,genotype\nrs9923231,C/T\nrs1799853,CC\n", {"vkorc1": "A/G", "rs1799853": "C/C"}),
        ("gene\tresult\nVKORC1\tA/G\nCYP2C9\t*1/*3\n", {"vkorc1": "A/G", "cyp2c9": "*1/*3"}),
        (
            "# from an array\nrs9923231\t16\t31107689\tCT\nrs2\t1\t5\tAA\nrs1057910\t10\t9\t--\n",
            {"vkorc1": "A/G"},
        ),
        (
            "rsid,genotype,strand\nrs8050894,G/G,gene\nrs28371686,G/G,minus\n",
            {"rs8050894": "C/C", "rs8050894_strand": "plus", "rs28371686": "C/C"},
        ),
    ],
)
def test_a_table_of_genotypes(tmp_path, text, inputs):
    typed = read_table(table_file(tmp_path, text)).inputs
    shown = {
        name: VKORC1.read(value) if name == "vkorc1" else value for name, value in typed.items()
    }
    assert shown == inputs


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rsid,genotype\nrs9923231,A/C\n", "has a base that rs9923231 does not"),
        ("rsid,genotype\nrs1799853,C/C\nrs1799853,C/T\n", "in the file twice"),
        ("rsid,genotype\nrs1,A/C\n", "none of the variants"),
        ("", "none of the variants"),
    ],
)
def test_a_table_that_cannot_be_used(tmp_path, text, said):
    with pytest.raises(GenotypeFileError, match=said):
        read_table(table_file(tmp_path, text))


@pytest.mark.parametrize(
    ("pair", "change", "found"),
    [
        ("*1/*2", {"rs1799853": "C/T"}, "*1/*2"),
        ("*1/*1", {"rs1799853": "C/T"}, None),
        ("*1/*2", {}, None),
        ("*1/*1", {"rs7900194": "G/A"}, None),
        ("*1/*8", {"rs7900194": "G/A"}, "*1/*8"),
        ("*1/*12", {}, "*1/*12"),  # an allele that these variants say nothing of
    ],
)
def test_stated_star_alleles_must_agree_with_the_variants(pair, change, found):
    call = call_cyp2c9(Genotype(cyp2c9=pair, **(WILD | change)))
    assert call.genotype == found
    assert bool(call.notes) is (found is None)
    assert call_cyp2c9(Genotype(cyp2c9=pair)).genotype == pair


def test_a_file_is_an_input_of_every_tool_by_genotype(tmp_path):
    path = vcf(tmp_path)
    person = {"age": 70, "height": 170, "weight": 75, "ancestry": "white", "amiodarone": "no"}
    by_file = find("warfarin_iwpc").run(person | {"vcf": str(path)})
    assert by_file.value == find("warfarin_iwpc").run(person | EXPECTED).value
    assert by_file.detail["genotype"]["cyp2c9"] == "*1/*2"
    assert find("warfarin_loading").run(person | {"vcf": str(path)}).value is not None
    more = {"smoker": "no", "african_american": "no", "dvt_pe": "no", "target_inr": 2.5}
    assert find("warfarin_gage").run(person | more | {"vcf": str(path)}).value is not None


def test_a_file_and_an_option_that_contradict_it_are_refused(tmp_path):
    path = vcf(tmp_path)
    with pytest.raises(RefusedError, match="vkorc1: A/A here and A/G in sample.vcf"):
        find("warfarin_cpic").run({"vcf": str(path), "vkorc1": "T/T"})
    table = table_file(tmp_path, "rsid,genotype\nrs9923231,C/C\n")
    with pytest.raises(RefusedError, match="vkorc1: A/G here and G/G in genotypes.csv"):
        find("warfarin_cpic").run({"vcf": str(path), "genotypes": str(table)})


def test_a_bad_file_is_a_refusal_of_its_row(tmp_path):
    with pytest.raises(RefusedError, match="vcf: There is no file"):
        find("warfarin_cpic").run({"vcf": str(tmp_path / "absent.vcf")})
    with pytest.raises(RefusedError, match="not a path"):
        find("warfarin_cpic").run({"vcf": 5})


def test_what_a_file_holds_and_is_not_used_is_said(tmp_path):
    path = vcf(tmp_path, filters={"rs2108622": "LowQual"})
    warnings = find("warfarin_cpic").run({"vcf": str(path)}).warnings
    assert "sample.vcf: rs2108622: filter LowQual, not used." in warnings


def test_the_command_line_reads_a_vcf(tmp_path):
    words = ["warfarin_cpic", "--vcf", str(vcf(tmp_path)), "--age", "70", "--height", "170"]
    said = CliRunner().invoke(command, [*words, "--weight", "75", "--ancestry", "white"])
    assert said.exit_code == 0
    assert "by genotype (strong)" in said.output
    assert "vkorc1 A/G, cyp2c9 *1/*2" in said.output


def test_the_cli_accepts_variants_as_options():
    with pytest.raises(RefusedError, match="rs1057910"):
        find("warfarin_cpic").run({"rs1057910": "A/G", "rs1799853": "C/C"})
