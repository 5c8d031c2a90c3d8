r"""The general formula of each phase, for the functions a network uses, from the catalogue.

>>> text = general_formula("z if z > 0 else alpha * z", LETTERS["net-out"])
>>> print(text)
\begin{cases} \mathit{net}_{j} & \mathit{net}_{j} > 0 \\ \alpha \cdot \mathit{net}_{j} & \text{else} \end{cases}
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from backprop_trace.catalogue import (
    ACTIVATIONS,
    LOSSES,
    SCHEDULES,
    SHORTCUTS,
    WEIGHT_DECAY,
    feels_the_layer,
    template,
)
from backprop_trace.expr import Name, after, given
from backprop_trace.network import Network
from backprop_trace.notation import ATOM, BOX, LATEX, Piece, show
from backprop_trace.notation.names import LATEX_NAMES, net_out
from backprop_trace.render.latex.page import Page
from backprop_trace.render.latex.width import width


class Formulas(NamedTuple):
    """One line of the overview: what it is about, and left and right side."""

    about: str
    left: str
    right: str


Letters = Mapping[str, str]
"""What the letters of the catalogue, and a few more, look like in a style."""

LETTERS: Mapping[str, Letters] = {
    "net-out": {
        "z": r"\mathit{net}_{j}", "z_k": r"\mathit{net}_{k}", "a": r"\mathit{out}_{j}", "a_k": r"\mathit{out}_{k}",
        "x": r"\mathit{out}_{i}", "o": r"\mathit{out}_{j}", "t": r"\mathit{target}_{j}", "E_j": "E_{j}", "E": "E",
        "w_ji": "w_{ji}", "w_kj": "w_{kj}", "b": "b_{j}", "z_above": r"\mathit{net}_{k}",
        "delta": r"\frac{\partial E}{\partial \mathit{net}_{j}}",
        "delta_k": r"\frac{\partial E}{\partial \mathit{net}_{k}}",
    },
    "layered": {
        "z": "z_{j}^{l}", "z_k": "z_{k}^{l}", "a": "a_{j}^{l}", "a_k": "a_{k}^{l}", "x": "a_{i}^{l-1}",
        "o": "a_{j}^{L}", "t": "t_{j}", "E_j": "C_{j}", "E": "C", "w_ji": "w_{ji}^{l-1}", "w_kj": "w_{kj}^{l}",
        "b": "b_{j}^{l-1}", "delta": r"\delta_{j}^{l}", "delta_k": r"\delta_{k}^{l+1}", "z_above": "z_{k}^{l+1}",
    },
}  # fmt: skip
LETTERS = {
    **LETTERS,
    "nielsen": {**LETTERS["layered"], "w_ji": "w_{ji}^{l}", "w_kj": "w_{kj}^{l+1}", "b": "b_{j}^{l}"},
}


def general_formula(text: str, letters: Letters) -> str:
    """A catalogue formula in the letters of a style."""
    meaning = {"eta": r"\eta", "alpha": r"\alpha", "g": r"\frac{\partial E}{\partial w}", "w+": "w^{+}", **letters}

    def leaf(name: Name) -> Piece:
        text = meaning.get(name.label) or _letter(name.label)
        return text, BOX if "^" in text or name.label == "g" else ATOM

    def call(function: str, arguments: Sequence[str]) -> Piece:
        return (rf"\sum_{{k}} {arguments[0]}", ATOM) if function == "sum" else LATEX.call(function, arguments)

    return show(template(text), LATEX._replace(call=call), leaf)


def general_formulas(network: Network, style: str, phases: Sequence[str]) -> list[Formulas]:
    """The formulas of the phases, in order."""
    letters = LETTERS[style]
    return [line for phase in phases for line in _PHASES[phase](network, letters)]


def _slope(of: str, wrt: str) -> str:
    return rf"\frac{{\partial {of}}}{{\partial {wrt}}}"


def _forward(network: Network, c: Letters) -> Iterator[Formulas]:
    bias = f" + {c['b']}" if any(name is not None for layer in network.layers for name in layer.biases) else ""
    yield Formulas("net input", c["z"], rf"\sum_{{i}} {c['w_ji']} \cdot {c['x']}{bias}")
    for name in dict.fromkeys(layer.activation for layer in network.layers):
        entry, called = ACTIVATIONS[name], name.replace("_", " ")
        of_net = [layer.slope_of_net for layer in network.layers if layer.activation == name]
        slope = entry.slope_of_net if of_net[0] else entry.slope
        yield Formulas(f"activation: {called}", c["a"], general_formula(entry.formula, c))
        yield Formulas("its slope", _slope(c["a"], c["z"]), general_formula(slope, c))
        if entry.cross:
            yield Formulas(r"its slope, $k \neq j$", _slope(c["a"], c["z_k"]), general_formula(entry.cross, c))


def _loss(network: Network, c: Letters) -> Iterator[Formulas]:
    entry, count = LOSSES[network.loss], len(network.outputs)
    share = rf"\frac{{1}}{{{count}}} " if entry.mean and count > 1 else ""
    yield Formulas(f"loss: {network.loss.replace('_', ' ')}", c["E_j"], general_formula(entry.formula, c))
    yield Formulas("its slope", _slope(c["E_j"], c["o"]), general_formula(entry.slope, c))
    if network.samples == 1:
        yield Formulas("total loss", c["E"], rf"{share}\sum_{{j}} {c['E_j']}")
        return
    mean = rf"\frac{{1}}{{{network.samples}}} " if network.batch == "mean" else ""
    yield Formulas("loss of a sample", f"{c['E']}^{{(s)}}", rf"{share}\sum_{{j}} {c['E_j']}^{{(s)}}")
    yield Formulas("total loss", c["E"], rf"{mean}\sum_{{s}} {c['E']}^{{(s)}}")


def _backward(network: Network, c: Letters) -> Iterator[Formulas]:
    last = network.layers[-1]
    yield Formulas("delta of an output unit", _at_output(c)["delta"], _delta(network, _at_output(c)))
    for layer in network.layers[:-1]:
        above = rf"\left(\sum_{{k}} {c['delta_k']} \cdot {c['w_kj']}\right)"
        if not feels_the_layer(ACTIVATIONS[layer.activation]):
            yield Formulas("delta of a hidden unit", c["delta"], rf"{above} \cdot {_slope(c['a'], c['z'])}")
            break
    yield Formulas("gradient of a weight", _slope(c["E"], c["w_ji"]), rf"{c['delta']} \cdot {c['x']}")
    trained = set(network.trained)
    if any(name in trained for layer in (*network.layers, last) for name in layer.biases):
        yield Formulas("gradient of a bias", _slope(c["E"], c["b"]), c["delta"])


def _at_output(letters: Letters) -> Letters:
    """The letters for a unit of the last layer, L."""
    return {letter: text.replace("{l}", "{L}") for letter, text in letters.items()}


def _delta(network: Network, c: Letters) -> str:
    """dE/dnet of an output unit, with its shortcut where there is one."""
    last = network.layers[-1]
    long = rf"{_slope(c['E'], c['o'])} \cdot {_slope(c['a'], c['z'])}"
    if feels_the_layer(ACTIVATIONS[last.activation]):
        long = rf"\sum_{{k}} {_slope(c['E'], c['a_k'])} \cdot {_slope(c['a_k'], c['z'])}"
    shortcut = SHORTCUTS.get((last.activation, network.loss))
    if shortcut is None or network.samples > 1 or (last.activation == "softmax" and not network.targets_add_up):
        return long
    return f"{long} = {general_formula(shortcut, c)}"


def _update(network: Network, c: Letters) -> Iterator[Formulas]:
    """The optimizer's lines, with what takes the place of the learning rate, the gradient or the weight."""
    rule, lines = network.rule, dict[str, str]()
    meaning = {letter: text for letter, text in c.items() if letter != "t"} | {"g": _slope(c["E"], "w")}
    if rule.ahead:
        lines["ahead"] = rule.ahead
        meaning["g"] = _slope(c["E"], _letter("ahead"))
    if network.schedule:
        lines["eta_t"] = SCHEDULES[network.schedule]
    lines |= rule.shared
    for letter, text in lines.items():
        yield Formulas("once a step", _letter(letter), general_formula(text, meaning))
        if letter == "eta_t":
            meaning["eta"] = _letter(letter)
    if network.weight_decay:
        replaced, letter, text = WEIGHT_DECAY[network.weight_decay]
        yield Formulas("weight decay", _letter(letter), general_formula(text, meaning))
        meaning[replaced] = _letter(letter)
    for letter, text in rule.lines.items():
        about = f"update: {network.optimizer.replace('_', ' ')}"
        yield Formulas(about, "w^{+}" if letter == "w+" else _letter(letter), general_formula(text, meaning))


