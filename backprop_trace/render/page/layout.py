"""Where the parts of a network stand in the drawing of a page: units in columns, weights in chips on their edges.

    >>> from backprop_trace.files.spec import load
    >>> drawn = layout(load("mazur").network)
    >>> len(drawn.nodes), len(drawn.chips), drawn.small
    (9, 8, False)

Lengths are in the drawing's own units; a label is some 12 of them high. A network with many units is drawn *small*: a
unit has its name and one number, and the weights stand on the edges only while they are spoken of.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple, TypeAlias

from backprop_trace.formulas.expr import LOSS, Name, derivative, given, names_in, plain
from backprop_trace.formulas.notation.names import canonical
from backprop_trace.model.network import Network

MARGIN = 8.0
SMALL_ROW, SMALL_GAP = 78.0, 130.0
CHIP = (98.0, 57.0)
INPUT = 124.0
MOST_ROWS, MOST_LAYERS = 3, 3
"""What is larger is drawn small."""

ROOMS = ((136.0, 246.0), (136.0, 200.0), (190.0, 246.0), (190.0, 300.0), (260.0, 246.0), (260.0, 320.0))
"""Between two columns and two rows: the first room in which the chips find a place is taken."""

MOST_TRIALS = 4000

CROWD = 4
"""Chips of a unit that can be seen side by side where layers run downwards."""

NARROW, BESIDE = 440.0, 8.0
"""How wide the drawing is where layers run downwards, and the least room between two boxes of a row."""
DOWN_ROOMS = (96.0, 132.0, 150.0, 176.0)
"""Between two layers one below the other: the first room in which the chips find a place is taken."""


class Slot(NamedTuple):
    """A place for one number inside a node; `quantity` is the canonical name without sample and time."""

    quantity: str
    label: str
    x: float
    y: float
    width: float
    height: float
    large: bool = False


class Box(NamedTuple):
    """A unit, an input, a definition, a loss or the total loss; x and y are its left upper corner."""

    key: str
    kind: str  # input, unit, small, definition, loss, total
    x: float
    y: float
    width: float
    height: float
    slots: tuple[Slot, ...] = ()
    bias: Name | None = None

    @property
    def left(self) -> tuple[float, float]:
        return self.x, self.y + (60.0 if self.kind == "unit" else self.height / 2)

    @property
    def right(self) -> tuple[float, float]:
        return self.x + self.width, self.y + (60.0 if self.kind == "unit" else self.height / 2)

    @property
    def top(self) -> tuple[float, float]:
        return self.x + self.width / 2, self.y

    @property
    def bottom(self) -> tuple[float, float]:
        return self.x + self.width / 2, self.y + self.height


class Wire(NamedTuple):
    """From one node to another; `weight` is the parameter on it, if there is one. A loop leads to its own layer. `by`:
    the points that its line goes by, where layers run to the right."""

    tail: Box
    head: Box
    weight: Name | None = None
    loop: bool = False
    by: tuple[tuple[float, float], ...] = ()


class Chip(NamedTuple):
    """A weight's numbers; x and y are the left upper corner. One that floats is seen only while it is spoken of."""

    weight: Name
    x: float
    y: float
    floats: bool = False


class NetworkLayout(NamedTuple):
    """The whole drawing; in one that runs `down`, a layer stands below the one before."""

    width: float
    height: float
    nodes: tuple[Box, ...]
    edges: tuple[Wire, ...]
    chips: tuple[Chip, ...]
    small: bool = False
    down: bool = False


def layout(network: Network) -> NetworkLayout:
    """The drawing of a network of layers, or of definitions as a graph."""
    return _graph(network) if network.definitions else _layers(network)


# --- layers ---


def _layers(network: Network) -> NetworkLayout:
    columns = network.columns
    small = max(map(len, columns)) > MOST_ROWS or network.depth > MOST_LAYERS
    if not small:
        for gap, row in ROOMS:
            drawn = _drawn(network, columns, gap, row, small=False)
            if drawn is not None:
                return drawn
    found = _drawn(network, columns, SMALL_GAP, SMALL_ROW, small=True)
    assert found is not None
    return found


