"""`backprop-trace audit`: what is right and what is wrong in the numbers that the sources printed."""

from typing import Annotated, Optional

import typer

from backprop_trace.cli.options import Ascii, Color, Force, Form, Lang, Open, Output, Width, medium_of, opened, write
from backprop_trace.files.spec import load, shipped
from backprop_trace.render import say


def command(
    examples: Annotated[
        Optional[list[str]], typer.Argument(help="Examples with published numbers. None: all that are included.")
    ] = None,
    form: Form = "table",
    lang: Lang = "en",
    output: Output = None,
    force: Force = False,
    open_: Open = False,
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
    from backprop_trace.render.pages.audit import Audited, audit_page

    medium = medium_of(form, width, ascii_, color, output, language=lang)
    in_browser = opened(open_, "audit", form)
    audited = []
    for name in examples or shipped():
        example = load(name)
        report = None
        if example.published is not None and example.published.entries:
            report = Checker(example).check(published_sheet(example.published, example.name, example.text))
        audited.append(Audited(example.name, example.source, report))
    write(say(form, audit_page(audited), medium), output, force, in_browser)
