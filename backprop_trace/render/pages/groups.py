"""The lines of a trace in the order of a derivation: by phase, by layer or unit, with a heading each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple, TypeVar

from backprop_trace.formulas.expr import LOSS, Name, given
from backprop_trace.model.chain import PHASES
from backprop_trace.model.network import Network
from backprop_trace.render.blocks import Math, Naming, Span, Text
from backprop_trace.render.medium import Medium
from backprop_trace.render.pages.fold import Folded
from backprop_trace.run.step import Line

AnyLine = TypeVar("AnyLine", Line, Folded)


MOST_THROUGH = 6
"""A heading names so many units at most."""


class Extent(NamedTuple):
    """How much of a large network is written out: so many lines in full, of more than that the first `each` of each
    kind in each layer; `listed`: values in a table; `across`: characters in a row of a matrix; a wider one is a
    table. brief: a derivation is to fit on a slide; headed: under a heading."""

    in_full: int = 400
    each: int = 3
    listed: int = 3000
    across: int = 60
    brief: bool = False
    headed: bool = True


def extent_of(medium: Medium) -> Extent:
    return Extent(in_full=200, listed=600, across=42, brief=True, headed=medium.frames) if medium.fragment else Extent()


def abridged(full: int, count: int, extent: Extent) -> str:
    return (
        f"Of the {count:,} quantities, {full:,} are worked out here: the first {extent.each} of each kind in "
        "each layer. The others are listed with their values, those of the parameters in the table at the end; "
        "slopes that only repeat a weight or an output are left out."
    )


class Group(NamedTuple):
    heading: Text
    lines: list[Line]


class Places(NamedTuple):
    """Where in the network a unit or a parameter is: the number of its layer, from 1."""

    units: dict[str, int]
    parameters: dict[str, int]
    layers: int

    @classmethod
    def of(cls, network: Network) -> Places:
        units, parameters = dict[str, int](), dict[str, int]()
        for depth, (labels, names) in enumerate(zip(network.columns[1:], network.parameters, strict=True), 1):
            units |= dict.fromkeys(labels, depth)
            for name in names:
                parameters.setdefault(name.label, depth)
        return cls(units, parameters, network.depth)

    def depth(self, name: Name | None) -> int | None:
        """The layer a quantity belongs to."""
        if name is None:
            return None
        if name.kind == "d":
            return self.depth(name.wrt)
        return self.depth(name.of) if name.kind == "+" else self.units.get(name.label, self.parameters.get(name.label))


def by_phase(lines: Sequence[Line]) -> Iterator[tuple[str, list[Line]]]:
    """Phase by phase, also where each sample has a forward pass and a loss of its own."""
    for phase in PHASES:
        members = [line for line in lines if line.equation.phase == phase]
        if members:
            yield phase, members


def split(
    lines: Sequence[AnyLine], places: Places, extent: Extent, wanted: frozenset[Name]
) -> tuple[list[AnyLine], list[AnyLine]]:
    """What is worked out in full, and what is only listed: of a large network, the first lines of each kind."""
    if len(lines) <= extent.in_full:
        return list(lines), []
    seen: dict[Hashable, int] = defaultdict(int)
    full, listed = list[AnyLine](), list[AnyLine]()
    for line in lines:
        kind = _kind(line.name, places)
        seen[kind] += 1
        (full if seen[kind] <= extent.each or line.name in wanted else listed).append(line)
    return full, listed


def stands_elsewhere(line: Line | Folded) -> bool:
    """Is it a slope that repeats another quantity, or a gradient or new weight, which the closing table has?"""
    name = line.name
    of_parameter = name.kind == "d" and name.of == LOSS and name.wrt is not None and not name.wrt.kind
    return (
        isinstance(line.equation.formula, Name)
        or line.equation.phase == "update"
        or (of_parameter and name.via is None and name.sample is None)
    )


def _kind(name: Name, places: Places) -> Hashable:
    of, wrt = (None if part is None else part.kind for part in (name.of, name.wrt))
    return name.kind, of, wrt, name.via is None, name.sample is None, places.depth(name)


def groups(
    phase: str, lines: Sequence[Line], network: Network, several_samples: bool, names: Naming
) -> Iterator[Group]:
    """The lines of a phase, those of a layer or unit together."""
    places = Places.of(network)
    keys, key = [], _Key()
    for line in lines:
        key = _KEYS[phase](line.name, places, key, several_samples)
        keys.append(key)
    for key, members in groupby(zip(keys, lines, strict=True), key=lambda pair: pair[0]):
        own = [line for _, line in members]
        yield Group((*_heading(key, places, network, names), *_through(own, names)), own)


class _Key(NamedTuple):
    """What the lines of a group have in common."""

    sample: int | None = None
    layer: int | None = None
    unit: str = ""
    arriving: bool = False
    phase: str = ""
    added: bool = False


def _forward(name: Name, places: Places, before: _Key, several: bool) -> _Key:
    return _Key(name.sample, places.depth(name))


def _loss(name: Name, places: Places, before: _Key, several: bool) -> _Key:
    return _Key(name.sample, phase="loss", added=several and name.sample is None)


def _backward(name: Name, places: Places, before: _Key, several: bool) -> _Key:
    assert name.of is not None and name.wrt is not None
    if name.wrt.kind in ("net", "out"):
        arriving = name.wrt.kind == "out" and places.depth(name.wrt) != places.layers
        return _Key(name.sample, unit=name.wrt.label, arriving=arriving)
    if name.of.kind == "net":
        return _Key(name.sample, unit=name.of.label)
    if name.of == LOSS and several and name.sample is None:
        return _Key(added=True)
    return before


def _update(name: Name, places: Places, before: _Key, several: bool) -> _Key:
    return _Key(phase="update")


_KEYS = {"forward": _forward, "loss": _loss, "backward": _backward, "update": _update}


def _through(lines: Sequence[Line], names: Naming) -> Iterator[Span]:
    """The units that what reaches a unit comes through, where there are several."""
    units = list(dict.fromkeys(line.name.via.label for line in lines if line.name.via is not None))
    if not units or len(units) > MOST_THROUGH:
        return
    for place, unit in enumerate(units):
        yield ", through " if place == 0 else " and " if place == len(units) - 1 else ", "
        yield Math((given(unit),), names)


def _heading(key: _Key, places: Places, network: Network, names: Naming) -> tuple[Span, ...]:
    sample = f"Sample {key.sample}" if key.sample is not None else ""
    about, unit = _about(key, places, network)
    start = f"{sample}: {about}" if sample and about else sample or about[:1].upper() + about[1:]
    return (start, Math((given(key.unit),), names), unit) if key.unit else (start,) if start else ()


def _about(key: _Key, places: Places, network: Network) -> tuple[str, str]:
    """What it is about; of a unit, what stands before its name and what behind."""
    if key.added:
        return "all samples together", ""
    if key.unit and key.arriving:
        return "what reaches ", " from above"
    if key.unit:
        return f"{'output' if places.units.get(key.unit) == places.layers else 'hidden'} unit ", ""
    if key.layer is not None:
        return layer_called(key.layer, network), ""
    return _WITHOUT_PLACE.get(key.phase, ""), ""


_WITHOUT_PLACE = {"loss": "at each output, and in total", "update": "each parameter moves against its gradient"}


def layer_called(depth: int, network: Network) -> str:
    """`hidden layer 2 (relu)`"""
    last = network.depth
    called = "output layer" if depth == last else "hidden layer" if last == 2 else f"hidden layer {depth}"
    activation = network.activations[depth - 1].replace("_", " ")
    return f"{called} ({activation})"
