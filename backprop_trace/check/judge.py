"""Judging the lines of a sheet, each from the writer's own earlier lines. No verdict is given without evidence.

`Judge.honest` is the ladder: a number that tells nothing is undecided; the true value correctly rounded is right; where
nothing had to be rounded it must be exact; inside the narrow band it is rounded or follows; inside the coarse one
undecided; else off, and the slips are tried.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from fractions import Fraction
from math import inf

from backprop_trace.check.carried import could_be_carried, is_from_coarse_lines
from backprop_trace.check.digits import has_more_digits, neighbouring_numbers
from backprop_trace.check.explain import Explainer
from backprop_trace.check.findings import NO_CAUSE, OFF_BY_ONE, Answer, Cause, Explanation, Finding
from backprop_trace.check.habits import Habits
from backprop_trace.check.ledger import Key, Ledger, reach_of_sheet
from backprop_trace.check.variant import Variant
from backprop_trace.check.writer import (
    FORGIVEN,
    exact_value,
    filling_zeros,
    shows_nothing,
    significant_figures,
)
from backprop_trace.files.sheet import Written
from backprop_trace.formulas.arithmetic.band import Band, Unbounded, point
from backprop_trace.formulas.expr import Formula, Name, names_in
from backprop_trace.formulas.numbers import as_float

MOST_UNITS = {0: 0.5, 1: 0.5, 2: 1.0}
"""So many units of its last digit a number may be off, by its figures; else three."""
SHARE, LEARNT_SHARE = 0.01, 0.05
"""So much of a number it may be off, where that is more; more where a habit is learnt."""
DUST = 1e-9
"""What floats may do to a number, in units of its last digit."""
BEST = ("right", "rounded", "follows", "undecided", "off")
FEWEST_PLACEHOLDERS = 5
"""Lines with one and the same number that may merely fill the places."""
LEAST_CUT = 3
"""Lines that must tell that a writer cuts off."""


class Judge:
    """Judges the answers of one sheet along one variant. Without `explain`, what does not follow is left `off`."""

    def __init__(
        self, variant: Variant, answers: Mapping[Key, Answer], habits: Habits, explain: bool, cause: Cause = NO_CAUSE
    ):
        self.ledger = Ledger(variant, answers, habits)
        self.variant, self.steps = variant, self.ledger.steps
        self.answers = self.ledger.answers
        self.written = self.ledger.written
        self.placeholder = placeholder_of(variant, answers)
        self.careless: set[Key] = set()
        self.explainer = Explainer(self, cause) if explain else None

    def findings(self) -> Iterator[Finding]:
        """A finding for each answer, in the order of the listing."""
        self.variant.prepare(self.steps)
        for step in self.steps:
            lines = self.variant.at(step)
            at_step = [name for at, name in self.answers if at == step]
            for name in sorted(at_step, key=lines.place_of):
                answer = self.answers[step, name]
                if answer.again:
                    yield from self.judge_all(step, answer)
                else:
                    yield self.judge_one(step, answer)

    def judge_one(self, step: int, answer: Answer) -> Finding:
        is_given = answer.name not in self.variant.at(step).equations
        return self.judge_given(step, answer) if is_given else self.judge(step, answer)

    def judge_all(self, step: int, answer: Answer) -> Iterator[Finding]:
        """Several lines for one quantity: each is judged, the best stands for later lines, the others may be used."""
        key = step, answer.name
        numbers = [answer._replace(again=()), *answer.again]
        kept = self.ledger.tainted.copy(), self.ledger.mute.copy()
        verdicts = []
        for each in numbers:
            self.answers[key] = each
            verdicts.append(self.honest(step, each).verdict if key[1] in self.variant.at(step).equations else "right")
        best = min(range(len(numbers)), key=lambda place: BEST.index(verdicts[place]))
        texts = {numbers[best].readings[0].text}
        for place in [*(other for other in range(len(numbers)) if other != best), best]:
            self.ledger.tainted, self.ledger.mute = kept[0].copy(), kept[1].copy()
            self.ledger.forget(*key)
            self.answers[key] = numbers[place]
            yield self.judge_one(step, numbers[place])
            if numbers[place].readings[0].text not in texts:
                texts.add(numbers[place].readings[0].text)
                self.remember_reading(key, numbers[place].readings[0])

    def judge_given(self, step: int, answer: Answer) -> Finding:
        """A given that stands on the sheet: was it copied rightly?"""
        ledger, written, name = self.ledger, answer.readings[0], answer.name
        true = self.variant.true(step)[name]
        assert written.value is not None
        if shows_nothing(written, true):
            ledger.mute.add((step, name))
            return Finding(answer, "undecided", reason="mute", formula=name)
        if self.variant.is_right(step, name, written):
            return Finding(answer, "right", formula=name)
        if step == 1 and abs(as_float(written.value - true)) <= self.variant.rounded.get(name, 0.0):
            return Finding(answer, "rounded", remark=MORE_DIGITS, formula=name)
        before = ledger.before(step, name)
        if before is None:
            ledger.tainted.add((step, name))
            found = (Explanation("copied-wrong", name),)
            return Finding(answer, "slip", self._point(true), found, formula=name)
        try:
            band = ledger.narrow(written).of(*before)
        except (Unbounded, KeyError):
            ledger.tainted.add((step, name))  # what is computed from it follows; that it is right nobody knows
            return Finding(answer, "undecided", reason="far", formula=name)
        if self.reaches(band, written):
            sound = ledger.is_sound(*before)
            if not sound:
                ledger.tainted.add((step, name))
            return Finding(answer, "rounded" if sound else "follows", band, formula=name)
        ledger.tainted.add((step, name))
        return Finding(answer, "slip", band, (Explanation("copied-wrong", name),), formula=name)

    @staticmethod
    def _point(value: Fraction) -> Band | None:
        """The band of an exact number; None where no float is large enough for it."""
        try:
            return point(value)
        except Unbounded:
            return None

    def judge(self, step: int, answer: Answer) -> Finding:
        key = step, answer.name
        finding = self.honest(step, answer)
        if finding.verdict in ("off", "undecided") and (whole := self._by_all_ways(step, answer)) is not None:
            self.ledger.mute.add(key)  # it is another quantity than later lines use
            self.ledger.forget(*key)
            return whole
        if finding.verdict == "off" and self.explainer is not None:
            finding = self.explainer.explained(step, finding)
        elif finding.verdict == "undecided" and finding.reason != "mute" and self.explainer is not None:
            finding = self.explainer.replayed(step, finding)
        if finding.remark == OFF_BY_ONE:
            self.careless.add(key)
        if finding.verdict == "undecided" and finding.reason == "mute":
            self.ledger.mute.add(key)
            self.ledger.forget(*key)
        elif finding.verdict not in ("right", "rounded"):
            self.ledger.tainted.add(key)
        for other in answer.readings[1:]:
            if other.value is not None:
                self.remember_reading(key, other)
        return finding

    def _by_all_ways(self, step: int, answer: Answer) -> Finding | None:
        """A slope between definitions that is given as the whole derivative."""
        formula = self.variant.at(step).by_all_ways(answer.name)
        if formula is None or (band := self.band(step, answer, formula)) is None:
            return None
        if not self.reaches(band, answer.readings[0]) or not self._is_narrow(step, answer, band):
            return None
        sound = all(self.ledger.is_sound(step, used) for used in names_in(formula))
        return Finding(answer, "rounded" if sound else "follows", band, remark=BY_ALL_WAYS, formula=formula)

    def remember_reading(self, key: Key, written: Written) -> None:
        """A second reading of a number, for later lines."""
        assert written.value is not None
        self.ledger.second.setdefault(key, []).append((as_float(written.value), self.ledger.slack(written)))

    # --- the ladder ---

    def honest(self, step: int, answer: Answer) -> Finding:
        """right, rounded, follows or undecided; else off. What only fills the places of a sheet confirms nothing."""
        finding, written = self.as_it_stands(step, answer), answer.readings[0]
        if finding.verdict in ("off", "undecided") or written.text != self.placeholder:
            return finding
        if written.value == self.variant.true(step)[answer.name]:
            return finding
        return finding._replace(verdict="undecided", reason="placeholder", remark="")

    def as_it_stands(self, step: int, answer: Answer) -> Finding:
        """The judgement on a line, whatever the others say."""
        written, name, ledger = answer.readings[0], answer.name, self.ledger
        assert written.value is not None
        true, rough = self.variant.true(step)[name], self.variant.rough(step)[name]
        formula = ledger.formula(step, name)
        sound, is_right = ledger.uses_are_sound(step, name), self.variant.is_right(step, name, written)
        if sound and is_right:
            return Finding(answer, "right", formula=formula)
        exact = ledger.exactly(step, name, written)
        if exact is not None:
            return self._exactly(answer, exact, sound, formula)
        band = self.band(step, answer)
        should = true if sound or band is None else Fraction(band.middle)
        if shows_nothing(written, should) and self._says_nothing(written, should):
            return Finding(answer, "undecided", band, reason="mute", formula=formula)
        if is_right:
            remark = self._not_from_own_lines(step, answer, band)
            return Finding(answer, "right", band, remark=remark, formula=formula)
        if band is None:
            reason = "far" if self._rests_on_far(step) else "unbounded"
            return Finding(answer, "undecided", None, reason=reason, formula=formula)
        return self._by_bands(step, answer, band, sound, formula, rough)

    def band(self, step: int, answer: Answer, formula: Formula | None = None) -> Band | None:
        """The narrow band of a line, without the rounding of its result."""
        written = answer.readings[0]
        formula = self.ledger.formula(step, answer.name) if formula is None else formula
        try:
            return self.ledger.narrow(written).line(step, formula, written)
        except (Unbounded, KeyError):
            return None

    def _exactly(self, answer: Answer, exact: Fraction, sound: bool, formula: Formula) -> Finding:
        """Where nothing had to be rounded."""
        band = self._point(exact)
        if answer.readings[0].value == exact:
            true = self.variant.true(answer.step)[answer.name]
            return Finding(
                answer, "right" if exact == true else "rounded" if sound else "follows", band, formula=formula
            )
        if not sound and answer.readings[0].value == self.variant.true(answer.step)[answer.name]:
            return Finding(answer, "right", band, remark=NOT_FROM_OWN, formula=formula)
        if band is not None and self._without_zeros(answer, band):
            return Finding(answer, "undecided", band, reason="zeros", formula=formula)
        if habits_cut := self._is_cut_short(answer.readings[0], exact):
            verdict = "rounded" if sound else "follows"
            return Finding(answer, "undecided" if habits_cut == "may" else verdict, band, reason="cut", formula=formula)
        if is_from_coarse_lines(self.ledger, answer.step, formula, answer.readings[0]):
            return Finding(answer, "undecided", band, reason="coarse", formula=formula)
        return Finding(answer, "off", band, formula=formula)

    def _is_cut_short(self, written: Written, exact: Fraction) -> str:
        """A program that cuts off turns 0.3906 into 0.39059: does this sheet do so (`yes`, `may`)?"""
        assert written.value is not None
        shorter = abs(exact) - abs(written.value) == 2 * written.half_unit and written.value * exact >= 0
        short = written.decimals > 0 and shorter
        return "" if not short else "yes" if self.ledger.habits.cuts else "may" if self.ledger.habits.seems_cut else ""

    def _says_nothing(self, written: Written, should: Fraction) -> bool:
        """Is a number that shows no digit of what it should be near enough to be no mistake?"""
        assert written.value is not None
        habits = self.ledger.habits
        if written.decimals <= 0:  # whole numbers stand in for others
            reach = 4 * written.half_unit
        else:  # cut off, 0.0000 stands for anything below a whole unit
            reach = written.half_unit * (2 if habits.cuts or habits.seems_cut else 1)
        return abs(written.value - should) <= reach

    def _rests_on_far(self, step: int) -> bool:
        return any(self.ledger.is_far(each) for each in self.steps if each <= step)

    def _not_from_own_lines(self, step: int, answer: Answer, band: Band | None) -> str:
        """What is said of a number that is right though the writer's own lines give another."""
        if band is None or self.reaches(band, answer.readings[0]):
            return ""
        return "" if self._possible_way(step, answer) else NOT_FROM_OWN

    def _by_bands(self, step: int, answer: Answer, band: Band, sound: bool, formula: Formula, rough: float) -> Finding:
        written = answer.readings[0]
        verdict = "rounded" if sound else "follows"
        if self.reaches(band, written) or self._reaches_otherwise(step, answer):
            if self._is_narrow(step, answer, band):
                finding = Finding(answer, verdict, band, formula=formula)
                return finding if self.explainer is None else self.conspicuous(step, finding)
            return Finding(answer, "undecided", band, reason="wide", formula=formula)
        if self._is_a_unit_off(written, rough if sound else band.middle) or self._is_a_unit_off(written, band.middle):
            finding = Finding(answer, verdict, band, remark=OFF_BY_ONE, formula=formula)
            return finding if self.explainer is None else self.conspicuous(step, finding)
        if self._by_second_reading(step, answer, formula):
            return Finding(answer, "follows", band, remark=FROM_SECOND, formula=formula)
        if self._without_zeros(answer, band):
            reason = "" if self.ledger.habits.figures is not None else "zeros"
            return Finding(answer, "undecided" if reason else verdict, band, reason=reason, formula=formula)
        if way := self._possible_way(step, answer):
            return Finding(answer, "undecided", band, reason=way, formula=formula)
        return Finding(answer, "off", band, formula=formula)

    def reaches(self, band: Band, written: Written, half: float | None = None) -> bool:
        """Is a number within a band, once its result is rounded (or cut off)?"""
        assert written.value is not None
        value, half = as_float(written.value), self.ledger.slack(written) if half is None else half
        tiny = DUST * half
        low, high = band.low - half - tiny, band.high + half + tiny
        if self.ledger.habits.cuts:  # towards 0, from either side
            low, high = low + (half if value < 0 else -half), high - (half if value > 0 else -half)
        return low <= value <= high

    def _reaches_otherwise(self, step: int, answer: Answer) -> bool:
        """The same by another formula for the line."""
        shortcut = self.ledger.shortcut(step, answer.name)
        if shortcut is None:
            return False
        band = self.band(step, answer, shortcut)
        return band is not None and self.reaches(band, answer.readings[0])

    def _is_narrow(self, step: int, answer: Answer, band: Band) -> bool:
        """Is the band that a number lies in no wider than what may be confirmed?"""
        written = answer.readings[0]
        assert written.value is not None
        off = abs(as_float(written.value) - band.middle)
        figures = significant_figures(written.text)
        units = MOST_UNITS.get(figures, 3.0) * 2 * as_float(written.half_unit)
        share = LEARNT_SHARE if self.ledger.habits.learnt else SHARE
        may_be_off = max(units, share * self._of_what(step, answer.name, band.middle)) * 1.0001
        if off <= may_be_off and (band.low * band.high > 0 or off <= units):
            return True
        return off <= self._reach_of_written(step, answer, band) * 1.0001

    def _of_what(self, step: int, name: Name, middle: float) -> float:
        """The size of a number; of an update, that of its change."""
        if name.kind != "+" or name.of is None:
            return abs(middle)
        try:
            return abs(middle - self.ledger.narrow().of(step, name.of).middle)
        except (Unbounded, KeyError):
            return 0.0

    def _reach_of_written(self, step: int, answer: Answer, band: Band) -> float:
        """How far a number may be off by the digits that are on the sheet, and by its own."""
        half = self.ledger.slack(answer.readings[0])
        bands = self.ledger.narrow(answer.readings[0])
        if band.slopes is None:
            used = names_in(self.ledger.formula(step, answer.name))
            written = all(
                self.ledger.reading(step, name) or bands.of(step, name).low == bands.of(step, name).high
                for name in used
            )
            return max(band.high - band.middle, band.middle - band.low) + half if written else half
        return reach_of_sheet(band, bands.radii) + band.noise + half

    def _is_a_unit_off(self, written: Written, middle: float) -> bool:
        """Is the last of three digits or more one unit from the number correctly rounded?"""
        assert written.value is not None
        figures = significant_figures(written.text)
        if figures < FORGIVEN or not written.half_unit:
            return False
        unit = 2 * written.half_unit
        off = abs(round(Fraction(middle) / unit) - written.value / unit)
        return off <= (2 if self.ledger.habits.cuts else 1)

    def _possible_way(self, step: int, answer: Answer) -> str:
        """How the number would follow: skipped lines carried coarsely, or numbers cut off; "" if it would not."""
        written, ledger, habits = answer.readings[0], self.ledger, self.ledger.habits
        lines = self.variant.at(step)
        formulas = [ledger.formula(step, answer.name)]
        if not habits.even and (step, answer.name) not in ledger.bent:  # slopes are rounded again
            formulas.append(lines.formula(answer.name, ledger.written[step]))
        shortcut = ledger.shortcut(step, answer.name)
        half = ledger.slack(written) * 10.0 ** habits.zeros_behind(written.text)
        for formula in formulas + ([shortcut] if shortcut is not None else []):
            if not habits.uneven and not written.text.endswith("0"):  # a copy of a coarser number ends in zeros
                formula = ledger.without_copies(step, formula)
            try:
                determined = ledger.is_determined(step, formula)
                band = ledger.coarse().line(step, formula, written, determined)
                possible = self.reaches(band, written, half) and could_be_carried(ledger, step, formula, written)
                if possible or is_from_coarse_lines(ledger, step, formula, written):
                    return "coarse"
                if not habits.cuts and (habits.seems_cut or (habits.may_cut and not determined)):
                    band = ledger.coarse(cut=True).line(step, formula, written, determined)
                    if self._reaches_cut(band, written, half):
                        return "cut"
            except (Unbounded, KeyError):
                return "" if determined else "coarse"
        return ""

    @staticmethod
    def _reaches_cut(band: Band, written: Written, half: float) -> bool:
        assert written.value is not None
        value = as_float(written.value)
        low, high = 2 * half * (value >= 0), 2 * half * (value <= 0)
        return band.low - low <= value <= band.high + high

    def _without_zeros(self, answer: Answer, band: Band) -> bool:
        """1460 for 1456 (where digits are uneven, 1.000 for 1.03): would it do, if its zeros only fill places?"""
        written = answer.readings[0]
        zeros = self.ledger.habits.zeros_behind(written.text)
        return zeros > 0 and self.reaches(band, written, as_float(written.half_unit) * 10.0**zeros)

    def _by_second_reading(self, step: int, answer: Answer, formula: Formula) -> bool:
        """Does the line follow from another reading of one of its numbers?"""
        bands = self.ledger.narrow(answer.readings[0])
        for used in names_in(formula):
            for value, half in self.ledger.second.get((step, used), ()):
                key = (step, used)
                kept, radius = bands.made.get(key), bands.radii.get(key, 0.0)
                bands.made[key] = Band(value, value - half, value + half, {key: (1.0, 1.0)})
                bands.radii[key] = half
                try:
                    found = self.band(step, answer)
                    if found is not None and self.reaches(found, answer.readings[0]):
                        return True
                finally:
                    bands.radii[key] = radius
                    bands.made.pop(key) if kept is None else bands.made.__setitem__(key, kept)
        return False

    def conspicuous(self, step: int, finding: Finding) -> Finding:
        """A number with more digits than the band is wide that is *exactly* what another digit would give.

        Only where an earlier line is not right anyway: honest writers do not come here.
        """
        answer, formula = finding.answer, finding.formula
        if not self.careless or formula is None or self.explainer is None:
            return finding
        used = [self.answers[step, name] for name in names_in(formula) if (step, name) in self.answers]
        careless = any((step, each.name) in self.careless for each in used)
        if not careless or not all(has_more_digits(answer.readings[0], each.readings[0]) for each in used):
            return finding
        if self.exactly(step, formula, {}) == answer.readings[0].value:  # as it should be
            return finding
        for each in used:
            for copied in neighbouring_numbers(each.readings[0].text):
                if self.exactly(step, formula, {each.name: Fraction(copied)}) == answer.readings[0].value:
                    found = Explanation("copied-wrong", formula, copied=(each.name, copied))
                    self.explainer.remember(step, [found], answer)
                    return finding._replace(verdict="slip", explanations=(found,))
        return finding

    def exactly(self, step: int, formula: Formula, copied: Mapping[Name, Fraction]) -> Fraction | None:
        """A rational formula over the numbers as they are written; None if it needs others."""
        values: dict[Name, Fraction] = {}
        for name in names_in(formula):
            text = self.text_of(step, name)
            if text is None:
                return None
            values[name] = copied.get(name, Fraction(text))
        return exact_value(formula, values, Fraction(1, 10**60), inf)

    def text_of(self, step: int, name: Name) -> str | None:
        """The number a writer copies: from an earlier line, or from what is given."""
        answer = self.answers.get((step, name))
        if answer is not None:
            return answer.readings[0].text if "/" not in answer.readings[0].text else None
        return self.given_text(step, name)

    def given_text(self, step: int, name: Name) -> str | None:
        """A number as it is given; one that a step before has changed is not given any more."""
        is_given = step == 1 or name not in self.variant.carried
        return self.variant.example.values.get(name) if is_given else None


