"""Explaining a number that does not follow: this line bent, a skipped line before it bent, or the whole run."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from fractions import Fraction
from math import isfinite
from typing import Any, Protocol

from backprop_trace.check.causes import kind_of
from backprop_trace.check.digits import digit_slips, digits_lost, matches, misread, one_digit_off
from backprop_trace.check.findings import NO_CAUSE, Answer, Cause, Explanation, Finding
from backprop_trace.check.ledger import Bands, BandsAt, Key, Ledger
from backprop_trace.check.slips import SLIPS, WHOLE_RUN, Bend, flat
from backprop_trace.check.variant import Variant
from backprop_trace.check.writer import significant_figures
from backprop_trace.files.sheet import Written, decimals
from backprop_trace.formulas.arithmetic import FLOAT, ComputationError, evaluate
from backprop_trace.formulas.arithmetic.band import Band, Unbounded, enclosed, point
from backprop_trace.formulas.expr import (
    Formula,
    Minus,
    Name,
    Number,
    Product,
    Quotient,
    names_in,
    substitute,
    walk_names,
)
from backprop_trace.model.batches import TrainingSet

NOTHING: Mapping[Name, Any] = {}
MOST_TRIALS = 8_000
"""Formulas that are tried for one sheet."""
MOST_NAMED = 5
MOST_PUT_IN = 16
"""Names in a formula that skipped lines have been put into; what is longer has their numbers."""
MOST_COPIES = 3  # where more digits would do, none of them is named
SURE = 3
"""Figures of numbers that are exchanged between lines of different kinds: a slope and a gradient."""
GUESS = 4  # the rank of slips that are only mentioned where they would be in a line that was skipped
ENOUGH_FIGURES = 4
"""So many agreeing digits name a slip in a skipped line; with fewer, two lines are needed."""
MANY_FIGURES = 6
"""So many are no coincidence, whatever else the number may be."""
SHARE = 0.15
"""A bent line whose band is wider than this share of the number must give it within half a unit."""
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


class Explainer:
    """Looks for the slips that give the numbers of one sheet."""

    def __init__(self, judge: Judging, cause: Cause = NO_CAUSE):
        self.cause = cause
        self.judge, self.ledger, self.variant = judge, judge.ledger, judge.variant
        self.trials = 0
        self.suspected: set[tuple[str, Name]] = set()
        """Slips in skipped lines that one line speaks for."""

    @property
    def is_exhausted(self) -> bool:
        """Have as many formulas been tried as may be, for one sheet?"""
        return self.trials > MOST_TRIALS

    def explained(self, step: int, finding: Finding) -> Finding:
        """The finding with the slips that give the written number; `slip` or `wrong`."""
        answer = finding.answer
        assert finding.formula is not None
        found = self.this_line(step, answer, finding.formula)
        found = found or self.skipped_line(step, answer, finding.formula)
        found = found or self.exchanged(step, answer, other_kinds=True)
        found = found or list(self.whole_run(step, answer))
        found = found or list(self.two_slips(step, answer, finding.formula))
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
        between = self.between(step, answer.name)
        if nearest := [each for each in self.skipped_line(step, answer, formula) if each.slip in slips]:
            yield from nearest
            return
        for slip in slips:
            bent = {line: other for line in between if (other := self.bent_alike(step, line, slip)) is not None}
            own = [b.formula for b in self.variant.at(step).bends(answer.name, formula) if b.slip == slip]
            for each in (formula, *own[:1]) if bent else ():
                if self.gives_changed(step, bent, between, each, answer.readings[0]):
                    first, *others = bent
                    explanation = Explanation(slip, bent[first], first, also=tuple(others))
                    yield self.put_in(step, explanation, bent, between, each)
                    break
            else:
                if step == 1 and answer.name in self.cause.lines:
                    yield Explanation(slip, whole_run=True)

    def replayed(self, step: int, finding: Finding) -> Finding:
        """A line that cannot be judged, but has the very digits of a whole run bent, or of another step."""
        written, true = finding.answer.readings[0], self.variant.true(step)[finding.answer.name]
        shown = min(significant_figures(written.text.rstrip("0")), self.agreeing_figures(finding.answer))
        if shown < MANY_FIGURES or matches(written, true):
            return finding
        found = tuple(self.whole_run(step, finding.answer))
        return finding._replace(verdict="slip", explanations=found) if found else finding

    def may_be_named(self, explanation: Explanation, answer: Answer) -> bool:
        """Is there enough evidence: four digits, or a second line, where the slip is in a skipped line?"""
        if explanation.line is None:
            return True
        if SLIPS[explanation.slip].rank >= GUESS:
            return False
        cause = explanation.slip, explanation.line
        if self.agreeing_figures(answer) >= ENOUGH_FIGURES or cause in self.suspected:
            return True
        self.suspected.add(cause)
        return False

    def agreeing_figures(self, answer: Answer) -> int:
        """The figures of a number; of an update, those of its change."""
        written = answer.readings[0]
        name = answer.name
        if name.kind != "+" or name.of is None or written.value is None:
            return significant_figures(written.text)
        with suppress(*MISSED):
            change = abs(float(written.value) - self.ledger.narrow().of(answer.step, name.of).middle)
            return len(str(int(change / (2 * float(written.half_unit) or 1e-15))))
        return significant_figures(written.text)

    def remember(self, step: int, found: list[Explanation], answer: Answer) -> None:
        """A number copied wrong is a second reading for later lines (two digits are no evidence of it); a bent skipped
        line stays bent."""
        first = found[0]
        for explanation in found if significant_figures(answer.readings[0].text) > 2 else ():
            if explanation.copied is not None:
                name, text = explanation.copied
                half = 0.5 * 10.0 ** -decimals(text)
                self.ledger.second.setdefault((step, name), []).append((float(Fraction(text)), half))
        if first.line is not None and first.formula is not None:
            for line in (first.line, *first.also):
                bent = first.formula if line == first.line else self.bent_alike(step, line, first.slip)
                if bent is not None:
                    self.ledger.bend(step, line, bent)

    def bent_alike(self, step: int, line: Name, slip: str) -> Formula | None:
        return next((bend.formula for bend in self.bends(step, line) if bend.slip == slip), None)

    # --- this line ---

    def this_line(self, step: int, answer: Answer, formula: Formula) -> list[Explanation]:
        written = answer.readings[0]
        found = [
            Explanation(bend.slip, bend.formula)
            for bend in self.variant.at(step).bends(answer.name, formula)
            if self.gives(step, bend.formula, written)
        ]
        found += self.digits_out_of_place(step, answer, formula)
        found += self.exchanged(step, answer)
        found += self.old_weights(step, answer, formula) or self.stale(step, answer)
        if all(SLIPS[explanation.slip].rank >= 2 for explanation in found):
            found = self.copied_wrong(step, answer, formula) + found
        return _ranked(found)

    def gives(self, step: int, formula: Formula, written: Written, values: Mapping[Name, Any] | None = None) -> bool:
        """Does a formula give the written number: roughly first, by its band only if it is near?"""
        self.trials += 1
        if self.is_exhausted or written.value is None:
            return False
        bands = self.ledger.narrow(written)
        values = bands.at(step) if values is None else values
        half = self.ledger.slack(written)
        try:
            if not self.is_near(evaluate(formula, Middles(values), FLOAT), written):
                return False
            return explains(enclosed(formula, values, bands.radii, lambda size: half), written)
        except MISSED:
            return False

    def digits_out_of_place(self, step: int, answer: Answer, formula: Formula) -> list[Explanation]:
        """The right number with its point, its sign or two of its digits out of place, or a digit left out."""
        band = self.judge.band(step, answer)
        if band is None:
            return []
        found = [
            Explanation(slip)
            for slip, meant in digit_slips(answer.readings[0])
            if meant.value and explains(band, meant)
        ]
        honest = band.middle, float(self.variant.true(step)[answer.name])
        lost = any(near(meant, value) for meant in digits_lost(answer.readings[0]) for value in honest)
        return [*found, Explanation("digit-lost")] if lost else found

    def exchanged(self, step: int, answer: Answer, other_kinds: bool = False) -> list[Explanation]:
        """Is it the number that another line of the kind should have, and has that line the number of this one?"""
        written, own, least = answer.readings[0], self.judge.band(step, answer), SURE if other_kinds else 0
        if own is None or significant_figures(written.text) < max(2, least):
            return []
        for (at, name), other in self.judge.answers.items():
            number = other.readings[0]
            if at != step or other is answer or number.value is None or number.text == written.text:
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
        target = float(written.value)
        reach = 1.02 * self.ledger.slack(written) + 1e-13 * abs(target)
        found = []
        for name in names_in(formula):
            text = self.judge.text_of(step, name)
            is_given = (step, name) not in self.judge.answers
            if text is None or significant_figures(text) < (1 if is_given else 2) or "/" in text or "e" in text.lower():
                continue
            for candidate in misread(text) if is_given else one_digit_off(text):
                with suppress(*MISSED):
                    value = evaluate(formula, Changed({name: float(Fraction(candidate))}, exactly), FLOAT)
                    if abs(value - target) <= reach:
                        slip = "copied-wrong" if candidate in one_digit_off(text) else "given-misread"
                        changed = {name: candidate}
                        found.append(Explanation(slip, formula, copied=(name, candidate), changed=changed))
        return found if len(found) <= MOST_COPIES else []

    # --- a skipped line ---

    def skipped_line(self, step: int, answer: Answer, formula: Formula) -> list[Explanation]:
        """The lines the writer skipped before this one, nearest first, each bent."""
        if self.is_exhausted:
            return []
        between = self.between(step, answer.name)
        written = answer.readings[0]
        found: list[Explanation] = []
        few_digits = significant_figures(written.text) < 3
        for line in reversed(between):
            later = self.resting_on(step, line, between)
            for bend in self.bends(step, line):
                if few_digits and SLIPS[bend.slip].rank > 1:
                    continue  # two digits fit too many mix-ups
                if self.gives_changed(step, {line: bend.formula}, later, formula, written):
                    explanation = Explanation(bend.slip, bend.formula, line)
                    found.append(self.put_in(step, explanation, {line: bend.formula}, later, formula))
            if found:
                break
        if all(SLIPS[each.slip].rank > 1 for each in found):  # one cause in several lines beats a mix-up in one
            found = self.skipped_lines(step, between, formula, written) + found
        return _ranked(found) or self.misread_before(step, answer, formula)

    def misread_before(self, step: int, answer: Answer, formula: Formula) -> list[Explanation]:
        """A given number read wrong in one of the skipped lines, nearest first; among many, none is named."""
        between, written = self.between(step, answer.name), answer.readings[0]
        for line in reversed(between if self.agreeing_figures(answer) >= ENOUGH_FIGURES else []):
            later = self.resting_on(step, line, between)
            found = [
                self.put_in(step, Explanation("given-misread", bent, line), {line: bent}, later, formula)
                for bent in self.misread_in(step, line, later, formula, written)
                if self.gives_changed(step, {line: bent}, later, formula, written)
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
                self.trials += 1 + len(after_it) // 4
                if self.is_exhausted:
                    return
                with suppress(*MISSED):
                    value = evaluate(own, Changed({name: float(candidate)}, middles), FLOAT)
                    changed = {line: point(value)}
                    if self.is_near(self.carried_on(step, {}, after_it, formula, bands, changed, None), written):
                        yield substitute(own, {name: literal(candidate)})

    def skipped_lines(self, step: int, between: list[Name], formula: Formula, written: Written) -> list[Explanation]:
        """A classical slip in several of the skipped lines: the bias correction left out in both moments."""
        everywhere: dict[str, dict[Name, Formula]] = {}
        for line in between:
            for bend in self.bends(step, line):
                if SLIPS[bend.slip].rank == 1:
                    everywhere.setdefault(bend.slip, {}).setdefault(line, bend.formula)
        found = []
        for slip, bent in everywhere.items():
            if len(bent) > 1 and self.gives_changed(step, bent, between, formula, written):
                first, *others = bent
                explanation = Explanation(slip, bent[first], first, also=tuple(others))
                found.append(self.put_in(step, explanation, bent, between, formula))
        return found

    def bends(self, step: int, line: Name) -> list[Bend]:
        """The slips of a line that is not on the sheet."""
        lines = self.variant.at(step)
        return lines.bends(line, lines.opened(line, self.ledger.written[step]))

    def between(self, step: int, name: Name) -> list[Name]:
        """The skipped lines a line depends on, in order (structural ones are part of the formulas)."""
        return self.ledger.between(step, self.ledger.formula(step, name))

    def resting_on(self, step: int, line: Name, between: list[Name]) -> list[Name]:
        """A skipped line and those between that rest on it."""
        found = {line}
        for each in between:
            if any(used in found for used in self.ledger.uses(step, each)):
                found.add(each)
        return [each for each in between if each in found]

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
        self.trials += 1 + len(between) // 4
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
            return explains(enclosed(formula, values, bands.radii, lambda size: half), written)
        except MISSED:
            return False

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
                if sum(1 for _ in walk_names(put[name])) > MOST_PUT_IN:
                    values = self.bent_values(step, bent, between, self.ledger.narrow(), {})
                    return found._replace(gives=formula, changed=values)
        return found._replace(gives=flat(substitute(formula, put)))

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

    def is_near(self, rough: float, written: Written) -> bool:
        """Is it worth looking at a value more closely?"""
        assert written.value is not None
        return abs(rough - float(written.value)) <= 0.05 * abs(float(written.value)) + 50 * self.ledger.slack(written)

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

    # --- the whole run ---

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
        between = self.between(step, answer.name)
        for kept in {None, own}:
            if before and self.gives_changed(step, {}, between, formula, answer.readings[0], before, kept):
                return [Explanation("old-weights")]
        for name in [name for name in names_in(formula) if name in before and name != own]:
            if self.gives_changed(step, {}, [], formula, answer.readings[0], {name: before[name]}):
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
        places = list(_in_other_places(name, self.variant.example.training))
        for other in (step - 1, step + 1):
            if other >= 1 and other <= max(self.ledger.steps) + 1:
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

    def two_slips(self, step: int, answer: Answer, formula: Formula) -> Iterator[Explanation]:
        """A bend of this line together with a wrong sign or a decimal point one place off."""
        if significant_figures(answer.readings[0].text) < 3:
            return
        for slip, meant in digit_slips(answer.readings[0]):
            if slip == "digits-swapped":
                continue
            for bend in self.variant.at(step).bends(answer.name, formula):
                if SLIPS[bend.slip].rank == 1 and bend.slip != "sign" and self.gives(step, bend.formula, meant):
                    gives = _joined(bend.formula, slip, meant, answer.readings[0])
                    yield Explanation(bend.slip, bend.formula, joined=(slip, meant), gives=gives)
                    return


def given_by(explanation: Explanation) -> Formula | None:
    """The formula that gives the written number."""
    return explanation.formula if explanation.gives is None else explanation.gives


def _joined(formula: Formula, slip: str, meant: Written, written: Written) -> Formula:
    """A formula whose result has the wrong sign, or its point at the wrong place."""
    if slip == "sign-dropped":
        return Minus(formula)
    assert meant.value is not None and written.value is not None
    ten = Number("10")
    return Product((ten, formula)) if abs(written.value) > abs(meant.value) else Quotient(formula, ten)


def explains(band: Band, written: Written) -> bool:
    """Does a bent line give the number: within what the digits of the numbers in it leave open, and not merely because
    that is wide?"""
    assert written.value is not None
    target, half = float(written.value), float(written.half_unit)
    half = max(half, 1e-12 * abs(target))
    off = abs(band.middle - target)
    reach = max(band.high - band.middle, band.middle - band.low)
    on_the_way = min(band.noise, half) if significant_figures(written.text) >= 3 else 0.0
    if off > reach + 1.02 * half + on_the_way:
        return False
    return reach <= SHARE * abs(target) or off <= 1.01 * half


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


def near(written: Written, value: float) -> bool:
    """Is a number a value, rounded?"""
    assert written.value is not None
    return abs(float(written.value) - value) <= 1.02 * float(written.half_unit)


def literal(text: str) -> Formula:
    """A number as a formula."""
    return Minus(Number(text[1:])) if text.startswith("-") else Number(text)


def _figures(written: Written) -> int:
    return significant_figures(written.text)


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
