"""Judging the lines of a sheet, each from the writer's own earlier lines.

Every quantity has a *band*: what a writer has written stands for the interval of its digits; what they skipped is
enclosed from what it depends on. A line is right if it is the true value rounded; it is honest if it lies in the
band of its formula over the bands before it; else the slips are tried: this line bent, then a skipped line before
it, then the whole run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from fractions import Fraction
from typing import Any, NamedTuple

from flint import arb

from backprop_trace.arithmetic import FLOAT, ComputationError, evaluate
from backprop_trace.arithmetic.band import NOTHING_KNOWN, ball, contains, enclose, is_bounded
from backprop_trace.arithmetic.exact import EXACT, bounds, is_fraction, precision, to_fmpq, to_fraction
from backprop_trace.check.course import Course
from backprop_trace.check.writer import Writer, is_correctly_rounded, is_cut_off, significant_figures
from backprop_trace.expr import Formula, Name, names_in
from backprop_trace.sheet import Written, decimals, in_units
from backprop_trace.slips import SLIPS, WHOLE_RUN

MOST_TRIALS = 20_000
MOST_NAMED = 5
MOST_COPIES = 3  # where more digits would do, none of them is named
SAFE_FLOAT_DIGITS = 13
GUESS = 4  # the rank of slips that are only mentioned


class Answer(NamedTuple):
    """A line of the sheet whose quantity is known: its readings, and whether its sign is a matter of convention."""

    name: Name
    step: int
    readings: tuple[Written, ...]
    spelling: str
    sign: int = 1


class Explanation(NamedTuple):
    """A slip that gives the written number: its id, the bent formula, and the skipped line it is in (or None)."""

    slip: str
    formula: Formula | None = None
    line: Name | None = None
    whole_run: bool = False
    copied: tuple[Name, str] | None = None
    """A number that was copied wrong: whose, and as what."""


class Finding(NamedTuple):
    """The judgement on one line. verdict `off` means: none of the honest ones, and not yet explained."""

    answer: Answer
    verdict: str
    band: arb | None = None
    explanations: tuple[Explanation, ...] = ()
    remark: str = ""
    formula: Formula | None = None
    """The line's formula, with the skipped structural lines written out."""


HONEST = ("right", "rounded", "follows", "convention")


