"""Many cases: a file in, one result a line out, never stopping at a bad row."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from harmfree.clinical.errors import CasesError, Problem
from harmfree.clinical.registry import Tool
from harmfree.clinical.result import Outcome, encode, encode_words

# Rows between two reports of progress: often enough for a bar, rare enough to cost nothing.
STRIDE = 1000


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
        found = self.tool.rule(given)
        tally.complete += found.value is not None
        return self._head(number, row) + self._body(found) + self._tail

    def _head(self, number: int, row: Mapping[str, Any] | None) -> str:
        label = f'"id":{encode(row["id"])},' if row is not None and "id" in row else ""
        return f'{{"row":{number},{label}"tool":{self._name},'

    def _body(self, found: Outcome) -> str:
        components = ",".join([part.text for part in found.components])
        detail = encode(found.detail) if found.detail else "{}"
        return (
            f'"value":{encode(found.value)},"band":{encode(found.band)},'
            f'"components":[{components}],"advice":{encode_words(found.advice)},'
            f'"missing":{encode_words(found.missing)},"detail":{detail},'
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


def rows_of(path: Path) -> Iterator[Row]:
    """Yield the cases of an NDJSON, CSV or JSON file; a line that cannot be read is a `Problem`.

    A JSON document may be a list of cases, or an object whose lists of objects hold them.

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


def _ndjson(file: TextIO) -> Iterator[Row]:
    decode = json.loads
    for line in file:
        if line.isspace():
            continue
        try:
            row = decode(line)
        except ValueError as error:
            yield Problem(f"not a line of JSON: {error}")
            continue
        yield row if isinstance(row, dict) else Problem("the line is not a JSON object")


def _csv(file: TextIO) -> Iterator[Row]:
    reader = csv.reader(file)
    head = [name.strip() for name in next(reader, [])]
    for cells in reader:
        if not cells:
            continue
        if len(cells) != len(head):
            yield Problem(f"the row has {len(cells)} cells and the header has {len(head)}")
            continue
        yield dict(zip(head, cells, strict=True))


def _json(file: TextIO) -> Iterator[Row]:
    try:
        document = json.load(file)
    except ValueError as error:
        raise CasesError(f"The file is not JSON: {error}.") from error
    lists = [document] if isinstance(document, list) else []
    if isinstance(document, dict):
        lists = [held for held in document.values() if isinstance(held, list)]
        lists = lists or [[document]]
    for held in lists:
        for row in held:
            yield row if isinstance(row, dict) else Problem("the case is not a JSON object")


def answer_file(tool: Tool[Any], cases: Path, out: TextIO) -> Iterator[Tally]:
    """Answer every case of a file; yields the running tally now and then, and at the end.

    Args:
        tool: the tool.
        cases: NDJSON, CSV or JSON.
        out: receives one line of JSON a case, in the order of the file.
    """
    answers, tally, buffer = Answers(tool), Tally(), io.StringIO()
    for number, row in enumerate(rows_of(cases), start=1):
        if number <= STRIDE and not isinstance(row, Problem):
            _note_unused(tool, row, tally)
        buffer.write(answers.line(number, row, tally))
        buffer.write("\n")
        if number % STRIDE == 0:
            out.write(buffer.getvalue())
            buffer = io.StringIO()
            yield tally
    out.write(buffer.getvalue())
    yield tally


def _note_unused(tool: Tool[Any], row: Mapping[str, Any], tally: Tally) -> None:
    for key in row:
        if key != "id" and not tool.reader.uses(key):
            tally.unused[key] = None
