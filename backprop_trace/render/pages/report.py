"""A report on a sheet: the headline, each mistake, the conventions, a table of all lines.

>>> from backprop_trace.check.checker import Checker
>>> from backprop_trace.files.sheet import read_sheet
>>> from backprop_trace.files.spec import load
>>> report = Checker(load("mazur")).check(read_sheet("net_h1: 0.3775\\nw5+: 0.4411\\n", "sheet.yaml"))
>>> ASCII_INK.words(headline(report, names_of(report)))
'1 of 2 lines is right. The first mistake is line 2, w5+.'
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any, NamedTuple

from backprop_trace.check.hidden_slips import Hidden
from backprop_trace.check.report import JudgedLine, Report, Words, Worked
from backprop_trace.check.slips import SLIPS
from backprop_trace.check.wording import joined
from backprop_trace.files.source import printable
from backprop_trace.formulas.expr import Name
from backprop_trace.formulas.notation.numbers import shown
from backprop_trace.model.conventions import sentence_of
from backprop_trace.render.blocks import (
    Amount,
    Block,
    Column,
    Filled,
    Heading,
    Marked,
    Math,
    Message,
    Naming,
    Prose,
    Row,
    Side,
    Signed,
    Span,
    Table,
    Text,
    Title,
    Verbatim,
)
from backprop_trace.render.medium import Medium
from backprop_trace.render.pages import Page, Record
from backprop_trace.render.records.json import object_of
from backprop_trace.render.signs import KINDS
from backprop_trace.render.writers.spelling import ASCII_INK


class Wanted(NamedTuple):
    """What of a report is shown. brief: only what matters; missing: the lines that are not on the sheet, too;
    hidden: the slips that do not show; exercise: its title, and student: who wrote it, for documents;
    unread: the lines of the sheet that are no calculations."""

    missing: bool = False
    brief: bool = False
    hidden: tuple[Hidden, ...] | None = None
    exercise: str = ""
    student: str = ""
    unread: bool = False


RIGHT = ("right", "rounded", "convention")
KEY_SHOWN = 9
LONGEST_SHOWN = 48
MOST_NAMED = 12


class Mistake(NamedTuple):
    """A line with a new mistake, and the later lines that have the same slip."""

    line: JudgedLine
    others: tuple[JudgedLine, ...]


def names_of(report: Report) -> Naming:
    return Naming(by_output=report.by_output)


def spans(words: Words, names: Naming) -> tuple[Span, ...]:
    """What is said, with the quantities in it to be spelled."""
    found: list[Span] = []
    for word in words:
        if isinstance(word, Name):
            found.append(Math((word,), names))
        elif found and isinstance(found[-1], str):
            found[-1] += word
        else:
            found.append(word)
    return tuple(found)


def headline(report: Report, names: Naming, before: str = "") -> Text:
    """29 of 33 lines are right, 2 follow from a line that is not. The first mistake is line 17, dE/dout_h1."""
    share, first = f"{before}{_share(report)}", report.first_mistake
    return spans((f"{share} The first mistake is ", *where(first), "."), names) if first else share


def _share(report: Report) -> str:
    """How many lines are right, how many follow from a mistake, and how many cannot be judged."""
    verdicts = [line.verdict for line in report.written]
    count, good = len(verdicts), sum(verdict in RIGHT for verdict in verdicts)
    follow, unjudged = verdicts.count("follows"), verdicts.count("undecided")
    if count == 1:
        one = "is right" if good else "cannot be judged" if unjudged else "follows" if follow else "is not right"
        return f"The one line {one}."
    if good == count:
        return f"All {count} lines{' that could be read' if report.unread else ''} are right."
    found = f"{good or 'None'} of {count} lines {'are' if good > 1 else 'is'} right"
    found += f", {follow} {'follows' if follow == 1 else 'follow'} from a line that is not" if follow else ""
    return f"{found}.{f' {unjudged} cannot be judged.' if unjudged else ''}"


def where(line: JudgedLine) -> Words:
    """line 17, dE/dout_h1 (step 2)"""
    return *((f"line {line.place.line}, ",) if line.place else ()), *title(line)


def title(line: JudgedLine) -> Words:
    """The quantity, with its step where it is not the first."""
    inside = [f"step {line.step}"] if line.step > 1 else []
    inside += [printable(", ".join(line.settings))] if line.settings else []
    return name_of(line), *((f" ({'; '.join(inside)})",) if inside else ())


def name_of(line: JudgedLine) -> Name | str:
    return line.quantity or printable(line.name) + (f"[{line.sample}]" if line.sample else "")


def plural(count: int, word: str) -> str:
    return word if count == 1 else f"{word}s"


def mistakes(report: Report) -> list[Mistake]:
    """The new mistakes in order, those with the same slip together."""
    groups: dict[object, list[JudgedLine]] = {}
    for place, line in enumerate(report.lines):
        if line.verdict in ("slip", "wrong"):
            key = (line.slips, line.phase, line.said) if line.verdict == "slip" else place
            groups.setdefault(key, []).append(line)
    return [Mistake(first, tuple(others)) for first, *others in groups.values()]


def same_in(mistake: Mistake) -> Words:
    """The same in w2+ (line 61), ..."""
    others = mistake.others
    texts = [(*title(line), *((f" (line {line.place.line})",) if line.place else ())) for line in others[:MOST_NAMED]]
    more = f" and {len(others) - MOST_NAMED} more" if len(others) > MOST_NAMED else ""
    return "The same in ", *joined(", ", texts), f"{more}."


def unknown_lines(report: Report) -> list[Words]:
    """A sentence for each line that is not in the example."""
    unknown = [line for line in report.lines if line.verdict == "unknown"]
    texts: list[Words] = [(*where(line), ": ", *line.said) for line in unknown[:MOST_NAMED]]
    more = len(unknown) - MOST_NAMED
    return [*texts, (f"{more:,} more {plural(more, 'line')} cannot be used either",)] if more > 0 else texts


def notes(report: Report) -> list[str]:
    """What is said once: patterns over several lines, and the conventions."""
    return [*report.patterns, *convention_notes(report)]


def closing_notes(report: Report, wanted: Wanted) -> list[str]:
    """What stands at the end: what the step does when done right, how the sheet was read, and what was not."""
    found = [report.done_right] if report.done_right else []
    found += [f"Read in a notation of its own: {report.notation}."] if report.notation else []
    for passage in report.unread[:MOST_NAMED]:
        found.append(f"line {passage.place.line} was not understood: {printable(passage.text)[:80]} ({passage.reason})")
    if (more := len(report.unread) - MOST_NAMED) > 0:
        found.append(f"{more:,} more {plural(more, 'line')} {'was' if more == 1 else 'were'} not understood")
    if holding := sum(passage.holds for passage in report.passed):
        found.append("1 side calculation holds." if holding == 1 else f"{holding} side calculations hold.")
    prose = [passage for passage in report.passed if not (passage.reason or passage.holds)]
    if wanted.unread:
        found += [f"line {each.place.line} is no calculation: {printable(each.text)[:80]}" for each in prose]
    elif prose:
        lines, listed = (
            ("1 line was not read as a calculation", "it")
            if len(prose) == 1
            else (f"{len(prose)} lines were not read as calculations", "them")
        )
        found.append(f"{lines}; --show-unread lists {listed}.")
    return found


def convention_notes(report: Report) -> list[str]:
    """A sentence for each convention of the sheet."""
    return [
        f"This sheet {sentence_of(word)}. The example does not; the sheet is judged by its own convention."
        for word in report.conventions
    ]


def shown_lines(report: Report, wanted: Wanted) -> list[JudgedLine]:
    """The lines of the sheet; those that are missing only where they are asked for."""
    return [line for line in report.lines if line.written is not None or wanted.missing]


def missing_note(report: Report, wanted: Wanted) -> str:
    count = report.counts.get("missing", 0)
    if not count or wanted.missing:
        return ""
    return f"{count} {plural(count, 'line')} of the example {'is' if count == 1 else 'are'} not on the sheet"


def sections(lines: list[JudgedLine]) -> Iterator[tuple[str, list[JudgedLine]]]:
    """The lines under a heading for each step and each run with values of its own (none if there is only one), and at
    the end those that cannot be used; no heading stands twice."""
    groups: dict[str, list[JudgedLine]] = {}
    for line in lines:
        groups.setdefault(_section(line), []).append(line)
    unusable = groups.pop(UNUSABLE, None)
    single = list(groups) == [_section_name(1, ())] and not unusable
    yield from ((("" if single else heading), members) for heading, members in groups.items())
    if unusable:
        yield UNUSABLE, unusable


UNUSABLE = "Lines that cannot be used"


def _section(line: JudgedLine) -> str:
    if line.verdict == "unknown":
        return UNUSABLE
    return _section_name(line.step, line.settings)


def _section_name(step: int, settings: tuple[str, ...]) -> str:
    setting = f", with {printable(', '.join(settings))}" if settings else ""
    return f"Step {step}{setting}"


def remark(line: JudgedLine) -> Words:
    """What stands beside a line in the table; the sentences on mistakes stand above it."""
    if line.verdict in ("unknown", "undecided"):
        return line.said
    return () if line.verdict not in ("right", "rounded", "follows") or line.message in PLAIN else line.said


PLAIN = (
    "right within the rounding of the lines before it",
    "follows from your own earlier lines: no new mistake",
    "more digits than the lines before it can carry",
)
"""Remarks that every other line would have: the verdict and its legend say as much."""


def verdict_of(line: JudgedLine) -> str:
    """The verdict; a slip with its (likeliest) name."""
    return f"slip: {line.slips[0]}" if line.verdict == "slip" and line.slips else line.verdict


def sentence(line: JudgedLine) -> Words:
    """What is said of a line, as a sentence."""
    if not line.said:
        return ()
    first, *others = line.said
    return first if isinstance(first, Name) else f"{first[:1].upper()}{first[1:]}", *others, "."


def legend(lines: list[JudgedLine]) -> list[tuple[str, str]]:
    """The verdicts in use that need to be explained, each with what it means."""
    used = dict.fromkeys(line.verdict for line in lines)
    return [(verdict, kind.meaning) for verdict, kind in KINDS.items() if verdict in used and kind.meaning]


def written_of(line: JudgedLine) -> str:
    """The writer's number; a very long one or a long formula is shortened."""
    text = printable(line.written or "")
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 1]}…"


