"""Judging the lines of a sheet, each from the writer's own earlier lines.

Every quantity has a *band*: what a writer has written stands for the interval of its digits; what they skipped is
enclosed from what it depends on. A line is right if it is the true value rounded; it is honest if it lies in the
band of its formula over the bands before it; else the slips are tried: this line bent, then a skipped line before
it, then the whole run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from flint import arb

from backprop_trace.check.bands import Bands, upper
from backprop_trace.check.course import Course
from backprop_trace.check.digits import has_more_digits, neighbouring_numbers
from backprop_trace.check.explain import Explainer
from backprop_trace.check.findings import OFF_BY_ONE, Answer, Explanation, Finding
from backprop_trace.check.writer import Writer, is_correctly_rounded, is_cut_off, significant_figures
from backprop_trace.files.sheet import Written
from backprop_trace.formulas.arithmetic import evaluate
from backprop_trace.formulas.arithmetic.band import ball, contains, is_bounded
from backprop_trace.formulas.arithmetic.exact import EXACT, is_fraction, precision, to_fmpq, to_fraction
from backprop_trace.formulas.expr import Formula, Name, names_in

UNITS_CARRIED = (2, 8, 32)
"""So many units of the last digit a writer's own rounding may move a weight in a training step: the least that does."""
FEW = 2
"""So many lines may be wrong by mistake before more rounding is thought of."""
LEAST_SHARE = 3
"""Of so many lines of a step one may be off, if it is to have begun with the true weights."""


