"""What may be taken for a weight, an input, a unit or a target by mistake: its neighbours, and nothing else."""

from __future__ import annotations

import pytest

from backprop_trace.check.slips import Facts
from backprop_trace.files.spec import read_example
from backprop_trace.formulas.expr import Name, given

FACTS = Facts(
    read_example("""
inputs: {x1: [1, 2], x2: [3, 4], x3: [5, 6]}
targets: {o1: [1, 0], o2: [0, 1]}
parameters: {a: 1, b: 2, c: 3, d: 4, e: 5, f: 6, p: 7, q: 8, r: 9, s: 10, b1: 11, u: 12, v: 13}
layers:
  - {units: [h1, h2], activation: tanh, weights: [[a, b, c], [d, e, f]], bias: b1}
  - {units: [o1, o2], activation: sigmoid, weights: [[p, q], [r, s]], bias: [u, v]}
loss: half_squared_error
learning_rate: 0.1
batch: mean
""")
)


def names(text: str) -> list[Name]:
    return [given(label) for label in text]


@pytest.mark.parametrize(
    ("weight", "turned"),
    [("q", "r"), ("r", "q"), ("p", "p"), ("b", "d"), ("d", "b"), ("c", None), ("f", None), ("x", None)],
)
def test_a_weight_may_be_that_of_the_other_row_and_column(weight: str, turned: str | None) -> None:
    assert FACTS.transposed(given(weight)) == (None if turned is None else given(turned))


@pytest.mark.parametrize(
    ("weights", "others"),
    [
        ("abc", ["def"]), ("def", ["abc"]), ("pq", ["rs"]), ("pr", ["qs"]), ("ad", ["be", "cf"]),
        ("ab", ["de"]), ("cb", ["fe"]),
        ("ae", []), ("ap", []), ("a", []),
    ],
)  # fmt: skip
def test_the_weights_of_a_unit_may_be_those_of_another_and_those_it_feeds_too(weights: str, others: list[str]) -> None:
    """Unit for unit, along a row or a column of one matrix; of one weight alone nobody can tell."""
    assert FACTS.other_rows(names(weights)) == [
        dict(zip(names(weights), names(other), strict=True)) for other in others
    ]


def test_another_weight_of_the_layer() -> None:
    assert FACTS.other_weights(given("b")) == names("acdef")
    assert FACTS.other_weights(given("s")) == names("pqr")
    assert FACTS.other_weights(given("b1")) == []


@pytest.mark.parametrize(
    ("name", "others"),
    [
        (given("x2"), ["x1", "x3"]), (Name("out", "h1", sample=2), ["h2"]), (Name("net", "o2", sample=1), ["o1"]),
        (Name("target", "o1", sample=1), ["o2"]), (given("a"), []), (Name("E", "o1"), []), (Name("out", "x1"), []),
    ],
)  # fmt: skip
def test_a_neighbour_is_of_the_same_kind_layer_and_sample(name: Name, others: list[str]) -> None:
    assert FACTS.neighbours(name) == [name._replace(label=label) for label in others]


def test_where_everything_stands() -> None:
    assert FACTS.weights[given("e")] == (0, 1, 1)
    assert FACTS.weights[given("q")] == (1, 0, 1)
    assert FACTS.biases == {given("b1"): [(0, 0), (0, 1)], given("u"): [(1, 0)], given("v"): [(1, 1)]}
    assert FACTS.units == {"h1": (0, 0), "h2": (0, 1), "o1": (1, 0), "o2": (1, 1)}
    assert (FACTS.share, FACTS.samples) == ("1/2", 2)
    assert FACTS.is_output("o1") and not FACTS.is_output("h1")
    assert FACTS.layer_of("h2").activation == "tanh"
    assert all(not loss.constants for loss in FACTS.other_losses)
    assert FACTS.other_losses
