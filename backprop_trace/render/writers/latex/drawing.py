r"""The network drawn in TikZ: units in circles, weights with their values along the edges.

A large network is abridged: of a layer with many units the first ones and the last, of many layers the first and
the last; weights are written on the edges where they do not cover one another. The caption says what is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple, TypeAlias

from backprop_trace.formulas.expr import Name, given
from backprop_trace.formulas.notation import latex_number, tex
from backprop_trace.formulas.notation.names import Alphabet
from backprop_trace.formulas.notation.numbers import shown
from backprop_trace.render.blocks import Naming
from backprop_trace.render.words import word
from backprop_trace.render.writers.latex.geometry import (
    LABEL_HEIGHT,
    RADIUS,
    Labels,
    Point,
    Segment,
    bent,
    clearance,
    evenly,
    off_circles,
    one_by_one,
)
from backprop_trace.render.writers.latex.page import TextBlock
from backprop_trace.render.writers.latex.width import width
from backprop_trace.run.step import Trace

MOST_UNITS = 6
MOST_LAYERS = 7
MOST_LABELS = 16
LABEL_SIZE = 0.9
"""Labels are set in a smaller size: 10 pt of `width` become 9."""

WIDEST_GAP = 165.0
NARROWEST_GAP = 48.0
"""Layers are at least so far apart, from centre to centre."""

PLACES_ON_A_BEND = (0.5, 0.4, 0.6, 0.3, 0.7)
CLOSEST, SPACINGS = 44.0, (56.0, 68.0, 80.0, 96.0, 112.0)
DIGITS = 4


class Size(NamedTuple):
    """A size for labels, beside `width`'s 10 pt."""

    font: str
    scale: float


SIZES = (Size(r"\footnotesize", LABEL_SIZE), Size(r"\scriptsize", 0.8))


class Circle(NamedTuple):
    """A circle; `unit` is empty for dots that stand for the units left out."""

    unit: str
    layer: int
    point: Point


class Arrow(NamedTuple):
    tail: Circle
    head: Circle
    weight: Name

    @property
    def segment(self) -> Segment:
        return self.tail.point, self.head.point

    @property
    def skips(self) -> bool:
        """Does it pass by a layer? Then it is bent around the units there."""
        return self.head.layer - self.tail.layer > 1

    def path(self, label: str = "") -> str:
        """From one circle to the other in TikZ, with a label on the way."""
        way = "to[bend left=20]" if self.skips else "--"
        return f"({_id(self.tail)}) {way}{label} ({_id(self.head)})"


class Beside(NamedTuple):
    """A label above or below a unit."""

    node: Circle
    text: str
    above: bool

    @property
    def segment(self) -> Segment:
        """Its middle line."""
        half, (x, y) = LABEL_SIZE * width(self.text) / 2, self.node.point
        level = y + (RADIUS + LABEL_HEIGHT / 2) * (1 if self.above else -1)
        return (x - half, level), (x + half, level)


class Tikz(NamedTuple):
    nodes: list[Circle]
    edges: list[Arrow]
    labels: list[tuple[Arrow, float, str]]
    """Edge, place, text."""
    size: Size
    beside: list[Beside]
    remarks: list[str]
    numbers: bool
    """Do the given numbers stand at the sides?"""


def picture(trace: Trace, names: Naming, alphabet: Alphabet, page: TextBlock) -> Iterator[str]:
    """The drawing as a tikzpicture, and its caption."""
    texts = _Texts(trace, names, alphabet, page)
    drawn = _drawn(trace, texts, page)
    yield "\\begin{center}\n\\vspace{4pt}\n\\begin{tikzpicture}[x=1pt, y=1pt, >=stealth,\n"
    yield f"  unit/.style={{circle, draw, minimum size={2 * RADIUS:.0f}pt, inner sep=0pt}},\n"
    yield f"  weight/.style={{sloped, fill=white, inner sep=1pt, font={drawn.size.font}}}]\n"
    yield from (_node(node, texts, trace) for node in drawn.nodes)
    yield from (f"\\draw[black!45, ->] {edge.path()};\n" for edge in drawn.edges)
    for edge, place, text in drawn.labels:
        yield f"\\path {edge.path(f' node[weight, pos={place:.2f}] {{${text}$}}')};\n"
    yield from map(_beside_unit, drawn.beside)
    beside = list(_given_at_units(drawn.nodes, texts, trace)) if drawn.numbers else []
    yield from (f"{number.way} {{${number.text}$}};\n" for number in beside)
    yield "\\end{tikzpicture}\n"
    written = [text for _, _, text in drawn.labels]
    written += [label.text for label in drawn.beside] + [number.text for number in beside]
    rounded = any(text.endswith(value) for text in written for value in texts.rounded)
    found = [*drawn.remarks, *(["Values are rounded to four digits here."] if rounded else [])]
    remarks = " ".join(filter(None, [texts.correspondence(drawn.nodes), *map(texts.word, found)]))
    yield f"\\par\\smallskip{{\\footnotesize {remarks}\\par}}\n" if remarks else ""
    yield "\\end{center}\n"


