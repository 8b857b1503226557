"""The coefficients and limits of this package, as read from `data/*.json`."""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.resources import files
from typing import Any


@lru_cache(maxsize=16)
def table(name: str) -> dict[str, Any]:
    """Return one data file: cpic, eupact, gage, iwpc, lenzini, limits or variants."""
    text = files(__package__).joinpath(f"data/{name}.json").read_text(encoding="utf-8")
    held: dict[str, Any] = json.loads(text)
    return held
