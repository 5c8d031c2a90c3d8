"""Sheets to be filled in, and keys: the lines of an example in the order in which a person works them out.

    >>> from backprop_trace.files.spec import load
    >>> from backprop_trace.render import say
    >>> "".join(say("plain", blank_page(Blank(load("hmkcode"), ("loss",))))).splitlines()[-3:]
    ['# Loss', 'E_o1 = ', 'E = ']

What is written as YAML, CSV or plain text, `sheet` reads back; the other formats are for paper.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from backprop_trace.files.source import printable
from backprop_trace.files.spec import Example
from backprop_trace.formulas.expr import Name, Number
from backprop_trace.formulas.notation.names import ASCII_NAMES, Speller, canonical
from backprop_trace.model.batches import Samples
from backprop_trace.model.chain import PHASES, Equation
from backprop_trace.model.styles import STYLES
from backprop_trace.render.blocks import (
    Block,
    Column,
    Drawing,
    Heading,
    Listed,
    Math,
    Naming,
    Prose,
    Row,
    Table,
    Title,
)
from backprop_trace.render.medium import Medium
from backprop_trace.render.pages import Page, Record
from backprop_trace.render.pages.fold import Folding
from backprop_trace.render.pages.lines import HEADINGS
from backprop_trace.render.pages.opening import title_of
from backprop_trace.render.view import rounded_note, rounded_of
from backprop_trace.run.step import trace
from backprop_trace.run.train import Steps

MOST_GIVENS = 60
WIDTH = 98


class Blank(NamedTuple):
    """What is to be on a sheet: an example, phases of so many steps, and the numbers (None: to be filled in).

    `options` are what `check` needs to know of this example beside its name.
    """

    example: Example
    phases: Sequence[str] = PHASES
    steps: int = 1
    values: Callable[[int], Mapping[Name, str]] | None = None
    options: str = ""
    style: str = STYLES[0]

    @property
    def names(self) -> Naming:
        return Naming(self.style, self.example.network, Steps(self.example).listing(1).by_output)

    @property
    def spell(self) -> Speller:
        """What stands on the sheet for a name: as files spell it, or in the style."""
        return canonical if self.style == STYLES[0] else self.names.speller(ASCII_NAMES)

    def each_step(self) -> Iterator[tuple[int, str, list[Equation], Mapping[Name, str]]]:
        """The steps: a remark on which samples they use, their lines, their numbers."""
        steps = Steps(self.example)
        for step in range(1, self.steps + 1):
            equations = [each for each in steps.listing(step).equations if each.phase in self.phases]
            remark = "" if self.example.training.batching.size is None else f"uses {_samples(steps.samples(step))}"
            yield step, remark, equations, self.values(step) if self.values else {}


def blank_page(sheet: Blank) -> Page:
    return Page(
        lambda medium: _blocks(sheet, medium),
        lambda: _records(sheet),
        {"title": sheet.example.title, **rounded_of(sheet.example)},
        own={"yaml": lambda medium: _yaml(sheet), "plain": lambda medium: _plain(sheet)},
    )


def _samples(samples: Samples) -> str:
    numbers = ", ".join(map(str, samples))
    return f"sample {numbers} only" if len(samples) == 1 else f"samples {numbers}"


def _records(sheet: Blank) -> Iterator[Record]:
    spell = sheet.spell
    for step, _, equations, numbers in sheet.each_step():
        for name in (equation.name for equation in equations):
            spelled = spell(name._replace(sample=None))
            yield {"step": step, "sample": name.sample, "name": spelled, "value": numbers.get(name, "")}


# --- to be written on paper ---


def _blocks(sheet: Blank, medium: Medium) -> Iterator[Block]:
    example, names = sheet.example, sheet.names
    folds = medium.manner == "document"
    steps = [(step, _folded(sheet, step, equations) if folds else equations)
             for step, _, equations, _ in sheet.each_step()]  # fmt: skip
    yield Title(title_of(example))
    works = folds and sheet.values is None and example.training.samples == 1 and not example.training.times
    if works:
        yield Prose(f"Name {LINE * 2} Date {LINE} Points {LINE[:6]} of {sum(len(lines) for _, lines in steps)}")
        yield from [Drawing(trace(example), names, blank=True)] if example.network.layers else ()
    few = len(example.values) <= MOST_GIVENS
    pairs = tuple(Math((name, Number(text)), names) for name, text in example.values.items())
    yield Listed("Given", tuple((pair,) for pair in pairs) if few else (f"{len(pairs)} numbers",))
    if note := rounded_note(example):
        yield Prose(note, "note")
    for (step, lines), (_, remark, _, numbers) in zip(steps, sheet.each_step(), strict=True):
        if sheet.steps > 1:
            yield Heading(f"Step {step}", 1)
        if remark:
            yield Prose(f"The step {remark}.")
        for heading, members in _phases(lines):
            points = f" ({len(members)} point{'s' * (len(members) > 1)})" if works else ""
            yield Heading(heading + points)
            columns = (Column("quantity"), Column("value", number=sheet.values is not None))
            rows = [Row(((Math((name,), names),), numbers.get(name, ""))) for name in members]
            yield Table(columns, rows, long=True, to_work_in=works)


LINE = "_" * 10
"""To be written on."""


def _folded(sheet: Blank, step: int, equations: Sequence[Equation]) -> list[Equation]:
    """Without the lines that only copy others."""
    kept = Folding(trace(sheet.example, step=step)).lines
    return [equation for equation in equations if equation.name in kept]


# --- files ---


def _yaml(sheet: Blank) -> Iterator[str]:
    spell = sheet.spell
    yield from _opening(sheet, "yaml")
    for step, remark, equations, numbers in sheet.each_step():
        indent = "  " if sheet.steps > 1 else ""
        yield _step_heading(sheet, step, remark, indent)
        for heading, names in _phases(equations):
            yield f"\n{indent}# {heading}\n"
            yield from (f"{indent}{spell(name)}: {numbers.get(name, '')}".rstrip() + "\n" for name in names)


def _plain(sheet: Blank) -> Iterator[str]:
    spell = sheet.spell
    yield from _opening(sheet, "txt")
    for step, remark, equations, numbers in sheet.each_step():
        yield _step_heading(sheet, step, remark, "")
        for heading, names in _phases(equations):
            yield f"\n# {heading}\n"
            yield from (f"{spell(name)} = {numbers.get(name, '')}\n" for name in names)


def _step_heading(sheet: Blank, step: int, remark: str, indent: str) -> str:
    heading, whose = (f"\nstep {step}:\n", "") if sheet.steps > 1 else ("", "the first step ")
    return heading + (f"{indent}# {whose}{remark}\n" if remark else "")


def _opening(sheet: Blank, ending: str) -> Iterator[str]:
    example = sheet.example
    name = printable(example.name)
    yield f"# {printable(example.title) or name}\n"
    yield "# Write your numbers behind the names, leave empty what you have not computed, and run\n"
    yield f"#   backprop-trace check {name} my-sheet.{ending}{sheet.options}\n"
    spell = sheet.spell
    pairs = [f"{spell(name)}\u00a0=\u00a0{number}" for name, number in example.values.items()]
    given = ", ".join(pairs) if len(pairs) <= MOST_GIVENS else f"{len(pairs)} numbers"
    for line in textwrap.wrap(f"given: {given}", WIDTH, subsequent_indent=" " * 7,
                              break_long_words=False, break_on_hyphens=False):  # fmt: skip
        yield f"# {line}\n".replace("\u00a0", " ")
    for line in textwrap.wrap(rounded_note(example), WIDTH):
        yield f"# {line}\n"


def _phases(equations: Sequence[Equation]) -> Iterator[tuple[str, list[Name]]]:
    for phase, members in groupby(equations, key=lambda equation: equation.phase):
        yield HEADINGS[phase], [equation.name for equation in members]
