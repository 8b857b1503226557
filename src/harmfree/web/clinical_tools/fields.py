"""One input of a tool as a field of a form: which component asks for it, and how it is said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict

from harmfree.clinical.explain import show
from harmfree.clinical.fields import Choice, Measure, Spec
from harmfree.clinical.lists import Named

MOST_RADIOS = 5
NOT_RECORDED = "Not recorded"
NONE_OF_THESE = "none"
YES_NO = [("yes", "Yes"), ("no", "No"), ("", NOT_RECORDED)]
ONE_LINE = {"number", "genotype", "amount with unit"}
MANY_LINES = {"list", "dated values", "days", "numbers by name", "observations"}


class DayParts(forms.Widget):
    """Day, month and year in boxes of their own: no order of them can be misread."""

    input_type = "date parts"
    parts = ("day", "month", "year")

    def value_from_datadict(
        self, data: Mapping[str, Any], files: MultiValueDict[str, Any], name: str
    ) -> str:
        """The date as the tools write it; "" when all boxes are empty."""
        day, month, year = (str(data.get(f"{name}-{part}", "")).strip() for part in self.parts)
        if not (day or month or year):
            return ""
        return f"{year.zfill(4)}-{month.zfill(2)}-{day.zfill(2)}"


class Moments(forms.TextInput):
    """A date with a time."""

    input_type = "datetime-local"


class Boxes(forms.CheckboxSelectMultiple):
    """Names out of a known list; what is ticked becomes one text, as files write it."""

    def value_from_datadict(
        self, data: Mapping[str, Any], files: MultiValueDict[str, Any], name: str
    ) -> str:
        """The ticked names with ; between them."""
        ticked = data.getlist(name) if hasattr(data, "getlist") else data.get(name) or []
        return "; ".join(ticked)


class ToolField(forms.Field):
    """A field that keeps the tool's own specification; the whole row is checked at once.

    Args:
        spec: the tool's specification of the input.
        default: what the tool takes when nothing is given; None when it takes nothing.
    """

    def __init__(self, spec: Spec, default: Any = None) -> None:
        super().__init__(
            required=False, label=spec.label, help_text=hint(spec, default), widget=widget(spec)
        )
        self.spec, self.choices = spec, choices(spec)

    @property
    def unit(self) -> str:
        """The unit that stands behind the box."""
        return getattr(self.spec, "unit", "")


def widget(spec: Spec) -> forms.Widget:
    """The component that asks for an input.

    Raises:
        TypeError: the kind of input is new; it must be decided how a page may ask for it.
    """
    if isinstance(spec, Named):
        return Boxes()
    if spec.kind in ("choice", "yes or no"):
        return forms.RadioSelect() if len(choices(spec)) <= MOST_RADIOS + 1 else forms.Select()
    kinds: dict[str, type[forms.Widget]] = {
        "date": DayParts,
        "date and time": Moments,
        "file": forms.FileInput,
        "table": forms.FileInput,
    }
    kinds |= dict.fromkeys(ONE_LINE, forms.TextInput) | dict.fromkeys(MANY_LINES, forms.Textarea)
    if spec.kind not in kinds:
        raise TypeError(f"No page asks for a {spec.kind!r} yet; decide it in {__name__}.")
    return kinds[spec.kind]()


def choices(spec: Spec) -> list[tuple[str, str]]:
    """Values and what is said for them; the empty one is "not recorded"."""
    if isinstance(spec, Named):
        named = [(name, words(name)) for name in spec.options]
        return [*named, (NONE_OF_THESE, "None of these")]
    if isinstance(spec, Choice):
        return [(o, _option(o, said)) for o, said in spec.options.items()] + [("", NOT_RECORDED)]
    return YES_NO if spec.kind == "yes or no" else []


def _option(option: str, said: str) -> str:
    return f"{words(option)}: {said}" if said and said != option else words(option)


def words(name: str) -> str:
    """A name as words, with a capital."""
    text = name.replace("_", " ")
    return text[:1].upper() + text[1:]


def hint(spec: Spec, default: Any) -> str:
    """What helps to fill it in: the help, the plausible range, the default."""
    said = [spec.help]
    if isinstance(spec, Measure):
        said.append(f"Accepted: {spec.accepts}")
    elif spec.kind in ONE_LINE | MANY_LINES and not isinstance(spec, Named):
        said.append(f"Write {spec.accepts}")
    elif spec.kind == "table":
        said.append("A JSON file. It is read and not kept")
    elif spec.kind == "file":
        said.append("Plain text, up to 2 MB. It is read and not kept")
    elif spec.kind == "date":
        said.append("For example 23 11 2026")
    if default is not None:
        said.append(f"When empty: {show(default)}")
    return " ".join(part if part[-1] in ".?" else part + "." for part in said if part)


def initial(spec: Spec, raw: Any) -> Any:
    """A raw value (of a worked example) as the field shows it."""
    if spec.kind in ("choice", "yes or no"):
        found = spec.read(raw)
        return "" if found is None else show(found)
    if isinstance(spec, Named):
        return "; ".join(spec.read(raw) or (NONE_OF_THESE,))
    return str(raw)
