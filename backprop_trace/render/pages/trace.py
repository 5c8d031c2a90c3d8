"""A trace: what is given, and every quantity as formula = numbers = value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from backprop_trace.formulas.expr import Name
from backprop_trace.formulas.expr import given as given_name
from backprop_trace.formulas.notation import ASCII
from backprop_trace.model.chain import PHASES
from backprop_trace.model.update import ETA
from backprop_trace.render import blocks as said
from backprop_trace.render.blocks import Amount, Block, Column, Math, Naming, Row, Table
from backprop_trace.render.medium import Medium
from backprop_trace.render.pages import Page, groups
from backprop_trace.render.pages.compact import compact_step
from backprop_trace.render.pages.fold import Folding
from backprop_trace.render.pages.lines import HEADINGS, closing, equations, listed_only, updated
from backprop_trace.render.pages.opening import given, listed, opening
from backprop_trace.render.pages.places import places_of
from backprop_trace.render.records import lines_of
from backprop_trace.render.view import Numbers, View, chosen, givens, naming, rounded_of, wants
from backprop_trace.run.step import Line, Trace

FIELDS = ("step", "sample", "time", "phase", "name", "formula", "substitution", "value", "fraction")
MOST_LISTED = 60
MOST_SAMPLES = 20


def trace_page(traces: Iterable[Trace], view: View) -> Page:
    """The steps of a training run, each with its lines."""

    def blocks(medium: Medium) -> Iterator[Block]:
        match medium.manner:
            case "lines":
                return (block for trace in traces for block in _lines(trace, view))
            case "document":
                compact = view.compact is None or view.compact
                return document(traces, view._replace(compact=compact), groups.extent_of(medium))
        return screen(traces, view)

    def watched(medium: Medium) -> Iterator[str] | None:
        if view.matrix:  # what is watched has lines
            return None
        from backprop_trace.render.page.document import page

        return page(next(iter(traces)), view, medium)

    def pictured(medium: Medium) -> Iterator[str]:
        from backprop_trace.render.page.picture import picture

        *_, last = traces
        return picture(last, view, medium)

    head = {"title": view.example.title, "engine": view.settings.engine, **rounded_of(view.example)}
    fields = FIELDS if view.settings.engine == "exact" else FIELDS[:-1]
    return Page(blocks, lambda: lines_of(traces, view), head, fields, {"html": watched, "svg": pictured})


def _lines(trace: Trace, view: View) -> Iterator[Block]:
    if view.matrix:
        yield from _in_matrices(trace, view, groups.Extent(), 2)
        return
    lines = chosen(trace, view)
    yield equations(Folding(trace, view.only).of(lines) if view.compact else lines, trace, view)


# --- on a screen: phase by phase, a heading per sample or time step where one follows the other ---


def screen(traces: Iterable[Trace], view: View) -> Iterator[Block]:
    for count, trace in enumerate(traces):
        if count == 0:
            yield from opening(view, trace)
        if view.steps > 1 or trace.step > 1:
            yield said.Heading(f"Training step {trace.step}", 1, "title")
        if trace.step > 1 or count == 0:
            yield from given(trace, view, naming(trace, view))
        if view.matrix:
            yield from _general_matrices(trace, view) if count == 0 else ()
            yield from _in_matrices(trace, view, groups.Extent(), 2)
            continue
        if view.compact:
            formulas = [] if count or view.only else trace.example.general_formulas(view.phases)
            yield from [said.Formulas(formulas, view.style)] if formulas else []
            yield from compact_step(trace, view, groups.Extent(), 2)
            continue
        headed = set(PHASES) if count or (view.only and not view.with_ancestors) else set()
        for heading, phase, lines in sections(chosen(trace, view)):
            yield said.Heading(heading)
            if phase not in headed and (formulas := trace.example.general_formulas([phase])):
                yield said.Formulas(formulas, view.style)
            headed.add(phase)
            if view.with_ancestors and phase == "backward":
                yield from by_unit(lines, trace, view, 3)
            else:
                yield equations(lines, trace, view)


def by_unit(lines: Sequence[Line], trace: Trace, view: View, level: int) -> Iterator[Block]:
    """The lines of a backward pass, unit for unit, with what reaches each from above."""
    several, names = trace.example.training.samples > 1, naming(trace, view)
    for group in groups.groups("backward", lines, trace.example.network, several, names):
        yield from [said.Heading(group.heading, level)] if group.heading else []
        yield equations(group.lines, trace, view)


def sections(lines: Iterable[Line]) -> Iterator[tuple[str, str, list[Line]]]:
    """The lines under their headings; the backward pass is one section: its sums go over samples and time steps."""
    for (phase, sample, time), members in groupby(lines, key=_section):
        of_sample, of_time = f", sample {sample}" if sample else "", f", @{time}" if time else ""
        yield HEADINGS[phase] + of_sample + of_time, phase, list(members)


def _section(line: Line) -> tuple[str, int | None, int | None]:
    name, phase = line.name, line.equation.phase
    return (phase, name.sample, name.time) if phase in ("forward", "loss") else (phase, None, None)


# --- in a document: drawing, formulas, unit by unit, a closing table ---


def document(traces: Iterable[Trace], view: View, extent: groups.Extent) -> Iterator[Block]:
    losses = list[tuple[int, Amount]]()
    names = Naming()
    for count, trace in enumerate(traces):
        names = naming(trace, view)
        if count == 0:
            yield from opening(view, trace)
            yield from _network(trace, view, names, extent)
        objective = trace.listing.objective
        losses.append((trace.step, Numbers(trace, ASCII, view.decimals).amount(trace.values[objective])))
        yield from _step(trace, view, extent)
    if len(losses) > 1:
        yield said.Heading("The loss, step by step", 1)
        loss = Math((view.example.network.objective,), names)
        rows = [Row((str(step), value.decimal)) for step, value in losses]
        yield Table((Column("step"), Column((loss,), "loss", number=True)), rows, long=True)


def _network(trace: Trace, view: View, names: Naming, extent: groups.Extent) -> Iterator[Block]:
    network = trace.example.network
    if network.depth and wants(view, "drawing"):
        yield said.Heading("The network", 1)
        yield said.Drawing(trace, names)
    if wants(view, "given"):
        yield from _givens(trace, view, names, extent)
    if not wants(view, "formulas"):
        return
    if view.matrix:
        yield said.Heading("The formulas", 1)
        yield from _general_matrices(trace, view)
    elif formulas := trace.example.general_formulas(view.phases):
        yield said.Heading("The formulas", 1)
        yield said.Formulas(formulas, view.style)


def _givens(trace: Trace, view: View, names: Naming, extent: groups.Extent) -> Iterator[Block]:
    """Inputs, targets, parameters; of several samples a table, and what they share."""
    network = trace.example.network
    pairs = [(name, text) for name, text in givens(trace, PHASES) if name.sample is None]
    if len(pairs) > MOST_LISTED:
        pairs = [(name, text) for name, text in pairs if name == ETA]
    if view.matrix:  # parameters stand in their matrices
        pairs = [
            (name, text) for name, text in pairs if name not in {*trace.example.rule.trained, *trace.example.rule.fixed}
        ]
    yield from listed(pairs, trace, names) if pairs else ()
    rule, training = trace.example.rule, trace.example.training
    if rule.fixed:
        fixed = tuple((Math((name,), names),) for name in rule.fixed)
        yield said.Listed("Held fixed", fixed if len(fixed) <= MOST_LISTED else (f"{len(fixed)} parameters",))
    if training.samples > 1 and network.depth and not training.times:
        yield from _samples(trace, names, extent)


def _samples(trace: Trace, names: Naming, extent: groups.Extent) -> Iterator[Block]:
    """Inputs and targets of the samples, a row each."""
    network, count, numbers = trace.example.network, trace.example.training.samples, Numbers(trace, ASCII)
    shown = range(1, min(count, MOST_SAMPLES) + 1)
    quantities = [given_name(label) for label in network.inputs] + [Name("target", label) for label in network.outputs]
    columns = [Column((Math((name,), names),), number=True) for name in quantities]
    rows = [
        Row((str(sample), *(numbers.text(name._replace(sample=sample)) for name in quantities))) for sample in shown
    ]
    yield Table((Column("sample"), *columns), rows, long=True)
    if len(shown) < count:
        yield said.Prose(f"These are the first {len(shown)} of {count} samples.")


def _step(trace: Trace, view: View, extent: groups.Extent) -> Iterator[Block]:
    lines = chosen(trace, view)
    several = view.steps > 1 or trace.step > 1
    if several:
        yield said.Heading(f"Training step {trace.step}", 1)
    if not wants(view, "steps"):
        yield from closing(updated(lines, trace), trace, view, extent.listed) if wants(view, "table") else ()
        return
    if view.matrix:
        yield from _in_matrices(trace, view, extent, 1 + several)
        return
    if view.compact and (len(lines) <= extent.listed or len(places_of(lines)) == 0):
        yield from compact_step(trace, view, extent, 1 + several)
        return
    full, listed = groups.split(lines, groups.Places.of(trace.example.network), extent, view.only)
    if listed:
        yield said.Prose(groups.abridged(len(full), len(lines), extent))
    names = naming(trace, view)
    for phase, members in groups.by_phase(full):
        yield said.Heading(HEADINGS[phase], 1 + several)
        for group in groups.groups(phase, members, trace.example.network, trace.example.training.samples > 1, names):
            if group.heading:
                yield said.Heading(group.heading, 3)
            yield equations(group.lines, trace, view)
        others = [line for line in listed if line.equation.phase == phase and not groups.stands_elsewhere(line)]
        yield from listed_only(others, trace, view, extent.listed)
    if (parameters := updated(lines, trace)) and wants(view, "table"):
        yield said.Heading("Old weight, gradient, new weight", 1 + several)
        yield from closing(parameters, trace, view, extent.listed)


# --- in matrices: loaded only where it is asked for ---


def _in_matrices(trace: Trace, view: View, extent: groups.Extent, level: int) -> Iterator[Block]:
    from backprop_trace.render.pages.matrix import matrix_step

    return matrix_step(trace, view, extent, level)


def _general_matrices(trace: Trace, view: View) -> Iterator[Block]:
    from backprop_trace.render.pages.matrix import general_lines

    return general_lines(trace, view)
