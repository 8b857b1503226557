"""A person who signs in, their roles, and the invitation that brought them."""

from __future__ import annotations

import secrets
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils import timezone

from harmfree.web.access.roles import NAMES, Role

ROLE_CHOICES = [(role.value, NAMES[role]) for role in Role]


class UserManager(BaseUserManager["User"]):
    """Makes users."""

    def create_user(self, email: str, name: str = "", password: str | None = None) -> User:
        """A user; without a password they can sign in only after setting one."""
        user = self.model(email=self.normalize_email(email).lower(), name=name)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        """The user with this address, whatever its capitals."""
        return self.get(email__iexact=username)


class User(AbstractBaseUser):
    """Someone who signs in with an e-mail address."""

    email = models.EmailField("E-mail address", unique=True)
    name = models.CharField("Name", max_length=150, blank=True)
    is_active = models.BooleanField(default=True)
    joined = models.DateTimeField(default=timezone.now)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = UserManager()
    # Third-party code asks for these of any user; nobody here has powers outside their roles.
    is_staff = False
    is_superuser = False

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        """The name as shown."""
        return self.name

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """False: permissions come from roles alone (`harmfree.web.access`)."""
        return False

    def has_perms(self, perms: Any, obj: Any = None) -> bool:
        """False, as `has_perm`."""
        return False

    def has_module_perms(self, app_label: str) -> bool:
        """False, as `has_perm`."""
        return False


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Memberships, narrowed by day."""

    def on(self, day: date) -> MembershipQuerySet:
        """Those that hold on a day."""
        return self.filter(
            Q(valid_from__isnull=True) | Q(valid_from__lte=day),
            Q(valid_to__isnull=True) | Q(valid_to__gt=day),
        )


class Membership(models.Model):
    """A role at an organisation and all below it (none: everywhere), from a day to a day."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=ROLE_CHOICES)
    organisation = models.ForeignKey(
        "organisations.Organisation", null=True, blank=True, on_delete=models.PROTECT
    )
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        """A role once at an organisation."""

        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "organisation"], name="one_membership_at"
            ),
            # SQLite takes two empty organisations for different ones.
            models.UniqueConstraint(
                fields=["user", "role"],
                condition=Q(organisation__isnull=True),
                name="one_membership_everywhere",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} at {self.organisation or 'every organisation'}"

    def holds_on(self, day: date) -> bool:
        """Whether the role holds on a day."""
        began = self.valid_from is None or self.valid_from <= day
        return began and (self.valid_to is None or day < self.valid_to)


def in_a_week() -> datetime:
    """When an invitation made now runs out."""
    return timezone.now() + timedelta(days=7)


def fresh_token() -> str:
    """A token that cannot be guessed."""
    return secrets.token_urlsafe(32)


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Invitations, narrowed by what can be done with them."""

    def open(self) -> InvitationQuerySet:
        """Those that can be accepted now."""
        return self.filter(accepted__isnull=True, until__gt=timezone.now())


class Invitation(models.Model):
    """An invitation to join with a role; its token is used once, and only its digest is kept.

    `invited_by` is nobody when the command line invited.
    """

    email = models.EmailField("E-mail address")
    name = models.CharField("Name", max_length=150, blank=True)
    role = models.CharField(max_length=20, choices=ROLE_CHOICES)
    organisation = models.ForeignKey(
        "organisations.Organisation", null=True, blank=True, on_delete=models.PROTECT
    )
    token_digest = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="invitations"
    )
    made = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField(default=in_a_week)
    accepted = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    def __str__(self) -> str:
        return f"Invitation of {self.email}"
