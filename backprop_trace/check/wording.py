"""What is said about a line: a sentence, the line as it should be, the line that gives the writer's number."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple, TypeAlias

from backprop_trace.check.findings import Answer, Explanation, Finding
from backprop_trace.check.judge import Judge
from backprop_trace.check.slips import SLIPS
from backprop_trace.files.sheet import Written, in_units
from backprop_trace.formulas.arithmetic import FLOAT, evaluate
from backprop_trace.formulas.arithmetic.band import is_bounded
from backprop_trace.formulas.arithmetic.exact import bounds
from backprop_trace.formulas.expr import Formula, Minus, Name
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
                return "your earlier lines do not determine this one, so it cannot be judged"
        return ""

    def slips(self, finding: Finding) -> str:
        """Your number is what one gets if ...; or if ..."""
        slips = {explanation.slip for explanation in finding.explanations}
        told = [e for e in finding.explanations if e.slip != "sign-dropped" or not slips & {"sign", "ascent"}]
        reasons = [self.sentence(explanation, finding) for explanation in told]
        return "your number is what one gets if " + "; or if ".join(dict.fromkeys(reasons))

    def sentence(self, explanation: Explanation, finding: Finding) -> str:
        text = SLIPS[explanation.slip].sentence
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
        written, band = finding.answer.readings[0], finding.band
        if band is None or not is_bounded(band):
            return _to_digits(true, written)
        low, high = bounds(band)
        return _to_digits((low + high) / 2, written)

    def should(self, finding: Finding) -> Forms:
        """name = symbols = numbers = value, from the writer's own lines."""
        if finding.formula is None or finding.band is None or not is_bounded(finding.band):
            return ()
        answer, value = finding.answer, signed(self.expected(finding, Fraction(0)), finding.answer.sign)
        if finding.formula == answer.name:  # a number that is given
            return self.symbol_of(answer), value
        if any(explanation.line is not None for explanation in finding.explanations[:1]):
            # the numbers that stand for skipped lines are those of the mistake by now
            return self.symbol_of(answer), self.symbols(finding.formula), value
        if answer.sign > 0:
            return self.written_out(self.symbol(answer.name), finding.formula, answer.step, value)
        own, *forms = self.written_out(self.symbol_of(answer), Minus(finding.formula), answer.step, value)
        meaning = (f"-{self.symbol(answer.name)}",) if answer.name.wrt is not None else ()
        return (own, *meaning, *forms)

    def bent(self, finding: Finding) -> Forms:
        """The line that gives the writer's number, where it is this line or a skipped one."""
        explanation = next((e for e in finding.explanations if e.formula is not None and e.copied is None), None)
        if explanation is None or explanation.formula is None or finding.answer.sign < 0:
            return ()
        name = finding.answer.name if explanation.line is None else explanation.line
        step, value = finding.answer.step, finding.answer.readings[0].text
        try:
            if explanation.line is not None:
                value = shown(float(evaluate(explanation.formula, self.judge.middles(step), FLOAT)), 6)
            return self.written_out(self.symbol(name), explanation.formula, step, value)
        except (LookupError, ArithmeticError, ValueError):
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
        answer = self.judge.answers.get((step, name))
        if answer is not None and answer.readings[0].value is not None:
            return self.number_text(answer.readings[0].text)
        given = self.judge.given_text(step, name)
        if given is not None:
            return self.number_text(given)
        band = self.judge.values(step)[name]
        if not is_bounded(band):
            return "?", ATOM
        low, high = bounds(band)
        return self.number_text(shown((low + high) / 2, 6))

    def number_text(self, text: str) -> Piece:
        return self.notation.number(text) if self.notation.boxed else number_piece(text)


def _to_digits(value: Fraction, written: Written) -> str:
    """A value with as many decimals as the written number has."""
    if "/" in written.text or written.decimals < 0 or written.decimals > 400 or "e" in written.text.lower():
        return shown(value, 9)
    whole = round(value * 10**written.decimals)
    # too small for these digits: show some that mean something
    return in_units(whole, written.decimals) if whole or not value else shown(value, 3)


def signed(text: str, sign: int) -> str:
    """A number as it stands on a sheet where a convention turns its sign."""
    if sign > 0:
        return text
    if not text.strip("-0."):
        return text.lstrip("-")
    return text[1:] if text.startswith("-") else f"-{text}"