MORE_DIGITS = "what is given is printed rounded"
BY_ALL_WAYS = "right as the whole derivative; the line of the example is the slope along the direct way"
NOT_FROM_OWN = "right, though it does not follow from your own earlier lines"
FROM_SECOND = "computed from the other reading of an earlier line"


def placeholder_of(variant: Variant, answers: Mapping[Key, Answer]) -> str:
    """The number that stands in most of the lines of a sheet, though most of those are another; else empty."""
    if len(answers) < FEWEST_PLACEHOLDERS:
        return ""
    texts = Counter(answer.readings[0].text for answer in answers.values())
    text, count = max(texts.items(), key=lambda each: each[1])
    if count < FEWEST_PLACEHOLDERS or 2 * count <= len(answers):
        return ""
    fit = 0
    for (step, name), answer in answers.items():
        written, true = answer.readings[0], variant.true(step).get(name)
        if written.text == text and written.value is not None and true is not None:
            fit += variant.is_right(step, name, written)
    return text if 2 * fit < count else ""


def habits_of(variant: Variant, answers: Mapping[Key, Answer]) -> Habits:
    """The digits a sheet is written to; a number copied as it is given says nothing of them."""
    texts: list[tuple[str, Fraction]] = []
    given = set(variant.example.values.values())
    for (step, name), answer in answers.items():
        written = answer.readings[0]
        if name in variant.at(step).equations:
            true = variant.true(step)[name]
            if written.text not in given or written.value != true:
                texts.append((written.text, true))
    return Habits.of(texts)


