"""Groups of medicines by ATC prefix and name, and who is in which."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from harmfree.clinical.prescribing.names import Medicine, preferred


@dataclass(frozen=True)
class Group:
    """A group of medicines.

    Args:
        key: its short name.
        label: as shown to people.
        atc: ATC prefixes of its members.
        without: prefixes below those that do not belong.
        names: drugs that belong whatever their code.
        rule: a rule that it stands for, such as a STOPP criterion; "" for none.
        rule_without: members to which that rule does not apply.
    """

    key: str
    label: str
    atc: tuple[str, ...]
    without: tuple[str, ...] = ()
    names: frozenset[str] = frozenset()
    rule: str = ""
    rule_without: frozenset[str] = frozenset()

    def has(self, medicine: Medicine) -> bool:
        """Say whether a medicine belongs; a code given as a short prefix must lie within."""
        if preferred(medicine.name) in self.names:
            return True
        code = medicine.atc
        return bool(code) and code.startswith(self.atc) and not code.startswith(self.without)


@lru_cache(maxsize=8)
def groups(package: str, name: str) -> tuple[Group, ...]:
    """Return the groups of `data/NAME.json` in a package, in their order."""
    text = files(package).joinpath(f"data/{name}.json").read_text(encoding="utf-8")
    classes: Mapping[str, dict[str, list[str]]] = json.loads(text)["classes"]
    return tuple(
        Group(
            key,
            str(held["label"]),
            tuple(held["atc"]),
            tuple(held["not"]),
            frozenset(held.get("names", ())),
            str(held.get("rule", "")),
            frozenset(held.get("rule_without", ())),
        )
        for key, held in classes.items()
    )
