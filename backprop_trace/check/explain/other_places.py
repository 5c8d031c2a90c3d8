"""Numbers that belong to another training step, sample or time step, or to a run that is bent from its beginning."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from math import isfinite

from backprop_trace.check.digits import matches
from backprop_trace.check.explain.trials import ENOUGH_FIGURES, MISSED, Trials
from backprop_trace.check.findings import Answer, Explanation
from backprop_trace.check.slips import WHOLE_RUN
from backprop_trace.check.writer import significant_figures
from backprop_trace.files.sheet import Written
from backprop_trace.formulas.arithmetic.band import Band
from backprop_trace.formulas.expr import Formula, Name, names_in
from backprop_trace.model.batches import TrainingSet


class OtherPlaces:
    """Looks for a number of one sheet where it would be right, or where all steps before it are bent."""

    def __init__(self, trials: Trials):
        self.trials, self.judge = trials, trials.judge
        self.ledger, self.variant = trials.ledger, trials.variant

    def whole_run(self, step: int, answer: Answer) -> Iterator[Explanation]:
        """The whole run bent, from the givens; and the values of other steps and samples."""
        written, name = answer.readings[0], answer.name
        assert written.value is not None
        # each line follows from its own earlier lines in a run of several steps only; a single step is covered by
        # the bends of its lines
        if step > 1:
            for slip in WHOLE_RUN:
                value = self.variant.replayed(slip, step).get(name)
                if value is not None and isfinite(value) and matches(written, answer.sign * value):
                    yield Explanation(slip, whole_run=True)
        yield from self.stale(step, answer)

    def old_weights(self, step: int, answer: Answer, formula: Formula) -> list[Explanation]:
        """Is a line of a later training step computed with the weights that the step before has updated?"""
        if step - 1 not in self.ledger.steps:
            return []
        bands = self.ledger.narrow(answer.readings[0])
        before: dict[Name, Band] = {}
        for name in self.variant.example.rule.trained:
            with suppress(*MISSED):
                before[name] = bands.of(step - 1, name)
        own = answer.name.of if answer.name.kind == "+" else None
        between = self.trials.between(step, answer.name)
        for kept in {None, own}:
            if before and self.trials.gives_changed(step, {}, between, formula, answer.readings[0], before, kept):
                return [Explanation("old-weights")]
        for name in [name for name in names_in(formula) if name in before and name != own]:
            if self.trials.gives_changed(step, {}, [], formula, answer.readings[0], {name: before[name]}):
                return [Explanation("old-weights")]
        return []

    def stale(self, step: int, answer: Answer) -> list[Explanation]:
        """Is it the value of the same quantity in another training step, sample or time step?"""
        written = answer.readings[0]
        if significant_figures(written.text) < 2:
            return []
        others = self.elsewhere(step, answer.name)
        return [Explanation("stale")] if any(_is_about(written, answer.sign * other) for other in others) else []

    def elsewhere(self, step: int, name: Name) -> Iterator[Fraction]:
        """The true values of the same quantity in the step before and after, in other samples and time steps."""
        places = list(_in_other_places(name, self.variant.example.training))
        for other in (step - 1, step + 1):
            if other >= 1:
                there = self.variant.true(other)
                if name in there:
                    yield there[name]
                else:  # a mini-batch of other samples
                    yield from (there[each] for each in places if each in there)
        true = self.variant.true(step)
        for other_name in places:
            if other_name in true:
                yield true[other_name]
                answer = self.ledger.answers.get((step, other_name))
                if answer is not None and answer.readings[0].value is not None:
                    yield answer.readings[0].value


def _is_about(written: Written, value: Fraction) -> bool:
    """Is it a value rounded; with four figures, to a unit, for lines before it were rounded, too?"""
    if significant_figures(written.text) < ENOUGH_FIGURES or written.value is None:
        return matches(written, value)
    return abs(written.value - value) <= 2 * written.half_unit


def _in_other_places(name: Name, training: TrainingSet) -> Iterator[Name]:
    """The same quantity in the other samples, and at the other time steps."""
    if name.sample is not None:
        yield from (name._replace(sample=sample) for sample in range(1, training.samples + 1) if sample != name.sample)
    if name.time is not None:
        yield from (name._replace(time=time) for time in range(1, training.times + 1) if time != name.time)
