"""Writers of twelve notations: what each would put on paper for a network, with the quantities that are meant.

Each notation is a function of a desk (a random network with its true values) that yields lines: the text, and the names
of the quantities in the order of its numbers. `tried` has the checker read such a sheet.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from fractions import Fraction

from backprop_trace.check.checker import Checker
from backprop_trace.check.variant import Variant
from backprop_trace.files.sheet import read_sheet
from backprop_trace.files.spec import read_example
from backprop_trace.formulas.notation.names import canonical

Lines = Iterator[tuple[str, list[str]]]


class Desk:
    """A random network of one hidden layer, and how its numbers are written."""

    def __init__(self, draw: random.Random, numbered: bool = False):
        self.draw, self.comma = draw, False
        self.inputs = [f"x{k}" for k in range(1, draw.randint(2, 3) + 1)]
        hidden, outputs = draw.randint(2, 4), draw.randint(1, 3)
        first = len(self.inputs) + 1
        self.hidden = [f"{k}" if numbered else f"h{k - first + 1}" for k in range(first, first + hidden)]
        first += hidden
        self.outputs = [f"{k}" if numbered else f"o{k - first + 1}" for k in range(first, first + outputs)]
        self.places = draw.randint(4, 6)
        self.example = read_example(self.text())
        self.true = {canonical(name): value for name, value in Variant(self.example).true(1).items()}
        first_layer, last = self.example.network.layers
        self.w1 = [[weight.label for weight in row] for row in first_layer.weights]
        self.w2 = [[weight.label for weight in row] for row in last.weights]
        self.b1, self.b2 = [b.label for b in first_layer.biases], [b.label for b in last.biases]

    def number(self) -> str:
        return f"{self.draw.choice([-1, 1]) * self.draw.randint(11, 98) / 100:.2f}"

    def text(self) -> str:
        def matrix(rows, columns):
            return f"[{', '.join('[' + ', '.join(self.number() for _ in range(columns)) + ']' for _ in range(rows))}]"

        def layer(units, feeding):
            bias = ", ".join(self.number() for _ in units)
            weights = matrix(len(units), feeding)
            return f"  - {{units: [{', '.join(units)}], activation: sigmoid, weights: {weights}, bias: [{bias}]}}"

        inputs = ", ".join(f"{name}: {self.number()}" for name in self.inputs)
        targets = ", ".join(f"{name}: 0.{self.draw.randint(1, 9)}" for name in self.outputs)
        layers = "\n".join([layer(self.hidden, len(self.inputs)), layer(self.outputs, len(self.hidden))])
        return (f"inputs: {{{inputs}}}\ntargets: {{{targets}}}\nlayers:\n{layers}\n"
                "loss: half_squared_error\nlearning_rate: 0.5\n")  # fmt: skip

    def of(self, name: str) -> str:
        value = self.true[name]
        places = self.places if not value or abs(value) > Fraction(1, 10) else self.places + 2
        text = f"{float(value):.{places}f}"
        return text.replace(".", ",") if self.comma else text

    def vector(self, names: list[str], apart: str = ", ") -> str:
        return f"[{apart.join(map(self.of, names))}]"

    def matrix(self, rows: list[list[str]], apart: str = ", ", between: str = ", ") -> str:
        return f"[{between.join(self.vector(row, apart) for row in rows)}]"

    def marked(self, rows: list[list[str]], mark: str) -> list[list[str]]:
        return [[mark.replace("#", name) for name in row] for row in rows]


def _flat(rows: list[list[str]]) -> list[str]:
    return [name for row in rows for name in row]


def paper(d: Desk) -> Lines:
    yield "Homework", []
    yield "Forward pass", []
    for count, unit in enumerate([*d.hidden, *d.outputs], 1):
        yield f"{count}) net_{unit} = {d.of(f'net_{unit}')}", [f"net_{unit}"]
        yield f"- out_{unit} = 1/(1+e^-({d.of(f'net_{unit}')})) ≈ {d.of(f'out_{unit}')}", [f"out_{unit}"]
    yield f"The total error: E = {d.of('E')}", ["E"]
    for unit in d.outputs:
        yield f"δ_{unit} = {d.of(f'dE/dnet_{unit}')}", [f"dE/dnet_{unit}"]


def ng(d: Desk) -> Lines:
    for layer, (units, rows, biases) in enumerate(((d.hidden, d.w1, d.b1), (d.outputs, d.w2, d.b2)), 1):
        yield f"z[{layer}] = {d.vector([f'net_{u}' for u in units])}", [f"net_{u}" for u in units]
        yield f"a[{layer}] = {d.vector([f'out_{u}' for u in units])}", [f"out_{u}" for u in units]
        gradients = d.marked(rows, "dE/d#")
        yield f"dz[{layer}] = {d.vector([f'dE/dnet_{u}' for u in units])}", [f"dE/dnet_{u}" for u in units]
        yield f"dW[{layer}] = {d.matrix(gradients)}", _flat(gradients)
        yield f"db[{layer}] = {d.vector([f'dE/d{b}' for b in biases])}", [f"dE/d{b}" for b in biases]
    yield f"J = {d.of('E')}", ["E"]


def nielsen(d: Desk) -> Lines:
    for layer, (units, rows) in enumerate(((d.hidden, d.w1), (d.outputs, d.w2)), 2):
        for row, unit in enumerate(units, 1):
            yield f"z^{layer}_{row} = {d.of(f'net_{unit}')}", [f"net_{unit}"]
            yield f"a^{layer}_{row} = {d.of(f'out_{unit}')}", [f"out_{unit}"]
            yield f"δ^{layer}_{row} = {d.of(f'dE/dnet_{unit}')}", [f"dE/dnet_{unit}"]
            for column, weight in enumerate(rows[row - 1], 1):
                yield f"∂C/∂w^{layer}_{row}{column} = {d.of(f'dE/d{weight}')}", [f"dE/d{weight}"]
    yield f"C = {d.of('E')}", ["E"]


def bishop(d: Desk) -> Lines:
    for unit in d.hidden:
        yield f"a_{unit} = {d.of(f'net_{unit}')}", [f"net_{unit}"]
        yield f"z_{unit} = {d.of(f'out_{unit}')}", [f"out_{unit}"]
    for place, unit in enumerate(d.outputs, 1):
        yield f"a_{unit} = {d.of(f'net_{unit}')}", [f"net_{unit}"]
        yield f"y_{place} = {d.of(f'out_{unit}')}", [f"out_{unit}"]
        yield f"δ_{unit} = {d.of(f'dE/dnet_{unit}')}", [f"dE/dnet_{unit}"]


def mazur(d: Desk) -> Lines:
    for unit in [*d.hidden, *d.outputs]:
        yield f"net_{{{unit}}} = {d.of(f'net_{unit}')}", [f"net_{unit}"]
        yield f"out_{{{unit}}} = {d.of(f'out_{unit}')}", [f"out_{unit}"]
    for unit in d.outputs:
        yield f"E_{{{unit}}} = {d.of(f'E_{unit}')}", [f"E_{unit}"]
    yield f"E_{{total}} = {d.of('E')}", ["E"]
    for weight in [*_flat(d.w2), *_flat(d.w1)]:
        yield f"∂E_total/∂{weight} = {d.of(f'dE/d{weight}')}", [f"dE/d{weight}"]
        yield f"{weight}^+ = {d.of(f'{weight}+')}", [f"{weight}+"]


def rumelhart(d: Desk) -> Lines:
    for unit in [*d.hidden, *d.outputs]:
        yield f"net_{unit} = {d.of(f'net_{unit}')}", [f"net_{unit}"]
        yield f"o_{unit} = {d.of(f'out_{unit}')}", [f"out_{unit}"]
    for unit in [*d.outputs, *d.hidden]:
        yield f"δ{unit} = {d.of(f'dE/dnet_{unit}')}", [f"dE/dnet_{unit}"]


def pytorch(d: Desk) -> Lines:
    for name, rows, biases in (("hidden", d.w1, d.b1), ("output", d.w2, d.b2)):
        gradients, bias = d.marked(rows, "dE/d#"), [f"dE/d{b}" for b in biases]
        yield (
            f"{name}.weight.grad = tensor({d.matrix(gradients, between=',' + chr(10) + '        ')})",
            _flat(gradients),
        )
        yield f"{name}.bias.grad = tensor({d.vector(bias)})", bias
    out = [f"out_{u}" for u in d.outputs]
    yield f"output = tensor({d.vector(out)}, grad_fn=<SigmoidBackward0>)", out
    yield f"loss = tensor({d.of('E')}, grad_fn=<MulBackward0>)", ["E"]


def numpy(d: Desk) -> Lines:
    for layer, (units, rows) in enumerate(((d.hidden, d.w1), (d.outputs, d.w2)), 1):
        yield f"z{layer} = {d.vector([f'net_{u}' for u in units], ' ')}", [f"net_{u}" for u in units]
        yield f"a{layer} = array({d.vector([f'out_{u}' for u in units])})", [f"out_{u}" for u in units]
        gradients, new = d.marked(rows, "dE/d#"), d.marked(rows, "#+")
        yield f"dW{layer} = {d.matrix(gradients, ' ', chr(10) + ' ')}", _flat(gradients)
        yield f"W{layer}_new = {d.matrix(new, '  ', chr(10) + ' ')}", _flat(new)


def latex(d: Desk) -> Lines:
    yield r"\begin{align*}", []
    for unit in [*d.hidden, *d.outputs]:
        letter, place = unit[0], unit[1:]
        yield rf"net_{{{letter}_{place}}} &= {d.of(f'net_{unit}')} \\", [f"net_{unit}"]
        yield rf"out_{{{letter}{place}}} &\approx {d.of(f'out_{unit}')} \\[2pt]", [f"out_{unit}"]
        yield rf"\delta_{{{letter}{place}}} &= {d.of(f'dE/dnet_{unit}')} \\", [f"dE/dnet_{unit}"]
        name = rf"\frac{{\partial E}}{{\partial \mathrm{{out}}_{{{unit}}}}}"
        yield rf"{name} &= {d.of(f'dE/dout_{unit}')} \\", [f"dE/dout_{unit}"]
    yield r"\end{align*}", []


def spreadsheet(d: Desk) -> Lines:
    yield "quantity\tvalue", []
    for unit in [*d.hidden, *d.outputs]:
        yield f"net_{unit}\t{d.of(f'net_{unit}')}", [f"net_{unit}"]
        yield f"out_{unit}\t{d.of(f'out_{unit}')}", [f"out_{unit}"]
    for weight in _flat(d.w2):
        yield f"dE/d{weight}\t{d.of(f'dE/d{weight}')}", [f"dE/d{weight}"]


def german(d: Desk) -> Lines:
    d.comma = True
    yield "Lösung zu Aufgabe 3", []
    yield "Vorwärts:", []
    for unit in [*d.hidden, *d.outputs]:
        yield f"net_{unit} = {d.of(f'net_{unit}')}", [f"net_{unit}"]
        yield f"out_{unit} = {d.of(f'out_{unit}')}", [f"out_{unit}"]
    yield f"E = {d.of('E')}", ["E"]
    for weight in _flat(d.w2):
        yield f"{weight} neu = {d.of(f'{weight}+')}", [f"{weight}+"]


def terse(d: Desk) -> Lines:
    for unit in [*d.hidden, *d.outputs]:
        yield f"{unit}={d.of(f'out_{unit}').replace('0.', '.', 1)}", [f"out_{unit}"]
    yield f"E={d.of('E')}", ["E"]
    for unit in [*d.outputs, *d.hidden]:
        yield f"d{unit}={d.of(f'dE/dout_{unit}')}", [f"dE/dout_{unit}"]


NOTATIONS: dict[str, Callable[[Desk], Lines]] = {
    each.__name__: each
    for each in (paper, ng, nielsen, bishop, mazur, rumelhart, pytorch, numpy, latex, spreadsheet, german, terse)
}


def tried(notation: str, draw: random.Random) -> tuple[int, int, list[tuple[str, str]]]:
    """How many quantities of a sheet are read, of how many; and what is read as something else."""
    desk = Desk(draw, numbered=notation == "rumelhart")
    text, meant = "", {}
    for line, names in NOTATIONS[notation](desk):
        meant[text.count("\n") + 1] = names
        text += line + "\n"
    report = Checker(desk.example).check(read_sheet(text, "a.txt"))
    read, other = 0, []
    for line in report.written:
        wanted = meant.get(line.place.line if line.place else 0, [])
        if line.name in wanted and line.verdict in ("right", "rounded", "follows", "convention", "undecided"):
            read += 1
        elif line.verdict != "unknown":
            other.append((line.name, line.spelling, line.verdict))
    return read, sum(map(len, meant.values())), other


def shown(name: str, form: str, style: str, capsys, monkeypatch, *more: str) -> str | None:
    """What `show` prints."""
    from backprop_trace.cli import main

    capsys.readouterr()
    monkeypatch.setattr("sys.argv", ["backprop-trace", "show", name, "--format", form, "--style", style, *more])
    try:
        main()
    except SystemExit as ended:
        if ended.code:
            return None
    return capsys.readouterr().out
