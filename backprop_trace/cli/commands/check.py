"""`backprop-trace check`: which lines of a hand calculation are right, and why not."""

from __future__ import annotations

import os
import re
import shlex
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from backprop_trace.cli.options import (
    Ascii,
    BatchSize,
    Color,
    Decimal,
    Flavor,
    Force,
    Form,
    Lang,
    Open,
    OptionalExample,
    Output,
    Seed,
    SheetStyle,
    Shuffle,
    UsageError,
    Values,
    Width,
    as_document,
    medium_of,
    one_of,
    opened,
    with_batches,
    with_values,
    write,
)
from backprop_trace.cli.terminal import Terminal
from backprop_trace.files.source import LARGEST_FILE, READ, STANDARD_INPUT, decoded, did_you_mean, printable
from backprop_trace.files.spec import Example, load
from backprop_trace.files.submissions import (
    LONGEST_LINE,
    Submission,
    in_folder,
    is_line_of_json,
    lines_of_json,
    student_of,
)
from backprop_trace.model.conventions import CONVENTIONS, Ways, is_convention
from backprop_trace.model.styles import STYLES
from backprop_trace.render import Pieces, say

if TYPE_CHECKING:
    from backprop_trace.check.many import Checks, Outcome
    from backprop_trace.files.sheet import Sheet
    from backprop_trace.render.medium import Medium
    from backprop_trace.render.pages.report import Wanted

MOST_DECIMALS = 100
FINE, MISTAKES, UNUSABLE, BROKEN = range(4)
"""Exit codes; of several sheets the worst counts."""


def command(
    example: OptionalExample = None,
    sheets: Annotated[
        Optional[list[str]],
        typer.Argument(help="Sheets or folders of sheets, or -. None: the numbers the example's source printed."),
    ] = None,
    form: Form = "table",
    flavor: Flavor = None,
    lang: Lang = "en",
    brief: Annotated[bool, typer.Option("--brief", help="Only what matters: no table of all lines.")] = False,
    missing: Annotated[bool, typer.Option("--missing", help="Also list the lines that are not on the sheet.")] = False,
    slips: Annotated[
        bool, typer.Option("--slips", help="Also list the slips that the digits of the sheet cannot show.")
    ] = False,
    reports: Annotated[
        Optional[str], typer.Option("--reports", help="Write a report on each sheet into this folder, in the format.")
    ] = None,
    show_unread: Annotated[
        bool, typer.Option("--show-unread", help="Also list the lines of the sheet that are no calculations.")
    ] = False,
    accept: Annotated[
        Optional[list[str]], typer.Option("--accept", help="A convention that is no mistake. May be repeated.")
    ] = None,
    refuse: Annotated[
        Optional[list[str]], typer.Option("--refuse", help="A convention that is a mistake. May be repeated.")
    ] = None,
    conventions: Annotated[
        bool, typer.Option("--conventions", help="List the conventions that a sheet may follow, and check nothing.")
    ] = False,
    style: SheetStyle = None,
    strict: Annotated[
        Optional[int], typer.Option(help="Demand so many decimals, right to the last: rounding does not excuse.")
    ] = None,
    decimal: Decimal = "point",
    settings: Values = None,
    batch_size: BatchSize = None,
    shuffle: Shuffle = False,
    seed: Seed = None,
    output: Output = None,
    force: Force = False,
    open_: Open = False,
    width: Width = None,
    ascii_: Ascii = False,
    color: Color = None,
) -> None:
    """Check a hand calculation: what is right, and what went wrong.

    Each line is judged from your own earlier lines; a mistake is named if a known slip gives your number.

    \b
    backprop-trace check mazur my-sheet.yaml
    backprop-trace check mazur sheets/ --format csv -o class.csv
    backprop-trace check quirk                     the numbers its source printed
    backprop-trace check --conventions             other ways of doing an exercise, and which are mistakes

    A sheet has lines like 'net_h1: 0.3775' ('backprop-trace sheet mazur' writes a blank one). The exit code is 1 if
    there is a mistake.
    """
    from backprop_trace.check.many import Checks
    from backprop_trace.render.pages.report import Wanted

    if style is not None:
        one_of("--style", style, STYLES)
    if strict is not None and not 0 <= strict <= MOST_DECIMALS:
        raise UsageError(f"--strict goes from 0 to {MOST_DECIMALS} decimals")
    ways = _ways(accept or (), refuse or ())
    medium = as_document(
        medium_of(form, width, ascii_, color, output, language=lang, decimal=decimal), form, flavor=flavor
    )
    in_browser = opened(open_, "check", form)
    if conventions:
        write(_conventions(example, ways, form, medium), output, force, in_browser)
        return
    if example is None:
        raise UsageError("which example? 'backprop-trace list' shows those that ship; or a YAML file")
    if [example, *(sheets or ())].count("-") > 1:
        raise UsageError("standard input can be read only once")
    found = [each for word in sheets or () for each in _sheets_in(word)]
    READ.update(os.path.realpath(each.name) for each in found if each.text is None)  # perhaps by other processes
    stream = _stream(found)
    many = _many(found, stream is not None, sheets or (), slips or (brief and reports is None), reports is not None)
    if stream is not None and form == "table":  # a table knows all names before its first row
        form = "json"
    worked = with_batches(with_values(load(example), settings or ()), batch_size, shuffle, seed)
    checks = Checks(worked, strict, decimal == "comma", style or "", ways)
    wanted = Wanted(missing, brief, exercise=worked.title or worked.name, unread=show_unread)
    if not many:
        pieces, code = _one(checks, found[0] if found else None, form, medium, wanted, slips)
        write(pieces, output, force, in_browser)
        raise typer.Exit(code)
    from backprop_trace.render.pages.classes import class_page

    class_ = _Class(checks, found if stream is None else stream, None if stream is not None else len(found))
    judged = class_.outcomes()
    if reports is not None:
        judged = _written(judged, reports, form, medium, wanted, force)
    write(say(form, class_page(judged, [each.name for each in found]), medium), output, force, in_browser)
    for error in class_.errors:  # not among the rows of the table
        Terminal.stderr(error)
    raise typer.Exit(class_.code)


