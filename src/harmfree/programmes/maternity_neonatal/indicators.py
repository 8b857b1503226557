"""All indicators of the programme that the general practice record can answer."""

from __future__ import annotations

from harmfree.programmes.maternity_neonatal import pregnancy

INDICATORS = (*pregnancy.INDICATORS,)
