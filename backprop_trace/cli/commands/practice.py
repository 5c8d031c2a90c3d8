"""`backprop-trace practice`: an example to be worked line by line, each judged at once."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Optional

import typer

from backprop_trace.check.practice import FINE, Practice, asked
from backprop_trace.cli.options import (
    Decimal,
    ExampleArgument,
    Force,
    Lang,
    Open,
    Output,
    Phases,
    UsageError,
    Values,
    goes_with,
    medium_of,
    one_of,
    opened,
    with_values,
    write,
)
from backprop_trace.cli.terminal import Terminal
from backprop_trace.files.source import SourceError
from backprop_trace.files.spec import Example, load
from backprop_trace.files.writing import refuse
from backprop_trace.formulas.expr import Name
from backprop_trace.formulas.notation import TEXT, Piece, number_piece, show
from backprop_trace.formulas.notation.names import TEXT_NAMES, canonical
from backprop_trace.formulas.notation.numbers import shown
from backprop_trace.model.chain import PHASES
from backprop_trace.model.styles import speller
from backprop_trace.render import Pieces
from backprop_trace.render.medium import Medium
from backprop_trace.render.view import PagePractice, View, spelled
from backprop_trace.run.step import Line, trace

if TYPE_CHECKING:
    from backprop_trace.check.report import JudgedLine

HINTS = 3
GLYPHS = {"right": "✓", "rounded": "≈", "follows": "↳", "convention": "✓", "slip": "✎", "wrong": "✗", "undecided": "…"}
KEYS = "a number; ? a hint; Enter to leave it out; < back; q to stop"


def command(
    example: ExampleArgument,
    phase: Phases = None,
    lines: Annotated[Optional[int], typer.Option("--lines", help="Ask for so many lines, chosen by --seed.")] = None,
    decimals: Annotated[int, typer.Option("--decimals", help="So many decimals are asked for.")] = 4,
    seed: Annotated[int, typer.Option("--seed", help="Of the choice of lines.")] = 0,
    settings: Values = None,
    save: Annotated[Optional[str], typer.Option("--save", help="Write the answers to this file, as a sheet.")] = None,
    output: Output = None,
    open_: Open = False,
    force: Force = False,
    lang: Lang = "en",
    decimal: Decimal = "point",
) -> None:
    """Practise an example line by line, in the terminal or on a page.

    Each answer is judged at once; with -o or --open it is a page for a browser.

    \b
    backprop-trace practice mazur
    backprop-trace practice mazur -o mazur.html
    backprop-trace practice mazur --phase backward --lines 6 --seed 3

    The end of the input keeps what was answered (--save writes it as a sheet).
    """
    _check_wanted(phase or (), lines, decimals)
    if save is not None:
        refuse(save, force)
    in_browser = open_ or output is not None
    for option, given in {"--lang": lang != "en", "--decimal": decimal != "point"}.items():
        goes_with(option, given, "-o or --open: a page", in_browser)
    worked = with_values(load(example), settings or ())
    if in_browser:
        medium = medium_of("html", None, False, None, output, force, lang, decimal)
        asks = PagePractice(tuple(phase or PHASES), lines, seed, first=True, decimals=decimals)
        write(_page(worked, asks, medium), output, force, opened(open_, example, "html"))
        return
    practice = Practice(worked)
    session = _Session(practice, asked(practice.step.lines, phase or PHASES, lines, seed), decimals)
    session.run_and_keep(save, force)


def _check_wanted(phases: Sequence[str], lines: int | None, decimals: int) -> None:
    """Raises UsageError for what no exercise can ask for."""
    for word in phases:
        one_of("--phase", word, PHASES)
    if (lines is not None and lines < 1) or not 0 <= decimals <= 15:
        raise UsageError("--lines goes from 1, --decimals from 0 to 15")


def _page(example: Example, practice: PagePractice, medium: Medium) -> Pieces:
    from backprop_trace.render import render

    return render("html", [trace(example)], View(example, practice=practice), medium)


def _keep(practice: Practice, save: str | None, force: bool) -> None:
    """What was answered is never lost: it goes to the file, or else to the screen."""
    if save is not None:
        write([practice.sheet], save, force)
    elif practice.answers:
        Terminal.stdout(["\nYour sheet:\n", practice.sheet])


class _Session:
    """The conversation about some lines, in order."""

    def __init__(self, practice: Practice, lines: list[Line], decimals: int):
        self.practice, self.lines, self.decimals = practice, lines, decimals
        step = practice.step
        self.spell = speller("net-out", TEXT_NAMES, practice.example.network, step.listing.by_output)
        self.symbols = spelled(self.spell, TEXT_NAMES)

    def run_and_keep(self, save: str | None, force: bool) -> None:
        try:
            self.run()
        finally:
            _keep(self.practice, save, force)

    def run(self) -> None:
        count = len(self.lines)
        Terminal.stdout([f"{count} line{'s' if count > 1 else ''}, {self.decimals} decimals. Type {KEYS}.\n"])
        self.practice.prepare()  # while that is read
        place = 0
        while 0 <= place < count:
            move = self.ask(self.lines[place], f"{place + 1}/{count}")
            if move is None:
                break
            place = max(0, place + move)
        found = self.practice.report().values()
        fine = sum(line.verdict in FINE for line in found)
        Terminal.stdout([f"\n{len(found)} answered, {fine} right or following.\n"])

    def ask(self, line: Line, where: str) -> int | None:
        """How many lines to go on from here; None to stop."""
        hints, name = 0, canonical(line.name)
        while True:
            Terminal.stdout([f"[{where}] {self.spell(line.name)} = "])
            text = sys.stdin.readline()
            match text.strip():
                case "q" | "quit" | "exit":
                    return None
                case "" if not text:  # the end of the input
                    Terminal.stdout(["\n"])
                    return None
                case "":
                    return 1
                case "<":
                    return -1
                case "?":
                    hints = min(HINTS, hints + 1)
                    Terminal.stdout([f"    {self.hint(line, hints)}\n"])
                case answer:
                    if self.answered(name, answer):
                        return 1

    def answered(self, name: str, text: str) -> bool:
        """Judges an answer and says what is found; True if it is fine and the next line may come."""
        try:
            judged = self.practice.answer(name, text)
        except SourceError as wrong:
            Terminal.stdout([f"    ? {wrong.problems[0].message}\n"])
            return False
        if judged.verdict == "unknown":  # no number, and no formula of this line: nothing to keep
            self.practice.forget(name)
        Terminal.stdout([f"    {self.said(judged)}\n"])
        return judged.verdict in FINE

    @staticmethod
    def said(judged: JudgedLine) -> str:
        message = f": {judged.message}" if judged.message else ""
        return f"{GLYPHS.get(judged.verdict, '?')} {judged.verdict}{message}"

    # --- hints: the formula; the learner's own numbers put in; the value ---

    def hint(self, line: Line, count: int) -> str:
        formula = line.equation.formula
        if count == 1:
            return f"= {show(formula, TEXT, self.symbols)}"
        if count == 2:
            return f"= {show(formula, TEXT, self.number)}"
        return f"= {shown(line.value, 12)}: to {self.decimals} decimals {float(line.value):.{self.decimals}f}"

    def number(self, name: Name) -> Piece:
        own = self.practice.answers.get(canonical(name)) or self.practice.example.values.get(name)
        return number_piece(own or shown(self.practice.step.values[name], 6))
