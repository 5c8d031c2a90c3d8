"""The end of a document: its last lines stand on one page.

>>> print("".join(ending(["#table-of(\\n  (auto,),\\n)\\n", "All lines are right."])), end="")
#table-of(
  (auto,),
  last: [All lines are right.],
)
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator

FEWEST, MOST = 6, 30
"""So many lines stand together at the end; a piece of more than that finds its own pages."""

TABLE = "#table-of(\n"


def ending(pieces: Iterable[str]) -> Iterator[str]:
    """The pieces of a document. What follows a table at the end goes to its last rows."""
    last = deque[str]()
    for piece in filter(None, pieces):
        if piece.startswith("#set"):  # of the whole document
            yield piece
            continue
        last.append(piece)
        while sum(map(lines, last)) - lines(last[0]) >= FEWEST:
            yield last.popleft()
    tables = [place for place, piece in enumerate(last) if TABLE in piece]
    for _ in range(tables[-1] if tables else 0):
        yield last.popleft()
    if tables:
        before, table, arguments = last.popleft().rpartition(TABLE)
        yield before + table + arguments.removesuffix(")\n") + (f"  last: [{''.join(last)}],\n" if last else "") + ")\n"
    elif sum(map(lines, last)) > MOST:
        yield from last
    else:
        yield f"#block(breakable: false)[\n{''.join(last)}]\n" if last else ""


def lines(piece: str) -> int:
    """How many lines a piece has at least."""
    return len(re.findall(r"(?m)^  [(\[]|^\n\S|^#section", piece)) + piece.count("$display(") // 4
