"""Fixtures that every room's tests may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of third-party data, or a skip: the project never needs it."""
    folder = Path(os.environ.get("HARMFREE_SHARED_DATA", SHARED))
    if not folder.is_dir():
        pytest.skip("the third-party data folder is not here")
    return folder
