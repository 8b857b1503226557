"""A tool's form, built from its registration, and its groups for long forms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict

from harmfree.clinical.errors import Problem
from harmfree.clinical.registry import Tool
from harmfree.clinical.result import Result
from harmfree.web.clinical_tools.fields import ToolField, initial
from harmfree.web.clinical_tools.reading import FROM_FILES, answer
from harmfree.web.clinical_tools.uploads import parsed

SHORT = 10
"""Up to so many inputs stand in one group."""


class ToolForm(forms.Form):
    """The inputs of one tool. `result` holds its answer once the form is valid.

    Args:
        tool: whose inputs are asked for.
        data, files: what was sent.
        example: True to show the worked example's values.
    """

    def __init__(
        self,
        tool: Tool[Any],
        data: Mapping[str, Any] | None = None,
        files: MultiValueDict[str, Any] | None = None,
        *,
        example: bool = False,
    ) -> None:
        self.tool = tool
        self.result: Result | None = None
        self.row: dict[str, Any] = {}
        specs = tool.reader.specs
        given = tool.card.example.given if example else {}
        shown = {name: initial(specs[name], raw) for name, raw in given.items()}
        super().__init__(data, files, initial=shown)
        for name, spec in specs.items():
            self.fields[name] = ToolField(spec, tool.inputs.model_fields[name].default)

    def clean(self) -> dict[str, Any]:
        """Give the whole row to the tool's reader, so that page, API and batch agree."""
        for name, raw in list(self.cleaned_data.items()):
            if raw not in (None, ""):
                self._take(name, raw)
        if self.errors:
            return self.row
        found = answer(self.tool, self.row)
        if isinstance(found, Result):
            self.result = found
        else:
            for problem in found:
                self._refuse(problem)
        return self.row

    def _take(self, name: str, raw: Any) -> None:
        kind = self.tool.reader.specs[name].kind
        if kind in FROM_FILES:
            try:
                self.row[name] = parsed(self.tool.reader.specs[name], raw)
            except Problem as problem:
                self._refuse(Problem(problem.message, name))
        elif kind in ("numbers by name", "observations"):
            self.row[name] = ";".join(filter(str.strip, raw.splitlines()))
        else:
            self.row[name] = raw

    def _refuse(self, problem: Problem) -> None:
        """Say a problem beside its field and in the summary, with the field's label."""
        field = self.fields.get(problem.field)
        if field is None:
            self.add_error(None, str(problem)[:1].upper() + str(problem)[1:])
        else:
            self.add_error(problem.field, f"{field.label}: {problem.message}")


@dataclass(frozen=True)
class Group:
    """Fields that stand together.

    Args:
        title: of the group; "" when there is only one.
        fields: bound fields.
        folded: True when most people need none of them.
    """

    title: str
    fields: tuple[forms.BoundField, ...]
    folded: bool = False

    @property
    def in_use(self) -> bool:
        """Whether a field holds something or is wrong, so that a folded group must be open."""
        return any(each.errors or each.value() for each in self.fields)


def groups(form: ToolForm) -> list[Group]:
    """The form's fields in groups: measurements, yes or no, genotype, dates."""
    every = tuple(form)
    if len(every) <= SHORT:
        return [Group("", every)]
    sorted_out: dict[str, list[forms.BoundField]] = {title: [] for title in (*TITLES, *FOLDED)}
    for each in every:
        sorted_out[_title(each)].append(each)
    return [
        Group(title, tuple(fields), title in FOLDED)
        for title, fields in sorted_out.items()
        if fields
    ]


TITLES = ("Measurements and findings", "Yes or no")
FOLDED = ("Genotype, variant by variant", "Files", "Dates and times")


def _title(bound: forms.BoundField) -> str:
    field = bound.field
    kind = field.spec.kind if isinstance(field, ToolField) else ""
    if kind == "genotype":
        return FOLDED[0] if bound.name.startswith("rs") else TITLES[0]
    return {
        "yes or no": TITLES[1],
        "file": FOLDED[1],
        "table": FOLDED[1],
        "date": FOLDED[2],
        "date and time": FOLDED[2],
    }.get(kind, TITLES[0])


def given_rows(form: ToolForm) -> Iterator[tuple[str, str]]:
    """Label and value of each input that was given, as it was given."""
    for name, raw in form.row.items():
        field = form.fields[name]
        unit = f" {field.unit}" if isinstance(field, ToolField) and field.unit else ""
        yield str(field.label), (f"{raw}{unit}" if isinstance(raw, str) else "from a file")