class Judge:
    """Judges the answers of one sheet along one course."""

    def __init__(self, course: Course, answers: Mapping[tuple[int, Name], Answer], writer: Writer, explain: bool):
        self.course, self.answers, self.writer, self.explain = course, answers, writer, explain
        self.bands: dict[tuple[int, Name], arb] = {}
        self.fine: dict[tuple[int, Name], bool] = {}
        self.exact: dict[tuple[int, Name], bool] = {}
        self.other_readings: dict[tuple[int, Name], list[arb]] = {}
        self.careless: set[tuple[int, Name]] = set()
        self.trials = 0
        self.open: set[tuple[int, Name]] = set()  # lines being made, and the one being explained: none may use itself
        self.steps = sorted({step for step, _ in answers})
        self.written = {
            step: course.same(
                frozenset(name for (at, name), a in answers.items() if at == step and a.readings[0].value is not None)
            )
            for step in self.steps
        }

    def findings(self) -> Iterator[Finding]:
        """A finding for each answer, in the order of the listing."""
        self.course.prepare(self.steps)
        digits = max((significant_figures(r.text) for a in self.answers.values() for r in a.readings), default=10)
        with precision(max(96, 4 * digits + 64)):
            for step in self.steps:
                yield from self.step(step)

    # --- one step ---

    def step(self, step: int) -> Iterator[Finding]:
        yield from self.take_givens(step)
        needed = self.needed(step)
        for name in self.course.equations:
            if name not in needed:
                continue
            answer = self.answers.get((step, name))
            if answer is None or answer.readings[0].value is None:
                self.skip(step, name)
            else:
                yield self.judge(step, answer)

    def needed(self, step: int) -> set[Name]:
        """The lines that some line of the sheet depends on (and, if the next step is there too, the new weights)."""
        wanted = {name for at, name in self.answers if at == step}
        if step + 1 in self.steps:
            wanted |= {new for new, _ in self.course.listing.carried}
        needed: set[Name] = set()
        stack = list(wanted)
        while stack:
            name = stack.pop()
            if name not in needed and name in self.course.equations:
                needed.add(name)
                stack.extend(names_in(self.course.formula(name, self.written[step])))
        return needed

    def take_givens(self, step: int) -> Iterator[Finding]:
        """The numbers a step starts with: as given, or as the step before left them."""
        true = self.course.true(step)
        carried = {old: new for new, old in self.course.listing.carried}
        for name in self.course.example.values:
            key = step, name
            if step > 1 and name in carried:
                self.carry(step, name, carried[name])
            else:
                self.bands[key], self.fine[key], self.exact[key] = ball(true[name]), True, True
            answer = self.answers.get(key)
            if answer is not None:
                yield self.judge_given(step, answer)

    def carry(self, step: int, name: Name, new: Name) -> None:
        key, before = (step, name), (step - 1, new)
        if before in self.bands:
            self.bands[key], self.fine[key], self.exact[key] = self.bands[before], self.fine[before], self.exact[before]
        else:  # the steps between are not on the sheet
            self.bands[key], self.fine[key], self.exact[key] = NOTHING_KNOWN, True, False

    def judge_given(self, step: int, answer: Answer) -> Finding:
        """A given that stands on the sheet: was it copied rightly?"""
        written, key = answer.readings[0], (step, answer.name)
        assert written.value is not None
        band, true = self.bands[key], self.course.true(step)[answer.name]
        if is_correctly_rounded(written.value, written.half_unit, true):
            verdict = "right"
        elif is_bounded(band) and contains(band + arb(0, _upper(written.half_unit)), written.value):
            verdict = "rounded" if self.fine[key] else "follows"
        elif not is_bounded(band):
            verdict = "undecided"
        else:
            verdict = "off"
        found = (Explanation("copied-wrong", answer.name),) if verdict == "off" else ()
        self.bands[key], self.fine[key] = self.ball_of(written), verdict in ("right", "rounded")
        self.exact[key] = verdict == "right" and written.value == true
        return Finding(answer, "slip" if found else verdict, band, found, formula=answer.name)

    def skip(self, step: int, name: Name) -> None:
        """A line that is not on the sheet: enclosed from what it depends on."""
        key = step, name
        formula = self.course.formula(name, self.written[step])
        values = self.values(step)
        used = names_in(formula)
        self.fine[key] = all(self.fine[step, each] for each in used)
        true = self.course.true(step)[name]
        self.exact[key] = all(self.exact[step, each] for each in used) and self.writer.never_rounds(
            formula, self.course.true(step), true
        )
        if self.exact[key]:
            self.bands[key] = ball(true)
        elif isinstance(formula, Name):
            self.bands[key] = self.bands[step, formula]
        else:
            self.bands[key] = self.enclosed(formula, values, self.writer.half_unit(true))

    def values(self, step: int) -> _Values:
        return _Values(self, step)

    def enclosed(self, formula: Formula, values: Mapping[Name, arb], half_unit: Fraction) -> arb:
        try:
            return enclose(formula, values, half_unit, self.course.slopes)
        except (ArithmeticError, ValueError):
            return NOTHING_KNOWN

    def ball_of(self, written: Written) -> arb:
        """What a written number stands for."""
        assert written.value is not None
        half = self.slack(written)
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

    # --- one line ---

    def judge(self, step: int, answer: Answer) -> Finding:
        key, written = (step, answer.name), answer.readings[0]
        true = self.course.true(step)[answer.name]
        finding = self.honest(step, answer, true)
        if finding.verdict == "off" and self.explain:
            finding = self.explained(step, finding)
        if finding.remark == "the last digit is off by one":
            self.careless.add(key)
        assert written.value is not None
        self.bands[key] = self.ball_of(written)
        self.fine[key] = finding.verdict in ("right", "rounded")
        used = names_in(self.course.equations[answer.name].formula)
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
        formula = self.course.opened(name, self.written[step])
        assert written.value is not None
        if is_correctly_rounded(written.value, written.half_unit, true):
            return Finding(answer, "right", formula=formula)
        band = self.band(step, name, written)
        if not is_bounded(band):
            return Finding(answer, "off" if self.is_far(step) else "undecided", band, formula=formula)
        if contains(band, written.value):
            used = names_in(self.course.formula(name, self.written[step]))
            verdict = "rounded" if all(self.fine[step, each] for each in used) else "follows"
            finding = Finding(answer, verdict, band, (), self.remark(written, true, band, verdict), formula)
            return self.conspicuous(step, finding) if self.explain else finding
        if self.by_other_reading(step, name, written, formula):
            return Finding(answer, "follows", band, (), "computed from the other reading of an earlier line", formula)
        return Finding(answer, "off", band, formula=formula)

    def conspicuous(self, step: int, finding: Finding) -> Finding:
        """A number with more digits than the band is wide that is *exactly* what another digit would give.

        Only where an earlier line is not right anyway: honest writers do not come here.
        """
        answer, formula, band = finding.answer, finding.formula, finding.band
        assert formula is not None and band is not None
        used = [self.answers[step, name] for name in names_in(formula) if (step, name) in self.answers]
        careless = any((step, each.name) in self.careless for each in used)
        if not careless or not all(_has_more_digits(answer.readings[0], each.readings[0]) for each in used):
            return finding
        for each in used:
            text = each.readings[0].text
            for copied in _neighbouring_numbers(text):
                if self.exactly(step, formula, {each.name: Fraction(copied)}) == answer.readings[0].value:
                    found = Explanation("copied-wrong", formula, copied=(each.name, copied))
                    self.remember(step, [found])
                    return finding._replace(verdict="slip", explanations=(found,))
        return finding

    def exactly(self, step: int, formula: Formula, copied: Mapping[Name, Fraction]) -> Fraction | None:
        """A rational formula over the numbers as they are written; None if it needs others."""
        values: dict[Name, Any] = {}
        for name in names_in(formula):
            answer = self.answers.get((step, name))
            text = answer.readings[0].text if answer else self.course.example.values.get(name) if step == 1 else None
            if text is None:
                return None
            values[name] = to_fmpq(copied.get(name, Fraction(text)))
        value = evaluate(formula, values, EXACT)
        return to_fraction(value) if is_fraction(value) else None

    def is_near(self, written: Written, band: arb | None) -> bool:
        """Is the last digit one unit away from what it should be?"""
        assert written.value is not None
        if band is None or not written.half_unit or not is_bounded(band):
            return False
        unit = 2 * written.half_unit
        middle = sum(bounds(band.mid())) / 2
        return abs(round(middle / unit) - written.value / unit) <= 1

    def is_far(self, step: int) -> bool:
        """Are the steps before this one missing from the sheet?"""
        return step > 1 and step - 1 not in self.steps

    def band(self, step: int, name: Name, written: Written, values: Mapping[Name, arb] | None = None) -> arb:
        """What an honest writer may have got for a line, to the digits written."""
        formula = self.course.formula(name, self.written[step])
        half = self.full_slack(written)
        values = self.values(step) if values is None else values
        if isinstance(formula, Name):
            return self.copied_band(step, formula, written, half, values)
        band = self.enclosed(formula, values, half)
        opened = self.course.opened(name, self.written[step])
        if opened is not formula and is_bounded(band):
            # the same line in one go, without the rounding of the lines that were skipped, is narrower or the same
            whole = self.enclosed(opened, values, half)
            return band if not is_bounded(whole) else band.union(whole)
        return band

    def copied_band(self, step: int, source: Name, written: Written, half: Fraction, values: Mapping[Name, arb]) -> arb:
        """A line that only repeats another number is rounded again only if it has fewer digits."""
        copied = self.answers.get((step, source))
        if copied is not None and copied.readings[0].decimals <= written.decimals:
            return values[source]
        return values[source] + arb(0, _upper(half))

    def full_slack(self, written: Written) -> Fraction:
        half = self.slack(written)
        return 2 * half if self.writer.truncates else half

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
            return "the last digit is off by one"
        if written.half_unit and band.rad() > 20 * _upper(written.half_unit):
            return "more digits than the lines before it can carry"
        return ""

    # --- explaining ---

    def explained(self, step: int, finding: Finding) -> Finding:
        """The finding with the slips that give the written number; `slip` or `wrong`, or `undecided` far away."""
        self.open.add((step, finding.answer.name))
        try:
            return self._explained(step, finding)
        finally:
            self.open.discard((step, finding.answer.name))

    def _explained(self, step: int, finding: Finding) -> Finding:
        answer, written = finding.answer, finding.answer.readings[0]
        assert finding.formula is not None and finding.band is not None and written.value is not None
        found: list[Explanation] = []
        if is_bounded(finding.band):
            found = self.this_line(step, answer, finding.formula)
            found = found or self.skipped_line(step, answer, finding.formula, finding.band)
        found = found or list(self.whole_run(step, answer))
        if not found and is_bounded(finding.band):
            found = list(self.two_slips(step, answer, finding.formula))
        near = self.is_near(written, finding.band)
        named = [e for e in found if SLIPS[e.slip].rank < GUESS]
        if near:  # a unit of the last digit is too little to go by, but for a classical slip of this very line
            named = [e for e in named if SLIPS[e.slip].rank == 1 and not e.whole_run]
        if named:
            self.remember(step, named)
            return finding._replace(verdict="slip", explanations=tuple(named[:MOST_NAMED]))
        if near:
            return self.one_unit_off(step, finding)
        verdict = "wrong" if is_bounded(finding.band) else "undecided"
        return finding._replace(verdict=verdict, explanations=tuple(found[:1]))

    def one_unit_off(self, step: int, finding: Finding) -> Finding:
        """A number rounded the wrong way: no mistake in the method."""
        used = names_in(self.course.formula(finding.answer.name, self.written[step]))
        verdict = "rounded" if all(self.fine[step, each] for each in used) else "follows"
        self.careless.add((step, finding.answer.name))
        return finding._replace(verdict=verdict, remark="the last digit is off by one")

    def remember(self, step: int, found: list[Explanation]) -> None:
        """A number copied wrong is a second reading for later lines; a bent skipped line stays bent."""
        first = found[0]
        for explanation in found:
            if explanation.copied is not None:
                name, text = explanation.copied
                reading = ball(Fraction(text), Fraction(1, 2) / Fraction(10) ** decimals(text))
                self.other_readings.setdefault((step, name), []).append(reading)
        if first.line is not None and first.formula is not None:
            key = step, first.line
            self.bands[key] = self.enclosed(
                first.formula, self.values(step), self.writer.half_unit(self.course.true(step)[first.line])
            )
            self.fine[key] = False
            later = list(self.course.equations)
            for name in later[later.index(first.line) + 1 :]:
                if (step, name) in self.fine and (step, name) not in self.answers:
                    self.skip(step, name)

    def this_line(self, step: int, answer: Answer, formula: Formula) -> list[Explanation]:
        written = answer.readings[0]
        values, middles = self.values(step), self.middles(step)
        found = [
            Explanation(bend.slip, bend.formula)
            for bend in self.course.bends(answer.name, formula)
            if self.gives(bend.formula, written, values, middles)
        ]
        found += self.digit_slips(step, answer, formula)
        found += self.stale(step, answer)
        if all(SLIPS[explanation.slip].rank >= 3 for explanation in found):
            found = self.copied_wrong(step, answer, formula) + found
        return _ranked(found)

    def gives(
        self, formula: Formula, written: Written, values: Mapping[Name, arb], middles: Mapping[Name, float]
    ) -> bool:
        """Does a bent formula give the written number? First roughly, then by bands."""
        assert written.value is not None
        self.trials += 1
        if self.trials > MOST_TRIALS:
            return False
        target = float(written.value)
        try:
            rough = evaluate(formula, middles, FLOAT)
            if not abs(rough - target) <= 0.05 * abs(target) + 50 * float(self.full_slack(written)):
                return False
            band = self.enclosed(formula, values, self.full_slack(written))
        except (ArithmeticError, ValueError, ComputationError, LookupError, RecursionError):
            return False
        return _explains(band, written)

    def middles(self, step: int) -> Mapping[Name, float]:
        return _Middles(self.values(step))

    def digit_slips(self, step: int, answer: Answer, formula: Formula) -> list[Explanation]:
        """The right number with its point, its sign or two of its digits out of place."""
        return [
            Explanation(slip)
            for slip, meant in _digit_slips(answer.readings[0])
            if meant.value and contains(self.band(step, answer.name, meant), meant.value)
        ]

    def copied_wrong(self, step: int, answer: Answer, formula: Formula) -> list[Explanation]:
        """An earlier number with one digit off: the line computed from the numbers as they are written, but for one."""
        written = answer.readings[0]
        assert written.value is not None
        exactly = _Middles(self.values(step).but(self.printed(step, formula)))
        target, reach = float(written.value), 1.02 * float(self.full_slack(written)) + 1e-13 * abs(float(written.value))
        found = []
        for name in names_in(formula):
            text = self.text_of(step, name)
            if text is None or significant_figures(text) < 2:
                continue
            for candidate in _one_digit_off(text):
                with suppress(ArithmeticError, ValueError, ComputationError, LookupError):
                    value = evaluate(formula, _Changed({name: float(Fraction(candidate))}, exactly), FLOAT)
                    if abs(value - target) <= reach:
                        found.append(Explanation("copied-wrong", formula, copied=(name, candidate)))
        return found if len(found) <= MOST_COPIES else []

    def printed(self, step: int, formula: Formula) -> dict[Name, arb]:
        """The numbers on the sheet that a formula uses, exactly as they are written."""
        answers = {name: self.answers.get((step, name)) for name in names_in(formula)}
        readings = {name: answer.readings[0].value for name, answer in answers.items() if answer is not None}
        return {name: ball(value) for name, value in readings.items() if value is not None}

    def text_of(self, step: int, name: Name) -> str | None:
        """The number a writer copies: from an earlier line, or from what is given."""
        answer = self.answers.get((step, name))
        if answer is not None:
            return answer.readings[0].text if "/" not in answer.readings[0].text else None
        text = self.course.example.values.get(name)
        return text if text and "/" not in text and "e" not in text.lower() and "." in text and step == 1 else None

    def skipped_line(self, step: int, answer: Answer, formula: Formula, band: arb) -> list[Explanation]:
        """The lines the writer skipped before this one, nearest first, each bent."""
        between = self.between(step, answer.name)
        written = answer.readings[0]
        found: list[Explanation] = []
        few_digits = significant_figures(written.text) < 3
        for line in reversed(between):
            opened = self.course.opened(line, self.written[step])
            for bend in self.course.bends(line, opened):
                if few_digits and SLIPS[bend.slip].rank > 1:
                    continue  # two digits fit too many mix-ups
                if self.gives_later(step, bend.formula, line, between, formula, written):
                    found.append(Explanation(bend.slip, bend.formula, line))
            if found:
                return _ranked(found)
        return found

    def between(self, step: int, name: Name) -> list[Name]:
        """The skipped lines a line depends on, in order (structural ones are part of the formulas)."""
        found: set[Name] = set()
        stack = list(names_in(self.course.opened(name, self.written[step])))
        while stack:
            used = stack.pop()
            if used in found or used not in self.course.equations or used in self.written[step]:
                continue
            found.add(used)
            stack.extend(names_in(self.course.opened(used, self.written[step])))
        return [line for line in self.course.equations if line in found]

    def gives_later(
        self, step: int, bent: Formula, line: Name, between: list[Name], formula: Formula, written: Written
    ) -> bool:
        """Does a bent skipped line give the written number further down?"""
        assert written.value is not None
        self.trials += 1
        if self.trials > MOST_TRIALS:
            return False
        later = between[between.index(line) + 1 :]
        try:
            rough: dict[Name, Any] = {line: evaluate(bent, self.middles(step), FLOAT)}
            value = self.carried_on(rough, later, formula, step, self.middles(step), None)
            target = float(written.value)
            if not abs(value - target) <= 0.05 * abs(target) + 50 * float(self.full_slack(written)):
                return False
            half = self.writer.half_unit(self.course.true(step)[line])
            bands: dict[Name, Any] = {line: self.enclosed(bent, self.values(step), half)}
            band = self.carried_on(bands, later, formula, step, self.values(step), self.full_slack(written))
        except (ArithmeticError, ValueError, ComputationError, LookupError, RecursionError):
            return False
        return _explains(band, written)

    def carried_on(
        self,
        changed: dict[Name, Any],
        later: list[Name],
        formula: Formula,
        step: int,
        values: Mapping[Name, Any],
        half_unit: Fraction | None,
    ) -> Any:
        """The value of a formula when an earlier line has changed; as floats, or as bands to half a unit."""
        mixed = _Changed(changed, values)
        for name in later:
            opened = self.course.opened(name, self.written[step])
            if any(used in changed for used in names_in(opened)):
                half = half_unit and self.writer.half_unit(self.course.true(step)[name])
                changed[name] = self.valued(opened, mixed, half)
        return self.valued(formula, mixed, half_unit)

    def valued(self, formula: Formula, values: Mapping[Name, Any], half_unit: Fraction | None) -> Any:
        return evaluate(formula, values, FLOAT) if half_unit is None else self.enclosed(formula, values, half_unit)

    def whole_run(self, step: int, answer: Answer) -> Iterator[Explanation]:
        """The whole run bent, from the givens; and the values of other steps and samples."""
        written, name = answer.readings[0], answer.name
        assert written.value is not None
        # each line follows from its own earlier lines in a run of several steps only; a single step is covered by
        # the bends of its lines
        if step > 1:
            for slip in WHOLE_RUN:
                value = self.course.replayed(slip, step).get(name)
                if value is not None and _matches(written, answer.sign * value):
                    yield Explanation(slip, whole_run=True)
        yield from self.stale(step, answer)

    def stale(self, step: int, answer: Answer) -> list[Explanation]:
        """Is it the value of the same quantity in another step or sample?"""
        written = answer.readings[0]
        if significant_figures(written.text) < 2:
            return []
        others = self.elsewhere(step, answer.name)
        return [Explanation("stale")] if any(_matches(written, answer.sign * other) for other in others) else []

    def elsewhere(self, step: int, name: Name) -> Iterator[Fraction]:
        """The true values of the same quantity in the step before and after, and in other samples."""
        for other in (step - 1, step + 1):
            if other >= 1 and other <= max(self.steps) + 1:
                yield self.course.true(other)[name]
        if name.sample is not None:
            true = self.course.true(step)
            for sample in range(1, self.course.example.network.samples + 1):
                other_name = name._replace(sample=sample)
                if sample != name.sample and other_name in true:
                    yield true[other_name]
                    answer = self.answers.get((step, other_name))
                    if answer is not None and answer.readings[0].value is not None:
                        yield answer.readings[0].value

    def two_slips(self, step: int, answer: Answer, formula: Formula) -> Iterator[Explanation]:
        """A bend of this line together with a wrong sign or a decimal point one place off."""
        values, middles = self.values(step), self.middles(step)
        for slip, meant in _digit_slips(answer.readings[0]):
            if slip == "digits-swapped":
                continue
            for bend in self.course.bends(answer.name, formula):
                if (
                    SLIPS[bend.slip].rank == 1
                    and bend.slip != "sign"
                    and self.gives(bend.formula, meant, values, middles)
                ):
                    yield Explanation(bend.slip, bend.formula)
                    yield Explanation(slip)
                    return


