"""Every quantity of random networks agrees with an independent derivation and with differences of the loss."""

from __future__ import annotations

import math
from collections.abc import Iterable
from fractions import Fraction

import oracle
import pytest
from hypothesis import HealthCheck, assume, given, settings
from random_networks import HIDDEN, KINKED, LOSSES, OUTPUTS, Case, cases

from backprop_trace.files.spec import read_example
from backprop_trace.model.catalogue import NET_INPUTS
from backprop_trace.run.step import Line, Trace, trace

MANY = settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))


def number(text: str) -> float:
    return float(Fraction(text))


def expected(case: Case, functions=math, read=number) -> dict[str, object]:
    """By name, in the spelling of section 5: what the oracle says of every quantity it knows."""
    net = case.net.mapped(read)
    several = len(net.samples) > 1
    found = {"E": oracle.loss(net, functions)}
    for sample in range(len(net.samples)):
        place = f"[{sample + 1}]" if several else ""
        nets, outs = oracle.forward(net, sample, functions)
        of_net, _, of_parameter = oracle.backward(net, sample, functions)
        found |= {f"net_{unit}{place}": z for unit, z in nets.items()}
        found |= {f"out_{unit}{place}": outs[unit] for unit in nets}
        found |= {f"E_{unit}{place}": e for unit, e in oracle.output_losses(net, sample, functions).items()}
        found |= {f"dE/dnet_{unit}{place}": value for unit, value in of_net.items()}
        if several:
            found[f"E{place}"] = oracle.sample_loss(net, sample, functions)
            found |= {f"dE/d{label}{place}": value for label, value in of_parameter.items()}
    found |= {f"dE/d{label}": value for label, value in oracle.gradients(net, functions).items()}
    found |= {f"{label}+": value for label, value in oracle.updates(net, read(case.eta), functions).items()}
    return found


def assert_agrees(case: Case) -> None:
    if not is_tame(case):
        assume(False)
    t = trace(read_example(case.text))
    wanted = expected(case)
    values = {name: line.value for name in wanted if (line := line_of(t, name))}
    assert owed(case, wanted) <= set(values)
    for name, value in values.items():
        assert value == pytest.approx(wanted[name], rel=1e-9, abs=1e-12), name
    assert not any(f"dE/d{label}" in values for label in case.net.fixed)


def is_tame(case: Case) -> bool:
    """Is no output so saturated that a float takes it for 0 or 1 (and its logarithm breaks off)?"""
    net = case.net.mapped(number)
    nets = [oracle.forward(net, sample)[0] for sample in range(len(net.samples))]
    return all(abs(z) < 30 for values in nets for z in values.values())


def owed(case: Case, names: Iterable[str]) -> set[str]:
    """Lines that must be there: the forward pass, the loss, gradient and update of every trained parameter.

    Other gradients have a line only where a trained parameter needs them.
    """
    trained = {f"dE/d{label}" for label in case.net.parameters.keys() - case.net.fixed}
    return {name for name in names if not name.startswith("dE/") or name in trained}


def line_of(t: Trace, name: str) -> Line | None:
    try:
        return t[name]
    except KeyError:
        return None


@MANY
@given(cases())
def test_every_quantity_of_a_random_network_agrees_with_the_independent_derivation(case):
    assert_agrees(case)


@pytest.mark.parametrize("activation", HIDDEN)
def test_every_activation_agrees_with_the_independent_derivation(activation):
    losses = [loss for loss in LOSSES if activation in OUTPUTS.get(loss, HIDDEN)]

    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
    @given(cases(activations=(activation,), losses=losses))
    def agrees(case):
        assert_agrees(case)

    agrees()


@pytest.mark.parametrize("loss", LOSSES)
def test_every_loss_agrees_with_the_independent_derivation(loss):
    @settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
    @given(cases(losses=(loss,)))
    def agrees(case):
        assert_agrees(case)

    agrees()


