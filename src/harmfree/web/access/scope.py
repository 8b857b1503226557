"""The one scoping layer: what the person who asks may see.

Every query for rows that belong to an organisation goes through `Access.organisations`; nothing
else decides. A row of another organisation is answered as if it did not exist.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from harmfree.web.access.roles import MAY, NEEDS_SECOND_FACTOR, Permission, Role

if TYPE_CHECKING:
    from harmfree.web.accounts.models import User


@dataclass(frozen=True)
class Grant:
    """A role at an organisation (None: everywhere)."""

    role: Role
    organisation: int | None


class Access:
    """What one person may do.

    Args:
        user: who asks; None for someone who has not signed in.
        grants: their roles that hold today.
    """

    def __init__(self, user: User | None, grants: Iterable[Grant] = ()) -> None:
        self.user = user
        self.grants = tuple(grants)

    @classmethod
    def of(cls, user: User | None, today: date | None = None) -> Access:
        """The access of a user today (or on the day given)."""
        if user is None or not user.is_authenticated or not user.is_active:
            return cls(None)
        rows = user.memberships.on(today or date.today())
        return cls(user, [Grant(Role(row.role), row.organisation_id) for row in rows])

    @property
    def signed_in(self) -> bool:
        """Whether anybody has signed in."""
        return self.user is not None

    @cached_property
    def roles(self) -> frozenset[Role]:
        """The roles held anywhere."""
        return frozenset(each.role for each in self.grants)

    @cached_property
    def permissions(self) -> frozenset[Permission]:
        """The permissions held anywhere."""
        return frozenset().union(*(MAY[role] for role in self.roles))

    def may(self, permission: Permission) -> bool:
        """Whether the permission is held at any organisation."""
        return permission in self.permissions

    @property
    def needs_second_factor(self) -> bool:
        """Whether what this person may do asks for a second factor."""
        return bool(self.permissions & NEEDS_SECOND_FACTOR)

    def organisations(self, permission: Permission) -> frozenset[int]:
        """Keys of the organisations where the permission holds: those granted and all below."""
        held = self._scopes.get(permission)
        if held is None:
            held = self._scopes[permission] = self._organisations(permission)
        return held

    @cached_property
    def _scopes(self) -> dict[Permission, frozenset[int]]:
        return {}

    def _organisations(self, permission: Permission) -> frozenset[int]:
        from harmfree.web.organisations.tree import tree

        tops = [each.organisation for each in self.grants if permission in MAY[each.role]]
        if None in tops:
            return tree().every
        return frozenset().union(*(tree().below(top) for top in tops if top is not None))

    def may_at(self, permission: Permission, organisation: int) -> bool:
        """Whether the permission holds at this organisation."""
        return organisation in self.organisations(permission)


NOBODY = Access(None)
