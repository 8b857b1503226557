"""Chart cases as JSON: an object of inputs in, an object of points and verdicts out.

A file may hold one object, a list of objects, one object a line (NDJSON), or an object with the
list under "cases"; a case may hold its inputs under "input". Field names are ours and those of
NHSRplotthedots, qicharts2, FunnelPlotR and the R package spc, so that their users need change
nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from harmfree.errors import HarmfreeError, NotFoundError
from harmfree.improvement.spc import fields, report
from harmfree.improvement.spc.chart import ControlChart, control_chart
from harmfree.improvement.spc.errors import CaseError
from harmfree.improvement.spc.funnel import TRIM, Funnel, funnel
from harmfree.improvement.spc.kinds import KINDS, SYNONYMS
from harmfree.improvement.spc.pareto import Pareto, pareto
from harmfree.improvement.spc.rare_events import days_between, time_between
from harmfree.improvement.spc.run_length import cusum_one_sided, cusum_two_sided, ewma_two_sided
from harmfree.improvement.spc.runs import anhoej_limits, run_count_limits
from harmfree.improvement.spc.series import Series, Settings
from harmfree.improvement.spc.small_shifts import SmallShiftChart, cusum, ewma, in_control
from harmfree.improvement.spc.subgroups import subgroup_series
from harmfree.improvement.spc.transforms import FUNNELPLOTR, METHODS
from harmfree.improvement.spc.uncertain import Disclosure, read_cell

Case = Mapping[str, Any]
Computed = ControlChart | Funnel | SmallShiftChart | Pareto

#: Where a file of run-length cases keeps its list.
_LISTS = {"cusum": "cusum_normal", "ewma": "ewma_normal"}
_DIRECTIONS = {
    "up": "up", "increase": "up", "high": "up",
    "down": "down", "decrease": "down", "low": "down",
    "neutral": "neutral", "neither": "neutral", "": "neutral",
}  # fmt: skip


def read_cases(path: Path, kind: str) -> tuple[list[dict[str, Any]], bool]:
    """The cases of a file, and whether it held a single one.

    Raises:
        NotFoundError: there is no such file.
        CaseError: it is not JSON, or holds no case.
    """
    if not path.is_file():
        raise NotFoundError("There is no such file", where=str(path), do="check the name")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        do = "save it as UTF-8"
        raise CaseError("The file is not UTF-8 text", where=path.name, do=do) from error
    return parse_cases(text, path.name, kind)


def parse_cases(text: str, name: str, kind: str) -> tuple[list[dict[str, Any]], bool]:
    """The cases of a text, and whether it held a single one.

    Raises:
        CaseError: it is not JSON, or holds no case.
    """
    document = _document(text, name)
    if isinstance(document, dict):
        for part in ("cases", _LISTS.get(kind, "cases")):
            if isinstance(document.get(part), list):
                document = document[part]
                break
        else:
            return [_unwrapped(document)], True
    if not isinstance(document, list) or not all(isinstance(c, dict) for c in document):
        do = 'give an object such as {"values": [1, 2, 3]}, or a list of them'
        raise CaseError("The file holds no chart case", where=name, do=do)
    return [_unwrapped(c) for c in document], False


def _document(text: str, name: str) -> Any:
    """One JSON document, or a list when there is one document on each line."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        lines = [(i, line) for i, line in enumerate(text.splitlines(), 1) if line.strip()]
        if len(lines) < 2 or error.msg != "Extra data":
            where = f"{name}, line {error.lineno}"
            raise CaseError(f"The JSON cannot be read: {error.msg}", where=where) from error
    return [_one_line(line, f"{name}, line {i}") for i, line in lines]


def _one_line(line: str, where: str) -> Any:
    try:
        return json.loads(line)
    except json.JSONDecodeError as error:
        raise CaseError(f"The JSON cannot be read: {error.msg}", where=where) from error


def _unwrapped(case: dict[str, Any]) -> dict[str, Any]:
    """The inputs of a case, with its id and description."""
    inner = case.get("input")
    if not isinstance(inner, dict):
        return case
    return {**{k: case[k] for k in ("id", "description") if k in case}, **inner}


def answer(case: Case, kind: str) -> dict[str, Any]:
    """Compute one case and report it; the case's own "chart" or "kind" wins over `kind`.

    Raises:
        HarmfreeError: the case cannot be computed.
    """
    kind = kind_of(case, kind)
    named = {"id": case["id"]} if "id" in case else {}
    plain = _run_lengths(case, kind) or _run_limits(case, kind)
    if plain is not None:
        return {**named, **plain}
    if kind == "xbar_s":
        parts = {name: answer({**case, "chart": name}, name) for name in ("xbar", "s")}
        return {**named, "kind": "xbar_s", **parts}
    return {**named, **reported(compute(case, kind))}


def answer_or_error(case: Case, kind: str) -> dict[str, Any]:
    """As `answer`, with an error in the place of a result that cannot be computed."""
    try:
        return answer(case, kind)
    except HarmfreeError as error:
        named = {"id": case["id"]} if "id" in case else {}
        return {**named, "error": error.what, "where": error.where}


