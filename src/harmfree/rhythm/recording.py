"""A recording as every reader gives it, and the choice of the lead to judge."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from harmfree.rhythm.compiled import FloatArray
from harmfree.rhythm.errors import UnitsError

# Factor from each accepted unit, lower case, to millivolts.
TO_MILLIVOLTS = {"mv": 1.0, "uv": 1e-3, "µv": 1e-3, "μv": 1e-3, "v": 1e3, "nv": 1e-6}
PREFERRED = ("i", "lead i", "ecg lead i", "ecg i", "mdc_ecg_lead_i")


@dataclass(frozen=True)
class Recording:
    """One ECG recording.

    Attributes:
        id: the record's name in its file; never a person's name or number.
        signals: samples by leads, mV; NaN where nothing was recorded.
        rate: samples a second.
        leads: name of each lead.
        label: the reference rhythm (N, A, O or ~) when the file states one, else empty.
    """

    id: str
    signals: FloatArray
    rate: float
    leads: tuple[str, ...]
    label: str = ""

    @property
    def seconds(self) -> float:
        """How long the recording is."""
        return float(self.signals.shape[0] / self.rate)

    def lead(self, name: str | None = None) -> FloatArray:
        """Return one lead: the one named, or lead I, or the first.

        Raises:
            UnitsError: there is no lead of that name.
        """
        names = [lead.strip().lower() for lead in self.leads]
        if name is not None:
            if name.strip().lower() not in names:
                raise UnitsError(
                    f"The recording has no lead called {name}.",
                    where=self.id,
                    do=f"choose one of: {', '.join(self.leads)}",
                )
            return self.signals[:, names.index(name.strip().lower())]
        chosen = next((names.index(known) for known in PREFERRED if known in names), 0)
        return self.signals[:, chosen]


def millivolts(unit: str, *, where: str) -> float:
    """Return the factor from a unit to mV.

    Raises:
        UnitsError: the unit is not one of electric potential that is known here.
    """
    factor = TO_MILLIVOLTS.get(unit.strip().strip("[]").lower())
    if factor is None:
        raise UnitsError(
            f"The unit '{unit}' is not one of an ECG.",
            where=where,
            do="give the signal in mV, uV, nV or V",
        )
    return factor


def from_array(
    samples: object, rate: float, *, id: str = "array", unit: str = "mV", label: str = ""
) -> Recording:
    """Make a recording from numbers in memory.

    Args:
        samples: one lead, or samples by leads.
        rate: samples a second.
        id: name to report it by.
        unit: mV, uV, nV or V.
        label: reference rhythm, when known.
    """
    signals = np.asarray(samples, dtype=np.float64) * millivolts(unit, where=id)
    if signals.ndim == 1:
        signals = signals[:, None]
    names = tuple(f"lead {k + 1}" for k in range(signals.shape[1]))
    return Recording(id, signals, float(rate), names, label)
