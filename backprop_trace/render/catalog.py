"""The list of the examples that ship."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from backprop_trace.files.spec import load, shipped
from backprop_trace.render.view import activations, objective, shape

COLUMNS = ("name", "shape", "activations", "loss", "source", "command")


def render_list(form: str, width: int | None, paint: Callable[[str, str], str]) -> Iterator[str]:
    """One line per example: name, shape, activations, loss, source, command."""
    lines = [_cells(name) for name in shipped()]
    if form == "plain":
        yield from ("\t".join(line) + "\n" for line in lines)
        return
    widths = [max(map(len, column)) for column in zip(COLUMNS, *lines, strict=True)]
    if width is not None and sum(widths) + 2 * len(widths) > width:
        for line in lines:
            yield f"{paint('name', line[0])}  {', '.join(filter(None, line[1:4]))}\n    {line[4]}\n    {line[5]}\n"
        return
    yield paint("faint", _row(COLUMNS, widths)) + "\n"
    for line in lines:
        yield paint("name", f"{line[0]:{widths[0]}}") + "  " + _row(line[1:], widths[1:]) + "\n"


def _row(cells: tuple[str, ...], widths: list[int]) -> str:
    return "  ".join(f"{cell:{width}}" for cell, width in zip(cells, widths, strict=True)).rstrip()


def _cells(name: str) -> tuple[str, ...]:
    example = load(name)
    return (name, shape(example), activations(example), objective(example), example.source,
            f"backprop-trace show {name}")  # fmt: skip
