"""`backprop-trace verify`: each gradient against central differences and autograd."""

import sys

from backprop_trace.cli.commands.derive import wanted
from backprop_trace.cli.options import (
    Ascii,
    BatchSize,
    Color,
    Decimal,
    ExampleArgument,
    Force,
    Form,
    Lang,
    Only,
    Open,
    Output,
    Seed,
    Shuffle,
    Style,
    Values,
    Width,
    medium_of,
    one_of,
    opened,
    with_batches,
    with_values,
    write,
)
from backprop_trace.files.spec import load
from backprop_trace.model.styles import STYLES
from backprop_trace.render import say
from backprop_trace.render.pages.verification import verification_page
from backprop_trace.render.view import View
from backprop_trace.run.verify import verify


def command(
    example: ExampleArgument,
    only: Only = None,
    form: Form = "table",
    lang: Lang = "en",
    decimal: Decimal = "point",
    settings: Values = None,
    batch_size: BatchSize = None,
    shuffle: Shuffle = False,
    seed: Seed = None,
    style: Style = "net-out",
    ascii_: Ascii = False,
    color: Color = None,
    output: Output = None,
    force: Force = False,
    open_: Open = False,
    width: Width = None,
) -> None:
    """Each gradient against central differences and autograd.

    The differences are taken in certified arithmetic; autograd is asked where PyTorch is installed. The exit code is 1
    if a gradient is off.
    """
    medium = medium_of(form, width, ascii_, color, output, language=lang, decimal=decimal)
    in_browser = opened(open_, example, form)
    one_of("--style", style, STYLES)
    worked = with_batches(with_values(load(example), settings or ()), batch_size, shuffle, seed)
    found = verify(worked, wanted(worked, only)[0] if only else ())
    page = verification_page(found, worked.listing(), View(worked, style=style))
    write(say(form, page, medium), output, force, in_browser)
    if any(row.verdict == "off" for row in found):
        sys.exit(1)
