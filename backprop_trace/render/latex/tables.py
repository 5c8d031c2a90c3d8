r"""Tables: given numbers, quantities that are only listed, and the closing one of old weight, gradient, new weight."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from backprop_trace.formulas.expr import Name, derivative
from backprop_trace.formulas.notation.names import Speller
from backprop_trace.model.chain import PHASES
from backprop_trace.model.update import ETA
from backprop_trace.render.latex.page import TEXT_SIZE, Page
from backprop_trace.render.latex.steps import Writer, short_number
from backprop_trace.render.latex.width import width
from backprop_trace.render.view import givens
from backprop_trace.run.step import Trace

GAP = 10.0
FEWEST_DIGITS = 4
LONG = 60
"""Tables of more rows are set smaller."""

SHORT = 24
"""Tables of so many rows are not broken over pages."""


class Column(NamedTuple):
    """A column of formulas, left-aligned, or of numbers, aligned at the decimal point."""

    heading: str
    cells: list[str]
    number: bool = False


def parameter_columns(writer: Writer, flat: Speller, updated: Sequence[Name], objective: Name) -> list[Column]:
    """Old weight, gradient, new weight of the parameters whose updates are shown."""
    olds = [name.of for name in updated if name.of is not None]
    numbers = {"old": olds, "gradient": [derivative(objective, old) for old in olds], "new": updated}
    return _fitting(writer, Column("parameter", [f"${flat(old)}$" for old in olds]), numbers)


def value_columns(writer: Writer, flat: Speller, names: Sequence[Name]) -> list[Column]:
    return _fitting(writer, Column("quantity", [f"${flat(name)}$" for name in names]), {"value": names})


def _fitting(writer: Writer, first: Column, numbers: Mapping[str, Sequence[Name]]) -> list[Column]:
    """The columns with as many digits as the page has room for."""
    most = writer.page.table_digits
    for digits in range(most, FEWEST_DIGITS - 1, -1):
        others = [
            Column(heading, [number_text(writer, name, digits) for name in names], number=True)
            for heading, names in numbers.items()
        ]
        if needed([first, *others]) <= writer.page.width:
            break
    return [first, *others]


def sample_columns(trace: Trace, writer: Writer, flat: Speller, samples: Sequence[int]) -> list[Column]:
    """Inputs and targets of the samples, a row each."""
    network = trace.example.network
    columns = [Column("sample", [str(sample) for sample in samples])]
    names = [Name("", label) for label in network.inputs] + [Name("target", label) for label in network.outputs]
    for name in names:
        cells = [number_text(writer, name._replace(sample=sample)) for sample in samples]
        columns.append(Column(f"${flat(name)}$", cells, number=True))
    return columns


def loss_columns(losses: Sequence[tuple[str, str]], loss: str) -> list[Column]:
    """The total loss at each training step."""
    steps, values = zip(*losses, strict=True)
    return [Column("step", list(steps)), Column(f"${loss}$", list(values), number=True)]


def number_text(writer: Writer, name: Name, digits: int | None = None) -> str:
    return short_number(writer.numbers.text(name), digits or writer.page.table_digits)[0]


def needed(columns: Sequence[Column]) -> float:
    """How wide a table of these columns is."""
    return sum(sum(_widths(column)) + GAP for column in columns)


def table(columns: Sequence[Column], page: Page) -> Iterator[str]:
    """The columns, as often side by side as the width allows; in a fragment, in pieces without page breaks."""
    count = len(columns[0].cells)
    beside = max(1, min(4, int(page.width / (needed(columns) + GAP)), -(-count // 12)))
    rows = [_row(columns, start, beside) for start in range(0, count, beside)]
    small = len(rows) > LONG or needed(columns) > page.width
    at_once = 2 * page.rows or len(rows)
    yield "{\\footnotesize\n" if small else ""
    for start in range(0, len(rows), at_once):
        yield from _piece(columns, rows[start : start + at_once], beside, bool(page.rows) or len(rows) <= SHORT)
    yield "}\n" if small else ""


def _piece(columns: Sequence[Column], rows: list[str], beside: int, whole: bool) -> Iterator[str]:
    one = "".join(_format(column) for column in columns)
    between = rf"@{{\hspace{{{2.5 * GAP:.0f}pt}}}}"
    head = " & ".join([("& " if column.number else "") + column.heading for column in columns] * beside)
    environment = "tabular" if whole else "longtable"
    yield "\\begin{center}\n" if whole else ""
    yield f"\\begin{{{environment}}}{{@{{}}{between.join([one] * beside)}@{{}}}}\n\\toprule\n{head} \\\\\n\\midrule\n"
    yield "" if whole else "\\endhead\n\\bottomrule\n\\endfoot\n"
    yield "".join(row + " \\\\\n" for row in rows)
    yield "\\bottomrule\n\\end{tabular}\n\\end{center}\n" if whole else "\\end{longtable}\n"


def _format(column: Column) -> str:
    """Fixed widths: longtable then needs no second run to find them."""
    before, after = (f"{points * TEXT_SIZE:.1f}pt" for points in _widths(column))
    gap = rf"@{{\hspace{{{GAP:.0f}pt}}}}"
    if column.number:
        return f"w{{r}}{{{before}}}@{{}}w{{l}}{{{after}}}{gap}"
    return f"w{{l}}{{{before}}}{gap}"


def _row(columns: Sequence[Column], start: int, beside: int) -> str:
    cells = []
    for place in range(start, start + beside):
        for column in columns:
            cell = column.cells[place] if place < len(column.cells) else ""
            cells += _parts(cell) if column.number else [cell]
    return " & ".join(cells)


def _parts(number: str) -> list[str]:
    """Before the decimal point, and from there on."""
    if not number or r"\frac" in number:
        return [f"${number}$" if number else "", ""]
    match = re.fullmatch(r"(-?\d*)(.*)", number)
    assert match is not None
    return [f"${match[1]}$", f"${{}}{match[2]}$" if match[2] else ""]


def _widths(column: Column) -> tuple[float, float]:
    heading = 6.0 * len(column.heading) if "$" not in column.heading else width(column.heading.strip("$"))
    if not column.number:
        return max(heading, *(width(cell.strip("$")) for cell in column.cells), 20.0), 0.0
    pairs = [_parts(cell) for cell in column.cells]
    before = max(width(whole.strip("$")) for whole, _ in pairs)
    after = max(width(rest.strip("$")) for _, rest in pairs)
    return before, max(after, heading)


def given(trace: Trace, writer: Writer, flat: Speller, most: int = 60) -> str:
    """`$i_1 = 0.05$, ...`: what is given, if it is not too much; of several samples, only what they share."""
    pairs = [(name, text) for name, text in givens(trace, PHASES) if name.sample is None]
    if len(pairs) > most:
        pairs = [(name, text) for name, text in pairs if name == ETA]
    return ", ".join(f"${flat(name)} = {short_number(text, writer.page.table_digits)[0]}$" for name, text in pairs)


def fixed(trace: Trace, flat: Speller, most: int = 60) -> str:
    """The parameters that are not trained."""
    names = trace.example.rule.fixed
    return ", ".join(f"${flat(name)}$" for name in names) if len(names) <= most else f"{len(names)} parameters"