class _Texts:
    """Labels: name = value, the value rounded where it is long."""

    def __init__(self, trace: Trace, names: Naming, alphabet: Alphabet, page: TextBlock):
        self.trace, self.names, self.page, self.rounded = trace, names, page, set[str]()
        self.spell, self.numbered = names.speller(alphabet), False

    def unit(self, node: Circle) -> str:
        """What stands for a unit: a number where its name is too long."""
        name = self.called(node)
        return str(self._number(node)) if self.numbered and _size(width(name)) is None else name

    def called(self, node: Circle) -> str:
        """A unit as the formulas call it: in styles that number the layers, by its activation."""
        by_layer = self.names.style != "net-out" and node.layer != 0
        return self.spell(Name("out", node.unit) if by_layer else given(node.unit))

    def _number(self, node: Circle) -> int:
        """Counted from the first input on."""
        columns = self.trace.example.network.columns
        return sum(map(len, columns[: node.layer])) + columns[node.layer].index(node.unit) + 1

    def correspondence(self, nodes: Sequence[Circle]) -> str:
        """Which unit of the file stands where, in styles that number the layers, and where numbers stand for names."""
        by_layer = self.names.style != "net-out"
        files = {node: self.spell(given(node.unit)) if by_layer else self.called(node) for node in nodes if node.unit}
        pairs = [f"${self.unit(node)}$ = ${name}$" for node, name in files.items() if self.unit(node) != name]
        called = self.word("The units of the file, by their activations:" if by_layer else "The units:")
        return f"{called} {', '.join(pairs)}." if pairs else ""

    def word(self, text: str) -> str:
        return tex.escaped(word(text, self.page.language))

    def value(self, name: Name) -> str:
        value = self.number(name)
        return value.replace(".", "{,}") if self.page.comma else value

    def number(self, name: Name) -> str:
        text = self.trace.example.values.get(name, "") if self.trace.step == 1 else ""
        if 0 < len(text) <= DIGITS + 3:
            return text if "/" in text else latex_number(text)[0]
        exact = Fraction(self.trace.values[name])
        short = shown(exact, DIGITS)
        text, _ = latex_number(short)
        if Fraction(Decimal(short)) != exact:
            self.rounded.add(text)
        return text

    def with_value(self, name: Name) -> str:
        return f"{self.spell(name)} = {self.value(name)}"


# --- where everything stands ---


Units: TypeAlias = tuple[int, tuple[str, ...]]
"""Number and units of a layer; the inputs are layer 0, and -1 stands for those left out."""


class Ground(NamedTuple):
    """Which layers are drawn, and how far apart; with the given numbers at the sides, if there is room for them."""

    layers: list[Units]
    gap: float
    numbers: bool


def _ground(trace: Trace, texts: _Texts, page: TextBlock) -> Ground:
    """All layers if they find room, without the numbers at the sides if they must, else the first and the last ones."""
    columns = list(enumerate(trace.example.network.columns))
    ways = [(columns, True)] if _has_one_value_each(trace) else []
    for layers, numbers in (*ways, *((_abridged(columns, most), False) for most in range(MOST_LAYERS, 2, -1))):
        sides = _at_the_sides(layers, trace, texts, numbers)
        gap = min(WIDEST_GAP, (page.points - 2 * RADIUS - sides) / max(1, len(layers) - 1))
        if gap >= NARROWEST_GAP and len(layers) <= MOST_LAYERS:
            break
    return Ground(layers, gap, numbers)


