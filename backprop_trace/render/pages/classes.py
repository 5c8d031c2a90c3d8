"""Reports on many sheets: a row per sheet as it is judged, then what went wrong how often.

For other programs: csv has a line per sheet, json the whole report of each sheet on a line.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from backprop_trace.check.findings import HONEST
from backprop_trace.check.many import Outcome
from backprop_trace.check.report import VERDICTS, JudgedLine, Report
from backprop_trace.check.slips import SLIPS
from backprop_trace.files.source import printable
from backprop_trace.render.blocks import Block, Column, Heading, Own, Prose, Row, Signed, Span, Table, Text, Title
from backprop_trace.render.medium import Medium
from backprop_trace.render.pages import Page, Record
from backprop_trace.render.pages.report import names_of, plural, record, spans, title, unreadable
from backprop_trace.render.records.json import object_of

MOST_LISTED = 12
LONGEST_NAME = 40


def class_page(found: Iterable[Outcome], sheets: Sequence[str]) -> Page:
    """`found`: an outcome for each of the sheets, as they come."""

    def blocks(medium: Medium) -> Iterator[Block]:
        tally = Tally(Counter(), Counter(), Counter(), Counter())
        if medium.manner == "document":
            yield Title("The sheets of a class")
        yield Table(_columns(sheets), (_row(tally.adding(outcome)) for outcome in found), marked=0, long=True)
        yield from _totals(tally)

    def whole(_: Medium) -> Iterator[str]:
        return (object_of(_record(outcome)) for outcome in found)

    return Page(blocks, lambda: map(_csv_record, found), fields=CSV_FIELDS, own={"json": whole})


def _record(outcome: Outcome) -> Record:
    found = unreadable(outcome.sheet, outcome.error) if outcome.report is None else record(outcome.report)
    return {"sheet": outcome.sheet, "student": outcome.student} | found


CSV_FIELDS = (
    "sheet", "student", "lines", *VERDICTS, "first_mistake", "step", "sample", "slips", "conventions", "error",
)  # fmt: skip


def _csv_record(outcome: Outcome) -> Record:
    report = outcome.report
    if report is None:
        whose = {"sheet": outcome.sheet, "student": outcome.student}
        return dict.fromkeys(CSV_FIELDS, "") | whose | {"error": outcome.error.splitlines()[0]}
    first = report.first_mistake
    place = (first.name, first.step, first.sample) if first else ("", "", "")
    slips = " ".join(dict.fromkeys(slip for line in report.lines if line.verdict == "slip" for slip in line.slips[:1]))
    counts = [report.counts.get(verdict, 0) for verdict in VERDICTS]
    cells = (
        report.sheet,
        outcome.student,
        len(report.written),
        *counts,
        *place,
        slips,
        " ".join(report.conventions),
        "",
    )
    return dict(zip(CSV_FIELDS, cells, strict=True))


class Tally(NamedTuple):
    """What went wrong how often. `slips` and `lines` count sheets."""

    sheets: Counter[str]
    slips: Counter[str]
    lines: Counter[tuple[Span, ...]]
    conventions: Counter[str]

    def adding(self, outcome: Outcome) -> Outcome:
        """The outcome, which now counts."""
        report = outcome.report
        self.sheets[_state(outcome)] += 1
        if report is not None:
            wrong = _wrong(report)
            self.slips.update({line.slips[0] if line.slips else "no known slip" for line in wrong})
            self.lines.update({spans(title(line), names_of(report)) for line in wrong})
            self.conventions.update(report.conventions)
        return outcome


STATES = {
    "right": "without a mistake",
    "slip": "with mistakes",
    "unknown": "with lines that cannot be used",
    "undecided": "with nothing that can be told",
    "unreadable": "not judged",
}
"""What is said of a sheet as a whole, by the verdict whose sign it has."""
COLOURS = {"right": "good", "undecided": "notice", "unknown": "notice"}


def _state(outcome: Outcome) -> str:
    report = outcome.report
    if report is None:
        return "unreadable"
    if report.first_mistake is not None:
        return "slip"
    if report.has_mistakes:
        return "unknown"
    return "right" if report.is_confirmed else "undecided"


def _columns(sheets: Sequence[str]) -> tuple[Column, ...]:
    name = max([len("sheet"), *(min(LONGEST_NAME, len(sheet)) for sheet in sheets)])
    return (Column("", "sign", width=2), Column("sheet", width=name), Column("right", width=8),
            Column("first mistake", width=26), Column("slips", width=24, below=True))  # fmt: skip


def _row(outcome: Outcome) -> Row:
    report = outcome.report
    name = printable(_whose(outcome))
    name = Own(name if len(name) <= LONGEST_NAME else f"…{name[1 - LONGEST_NAME :]}")
    if report is None:
        reason = outcome.error.splitlines()[0].removeprefix("error: ")
        return Row(((Signed(_state(outcome)),), name, "", "not judged", printable(reason)), "bad")
    good = sum(line.verdict in HONEST for line in report.written)
    first = report.first_mistake
    slips = Counter(line.slips[0] if line.slips else "wrong" for line in _wrong(report))
    unknown, unread = report.counts.get("unknown", 0), len(report.unread)
    words = [slip if count == 1 else f"{count} {slip}" for slip, count in slips.items()]
    words += [f"{unknown} unknown {plural(unknown, 'name')}"] if unknown else []
    words += [f"{unread} {plural(unread, 'line')} that cannot be read"] if unread else []
    words += [f"({', '.join(report.conventions)})"] if report.conventions else []
    state = _state(outcome)
    mistake = spans(title(first), names_of(report)) if first else ""
    cells = (name, f"{good}/{len(report.written)}", mistake, tuple(_listed(words)))
    return Row(((Signed(state),), *cells), COLOURS.get(state, "bad"))


def _listed(words: Sequence[str]) -> Iterator[str]:
    """Things one after the other, each of them a span: a language has words for each."""
    for place, word in enumerate(words):
        yield from (", ", word) if place else (word,)


def _whose(outcome: Outcome) -> str:
    """The name that stands on the sheet, else where it lies."""
    return outcome.sheet if outcome.student in outcome.sheet else outcome.student


def _wrong(report: Report) -> list[JudgedLine]:
    return [line for line in report.lines if line.verdict in ("slip", "wrong")]


def _totals(tally: Tally) -> Iterator[Block]:
    count = tally.sheets.total()
    states = [f"{tally.sheets[state]:,} {words}" for state, words in STATES.items() if tally.sheets[state]]
    yield Heading((f"{count:,} {plural(count, 'sheet')}: ", *_listed(states)), 2, "title")
    if tally.lines:
        (hardest, times), *_ = tally.lines.most_common(1)
        more = f": a new mistake in {times:,} {plural(times, 'sheet')}."
        yield Prose(("The hardest line is ", *hardest, more))
    counts = ("slip", _described(tally.slips)), ("line", tally.lines), ("convention", _described(tally.conventions))
    for heading, counted in counts:
        if counted:
            rows = [Row((f"{times:,}", text)) for text, times in counted.most_common(MOST_LISTED)]
            yield Table((Column("sheets", right=True), Column(heading, below=True)), rows)
            if len(counted) > MOST_LISTED:
                yield Prose(f"and {len(counted) - MOST_LISTED} more", "faint")


def _described(words: Counter[str]) -> Counter[Text]:
    """A slip with its sentence, anything else as it is."""
    return Counter({f"{word}: {SLIPS[word].sentence}" if word in SLIPS else word: n for word, n in words.items()})
