"""Derivations: the chain, the slopes put in, and a closed form where one was asked for; no numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from backprop_trace.formulas.expr import Formula, Name
from backprop_trace.formulas.notation import ASCII, show
from backprop_trace.formulas.notation.names import canonical
from backprop_trace.model.derive import Derivation
from backprop_trace.model.network import Listing, Network
from backprop_trace.render.blocks import Block, Chain, Heading, Naming, Prose, Title
from backprop_trace.render.medium import Medium
from backprop_trace.render.pages import Page, Record
from backprop_trace.render.pages.groups import Places, layer_called
from backprop_trace.render.pages.opening import title_of
from backprop_trace.render.records import name_leaf
from backprop_trace.render.view import View


class Derived(NamedTuple):
    """A derivation, and its closed form where one was asked for."""

    derivation: Derivation
    closed: Formula | None = None


def derivation_page(found: Sequence[Derived], equations: Listing, view: View) -> Page:
    network = view.example.network
    names = Naming(view.style, network, equations.by_output)

    def blocks(medium: Medium) -> Iterator[Block]:
        yield Title(title_of(view.example))
        if view.example.training.samples > 1:
            yield Prose("A term for each sample and each path.")
        above = None
        for chain in chains(found, names):
            depth = _layer(chain.name, network)
            if depth is not None and depth != above and len(found) > 1:
                above = depth
                yield Heading(layer_called(depth, network).capitalize())
            yield chain

    return Page(blocks, lambda: map(_record, chains(found, names)), {"title": view.example.title})


def _layer(name: Name, network: Network) -> int | None:
    """The layer that a gradient belongs to."""
    return Places.of(network).depth(name) if network.depth else None


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
