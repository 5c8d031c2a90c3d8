"""What shows itself in a notebook: a trace, a line, a report, a training run, an example.

A class takes `shown_in_notebook` as its `_repr_mimebundle_`, and one that is a tuple `plain_in_notebook` as its
`_repr_pretty_`: IPython would show the fields of the tuple in place of the plain text. How things look is known in the
room above that writes (`render.notebook`), which is looked for by name when a notebook asks: nothing is imported for
those who do not.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

WRITER = "backprop_trace.render.notebook"


def shown_in_notebook(self: Any, include: object = None, exclude: object = None, **how: object) -> dict[str, str]:
    """HTML, LaTeX, Markdown and plain text; without any of them the notebook shows what Python says of the thing.

    Never an exception: a notebook would show that in place of the thing.
    """
    try:
        bundle: dict[str, str] = import_module(WRITER).bundle(self)
    except Exception:
        return {}
    return bundle


def plain_in_notebook(self: Any, printer: Any, cycle: bool = False) -> None:
    """The plain text alone, written with IPython's printer."""
    printer.text(shown_in_notebook(self).get("text/plain", "").rstrip("\n") or repr(self))
