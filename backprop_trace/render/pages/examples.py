"""The list of the examples that ship."""

from __future__ import annotations

from collections.abc import Iterator

from backprop_trace.files.spec import load, shipped
from backprop_trace.render.blocks import Block, Column, Own, Row, Table, Title
from backprop_trace.render.medium import Medium
from backprop_trace.render.pages import Page
from backprop_trace.render.view import activations, objective, shape

COLUMNS = tuple(map(Column, ("name", "shape", "activations", "loss", "source", "command")))


def list_page() -> Page:
    """One row per example: name, shape, activations, loss, source, command."""
    return Page(_blocks, head={"title": "worked examples"})


def _blocks(medium: Medium) -> Iterator[Block]:
    if medium.manner == "document":
        yield Title("The worked examples")
    yield Table(COLUMNS, [Row(_cells(name)) for name in shipped()])


def _cells(name: str) -> tuple[str, ...]:
    example = load(name)
    return (name, shape(example), activations(example), objective(example), Own(example.source),
            f"backprop-trace show {name}")  # fmt: skip
