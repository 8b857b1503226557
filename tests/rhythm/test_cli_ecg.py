from __future__ import annotations

import json
import re

import numpy as np
import pytest
from click.testing import CliRunner

from harmfree.cli.ecg import command
from harmfree.errors import PartlyDoneError
from harmfree.rhythm.classify import classify
from harmfree.rhythm.drawing import MM, MM_A_SECOND, strip_picture
from harmfree.rhythm.errors import AnnotationError, RecordingError
from harmfree.rhythm.page import strips_page
from harmfree.rhythm.synthetic import strip


def run(*arguments: object) -> str:
    result = CliRunner().invoke(command, [str(a) for a in arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture
def csv_strip(tmp_path):
    made = strip("fibrillation", heart_rate=90, seed=1).recording.signals[:, 0]
    path = tmp_path / "af.csv"
    path.write_text("# rate: 300\n" + "\n".join(f"{v:.4f}" for v in made))
    return path


def test_classify_gives_one_json_object_a_line(csv_strip, tmp_path) -> None:
    lines = run("classify", csv_strip, "--json").splitlines()
    (found,) = [json.loads(line) for line in lines]
    assert found["id"] == "af"
    assert found["outcome"] == "possible AF"
    assert set(found["probabilities"]) == {"N", "A", "O", "~"}
    assert "not a diagnosis" in found["intended_use"]


def test_classify_for_people_and_as_a_page(csv_strip, tmp_path) -> None:
    page = tmp_path / "strips.html"
    said = run("classify", csv_strip, "-o", page)
    assert "possible AF" in said
    assert "12-lead" in said
    assert "not a diagnosis" in said
    assert page.read_text(encoding="utf-8").count("<svg") >= 10


def test_one_bad_file_does_not_stop_the_others(csv_strip, tmp_path) -> None:
    bad = tmp_path / "bad.edf"
    bad.write_bytes(b"nothing")
    with pytest.raises(PartlyDoneError):
        CliRunner().invoke(command, ["classify", str(csv_strip), str(bad)], catch_exceptions=False)
    with pytest.raises(RecordingError):
        CliRunner().invoke(command, ["classify", str(bad)], catch_exceptions=False)


def test_beats_and_burden(csv_strip) -> None:
    found = json.loads(run("beats", csv_strip, "--json"))
    assert 30 < len(found["beats"]) < 60
    assert "beats a minute" in run("beats", csv_strip)
    burden = json.loads(run("burden", csv_strip, "--method", "cosen", "--minimum", 5, "--json"))
    assert burden["burden"] > 0.9
    assert "Burden" in run("burden", csv_strip)


def test_burden_of_intervals_in_milliseconds(tmp_path) -> None:
    chance = np.random.default_rng(0)
    rr = np.concatenate([np.full(500, 850.0), 700 * chance.lognormal(0, 0.22, 500)])
    path = tmp_path / "night.rr"
    path.write_text("\n".join(f"{v:.0f}" for v in rr))
    found = json.loads(run("burden", path, "--json"))
    assert found["burden"] == pytest.approx(350 / 775, abs=0.06)


def test_cuff_readings(tmp_path) -> None:
    chance = np.random.default_rng(0)
    path = tmp_path / "cuff.csv"
    rows = [",".join(f"{v:.0f}" for v in 800 * chance.lognormal(0, 0.12, 12)) for _ in range(3)]
    path.write_text("\n".join(rows))
    assert json.loads(run("cuff", path, "--json"))["outcome"] == "possible AF"
    path.write_text("\n".join(["800," * 11 + "810"] * 3))
    assert "no AF seen" in run("cuff", path)
    path.write_text("800,810\n")
    assert "cannot tell" in run("cuff", path)


def test_evaluate_scores_labelled_strips(tmp_path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = {"N": "sinus", "A": "fibrillation", "O": "ventricular ectopy"}
    made = [
        (label, strip(kind, heart_rate=85, seed=k))
        for label, kind in kinds.items()
        for k in range(3)
    ]
    table = pa.table({
        "record": [one.recording.id for _, one in made], "label": [label for label, _ in made],
        "samples": [(1000 * one.recording.signals[:, 0]).astype(int) for _, one in made],
    })  # fmt: skip
    pq.write_table(table, tmp_path / "s.parquet")
    found = json.loads(run("evaluate", "--database", tmp_path / "s.parquet", "--json"))["strips"]
    assert found["strips"] == 9
    assert found["screening"]["sensitivity"]["value"] == 1.0
    assert "Challenge score" in run("evaluate", "--database", tmp_path / "s.parquet")
    (tmp_path / "none").mkdir()
    with pytest.raises(AnnotationError):
        CliRunner().invoke(
            command, ["evaluate", "--database", str(tmp_path / "none")], catch_exceptions=False
        )


def test_programme(tmp_path) -> None:
    path = tmp_path / "log.csv"
    path.write_text(
        "device,site,strip_date,outcome,ecg_date,ecg_result\n"
        "D,S,2026-01-05,possible AF,2026-01-08,AF\nD,S,2026-01-05,normal,,\n"
    )
    said = run("programme", path, "--prevalence", 0.02, "--ecg-cost", 30, "--device-cost", 82)
    assert "£112" in said
    found = json.loads(run("programme", path, "--sensitivity", 0.9, "--specificity", 0.9, "--json"))
    assert found["expected"]["ppv"] == pytest.approx(0.018 / (0.018 + 0.098), abs=1e-5)


@pytest.mark.parametrize("verb", ["classify", "beats", "burden", "cuff", "evaluate", "programme"])
def test_every_verb_has_a_worked_example(verb: str) -> None:
    assert f"harmfree ecg {verb}" in run(verb, "--help")


def test_paper_is_true_to_scale_and_every_beat_is_marked() -> None:
    result = classify(strip("sinus", seed=1).recording)
    assert result.measured is not None
    svg = strip_picture(result, result.measured).svg()
    assert svg.count("<polygon") == result.measured.beats.times.size
    widths = {float(width) for width in re.findall(r"h([\d.]+)", svg)}
    assert any(abs(w - 7.5 * MM_A_SECOND * MM) < 0.02 for w in widths)


def test_a_page_of_unreadable_strips_is_still_a_page() -> None:
    from harmfree.rhythm.recording import from_array

    page = strips_page([classify(from_array(np.zeros(n), 300, id="<b>")) for n in (0, 100, 9000)])
    assert "cannot tell" in page.lower()
    assert "<b>" not in page
