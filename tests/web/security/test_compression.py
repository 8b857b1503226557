"""Compressed pages give nothing away: what another site asked for is not compressed."""

from __future__ import annotations

import gzip

import pytest
from django.test import Client
from django.urls import reverse

from harmfree.web.access.roles import Role

pytestmark = pytest.mark.django_db


def asked(client: Client, path: str, site: str | None = "same-origin", accept: str = "gzip"):
    """The answer to a browser that says where the request comes from."""
    told = {} if site is None else {"Sec-Fetch-Site": site}
    return client.get(path, headers={"Accept-Encoding": accept, **told})


@pytest.mark.parametrize("site", ["cross-site", "same-site", "", None, "nonsense"])
def test_what_another_site_asks_for_is_not_compressed(site):
    """Given another site that makes a browser ask for a page and watches how long the answer is,
    when it guesses a secret of the page, then a right guess is no shorter. Severity: high."""
    answer = asked(Client(), "/programmes/", site)
    assert not answer.has_header("Content-Encoding")


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_what_a_page_of_ours_asks_for_is_compressed(site):
    """Given somebody who follows a link of ours, when the page is sent, then it is the same page
    in fewer bytes. Severity: low."""
    plain, packed = Client().get("/programmes/"), asked(Client(), "/programmes/", site)
    assert packed["Content-Encoding"] == "gzip"
    assert len(packed.content) < len(plain.content) / 2
    assert gzip.decompress(packed.content)[:200] == plain.content[:200]


def test_a_browser_that_takes_no_compression_gets_none():
    """Given a program without it, when it asks, then it can read the answer. Severity: low."""
    assert not asked(Client(), "/programmes/", accept="identity").has_header("Content-Encoding")


def test_the_length_of_a_page_varies_at_random():
    """Given somebody on the network, when the same page is sent again and again, then its length
    is not always the same. Severity: medium."""
    assert len({len(asked(Client(), "/programmes/").content) for _ in range(12)}) > 1


@pytest.mark.parametrize("site", ["same-origin", "cross-site"])
def test_a_cache_keeps_both_kinds_apart(site):
    """Given a cache between, when it holds one kind, then it does not answer the other with it.
    Severity: medium."""
    assert "Sec-Fetch-Site" in asked(Client(), "/programmes/", site)["Vary"]


def test_the_token_against_forgery_is_masked_anew(user_of, organisation, signed_in_client):
    """Given a compressed page, when it is sent twice, then the token does not stand in it twice
    in the same letters. Severity: high."""
    client = signed_in_client(user_of(Role.ANALYST, organisation("region")))
    pages = [gzip.decompress(asked(client, reverse("your_account")).content) for _ in "12"]
    tokens = [page.split(b'csrfmiddlewaretoken" value="')[1][:64] for page in pages]
    assert tokens[0] != tokens[1]