def _letter(letter: str) -> str:
    """m, v+, beta1, ... as a symbol."""
    name = given(letter.removesuffix("+"))
    return LATEX_NAMES.symbol(net_out(after(name) if letter.endswith("+") else name))


_PHASES = {"forward": _forward, "loss": _loss, "backward": _backward, "update": _update}


def legend(style: str) -> str:
    """What the letters mean."""
    c = LETTERS[style]
    layers = "" if style == "net-out" else "; the inputs are layer 1, and $L$ is the last"
    fed = f"Unit $j$ is fed by the units or inputs $i$ and feeds the units $k$; ${c['x']}$ is an output or an input"
    return fed + layers + "."


def overview(lines: Sequence[Formulas], page: Page) -> Iterator[str]:
    """The formulas in one display; in a narrow one what they are about stands above each."""
    sides = [(rf"\text{{{line.about}}}", line.left, line.right) for line in lines]
    columns = [max(map(width, column)) for column in zip(*sides, strict=True)]
    if sum(columns) + 28.0 <= page.width and not page.rows:
        yield "\\begin{alignat*}{2}\n"
        yield " \\\\[4pt]\n".join(rf"&{about} &\quad {left} &= {right}" for about, left, right in sides)
        yield "\n\\end{alignat*}\n"
        return
    for about, left, right in sides:
        yield f"\\begin{{align*}}\n&{about} \\\\*\n&\\quad {left} = {right}\n\\end{{align*}}\n"
