"""What the names in the formulas of a sheet stand for: as its lines are called, so are they called in formulas.

Where a name may mean several quantities (`y_k` an activation or a target), each of them is a reading of the formula;
who judges it takes the one that is right.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from backprop_trace.check.naming import SheetNames
from backprop_trace.formulas.expr import Formula, Name
from backprop_trace.formulas.parse import BadFormula, read_formula
from backprop_trace.formulas.spelled import simple

MOST_FORMULAS = 16
"""Readings of one formula that are tried."""

Lookup = Callable[[str], Name | None]
"""What a name in a formula stands for."""


class FormulaNames:
    """The names that formulas may use, in a step and in the sample of a section."""

    def __init__(self, sheet: SheetNames, step: int, sample: int | None):
        self.sheet, self.lines, self.sample = sheet, sheet.lines_of(step), sample

    def __call__(self, text: str) -> Name | None:
        """What a name stands for, where only one quantity can be meant."""
        found = self.candidates(text)
        return found[0] if len(found) == 1 else None

    def candidates(self, text: str) -> tuple[Name, ...]:
        """All that a name may stand for: one, where the file, the sheet's lines or its rule of counting decide."""
        lines, style = self.lines, self.sheet.printed_style
        exact = lines.exact(text, self.sample)
        styled = [name for each, name in lines.printed(text) if each == style]
        if exact is not None or text == "e":
            placed = lines.at_sample(styled[0], self.sample) if styled else None
            return tuple(filter(None, (placed or exact,)))
        base, raised, _ = text.partition("^")
        if raised and raised[:1] != "[" and not styled and self.is_called(base):
            return ()  # x^2 is a power, where there is an x
        return self.sheet.meant(text, lines, self.sample)

    def is_called(self, text: str) -> bool:
        """Is a quantity, a unit or a line of the sheet called so?"""
        known = self.lines.exact(text, self.sample) is not None
        return (
            known or simple(text) in self.sheet.meanings or any(text in each.units for each in self.lines.shape.layers)
        )


def formulas(text: str, names: FormulaNames) -> Iterator[Formula]:
    """The formula in each of its readings: one, where no name is ambiguous. Raises BadFormula."""
    return (read_formula(text, lookup, implied=True) for lookup in lookups(text, names))


def lookups(text: str, names: FormulaNames) -> Iterator[Lookup]:
    """What the names of a formula stand for, in each of its readings. Raises BadFormula."""
    waiting: list[Mapping[str, Name]] = [{}]
    for _ in range(MOST_FORMULAS):
        if not waiting:
            return
        chosen = _Chosen(names, waiting.pop(0))
        try:
            read_formula(text, chosen, implied=True)
            if not chosen.says_one_twice():
                yield chosen
        except BadFormula:
            if not chosen.ambiguous:
                raise
            spelling, found = next(iter(chosen.ambiguous.items()))
            waiting += [{**chosen.names, spelling: name} for name in found]


class _Chosen:
    """Names of which some have been chosen; it keeps the others that may mean several quantities."""

    def __init__(self, all_names: FormulaNames, names: Mapping[str, Name]):
        self.all_names, self.names = all_names, names
        self.ambiguous: dict[str, tuple[Name, ...]] = {}
        self.sure: set[Name] = set()

    def says_one_twice(self) -> bool:
        """`o1 - t1`: o1 is not the target, since t1 is."""
        return any(name in self.sure for name in self.names.values())

    def __call__(self, text: str) -> Name | None:
        if text in self.names:
            return self.names[text]
        found = self.all_names.candidates(text)
        if len(found) > 1:
            self.ambiguous[text] = found
        self.sure.update(found if len(found) == 1 else ())
        return found[0] if len(found) == 1 else None
