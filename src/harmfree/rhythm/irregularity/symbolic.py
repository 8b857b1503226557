"""Entropy of words of three heart rates, weighted by how many different words occur.

Source: Zhou and others, BioMed Eng OnLine 2014;13:18 and PLoS One 2015;10:e0136544: threshold
and published accuracy [V]; coding and window [M], recomputed on AFDB (docs/rhythm/intervals.md).
"""

from __future__ import annotations

import numpy as np

from harmfree.rhythm.compiled import BoolArray, FloatArray, IntArray, compiled
from harmfree.rhythm.irregularity.windows import centred

SOURCE = "Zhou 2014/2015; threshold [V], coding unverified [M]"
WINDOW = 127  # words
RATE_STEP = 5.0  # beats a minute to a symbol
SYMBOLS = 64  # rates from 315 a minute share the last one
THRESHOLD = 0.639


def judge(intervals: FloatArray) -> BoolArray:
    """Say of each interval (seconds) whether the window centred on it is AF."""
    entropy = measure(intervals)
    return centred(entropy, intervals.size, WINDOW) >= THRESHOLD


def measure(intervals: FloatArray) -> FloatArray:
    """Return the weighted entropy of every window of 127 words, from 0 to 1."""
    rates = 60.0 / np.maximum(intervals, 1e-3)
    symbols = np.minimum(SYMBOLS - 1, rates // RATE_STEP).astype(np.int64)
    words = symbols[:-2] * SYMBOLS**2 + symbols[1:-1] * SYMBOLS + symbols[2:]
    return _entropies(words)


@compiled
def _entropies(words: IntArray) -> FloatArray:
    out = np.empty(max(0, words.size - WINDOW + 1))
    for k in range(out.size):
        ranked = np.sort(words[k : k + WINDOW])
        entropy, kinds, run = 0.0, 0, 1
        for i in range(1, WINDOW + 1):
            if i < WINDOW and ranked[i] == ranked[i - 1]:
                run += 1
            else:
                entropy -= run / WINDOW * np.log2(run / WINDOW)
                kinds, run = kinds + 1, 1
        out[k] = entropy * kinds / (WINDOW * np.log2(WINDOW))
    return out
