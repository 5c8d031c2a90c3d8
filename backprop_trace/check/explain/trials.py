"""Trying out whether a bent line gives a written number: a formula in the line itself, or in lines before it.

Roughly first, in floats; by its band only where that is near.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, Protocol

from backprop_trace.check.findings import Answer, Explanation
from backprop_trace.check.ledger import Bands, BandsAt, Key, Ledger, reach_of_sheet
from backprop_trace.check.slips import SLIPS, Bend, flat
from backprop_trace.check.variant import Variant
from backprop_trace.check.writer import significant_figures
from backprop_trace.files.sheet import Written
from backprop_trace.formulas.arithmetic import FLOAT, ComputationError, evaluate
from backprop_trace.formulas.arithmetic.band import Band, Unbounded, enclosed
from backprop_trace.formulas.expr import Formula, Name, names_in, substitute, walk_names
from backprop_trace.formulas.numbers import as_float

NOTHING: Mapping[Name, Any] = {}
MOST_TRIALS = 8_000
"""Formulas that are tried for one sheet."""
MOST_PUT_IN = 16
"""Names in a formula that skipped lines have been put into; what is longer has their numbers."""
SHARE = 0.15
"""A bent line whose band is wider than this share of the number must give it within half a unit."""
ENOUGH_FIGURES = 4
"""So many agreeing digits name a slip in a skipped line; with fewer, two lines are needed."""
CARRIED_UNITS = 2
"""By so many units of its last digit a number may be off for how lines that are not on the sheet were carried."""
MOST_COPIES = 3
"""Where more wrong digits would give the number, none of them is named."""
MISSED = (ArithmeticError, ValueError, ComputationError, LookupError, RecursionError, Unbounded)


class Judging(Protocol):
    """What is asked of whoever judges: the ledger, the band of a line, and the numbers that a writer copies."""

    ledger: Ledger
    variant: Variant

    @property
    def answers(self) -> Mapping[Key, Answer]: ...

    def band(self, step: int, answer: Answer, formula: Formula | None = None) -> Band | None: ...

    def text_of(self, step: int, name: Name) -> str | None: ...

    def given_text(self, step: int, name: Name) -> str | None: ...


class Trials:
    """Bent lines tried out on one sheet; after so many, none gives anything any more."""

    def __init__(self, judge: Judging):
        self.judge, self.ledger, self.variant = judge, judge.ledger, judge.variant
        self.count = 0

    @property
    def is_exhausted(self) -> bool:
        """Have as many formulas been tried as may be, for one sheet?"""
        return self.count > MOST_TRIALS

    def gives(self, step: int, formula: Formula, written: Written, values: Mapping[Name, Any] | None = None) -> bool:
        """Does a formula give the written number: roughly first, by its band only if it is near?"""
        self.count += 1
        if self.is_exhausted or written.value is None:
            return False
        bands = self.ledger.narrow(written)
        values = bands.at(step) if values is None else values
        half = self.ledger.slack(written)
        try:
            if not self.is_near(evaluate(formula, Middles(values), FLOAT), written):
                return False
            return comes_to(formula, values, bands, half, written)
        except MISSED:
            return False

    def is_near(self, rough: float, written: Written) -> bool:
        """Is it worth looking at a value more closely?"""
        assert written.value is not None
        value = as_float(written.value)
        return abs(rough - value) <= 0.05 * abs(value) + 50 * self.ledger.slack(written)

    def gives_changed(
        self,
        step: int,
        bent: Mapping[Name, Formula],
        between: list[Name],
        formula: Formula,
        written: Written,
        changed: Mapping[Name, Band] = NOTHING,
        kept: Name | None = None,
    ) -> bool:
        """Is the number what comes out with some values changed and some of the skipped lines between bent?

        In the formula itself, not in the lines before it, `kept` has its own value.
        """
        self.count += 1 + len(between) // 4
        if self.is_exhausted or written.value is None:
            return False
        bands = self.ledger.narrow(written)
        half = self.ledger.slack(written)
        try:
            if not self.is_near(self.carried_on(step, bent, between, formula, bands, changed, kept), written):
                return False
            values = self.bands_changed(step, bent, between, bands, dict(changed))
            if kept is not None:
                values = BandsAt(bands, step, {name: band for name, band in values.changed.items() if name != kept})
            return comes_to(formula, values, bands, half, written)
        except MISSED:
            return False

    def carried_on(
        self,
        step: int,
        bent: Mapping[Name, Formula],
        between: list[Name],
        formula: Formula,
        bands: Bands,
        changed: Mapping[Name, Band],
        kept: Name | None,
    ) -> float:
        """The value of a formula with other values and bent lines before it."""
        other = self.bent_values(step, bent, between, bands, changed)
        values = Changed(other, Middles(bands.at(step)))
        if kept is not None:
            other.pop(kept, None)
        value: float = evaluate(formula, values, FLOAT)
        return value

    def bands_changed(
        self, step: int, bent: Mapping[Name, Formula], between: list[Name], bands: Bands, changed: dict[Name, Band]
    ) -> BandsAt:
        """The bands with some lines bent, and with all that rests on them."""
        values = BandsAt(bands, step, changed)
        for name in between:
            used = bent.get(name)
            if used is None and not any(each in changed for each in self.ledger.uses(step, name)):
                continue
            half = bands.half_of_skipped
            band = enclosed(used or self.ledger.formula(step, name), values, bands.radii, half)
            changed[name] = bands.own((step, name, "bent"), band, half(abs(band.middle)) + band.noise)
        return values

    def bent_values(
        self, step: int, bent: Mapping[Name, Formula], between: list[Name], bands: Bands, changed: Mapping[Name, Band]
    ) -> dict[Name, float]:
        """The values that are changed, and those of the bent lines and of what rests on them."""
        other = {name: band.middle for name, band in changed.items()}
        values = Changed(other, Middles(bands.at(step)))
        for name in between:
            used = bent.get(name)
            if used is not None or any(each in other for each in self.ledger.uses(step, name)):
                other[name] = evaluate(used or self.ledger.formula(step, name), values, FLOAT)
        return other

    def put_in(
        self, step: int, found: Explanation, bent: Mapping[Name, Formula], between: list[Name], formula: Formula
    ) -> Explanation:
        """What gives the number: the formula with bent lines put in, and those between that rest on them; where that
        is too long, the formula with the numbers that they come to."""
        put: dict[Name, Formula] = {}
        for name in between:
            own = bent.get(name, self.ledger.formula(step, name))
            if name in bent or any(used in put for used in names_in(own)):
                put[name] = substitute(own, put)
                if len(walk_names(put[name])) > MOST_PUT_IN:
                    values = self.bent_values(step, bent, between, self.ledger.narrow(), {})
                    return found._replace(gives=formula, changed=values)
        return found._replace(gives=flat(substitute(formula, put)))

    def bends(self, step: int, line: Name) -> list[Bend]:
        """The slips of a line that is not on the sheet."""
        lines = self.variant.at(step)
        return lines.bends(line, lines.opened(line, self.ledger.written[step]))

    def between(self, step: int, name: Name) -> list[Name]:
        """The skipped lines a line depends on, in order (structural ones are part of the formulas)."""
        return self.ledger.between(step, self.ledger.formula(step, name))

    def agreeing_figures(self, answer: Answer) -> int:
        """The figures of a number; of an update, those of its change."""
        written = answer.readings[0]
        name = answer.name
        if name.kind != "+" or name.of is None or written.value is None:
            return significant_figures(written.text)
        with suppress(*MISSED):
            change = abs(as_float(written.value) - self.ledger.narrow().of(answer.step, name.of).middle)
            return len(str(int(change / (2 * as_float(written.half_unit) or 1e-15))))
        return significant_figures(written.text)


def comes_to(formula: Formula, values: Mapping[Name, Any], bands: Bands, half: float, written: Written) -> bool:
    """Is a number what a formula gives, each operation of it rounded by `half`?"""
    band = enclosed(formula, values, bands.radii, lambda size: half)
    return explains(band, written) and agrees(band, written, bands.radii)


def explains(band: Band, written: Written) -> bool:
    """Does a bent line give the number: within what the digits of the numbers in it leave open, and not merely because
    that is wide?"""
    assert written.value is not None
    target, half = as_float(written.value), 0.0 if is_whole(written) else as_float(written.half_unit)
    half = max(half, 1e-12 * abs(target))
    off = abs(band.middle - target)
    reach = max(band.high - band.middle, band.middle - band.low)
    on_the_way = min(band.noise, half) if significant_figures(written.text) >= 3 else 0.0
    if off > reach + 1.02 * half + on_the_way:
        return False
    return reach <= SHARE * abs(target) or off <= 1.01 * half


def agrees(band: Band, written: Written, radii: Mapping[Any, float]) -> bool:
    """Is a number as near to what a bent line gives as the digits on the sheet leave open, but for some units of its
    last digit? How lines that are not there were carried nobody knows."""
    if band.slopes is None or written.value is None:
        return True
    off, units = abs(band.middle - as_float(written.value)), CARRIED_UNITS * 2 * as_float(written.half_unit)
    return off <= reach_of_sheet(band, radii) + band.noise + units


def is_whole(written: Written) -> bool:
    """Is it a whole number of one or two figures? Nobody writes 3 for the 3.125 that a slip gives."""
    return not written.decimals and significant_figures(written.text) < 3


class Changed(Mapping[Name, Any]):
    """Values of which some have changed."""

    def __init__(self, changed: Mapping[Name, Any], values: Mapping[Name, Any]):
        self.changed, self.values_ = changed, values

    def __getitem__(self, name: Name) -> Any:
        return self.changed[name] if name in self.changed else self.values_[name]

    def __iter__(self) -> Iterator[Name]:
        return iter(self.values_)

    def __len__(self) -> int:
        return len(self.values_)


class Middles(Mapping[Name, float]):
    """The middles of bands, as floats."""

    def __init__(self, bands: Mapping[Name, Any]):
        self.bands = bands

    def __getitem__(self, name: Name) -> float:
        middle: float = self.bands[name].middle
        return middle

    def __iter__(self) -> Iterator[Name]:
        return iter(self.bands)

    def __len__(self) -> int:
        return len(self.bands)


def ranked(found: list[Explanation]) -> list[Explanation]:
    """Each slip once, the classical ones first."""
    once: dict[str, Explanation] = {}
    for explanation in found:
        once.setdefault(explanation.slip, explanation)
    return sorted(once.values(), key=lambda explanation: SLIPS[explanation.slip].rank)