class _Values(Mapping[Name, arb]):
    """The bands of a step; those of lines nobody asked for yet are made on demand."""

    def __init__(self, judge: Judge, step: int, changed: Mapping[Name, arb] | None = None):
        self.judge, self.step, self.changed = judge, step, changed or {}

    def __getitem__(self, name: Name) -> arb:
        if name in self.changed:
            return self.changed[name]
        key = self.step, name
        if key in self.judge.open:
            raise LookupError("a line that depends on itself")
        if key not in self.judge.bands:
            self.judge.open.add(key)
            try:
                self.judge.bands[key] = self.made(name)
            finally:
                self.judge.open.discard(key)
        return self.judge.bands[key]

    def made(self, name: Name) -> arb:
        """A line further down, or one that nothing on the sheet needs."""
        judge = self.judge
        answer = judge.answers.get((self.step, name))
        if answer is not None and answer.readings[0].value is not None:
            return judge.ball_of(answer.readings[0])
        if name not in judge.course.equations:
            raise KeyError(name)
        formula = judge.course.formula(name, judge.written[self.step])
        return judge.enclosed(formula, self, judge.writer.half_unit(judge.course.true(self.step)[name]))

    def but(self, changed: Mapping[Name, arb]) -> _Values:
        return _Values(self.judge, self.step, {**self.changed, **changed})

    def __iter__(self) -> Iterator[Name]:
        return (name for step, name in self.judge.bands if step == self.step)

    def __len__(self) -> int:
        return sum(1 for _ in self)


