"""`backprop-trace list`: the worked examples that come with the program."""

from backprop_trace.cli.options import Color, Force, Form, Lang, Open, Output, Width, medium_of, opened, write
from backprop_trace.render import say


def command(
    form: Form = "table",
    lang: Lang = "en",
    output: Output = None,
    open_: Open = False,
    force: Force = False,
    width: Width = None,
    color: Color = None,
) -> None:
    """The worked examples that come with the program."""
    from backprop_trace.render.pages.examples import list_page

    in_browser = opened(open_, "examples", form)
    medium = medium_of(form, width, False, color, output, language=lang)
    write(say(form, list_page(), medium), output, force, in_browser)