def cut_off(judge: Judge) -> Habits:
    """The habits of a judged sheet, with whether its numbers are cut off: three lines must tell, none be rounded up.

    With fewer, or none, it may be so: unless one is rounded up, or is larger than it should be in any case.
    """
    habits = judge.ledger.habits
    cutter = Judge(judge.variant, judge.answers, habits._replace(cuts=True), explain=False)
    told = Counter[str]()
    for answer in judge.answers.values():
        told[shortened(judge, cutter, answer)] += 1
        if told["up"]:
            return habits
    may_cut, seems_cut = not told["larger"], told["cut"] + told["cut to 0"] > 0
    return habits._replace(may_cut=may_cut, seems_cut=may_cut and seems_cut, cuts=told["cut"] >= LEAST_CUT)


def shortened(judge: Judge, cutter: Judge, answer: Answer) -> str:
    """What a line tells: `cut`, `cut to 0`, rounded `up` (above all that cut numbers give), a unit `larger`."""
    step, name, written = answer.step, answer.name, answer.readings[0]
    if written.value is None or not written.half_unit or name not in judge.variant.at(step).equations:
        return ""
    band = judge.band(step, answer)
    if band is None:
        return ""
    unit = max(2 * as_float(written.half_unit), 1e-300) * 10.0 ** filling_zeros(written.text)
    value = as_float(written.value)
    turn = -1 if (value or band.middle) < 0 else 1
    is_cut = 0.5 + DUST < turn * (band.middle - value) / unit < 1 - DUST
    if is_cut or shows_nothing(written, band.middle):
        return "" if not is_cut else "cut to 0" if shows_nothing(written, band.middle) else "cut"
    if turn * (value - judge.variant.rough(step)[name]) <= 0 or (lower := cutter.band(step, answer)) is None:
        return ""
    above = turn * value - max(turn * lower.low, turn * lower.high)
    if above <= DUST * unit:
        return ""
    if judge.variant.at(step).equations[name].shortcut or judge.ledger.exactly(step, name, written) is not None:
        return ""
    return "up" if above < unit and judge.reaches(band, written) else "larger"
