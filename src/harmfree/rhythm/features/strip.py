"""All features of one strip, in a fixed order with fixed names."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from harmfree.rhythm.beats import Beats, detect_beats
from harmfree.rhythm.compiled import FloatArray
from harmfree.rhythm.conditioning import band
from harmfree.rhythm.features import atrial, events, intervals, morphology, noise

NAMES: tuple[str, ...] = (
    *intervals.NAMES,
    *morphology.NAMES,
    *atrial.NAMES,
    *noise.NAMES,
    *events.NAMES,
)


@dataclass(frozen=True)
class Measured:
    """One strip measured: what the classifier and the pictures both need.

    Attributes:
        upright: the lead without wander, dominant QRS deflection upwards, mV.
        beats: its beats.
        shapes: the beats lined up, or None when there are too few.
        features: one value for each of `NAMES`.
    """

    upright: FloatArray
    beats: Beats
    shapes: morphology.Shapes | None
    features: FloatArray


def measure(lead: FloatArray) -> Measured:
    """Measure one conditioned lead (mV at the working rate)."""
    beats = detect_beats(lead)
    upright = beats.polarity * band(lead, 0.6) if lead.size > 1 else lead
    shapes = morphology.cut_beats(upright, beats.samples)
    rr = beats.intervals
    features = np.concatenate(
        [
            intervals.interval_features(rr),
            morphology.morphology_features(shapes, rr),
            atrial.atrial_features(upright, beats.samples, shapes),
            noise.noise_features(lead, upright, beats),
            events.event_features(shapes, rr, beats.strength),
        ]
    )
    return Measured(upright, beats, shapes, features)
