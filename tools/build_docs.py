"""Generate the pages below docs/ that the code itself can tell (`python3 run.py docs`).

The exit codes, the commands' help, a reference page for each package from its docstrings, and a
page for each programme. The same code gives the same bytes.
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import click

import harmfree
from harmfree.cli.main import VERBS
from harmfree.cli.main import harmfree as harmfree_command
from harmfree.errors import HarmfreeError
from harmfree.programmes.indicator import TAG_MEANING, Indicator, Programme
from harmfree.programmes.registry import programmes

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
SOURCE = ROOT / "src" / "harmfree"
PACKAGES = (
    "records",
    "periods",
    "programmes",
    "clinical",
    "rhythm",
    "improvement",
    "pictures",
    "publish",
    "web",
)
MADE = "Made by `python3 run.py docs`.\n"


def error_classes(base: type[HarmfreeError] = HarmfreeError) -> list[type[HarmfreeError]]:
    """The class and all below it, of every package."""
    if base is HarmfreeError:
        start_django()
        for module in pkgutil.walk_packages(harmfree.__path__, "harmfree."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    return [base, *(found for child in base.__subclasses__() for found in error_classes(child))]


def start_django() -> None:
    """Let the web application's modules be imported, with a home of their own."""
    from django.conf import settings

    from harmfree.web import boot

    if not settings.configured:
        boot(Path(tempfile.mkdtemp(prefix="harmfree-docs-")))


def exit_codes() -> str:
    """The table of exit codes."""
    rows = ["| code | meaning |", "|---|---|", "| 0 | done |", "| 1 | a fault of ours |"]
    rows.append("| 2 | wrong command line |")
    ours = {each for each in error_classes() if each.__module__.startswith("harmfree")}
    for error in sorted(ours, key=lambda each: (each.exit_code, each.__name__)):
        meaning = (error.__doc__ or "").strip().splitlines()[0]
        rows.append(f"| {error.exit_code} | {meaning} (`{error.__name__}`) |")
    return f"# Exit codes\n\n{MADE}\n" + "\n".join(rows) + "\n"


def helps(context: click.Context, name: str, level: int = 2) -> Iterator[str]:
    """The help of a command and of all below it."""
    command = context.command
    command._help_option = None  # kept from whatever context asked first
    yield f"{'#' * level} {name}\n\n```text\n{command.get_help(context)}\n```\n"
    if isinstance(command, click.Group):
        for child in command.list_commands(context):
            below = command.get_command(context, child)
            if below is not None and not below.hidden:
                inside = click.Context(below, context, info_name=child)
                yield from helps(inside, f"{name} {child}", level + 1)


def commands() -> str:
    """The help of every verb, as it is printed."""
    names = {"help_option_names": ["-h", "--help"], "terminal_width": 90}
    top = click.Context(harmfree_command, info_name="harmfree", **names)
    parts = [f"# Commands\n\n{MADE}"]
    for verb, (module, _) in VERBS.items():
        command = importlib.import_module(module).command
        parts += helps(click.Context(command, top, info_name=verb), verb)
    return "\n".join(parts)


def public(node: ast.Module | ast.ClassDef) -> Iterator[ast.FunctionDef | ast.ClassDef]:
    """The public functions and classes written in a module or a class."""
    for each in node.body:
        if isinstance(each, ast.FunctionDef | ast.ClassDef) and not each.name.startswith("_"):
            yield each


def signature(node: ast.FunctionDef | ast.ClassDef) -> str:
    """How it is called, as its author wrote it."""
    if isinstance(node, ast.ClassDef):
        bases = ", ".join(ast.unparse(each) for each in node.bases)
        return f"class {node.name}" + (f"({bases})" if bases else "")
    returns = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    return f"{node.name}({ast.unparse(node.args)}){returns}"


def entry(node: ast.FunctionDef | ast.ClassDef, owner: str = "") -> Iterator[str]:
    """Heading, signature and docstring; a class's public methods follow it."""
    said = ast.get_docstring(node) or ""
    yield f"### {owner}{node.name}\n\n```text\n{signature(node)}\n\n{said}\n```\n"
    if isinstance(node, ast.ClassDef):
        for each in public(node):
            yield from entry(each, f"{node.name}.")


def reference(package: str) -> str:
    """One package's page: what each public thing means."""
    folder = SOURCE / package
    said = ast.get_docstring(ast.parse((folder / "__init__.py").read_text(encoding="utf-8"))) or ""
    parts = [f"# harmfree.{package}\n\n{MADE}\n```text\n{said}\n```\n"]
    for path in sorted(folder.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        entries = [text for node in public(tree) for text in entry(node)]
        if entries:
            name = ".".join(path.relative_to(SOURCE.parent).with_suffix("").parts)
            said = ast.get_docstring(tree) or ""
            parts += [f"## {name.removesuffix('.__init__')}\n\n```text\n{said}\n```\n", *entries]
    return "\n".join(parts)


def reference_index() -> str:
    """The list of the packages' pages."""
    lines = [f"- [harmfree.{package}]({package}.md)" for package in PACKAGES]
    return f"# Reference\n\n{MADE}\n" + "\n".join(lines) + "\n"


def row(each: Indicator) -> str:
    """One line of a programme's table."""
    source = each.provenance
    mark = " (unverified)" if each.unverified else ""
    return f"| `{each.id}` | {each.kind} | {each.title} | {source.tag}{mark} | {source.source} |"


def programme(each: Programme) -> str:
    """A programme's page, with how well the source of each indicator was checked."""
    unverified = sum(one.unverified for one in each.indicators)
    counts = f"{len(each.indicators)} indicators, {unverified} of them unverified."
    tags = "\n".join(f"- **{tag}**: {meaning}" for tag, meaning in TAG_MEANING.items())
    table = ["| id | kind | title | checked | source |", "|---|---|---|---|---|"]
    table += [row(one) for one in each.indicators]
    page = each.page.rstrip()
    shown = f"{page}\n\n## Indicators\n\n{MADE}{counts}\n\n{tags}\n\n" + "\n".join(table) + "\n"
    return shown + measures(each)


def measures(each: Programme) -> str:
    """A programme's measures, in words; nothing when it has none."""
    if not each.measures:
        return ""
    lines = ["", "## Measures", "", "Worked out by commands of their own.", ""]
    lines += ["| id | title | numerator / denominator | checked | source | command |"]
    lines += ["|---|---|---|---|---|---|"]
    for one in each.measures:
        source = one.provenance
        mark = f"{source.tag} (unverified)" if one.unverified else source.tag
        said = f"{one.numerator} / {one.denominator}"
        lines.append(
            f"| `{one.id}` | {one.title} | {said} | {mark} | {source.source} | `{one.command}` |"
        )
    return "\n".join(lines) + "\n"


def pages() -> dict[str, str]:
    """Every generated page by its path below docs/."""
    made = {"exit_codes.md": exit_codes(), "commands.md": commands()}
    made["reference/README.md"] = reference_index()
    made |= {f"reference/{package}.md": reference(package) for package in PACKAGES}
    return made | {f"programmes/{name}.md": programme(each) for name, each in programmes().items()}


def main() -> int:
    """Write the files."""
    for name, text in pages().items():
        (DOCS / name).parent.mkdir(exist_ok=True)
        (DOCS / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
