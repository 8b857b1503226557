"""Forms of the administrator's screens: every field is named, nothing else is taken."""

from __future__ import annotations

from typing import Any

from django import forms

from harmfree.web.access.roles import NAMES, Permission, Role
from harmfree.web.access.scope import Access
from harmfree.web.accounts.people import everywhere
from harmfree.web.organisations.models import Organisation

EVERYWHERE = "everywhere"


class OrganisationField(forms.ChoiceField):
    """An organisation among those that the administrator looks after, by its code."""

    def __init__(self, access: Access, permission: Permission, **more: Any) -> None:
        own = Organisation.objects.filter(pk__in=access.organisations(permission))
        self.own = {each.code: each for each in own}
        first = [("", "Choose one")]
        if everywhere(access, permission):
            first.append((EVERYWHERE, "Every organisation"))
        super().__init__(
            choices=[*first, *((each.code, str(each)) for each in self.own.values())],
            label="Organisation",
            help_text="The role holds there and at every organisation below it.",
            error_messages={
                "required": "Choose an organisation",
                "invalid_choice": "Choose an organisation from the list",
            },
            **more,
        )

    def chosen(self, value: str) -> Organisation | None:
        """The organisation of a value that was accepted; None for everywhere."""
        return self.own.get(value)


class RoleForm(forms.Form):
    """A role at an organisation, with the reason for it."""

    role = forms.ChoiceField(
        label="Role",
        choices=[("", "Choose one"), *((role.value, NAMES[role]) for role in Role)],
        error_messages={
            "required": "Choose a role",
            "invalid_choice": "Choose a role from the list",
        },
    )
    organisation: forms.ChoiceField
    reason = forms.CharField(
        label="Reason",
        max_length=200,
        help_text="It is kept in the audit trail. Such as: new practice pharmacist.",
        error_messages={"required": "Enter a reason"},
    )

    def __init__(self, *given: Any, access: Access, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["organisation"] = OrganisationField(access, Permission.MANAGE_PEOPLE)
        self.order_fields(["email", "name", "role", "organisation", "reason"])

    @property
    def place(self) -> Organisation | None:
        """The organisation chosen; None for everywhere."""
        field = self.fields["organisation"]
        assert isinstance(field, OrganisationField)
        return field.chosen(self.cleaned_data["organisation"])


class InviteForm(RoleForm):
    """Somebody to invite."""

    email = forms.EmailField(
        label="E-mail address",
        help_text="The invitation goes there.",
        error_messages={
            "required": "Enter an e-mail address",
            "invalid": "Enter an e-mail address in the correct format, like name@example.com",
        },
    )
    name = forms.CharField(
        label="Name", max_length=150, error_messages={"required": "Enter a name"}
    )


class ReasonForm(forms.Form):
    """Why something is done to somebody's account."""

    reason = forms.CharField(
        label="Reason",
        max_length=200,
        help_text="It is kept in the audit trail.",
        error_messages={"required": "Enter a reason"},
    )


class SearchForm(forms.Form):
    """Part of a name or address."""

    q = forms.CharField(label="Name or e-mail address", required=False, max_length=100)
