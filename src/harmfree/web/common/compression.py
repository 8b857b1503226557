"""Pages are sent compressed, but only to whoever asked for them from a page of ours.

BREACH guesses a secret in a compressed page letter by letter: another site makes the browser ask
for pages that echo its guesses and watches how long the answers are. Browsers say where a request
comes from (`Sec-Fetch-Site`, which no script can set), and what another site asked for is not
compressed. What is compressed has a length that varies at random besides, and the token against
forgery is masked anew in every page.

Pages are made for one person and sent once, so that time counts for more than the last tenth of
their size: level 2 takes a quarter of the processor time of level 6 (1.6 for 6.2 ms on a region's
dashboard, 54 for 46 kB).

Sources: Gluck, Harris, Prado, "BREACH: reviving the CRIME attack" (2013); W3C Fetch Metadata
Request Headers (working draft); Django 5.2, `GZipMiddleware.max_random_bytes` [M].
"""

from __future__ import annotations

import gzip
import io
import secrets

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware, re_accepts_gzip
from django.utils.cache import patch_vary_headers

ASKED_BY_US = ("same-origin", "none")
"""A link or form of ours, or an address that the person typed or kept."""
LEVEL = 2
SHORTEST = 200
"""Bytes below which nothing is gained."""


class CompressedPages(GZipMiddleware):
    """Compresses what a page of ours, or the person themselves, asked for."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """The answer, compressed where that gives nothing away."""
        patch_vary_headers(response, ("Sec-Fetch-Site",))
        if request.headers.get("Sec-Fetch-Site") not in ASKED_BY_US:
            return response
        if not isinstance(response, HttpResponse) or response.has_header("ETag"):
            return super().process_response(request, response)
        return self._page(request, response)

    def _page(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """A whole page, packed at our level where the browser takes it and it helps."""
        if len(response.content) < SHORTEST or response.has_header("Content-Encoding"):
            return response
        patch_vary_headers(response, ("Accept-Encoding",))
        if not re_accepts_gzip.search(request.META.get("HTTP_ACCEPT_ENCODING", "")):
            return response
        packed = self.packed(response.content)
        if len(packed) < len(response.content):
            response.content = packed
            response["Content-Length"] = str(len(packed))
            response["Content-Encoding"] = "gzip"
        return response

    def packed(self, content: bytes) -> bytes:
        """The content compressed, behind a file name of random length."""
        name, written = "a" * secrets.randbelow(self.max_random_bytes), io.BytesIO()
        with gzip.GzipFile(name, "wb", LEVEL, written, mtime=0) as file:
            file.write(content)
        return written.getvalue()
