"""Generate docs/exit_codes.md and docs/commands.md from the code (`python3 run.py docs`)."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from pathlib import Path

import click

import harmfree
from harmfree.cli.main import VERBS
from harmfree.errors import HarmfreeError

DOCS = Path(__file__).resolve().parents[1] / "docs"


def error_classes(base: type[HarmfreeError] = HarmfreeError) -> list[type[HarmfreeError]]:
    """The class and all below it, of every package."""
    if base is HarmfreeError:
        for module in pkgutil.walk_packages(harmfree.__path__, "harmfree."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    return [base, *(found for child in base.__subclasses__() for found in error_classes(child))]


def exit_codes() -> str:
    """The table of exit codes."""
    rows = ["| code | meaning |", "|---|---|", "| 0 | done |", "| 1 | a fault of ours |"]
    rows.append("| 2 | wrong command line |")
    for error in sorted(set(error_classes()), key=lambda each: each.exit_code):
        meaning = (error.__doc__ or "").strip().splitlines()[0]
        rows.append(f"| {error.exit_code} | {meaning} (`{error.__name__}`) |")
    return "# Exit codes\n\nMade by `python3 run.py docs`.\n\n" + "\n".join(rows) + "\n"


def commands() -> str:
    """The help of every verb."""
    parts = ["# Commands\n\nMade by `python3 run.py docs`.\n"]
    for verb, (module, _) in VERBS.items():
        command: click.Command = importlib.import_module(module).command
        context = click.Context(command, info_name=f"harmfree {verb}", terminal_width=90)
        parts.append(f"## {verb}\n\n```text\n{command.get_help(context)}\n```\n")
    return "\n".join(parts)


def main() -> int:
    """Write the files."""
    for name, text in (("exit_codes.md", exit_codes()), ("commands.md", commands())):
        (DOCS / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
