"""A step folded: no line that only copies another, tables for samples and time steps, one for the update."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backprop_trace.formulas.expr import Name, Number, names_in
from backprop_trace.formulas.notation import ASCII
from backprop_trace.formulas.notation.names import canonical
from backprop_trace.model.chain import PHASES
from backprop_trace.render import blocks as said
from backprop_trace.render.blocks import Block, Math, Naming, Text
from backprop_trace.render.pages import units
from backprop_trace.render.pages.fold import Folded, Folding
from backprop_trace.render.pages.groups import Extent, Places, abridged, split, stands_elsewhere
from backprop_trace.render.pages.lines import HEADINGS, closing, equations, listed_only, updated
from backprop_trace.render.pages.opening import listed
from backprop_trace.render.pages.places import places_of, places_page
from backprop_trace.render.view import Numbers, View, chosen, engine, givens, naming, wants
from backprop_trace.run.step import Line, Trace, ancestors


def brief(trace: Trace, view: View, extent: Extent, level: int) -> Iterator[Block]:
    """What is asked for and what it depends on, short enough for a slide: what is given, the values of the forward
    pass, and in full the lines behind the loss; of what stands before the loss, all of them."""
    folding = Folding(trace, view.only, brief=True)
    lines = chosen(trace, view)
    behind = [line for line in lines if line.equation.phase in ("backward", "update")]
    found = {line.name: line for line in folding.of(behind or lines)}
    shown = [*ancestors([line.equation for line in found.values()], view.only)]
    used = {name for equation in shown for name in names_in(equation.formula)}
    names, numbers = naming(trace, view), Numbers(trace, ASCII, view.decimals)
    given = [(name, text) for name, text in givens(trace, PHASES) if name in used]
    before = [line.name for line in lines if line.name in used and line.name not in found]
    computed = tuple((Math((name, Number(numbers.text(name))), names),) for name in before)
    if extent.headed:
        yield said.Heading(_about(sorted(view.only, key=canonical), trace, names), level)
    yield from listed(given, trace, names) if given else ()
    yield from [said.Listed(HEADINGS["forward"], computed)] if computed else []
    yield equations([found[equation.name] for equation in shown], trace, view)
    if extent.headed:
        yield said.Prose(engine(view.settings, trace.shortened, view.decimals) + ".", "faint")


def _about(asked: Sequence[Name], trace: Trace, names: Naming) -> Text:
    """How E depends on w1; of what is no gradient, its name."""
    first, *others = asked
    if first.of != trace.listing.objective or first.wrt is None or others:
        return tuple(span for name in asked for span in (", ", Math((name,), names)))[1:]
    return "How ", Math((first.of,), names), " depends on ", Math((first.wrt,), names)


def compact_step(trace: Trace, view: View, extent: Extent, level: int) -> Iterator[Block]:
    """The phases, each under its heading."""
    lines = chosen(trace, view)
    several = len(places_of(lines)) > 1
    if extent.brief and view.with_ancestors and not several:
        yield from brief(trace, view, extent, level)
        return
    folding = Folding(trace, view.only)
    full, listed = list[Folded](), list[Folded]()
    if not several:
        folded = folding.of(line for line in lines if line.equation.phase != "update")
        full, listed = split(folded, Places.of(trace.example.network), extent, view.only)
    if listed:
        yield said.Prose(abridged(len(full), len(full) + len(listed), extent))
    for phase in PHASES:
        members = [line for line in lines if line.equation.phase == phase]
        if not members:
            continue
        yield said.Heading(HEADINGS[phase], level)
        if phase == "update":
            yield from update_lines(members, trace, view, extent)
        elif several:
            yield from places_page(phase, folding, lines, trace, view)
        else:
            yield from _units(phase, full, trace, view)
            others = [line for line in listed if line.equation.phase == phase and not stands_elsewhere(line)]
            yield from listed_only(others, trace, view, extent.listed)


def _units(phase: str, lines: Sequence[Folded], trace: Trace, view: View) -> Iterator[Block]:
    members = [line for line in lines if line.equation.phase == phase]
    for group in units.groups(phase, members, trace.example.network, naming(trace, view)):
        if group.heading:
            yield said.Heading(group.heading, 3)
        yield equations(group.lines, trace, view)


def loss_lines(folding: Folding, lines: Sequence[Line], trace: Trace, view: View) -> Iterator[Block]:
    """The loss alone, in a table where there are several samples."""
    if len(places_of(lines)) > 1:
        yield from places_page("loss", folding, lines, trace, view)
    else:
        yield from _units("loss", folding.of(lines), trace, view)


def update_lines(lines: Sequence[Line], trace: Trace, view: View, extent: Extent) -> Iterator[Block]:
    """The first parameter in full, all of them in a table."""
    parameters = updated(lines, trace)
    if len(parameters) < 2 or not wants(view, "table"):
        yield equations(lines, trace, view)
        return
    gradient = "the total of its gradient" if trace.example.training.samples > 1 else "its gradient"
    yield said.Prose(f"Each parameter moves against {gradient}; the first one in full, all of them in the table.")
    yield equations([line for line in lines if _belongs(line.name, parameters[0])], trace, view)
    yield from closing(parameters, trace, view, extent.listed)


def _belongs(name: Name, parameter: Name) -> bool:
    """Is it computed for this parameter, or once for all?"""
    inner = name.of if name.kind == "+" and name.of is not None else name
    return inner.kind == "rule" or inner.label == parameter.label
