"""What is known about each activation, loss and optimizer, as it is taught: formula and slopes, an entry each.

To add one, add an entry; every entry is tested by being here (its slopes against `expr.slope`).

Formulas are text, read by `parse.read_formula`. In them stand
    z   the net input of the unit           o   the output of the network at this unit
    a   its activation, the answer          t   the target there
    x   what feeds the unit                 w   its weight
    z_k, a_k  the same of another unit of the layer; sum(...) goes over the layer
    w, g, eta  a parameter, its gradient, the learning rate; t  the number of the training step (optimizers)
Slopes may use the answer: sigmoid's is a * (1 - a).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from backprop_trace.formulas.expr import (
    Call,
    Formula,
    Name,
    Number,
    Sum,
    given,
    names_in,
    parts,
    rebuild,
    slope,
    substitute,
)
from backprop_trace.formulas.parse import TEMPLATE_FUNCTIONS, read_formula


class Activation(NamedTuple):
    """formula: a as a function of z. slope: da/dz. slope_of_net: the same without the answer, where that is
    taught too. cross: da/dz_k for the layers whose units feel each other (softmax). constants: letters of its own
    (see `CONSTANTS`), with what they are where a file does not say."""

    formula: str
    slope: str
    slope_of_net: str = ""
    cross: str = ""
    constants: Mapping[str, str] = {}
    note: str = ""


class NetInput(NamedTuple):
    """How what feeds a unit comes together: `term` is added up over all x that feed it, each with its weight w, and the
    bias is added. by_weight, by_input: its slopes."""

    term: str
    by_weight: str
    by_input: str


class Loss(NamedTuple):
    """formula: the loss at one output. slope: its derivative with respect to o. mean: the total is the mean
    over the outputs, not their sum. constants: letters of its own, as an activation has them."""

    formula: str
    slope: str
    mean: bool = False
    constants: Mapping[str, str] = {}
    note: str = ""


class Optimizer(NamedTuple):
    """One convention of an update rule.

    lines: what is computed for each parameter, in order, the last of them `w+`; `m+` is what m is after the step.
    state: quantities of each parameter that are carried to the next step, with their initial value.
    constants: letters with their defaults. learning_rate: the source's default, if it has one.
    shared: what is computed once a step. ahead: where the gradient is taken, if not at w (look-ahead Nesterov).
    """

    lines: Mapping[str, str]
    state: Mapping[str, str] = {}
    constants: Mapping[str, str] = {}
    learning_rate: str = ""
    shared: Mapping[str, str] = {}
    ahead: str = ""
    source: str = ""


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
    from backprop_trace.formulas.notation import ASCII, ATOM, show
    from backprop_trace.formulas.tidy import tidied

    return show(tidied(slope(template(text), given(letter))), ASCII, lambda name: (name.label, ATOM))


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
    "swish": Activation(
        "z / (1 + exp(-beta * z))",
        "beta * a + (1 - beta * a) / (1 + exp(-beta * z))",
        constants={"beta": "1"},
        note="with beta = 1 swish is also called SiLU",
    ),
    "softplus": Activation("log(1 + exp(z))", "1 / (1 + exp(-z))"),
    "softmax": Activation("exp(z) / sum(exp(z_k))", "a * (1 - a)", cross="-a * a_k"),
})  # fmt: skip

NET_INPUTS: Mapping[str, NetInput] = {
    "weighted_sum": NetInput("w * x", "x", "w"),
    "squared_distance": NetInput("(x - w)^2", "-2 * (x - w)", "2 * (x - w)"),
}
"""The kinds of layers; the first one is meant where none is named."""

LOSSES: Mapping[str, Loss] = _Losses({
    "half_squared_error": Loss("1/2 * (t - o)^2", "o - t"),
    "squared_error": Loss("(t - o)^2", "2 * (o - t)"),
    "mean_squared_error": Loss("(t - o)^2", "2 * (o - t)", mean=True, note="the mean goes over the outputs"),
    "huber": Loss(
        "1/2 * (t - o)^2 if abs(t - o) <= delta else delta * (abs(t - o) - 1/2 * delta)",
        "max(-delta, min(delta, o - t))",
        constants={"delta": "1"},
        note="beyond an error of delta the loss is a straight line",
    ),
    "binary_cross_entropy": Loss("-(t * log(o) + (1 - t) * log(1 - o))", "-t / o + (1 - t) / (1 - o)"),
    "categorical_cross_entropy": Loss("-t * log(o)", "-t / o"),
})  # fmt: skip

CONSTANTS: Mapping[str, str] = {
    "alpha": "the slope of leaky ReLU left of 0, or the factor of ELU",
    "beta": "how steep the sigmoid in swish is",
    "delta": "up to which error Huber's loss is half the square",
}
"""What the letters are that activations and losses have for themselves; a file may set them: {name: elu, alpha: 0.5}.
None is negative."""

SHORTCUTS: Mapping[tuple[str, str], str] = {
    ("softmax", "categorical_cross_entropy"): "a - t",
    ("sigmoid", "binary_cross_entropy"): "a - t",
}
"""d loss / d z of an output unit in one line, for the pairs of activation and loss where it is that simple."""

_ADAM_MOMENTS = {"m+": "beta1 * m + (1 - beta1) * g", "v+": "beta2 * v + (1 - beta2) * g^2"}
_ADAM = _ADAM_MOMENTS | {
    "mhat": "m+ / (1 - beta1^t)",
    "vhat": "v+ / (1 - beta2^t)",
    "w+": "w - eta * mhat / (sqrt(vhat) + epsilon)",
}
_ADAM_CONSTANTS = {"beta1": "0.9", "beta2": "0.999", "epsilon": "1e-8"}
_ADAM_PAPER = Optimizer(_ADAM, {"m": "0", "v": "0"}, _ADAM_CONSTANTS, "0.001", source="Kingma and Ba, algorithm 1")
_ADAM_KERAS = Optimizer(
    _ADAM_MOMENTS | {"w+": "w - alpha * m+ / (sqrt(v+) + epsilon)"},
    {"m": "0", "v": "0"},
    _ADAM_CONSTANTS | {"epsilon": "1e-7"},
    "0.001",
    shared={"alpha": "eta * sqrt(1 - beta2^t) / (1 - beta1^t)"},
    source="the 'epsilon hat' form of Kingma and Ba, section 2",
)
_VELOCITY = {"v+": "mu * v - eta * g", "w+": "w + v+"}
_BUFFER = {"v+": "mu * v + g", "w+": "w - eta * v+"}
_MOMENTUM = {"mu": "0.9"}
_MEAN_SQUARE = "rho * v + (1 - rho) * g^2"
_ADADELTA = {
    "v+": _MEAN_SQUARE,
    "move": "sqrt(u + epsilon) / sqrt(v+ + epsilon) * g",
    "u+": "rho * u + (1 - rho) * move^2",
    "w+": "w - eta * move",
}
_GRADIENT_DESCENT = Optimizer({"w+": "w - eta * g"})

OPTIMIZERS: Mapping[str, Mapping[str, Optimizer]] = {
    "sgd": dict.fromkeys(("paper", "torch", "keras"), _GRADIENT_DESCENT),
    "momentum": {
        "paper": Optimizer(_VELOCITY, {"v": "0"}, _MOMENTUM, source="Rumelhart, Hinton and Williams"),
        "torch": Optimizer(_BUFFER, {"v": "0"}, _MOMENTUM, source="the learning rate outside the velocity"),
        "keras": Optimizer(_VELOCITY, {"v": "0"}, _MOMENTUM, "0.01", source="the learning rate inside the velocity"),
        "average": Optimizer(
            {"v+": "mu * v + (1 - mu) * g", "w+": "w - eta * v+"},
            {"v": "0"},
            _MOMENTUM,
            source="Ng's course: the velocity is an average of the gradients",
        ),
    },
    "nesterov": {
        "paper": Optimizer(
            _VELOCITY, {"v": "0"}, _MOMENTUM, ahead="w + mu * v", source="Sutskever: the gradient is taken ahead of w"
        ),
        "torch": Optimizer(_BUFFER | {"w+": "w - eta * (g + mu * v+)"}, {"v": "0"}, _MOMENTUM),
        "keras": Optimizer(_VELOCITY | {"w+": "w + mu * v+ - eta * g"}, {"v": "0"}, _MOMENTUM, "0.01"),
    },
    "adagrad": {
        "paper": Optimizer(
            {"s+": "s + g^2", "w+": "w - eta * g / (epsilon + sqrt(s+))"},
            {"s": "0"},
            {"epsilon": "1e-8"},
            source="Duchi, Hazan and Singer, figure 1",
        ),
        "torch": Optimizer(
            {"s+": "s + g^2", "w+": "w - eta * g / (sqrt(s+) + epsilon)"}, {"s": "0"}, {"epsilon": "1e-10"}, "0.01"
        ),
        "keras": Optimizer(
            {"s+": "s + g^2", "w+": "w - eta * g / sqrt(s+ + epsilon)"}, {"s": "0.1"}, {"epsilon": "1e-7"}, "0.001"
        ),
    },
    "rmsprop": {
        "paper": Optimizer(
            {"v+": _MEAN_SQUARE, "w+": "w - eta * g / sqrt(v+ + epsilon)"},
            {"v": "0"},
            {"rho": "0.9", "epsilon": "1e-8"},
            "0.001",
            source="Hinton's lecture 6e, with the epsilon of Ruder's survey",
        ),
        "torch": Optimizer(
            {"v+": _MEAN_SQUARE, "w+": "w - eta * g / (sqrt(v+) + epsilon)"},
            {"v": "0"},
            {"rho": "0.99", "epsilon": "1e-8"},
            "0.01",
        ),
        "keras": Optimizer(
            {"v+": _MEAN_SQUARE, "w+": "w - eta * g / sqrt(v+ + epsilon)"},
            {"v": "0"},
            {"rho": "0.9", "epsilon": "1e-7"},
            "0.001",
        ),
    },
    "adadelta": {
        "paper": Optimizer(
            _ADADELTA | {"w+": "w - move"},
            {"v": "0", "u": "0"},
            {"rho": "0.95", "epsilon": "1e-6"},
            source="Zeiler, algorithm 1: no learning rate",
        ),
        "torch": Optimizer(_ADADELTA, {"v": "0", "u": "0"}, {"rho": "0.9", "epsilon": "1e-6"}, "1"),
        "keras": Optimizer(_ADADELTA, {"v": "0", "u": "0"}, {"rho": "0.95", "epsilon": "1e-7"}, "0.001"),
    },
    "adam": {"paper": _ADAM_PAPER, "torch": _ADAM_PAPER._replace(source=""), "keras": _ADAM_KERAS},
    "adamw": {
        "torch": _ADAM_PAPER._replace(constants={**_ADAM_CONSTANTS, "lambda": "0.01"}, source=""),
        "keras": _ADAM_KERAS._replace(constants={**_ADAM_KERAS.constants, "lambda": "0.004"}),
    },
    "adamax": {
        "paper": Optimizer(
            {
                "m+": _ADAM["m+"],
                "u+": "max(beta2 * u, abs(g))",
                "w+": "w - eta / (1 - beta1^t) * m+ / u+",
            },
            {"m": "0", "u": "0"},
            {"beta1": "0.9", "beta2": "0.999"},
            "0.002",
            source="Kingma and Ba, algorithm 2",
        ),
        "torch": Optimizer(
            {
                "m+": _ADAM["m+"],
                "u+": "max(beta2 * u, abs(g) + epsilon)",
                "w+": "w - eta / (1 - beta1^t) * m+ / u+",
            },
            {"m": "0", "u": "0"},
            _ADAM_CONSTANTS,
            "0.002",
        ),
        "keras": Optimizer(
            {
                "m+": _ADAM["m+"],
                "u+": "max(beta2 * u, abs(g))",
                "w+": "w - eta * m+ / ((1 - beta1^t) * (u+ + epsilon))",
            },
            {"m": "0", "u": "0"},
            _ADAM_CONSTANTS | {"epsilon": "1e-7"},
            "0.001",
        ),
    },
}
"""By name and convention: `paper` as first published, `torch` and `keras` as these programs compute. The first
convention is the one meant where none is named."""

WEIGHT_DECAY: Mapping[str, tuple[str, str, str]] = {
    "coupled": ("g", "gdecay", "g + lambda * at"),
    "decoupled": ("w", "wdecay", "w - eta * lambda * w"),
}
"""The letter that is replaced, the name of what takes its place, and its formula: the gradient (as if the loss had a
term lambda/2 * w^2), or the weight. `at` is where the gradient is taken: w, or ahead of it."""

SCHEDULES: Mapping[str, str] = {"inverse": "eta / (1 + (t - 1) * gamma)", "exponential": "eta * gamma^(t - 1)"}
"""What takes the place of the learning rate."""


class Setting(NamedTuple):
    """A number the file may set: the letter it has in formulas, what it is, and the limits it must keep."""

    letter: str
    description: str
    least: int = 0
    below: int | None = None


SETTINGS: Mapping[str, Setting] = {
    "momentum": Setting("mu", "how much of the velocity is kept (mu)", below=1),
    "rho": Setting("rho", "how much of the mean square is kept (rho)", below=1),
    "beta1": Setting("beta1", "how much of the first moment is kept", below=1),
    "beta2": Setting("beta2", "how much of the second moment is kept", below=1),
    "epsilon": Setting("epsilon", "what keeps the division from being one by 0"),
    "weight_decay": Setting("lambda", "how strongly weights are drawn to 0 (lambda)"),
    "learning_rate_decay": Setting("gamma", "how the learning rate falls from step to step (gamma)"),
}
"""The numbers of an optimizer, by their keys in the file."""


def decays_apart(name: str, convention: str) -> str:
    """Which weight decay is meant where the file does not say: Keras's optimizers and AdamW decouple it."""
    return "decoupled" if name == "adamw" or convention == "keras" else "coupled"


