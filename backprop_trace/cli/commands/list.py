"""`backprop-trace list`: the worked examples that come with the program."""

from __future__ import annotations

from typing import Annotated

import typer

from backprop_trace.cli.options import one_of, write
from backprop_trace.cli.terminal import Terminal


def command(
    form: Annotated[str, typer.Option("--format", help="table or plain.")] = "table",
) -> None:
    """The worked examples that come with the program."""
    from backprop_trace.render.catalog import render_list

    one_of("--format", form, ("table", "plain"))
    terminal = Terminal.of(None, False)
    write(render_list(form, terminal.width, terminal.paint), None, False)
