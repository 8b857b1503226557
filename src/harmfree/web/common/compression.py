"""Pages are sent compressed, but only to whoever asked for them from a page of ours.

BREACH guesses a secret in a compressed page letter by letter: another site makes the browser ask
for pages that echo its guesses and watches how long the answers are. Browsers say where a request
comes from (`Sec-Fetch-Site`, which no script can set), and what another site asked for is not
compressed. What is compressed has a length that varies at random besides, and the token against
forgery is masked anew in every page.

Sources: Gluck, Harris, Prado, "BREACH: reviving the CRIME attack" (2013); W3C Fetch Metadata
Request Headers (working draft); Django 5.2, `GZipMiddleware.max_random_bytes` [M].
"""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.utils.cache import patch_vary_headers

ASKED_BY_US = ("same-origin", "none")
"""A link or form of ours, or an address that the person typed or kept."""


class CompressedPages(GZipMiddleware):
    """Compresses what a page of ours, or the person themselves, asked for."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """The answer, compressed where that gives nothing away."""
        patch_vary_headers(response, ("Sec-Fetch-Site",))
        if request.headers.get("Sec-Fetch-Site") not in ASKED_BY_US:
            return response
        return super().process_response(request, response)
