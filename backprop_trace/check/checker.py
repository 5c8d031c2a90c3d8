"""Checking sheets against one example.

    >>> from backprop_trace.files.sheet import read_sheet
    >>> from backprop_trace.files.spec import load
    >>> sheet = read_sheet("net_h1: 0.3775\\nout_h1: 0.5933\\nw5+: 0.4411\\n", "sheet.yaml")
    >>> report = Checker(load("mazur")).check(sheet)
    >>> [(line.name, line.verdict, line.slips) for line in report.lines if line.written]
    [('net_h1', 'right', ()), ('out_h1', 'right', ()), ('w5+', 'slip', ('ascent',))]

`entries` finds out which quantities a sheet is about; `variant` holds the true values, `lines` what a training step
consists of, `ledger` what each quantity may be; `judge` gives the verdicts, `explain/` looks for slips, `conventions`
knows other ways of doing the exercise, `choice` finds the one that a sheet follows, `formulas` judges formulas as
answers; `judged_part` puts them together, `wording` says it, and `report` is what comes out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from backprop_trace.check.conventions import Variants
from backprop_trace.check.entries import Entries
from backprop_trace.check.judged_part import JudgedPart
from backprop_trace.check.report import JudgedLine, Report, patterns
from backprop_trace.check.variant import TRUE_DIGITS, Variant
from backprop_trace.check.writer import significant_figures
from backprop_trace.files.sheet import Entry, Sheet, sections
from backprop_trace.files.sheet.entries import nothing_read
from backprop_trace.files.source import Place, Problem, SourceError, place_at
from backprop_trace.files.spec import Example
from backprop_trace.files.spec.settings import BadSetting, with_settings
from backprop_trace.formulas.expr import Name
from backprop_trace.formulas.without_gc import uncollected
from backprop_trace.model.conventions import Ways

AS_THE_EXAMPLE_SAYS = Ways()


class Checker:
    """Checks sheets against one example. Make one and use it for many: it remembers what it has computed."""

    def __init__(
        self,
        example: Example,
        strict: int | None = None,
        style: str = "",
        ways: Ways = AS_THE_EXAMPLE_SAYS,
    ):
        self.example, self.strict, self.style = example, strict, style
        self.ways = ways.over(example.ways)
        self._variants: dict[tuple[tuple[str, ...], int], Variants] = {}

    def __getstate__(self) -> dict[str, Any]:
        """What another process needs of it (pickle): not what it remembers, which is computed there anew."""
        return self.__dict__ | {"_variants": {}}

    @uncollected
    def check(self, sheet: Sheet) -> Report:
        """The report on a sheet. Raises ComputationError if the example itself cannot be computed."""
        lines: list[JudgedLine] = []
        conventions: dict[str, None] = {}
        by_output: list[frozenset[Name]] = []
        notation: dict[str, None] = {}
        done_right = ""
        passed = list(sheet.passed)
        for part in self.parts(sheet):
            lines += part.lines()
            passed += part.passed
            by_output.append(part.by_output)
            notation |= dict.fromkeys(part.entries.notation)
            conventions |= dict.fromkeys(part.conventions)
            done_right = done_right or part.done_right()
        passed.sort(key=lambda passage: passage.place)
        if not any(line.written is not None for line in lines):
            raise SourceError(nothing_read(passed), sheet.name, sheet.text)
        found = tuple(lines), tuple(conventions), tuple(patterns(lines))
        said = "; ".join(notation)
        return Report(sheet.name, *found, frozenset.intersection(*by_output), done_right, said, tuple(passed))

    def parts(self, sheet: Sheet) -> Iterator[JudgedPart]:
        """The parts of a sheet that are under the same settings."""
        for settings, entries in sections(sheet):
            try:
                variants = self.variants(settings, entries)
            except BadSetting as wrong:
                place = _place_of(wrong.setting, sheet) or entries[0].place
                raise SourceError([Problem(f"set: {wrong}", place)], sheet.name, sheet.text) from None
            known = Entries(entries, variants.own, sheet, self.style)
            yield JudgedPart(variants, known, settings, self.strict, self.ways)

    def variants(self, settings: tuple[str, ...], entries: Sequence[Entry]) -> Variants:
        """The variants for some settings, computed to more digits than any entry has."""
        longest = max(
            (significant_figures(r.text) for e in entries for r in e.readings if r.value is not None), default=0
        )
        digits = max(TRUE_DIGITS, longest + 10)
        key = settings, digits
        if key not in self._variants:
            self._variants[key] = Variants(Variant(with_settings(self.example, settings), digits=digits))
        return self._variants[key]


def _place_of(setting: str, sheet: Sheet) -> Place | None:
    """Where a value is set on a sheet: in a line of its own, `set W=4:`."""
    match = re.search(rf"\bset\b[^\n]*?(?P<setting>{re.escape(setting)})", sheet.text, re.IGNORECASE)
    return match and place_at(sheet.text, match.start("setting"))._replace(length=len(setting))
