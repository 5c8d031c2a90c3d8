"""What is known about each activation, loss and optimizer, as it is taught: formula and slopes, an entry each.

To add one, add an entry; every entry is tested by being here (its slopes against `expr.slope`).

Formulas are text, read by `parse.read_formula`. In them stand
    z   the net input of the unit           o   the output of the network at this unit
    a   its activation, the answer          t   the target there
    z_k, a_k  the same of another unit of the layer; sum(...) goes over the layer
    w, g, eta  a parameter, its gradient, the learning rate
Slopes may use the answer: sigmoid's is a * (1 - a).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from backprop_trace.expr import Call, Formula, Name, Sum, given, names_in, parts, rebuild, slope, substitute
from backprop_trace.parse import TEMPLATE_FUNCTIONS, read_formula


class Activation(NamedTuple):
    """formula: a as a function of z. slope: da/dz. slope_of_net: the same without the answer, where that is
    taught too. cross: da/dz_k for the layers whose units feel each other (softmax)."""

    formula: str
    slope: str
    slope_of_net: str = ""
    cross: str = ""
    constants: Mapping[str, str] = {}
    note: str = ""


class Loss(NamedTuple):
    """formula: the loss at one output. slope: its derivative with respect to o. mean: the total is the mean
    over the outputs, not their sum."""

    formula: str
    slope: str
    mean: bool = False
    note: str = ""


class Optimizer(NamedTuple):
    """lines: what is computed for each parameter, in order, the last of them `w+`. state: quantities that are
    carried to the next step, with their initial value. constants: what the file may set, with its default."""

    lines: Mapping[str, str]
    state: Mapping[str, str] = {}
    constants: Mapping[str, str] = {}


class _Activations(dict[str, Activation]):
    """The table; a formula over z that is no entry's name is an activation, too."""

    def __missing__(self, text: str) -> Activation:
        return Activation(text, _slope(text, "z"))


class _Losses(dict[str, Loss]):
    """The table; a formula over o and t that is no entry's name is a loss, too."""

    def __missing__(self, text: str) -> Loss:
        return Loss(text, _slope(text, "o"))


@lru_cache(maxsize=512)
def _slope(text: str, letter: str) -> str:
    """The slope of a formula of one's own."""
    from backprop_trace.notation import ASCII, ATOM, show

    return show(slope(template(text), given(letter)), ASCII, lambda name: (name.label, ATOM))


ACTIVATIONS: Mapping[str, Activation] = _Activations({
    "identity": Activation("z", "1"),
    "sigmoid": Activation("1 / (1 + exp(-z))", "a * (1 - a)", "exp(-z) / (1 + exp(-z))^2"),
    "tanh": Activation("tanh(z)", "1 - a^2", "sech(z)^2"),
    "relu": Activation("max(0, z)", "1 if z > 0 else 0", note="the slope of ReLU at 0 is taken as 0"),
    "leaky_relu": Activation(
        "z if z > 0 else alpha * z",
        "1 if z > 0 else alpha",
        constants={"alpha": "0.01"},
        note="the slope of leaky ReLU at 0 is taken as alpha",
    ),
    "elu": Activation(
        "z if z > 0 else alpha * (exp(z) - 1)",
        "1 if z > 0 else alpha * exp(z)",
        constants={"alpha": "1"},
        note="the slope of ELU at 0 is taken as alpha",
    ),
    "softplus": Activation("log(1 + exp(z))", "1 / (1 + exp(-z))"),
    "softmax": Activation("exp(z) / sum(exp(z_k))", "a * (1 - a)", cross="-a * a_k"),
})  # fmt: skip

LOSSES: Mapping[str, Loss] = _Losses({
    "half_squared_error": Loss("1/2 * (t - o)^2", "o - t"),
    "squared_error": Loss("(t - o)^2", "2 * (o - t)"),
    "mean_squared_error": Loss("(t - o)^2", "2 * (o - t)", mean=True, note="the mean goes over the outputs"),
    "binary_cross_entropy": Loss("-(t * log(o) + (1 - t) * log(1 - o))", "-t / o + (1 - t) / (1 - o)"),
    "categorical_cross_entropy": Loss("-t * log(o)", "-t / o"),
})  # fmt: skip

SHORTCUTS: Mapping[tuple[str, str], str] = {
    ("softmax", "categorical_cross_entropy"): "a - t",
    ("sigmoid", "binary_cross_entropy"): "a - t",
}
"""d loss / d z of an output unit in one line, for the pairs of activation and loss where it is that simple."""

OPTIMIZERS: Mapping[str, Optimizer] = {
    "sgd": Optimizer({"w+": "w - eta * g"}),
}

_LETTER = re.compile(r"\w+\+?")

SYNONYMS: Mapping[str, str] = {
    "linear": "identity", "none": "identity", "logistic": "sigmoid", "leakyrelu": "leaky_relu",
    "half_sse": "half_squared_error", "sse": "squared_error", "mse": "mean_squared_error",
    "bce": "binary_cross_entropy", "binary_crossentropy": "binary_cross_entropy",
    "cce": "categorical_cross_entropy", "cross_entropy": "categorical_cross_entropy",
    "categorical_crossentropy": "categorical_cross_entropy", "gradient_descent": "sgd", "gd": "sgd",
}  # fmt: skip
"""Other words for the entries; the program prints the entry's own name."""


def canonical(word: str) -> str:
    """The entry's own name for a word as people write it: `Leaky ReLU`, `MSE`, `linear`."""
    plain = word.strip().lower().replace("-", "_").replace(" ", "_")
    return SYNONYMS.get(plain, plain)


@lru_cache(maxsize=512)
def template(text: str) -> Formula:
    """A catalogue formula as a tree, its letters as names."""
    return read_formula(text, _letter, TEMPLATE_FUNCTIONS)


def _letter(text: str) -> Name | None:
    return given(text) if _LETTER.fullmatch(text) else None


def letters(**meaning: Formula) -> dict[Name, Formula]:
    """What the letters of a template stand for: letters(z=net, a=out)."""
    return {given(letter): formula for letter, formula in meaning.items()}


def filled(text: str, meaning: Mapping[Name, Formula], layer: Sequence[Mapping[Name, Formula]] = ()) -> Formula:
    """A catalogue formula about actual quantities; `layer` gives z_k and a_k of each unit of the layer."""
    formula = template(text)
    return substitute(_spread(formula, layer) if "sum(" in text else formula, meaning)


def _spread(formula: Formula, layer: Sequence[Mapping[Name, Formula]]) -> Formula:
    """Writes sum(...) out over the units of the layer."""
    if isinstance(formula, Call) and formula.function == "sum":
        terms = tuple(substitute(formula.arguments[0], unit) for unit in layer)
        return Sum(terms) if len(terms) > 1 else terms[0]
    inside = parts(formula)
    return rebuild(formula, tuple(_spread(part, layer) for part in inside)) if inside else formula


def feels_the_layer(activation: Activation) -> bool:
    """Does a unit's activation depend on the net inputs of its neighbours (softmax)?"""
    return bool(activation.cross)


def uses_answer(text: str) -> bool:
    """Does a slope use the activation itself?"""
    return given("a") in names_in(template(text))
