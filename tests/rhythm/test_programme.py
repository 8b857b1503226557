from __future__ import annotations

import pytest

from harmfree.rhythm.errors import DeploymentLogError
from harmfree.rhythm.programme import Costs, predictive_values, read_log, summarise

HEADER = (
    "device,site,strip_date,outcome,staff_trained,ecg_date,ecg_result,af_coded_date,score,"
    "anticoagulant_date\n"
)
LOG = HEADER + (
    "D1,S1,2026-01-05,normal,yes,,,,,\n"
    "D1,S1,2026-01-06,possible AF,yes,2026-01-10,AF,2026-01-12,3,2026-01-20\n"
    "D2,S2,2026-01-07,possible AF,no,2026-01-17,not AF,,,\n"
    "D2,S2,2026-01-08,possible AF,,,,,,\n"
    "D2,S2,2026-01-08,possible AF,,2026-01-09,AF,2020-01-01,2,\n"
    "D2,S2,2026-01-09,unreadable,yes,,,,,\n"
)


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text(LOG)
    return path


def test_what_a_deployment_achieved(log) -> None:
    found = summarise(read_log(log), Costs(device=100, strip=2, ecg=30))
    assert (found.strips, found.devices, found.sites) == (6, 2, 2)
    assert found.trained == (3, 4)
    assert found.outcomes == {"normal": 1, "possible AF": 4, "unclassified": 0, "unreadable": 1}
    # The person whose AF was known in 2020 is not a case to find.
    assert (found.possible_af, found.with_ecg, found.confirmed, found.waiting) == (3, 2, 1, 1)
    assert (found.new_cases, found.coded, found.anticoagulated) == (1, 1, 1)
    assert found.observed_ppv[0] == 0.5
    assert found.ecg_yield[0] == pytest.approx(1 / 6)
    assert (found.days_to_ecg, found.longest_wait) == (7.0, 10)
    assert found.cost == 2 * 100 + 6 * 2 + 3 * 30
    assert found.cost_per_new_case == found.cost


def test_an_empty_log_has_no_cost_per_case(tmp_path) -> None:
    (tmp_path / "log.csv").write_text(HEADER)
    found = summarise(read_log(tmp_path / "log.csv"))
    assert found.cost_per_new_case is None
    assert found.days_to_ecg is None


def test_bayes_agrees_with_the_published_cuff_trial() -> None:
    # WatchBP Home A in 5,969 patients: 58 of 72 found, 79 false positives, PPV 42%.
    ppv, _ = predictive_values(58 / 72, 1 - 79 / (5969 - 72), 72 / 5969)
    assert ppv == pytest.approx(58 / (58 + 79))
    assert predictive_values(0.9, 0.9, 0.0)[0] == 0.0
    assert predictive_values(1.0, 1.0, 0.01) == (1.0, 1.0)


@pytest.mark.parametrize(
    ("row", "match"),
    [
        ("D,S,05/01/2026,normal,,,,,,", "column strip_date"),
        ("D,S,2026-01-05,fine,,,,,,", "column outcome"),
        ("D,S,2026-01-05,normal,maybe,,,,,", "column staff_trained"),
        ("D,S,2026-01-05,normal,,,perhaps,,,", "column ecg_result"),
        ("D,S,2026-01-05,normal,,,,,x,", "column score"),
    ],
)
def test_a_cell_that_cannot_be_read_is_named(tmp_path, row: str, match: str) -> None:
    path = tmp_path / "log.csv"
    path.write_text(HEADER + row + "\n")
    with pytest.raises(DeploymentLogError, match=match) as caught:
        read_log(path)
    assert "line 2" in caught.value.where


def test_a_missing_column_is_named(tmp_path) -> None:
    (tmp_path / "log.csv").write_text("device,site\n")
    with pytest.raises(DeploymentLogError, match="strip_date, outcome"):
        read_log(tmp_path / "log.csv")
    with pytest.raises(DeploymentLogError, match="cannot be read"):
        read_log(tmp_path / "absent.csv")