def _drawn(
    network: Network, columns: Sequence[Sequence[str]], gap: float, row: float, small: bool
) -> NetworkLayout | None:
    """The drawing with so much room between columns and rows; None if the chips find no place."""
    tallest = max(map(len, columns))
    height = (tallest - 1) * row + (76.0 if small else 136.0)
    nodes: dict[str, Box] = {}
    x = MARGIN
    for depth, labels in enumerate(columns):
        make = _input if depth == 0 else _small if small else _unit
        ys = _rows(len(labels), row, height)
        placed = [make(network, label, x, y) for label, y in zip(labels, ys, strict=True)]
        nodes |= {("i:" if depth == 0 else "") + node.key: node for node in placed}
        x += placed[0].width + gap
    losses, width = _losses(network, nodes, x - gap + (60.0 if small else 84.0), height)
    edges = [*_edges(network, nodes), *_loss_edges(network, nodes, losses)]
    chips = _floating(edges) if small else _placed(edges)
    if chips is None:
        return None
    return NetworkLayout(width + MARGIN, height, (*nodes.values(), *losses), tuple(edges), tuple(chips), small)


def _rows(count: int, row: float, height: float) -> list[float]:
    """The middles of the nodes of a column; fewer ones stand farther apart."""
    top = (height - (count - 1) * row) / 2
    return [top + place * row for place in range(count)]


def _input(network: Network, label: str, x: float, y: float) -> Box:
    slot = Slot(label, label, 44, 0, INPUT - 66, 50, large=True)
    return Box(label, "input", x, y - 25, INPUT, 50, (slot,))


def _unit(network: Network, label: str, x: float, y: float) -> Box:
    net, out = Name("net", label), Name("out", label)
    upper = [(net, "net"), (out, "out")]
    lower = [(derivative(LOSS, out), "∂E/∂out"), (derivative(out, net), "slope"), (derivative(LOSS, net), "δ")]
    slots = [Slot(canonical(name), text, 8 + 92 * k, 36, 88, 40, True) for k, (name, text) in enumerate(upper)]
    slots += [Slot(canonical(name), text, 8 + 61 * k, 80, 58, 34) for k, (name, text) in enumerate(lower)]
    return Box(label, "unit", x, y - 60, 196, 120, tuple(slots), network.bias_of(label))


def _small(network: Network, label: str, x: float, y: float) -> Box:
    out, delta = canonical(Name("out", label)), canonical(derivative(LOSS, Name("net", label)))
    slots = (Slot(out, "", 46, 4, 64, 22), Slot(delta, "", 46, 27, 64, 22))
    return Box(label, "small", x, y - 27, 116, 54, slots, network.bias_of(label))


def _losses(network: Network, nodes: dict[str, Box], x: float, height: float) -> tuple[list[Box], float]:
    """A box for each output's loss, and the total: between two of them, else in a column of its own."""
    boxes = []
    for label in network.outputs:
        loss, target = canonical(Name("E", label)), canonical(Name("target", label))
        middle = nodes[label].right[1]
        slots = (Slot(target, "target", 0, 8, 142, 28), Slot(loss, loss, 0, 38, 142, 32, True))
        boxes.append(Box(loss, "loss", x, middle - 36, 142, 72, slots))
    total_x, total_y = x + 142 + 44, height / 2
    if len(boxes) == 2 and boxes[1].y - boxes[0].y > 140:
        total_x = x + 12
    total = Box("E", "total", total_x, total_y - 26, 118, 52, (Slot("E", "E", 0, 10, 118, 32, True),))
    return [*boxes, total], max(total_x + 118, x + 142)


def _edges(network: Network, nodes: dict[str, Box]) -> Iterator[Wire]:
    for weight, source, unit, back in network.connections:
        tail = nodes["i:" + source.label if source.kind == "" else source.label]
        yield Wire(tail, nodes[unit], weight, loop=back)


def _loss_edges(network: Network, nodes: dict[str, Box], losses: Sequence[Box]) -> Iterator[Wire]:
    *boxes, total = losses
    for label, box in zip(network.outputs, boxes, strict=True):
        yield Wire(nodes[label], box)
        yield Wire(box, total)


# --- chips ---


def _point(edge: Wire, place: float, down: bool = False) -> tuple[float, float]:
    (ax, ay), (bx, by) = (edge.tail.bottom, edge.head.top) if down else (edge.tail.right, edge.head.left)
    if edge.loop and edge.tail is edge.head:  # above its right corner
        return edge.head.x + edge.head.width + 3, edge.head.y - CHIP[1] + 5
    if edge.loop:
        return edge.head.x + edge.head.width / 2, (ay + by) / 2
    return ax + place * (bx - ax), ay + place * (by - ay)


def _floating(edges: Sequence[Wire], down: bool = False) -> list[Chip]:
    """A chip in the middle of each edge, seen one at a time."""
    weights: dict[Name, Wire] = {}
    for edge in edges:
        if edge.weight is not None:
            weights.setdefault(edge.weight, edge)
    points = (
        (weight, _over(edge, edges) if down and edge.loop else _point(edge, 0.5, down))
        for weight, edge in weights.items()
    )
    above = CHIP[1] / 2 if down else 10
    return [Chip(weight, x - CHIP[0] / 2, y - above, floats=True) for weight, (x, y) in points]


