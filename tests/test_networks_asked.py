"""What is asked of a network: its units, weights and biases, and about how many lines it takes."""

from __future__ import annotations

import pytest

from backprop_trace.files.spec import Example, load, read_example, shipped
from backprop_trace.formulas.expr import Name, given
from backprop_trace.model.network import size
from backprop_trace.run.step import trace

MIXED = read_example(
    """
inputs: {x1: [1, 2], x2: [3, 4]}
targets: {o1: [1, 0], o2: [0, 1]}
layers:
  - {units: [h1, h2, h3], activation: relu, weights: [[0.1, 0.2], [0.3, '-'], [0.5, 0.6]], bias: 0.1}
  - {units: [k1], activation: tanh, weights: [[0.1, 0.2, 0.3]]}
  - {units: [o1, o2], activation: softmax, weights: [[0.1], [0.2]], bias: [0.3, 0.4]}
loss: categorical_cross_entropy
learning_rate: 0.1
""",
    "mixed",
)


def test_a_network_knows_its_units_its_weights_and_its_biases() -> None:
    network = MIXED.network
    assert (network.depth, network.outputs, network.output_activation) == (3, ("o1", "o2"), "softmax")
    assert network.units == ["h1", "h2", "h3", "k1", "o1", "o2"]
    assert network.columns == [("x1", "x2"), ("h1", "h2", "h3"), ("k1",), ("o1", "o2")]
    assert network.activations == ["relu", "tanh", "softmax"]
    assert network.chooses_the_largest
    assert [name.label for name in network.biases] == ["b_1", "b_o1", "b_o2"]
    assert [network.bias_of(unit) for unit in network.units] == [
        given("b_1"), given("b_1"), given("b_1"), None, given("b_o1"), given("b_o2")
    ]  # fmt: skip
    assert [network.layer_of(unit).activation for unit in ("h3", "k1", "o1")] == ["relu", "tanh", "softmax"]
    assert [len(names) for names in network.parameters] == [6, 3, 4]
    ends = [(each.source, each.unit, each.weight.label) for each in network.connections]
    assert ends[:3] == [(given("x1"), "h1", "w_x1_h1"), (given("x2"), "h1", "w_x2_h1"), (given("x1"), "h2", "w_x1_h2")]
    assert ends[5:7] == [(Name("out", "h1"), "k1", "w_h1_k1"), (Name("out", "h2"), "k1", "w_h2_k1")]
    assert len(ends) == 10


def test_a_network_of_definitions_has_no_layers() -> None:
    network = load("cs231n-circuit").network
    assert (network.depth, network.outputs, network.output_activation, network.units) == (0, (), "", [])
    assert not network.chooses_the_largest


@pytest.mark.parametrize("example", [MIXED, *map(load, shipped())], ids=lambda example: example.name)
def test_about_how_many_lines_a_step_has_is_known_without_listing_them(example: Example) -> None:
    for samples in (example.training.all_samples, example.training.all_samples[:1]):
        lines = len(example.listing(samples).equations)
        found = size(example.network, example.rule, example.training, samples)
        assert 0.8 * lines <= found <= (2.6 if example.network.definitions else 1.6) * lines


def test_what_is_given_stands_as_it_is_written_until_a_step_changes_it() -> None:
    first, second = (trace(load("mazur"), step=step).written for step in (1, 2))
    assert dict(first) == dict(load("mazur").values)
    assert (first[given("w5")], first[given("b1")], first[given("i2")]) == ("0.40", "0.35", "0.10")
    assert set(first) - set(second) == {given(f"w{n}") for n in range(1, 9)}
    assert dict(second) == {name: text for name, text in first.items() if name in second}
