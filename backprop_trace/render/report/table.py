"""A report for people at a terminal: what matters first, then a table of all lines.

A table that does not fit the width becomes a vertical layout; numbers are never wrapped.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence

from backprop_trace.check.report import JudgedLine, Report
from backprop_trace.check.wording import Forms, Language
from backprop_trace.files.source import printable
from backprop_trace.formulas.notation import TEXT
from backprop_trace.formulas.notation.names import TEXT_NAMES
from backprop_trace.render.report.told import (
    KINDS,
    Mistake,
    ReportView,
    expected_of,
    headline,
    hidden_notes,
    key_of,
    legend,
    missing_note,
    mistakes,
    name_of,
    notes,
    place_of,
    remark,
    same_in,
    sections,
    sentence,
    shown_lines,
    title,
    unknown_lines,
    verdict_of,
    written_of,
)

LANGUAGE = Language(TEXT, TEXT_NAMES, TEXT_NAMES)
COLUMNS = ("verdict", "line", "quantity", "written", "should be", "true value", "remark")
GAP = "  "
PROSE_WIDTH = 100
NARROW = 60
LABELS = ("written", "should be", "you get it by")
LABEL_WIDTH = max(map(len, LABELS)) + 2


def render(report: Report, view: ReportView) -> Iterator[str]:
    """The text in pieces."""
    yield from (line + "\n" for line in _report(report, view))


def _report(report: Report, view: ReportView) -> Iterator[str]:
    colour = "bad" if report.has_mistakes else "good"
    yield from (view.paint(colour, line) for line in prose(f"{printable(report.sheet)}: {headline(report)}", view))
    found = mistakes(report)
    for mistake in found[:1]:
        yield from _mistake(mistake, report, view)
    if said := [*unknown_lines(report), *notes(report)]:
        yield ""
        yield from (line for text in said for line in prose(text, view))
    if view.brief:
        return
    for mistake in found[1:]:
        yield from _mistake(mistake, report, view)
    yield from _table(report, view)
    yield from _hidden(view)


def prose(text: str, view: ReportView, indent: str = "", first: str | None = None) -> list[str]:
    """Text wrapped to the width, and where a table may be as wide as it needs to what reads well."""
    return textwrap.wrap(
        text, max(24, min(view.width or PROSE_WIDTH, PROSE_WIDTH)), initial_indent=indent if first is None else first,
        subsequent_indent=indent, break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip


# --- mistakes ---


def _mistake(mistake: Mistake, report: Report, view: ReportView) -> Iterator[str]:
    line = mistake.line
    yield ""
    yield f"  {view.paint('bad', _sign('slip', view))} {view.paint('name', title(line))}  " + view.paint(
        "faint", place_of(line, report.sheet)
    )
    yield from prose(sentence(line), view, "    ")
    yield f"    {LABELS[0]:{LABEL_WIDTH}}{view.paint('bad', written_of(line))}"
    yield from _forms(LABELS[1], line.should or (name_of(line), expected_of(line)), view)
    if line.bent:
        yield from _forms(LABELS[2], line.bent, view)
    if mistake.others:
        yield from prose(same_in(mistake), view, "    ")


def _forms(label: str, forms: Forms, view: ReportView) -> Iterator[str]:
    """name = symbols = numbers = value; on a line of its own each where they do not fit one."""
    start = f"    {label:{LABEL_WIDTH}}"
    whole = start + " = ".join(forms)
    if view.width is None or len(whole) <= view.width:
        yield whole
        return
    if view.width < NARROW:
        yield start.rstrip()
        start = " " * 6
    name, first, *others = forms
    hanging = " " * len(start)
    yield from prose(f"{name} = {first}", view, hanging + "    ", start)
    for form in others:
        yield from prose(f"= {form}", view, hanging + "    ", hanging + "  ")


# --- the table ---


def _table(report: Report, view: ReportView) -> Iterator[str]:
    lines = shown_lines(report, view)
    for heading, members in sections(lines):
        yield ""
        if heading:
            yield view.paint("heading", heading)
        yield from _rows(members, view)
    yield ""
    for verdict, meaning in legend(lines):
        yield from (view.paint("faint", line) for line in prose(f"{_sign(verdict, view)} {verdict}: {meaning}", view))
    if note := missing_note(report, view):
        yield from (view.paint("faint", line) for line in prose(f"{note}; --missing lists them.", view))


def _rows(lines: list[JudgedLine], view: ReportView) -> Iterator[str]:
    rows = [_cells(line, view) for line in lines]
    widths = _fitting(rows, view.width)
    if widths is None:
        yield from (text for line, cells in zip(lines, rows, strict=True) for text in _vertical(line, cells, view))
        return
    beside = bool(widths[-1]) and _fits(widths, view.width)
    head = _row(COLUMNS, widths if beside else widths[:-1])
    yield view.paint("faint", head.rstrip())
    yield view.paint("faint", ("-" if view.ascii else "─") * len(head))
    for line, (verdict, *others, said) in zip(lines, rows, strict=True):
        row = view.paint(KINDS[line.verdict].colour, f"{verdict:{widths[0]}}") + GAP + _row(others, widths[1:-1])
        yield f"{row}{GAP}{said}".rstrip() if beside else row.rstrip()
        if said and not beside:
            yield from (view.paint("faint", text) for text in prose(said, view, " " * (widths[0] + len(GAP))))


def _fitting(rows: list[tuple[str, ...]], width: int | None) -> list[int] | None:
    """The widths of the columns, 0 for one that is left out: if need be, the line numbers. None if nothing helps."""
    columns = zip(COLUMNS, zip(*rows, strict=True), strict=True)
    widths = [max(map(len, (heading, *cells))) if any(cells) else 0 for heading, cells in columns]
    without = [0 if heading == "line" else width for heading, width in zip(COLUMNS, widths, strict=True)]
    return next((found for found in (widths, without) if _fits(found[:-1], width)), None)


def _fits(widths: Sequence[int], width: int | None) -> bool:
    return width is None or sum(widths) + len(GAP) * (sum(each > 0 for each in widths) - 1) <= width


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    return GAP.join(f"{cell:{width}}" for cell, width in zip(cells, widths, strict=False) if width)


def _vertical(line: JudgedLine, cells: tuple[str, ...], view: ReportView) -> Iterator[str]:
    """A line of the sheet on lines of its own, for narrow terminals and very long numbers."""
    verdict, *values, said = cells
    yield view.paint(KINDS[line.verdict].colour, verdict)
    for label, value in zip(COLUMNS[1:], values, strict=False):
        if value:
            yield f"    {label:10} {value}"
    yield from prose(said, view, "    ") if said else ()


def _cells(line: JudgedLine, view: ReportView) -> tuple[str, ...]:
    verdict = f"{_sign(line.verdict, view)} {verdict_of(line)}"
    number = str(line.place.line) if line.place else ""
    return verdict, number, name_of(line), written_of(line), expected_of(line), key_of(line), remark(line)


def _sign(verdict: str, view: ReportView) -> str:
    kind = KINDS[verdict]
    return f"{kind.ascii:2}" if view.ascii else kind.sign


# --- slips that do not show ---


def _hidden(view: ReportView) -> Iterator[str]:
    if view.hidden is None:
        return
    for heading, texts in hidden_notes(view.hidden):
        yield ""
        yield from (view.paint("heading", line) for line in prose(heading, view))
        yield from (line for text in texts for line in prose(text, view, "    ", "  "))
