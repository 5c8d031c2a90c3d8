"""`backprop-trace audit`: what is right and what is wrong in the numbers that the sources printed."""

from __future__ import annotations

from typing import Annotated, Optional

import typer

from backprop_trace.cli.options import Ascii, Color, Force, Output, Width, format_of, one_of, write
from backprop_trace.cli.terminal import Terminal
from backprop_trace.files.spec import load, shipped
from backprop_trace.render.report.audit import FORMATS


def command(
    examples: Annotated[
        Optional[list[str]], typer.Argument(help="Examples with published numbers. None: all that are included.")
    ] = None,
    form: Annotated[str, format_of(FORMATS)] = "table",
    output: Output = None,
    force: Force = False,
    width: Width = None,
    ascii_: Ascii = False,
    color: Color = None,
) -> None:
    """What is right and wrong in the numbers that the sources printed.

    Of the numbers of each worked example: how many are right, and the slips in the others.
    'backprop-trace check EXAMPLE' has the details of one.
    """
    from backprop_trace.check.checker import Checker
    from backprop_trace.files.sheet import published_sheet
    from backprop_trace.render.report.audit import Audited, render_audit
    from backprop_trace.render.report.told import ReportView

    one_of("--format", form, FORMATS)
    audited = []
    for name in examples or shipped():
        example = load(name)
        report = None
        if example.published is not None and example.published.entries:
            report = Checker(example).check(published_sheet(example.published, example.name, example.text))
        audited.append(Audited(example.name, example.source, report))
    terminal = Terminal.of(width, ascii_, color, plain=output is not None)
    view = ReportView(width=terminal.width, ascii=terminal.ascii, paint=terminal.paint)
    write(render_audit(form, audited, view), output, force)
