"""Every indicator finds somebody to look at in the synthetic region."""

from __future__ import annotations

from datetime import date

import pytest

from harmfree.programmes.check import check
from harmfree.publish.coverage import coverage
from harmfree.publish.reading import LiveRun
from harmfree.publish.run import RunRequest, run
from harmfree.records.sources.synthetic.build import build
from harmfree.records.sources.synthetic.clock import Settings


@pytest.fixture(scope="module")
def findings(tmp_path_factory):
    home = tmp_path_factory.mktemp("coverage")
    build(Settings(50_000, 1), home)
    run(home, RunRequest(months=24), lambda *_: None)
    return coverage(LiveRun.open(home))


def test_every_indicator_has_somebody_in_its_denominator(findings):
    assert not [each for each in findings if each.level == "error"]


def test_nearly_every_code_list_resolves_in_the_synthetic_dictionary(findings):
    unmatched = {each.where for each in findings if "matches no code" in each.says}
    assert len(unmatched) < 15


def test_the_programmes_are_whole():
    assert not [each for each in check(date.today()) if each.level == "error"]
