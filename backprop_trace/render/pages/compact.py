"""A step folded: no line that only copies another, tables for samples and time steps, one for the update."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backprop_trace.formulas.expr import Name, Number, names_in, walk_names
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
from backprop_trace.render.pages.places import (
    NOWHERE,
    fullest,
    place_of,
    places_of,
    places_page,
    places_table,
    quantity_of,
)
from backprop_trace.render.view import Numbers, View, chosen, engine, givens, naming, wants
from backprop_trace.run.step import Line, Trace, ancestors


def brief(trace: Trace, view: View, extent: Extent, level: int) -> Iterator[Block]:
    """What is asked for and what it depends on, short enough for a slide: what is given, the values of the forward
    pass, and in full the lines behind the loss; of what stands before the loss, all of them. Of several samples or
    time steps one is worked out, and a table has what each of them adds, beside what the others hand on to it."""
    shares = _shares(trace, view)
    asked = view._replace(only=frozenset(_fullest_share(shares, trace, view)) or view.only)
    lines = chosen(trace, asked)
    shown, slopes = _lines_in_full(lines, trace, asked, len(shares))
    found = {line.name for line in shown}
    used = {name for line in shown for name in names_in(line.equation.formula)}
    names, numbers = naming(trace, view), Numbers(trace, ASCII, view.decimals)
    given = [(name, text) for name, text in givens(trace, PHASES) if name in used]
    before = [line for line in lines if line.name in used - found]
    behind = [line.name for line in _behind(before) if line.name not in slopes]
    here = {place_of(name) for name in asked.only}
    columns = _at_all_places([name for name in behind if place_of(name) not in here], shares, trace, view)
    if extent.headed:
        yield said.Heading(_about(sorted(view.only, key=canonical), trace, names), level)
    yield from listed(given, trace, names) if given else ()
    for label, those in ((HEADINGS["forward"], [line.name for line in before if line.name not in {*behind, *slopes}]),
                         ("Slopes", [line.name for line in before if line.name in slopes]),
                         (HEADINGS["backward"], [name for name in behind if name not in columns])):  # fmt: skip
        if those:
            yield said.Listed(label, tuple((Math((name, Number(numbers.text(name))), names),) for name in those))
    yield equations(shown, trace, asked)
    if shares:
        yield places_table([*columns, *shares, *view.only], trace, view)
    if extent.headed:
        yield said.Prose(engine(view.settings, trace.shortened, view.decimals) + ".", "faint")


def _lines_in_full(lines: Sequence[Line], trace: Trace, asked: View, rows: int) -> tuple[list[Folded], set[Name]]:
    """What of these lines stands in full, as much as a slide holds above a table of so many rows: the last ones, at the
    place of what is asked for. And the slopes that are only listed."""
    place = next(iter({place_of(name) for name in asked.only}))
    here = [line for line in lines if place == NOWHERE or place_of(line.name) in (place, NOWHERE)]
    slopes = {line.name for line in here if _is_slope_of_a_hidden_unit(line.name, trace)}
    slopes = slopes if len(slopes) > MOST_SLOPES else set()
    behind = [line for line in _behind(here) if line.name not in slopes]
    found = {line.name: line for line in Folding(trace, asked.only, brief=True).of(behind or here)}
    kept, count = list[Folded](), min(rows, MOST_ROWS)
    for equation in reversed(ancestors([line.equation for line in found.values()], asked.only)):
        count += sum(1 + (name.kind == "d") for name in walk_names(equation.formula))
        if count <= MOST_USED or equation.name in asked.only:
            kept.append(found[equation.name])
    return kept[::-1], slopes


def _behind(lines: Sequence[Line]) -> list[Line]:
    """What stands behind the loss."""
    return [line for line in lines if line.equation.phase in ("backward", "update")]


MOST_SLOPES = 1
"""More slopes than this are only listed in the brief form."""

MOST_USED = 21
"""The lines in full on a slide use so many quantities, derivatives counted twice; those that would be more are only
listed."""

MOST_ROWS = 6
"""A row of a table takes as much room as a quantity in a line; of more rows some stand beside each other."""

MOST_COLUMNS = 2
"""So many quantities stand beside what each place adds."""


def _is_slope_of_a_hidden_unit(name: Name, trace: Trace) -> bool:
    """dout_h1/dnet_h1"""
    of, wrt = name.of, name.wrt
    if of is None or wrt is None or wrt.label in trace.example.network.outputs:
        return False
    return (of.kind, wrt.kind) == ("out", "net")


def _shares(trace: Trace, view: View) -> list[Name]:
    """What each sample or time step adds to the one total that is asked for."""
    asked, *others = view.only
    if others or asked not in trace.by_name or place_of(asked) != NOWHERE:
        return []
    shares = [name for name in names_in(trace.by_name[asked].formula) if place_of(name) != NOWHERE]
    return shares if len({place_of(name) for name in shares}) == len(shares) > 1 else []


def _fullest_share(shares: Sequence[Name], trace: Trace, view: View) -> list[Name]:
    """The one where most of what stands behind the loss is not zero, if it is not zero itself."""
    if not shares:
        return []
    best = fullest(Folding(trace).of(_behind(chosen(trace, view))), trace)
    return sorted(shares, key=lambda name: (not trace.values[name], place_of(name) != best))[:1]


def _at_all_places(names: Sequence[Name], shares: Sequence[Name], trace: Trace, view: View) -> list[Name]:
    """What other time steps hand on, at all of them; nothing if it is too much to stand beside the shares."""
    quantities = {quantity_of(name) for name in names}
    if not shares or len(quantities) > MOST_COLUMNS:
        return []
    return [line.name for line in chosen(trace, view) if quantity_of(line.name) in quantities]


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
