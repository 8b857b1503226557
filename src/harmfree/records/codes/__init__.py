"""Code lists: rules resolved once against the store's dictionary of codes."""

from __future__ import annotations

from harmfree.records.codes.errors import CodeListError, CodeMapError, UnknownCodeListError
from harmfree.records.codes.lists import CodeList, Rule, load_library, read_rules
from harmfree.records.codes.maps import import_map, read_map
from harmfree.records.codes.quantities import canonical_unit, read_conversions
from harmfree.records.codes.resolve import Resolution, resolve_all

__all__ = [
    "CodeList",
    "CodeListError",
    "CodeMapError",
    "Resolution",
    "Rule",
    "UnknownCodeListError",
    "canonical_unit",
    "import_map",
    "load_library",
    "read_conversions",
    "read_map",
    "read_rules",
    "resolve_all",
]
