"""What every page needs, read in once, before the processes that answer are made from this one.

Without it each of them reads in the pages, the definitions and the templates at its first requests
(3 s of processor time), while somebody waits. What is read in is shared between them besides, and
Python's collector is told to leave it alone: it walked through 300,000 lasting objects again and
again (0.15 s each time, with every thread of the process standing still).

Source: Python's `gc.freeze`, meant for the moment before processes are forked.
"""

from __future__ import annotations

import gc
from pathlib import Path

COLLECT_AFTER = (20_000, 10, 10)
"""Objects made between two walks of the collector: a page makes some thousand that are gone with
it, so that Python's own 700 has it walk several times a page for nothing."""


def make_ready() -> None:
    """Read everything in, in the process that the others are forked from; it opens no connection
    to the database, and closes any that is open: a fork must not share one."""
    from django.db import connections

    read_in()
    connections.close_all()
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)


def read_in() -> None:
    """The addresses with every view, the definitions, the clinical tools, every template."""
    from django.template import engines
    from django.urls import reverse

    from harmfree.clinical.registry import all_tools
    from harmfree.web.worklist.views import choices

    reverse("home")
    all_tools()
    choices("")
    found = engines["jinja2"].env  # type: ignore[attr-defined]
    for name in template_names():
        found.get_template(name)


def template_names() -> list[str]:
    """Every template of ours, as pages name it."""
    top = Path(__file__).resolve().parent / "templates"
    return sorted(each.relative_to(top).as_posix() for each in top.rglob("*.jinja"))
