"""Derivations: the chain, the slopes put in, and a closed form where one was asked for; no numbers.

Folded, they are those of the loss of one sample, and what is alike at several time steps stands once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple, TypeAlias

from backprop_trace.formulas.expr import Formula, Name, put_in, walk_names
from backprop_trace.formulas.notation import ASCII, show
from backprop_trace.formulas.notation.names import canonical
from backprop_trace.model.derive import Derivation
from backprop_trace.model.network import Listing, Network
from backprop_trace.render.blocks import Block, Chain, Heading, Naming, Prose, Title
from backprop_trace.render.medium import Medium
from backprop_trace.render.pages import Page, Record
from backprop_trace.render.pages.groups import Places, layer_called
from backprop_trace.render.pages.opening import title_of
from backprop_trace.render.pages.places import place_of
from backprop_trace.render.records import name_leaf
from backprop_trace.render.view import View


class Derived(NamedTuple):
    """A derivation, and its closed form where one was asked for."""

    derivation: Derivation
    closed: Formula | None = None


Derive: TypeAlias = Callable[[bool], tuple[Sequence[Derived], Listing]]
"""Derivations, and the lines they are read off: of the loss of all samples, or (True) of the loss of one."""


def derivation_page(derive: Derive, view: View) -> Page:
    example = view.example

    def blocks(medium: Medium) -> Iterator[Block]:
        folded = medium.manner == "document" if view.compact is None else view.compact
        found, equations = derive(folded)
        names = Naming(view.style, example.network, equations.by_output)
        yield Title(title_of(example))
        if example.training.samples > 1:
            yield Prose(_of_samples(view) if folded else "A term for each sample and each path.")
        yield from _by_layer(_folded(chains(found, names)) if folded else ((each, ()) for each in chains(found, names)),
                             example.network, len(found) > 1, example.training.settling is not None)  # fmt: skip

    def records() -> Iterator[Record]:
        found, equations = derive(False)
        return map(_record, chains(found, Naming(view.style, example.network, equations.by_output)))

    return Page(blocks, records, {"title": example.title})


def _of_samples(view: View) -> str:
    """What is said of the samples, where one stands for all."""
    samples, batch = view.example.training.samples, view.example.training.batch
    together = "averaged" if batch == "mean" else "added"
    return f"Here the loss is that of one sample; the gradients of all {samples} samples are {together}."


def _by_layer(
    found: Iterable[tuple[Chain, Sequence[int]]], network: Network, headed: bool, settles: bool
) -> Iterator[Block]:
    """The lines of each layer under its heading, and at which other times they are the same."""
    above = None
    for chain, times in found:
        depth = _layer(chain.name, network)
        if depth is not None and depth != above and headed:
            above = depth
            yield Heading(layer_called(depth, network).capitalize())
        yield chain
        if times:
            yield Prose(f"In the same way {'in iteration' if settles else 'at t ='} {_ranges(times)}.")


def _ranges(times: Iterable[int]) -> str:
    """1-3, 5"""
    rows = list[list[int]]()
    for time in sorted(times):
        if not rows or time > rows[-1][-1] + 1:
            rows.append([])
        rows[-1].append(time)
    return ", ".join(f"{row[0]}-{row[-1]}" if len(row) > 1 else str(row[0]) for row in rows)


def _layer(name: Name, network: Network) -> int | None:
    """The layer that a gradient belongs to."""
    return Places.of(network).depth(name) if network.depth else None


def _folded(found: Iterable[Chain]) -> list[tuple[Chain, list[int]]]:
    """The lines that differ in more than the time step, and when else each holds."""
    alike = dict[tuple[str, ...], tuple[Chain, list[int]]]()
    for chain in found:
        _, time = place_of(chain.name)
        moved = (_moved(form, time or 0) for form in (chain.name, *chain.forms))
        first, times = alike.setdefault(tuple(show(form, ASCII, name_leaf) for form in moved), (chain, []))
        if first is not chain and time is not None:
            times.append(time)
    return list(alike.values())


def _moved(formula: Formula, time: int) -> Formula:
    """The formula so many time steps earlier."""
    return put_in(formula, {name: _earlier(name, time) for name in walk_names(formula)}) if time else formula


def _earlier(name: Name, time: int) -> Name:
    of, wrt, via = (part and _earlier(part, time) for part in (name.of, name.wrt, name.via))
    return name._replace(of=of, wrt=wrt, via=via, time=None if name.time is None else name.time - time)


def chains(found: Sequence[Derived], names: Naming) -> Iterator[Chain]:
    """Each gradient: chain, slopes put in, shortcut or closed form. What it goes by way of stands above it, once."""
    shown: set[Name] = set()
    for derivation, closed in found:
        for each in (*derivation.deltas, derivation):
            if each.name in shown:
                continue
            for equation in each.by_way_of:
                if equation.name not in shown:
                    yield Chain(equation.name, (equation.formula,), names)
            shown |= {each.name, *(equation.name for equation in each.by_way_of)}
            forms = [each.chain, each.filled, each.shortcut, closed if each is derivation else None]
            yield Chain(each.name, tuple(_different(each.name, forms)), names)


def _different(name: Name, forms: Sequence[Formula | None]) -> Iterator[Formula]:
    before: list[Formula] = [name]
    for form in forms:
        if form is not None and form not in before:
            before.append(form)
            yield form


def _record(chain: Chain) -> Record:
    return {"name": canonical(chain.name), "formulas": [show(form, ASCII, name_leaf) for form in chain.forms]}