def expected_of(line: JudgedLine) -> str:
    """What follows from the writer's lines, where they have something else."""
    return short(line.expected) if line.verdict in ("slip", "wrong") else ""


def key_of(line: JudgedLine) -> str:
    return shown(Fraction(line.key), KEY_SHOWN) if line.key else ""


def short(text: str) -> str:
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 1]}…"


def place_of(line: JudgedLine, sheet: str) -> str:
    """my-sheet.yaml:17"""
    return printable(sheet) + (f":{line.place.line}" if line.place else "")


def hidden_notes(hidden: tuple[Hidden, ...]) -> list[tuple[str, list[Words]]]:
    """Under a heading each: slips the digits of the sheet cannot show, and those the exercise's numbers hide."""
    now = _lines_per_slip((line.quantity, slip) for line in hidden for slip in line.slips)
    always = _lines_per_slip((line.quantity, slip) for line in hidden for slip in line.always)
    if not now and not always:
        return [("Every slip known would show in this sheet, if it were made in one of its lines.", [])]
    groups = [
        ("Slips that the digits of this sheet cannot show:", now),
        ("Slips that the numbers of this exercise hide, whatever the digits:", always),
    ]
    return [(heading, texts) for heading, texts in groups if texts]


def _lines_per_slip(pairs: Iterable[tuple[Name, str]]) -> list[Words]:
    lines: dict[str, list[Words]] = {}
    for name, slip in pairs:
        lines.setdefault(slip, []).append((name,))
    ordered = sorted(lines, key=lambda slip: SLIPS[slip].rank)
    return [(f"{slip} ({SLIPS[slip].sentence}): ", *joined(", ", lines[slip])) for slip in ordered]


