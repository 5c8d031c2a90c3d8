"""Derivations: the chain, the slopes put in, and a closed form where one was asked for; no numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from backprop_trace.formulas.expr import Formula, Name
from backprop_trace.formulas.notation import ASCII, show
from backprop_trace.formulas.notation.names import canonical
from backprop_trace.model.derive import Derivation
from backprop_trace.model.network import Listing
from backprop_trace.render.blocks import Block, Chain, Naming, Title
from backprop_trace.render.medium import Medium
from backprop_trace.render.pages import Page, Record
from backprop_trace.render.pages.opening import title_of
from backprop_trace.render.records import name_leaf
from backprop_trace.render.view import View


class Derived(NamedTuple):
    """A derivation, and its closed form where one was asked for."""

    derivation: Derivation
    closed: Formula | None = None


def derivation_page(found: Sequence[Derived], equations: Listing, view: View) -> Page:
    names = Naming(view.style, view.example.network, equations.by_output)

    def blocks(medium: Medium) -> Iterator[Block]:
        yield Title(title_of(view.example))
        yield from chains(found, names)

    return Page(blocks, lambda: map(_record, chains(found, names)), {"title": view.example.title})


def chains(found: Sequence[Derived], names: Naming) -> Iterator[Chain]:
    """Each gradient: chain, slopes put in, closed form. What it goes by way of stands above it, once."""
    shown: set[Name] = set()
    for derivation, closed in found:
        for equation in derivation.by_way_of:
            if equation.name not in shown:
                yield Chain(equation.name, (equation.formula,), names)
        shown |= {derivation.name, *(equation.name for equation in derivation.by_way_of)}
        forms = [form for form in (derivation.chain, derivation.filled, closed) if form is not None]
        different = [form for place, form in enumerate(forms) if form != derivation.name and form not in forms[:place]]
        yield Chain(derivation.name, tuple(different), names)


def _record(chain: Chain) -> Record:
    return {"name": canonical(chain.name), "formulas": [show(form, ASCII, name_leaf) for form in chain.forms]}
