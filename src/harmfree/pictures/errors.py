"""What can go wrong when a picture is made. Exit codes 70 to 74."""

from __future__ import annotations

from harmfree.errors import HarmfreeError


class PictureError(HarmfreeError):
    """The picture cannot be drawn from what was given."""

    exit_code = 70


class FontMissingError(HarmfreeError):
    """No font file was found, so a PNG would have no text."""

    exit_code = 71
