"""The documents say what the code does."""

from __future__ import annotations

import doctest
import importlib
import importlib.util
import re
from functools import lru_cache
from pathlib import Path
from types import ModuleType

import pytest

from harmfree.cli.main import VERBS

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
SOURCE = ROOT / "src"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
WITH_EXAMPLES = sorted(
    ".".join(path.relative_to(SOURCE).with_suffix("").parts)
    for path in SOURCE.rglob("*.py")
    if ">>> " in path.read_text(encoding="utf-8")
)
RENEW = "run `python3 run.py docs`"


@lru_cache(maxsize=1)
def build_docs() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build_docs", ROOT / "tools" / "build_docs.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# The reference and the programmes' pages follow the docstrings and are renewed with a release:
# these two are what scripts and users rely on, so they must be right at every commit.
@pytest.mark.parametrize("page", ["exit_codes", "commands"])
def test_the_page_is_up_to_date(page: str):
    made = getattr(build_docs(), page)()
    assert (DOCS / f"{page}.md").read_text(encoding="utf-8") == made, RENEW


def test_every_exit_code_is_in_the_table():
    page = (DOCS / "exit_codes.md").read_text(encoding="utf-8")
    for error in build_docs().error_classes():
        if error.__module__.startswith("harmfree"):
            assert f"| {error.exit_code} |" in page, f"{RENEW} ({error.__name__})"


def test_every_package_has_a_reference_page():
    for package in build_docs().PACKAGES:
        assert (DOCS / "reference" / f"{package}.md").is_file(), RENEW


def test_the_same_code_gives_the_same_page():
    assert build_docs().reference("periods") == build_docs().reference("periods")


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_is_in_the_readme(verb: str):
    assert f"harmfree {verb}" in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_relative_link_leads_somewhere(page: Path):
    for target in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), target


def test_the_tests_that_the_hazard_log_cites_exist():
    cited = re.findall(
        r"`(tests/[\w/]+\.py)::(\w+)`", (DOCS / "hazard_log.md").read_text(encoding="utf-8")
    )
    assert cited
    for path, name in cited:
        assert f"def {name}(" in (ROOT / path).read_text(encoding="utf-8"), f"{path}::{name}"


@pytest.mark.parametrize("module", WITH_EXAMPLES)
def test_the_examples_of_the_docstrings_run(module: str):
    package = importlib.import_module(module.rpartition(".")[0])
    done = doctest.testmod(importlib.import_module(module), extraglobs=vars(package))
    assert done.attempted and not done.failed