def _conventions(example: str | None, ways: Ways, form: str, medium: Medium) -> Pieces:
    from backprop_trace.render.pages.conventions import conventions_page

    return say(form, conventions_page(None if example is None else load(example), ways), medium)


def _many(found: list[Submission], stream: bool, sheets: Sequence[str], one: bool, reports: bool) -> bool:
    """Are there several sheets? Raises UsageError for what goes with one, or with several."""
    many = stream or len(found) > 1 or any(os.path.isdir(word) for word in sheets)
    if many and one:
        raise UsageError("--slips is for one sheet; so is --brief, but for the reports of --reports")
    if reports and not many:
        raise UsageError("--reports goes with several sheets; -o writes the report on one")
    return many


def _ways(accept: Iterable[str], refuse: Iterable[str]) -> Ways:
    """The conventions that are decided on: `--accept no-half,half --accept updated-weights`. Raises UsageError."""
    found = [
        frozenset(word.strip() for text in texts for word in text.split(",") if word.strip())
        for texts in (accept, refuse)
    ]
    for option, words in zip(("--accept", "--refuse"), found, strict=True):
        for word in sorted(words):
            if not is_convention(word):
                help_ = did_you_mean(word, CONVENTIONS) or "'check --conventions' lists them"
                raise UsageError(f"{option}: there is no convention {printable(word)!r}; {help_}")
    if both := found[0] & found[1]:
        raise UsageError(f"{min(both)!r} is accepted and refused: keep one of them")
    return Ways(*found)


def _sheets_in(word: str) -> list[Submission]:
    """A sheet, or those in a folder and the folders in it."""
    return in_folder(word) if word != "-" and os.path.isdir(word) else [Submission(word)]


