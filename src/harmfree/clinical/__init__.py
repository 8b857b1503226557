"""Clinical tools: pure functions of named inputs, one registry.

`find("crb65")` returns a tool; call it with its input model, or `run` it on a row of raw values.
`docs/clinical/adding_a_tool.md` says how to write one.
"""

from harmfree.clinical.registry import Card, Example, Tool, all_tools, find, tool
from harmfree.clinical.result import Component, Outcome, Result, Source

__all__ = [
    "Card",
    "Component",
    "Example",
    "Outcome",
    "Result",
    "Source",
    "Tool",
    "all_tools",
    "find",
    "tool",
]
