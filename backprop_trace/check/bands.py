"""The bands of one sheet along one course: what each quantity may be, given what the writer has written.

What is written stands for the interval of its digits; what was skipped is enclosed from what it depends on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from flint import arb

from backprop_trace.check.course import Course
from backprop_trace.check.findings import Answer
from backprop_trace.check.writer import Writer, never_rounds, significant_figures
from backprop_trace.files.sheet import Written
from backprop_trace.formulas.arithmetic import evaluate
from backprop_trace.formulas.arithmetic.band import NOTHING_KNOWN, PLAIN, ball, enclose, is_bounded, without_dust
from backprop_trace.formulas.arithmetic.exact import bounds
from backprop_trace.formulas.expr import Formula, Name, names_in
from backprop_trace.model.update import TIME

SAFE_FLOAT_DIGITS = 13
COARSE = Fraction(1, 10)
MOST_CARRIED = 200
"""Units of the last digit by which weights may have moved in all the steps that are not on the sheet."""


class Bands:
    """Bands by step and name, and what is known about them.

    fine: right or rounded, with all it depends on; exact: the true value without any rounding; other_readings: what a
    number was also read as; careless: its last digit is off by one; open: lines that must not be asked for now;
    trusted: steps after others that are not on the sheet, but must have been right up to so many units a step;
    guessed: skipped lines that are taken to be bent.
    """

    def __init__(self, course: Course, answers: Mapping[tuple[int, Name], Answer], writer: Writer):
        self.course, self.answers, self.writer = course, answers, writer
        self.bands: dict[tuple[int, Name], arb] = {}
        self.fine: dict[tuple[int, Name], bool] = {}
        self.exact: dict[tuple[int, Name], bool] = {}
        self.other_readings: dict[tuple[int, Name], list[arb]] = {}
        self.trusted: dict[int, int] = {}
        self.guessed: set[tuple[int, Name]] = set()
        self.careless: set[tuple[int, Name]] = set()
        self.open: set[tuple[int, Name]] = set()  # lines being made, and the one being explained: none may use itself
        self.steps = sorted({step for step, _ in answers})
        self.written = {
            step: course.at(step).same(
                frozenset(name for (at, name), a in answers.items() if at == step and a.readings[0].value is not None)
            )
            for step in self.steps
        }

    def needed(self, step: int) -> set[Name]:
        """The lines that some line of the sheet depends on (and, if the next step is there too, the new weights)."""
        lines = self.course.at(step)
        wanted = {name for at, name in self.answers if at == step}
        if step + 1 in self.steps:
            wanted |= {new for new, _ in lines.listing.carried}
        needed: set[Name] = set()
        stack = list(wanted)
        while stack:
            name = stack.pop()
            if name not in needed and name in lines.equations:
                needed.add(name)
                stack.extend(names_in(lines.formula(name, self.written[step])))
        return needed

    def rounded_or_follows(self, step: int, name: Name) -> str:
        """The verdict on an honest number that is not the true one: is all it is computed from fine?"""
        used = names_in(self.course.at(step).formula(name, self.written[step]))
        return "rounded" if all(self.fine[step, each] for each in used) else "follows"

    def carry(self, step: int, name: Name, new: Name) -> None:
        key, before = (step, name), (step - 1, new)
        true = self.course.true(step)[name]
        if name == TIME:
            self.bands[key], self.fine[key], self.exact[key] = ball(true), True, True
        elif before in self.bands:
            self.bands[key], self.fine[key], self.exact[key] = self.bands[before], self.fine[before], self.exact[before]
        elif step in self.trusted:  # the steps between are not on the sheet; each may have rounded a little
            units = min(MOST_CARRIED, (step - 1) * self.trusted[step])
            carried = units * 2 * self.writer.half_unit(true)
            self.bands[key], self.fine[key], self.exact[key] = ball(true, carried), True, False
        else:
            self.bands[key], self.fine[key], self.exact[key] = NOTHING_KNOWN, True, False

    def skip(self, step: int, name: Name) -> None:
        """A line that is not on the sheet: enclosed from what it depends on."""
        key = step, name
        formula = self.course.at(step).formula(name, self.written[step])
        values = self.values(step)
        used = names_in(formula)
        self.fine[key] = all(self.fine[step, each] for each in used)
        true = self.course.true(step)[name]
        self.exact[key] = all(self.exact[step, each] for each in used) and self.writes_whole(step, formula, true)
        if self.exact[key]:
            self.bands[key] = ball(true)
        elif isinstance(formula, Name):
            self.bands[key] = self.bands[step, formula]
        else:
            self.bands[key] = self.enclosed(formula, values, self.writer.half_unit(true))

    def writes_whole(self, step: int, formula: Formula, true: Fraction) -> bool:
        """Would this writer round nothing on the way to a line?"""
        unit = 2 * self.writer.half_unit(true)
        if self.writer.truncates:
            unit /= 2  # its half unit is a whole one
            if unit < 1:  # a program that cuts off turns 0.3906 into 0.39059
                return False
        return never_rounds(formula, self.course.true(step), unit)

    def leaves_nothing_to_round(self, step: int, name: Name, written: Written) -> bool:
        """Is there nothing to be rounded in a line, at the digits written: exact numbers, and exact products?"""
        if not written.half_unit or significant_figures(written.text) >= SAFE_FLOAT_DIGITS:
            return False
        if self.writer.significant:  # a product that is larger than the sum has fewer decimals
            return False
        formula = self.course.at(step).formula(name, self.written[step])
        if not all(self.exact.get((step, each), False) for each in names_in(formula)):
            return False
        true, unit = self.course.true(step), 2 * written.half_unit
        return (true[name] / unit).denominator == 1 and never_rounds(formula, true, unit)

    def values(self, step: int) -> Values:
        return Values(self, step)

    def enclosed(self, formula: Formula, values: Mapping[Name, arb], half_unit: Fraction) -> arb:
        try:
            formula, constants = self.course.constants_apart(formula)
            if constants:
                values = Changed({name: evaluate(each, values, PLAIN) for name, each in constants.items()}, values)
            band = enclose(formula, values, half_unit, self.course.slopes, self.writer.half_unit_of_ones)
            return without_dust(band)
        except (ArithmeticError, ValueError):
            return NOTHING_KNOWN

    def ball_of(self, written: Written, true: Fraction | None = None) -> arb:
        """What a written number stands for. One that is `true` to the digits of the other numbers only has its last
        zeros left out: 0, or 0.5 for 0.5000."""
        assert written.value is not None
        half = self.slack(written)
        if true is not None and abs(written.value - true) <= self.writer.half_unit(true) / 2:
            half = min(half, self.writer.half_unit(true))
        if self.writer.truncates and half:
            middle = written.value + (half if written.value >= 0 else -half)
            return ball(middle, half)
        return ball(written.value, half)

    def slack(self, written: Written) -> Fraction:
        """Half a unit; for numbers as long as a float's, what double precision may have done to them."""
        assert written.value is not None
        if significant_figures(written.text) < SAFE_FLOAT_DIGITS:
            return written.half_unit
        return max(written.half_unit, (1 + abs(written.value)) * Fraction(1, 10**SAFE_FLOAT_DIGITS))

    def is_near(self, written: Written, band: arb | None) -> bool:
        """Is the last digit one unit away from what it should be?"""
        assert written.value is not None
        if band is None or not written.half_unit or not is_bounded(band):
            return False
        if band.rad() < upper(written.half_unit) / 4:  # nothing was rounded: a unit off is a mistake
            return False
        unit = 2 * written.half_unit
        middle = sum(bounds(band.mid()), Fraction(0)) / 2
        if unit >= COARSE and abs(middle) < 2 * unit:  # a single digit tells too little
            return False
        return abs(round(middle / unit) - written.value / unit) <= 1

    @staticmethod
    def is_beside(written: Written, true: Fraction) -> bool:
        """Is a number that has digits enough to tell the true one, but for a unit of the last of them?"""
        assert written.value is not None
        return 2 * written.half_unit < COARSE and abs(written.value - true) <= 3 * written.half_unit

    def is_far(self, step: int) -> bool:
        """Are the steps before this one missing from the sheet?"""
        return step > 1 and step - 1 not in self.steps

    def band(self, step: int, name: Name, written: Written, values: Mapping[Name, arb] | None = None) -> arb:
        """What an honest writer may have got for a line, to the digits written."""
        if values is None and self.leaves_nothing_to_round(step, name, written):
            return self.whole(self.course.true(step)[name], written)
        formula = self.course.at(step).formula(name, self.written[step])
        half = self.full_slack(written)
        values = self.values(step) if values is None else values
        if isinstance(formula, Name):
            return self.copied_band(step, formula, written, half, values)
        # a number with fewer digits than the others is rounded at its end, hardly on the way
        usual = self.writer.half_unit(self.course.true(step)[name])
        within = min(half, max(usual, half / 10))
        at_its_end = arb(0, upper(half)) if within < half else arb(0)
        band = self.enclosed(formula, values, within) + at_its_end
        opened = self.course.at(step).opened(name, self.written[step])
        if opened is not formula and is_bounded(band):
            # the same line in one go, without the rounding of the lines that were skipped, is narrower or the same
            whole = self.enclosed(opened, values, within) + at_its_end
            return band if not is_bounded(whole) else band.union(whole)
        return band

    def whole(self, true: Fraction, written: Written) -> arb:
        """The true number alone; where a program cuts off decimals, also the one a unit nearer to 0."""
        if not self.writer.truncates or written.decimals <= 0:
            return ball(true)
        unit = 2 * written.half_unit
        return ball(true).union(ball(true - unit if true > 0 else true + unit))

    def copied_band(self, step: int, source: Name, written: Written, half: Fraction, values: Mapping[Name, arb]) -> arb:
        """A line that only repeats another number is rounded again only if it has fewer digits."""
        copied = self.answers.get((step, source))
        if copied is not None and copied.readings[0].decimals <= written.decimals:
            return values[source]
        return values[source] + arb(0, upper(half))

    def full_slack(self, written: Written) -> Fraction:
        half = self.slack(written)
        return 2 * half if self.writer.truncates else half

    def middles(self, step: int) -> Mapping[Name, float]:
        return Middles(self.values(step))

    def text_of(self, step: int, name: Name) -> str | None:
        """The number a writer copies: from an earlier line, or from what is given."""
        answer = self.answers.get((step, name))
        if answer is not None:
            return answer.readings[0].text if "/" not in answer.readings[0].text else None
        text = self.given_text(step, name)
        return text if text and "/" not in text and "e" not in text.lower() and "." in text else None

    def given_text(self, step: int, name: Name) -> str | None:
        """A number as it is given; one that a step before has changed is not given any more."""
        is_given = step == 1 or name not in self.course.carried
        return self.course.example.values.get(name) if is_given else None

    def printed(self, step: int, formula: Formula) -> dict[Name, arb]:
        """The numbers on the sheet that a formula uses, exactly as they are written."""
        answers = {name: self.answers.get((step, name)) for name in names_in(formula)}
        readings = {name: answer.readings[0].value for name, answer in answers.items() if answer is not None}
        return {name: ball(value) for name, value in readings.items() if value is not None}


