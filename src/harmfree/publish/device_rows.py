"""What the tables of a device evaluation hold, row by row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

COST_KINDS = ("fixed", "per_test", "per_control")


@dataclass(frozen=True)
class Settings:
    """What is evaluated.

    Attributes:
        title: of the report. analyte, unit: what the device measures.
        levels: decision levels in that unit, ascending.
        positive_from: a result of this or more is positive; None where results are words.
        allowable_error: total error that is accepted, in per cent; None when not stated.
        control_hours: for how long a control covers the tests after it (a choice of the site).
    """

    title: str = "Evaluation of a device"
    analyte: str = "result"
    unit: str = ""
    levels: tuple[float, ...] = ()
    positive_from: float | None = None
    allowable_error: float | None = None
    control_hours: float = 24.0


@dataclass(frozen=True)
class Reading:
    """A result as the device gave it.

    Attributes:
        text: as written. value: the number; NaN for words. comparator: "<" and its like, or "".
        word: "positive", "negative", "indeterminate", "missing" for words; "" for numbers.
    """

    text: str
    value: float
    comparator: str
    word: str

    @property
    def exact(self) -> bool:
        """Whether it is a number without a comparator."""
        return not self.word and not self.comparator

    def against(self, threshold: float | None) -> str:
        """Positive (at the threshold or above), negative, indeterminate or missing.

        A result with a comparator is never read as its number: it counts only where it is certain.
        """
        if self.word:
            return self.word
        if threshold is None:
            return "indeterminate"
        if self.comparator in ("<", "<="):
            below = self.value <= threshold if self.comparator == "<" else self.value < threshold
            return "negative" if below else "indeterminate"
        if self.comparator:
            return "positive" if self.value >= threshold else "indeterminate"
        return "positive" if self.value >= threshold else "negative"


@dataclass(frozen=True)
class Device:
    """A device with its serial number, in service from `start` up to `end`."""

    device: str
    model: str
    start: date | None
    end: date | None


@dataclass(frozen=True)
class Lot:
    """A lot of reagents or strips; the last day on which it may be used."""

    lot: str
    expiry: date


@dataclass(frozen=True)
class Operator:
    """A person who runs tests (a pseudonym), trained on a day; `expires`: the last day it holds."""

    operator: str
    trained: date | None
    expires: date | None


@dataclass(frozen=True)
class Control:
    """A quality control result."""

    device: str
    material: str
    at: datetime
    value: float
    mean: float
    sd: float
    run: str

    @property
    def z(self) -> float:
        """Standard deviations from the mean."""
        return (self.value - self.mean) / self.sd


@dataclass(frozen=True)
class Pair:
    """One sample measured by the device and by the laboratory."""

    sample: str
    device: Reading
    laboratory: Reading


@dataclass(frozen=True)
class Test:
    """One test of a patient.

    Attributes:
        test: its id. at: when; the end of the day where only a date was given.
        device, lot, operator: by id; empty when not recorded.
        result: what came out. before, after: the decision before and after seeing it.
        transmitted: whether the result reached the record. identity: whether it was checked.
        reference: the reference standard of the person, as a reading.
    """

    # Its name is the field's word, and pytest must not collect it.
    __test__ = False

    test: str
    at: datetime
    device: str
    lot: str
    operator: str
    result: Reading
    before: str
    after: str
    transmitted: bool | None
    identity: bool | None
    reference: str


@dataclass(frozen=True)
class After:
    """What happened to the person within 30 days of a test; None where it is not known."""

    test: str
    sepsis: bool | None
    admitted: bool | None
    emergency: bool | None
    died: bool | None


@dataclass(frozen=True)
class Cost:
    """One line of cost: `kind` is fixed, per_test or per_control."""

    item: str
    kind: str
    amount: float
