"""`harmfree chart`: SPC, run, rare-event, funnel, CUSUM, EWMA and Pareto charts from a file."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from harmfree.cli.output import json_option, print_json, print_table, progress
from harmfree.errors import InputError, PartlyDoneError

if TYPE_CHECKING:
    from harmfree.improvement.spc.cases import Computed
    from harmfree.improvement.spc.series import Settings
    from harmfree.pictures import Picture

KIND_NAMES = (
    "xmr", "run", "i", "mr", "p", "pprime", "u", "uprime", "c", "g", "t", "iprime", "xbar_s",
    "funnel", "cusum", "ewma", "pareto", "pp", "up", "ip", "xbar", "s",
)  # fmt: skip
Options = dict[str, Any]
# Options that speak of columns or of texts on the command line, and so not of JSON cases.
_COLUMN_OPTIONS = frozenset(
    {"date", "value", "n", "unit", "by", "rebase", "part", "ghost", "annotate", "title", "y_label"}
)
# Options that belong to one series and not to a table of many.
_SINGLE_ONLY = ("rebase", "part", "ghost", "annotate", "fix_after")


@click.command(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.argument("kind", type=click.Choice(KIND_NAMES), metavar="KIND")
@click.argument("data", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--date", help="Column of dates (or of subgroups, for xbar_s).")
@click.option("--value", help="Column of values, events or numerators.")
@click.option("--n", help="Column of denominators or expected events.")
@click.option("--unit", help="Column of units (funnel) or causes (pareto).")
@click.option("--by", help="Column naming the series: one line of verdicts each (xmr only).")
@click.option("--target", type=float, help="Value that the process should reach.")
@click.option("--improve", type=click.Choice(["up", "down", "neutral"]), default="neutral",
              help="Which direction is better.")  # fmt: skip
@click.option("--rebase", multiple=True, metavar="DATE:REASON[;by=WHO][;evidence=WHAT]",
              help="Limits begin afresh on this date. Needs a reason.")  # fmt: skip
@click.option("--part", type=int, multiple=True, help="Limits begin afresh after so many points.")
@click.option("--fix-after", type=int, help="Compute limits from the first so many points only.")
@click.option("--ghost", multiple=True, metavar="DATE", help="Show this point but leave it out.")
@click.option("--annotate", multiple=True, metavar="DATE:TEXT", help="Mark an event.")
@click.option("--screen/--no-screen", default=False,
              help="Leave out very large moving ranges; the Excel tools do not.")  # fmt: skip
@click.option("--shift-points", type=int, default=7, help="Length of the shift rule.")
@click.option("--trend-points", type=int, default=7, help="Length of the trend rule (7 or 6).")
@click.option("--rules", type=click.Choice(["mdc", "anhoej"]), help="Rules, if not the usual.")
@click.option("--centre", type=float, help="Centre line, instead of computing it.")
@click.option("--multiply", type=float, default=1.0, help="Factor for what is shown, as 1000.")
@click.option("--suppressed", metavar="LOW-HIGH", help="What a cell such as * may be, as 1-7.")
@click.option("--rounded-to", type=float, default=0.0, help="Counts are rounded to this multiple.")
@click.option(
    "--method", help="Funnel: proportion, arcsine, rate, ratio, smr, sqrt, counts, cqc, rc."
)
@click.option("--trim-by", type=float, default=0.1, help="Funnel: share trimmed at each end.")
@click.option("--adjust/--no-adjust", default=None, help="Funnel: widen for over-dispersion.")
@click.option("--mean", type=float, help="CUSUM, EWMA: mean in control.")
@click.option("--sd", type=float, help="CUSUM, EWMA: standard deviation in control.")
@click.option("--k", type=float, help="CUSUM: reference value, in standard deviations.")
@click.option("--h", type=float, help="CUSUM: decision interval, in standard deviations.")
@click.option("--weight", type=float, default=0.2, help="EWMA: share of the newest value.")
@click.option("--width", type=float, help="EWMA: limits, in standard deviations of the EWMA.")
@click.option("--shift", type=float, default=1.0, help="CUSUM, EWMA: shift to find, in sd.")
@click.option("--run-length", type=float, default=370.0,
              help="CUSUM, EWMA: points between false alarms.")  # fmt: skip
@click.option("--title", default="", show_default=False, help="Heading of the picture.")
@click.option("--y-label", default="", show_default=False, help="What was measured, with its unit.")
@click.option("-o", "--out", "outs", multiple=True, type=click.Path(path_type=Path),
              help="Write .svg, .html, .png, .csv or .json; may be repeated.")  # fmt: skip
@json_option
def command(kind: str, data: Path, outs: tuple[Path, ...], as_json: bool, **options: Any) -> None:
    """Draw a chart from a CSV file, or compute cases from a JSON file.

    KIND is one of xmr, run, p, pprime, u, uprime, c, g, t, iprime, mr, xbar_s, i, funnel, cusum,
    ewma, pareto. DATA is a CSV file with a heading; columns with usual names (date, value, n) are
    found. For g and t it may hold only the dates of events. DATA may also be .json or .ndjson:
    one case or many, such as {"dates": [...], "values": [...], "improve": "up", "target": null,
    "rebase": [], "fix_after_n": null, "screen": false}.

    \b
    harmfree chart xmr falls.csv --improve down --target 5 -o falls.html
    harmfree chart xmr falls.csv --rebase "2024-03-01:sensors put in;by=A Smith" -o falls.png
    harmfree chart p nsaid.csv --value events --n patients --improve down -o nsaid.svg
    harmfree chart funnel practices.csv --unit practice --value events --n patients -o f.html
    harmfree chart t events.csv --date when -o between.svg
    harmfree chart xmr cases.json --json

    Without -o it prints what the chart says. Exit codes: 40 the numbers do not fit the chart,
    41 a JSON case is unfit, 45 the file is unfit, 5 no such file or column, 6 some cases of a
    file failed, 70 no picture can be made, 71 no font for a PNG.
    """
    kind = _short(kind)
    if _holds_json(data):
        _from_json(kind, data, outs, options)
    elif options["by"]:
        _many(kind, data, outs, as_json, options)
    else:
        title = options["title"] or data.stem.replace("_", " ")
        _present(_computed(kind, data, options), outs, as_json, title, options)


def _holds_json(path: Path) -> bool:
    """Whether the data are JSON: by the file's ending, else by its first character."""
    if str(path) == "-" or path.suffix.lower() in (".json", ".ndjson"):
        return True
    if not path.is_file():
        return False
    with path.open("rb") as stream:
        return stream.read(64).lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[")


def _short(kind: str) -> str:
    from harmfree.improvement.spc.kinds import SYNONYMS

    return SYNONYMS.get(kind, kind)


def _from_json(kind: str, data: Path, outs: tuple[Path, ...], options: Options) -> None:
    """Cases in, reports out; the text is always JSON."""
    found, single = _read_cases(kind, data)
    given = _given(options)
    found = [{**c, **{k: v for k, v in given.items() if c.get(k) is None}} for c in found]
    drawn = [path for path in outs if path.suffix.lower() != ".json"]
    if drawn and not single:
        raise click.BadParameter("several cases are written as .json only", param_hint="-o")
    results = _answers(kind, found, single)
    if drawn:
        _draw_case(kind, found[0], data, drawn, options)
    whole = results[0] if single else results
    _write_json(whole, [path for path in outs if path not in drawn])
    if not outs:
        _print_answers(whole, results, lines=data.suffix.lower() == ".ndjson")
    failed = sum("error" in result for result in results)
    if failed:
        raise PartlyDoneError(f"{failed} of {len(found)} cases could not be computed",
                              where=str(data), do='see "error" in their results')  # fmt: skip


def _read_cases(kind: str, data: Path) -> tuple[list[Options], bool]:
    from harmfree.improvement.spc import cases

    if str(data) == "-":
        return cases.parse_cases(sys.stdin.read(), "standard input", kind)
    return cases.read_cases(data, kind)


def _answers(kind: str, found: list[Options], single: bool) -> list[Options]:
    """A report for each case; a single case may fail, one of many carries its error."""
    from harmfree.improvement.spc import cases

    if single:
        return [cases.answer(found[0], kind)]
    results = []
    with progress() as show:
        for done, case in enumerate(found, 1):
            results.append(cases.answer_or_error(case, kind))
            show("charts", done, len(found))
    return results


def _draw_case(kind: str, case: Options, data: Path, paths: list[Path], options: Options) -> None:
    title = options["title"] or str(case.get("title") or data.stem)
    label = options["y_label"] or str(case.get("y_label") or "")
    _save(_picture(_case_charts(case, kind), title, {**options, "y_label": label}), paths)


def _print_answers(whole: Any, results: list[Options], lines: bool) -> None:
    if not lines:
        print_json(whole)
        return
    for result in results:
        click.echo(json.dumps(result, ensure_ascii=False))


def _given(options: Options) -> Options:
    """Options typed on the command line, as fields of cases that leave them open."""
    context = click.get_current_context()
    typed = {
        name: value
        for name, value in options.items()
        if context.get_parameter_source(name) == click.core.ParameterSource.COMMANDLINE
    }
    if "fix_after" in typed:
        typed["fix_after_n"] = typed.pop("fix_after")
    return {name: value for name, value in typed.items() if name not in _COLUMN_OPTIONS}


def _case_charts(case: Any, kind: str) -> list[Computed]:
    from harmfree.improvement.spc import cases

    kind = cases.kind_of(case, kind)
    names = ["xbar", "s"] if kind == "xbar_s" else [kind]
    return [cases.compute(case, name) for name in names]


def _computed(kind: str, path: Path, options: Options) -> list[Computed]:
    """The chart, or the two charts of xbar_s, from a CSV file."""
    from harmfree.improvement import datafile

    data = datafile.read(path)
    if kind in ("funnel", "pareto"):
        return [_from_units(kind, data, options)]
    names = ["xbar", "s"] if kind == "xbar_s" else [kind]
    return [_from_series(name, data, options) for name in names]


def _from_units(kind: str, data: Any, options: Options) -> Computed:
    from harmfree.improvement.spc import intake
    from harmfree.improvement.spc.funnel import funnel
    from harmfree.improvement.spc.pareto import pareto
    from harmfree.improvement.spc.transforms import METHODS

    columns = _columns(options)
    unit = intake.unit_column(data, columns)
    names = tuple(t.strip() for t in data.text(unit))
    if kind == "pareto":
        counts = intake.value_column(data, columns, {unit})
        return pareto(names, intake.exact_numbers(data, counts).tolist())
    method = options["method"] or "proportion"
    if method not in METHODS:
        raise click.BadParameter(f"use one of {', '.join(METHODS)}", param_hint="--method")
    n = intake.size_column(data, columns)
    events = intake.value_column(data, columns, {unit, n})
    return funnel(
        names, intake.exact_numbers(data, events), intake.exact_numbers(data, n), method=method,
        target=options["target"], trim_by=options["trim_by"], adjust=options["adjust"],
    )  # fmt: skip


def _from_series(kind: str, data: Any, options: Options) -> Computed:
    from harmfree.improvement.spc import fields, intake
    from harmfree.improvement.spc.chart import control_chart
    from harmfree.improvement.spc.small_shifts import cusum, ewma, in_control
    from harmfree.improvement.spc.uncertain import Disclosure

    rule = Disclosure(fields.span(options["suppressed"]), options["rounded_to"])
    series, notes = intake.read_series(data, kind, _columns(options), rule)
    if options["ghost"]:
        series = intake.without_rows(
            series, [fields.moment(g, "--ghost") for g in options["ghost"]]
        )
    if kind in ("cusum", "ewma"):
        target = options["mean"] if options["mean"] is not None else options["target"]
        control = in_control(series, target, options["sd"], options["fix_after"])
        goal = {"shift": options["shift"], "run_length": options["run_length"]}
        if kind == "cusum":
            found = cusum(series, control, k=options["k"], h=options["h"], **goal)
        else:
            found = ewma(series, control, weight=options["weight"], width=options["width"], **goal)
        return replace(found, messages=(*notes, *found.messages))
    chart = control_chart(kind, series, _settings(options))
    return replace(chart, messages=(*notes, *chart.messages))


def _columns(options: Options) -> Any:
    from harmfree.improvement.spc.intake import Columns

    return Columns(options["date"], options["value"], options["n"], options["unit"])


def _settings(options: Options) -> Settings:
    from harmfree.improvement.spc.fields import moment
    from harmfree.improvement.spc.series import Annotation, Settings

    notes = [_dated(text, "--annotate") for text in options["annotate"]]
    return Settings(
        improve=options["improve"],
        target=options["target"],
        screen=options["screen"],
        rebases=tuple(_rebase(text) for text in options["rebase"]),
        parts=options["part"],
        fix_after=options["fix_after"],
        centre=options["centre"],
        shift_points=options["shift_points"],
        trend_points=options["trend_points"],
        multiply=options["multiply"],
        rules=options["rules"],
        annotations=tuple(Annotation(moment(day, "--annotate"), text) for day, text in notes),
    )


def _rebase(text: str) -> Any:
    from harmfree.improvement.spc.fields import moment
    from harmfree.improvement.spc.series import Rebase

    day, rest = _dated(text, "--rebase")
    reason, *more = (part.strip() for part in rest.split(";"))
    extra = dict(part.partition("=")[::2] for part in more)
    return Rebase(moment(day, "--rebase"), reason, extra.get("by", ""), extra.get("evidence", ""))


def _dated(text: str, option: str) -> tuple[str, str]:
    day, colon, rest = text.partition(":")
    if not colon or not rest.strip():
        raise click.BadParameter("write DATE:TEXT; the text is needed", param_hint=option)
    return day.strip(), rest.strip()


def _present(
    charts: list[Computed], outs: tuple[Path, ...], as_json: bool, title: str, options: Options
) -> None:
    from harmfree.improvement.spc.cases import reported

    reports = [reported(chart) for chart in charts]
    result = reports[0] if len(reports) == 1 else dict(zip(("xbar", "s"), reports, strict=True))
    _write_json(result, [path for path in outs if path.suffix.lower() == ".json"])
    picture = _picture(charts, title, options)
    _save(picture, [path for path in outs if path.suffix.lower() != ".json"])
    if as_json:
        print_json(result)
        return
    click.echo(picture.sentence)
    for note in picture.notes:
        click.echo(f"- {note}")
    for path in outs:
        click.echo(f"Written: {path}")


def _picture(charts: list[Computed], title: str, options: Options) -> Picture:
    from harmfree.improvement.spc.drawing import picture_of
    from harmfree.improvement.spc.other_pictures import stacked

    if len(charts) == 1:
        return picture_of(charts[0], title, options["y_label"])
    titles = (f"{title}: subgroup means", f"{title}: subgroup standard deviations")
    pairs = zip(charts, titles, strict=True)
    return stacked([picture_of(c, t, options["y_label"]) for c, t in pairs], title)


def _save(picture: Picture, paths: list[Path]) -> None:
    for path in paths:
        picture.save(path)


def _write_json(result: Any, paths: list[Path]) -> None:
    for path in paths:
        _write_text(path, json.dumps(result, indent=1, ensure_ascii=False) + "\n")


def _write_text(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(
            f"The file cannot be written: {error.strerror}",
            where=str(path),
            do="check that the folder exists and may be written to",
        ) from error


def _many(kind: str, path: Path, outs: tuple[Path, ...], as_json: bool, options: Options) -> None:
    """A line of verdicts for each series."""
    from harmfree.improvement import datafile
    from harmfree.improvement.spc.intake import Columns
    from harmfree.improvement.spc.many import verdicts
    from harmfree.pictures import Table

    if kind != "xmr":
        raise click.BadParameter(
            "only XmR charts can be computed for many series", param_hint="--by"
        )
    single = [name for name in _SINGLE_ONLY if options[name] not in (None, ())]
    if single:
        raise click.UsageError(f"--{single[0].replace('_', '-')} belongs to one series, not --by.")
    columns = Columns(options["date"] or "date", options["value"])
    lines = verdicts(datafile.read(path), options["by"], columns, _settings(options))
    _write_json(lines, [out for out in outs if out.suffix.lower() == ".json"])
    rows = [list(line.values()) for line in lines]
    names = tuple(lines[0]) if lines else ()
    for out in outs:
        if out.suffix.lower() == ".csv":
            _write_text(out, Table(names, rows).csv())
        elif out.suffix.lower() != ".json":
            raise click.BadParameter("many series are written as .csv or .json", param_hint="-o")
    if as_json:
        print_json(lines)
    elif not outs:
        print_table(names, [[_short_number(cell) for cell in row] for row in rows])


def _short_number(cell: Any) -> Any:
    from harmfree.pictures import neat

    return neat(cell, 4) if isinstance(cell, float) else cell
