"""Parquet with one strip a row: `record`, `samples` in microvolts, and perhaps `label`, `rate`.

The layout in which the shared strips of the PhysioNet 2017 Challenge are packed: 300 samples a
second unless a column `rate` says otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from harmfree.rhythm.errors import RecordingError
from harmfree.rhythm.recording import Recording

DEFAULT_RATE = 300.0  # PhysioNet/CinC Challenge 2017
MICROVOLTS = 1e-3


def read(path: Path, rate: float | None = None) -> Iterator[Recording]:
    """Yield one recording a row, a batch of rows in memory at a time."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(path)
    except (pa.ArrowException, OSError) as problem:
        raise RecordingError(
            f"The file is not a whole Parquet file: {problem}.", where=str(path)
        ) from problem
    columns = set(file.schema_arrow.names)
    if not {"record", "samples"} <= columns:
        raise RecordingError(
            "The Parquet file lacks the columns record and samples.",
            where=str(path),
            do="write one strip a row: record, samples (microvolts), optionally label and rate",
        )
    wanted = [name for name in ("record", "samples", "label", "rate") if name in columns]
    for batch in file.iter_batches(batch_size=64, columns=wanted):
        for row in range(batch.num_rows):
            cells = {name: batch.column(name)[row] for name in wanted}
            values = cells["samples"].values
            samples = np.asarray(values, dtype=np.float64) if values is not None else np.empty(0)
            stated = cells["rate"].as_py() if "rate" in cells else None
            yield Recording(
                str(cells["record"].as_py()),
                samples[:, None] * MICROVOLTS,
                float(stated or rate or DEFAULT_RATE),
                ("I",),
                str(cells["label"].as_py() or "") if "label" in cells else "",
            )
