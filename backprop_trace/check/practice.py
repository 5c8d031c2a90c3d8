"""Practising an example: which lines are asked for, and what the checker says of the answers so far.

    >>> from backprop_trace.files.spec import load
    >>> practice = Practice(load("mazur"))
    >>> practice.answer("net_h1", "0.3775").verdict
    'right'
    >>> practice.answer("net_o1", "2.2118").verdict in ("slip", "wrong")
    True

An answer is judged as a line of a sheet is: from the numbers that stand there by then.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from backprop_trace.files.sheet import read_sheet
from backprop_trace.files.source import Problem, SourceError
from backprop_trace.files.spec import Example
from backprop_trace.formulas.notation.names import canonical
from backprop_trace.formulas.numbers import as_float
from backprop_trace.run.step import Line, trace

if TYPE_CHECKING:
    from backprop_trace.check.report import JudgedLine

FINE = ("right", "rounded", "follows", "convention")


def asked(lines: Iterable[Line], phases: Collection[str], count: int | None = None, seed: int = 0) -> list[Line]:
    """The lines that are asked for, in the order of the calculation: all of some phases, or so many of them."""
    lines = [line for line in lines if line.equation.phase in phases]
    if count is None or count >= len(lines):
        return lines
    chosen = sorted(random.Random(seed).sample(range(len(lines)), count))
    return [lines[place] for place in chosen]


class Practice:
    """The answers to an example so far; each new one is judged at once."""

    def __init__(self, example: Example):
        from backprop_trace.check.checker import Checker

        self.example, self.step = example, trace(example)
        self.checker = Checker(example)
        self.answers: dict[str, str] = {}

    def prepare(self) -> None:
        """Makes what is needed to explain mistakes: it takes longest for the first of them."""
        lines = self.step.lines
        for line in lines[0], lines[len(lines) // 2]:
            pair = [(canonical(each.name), -1.37 * as_float(each.value)) for each in (line, lines[-1])]
            wrong = "".join(f"{name} = {value:.4g}\n" for name, value in pair)
            self.checker.check(read_sheet(wrong, "two mistakes"))

    @property
    def sheet(self) -> str:
        """The answers as a sheet that `check` reads."""
        order = [canonical(line.name) for line in self.step.lines]
        return "".join(f"{name} = {self.answers[name]}\n" for name in order if name in self.answers)

    def answer(self, name: str, text: str) -> JudgedLine:
        """The judgement on an answer, which takes the place of an earlier one.

        Raises SourceError if it is no number and no formula; then the earlier one stays.
        """
        before = self.answers.get(name)
        self.answers[name] = text.replace(",", ".") if "." not in text else text
        try:
            return self.judged(name)
        except SourceError:
            self.forget(name)
            if before is not None:
                self.answers[name] = before
            raise

    def forget(self, name: str) -> None:
        self.answers.pop(name, None)

    def judged(self, name: str) -> JudgedLine:
        """What is found of one of the answers. Raises SourceError if it is not read as one."""
        found = self.report().get(name)
        if found is None:
            raise SourceError([Problem("no number, and no formula")], "your answers", self.sheet)
        return found

    def report(self) -> dict[str, JudgedLine]:
        """What is found of all the answers, by name."""
        found = self.checker.check(read_sheet(self.sheet, "your answers")) if self.answers else None
        lines = found.written if found is not None else []
        return {f"{line.name}[{line.sample}]" if line.sample is not None else line.name: line for line in lines}
