"""Files that a tool reads: a genotype file or a site's signed table, parsed and then forgotten."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import UploadedFile

from harmfree.clinical.errors import Problem
from harmfree.clinical.fields import Spec

LARGEST = 2_000_000
"""Bytes of a file for a tool; larger genotype files are read by the command line."""
GZIP = b"\x1f\x8b"


def parsed(spec: Spec, file: UploadedFile) -> Any:
    """What an upload holds, as the tool's specification reads it.

    Raises:
        Problem: too large, compressed, or not what the tool reads.
    """
    if (file.size or 0) > LARGEST:
        raise Problem(f"the file is larger than {LARGEST // 1_000_000} MB")
    content = file.read()
    if spec.kind == "table":
        return spec.read(_object(content))
    if content.startswith(GZIP):
        raise Problem("the file is compressed; give plain text, or use the command line")
    with tempfile.TemporaryDirectory(prefix="harmfree-tool-") as folder:
        path = Path(folder) / "genotypes.txt"
        path.write_bytes(content)
        return spec.read(path)


def _object(content: bytes) -> dict[str, Any]:
    try:
        found = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise Problem("the file is not JSON") from error
    if not isinstance(found, dict):
        raise Problem("the file does not hold one JSON object")
    return found