def _over(edge: Wire, edges: Sequence[Wire]) -> tuple[float, float]:
    """The middle of a loop's chip where layers run downwards: above its unit, beside those of the other loops there."""
    loops, each = [other for other in edges if other.loop and other.head is edge.head], CHIP[0] + 2
    left = min(edge.head.top[0] - each * len(loops) / 2, NARROW - each * len(loops))
    return max(0.0, left) + each * (loops.index(edge) + 0.5), edge.head.y - CHIP[1] / 2 - 1


def _placed(edges: Sequence[Wire], down: bool = False) -> list[Chip] | None:
    """Chips so that none covers another or a node; None if that cannot be. A shared weight has one, on its first
    edge."""
    first = {edge.weight: edge for edge in reversed(edges) if edge.weight is not None}
    nodes = {box for edge in edges for box in (edge.tail, edge.head)}
    choices = [
        [
            chip
            for place in _places(edge, down)
            if (chip := _chip(edge, place, down)) and (edge.loop or not any(_covers(chip, box) for box in nodes))
        ]
        for edge in sorted(first.values(), key=lambda edge: -_slant(edge, down))
    ]
    trials = iter(range(MOST_TRIALS))

    def fill(chips: list[Chip]) -> list[Chip] | None:
        if len(chips) == len(choices):
            return chips
        for chip in choices[len(chips)]:
            if next(trials, None) is None:
                return None
            if not any(_meet(chip, other) for other in chips) and (found := fill([*chips, chip])) is not None:
                return found
        return None

    return fill([])


def _places(edge: Wire, down: bool) -> list[float]:
    """Places along an edge, the best one first; downwards slanting edges have their chips above the others'."""
    best = 0.5 if not down else 0.25 if _slant(edge, down) > CHIP[0] / 2 else 0.7
    return [best + sign * step / 40 for step in range(15) for sign in (-1, 1)]


def _slant(edge: Wire, down: bool) -> float:
    return abs(edge.tail.top[0] - edge.head.top[0] if down else edge.tail.right[1] - edge.head.left[1])


def _chip(edge: Wire, place: float, down: bool = False) -> Chip | None:
    """A chip at a place of an edge, if it fits between the two nodes."""
    x, y = _point(edge, place, down)
    assert edge.weight is not None
    left, top = x - CHIP[0] / 2, y - 10
    if down:
        fits = edge.tail.bottom[1] + 2 <= top and top + CHIP[1] <= edge.head.y - 2
    else:
        fits = edge.tail.right[0] + 2 <= left and left + CHIP[0] <= edge.head.left[0] - 2
    return Chip(edge.weight, left, top) if fits or edge.loop else None


def _meet(one: Chip, other: Chip) -> bool:
    return abs(one.x - other.x) < CHIP[0] + 2 and abs(one.y - other.y) < CHIP[1] + 2


def _covers(chip: Chip, box: Box) -> bool:
    beside = chip.x + CHIP[0] <= box.x or chip.x >= box.x + box.width
    return not (beside or chip.y + CHIP[1] <= box.y or chip.y >= box.y + box.height)


# --- definitions ---


def _graph(network: Network) -> NetworkLayout:
    """A node for every name, as many columns from the left as the longest way to it is long; an edge that passes a
    column has a place of its own there."""
    used = {given(label): names_in(formula) for label, formula in network.definitions}
    depth = _depths(used)
    ways = {(plain(each).label, name.label): each.time is not None for name, uses in used.items() for each in uses}
    columns = _ordered(depth, [way for way, is_back in ways.items() if not is_back])
    defined = {name.label for name in used}
    nodes: dict[str, Box] = {}
    passed: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for column, places in enumerate(columns):
        x = MARGIN + column * (WIDE + ASIDE)
        for key, y in places.items():
            if isinstance(key, str):
                nodes[key] = _definition(network, key, x, y, key in defined)
            else:
                passed.setdefault(key, []).extend([(x, y), (x + WIDE, y)])
    edges = [Wire(nodes[tail], nodes[head], loop=is_back) for (tail, head), is_back in ways.items()]
    edges = [
        edge._replace(
            by=_above(edge, nodes.values()) if edge.loop else tuple(passed.get((edge.tail.key, edge.head.key), ()))
        )
        for edge in edges
    ]
    total = MARGIN + len(columns) * (WIDE + ASIDE) - ASIDE + MARGIN
    lowest = max([*(node.bottom[1] for node in nodes.values()), *(y for edge in edges for _, y in edge.by)])
    return NetworkLayout(total, lowest + 4, tuple(nodes.values()), tuple(edges), ())


