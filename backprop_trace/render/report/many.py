"""Reports on many sheets: a row per sheet as it is judged, then what went wrong how often.

`table` for people, `csv` for spreadsheets, `json` with the whole report of each sheet on a line.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from backprop_trace.check.many import Outcome
from backprop_trace.check.report import VERDICTS, JudgedLine, Report
from backprop_trace.check.slips import SLIPS
from backprop_trace.files.source import printable
from backprop_trace.render.csv import line_of, safe
from backprop_trace.render.report import json
from backprop_trace.render.report.table import GAP, PROSE_WIDTH
from backprop_trace.render.report.told import HONEST, KINDS, ReportView, plural, title

FORMATS = ("table", "csv", "json")
MOST_LISTED = 12
LONGEST_NAME = 40


def render_many(form: str, found: Iterable[Outcome], sheets: Sequence[str], view: ReportView) -> Iterator[str]:
    """The text in pieces, each as soon as its sheet is judged."""
    match form:
        case "json":
            for outcome in found:
                yield from _json(outcome, view)
        case "csv":
            yield line_of(CSV_FIELDS)
            yield from (line_of(map(safe, _csv_cells(outcome))) for outcome in found)
        case _:
            yield from (line + "\n" for line in _table(found, sheets, view))


def _json(outcome: Outcome, view: ReportView) -> Iterator[str]:
    if outcome.report is None:
        yield json.unreadable(outcome.sheet, outcome.error)
    else:
        yield from json.render(outcome.report, view)


CSV_FIELDS = ("sheet", "lines", *VERDICTS, "first_mistake", "step", "sample", "slips", "conventions", "error")


def _csv_cells(outcome: Outcome) -> tuple[object, ...]:
    report = outcome.report
    if report is None:
        return (outcome.sheet, *[""] * (len(CSV_FIELDS) - 2), outcome.error.splitlines()[0])
    first = report.first_mistake
    place = (first.name, first.step, first.sample) if first else ("", "", "")
    slips = " ".join(dict.fromkeys(slip for line in report.lines if line.verdict == "slip" for slip in line.slips[:1]))
    counts = [report.counts.get(verdict, 0) for verdict in VERDICTS]
    return (report.sheet, len(report.written), *counts, *place, slips, " ".join(report.conventions), "")


class Tally(NamedTuple):
    """What went wrong how often. `slips` and `lines` count sheets."""

    sheets: Counter[str]
    slips: Counter[str]
    lines: Counter[str]
    conventions: Counter[str]

    def add(self, outcome: Outcome) -> None:
        report = outcome.report
        self.sheets[_state(outcome)] += 1
        if report is not None:
            wrong = _wrong(report)
            self.slips.update({line.slips[0] if line.slips else "no known slip" for line in wrong})
            self.lines.update({title(line) for line in wrong})
            self.conventions.update(report.conventions)


STATES = ("without a mistake", "with mistakes", "not judged")


def _state(outcome: Outcome) -> str:
    if outcome.report is None:
        return STATES[2]
    return STATES[outcome.report.has_mistakes]


COLUMNS = ("", "sheet", "right", "first mistake", "slips")
WIDTHS = (2, 0, 8, 26, 0)


def _table(found: Iterable[Outcome], sheets: Sequence[str], view: ReportView) -> Iterator[str]:
    tally = Tally(Counter(), Counter(), Counter(), Counter())
    name = max([len(COLUMNS[1]), *(min(LONGEST_NAME, len(sheet)) for sheet in sheets)])
    widths = (WIDTHS[0], name, *WIDTHS[2:])
    yield view.paint("faint", _row(COLUMNS, widths))
    yield view.paint("faint", ("-" if view.ascii else "─") * min(sum(widths) + 30, view.width or PROSE_WIDTH))
    for outcome in found:
        tally.add(outcome)
        sign, *cells = _cells(outcome, view)
        row = _row(("", *cells), widths)[WIDTHS[0] :]
        yield view.paint(_colour(outcome), f"{sign:{WIDTHS[0]}}") + _cut(row, view.width)
    yield ""
    yield from _totals(tally, view)


def _row(cells: Sequence[str], widths: Sequence[int]) -> str:
    return GAP.join(f"{cell:{width}}" for cell, width in zip(cells, widths, strict=True)).rstrip()


def _cut(row: str, width: int | None) -> str:
    """The last column holds words, so it may be cut where the terminal ends."""
    room = None if width is None else max(24, width - WIDTHS[0])
    return row if room is None or len(row) <= room else f"{row[: room - 1]}…"


def _colour(outcome: Outcome) -> str:
    return "good" if outcome.report and not outcome.report.has_mistakes else "bad"


def _cells(outcome: Outcome, view: ReportView) -> tuple[str, ...]:
    report = outcome.report
    name = printable(outcome.sheet)
    name = name if len(name) <= LONGEST_NAME else f"…{name[1 - LONGEST_NAME :]}"
    if report is None:
        reason = outcome.error.splitlines()[0].removeprefix("error: ")
        return "!", name, "", "not judged", printable(reason)
    kind = KINDS["slip" if report.has_mistakes else "right"]
    good = sum(line.verdict in HONEST for line in report.written)
    first = report.first_mistake
    slips = Counter(line.slips[0] if line.slips else "wrong" for line in _wrong(report))
    unknown = report.counts.get("unknown", 0)
    words = [slip if count == 1 else f"{count} {slip}" for slip, count in slips.items()]
    words += [f"{unknown} unknown {plural(unknown, 'name')}"] if unknown else []
    words += [f"({', '.join(report.conventions)})"] if report.conventions else []
    sign = kind.ascii if view.ascii else kind.sign
    return sign, name, f"{good}/{len(report.written)}", title(first) if first else "", ", ".join(words)


def _wrong(report: Report) -> list[JudgedLine]:
    return [line for line in report.lines if line.verdict in ("slip", "wrong")]


def _totals(tally: Tally, view: ReportView) -> Iterator[str]:
    count = tally.sheets.total()
    states = ", ".join(f"{tally.sheets[state]:,} {state}" for state in STATES if tally.sheets[state])
    yield view.paint("title", f"{count:,} {plural(count, 'sheet')}: {states}")
    if tally.lines:
        (hardest, times), *_ = tally.lines.most_common(1)
        yield f"The hardest line is {hardest}: a new mistake in {times:,} {plural(times, 'sheet')}."
    for heading, counted in (("slip", tally.slips), ("line", tally.lines), ("convention", tally.conventions)):
        if counted:
            yield ""
            yield view.paint("faint", f"sheets  {heading}")
            yield from (f"{times:6,}  {_described(word)}" for word, times in counted.most_common(MOST_LISTED))
            if len(counted) > MOST_LISTED:
                yield view.paint("faint", f"        and {len(counted) - MOST_LISTED} more")


def _described(word: str) -> str:
    """A slip or convention with its sentence, anything else as it is."""
    if word in SLIPS:
        return f"{word}: {SLIPS[word].sentence}"
    return word
