"""The house rules that no linter checks."""

from __future__ import annotations

import ast
import hashlib
import re
import statistics
import subprocess
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCE = sorted((ROOT / "src").rglob("*.py"))
LONGEST_MODULE = 400
LONGEST_FUNCTION = 60
MEDIAN_FUNCTION = 10

# Modules over the limit, each with its reason.
LONG_MODULES: dict[str, str] = {}
# Spelt in two parts, so that this file does not hold what it looks for.
FORBIDDEN = [
    "/" + "work/",
    "/" + "root/",
    "/" + "home/",
    "pythonhosted" + ".org",
    "pypi" + ".org/simple",
    "registry.npmjs" + ".org",
]
# Files that are the same everywhere by their nature.
COMMON = {"LICENSE": "the text of Apache-2.0, which third-party data carry too"}
PICTURE = {".png", ".jpg", ".ico", ".npz", ".parquet", ".gz"}


@lru_cache(maxsize=1)
def tracked() -> tuple[Path, ...]:
    """The files that git holds; a copy without git has nothing to check."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        pytest.skip("not a git working copy")
    found = (ROOT / name for name in listed.stdout.split("\0") if name)
    return tuple(path for path in found if path.is_file())


@lru_cache(maxsize=1)
def trees() -> dict[Path, ast.Module]:
    """Every module of the product that people write, parsed; migrations are generated."""
    return {
        path: ast.parse(path.read_text(encoding="utf-8"))
        for path in SOURCE
        if path.parent.name != "migrations"
    }


def functions() -> Iterator[tuple[Path, ast.FunctionDef]]:
    for path, tree in trees().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                yield path, node


def length(function: ast.FunctionDef) -> int:
    assert function.end_lineno
    return function.end_lineno - function.lineno + 1


def public(body: list[ast.stmt]) -> Iterator[ast.FunctionDef | ast.ClassDef]:
    """Public functions and classes of a module, and the public methods of its classes."""
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                yield from public(node.body)


def test_modules_are_short():
    long = {
        path.name
        for path in SOURCE
        if len(path.read_text(encoding="utf-8").splitlines()) > LONGEST_MODULE
    }
    assert long <= set(LONG_MODULES), "split it, or give the reason"


def test_functions_fit_on_a_screen():
    lengths = [(length(node), f"{path.name}:{node.name}") for path, node in functions()]
    assert statistics.median(lines for lines, _ in lengths) < MEDIAN_FUNCTION
    assert not [said for lines, said in lengths if lines > LONGEST_FUNCTION]


def test_nothing_prints():
    found = [
        f"{path.name}:{node.lineno}"
        for path, tree in trees().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "print"
    ]
    assert not found


def test_everything_public_is_documented():
    bare = [
        f"{path.name}:{node.name}"
        for path, tree in trees().items()
        for node in public(tree.body)
        if not ast.get_docstring(node)
    ]
    assert not bare


def test_no_file_names_a_machine_or_a_registry():
    found = [
        f"{path.relative_to(ROOT)}: {word}"
        for path in tracked()
        if path.suffix not in PICTURE
        for word in FORBIDDEN
        if word.encode() in path.read_bytes()
    ]
    assert not found


def test_locks_carry_digests_and_no_address():
    for lock in sorted(ROOT.glob("requirements*.lock")):
        text = lock.read_text(encoding="utf-8")
        assert "--hash=sha256:" in text
        assert "://" not in text, f"{lock.name} carries an address"
        assert not re.search(r"^\s*--(index-url|find-links|extra-index)", text, re.MULTILINE)


@pytest.mark.shared_data
def test_no_third_party_file_is_ours(shared_data: Path):
    theirs = {digest(path) for path in shared_data.rglob("*") if path.is_file()}
    ours = [path for path in tracked() if path.stat().st_size and path.name not in COMMON]
    assert not [str(path.relative_to(ROOT)) for path in ours if digest(path) in theirs]


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
