"""A table of short cells: headings, a rule, rows. Where it is too wide, each row becomes a few lines.

>>> print("\\n".join(columns(("x", "square"), [("2", "4"), ("10", "100")], None, False)))
  x    square
  ───────────
  2    4
  10   100
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

GAP = "   "


def columns(
    headings: Sequence[str],
    rows: Sequence[Sequence[str]],
    width: int | None,
    ascii_: bool,
    paint: Callable[[str, str], str] = lambda kind, text: text,
    kinds: Sequence[str] = (),
) -> Iterator[str]:
    """The lines of the table; the first column is painted as names, the last, if wanted, by a kind for each row."""
    widths = [max(map(len, cells)) for cells in zip(headings, *rows, strict=True)]
    needed = 2 + sum(widths) + len(GAP) * (len(widths) - 1)
    narrow = width is not None and needed > width
    if not narrow:
        yield paint("faint", "  " + _row(headings, widths))
        yield paint("faint", "  " + ("-" if ascii_ else "─") * (needed - 2))
    for row, kind in zip(rows, kinds or [""] * len(rows), strict=True):
        last = paint(kind, row[-1]) if kind else row[-1]
        if narrow:
            yield "  " + paint("name", row[0])
            yield from (f"    {heading}: {cell}" for heading, cell in zip(headings[1:], [*row[1:-1], last], strict=True)
                        if cell)  # fmt: skip
        else:
            cells = _row([*row[:-1], ""], widths, stripped=False)
            yield ("  " + paint("name", cells[: widths[0]]) + cells[widths[0] : -widths[-1]] + last).rstrip()


def _row(cells: Sequence[str], widths: Sequence[int], stripped: bool = True) -> str:
    text = GAP.join(f"{cell:{width}}" for cell, width in zip(cells, widths, strict=True))
    return text.rstrip() if stripped else text
