"""Explaining a number that does not follow: this line bent, a skipped line before it bent, or the whole run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from fractions import Fraction
from typing import Any

from flint import arb

from backprop_trace.check.bands import Bands, Changed, Middles
from backprop_trace.check.digits import digit_slips, digits_lost, matches, misread, one_digit_off
from backprop_trace.check.findings import OFF_BY_ONE, Answer, Explanation, Finding
from backprop_trace.check.slips import SLIPS, WHOLE_RUN, Bend
from backprop_trace.check.writer import significant_figures
from backprop_trace.files.sheet import Written, decimals
from backprop_trace.formulas.arithmetic import FLOAT, ComputationError, evaluate
from backprop_trace.formulas.arithmetic.band import ball, contains, is_bounded
from backprop_trace.formulas.expr import Formula, Minus, Name, Number, names_in, substitute
from backprop_trace.model.batches import TrainingSet

NOTHING: Mapping[Name, Any] = {}
MOST_TRIALS = 20_000
MOST_NAMED = 5
ENOUGH_FIGURES = 4
"""So many agreeing digits name a given that was read wrong in a skipped line."""
MOST_COPIES = 3  # where more digits would do, none of them is named
GUESS = 4  # the rank of slips that are only mentioned where they would be in a line that was skipped


class Explainer:
    """Looks for the slips that give the numbers of one sheet."""

    def __init__(self, work: Bands):
        self.work = work
        self.trials = 0

    def explained(self, step: int, finding: Finding) -> Finding:
        """The finding with the slips that give the written number; `slip` or `wrong`, or `undecided` far away."""
        self.work.open.add((step, finding.answer.name))
        try:
            return self._explained(step, finding)
        finally:
            self.work.open.discard((step, finding.answer.name))

    def _explained(self, step: int, finding: Finding) -> Finding:
        answer, written = finding.answer, finding.answer.readings[0]
        assert finding.formula is not None and finding.band is not None and written.value is not None
        found: list[Explanation] = []
        if is_bounded(finding.band):
            found = self.this_line(step, answer, finding.formula)
            found = found or self.skipped_line(step, answer, finding.formula)
        found = found or list(self.whole_run(step, answer))
        if not found and is_bounded(finding.band):
            found = list(self.two_slips(step, answer, finding.formula))
        near = self.work.is_near(written, finding.band)
        named = [e for e in found if SLIPS[e.slip].rank < GUESS or e.line is None]
        if near:  # a unit of the last digit is too little to go by, but for a classical slip of this very line
            named = [e for e in named if SLIPS[e.slip].rank == 1 and not e.whole_run and written.value]  # 0.00: nothing
        if named:
            self.remember(step, named)
            return finding._replace(verdict="slip", explanations=tuple(named[:MOST_NAMED]))
        if near:
            return self.one_unit_off(step, finding)
        verdict = "wrong" if is_bounded(finding.band) else "undecided"
        return finding._replace(verdict=verdict, explanations=tuple(found[:1]))

    def one_unit_off(self, step: int, finding: Finding) -> Finding:
        """A number rounded the wrong way: no mistake in the method."""
        return finding._replace(verdict=self.work.rounded_or_follows(step, finding.answer.name), remark=OFF_BY_ONE)

    def remember(self, step: int, found: list[Explanation]) -> None:
        """A number copied wrong is a second reading for later lines; a bent skipped line stays bent."""
        first = found[0]
        for explanation in found:
            if explanation.copied is not None:
                name, text = explanation.copied
                reading = ball(Fraction(text), Fraction(1, 2) / Fraction(10) ** decimals(text))
                self.work.other_readings.setdefault((step, name), []).append(reading)
        if first.line is not None and first.formula is not None and not first.also:
            key = step, first.line
            self.work.guessed.add(key)
            self.work.bands[key] = self.work.enclosed(
                first.formula,
                self.work.values(step),
                self.work.writer.half_unit(self.work.course.true(step)[first.line]),
            )
            self.work.fine[key] = False
            later = list(self.work.course.at(step).equations)
            for name in later[later.index(first.line) + 1 :]:
                if (step, name) in self.work.fine and (step, name) not in self.work.answers:
                    self.work.skip(step, name)

    def this_line(self, step: int, answer: Answer, formula: Formula) -> list[Explanation]:
        written = answer.readings[0]
        values, middles = self.work.values(step), self.work.middles(step)
        found = [
            Explanation(bend.slip, bend.formula)
            for bend in self.work.course.at(step).bends(answer.name, formula)
            if self.gives(bend.formula, written, values, middles)
        ]
        found += self.digits_out_of_place(step, answer, formula)
        found += self.exchanged(step, answer)
        found += self.old_weights(step, answer, formula) or self.stale(step, answer)
        if all(SLIPS[explanation.slip].rank >= 2 for explanation in found):
            found = self.copied_wrong(step, answer, formula) + found
        return _ranked(found)

    def gives(
        self, formula: Formula, written: Written, values: Mapping[Name, arb], middles: Mapping[Name, float]
    ) -> bool:
        """Does a bent formula give the written number?"""
        half = self.work.full_slack(written)
        return self.fits(
            written, lambda: evaluate(formula, middles, FLOAT), lambda: self.work.enclosed(formula, values, half)
        )

    def fits(self, written: Written, rough: Callable[[], float], band: Callable[[], arb]) -> bool:
        """Does a trial explain the written number? First roughly; by its band only if it is near."""
        assert written.value is not None
        self.trials += 1
        if self.trials > MOST_TRIALS:
            return False
        target = float(written.value)
        try:
            if not abs(rough() - target) <= 0.05 * abs(target) + 50 * float(self.work.full_slack(written)):
                return False
            return _explains(band(), written)
        except (ArithmeticError, ValueError, ComputationError, LookupError, RecursionError):
            return False

    def digits_out_of_place(self, step: int, answer: Answer, formula: Formula) -> list[Explanation]:
        """The right number with its point, its sign or two of its digits out of place, or a digit left out."""
        found = [
            Explanation(slip)
            for slip, meant in digit_slips(answer.readings[0])
            if meant.value and contains(self.work.band(step, answer.name, meant), meant.value)
        ]
        middle = float(self.work.band(step, answer.name, answer.readings[0]).mid())
        honest = middle, float(self.work.course.true(step)[answer.name])
        lost = any(near(meant, value) for meant in digits_lost(answer.readings[0]) for value in honest)
        return [*found, Explanation("digit-lost")] if lost else found

    def exchanged(self, step: int, answer: Answer) -> list[Explanation]:
        """Is it the number that another line of the kind should have, and has that line the number of this one?"""
        written, alike = answer.readings[0], _kind(answer.name)
        if significant_figures(written.text) < 2:
            return []
        for (at, name), other in self.work.answers.items():
            if at == step and name != answer.name and _kind(name) == alike and other.readings[0].value is not None:
                pairs = ((answer.name, other.readings[0]), (name, written))
                if all(self.should_be(step, line, number) for line, number in pairs):
                    return [Explanation("exchanged")]
        return []

    def should_be(self, step: int, name: Name, number: Written) -> bool:
        """Is this what a line should be, from the lines before it (if these have been judged)?"""
        try:
            return _explains(self.work.band(step, name, number), number)
        except (LookupError, ArithmeticError, ValueError):  # it leads back to itself, or is nothing there
            return False

    def copied_wrong(self, step: int, answer: Answer, formula: Formula) -> list[Explanation]:
        """An earlier number with one digit off: the line computed from the numbers as they are written, but for one."""
        written = answer.readings[0]
        assert written.value is not None
        exactly = Middles(self.work.values(step).but(self.work.printed(step, formula)))
        target, reach = (
            float(written.value),
            1.02 * float(self.work.full_slack(written)) + 1e-13 * abs(float(written.value)),
        )
        found = []
        for name in names_in(formula):
            text = self.work.text_of(step, name)
            is_given = (step, name) not in self.work.answers
            if text is None or significant_figures(text) < (1 if is_given else 2):
                continue
            for candidate in misread(text) if is_given else one_digit_off(text):
                with suppress(ArithmeticError, ValueError, ComputationError, LookupError):
                    value = evaluate(formula, Changed({name: float(Fraction(candidate))}, exactly), FLOAT)
                    if abs(value - target) <= reach:
                        slip = "copied-wrong" if candidate in one_digit_off(text) else "given-misread"
                        found.append(Explanation(slip, formula, copied=(name, candidate)))
        return found if len(found) <= MOST_COPIES else []

    def skipped_line(self, step: int, answer: Answer, formula: Formula) -> list[Explanation]:
        """The lines the writer skipped before this one, nearest first, each bent."""
        between = self.between(step, answer.name)
        written = answer.readings[0]
        found: list[Explanation] = []
        few_digits = significant_figures(written.text) < 3
        for line in reversed(between):
            for bend in self.bends(step, line):
                if few_digits and SLIPS[bend.slip].rank > 1:
                    continue  # two digits fit too many mix-ups
                if self.gives_changed(step, between, formula, written, bent={line: bend.formula}):
                    found.append(Explanation(bend.slip, bend.formula, line))
            if found:
                break
        if all(SLIPS[each.slip].rank > 1 for each in found):  # one cause in several lines beats a mix-up in one
            found = self.skipped_lines(step, between, formula, written) + found
        return _ranked(found) or self.misread_before(step, answer, formula)

    def misread_before(self, step: int, answer: Answer, formula: Formula) -> list[Explanation]:
        """A given number read wrong in one of the skipped lines, nearest first; among many, none is named."""
        between, written = self.between(step, answer.name), answer.readings[0]
        for line in reversed(between if significant_figures(written.text) >= ENOUGH_FIGURES else []):
            found = [
                Explanation("given-misread", bent, line)
                for bent in self.misread_in(step, line)
                if self.gives_changed(step, between, formula, written, bent={line: bent})
            ]
            if found:
                return found[:1] if len(found) <= MOST_COPIES else []
        return []

    def misread_in(self, step: int, line: Name) -> Iterator[Formula]:
        """The formula of a skipped line with each of the given numbers in it read wrong."""
        formula = self.work.course.at(step).opened(line, self.work.written[step])
        for name in names_in(formula):
            text = self.work.given_text(step, name)
            if text is not None and significant_figures(text) > 1 and "/" not in text and "e" not in text.lower():
                yield from (substitute(formula, {name: literal(each)}) for each in misread(text))

    def skipped_lines(self, step: int, between: list[Name], formula: Formula, written: Written) -> list[Explanation]:
        """A classical slip in several of the skipped lines: the bias correction left out in both moments."""
        everywhere: dict[str, dict[Name, Formula]] = {}
        for line in between:
            for bend in self.bends(step, line):
                if SLIPS[bend.slip].rank == 1:
                    everywhere.setdefault(bend.slip, {}).setdefault(line, bend.formula)
        found = []
        for slip, bent in everywhere.items():
            if len(bent) > 1 and self.gives_changed(step, between, formula, written, bent=bent):
                first, *others = bent
                found.append(Explanation(slip, bent[first], first, also=tuple(others)))
        return found

    def bends(self, step: int, line: Name) -> list[Bend]:
        """The slips of a line that is not on the sheet."""
        lines = self.work.course.at(step)
        return lines.bends(line, lines.opened(line, self.work.written[step]))

    def between(self, step: int, name: Name) -> list[Name]:
        """The skipped lines a line depends on, in order (structural ones are part of the formulas)."""
        found: set[Name] = set()
        lines, written = self.work.course.at(step), self.work.written[step]
        stack = list(names_in(lines.opened(name, written)))
        while stack:
            used = stack.pop()
            if used in found or used not in lines.equations or used in written:
                continue
            found.add(used)
            stack.extend(names_in(lines.opened(used, written)))
        return [line for line in lines.equations if line in found]

    def gives_changed(
        self,
        step: int,
        between: list[Name],
        formula: Formula,
        written: Written,
        bent: Mapping[Name, Formula] = NOTHING,
        changed: Mapping[Name, arb] = NOTHING,
        kept: Name | None = None,
    ) -> bool:
        """Is the number what comes out with some values changed and some of the skipped lines between bent?

        In the formula itself, not in the lines before it, `kept` has its own value.
        """

        def rough() -> float:
            middles = {name: float(band.mid()) for name, band in changed.items()}
            value: float = self.carried_on(middles, bent, between, formula, step, self.work.middles(step), None, kept)
            return value

        def band() -> arb:
            half = self.work.full_slack(written)
            found: arb = self.carried_on(
                dict(changed), bent, between, formula, step, self.work.values(step), half, kept
            )
            return found

        return self.fits(written, rough, band)

    def carried_on(
        self,
        changed: dict[Name, Any],
        bent: Mapping[Name, Formula],
        between: list[Name],
        formula: Formula,
        step: int,
        values: Mapping[Name, Any],
        half_unit: Fraction | None,
        kept: Name | None,
    ) -> Any:
        """The value of a formula with other values and bent lines before it; as floats, or as bands to half a unit."""
        mixed = Changed(changed, values)
        lines, true = self.work.course.at(step), self.work.course.true(step)
        for name in between:
            opened = bent.get(name) or lines.opened(name, self.work.written[step])
            if name in bent or any(used in changed for used in names_in(opened)):
                half = half_unit and self.work.writer.half_unit(true[name])
                changed[name] = self.valued(opened, mixed, half)
        if kept is not None:
            changed.pop(kept, None)
        return self.valued(formula, mixed, half_unit)

    def valued(self, formula: Formula, values: Mapping[Name, Any], half_unit: Fraction | None) -> Any:
        return evaluate(formula, values, FLOAT) if half_unit is None else self.work.enclosed(formula, values, half_unit)

    def whole_run(self, step: int, answer: Answer) -> Iterator[Explanation]:
        """The whole run bent, from the givens; and the values of other steps and samples."""
        written, name = answer.readings[0], answer.name
        assert written.value is not None
        # each line follows from its own earlier lines in a run of several steps only; a single step is covered by
        # the bends of its lines
        if step > 1:
            for slip in WHOLE_RUN:
                value = self.work.course.replayed(slip, step).get(name)
                if value is not None and matches(written, answer.sign * value):
                    yield Explanation(slip, whole_run=True)
        yield from self.stale(step, answer)

    def old_weights(self, step: int, answer: Answer, formula: Formula) -> list[Explanation]:
        """Is a line of a later training step computed with the weights that the step before has updated?"""
        before = {
            name: self.work.bands[step - 1, name]
            for name in self.work.course.example.rule.trained
            if (step - 1, name) in self.work.bands
        }
        if not before:
            return []
        own = answer.name.of if answer.name.kind == "+" else None
        between = self.between(step, answer.name)
        for kept in {None, own}:
            if self.gives_changed(step, between, formula, answer.readings[0], changed=before, kept=kept):
                return [Explanation("old-weights")]
        for name in [name for name in names_in(formula) if name in before and name != own]:
            if self.gives_changed(step, [], formula, answer.readings[0], changed={name: before[name]}):
                return [Explanation("old-weights")]
        return []

    def stale(self, step: int, answer: Answer) -> list[Explanation]:
        """Is it the value of the same quantity in another training step, sample or time step?"""
        written = answer.readings[0]
        if significant_figures(written.text) < 2:
            return []
        others = self.elsewhere(step, answer.name)
        return [Explanation("stale")] if any(matches(written, answer.sign * other) for other in others) else []

    def elsewhere(self, step: int, name: Name) -> Iterator[Fraction]:
        """The true values of the same quantity in the step before and after, in other samples and time steps."""
        places = list(_in_other_places(name, self.work.course.example.training))
        for other in (step - 1, step + 1):
            if other >= 1 and other <= max(self.work.steps) + 1:
                there = self.work.course.true(other)
                if name in there:
                    yield there[name]
                else:  # a mini-batch of other samples
                    yield from (there[each] for each in places if each in there)
        true = self.work.course.true(step)
        for other_name in places:
            if other_name in true:
                yield true[other_name]
                answer = self.work.answers.get((step, other_name))
                if answer is not None and answer.readings[0].value is not None:
                    yield answer.readings[0].value

    def two_slips(self, step: int, answer: Answer, formula: Formula) -> Iterator[Explanation]:
        """A bend of this line together with a wrong sign or a decimal point one place off."""
        values, middles = self.work.values(step), self.work.middles(step)
        for slip, meant in digit_slips(answer.readings[0]):
            if slip == "digits-swapped":
                continue
            for bend in self.work.course.at(step).bends(answer.name, formula):
                if (
                    SLIPS[bend.slip].rank == 1
                    and bend.slip != "sign"
                    and self.gives(bend.formula, meant, values, middles)
                ):
                    yield Explanation(bend.slip, bend.formula)
                    yield Explanation(slip)
                    return


def _explains(band: arb, written: Written) -> bool:
    """Does a bent line give the number: within its band, and not merely because the band is wide?"""
    assert written.value is not None
    if not is_bounded(band) or not contains(band, written.value):
        return False
    off = abs(float(band.mid()) - float(written.value))
    return float(band.rad()) <= 0.15 * abs(float(written.value)) or off <= 1.01 * float(written.half_unit)


def near(written: Written, value: float) -> bool:
    """Is a number a value, rounded?"""
    assert written.value is not None
    return abs(float(written.value) - value) <= 1.02 * float(written.half_unit)


def literal(text: str) -> Formula:
    """A number as a formula."""
    return Minus(Number(text[1:])) if text.startswith("-") else Number(text)


def _kind(name: Name) -> tuple[str, str, str]:
    """What kind of quantity it is, whatever its unit: a net input, a delta, a gradient, a new weight."""
    return name.kind, name.of.kind if name.of else "", name.wrt.kind if name.wrt else ""


def _ranked(found: list[Explanation]) -> list[Explanation]:
    """Each slip once, the classical ones first."""
    once: dict[str, Explanation] = {}
    for explanation in found:
        once.setdefault(explanation.slip, explanation)
    return sorted(once.values(), key=lambda explanation: SLIPS[explanation.slip].rank)


def _in_other_places(name: Name, training: TrainingSet) -> Iterator[Name]:
    """The same quantity in the other samples, and at the other time steps."""
    if name.sample is not None:
        yield from (name._replace(sample=sample) for sample in range(1, training.samples + 1) if sample != name.sample)
    if name.time is not None:
        yield from (name._replace(time=time) for time in range(1, training.times + 1) if time != name.time)
