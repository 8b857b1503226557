"""Which programmes there are, their indicators and where their code lists live."""

from __future__ import annotations

import importlib
import pkgutil
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from harmfree.programmes.errors import ProgrammeError, UnknownIndicatorError
from harmfree.programmes.indicator import Indicator, Programme
from harmfree.programmes.measure import Measure

HERE = Path(__file__).resolve().parent
Defined = TypeVar("Defined", Indicator, Measure)


def programme_names() -> tuple[str, ...]:
    """Names of the programmes: the packages of this folder that have an `indicators` module."""
    found = (m.name for m in pkgutil.iter_modules([str(HERE)]) if m.ispkg)
    return tuple(sorted(name for name in found if (HERE / name / "indicators.py").is_file()))


@lru_cache(maxsize=1)
def programmes() -> dict[str, Programme]:
    """Every programme by name.

    Raises:
        ProgrammeError: two indicators share an id, or a programme's page is missing.
    """
    found = {name: _load(name) for name in programme_names()}
    seen: dict[str, str] = {}
    for name, programme in found.items():
        for identifier in programme.ids:
            if identifier in seen:
                raise ProgrammeError(
                    f"The indicator id '{identifier}' is used twice.",
                    where=f"programmes {seen[identifier]} and {name}",
                    do="Give one of them another id.",
                )
            seen[identifier] = name
    return found


def _load(name: str) -> Programme:
    module = importlib.import_module(f"harmfree.programmes.{name}.indicators")
    page = HERE / name / "page.md"
    if not page.is_file():
        raise ProgrammeError(
            f"The programme {name} has no page.md.",
            where=str(HERE / name),
            do="Say in plain English what the programme is for.",
        )
    text = page.read_text(encoding="utf-8")
    title = text.splitlines()[0].lstrip("# ")
    return Programme(name, title, text, tuple(module.INDICATORS), _measures(name))


def _measures(name: str) -> tuple[Measure, ...]:
    """The programme's measures, when it has a `measures` module."""
    if not (HERE / name / "measures.py").is_file():
        return ()
    module = importlib.import_module(f"harmfree.programmes.{name}.measures")
    return tuple(module.MEASURES)


def indicators(names: tuple[str, ...] = ()) -> list[Indicator]:
    """Indicators of the programmes named, or of all, in the programmes' own order.

    Raises:
        UnknownIndicatorError: no such programme.
    """
    held = programmes()
    for name in names:
        if name not in held:
            raise UnknownIndicatorError(
                f"There is no programme '{name}'.", do=f"Programmes: {', '.join(held)}."
            )
    return [each for name in names or held for each in held[name].indicators]


def measures(names: tuple[str, ...] = ()) -> list[Measure]:
    """Measures of the programmes named, or of all, in the programmes' own order.

    Raises:
        UnknownIndicatorError: no such programme.
    """
    indicators(names)
    return [each for name in names or programmes() for each in programmes()[name].measures]


def measure(identifier: str) -> Measure:
    """The measure with this id.

    Raises:
        UnknownIndicatorError: with the nearest ids.
    """
    return _found(identifier, {each.id: each for each in measures()})


def indicator(identifier: str) -> Indicator:
    """The indicator with this id.

    Raises:
        UnknownIndicatorError: with the nearest ids.
    """
    return _found(identifier, {each.id: each for each in indicators()})


def _found(identifier: str, held: dict[str, Defined]) -> Defined:
    from difflib import get_close_matches

    if identifier in held:
        return held[identifier]
    near = get_close_matches(identifier, held, n=3)
    hint = f"Did you mean {' or '.join(near)}?" if near else "See `harmfree programmes list`."
    raise UnknownIndicatorError(f"There is no indicator '{identifier}'.", do=hint)


def shipped_code_folders() -> list[Path]:
    """Folders of the code lists that come with Harmfree: shared first, then each programme's."""
    folders = [HERE / "codelists"]
    folders += [HERE / name / "codelists" for name in programme_names()]
    return [folder for folder in folders if folder.is_dir()]


def code_folders(home: Path | None = None) -> list[Path]:
    """Folders to resolve code lists from; a site's own (`home`/codelists) comes last and wins."""
    own = [home / "codelists"] if home and (home / "codelists").is_dir() else []
    return shipped_code_folders() + own
