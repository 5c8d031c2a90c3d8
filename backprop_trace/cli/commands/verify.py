"""`backprop-trace verify`: each gradient against central differences and autograd."""

from __future__ import annotations

import sys
from typing import Annotated, Optional

import typer

from backprop_trace.cli.commands.derive import wanted
from backprop_trace.cli.options import ExampleArgument, one_of, with_values, write
from backprop_trace.cli.terminal import Terminal
from backprop_trace.files.spec import load
from backprop_trace.model.network import listing
from backprop_trace.model.styles import STYLES
from backprop_trace.render.verification import render
from backprop_trace.render.view import View
from backprop_trace.run.verify import verified


def command(
    example: ExampleArgument,
    only: Annotated[
        Optional[list[str]], typer.Option(help="Only this gradient, e.g. 'dE/dw1'. May be repeated.")
    ] = None,
    settings: Annotated[
        Optional[list[str]], typer.Option("--set", help="Another value for this run, e.g. W=4. May be repeated.")
    ] = None,
    style: Annotated[str, typer.Option(help=f"How quantities are called: {', '.join(STYLES)}.")] = "net-out",
    ascii_: Annotated[bool, typer.Option("--ascii", help="Plain ASCII: dE/dw5 for ∂E/∂w5.")] = False,
    color: Annotated[
        Optional[bool], typer.Option("--color/--no-color", help="Colours (default: on a terminal).")
    ] = None,
) -> None:
    """Each gradient against central differences and autograd.

    The differences are taken in certified arithmetic; autograd is asked where PyTorch is installed. The exit code is 1
    if a gradient is off.
    """
    one_of("--style", style, STYLES)
    worked = with_values(load(example), settings or ())
    found = verified(worked, wanted(worked, only or ()))
    terminal = Terminal.of(None, ascii_, color)
    view = View(worked, style=style, width=terminal.width, ascii=terminal.ascii, paint=terminal.paint)
    write(render(found, listing(worked.network), view), None, False)
    if any(row.verdict == "off" for row in found):
        sys.exit(1)
