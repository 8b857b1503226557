"""A region made by hand whose hidden numbers occur nowhere else, so that bytes can be searched."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest

from harmfree.programmes import indicators
from harmfree.web.organisations.models import Organisation
from harmfree.web.publication.models import Breakdown, PublishedRun, Series

MONTHS = 24
INDICATOR = "pincer_a"
#: Practices by name: people in the numerator and looked at in the last month. The second of the
#: network is hidden to protect the first, and its numbers are like no others.
COUNTS = {
    "Abbey": (3, 9401),
    "Brook": (1607, 9419),
    "Castle": (7919, 9421),
    "Dale": (97, 9431),
    "East": (113, 9433),
    "Field": (127, 9437),
    "Grove": (131, 9439),
}
NETWORKS = {"Abbey": "North", "Brook": "North", "Castle": "North"}


@dataclass(frozen=True)
class Marked:
    """The region made by hand."""

    region: Organisation
    place: Organisation
    networks: dict[str, Organisation]
    practices: dict[str, Organisation]

    @property
    def hidden(self) -> set[str]:
        """What must not be found in any page of someone who sees no small numbers: Brook's count
        and percentage, in every way in which pages write numbers."""
        n, d = COUNTS["Brook"]
        share = 100 * n / d
        return {f"{n}", f"{n:,}", f"{share:.1f}%", f"{share:.2f}", f"{share:.3f}", repr(share)}


@pytest.fixture
def marked(db, region) -> Marked:
    """The region made by hand, published in the place of the synthetic one."""
    PublishedRun.objects.filter(pk=region.pk).update(state="old")
    made = _organisations()
    run = PublishedRun.objects.create(
        number=900,
        state="live",
        created=datetime(2026, 10, 31, tzinfo=UTC),
        published=datetime(2026, 10, 31, tzinfo=UTC),
        as_of=date(2026, 10, 31),
        extract_date=date(2026, 10, 31),
        dates=[
            date(2024 + (10 + m) // 12, (10 + m) % 12 + 1, 1).isoformat() for m in range(MONTHS)
        ],
        info={
            "indicators": [each.id for each in indicators()],
            "versions": [each.provenance.version for each in indicators()],
            "unmatched_lists": [],
            "people": 1,
        },
        rejections=[{"rule": "date_in_future", "records": 12}],
    )
    sums: dict[Organisation, list[int]] = {}
    for name, (n, d) in COUNTS.items():
        practice = made.practices[name]
        up: Organisation | None = practice
        while up is not None:
            held = sums.setdefault(up, [0, 0])
            held[0] += n
            held[1] += d
            up = up.parent
    for each, (n, d) in sums.items():
        Series.objects.create(
            run=run,
            organisation=each,
            indicator=INDICATOR,
            denominators=[d] * MONTHS,
            numerators=[n] * MONTHS,
            variation="common_cause",
        )
    n, d = sums[made.region]
    for place in (made.place, made.region):
        for category, part in (("female", n - 2), ("male", 2)):
            Breakdown.objects.create(
                run=run,
                organisation=place,
                indicator=INDICATOR,
                dimension="sex",
                category=category,
                denominators=[d // 2 if category == "male" else d - d // 2],
                numerators=[part],
            )
    return made


def _organisations() -> Marked:
    region = Organisation.objects.create(code="MR", name="Marked region", kind="region")
    place = Organisation.objects.create(code="MP", name="Marked place", kind="place", parent=region)
    networks = {
        name: Organisation.objects.create(
            code=f"MN-{name}", name=f"{name} network", kind="network", parent=place
        )
        for name in ("North", "South")
    }
    practices = {
        name: Organisation.objects.create(
            code=f"MG-{name}",
            name=f"{name} Surgery",
            kind="practice",
            parent=networks[NETWORKS.get(name, "South")],
        )
        for name in COUNTS
    }
    return Marked(region, place, networks, practices)
