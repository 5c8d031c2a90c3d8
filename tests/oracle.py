"""An independent derivation of everything a training step computes, in plain loops.

It knows nothing of the package: it was written from the textbook's formulas (delta of a layer = what comes back
times the slope at the net input), not from the catalogue, and it works on whatever numbers it is given: with
`functions=math` on floats, with `functions=mpmath.mp` on as many digits as mpmath is set to.

    >>> import math
    >>> layer = Layer(["o1"], "identity", ["i1"], [["w"]], [None])
    >>> net = Net([layer], [({"i1": 3.0}, {"o1": 5.0})], {"w": 2.0}, "half_squared_error")
    >>> loss(net), gradients(net), updates(net, 0.1)
    (0.5, {'w': 3.0}, {'w': 1.7})
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass
class Layer:
    """`weights` has a row per unit and a column per source: labels of parameters, None for no connection."""

    units: list[str]
    activation: str
    sources: list[str]
    weights: list[list[str | None]]
    biases: list[str | None]
    constants: dict[str, Any] = field(default_factory=dict)
    net_input: str = "weighted_sum"


@dataclass
class Net:
    """`samples` are pairs of inputs and targets by name, `parameters` numbers by label."""

    layers: list[Layer]
    samples: list[tuple[dict[str, Any], dict[str, Any]]]
    parameters: dict[str, Any]
    loss: str
    batch: str = "sum"
    fixed: set[str] = field(default_factory=set)
    loss_constants: dict[str, Any] = field(default_factory=dict)

    def mapped(self, number):
        """The same network with every number passed through a function: text to float, float to mpf."""
        samples = [tuple({k: number(v) for k, v in part.items()} for part in sample) for sample in self.samples]

        def each(numbers):
            return {name: number(value) for name, value in numbers.items()}

        layers = [replace(layer, constants=each(layer.constants)) for layer in self.layers]
        parameters, constants = each(self.parameters), each(self.loss_constants)
        return replace(self, layers=layers, samples=samples, parameters=parameters, loss_constants=constants)


def activation(layer, nets, functions=math):
    """The activations of a layer from its net inputs."""
    exp, kind, alpha, beta = functions.exp, layer.activation, *map(layer.constants.get, ("alpha", "beta"))
    if kind == "softmax":
        total = sum(exp(z) for z in nets)
        return [exp(z) / total for z in nets]
    result = []
    for z in nets:
        if kind == "identity":
            result.append(z)
        elif kind == "sigmoid":
            result.append(1 / (1 + exp(-z)))
        elif kind == "tanh":
            result.append(functions.tanh(z))
        elif kind == "relu":
            result.append(z if z > 0 else 0 * z)
        elif kind == "leaky_relu":
            result.append(z if z > 0 else alpha * z)
        elif kind == "elu":
            result.append(z if z > 0 else alpha * (exp(z) - 1))
        elif kind == "swish":
            result.append(z * (1 / (1 + exp(-beta * z))))
        elif kind == "softplus":
            result.append(functions.log(1 + exp(z)))
        else:
            raise ValueError(kind)
    return result


def slope(layer, z, functions=math):
    """d activation / d net of one unit, from the net input alone (softmax has its own rule below)."""
    exp, kind = functions.exp, layer.activation
    if kind == "identity":
        return 1
    if kind == "sigmoid":
        return exp(-z) / (1 + exp(-z)) ** 2
    if kind == "tanh":
        return 1 / functions.cosh(z) ** 2
    if kind == "relu":
        return 1 if z > 0 else 0
    if kind == "leaky_relu":
        return 1 if z > 0 else layer.constants["alpha"]
    if kind == "elu":
        return 1 if z > 0 else layer.constants["alpha"] * exp(z)
    if kind == "swish":
        beta = layer.constants["beta"]
        steep = 1 / (1 + exp(-beta * z))
        return steep + beta * z * steep * (1 - steep)
    if kind == "softplus":
        return exp(z) / (1 + exp(z))
    raise ValueError(kind)


def arriving(layer, w, x):
    """What one connection adds to a net input."""
    return {"weighted_sum": w * x, "squared_distance": (x - w) * (x - w)}[layer.net_input]


def slopes_of_arriving(layer, w, x):
    """Its derivatives by w and by x."""
    return {"weighted_sum": (x, w), "squared_distance": (2 * (w - x), 2 * (x - w))}[layer.net_input]


def forward(net, sample, functions=math):
    """Net inputs by unit, and activations by unit and input."""
    nets, outs = {}, dict(net.samples[sample][0])
    for layer in net.layers:
        zs = []
        for row, unit in enumerate(layer.units):
            z = 0
            for column, source in enumerate(layer.sources):
                label = layer.weights[row][column]
                if label is not None:
                    z = z + arriving(layer, net.parameters[label], outs[source])
            if layer.biases[row] is not None:
                z = z + net.parameters[layer.biases[row]]
            nets[unit] = z
            zs.append(z)
        outs.update(zip(layer.units, activation(layer, zs, functions), strict=True))
    return nets, outs


def output_losses(net, sample, functions=math):
    """The loss at each output unit, before anything is averaged."""
    _, outs = forward(net, sample, functions)
    result = {}
    for unit in net.layers[-1].units:
        y, t = outs[unit], net.samples[sample][1][unit]
        if net.loss == "half_squared_error":
            result[unit] = (y - t) ** 2 / 2
        elif net.loss in ("squared_error", "mean_squared_error"):
            result[unit] = (y - t) ** 2
        elif net.loss == "huber":
            error, delta = abs(y - t), net.loss_constants["delta"]
            result[unit] = error**2 / 2 if error <= delta else delta * error - delta**2 / 2
        elif net.loss == "binary_cross_entropy":
            result[unit] = -t * functions.log(y) - (1 - t) * functions.log(1 - y)
        elif net.loss == "categorical_cross_entropy":
            result[unit] = -t * functions.log(y)
        else:
            raise ValueError(net.loss)
    return result


def sample_loss(net, sample, functions=math):
    parts = output_losses(net, sample, functions)
    return sum(parts.values()) / (len(parts) if net.loss == "mean_squared_error" else 1)


def loss(net, functions=math):
    total = sum(sample_loss(net, sample, functions) for sample in range(len(net.samples)))
    return total / (len(net.samples) if net.batch == "mean" else 1)


def slope_of_loss(net, y, t):
    """d (loss of one sample) / d (one output)."""
    if net.loss == "half_squared_error":
        return y - t
    if net.loss == "squared_error":
        return 2 * (y - t)
    if net.loss == "mean_squared_error":
        return 2 * (y - t) / len(net.layers[-1].units)
    if net.loss == "huber":
        delta = net.loss_constants["delta"]
        return max(-delta, min(delta, y - t))
    if net.loss == "binary_cross_entropy":
        return (y - t) / (y * (1 - y))
    return -t / y


def backward(net, sample, functions=math):
    """What this sample hands back: d E / d net, d E / d out (by unit), d E / d parameter (by label)."""
    nets, outs = forward(net, sample, functions)
    share = 1 / len(net.samples) if net.batch == "mean" else 1
    if functions is not math:
        share = functions.mpf(1) / len(net.samples) if net.batch == "mean" else 1
    of_out = dict.fromkeys(outs, 0)
    of_net, of_parameter = {}, dict.fromkeys(net.parameters, 0)
    for unit in net.layers[-1].units:
        of_out[unit] = share * slope_of_loss(net, outs[unit], net.samples[sample][1][unit])
    for layer in reversed(net.layers):
        for k, unit in enumerate(layer.units):
            if layer.activation == "softmax":
                total = 0
                for j, other in enumerate(layer.units):
                    total = total + of_out[other] * outs[other] * ((1 if j == k else 0) - outs[unit])
                of_net[unit] = total
            else:
                of_net[unit] = of_out[unit] * slope(layer, nets[unit], functions)
        for row, unit in enumerate(layer.units):
            for column, source in enumerate(layer.sources):
                label = layer.weights[row][column]
                if label is not None:
                    by_weight, by_source = slopes_of_arriving(layer, net.parameters[label], outs[source])
                    of_parameter[label] = of_parameter[label] + of_net[unit] * by_weight
                    of_out[source] = of_out[source] + of_net[unit] * by_source
            if layer.biases[row] is not None:
                of_parameter[layer.biases[row]] = of_parameter[layer.biases[row]] + of_net[unit]
    return of_net, of_out, of_parameter


def gradients(net, functions=math):
    """d E / d parameter, over all samples, of every parameter (the fixed ones too)."""
    total = dict.fromkeys(net.parameters, 0)
    for sample in range(len(net.samples)):
        for label, value in backward(net, sample, functions)[2].items():
            total[label] = total[label] + value
    return total


def updates(net, eta, functions=math):
    """The parameters after one step of gradient descent."""
    slopes = gradients(net, functions)
    return {label: value - eta * slopes[label] for label, value in net.parameters.items() if label not in net.fixed}


def central_difference(net, label, h=1e-5, functions=math):
    """d E / d parameter from the loss alone."""
    low = Net(**{**net.__dict__, "parameters": {**net.parameters, label: net.parameters[label] - h}})
    high = Net(**{**net.__dict__, "parameters": {**net.parameters, label: net.parameters[label] + h}})
    return (loss(high, functions) - loss(low, functions)) / (2 * h)