class _Changed(Mapping[Name, Any]):
    """Values of which some have changed."""

    def __init__(self, changed: Mapping[Name, Any], values: Mapping[Name, Any]):
        self.changed, self.values_ = changed, values

    def __getitem__(self, name: Name) -> Any:
        return self.changed[name] if name in self.changed else self.values_[name]

    def __iter__(self) -> Iterator[Name]:
        return iter(self.values_)

    def __len__(self) -> int:
        return len(self.values_)


class _Middles(Mapping[Name, float]):
    """The middles of bands, as floats."""

    def __init__(self, bands: _Values):
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


def _explains(band: arb, written: Written) -> bool:
    """Does a bent line give the number: within its band, and not merely because the band is wide?"""
    assert written.value is not None
    if not is_bounded(band) or not contains(band, written.value):
        return False
    off = abs(float(band.mid()) - float(written.value))
    return float(band.rad()) <= 0.15 * abs(float(written.value)) or off <= 1.01 * float(written.half_unit)


def _upper(number: Fraction) -> arb:
    return arb(number.numerator) / arb(number.denominator)


def _matches(written: Written, value: float | Fraction) -> bool:
    """Is the written number this value, rounded (or cut off)?"""
    assert written.value is not None
    return abs(float(written.value) - float(value)) <= 1.0001 * float(written.half_unit) or is_cut_off(
        written.value, written.half_unit, Fraction(value)
    )


