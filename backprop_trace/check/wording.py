"""What is said about a line: a sentence, the line as it should be, the line that gives the writer's number."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from fractions import Fraction
from math import isclose

from backprop_trace.check.explain import given_by
from backprop_trace.check.explain.trials import is_whole
from backprop_trace.check.findings import Answer, Explanation, Finding
from backprop_trace.check.judge import Judge
from backprop_trace.check.report import Words, Worked
from backprop_trace.check.slips import SLIPS
from backprop_trace.check.writer import magnitude
from backprop_trace.files.sheet import Written, half_unit, in_units
from backprop_trace.formulas.arithmetic import FLOAT, ComputationError, evaluate, evaluate_all, float_value
from backprop_trace.formulas.arithmetic.band import Band, Unbounded, enclosed
from backprop_trace.formulas.expr import Formula, Minus, Name, names_in
from backprop_trace.formulas.notation import ASCII, number_piece, show
from backprop_trace.formulas.notation.names import canonical
from backprop_trace.formulas.notation.numbers import shown
from backprop_trace.formulas.numbers import as_float, number

FIGURES, FEWEST_FIGURES = 6, 3
"""Of a number that stands for a line that is not on the sheet: as it is printed, and as coarse as it may be."""

MOST_LISTED = 3

UNDECIDED = {
    "mute": "too few digits to tell",
    "far": "it rests on steps that are not on the sheet, and it is not the true value rounded: "
    "their numbers would tell",
    "unbounded": "a division by what may be 0, or a number beyond 1.8e308: it cannot be bounded, "
    "and it is not the true value rounded",
    "wide": "the lines that are not on the sheet leave too much open: they, or more digits, would tell",
    "coarse": "right only if you carried fewer figures on the way than this: the lines before it would tell",
    "cut": "right only if you cut numbers off in place of rounding them: more lines would tell",
    "placeholder": "the same number stands in most lines, and most of them are another: it tells nothing here",
    "zeros": "right only if its last zeros merely fill the places",
}
"""Why a line is undecided."""


class Wording:
    """Words for the findings of one judge."""

    def __init__(self, judge: Judge):
        self.judge = judge
        self.given = frozenset(abs(number(text)) for text in judge.variant.example.values.values())
        self._elsewhere: dict[int, dict[Name, float]] = {}

    def message(self, finding: Finding, verdict: str) -> Words:
        """A sentence about a line, for people."""
        match verdict:
            case "right":
                return (finding.remark,) if finding.remark else ()
            case "rounded":
                return (finding.remark or "right within the rounding of the lines before it",)
            case "follows":
                return (finding.remark or "follows from your own earlier lines: no new mistake",)
            case "slip":
                return self.slips(finding)
            case "wrong" if finding.verdict != "wrong":
                return ("not right to the digits that are asked for",)
            case "wrong" if finding.explanations:
                guess = self.sentence(finding.explanations[0], finding)
                return "no known slip gives this number; it would fit if ", *guess
            case "wrong":
                return ("no known slip gives this number",)
            case "undecided":
                return (self.undecided(finding),)
        return ()

    def undecided(self, finding: Finding) -> str:
        """Why a line cannot be judged, and what would tell."""
        text = UNDECIDED[finding.reason]
        if finding.reason != "mute":
            return text
        true = self.judge.variant.true(finding.answer.step)[finding.answer.name]
        should = Fraction(finding.band.middle) if finding.band is not None else true
        if not should:
            return text
        grows = magnitude(number(shown(abs(should), 1))) > magnitude(should)  # 0.0982 is 0.1 with one figure
        return f"{text}: {shown(signed_value(should, finding.answer.sign), 2 if grows else 1)} would do"

    def slips(self, finding: Finding) -> Words:
        """Your number is what one gets if ...; or if ..."""
        slips = {explanation.slip for explanation in finding.explanations}
        told = [e for e in finding.explanations if e.slip != "sign-dropped" or not slips & {"sign", "ascent"}]
        told = self.told_apart(told, finding)
        reasons = [self.sentence(explanation, finding) for explanation in told]
        return "your number is what one gets if ", *joined("; or if ", dict.fromkeys(reasons))

    def told_apart(self, explanations: Sequence[Explanation], finding: Finding) -> list[Explanation]:
        """Without other names for what bends the line in the same way: of a formula's names the first is said."""
        kept, known = list[Explanation](), list[float]()
        for explanation in explanations:
            value = None if explanation.joined else self.elsewhere(given_by(explanation), finding.answer.step)
            if value is not None and any(isclose(value, other, rel_tol=1e-9) for other in known):
                continue
            kept.append(explanation)
            known += [value] if value is not None else []
        return kept

    def elsewhere(self, formula: Formula | None, step: int) -> float | None:
        """What a formula would be, were the given numbers a little different; None where it has no value."""
        if formula is None:
            return None
        lines = self.judge.variant.at(step)
        if step not in self._elsewhere:
            true = self.judge.variant.true(step)
            values = {name: as_float(true[name]) * _nudge(name) for name in lines.givens if name in true}
            with suppress(LookupError, ArithmeticError, ValueError, ComputationError):
                evaluate_all(((name, line.formula) for name, line in lines.equations.items()), values, FLOAT)
            self._elsewhere[step] = values
        return float_value(formula, self._elsewhere[step])

    def sentence(self, explanation: Explanation, finding: Finding) -> Words:
        text = SLIPS[explanation.slip].sentence
        if explanation.joined is not None:
            return (f"{text}, and {SLIPS[explanation.joined[0]].sentence}",)
        if explanation.copied is not None:
            name, copied = explanation.copied
            own = self.judge.text_of(finding.answer.step, name)
            return name, f" is copied as {copied} for {own}"
        if explanation.whole_run:
            return (f"{text}, {'from the first step on' if finding.answer.step > 1 else 'wherever it can be'}",)
        if explanation.line is not None:
            lines = explanation.line, *explanation.also
            if len(lines) > MOST_LISTED:
                return f"{text}, in ", lines[0], f" and {len(lines) - 1} more lines that are not on the sheet"
            what = "lines that are" if explanation.also else "a line that is"
            return f"{text}, in ", *joined(" and ", [(line,) for line in lines]), f", {what} not on the sheet"
        return (text,)

    def expected(self, finding: Finding, true: Fraction) -> str:
        """The value that follows from the writer's own lines, to the digits they write."""
        written = finding.answer.readings[0]
        value = self.from_own_lines(finding)
        return _to_digits(true if value is None else value, written)

    def from_own_lines(self, finding: Finding) -> Fraction | None:
        """A line's value from the numbers as they are printed, so that what is printed is true."""
        if finding.formula is None or finding.band is None:
            return None
        if finding.formula == finding.answer.name:
            return Fraction(finding.band.middle)
        try:
            return Fraction(self.evaluated(finding.formula, finding))
        except (LookupError, ArithmeticError, ValueError, Unbounded):
            return Fraction(finding.band.middle)

    def evaluated(self, formula: Formula, finding: Finding) -> float:
        """The value of a formula over the numbers as they are printed."""
        values = {name: as_float(Fraction(self.number_of(finding, name))) for name in names_in(formula)}
        return as_float(evaluate(formula, values, FLOAT))

    def should(self, finding: Finding) -> Worked | None:
        """The line as it should be, from the writer's own lines."""
        if finding.formula is None or finding.band is None:
            return None
        answer, value = finding.answer, signed(self.expected(finding, Fraction(0)), finding.answer.sign)
        if finding.formula == answer.name:  # a number that is given
            return Worked(called(answer), value=value)
        numbers = {name: self.number_of(finding, name) for name in names_in(finding.formula)}
        meaning = (Minus(answer.name),) if called(answer).kind == "delta" else ()
        return written_out(answer, meaning, finding.formula, numbers, value)

    def bent(self, finding: Finding) -> Worked | None:
        """The line that gives the writer's number, where one of the slips has a formula."""
        for explanation in finding.explanations:
            formula = given_by(explanation)
            if formula is not None:
                with suppress(LookupError, ArithmeticError, ValueError, Unbounded):
                    if worked := self.giving(finding, formula, explanation.changed):
                        return worked
        return None

    def giving(self, finding: Finding, formula: Formula, changed: Mapping[Name, str | float]) -> Worked | None:
        """A formula that ends in the writer's number. What is not on the sheet was carried with six figures, or with
        fewer where only that gives the number; nothing, if none does: what is printed is true."""
        answer = finding.answer
        for figures in range(FIGURES, FEWEST_FIGURES - 1, -1):
            numbers = {
                name: _shown(changed[name], figures) if name in changed else self.number_of(finding, name, figures)
                for name in names_in(formula)
            }
            if self.holds(formula, finding, numbers):
                return written_out(answer, (), formula, numbers, signed(answer.readings[0].text, answer.sign))
        return None

    def holds(self, formula: Formula, finding: Finding, numbers: Mapping[Name, str]) -> bool:
        """Does a formula come to the written number, if each number that is not given may be half a unit off?"""
        written = finding.answer.readings[0]
        assert written.value is not None
        unit = 2 if self.judge.ledger.habits.cuts else 1
        values, radii = {}, {}
        for name, text in numbers.items():
            middle, half = as_float(Fraction(text)), unit * as_float(half_unit(text))
            exact = "." not in text or abs(Fraction(text)) in self.given
            radii[name] = 0.0 if exact else half
            values[name] = Band(middle, middle - radii[name], middle + radii[name], {name: (1.0, 1.0)})
        band, value = enclosed(formula, values, radii, lambda size: 0.0), as_float(written.value)
        half = 0.0 if is_whole(written) else unit * as_float(written.half_unit)
        half += 1e-12 * abs(value)
        return band.low - half <= value <= band.high + half

    def number_of(self, finding: Finding, name: Name, figures: int = FIGURES) -> str:
        """The writer's own number, the given one, or what a line that is not on the sheet would be."""
        ledger, step = self.judge.ledger, finding.answer.step
        written = ledger.reading(step, name)
        if written is not None and (step, name) not in ledger.mute:
            return written.text
        given = self.judge.given_text(step, name)
        if given is not None:
            return given
        middle = finding.skipped.get(name)
        return shown(Fraction(ledger.narrow().of(step, name).middle if middle is None else middle), figures)


