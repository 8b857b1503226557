"""What a set of observations of a child holds, for the national PEWS of England."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Annotated, Any

from harmfree.clinical.common import ACVPU, PULSE, RESPIRATION, SPO2, SYSTOLIC, TEMPERATURE
from harmfree.clinical.errors import Problem
from harmfree.clinical.fields import Choice, Day, Flag, Measure, Moment, Spec
from harmfree.clinical.inputs import Inputs, specs

# Age bands by completed calendar years: [0,1), [1,5), [5,13), [13,...).
AGE_BANDS = {"0-11m": 0, "1-4y": 1, "5-12y": 5, "13+y": 13}
SCORED = (
    "respiratory_rate",
    "respiratory_distress",
    "oxygen_saturation",
    "oxygen",
    "heart_rate",
    "blood_pressure",
    "capillary_refill",
)
# Names under which the parts of a PEWS are usually exported.
EXPORTED = dict(
    zip(
        SCORED,
        (
            "respiratoryRate",
            "respiratoryDistress",
            "oxygenSaturation",
            "oxygen",
            "heartRate",
            "bloodPressure",
            "capillaryRefill",
        ),
        strict=True,
    )
)
# Those that are a number, and can be scored alone.
MEASURED = tuple(name for name in SCORED if name not in ("respiratory_distress", "oxygen"))
LEVELS = ("none", "low", "medium", "high", "emergency")


@dataclass(frozen=True, kw_only=True, eq=False)
class Delivery(Spec):
    """How much oxygen: a number with L/min or %, or `{"value": 2, "unit": "L/min"}`."""

    kind = "amount with unit"

    def parse(self, raw: object) -> tuple[float, str]:
        """Return amount and unit, or raise `Problem`."""
        amount, unit = self._split(raw)
        limit = {"L/min": (0.0, 100.0), "%": (16.0, 100.0)}
        spelt = unit.strip().lower().replace(" ", "")
        unit = {"l/min": "L/min", "lpm": "L/min", "%": "%", "percent": "%"}.get(spelt, unit)
        if unit not in limit:
            raise Problem(f"{unit!r} is not a unit of oxygen; give {self.accepts}")
        low, high = limit[unit]
        value = Measure(label=self.label, unit=unit, low=low, high=high).read(amount)
        if value is None:
            raise Problem(f"the amount is missing; give {self.accepts}")
        return value, unit

    def _split(self, raw: object) -> tuple[object, str]:
        if isinstance(raw, Mapping):
            return raw.get("value"), str(raw.get("unit", ""))
        if isinstance(raw, tuple | list) and len(raw) == 2:
            return raw[0], str(raw[1])
        text = str(raw).strip()
        cut = next((i for i, char in enumerate(text) if char not in "0123456789.+- "), len(text))
        return text[:cut], text[cut:]

    @property
    def accepts(self) -> str:
        """How an amount of oxygen is written."""
        return "an amount such as 2 L/min or 40 %"

    def json_schema(self) -> dict[str, Any]:
        """Describe the amount as JSON Schema."""
        properties = {"value": {"type": "number"}, "unit": {"enum": ["L/min", "%"]}}
        return {"type": ["object", "null"], "properties": properties}


class PewsInputs(Inputs):
    """One set of observations of a child in hospital."""

    age_band: Annotated[
        str | None,
        Choice(
            label="Age band of the chart",
            help="From the date of birth when it is not given; near a birthday the neighbouring "
            "chart may be chosen",
            options={
                "0-11m": "0 to 11 months",
                "1-4y": "1 to 4 years",
                "5-12y": "5 to 12 years",
                "13+y": "13 years and over",
            },
            spellings={"0-11 months": "0-11m", "1-4": "1-4y", "5-12": "5-12y", "13+": "13+y"},
        ),
    ] = None
    birth_date: Annotated[date | None, Day(label="Date of birth", aliases=("dob",))] = None
    observed_at: Annotated[datetime | None, Moment(label="Observed at", aliases=("timestamp",))] = (
        None
    )
    respiratory_rate: Annotated[
        float | None, replace(RESPIRATION, high=200, aliases=("rr", "respiration"))
    ] = None
    respiratory_distress: Annotated[
        str | None,
        Choice(
            label="Respiratory distress",
            help="Up to 4 years: mild is nasal flaring or subcostal recession; moderate is head "
            "bobbing, tracheal tug, intercostal recession or noises; severe is sternal recession, "
            "grunting, exhaustion or impending arrest. From 5 years: mild is use of accessory "
            "muscles; moderate is tracheal tug, intercostal recession or noises; severe is "
            "tripoding, supraclavicular recession, grunting, exhaustion or impending arrest",
            options={"none": "", "mild": "", "moderate": "", "severe": ""},
        ),
    ] = None
    oxygen_saturation: Annotated[float | None, replace(SPO2, aliases=("spo2",))] = None
    oxygen_device: Annotated[
        str | None,
        Choice(
            label="Oxygen device",
            options={
                "air": "breathing air",
                "NP": "nasal prongs",
                "FM": "face mask",
                "HB": "head box",
                "NRB": "non-rebreathing mask",
                "HF": "high flow",
                "BiP": "BiPAP",
                "CP": "CPAP",
            },
            spellings={"bp": "BiP", "bipap": "BiP", "cpap": "CP", "high flow": "HF"},
            aliases=("device",),
        ),
    ] = None
    oxygen_delivery: Annotated[
        tuple[float, str] | None, Delivery(label="Amount of oxygen", aliases=("delivery",))
    ] = None
    heart_rate: Annotated[float | None, replace(PULSE, high=350, aliases=("hr", "pulse"))] = None
    blood_pressure: Annotated[
        float | None,
        replace(
            SYSTOLIC,
            low=0,
            aliases=("bloodPressureSystolic", "systolic", "sbp"),
        ),
    ] = None
    blood_pressure_skipped: Annotated[
        str | None,
        Choice(
            label="Why no blood pressure",
            options={
                "NCO": "not clinically indicated",
                "U0": "unsuccessful, no concern",
                "U4": "unsuccessful, concern: scores 4",
            },
        ),
    ] = None
    capillary_refill: Annotated[
        float | None,
        Measure(label="Capillary refill time", unit="s", low=0, high=20, aliases=("crt",)),
    ] = None
    avpu: Annotated[str | None, replace(ACVPU, label="AVPU", aliases=("consciousness",))] = None
    temperature: Annotated[float | None, TEMPERATURE] = None
    abnormal_pupil: Annotated[
        bool | None,
        Flag(label="Abnormal pupil response", aliases=("abnormalPupillaryResponse",)),
    ] = None
    sepsis_suspicion: Annotated[
        str | None,
        Choice(
            label="New suspicion of sepsis",
            options={"none": "", "sepsis": "suspected", "septic-shock": "septic shock suspected"},
            spellings={"no": "none", "false": "none", "yes": "sepsis", "true": "sepsis"},
            aliases=("newSepsisSuspicion",),
        ),
    ] = None
    carer_question: Annotated[
        str | None,
        Choice(
            label="Carer question",
            help="How is your child compared with when you last saw us?",
            options={"W": "worse", "S": "same", "B": "better", "A": "asleep", "U": "unavailable"},
            spellings={
                "worse": "W",
                "same": "S",
                "better": "B",
                "asleep": "A",
                "unavailable": "U",
            },
        ),
    ] = None
    concern_level: Annotated[
        str | None,
        Choice(
            label="Level set by concern",
            help="Level that clinical intuition or the carer's answer calls for",
            options=dict.fromkeys(LEVELS, ""),
        ),
    ] = None
    parameter: Annotated[
        str | None,
        Choice(
            label="Single parameter",
            help="With `value`: scores one observation alone",
            options=dict.fromkeys(MEASURED, ""),
            spellings={
                **{EXPORTED[name].lower(): name for name in MEASURED},
                "bloodpressuresystolic": "blood_pressure",
            },
        ),
    ] = None
    value: Annotated[
        float | None, Measure(label="Value of the single parameter", low=0, high=350)
    ] = None

    def conflicts(self) -> Iterable[Problem]:
        """A chart may be the neighbour of the child's own, never further away."""
        yield from self._single_conflicts()
        if self.blood_pressure is not None and self.blood_pressure_skipped is not None:
            yield Problem("is given although a pressure was taken", "blood_pressure_skipped")
        if self.birth_date is None or self.observed_at is None:
            return
        if self.observed_at.date() < self.birth_date:
            yield Problem("is before the birth", "observed_at")
        elif self.age_band is not None:
            order, own = list(AGE_BANDS), age_band_on(self.birth_date, self.observed_at.date())
            if abs(order.index(self.age_band) - order.index(own)) > 1:
                yield Problem(f"does not fit the date of birth, which gives {own}", "age_band")

    def _single_conflicts(self) -> Iterable[Problem]:
        """The single parameter obeys the range of its own field, and is not given twice."""
        if self.parameter is None or self.value is None:
            return
        if getattr(self, self.parameter) is not None:
            yield Problem(f"{self.parameter} is given by itself too", "parameter")
        try:
            specs(PewsInputs)[self.parameter].read(self.value)
        except Problem as problem:
            yield Problem(problem.message, "value")


def age_band_on(birth: date, day: date) -> str:
    """Return the age band of a child on a day, by completed calendar years.

    A child born on 29 February completes a year on 1 March of a common year.
    """
    years = day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))
    return next(band for band, start in reversed(AGE_BANDS.items()) if years >= start)
