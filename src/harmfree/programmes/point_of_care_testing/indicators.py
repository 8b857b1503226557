"""All indicators of the programme, in the order in which they are shown."""

from __future__ import annotations

from harmfree.programmes.point_of_care_testing import consultations, courses, safety, used

INDICATORS = (
    *consultations.INDICATORS,
    *courses.INDICATORS,
    *safety.INDICATORS,
    *used.INDICATORS,
)
