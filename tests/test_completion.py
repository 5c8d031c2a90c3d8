"""What shells offer when Tab is pressed."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest


def offered(shell: str, *words: str) -> str:
    """What the program prints for the words of a line, the last of them incomplete."""
    line = " ".join(["backprop-trace", *words])
    asked = {
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(words)),
        "_TYPER_COMPLETE_ARGS": line,
        "_TYPER_COMPLETE_FISH_ACTION": "get-args",
        "_PYTHON_M_BACKPROP_TRACE_COMPLETE": f"complete_{shell}",
        "_BACKPROP_TRACE_COMPLETE": f"complete_{shell}",
    }
    code = "import sys; sys.argv = ['backprop-trace']; from backprop_trace.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **asked}, capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    return done.stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
@pytest.mark.parametrize(
    ("words", "expected", "unwanted"),
    [
        (["show", "ma"], "mazur", "quirk"),
        (["show", "mazur", "--only", "dE/dw"], "dE/dw5", "net_h1"),
        (["verify", "mazur", "--only", "dE/db"], "", "dE/dw5"),
        (["show", "mazur", "--format", "mark"], "markdown", "latex"),
        (["derive", "kumar", "--style", "la"], "layered", "nielsen"),
        (["show", "mazur", "--phase", "back"], "backward", "forward"),
        (["show", "no-such-file.yaml", "--only", "dE"], "", "dE/dw5"),
    ],
)
def test_what_can_be_typed_is_offered(shell, words, expected, unwanted):
    found = offered(shell, *words)
    assert expected in found
    assert unwanted not in found


def test_a_file_that_cannot_be_read_offers_nothing(tmp_path):
    (tmp_path / "broken.yaml").write_text("inputs: [")
    assert offered("bash", "show", str(tmp_path / "broken.yaml"), "--only", "d").strip() == ""
