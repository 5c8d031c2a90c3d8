"""A step folded: no line that only copies another, tables for samples and time steps, one for the update."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backprop_trace.formulas.expr import Name, Number, names_in
from backprop_trace.formulas.notation import ASCII
from backprop_trace.formulas.notation.names import canonical
from backprop_trace.model.chain import PHASES
from backprop_trace.render import blocks as said
from backprop_trace.render.blocks import Block, Column, Math, Naming, Row, Table, Text
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
    pass, and in full the lines behind the loss; of what stands before the loss, all of them. Of several samples one
    is shown, and what each of them adds."""
    shares = _shares(trace, view)
    asked = view._replace(only=frozenset(_fullest_share(shares, trace)) or view.only)
    folding, lines = Folding(trace, asked.only, brief=True), chosen(trace, asked)
    slopes = {line.name for line in lines if _is_slope_of_a_hidden_unit(line.name, trace)}
    slopes = slopes if len(slopes) > MOST_SLOPES else set()
    behind = [line for line in _behind(lines) if line.name not in slopes]
    found = {line.name: line for line in folding.of(behind or lines)}
    shown = [*ancestors([line.equation for line in found.values()], asked.only)]
    used = {name for equation in shown for name in names_in(equation.formula)}
    names, numbers = naming(trace, view), Numbers(trace, ASCII, view.decimals)
    given = [(name, text) for name, text in givens(trace, PHASES) if name in used]
    before = [line.name for line in lines if line.name in used and line.name not in found]
    if extent.headed:
        yield said.Heading(_about(sorted(view.only, key=canonical), trace, names), level)
    yield from listed(given, trace, names) if given else ()
    for label, those in ((HEADINGS["forward"], [name for name in before if name not in slopes]),
                         ("Slopes", [name for name in before if name in slopes])):  # fmt: skip
        if those:
            yield said.Listed(label, tuple((Math((name, Number(numbers.text(name))), names),) for name in those))
    yield equations([found[equation.name] for equation in shown], trace, asked)
    yield from _added(shares, trace, view) if shares else ()
    if extent.headed:
        yield said.Prose(engine(view.settings, trace.shortened, view.decimals) + ".", "faint")


def _behind(lines: Sequence[Line]) -> list[Line]:
    """What stands behind the loss."""
    return [line for line in lines if line.equation.phase in ("backward", "update")]


def brief_at_times(trace: Trace, view: View, extent: Extent, level: int) -> Iterator[Block]:
    """The same over time steps: of each kind of line one in full, all in tables, without headings."""
    lines, names = chosen(trace, view), naming(trace, view)
    if extent.headed:
        yield said.Heading(_about(sorted(view.only, key=canonical), trace, names), level)
    used = {name for line in lines for name in names_in(line.equation.formula)}
    given = [(name, text) for name, text in givens(trace, PHASES) if name in used]
    yield from listed(given, trace, names) if given else ()
    for block in places_page("backward", Folding(trace, view.only), lines, trace, view):
        if not isinstance(block, said.Heading):
            yield block


MOST_LINES = 12
"""Over time steps, more lines than this are tables."""

MOST_SLOPES = 1
"""More slopes than this are only listed in the brief form."""


def _is_slope_of_a_hidden_unit(name: Name, trace: Trace) -> bool:
    """dout_h1/dnet_h1"""
    of, wrt = name.of, name.wrt
    if of is None or wrt is None or wrt.label in trace.example.network.outputs:
        return False
    return (of.kind, wrt.kind) == ("out", "net")


def _shares(trace: Trace, view: View) -> list[Name]:
    """What each sample adds to the one gradient that is asked for."""
    folding, (asked, *others) = Folding(trace), view.only
    used = [] if others or asked not in trace.by_name else names_in(trace.by_name[asked].formula)
    return [name for name in used if name.sample is not None and folding.is_share(name)]


def _fullest_share(shares: Sequence[Name], trace: Trace) -> list[Name]:
    """The first of those that are not zero."""
    return sorted(shares, key=lambda name: not trace.values[name])[:1]


def _added(shares: Sequence[Name], trace: Trace, view: View) -> Iterator[Block]:
    """What each sample adds, and the total."""
    (asked,), names, numbers = view.only, naming(trace, view), Numbers(trace, ASCII, view.decimals)
    rows = [Row((str(name.sample), numbers.text(name))) for name in shares]
    columns = (Column("sample"), Column((Math((asked,), names),), number=True))
    yield Table(columns, [*rows, Row(("total", numbers.text(asked)))])


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
    if extent.brief and view.with_ancestors and view.only:
        times = {time for _, time in places_of(lines)}
        many = len(times) > 1 and len(Folding(trace, view.only, brief=True).of(_behind(lines))) > MOST_LINES
        yield from (brief_at_times if many else brief)(trace, view, extent, level)
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
