"""PDF without TeX, by Typst: tagged, for everybody (PDF/UA-1), and the same bytes each time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from backprop_trace.render.blocks import Block
from backprop_trace.render.medium import Medium
from backprop_trace.render.writers import typst as source


def write(blocks: Iterable[Block], medium: Medium) -> Iterator[bytes]:
    """The page. Raises ImportError where Typst is not installed."""
    import typst

    text = "".join(source.write(blocks, medium))
    yield typst.compile(text.encode("utf-8"), pdf_standards="ua-1", ignore_system_fonts=True)
