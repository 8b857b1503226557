"""`harmfree ecg`: beats, AF in strips and long recordings, evaluation, programme figures."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from harmfree.cli.output import Progress, json_option, print_json, print_table, progress
from harmfree.errors import HarmfreeError

if TYPE_CHECKING:
    from harmfree.rhythm.classify import StripResult
    from harmfree.rhythm.recording import Recording

FILE = click.Path(path_type=Path)
rate_option = click.option(
    "--rate", type=float, help="Samples a second, for files that do not say."
)
unit_option = click.option(
    "--unit", default="mV", show_default=True, help="Unit of a CSV file that does not say."
)
lead_option = click.option("--lead", help="Lead to judge; by default lead I, or the first.")
method_option = click.option(
    "--method",
    type=click.Choice(["petrenas", "rdr", "cosen", "symbolic"]),
    default="petrenas",
    show_default=True,
    help="Published rule on beat intervals.",
)


@click.group()
def command() -> None:
    """Atrial fibrillation from an ECG recording. A screening aid, never a diagnosis.

    Reads WFDB, EDF, CSV, FHIR Observations (SampledData) and Parquet.

    \b
    Exit codes: 0 done, 6 some recordings were refused, 60 unreadable file,
    61 rate or unit missing, 62 classifier damaged, 63 no reference, 64 bad log.
    """


@command.command()
@click.argument("files", nargs=-1, required=True, type=FILE)
@json_option
@click.option("-o", "--output", type=FILE, help="Write the strips with their reasons as HTML.")
@lead_option
@rate_option
@unit_option
def classify(
    files: tuple[Path, ...],
    as_json: bool,
    output: Path | None,
    lead: str | None,
    rate: float | None,
    unit: str,
) -> None:
    """Judge strips of about 30 seconds: possible AF, no AF seen, other rhythm, cannot tell.

    FILES are recordings or folders of them. With --json, one JSON object a line for each strip:
    id, label (N, A, O or ~), outcome, next_step, probabilities, reasons, quality, rate.
    A file that cannot be read is reported and the others are judged (exit code 6).

    \b
    harmfree ecg classify strip.edf
    harmfree ecg classify strips/ --json > results.ndjson
    harmfree ecg classify watch.csv --rate 512 --unit uV -o strip.html
    """
    from harmfree.rhythm.batch import classify_all
    from harmfree.rhythm.readers import Assumed, expand

    refused: list[HarmfreeError] = []
    paths = expand(files)
    shown: list[StripResult] = []
    with progress() as show:
        recordings = _recordings(paths, Assumed(rate, unit), refused, show)
        for result in classify_all(recordings, lead=lead, keep_signal=output is not None):
            if as_json:
                click.echo(json.dumps(result.plain(), ensure_ascii=False))
            if not as_json or output:
                shown.append(result)
    if not as_json:
        _print_strips(shown)
    if output:
        _write_page(shown, output)
    _report_refused(refused, len(paths))


def _recordings(
    paths: list[Path], assumed: Any, refused: list[HarmfreeError], show: Progress
) -> Iterator[Recording]:
    """Every recording of every file; a file that cannot be read is noted and passed over."""
    from harmfree.rhythm.readers import read

    for k, path in enumerate(paths):
        show("Reading and judging", k, len(paths))
        try:
            yield from read(path, assumed)
        except HarmfreeError as problem:
            refused.append(problem)


def _report_refused(refused: list[HarmfreeError], files: int) -> None:
    from harmfree.errors import PartlyDoneError

    if refused and len(refused) == files:
        raise refused[0]
    for problem in refused:
        click.echo(f"harmfree: {problem}", err=True)
    if refused:
        raise PartlyDoneError(
            f"{len(refused)} of {files} files could not be read; the others were judged.",
            do="see the messages above",
        )


def _print_strips(results: list[StripResult]) -> None:
    from harmfree.rhythm.classify import INTENDED_USE

    print_table(
        ["strip", "outcome", "P(AF)", "rate", "next step"],
        [
            [r.id, r.outcome, f"{r.probabilities['A']:.3f}", r.rate, r.next_step.split(".")[0]]
            for r in results
        ],
    )
    if len(results) == 1:
        for reason in results[0].reasons:
            click.echo(f"  - {reason}")
    click.echo(INTENDED_USE)


def _write_page(results: list[StripResult], output: Path) -> None:
    from harmfree.rhythm.page import strips_page

    output.write_text(strips_page(results), encoding="utf-8")
    click.echo(f"Wrote {output}", err=True)


@command.command()
@click.argument("file", type=FILE)
@json_option
@lead_option
@rate_option
@unit_option
def beats(file: Path, as_json: bool, lead: str | None, rate: float | None, unit: str) -> None:
    """Find the heartbeats of a recording of any length.

    \b
    harmfree ecg beats 100.hea
    harmfree ecg beats 100.hea --lead V5 --json
    """
    from harmfree.rhythm.beats import detect_beats
    from harmfree.rhythm.conditioning import condition
    from harmfree.rhythm.quality import assess
    from harmfree.rhythm.readers import Assumed, read

    found: list[dict[str, Any]] = []
    for recording in read(file, Assumed(rate, unit)):
        raw = recording.lead(lead)
        signal, missing = condition(raw, recording.rate)
        one = detect_beats(signal)
        quality = assess(signal, missing, raw, one)
        found.append(
            {
                "id": recording.id,
                "seconds": round(recording.seconds, 3),
                "beats": [round(float(time), 4) for time in one.times],
                "problems": [problem.text for problem in quality.problems],
            }
        )
    if as_json:
        print_json(found[0] if len(found) == 1 else found)
        return
    rows = [[f["id"], f["seconds"], len(f["beats"]), _mean_rate(f), "; ".join(f["problems"])]
            for f in found]  # fmt: skip
    print_table(["recording", "seconds", "beats", "beats a minute", "quality"], rows)


def _mean_rate(found: dict[str, Any]) -> float | None:
    times = found["beats"]
    return round(60 * (len(times) - 1) / (times[-1] - times[0]), 1) if len(times) > 1 else None


@command.command()
@click.argument("file", type=FILE)
@json_option
@method_option
@click.option("--minimum", default=30.0, show_default=True, help="Shortest episode, seconds.")
@click.option("--annotations", metavar="EXT", help="Use a WFDB annotation file's beats (atr, qrs).")
@lead_option
@rate_option
@unit_option
def burden(
    file: Path,
    as_json: bool,
    method: str,
    minimum: float,
    annotations: str | None,
    lead: str | None,
    rate: float | None,
    unit: str,
) -> None:
    """AF episodes and burden of a long recording, from the intervals between its beats.

    FILE is a recording, or beats alone: a WFDB record with --annotations, or a text file of
    intervals ending in .rr (one a line, in seconds or milliseconds).

    \b
    harmfree ecg burden holter.edf
    harmfree ecg burden 04048.hea --annotations qrs --json
    """
    from harmfree.rhythm.classify import INTENDED_USE
    from harmfree.rhythm.longterm import beat_times, judge_burden
    from harmfree.rhythm.readers import Assumed

    times = beat_times(file, annotations=annotations, lead=lead, assumed=Assumed(rate, unit))
    result = judge_burden(times, method, minimum)
    if as_json:
        print_json(result | {"id": file.stem, "intended_use": INTENDED_USE})
        return
    print_table(
        ["start", "length", "intervals"],
        [[_clock(e["start"]), _clock(e["seconds"]), e["intervals"]] for e in result["episodes"]],
        title=f"Episodes of possible AF ({result['method']})",
    )
    share = "unknown" if result["burden"] is None else f"{100 * result['burden']:.1f}%"
    click.echo(
        f"Burden {share}: {_clock(result['af_seconds'])} of {_clock(result['analysed_seconds'])} "
        f"analysed, {result['beats']:,} beats, longest {_clock(result['longest_seconds'])}."
    )
    click.echo(INTENDED_USE)


def _clock(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"


@command.command()
@click.argument("file", type=FILE)
@json_option
@click.option("--rule", type=click.Choice(["wiesel", "omron"]), default="wiesel", show_default=True)
def cuff(file: Path, as_json: bool, rule: str) -> None:
    """Irregular pulse in blood-pressure-cuff readings: at least two of the last three.

    FILE has one reading a line: its pulse intervals, separated by commas, in seconds or
    milliseconds.

    \b
    harmfree ecg cuff readings.csv
    """
    from harmfree.rhythm.classify import INTENDED_USE
    from harmfree.rhythm.longterm import judge_cuff

    result = judge_cuff(file, rule)
    if as_json:
        print_json(result | {"intended_use": INTENDED_USE})
        return
    print_table(
        ["reading", "intervals", "index", "irregular"],
        [[r["reading"], r["intervals"], r["index"], "yes" if r["irregular"] else "no"]
         for r in result["readings"]],
    )  # fmt: skip
    click.echo(f"{result['outcome']}. {result['next_step']}")
    click.echo(INTENDED_USE)


@command.command()
@click.option("--database", required=True, type=FILE, help="Folder of WFDB records, or Parquet.")
@json_option
def evaluate(database: Path, as_json: bool) -> None:
    """Judge the detectors against reference annotations or labels.

    A folder of WFDB records with annotations scores beats (150 ms) and AF by intervals; strips
    with labels (a Parquet file, a folder of them, or a folder with REFERENCE.csv) score the
    strip classifier. Strips that the classifier was trained on flatter it.

    \b
    harmfree ecg evaluate --database mitdb/
    harmfree ecg evaluate --database strips.parquet --json
    """
    from harmfree.rhythm.evaluate import evaluate_database

    with progress() as show:
        result = evaluate_database(database, show)
    if as_json:
        print_json(result)
        return
    if "beats" in result:
        _print_beat_scores(result["beats"])
    if "intervals" in result:
        _print_interval_scores(result["intervals"])
    if "strips" in result:
        _print_strip_scores(result["strips"])


def _print_beat_scores(scores: list[dict[str, Any]]) -> None:
    rows = [[s["record"], s["beats"], s["missed"], s["false"], _percent(s["sensitivity"]),
             _percent(s["ppv"])] for s in scores]  # fmt: skip
    headings = ["record", "beats", "missed", "false", "sensitivity %", "predictive value %"]
    print_table(headings, rows, title="Beats, within 150 ms")


def _print_interval_scores(scores: dict[str, dict[str, Any]]) -> None:
    rows = [
        [name, _percent(s["beats"]["sensitivity"]["value"]),
         _percent(s["beats"]["specificity"]["value"]), _percent(s["episode_sensitivity"]),
         _percent(s["episode_ppv"])]
        for name, s in scores.items()
    ]  # fmt: skip
    headings = [
        "method",
        "sensitivity %",
        "specificity %",
        "episode sensitivity %",
        "episode PPV %",
    ]
    print_table(headings, rows, title="AF by intervals, per beat and per episode of 30 s or more")


def _print_strip_scores(scores: dict[str, Any]) -> None:
    point = scores["screening"]
    click.echo(f"{scores['strips']:,} strips; Challenge score {scores['challenge_score']:.3f}")
    print_table(["labelled", "called N", "A", "O", "~", "F1"], [
        [name, *row, f"{scores['f1'][name]:.3f}"]
        for name, row in zip("NAO~", scores["confusion"], strict=True)
    ])  # fmt: skip
    click.echo(
        "Possible AF at the screening point: sensitivity "
        f"{_percent(point['sensitivity']['value'])}%, specificity "
        f"{_percent(point['specificity']['value'])}% against readable strips without AF."
    )


def _percent(share: float | None) -> str:
    return "" if share is None or share != share else f"{100 * share:.2f}"


@command.command()
@click.argument("log", type=FILE)
@json_option
@click.option("--prevalence", default=0.02, show_default=True, help="Share of people with AF.")
@click.option("--sensitivity", type=float, help="Of the device; by default the classifier's own.")
@click.option("--specificity", type=float, help="Of the device; by default the classifier's own.")
@click.option("--device-cost", default=0.0, help="Pounds for one device.")
@click.option("--strip-cost", default=0.0, help="Pounds for one strip (staff time).")
@click.option("--ecg-cost", default=0.0, help="Pounds for one 12-lead ECG.")
def programme(log: Path, as_json: bool, **given: float | None) -> None:
    """What a deployment of devices achieved: yield, predictive value, days to ECG, cost.

    LOG is CSV, one strip a row: device, site, strip_date, outcome (normal, possible AF,
    unclassified, unreadable), and staff_trained, ecg_date, ecg_result, af_coded_date, score,
    anticoagulant_date where known.

    \b
    harmfree ecg programme log.csv --prevalence 0.012 --device-cost 82 --ecg-cost 30
    """
    from harmfree.rhythm.programme_table import programme_figures

    result = programme_figures(log, given)
    if as_json:
        print_json(result)
        return
    print_table(["measure", "value"], [[row["measure"], row["value"]] for row in result["table"]])
