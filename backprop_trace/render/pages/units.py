"""The folded lines of a step that has one sample: layer by layer forward, unit by unit back, a table of the update."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from backprop_trace.formulas.expr import Name, given, names_in
from backprop_trace.model.catalogue import ACTIVATIONS, feels_the_layer
from backprop_trace.model.network import Network
from backprop_trace.render.blocks import Math, Naming, Text
from backprop_trace.render.pages.fold import Folded
from backprop_trace.render.pages.groups import Places, layer_called


class UnitGroup(NamedTuple):
    heading: Text
    lines: list[Folded]


class _Place(NamedTuple):
    """Where a line stands: back from the last layer (0) on; the unit in its layer, or what several units share."""

    layer: int = 0
    unit: int = -1
    shared: bool = False


def groups(phase: str, lines: Sequence[Folded], network: Network, names: Naming) -> Iterator[UnitGroup]:
    """The lines of a phase, those of a layer or unit together."""
    if not network.layers:
        yield UnitGroup("", list(lines))
        return
    places = _Units(network)
    if phase == "backward":
        placed = sorted(((places.of(line), line) for line in lines), key=lambda pair: pair[0])
    else:
        depths = places.depths if phase == "forward" else None
        placed = [(_Place((depths and depths.depth(line.name)) or 0), line) for line in lines]
    for place, members in groupby(placed, key=lambda pair: pair[0]):
        found = [line for _, line in members]
        yield UnitGroup(_heading(phase, place, found, network, names), found)


class _Units:
    """The places of the units, and of the lines that were placed."""

    def __init__(self, network: Network):
        self.network, self.depths = network, Places.of(network)
        self.placed = dict[Name, _Place]()

    def of(self, line: Folded) -> _Place:
        """With the unit whose line it is; a parameter's with the unit that it feeds, or behind those it feeds."""
        name = line.name
        wrt = name.wrt if name.wrt is not None and name.wrt.kind in ("net", "out") else None
        if wrt is not None:
            place = self.unit(wrt.label)
        else:
            used = {self.placed[name] for name in names_in(line.equation.formula) if name in self.placed}
            place = max(used, default=_Place())
            if len(used) > 1 and place.unit >= 0:
                place = place._replace(unit=len(self.network.layers[-1 - place.layer].units), shared=True)
        self.placed[name] = place
        return place

    def unit(self, label: str) -> _Place:
        depth = self.depths.units.get(label, 0)
        layer = self.network.layers[depth - 1]
        whole = layer.activation in ACTIVATIONS and feels_the_layer(ACTIVATIONS[layer.activation])
        return _Place(self.depths.layers - depth, -1 if whole or not depth else layer.units.index(label))


def _heading(phase: str, place: _Place, lines: Sequence[Folded], network: Network, names: Naming) -> Text:
    if phase == "loss":
        return "At each output, and in total" if len(lines) > 1 else ""
    if phase == "forward":
        return _capital(layer_called(place.layer, network)) if place.layer else ""
    if phase == "update":
        return ""
    depth = len(network.layers) - place.layer
    layer = network.layers[depth - 1]
    if place.shared:
        return f"What several units of the {layer_called(depth, network)} share"
    if place.unit < 0:
        return _capital(layer_called(depth, network))
    word = "Output unit " if not place.layer else "Hidden unit "
    unit = layer.units[place.unit]
    above = _reached_from(unit, lines)
    start: Text = (word, Math((given(unit),), names))
    return (*start, ", reached from ", *_listed(above, names)) if above else start


def _reached_from(unit: str, lines: Sequence[Folded]) -> list[Name]:
    """The units through which a gradient arrives at a unit."""
    for line in lines:
        of, wrt = line.name.of, line.name.wrt
        if of is not None and of.kind not in ("net", "out") and wrt is not None and wrt.label == unit:
            used = (name.wrt for name in names_in(line.equation.formula) if name.kind == "d" and name.of == of)
            return [given(above.label) for above in used if above is not None and above.label != unit]
    return []


def _listed(units: Sequence[Name], names: Naming) -> Iterator[str | Math]:
    """o1, o2 and o3"""
    for place, unit in enumerate(units):
        if place:
            yield " and " if place == len(units) - 1 else ", "
        yield Math((unit,), names)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
