"""Organisations as they were on a day, and figures as if today's organisations had always been.

"As was": who belonged where on a day, from the former places in the tree. "As is": the counts of
organisations that closed are added to whoever took them over. A split cannot be apportioned, so
what was split keeps its own line and counts again where its successors meet, further up the tree.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from harmfree.web.organisations.models import FormerParent, Organisation, Succession


def parents_on(day: date) -> dict[int, int | None]:
    """The organisation above each one that existed on a day, by key."""
    existing = Organisation.objects.on(day)
    found: dict[int, int | None] = dict(existing.values_list("pk", "parent_id"))
    moved = FormerParent.objects.filter(until__gt=day).order_by("-until", "-pk")
    for organisation, parent in moved.values_list("organisation_id", "parent_id"):
        if organisation in found:
            found[organisation] = parent  # the earliest move after the day comes last and wins
    return found


def members_on(top: Organisation, day: date) -> list[Organisation]:
    """The sites that belonged to an organisation on a day, by name: as was."""
    below: dict[int | None, list[int]] = defaultdict(list)
    for each, parent in parents_on(day).items():
        below[parent].append(each)
    found, waiting = {top.pk}, [top.pk]
    while waiting:
        fresh = [each for each in below[waiting.pop()] if each not in found]
        found.update(fresh)
        waiting += fresh
    sites = Organisation.objects.filter(pk__in=found)
    return [each for each in sites if each.is_site and each.exists_on(day)]


def today_of(codes: Sequence[str]) -> dict[str, str]:
    """For each code the organisation that counts for it today: itself, or its only successor.

    What was split has no single successor and stays itself.
    """
    after: dict[str, set[str]] = defaultdict(set)
    rows = Succession.objects.values_list("predecessor__code", "successor__code")
    for old, new in rows:
        after[old].add(new)
    return {code: _follow(code, after) for code in codes}


def _follow(code: str, after: Mapping[str, set[str]]) -> str:
    seen = {code}
    while len(after.get(code, ())) == 1:
        (code,) = after[code]
        if code in seen:
            break
        seen.add(code)
    return code


def as_is(series: Mapping[str, Sequence[int]]) -> dict[str, list[int]]:
    """Counts by organisation, those of closed ones added to whoever took them over.

    Args:
        series: counts on the same days for each code.

    Returns:
        The counts for each code that stands today, and for what was split.
    """
    stands = today_of(list(series))
    summed: dict[str, list[int]] = {}
    for code, counts in series.items():
        before = summed.get(stands[code], [0] * len(counts))
        summed[stands[code]] = [one + other for one, other in zip(before, counts, strict=True)]
    return summed


def predecessors(organisation: Organisation) -> list[Succession]:
    """What an organisation took over, newest first."""
    return list(organisation.inherited.select_related("predecessor").order_by("-on"))


def after(organisation: Organisation) -> list[Succession]:
    """Who took an organisation over."""
    return list(organisation.successions.select_related("successor").order_by("on"))