def _abridged(columns: list[Units], most: int) -> list[Units]:
    if len(columns) <= most:
        return columns
    return [*columns[: most // 2], (-1, ("",)), *columns[len(columns) - (most - 1) // 2 :]]


def _drawn(trace: Trace, texts: _Texts, page: TextBlock) -> Tikz:
    """With name and value on every edge if they find room, else with the names only, else bare."""
    ground = _ground(trace, texts, page)
    if any(LABEL_SIZE * width(name) > ground.gap - 4 for layer in ground.layers for name in _long_names(layer, texts)):
        texts.numbered = True
        ground = _ground(trace, texts, page)
    layers, gap, _ = ground
    most = min(MOST_UNITS, max(4, int(gap / 12)), int(page.tallest / CLOSEST) + 1)
    remarks = _remarks(layers, most, trace)
    tallest = min(most, max(len(units) for _, units in layers))
    spacings = [spacing for spacing in SPACINGS if spacing * (tallest - 1) <= page.tallest] or [CLOSEST]
    for size, text in (*((size, texts.with_value) for size in SIZES), *((size, texts.spell) for size in SIZES)):
        for find in (evenly, one_by_one):
            for spacing in spacings:
                nodes = _nodes(layers, gap, spacing, most)
                edges, beside = _edges(trace, nodes), _labels_at_units(nodes, texts, trace, gap)
                labels = _labels(edges, nodes, [label.segment for label in beside], text, size, find)
                if labels is not None:
                    return Tikz(nodes, edges, labels, size, beside, remarks, ground.numbers)
    nodes = _nodes(layers, gap, spacings[0], most)
    remarks.append("There is no room for the weights along the edges.")
    beside = _labels_at_units(nodes, texts, trace, gap)
    return Tikz(nodes, _edges(trace, nodes), [], SIZES[0], beside, remarks, ground.numbers)


def _at_the_sides(layers: Sequence[Units], trace: Trace, texts: _Texts, numbers: bool) -> float:
    """What stands left of the first units and right of the last ones: names, biases, given numbers."""
    network, overhang = trace.example.network, 0.0
    for layer in (layers[0], layers[-1]):
        biases = [texts.with_value(bias) for node in _units(layer) if (bias := _bias(node, trace)) is not None]
        written = (*_long_names(layer, texts), *biases)
        overhang += max([5.0, *(LABEL_SIZE * width(text) / 2 - RADIUS for text in written)])
    if not numbers:
        return overhang
    inputs = [texts.value(given(label)) for label in network.inputs[:MOST_UNITS]]
    targets = [texts.value(Name("target", label)) for label in network.outputs[:MOST_UNITS]]
    return max(overhang, LABEL_SIZE * (max(map(width, inputs)) + max(map(width, targets))) + 82.0)


def _units(layer: Units) -> list[Circle]:
    """The units of a layer, wherever they stand."""
    number, units = layer
    return [Circle(unit, number, (0.0, 0.0)) for unit in units if unit]


def _long_names(layer: Units, texts: _Texts) -> list[str]:
    """Those that find no room in a circle."""
    return [name for node in _units(layer) if _size(width(name := texts.unit(node))) is None]


def _has_one_value_each(trace: Trace) -> bool:
    """Do the inputs and targets have one value, or one for each sample or time step?"""
    return trace.example.training.samples == 1 and not trace.example.training.times


def _nodes(layers: Sequence[Units], gap: float, spacing: float, most: int) -> list[Circle]:
    shown_units = [units if len(units) <= most else (*units[: most - 2], "", units[-1]) for _, units in layers]
    tallest = max(map(len, shown_units))
    nodes = []
    for column, ((layer, _), units) in enumerate(zip(layers, shown_units, strict=True)):
        apart = spacing * min(1.5, (tallest - 1) / (len(units) - 1)) if len(units) > 1 else spacing
        for row, unit in enumerate(units):
            nodes.append(Circle(unit, layer, (column * gap, apart * ((len(units) - 1) / 2 - row))))
    return nodes


def _edges(trace: Trace, nodes: Sequence[Circle]) -> list[Arrow]:
    by_name = {(node.layer > 0, node.unit): node for node in nodes if node.unit}
    ends = (
        (by_name.get((source.kind == "out", source.label)), by_name.get((True, unit)), weight)
        for weight, source, unit, back in trace.example.network.connections
        if not back
    )
    return [Arrow(tail, head, weight) for tail, head, weight in ends if tail is not None and head is not None]


Finder: TypeAlias = Callable[[Labels], list[float] | None]


Placed: TypeAlias = list[tuple[Arrow, float, str]]
"""Labels, each with its edge and its place there."""


def _labels(
    edges: Sequence[Arrow],
    nodes: Sequence[Circle],
    others: list[Segment],
    text: Callable[[Name], str],
    size: Size,
    find: Finder,
) -> Placed | None:
    """The labels of all edges, layer by layer, and then of those that pass by a layer; None if one does not fit."""
    labels, taken, centres = Placed(), [*others], [node.point for node in nodes]
    straight = [edge for edge in edges if not edge.skips]
    for layer in sorted({edge.head.layer for edge in straight}):
        members = [edge for edge in straight if edge.head.layer == layer]
        if len(members) > MOST_LABELS:
            return None
        written = [text(edge.weight) for edge in members]
        stand = Labels([edge.segment for edge in members], [_room(label, size) for label in written], taken, centres)
        found = find(stand)
        if found is None:
            return None
        labels += zip(members, found, written, strict=True)
        taken += [line for number, place in enumerate(found) if (line := stand.along(number, place)) is not None]
    for edge in (edge for edge in edges if edge.skips):
        label = text(edge.weight)
        for place in PLACES_ON_A_BEND:
            line = bent(edge.segment, place, _room(label, size))
            if clearance(line, taken, ()) > 0 and off_circles(line, centres) > 0:
                break
        else:
            return None
        labels.append((edge, place, label))
        taken.append(line)
    return labels


def _room(label: str, size: Size) -> float:
    return size.scale * width(label) + 4


def _bias(node: Circle, trace: Trace) -> Name | None:
    if node.layer <= 0 or not node.unit:
        return None
    return trace.example.network.bias_of(node.unit)


def _labels_at_units(nodes: Sequence[Circle], texts: _Texts, trace: Trace, gap: float) -> list[Beside]:
    """Names that are too long for their circle, and biases, if the layers are far enough from each other."""
    names = [(node, texts.unit(node)) for node in nodes if node.unit]
    long = [Beside(node, name, not _is_above(node)) for node, name in names if _size(width(name)) is None]
    biases = [(node, bias) for node in nodes if (bias := _bias(node, trace)) is not None]
    written = [Beside(node, texts.with_value(bias), _is_above(node)) for node, bias in biases]
    if long and not _are_apart(nodes):
        return [label._replace(above=False) for label in long]
    return [*long, *written] if all(LABEL_SIZE * width(label.text) < gap - 4 for label in written) else long


def _are_apart(nodes: Sequence[Circle]) -> bool:
    """Is there room for two labels between the units of each layer?"""
    heights = (sorted(node.point[1] for node in nodes if node.layer == layer) for layer in {n.layer for n in nodes})
    return all(above - below >= 2 * (RADIUS + LABEL_HEIGHT) for column in heights for below, above in pairwise(column))


def _is_above(node: Circle) -> bool:
    """The bias of a unit in the upper half stands above it, away from the edges."""
    return node.point[1] > 0


def _remarks(layers: Sequence[Units], most: int, trace: Trace) -> list[str]:
    wide = max((len(units) for _, units in layers), default=0)
    remarks = [f"Of layers with more than {most} units, the first ones and the last are drawn."] if wide > most else []
    if len(layers) < len(trace.example.network.columns):
        remarks.append("Of the layers, the first and the last ones are drawn.")
    if trace.example.network.recurrent_units:
        remarks.append("The recurrent connections, from one time step to the next, are not drawn.")
    return remarks


# --- as TikZ ---


def _id(node: Circle) -> str:
    return f"{node.layer}-{node.point[1]:.0f}".replace("--", "-m").replace(".", "d")


def _node(node: Circle, texts: _Texts, trace: Trace) -> str:
    x, y = node.point
    if not node.unit:
        return f"\\node at ({x:.1f},{y:.1f}) {{${_DOTS[node.layer < 0]}$}};\n"
    last = trace.example.network.depth
    colour = "black!6" if node.layer == 0 else "orange!15" if node.layer == last else "blue!9"
    size = _size(width(texts.unit(node)))
    inside = "" if size is None else f"{size}${texts.unit(node)}$"
    return f"\\node[unit, fill={colour}] ({_id(node)}) at ({x:.1f},{y:.1f}) {{{inside}}};\n"


_DOTS = (r"\vdots", r"\cdots")


def _size(wide: float) -> str | None:
    """A font size in which a name fits into the circle; None if there is no such."""
    for size, scale in (("", 1.095), (r"\footnotesize", 0.9), (r"\scriptsize", 0.8)):
        if wide * scale <= 2 * RADIUS - 4:
            return size
    return None


def _beside_unit(label: Beside) -> str:
    side, end = ("above", "north") if label.above else ("below", "south")
    place = f"[{side}, fill=white, inner sep=1pt, font=\\footnotesize] at ({_id(label.node)}.{end})"
    return f"\\node{place} {{${label.text}$}};\n"


class GivenNumber(NamedTuple):
    """A number beside a unit, and how TikZ gets there."""

    way: str
    text: str


def _given_at_units(nodes: Sequence[Circle], texts: _Texts, trace: Trace) -> Iterator[GivenNumber]:
    """With a single sample, inputs and targets beside their units."""
    network = trace.example.network
    for node in nodes if _has_one_value_each(trace) else ():
        if node.unit and node.layer == 0:
            yield GivenNumber(_beside(node, "<-", "west", -14, "left"), texts.value(given(node.unit)))
        if node.unit and node.layer == network.depth:
            target = texts.value(Name("target", node.unit))
            yield GivenNumber(
                _beside(node, "->", "east", 14, "right"), rf"\text{{{texts.word('target')} }}{{{target}}}"
            )


def _beside(node: Circle, arrow: str, end: str, far: int, side: str) -> str:
    label = f"node[{side}, black, font=\\footnotesize]"
    return f"\\draw[{arrow}, black!45] ({_id(node)}.{end}) -- ++({far},0) {label}"
