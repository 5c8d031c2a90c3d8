"""The chain rule over named quantities, on examples worked by hand."""

from __future__ import annotations

import pytest

from backprop_trace.formulas.arithmetic import FLOAT, evaluate_all
from backprop_trace.formulas.expr import LOSS, Call, Name, Product, Sum, derivative, given, names_in, slope
from backprop_trace.formulas.notation.names import canonical
from backprop_trace.formulas.parse import read_formula
from backprop_trace.model.chain import Equation, backward


def circuit(lines: dict[str, str], values: dict[str, float], wanted: str) -> dict[str, float]:
    """The values of a listing given as text, and of the gradients of the last line."""
    known = {**{text: given(text) for text in [*values, *lines]}, "E": LOSS}
    forward = []
    for label, text in lines.items():
        formula = read_formula(text, known.get)
        slopes = tuple((name, slope(formula, name)) for name in names_in(formula))
        forward.append(Equation(known[label], formula, slopes, "forward"))
    gradients = backward(forward, LOSS, {given(label) for label in wanted.split()})
    found = evaluate_all(
        [(e.name, e.formula) for e in [*forward, *gradients]], {given(k): v for k, v in values.items()}, FLOAT
    )
    return {canonical(name): value for name, value in found.items()}


def test_the_circuit_of_cs231n():
    found = circuit({"q": "x + y", "E": "q * z"}, {"x": -2, "y": 5, "z": -4}, "x y z")
    assert (found["q"], found["E"]) == (3, -12)
    assert (found["dE/dx"], found["dE/dy"], found["dE/dz"]) == (-4, -4, 3)


def test_the_neuron_of_cs231n():
    lines = {"d": "w0 * x0 + w1 * x1 + b", "E": "1 / (1 + exp(-d))"}
    found = circuit(lines, {"w0": 2, "w1": -3, "b": -3, "x0": -1, "x1": -2}, "w0 w1 b x0 x1")
    assert found["d"] == 1
    assert found["E"] == pytest.approx(0.7310585786300049, rel=1e-15)
    wanted = {
        "dE/dx0": 0.3932238664829637, "dE/dx1": -0.5898357997244456, "dE/dw0": -0.19661193324148185,
        "dE/dw1": -0.3932238664829637, "dE/db": 0.19661193324148185,
    }  # fmt: skip
    for name, value in wanted.items():
        assert found[name] == pytest.approx(value, rel=1e-14)


def test_what_is_used_twice_adds_up():
    found = circuit({"a": "x * x", "b": "3 * x", "E": "a * b + x"}, {"x": 2}, "x")
    assert found["dE/dx"] == 9 * 2**2 + 1  # d (3 x^3 + x)


def test_a_connection_that_skips_a_layer_needs_no_case_of_its_own():
    found = circuit({"a": "tanh(x)", "b": "a * x", "E": "b + a + x"}, {"x": 0.5}, "x")
    t = 0.46211715726000975  # tanh 0.5
    assert found["dE/dx"] == pytest.approx((1 - t * t) * 0.5 + t + (1 - t * t) + 1)


def test_only_what_is_wanted_gets_lines():
    x, y, w = given("x"), given("y"), given("w")
    forward = [
        Equation(given("a"), Product((w, x)), ((w, x), (x, w)), "forward"),
        Equation(given("c"), Call("tanh", (y,)), ((y, slope(Call("tanh", (y,)), y)),), "forward"),
        Equation(LOSS, Sum((given("a"), given("c"))), tuple((n, read_formula("1", {}.get)) for n in map(given, "ac")),
                 "forward"),
    ]  # fmt: skip
    names = {equation.name for equation in backward(forward, LOSS, {w})}
    assert derivative(LOSS, w) in names
    assert not any(y in (name.wrt, name.of) or given("c") in (name.wrt, name.of) for name in names)


def test_every_line_uses_only_what_stands_before_it():
    from backprop_trace.files.spec import load, shipped

    for shipped_name in shipped():
        example = load(shipped_name)
        seen = {*example.values, *example.rule.trained, *example.rule.fixed}
        for equation in example.listing().equations:
            assert set(names_in(equation.formula)) <= seen, canonical(equation.name)
            assert equation.name not in seen
            seen.add(equation.name)


def test_the_gradient_of_the_loss_itself_is_not_a_line():
    names = [canonical(e.name) for e in backward([Equation(LOSS, given("x"), ((given("x"), read_formula("1", {}.get)),),
                                                           "loss")], LOSS, {given("x")})]  # fmt: skip
    assert names == ["dE/dx"]
    assert Name("E") == LOSS
