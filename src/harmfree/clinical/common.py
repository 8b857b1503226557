"""Inputs that many tools ask for, declared once so that names, units and ranges agree.

Ranges are what a living person can have with some room, not what is normal: they catch slips of
the pen and wrong units, and nothing else. Use `dataclasses.replace` for a tool's own help text
or a narrower range.
"""

from __future__ import annotations

from dataclasses import replace

from harmfree.clinical.fields import Choice, Measure

AGE = Measure(label="Age", unit="years", low=0, high=120)
ADULT_AGE = replace(AGE, low=18, help="For adults only")
SEX = Choice(
    label="Sex",
    help="Sex as used by the published rule",
    options={"male": "man", "female": "woman"},
    spellings={"m": "male", "f": "female", "man": "male", "woman": "female"},
    aliases=("gender",),
)
WEIGHT = Measure(
    label="Weight",
    unit="kg",
    low=20,
    high=350,
    quantity="weight",
    aliases=("weight_kg",),
)
HEIGHT = Measure(
    label="Height", unit="cm", low=90, high=250, quantity="height", aliases=("height_cm",)
)
# Above 20 µmol/L no value in mg/dL can pass (20 mg/dL would be 1768 µmol/L).
CREATININE = Measure(
    label="Serum creatinine",
    unit="µmol/L",
    low=20,
    high=2500,
    quantity="creatinine",
    aliases=("serum_creatinine", "creatinine_umol"),
)
RESPIRATION = Measure(
    label="Respiratory rate",
    unit="/min",
    low=0,
    high=120,
    aliases=("rr", "respiratory_rate"),
)
SYSTOLIC = Measure(
    label="Systolic blood pressure",
    unit="mmHg",
    low=20,
    high=300,
    quantity="pressure",
    aliases=("sbp", "bp", "systolic_bp"),
)
DIASTOLIC = Measure(
    label="Diastolic blood pressure",
    unit="mmHg",
    low=10,
    high=200,
    quantity="pressure",
    aliases=("dbp", "diastolic_bp"),
)
PULSE = Measure(label="Pulse", unit="/min", low=0, high=300, aliases=("hr", "heart_rate"))
TEMPERATURE = Measure(
    label="Temperature",
    unit="°C",
    low=25,
    high=45,
    quantity="temperature",
    aliases=("t", "temp"),
)
SPO2 = Measure(
    label="Oxygen saturation (SpO2)",
    unit="%",
    low=30,
    high=100,
    quantity="percentage",
    aliases=("sp", "oxygen_saturation"),
)
ACVPU = Choice(
    label="Consciousness",
    help="C is new confusion. Asleep is not a level: wake the person",
    options={
        "A": "alert",
        "C": "new confusion",
        "V": "responds to voice",
        "P": "responds to pain",
        "U": "unresponsive",
    },
    spellings={
        "alert": "A",
        "confusion": "C",
        "new confusion": "C",
        "confused": "C",
        "voice": "V",
        "verbal": "V",
        "pain": "P",
        "unresponsive": "U",
    },
    not_recorded=("asleep", "refused", "away"),
    aliases=("acvpu", "avpu"),
)
