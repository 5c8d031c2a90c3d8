"""Explaining a number that does not follow: this line bent, a skipped line before it bent, or the whole run."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from fractions import Fraction

from backprop_trace.check.digits import matches
from backprop_trace.check.explain.other_places import OtherPlaces
from backprop_trace.check.explain.skipped import SkippedLines
from backprop_trace.check.explain.this_line import ThisLine
from backprop_trace.check.explain.trials import ENOUGH_FIGURES, MISSED, Judging, Trials
from backprop_trace.check.findings import NO_CAUSE, Answer, Cause, Explanation, Finding
from backprop_trace.check.habits import CARRIED
from backprop_trace.check.slips import SLIPS
from backprop_trace.check.writer import noise_of, significant_figures
from backprop_trace.files.sheet import decimals
from backprop_trace.formulas.expr import Formula, Name, names_in
from backprop_trace.formulas.numbers import as_float

MOST_NAMED = 5
GUESS = 4
"""The rank of slips that are only mentioned where they would be in a line that was skipped."""
MANY_FIGURES = 6
"""So many are no coincidence, whatever else the number may be."""


class Explainer:
    """Looks for the slips that give the numbers of one sheet."""

    def __init__(self, judge: Judging, cause: Cause = NO_CAUSE):
        self.cause = cause
        self.ledger, self.variant = judge.ledger, judge.variant
        self.trials = Trials(judge)
        self.places, self.before = OtherPlaces(self.trials), SkippedLines(self.trials)
        self.line = ThisLine(self.trials, self.places)
        self.suspected: set[tuple[str, Name]] = set()
        """Slips in skipped lines that one line speaks for."""

    @property
    def is_exhausted(self) -> bool:
        """Have as many formulas been tried as may be, for one sheet?"""
        return self.trials.is_exhausted

    def explained(self, step: int, finding: Finding) -> Finding:
        """The finding with the slips that give the written number; `slip` or `wrong`."""
        answer = finding.answer
        assert finding.formula is not None
        found = self.line.slips(step, answer, finding.formula)
        found = found or self.before.slips(step, answer, finding.formula)
        found = found or self.line.exchanged(step, answer, other_kinds=True)
        found = found or list(self.places.whole_run(step, answer))
        found = found or list(self.line.two_slips(step, answer, finding.formula))
        found += self.by_cause(step, answer, finding.formula, {each.slip for each in found})
        named = [each for each in found if each.slip in self.cause.slips]
        if named and self.cause.lines:  # a cause by its numbers: other classical slips of this very line may be it, too
            named += [each for each in found if each not in named and each.line is None and SLIPS[each.slip].rank == 1]
        named = named or [each for each in found if self.may_be_named(each, answer)]
        finding = finding._replace(skipped=self.skipped(step, [finding.formula, *map(given_by, named)]))
        if named:
            self.remember(step, named, answer)
            return finding._replace(verdict="slip", explanations=tuple(named[:MOST_NAMED]))
        return finding._replace(verdict="wrong", explanations=tuple(found[:1]))

    def skipped(self, step: int, formulas: Iterable[Formula | None]) -> dict[Name, float]:
        """What the lines are that some formulas use and that are not on the sheet."""
        bands, found = self.ledger.narrow(), {}
        for name in {name: None for formula in formulas if formula is not None for name in names_in(formula)}:
            with suppress(*MISSED):
                found[name] = bands.of(step, name).middle
        return found

    def by_cause(self, step: int, answer: Answer, formula: Formula, found: Collection[str]) -> Iterator[Explanation]:
        """What explains several lines: in one of the skipped lines, in all of them and in this one, or else anyhow."""
        slips = [slip for slip in self.cause.slips if slip not in found]
        if not slips:
            return
        between = self.trials.between(step, answer.name)
        if nearest := [each for each in self.before.slips(step, answer, formula) if each.slip in slips]:
            yield from nearest
            return
        for slip in slips:
            bent = {line: other for line in between if (other := self.before.bent_alike(step, line, slip)) is not None}
            own = [b.formula for b in self.variant.at(step).bends(answer.name, formula) if b.slip == slip]
            for each in (formula, *own[:1]) if bent else ():
                if self.trials.gives_changed(step, bent, between, each, answer.readings[0]):
                    first, *others = bent
                    explanation = Explanation(slip, bent[first], first, also=tuple(others))
                    yield self.trials.put_in(step, explanation, bent, between, each)
                    break
            else:
                if step == self.cause.step and answer.name in self.cause.lines:
                    yield Explanation(slip, whole_run=True)

    def replayed(self, step: int, finding: Finding) -> Finding:
        """A line that cannot be judged, but has the very digits of a cause, of a whole run bent, or of another step."""
        if step == self.cause.step and finding.answer.name in self.cause.lines and finding.formula is not None:
            found = tuple(self.by_cause(step, finding.answer, finding.formula, ()))
            return finding._replace(verdict="slip", explanations=found) if found else finding
        written, true = finding.answer.readings[0], self.variant.true(step)[finding.answer.name]
        shown = min(significant_figures(written.text.rstrip("0")), self.trials.agreeing_figures(finding.answer))
        if (self.ledger.habits.shortest or shown) < CARRIED:  # the lines between may be as coarse
            return finding
        if shown < MANY_FIGURES or matches(written, true) or abs((written.value or 0) - true) <= noise_of(written):
            return finding
        found = tuple(self.places.whole_run(step, finding.answer))
        return finding._replace(verdict="slip", explanations=found) if found else finding

    def may_be_named(self, explanation: Explanation, answer: Answer) -> bool:
        """Is there enough evidence: four digits, or a second line, where the slip is in a skipped line?"""
        if explanation.line is None:
            return True
        if SLIPS[explanation.slip].rank >= GUESS:
            return False
        cause = explanation.slip, explanation.line
        if self.trials.agreeing_figures(answer) >= ENOUGH_FIGURES or cause in self.suspected:
            return True
        self.suspected.add(cause)
        return False

    def remember(self, step: int, found: list[Explanation], answer: Answer) -> None:
        """A number copied wrong is a second reading for later lines (two digits are no evidence of it); a bent skipped
        line stays bent, unless what is right on the sheet denies that it was."""
        first = found[0]
        for explanation in found if significant_figures(answer.readings[0].text) > 2 else ():
            if explanation.copied is not None:
                name, text = explanation.copied
                is_given = (step, name) not in self.trials.judge.answers  # and was exact
                half = 0.0 if is_given else 0.5 * 10.0 ** -decimals(text)
                self.ledger.second.setdefault((step, name), []).append((as_float(Fraction(text)), half))
        if first.line is not None and first.formula is not None:
            alike = {line: self.before.bent_alike(step, line, first.slip) for line in first.also}
            bent = {first.line: first.formula} | {line: other for line, other in alike.items() if other is not None}
            if not self.before.is_denied(step, bent):
                for line, formula in bent.items():
                    self.ledger.bend(step, line, formula)


def given_by(explanation: Explanation) -> Formula | None:
    """The formula that gives the written number."""
    return explanation.formula if explanation.gives is None else explanation.gives
