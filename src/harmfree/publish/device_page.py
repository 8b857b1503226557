"""The evaluation of a device as one self-contained page that prints well."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from math import isnan

from harmfree.improvement.picture import picture
from harmfree.improvement.result import Estimate, Result, say, say_p
from harmfree.publish.device_controls import DeviceControls
from harmfree.publish.device_effect import Costs, Decisions, Group
from harmfree.publish.device_evaluation import NOTES, Evaluation, Part
from harmfree.publish.device_governance import MOST_NAMED, Fault
from harmfree.publish.page_parts import heading, ledger_section, note, plain_table, whole_page

SIGMA_UNVERIFIED = "The sigma formula is from memory and unverified."


def device_page(found: Evaluation) -> str:
    """The whole evaluation as one page."""
    settings = found.tables.settings
    unit = f" ({settings.unit})" if settings.unit else ""
    parts = [
        _about(found),
        heading(f"Agreement with the laboratory{unit}"),
        f"<p>Pairs left out, with a comparator or without a number: {found.not_exact}.</p>",
        _part(found.agreement),
        heading("Accuracy against the reference"),
        _part(found.accuracy),
        heading("Quality control"),
        *(_controls(each) for each in found.controls),
        _sigma(found),
        heading("Governance of each test"),
        _faults(found.faults),
        heading("Decisions before and after the result"),
        _decisions(found.decisions),
        heading("What happened within 30 days"),
        _groups(f"By result{unit}", found.bands),
        _groups("By decision after the result", found.after),
        heading("Cost"),
        _costs(found.costs),
        ledger_section(found.tables.ledger),
    ]
    return whole_page(settings.title, parts)


def _about(found: Evaluation) -> str:
    tests = found.tables.tests
    span = f" from {tests[0].at:%Y-%m-%d} to {tests[-1].at:%Y-%m-%d}" if tests else ""
    absent = ", ".join(found.tables.absent)
    missing = f" Not in the folder: {absent}." if absent else ""
    said = f"{len(tests):,} tests{span}, {len(found.tables.pairs):,} paired samples."
    return note(said + missing, *NOTES)


def _part(part: Part) -> str:
    if part.result is None:
        return f"<p>Not given: {escape(part.why_not)}</p>"
    return _result(part.result)


def _result(result: Result) -> str:
    rows = [(name.replace("_", " "), *_three(each)) for name, each in result.estimates.items()]
    # The picture says the sentence and the warnings.
    table = plain_table(f"Estimates ({result.estimator})", ("", "Value", "95% from", "to"), rows)
    return picture(result).figure(table=False) + table


def _three(each: Estimate) -> tuple[str, str, str]:
    # An interval that does not exist stays blank; a value that does not exist says so.
    low, high = ("" if isnan(value) else say(value) for value in (each.lower, each.upper))
    return say(each.value), low, high


def _controls(each: DeviceControls) -> str:
    failed = sum(run.failed for run in each.runs)
    rows = [
        (material, n, f"{centre:.1f}", "" if cv is None else f"{cv:.1f}")
        for material, n, centre, cv in each.imprecision
    ]
    return (
        f"<h3>Device {escape(each.device)}</h3><p>{failed} of {len(each.runs)} runs failed when "
        "they were measured.</p>"
        + picture(each.result).figure(table=False)
        + plain_table("Imprecision", ("Material", "Controls", "Mean", "CV %"), rows)
    )


def _sigma(found: Evaluation) -> str:
    if not found.sigma:
        return ""
    rows = [(name, f"{estimate.value:.1f}") for name, estimate in found.sigma]
    return note(SIGMA_UNVERIFIED) + plain_table("Sigma", ("Device and material", "Sigma"), rows)


def _faults(found: Sequence[Fault]) -> str:
    rows = [
        (each.title, len(each.tests), each.total, *_percent(each.share), _named(each.tests))
        for each in found
    ]
    heads = ("Fault", "Tests", "Out of", "%", "95% from", "to", "Which")
    return plain_table("Tests with each fault", heads, rows)


def _percent(share: Estimate) -> tuple[str, str, str]:
    if isnan(share.value):
        return "", "", ""
    low, high = 100 * share.lower, 100 * share.upper
    return f"{100 * share.value:.1f}", f"{low:.1f}", f"{high:.1f}"


def _named(tests: Sequence[str]) -> str:
    more = f" and {len(tests) - MOST_NAMED} more" if len(tests) > MOST_NAMED else ""
    return ", ".join(tests[:MOST_NAMED]) + more


def _decisions(found: Decisions) -> str:
    rows = [
        (before, after, n, "changed" if before != after else "")
        for (before, after), n in sorted(found.moves.items())
    ]
    p = "" if found.p is None else f" Spared against added: {say_p(found.p)} (exact McNemar)."
    missing = f" {found.incomplete} tests lack one of the two decisions."
    table = plain_table("Decisions", ("Before", "After", "Tests", ""), rows)
    return f"<p>{escape(found.sentence + p + missing)}</p>{table}"


def _groups(caption: str, found: Sequence[Group]) -> str:
    heads = ("", "Tests", "Followed", "Sepsis", "Admitted", "Emergency department", "Died")
    return plain_table(caption, heads, [tuple(vars(each).values()) for each in found])


def _costs(found: Costs | None) -> str:
    if found is None:
        return "<p>No table of costs was given.</p>"
    rows = [
        ("Fixed", _money(found.fixed)),
        (f"Tests ({found.tests:,})", _money(found.by_test)),
        ("Quality control", _money(found.by_control)),
        ("Total", _money(found.total)),
        ("Per test", _money(found.per(found.tests))),
        ("Per valid result", _money(found.per(found.valid))),
        (f"Per decision changed ({found.changed:,})", _money(found.per(found.changed))),
    ]
    return plain_table("Cost, in the currency of the table", ("", "Amount"), rows)


def _money(value: float | None) -> str:
    return "" if value is None else f"{value:,.2f}"
