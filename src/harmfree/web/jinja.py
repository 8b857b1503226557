"""The environment that pages are rendered in."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.forms import BoundField
from django.templatetags.static import static
from django.urls import get_script_prefix, reverse
from django.utils import timezone
from jinja2 import ChainableUndefined, ChoiceLoader, Environment, PackageLoader


def environment(**options: Any) -> Environment:
    """Jinja with our filters and the components of the NHS design system."""
    options["undefined"] = ChainableUndefined
    options["loader"] = ChoiceLoader(
        [options["loader"], PackageLoader("nhsuk_frontend_jinja", "templates")]
    )
    made = Environment(**options)
    made.globals.update(static=asset, url=address, choices_of=choices_of)
    made.filters.update(day=day, moment=moment, thousands=thousands, plural=plural)
    made.trim_blocks = made.lstrip_blocks = True
    return made


def address(name: str, *arguments: object, **named: object) -> str:
    """The path of a named page."""
    told = tuple(map(str, arguments)), tuple((key, str(value)) for key, value in named.items())
    return _address(get_script_prefix(), name, *told)


@lru_cache(maxsize=4096)
def _address(
    _prefix: str, name: str, arguments: tuple[str, ...], named: tuple[tuple[str, str], ...]
) -> str:
    """A page has dozens of addresses, most of them the same on every page."""
    return reverse(name, args=arguments or None, kwargs=dict(named) or None)


@lru_cache(maxsize=256)
def asset(path: str) -> str:
    """The address of a static file; its name does not change while the server runs."""
    return static(path)


def choices_of(bound: BoundField) -> list[dict[str, str]]:
    """The choices of a form's field, as the design system's components take them."""
    choices = getattr(bound.field, "choices", ())
    return [{"value": str(value), "text": str(text)} for value, text in choices]


@lru_cache(maxsize=4096)
def day(value: date | None) -> str:
    """A date as people write it; empty for none."""
    return f"{value.day} {value:%B %Y}" if value else ""


def moment(value: datetime | None) -> str:
    """A moment as people write it, in local time."""
    if value is None:
        return ""
    local = timezone.localtime(value)
    return f"{local.day} {local:%B %Y at %H:%M}"


def thousands(value: float | None) -> str:
    """A whole number with commas; a dash for none."""
    return "–" if value is None else f"{value:,.0f}"


def plural(count: int, one: str, many: str = "") -> str:
    """A count with its noun: 1 person, 2 people."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
