"""A step before and after, side by side."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from conftest import Program


def test_compare_shows_the_forward_pass_before_and_after(folder: Path, run: Program) -> None:
    code, out, _ = run("show", "mazur", "--compare", "1", "-f", "plain")
    assert code == 0
    rows = {row[0]: row[1:] for row in csv.reader(io.StringIO(out), delimiter="\t")}
    assert rows["w5"][:2] == ["0.4", "0.35891648"]
    assert rows["E"][:2] == ["0.298371109", "0.291027774"]


def test_compare_uses_the_same_mini_batch_before_and_after(folder: Path, run: Program) -> None:
    code, out, _ = run("show", "xor", "--compare", "2", "--batch-size", "1", "-f", "plain")
    assert code == 0
    assert "E[2]" in out
    assert "E[3]" not in out