WIDE, ASIDE = 172.0, 64.0
"""How wide a definition is, and the room between two columns."""
ROW, PASSING = 92.0, 34.0
"""How much room a definition takes in its column, and an edge that passes it."""
SWEEPS = 8

Place: TypeAlias = str | tuple[str, str]
"""In a column: a name, or an edge that passes it."""


def _depths(used: Mapping[Name, Sequence[Name]]) -> dict[str, int]:
    """The column of each name."""
    depth: dict[str, int] = {}
    defined = {name.label for name in used}
    for name, uses in used.items():
        inside = [depth.setdefault(plain(each).label, 0) for each in uses if each.time is None]
        depth.update({each.label: 0 for each in uses if each.label not in depth and each.label not in defined})
        depth[name.label] = 1 + max(inside, default=0)
    for label in depth.keys() - defined:  # what is given stands just before the first line that uses it
        users = [depth[name.label] for name, uses in used.items() if label in {each.label for each in uses}]
        depth[label] = min(users) - 1
    return depth


def _ordered(depth: Mapping[str, int], ways: Sequence[tuple[str, str]]) -> list[dict[Place, float]]:
    """The places of each column with their heights: each as near as may be to what it is connected with."""
    columns: list[dict[Place, float]] = [{} for _ in range(1 + max(depth.values()))]
    for label, column in depth.items():
        columns[column][label] = 0.0
    joined: dict[tuple[int, Place], list[tuple[int, Place]]] = {}
    for way in ways:
        tail, head = way
        along: list[tuple[int, Place]] = [(depth[tail], tail)]
        along += [(column, way) for column in range(depth[tail] + 1, depth[head])] + [(depth[head], head)]
        for one, other in pairwise(along):
            joined.setdefault(one, []).append(other)
            joined.setdefault(other, []).append(one)
            for column, place in (one, other):
                columns[column].setdefault(place, 0.0)
    columns = [_apart(column) for column in columns]
    for sweep in range(SWEEPS):
        order = range(len(columns)) if sweep % 2 else reversed(range(len(columns)))
        for number in order:
            wanted = {place: _middle(place, number, columns, joined) for place in columns[number]}
            columns[number] = _apart(dict(sorted(wanted.items(), key=lambda each: each[1])))
    least = min(y - _half(place) for column in columns for place, y in column.items())
    return [{place: y - least for place, y in column.items()} for column in columns]


def _middle(
    place: Place,
    column: int,
    columns: Sequence[Mapping[Place, float]],
    joined: Mapping[tuple[int, Place], Sequence[tuple[int, Place]]],
) -> float:
    """The mean height of what a place is connected with; where it stands, if with nothing."""
    heights = [columns[other][each] for other, each in joined.get((column, place), ())]
    return sum(heights) / len(heights) if heights else columns[column][place]


def _half(place: Place) -> float:
    return (ROW if isinstance(place, str) else PASSING) / 2


def _apart(wanted: Mapping[Place, float]) -> dict[Place, float]:
    """Places one below the other, each at the height that is wanted or as near as the others leave room."""
    found: dict[Place, float] = {}
    end = -float("inf")
    for place, y in wanted.items():
        found[place] = max(y, end + _half(place))
        end = found[place] + _half(place)
    moved = sum(found[place] - y for place, y in wanted.items()) / max(1, len(found))
    return {place: y - moved for place, y in found.items()}


def _above(edge: Wire, nodes: Iterable[Box]) -> tuple[tuple[float, float], ...]:
    """The way of an edge that leads back to an earlier column: over all that stands between."""
    if edge.tail is edge.head:
        return ()
    left, right = edge.head.x - ASIDE / 4, edge.tail.x + edge.tail.width + ASIDE / 4
    top = min(node.y for node in nodes if left < node.x + node.width and node.x < right) - 14
    return (right, edge.tail.right[1]), (right, top), (left, top), (left, edge.head.left[1])


def _definition(network: Network, label: str, x: float, y: float, defined: bool) -> Box:
    name = given(label)
    gradient = canonical(derivative(network.objective, name))
    slots = (Slot(label, "", 60, 8, 104, 24, True), Slot(gradient, "∂", 60, 36, 104, 24))
    return Box(label, "definition" if defined else "given", x, y - 34, 172, 68, slots)


# --- downwards ---


