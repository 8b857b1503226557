"""Compiles what the ECG page needs before anybody waits for it: `python -m ...warming`.

The first strip on a new machine costs half a minute of compiling (numba); the outcome is kept on
disk, so that every later process reads it in a second.
"""

from __future__ import annotations


def warm() -> None:
    """Judge a made strip of each rhythm once."""
    from harmfree.rhythm.classify import classify
    from harmfree.rhythm.synthetic import strip

    for rhythm in ("sinus", "fibrillation", "ventricular ectopy"):
        classify(strip(rhythm, seed=7).recording)


if __name__ == "__main__":
    warm()
