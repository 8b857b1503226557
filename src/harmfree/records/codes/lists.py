"""Code list files: reading, checking, and putting folders together.

A list is ``NAME.csv`` with the columns ``system,code,term,source``; lines that begin with ``#``
describe it. ``system`` is one of:

* a code system (``snomed``, ``bnf``, ...): ``code`` is one code, or ``code*`` for all codes that
  begin so (BNF, ATC, ICD-10, Read v2); a code that begins with ``-`` is taken out;
* ``list``: the members of another list (``-NAME`` takes them out);
* ``medicine``: a name rule (see `names`) for medicines in systems that the list has no code of;
* ``diagnosis``: a name rule for clinical terms that leaves out family history, screening and
  other mentions that are no diagnosis (``data/not_a_diagnosis.csv``);
* ``term``: a name rule for any clinical term;
* ``only`` and ``except``: name rules that every member must meet, or must not (a code that the
  list names exactly stays whatever ``except`` says).

Folders are searched in order. In a later folder (a site's own) ``NAME.csv`` replaces the list,
``NAME.add.csv`` adds rules to it, ``NAME.remove.csv`` takes out whatever its rules match, and
``NAME.weights.csv`` gives its members weights (see `weights`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from harmfree.records.codes.csv_files import read_csv
from harmfree.records.codes.errors import CodeListError, UnknownCodeListError
from harmfree.records.codes.names import NameRule, parse_name_rule
from harmfree.records.codes.systems import CODE_SYSTEMS, PREFIX_SYSTEMS, normal_code
from harmfree.records.codes.weights import Weight, read_weights

COLUMNS = ("system", "code", "term", "source")
NAME_SYSTEMS = ("medicine", "diagnosis", "term", "only", "except")
SYSTEMS = (*CODE_SYSTEMS, "list", *NAME_SYSTEMS)


@dataclass(frozen=True)
class Rule:
    """One row of a list.

    Attributes:
        system: code system or kind of rule.
        code: the code in normal spelling, the list's name or the name rule's text.
        prefix: the code stands for all codes that begin with it.
        out: the rule takes members out.
        name: the parsed name rule, for name systems.
        term, source: as written. where: file and line.
    """

    system: str
    code: str
    prefix: bool
    out: bool
    name: NameRule | None
    term: str
    source: str
    where: str

    @property
    def label(self) -> str:
        """The rule as shown to people: ``bnf 100101*``."""
        sign, star = "-" if self.out else "", "*" if self.prefix else ""
        return f"{self.system} {sign}{self.code}{star}"


@dataclass(frozen=True)
class CodeList:
    """A named set of rules. `removed` are rules of a site whose matches are taken out."""

    name: str
    description: str
    rules: tuple[Rule, ...]
    removed: tuple[Rule, ...] = ()
    weights: tuple[Weight, ...] = ()
    files: tuple[str, ...] = field(default=())


def read_rules(path: Path) -> tuple[str, tuple[Rule, ...]]:
    """Read one list file: its description and its rules.

    Raises:
        CodeListError: with file and line, for a malformed row, an unknown system or a duplicate.
    """
    description: list[str] = []
    rules: list[Rule] = []
    seen: dict[tuple[str, str, bool, bool], str] = {}
    for line, row in _rows(path, description):
        rule = _rule(row, f"{path.name}, line {line}")
        key = (rule.system, rule.code, rule.prefix, rule.out)
        if key in seen:
            raise CodeListError(
                f"'{rule.label}' is in the list twice (first at {seen[key]}).",
                where=f"{path}, line {line}",
                do="Take out one of the two rows.",
            )
        seen[key] = rule.where
        rules.append(rule)
    return " ".join(description), tuple(rules)


def _rows(path: Path, description: list[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield (line number, cells) of the data rows; put comment lines into `description`."""
    header_seen = False
    for line, row in read_csv(path):
        if not any(cell.strip() for cell in row):
            continue
        if row[0].lstrip().startswith("#"):
            description.append(",".join(row).lstrip("# ").strip())
        elif not header_seen:
            header_seen = _check_header(path, line, row)
        else:
            yield line, row


