"""A line per line of the sheet, as compilers report: `file:line: verdict: name = number: message`. For grep."""

from __future__ import annotations

from collections.abc import Iterator

from backprop_trace.check.report import JudgedLine, Report
from backprop_trace.files.source import printable
from backprop_trace.render.report import table
from backprop_trace.render.report.told import (
    ReportView,
    expected_of,
    headline,
    hidden_notes,
    key_of,
    mistakes,
    notes,
    place_of,
    shown_lines,
    title,
    unknown_lines,
    written_of,
)

LANGUAGE = table.LANGUAGE


def render(report: Report, view: ReportView) -> Iterator[str]:
    sheet = printable(report.sheet)
    for text in (headline(report), *notes(report)):
        yield f"{sheet}: {text}\n"
    if view.brief:
        first = [mistake.line for mistake in mistakes(report)[:1]]
        yield from (_line(line, sheet) for line in first)
        yield from (f"{sheet}: unknown: {text}\n" for text in unknown_lines(report))
        return
    yield from (_line(line, sheet) for line in shown_lines(report, view))
    for heading, texts in hidden_notes(view.hidden) if view.hidden is not None else ():
        yield f"{heading}\n" + "".join(f"  {text}\n" for text in texts)


def _line(line: JudgedLine, sheet: str) -> str:
    if line.written is None:
        return f"{sheet}: missing: {title(line)}: true value {key_of(line)}\n"
    expected = f", should be {' = '.join(line.should[1:]) or expected_of(line)}" if line.should else ""
    expected = expected or (f", expected {expected_of(line)}" if expected_of(line) else "")
    said = f": {line.message}" if line.message else ""
    return f"{place_of(line, sheet)}: {line.verdict}: {title(line)} = {written_of(line)}{expected}{said}\n"