def called(answer: Answer) -> Name:
    """What a line is about, under the name of its writer: a delta whose sign is turned by convention is no derivative
    any more."""
    name = answer.name
    if answer.sign > 0 or name.wrt is None:
        return name
    return Name("delta", name.wrt.label, sample=name.sample, time=name.time)


def written_out(
    answer: Answer, before: tuple[Formula, ...], formula: Formula, numbers: Mapping[Name, str], value: str
) -> Worked:
    """name = formula = numbers = value, with the sign of its writer."""
    turned = formula if answer.sign > 0 else Minus(formula)
    put_in = show(turned, ASCII, lambda name: number_piece(numbers[name]))
    return Worked(called(answer), (*before, turned), None if put_in == value else numbers, value)


def joined(separator: str, texts: Iterable[Words]) -> Words:
    """Things that are said one after the other."""
    found: list[str | Name] = []
    for text in texts:
        found += [separator, *text] if found else text
    return tuple(found)


def _shown(number: str | float, figures: int) -> str:
    return number if isinstance(number, str) else shown(Fraction(number), figures)


def _to_digits(value: Fraction, written: Written) -> str:
    """A value with as many decimals as the written number has."""
    places = written.decimals
    if "/" in written.text or places < 0 or places > 400 or "e" in written.text.lower():
        return shown(value, 9)
    if not places and value.denominator != 1:
        return shown(value, 5)  # a whole number would look exact
    whole = round(value * 10**places)
    # too small for these digits: show some that mean something
    return in_units(whole, places) if whole or not value else shown(value, 3)


def signed_value(value: Fraction, sign: int) -> Fraction:
    return value if sign > 0 else -value


def signed(text: str, sign: int) -> str:
    """A number as it stands on a sheet where a convention turns its sign."""
    if sign > 0:
        return text
    if not text.strip("-0."):
        return text.lstrip("-")
    return text[1:] if text.startswith("-") else f"-{text}"


def _nudge(name: Name) -> float:
    """Near 1, and for each name another number."""
    return 1.01 + zlib.crc32(canonical(name).encode()) % 9973 / 1e6