class Values(Mapping[Name, arb]):
    """The bands of a step; those of lines nobody asked for yet are made on demand."""

    def __init__(self, work: Bands, step: int, changed: Mapping[Name, arb] | None = None):
        self.work, self.step, self.changed = work, step, changed or {}

    def __getitem__(self, name: Name) -> arb:
        if name in self.changed:
            return self.changed[name]
        key = self.step, name
        if key in self.work.open:
            raise LookupError("a line that depends on itself")
        if key not in self.work.bands:
            self.work.open.add(key)
            try:
                self.work.bands[key] = self.made(name)
            finally:
                self.work.open.discard(key)
        return self.work.bands[key]

    def made(self, name: Name) -> arb:
        """A line further down, or one that nothing on the sheet needs."""
        work = self.work
        answer = work.answers.get((self.step, name))
        if answer is not None and answer.readings[0].value is not None:
            return work.ball_of(answer.readings[0])
        if name not in work.course.at(self.step).equations:
            if name.sample is None or (given := work.course.given(name)) is None:
                raise KeyError(name)
            return ball(given)  # of a sample that is not used in this step
        formula = work.course.at(self.step).formula(name, work.written[self.step])
        return work.enclosed(formula, self, work.writer.half_unit(work.course.true(self.step)[name]))

    def but(self, changed: Mapping[Name, arb]) -> Values:
        return Values(self.work, self.step, {**self.changed, **changed})

    def __iter__(self) -> Iterator[Name]:
        return (name for step, name in self.work.bands if step == self.step)

    def __len__(self) -> int:
        return sum(1 for _ in self)


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

    def __init__(self, bands: Values):
        self.bands = bands
        self.known: dict[Name, float] = {}

    def __getitem__(self, name: Name) -> float:
        if name not in self.known:
            self.known[name] = float(self.bands[name].mid())
        return self.known[name]

    def __iter__(self) -> Iterator[Name]:
        return iter(self.bands)

    def __len__(self) -> int:
        return len(self.bands)


def upper(number: Fraction) -> arb:
    return arb(number.numerator) / arb(number.denominator)