def _stream(found: list[Submission]) -> Iterator[Submission] | None:
    """The sheets on standard input, if it has one on each line; else what it has takes the place of `-`."""
    place = next((place for place, each in enumerate(found) if each.name == "-"), None)
    if place is None or sys.stdin is None:
        return None
    first = sys.stdin.buffer.readline(LONGEST_LINE) if len(found) == 1 else b""
    if is_line_of_json(first):
        return lines_of_json(first, sys.stdin.buffer)
    text = decoded(first + sys.stdin.buffer.read(LARGEST_FILE + 1), STANDARD_INPUT)
    found[place] = Submission(STANDARD_INPUT, text)
    return None


def _one(
    checks: Checks, found: Submission | None, form: str, medium: Medium, wanted: Wanted, slips: bool
) -> tuple[Pieces, int]:
    """The report on one sheet, and the exit code."""
    from backprop_trace.check.hidden_slips import hidden_slips
    from backprop_trace.files.sheet import read_sheet
    from backprop_trace.render.pages.report import report_page

    checker = checks.checker()
    text = found.read() if found is not None else ""
    sheet = read_sheet(text, found.name, checks.decimal_comma) if found is not None else _published(checks.example)
    report = checker.check(sheet)
    hidden = hidden_slips(checker, sheet) if slips else None
    student = student_of(found, text) if found is not None else ""
    page = report_page(report, wanted._replace(hidden=hidden, student=student))
    return say(form, page, medium), FINE if report.is_confirmed else MISTAKES


def _published(example: Example) -> Sheet:
    from backprop_trace.files.sheet import published_sheet

    if example.published is None or not example.published.entries:
        name = printable(example.name)
        written = "-" if name == STANDARD_INPUT else shlex.quote(name)
        raise UsageError(
            f"the source of {name!r} prints no numbers that could be checked; give a sheet of your own "
            f"('backprop-trace sheet {written}' writes a blank one)"
        )
    return published_sheet(example.published, example.name, example.text)


class _Class:
    """The sheets of a class as they are judged: what cannot be judged is said, the worst exit code is kept."""

    def __init__(self, checks: Checks, sheets: Iterable[Submission], count: int | None):
        self.checks, self.sheets, self.count, self.code = checks, sheets, count, FINE
        self.errors: list[str] = []

    def outcomes(self) -> Iterator[Outcome]:
        from backprop_trace.check.many import outcomes

        for count, outcome in enumerate(outcomes(self.checks, self.sheets), 1):
            self.code = max(self.code, _code(outcome))
            if outcome.error and self.count is not None:
                self.errors.append(outcome.error)
            if self.count is not None:
                Terminal.progress(count, self.count, "sheets")
            yield outcome


REPORT_ENDINGS = {"latex": "tex", "markdown": "md", "json": "json", "csv": "csv", "html": "html", "pdf": "pdf"}
LONGEST_NAME = 100


def _written(
    outcomes: Iterable[Outcome], folder: str, form: str, medium: Medium, wanted: Wanted, force: bool
) -> Iterator[Outcome]:
    """The outcomes, each after its report has been written into the folder, under the name of its sheet."""
    from backprop_trace.files.writing import write_new
    from backprop_trace.render.pages.report import report_page

    os.makedirs(folder, exist_ok=True)
    used: Counter[str] = Counter()
    for outcome in outcomes:
        if outcome.report is not None:
            name = re.sub(r"[^\w.-]", "_", os.path.splitext(os.path.basename(outcome.sheet))[0])[:LONGEST_NAME]
            used[name.lower()] += 1
            again = f"-{used[name.lower()]}" if used[name.lower()] > 1 else ""
            path = os.path.join(folder, f"{name or 'sheet'}{again}.{REPORT_ENDINGS.get(form, 'txt')}")
            plain = medium._replace(colors=None)
            write_new(
                path, say(form, report_page(outcome.report, wanted._replace(student=outcome.student)), plain), force
            )
        yield outcome


def _code(outcome: Outcome) -> int:
    if outcome.report is None:
        return BROKEN if outcome.broken else UNUSABLE
    return FINE if outcome.report.is_confirmed else MISTAKES
