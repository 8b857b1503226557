"""What the practice pharmacists changed: safety and efficiency side by side, in one document."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Any

from harmfree.errors import HarmfreeError
from harmfree.improvement.picture import picture
from harmfree.improvement.result import Result
from harmfree.programmes.registry import indicator
from harmfree.publish.page_parts import whole_page
from harmfree.publish.pharmacist_activity import Activity, activity
from harmfree.publish.reading import LiveRun
from harmfree.publish.report import page_table
from harmfree.publish.roll_out import Register, evaluate
from harmfree.publish.savings import PriceList, SetSavings, savings
from harmfree.publish.user_tables import Rejected

INDICATORS = ("pincer_bleeding", "pincer_any", "pincer_monitoring")
"""The composites of PINCER: what the published roll-outs report (Rodgers, PLoS Med 2022)."""


@dataclass(frozen=True)
class Impact:
    """The whole impact.

    Attributes:
        evaluations: indicator to its evaluation, or to why there is none.
        activity: what was done at each site, and over all (last).
        savings: the savings of each set of presentations; None without a price list.
        register, prices: what was read, with the rows left out.
        age: how old the data are.
    """

    evaluations: dict[str, Result | str]
    activity: list[Activity]
    savings: list[SetSavings] | None
    register: Register
    prices: PriceList | None
    age: str

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "age": self.age,
            "evaluations": {
                name: found.as_dict() if isinstance(found, Result) else {"why_not": found}
                for name, found in self.evaluations.items()
            },
            "activity": [each.as_dict() for each in self.activity],
            "savings": None
            if self.savings is None
            else [
                {"set": each.set_name, "issues": each.issues, "why_not": each.why}
                | {"without_quantity": each.without_quantity}
                | (each.result.as_dict() if each.result else {})
                for each in self.savings
            ],
            "rejected": self.rejected,
        }

    @property
    def rejected(self) -> dict[str, Rejected]:
        """File to (line, what is wrong) of its rows that were left out."""
        prices = {"prices": self.prices.rejected} if self.prices else {}
        return {"register": self.register.rejected} | prices


def impact(
    run: LiveRun,
    register: Register,
    prices: PriceList | None = None,
    indicators: tuple[str, ...] = INDICATORS,
    months: int = 12,
) -> Impact:
    """Evaluate the roll-out of the register.

    Args:
        run: the live run.
        register: who started when.
        prices: a price list for the savings; None to leave them out.
        indicators: what the roll-out should have lowered.
        months: how far back the savings look.

    Raises:
        UnknownIndicatorError: no such indicator.
    """
    return Impact(
        {name: _evaluated(run, register, name) for name in indicators},
        activity(run),
        savings(run, prices, months) if prices else None,
        register,
        prices,
        run.age,
    )


def _evaluated(run: LiveRun, register: Register, name: str) -> Result | str:
    """The evaluation, or in words why these records cannot give one."""
    try:
        return evaluate(run, register, [name])
    except HarmfreeError as error:
        return str(error)


def page(found: Impact, title: str = "What the practice pharmacists changed") -> str:
    """The impact as one HTML page that needs no network and prints well."""
    parts = [
        f'<p class="note">{escape(found.age)} Started or not, every site of the register is '
        "compared with sites not yet started in the same month.</p>",
        "<h2>Safety</h2>",
        *(_evaluation(name, each) for name, each in found.evaluations.items()),
        "<h2>Activity</h2>",
        _activity(found.activity),
        "<h2>Efficiency</h2>",
        _savings(found.savings),
        _rejected(found),
    ]
    return whole_page(title, parts)


def _evaluation(name: str, found: Result | str) -> str:
    heading = f"<h3>{escape(indicator(name).title)}</h3>"
    if isinstance(found, str):
        return f"{heading}<p>No evaluation: {escape(found)}</p>"
    return f"{heading}{picture(found).figure()}"  # with its sentence, warnings and numbers


def _activity(rows: list[Activity]) -> str:
    heads = ["Site", "Reviews", "Interventions offered", "Accepted", "Risks accepted"]
    heads += ["Hazards looked at", "Followed 12 weeks", "Resolved by a change", "Came back"]
    table = [
        [
            f'<th scope="row">{escape(each.site or "All sites")}</th>',
            *(
                f'<td class="number">{count:,}</td>'
                for count in (each.reviews, each.offered, each.accepted, each.risks_accepted)
            ),
            *(
                f'<td class="number">{count:,}</td>'
                for count in (each.looked_at, each.followed, each.resolved, each.recurred)
            ),
        ]
        for each in rows
    ]
    return (
        "<p>A hazard was looked at when it was open on the day of a review. It counts as resolved "
        "when it ended within 12 weeks because a medicine, a protector or a test changed, not "
        "because the person died or left.</p>" + page_table("What was done", heads, table)
    )


def _savings(found: list[SetSavings] | None) -> str:
    if found is None:
        return "<p>No price list was given, so nothing can be said of savings.</p>"
    rows = []
    for each in found:
        said = each.result.sentence if each.result else each.why
        rows.append(
            [
                f'<th scope="row">{escape(each.set_name)}</th>',
                f'<td class="number">{each.issues:,}</td>',
                f'<td class="number">{each.without_quantity:,}</td>',
                f"<td>{escape(said)}</td>",
            ]
        )
    heads = ("Set", "Issues", "Without a quantity", "Savings by price per unit")
    return page_table("Savings", heads, rows)


def _rejected(found: Impact) -> str:
    rows = [
        [f'<th scope="row">{file}</th>', f'<td class="number">{line}</td>', f"<td>{escape(w)}</td>"]
        for file, rejected in found.rejected.items()
        for line, w in rejected
    ]
    if not rows:
        return ""
    return "<h2>Rows left out</h2>" + page_table("Rows left out", ("File", "Line", "Why"), rows)
