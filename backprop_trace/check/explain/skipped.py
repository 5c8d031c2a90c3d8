"""Slips in the lines a writer skipped before a line: the nearest one, a given misread in it, or several alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from fractions import Fraction

from backprop_trace.check.causes import ROUNDED
from backprop_trace.check.digits import misread
from backprop_trace.check.explain.trials import ENOUGH_FIGURES, MISSED, MOST_COPIES, Changed, Middles, Trials, ranked
from backprop_trace.check.findings import Answer, Explanation
from backprop_trace.check.slips import SLIPS
from backprop_trace.check.writer import significant_figures
from backprop_trace.files.sheet import Written
from backprop_trace.formulas.arithmetic import FLOAT, evaluate
from backprop_trace.formulas.arithmetic.band import point
from backprop_trace.formulas.expr import Formula, Minus, Name, Number, names_in, substitute
from backprop_trace.formulas.numbers import as_float


class SkippedLines:
    """Looks for slips in the lines that are not on the sheet."""

    def __init__(self, trials: Trials):
        self.trials, self.judge = trials, trials.judge
        self.ledger, self.variant = trials.ledger, trials.variant

    def slips(self, step: int, answer: Answer, formula: Formula) -> list[Explanation]:
        """The lines the writer skipped before this one, nearest first, each bent."""
        if self.trials.is_exhausted:
            return []
        between = self.trials.between(step, answer.name)
        written = answer.readings[0]
        found: list[Explanation] = []
        few_digits = significant_figures(written.text) < 3
        for line in reversed(between):
            later = self.resting_on(step, line, between)
            for bend in self.trials.bends(step, line):
                if few_digits and SLIPS[bend.slip].rank > 1:
                    continue  # two digits fit too many mix-ups
                if self.trials.gives_changed(step, {line: bend.formula}, later, formula, written):
                    explanation = Explanation(bend.slip, bend.formula, line)
                    found.append(self.trials.put_in(step, explanation, {line: bend.formula}, later, formula))
            if found:
                break
        if all(SLIPS[each.slip].rank > 1 for each in found):  # one cause in several lines beats a mix-up in one
            found = self.several(step, between, formula, written) + found
        return ranked(found) or self.misread_before(step, answer, formula)

    def several(self, step: int, between: list[Name], formula: Formula, written: Written) -> list[Explanation]:
        """A classical slip in several of the skipped lines: the bias correction left out in both moments."""
        everywhere: dict[str, dict[Name, Formula]] = {}
        for line in between:
            for bend in self.trials.bends(step, line):
                if SLIPS[bend.slip].rank == 1:
                    everywhere.setdefault(bend.slip, {}).setdefault(line, bend.formula)
        found = []
        for slip, bent in everywhere.items():
            if len(bent) > 1 and self.trials.gives_changed(step, bent, between, formula, written):
                first, *others = bent
                explanation = Explanation(slip, bent[first], first, also=tuple(others))
                found.append(self.trials.put_in(step, explanation, bent, between, formula))
        return found

    def misread_before(self, step: int, answer: Answer, formula: Formula) -> list[Explanation]:
        """A given number read wrong in one of the skipped lines, nearest first; among many, none is named."""
        between, written = self.trials.between(step, answer.name), answer.readings[0]
        for line in reversed(between if self.trials.agreeing_figures(answer) >= ENOUGH_FIGURES else []):
            later = self.resting_on(step, line, between)
            found = [
                self.trials.put_in(step, Explanation("given-misread", bent, line), {line: bent}, later, formula)
                for bent in self.misread_in(step, line, later, formula, written)
                if self.trials.gives_changed(step, {line: bent}, later, formula, written)
            ]
            if found:
                return found[:1] if len(found) <= MOST_COPIES else []
        return []

    def misread_in(
        self, step: int, line: Name, later: list[Name], formula: Formula, written: Written
    ) -> Iterator[Formula]:
        """A skipped line with each of the given numbers in it read wrong, where that roughly gives the number."""
        own, bands = self.ledger.formula(step, line), self.ledger.narrow(written)
        middles, after_it = Middles(bands.at(step)), [each for each in later if each != line]
        for name in names_in(own):
            text = self.judge.given_text(step, name)
            if text is None or significant_figures(text) < 2 or "/" in text or "e" in text.lower():
                continue
            for candidate in misread(text):
                self.trials.count += 1 + len(after_it) // 4
                if self.trials.is_exhausted:
                    return
                with suppress(*MISSED):
                    value = evaluate(own, Changed({name: as_float(Fraction(candidate))}, middles), FLOAT)
                    changed = {line: point(value)}
                    if self.trials.is_near(
                        self.trials.carried_on(step, {}, after_it, formula, bands, changed, None), written
                    ):
                        yield substitute(own, {name: literal(candidate)})

    def is_denied(self, step: int, bent: Mapping[Name, Formula]) -> bool:
        """Would some skipped lines, bent, have made another number of a line that is right?"""
        for (at, name), answer in self.judge.answers.items():
            written = answer.readings[0]
            if at != step or name not in self.variant.at(step).equations or written.value is None:
                continue
            between, formula = self.trials.between(step, name), self.ledger.formula(step, name)
            if not any(line in bent for line in between) or not self.variant.is_right(step, name, written):
                continue
            with suppress(*MISSED):
                bands = self.ledger.narrow(written)
                value = self.trials.carried_on(step, bent, between, formula, bands, {}, None)
                if abs(value - as_float(written.value)) > ROUNDED * as_float(written.half_unit):
                    return True
        return False

    def resting_on(self, step: int, line: Name, between: list[Name]) -> list[Name]:
        """A skipped line and those between that rest on it."""
        found = {line}
        for each in between:
            if any(used in found for used in self.ledger.uses(step, each)):
                found.add(each)
        return [each for each in between if each in found]

    def bent_alike(self, step: int, line: Name, slip: str) -> Formula | None:
        return next((bend.formula for bend in self.trials.bends(step, line) if bend.slip == slip), None)


def literal(text: str) -> Formula:
    """A number as a formula."""
    return Minus(Number(text[1:])) if text.startswith("-") else Number(text)
