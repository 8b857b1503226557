"""Train the strip classifier: ``python -m harmfree.rhythm.train STRIPS.parquet``.

Reads strips with their labels, judges the method by five-fold cross-validation, fits it on every
strip, proves that the stored form gives what scikit-learn gives, and writes the model, its
metrics and its model card. The same file and seed give the same metrics to three decimals.
"""

from __future__ import annotations

import hashlib
import json
import time
from pathlib import Path
from typing import Any

import click
import numpy as np

from harmfree.rhythm.batch import features_of, over_processes
from harmfree.rhythm.card import model_card
from harmfree.rhythm.errors import AnnotationError, ModelError
from harmfree.rhythm.fitting import cross_validate, fit_all
from harmfree.rhythm.forest import Float32Array
from harmfree.rhythm.metrics import summarise
from harmfree.rhythm.model import STORED, StripModel, load, save
from harmfree.rhythm.readers import Assumed, read
from harmfree.rhythm.scoring import CLASSES

SEED = 2017
FEWEST = 10  # strips of each class for five folds to mean anything


@click.command()
@click.argument("strips", type=click.Path(path_type=Path))
@click.option("--seed", default=SEED, show_default=True, help="Seed of folds and trees.")
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default=STORED.parent,
    help="Folder for the model, metrics and card; by default inside the package.",
)
def main(strips: Path, seed: int, output: Path) -> None:
    """Train the strip classifier on STRIPS (Parquet: record, label, samples in microvolts)."""
    started = time.monotonic()
    click.echo("Measuring the strips ...", err=True)
    rows, labels = measured(strips)
    click.echo(f"Cross-validating on {labels.size} strips ...", err=True)
    judged = cross_validate(rows, labels, seed)
    click.echo("Fitting on every strip ...", err=True)
    model, trees = fit_all(rows, labels, seed, judged)
    prove_equal(model, trees, rows)
    metrics = summarise(judged, labels, model.decision)
    metrics |= {"seed": seed, "data_sha256": digest(strips), "strips": int(labels.size)}
    write(model, metrics, output)
    click.echo(json.dumps(metrics["headline"], indent=2))
    click.echo(f"Done in {time.monotonic() - started:.0f} s: {output}", err=True)


def measured(strips: Path) -> tuple[Float32Array, np.ndarray[Any, np.dtype[np.int64]]]:
    """Return the features and class numbers of every labelled strip.

    Raises:
        AnnotationError: a label is none of N, A, O, ~, or a class has too few strips.
    """
    labels: list[str] = []

    def noted() -> Any:
        for recording in read(strips, Assumed()):
            labels.append(recording.label)
            yield recording

    rows = np.array(list(over_processes(features_of, noted())), dtype=np.float32)
    unknown = sorted(set(labels) - set(CLASSES))
    if unknown or min(labels.count(name) for name in CLASSES) < FEWEST:
        raise AnnotationError(
            f"Training needs at least {FEWEST} strips of each of N, A, O and ~"
            + (f"; found the labels {unknown}." if unknown else "."),
            where=str(strips),
            do="give the labelled strips of the PhysioNet 2017 Challenge",
        )
    return rows, np.array([CLASSES.index(name) for name in labels], dtype=np.int64)


def prove_equal(model: StripModel, trees: list[Any], rows: Float32Array) -> None:
    """Raise ModelError unless the stored trees score as scikit-learn's do, to 1 in 100,000."""
    ours = model.forest.scores(rows)
    theirs = np.mean([one._raw_predict(rows) for one in trees], axis=0)
    if not np.allclose(ours, theirs, rtol=0, atol=1e-5):
        raise ModelError(
            f"The stored trees differ from scikit-learn's by {np.abs(ours - theirs).max():g}.",
            do="report this version of scikit-learn: the layout of its trees may have changed",
        )


def digest(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write(model: StripModel, metrics: dict[str, Any], output: Path) -> None:
    """Write model, metrics and card, and read the model back."""
    output.mkdir(parents=True, exist_ok=True)
    save(model, output / STORED.name)
    load(output / STORED.name)
    text = json.dumps(metrics, indent=1, sort_keys=True)
    (output / "metrics.json").write_text(text + "\n", encoding="utf-8")
    (output / "model_card.md").write_text(model_card(metrics), encoding="utf-8")


if __name__ == "__main__":
    main()
