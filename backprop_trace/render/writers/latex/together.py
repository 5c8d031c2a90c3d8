r"""What stands together on a page: a heading with what follows it, and the last lines of a document.

>>> pieces = ["\\section*{Loss}\n", "\\begin{align*}\nE &= 1\n\\end{align*}\n"]
>>> print("".join(together(pieces)), end="")
\begin{together}[1]
\section*{Loss}
\begin{lastlines}
\begin{align*}
E &= 1
\end{align*}
\end{lastlines}
\end{together}
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import takewhile

FEWEST, MOST = 6, 30
"""So many lines stand together at the end; a piece of more than that finds its own pages."""

A_PAGE = 60
"""What has more lines than this is longer than half a page, and may become longer than TeX can measure."""

LETTERS = 110
"""A line of words has hardly more."""

HEADING = re.compile(r"\s*(\\lhsas\{\S+\s*)?(\\(sub)*section\*|\\par\\smallskip\\noindent\\textit)")
LONG = r"\begin{longtable}"


def together(pieces: Iterable[str]) -> Iterator[str]:
    """The pieces of a document, in groups that begin with a heading; `preamble` says how they keep together."""
    group: list[str] = []
    for piece in filter(None, pieces):
        if HEADING.match(piece) and not all(map(HEADING.match, group)):
            yield from _whole(group)
            group = []
        group.append(piece)
    yield from _ending(group)


def _whole(group: Sequence[str], last: Sequence[str] = ()) -> Iterator[str]:
    """Pieces, and the last lines of a document, on one page. A long table finds its own pages: as many of its lines
    as stand below a heading, and those above what stands last."""
    inside = [*group, *_boxed("lastlines", "".join(last).replace("\\par}\n", "\\par}\\nobreak\n"))]
    if not any(LONG in piece for piece in group) and sum(map(lines, inside)) <= A_PAGE:
        yield from _boxed("together", "".join(inside), "[1]" if last else "")
        return
    headings = list(takewhile(HEADING.match, group))
    yield "\\roomforlines\n" if headings and LONG in "".join(group[len(headings) : len(headings) + 1]) else ""
    yield from inside


def _ending(group: Sequence[str]) -> Iterator[str]:
    """The last group, with the last pieces that have enough lines."""
    count = start = len(group)
    while start and LONG not in group[start - 1] and not HEADING.match(group[start - 1]):
        start -= 1
        if sum(map(lines, group[start:count])) >= FEWEST:
            break
    if sum(map(lines, group[start:])) > MOST:
        start = count
    yield from _whole(group[:start], group[start:])


def lines(piece: str) -> int:
    """How many lines a piece has at least."""
    words = max(piece.count(r"\par}"), len(piece) // LETTERS) if piece.rstrip().endswith(r"\par}") else 0
    boxes = 2 * piece.count(r"\begin{minipage}")
    return piece.count(r"\\") + words + boxes + piece.count(r"\begin{align")


def _boxed(environment: str, inside: str, options: str = "") -> Iterator[str]:
    if inside.strip():
        yield f"\\begin{{{environment}}}{options}\n{inside}\\end{{{environment}}}\n"
