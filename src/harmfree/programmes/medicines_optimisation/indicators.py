"""All indicators of the programme, in the order in which they are shown."""

from __future__ import annotations

from harmfree.programmes.medicines_optimisation import (
    many_medicines,
    monitoring,
    pincer,
    special,
    start,
    stopp_body,
    stopp_brain,
    stopp_heart,
    trial,
)

INDICATORS = (
    *pincer.INDICATORS,
    *trial.INDICATORS,
    *monitoring.INDICATORS,
    *many_medicines.INDICATORS,
    *special.INDICATORS,
    *stopp_heart.INDICATORS,
    *stopp_brain.INDICATORS,
    *stopp_body.INDICATORS,
    *start.INDICATORS,
)