def reported(computed: Computed) -> dict[str, Any]:
    """A computed chart of any kind as plain values."""
    if isinstance(computed, ControlChart):
        return report.chart_report(computed)
    if isinstance(computed, Funnel):
        return report.funnel_report(computed)
    if isinstance(computed, Pareto):
        return report.pareto_report(computed)
    return report.small_shift_report(computed)


def kind_of(case: Case, kind: str) -> str:
    """The kind of chart of a case, by its short name."""
    name = str(case.get("chart") or case.get("kind") or kind).lower()
    name = SYNONYMS.get(name, name)
    if name not in KINDS and name not in ("funnel", "cusum", "ewma", "pareto", "xbar_s"):
        raise CaseError(f"There is no chart called '{name}'", do=f"use one of {', '.join(KINDS)}")
    return name


def compute(case: Case, kind: str) -> Computed:
    """Compute a case of any kind."""
    if kind == "funnel":
        return _funnel(case)
    if kind == "pareto":
        counts = fields.numbers(case, "counts", "values").tolist()
        return pareto(fields.texts(case, "causes", "cause", "labels"), counts)
    if kind in ("cusum", "ewma"):
        return _small_shift(case, kind)
    return control_chart(kind, series_of(case, kind), settings_of(case))


def series_of(case: Case, kind: str) -> Series:
    """The series of a case."""
    dates = tuple(fields.moment(d) for d in fields.many(fields.first(case, "dates", "date", "x")))
    cells = fields.first(case, "values", "y", "value")
    if cells is None and kind in ("g", "t") and dates:
        return days_between(dates) if kind == "g" else time_between(dates)
    if not isinstance(cells, list):
        raise CaseError("The case has no values", do='give "values": [...]')
    if kind in ("xbar", "s") and "sds" not in case:
        return _subgroups(case, cells)
    rule = Disclosure(
        fields.span(case.get("suppressed")),
        fields.maybe_float(case.get("rounded_to"), "rounded_to") or 0.0,
    )
    readings = [read_cell(c, f"values, point {i + 1}", rule) for i, c in enumerate(cells)]
    sizes = fields.first(case, "n", "denominator", "sizes")
    exact = all(r.exact for r in readings)
    return Series(
        np.array([r.value for r in readings], float),
        dates=dates,
        sizes=None if sizes is None else fields.floats(sizes, "n"),
        spreads=fields.floats(case["sds"], "sds") if "sds" in case else None,
        ghosted=fields.ghosted(case, len(cells)),
        least=None if exact else fields.ends(readings, "least"),
        most=None if exact else fields.ends(readings, "most"),
    )


def _subgroups(case: Case, cells: list[Any]) -> Series:
    """Subgroups as a list of lists, or as measurements with their dates or subgroups beside."""
    groups = fields.first(case, "subgroups", "dates", "date", "x")
    if groups is not None and (not isinstance(groups, list) or len(groups) != len(cells)):
        raise CaseError("Every value needs its subgroup", where="subgroups",
                        do="give a list as long as the values")  # fmt: skip
    if cells and isinstance(cells[0], list):
        keys = groups if groups is not None else [f"{i + 1}" for i in range(len(cells))]
        pairs = [
            (str(k), v) for k, inner in zip(keys, cells, strict=True) for v in fields.many(inner)
        ]
    elif groups is not None:
        pairs = [(str(k), v) for k, v in zip(groups, cells, strict=True)]
    else:
        raise CaseError("The case has no subgroups", do="give values as a list of lists")
    names = [name for name, _ in pairs]
    dated = {n: fields.moment(n) for n in names} if "dates" in case else None
    return subgroup_series(names, fields.floats([v for _, v in pairs], "values"), dated)


def settings_of(case: Case) -> Settings:
    """How the chart of a case is to be computed."""
    direction = str(fields.first(case, "improve", "improvement_direction") or "neutral").lower()
    if direction not in _DIRECTIONS:
        raise CaseError(f"'{direction}' is not a direction", where="improve",
                        do="use up, down or neutral")  # fmt: skip
    fixed = fields.first(case, "fix_after_n", "fix_after_n_points", "freeze")
    screen = fields.first(case, "screen", "screen_outliers", "screened_mr")
    rebases = fields.many(fields.first(case, "rebase", "rebases"))
    return Settings(
        improve=_DIRECTIONS[direction],  # type: ignore[arg-type]
        target=fields.maybe_float(case.get("target")),
        screen=bool(screen),
        rebases=tuple(fields.rebase(r) for r in rebases),
        parts=tuple(fields.wholes(fields.first(case, "part", "parts"), "part")),
        fix_after=fields.whole(fixed, "fix_after_n"),
        centre=fields.maybe_float(fields.first(case, "cl", "centre")),
        shift_points=fields.whole(case.get("shift_points") or 7, "shift_points") or 7,
        trend_points=fields.whole(case.get("trend_points") or 7, "trend_points") or 7,
        multiply=fields.maybe_float(case.get("multiply") or 1, "multiply") or 1.0,
        rules=fields.one_of(case.get("rules"), ("mdc", "anhoej"), "rules"),
        annotations=tuple(fields.annotation(a) for a in fields.many(case.get("annotations"))),
    )


