"""Forms of the screens about organisations."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from harmfree.web.access.roles import Permission
from harmfree.web.access.scope import Access
from harmfree.web.organisations.models import Kind, Organisation

MANAGE = Permission.MANAGE_ORGANISATIONS
EARLIEST, LATEST = date(1900, 1, 1), date(2100, 1, 1)
TOP = "none"


class DayField(forms.DateField):
    """A day as people type it: 2026-03-01, 1/3/2026 or 1 March 2026."""

    def __init__(self, label: str, help_text: str = "", required: bool = True) -> None:
        super().__init__(
            label=label,
            required=required,
            input_formats=["%Y-%m-%d", "%d/%m/%Y", "%d %B %Y", "%d %b %Y"],
            help_text=help_text or "For example, 1 March 2026 or 1/3/2026",
            error_messages={
                "required": f"Enter {label[0].lower()}{label[1:]}",
                "invalid": f"{label} must be a real date, like 1 March 2026",
            },
        )

    def validate(self, value: date | None) -> None:
        """Refuse a day that is a slip of the pen."""
        super().validate(value)
        if value is not None and not EARLIEST <= value < LATEST:
            raise forms.ValidationError("Enter a day from 1 January 1900 to 31 December 2099")


def _reason() -> forms.CharField:
    return forms.CharField(
        label="Reason",
        max_length=200,
        help_text="It is kept in the audit trail.",
        error_messages={"required": "Enter a reason"},
    )


def own(access: Access) -> dict[str, Organisation]:
    """The organisations that this person may change, by code."""
    found = Organisation.objects.filter(pk__in=access.organisations(MANAGE))
    return {each.code: each for each in found}


class PlaceForm(forms.Form):
    """Name, place in the tree and days of an organisation."""

    name = forms.CharField(
        label="Name", max_length=200, error_messages={"required": "Enter a name"}
    )
    parent = forms.ChoiceField(
        label="Belongs to",
        error_messages={"required": "Choose where it belongs", "invalid_choice": "Choose one"},
    )
    valid_from = DayField("First day", required=False, help_text="Leave empty when not known")
    valid_to = DayField(
        "First day on which it no longer exists", required=False, help_text="Leave empty if open"
    )
    reason = _reason()

    def __init__(self, *given: Any, access: Access, top: bool, **named: Any) -> None:
        super().__init__(*given, **named)
        self.own = own(access)
        parents = [(each.code, str(each)) for each in self.own.values() if not each.is_site]
        first = [("", "Choose one")] + ([(TOP, "Nothing: it is the top")] if top else [])
        field = self.fields["parent"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = first + parents

    @property
    def parent_chosen(self) -> Organisation | None:
        """The organisation above; None for the top."""
        return self.own.get(self.cleaned_data["parent"])


class EditForm(PlaceForm):
    """A change of an organisation."""

    on = DayField(
        "First day at the new place",
        required=False,
        help_text="Only when it moves. Empty: today. Figures of earlier days stay where they were.",
    )

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.order_fields(["name", "parent", "on", "valid_from", "valid_to", "reason"])


class AddForm(PlaceForm):
    """A new organisation."""

    code = forms.RegexField(
        r"^[A-Za-z0-9._-]{2,40}\Z",
        label="Code",
        help_text="The ODS code, such as M85001. It never changes.",
        error_messages={
            "required": "Enter a code",
            "invalid": "A code has 2 to 40 letters, digits, hyphens or dots",
        },
    )
    kind = forms.ChoiceField(
        label="Kind",
        choices=[("", "Choose one"), *Kind.choices],
        error_messages={"required": "Choose a kind", "invalid_choice": "Choose a kind"},
    )

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.order_fields(["code", "name", "kind", "parent", "valid_from", "valid_to", "reason"])

    def clean_code(self) -> str:
        """A code that does not stand in the way of an address."""
        code: str = self.cleaned_data["code"]
        if code.lower() == "add":
            raise forms.ValidationError("This code cannot be used")
        return code


class SuccessionForm(forms.Form):
    """The other side of a merger or split."""

    codes = forms.CharField(
        label="Codes of the other organisations",
        max_length=2000,
        widget=forms.Textarea,
        help_text="One on each line. They must exist: add new ones first.",
        error_messages={"required": "Enter at least one code"},
    )
    on = DayField("First day on which it holds")
    reason = _reason()

    def __init__(self, *given: Any, access: Access, label: str, **named: Any) -> None:
        super().__init__(*given, **named)
        self.own = own(access)
        self.fields["codes"].label = label

    def clean_codes(self) -> list[Organisation]:
        """The organisations named, each once."""
        given = dict.fromkeys(self.cleaned_data["codes"].split())
        unknown = [code for code in given if code not in self.own]
        if unknown:
            raise forms.ValidationError(f"There is no organisation of yours with code {unknown[0]}")
        return [self.own[code] for code in given]
