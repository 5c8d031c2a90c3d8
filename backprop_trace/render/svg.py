"""SVG: the network with the numbers of a step, as a picture for a page or a slide."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from backprop_trace.render.page.picture import picture
from backprop_trace.render.view import View
from backprop_trace.run.step import Trace


def render(traces: Iterable[Trace], view: View) -> Iterator[str]:
    """One picture, of the last of the steps."""
    *_, last = traces
    yield from picture(last, view)
