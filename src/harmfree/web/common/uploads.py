"""Uploads are bounded before a byte of them is kept."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler

LARGEST = 20_000_000
"""Bytes of one request with files; a page may allow less."""


class Bounded(FileUploadHandler):
    """Refuses a request that announces more than is read; stands first among the handlers.

    Django bounds forms but not files: without this anybody who may send a form could fill the
    disk. A request without a length is read as empty, so that none goes round it.
    """

    def handle_raw_input(
        self,
        input_data: Any,
        META: dict[str, str],
        content_length: int,
        boundary: str,
        encoding: str | None = None,
    ) -> None:
        """Look at the length before anything is read.

        Raises:
            RequestDataTooBig: answered with 400.
        """
        if content_length > LARGEST:
            raise RequestDataTooBig(f"The request is larger than {LARGEST:,} bytes.")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Pass the data on to the next handler."""
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leave the file to the next handler."""
