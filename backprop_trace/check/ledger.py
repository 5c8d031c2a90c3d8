"""The ledger of a sheet: for each quantity what is known of it.

What is written stands for the interval of its digits; what was skipped is enclosed from what it depends on, *narrow*
(carried with four figures at least and with the writer's own digits) or *coarse*. Bands are made when they are asked
for: an honest sheet hardly needs any. A trial works on a copy.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from fractions import Fraction
from functools import partial
from math import inf
from typing import Any, NamedTuple

from backprop_trace.check.findings import Answer
from backprop_trace.check.habits import CARRIED, Habits
from backprop_trace.check.variant import Variant
from backprop_trace.check.writer import exact_value, filling_zeros, noise_of, significant_figures
from backprop_trace.files.sheet import Written
from backprop_trace.formulas.arithmetic.band import (
    MOST_SYMBOLS,
    Band,
    HalfUnit,
    Unbounded,
    enclosed,
    joined,
    point,
    shifted,
)
from backprop_trace.formulas.expr import Cases, Formula, Minus, Name, Number, Product, Sum, names_in
from backprop_trace.formulas.numbers import as_float, number
from backprop_trace.model.update import TIME

Key = tuple[int, Name]
FINEST = Fraction(1, 10**18)
"""Nothing that ends is written with more decimals."""
MOST_FIGURES = 9
"""Nobody who writes more digits is bounded more narrowly by them."""


class Carrying(NamedTuple):
    """How finely the lines between were carried: `figures` of the line in question, or coarsely; `cut`: rounded or cut
    off, nobody knows."""

    figures: int = CARRIED
    coarse: bool = False
    cut: bool = False


class Ledger:
    """What is known along one variant.

    `tainted`: quantities that are not known to be right, or rest on such; `settled`: those of which that is known;
    `mute`: numbers that tell nothing; `bent`: skipped lines that are taken to be bent, by other formulas; `second`:
    what a number was also read as.
    """

    def __init__(self, variant: Variant, answers: Mapping[Key, Answer], habits: Habits):
        self.variant, self.answers, self.habits = variant, dict(answers), habits
        self.steps = sorted({step for step, _ in answers})
        self.written = {step: self._written_at(step) for step in self.steps}
        self.tainted: set[Key] = set()
        self.settled: set[Key] = set()
        self.mute: set[Key] = set()
        self.bent: dict[Key, Formula] = {}
        self.second: dict[Key, list[tuple[float, float]]] = {}
        self._exact: dict[Key, Fraction | None] = {}
        self._bands: dict[Carrying, Bands] = {}

    def _written_at(self, step: int) -> frozenset[Name]:
        return frozenset(name for at, name in self.answers if at == step)

    def copy(self) -> Ledger:
        """A ledger for a trial."""
        other = Ledger.__new__(Ledger)
        other.__dict__.update(self.__dict__)
        other.tainted, other.settled, other.mute = set(self.tainted), set(self.settled), set(self.mute)
        other.bent, other.second = dict(self.bent), dict(self.second)
        other._exact, other._bands = dict(self._exact), {}
        return other

    def reading(self, step: int, name: Name) -> Written | None:
        """The number that stands on the sheet."""
        answer = self.answers.get((step, name))
        return None if answer is None else answer.readings[0]

    def formula(self, step: int, name: Name) -> Formula:
        """A line's formula with what is hardly ever written out put in; bent where it is taken to be."""
        bent = self.bent.get((step, name))
        return bent if bent is not None else self.variant.at(step).opened(name, self.written.get(step, frozenset()))

    def shortcut(self, step: int, name: Name) -> Formula | None:
        """Another formula for a line: softmax with cross-entropy as p - t."""
        return None if (step, name) in self.bent else self.variant.at(step).equations[name].shortcut

    def without_copies(self, step: int, formula: Formula) -> Formula:
        """The formula of the skipped line that a line merely repeats: E = E_o1, or a sum whose other terms are 0."""
        terms = formula.terms if isinstance(formula, Sum) else (formula,)
        left = [term for term in terms if not (isinstance(term, Name) and self.exact(step, term) == 0)]
        copied = left[0] if len(left) == 1 else None
        if not isinstance(copied, Name) or copied not in self.variant.at(step).equations:
            return formula
        if self.reading(step, copied) is not None or self.exact(step, copied) is not None:
            return formula
        return self.without_copies(step, self.formula(step, copied))

    def uses(self, step: int, name: Name) -> tuple[Name, ...]:
        if (step, name) in self.bent:
            return names_in(self.bent[step, name])
        return self.variant.at(step).used(name, self.written.get(step, frozenset()))

    def between(self, step: int, formula: Formula) -> list[Name]:
        """The skipped lines that a formula rests on, in order."""
        found: set[Name] = set()
        lines = self.variant.at(step)
        stack = list(names_in(formula))
        while stack:
            used = stack.pop()
            if used in found or used not in lines.equations or self.reading(step, used) is not None:
                continue
            found.add(used)
            stack.extend(self.uses(step, used))
        return sorted(found, key=lines.place_of)

    def bend(self, step: int, name: Name, formula: Formula) -> None:
        """From now on a skipped line is taken to be bent."""
        self.bent[step, name] = formula
        self.tainted.add((step, name))
        self.settled.clear()
        self._bands.clear()
        self._exact.clear()

    def is_far(self, step: int) -> bool:
        """Are the steps before this one missing from the sheet?"""
        return step > 1 and step - 1 not in self.steps

    def before(self, step: int, name: Name) -> Key | None:
        """What a given of a later step was carried from: None if it is given, or not to be had."""
        if step == 1 or name not in self.variant.carried:
            return None
        new = self.variant.at(step).carried_from[name]
        is_counted = name == TIME and self.reading(step - 1, new) is None
        return None if is_counted else (step - 1, new)

    # --- soundness ---

    def is_sound(self, step: int, name: Name) -> bool:
        """Is a quantity right or rounded, or does it rest on nothing else?"""
        if not self.tainted:
            return True
        for key in self._pending(step, name, self.settled):
            rests = self.reading(*key) is None or key in self.mute
            if rests and any(each in self.tainted for each in self._sources(key)):
                self.tainted.add(key)
            self.settled.add(key)
        return (step, name) not in self.tainted

    def uses_are_sound(self, step: int, name: Name) -> bool:
        return not self.tainted or all(self.is_sound(step, each) for each in self.uses(step, name))

    def _sources(self, key: Key) -> list[Key]:
        step, name = key
        if name in self.variant.at(step).equations:
            return [(step, each) for each in self.uses(step, name)]
        before = self.before(step, name)
        return [before] if before is not None and before[0] in self.steps else []

    def _pending(self, step: int, name: Name, done: Any) -> Iterator[Key]:
        """What has to be known first and then the quantity itself, each after what it rests on."""
        stack: list[tuple[Key, bool]] = [((step, name), False)]
        entered: set[Key] = set()
        while stack:
            key, ready = stack.pop()
            if ready:
                yield key
            elif key not in done and key not in entered:
                entered.add(key)
                stack.append((key, True))
                if self.reading(*key) is None or key in self.mute:
                    stack.extend((source, False) for source in self._sources(key))

    # --- exact numbers ---

    def exact(self, step: int, name: Name) -> Fraction | None:
        """The value of a quantity nothing was rounded for; else None."""
        key = step, name
        if key not in self._exact:
            self._exact[key] = None
            self._exact[key] = self._made_exact(key)
        return self._exact[key]

    def _made_exact(self, key: Key) -> Fraction | None:
        step, name = key
        written = self.reading(step, name)
        if name not in self.variant.at(step).equations:
            if written is not None:
                return written.value
            before = self.before(step, name)
            if before is None:
                return self.given(step, name)
            return self.exact(*before) if before[0] in self.steps else None
        if written is not None:
            return written.value if not self.zeros_filled(key, written) and self._ends(step, name, written) else None
        size = abs(self.variant.rough(step)[name])
        if (step, name) in self.bent or size == inf:
            return None
        unit = 2 * self.habits.coarse(size)
        figures = inf if self.habits.half_of_decimals(coarse=False) else self.habits.coarsest
        return self._value(step, name, Fraction(unit).limit_denominator(10**9) if unit else Fraction(1, 10**9), figures)

    def _ends(self, step: int, name: Name, written: Written) -> bool:
        """Does a value end within the digits that are written, or is it what is written, whatever was on the way?"""
        if self.exactly(step, name, written) is not None:
            return True
        return written.value == self._value(step, name, FINEST, inf)

    def given(self, step: int, name: Name) -> Fraction | None:
        if name in self.variant.example.values:
            return None if name in self.variant.rounded else self.variant.given(name)
        return self.variant.true(step).get(name)

    def exactly(self, step: int, name: Name, written: Written) -> Fraction | None:
        """What a line must be, if nothing had to be rounded for it: exact numbers, results that end in its digits."""
        if noise_of(written) or not written.half_unit:
            return None
        own = self.variant.at(step).formula(name, self.written[step]) if not self.habits.even else None
        if own is not None and any(self.exact(step, used) is None for used in names_in(own)):  # what is rounded again
            return None
        only_decimals = self.habits.decimals is not None and self.habits.figures is None
        figures = inf if only_decimals else max(3, significant_figures(written.text) - filling_zeros(written.text))
        return self._value(step, name, 2 * written.half_unit, figures)

    def zeros_filled(self, key: Key, written: Written) -> int:
        """The last zeros of a whole number that merely fill its places, as 1060 shows, where it should be 1064."""
        zeros = filling_zeros(written.text)
        if not zeros or written.value is None:
            return 0
        off = abs(written.value - self.variant.true(key[0])[key[1]])
        return zeros if written.half_unit < off <= written.half_unit * 10**zeros else 0

    def weight(self, step: int, formula: Formula) -> float:
        """What a product is multiplied by last that was rounded before: a delta times an input larger than 1.

        As dE/di * di/dw with di/dw = i (1 - i) x, where di/dw is not on the sheet.
        """
        weight = 1.0
        for slope in formula.factors if isinstance(formula, Product) else ():
            if not isinstance(slope, Name) or self.is_given(step, slope) or slope.kind != "d":
                continue
            inner = self.formula(step, slope)
            for factor in inner.factors if isinstance(inner, Product) else ():
                given = self.exact(step, factor) if isinstance(factor, Name) else None
                weight *= max(1.0, abs(as_float(given or 1)))
        return weight

    def _value(self, step: int, name: Name, unit: Fraction, figures: float) -> Fraction | None:
        formula = self.formula(step, name)
        if self.vanishes(step, formula):
            return Fraction(0)
        if not self.variant.is_rational(formula):
            return None
        values: dict[Name, Fraction] = {}
        for used in self.uses(step, name):
            if (step, used) in self.mute:
                return None
            value = self.exact(step, used)
            if value is None:
                return None
            values[used] = value
        value = exact_value(formula, values, unit, figures)
        return value if value is not None and (value / unit).denominator == 1 else None

    def vanishes(self, step: int, formula: Formula) -> bool:
        """Is a formula 0 because a factor is: 0 * log(out), the slope of a ReLU that is off?"""
        match formula:
            case Name():
                return self.exact(step, formula) == 0
            case Number(text):
                return not number(text)
            case Product(factors):
                return any(self.vanishes(step, factor) for factor in factors)
            case Sum(terms):
                return all(self.vanishes(step, term) for term in terms)
            case Minus(operand):
                return self.vanishes(step, operand)
            case Cases(Name() as condition, positive, otherwise):
                with suppress(Unbounded, KeyError):
                    sign = self.coarse().of(step, condition)
                    return sign.low * sign.high > 0 and self.vanishes(step, positive if sign.low > 0 else otherwise)
        return False

    # --- bands ---

    def bands(self, carrying: Carrying) -> Bands:
        if carrying not in self._bands:
            self._bands[carrying] = Bands(self, carrying)
        return self._bands[carrying]

    def is_determined(self, step: int, formula: Formula) -> bool:
        """Is every number a formula uses on the sheet, given, or exact?"""
        return all(self.is_given(step, name) for name in names_in(formula))

    def is_given(self, step: int, name: Name) -> bool:
        """Does a number stand on the sheet, or is it given or exact?"""
        if self.reading(step, name) is not None:
            return (step, name) not in self.mute
        before = self.before(step, name)
        if before is not None and name not in self.variant.at(step).equations:
            return before[0] in self.steps and self.is_given(*before)
        return name in self.variant.rounded or self.exact(step, name) is not None

    def narrow(self, written: Written | None = None) -> Bands:
        """Bands for a line that shows so many figures."""
        figures = significant_figures(written.text) if written is not None else CARRIED
        return self.bands(Carrying(min(MOST_FIGURES, max(CARRIED, figures))))

    def coarse(self, cut: bool = False) -> Bands:
        return self.bands(Carrying(0, coarse=True, cut=cut))

    def slack(self, written: Written) -> float:
        """Half a unit; for numbers as long as a program's, what its arithmetic may have done to them."""
        return max(as_float(written.half_unit), noise_of(written))

    def forget(self, step: int, name: Name) -> None:
        """What is known of a line has changed."""
        self._exact.pop((step, name), None)
        for bands in self._bands.values():
            bands.made.pop((step, name), None)


