"""All indicators of the programme, in the order in which they are shown."""

from __future__ import annotations

from harmfree.programmes.fracture_prevention import assess, gaps, quality, treatment

INDICATORS = (
    *assess.INDICATORS,
    *gaps.INDICATORS,
    *treatment.INDICATORS,
    *quality.INDICATORS,
)
