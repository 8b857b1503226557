"""Forms for what people add to charts."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

EARLIEST = date(2000, 1, 1)
LONGEST = 200


class DayField(forms.DateField):
    """A day as people type it: 2026-03-01, 1/3/2026 or 1 March 2026."""

    def __init__(self, **more: Any) -> None:
        formats = ["%Y-%m-%d", "%d/%m/%Y", "%d %B %Y", "%d %b %Y"]
        help_text = "For example, 1 March 2026 or 1/3/2026"
        super().__init__(input_formats=formats, help_text=help_text, **more)

    def validate(self, value: date | None) -> None:
        """Refuse a day that no chart can hold."""
        super().validate(value)
        if value is not None and not EARLIEST <= value <= date.today():
            raise forms.ValidationError("Enter a day from 1 January 2000 to today")


def _day(label: str) -> DayField:
    missing = {"required": f"Enter {label.lower()}", "invalid": f"{label} must be a real date"}
    return DayField(label=label, error_messages=missing)


def _text(label: str, help_text: str) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=LONGEST,
        error_messages={
            "required": f"Enter {label.lower()}",
            "max_length": f"{label} must be {LONGEST} characters or fewer",
        },
    )


NO_PEOPLE = "Everyone who sees the chart reads it: no names and nothing about single patients."


class AnnotationForm(forms.Form):
    """Something that happened and may explain a chart."""

    on = _day("The day it happened")
    text = _text("What happened", f"In a few words, such as: new recall letter. {NO_PEOPLE}")
    scope = forms.ChoiceField(
        label="Which charts it belongs on",
        widget=forms.RadioSelect,
        choices=[("one", "This indicator only"), ("all", "All indicators here and below")],
        error_messages={"required": "Choose which charts it belongs on"},
    )
    intervention = forms.BooleanField(
        required=False,
        label="It was an intervention: something done to make care safer",
        help_text="Evaluations compare the time before and after its day.",
    )


class RebaseForm(forms.Form):
    """A decision that limits begin afresh."""

    on = _day("The first day of the new level")
    reason = _text(
        "Why the change is real, lasting and understood",
        f"Such as: pharmacist in post since April, audit of 20 records agrees. {NO_PEOPLE}",
    )


class TargetForm(forms.Form):
    """A target."""

    percent = forms.DecimalField(
        label="Target, as a percentage",
        decimal_places=2,
        max_digits=5,
        validators=[
            MinValueValidator(0, "The target must be 0 or more"),
            MaxValueValidator(100, "The target must be 100 or less"),
        ],
        error_messages={
            "required": "Enter a target",
            "invalid": "The target must be a number, such as 90 or 2.5",
        },
    )
    source = _text("Where the target comes from", "Such as: network plan 2026 to 2027, page 4")


class WithdrawForm(forms.Form):
    """Taking something off the charts."""

    reason = _text("Why it should be withdrawn", "It stays in the audit trail.")
