"""A regression written as a formula: "aces ~ offset(log(stdpop)) + smokban + time".

The notation is patsy's, which is R's, with `offset(log(column))` for the exposure. Only column
names, arithmetic and the functions of `FUNCTIONS` are allowed, so that a formula from elsewhere can
do nothing but name numbers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import patsy  # type: ignore[import-untyped]

from harmfree.improvement.datafile import DataError, Floats

FUNCTIONS = {"log": np.log, "exp": np.exp, "sqrt": np.sqrt, "sin": np.sin, "cos": np.cos}
_KEPT_BY_PATSY = frozenset({"I", "C"})
_OFFSET = re.compile(r"\+?\s*offset\(\s*log\(\s*(\w+)\s*\)\s*\)\s*(\+?)")
_ALLOWED = re.compile(r"[\w\s~+\-*/:().,^]*")


@dataclass(frozen=True)
class Parsed:
    """What a formula says.

    Args:
        outcome: its left side.
        design: its right side, one column per term.
        names: names of the terms; the constant is "const".
        exposure: name of the column in `offset(log(...))`, or empty.
    """

    outcome: Floats
    design: Floats
    names: tuple[str, ...]
    exposure: str


def words(formula: str) -> list[str]:
    """Names in a formula that must be columns."""
    known = {*FUNCTIONS, *_KEPT_BY_PATSY, "offset"}
    return [w for w in dict.fromkeys(re.findall(r"[^\W\d]\w*", formula)) if w not in known]


def parse(formula: str, columns: dict[str, Floats]) -> Parsed:
    """Evaluate a formula on columns of numbers.

    Raises:
        DataError: it holds a sign or a name that is not allowed, or does not give finite numbers.
    """
    if not _ALLOWED.fullmatch(formula) or formula.count("~") != 1 or "__" in formula:
        do = "Write it as outcome ~ term + term, with columns, + - * / : ( ) and log, sin, cos."
        raise DataError(f"The formula '{formula}' cannot be read.", where="--formula", do=do)
    match = _OFFSET.search(formula)
    plain = _OFFSET.sub(lambda m: "+" if m.group(2) else "", formula).replace("~+", "~")
    plain = re.sub(r"~\s*\+", "~ ", plain)
    if re.search(r"~\s*$", plain):
        plain += " 1"
    try:
        left, right = patsy.dmatrices(
            plain, {**FUNCTIONS, **columns}, eval_env=patsy.EvalEnvironment([])
        )
    except (patsy.PatsyError, NameError, TypeError, ValueError, SyntaxError) as error:
        raise DataError(f"The formula cannot be evaluated: {error}.", where="--formula") from error
    names = tuple("const" if n == "Intercept" else n for n in right.design_info.column_names)
    outcome, design = np.asarray(left)[:, 0], np.asarray(right)
    if not (np.all(np.isfinite(outcome)) and np.all(np.isfinite(design))):
        raise DataError("The formula gives numbers that are not finite.", where="--formula")
    if len(outcome) != len(next(iter(columns.values()))):
        raise DataError("A column of the formula has missing values.", where="--formula")
    return Parsed(outcome, design, names, match.group(1) if match else "")
