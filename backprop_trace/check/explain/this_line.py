"""Slips in a line itself: bent, another number in it, its digits out of place, exchanged with another line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction

from backprop_trace.check.digits import digit_slips, is_but_for_a_digit, misread, one_digit_off
from backprop_trace.check.explain.other_places import OtherPlaces
from backprop_trace.check.explain.trials import MISSED, MOST_COPIES, Changed, Middles, Trials, explains, ranked
from backprop_trace.check.findings import Answer, Explanation, kind_of
from backprop_trace.check.slips import SLIPS
from backprop_trace.check.writer import significant_figures
from backprop_trace.files.sheet import Written
from backprop_trace.formulas.arithmetic import FLOAT, evaluate
from backprop_trace.formulas.expr import Formula, Minus, Number, Product, Quotient, names_in
from backprop_trace.formulas.numbers import as_float

SURE = 3
"""Figures of numbers that are exchanged between lines of different kinds: a slope and a gradient."""


class ThisLine:
    """Looks for the slips that give a line's number from the numbers it is computed from."""

    def __init__(self, trials: Trials, places: OtherPlaces):
        self.trials, self.places = trials, places
        self.judge, self.ledger, self.variant = trials.judge, trials.ledger, trials.variant

    def slips(self, step: int, answer: Answer, formula: Formula) -> list[Explanation]:
        """The line bent, the classical slips first; a number copied wrong where no classical one fits."""
        written = answer.readings[0]
        found = [
            Explanation(bend.slip, bend.formula)
            for bend in self.variant.at(step).bends(answer.name, formula)
            if self.trials.gives(step, bend.formula, written)
        ]
        found += self.digits_out_of_place(step, answer)
        found += self.exchanged(step, answer)
        found += self.places.old_weights(step, answer, formula) or self.places.stale(step, answer)
        if all(SLIPS[explanation.slip].rank >= 2 for explanation in found):
            found = self.copied_wrong(step, answer, formula) + found
        return ranked(found)

    def digits_out_of_place(self, step: int, answer: Answer) -> list[Explanation]:
        """The right number with its point, its sign or two of its digits out of place, or a digit left out."""
        band = self.judge.band(step, answer)
        if band is None:
            return []
        found = [
            Explanation(slip)
            for slip, meant in digit_slips(answer.readings[0])
            if meant.value and explains(band, meant)
        ]
        honest = band.middle, as_float(self.variant.true(step)[answer.name])
        lost = any(is_but_for_a_digit(answer.readings[0], value) for value in honest)
        return [*found, Explanation("digit-lost")] if lost else found

    def exchanged(self, step: int, answer: Answer, other_kinds: bool = False) -> list[Explanation]:
        """Is it the number that another line of the kind should have, and has that line the number of this one?"""
        written, own, least = answer.readings[0], self.judge.band(step, answer), SURE if other_kinds else 0
        if own is None or significant_figures(written.text) < max(2, least):
            return []
        for (at, name), other in self.judge.answers.items():
            number = other.readings[0]
            if at != step or other is answer or number.text == written.text:
                continue
            if name.kind != answer.name.kind or name not in self.variant.at(step).equations:
                continue
            if (kind_of(name) != kind_of(answer.name)) is not other_kinds or _figures(number) < least:
                continue
            if explains(own, number):
                band = self.judge.band(step, other)
                if band is not None and explains(band, written):
                    return [Explanation("exchanged")]
        return []

    def copied_wrong(self, step: int, answer: Answer, formula: Formula) -> list[Explanation]:
        """An earlier number with one digit off: the line computed from the numbers as they are written, but for one."""
        written = answer.readings[0]
        assert written.value is not None
        exactly = Middles(self.ledger.narrow(written).at(step))
        target = as_float(written.value)
        reach = 1.02 * self.ledger.slack(written) + 1e-13 * abs(target)
        found = []
        for name in names_in(formula):
            text = self.judge.text_of(step, name)
            is_given = (step, name) not in self.judge.answers
            if text is None or significant_figures(text) < (1 if is_given else 2) or "/" in text or "e" in text.lower():
                continue
            for candidate in misread(text) if is_given else one_digit_off(text):
                with suppress(*MISSED):
                    value = evaluate(formula, Changed({name: as_float(Fraction(candidate))}, exactly), FLOAT)
                    if abs(value - target) <= reach:
                        slip = "copied-wrong" if candidate in one_digit_off(text) else "given-misread"
                        changed = {name: candidate}
                        found.append(Explanation(slip, formula, copied=(name, candidate), changed=changed))
        return found if len(found) <= MOST_COPIES else []

    def two_slips(self, step: int, answer: Answer, formula: Formula) -> Iterator[Explanation]:
        """A bend of this line together with a wrong sign or a decimal point one place off."""
        if significant_figures(answer.readings[0].text) < 3:
            return
        for slip, meant in digit_slips(answer.readings[0]):
            if slip == "digits-swapped":
                continue
            for bend in self.variant.at(step).bends(answer.name, formula):
                if SLIPS[bend.slip].rank == 1 and bend.slip != "sign" and self.trials.gives(step, bend.formula, meant):
                    gives = _joined(bend.formula, slip, meant, answer.readings[0])
                    yield Explanation(bend.slip, bend.formula, joined=(slip, meant), gives=gives)
                    return


def _joined(formula: Formula, slip: str, meant: Written, written: Written) -> Formula:
    """A formula whose result has the wrong sign, or its point at the wrong place."""
    if slip == "sign-dropped":
        return Minus(formula)
    assert meant.value is not None and written.value is not None
    ten = Number("10")
    return Product((ten, formula)) if abs(written.value) > abs(meant.value) else Quotient(formula, ten)


def _figures(written: Written) -> int:
    return significant_figures(written.text)
