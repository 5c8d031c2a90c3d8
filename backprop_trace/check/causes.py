"""One cause of several mistakes: a slip in force in all lines of its kind, looked for before each is explained alone.

    >>> from backprop_trace.files.spec import load
    >>> causes = Causes(Variant(load("mazur")))
    >>> [round(value, 4) for name, value in causes.values(("no-half", "")).items() if name.kind == "E"]
    [0.5496, 0.0471, 0.5967]

The lines of the first step are computed from the givens with the slip in every line that it can be in, or in all lines
of one kind. A cause gives
the numbers of two lines at least, and of none that is right another one. Those of one line alone are no cause.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TypeAlias

from backprop_trace.check.findings import NO_CAUSE, Cause
from backprop_trace.check.slips import SLIPS, with_targets_swapped
from backprop_trace.check.variant import Variant
from backprop_trace.files.sheet import Written
from backprop_trace.formulas.arithmetic import float_value
from backprop_trace.formulas.expr import Formula, Name, names_in
from backprop_trace.model.chain import Equation

MOST_LINES = 600
"""A longer listing is not bent in every way."""
ONE_BY_ONE = ("wrong-target", "wrong-row", "crossed", "wrong-activation", "factor-ten", "bias-gradient-times-input")
"""Slips that are another one in each line: their first way stands for none of the others."""
NEAR, ROUNDED = 0.1, 3
"""What a cause gives is so near, measured by how far it moves the number, and by half units of its last digit."""
FEWEST = 2


Place: TypeAlias = tuple[str, str]
"""A slip, and the kind of lines that it is in (empty: all that it can be in)."""


class Causes:
    """What slips in all lines, or in all of a kind, make of the first step of a variant, computed once."""

    def __init__(self, variant: Variant):
        self.variant = variant
        self._values: dict[Place, Mapping[Name, float]] = {}

    @cached_property
    def bent(self) -> Mapping[Place, Mapping[Name, Formula]]:
        """For each slip the lines that it can be in, with the formula that it makes of them."""
        found: dict[Place, dict[Name, Formula]] = {}
        lines = self.variant.at(1)
        for equation in lines.listing.equations if len(lines.equations) <= MOST_LINES else ():
            for slip, formula in self._bends(equation):
                for kind in ("", kind_of(equation.name)):
                    found.setdefault((slip, kind), {}).setdefault(equation.name, formula)
        return {(slip, kind): bent for (slip, kind), bent in found.items() if not kind or bent != found[slip, ""]}

    def _bends(self, equation: Equation) -> Iterator[tuple[str, Formula]]:
        lines = self.variant.at(1)
        for bend in lines.bends(equation.name, equation.formula):
            if SLIPS[bend.slip].rank == 1 and bend.slip not in ONE_BY_ONE:
                yield bend.slip, bend.formula
        if (swapped := with_targets_swapped(equation.formula, lines.facts)) is not None:
            yield "targets-swapped", swapped

    def values(self, place: Place) -> Mapping[Name, float]:
        """The numbers that a slip changes."""
        if place not in self._values:
            self._values[place] = self._computed(self.bent[place])
        return self._values[place]

    def _computed(self, bent: Mapping[Name, Formula]) -> Mapping[Name, float]:
        lines, changed = self.variant.at(1), dict[Name, float]()
        values = dict(self.variant.rough(1))
        for equation in lines.listing.equations:
            formula = bent.get(equation.name, equation.formula)
            if equation.name in bent or any(used in changed or used not in values for used in names_in(formula)):
                value = float_value(formula, values)
                if value is None:  # nor are the lines that rest on it
                    values.pop(equation.name, None)
                else:
                    values[equation.name] = changed[equation.name] = value
        return changed

    def common(self, off: Mapping[Name, Written], fine: Mapping[Name, Written]) -> Cause:
        """The cause of several lines of the first step that are `off` or open; none that is `fine` speaks against."""
        best = NO_CAUSE
        for place in self.bent if len(off) >= FEWEST else ():
            values = self.values(place)
            lines = frozenset(name for name, written in off.items() if self.gives(written, name, values))
            if len(lines) < max(FEWEST, len(best.lines)) or any(self.denies(fine[name], name, values) for name in fine):
                continue
            slips = (*best.slips, place[0]) if len(lines) == len(best.lines) else (place[0],)
            best = Cause(tuple(dict.fromkeys(slips)), lines)
        return best

    def gives(self, written: Written, name: Name, values: Mapping[Name, float]) -> bool:
        """Is a number what a slip makes of it, to what rounding on the way may do?"""
        value, true = values.get(name), self.variant.rough(1)[name]
        if value is None or written.value is None:
            return False
        off = abs(float(written.value) - value)
        return off <= max(ROUNDED * float(written.half_unit), 1e-9 * abs(value)) and off <= NEAR * abs(value - true)

    def denies(self, written: Written, name: Name, values: Mapping[Name, float]) -> bool:
        """Would a slip have made another number of a line that is right?"""
        value = values.get(name)
        if value is None or written.value is None:
            return False
        return abs(value - float(written.value)) > ROUNDED * float(written.half_unit)


def kind_of(name: Name) -> str:
    """What kind of quantity it is, whatever its unit: a net input, a delta, a gradient, a new weight."""
    return " ".join((name.kind, name.of.kind if name.of else "", name.wrt.kind if name.wrt else ""))