@MANY
@given(cases())
def test_gradients_are_the_differences_of_the_loss(case):
    net = case.net.mapped(number)
    for sample in range(len(net.samples)):
        nets, outs = oracle.forward(net, sample)
        kinks = [nets[unit] for layer in net.layers if layer.activation in KINKED for unit in layer.units]
        assume(all(abs(z) > 0.01 for z in kinks))  # a difference across a kink says nothing
        ends = [outs[unit] for unit in net.layers[-1].units]
        assume(all(1e-4 < abs(out) < 50 and abs(1 - out) > 1e-3 for out in ends))  # nor of a huge loss, or log(1 - out)
    t = trace(read_example(case.text))
    for label in net.parameters:
        if line := line_of(t, f"dE/d{label}"):
            difference = oracle.central_difference(net, label)
            assert line.value == pytest.approx(difference, rel=1e-4, abs=1e-6), label


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(cases(activations=("softmax", "sigmoid"), losses=("categorical_cross_entropy", "binary_cross_entropy")))
def test_a_shortcut_agrees_with_the_long_way(case):
    lines = trace(read_example(case.text)).lines
    for line in lines:
        if line.shortcut is not None:
            assert line.shortcut == pytest.approx(line.value, rel=1e-9, abs=1e-12)


def test_softmax_with_cross_entropy_has_the_shortcut_p_minus_t():
    text = """
inputs: {x: 1}
targets: {o1: 1, o2: 0}
layers: [{units: [o1, o2], activation: softmax, weights: [[0.5], [-0.25]]}]
loss: categorical_cross_entropy
learning_rate: 1
"""
    line = trace(read_example(text))["dE/dnet_o1"]
    p = math.exp(0.5) / (math.exp(0.5) + math.exp(-0.25))
    assert line.value == pytest.approx(p - 1, rel=1e-14)
    assert line.shortcut == pytest.approx(p - 1, rel=1e-14)


def test_without_targets_that_add_up_there_is_no_softmax_shortcut():
    text = """
inputs: {x: 1}
targets: {o1: 1, o2: 0.5}
layers: [{units: [o1, o2], activation: softmax, weights: [[0.5], [-0.25]]}]
loss: categorical_cross_entropy
learning_rate: 1
"""
    example = read_example(text)
    assert all(equation.shortcut is None for equation in example.listing().equations)
    assert any("do not add up" in warning for warning in example.warnings)


NET_INPUT = """
inputs: {{x1: 0.5, x2: -0.4}}
targets: {{o1: 0.3}}
parameters: {{w1: 0.2, w2: -0.3, w3: 0.6, w4: 0.1, w5: 0.7, w6: -0.5, b1: 0.1, b2: 0.2}}
layers:
  - {{units: [h1, h2], activation: {activation}, net_input: {kind}, weights: [[w1, w2], [w3, w4]], bias: b1}}
  - {{units: [o1], activation: sigmoid, net_input: {kind}, weights: [[w5, w6]], bias: b2}}
loss: half_squared_error
learning_rate: 0.5
"""


@pytest.mark.parametrize("kind", NET_INPUTS)
@pytest.mark.parametrize("activation", ["identity", "sigmoid", "tanh", "softplus"])
def test_every_kind_of_net_input_agrees_with_the_independent_derivation(activation, kind):
    start = {"w1": "0.2", "w2": "-0.3", "w3": "0.6", "w4": "0.1", "w5": "0.7", "w6": "-0.5", "b1": "0.1", "b2": "0.2"}
    layers = [
        oracle.Layer(["h1", "h2"], activation, ["x1", "x2"], [["w1", "w2"], ["w3", "w4"]], ["b1", "b1"], {}, kind),
        oracle.Layer(["o1"], "sigmoid", ["h1", "h2"], [["w5", "w6"]], ["b2"], {}, kind),
    ]
    net = oracle.Net(layers, [({"x1": "0.5", "x2": "-0.4"}, {"o1": "0.3"})], start, "half_squared_error")
    assert_agrees(Case(NET_INPUT.format(activation=activation, kind=kind), net, "0.5"))
