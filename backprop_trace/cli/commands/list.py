"""`backprop-trace list`: the worked examples that come with the program."""

from __future__ import annotations

from typing import Annotated

from backprop_trace.cli.options import Color, Force, Output, Width, format_of, one_of, write
from backprop_trace.cli.terminal import Terminal

FORMATS = ("table", "plain")


def command(
    form: Annotated[str, format_of(FORMATS)] = "table",
    output: Output = None,
    force: Force = False,
    width: Width = None,
    color: Color = None,
) -> None:
    """The worked examples that come with the program."""
    from backprop_trace.render.catalog import render_list

    one_of("--format", form, FORMATS)
    terminal = Terminal.of(width, False, color, plain=output is not None)
    write(render_list(form, terminal.width, terminal.paint), output, force)
