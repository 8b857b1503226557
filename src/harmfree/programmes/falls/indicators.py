"""All indicators of the programme, in the order in which they are shown."""

from __future__ import annotations

from harmfree.programmes.falls import frailty, identify, medicines, postural, steady

INDICATORS = (
    *identify.INDICATORS,
    *medicines.INDICATORS,
    *postural.INDICATORS,
    *steady.INDICATORS,
    *frailty.INDICATORS,
)
