"""Icons say their meaning in words, letters and badges, not by colour alone."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from harmfree.pictures import ICONS, contrast, icon_svg


@pytest.mark.parametrize("name", list(ICONS))
def test_an_icon_is_well_formed_and_says_what_it_means(name):
    root = ElementTree.fromstring(icon_svg(name))
    assert root.attrib["aria-label"] == ICONS[name].words
    assert contrast(ICONS[name].colour) >= 4.5
    assert not any("style" in element.attrib for element in root.iter())


def test_no_two_icons_look_the_same_without_colour():
    looks = [(icon.letter, icon.line, icon.badge) for icon in ICONS.values()]
    assert len(set(looks)) == len(looks)
