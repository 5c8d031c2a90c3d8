"""Pages, a module for each thing that is said: a page yields blocks, and has records for other programs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple, TypeAlias

from backprop_trace.render.blocks import Block
from backprop_trace.render.medium import Medium

Record: TypeAlias = dict[str, Any]


class Page(NamedTuple):
    """Something to be said.

    blocks: for readers. records: for other programs (None: the rows of its tables), under what stands at their head;
    fields: which of them a line of CSV has. own: formats in which it is something else than its blocks (None:
    not on this medium).
    """

    blocks: Callable[[Medium], Iterator[Block]]
    records: Callable[[], Iterator[Record]] | None = None
    head: Mapping[str, object] = {}
    fields: tuple[str, ...] = ()
    own: Mapping[str, Callable[[Medium], Iterator[str] | None]] = {}
