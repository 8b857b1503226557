"""Verbs of `harmfree evaluate` for a device or a test."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from harmfree.cli.evaluate_show import data_argument, numbers, show, show_cases, shown, where_option
from harmfree.cli.output import progress
from harmfree.errors import InputError

if TYPE_CHECKING:
    from harmfree.improvement.result import Result


def _list(text: str | None, option: str) -> list[float]:
    return numbers(text, option) if text else []


@click.command()
@click.option("--x", "first", help="Comparison method; by default the first column of numbers.")
@click.option("--y", "second", help="Method under test; by default the second column of numbers.")
@click.option("--subject", help="Column of people, where each has several pairs.")
@click.option("--x2", help="Second reading by the first method, for repeatability.")
@click.option("--y2", help="Second reading by the second method.")
@click.option(
    "--error-ratio",
    type=float,
    default=1.0,
    show_default=True,
    help="Variance of the error of x over that of y.",
)
@click.option("--levels", help="Decision levels at which to state the bias, such as 20,100.")
@click.option(
    "--multiple", type=float, default=1.96, show_default=True, help="SDs from bias to limit."
)
@where_option
@data_argument
@shown
def agreement(data: Path, as_json: bool, output: Path | None, **options: Any) -> None:
    """Do two methods agree? Bland-Altman, Deming, Passing-Bablok.

    \b
    harmfree evaluate agreement crp.csv --x laboratory --y device --levels 20,100 -o crp.html
    """
    from harmfree.cli.evaluate_pairs import methods
    from harmfree.improvement import datafile
    from harmfree.improvement.method_evaluation.agreement import evaluate

    if options["error_ratio"] <= 0:
        raise InputError("The error ratio must be above 0.", where="--error-ratio")
    tables = datafile.cases(data)
    results: list[tuple[str, Result]] = []
    with progress() as tell:
        for name, table in tables:
            tell("Comparing the methods", len(results), len(tables))
            found = evaluate(
                methods(table.where(options["where"]), options),
                ratio=options["error_ratio"],
                levels=_list(options["levels"], "--levels"),
                multiple=options["multiple"],
            )
            results.append((name, found))
    if len(results) == 1:
        show(results[0][1], as_json, output)
    else:
        show_cases(results, as_json, output)


@click.command()
@click.option("--tp", type=int, help="True positives, without DATA.")
@click.option("--fp", type=int)
@click.option("--fn", type=int)
@click.option("--tn", type=int)
@click.option("--test", help="Column of the test's result, one row per person.")
@click.option(
    "--reference", default="reference", show_default=True, help="Column of the reference standard."
)
@click.option("--score", help="Column of the test's number: gives the ROC curve.")
@click.option("--max-fpr", type=float, help="Partial area up to this false positive rate.")
@click.option("--prevalence", help="Prevalences at which to state the predictive values.")
@click.option("--correct", is_flag=True, help="Add 0.5 to every cell when one is zero.")
@where_option
@click.argument("data", type=click.Path(path_type=Path), required=False)
@shown
def accuracy(data: Path | None, as_json: bool, output: Path | None, **options: Any) -> None:
    """Sensitivity, specificity, predictive values, likelihood ratios, ROC.

    \b
    harmfree evaluate accuracy --tp 81 --fp 17 --fn 19 --tn 183 --prevalence 0.05,0.2
    harmfree evaluate accuracy people.csv --test device --reference culture -o stard.html
    harmfree evaluate accuracy people.csv --score crp --reference pneumonia --max-fpr 0.2
    """
    from harmfree.cli.evaluate_pairs import accuracy_of

    show(accuracy_of(data, options, _list(options["prevalence"], "--prevalence")), as_json, output)


@click.command()
@click.option("--events", type=int, help="Without DATA.")
@click.option("--total", type=int)
@click.argument("data", type=click.Path(path_type=Path), required=False)
@shown
def proportion(
    data: Path | None, events: int | None, total: int | None, as_json: bool, output: Path | None
) -> None:
    """A proportion with Wilson's and Clopper and Pearson's interval.

    \b
    harmfree evaluate proportion --events 81 --total 263
    harmfree evaluate proportion counts.csv          (columns events, total)
    """
    from harmfree.cli.evaluate_pairs import proportion_of

    show(proportion_of(data, events, total), as_json, output)


@click.command("decision-curve")
@click.option(
    "--risk",
    multiple=True,
    required=True,
    help="Column of predicted probabilities; may be repeated.",
)
@click.option("--outcome", default="outcome", show_default=True, help="Column of 0 and 1.")
@where_option
@data_argument
@shown
def decision_curve(data: Path, as_json: bool, output: Path | None, **options: Any) -> None:
    """Net benefit of acting on a prediction, on everyone, on no one.

    \b
    harmfree evaluate decision-curve people.csv --risk without_crp --risk with_crp
    """
    from harmfree.cli.evaluate_pairs import marks
    from harmfree.improvement import datafile
    from harmfree.improvement.method_evaluation.decision_curve import evaluate

    table = datafile.read(data).where(options["where"])
    models = {name: table.numbers(name) for name in options["risk"]}
    show(evaluate(models, marks(table, options["outcome"])), as_json, output)


@click.command()
@click.option("--old", default="old", show_default=True, help="Column of risks without the test.")
@click.option("--new", default="new", show_default=True, help="Column of risks with the test.")
@click.option("--outcome", default="outcome", show_default=True, help="Column of 0 and 1.")
@click.option("--cuts", help="Risk categories, such as 0.05,0.2.")
@where_option
@data_argument
@shown
def reclassification(data: Path, as_json: bool, output: Path | None, **options: Any) -> None:
    """Net reclassification, integrated discrimination, change in area.

    \b
    harmfree evaluate reclassification people.csv --old clinical --new with_crp --cuts 0.05,0.2
    """
    from harmfree.cli.evaluate_pairs import marks
    from harmfree.improvement import datafile
    from harmfree.improvement.method_evaluation.reclassification import evaluate

    table = datafile.read(data).where(options["where"])
    risks = table.numbers(options["old"]), table.numbers(options["new"])
    cuts = _list(options["cuts"], "--cuts")
    show(evaluate(*risks, marks(table, options["outcome"]), cuts), as_json, output)


@click.command("quality-control")
@click.option("--value", default="value", show_default=True, help="Column of control results.")
@click.option("--mean", help="Column or number; by default column 'mean'.")
@click.option("--sd", help="Column or number; by default column 'sd'.")
@click.option("--z", help="Column of z, instead of value, mean and SD.")
@click.option("--run", help="Column of runs; by default 'run' where there is one.")
@click.option("--material", help="Column of control materials; by default 'material'.")
@click.option("--baseline", type=int, help="Take mean and SD from the first N of each material.")
@click.option("--rules", help="Rules, such as 1-3s,2-2s,R-4s; by default the classical six.")
@where_option
@data_argument
@shown
def quality_control(data: Path, as_json: bool, output: Path | None, **options: Any) -> None:
    """Westgard rules and Levey-Jennings chart.

    \b
    harmfree evaluate quality-control qc.csv --mean 100 --sd 4 -o qc.html
    """
    from harmfree.cli.evaluate_pairs import controls
    from harmfree.improvement import datafile
    from harmfree.improvement.method_evaluation.westgard import evaluate

    found, warnings = controls(datafile.read(data).where(options["where"]), options)
    rules = [r.strip() for r in (options["rules"] or "").split(",") if r.strip()]
    show(evaluate(found, rules, warnings), as_json, output)


@click.command("external-quality")
@click.option("--result", default="result", show_default=True)
@click.option("--assigned", default="assigned", show_default=True)
@click.option(
    "--coverage", type=float, default=2.0, show_default=True, help="Factor of expanded uncertainty."
)
@where_option
@data_argument
@shown
def external_quality(data: Path, as_json: bool, output: Path | None, **options: Any) -> None:
    """External quality assessment: z, z', zeta and En of each round.

    \b
    result,assigned,sd,u_assigned,u_result   (the last two may be left out)
    harmfree evaluate external-quality rounds.csv
    """
    from harmfree.cli.evaluate_pairs import rounds
    from harmfree.improvement import datafile
    from harmfree.improvement.method_evaluation.quality_assessment import evaluate

    show(evaluate(rounds(datafile.read(data).where(options["where"]), options)), as_json, output)


@click.command()
@click.option("--value", default="value", show_default=True)
@click.option("--day", default="day", show_default=True)
@click.option("--run", help="Column of runs within a day.")
@where_option
@data_argument
@shown
def precision(data: Path, as_json: bool, output: Path | None, **options: Any) -> None:
    """Repeatability and within-laboratory precision (20 x 2 x 2, 5 x 5).

    \b
    harmfree evaluate precision ep15.csv --value crp --day day
    """
    from harmfree.improvement import datafile
    from harmfree.improvement.method_evaluation.precision import evaluate

    table = datafile.read(data).where(options["where"])
    runs = table.text(options["run"]) if options["run"] else None
    show(
        evaluate(table.numbers(options["value"]), table.text(options["day"]), runs), as_json, output
    )


@click.command()
@click.option("--allowable", type=float, required=True, help="Allowable total error, per cent.")
@click.option("--bias", type=float, required=True, help="Bias, per cent.")
@click.option("--cv", type=float, required=True, help="Coefficient of variation, per cent.")
@shown
def sigma(allowable: float, bias: float, cv: float, as_json: bool, output: Path | None) -> None:
    """Sigma metric of a method.

    \b
    harmfree evaluate sigma --allowable 15 --bias 3 --cv 3
    """
    from harmfree.cli.evaluate_pairs import sigma_of

    show(sigma_of(allowable, bias, cv), as_json, output)


COMMANDS = (
    agreement,
    accuracy,
    proportion,
    decision_curve,
    reclassification,
    quality_control,
    external_quality,
    precision,
    sigma,
)