def _funnel(case: Case) -> Funnel:
    numerator = fields.numbers(case, "numerator", "observed", "values")
    denominator = fields.numbers(case, "denominator", "expected", "n")
    if len(numerator) != len(denominator):
        raise CaseError(f"There are {len(numerator)} numerators but {len(denominator)} "
                        "denominators", do="give one for every unit")  # fmt: skip
    names = [f"unit {i + 1}" for i in range(len(numerator))]
    if fields.first(case, "names", "units", "labels") is not None:
        names = fields.texts(case, "names", "units", "labels")
    trim_by = fields.maybe_float(case.get("trim_by"), "trim_by")
    return funnel(
        tuple(str(n) for n in names), numerator, denominator, method=_method(case),
        target=fields.maybe_float(case.get("target")),
        trim_by=TRIM if trim_by is None else trim_by,
        trim=fields.one_of(case.get("trim"), ("winsorise", "truncate"), "trim"),
        adjust=case.get("adjust"),
    )  # fmt: skip


def _method(case: Case) -> str:
    if "data_type" in case:
        data_type, method = str(case["data_type"]).upper(), case.get("sr_method")
        key = (data_type, str(method).upper() if method and data_type == "SR" else None)
        if key not in FUNNELPLOTR:
            raise CaseError(f"There is no funnel for {key[0]} {key[1] or ''}".strip(),
                            do="use PR, RC, SR with SHMI, or SR with CQC")  # fmt: skip
        return FUNNELPLOTR[key]
    name = str(case.get("method") or "proportion")
    if name not in METHODS:
        raise CaseError(
            f"There is no funnel method '{name}'", do=f"use one of {', '.join(METHODS)}"
        )
    return name


def _small_shift(case: Case, kind: str) -> SmallShiftChart:
    series = series_of(case, kind)
    target, sd = (
        fields.maybe_float(fields.first(case, "mean", "target")),
        fields.maybe_float(case.get("sd"), "sd"),
    )
    fixed = fields.first(case, "fix_after_n", "fix_after_n_points", "freeze", "baseline")
    control = in_control(series, target, sd, fields.whole(fixed, "fix_after_n"))
    goal = {
        "shift": fields.maybe_float(case.get("shift"), "shift") or 1.0,
        "run_length": fields.maybe_float(case.get("run_length"), "run_length") or 370.0,
    }
    if kind == "cusum":
        k, h = (fields.maybe_float(case.get(name), name) for name in ("k", "h"))
        return cusum(series, control, k=k, h=h, **goal)
    weight = fields.maybe_float(fields.first(case, "weight", "l", "lambda"), "weight")
    width = fields.maybe_float(fields.first(case, "width", "c"), "width")
    return ewma(series, control, weight=0.2 if weight is None else weight, width=width, **goal)


def _run_lengths(case: Case, kind: str) -> dict[str, Any] | None:
    """Run lengths of a design, for a case without values."""
    if fields.first(case, "values", "y") is not None:
        return None
    mu = fields.maybe_float(case.get("mu"), "mu") or 0.0
    k, h = (fields.maybe_float(case.get(name), name) for name in ("k", "h"))
    if kind == "cusum" and k is not None and h is not None:
        one, two = cusum_one_sided(k, h, mu), cusum_two_sided(k, h, mu)
        lengths = {"arl_one": report.plain(one), "arl_two": report.plain(two)}
        return {"kind": kind, "k": k, "h": h, "mu": mu, **lengths}
    weight = fields.maybe_float(fields.first(case, "weight", "l", "lambda"), "weight")
    width = fields.maybe_float(fields.first(case, "width", "c"), "width")
    if kind == "ewma" and weight is not None and width is not None:
        two = ewma_two_sided(weight, width, mu)
        return {"kind": kind, "l": weight, "c": width, "mu": mu, "arl_two": report.plain(two)}
    return None


def _run_limits(case: Case, kind: str) -> dict[str, Any] | None:
    """Anhøj's limits and the exact run-count limits for a number of useful points."""
    if kind != "run" or fields.first(case, "values", "y") is not None:
        return None
    useful = fields.whole(fields.first(case, "n_useful", "n.useful", "n"), "n_useful")
    if useful is None:
        return None
    if useful < 1:
        raise CaseError(
            f"There are no limits for {useful} points", where="n_useful", do="give 1 or more"
        )
    longest, crossings = anhoej_limits(useful)
    least, most = run_count_limits(useful // 2, useful - useful // 2)
    return {"kind": kind, "n_useful": useful, "longest_run_max": longest,
            "crossings_min": crossings, "runs_least": least, "runs_most": most}  # fmt: skip
