from __future__ import annotations

import json

import numpy as np
import pytest
from click.testing import CliRunner

from harmfree.rhythm.errors import AnnotationError
from harmfree.rhythm.model import STORED, load
from harmfree.rhythm.synthetic import Noise, strip
from harmfree.rhythm.train import main


def written(folder, each: int):
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = {"N": "sinus", "A": "fibrillation", "O": "ventricular ectopy", "~": "sinus"}
    rows: dict[str, list] = {"record": [], "label": [], "samples": []}
    for label, kind in kinds.items():
        for k in range(each):
            noise = Noise(white=1.0 if label == "~" else 0.02)
            made = strip(kind, seconds=12, heart_rate=60 + k, noise=noise, seed=k).recording
            rows["record"].append(f"{label}{k}")
            rows["label"].append(label)
            rows["samples"].append((1000 * made.signals[:, 0]).astype(int))
    pq.write_table(pa.table(rows), folder / "strips.parquet")
    return folder / "strips.parquet"


@pytest.mark.slow
def test_training_gives_a_model_its_metrics_and_card(tmp_path) -> None:
    strips = written(tmp_path, 12)
    arguments = [str(strips), "--output", str(tmp_path / "made")]
    result = CliRunner().invoke(main, arguments, catch_exceptions=False)
    assert result.exit_code == 0
    metrics = json.loads((tmp_path / "made" / "metrics.json").read_text())
    assert metrics["headline"]["challenge_score"] > 0.8
    assert "Intended use" in (tmp_path / "made" / "model_card.md").read_text()
    load(tmp_path / "made" / STORED.name)


def test_too_few_or_strange_labels_are_refused(tmp_path) -> None:
    with pytest.raises(AnnotationError, match="at least 10 strips"):
        CliRunner().invoke(main, [str(written(tmp_path, 2))], catch_exceptions=False)


def test_the_card_states_what_the_metrics_say() -> None:
    metrics = json.loads((STORED.parent / "metrics.json").read_text())
    card = (STORED.parent / "model_card.md").read_text(encoding="utf-8")
    head = metrics["headline"]
    assert head["challenge_score"] >= 0.83
    assert head["screening"]["sensitivity"]["value"] >= 0.95
    assert head["screening"]["specificity"]["value"] >= 0.90
    assert f"**{head['challenge_score']:.3f}**" in card
    assert sum(np.array(metrics["confusion"]).ravel()) == metrics["strips"]
