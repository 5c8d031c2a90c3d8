"""The general formula of each phase, for the functions a network uses, from the catalogue.

    >>> from backprop_trace.formulas.notation import ASCII
    >>> from backprop_trace.files.spec import load
    >>> mazur = load("mazur")
    >>> for line in general_formulas(mazur.network, mazur.rule, mazur.training, ["backward"]):
    ...     print(written(line, LETTERS["net-out"], ASCII_PEN))
    ('delta of an output unit', 'dE/dnet_j', 'dE/dout_j * dout_j/dnet_j')
    ('delta of a hidden unit', 'dE/dnet_j', '(sum_k dE/dnet_k * w_kj) * dout_j/dnet_j')
    ('gradient of a weight', 'dE/dw_ji', 'dE/dnet_j * out_i')

The formulas are trees over the letters of the catalogue and a few more; what a letter looks like is a table for each
style and notation. Networks with definitions or time steps have no general formulas: their lines are their own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from backprop_trace.formulas.expr import (
    ONE,
    Call,
    Formula,
    Name,
    Number,
    Product,
    Sum,
    after,
    derivative,
    given,
    substitute,
    times,
)
from backprop_trace.formulas.notation import ASCII, ATOM, BOX, SUM, TEXT, Notation, Piece, show
from backprop_trace.formulas.notation.names import ASCII_NAMES, TEXT_NAMES, Alphabet, net_out
from backprop_trace.model.batches import TrainingSet
from backprop_trace.model.catalogue import (
    ACTIVATIONS,
    LOSSES,
    NET_INPUTS,
    NetInput,
    feels_the_layer,
    filled,
    letters,
    template,
)
from backprop_trace.model.layers import Layer
from backprop_trace.model.network import Network, shortcut
from backprop_trace.model.update import GRADIENT, THERE, TIME, WEIGHT, UpdateRule, rule_lines


class General(NamedTuple):
    """What it is about, left side, and the right sides that are equal; `at_output`: of a unit of the last layer."""

    about: str
    left: Formula
    right: tuple[Formula, ...]
    at_output: bool = False

    @property
    def is_slope(self) -> bool:
        """Is it the slope of the activation or of the loss in the line before?"""
        return self.left in (_slope("a", "z"), _slope("E_j", "o"))


class Pen(NamedTuple):
    """How general formulas are written: a notation, an alphabet, sums over an index, what stands between two sides."""

    notation: Notation
    alphabet: Alphabet
    total: Callable[[str, str], str]
    equals: str = " = "


Letters = Mapping[str, str]
"""What the letters look like in a style."""

LETTERS: Mapping[str, Letters] = {
    "net-out": {
        "z": "net_j", "z_k": "net_k", "a": "out_j", "a_k": "out_k", "x": "out_i", "o": "out_j", "t": "target_j",
        "w_ji": "w_ji", "w_kj": "w_kj", "b": "b_j", "delta_j": "", "delta_k": "", "E_j_s": "E_j[s]", "E_s": "E[s]",
    },
    "layered": {
        "z": "z^l_j", "z_k": "z^l_k", "a": "a^l_j", "a_k": "a^l_k", "x": "a^(l-1)_i", "o": "a^L_j", "t": "t_j",
        "E": "C", "E_j": "C_j", "E_j_s": "C_j[s]", "E_s": "C[s]", "w_ji": "w^(l-1)_ji", "w_kj": "w^l_kj",
        "b": "b^(l-1)_j", "delta_j": "δ^l_j", "delta_k": "δ^(l+1)_k",
    },
}  # fmt: skip
LETTERS = {
    **LETTERS,
    "nielsen": {**LETTERS["layered"], "w_ji": "w^l_ji", "w_kj": "w^(l+1)_kj", "b": "b^l_j"},
}
"""For text; a delta that is empty is written as the derivative it is."""

ASCII_PEN = Pen(ASCII, ASCII_NAMES, lambda index, body: f"sum_{index} {body}")
TEXT_PEN = Pen(TEXT, TEXT_NAMES, lambda index, body: f"Σ_{index} {body}")


def general_formulas(
    network: Network, rule: UpdateRule, training: TrainingSet, phases: Sequence[str], targets_add_up: bool = True
) -> list[General]:
    """The formulas of the phases, in order."""
    if network.definitions or training.times:
        return []
    found = {
        "forward": partial(_forward, network),
        "loss": partial(_loss, network, training),
        "backward": partial(_backward, network, rule, training.samples == 1 and targets_add_up),
        "update": partial(_update, rule),
    }
    return [line for phase in phases for line in found[phase]()]


def of_any_network(network: Network, rule: UpdateRule, training: TrainingSet) -> list[General]:
    """The formulas that hold for definitions and at every time step, too: of a unit by itself, and of the update."""
    units = [] if network.definitions else [*_forward(network), *_loss(network, training)]
    by_itself = [line for line in units if line.left in (given("a"), given("E_j")) or line.is_slope]
    return [*by_itself, *_update(rule)]


def written(line: General, letters: Letters, pen: Pen) -> tuple[str, str, str]:
    """About, left and right side in the letters of a style."""
    if line.at_output:
        letters = {letter: text.replace("{l}", "{L}").replace("^l", "^L") for letter, text in letters.items()}
    sides = [_shown(side, letters, pen) for side in (line.left, *line.right)]
    return line.about, sides[0], pen.equals.join(sides[1:])


def _shown(formula: Formula, letters: Letters, pen: Pen) -> str:
    def letter(label: str) -> str:
        if label == STEP:
            return "t"
        name = after(given(label[:-1])) if label.endswith("+") else given(label)
        return letters.get(label, "").replace("δ", pen.alphabet.delta) or pen.alphabet.symbol(net_out(name))

    def slope(of: str, wrt: str) -> Piece:
        return pen.alphabet.derivative(letter(of), letter(wrt)), BOX

    def leaf(name: Name) -> Piece:
        if name.kind == "d":
            assert name.of is not None and name.wrt is not None
            return slope(name.of.label, name.wrt.label)
        if name.label in _DELTAS and not letters[name.label]:
            return slope("E", _DELTAS[name.label])
        text = letter(name.label)
        return text, BOX if pen.alphabet.is_raised(text) else ATOM

    def call(function: str, arguments: Sequence[str]) -> Piece:
        if function in _SUMS:
            return pen.total(_SUMS[function], arguments[0]), SUM
        return pen.notation.call(function, arguments)

    return show(formula, pen.notation._replace(call=call), leaf)


_DELTAS = {"delta_j": "z", "delta_k": "z_k"}
_SUMS = {"sum": "k", "sum_i": "i", "sum_j": "j", "sum_k": "k", "sum_s": "s"}


# --- the phases ---


def _slope(of: str, wrt: str) -> Name:
    return derivative(given(of), given(wrt))


def _total(index: str, *factors: Formula) -> Formula:
    return Call(f"sum_{index}", (times(*factors),))


def _net_inputs(about: str, layers: Sequence[Layer]) -> Iterator[tuple[str, NetInput, bool]]:
    """How net inputs come about in these layers, and whether with biases; said by name where there are several ways."""
    kinds = list(dict.fromkeys(layer.net_input for layer in layers))
    for kind in kinds:
        called = f"{about} ({kind.replace('_', ' ')})" if len(kinds) > 1 else about
        has_bias = any(bias for layer in layers if layer.net_input == kind for bias in layer.biases)
        yield called, NET_INPUTS[kind], has_bias


def _share(count: int) -> Formula:
    return ONE if count == 1 else Number(f"1/{count}")


def _forward(network: Network) -> Iterator[General]:
    for about, coming, has_bias in _net_inputs("net input", network.layers):
        total = _total("i", filled(coming.term, letters(w=given("w_ji"))))
        yield General(about, given("z"), (Sum((total, given("b"))) if has_bias else total,))
    for name in dict.fromkeys(network.activations):
        entry, called = ACTIVATIONS[name], name.replace("_", " ")
        of_net = [layer.slope_of_net for layer in network.layers if layer.activation == name]
        slope = entry.slope_of_net if of_net[0] else entry.slope
        about = f"activation: {called}" if name in ACTIVATIONS else "activation"
        yield General(about, given("a"), (template(entry.formula),))
        yield General("its slope", _slope("a", "z"), (template(slope),))
        if entry.cross:
            yield General("its slope, k other than j", _slope("a", "z_k"), (template(entry.cross),))


def _loss(network: Network, training: TrainingSet) -> Iterator[General]:
    entry, count = LOSSES[network.loss], len(network.outputs)
    about = f"loss: {network.loss.replace('_', ' ')}" if network.loss in LOSSES else "loss"
    share = _share(count) if entry.mean else ONE
    yield General(about, given("E_j"), (template(entry.formula),), True)
    yield General("its slope", _slope("E_j", "o"), (template(entry.slope),), True)
    if training.samples == 1:
        yield General("total loss", given("E"), (times(share, _total("j", given("E_j"))),))
        return
    mean = _share(training.samples) if training.batch == "mean" else ONE
    yield General("loss of a sample", given("E_s"), (times(share, _total("j", given("E_j_s"))),))
    yield General("total loss", given("E"), (times(mean, _total("s", given("E_s"))),))


def _backward(network: Network, rule: UpdateRule, brief: bool) -> Iterator[General]:
    yield General("delta of an output unit", given("delta_j"), _delta(network, brief), True)
    if any(not feels_the_layer(ACTIVATIONS[word]) for word in network.activations[:-1]):
        for about, entry, _ in _net_inputs("delta of a hidden unit", network.layers[1:]):
            above = _total("k", given("delta_k"), filled(entry.by_input, letters(w=given("w_kj"), x=given("a"))))
            yield General(about, given("delta_j"), (Product((above, _slope("a", "z"))),))
    for about, entry, _ in _net_inputs("gradient of a weight", network.layers):
        by_weight = filled(entry.by_weight, letters(w=given("w_ji")))
        yield General(about, _slope("E", "w_ji"), (times(given("delta_j"), by_weight),))
    if not set(network.biases).isdisjoint(rule.trained):
        yield General("gradient of a bias", _slope("E", "b"), (given("delta_j"),))


def _delta(network: Network, brief: bool) -> tuple[Formula, ...]:
    """dE/dnet of an output unit, with its shortcut where there is one."""
    long: Formula = Product((_slope("E", "o"), _slope("a", "z")))
    if feels_the_layer(ACTIVATIONS[network.output_activation]):
        long = _total("k", _slope("E", "a_k"), _slope("a_k", "z"))
    text = shortcut(network, brief) if brief else ""
    return (long, template(text)) if text else (long,)


def _update(rule: UpdateRule) -> Iterator[General]:
    """The lines of the update rule."""
    meaning: dict[Name, Formula] = {
        given(TIME.label): given(STEP),
        THERE: given("ahead") if rule.entry.ahead else WEIGHT,
    }
    meaning[GRADIENT] = _slope("E", "ahead" if rule.entry.ahead else "w")
    about = {"ahead": "once a step", "once": "once a step", "decay": "weight decay"}
    plain_descent = rule.optimizer == "sgd" and not rule.entry.state
    about["update"] = f"update: {'gradient descent' if plain_descent else rule.optimizer.replace('_', ' ')}"
    before = ""
    for line in rule_lines(rule):
        said, before = "" if line.at == before else about[line.at], line.at
        yield General(said, given(line.letter), (substitute(line.formula, meaning),))


STEP = "step t"
"""The letter t of update rules, the number of the training step: in the other phases t is the target."""
