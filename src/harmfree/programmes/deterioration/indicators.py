"""All indicators of the programme, in the order in which they are shown."""

from __future__ import annotations

from harmfree.programmes.deterioration import kidney, observations

INDICATORS = (*observations.INDICATORS, *kidney.INDICATORS)