class Bands:
    """The bands of a ledger, carried in one way, and the radii of the numbers they rest on."""

    def __init__(self, ledger: Ledger, carrying: Carrying):
        self.ledger, self.carrying = ledger, carrying
        self.made: dict[Key, Band | None] = {}
        self.radii: dict[Any, float] = {}
        self.opening: set[Key] = set()

    def of(self, step: int, name: Name) -> Band:
        """Raises Unbounded."""
        key = step, name
        if key not in self.made:
            for pending in self.ledger._pending(step, name, self.made):
                if pending in self.opening:
                    raise Unbounded("a line that depends on itself")
                self.opening.add(pending)
                try:
                    self.made[pending] = self._band(pending)
                except Unbounded:
                    self.made[pending] = None
                finally:
                    self.opening.discard(pending)
        band = self.made[key]
        if band is None:
            raise Unbounded("nothing is known")
        return band

    def at(self, step: int) -> BandsAt:
        return BandsAt(self, step)

    def _band(self, key: Key) -> Band:
        step, name = key
        ledger = self.ledger
        written = ledger.reading(step, name)
        if written is not None:
            if key not in ledger.mute:
                return self._of_written(key, written)
            assert written.value is not None
            try:
                band = self._enclosure(key)
            except Unbounded:
                return self._of_written(key, written)
            if not self.carrying.coarse:
                return band
            return self.own(key, joined([band, self._of_written(key, written)]), 0.0)
        if name not in ledger.variant.at(step).equations:
            return self._given(key)
        return self._enclosure(key)

    def _of_written(self, key: Key, written: Written) -> Band:
        assert written.value is not None
        value, half = as_float(written.value), self.ledger.slack(written)
        habits = self.ledger.habits
        if not half or self.ledger.exact(*key) is not None:
            return point(value)
        if self.carrying.coarse:
            half *= 10.0 ** self.ledger.zeros_filled(key, written)
        if habits.cuts:
            value += half if value >= 0 else -half
        elif self.carrying.cut:  # what was written stands for itself, or for what is up to a unit farther from 0
            value, half = value + (half if value >= 0 else -half) / 2, 1.5 * half
        self.radii[key] = half
        return Band(value, value - half, value + half, {key: (1.0, 1.0)})

    def _given(self, key: Key) -> Band:
        step, name = key
        before = self.ledger.before(step, name)
        if before is not None:
            if before[0] not in self.ledger.steps:
                raise Unbounded("steps that are not on the sheet")
            return self.of(*before)
        variant = self.ledger.variant
        if name in variant.rounded:
            value = as_float(variant.true(step)[name] if name in variant.true(step) else variant.given(name) or 0)
            self.radii[key] = variant.rounded[name]
            return Band(value, value - variant.rounded[name], value + variant.rounded[name], {key: (1.0, 1.0)})
        true = variant.true(step).get(name)
        if true is None:
            true = variant.given(name)
            if true is None:
                raise KeyError(name)
        return point(true)

    def _enclosure(self, key: Key) -> Band:
        """A skipped line: its formula, and half a unit for its own rounding."""
        step, name = key
        formula = self.ledger.formula(step, name)
        exact = self.ledger.exact(step, name) if key not in self.ledger.mute else None
        if exact is not None:
            is_copied = isinstance(formula, Name | Number) or exact.denominator == 1
            cuts = self.ledger.habits.cuts or self.carrying.cut
            return self._cut_short(key, exact) if cuts and not is_copied else point(exact)
        half = self.half_of_skipped
        band = enclosed(formula, self.at(step), self.radii, half)
        if self.carrying.coarse and (shortcut := self.ledger.shortcut(step, name)) is not None:
            band = joined([band, enclosed(shortcut, self.at(step), self.radii, half)])
        if isinstance(formula, Name) and not (self.carrying.coarse and name.kind in ("out", "d")):
            return band
        weight = self.ledger.weight(step, formula)
        radius = weight * half(abs(band.middle) / weight)
        if self.carrying.cut:  # towards 0, by up to a unit
            band, radius = shifted(band, radius / (2 if band.middle < 0 else -2)), 1.5 * radius
        return self.own(key, band, radius + band.noise)

    def _cut_short(self, key: Key, value: Fraction) -> Band:
        """A number that ends, by somebody who cuts off: a program makes 0.0048 of 0.0049."""
        band = point(value)
        radius = self.half_of_skipped(band.size) / (2 if self.ledger.habits.cuts else 1)
        return self.own(key, shifted(band, -radius if value > 0 else radius), radius)

    def half_of_skipped(self, size: float) -> float:
        habits = self.ledger.habits
        half = habits.coarse(size) if self.carrying.coarse else habits.narrow(size, self.carrying.figures)
        return 2 * half if habits.cuts else half

    def own(self, key: tuple[Any, ...], band: Band, radius: float) -> Band:
        """A band with a rounding of its own; one that may jump, or rests on too much, is a number of its own."""
        symbol = (*key, "rounded")
        low, high = band.low - radius, band.high + radius
        if band.slopes is None or len(band.slopes) > MOST_SYMBOLS:
            self.radii[symbol] = max(high - band.middle, band.middle - low)
            return Band(band.middle, low, high, {symbol: (1.0, 1.0)})
        if not radius:
            return band._replace(noise=0.0)
        self.radii[symbol] = radius
        return Band(band.middle, low, high, {**band.slopes, symbol: (1.0, 1.0)})

    def line(self, step: int, formula: Formula, written: Written, determined: bool = False) -> Band:
        """The band of a line that is judged, without the rounding of its result but with that on the way.

        Where all its numbers are on the sheet (`determined`), nothing on the way was coarser than they are.
        """
        zeros = filling_zeros(written.text) if self.carrying.coarse else 0
        figures = significant_figures(written.text) - zeros
        half, habits = as_float(written.half_unit) * 10.0**zeros, self.ledger.habits
        # with one or two figures, what is on the way has three, or the decimals of the sheet
        half = max(half * 10.0 ** min(0, figures - 3), min(half, habits.half_of_decimals(self.carrying.coarse)))
        half *= 2 if habits.cuts else 1
        if self.carrying.coarse and not determined:
            of_operation: HalfUnit = partial(habits.of_operation_coarsely, line_half=half)
        else:
            of_operation = partial(habits.of_operation, line_half=half, figures=max(figures, 3))
        band = enclosed(formula, self.at(step), self.radii, of_operation)
        if (weight := self.ledger.weight(step, formula)) > 1:
            band = band._replace(noise=band.noise + weight * of_operation(abs(band.middle) / weight))
        dust = 1e-14 * (abs(band.middle) + sum(abs(self.of(step, name).middle) for name in names_in(formula)))
        return band._replace(low=band.low - band.noise - dust, high=band.high + band.noise + dust)


def reach_of_sheet(band: Band, radii: Mapping[Any, float]) -> float:
    """How far the digits of the numbers that are on the sheet leave open the middle of a band, which has slopes."""
    slopes = (band.slopes or {}).items()
    return sum(max(map(abs, slope)) * radii[key] for key, slope in slopes if len(key) == 2)


class BandsAt(Mapping[Name, Band]):
    """The bands of one step, some of them changed."""

    def __init__(self, bands: Bands, step: int, changed: Mapping[Name, Band] | None = None):
        self.bands, self.step, self.changed = bands, step, {} if changed is None else changed

    def __getitem__(self, name: Name) -> Band:
        if name in self.changed:
            return self.changed[name]
        band = self.bands.made.get((self.step, name))
        return band if band is not None else self.bands.of(self.step, name)

    def __iter__(self) -> Iterator[Name]:
        return iter(self.changed)

    def __len__(self) -> int:
        return len(self.changed)