def _ranked(found: list[Explanation]) -> list[Explanation]:
    """Each slip once, the classical ones first."""
    once: dict[str, Explanation] = {}
    for explanation in found:
        once.setdefault(explanation.slip, explanation)
    return sorted(once.values(), key=lambda explanation: SLIPS[explanation.slip].rank)


def _digit_slips(written: Written) -> list[tuple[str, Written]]:
    """What may have been meant: the point moved, the sign turned, two digits swapped."""
    assert written.value is not None
    if not written.value or "/" in written.text:
        return []
    found = [
        ("factor-ten", written._replace(value=written.value * 10, half_unit=written.half_unit * 10)),
        ("factor-ten", written._replace(value=written.value / 10, half_unit=written.half_unit / 10)),
        ("sign-dropped", written._replace(value=-written.value)),
    ]
    text = written.text
    for place in range(len(text) - 1):
        first, second = text[place], text[place + 1]
        if first.isdecimal() and second.isdecimal() and first != second and "e" not in text.lower()[:place]:
            swapped = text[:place] + second + first + text[place + 2 :]
            found.append(("digits-swapped", written._replace(text=swapped, value=Fraction(swapped))))
    return found


def _one_digit_off(text: str) -> Iterator[str]:
    """The numbers that differ from a written one in one digit, or by two neighbouring digits swapped."""
    for place, digit in enumerate(text):
        if digit.isdigit():
            yield from (text[:place] + other + text[place + 1 :] for other in "0123456789" if other != digit)
            following = text[place + 1 : place + 2]
            if following.isdigit() and following != digit:
                yield text[:place] + following + digit + text[place + 2 :]


def _has_more_digits(written: Written, other: Written) -> bool:
    return written.decimals > other.decimals and significant_figures(written.text) > significant_figures(other.text)


def _neighbouring_numbers(text: str) -> list[str]:
    """A written number with its last digit one up or down."""
    if "/" in text or "e" in text.lower():
        return []
    places = decimals(text)
    count = int(Fraction(text) * 10**places)
    return [in_units(count + change, places) for change in (1, -1)]
