"""The process that reads one uploaded ECG: `python -m ... FILE FOLDER RATE UNIT`.

It bounds itself before it opens the file, writes the recording or the reason into FOLDER, and
ends. What it cannot write, the caller reads as "cannot be read".
"""

from __future__ import annotations

import os
import resource
import sys
from pathlib import Path

MEMORY = 3_000_000_000
PROCESSOR_SECONDS = 30
WRITTEN = 40_000_000
MOST_SAMPLES = 3_000_000
MOST_SECONDS = 15 * 60
RATES = (50.0, 20_000.0)


def bounded() -> None:
    """Bound memory, processor time and the size of files for the rest of this process."""
    for kind, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, PROCESSOR_SECONDS),
        (resource.RLIMIT_FSIZE, WRITTEN),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))


def main(path: Path, folder: Path, rate: float | None, unit: str) -> None:
    """Read the file and leave the recording, or why there is none, in the folder."""
    import numpy as np

    from harmfree.errors import HarmfreeError
    from harmfree.rhythm.readers import Assumed, read
    from harmfree.web.clinical_tools.ecg_upload import OUTCOME, SAID

    try:
        recording = next(read(path, Assumed(rate, unit)), None)
        fault = "The file holds no recording." if recording is None else ""
        if recording is not None:
            fault = too_much(recording.signals.size, recording.rate, recording.seconds)
    except HarmfreeError as problem:
        text = problem.what.replace(str(folder), "").replace("\n", " ")
        (folder / SAID).write_text(f"{text}\n{problem.do}", encoding="utf-8")
        return
    if fault or recording is None:
        (folder / SAID).write_text(f"{fault}\nGive one strip of about 30 seconds.")
        return
    np.savez(
        folder / OUTCOME,
        signals=recording.signals.astype(np.float32),
        rate=recording.rate,
        leads=np.array([lead[:40] for lead in recording.leads], dtype="U40"),
    )


def too_much(samples: int, rate: float, seconds: float) -> str:
    """Why a recording is not judged here; "" when it can be."""
    if not RATES[0] <= rate <= RATES[1]:
        return f"A sampling rate of {rate:g} a second cannot hold an ECG."
    if samples > MOST_SAMPLES or seconds > MOST_SECONDS:
        return f"The recording is longer than {MOST_SECONDS // 60} minutes."
    return ""


if __name__ == "__main__":
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    bounded()
    main(Path(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3]) or None, sys.argv[4])
