"""A step in matrices: z = W a + b, δ = (Wᵀ δ) ⊙ f′(z), ∂E/∂W = δ aᵀ, with the numbers of its lines.

A view: each entry is the value of a line, nothing is computed here. In the `column` form a vector is a column, several
samples are columns beside each other, and a row of W belongs to a unit. The `row` form is its transpose: samples are
rows, products are turned round.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple, TypeAlias

from backprop_trace.files.source import printable
from backprop_trace.files.spec import Example
from backprop_trace.formulas.expr import LOSS, Name, after, derivative, given
from backprop_trace.formulas.notation import ASCII
from backprop_trace.model.catalogue import ACTIVATIONS, feels_the_layer
from backprop_trace.model.network import Network
from backprop_trace.model.update import ETA
from backprop_trace.render import blocks as said
from backprop_trace.render.blocks import Amount, Block, Column, Item, Letter, Math, Matrix, MatrixLine, MatrixLines, Row
from backprop_trace.render.pages.compact import loss_lines, update_lines
from backprop_trace.render.pages.fold import Folding
from backprop_trace.render.pages.groups import Extent, layer_called
from backprop_trace.render.pages.lines import HEADINGS, equations
from backprop_trace.render.view import Numbers, View, chosen, naming
from backprop_trace.run.step import Trace

FORMS = ("column", "row")
MOST_ROWS, MOST_COLUMNS = 12, 6
MOST_ENTRIES = 2000


def why_not(example: Example) -> str:
    """Why a network has no such form, empty if it has one."""
    network, name = example.network, printable(example.name)
    if not network.layers:
        return f"{name} is made of definitions"
    if example.training.times:
        return f"{name} goes over time steps: each would have its own"
    for depth, (layer, below) in enumerate(zip(network.layers, network.columns, strict=False), 1):
        rows = ([*row, bias] for row, bias in zip(layer.weights, layer.biases, strict=True))
        used = [[name for name in row if name is not None] for row in rows]
        if [source.label for source in layer.sources] != list(below):
            return f"layer {depth} is not fed by all of the layer below it and by nothing else"
        if layer.net_input != "weighted_sum":
            return f"the net inputs of layer {depth} are no weighted sums"
        if any(len(set(row)) < len(row) for row in used):
            return f"a unit of layer {depth} uses a parameter twice"
    if example.training.samples > 1 and (shared := sorted(name.label for name in _shared(network))):
        return f"{shared[0]} is shared, and has a gradient for each of its places and samples"
    return ""


def _shared(network: Network) -> set[Name]:
    """The parameters that stand in more than one place."""
    biases = (bias for layer in network.layers for bias in layer.biases if bias is not None)
    counts = Counter(chain((connection.weight for connection in network.connections), biases))
    return {name for name, count in counts.items() if count > 1}


class Array(NamedTuple):
    """A vector or matrix in the column form: its letter, its rows of numbers, what its rows and its columns belong to.
    `spelled`: what is written for it, where that is more than a letter."""

    letter: Letter
    cells: Sequence[Sequence[str]] = ()
    rows: Sequence[str] = ()
    columns: Sequence[str] = ()
    spelled: tuple[Item, ...] = ()

    @property
    def turned(self) -> Array:
        return self._replace(cells=list(zip(*self.cells, strict=True)), rows=self.columns, columns=self.rows)

    @property
    def transposed(self) -> Array:
        return self.turned._replace(letter=self.letter._replace(mark="T"))


class Scalar(NamedTuple):
    """A number with a letter."""

    letter: Letter
    value: Amount


Term: TypeAlias = Array | Scalar | Amount | str


def matrix_step(trace: Trace, view: View, extent: Extent, level: int) -> Iterator[Block]:
    """The phases in matrices; the loss line by line. Equations that follow one another are one block."""
    waiting: MatrixLines | None = None
    for block in _phases(trace, view, extent, level):
        if isinstance(block, MatrixLines):
            waiting = MatrixLines([*(waiting.lines if waiting else ()), *block.lines], block.names)
            continue
        yield from [waiting] if waiting is not None else []
        waiting = None
        yield block
    yield from [waiting] if waiting is not None else []


def _phases(trace: Trace, view: View, extent: Extent, level: int) -> Iterator[Block]:
    step, lines = _Step(trace, view, extent.across), chosen(trace, view)
    for phase in view.phases:
        yield said.Heading(HEADINGS[phase], level)
        match phase:
            case "forward":
                yield from step.forward()
            case "loss":
                yield from loss_lines(Folding(trace), lines, trace, view)
            case "backward":
                yield from step.backward()
            case _ if step.updates_in_matrices:
                yield from step.update()
            case _:
                yield from update_lines([line for line in lines if line.equation.phase == phase], trace, view, extent)


def general_lines(trace: Trace, view: View) -> Iterator[Block]:
    """The formulas at the head: of units those of the functions in use, of layers the rest."""
    step, example = _Step(trace, view), trace.example
    of_units = [
        line for line in example.general_formulas(["forward", "loss"]) if not line.about.startswith("net input")
    ]
    if of_units and {"forward", "loss"} & set(view.phases):
        yield said.Formulas(of_units, view.style)
    yield MatrixLines(list(step.general()), naming(trace, view))
    form = (
        "A sample is a row of every matrix, and a unit a column of its weights"
        if view.matrix == "row"
        else "A sample is a column of every matrix, and a unit a row of its weights"
    )
    absent = any(name is None for layer in example.network.layers for row in layer.weights for name in row)
    dot = "; a dot stands where there is no connection" if absent else ""
    yield said.Prose(
        f"{form}. A function and its slope are taken element by element, as is the product in a circle{dot}."
    )


class _Step:
    def __init__(self, trace: Trace, view: View, across: int = Extent().across):
        self.trace, self.view, self.network = trace, view, trace.example.network
        self.names, self.numbers = naming(trace, view), Numbers(trace, ASCII, view.decimals)
        self.samples = sorted({line.sample for line in trace.values if line.kind == "net"}, key=lambda each: each or 0)
        self.shift = SHIFTS.get(view.style, (0, 0))
        self.across = across
        self.by_row, self.shared = view.matrix == "row", _shared(self.network)

    # --- the arrays of a layer, in the column form ---

    def number(self, name: Name) -> str:
        return self.numbers.text(name) if name in self.trace.values else ""

    def over_samples(self, letter: Letter, names: Sequence[Name]) -> Array:
        """A row for each quantity, a column for each sample."""
        cells = [[self.number(name._replace(sample=sample)) for sample in self.samples] for name in names]
        return Array(letter, cells, [_unit(name) for name in names], [str(sample or "") for sample in self.samples])

    def letter(self, letter: str, depth: int, gradient: bool = False) -> Letter:
        shift = self.shift[letter not in "Wb"]
        return Letter(letter.upper() if self.several and letter in "za" else letter, str(depth + shift), gradient)

    @property
    def several(self) -> bool:
        return len(self.samples) > 1

    def fed(self, depth: int) -> Array:
        """What feeds a layer: the inputs, or the activations of the layer below."""
        if depth == 1:
            names = [given(label) for label in self.network.inputs]
            return self.over_samples(Letter("X" if self.several else "x"), names)
        return self.activation(depth - 1)

    def activation(self, depth: int) -> Array:
        return self.over_samples(self.letter("a", depth), self.of_units("out", depth))

    def of_units(self, kind: str, depth: int) -> list[Name]:
        return [Name(kind, unit) for unit in self.network.layers[depth - 1].units]

    def gradients(self, kind: str, letter: Letter, depth: int) -> Array:
        return self.over_samples(letter, [derivative(LOSS, name) for name in self.of_units(kind, depth)])

    def delta(self, depth: int) -> Array:
        return self.gradients("net", self.letter("δ", depth), depth)

    def slopes(self, depth: int) -> Array:
        pairs = zip(self.of_units("out", depth), self.of_units("net", depth), strict=True)
        of = ("f′", "(", self.letter("z", depth), ")")
        return self.over_samples(Letter("f′"), [derivative(out, net) for out, net in pairs])._replace(spelled=of)

    def jacobian(self, depth: int, sample: int | None) -> Array:
        """d out_k / d net_j of a softmax, a row for each j; the same read either way."""
        outs, nets = self.of_units("out", depth), self.of_units("net", depth)
        cells = [[self.number(derivative(out, net)._replace(sample=sample)) for out in outs] for net in nets]
        return Array(Letter("J", str(depth + self.shift[1])), cells)

    def weights(self, depth: int, what: str = "") -> Array:
        """The weights into a layer, their gradients, or their new values."""
        layer = self.network.layers[depth - 1]
        letter = self.letter("W", depth, what == "gradient")._replace(mark="+" if what == "new" else "")
        cells = [
            ["" if name is None else self.number(self.of_parameter(name, unit, what)) for name in row]
            for unit, row in zip(layer.units, layer.weights, strict=True)
        ]
        return Array(letter, cells, layer.units, self.network.columns[depth - 1])

    def biases(self, depth: int, what: str = "") -> Array:
        layer = self.network.layers[depth - 1]
        letter = self.letter("b", depth, what == "gradient")._replace(mark="+" if what == "new" else "")
        pairs = zip(layer.units, layer.biases, strict=True)
        cells = [["" if name is None else self.number(self.of_parameter(name, unit, what))] for unit, name in pairs]
        return Array(letter, cells, layer.units, [""])

    def of_parameter(self, name: Name, unit: str, what: str) -> Name:
        """Of a shared parameter the gradient that arrives through this unit, none if the unit feeds nothing."""
        if what != "gradient":
            return after(name) if what == "new" else name
        through, alone = derivative(LOSS, name, via=given(unit)), derivative(LOSS, name)
        reaches = derivative(LOSS, Name("net", unit))._replace(sample=self.samples[0]) in self.trace.values
        return alone if through not in self.trace.values and (reaches or name not in self.shared) else through

    # --- equations ---

    def turned_round(self, terms: Sequence[Term]) -> Iterator[Term]:
        """In the row form the factors of each product of matrices change places."""
        place = 0
        while place < len(terms):
            if self.by_row and "." in terms[place + 1 : place + 2]:
                yield from (terms[place + 2], ".", terms[place])
                place += 3
            else:
                yield terms[place]
                place += 1

    def matrix(self, array: Array) -> Matrix:
        return Matrix(tuple(map(tuple, (array.turned if self.by_row else array).cells)))

    def equated(self, name: Array, *terms: Term, between: Sequence[Term] = ()) -> Iterator[Block]:
        """name = letters = numbers (= numbers once more) = result; of what is too wide the letters, and the result in a
        table."""
        turned = list(self.turned_round(terms))
        applied = len(terms) > 1 and terms[1] == "("  # a function of what stands in the line above
        middle = [] if applied or len(terms) == 1 else [self.in_numbers(each) for each in (turned, between) if each]
        line = MatrixLine(((name.letter,), _letters(turned), *middle, (self.matrix(name),)), beside=applied)
        if all(self.fits(item) for side in line.sides for item in side if isinstance(item, Matrix)):
            yield MatrixLines([line], self.names)
            return
        yield MatrixLines([line._replace(sides=line.sides[:2])], self.names)
        weights = (term for term in terms if isinstance(term, Array) and term.letter.letter == "W")
        yield from self.tables([*(weights if name.letter.letter.lower() == "z" else ()), name])

    def fits(self, matrix: Matrix) -> bool:
        rows, columns = matrix.shape
        characters = max(sum(map(len, row)) for row in matrix.rows)
        return rows <= MOST_ROWS and columns <= MOST_COLUMNS and characters <= self.across

    def in_numbers(self, terms: Sequence[Term]) -> tuple[Item, ...]:
        return tuple(map(self.in_number, terms))

    def in_number(self, term: Term) -> Item:
        match term:
            case Array():
                return self.matrix(term)
            case Scalar(_, value):
                return value
        return term

    def tables(self, arrays: Iterable[Array]) -> Iterator[Block]:
        """What is no wider than a page only as a table."""
        for array in arrays:
            shown = array.turned if self.by_row else array
            count = len(shown.cells) * len(shown.columns)
            if count > MOST_ENTRIES or not shown.columns:
                yield said.Prose(f"{count:,} entries are not written out; --format csv has them.")
                continue
            heads = [Column(self.called(label), number=True) for label in shown.columns]
            rows = [Row((self.called(label), *cells)) for label, cells in zip(shown.rows, shown.cells, strict=True)]
            yield said.Table((Column((array.letter.letter, " ", array.letter.layer)), *heads), rows, long=True)

    def called(self, label: str) -> said.Text:
        return f"sample {label}" if label.isdigit() else (Math((given(label),), self.names),)

    # --- the phases ---

    def general(self) -> Iterator[MatrixLine]:
        """What holds in every layer l; L is the last."""
        up = {"z": "Z", "a": "A"} if self.several else {}
        z, a, x, d, above = (
            Array(Letter(up.get(letter, letter), layer))
            for letter, layer in (("z", "l"), ("a", "l"), ("a", "l-1"), ("δ", "l"), ("δ", "l+1"))
        )
        w, next_w = (Array(Letter("W", layer)) for layer in (("l-1", "l") if self.shift == (0, 1) else ("l", "l+1")))
        slope = Array(Letter("f′"), spelled=("f′", "(", z.letter, ")"))
        b, ones = Array(Letter("b", w.letter.layer)), Array(Letter("1"))
        last, out = Array(Letter("δ", "L")), Array(Letter(up.get("a", "a"), "L", gradient=True))
        w_above: Term = Array(next_w.letter._replace(mark="T"))
        grads = [Array(each.letter._replace(gradient=True)) for each in (w, b)]
        with_bias: list[Term] = ["+", b] if self.network.biases else []
        over_samples: list[Term] = [".", ones] if self.several else []
        known: dict[str, list[tuple[str, Array, list[Term]]]] = {
            "forward": [("net input", z, [w, ".", x, *with_bias]),
                        ("activation", a, ["f", "(", z, ")"])],
            "backward": [("delta of the last layer", last, self.last_delta(out)),
                         ("delta of a hidden layer", d, ["(", w_above, ".", above, ")", "⊙", slope]),
                         ("gradient of the weights", grads[0], [d, ".", Array(x.letter._replace(mark="T"))]),
                         ("gradient of the biases", grads[1], [d, *over_samples])],
            "update": [("update", Array(w.letter._replace(mark="+")), [w, "-", Array(Letter("η")), "*", grads[0]])],
        }  # fmt: skip
        if not self.updates_in_matrices:
            del known["update"]
        trained = set(self.trace.example.rule.trained)
        for phase in self.view.phases:
            for about, name, terms in known.get(phase, []):
                if about != "gradient of the biases" or not trained.isdisjoint(self.network.biases):
                    yield MatrixLine(((name.letter,), _letters(self.turned_round(terms))), about)

    def last_delta(self, arriving: Array) -> list[Term]:
        layer = self.network.layers[-1]
        if feels_the_layer(ACTIVATIONS.get(layer.activation, ACTIVATIONS["identity"])):
            return [Array(Letter("J", "L")), ".", arriving]
        z = Letter("Z" if self.several else "z", "L")
        return [arriving, "⊙", Array(Letter("f′"), spelled=("f′", "(", z, ")"))]

    def forward(self) -> Iterator[Block]:
        for depth, layer in enumerate(self.network.layers, 1):
            yield said.Heading(_capital(layer_called(depth, self.network)), 3)
            net = self.over_samples(self.letter("z", depth), self.of_units("net", depth))
            biased: list[Term] = ["+", self.biases(depth)] if any(layer.biases) else []
            yield from self.equated(net, self.weights(depth), ".", self.fed(depth), *biased)
            yield from self.equated(self.activation(depth), _function(layer.activation), "(", net, ")")
        if self.several and self.network.biases:
            yield said.Prose(f"The bias is added to every {'row' if self.by_row else 'column'}: to each sample.")

    def backward(self) -> Iterator[Block]:
        for depth in range(self.network.depth, 0, -1):
            layer, delta = self.network.layers[depth - 1], self.delta(depth)
            if not any(map(any, delta.cells)):  # nothing of this layer or below is trained
                continue
            bias, weights = self.biases(depth, "gradient"), self.weights(depth, "gradient")
            has_bias = any(map(any, bias.cells))
            yield said.Heading(_capital(layer_called(depth, self.network)), 3)
            yield from self.deltas(depth)
            if any(map(any, weights.cells)):
                yield from self.equated(weights, delta, ".", self.fed(depth).transposed)
            is_delta = not self.several and self.shared.isdisjoint(layer.biases)
            if has_bias and not is_delta:
                ones = Array(Letter("1"), [["1"] for _ in self.samples])
                over_samples: list[Term] = [".", ones] if self.several else []
                yield from self.equated(bias, delta, *over_samples)
        totals = {derivative(LOSS, name) for name in self.shared}
        if lines := [line for line in Folding(self.trace).of(self.trace.lines) if line.name in totals]:
            yield said.Heading("What stands in several places, in total", 3)
            yield equations(lines, self.trace, self.view)

    def deltas(self, depth: int) -> Iterator[Block]:
        """By way of the activation's slope, of a softmax sample by sample; and by the shortcut, which must agree."""
        layer, delta = self.network.layers[depth - 1], self.delta(depth)
        is_last = depth == self.network.depth
        arriving = self.gradients("out", self.letter("a", depth, gradient=True), depth)
        from_above: list[Term] = [arriving]
        if not is_last:
            from_above = ["(", self.weights(depth + 1).transposed, ".", self.delta(depth + 1), ")"]
        short = self.shortcut(depth) if is_last else []
        if feels_the_layer(ACTIVATIONS.get(layer.activation, ACTIVATIONS["identity"])):
            if not is_last:
                yield from self.equated(arriving, *from_above[1:-1])
            yield from self.through_softmax(depth, arriving)
        else:
            slopes = self.slopes(depth)
            between = () if is_last else (arriving, "⊙", slopes)
            yield from self.equated(delta, *from_above, "⊙", slopes, between=between)
        yield from self.equated(delta, *short) if short else []

    def through_softmax(self, depth: int, arriving: Array) -> Iterator[Block]:
        for place, sample in enumerate(self.samples):
            mark = f"({sample})" if self.several else ""
            delta, above = (
                Array(each.letter._replace(mark=mark), [[row[place]] for row in each.cells])
                for each in (self.delta(depth), arriving)
            )
            jacobian = self.jacobian(depth, sample)
            yield from self.equated(delta, jacobian._replace(letter=jacobian.letter._replace(mark=mark)), ".", above)

    def shortcut(self, depth: int) -> list[Term]:
        """a - t, with the share of a sample where losses are averaged."""
        names = [derivative(LOSS, name)._replace(sample=self.samples[0]) for name in self.of_units("net", depth)]
        lines = [self.trace.by_name.get(name) for name in names]
        if any(line is None or line.shortcut is None for line in lines):
            return []
        targets = self.over_samples(Letter("T" if self.several else "t"), self.of_units("target", depth))
        difference: list[Term] = [self.activation(depth), "-", targets]
        if self.several and self.trace.example.training.batch == "mean":
            return [Amount(f"1/{len(self.samples)}"), "*", "(", *difference, ")"]
        return difference

    @property
    def updates_in_matrices(self) -> bool:
        """Does each parameter move against its gradient alone, and belong to one entry?"""
        rule = self.trace.example.rule
        plain = rule.optimizer == "sgd" and not rule.weight_decay and not rule.schedule
        trained = set(rule.trained)
        named = [[[*row] for row in layer.weights] + [[*layer.biases]] for layer in self.network.layers]
        mixed = any(
            0 < len(trained & {*filter(None, row)}) < len({*filter(None, row)}) for each in named for row in each
        )
        return plain and not mixed and not self.shared

    def update(self) -> Iterator[Block]:
        rate = Scalar(Letter("η"), Amount(self.numbers.text(ETA)))
        for depth in range(1, self.network.depth + 1):
            for of in (self.weights, self.biases):
                old, gradient, new = of(depth), of(depth, "gradient"), of(depth, "new")
                if any(map(any, gradient.cells)):
                    yield from self.equated(new, old, "-", rate, "*", gradient)


SHIFTS = {"layered": (0, 1), "nielsen": (1, 1)}
"""How much higher the layers of weights, and of all else, are numbered in a style: the inputs are a layer, too."""


def _letters(terms: Iterable[Term]) -> tuple[Item, ...]:
    return tuple(item for term in terms for item in _spelled(term))


def _spelled(term: Term) -> tuple[Item, ...]:
    match term:
        case Array():
            return term.spelled or (term.letter,)
        case Scalar(letter):
            return (letter,)
    return (term,)


def _characters(row: Sequence[str]) -> int:
    return sum(map(len, row))


def _function(activation: str) -> str:
    return activation if activation in ACTIVATIONS else "f"


def _unit(name: Name) -> str:
    return name.wrt.label if name.wrt is not None else name.label


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
