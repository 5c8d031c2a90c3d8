"""One cause of several mistakes: a slip in force in all lines of its kind, looked for before each is explained alone.

    >>> from backprop_trace.files.spec import load
    >>> causes = Causes(Variant(load("mazur")), 1)
    >>> [round(value, 4) for name, value in causes.values(CommonSlip("no-half")).items() if name.kind == "E"]
    [0.5496, 0.0471, 0.5967]

The lines of a step are computed from what is given for it (or from the true values of the step before) with the slip in
every line that it can be in, or in all lines of one kind; from the second step on in updates, since only those have
something that the first has not: what the step before has left. A cause gives the numbers of two lines at least, and of
none that is right another one. Those of one line alone are no cause.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from math import log10
from types import MappingProxyType
from typing import NamedTuple

from backprop_trace.check.findings import NO_CAUSE, Cause, kind_of
from backprop_trace.check.slips import ALL_LINES, SLIPS, with_targets_swapped
from backprop_trace.check.variant import Variant
from backprop_trace.check.writer import filling_zeros, noise_of, significant_figures
from backprop_trace.files.sheet import Written
from backprop_trace.formulas.arithmetic import ComputationError, float_value
from backprop_trace.formulas.expr import Formula, Name, names_in
from backprop_trace.formulas.numbers import as_float
from backprop_trace.model.chain import Equation
from backprop_trace.model.network import TooLarge

MOST_LINES = 600
"""A longer listing is not bent in every way."""
ONE_BY_ONE = ("wrong-target", "wrong-row", "crossed", "wrong-activation", "factor-ten", "bias-gradient-times-input")
"""Slips that are another one in each line: their first way stands for none of the others."""
NOTHING = 1e-9
"""So small a share of a number is what floats make of it."""
NEAR, ROUNDED = 0.1, 3
"""What a cause gives is so near, measured by how far it moves the number, and by half units of its last digit."""
FEWEST, ENOUGH_FIGURES = 2, 2.5
TELLING = 3
"""An undecided number has so many figures if a cause may speak of it: 0.00 is no evidence of anything."""


NO_METHODS: Mapping[str, Variant] = MappingProxyType({})


class CommonSlip(NamedTuple):
    """A slip, the kind of lines that it is in (empty: all that it can be in), and its way, where it has several."""

    slip: str
    kind: str = ""
    way: str = ""


class Causes:
    """What slips in all lines, or in all of a kind, make of a step of a variant, computed once.

    `methods` are slips that make a variant of their own: hidden deltas from updated weights.
    """

    def __init__(self, variant: Variant, step: int, methods: Mapping[str, Variant] = NO_METHODS):
        self.variant, self.step, self.methods = variant, step, methods
        self._values: dict[CommonSlip, Mapping[Name, float]] = {}

    @cached_property
    def bent(self) -> Mapping[CommonSlip, Mapping[Name, Formula]]:
        """For each slip the lines that it can be in, with the formula that it makes of them."""
        found: dict[CommonSlip, dict[Name, Formula]] = {}
        lines = self.variant.at(self.step)
        for equation in lines.listing.equations if len(lines.equations) <= MOST_LINES else ():
            if self.step > 1 and equation.phase != "update":
                continue
            for slip, formula in self._bends(equation):
                way = _way(formula) if slip == "one-sample" else ""
                for kind in ("", kind_of(equation.name)):
                    found.setdefault(CommonSlip(slip, kind, way), {}).setdefault(equation.name, formula)
        return {
            place: bent for place, bent in found.items()
            if not place.kind or bent != found[place._replace(kind="")]
        }  # fmt: skip

    @property
    def made_everywhere(self) -> list[CommonSlip]:
        """The slips that who makes them makes in all lines."""
        return [*map(CommonSlip, self.methods), *(place for place in self.bent if place.slip in ALL_LINES)]

    def _bends(self, equation: Equation) -> Iterator[tuple[str, Formula]]:
        lines = self.variant.at(self.step)
        for bend in lines.bends(equation.name, equation.formula):
            if SLIPS[bend.slip].rank == 1 and bend.slip not in ONE_BY_ONE:
                yield bend.slip, bend.formula
        if (swapped := with_targets_swapped(equation.formula, lines.facts)) is not None:
            yield "targets-swapped", swapped

    def values(self, place: CommonSlip) -> Mapping[Name, float]:
        """The numbers that a slip changes."""
        if place not in self._values:
            other = self.methods.get(place.slip)
            self._values[place] = self._computed(self.bent[place]) if other is None else self._differing(other)
        return self._values[place]

    def _differing(self, other: Variant) -> Mapping[Name, float]:
        """What another variant changes; nothing, where the exercise cannot be done like this."""
        try:
            own, others = self.variant.rough(self.step), other.rough(self.step)
        except (ComputationError, TooLarge):
            return {}
        return {name: value for name, value in others.items() if value != own.get(name, value)}

    def _computed(self, bent: Mapping[Name, Formula]) -> Mapping[Name, float]:
        lines, changed = self.variant.at(self.step), dict[Name, float]()
        values = dict(self.variant.rough(self.step))
        for equation in lines.listing.equations:
            formula = bent.get(equation.name, equation.formula)
            if equation.name in bent or any(used in changed or used not in values for used in names_in(formula)):
                value = float_value(formula, values)
                if value is None:  # nor are the lines that rest on it
                    values.pop(equation.name, None)
                else:
                    values[equation.name] = changed[equation.name] = value
        return changed

    def common(
        self, off: Mapping[Name, Written], undecided: Mapping[Name, Written], fine: Mapping[Name, Written]
    ) -> Cause:
        """The cause of several lines of the step, one of them `off`; or of lines that are all undecided, if it is a
        slip that is made in all lines, and their digits tell. None that is `fine` speaks against."""
        telling = {name: written for name, written in undecided.items() if self.tells(written, name)}
        best, wanting = NO_CAUSE, {**off, **telling}
        everywhere = self.made_everywhere
        for place in self.bent if off else everywhere:
            values = self.values(place)
            lines = frozenset(name for name, written in wanting.items() if self.gives(written, name, values))
            if len(lines) < max(1, len(best.lines)) or any(self.denies(fine[name], name, values) for name in fine):
                continue
            if lines & off.keys():
                if len(lines) < FEWEST:
                    continue
            elif place not in everywhere or self.figures(lines, wanting, values) < ENOUGH_FIGURES:
                continue
            slips = (*best.slips, place.slip) if len(lines) == len(best.lines) else (place.slip,)
            best = Cause(tuple(dict.fromkeys(slips)), lines, self.step)
        return best

    def tells(self, written: Written, name: Name) -> bool:
        """Has an undecided number figures enough, and is it no new parameter that is the old one: a change of 0.000?"""
        old = self.variant.rough(self.step).get(name.of) if name.kind == "+" and name.of is not None else None
        stays = old is not None and abs(as_float(written.value or 0) - old) <= as_float(written.half_unit)
        return not stays and significant_figures(written.text) >= TELLING

    def gives(self, written: Written, name: Name, values: Mapping[Name, float]) -> bool:
        """Is a number what a slip makes of it, to what rounding on the way may do? 0.00 is no 0.0003; and a slip that
        moves it no more than floats are exact is none."""
        value, true = values.get(name), self.variant.rough(self.step)[name]
        if value is None or written.value is None or (value and not written.value):
            return False
        if abs(value - true) <= max(NOTHING * abs(true), noise_of(written)):
            return False
        off = abs(as_float(written.value) - value)
        return off <= max(ROUNDED * as_float(written.half_unit), 1e-9 * abs(value)) and off <= NEAR * abs(value - true)

    def figures(self, lines: Iterable[Name], wanting: Mapping[Name, Written], values: Mapping[Name, float]) -> float:
        """How many figures of what a slip moves some numbers by agree, in all of them together, beyond what each is
        given to be near. Last zeros may merely fill places: they are no agreement."""
        true, found = self.variant.rough(self.step), 0.0
        for name in lines:
            written = wanting[name]
            unit = 2 * as_float(written.half_unit) * 10.0 ** filling_zeros(written.text, of_decimals=True) or 1e-15
            found += log10(max(1.0, abs(values[name] - true[name]) / unit / ROUNDED))
        return found

    def denies(self, written: Written, name: Name, values: Mapping[Name, float]) -> bool:
        """Would a slip have made another number of a line that is right?"""
        value = values.get(name)
        if value is None or written.value is None:
            return False
        return abs(value - as_float(written.value)) > ROUNDED * as_float(written.half_unit)


def _way(formula: Formula) -> str:
    """Which sample is kept, and whether as it is or without its share of a mean."""
    return f"{names_in(formula)[0].sample} {type(formula).__name__}"
