"""What a client may ask for, and its access: the same scoping layer as for people."""

from __future__ import annotations

from functools import cached_property

from harmfree.web.access.roles import Permission
from harmfree.web.access.scope import Access
from harmfree.web.api.models import ApiClient
from harmfree.web.organisations.tree import tree

P = Permission
SCOPES: dict[str, frozenset[Permission]] = {
    "definitions": frozenset(),
    "figures": frozenset({P.SEE_FIGURES}),
    "tools": frozenset({P.USE_TOOLS}),
    "findings": frozenset({P.SEE_PEOPLE, P.SEE_SMALL_NUMBERS}),
}
"""Scope to the permissions that it carries. Definitions are open to every client."""
MEANING = {
    "definitions": "read programmes and indicators",
    "figures": "read series of organisations; small numbers are hidden",
    "tools": "use the clinical tools",
    "findings": "read findings of people under their key, with every count",
}
ONLY_ON_THE_MACHINE = frozenset({"findings"})
"""Scopes that no page gives out: whoever may see people cannot be made from a browser."""


class ClientAccess(Access):
    """What a client may do: its scopes, at its organisation and all below.

    Args:
        client: whose token came with the request.
    """

    def __init__(self, client: ApiClient) -> None:
        super().__init__(None)
        self.client = client

    @cached_property
    def permissions(self) -> frozenset[Permission]:
        """The permissions of its scopes."""
        return frozenset().union(*(SCOPES.get(scope, frozenset()) for scope in self.client.scopes))

    def _organisations(self, permission: Permission) -> frozenset[int]:
        if permission not in self.permissions:
            return frozenset()
        top = self.client.organisation_id
        return tree().every if top is None else tree().below(top)
