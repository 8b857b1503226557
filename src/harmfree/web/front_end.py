"""Prepares the front-end files of others: no fonts, no request to anywhere else, no source maps.

`python -m harmfree.web.front_end NODE_MODULES TARGET`, called by run.py after `npm ci`. The NHS
design system's style sheet loads a licensed font from nhs.uk; only nhs.uk may use it, and a page
of ours asks nobody else for anything.
"""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

from harmfree.web.errors import FrontEndMissingError

FONT_FACE = re.compile(r"@font-face\s*\{[^}]*\}")
SOURCE_MAP = re.compile(r"/[*/][#@]\s*sourceMappingURL=[^\s*]*\s*(?:\*/)?")
ASSET = re.compile(r"url\(/assets/images/([\w.-]+)\)")


def prepare(node_modules: Path, target: Path) -> None:
    """Copy what pages use into `target`/nhsuk.

    Raises:
        FrontEndMissingError: the package is not there.
    """
    package = node_modules / "nhsuk-frontend"
    built = package / "dist" / "nhsuk"
    if not built.is_dir():
        raise FrontEndMissingError(
            "The NHS design system has not been installed.",
            where=str(built),
            do="Run `npm ci` in the folder frontend, or python3 run.py demo.",
        )
    folder = target / "nhsuk"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    style = (built / "nhsuk-frontend.min.css").read_text(encoding="utf-8")
    style = stripped(FONT_FACE.sub("", style))
    for icon in sorted(set(ASSET.findall(style))):
        shutil.copy(built / "assets" / "images" / icon, folder / icon)
    (folder / "nhsuk.css").write_text(ASSET.sub(r"url(\1)", style), encoding="utf-8")
    script = (built / "nhsuk-frontend.min.js").read_text(encoding="utf-8")
    (folder / "nhsuk.js").write_text(stripped(script), encoding="utf-8")


def stripped(text: str) -> str:
    """The text without comments that name a source map: hashed file names would not find it."""
    return SOURCE_MAP.sub("", text)


if __name__ == "__main__":
    prepare(Path(sys.argv[1]), Path(sys.argv[2]))
