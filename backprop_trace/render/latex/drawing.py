r"""The network drawn in TikZ: units in circles, weights with their values along the edges.

A large network is abridged: of a layer with many units the first ones and the last, of many layers the first and
the last; weights are written on the edges where they do not cover one another. The caption says what is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple, TypeAlias

from backprop_trace.expr import Name, given
from backprop_trace.network import Layer
from backprop_trace.notation import latex_number
from backprop_trace.notation.names import Speller
from backprop_trace.notation.numbers import shown
from backprop_trace.parse import number
from backprop_trace.render.latex.geometry import LABEL_HEIGHT, RADIUS, Point, Segment, evenly, one_by_one
from backprop_trace.render.latex.page import Page
from backprop_trace.render.latex.width import width
from backprop_trace.trace import Trace

MOST_UNITS = 6
MOST_LAYERS = 7
MOST_LABELS = 16
LABEL_SIZE = 0.9
"""Labels are set in a smaller size: 10 pt of `width` become 9."""

WIDEST_GAP = 150.0
SPACINGS = (56.0, 64.0, 72.0, 80.0)
DIGITS = 4


class Node(NamedTuple):
    """A circle; `unit` is empty for dots that stand for the units left out."""

    unit: str
    layer: int
    point: Point


class Edge(NamedTuple):
    tail: Node
    head: Node
    weight: Name

    @property
    def segment(self) -> Segment:
        return self.tail.point, self.head.point


class Drawing(NamedTuple):
    nodes: list[Node]
    edges: list[Edge]
    labels: list[tuple[Edge, float, str]]
    """Edge, place, text."""
    remarks: list[str]


def picture(trace: Trace, spell: Speller, page: Page) -> Iterator[str]:
    """The drawing as a tikzpicture, and its caption."""
    texts = _Texts(trace, spell)
    drawn = _drawn(trace, texts, page)
    yield "\\begin{center}\n\\begin{tikzpicture}[x=1pt, y=1pt, >=stealth,\n"
    yield f"  unit/.style={{circle, draw, minimum size={2 * RADIUS:.0f}pt, inner sep=0pt}},\n"
    yield "  weight/.style={sloped, fill=white, inner sep=1pt, font=\\footnotesize}]\n"
    yield from (_node(node, texts, trace) for node in drawn.nodes)
    yield from (_edge(edge) for edge in drawn.edges)
    for edge, place, text in drawn.labels:
        yield f"\\path ({_id(edge.tail)}) -- node[weight, pos={place:.2f}] {{${text}$}} ({_id(edge.head)});\n"
    yield from _at_units(drawn.nodes, texts, trace)
    yield "\\end{tikzpicture}\n"
    remarks = [*drawn.remarks, *(["Values are rounded to four digits here."] if texts.rounded else [])]
    yield f"\\par\\smallskip{{\\footnotesize {' '.join(remarks)}\\par}}\n" if remarks else ""
    yield "\\end{center}\n"


class _Texts:
    """Labels: name = value, the value rounded where it is long."""

    def __init__(self, trace: Trace, spell: Speller):
        self.trace, self.spell, self.rounded = trace, spell, False

    def value(self, name: Name) -> str:
        values = self.trace.example.values
        text = values.get(name, "") if self.trace.step == 1 else ""
        if not 0 < len(text) <= DIGITS + 3:
            value = self.trace.values[name]
            text = shown(float(value) if not isinstance(value, Fraction) else value, DIGITS)
            self.rounded = self.rounded or number(text) != Fraction(value)
        return latex_number(text)[0]

    def with_value(self, name: Name) -> str:
        return f"{self.spell(name)} = {self.value(name)}"


# --- where everything stands ---


def _drawn(trace: Trace, texts: _Texts, page: Page) -> Drawing:
    """With name and value on every edge if they find room, else with the names only, else bare."""
    layers = _layers(trace)
    gap = min(WIDEST_GAP, (page.points - 2 * RADIUS - _beside(trace, texts)) / max(1, len(layers) - 1))
    most = min(MOST_UNITS, max(4, int(gap / 12)))
    remarks = _remarks(layers, most, trace)
    for text in (texts.with_value, texts.spell):
        for find in (evenly, one_by_one):
            for spacing in SPACINGS:
                nodes = _nodes(layers, gap, spacing, most)
                edges = _edges(trace, nodes)
                labels = _labels(edges, _bias_segments(nodes, texts, trace), text, find)
                if labels is not None:
                    return Drawing(nodes, edges, labels, remarks)
    nodes = _nodes(layers, gap, SPACINGS[0], most)
    remarks.append("The weights are too many to be written here; they stand in the table at the end.")
    return Drawing(nodes, _edges(trace, nodes), [], remarks)


def _beside(trace: Trace, texts: _Texts) -> float:
    """What stands left of the inputs and right of the outputs."""
    if trace.example.network.samples > 1:
        return 10.0
    network = trace.example.network
    inputs = [texts.value(given(label)) for label in network.inputs[:MOST_UNITS]]
    targets = [texts.value(Name("target", label)) for label in network.outputs[:MOST_UNITS]]
    return LABEL_SIZE * (max(map(width, inputs)) + max(map(width, targets))) + 82.0


def _layers(trace: Trace) -> list[tuple[int, tuple[str, ...]]]:
    """Number and units of the layers that are drawn; the inputs are layer 0, and -1 stands for those left out."""
    network = trace.example.network
    layers = list(enumerate([network.inputs, *(layer.units for layer in network.layers)]))
    if len(layers) <= MOST_LAYERS:
        return layers
    return [*layers[:3], (-1, ("",)), *layers[-3:]]


def _nodes(layers: Sequence[tuple[int, tuple[str, ...]]], gap: float, spacing: float, most: int) -> list[Node]:
    shown_units = [units if len(units) <= most else (*units[: most - 2], "", units[-1]) for _, units in layers]
    tallest = max(map(len, shown_units))
    nodes = []
    for column, ((layer, _), units) in enumerate(zip(layers, shown_units, strict=True)):
        apart = spacing * min(1.5, (tallest - 1) / (len(units) - 1)) if len(units) > 1 else spacing
        for row, unit in enumerate(units):
            nodes.append(Node(unit, layer, (column * gap, apart * ((len(units) - 1) / 2 - row))))
    return nodes


def _edges(trace: Trace, nodes: Sequence[Node]) -> list[Edge]:
    by_name = {(node.layer > 0, node.unit): node for node in nodes if node.unit}
    found = []
    for node in nodes:
        if node.layer > 0 and node.unit:
            layer: Layer = trace.example.network.layers[node.layer - 1]
            for weight, source in zip(layer.weights[layer.units.index(node.unit)], layer.sources, strict=True):
                tail = by_name.get((source.kind == "out", source.label))
                if weight is not None and tail is not None:
                    found.append(Edge(tail, node, weight))
    return found


Finder: TypeAlias = Callable[[list[Segment], list[float], list[Segment]], list[float] | None]


def _labels(
    edges: Sequence[Edge], biases: list[Segment], text: Callable[[Name], str], find: Finder
) -> list[tuple[Edge, float, str]] | None:
    """The labels of all edges, layer by layer; None if there is one where they do not fit."""
    labels: list[tuple[Edge, float, str]] = []
    for layer in sorted({edge.head.layer for edge in edges}):
        members = [edge for edge in edges if edge.head.layer == layer]
        if len(members) > MOST_LABELS:
            return None
        written = [text(edge.weight) for edge in members]
        widths = [LABEL_SIZE * width(label) + 4 for label in written]
        found = find([edge.segment for edge in members], widths, biases)
        if found is None:
            return None
        labels += zip(members, found, written, strict=True)
    return labels


def _bias(node: Node, trace: Trace) -> Name | None:
    if node.layer <= 0 or not node.unit:
        return None
    layer = trace.example.network.layers[node.layer - 1]
    return layer.biases[layer.units.index(node.unit)]


def _bias_segments(nodes: Sequence[Node], texts: _Texts, trace: Trace) -> list[Segment]:
    """The middle lines of the labels above and below the units."""
    segments = []
    for node in nodes:
        if (bias := _bias(node, trace)) is not None:
            half, (x, y) = LABEL_SIZE * width(texts.with_value(bias)) / 2, node.point
            level = y + (RADIUS + LABEL_HEIGHT / 2) * (1 if _is_above(node) else -1)
            segments.append(((x - half, level), (x + half, level)))
    return segments


def _is_above(node: Node) -> bool:
    """The bias of a unit in the upper half stands above it, away from the edges."""
    return node.point[1] > 0


def _remarks(layers: Sequence[tuple[int, tuple[str, ...]]], most: int, trace: Trace) -> list[str]:
    wide = max((len(units) for _, units in layers), default=0)
    remarks = [f"Of layers with more than {most} units, the first ones and the last are drawn."] if wide > most else []
    if len(layers) < len(trace.example.network.layers) + 1:
        remarks.append("Of the layers, the first three and the last three are drawn.")
    return remarks


# --- as TikZ ---


def _id(node: Node) -> str:
    return f"{node.layer}-{node.point[1]:.0f}".replace("--", "-m").replace(".", "d")


def _node(node: Node, texts: _Texts, trace: Trace) -> str:
    x, y = node.point
    if node.layer < 0:
        return f"\\node at ({x:.1f},{y:.1f}) {{$\\cdots$}};\n"
    if not node.unit:
        return f"\\node at ({x:.1f},{y:.1f}) {{$\\vdots$}};\n"
    last = len(trace.example.network.layers)
    colour = "black!6" if node.layer == 0 else "orange!15" if node.layer == last else "blue!9"
    text = f"${texts.spell(given(node.unit))}$"
    size = _size(width(text))
    return f"\\node[unit, fill={colour}] ({_id(node)}) at ({x:.1f},{y:.1f}) {{{size}{text}}};\n"


def _size(wide: float) -> str:
    """A font size in which a text fits into the circle."""
    for size, scale in (("", 1.095), (r"\footnotesize", 0.9), (r"\scriptsize", 0.8), (r"\tiny", 0.6)):
        if wide * scale <= 2 * RADIUS - 4:
            return size
    return r"\tiny"


def _edge(edge: Edge) -> str:
    skips = edge.head.layer - edge.tail.layer > 1
    way = "to[bend left=20]" if skips else "--"
    return f"\\draw[black!45, ->] ({_id(edge.tail)}) {way} ({_id(edge.head)});\n"


def _at_units(nodes: Sequence[Node], texts: _Texts, trace: Trace) -> Iterator[str]:
    """Biases below the units; with a single sample, inputs and targets beside them."""
    network = trace.example.network
    for node in nodes:
        if (bias := _bias(node, trace)) is not None:
            side, end = ("above", "north") if _is_above(node) else ("below", "south")
            yield f"\\node[{side}, fill=white, inner sep=1pt, font=\\footnotesize] at ({_id(node)}.{end}) "
            yield f"{{${texts.with_value(bias)}$}};\n"
        if node.unit and network.samples == 1 and node.layer == 0:
            value = texts.value(given(node.unit))
            yield f"\\draw[<-, black!45] ({_id(node)}.west) -- ++(-14,0) node[left, black, font=\\footnotesize] "
            yield f"{{${value}$}};\n"
        if node.unit and network.samples == 1 and node.layer == len(network.layers):
            value = texts.value(Name("target", node.unit))
            yield f"\\draw[->, black!45] ({_id(node)}.east) -- ++(14,0) node[right, black, font=\\footnotesize] "
            yield f"{{target ${value}$}};\n"