# --- as blocks ---


def report_page(report: Report, wanted: Wanted) -> Page:
    def blocks(medium: Medium) -> Iterator[Block]:
        said = _Said(report, wanted)
        return said.lines() if medium.manner == "lines" else said.blocks(medium)

    def records() -> Iterator[Record]:
        return (_line_record(line, names_of(report)) for line in shown_lines(report, wanted))

    def whole(medium: Medium) -> Iterator[str]:
        yield object_of(record(report, wanted.hidden))

    return Page(
        blocks,
        records,
        fields=FIELDS,
        own={"json": whole},
    )


class _Said:
    """A report as blocks: one way of calling quantities for all of it."""

    def __init__(self, report: Report, wanted: Wanted):
        self.report, self.wanted, self.names = report, wanted, names_of(report)
        self.sheet = printable(report.sheet)

    def words(self, words: Words) -> Text:
        return spans(words, self.names)

    def blocks(self, medium: Medium) -> Iterator[Block]:
        report, wanted, found = self.report, self.wanted, mistakes(self.report)
        kind = "bad" if report.has_mistakes else "good"
        if medium.manner == "screen":
            yield Prose(headline(report, self.names, f"{self.sheet}: "), kind)
        else:
            yield Title(self.sheet)
            yield from (Prose(f"Exercise: {printable(text)}") for text in (wanted.exercise,) if text)
            yield from (Prose(f"Student: {printable(text)}") for text in (wanted.student,) if text)
            yield Prose(headline(report, self.names), kind)
        yield from map(self.message, found[:1])
        yield from (Prose(self.words(text)) for text in unknown_lines(report))
        yield from map(Prose, notes(report))
        if not wanted.brief:
            yield from map(self.message, found[1:])
            yield from self.all_lines(medium)
        for heading, texts in hidden_notes(wanted.hidden) if wanted.hidden is not None else ():
            yield Heading(heading, 2)
            yield from (Prose(self.words(text)) for text in texts)
        yield from map(Prose, closing_notes(report, wanted))

    def message(self, mistake: Mistake) -> Message:
        line = mistake.line
        should = line.should or (Worked(line.quantity, value=expected_of(line)) if line.quantity else None)
        rows: list[tuple[str, Text]] = [("written", (Marked("bad", written_of(line)),))]
        rows += [("should be", self.worked(should))] if should else []
        rows += [("you get it by", self.worked(line.bent))] if line.bent else []
        after = same_in(mistake) if mistake.others else ()
        place, (called, said, more) = place_of(line, self.sheet), map(self.words, (title(line), sentence(line), after))
        return Message(line.verdict, called, place, said, tuple(rows), more)

    def worked(self, line: Worked, begin: int = 0) -> Text:
        """name = formula = numbers = value; without the name from `begin` 1."""
        return (Math(_sides(line)[begin:], self.names),)

    def all_lines(self, medium: Medium) -> Iterator[Block]:
        lines = shown_lines(self.report, self.wanted)
        for heading, members in sections(lines):
            if heading or medium.manner == "document":
                yield Heading(heading or "All lines", 2)
            rows = list(map(self.row, members))
            yield _quantity_first(rows) if medium.manner == "document" else Table(COLUMNS, rows, marked=0, long=True)
        for verdict, meaning in legend(lines):
            yield Prose((Signed(verdict, f"{verdict}: {meaning}"),), "faint")
        if note := missing_note(self.report, self.wanted):
            yield Prose(f"{note}; --missing lists {'it' if ' is ' in note else 'them'}.", "faint")

    def row(self, line: JudgedLine) -> Row:
        number = str(line.place.line) if line.place else ""
        name, said = self.words((name_of(line),)), self.words(remark(line))
        cells = (name, written_of(line), expected_of(line), key_of(line), said)
        return Row(((Signed(line.verdict, verdict_of(line)),), number, *cells), KINDS[line.verdict].colour)

    # --- a line per line of the sheet, as compilers report: file:line: verdict: name = number: message ---

    def lines(self) -> Iterator[Block]:
        report, wanted, sheet = self.report, self.wanted, self.sheet
        yield from (Message("", text, sheet) for text in (headline(report, self.names), *notes(report)))
        if wanted.brief:
            yield from (self.line(mistake.line) for mistake in mistakes(report)[:1])
            yield from (Message("unknown", self.words(text), sheet) for text in unknown_lines(report))
        else:
            yield from map(self.line, shown_lines(report, wanted))
        for heading, texts in hidden_notes(wanted.hidden) if wanted.hidden is not None else ():
            yield Message("", heading, "")
            yield from (Message("", ("  ", *self.words(text)), "") for text in texts)
        yield from (Message("", text, sheet) for text in closing_notes(report, wanted))

    def line(self, line: JudgedLine) -> Message:
        if line.written is None:
            return Message("missing", self.words(title(line)), self.sheet, f"true value {key_of(line)}")
        expected: Text = ()
        if line.should:
            expected = (", should be ", *self.worked(line.should, 1))
        elif expected_of(line):
            expected = (f", expected {expected_of(line)}",)
        written = (*self.words(title(line)), f" = {written_of(line)}", *expected)
        return Message(line.verdict, written, place_of(line, self.sheet), self.words(line.said))


