"""Tables for a terminal: formula = numbers = value, phase by phase.

A table that does not fit the width becomes a vertical layout; no number is ever cut or wrapped. The layout is our
own: rich needs half a millisecond a row, and a network of 100,000 weights has 300,000 rows.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from itertools import groupby

from backprop_trace.files.source import printable
from backprop_trace.model.chain import PHASES
from backprop_trace.model.general import ASCII_PEN, LETTERS, TEXT_PEN, written
from backprop_trace.model.styles import speller
from backprop_trace.render.view import (
    Row,
    View,
    described,
    engine,
    givens,
    long_fraction_note,
    notes,
    rows,
    zeros,
)
from backprop_trace.run.step import Trace

HEADINGS = {"forward": "Forward pass", "loss": "Loss", "backward": "Backward pass", "update": "Update"}
COLUMNS = ("quantity", "formula", "numbers", "value")
GAP = "   "
WIDEST = 1000  # columns of a table that is not for a terminal: beyond, most of it would be padding
PROSE_WIDTH = 100


def render(traces: Iterable[Trace], view: View) -> Iterator[str]:
    """The header once, then a table per phase and step."""
    for count, trace in enumerate(traces):
        if count == 0:
            yield from _lines(header(trace, view))
        if view.steps > 1 or trace.step > 1:
            yield f"\n{view.paint('title', f'Training step {trace.step}')}\n"
        if trace.step > 1 or count == 0:
            yield from _lines(_givens(trace, view))
        notation, alphabet = view.notation
        headed = set(PHASES) if count or view.only else set()
        for heading, members in sections(rows(trace, view, notation, alphabet)):
            yield "\n" + view.paint("heading", heading) + "\n"
            if members[0].phase not in headed:
                yield from _lines(_general(trace, members[0].phase, view))
            headed.add(members[0].phase)
            yield from _lines(_table(members, view))


def _general(trace: Trace, phase: str, view: View) -> Iterator[str]:
    """The general formulas of a phase, above its first table."""
    pen = ASCII_PEN if view.ascii else TEXT_PEN
    lines = [written(line, LETTERS[view.style], pen) for line in trace.example.general_formulas([phase])]
    widest = max((len(about) for about, _, _ in lines), default=0)
    for about, left, right in lines:
        text = f"  {about:{widest}}{GAP}{left} = {right}"
        yield from (view.paint("faint", line) for line in _wrapped(text, view, indent=" " * 6))
    if lines:
        yield ""


def sections(lines: Iterable[Row]) -> Iterator[tuple[str, list[Row]]]:
    """The rows under their headings: a heading per phase, and per sample or time step where one follows the other."""
    for (phase, sample, time), members in groupby(lines, key=_section):
        of_sample, of_time = f", sample {sample}" if sample else "", f", @{time}" if time else ""
        yield HEADINGS[phase] + of_sample + of_time, list(members)


def _section(row: Row) -> tuple[str, int | None, int | None]:
    """The backward pass is one section: its sums go over the samples and time steps."""
    name = row.line.name
    return (row.phase, name.sample, name.time) if row.phase in ("forward", "loss") else (row.phase, None, None)


def _lines(lines: Iterable[str]) -> Iterator[str]:
    return (line + "\n" for line in lines)


def header(trace: Trace, view: View) -> Iterator[str]:
    """Title, source, network, arithmetic, warnings."""
    example = trace.example
    yield from (view.paint("title", line) for line in prose(printable(example.title or example.name), view))
    for text in (example.source, example.note):
        if text:
            yield from prose(printable(text), view)
    yield from prose(described(example), view)
    yield from prose(engine(view.settings, trace.shortened) + zeros(trace), view)
    for note in [*notes(example), long_fraction_note(trace)]:
        if note:
            yield from prose(f"note: {note}", view)
    for warning in (*example.warnings, *view.warnings):
        yield from (view.paint("warning", line) for line in prose(f"warning: {warning}", view))


def prose(text: str, view: View, indent: str = "") -> list[str]:
    """Text above the tables, wrapped even where a table may be as wide as it needs."""
    return _wrapped(text, view._replace(width=view.width or PROSE_WIDTH), indent)


def _wrapped(text: str, view: View, indent: str = "") -> list[str]:
    if view.width is None:
        return [text]
    return textwrap.wrap(text, max(20, view.width), subsequent_indent=indent, break_long_words=False,
                         break_on_hyphens=False)  # fmt: skip


def _givens(trace: Trace, view: View) -> Iterator[str]:
    spell = speller(view.style, view.notation[1], trace.example.network)
    pairs = givens(trace, view.phases)
    if pairs and len(pairs) <= 200 and not view.only:
        text = ", ".join(f"{spell(name)}\u00a0=\u00a0{number}" for name, number in pairs)
        yield from (line.replace("\u00a0", " ") for line in prose(f"given: {text}", view, indent="       "))
    elif pairs and not view.only:
        yield f"given: {len(pairs)} numbers"


def _table(members: list[Row], view: View) -> Iterator[str]:
    columns = zip(*(_cells(row) for row in members), strict=True)
    widths = [max(len(heading), *map(len, cells)) for heading, cells in zip(COLUMNS, columns, strict=True)]
    if not any(row.numbers for row in members):
        widths[2] = 0
    needed = sum(widths) + len(GAP) * sum(width > 0 for width in widths[1:]) + 2
    if needed > (view.width or WIDEST):
        yield from (line for row in members for line in _vertical(row, view))
        return
    yield view.paint("faint", _row(COLUMNS, widths).rstrip())
    rule = "-" if view.ascii else "─"
    yield view.paint("faint", "  " + rule * (needed - 2))
    for row in members:
        name, formula, numbers, value = _padded(_cells(row), widths)
        middle = f"{GAP}{formula}{GAP}{numbers}" if widths[2] else f"{GAP}{formula}"
        yield f"  {view.paint('name', name)}{middle}{GAP}{view.paint('value', value.rstrip())}"
        if row.shortcut:
            yield view.paint("faint", f"  {'':{widths[0]}}{GAP}shortcut: {row.shortcut}")


def _cells(row: Row) -> tuple[str, str, str, str]:
    return row.name, row.formula, row.numbers, row.value


def _padded(cells: tuple[str, ...], widths: list[int]) -> list[str]:
    return [f"{cell:{width}}" if width else "" for cell, width in zip(cells, widths, strict=True)]


def _row(cells: tuple[str, ...], widths: list[int]) -> str:
    return "  " + GAP.join(f"{cell:{width}}" for cell, width in zip(cells, widths, strict=True) if width)


def _vertical(row: Row, view: View) -> Iterator[str]:
    """name = formula = numbers = value on a line, or each form on its own; long ones are wrapped between terms."""
    forms = [text for text in (row.formula, row.numbers) if text and text != row.value]
    if len("  " + " = ".join([row.name, *forms, row.value])) <= (view.width or 0):
        yield "  " + " = ".join([view.paint("name", row.name), *forms, view.paint("value", row.value)])
    else:
        yield "  " + view.paint("name", row.name)
        for text in forms:
            yield from _wrapped(f"    = {text}", view, indent="        ")
        yield "    = " + view.paint("value", row.value)
    if row.shortcut:
        yield from (view.paint("faint", line) for line in _wrapped(f"    shortcut: {row.shortcut}", view, "        "))
