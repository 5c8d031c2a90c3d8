"""HTML: the page of a worked example, to be watched and changed in a browser."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from backprop_trace.render.page.document import page
from backprop_trace.render.view import View
from backprop_trace.run.step import Trace


def render(traces: Iterable[Trace], view: View) -> Iterator[str]:
    """One page: it begins with the first of the steps and goes on to the others by itself."""
    yield from page(next(iter(traces)), view)