class Judge(Bands):
    """Judges the answers of one sheet along one course. Without `explain`, what does not follow is left `off`."""

    def __init__(self, course: Course, answers: Mapping[tuple[int, Name], Answer], writer: Writer, explain: bool):
        super().__init__(course, answers, writer)
        self.explainer = Explainer(self) if explain else None

    def findings(self) -> Iterator[Finding]:
        """A finding for each answer, in the order of the listing."""
        self.course.prepare(self.steps)
        digits = max((significant_figures(r.text) for a in self.answers.values() for r in a.readings), default=10)
        with precision(max(96, 4 * digits + 64)):
            for step in self.steps:
                yield from self.step(step)

    def step(self, step: int) -> Iterator[Finding]:
        if self.is_far(step):
            self.trust(step)
        yield from self.lines_of(step)

    def trust(self, step: int) -> None:
        """Are the weights that a step begins with those of the true course, though the steps before are not on the
        sheet? If most of its lines are right from there; several that are not may come from more rounding."""
        off: dict[int, int] = {}
        for units in UNITS_CARRIED:
            verdicts = self.tried(step, units)
            off[units] = verdicts.count("off") + verdicts.count("slip")
            telling = len(verdicts) - verdicts.count("follows")
            if off[units] <= FEW:
                break
        first, best = UNITS_CARRIED[0], min(off, key=lambda units: (off[units], units))
        chosen = best if 2 * off[best] <= off[first] else first
        if off[chosen] * LEAST_SHARE <= telling:
            self.trusted[step] = chosen

    def tried(self, step: int, units: int) -> list[str]:
        """The verdicts on a step that is trusted up to so many units; nothing else is left of the trial."""
        kept = self.explainer, dict(self.bands), dict(self.fine), dict(self.exact), set(self.careless)
        readings = {key: list(found) for key, found in self.other_readings.items()}
        self.explainer, self.trusted[step] = None, units
        verdicts = [finding.verdict for finding in self.lines_of(step)]
        self.explainer, self.bands, self.fine, self.exact, self.careless = kept
        self.other_readings = readings
        del self.trusted[step]
        return verdicts

    def lines_of(self, step: int) -> Iterator[Finding]:
        yield from self.take_givens(step)
        needed = self.needed(step)
        for name in self.course.at(step).equations:
            if name not in needed:
                continue
            answer = self.answers.get((step, name))
            if answer is None or answer.readings[0].value is None:
                self.skip(step, name)
            else:
                yield self.judge(step, answer)

    def take_givens(self, step: int) -> Iterator[Finding]:
        """The numbers a step starts with: as given, or as the step before left them."""
        true = self.course.true(step)
        lines = self.course.at(step)
        carried = {old: new for new, old in lines.listing.carried}
        for name in lines.givens:
            key = step, name
            if step > 1 and name in carried:
                self.carry(step, name, carried[name])
            else:
                self.bands[key], self.fine[key], self.exact[key] = ball(true[name]), True, True
            answer = self.answers.get(key)
            if answer is not None and answer.readings[0].value is not None:
                yield self.judge_given(step, answer)

    def judge_given(self, step: int, answer: Answer) -> Finding:
        """A given that stands on the sheet: was it copied rightly?"""
        written, key = answer.readings[0], (step, answer.name)
        assert written.value is not None
        band, true = self.bands[key], self.course.true(step)[answer.name]
        if is_correctly_rounded(written.value, written.half_unit, true):
            verdict = "right"
        elif is_bounded(band) and contains(band + arb(0, upper(written.half_unit)), written.value):
            verdict = "rounded" if self.fine[key] else "follows"
        elif not is_bounded(band):
            verdict = "undecided"
        else:
            verdict = "off"
        found = (Explanation("copied-wrong", answer.name),) if verdict == "off" else ()
        self.bands[key], self.fine[key] = self.ball_of(written), verdict in ("right", "rounded")
        self.exact[key] = verdict == "right" and written.value == true
        return Finding(answer, "slip" if found else verdict, band, found, formula=answer.name)

    def judge(self, step: int, answer: Answer) -> Finding:
        key, written = (step, answer.name), answer.readings[0]
        true = self.course.true(step)[answer.name]
        finding = self.honest(step, answer, true)
        if finding.verdict == "off" and self.explainer is not None:
            finding = self.explainer.explained(step, finding)
        if finding.remark == OFF_BY_ONE:
            self.careless.add(key)
        assert written.value is not None
        self.bands[key] = self.ball_of(written, true)
        self.fine[key] = finding.verdict in ("right", "rounded")
        used = names_in(self.course.at(step).equations[answer.name].formula)
        self.exact[key] = written.value == true and all(self.exact.get((step, each), False) for each in used)
        if self.exact[key]:
            self.bands[key] = ball(true)
        self.other_readings.setdefault(key, []).extend(
            self.ball_of(other) for other in answer.readings[1:] if other.value is not None
        )
        return finding

    def honest(self, step: int, answer: Answer, true: Fraction) -> Finding:
        """right, rounded, follows or undecided; else off."""
        written, name = answer.readings[0], answer.name
        formula = self.course.at(step).opened(name, self.written[step])
        assert written.value is not None
        if is_correctly_rounded(written.value, written.half_unit, true):
            return Finding(answer, "right", formula=formula)
        band = self.band(step, name, written)
        if not is_bounded(band):
            return Finding(answer, "off" if self.is_far(step) else "undecided", band, formula=formula)
        if contains(band, written.value):
            verdict = self.rounded_or_follows(step, name)
            finding = Finding(answer, verdict, band, (), self.remark(written, true, band, verdict), formula)
            return finding if self.explainer is None else self.conspicuous(step, finding, self.explainer)
        if self.by_other_reading(step, name, written, formula):
            return Finding(answer, "follows", band, (), "computed from the other reading of an earlier line", formula)
        if self.rests_on_a_guess(step, name) and self.is_beside(written, true):
            return Finding(answer, "rounded", band, (), OFF_BY_ONE, formula)  # the guess was wrong
        return Finding(answer, "off", band, formula=formula)

    def rests_on_a_guess(self, step: int, name: Name) -> bool:
        """Is a line computed from a skipped one that was taken to be bent, here or in a step before?"""
        if self.explainer is None or not self.guessed:
            return False
        between = self.explainer.between(step, name)
        return any(at < step or (at == step and line in between) for at, line in self.guessed)

    def conspicuous(self, step: int, finding: Finding, explainer: Explainer) -> Finding:
        """A number with more digits than the band is wide that is *exactly* what another digit would give.

        Only where an earlier line is not right anyway: honest writers do not come here.
        """
        answer, formula, band = finding.answer, finding.formula, finding.band
        assert formula is not None and band is not None
        used = [self.answers[step, name] for name in names_in(formula) if (step, name) in self.answers]
        careless = any((step, each.name) in self.careless for each in used)
        if not careless or not all(has_more_digits(answer.readings[0], each.readings[0]) for each in used):
            return finding
        for each in used:
            text = each.readings[0].text
            for copied in neighbouring_numbers(text):
                if self.exactly(step, formula, {each.name: Fraction(copied)}) == answer.readings[0].value:
                    found = Explanation("copied-wrong", formula, copied=(each.name, copied))
                    explainer.remember(step, [found])
                    return finding._replace(verdict="slip", explanations=(found,))
        return finding

    def exactly(self, step: int, formula: Formula, copied: Mapping[Name, Fraction]) -> Fraction | None:
        """A rational formula over the numbers as they are written; None if it needs others."""
        values: dict[Name, Any] = {}
        for name in names_in(formula):
            answer = self.answers.get((step, name))
            text = answer.readings[0].text if answer else self.given_text(step, name)
            if text is None:
                return None
            values[name] = to_fmpq(copied.get(name, Fraction(text)))
        value = evaluate(formula, values, EXACT)
        return to_fraction(value) if is_fraction(value) else None

    def by_other_reading(self, step: int, name: Name, written: Written, formula: Formula) -> bool:
        """Does the line follow from another reading of one of its numbers?"""
        assert written.value is not None
        for used in names_in(formula):
            for reading in self.other_readings.get((step, used), ()):
                if contains(self.band(step, name, written, self.values(step).but({used: reading})), written.value):
                    return True
        return False

    def remark(self, written: Written, true: Fraction, band: arb, verdict: str) -> str:
        """What is to be said about a number that is honest but not the true value rounded."""
        assert written.value is not None
        if verdict == "rounded" and is_cut_off(written.value, written.half_unit, true):
            return "cut off, not rounded"
        if verdict == "rounded" and abs(written.value - true) <= 3 * written.half_unit:
            return OFF_BY_ONE
        if written.half_unit and band.rad() > 20 * upper(written.half_unit):
            return "more digits than the lines before it can carry"
        return ""