def _check_header(path: Path, line: int, row: list[str]) -> bool:
    if tuple(cell.strip().lower() for cell in row) != COLUMNS:
        raise CodeListError(
            f"The first row is '{','.join(row)}', not '{','.join(COLUMNS)}'.",
            where=f"{path}, line {line}",
            do="Give the list these four columns in this order.",
        )
    return True


def _rule(row: list[str], where: str) -> Rule:
    if len(row) != len(COLUMNS):
        raise CodeListError(
            f"The row has {len(row)} cells, not {len(COLUMNS)}.",
            where=where,
            do="Quote a cell that holds a comma.",
        )
    system, code, term, source = (cell.strip() for cell in row)
    if system not in SYSTEMS:
        raise CodeListError(
            f"'{system}' is not a code system.", where=where, do=f"Use one of {', '.join(SYSTEMS)}."
        )
    if not code.strip("-*"):
        raise CodeListError("The code is empty.", where=where, do="Write a code or a name rule.")
    if system in NAME_SYSTEMS:
        return Rule(system, code, False, False, _name(code, where), term, source, where)
    return _code_rule(system, code, term, source, where)


def _name(text: str, where: str) -> NameRule:
    try:
        return parse_name_rule(text)
    except ValueError as error:
        raise CodeListError(
            f"The name rule cannot be read: {error}.",
            where=where,
            do="Write words, | between alternatives, ' + ' and ' - ' between groups.",
        ) from error


def _code_rule(system: str, code: str, term: str, source: str, where: str) -> Rule:
    out, prefix = code.startswith("-"), code.endswith("*")
    if prefix and system not in PREFIX_SYSTEMS:
        raise CodeListError(
            f"{system} has no prefixes, so '{code}' means nothing.",
            where=where,
            do=f"Prefixes work in {', '.join(sorted(PREFIX_SYSTEMS))}.",
        )
    normal = normal_code(system, code.removeprefix("-").removesuffix("*"))
    return Rule(system, normal, prefix, out, None, term, source, where)


def load_library(folders: Sequence[Path]) -> dict[str, CodeList]:
    """Read every list of the folders, later folders changing the earlier ones' lists."""
    library: dict[str, CodeList] = {}
    for folder in folders:
        for path in sorted(folder.glob("*.csv"), key=_plain_lists_first):
            _take(library, path)
    return library


def _plain_lists_first(path: Path) -> tuple[int, str]:
    return path.stem.count("."), path.name


def _take(library: dict[str, CodeList], path: Path) -> None:
    name, _, change = path.stem.partition(".")
    if change == "weights":
        old = find_list(library, name, str(path))
        library[name] = replace(old, weights=read_weights(path), files=(*old.files, str(path)))
        return
    description, rules = read_rules(path)
    if not change:
        library[name] = CodeList(name, description, rules, files=(str(path),))
        return
    if change not in ("add", "remove"):
        raise CodeListError(
            f"'{path.name}' is neither a list nor a change of one.",
            where=str(path),
            do="Name it LIST.csv, or LIST.add.csv, LIST.remove.csv or LIST.weights.csv.",
        )
    old = find_list(library, name, str(path))
    files = (*old.files, str(path))
    if change == "add":
        library[name] = replace(old, rules=_together(old.rules, rules), files=files)
    else:
        library[name] = replace(old, removed=_together(old.removed, rules), files=files)


def _together(old: tuple[Rule, ...], new: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """Both sets of rules; a rule that the list already has is no error in a site's addition."""
    labels = {rule.label for rule in old}
    return old + tuple(rule for rule in new if rule.label not in labels)


def find_list(library: dict[str, CodeList], name: str, where: str = "") -> CodeList:
    """The list called `name`.

    Raises:
        UnknownCodeListError: with the nearest names.
    """
    if name in library:
        return library[name]
    raise UnknownCodeListError(
        f"There is no code list '{name}'.", where=where, do=_suggestion(name, library)
    )


def _suggestion(name: str, names: Iterable[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, list(names), n=3)
    if near:
        return f"Did you mean {' or '.join(near)}?"
    return "`harmfree codes report` prints the names of all lists."
