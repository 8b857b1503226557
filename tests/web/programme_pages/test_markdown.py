"""The subset of Markdown: what it makes, and that nothing else can come out of it."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmfree.web.programme_pages.markdown import rendered, without_title

LETTERS = "ab<>&\"'`*[]()#|-/: \nhttps.jvascript1."


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("# A", '<h1 class="nhsuk-heading-l">A</h1>'),
        ("## A", '<h2 class="nhsuk-heading-m">A</h2>'),
        ("a\nb", "<p>a b</p>"),
        ("a\n\nb", "<p>a</p>\n<p>b</p>"),
        (
            "- a\n  more\n- b",
            '<ul class="nhsuk-list nhsuk-list--bullet"><li>a more</li><li>b</li></ul>',
        ),
        ("1. a\n2. b", '<ol class="nhsuk-list nhsuk-list--number"><li>a</li><li>b</li></ol>'),
        ("**a** `b`", "<p><strong>a</strong> <code>b</code></p>"),
        ("[a](https://b.org/c)", '<p><a href="https://b.org/c">a</a></p>'),
        ("[a](/tools/)", '<p><a href="/tools/">a</a></p>'),
        ("`**a**`", "<p><code>**a**</code></p>"),
        ("a < b & c", "<p>a &lt; b &amp; c</p>"),
        ("", ""),
    ],
)
def test_what_it_makes(text, html):
    assert rendered(text) == html


def test_headings_can_start_lower():
    assert rendered("## A", top=2) == '<h3 class="nhsuk-heading-s">A</h3>'


def test_a_table():
    made = rendered("| a | b |\n|---|---|\n| **1** | 2 |")
    assert "<strong>1</strong>" in made and made.count("<tr>") == 2


@pytest.mark.parametrize(
    "text",
    [
        "<script>x</script>",
        "[a](javascript:alert(1))",
        "[a](//evil.org)",
        "[a](data:text/html,x)",
        '[a](https://b"onclick=x)',
        "![a](https://b.org/x.png)",
        "**<img src=x>**",
        "`<b>`",
        "# <i>",
        "- <i>",
        "| <i> |\n|---|\n| <i> |",
    ],
)
def test_nothing_dangerous_comes_out(text):
    check(rendered(text))


class Elements(HTMLParser):
    allowed = frozenset(
        [
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "p",
            "ul",
            "ol",
            "li",
            "table",
            "thead",
            "tbody",
            "tr",
            "th",
            "td",
            "div",
            "a",
            "strong",
            "code",
        ]
    )

    def handle_starttag(self, tag, attrs):
        assert tag in self.allowed
        for name, value in attrs:
            assert name in {"class", "href", "scope", "tabindex", "role", "aria-label"}
            if name == "href":
                assert re.match(r"(https?://|/(?!/)|#)", value, re.IGNORECASE)


def check(html: str) -> None:
    Elements().feed(html)


@given(st.text(LETTERS, max_size=60))
def test_whatever_the_text_only_these_elements_come_out(text):
    check(rendered(text))


def test_the_title_can_be_left_to_the_page():
    assert without_title("# T\n\na").strip() == "a"
    assert without_title("a\nb") == "a\nb"
