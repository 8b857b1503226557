"""The forms of a worklist."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.http import QueryDict

from harmfree.web.accounts.models import User
from harmfree.web.worklist.actions import NEEDS_REASON, Deed
from harmfree.web.worklist.models import Action
from harmfree.web.worklist.sealing import valid_nhs_number

Did = Action.Did
LONGEST_SNOOZE = timedelta(days=366)
# In the order in which they are offered.
OFFERED = (
    Did.DONE,
    Did.DECLINED_BY_PATIENT,
    Did.DECLINED_BY_CLINICIAN,
    Did.NOT_APPROPRIATE,
    Did.SNOOZED,
    Did.ASSIGNED,
    Did.NOTED,
    Did.REOPENED,
)


class DeedForm(forms.Form):
    """What was done, with what that needs: a reason, a day, a colleague."""

    did = forms.ChoiceField(label="What was done?", widget=forms.RadioSelect)
    reason = forms.CharField(
        label="Reason or note",
        required=False,
        max_length=500,
        widget=forms.Textarea,
        help_text="Needed when declined, not appropriate or a note. Everyone in the care team "
        "can read it.",
    )
    until = forms.DateField(
        label="Snooze until",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="For example 2026-12-24",
    )
    to = forms.ModelChoiceField(label="Assign to", queryset=User.objects.none(), required=False)

    def __init__(self, *args: Any, colleagues: Sequence[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        did: Any = self.fields["did"]
        did.choices = [(each.value, each.label) for each in OFFERED]
        to: Any = self.fields["to"]
        to.queryset = User.objects.filter(pk__in=[user.pk for user in colleagues])

    @classmethod
    def offered(cls, query: QueryDict, colleagues: Sequence[User]) -> DeedForm:
        """An empty form; ``did`` of the address may choose what is ticked at first."""
        did = query.get("did")
        return cls(initial={"did": did} if did in Did.values else None, colleagues=colleagues)

    def clean(self) -> dict[str, Any]:
        """Ask for what the deed needs."""
        given = super().clean() or {}
        did = given.get("did")
        if did in NEEDS_REASON and not (given.get("reason") or "").strip():
            self.add_error("reason", "Enter the reason or note")
        if did == Did.SNOOZED:
            self._check_day(given.get("until"))
        if did == Did.ASSIGNED and not given.get("to"):
            self.add_error("to", "Choose whom to assign it to")
        return given

    def _check_day(self, until: date | None) -> None:
        if until is None:
            if "until" not in self.errors:
                self.add_error("until", "Enter the day on which it comes back")
        elif until <= date.today():
            self.add_error("until", "The day must be in the future")
        elif until > date.today() + LONGEST_SNOOZE:
            self.add_error("until", "The day must be within a year")

    @property
    def deed_label(self) -> str:
        """What was done, in words."""
        return Did(self.cleaned_data["did"]).label

    @property
    def deed(self) -> Deed:
        """The deed of a valid form."""
        given = self.cleaned_data
        did = given["did"]
        return Deed(
            did,
            given["reason"].strip(),
            given["until"] if did == Did.SNOOZED else None,
            given["to"] if did == Did.ASSIGNED else None,
        )


class SearchForm(forms.Form):
    """An NHS number; it is sent in a form so that it stands in no address and no log."""

    nhs_number = forms.CharField(label="NHS number", max_length=20)

    def clean_nhs_number(self) -> str:
        """Ten digits with a right check digit."""
        digits = valid_nhs_number(self.cleaned_data["nhs_number"])
        if digits is None:
            raise forms.ValidationError("Enter an NHS number with 10 digits, such as 999 000 0018")
        return digits
