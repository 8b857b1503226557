"""A bounded part of a longer list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, TypeVar

from ninja import Query, Schema
from pydantic import Field

T = TypeVar("T")
MOST = 200
FARTHEST = 1_000_000
Limit = Annotated[int, Query(ge=1, le=MOST, description=f"How many to return, 1 to {MOST}.")]
Offset = Annotated[int, Query(ge=0, le=FARTHEST, description="How many to pass over.")]
Code = Annotated[str, Query(min_length=1, max_length=80)]


class Page(Schema):
    """What every list carries: how many there are, and which of them these are."""

    count: int = Field(description="How many there are in all.")
    limit: int
    offset: int


def page(items: Sequence[Any], limit: int, offset: int) -> dict[str, Any]:
    """The part of a whole list that was asked for."""
    part = list(items[offset : offset + limit])
    return {"count": len(items), "limit": limit, "offset": offset, "items": part}