_LETTER = re.compile(r"\w+\+?")

SYNONYMS: Mapping[str, str] = {
    "silu": "swish", "linear": "identity", "none": "identity", "logistic": "sigmoid", "leakyrelu": "leaky_relu",
    "half_sse": "half_squared_error", "sse": "squared_error", "mse": "mean_squared_error",
    "huber_loss": "huber", "bce": "binary_cross_entropy", "binary_crossentropy": "binary_cross_entropy",
    "cce": "categorical_cross_entropy", "cross_entropy": "categorical_cross_entropy",
    "crossentropy": "categorical_cross_entropy", "ce": "categorical_cross_entropy",
    "log_loss": "categorical_cross_entropy", "logloss": "categorical_cross_entropy",
    "categorical_crossentropy": "categorical_cross_entropy", "gradient_descent": "sgd", "gd": "sgd",
    "nag": "nesterov", "nesterov_momentum": "nesterov", "rms_prop": "rmsprop", "ada_grad": "adagrad",
    "ada_delta": "adadelta", "sgd_with_momentum": "momentum", "original": "paper", "pytorch": "torch",
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


def constants(entry: Activation | Loss) -> dict[str, Number]:
    """The letters an entry has for itself, with what they are where a file does not say."""
    return {letter: Number(text) for letter, text in entry.constants.items()}


def letters(**meaning: Formula) -> dict[Name, Formula]:
    """What the letters of a template stand for: letters(z=net, a=out)."""
    return {given(letter): formula for letter, formula in meaning.items()}


def filled(text: str, meaning: Mapping[Name, Formula]) -> Formula:
    """A catalogue formula about actual quantities."""
    return substitute(template(text), meaning)


def over_the_layer(
    text: str, layer: Sequence[Mapping[Name, Formula]], units: Iterable[Mapping[Name, Formula]]
) -> Iterator[Formula]:
    """A catalogue formula for each of some units, with its sums written out: all units share them.

    `layer` gives z_k and a_k of each unit of the layer, `units` the letters of the unit itself.
    """
    sums: dict[Name, Formula] = {}
    formula = _without_sums(template(text), layer, sums)
    return (substitute(formula, {**meaning, **sums}) for meaning in units)


def _without_sums(formula: Formula, layer: Sequence[Mapping[Name, Formula]], sums: dict[Name, Formula]) -> Formula:
    """The formula with a name for each sum(...); `sums` gets them, written out over the units of the layer."""
    if isinstance(formula, Call) and formula.function == "sum":
        terms = tuple(substitute(formula.arguments[0], unit) for unit in layer)
        name = Name("sum", str(len(sums)))
        sums[name] = Sum(terms) if len(terms) > 1 else terms[0]
        return name
    inside = parts(formula)
    return rebuild(formula, tuple(_without_sums(part, layer, sums) for part in inside)) if inside else formula


def feels_the_layer(activation: Activation) -> bool:
    """Does a unit's activation depend on the net inputs of its neighbours (softmax)?"""
    return bool(activation.cross)


def uses_answer(text: str) -> bool:
    """Does a slope use the activation itself?"""
    return given("a") in names_in(template(text))