def _sides(line: Worked) -> tuple[Side, ...]:
    """What a line is equal to, beginning with its name."""
    sides: list[Side] = [line.name, *(Verbatim(side) if isinstance(side, str) else side for side in line.sides)]
    if line.numbers is not None and not isinstance(line.sides[-1], str):
        sides.append(Filled(line.sides[-1], line.numbers.__getitem__))
    return *sides, *((Amount(line.value),) if line.value else ())


COLUMNS = (Column("verdict"), Column("line", optional=True), Column("quantity"), Column("written"),
           Column("should be"), Column("true value"), Column("remark", below=True))  # fmt: skip


def _quantity_first(rows: list[Row]) -> Table:
    """As a document has it: in the pieces of a table that is too wide the first column stands again."""

    def turned(cells: tuple[Any, ...]) -> tuple[Any, ...]:
        verdict, line, quantity, *others = cells
        return quantity, verdict, line, *others

    return Table(turned(COLUMNS), [row._replace(cells=turned(row.cells)) for row in rows], marked=1, long=True)


# --- as records ---

FIELDS = ("name", "step", "sample", "written", "verdict", "expected", "key", "slips", "message", "line")


def record(report: Report, hidden: tuple[Hidden, ...] | None = None) -> Record:
    """All of a report; `key` is the true value, `expected` follows from the writer's own lines."""
    first, names = report.first_mistake, names_of(report)
    found: Record = {
        "sheet": report.sheet,
        "headline": ASCII_INK.words(headline(report, names)),
        "lines": [_line_record(line, names) for line in report.lines],
        "first_mistake": None if first is None else {"name": first.name, "step": first.step, "sample": first.sample},
        "conventions": report.conventions,
        "convention_sentences": [f"this sheet {sentence_of(word)}" for word in report.conventions],
        "patterns": report.patterns,
        "done_right": report.done_right,
        "notation": report.notation,
        "unread": [{"line": each.place.line, "text": each.text, "reason": each.reason} for each in report.unread],
        "passed_over": sum(not (each.reason or each.holds) for each in report.passed),
        "side_calculations": sum(each.holds for each in report.passed),
        "counts": report.counts,
    }
    if hidden is not None:
        found["hidden_slips"] = [
            {"name": line.name, "step": line.step, "sample": line.sample, "slips": line.slips, "always": line.always}
            for line in hidden
        ]
    return found


def unreadable(sheet: str, error: str) -> Record:
    """A sheet that could not be judged, in the same shape."""
    return {"sheet": sheet, "error": error, "lines": [], "first_mistake": None, "conventions": [], "counts": {}}


def _line_record(line: JudgedLine, names: Naming) -> Record:
    should, bent = (ASCII_INK.math(Math(_sides(each), names)) if each else "" for each in (line.should, line.bent))
    found = {
        "name": line.name,
        "step": line.step,
        "sample": line.sample,
        "phase": line.phase,
        "written": line.written,
        "verdict": line.verdict,
        "expected": line.expected,
        "key": line.key,
        "slips": line.slips,
        "message": line.message,
        "should": should,
        "bent": bent,
        "line": line.place.line if line.place else None,
        "spelling": line.spelling,
    }
    return found | ({"settings": line.settings} if line.settings else {})
