"""Compile all that numba compiles and keep it on disk: `python tools/warm.py kernel` or `rhythm`.

The outcome lies beside the sources, so that the two workers of the tests read it; without this
each would compile all of it itself, about a minute for either part.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from harmfree.publish.run import RunRequest, run
from harmfree.records.sources.synthetic.build import build
from harmfree.records.sources.synthetic.clock import Settings
from harmfree.web.clinical_tools.warming import warm as rhythm


def kernel() -> None:
    """Run every programme over a region of a few people."""
    with tempfile.TemporaryDirectory(prefix="harmfree-warm-") as folder:
        build(Settings(300, 1), Path(folder), workers=1)
        run(Path(folder), RunRequest(months=24), lambda *_: None)


if __name__ == "__main__":
    {"kernel": kernel, "rhythm": rhythm}[sys.argv[1]]()
