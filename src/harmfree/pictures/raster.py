"""SVG to PNG with resvg, always with a font file that we have found ourselves.

resvg draws no text at all, and says nothing, when it has no font; a bare server has none. So the
font is looked for first, in this order: the file named by the setting HARMFREE_FONT; DejaVu Sans
as matplotlib ships it (matplotlib comes with lifelines, so it is there wherever Harmfree is);
Debian's fonts-dejavu-core and fonts-liberation.
"""

from __future__ import annotations

import importlib.util
import os
from functools import cache
from pathlib import Path

from harmfree.pictures.errors import FontMissingError, PictureError

SETTING = "HARMFREE_FONT"
_SYSTEM = (
    "/usr/share/fonts/truetype/dejavu/DejaVuSans{}.ttf",
    "/usr/share/fonts/truetype/liberation/LiberationSans-{}.ttf",
    "/usr/share/fonts/truetype/liberation2/LiberationSans-{}.ttf",
)


def font_files() -> list[str]:
    """Paths of the font files to draw with, regular first.

    Raises:
        FontMissingError: when there is none.
    """
    named = os.environ.get(SETTING)
    if named:
        if not Path(named).is_file():
            raise FontMissingError(
                "The font file does not exist", where=f"{SETTING}={named}",
                do=f"name a .ttf or .otf file in {SETTING}, or unset it",
            )  # fmt: skip
        return [named]
    for files in (_from_matplotlib(), *(_from_system(pattern) for pattern in _SYSTEM)):
        if files:
            return files
    raise FontMissingError(
        "No font was found, so the picture would have no text",
        do="install the package fonts-dejavu-core, or name a .ttf file in the setting "
        f"{SETTING}; SVG and HTML need no font",
    )


def png(svg: str, scale: float = 2) -> bytes:
    """The drawing as PNG, `scale` image pixels to one of the drawing.

    Raises:
        FontMissingError: when no font was found.
        PictureError: when the drawing cannot be turned into pixels.
    """
    import resvg_py

    try:
        return bytes(
            resvg_py.svg_to_bytes(
                svg_string=svg,
                zoom=None,
                width=round(_width(svg) * scale),
                background="#ffffff",
                skip_system_fonts=True,
                font_files=font_files(),
                sans_serif_family=_family(font_files()[0]),
            )
        )
    except ValueError as error:
        raise PictureError(f"The picture could not be turned into PNG: {error}") from error


def _width(svg: str) -> float:
    return float(svg.partition(' width="')[2].partition('"')[0] or 0)


@cache
def _family(path: str) -> str:
    """Name of the font's family, which resvg needs to use it for `sans-serif`."""
    name = Path(path).name
    if name.startswith("DejaVuSans"):
        return "DejaVu Sans"
    if name.startswith("LiberationSans"):
        return "Liberation Sans"
    # fontTools comes with matplotlib; it is needed only for a font that the user names.
    font = importlib.import_module("fontTools.ttLib").TTFont(path, fontNumber=0, lazy=True)
    with font:
        return str(font["name"].getBestFamilyName())


def _from_matplotlib() -> list[str]:
    # find_spec does not import it: that would cost a second.
    spec = importlib.util.find_spec("matplotlib")
    folders = list(spec.submodule_search_locations or ()) if spec else []
    files = [
        Path(folder) / "mpl-data" / "fonts" / "ttf" / name
        for folder in folders
        for name in ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")
    ]
    return [str(path) for path in files if path.is_file()]


def _from_system(pattern: str) -> list[str]:
    names = ("Regular", "Bold") if "Liberation" in pattern else ("", "-Bold")
    paths = [Path(pattern.format(name)) for name in names]
    return [str(path) for path in paths if path.is_file()]
