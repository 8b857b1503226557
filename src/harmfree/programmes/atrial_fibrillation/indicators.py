"""All indicators of the programme, in the order in which they are shown."""

from __future__ import annotations

from harmfree.programmes.atrial_fibrillation import (
    case_finding,
    doses,
    register,
    treatment,
    warfarin,
)

INDICATORS = (
    *register.INDICATORS,
    *treatment.INDICATORS,
    *warfarin.INDICATORS,
    *doses.INDICATORS,
    *case_finding.INDICATORS,
)
