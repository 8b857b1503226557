"""What can be looked for in the audit trail."""

from __future__ import annotations

from django import forms

from harmfree.web.audit.search import Query
from harmfree.web.organisations.forms import DayField

DAY = "For example, 1 March 2026 or 1/3/2026"
MOST = 9_223_372_036_854_775_807  # the largest number of a person that the database holds


class TrailForm(forms.Form):
    """Who, what, to whom, where, when."""

    actor = forms.CharField(
        label="Who", required=False, max_length=100, help_text="Part of a name, or a number"
    )
    action = forms.CharField(
        label="Action", required=False, max_length=60, help_text="Its beginning, such as worklist"
    )
    subject = forms.CharField(
        label="Subject", required=False, max_length=120, help_text="Such as user:12 or line:k3J"
    )
    organisation = forms.CharField(label="Organisation's code", required=False, max_length=40)
    since = DayField("From", required=False, help_text=DAY)
    until = DayField("To", required=False, help_text=DAY)

    def clean_actor(self) -> str:
        """A number only when the database can hold it."""
        actor: str = self.cleaned_data["actor"].strip()
        if actor.isdigit() and (not actor.isascii() or int(actor) > MOST):
            raise forms.ValidationError("There is nobody with this number")
        return actor

    def query(self) -> Query:
        """What was asked for; nothing found is better than everything when the form is wrong."""
        return Query(**{name: self.cleaned_data[name] for name in self.fields})
