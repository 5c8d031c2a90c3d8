"""The drawing of a network as SVG: the parts that a page lights up, and the places that it fills with numbers.

`data-q` marks a part (a unit, an edge, a chip), `data-r` the place of a quantity, `data-s` its text. What a place is
for is the canonical name without sample and time step; the page adds those it stands at.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator
from typing import NamedTuple

from backprop_trace.formulas.expr import Name, after, derivative, plain
from backprop_trace.formulas.notation.mathml import escaped
from backprop_trace.formulas.notation.names import canonical, net_out
from backprop_trace.render.page.layout import CHIP, CROWD, INPUT, Box, Chip, NetworkLayout, Slot, Wire

Number = Callable[[str], str]
"""The number that is shown for a quantity, or nothing."""

KINDS = {"forward": "f", "loss": "f", "backward": "b", "update": "u"}
"""What the colours of a phase are called."""

CORNER = {"input": 25, "total": 26, "given": 12}
LINE = 18
LONGEST_NAME = 12
LONGEST_LABEL, LABEL = 6, 38
"""A longer name of a weight is squeezed into so much room in its chip."""


def parts(name: Name) -> Iterator[str]:
    """The parts of the drawing that a quantity belongs to."""
    match name.kind:
        case "" | "rule":
            yield name.label
        case "net" | "out":
            yield name.label
        case "target" | "E":
            yield f"E_{name.label}" if name.label else "E"
        case "+":
            assert name.of is not None
            yield from parts(name.of)
        case "d":
            assert name.of is not None and name.wrt is not None
            if name.of.kind == "net" and name.wrt.kind == "out":
                yield name.of.label
            yield from parts(name.wrt)
        case _:
            yield name.label


def drawing(
    layout: NetworkLayout, objective: Name, number: Number, title: str, say: Callable[[str], str] = str
) -> Iterator[str]:
    """The drawing with its numbers; `title` says in words what it shows. say: its labels in another language."""
    box = f"0 {top(layout):g} {layout.width:g} {layout.height - top(layout):g}"
    size, widest = "wide small" if layout.small else "wide", 1.3 * layout.width
    yield f'<svg class="{size}" viewBox="{box}" style="max-width:{widest:g}px" role="img" aria-labelledby="t-net">'
    yield f'<title id="t-net">{escaped(title)}</title>'
    yield from map(_edge, layout.edges)
    yield from (_node(node, number, say) for node in layout.nodes)
    yield from (_chip(chip, objective, number) for chip in layout.chips)
    yield "</svg>"


def moved(layout: NetworkLayout) -> dict[str, object]:
    """Where the parts of a drawing that runs downwards stand: for the script, which moves those of the wide one."""
    return {
        "box": [layout.width, round(layout.height)],
        "units": [[round(node.x), round(node.y)] for node in layout.nodes],
        "edges": [edge_path(edge, down=True) for edge in layout.edges],
        "chips": [[round(chip.x), round(chip.y)] for chip in layout.chips],
        "floats": any(chip.floats for chip in layout.chips),
        "crowd": max(Counter(edge.head for edge in layout.edges).values(), default=0) > CROWD,
    }


class Spot(NamedTuple):
    """The sample and time step that a quantity stands at; None: all of them."""

    sample: int | None = None
    time: int | None = None

    def __str__(self) -> str:
        """As it ends a name."""
        time = "" if self.time is None else f"@{self.time}"
        return time if self.sample is None else f"{time}[{self.sample}]"

    def said(self, say: Callable[..., str]) -> str:
        """In words, which `say` puts into the language of the reader; empty for all of them."""
        words = [] if self.sample is None else [say("sample {}", str(self.sample))]
        words += [] if self.time is None else [say("time {}", str(self.time))]
        text = ", ".join(words)
        return text[:1].upper() + text[1:]


def place_of(name: Name) -> Spot:
    """Where a quantity stands: a slope across time steps at the earlier one."""
    across = name.time is None and name.wrt is not None
    return Spot(name.sample, name.wrt.time if across and name.wrt is not None else name.time)


class Standing:
    """Which quantity a part of the drawing shows, at a sample and time step."""

    def __init__(self, names: Iterable[Name]):
        self.found: dict[str, dict[Spot, Name]] = {}
        for name in names:
            self.found.setdefault(canonical(plain(name)), {})[place_of(name)] = name
        places = {place for each in self.found.values() for place in each}
        samples, times = ({getattr(place, what) for place in places} - {None} for what in Spot._fields)
        self.still = Spot(min(samples, default=None), max(times, default=None))
        """What a drawing shows that stands still: the first sample, at the last time step."""

    def at(self, base: str, place: Spot, known: Container[Name] | None = None) -> Name | None:
        """The quantity of all samples and time steps, else that of the place; None: there is none (that is known)."""
        found = self.found.get(base, {})
        for where in (Spot(), place, Spot(sample=place.sample), Spot(time=place.time)):
            name = found.get(where)
            if name is not None and (known is None or name in known):
                return name
        return None


def top(layout: NetworkLayout) -> float:
    """Where the drawing begins: at 0, or above it where arcs and chips stand there."""
    return min([0.0, *(chip.y - 4 for chip in layout.chips), *(-30.0 for edge in layout.edges if edge.loop)])


def part_of(node: Box) -> str:
    """What a node is called among the parts."""
    return node.key


def attribute(name: str, text: str) -> str:
    return f'{name}="{escaped(text)}"'


def _edge(edge: Wire) -> str:
    """An edge is part of its weight; without one, of the node that it leads to, and marked with where it comes from."""
    if edge.weight is not None:
        marks = attribute("data-q", canonical(edge.weight))
    else:
        marks = f"{attribute('data-q', part_of(edge.head))} {attribute('data-from', part_of(edge.tail))}"
    return f'<path class="edge" {marks} d="{edge_path(edge)}"/>'


def edge_path(edge: Wire, down: bool = False) -> str:
    """The line of an edge, in a drawing whose layers run to the right or downwards."""
    tail, head = edge.tail, edge.head
    if edge.loop and tail is head:
        (x, y), high = head.top, 34
        if edge.weight is not None:  # under its chip
            x, high = head.x + head.width - 40, 58
        return f"M{x + 24:g} {y:g}C{x + 40:g} {y - high:g} {x - 40:g} {y - high:g} {x - 24:g} {y:g}"
    if down:
        return _downward_path(edge)
    (ax, ay), (bx, by) = tail.right, head.left
    if edge.by:
        return "M" + "L".join(f"{x:g} {y:g}" for x, y in ((ax, ay), *edge.by, (bx, by)))
    if edge.loop:
        return f"M{ax:g} {ay:g}C{ax + 60:g} {ay:g} {bx - 60:g} {by:g} {bx:g} {by:g}"
    if head.kind == "total" and abs(head.x - tail.x) < tail.width:
        start, end = (tail.bottom, head.top) if head.y > tail.y else (tail.top, head.bottom)
        return f"M{head.top[0]:g} {start[1]:g}L{head.top[0]:g} {end[1]:g}"
    return f"M{ax:g} {ay:g}L{bx:g} {by:g}"


def _downward_path(edge: Wire) -> str:
    tail, head = edge.tail, edge.head
    (ax, ay), (bx, by) = tail.bottom, head.top
    if edge.by:
        start = tail.top if head.y <= tail.y else tail.bottom
        return "M" + "L".join(f"{x:g} {y:g}" for x, y in (start, *edge.by, (bx, by)))
    if ay <= by:
        return f"M{ax:g} {ay:g}L{bx:g} {by:g}"
    if head.kind == "total" and tail.y < head.y + head.height:  # beside each other
        x, end = (tail.x + tail.width, head.x) if tail.x < head.x else (tail.x, head.x + head.width)
        return f"M{x:g} {tail.y + tail.height / 2:g}L{end:g} {head.y + head.height / 2:g}"
    (ax, ay), (bx, by) = tail.top, head.top
    return f"M{ax:g} {ay:g}C{ax:g} {min(ay, by) - 34:g} {bx:g} {min(ay, by) - 34:g} {bx:g} {by:g}"


def name_text(name: Name, place: str = "") -> str:
    """A short name as SVG text, its index lowered and its exponent raised; of a long one the beginning."""
    symbol = net_out(name)
    base, lower, upper = (word if len(word) <= LONGEST_NAME else word[: LONGEST_NAME - 1] + "…" for word in symbol[:3])
    lowered = f'<tspan class="sb" dy=".28em">{escaped(lower)}</tspan>' if lower else ""
    raised = f'<tspan class="sb" dy="{-0.78 if lower else -0.5}em">{escaped(upper)}</tspan>' if upper else ""
    return escaped(base) + lowered + raised + escaped(place)


def _text(x: float, y: float, words: str, inside: str, quantity: str = "", fitted: str = "") -> str:
    shows = " " + attribute("data-s", quantity) if quantity else ""
    return f'<text x="{x:g}" y="{y:g}" class="{words}"{shows}{fitted}>{inside}</text>'


def _node(node: Box, number: Number, say: Callable[[str], str]) -> str:
    kind = {"unit": "unit", "small": "unit little", "input": "unit in", "loss": "unit loss", "total": "unit loss"}
    radius = CORNER.get(node.kind, 12)
    pieces = [
        f'<g class="{kind.get(node.kind, "unit " + node.kind)}" {attribute("data-q", part_of(node))}'
        f' transform="translate({node.x:g} {node.y:g})">',
        f'<rect class="bx" width="{node.width:g}" height="{node.height:g}" rx="{radius}"/>',
    ]
    if node.kind in ("unit", "small", "definition", "given"):
        y = {"unit": 24, "small": 32}.get(node.kind, 40)
        pieces.append(_text(12, y, "un", name_text(Name("", node.key))))
    if node.bias is not None and node.kind == "unit":
        pieces.append(_bias(node.bias, node.width, number))
    pieces += [_slot(slot, node.kind, number, say) for slot in node.slots]
    return "".join([*pieces, "</g>"])


def _bias(bias: Name, width: float, number: Number) -> str:
    key = canonical(bias)
    inside = "+ " + name_text(bias)
    return (
        f'<g class="bias" {attribute("data-q", key)} {attribute("data-r", key)}>'
        f'<rect x="{width - 95:g}" y="8" width="90" height="21" rx="5"/>'
        + _text(width - 53, 23, "cn ae", inside)
        + _text(width - 11, 23, "cv ae", number(key), key)
        + "</g>"
    )


def _slot(slot: Slot, kind: str, number: Number, say: Callable[[str], str]) -> str:
    word = "slot" if kind in ("unit", "small", "definition", "given") else "tg"
    head = f'<g class="{word}" {attribute("data-r", slot.quantity)}>'
    box = f'<rect x="{slot.x:g}" y="{slot.y:g}" width="{slot.width:g}" height="{slot.height:g}" rx="5"/>'
    size, value = "vl big" if slot.large else "vl", number(slot.quantity)
    if kind == "unit":
        middle, top = slot.x + slot.width / 2, slot.y + 13
        low = slot.y + (32.5 if slot.large else 28.2)
        inside = _text(middle, top, "lb am", escaped(say(slot.label))) + _text(
            middle, low, f"{size} am", value, slot.quantity
        )
    elif kind in ("small", "definition", "given"):
        right = slot.x + slot.width - 6
        label = _text(slot.x + 6, slot.y + 17, "lb", escaped(slot.label)) if slot.label == "∂" else ""
        inside = label + _text(right, slot.y + slot.height - 6, f"{size} ae", value, slot.quantity)
    else:
        label = _label(slot, kind, say)
        right, low = (INPUT - 13, 30) if kind == "input" else (slot.width - 13, slot.y + 23)
        box = ""
        inside = label + _text(right, low, f"{size if slot.large else 'cv'} ae", value, slot.quantity)
    return head + box + inside + "</g>"


def _label(slot: Slot, kind: str, say: Callable[[str], str]) -> str:
    if kind == "input":
        return _text(14, 31, "un", name_text(Name("", slot.label)))
    if slot.label == "target":
        return _text(13, slot.y + 23, "cn", say("target"))
    name = Name("E", slot.label.partition("_")[2])
    return _text(15, slot.y + 22, "un", name_text(name))


def _chip(chip: Chip, objective: Name, number: Number) -> str:
    """Three lines: the weight, its gradient, the new weight."""
    weight = canonical(chip.weight)
    gradient, new = canonical(derivative(objective, chip.weight)), canonical(after(chip.weight))
    rows = [
        _row("rw", weight, 0, name_text(chip.weight), number(weight), _fitted(chip.weight)),
        _row("rd", gradient, 1, "∂", number(gradient)),
        _row("rn", new, 2, "→", number(new)),
    ]
    floats = " flt" if chip.floats else ""
    return (
        f'<g class="chip{floats}" {attribute("data-q", weight)} {attribute("data-w", weight)}'
        f' transform="translate({chip.x:g} {chip.y:g})">'
        f'<rect width="{CHIP[0]:g}" height="{CHIP[1]:g}" rx="5"/>{"".join(rows)}</g>'
    )


def _fitted(name: Name) -> str:
    """A long name takes no more room than a short one: its number stands beside it."""
    symbol = net_out(name)
    is_long = sum(map(len, symbol[:3])) > LONGEST_LABEL
    return f' textLength="{LABEL}" lengthAdjust="spacingAndGlyphs"' if is_long else ""


def _row(word: str, quantity: str, line: int, label: str, value: str, fitted: str = "") -> str:
    y = 15 + LINE * line
    return (
        f'<g class="{word}" {attribute("data-r", quantity)}>'
        + _text(7, y, "cn", label, fitted=fitted)
        + _text(CHIP[0] - 7, y, "cv ae", value, quantity)
        + "</g>"
    )
