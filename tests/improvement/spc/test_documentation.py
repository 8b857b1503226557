"""The Python example in docs/charts.md runs and says what a reader would expect."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "charts.md"


def test_the_python_example_runs():
    code = re.search(r"```python\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    assert code is not None
    names: dict[str, object] = {}
    with contextlib.redirect_stdout(io.StringIO()) as said:
        exec(compile(code[1], str(DOCUMENT), "exec"), names)  # noqa: S102
    assert "trial limits" in said.getvalue() and "The target 5" in said.getvalue()
    assert "<svg" in str(names["page"])


def test_every_kind_of_chart_is_in_the_table():
    text = DOCUMENT.read_text(encoding="utf-8")
    for kind in ("xmr", "run", "p", "pprime", "u", "uprime", "c", "g", "t", "iprime", "mr",
                 "xbar_s", "funnel", "cusum", "ewma", "pareto"):  # fmt: skip
        assert f"`{kind}`" in text or f"`{kind} " in text
