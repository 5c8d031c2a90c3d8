"""The Python way in: `import backprop_trace as bt`."""

import subprocess
import sys

import pytest

import backprop_trace as bt


@pytest.mark.parametrize("name", bt.__all__)
def test_the_public_names_are_there(name: str) -> None:
    assert callable(getattr(bt, name))


@pytest.mark.parametrize(
    "first", ["bt.Settings()", "bt.render", "import backprop_trace.run.step, backprop_trace.render.view"]
)
def test_trace_and_render_are_functions_whatever_was_imported_before(first: str) -> None:
    program = f"""
import backprop_trace as bt
{first}
from backprop_trace.render.view import View
example = bt.load("mazur")
print("".join(bt.render("plain", [bt.trace(example)], View(example))))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert done.stderr == ""
    assert "0.298371109" in done.stdout


def test_unknown_names_are_refused_as_everywhere() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'traec'"):
        _ = bt.traec  # type: ignore[attr-defined]
