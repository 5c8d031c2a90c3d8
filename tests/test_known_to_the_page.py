"""What a page is told of a line, so that it judges as `check` does: the operations on the way, the slopes, the kind."""

from __future__ import annotations

import pytest

from backprop_trace.check.in_javascript import knowledge
from backprop_trace.check.slips import Facts
from backprop_trace.files.spec import load
from backprop_trace.formulas.expr import given
from backprop_trace.formulas.parse import read_formula
from backprop_trace.model.chain import Equation
from backprop_trace.run.javascript import Script
from backprop_trace.run.step import trace

MAZUR = trace(load("mazur"))
FACTS = Facts(MAZUR.example)
X, Y = given("i1"), given("i2")


def known(formula: str):
    """What is known of a line with this formula over x and y."""
    names = {"x": X, "y": Y}
    script = Script([*MAZUR.example.values, *MAZUR.by_name])
    equation = Equation(given("p"), read_formula(formula, names.get), (), "forward")
    return knowledge(equation, MAZUR.by_name, FACTS, script)


@pytest.mark.parametrize(
    ("formula", "is_rational"),
    [
        ("x * y", True), ("x + y / 3", True), ("relu(x)", True), ("max(x, y)", True), ("abs(-x)", True),
        ("x ^ 2", True),
        ("exp(x)", False), ("relu(exp(x))", False), ("max(x, log(y))", False), ("max(log(y), x)", False),
        ("x ^ 0.5", False),
        ("exp(x) ^ 2", False), ("x ^ -1", False), ("x + exp(y)", False), ("x ^ y", False),
    ],
)  # fmt: skip
def test_a_line_may_end_exactly_where_it_has_no_function_that_does_not(formula: str, is_rational: bool) -> None:
    assert ("r" in known(formula).flags) is is_rational


@pytest.mark.parametrize(
    ("formula", "operations"),
    [
        ("x * y", 0), ("x * y + 1", 1), ("x * y + x * y", 2), ("exp(x) / (1 + exp(x))", 2), ("1 * 2 + x", 0),
        ("x * 1 + y", 0),
        ("x * 0 + y", 0), ("-(x * y) + 1", 1), ("(x + y) ^ 2 / 2", 1), ("x + y - 2", 0), ("(x * y) * (x / y)", 2),
        ("exp(x * y)", 1),
    ],
)  # fmt: skip
def test_each_operation_on_the_way_may_have_been_rounded(formula: str, operations: int) -> None:
    """All but the last; nobody rounds a product with 0 or 1, or one of numbers alone."""
    assert len(known(formula).operations) == operations


def test_a_line_that_repeats_another_says_so_and_has_a_slope_for_each_name() -> None:
    assert "c" in known("x").flags and "c" not in known("x + y").flags
    assert "i" not in known("x").flags
    script = Script([*MAZUR.example.values, *MAZUR.by_name])
    assert [place for place, _ in known("x * y").slopes] == [script.places[X], script.places[Y]]
    slope_of_net = knowledge(MAZUR["dnet_o1/dw5"].equation, MAZUR.by_name, FACTS, script)
    assert "i" in slope_of_net.flags
    assert knowledge(MAZUR["E_o1"].equation, MAZUR.by_name, FACTS, script).swapped
    assert not knowledge(MAZUR["net_h1"].equation, MAZUR.by_name, FACTS, script).swapped
