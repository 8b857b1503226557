"""The examples on the pages of docs/clinical are run: each line below a command must come out."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from harmfree.cli.calc import command

PAGES = Path(__file__).resolve().parents[2] / "docs" / "clinical"
NAMES = ["warfarin", "fracture", "falls_frailty_nutrition", "prescribing"]
HEADER = (
    "##fileformat=VCFv4.2\n##reference=GRCh38\n##contig=<ID=chr10>\n##contig=<ID=chr16>\n"
    '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">\n'
    "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tSAMPLE\n"
)
SITES = """chr10 94942290 rs1799853 C T 0/1
chr10 94942309 rs7900194 G A 0/0
chr10 94949281 rs9332131 GA G 0/0
chr10 94981224 rs28371685 C T 0/0
chr10 94981296 rs1057910 A C 0/0
chr10 94981301 rs28371686 C G 0/0
chr16 31096368 rs9923231 C T 0/1"""


def examples():
    for name in NAMES:
        text = (PAGES / f"{name}.md").read_text(encoding="utf-8")
        for block in re.findall(r"```\n(\$.*?)```", text, re.DOTALL):
            for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
                line, *wanted = part.strip().splitlines()
                yield pytest.param(line, wanted, id=shlex.split(line)[2])


@pytest.mark.parametrize(("line", "wanted"), list(examples()))
def test_the_examples_come_out_as_printed(line, wanted, tmp_path, monkeypatch):
    rows = [site.split() for site in SITES.splitlines()]
    body = [f"{c}\t{p}\t{i}\t{r}\t{a}\t.\tPASS\t.\tGT\t{g}" for c, p, i, r, a, g in rows]
    (tmp_path / "sample.vcf").write_text(HEADER + "\n".join(body) + "\n")
    monkeypatch.chdir(tmp_path)
    said = CliRunner().invoke(command, shlex.split(line)[2:])
    assert said.exit_code == 0
    assert wanted
    for text in wanted:
        assert text in said.output
