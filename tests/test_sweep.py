"""The loss as a function of one weight."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from conftest import Program


@pytest.mark.parametrize(("weight", "advice"), [("w5", "makes w5 smaller"), ("b1", "would make b1 smaller")])
def test_a_sweep_says_which_way_gradient_descent_would_go(weight: str, advice: str, run: Program) -> None:
    """Mazur's biases are not updated."""
    code, out, _ = run("sweep", "mazur", weight, "--from", "0", "--to", "1")
    assert code == 0
    assert advice in " ".join(out.split())


def test_the_curve_of_a_sweep_goes_through_the_points_of_its_table(run: Program) -> None:
    """(x W - t)^2 is 0 at W = 2, which is none of the many points between 0 and 5."""
    code, out, _ = run("sweep", "one-weight", "W", "--from", "0", "--to", "5")
    assert code == 0
    assert re.search(r"^ *0 │", out, re.MULTILINE)


def test_sweep_prints_the_tables_of_the_simplest_model(folder: Path, run: Program) -> None:
    """W = 2: no error; W = 3: absolute 0 1 2, squared 0 1 4; W = 4: squared 0 4 16 (seed and arithmetic)."""
    code, out, _ = run("sweep", "one-weight", "W", "--from", "2", "--to", "4", "--points", "3")
    assert code == 0
    rows = [line.split() for line in out.splitlines()]
    cells = [(row[0], row[-2], row[-1]) for row in rows if len(row) == 7 and row[2] == "y"]
    assert [cell[1:] for cell in cells if cell[0] == "2"] == [("0", "0")] * 3
    assert [cell[1:] for cell in cells if cell[0] == "3"] == [("0", "0"), ("1", "1"), ("2", "4")]
    assert [cell[2] for cell in cells if cell[0] == "4"] == ["0", "4", "16"]


@pytest.mark.parametrize(
    "options", [["v", "--from", "0", "--to", "1"], ["W", "--from", "1", "--to", "1"], ["W", "--from", "x", "--to", "1"]]
)
def test_a_sweep_that_cannot_be_is_refused(folder: Path, run: Program, options: list[str]) -> None:
    code, out, _ = run("sweep", "one-weight", *options)
    assert code == 2
    assert out == ""
