"""The folded lines of a step over several samples or time steps: in each layer one place in full, all in a table.

A row of a table is a sample, a time step or an iteration, a column a quantity; the last row has the totals.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import NamedTuple

from backprop_trace.formulas.expr import Name, names_in, plain
from backprop_trace.formulas.notation import ASCII
from backprop_trace.model.chain import Place
from backprop_trace.model.network import Network
from backprop_trace.render import blocks as said
from backprop_trace.render.blocks import Block, Column, Math, Row, Span, Table, Text
from backprop_trace.render.pages.fold import Folded, Folding
from backprop_trace.render.pages.groups import Places, layer_called
from backprop_trace.render.pages.lines import equations
from backprop_trace.render.view import Numbers, View, naming
from backprop_trace.run.step import Line, Trace

MOST_TOGETHER = 6
"""Where the units have no more quantities than this, those of all layers stand in one table."""


NOWHERE: Place = (None, None)
"""The place of what belongs to no sample and no time step."""


def place_of(name: Name) -> Place:
    """Sample and time step; of a slope between two time steps that of what it is taken with respect to."""
    return name.sample, name.wrt.time if name.time is None and name.wrt is not None else name.time


def places_of(lines: Iterable[Line]) -> set[Place]:
    """The samples and time steps that the lines stand in."""
    return {place for line in lines if (place := place_of(line.name)) != NOWHERE}


class _Quantity(NamedTuple):
    """What is the same in all samples and at all time steps; `later`: the term arrives from so many steps on."""

    name: Name
    later: int = 0


def quantity_of(name: Name) -> _Quantity:
    _, time = place_of(name)
    for part in (name.via, name.of):
        if part is not None and part.time is not None and time is not None:
            of, wrt, via = (inner and plain(inner) for inner in (name.of, name.wrt, name.via))
            return _Quantity(plain(name)._replace(of=of, wrt=wrt, via=via), part.time - time)
    return _Quantity(plain(name))


def places_page(phase: str, folding: Folding, lines: Sequence[Line], trace: Trace, view: View) -> Iterator[Block]:
    """A phase: each layer with its lines in full at one place, and its table."""
    return _Phase(phase, folding, lines, trace, view).blocks()


def places_table(shown: Sequence[Name], trace: Trace, view: View) -> Table:
    """Quantities at the places where they are: those of the backward pass, or the losses."""
    phase = "backward" if any(name.kind == "d" for name in shown) else "loss"
    return _Phase(phase, Folding(trace), (), trace, view).table(shown)


class _Phase:
    def __init__(self, phase: str, folding: Folding, lines: Sequence[Line], trace: Trace, view: View):
        self.phase, self.trace, self.view = phase, trace, view
        self.network, self.training = trace.example.network, trace.example.training
        self.depths, self.names = Places.of(self.network), naming(trace, view)
        self.numbers = Numbers(trace, ASCII, view.decimals)
        self.folded = [line for line in folding.of(lines) if line.equation.phase == phase]
        self.shown = [line.name for line in lines if line.equation.phase == phase and folding.has_value(line.name)]
        self.totals = {name: delta for name in self.shown if (delta := folding.totalled(name)) is not None}
        self.best = fullest(folding.of(lines), trace)
        self.places = _places_of_parameters(self.network)
        self.together = len({quantity_of(name) for name in self.shown if not self.layer(name)[1]}) <= MOST_TOGETHER

    def blocks(self) -> Iterator[Block]:
        columns: dict[tuple[int, int], list[Name]] = defaultdict(list)
        for name in self.shown:
            columns[self.section(self.column(name))].append(name)
        full: dict[tuple[int, int], list[Folded]] = defaultdict(list)
        for line in self.folded:
            full[self.section(line.name)].append(line)
        for key in sorted(columns):
            several = len({place_of(name) for name in columns[key]}) > 1
            worked = list(self.worked(full[key])) if several else full[key]
            heading = self.heading(key, worked, several, columns[key])
            if heading:
                yield said.Heading(heading, 3)
            if worked:
                yield equations(worked, self.trace, self.view)
            if several:
                yield self.table(columns[key])

    def column(self, name: Name) -> Name:
        """The quantity below whose values it stands: the gradient of a bias is the total of deltas."""
        return self.totals.get(name, name)

    # --- sections: by layer, units before parameters ---

    def section(self, name: Name) -> tuple[int, int]:
        """0 for what is of units, 1 for parameters where all layers are together; else the layer before it."""
        place, of_parameters = self.layer(name)
        return (of_parameters, 0) if self.together else (place, of_parameters)

    def layer(self, name: Name) -> tuple[int, int]:
        """The place of the layer in this phase; 1 for its parameters."""
        if self.phase != "backward" or not self.network.layers:
            return (self.depths.depth(name) or 0 if self.phase == "forward" else 0), 0
        depth = self.depths.depth(name.wrt) or 0
        return self.depths.layers - depth, int(name.wrt is not None and name.wrt.kind not in ("net", "out"))

    def heading(self, key: tuple[int, int], worked: Sequence[Folded], several: bool, shown: Sequence[Name]) -> Text:
        """`Hidden layer (tanh): in full at t = 2, then all`"""
        at = _said(place_of(worked[0].name), self.training.settling is not None) if worked else ""
        how = f"in full {at}, then all{self.of_biases(shown)}" if at and several else ""
        about = "" if self.phase == "loss" or not self.network.layers else self.about(key)
        text = ": ".join(part for part in (about, how) if part)
        return text[:1].upper() + text[1:]

    def of_biases(self, shown: Sequence[Name]) -> str:
        """What the last row of a table with deltas has."""
        match sum(name in self.totals for name in shown):
            case 0:
                return ""
            case 1:
                return "; total: gradient of the bias"
        return "; totals: gradients of the biases"

    def about(self, key: tuple[int, int]) -> str:
        if self.together:
            back = "from the last time step to the first" if self.training.times else "from the last layer to the first"
            return "parameters" if key[0] else back if self.phase == "backward" else "all layers"
        place, of_parameters = key
        called = layer_called(place if self.phase == "forward" else self.depths.layers - place, self.network)
        return f"parameters of the {called.partition(' (')[0]}" if of_parameters else called

    # --- lines in full ---

    def worked(self, lines: Sequence[Folded]) -> Iterator[Folded]:
        """Of each kind of line one, at the place where most is not zero; and what has other parts elsewhere."""
        kinds: dict[Hashable, list[Folded]] = defaultdict(list)
        for line in lines:
            kinds[self.kind(line.name)].append(line)
        for members in kinds.values():
            shapes: dict[frozenset[Hashable], list[Folded]] = defaultdict(list)
            for line in _no_totals(members):
                shapes[self.shape(line)].append(line)
            shown = {self.shape(line) for line in self.at_one_place(members)}
            for shape in sorted(shapes, key=lambda shape: (shape not in shown, -len(shape))):
                if shape in shown or not any(shape <= other for other in shown):
                    shown.add(shape)
                    yield max(self.at_one_place(shapes[shape]), key=lambda line: _not_zero(line, self.trace))

    def at_one_place(self, lines: Sequence[Folded]) -> list[Folded]:
        places = {place_of(line.name) for line in lines}
        best = self.best if self.best in places else fullest(lines, self.trace)
        return [line for line in lines if place_of(line.name) == best]

    def kind(self, name: Name) -> Hashable:
        label = "" if self.network.layers else (name.label, name.wrt and name.wrt.label)
        of, wrt = (None if part is None else part.kind for part in (name.of, name.wrt))
        return self.layer(name), name.kind, of, wrt, label, name.kind == "E" and not name.label

    def shape(self, line: Folded) -> frozenset[Hashable]:
        """What its formula is made of: kinds of quantities, and how many time steps away."""
        _, own = place_of(line.name)
        used = names_in(line.equation.formula)
        return frozenset(
            (name.kind, name.time - own if name.time is not None and own is not None else 0) for name in used
        )

    # --- the table ---

    def table(self, shown: Sequence[Name]) -> Table:
        columns = self.columns(shown)
        cells = {(quantity_of(self.column(name)), place_of(name)): self.numbers.text(name) for name in shown}
        rows = sorted({place_of(name) for name in shown}, key=self.order)
        samples, times = ({part for part in parts if part is not None} for parts in zip(*rows, strict=True))
        labels = [word for word, there in (("sample", samples), (self.time_word, times)) if there]
        heads = [Column(word) for word in labels]
        return Table(
            (*heads, *self.heads(columns)),
            [
                Row((*self.labels(row, bool(samples), bool(times)), *(cells.get((each, row), "") for each in columns)))
                for row in rows
            ],
            long=True,
        )

    @property
    def time_word(self) -> str:
        return "t" if self.training.settling is None else "iteration"

    def columns(self, shown: Sequence[Name]) -> list[_Quantity]:
        """Those of a kind together, terms before their sum; weights from the same unit together."""
        kinds: dict[tuple[Hashable, bool, Hashable], dict[_Quantity, None]] = defaultdict(dict)
        for name in sorted(shown, key=lambda name: self.places.get(name.wrt, ())):
            kinds[self.group(self.column(name))][quantity_of(self.column(name))] = None
        first = {kind: place for place, (kind, *_) in reversed(list(enumerate(kinds)))}
        ordered = sorted(kinds, key=lambda group: (first[group[0]], group[1]))
        return [quantity for group in ordered for quantity in kinds[group]]

    def group(self, name: Name) -> tuple[Hashable, bool, Hashable]:
        """What the columns that are not divided without need have in common."""
        of_weights = self.places.get(name.wrt, ())[:1] if self.network.depth else ()
        return self.kind(name), name.via is None, of_weights

    def heads(self, columns: Sequence[_Quantity]) -> Iterator[Column]:
        names, before = self.names._replace(by_output=frozenset()), None  # a term is called one, beside its sum
        for name, later in columns:
            kind = self.group(name)
            text: tuple[Span, ...] = (Math((name,), names), *((f" at t+{later}",) if later else ()))
            yield Column(text, number=True, begins=kind != before)
            before = kind

    def order(self, place: Place) -> tuple[float, float]:
        """Sample by sample; back from the last time step; totals last."""
        sample, time = place
        later = float("inf") if time is None else -time if self.phase == "backward" else time
        return float("inf") if sample is None else sample, later

    def labels(self, place: Place, samples: bool, times: bool) -> list[str]:
        sample, time = place
        total = "mean" if self.phase == "loss" and self.training.batch == "mean" else "total"
        found = [total if sample is None else str(sample)] if samples else []
        if times:
            found.append(str(time) if time is not None else "" if samples and sample is None else "total")
        return found


def _places_of_parameters(network: Network) -> dict[Name | None, tuple[int, int]]:
    """What a parameter multiplies in its layer (a bias comes last), and the unit that it feeds. All of a unit that is
    alone in its layer are together."""
    found = dict[Name | None, tuple[int, int]]()
    for layer in network.layers:
        alone = len(layer.units) == 1
        for row, weights in enumerate(zip(layer.weights, layer.recurrent or [()] * len(layer.units), strict=True)):
            for column, name in enumerate((*weights[0], *weights[1], layer.biases[row])):
                if name is not None:
                    found.setdefault(name, (0, column) if alone else (column, row))
    return found


def _said(place: Place, settles: bool) -> str:
    """`for sample 2 at t = 3`"""
    sample, time = place
    of_sample = f"for sample {sample}" if sample is not None else ""
    at_time = "" if time is None else f"in iteration {time}" if settles else f"at t = {time}"
    return " ".join(part for part in (of_sample, at_time) if part)


def fullest(lines: Iterable[Folded], trace: Trace) -> Place:
    """The first sample, and there the last time step, where most of what the formulas use is not zero."""
    counts: dict[Place, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for line in lines:
        not_zero, used = counts[place_of(line.name)]
        counts[place_of(line.name)] = (
            not_zero + _not_zero(line, trace),
            used + len(names_in(line.equation.formula)),
        )
    complete = _complete(counts)
    return max(complete, key=lambda place: (counts[place], place[1] or 0), default=NOWHERE)


def _complete(places: Iterable[Place]) -> list[Place]:
    """Those that are a sample at a time step, where some are: totals are not."""
    known = {place: sum(part is not None for part in place) for place in places}
    return [place for place in known if known[place] == max(known.values())]


def _no_totals(lines: Sequence[Folded]) -> list[Folded]:
    complete = _complete(place_of(line.name) for line in lines)
    return [line for line in lines if place_of(line.name) in complete]


def _not_zero(line: Folded, trace: Trace) -> int:
    used = names_in(line.equation.formula)
    return sum(bool(trace.values[name]) for name in used if name in trace.values)
