"""Assumptions that live in the address: read, kept within their ranges, written back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict


@dataclass(frozen=True)
class Assumption:
    """A number that an estimate rests on.

    Attributes:
        label: what it is, with its unit.
        usual: what it is when the address does not say; None for nothing.
        low, high: what is refused lies outside.
        hint: where the usual value comes from, or what to give.
    """

    label: str
    usual: float | None
    low: float
    high: float
    hint: str = ""


class AssumptionForm(forms.Form):
    """The assumptions of a page as a form that is sent with GET."""

    def __init__(self, wanted: Mapping[str, Assumption], query: QueryDict) -> None:
        usual = {name: _written(each.usual) for name, each in wanted.items()}
        given = {name: text for name in wanted if (text := str(query.get(name, "")).strip())}
        super().__init__(usual | given)
        self.wanted = wanted
        for name, each in wanted.items():
            self.fields[name] = _field(each)

    @property
    def values(self) -> dict[str, float | None]:
        """What is to be used: what was given, and for what is refused the usual."""
        valid = self.cleaned_data if self.is_valid() else {}
        return {name: valid.get(name, each.usual) for name, each in self.wanted.items()}

    def value(self, name: str) -> float:
        """One of them; 0 when it has no usual value and none was given."""
        return self.values[name] or 0.0

    @property
    def changed(self) -> dict[str, str]:
        """Those that differ from the usual, as they are written in an address."""
        return {
            name: _written(value)
            for name, value in self.values.items()
            if value != self.wanted[name].usual
        }

    @property
    def address(self) -> str:
        """The changed ones as the query of an address."""
        return urlencode(self.changed)


def _written(value: float | None) -> str:
    return "" if value is None else f"{value:.15g}"


def _field(each: Assumption) -> forms.FloatField:
    refused = f"{each.label} must be from {each.low:,g} to {each.high:,g}"
    refused = refused.replace("%", "%%")  # Django fills in the limit by the % operator
    return forms.FloatField(
        label=each.label,
        required=each.usual is not None,
        min_value=each.low,
        max_value=each.high,
        help_text=each.hint,
        widget=forms.TextInput,
        error_messages={
            "required": f"Enter {each.label[0].lower()}{each.label[1:]}",
            "invalid": f"{each.label} must be a number",
            "min_value": refused,
            "max_value": refused,
        },
    )
