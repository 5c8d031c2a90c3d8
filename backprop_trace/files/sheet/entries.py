"""Collects the entries of a sheet: a name and the parts of its chain become an entry, the rest is passed over.

`Collected` is what every form of sheet is read into.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from backprop_trace.files.sheet import blocks
from backprop_trace.files.sheet.entry import Entry, Passage, Section, Sheet, Written, half_unit, with_section
from backprop_trace.files.sheet.limits import LONGEST_LINE, MOST_LINES, MOST_SETTINGS
from backprop_trace.files.sheet.numbers import SIMPLE, as_number
from backprop_trace.files.source import Place, Problem, SourceError
from backprop_trace.formulas.numbers import NotANumber, number
from backprop_trace.formulas.vocabulary import LONGEST_NAME

MOST_TOLD = 50
_NO_NUMBER = re.compile(r"[-+.]*(?:nan|inf|infinity)", re.IGNORECASE)
_LOSS_OF = re.compile(r"(?<=[∂d])([EJLC]) ?\([WwbθΘ,; ]+\)(?=\s*/)")
"""dJ(W, b)/dW has no list of names."""
_WORDS = re.compile(r"[^\W\d_]{3,}")

Parts = Sequence[tuple[str, Place]]
"""The texts between the signs of equality, each with its place."""


class Collected:
    """The entries of a sheet as far as it is read, and the lines that are none."""

    def __init__(self, name: str, text: str, decimal_comma: bool):
        self.name, self.text, self.decimal_comma = name, text, decimal_comma
        self.entries: list[Entry] = []
        self.passed: list[Passage] = []

    def sheet(self) -> Sheet:
        """Raises SourceError if nothing is on the sheet, or too much."""
        problems = []
        if not self.entries:
            problems += nothing_read(self.passed)
        if len(self.entries) > MOST_LINES:
            problems.append(Problem(f"{len(self.entries):,} lines; {MOST_LINES:,} are the limit"))
        if (settings := len({entry.section.settings for entry in self.entries})) > MOST_SETTINGS:
            problems.append(Problem(f"{settings:,} different sections 'set ...'; {MOST_SETTINGS} are the limit"))
        if problems:
            raise SourceError(problems, self.name, self.text)
        return Sheet(tuple(self.entries), self.name, self.text, tuple(self.passed), self.decimal_comma)

    def pass_over(self, text: str, place: Place, reason: str = "") -> None:
        if text.strip():
            self.passed.append(Passage(text.strip()[:200], place, reason))

    def add(
        self, spelling: str, parts: Parts, section: Section, place: Place, sure: bool = True, about: str = ""
    ) -> None:
        """A line: its name, and the parts of its chain. Without parts it is a line that was left empty."""
        parts = [(text, at) for text, at in parts if text.strip()]
        spelling, section = with_section(_LOSS_OF.sub(r"\1", spelling.strip()), section)
        if not parts or not spelling:
            return
        if (several := self.several(spelling, parts[-1][0])) is not None:
            for name, text in several:
                self.add(name, [(text, parts[-1][1])], section, place, sure, about if "," in spelling else spelling)
            return
        if len(spelling) > LONGEST_NAME:
            self.pass_over(spelling, place)
            return
        *before, (last, at) = parts
        try:
            readings, block = self.value(last, at)
        except NotANumber as wrong:
            self.pass_over(f"{spelling} = {last}", at, str(wrong))
            return
        chain = tuple([Written(text.strip(), None, there) for text, there in before])
        sure = sure and not (readings and readings[0].value is None and is_prose(last))
        self.entries.append(Entry(spelling, readings, section, place, chain, block, sure, about=about))

    def several(self, spelling: str, text: str) -> list[tuple[str, str]] | None:
        """The lines that one is: `h1, h2 = 0.59, 0.60`, or a dict; None if it is one."""
        if text[:1] == "{" and text.count("{") <= blocks.DEEPEST:
            return blocks.pairs(text)
        return blocks.in_turn(spelling, text, self.decimal_comma) if blocks.is_list(spelling) else None

    def value(self, text: str, at: Place) -> tuple[tuple[Written, ...], tuple[tuple[Written, ...], ...]]:
        """What stands behind a name: a number or a formula, or the rows of a block (one row is both).

        Raises NotANumber.
        """
        listed = blocks.LISTED.fullmatch(text) or blocks.SPACED.fullmatch(text)
        found = None if SIMPLE.fullmatch(text) else blocks.rows(f"({text})" if listed else text, self.decimal_comma)
        if found is None:
            return (self.written(text, at),), ()
        block = tuple(tuple(self.written(item, at) for item in row) for row in found)
        return block[0] if len(block) == 1 else (), block

    def written(self, text: str, place: Place) -> Written:
        """A number with its digits, or else a formula. Raises NotANumber."""
        plain = as_number(text, self.decimal_comma)
        if plain is None and len(text) > LONGEST_LINE:
            raise NotANumber(f"a line of {len(text):,} characters; {LONGEST_LINE:,} are the limit")
        if plain is None:
            return Written(text.strip(), None, place)
        return Written(plain, number(plain), place, half_unit(plain))

    def add_block(self, spelling: str, rows: list[list[str]], section: Section, place: Place, at: Place) -> None:
        """A name with rows of numbers that stand in cells or on lines of their own."""
        spelling, section = with_section(spelling.strip(), section)
        try:
            block = tuple(tuple(self.written(item, at) for item in row) for row in rows)
        except NotANumber as wrong:
            self.pass_over(spelling, place, str(wrong))
            return
        self.entries.append(Entry(spelling, (), section, place, block=block))


def nothing_read(passed: Sequence[Passage]) -> list[Problem]:
    """What is said of a sheet without a line that can be judged."""
    if meant := [Problem(f"{each.reason}: {each.text[:60]!r}", each.place) for each in passed if each.reason]:
        return meant[:MOST_TOLD]
    message = (
        "not a single line of the sheet is filled in"
        if not passed
        else "no line of the sheet was read as a calculation"
    )
    return [Problem(message, passed[0].place if passed else None, help="write lines like 'net_h1 = 0.3775'")]


def is_prose(text: str) -> bool:
    """Words, and nothing to compute: `Student A`, `with the numbers from above`."""
    if _NO_NUMBER.fullmatch(text.strip()):
        return False
    return bool(_WORDS.search(text)) and not re.search(r"[=*/^+·×()_σ]|\d", text)