def downwards(drawn: NetworkLayout) -> NetworkLayout:
    """The same drawing for a narrow window: layers run downwards, and one with many units takes several rows."""
    floats = drawn.small or not drawn.chips
    least = 104.0 if any(edge.loop and edge.weight for edge in drawn.edges) else 64.0
    for gap in (least,) if floats else DOWN_ROOMS:
        found = _turned(drawn, gap)
        chips = _floating(found.edges, down=True) if floats else _placed(found.edges, down=True)
        if chips is not None:
            return found._replace(chips=_in_order(chips, drawn.chips))
    found = _turned(drawn, least)
    return found._replace(chips=_in_order(_floating(found.edges, down=True), drawn.chips))


def _in_order(chips: Iterable[Chip], like: Iterable[Chip]) -> tuple[Chip, ...]:
    """The chips in the order of others, inside the drawing."""
    by_weight = {chip.weight: chip for chip in chips}
    inside = (by_weight[each.weight] for each in like)
    return tuple(chip._replace(x=min(max(0.0, chip.x), NARROW - CHIP[0])) for chip in inside)


def _turned(drawn: NetworkLayout, gap: float) -> NetworkLayout:
    """The nodes in rows and the edges between them, with so much room from layer to layer."""
    moved: dict[Box, Box] = {}
    y = 34.0 if any(edge.loop for edge in drawn.edges) else 2.0
    for layer in _columns(drawn.nodes):
        y -= gap - 30 if layer[0].kind in ("loss", "total") else 0
        for row in _in_rows(layer):
            tallest = max(node.height for node in row)
            for node, x in zip(row, _spread([node.width for node in row]), strict=True):
                moved[node] = node._replace(x=x, y=y + (tallest - node.height) / 2)
            y += tallest + 18
        y += gap - 18
    edges = tuple(edge._replace(tail=moved[edge.tail], head=moved[edge.head], by=()) for edge in drawn.edges)
    tails = list(dict.fromkeys(edge.tail for edge in edges))
    edges = tuple(edge._replace(by=_beside(edge, moved.values(), tails.index(edge.tail) % LANES)) for edge in edges)
    return NetworkLayout(
        NARROW, y - gap + 2, tuple(moved[node] for node in drawn.nodes), edges, (), drawn.small, down=True
    )


def _beside(edge: Wire, nodes: Iterable[Box], lane: int) -> tuple[tuple[float, float], ...]:
    """The way of an edge between two definitions that are not in neighbouring rows: along the margin, in a lane, those
    back on the right."""
    tail, head = edge.tail, edge.head
    above, below = min(tail.y, head.y), max(tail.y, head.y)
    is_next = tail.y < head.y and not any(above + 1 < node.y < below - 1 for node in nodes)
    if head.kind != "definition" or tail is head or is_next:
        return ()
    (x, start), (end, y) = (tail.top if head.y <= tail.y else tail.bottom), head.top
    room = 4 + 2.0 * lane
    start += -room if head.y <= tail.y else room
    side = NARROW - 3 - 3 * lane if head.y <= tail.y else 3 + 3 * lane
    return (x, start), (side, start), (side, y - ROOM), (end, y - ROOM)


ROOM, LANES = 9.0, 6
"""From a box to a line that runs along its row; so many lines run side by side."""


def _columns(nodes: Iterable[Box]) -> list[list[Box]]:
    """The nodes from column to column; the total stands between two losses, or below several."""
    found: dict[float, list[Box]] = {}
    total = None
    for node in nodes:
        if node.kind == "total":
            total = node
        else:
            found.setdefault(node.x, []).append(node)
    columns = [found[x] for x in sorted(found)]
    if total is not None and len(columns[-1]) <= 2:
        columns[-1].insert(1, total)
    elif total is not None:
        columns.append([total])
    return columns


def _in_rows(layer: Sequence[Box]) -> list[Sequence[Box]]:
    """As few rows as there must be, each with as many nodes."""
    widest = max(node.width for node in layer)
    most = max(1, int((NARROW + BESIDE) // (widest + BESIDE)))
    if sum(node.width for node in layer) + BESIDE * (len(layer) - 1) <= NARROW:
        most = len(layer)
    rows = -(-len(layer) // most)
    each = -(-len(layer) // rows)
    return [layer[start : start + each] for start in range(0, len(layer), each)]


def _spread(widths: Sequence[float]) -> list[float]:
    """Where boxes begin that share a row."""
    share = NARROW / len(widths)
    if max(widths) <= share:
        return [share * (place + 0.5) - width / 2 for place, width in enumerate(widths)]
    between = (NARROW - sum(widths)) / (len(widths) + 1)
    return [between * (place + 1) + sum(widths[:place]) for place in range(len(widths))]
