"""Many cases: a file in, one result a line out, never stopping at a bad row."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import Any, TextIO

from harmfree.clinical.errors import CasesError, Problem
from harmfree.clinical.registry import Tool
from harmfree.clinical.result import (
    Outcome,
    encode,
    encode_detail,
    encode_text,
    encode_value,
    encode_words,
)

# Cases in a block: enough to write at once, few enough to keep memory flat and a count moving.
STRIDE = 2000


@dataclass
class Tally:
    """How a batch went.

    Args:
        rows: cases seen.
        refused: cases answered with an error.
        complete: cases with a value.
        unused: columns that are no input of the tool, in order of first sight.
    """

    rows: int = 0
    refused: int = 0
    complete: int = 0
    unused: dict[str, None] = field(default_factory=dict)


class Answers:
    """Writes one tool's results as JSON lines; what never changes is encoded once.

    Args:
        tool: the tool.
    """

    def __init__(self, tool: Tool[Any]) -> None:
        card = tool.card
        self.tool = tool
        self._name = encode(card.name)
        self._tail = (
            f',"unit":{encode(card.unit)},"source":{encode(card.source)},'
            f'"version":{encode(card.version)},"population":{encode(card.population)}}}'
        )

    def line(self, number: int, row: Mapping[str, Any] | Problem, tally: Tally) -> str:
        """Return the answer to one row, counting it in `tally`."""
        tally.rows += 1
        if isinstance(row, Problem):
            return self._refusal(number, None, [row], tally)
        given, problems = self.tool.reader.read(row)
        if given is None:
            return self._refusal(number, row, problems, tally)
        try:
            found = self.tool.rule(given)
            body = self._body(found)
        except (ArithmeticError, ValueError) as error:
            # A fault of the rule, not of the file: the other rows must not be lost with it.
            return self._refusal(number, row, [Problem(f"cannot be computed: {error}")], tally)
        tally.complete += found.value is not None
        return self._head(number, row) + body + self._tail

    def _head(self, number: int, row: Mapping[str, Any] | None) -> str:
        label = f'"id":{encode(row["id"])},' if row is not None and "id" in row else ""
        return f'{{"row":{number},{label}"tool":{self._name},'

    def _body(self, found: Outcome) -> str:
        components = ",".join([part.text for part in found.components])
        return (
            f'"value":{encode_value(found.value)},"band":{encode_text(found.band)},'
            f'"components":[{components}],"advice":{encode_words(found.advice)},'
            f'"missing":{encode_words(found.missing)},"detail":{encode_detail(found.detail)},'
            f'"warnings":{encode_words(found.warnings + self.tool.standing_warnings)}'
        )

    def _refusal(
        self, number: int, row: Mapping[str, Any] | None, problems: list[Problem], tally: Tally
    ) -> str:
        tally.refused += 1
        said = "; ".join(str(problem) for problem in problems)
        named = [{"input": problem.field, "message": problem.message} for problem in problems]
        return (
            self._head(number, row)
            + f'"value":null,"error":{encode(said)},"problems":{encode(named)}'
            + self._tail
        )


Row = Mapping[str, Any] | Problem


@dataclass(frozen=True)
class Block:
    """Some consecutive cases of a file, still unread.

    Args:
        first: number of the first case, from 1.
        kind: "lines" of JSON, "cells" of CSV rows under `head`, or decoded "cases".
        held: the lines, rows or cases.
        head: column names of a CSV file.
    """

    first: int
    kind: str
    held: list[Any]
    head: tuple[str, ...] = ()

    def rows(self) -> Iterator[Row]:
        """Yield the cases; one that cannot be read is a `Problem`."""
        readers: dict[str, Callable[[Any], Row]] = {
            "lines": _of_line,
            "cells": self._of_cells,
            "cases": _of_case,
        }
        return map(readers[self.kind], self.held)

    def _of_cells(self, cells: list[str] | Problem) -> Row:
        if isinstance(cells, Problem):
            return cells
        if len(cells) != len(self.head):
            return Problem(f"the row has {len(cells)} cells and the header has {len(self.head)}")
        return dict(zip(self.head, cells, strict=True))


def _of_line(line: str) -> Row:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        return Problem(f"not a line of JSON: {error}")
    return row if isinstance(row, dict) else Problem("the line is not a JSON object")


def _of_case(case: object) -> Row:
    return case if isinstance(case, dict) else Problem("the case is not a JSON object")


def blocks_of(path: Path) -> Iterator[Block]:
    """Yield the cases of an NDJSON, CSV or JSON file in blocks; blank lines are no cases.

    A JSON document may be a list of cases, or an object whose lists hold them.

    Raises:
        CasesError: the file as a whole cannot be read, or its kind is unknown.
    """
    kinds = {".ndjson": _ndjson, ".jsonl": _ndjson, ".csv": _csv, ".json": _json}
    if path.suffix.lower() not in kinds:
        raise CasesError(
            f"{path.name} is not a file of cases.",
            do="Give a file ending in .ndjson, .jsonl, .csv or .json.",
        )
    try:
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            yield from kinds[path.suffix.lower()](file)
    except OSError as error:
        raise CasesError(f"{path} cannot be read: {error.strerror}.") from error


def _in_blocks(things: Iterable[Any], kind: str, head: tuple[str, ...] = ()) -> Iterator[Block]:
    things, first = iter(things), 1
    while held := list(islice(things, STRIDE)):
        yield Block(first, kind, held, head)
        first += len(held)


def _ndjson(file: TextIO) -> Iterator[Block]:
    return _in_blocks((line for line in file if not line.isspace()), "lines")


def _csv(file: TextIO) -> Iterator[Block]:
    reader = csv.reader(file)
    try:
        names = next(reader, [])
    except csv.Error as error:
        raise CasesError(f"The header cannot be read: {error}.") from error
    stripped = [name.strip() for name in names]
    # Blanks never matter in a name: further columns of the same name stay, to be compared.
    head = tuple(name + " " * stripped[:place].count(name) for place, name in enumerate(stripped))
    return _in_blocks(_csv_rows(reader), "cells", head)


def _csv_rows(reader: Iterator[list[str]]) -> Iterator[list[str] | Problem]:
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            yield Problem(f"not a row of CSV: {error}")
            continue
        if cells is None:
            return
        if cells:
            yield cells


def _json(file: TextIO) -> Iterator[Block]:
    try:
        document = json.load(file)
    except (ValueError, RecursionError) as error:
        raise CasesError(f"The file is not JSON: {error}.") from error
    lists = [document] if isinstance(document, list) else []
    if isinstance(document, dict):
        lists = [held for held in document.values() if _holds_cases(held)] or [[document]]
    return _in_blocks(chain.from_iterable(lists), "cases")


def _holds_cases(held: object) -> bool:
    return isinstance(held, list) and any(isinstance(case, dict) for case in held)


def answer_block(answers: Answers, block: Block, constants: Mapping[str, Any], tally: Tally) -> str:
    """Return the answers to a block as lines, counting them in `tally`.

    Args:
        answers: the tool's writer of results.
        block: the cases.
        constants: raw values for every case that does not carry its own.
        tally: of the whole file.
    """
    lines = []
    for number, row in enumerate(block.rows(), start=block.first):
        if not isinstance(row, Problem):
            if block.first == 1:
                _note_unused(answers.tool, row, tally)
            if constants:
                row = _with_constants(answers.tool, row, constants)
        lines.append(answers.line(number, row, tally))
    return "\n".join(lines) + "\n"


def _with_constants(
    tool: Tool[Any], row: Mapping[str, Any], constants: Mapping[str, Any]
) -> dict[str, Any]:
    carried = tool.reader.carried(row)
    return dict(row) | {name: raw for name, raw in constants.items() if name not in carried}


def answer_file(
    tool: Tool[Any],
    cases: Path,
    out: TextIO,
    *,
    constants: Mapping[str, Any] | None = None,
) -> Iterator[Tally]:
    """Answer every case of a file; yields the running tally after each block.

    Args:
        tool: the tool.
        cases: NDJSON, CSV or JSON.
        out: receives one line of JSON a case, in the order of the file.
        constants: raw values for every case that does not carry its own.
    """
    answers, tally = Answers(tool), Tally()
    for block in blocks_of(cases):
        out.write(answer_block(answers, block, constants or {}, tally))
        yield tally
    yield tally


def _note_unused(tool: Tool[Any], row: Mapping[str, Any], tally: Tally) -> None:
    for key in row:
        if key != "id" and not tool.reader.uses(key):
            tally.unused[key] = None
