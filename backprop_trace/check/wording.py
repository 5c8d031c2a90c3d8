"""What is said about a line: a sentence, the line as it should be, the line that gives the writer's number."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple, TypeAlias

from backprop_trace.check.findings import Answer, Explanation, Finding
from backprop_trace.check.judge import Judge
from backprop_trace.check.slips import SLIPS
from backprop_trace.check.writer import magnitude
from backprop_trace.files.sheet import Written, in_units
from backprop_trace.formulas.arithmetic import FLOAT, evaluate
from backprop_trace.formulas.arithmetic.band import Unbounded
from backprop_trace.formulas.expr import Formula, Minus, Name, names_in
from backprop_trace.formulas.notation import ASCII, ATOM, BOX, Notation, Piece, number_piece, show
from backprop_trace.formulas.notation.names import ASCII_NAMES, Alphabet, Speller, net_out
from backprop_trace.formulas.notation.numbers import shown
from backprop_trace.model.styles import speller


class Language(NamedTuple):
    """How it is written: formulas in a notation and an alphabet, names inside sentences in an alphabet for prose."""

    notation: Notation = ASCII
    alphabet: Alphabet = ASCII_NAMES
    prose: Alphabet = ASCII_NAMES


Forms: TypeAlias = tuple[str, ...]
"""The parts of `name = symbols = numbers = value`."""


UNDECIDED = {
    "mute": "too few digits to tell",
    "far": "it rests on steps that are not on the sheet, and it is not the true value rounded: "
    "their numbers would tell",
    "unbounded": "a division by what may be 0: it cannot be bounded, and it is not the true value rounded",
    "wide": "the lines that are not on the sheet leave too much open: they, or more digits, would tell",
    "coarse": "right only if you carried fewer figures on the way than this: the lines before it would tell",
    "placeholder": "the same number stands in most lines, and most of them are another: it tells nothing here",
    "zeros": "right only if its last zeros merely fill the places",
}
"""Why a line is undecided."""


class Wording:
    """Words for the findings of one judge."""

    def __init__(self, judge: Judge, language: Language):
        self.judge, self.notation = judge, language.notation
        self.alphabet, self.prose = language.alphabet, language.prose
        network = judge.course.example.network
        by_output = frozenset.intersection(*(judge.course.at(step).listing.by_output for step in judge.steps or [1]))
        self.spell = speller("net-out", language.prose, network, by_output)
        self.symbol = speller("net-out", language.alphabet, network, by_output)

    def called(self, answer: Answer) -> str:
        """The quantity in a sentence; one whose sign is turned by convention under the name of its writer."""
        return self._named(answer, self.spell, self.prose)

    def symbol_of(self, answer: Answer) -> str:
        """The quantity in a formula."""
        return self._named(answer, self.symbol, self.alphabet)

    @staticmethod
    def _named(answer: Answer, spell: Speller, alphabet: Alphabet) -> str:
        name = answer.name
        if answer.sign > 0 or name.wrt is None:
            return spell(name)
        delta = net_out(name.wrt)._replace(base=alphabet.delta.lstrip("\\"))
        return alphabet.symbol(delta) + alphabet.place(name)

    def message(self, finding: Finding, verdict: str) -> str:
        """A sentence about a line, for people."""
        match verdict:
            case "right":
                return finding.remark
            case "rounded":
                return finding.remark or "right within the rounding of the lines before it"
            case "follows":
                return finding.remark or "follows from your own earlier lines: no new mistake"
            case "slip":
                return self.slips(finding)
            case "wrong" if finding.verdict != "wrong":
                return "not right to the digits that are asked for"
            case "wrong" if finding.explanations:
                guess = self.sentence(finding.explanations[0], finding)
                return f"no known slip gives this number; it would fit if {guess}"
            case "wrong":
                return "no known slip gives this number"
            case "undecided":
                return self.undecided(finding)
        return ""

    def undecided(self, finding: Finding) -> str:
        """Why a line cannot be judged, and what would tell."""
        text = UNDECIDED[finding.reason]
        if finding.reason != "mute":
            return text
        true = self.judge.course.true(finding.answer.step)[finding.answer.name]
        should = Fraction(finding.band.middle) if finding.band is not None else true
        return f"{text}: {shown(signed_value(should, finding.answer.sign), 1)} would do" if should else text

    def slips(self, finding: Finding) -> str:
        """Your number is what one gets if ...; or if ..."""
        slips = {explanation.slip for explanation in finding.explanations}
        told = [e for e in finding.explanations if e.slip != "sign-dropped" or not slips & {"sign", "ascent"}]
        reasons = [self.sentence(explanation, finding) for explanation in told]
        return "your number is what one gets if " + "; or if ".join(dict.fromkeys(reasons))

    def sentence(self, explanation: Explanation, finding: Finding) -> str:
        text = SLIPS[explanation.slip].sentence
        if explanation.joined is not None:
            return f"{text}, and {SLIPS[explanation.joined[0]].sentence}"
        if explanation.copied is not None:
            name, copied = explanation.copied
            own = self.judge.text_of(finding.answer.step, name)
            return f"{self.spell(name)} is copied as {copied} for {own}"
        if explanation.whole_run:
            return f"{text}, from the first step on"
        if explanation.line is not None:
            lines = " and ".join(map(self.spell, (explanation.line, *explanation.also)))
            return f"{text}, in {lines}, {'lines that are' if explanation.also else 'a line that is'} not on the sheet"
        return text

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
            return Fraction(self.evaluated(finding.formula, finding.answer))
        except (LookupError, ArithmeticError, ValueError, Unbounded):
            return Fraction(finding.band.middle)

    def evaluated(self, formula: Formula, answer: Answer) -> float:
        """The value of a formula over the numbers as they are printed."""
        values = {name: float(Fraction(self.number_of(answer.step, name))) for name in names_in(formula)}
        return float(evaluate(formula, values, FLOAT))

    def should(self, finding: Finding) -> Forms:
        """name = symbols = numbers = value, from the writer's own lines."""
        if finding.formula is None or finding.band is None:
            return ()
        answer, value = finding.answer, signed(self.expected(finding, Fraction(0)), finding.answer.sign)
        if finding.formula == answer.name:  # a number that is given
            return self.symbol_of(answer), value
        if any(explanation.line is not None for explanation in finding.explanations[:1]):
            # the numbers that stand for skipped lines are those of the mistake by now
            return self.symbol_of(answer), self.symbols(finding.formula)
        try:
            if answer.sign > 0:
                return self.written_out(self.symbol(answer.name), finding.formula, answer.step, value)
            own, *forms = self.written_out(self.symbol_of(answer), Minus(finding.formula), answer.step, value)
        except Unbounded:
            return self.symbol_of(answer), self.symbols(finding.formula)
        meaning = (f"-{self.symbol(answer.name)}",) if answer.name.wrt is not None else ()
        return (own, *meaning, *forms)

    def bent(self, finding: Finding) -> Forms:
        """The line that gives the writer's number, where it is this line or a skipped one."""
        explanation = next((e for e in finding.explanations if e.formula is not None and e.copied is None), None)
        if explanation is None or explanation.formula is None or finding.answer.sign < 0:
            return ()
        answer = finding.answer
        name = answer.name if explanation.line is None else explanation.line
        value = answer.readings[0].text
        try:
            if explanation.joined is not None:
                meant = explanation.joined[1]
                value = _to_digits(meant.value or Fraction(0), meant, meant.half_unit)
            elif explanation.line is not None:
                value = shown(self.evaluated(explanation.formula, answer), 6)
            return self.written_out(self.symbol(name), explanation.formula, answer.step, value)
        except (LookupError, ArithmeticError, ValueError, Unbounded):
            return ()

    def written_out(self, name: str, formula: Formula, step: int, value: str) -> Forms:
        symbols = self.symbols(formula)
        numbers = show(formula, self.notation, lambda used: self.number(step, used))
        shown_value = self.notation.number(value)[0] if value and self.notation.boxed else value
        forms = [name, symbols, *([numbers] if numbers != shown_value else []), *([shown_value] if value else [])]
        return tuple(forms)

    def symbols(self, formula: Formula) -> str:
        return show(formula, self.notation, self.leaf)

    def leaf(self, name: Name) -> Piece:
        text = self.symbol(name)
        return text, BOX if self.notation.boxed and (name.kind == "d" or "^" in text) else ATOM

    def number(self, step: int, name: Name) -> Piece:
        """The writer's own number, or what stands in its place."""
        return self.number_text(self.number_of(step, name))

    def number_of(self, step: int, name: Name) -> str:
        """The writer's own number, the given one, or what a line that is not on the sheet would be."""
        ledger = self.judge.ledger
        written = ledger.reading(step, name)
        if written is not None and (step, name) not in ledger.mute:
            return written.text
        given = self.judge.given_text(step, name)
        if given is not None:
            return given
        band = ledger.narrow().of(step, name)
        return shown(Fraction(band.middle), 6)

    def number_text(self, text: str) -> Piece:
        return self.notation.number(text) if self.notation.boxed else number_piece(text)


def _to_digits(value: Fraction, written: Written, half_unit: Fraction | None = None) -> str:
    """A value with as many decimals as the written number has."""
    places = written.decimals
    if half_unit:
        places = -magnitude(2 * half_unit)
    if "/" in written.text or places < 0 or places > 400 or "e" in written.text.lower():
        return shown(value, 9)
    if not places and value.denominator != 1 and half_unit is None:
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
