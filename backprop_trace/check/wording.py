"""What is said about a line: a sentence, the line as it should be, the line that gives the writer's number."""

from __future__ import annotations

from fractions import Fraction

from backprop_trace.arithmetic.band import is_bounded
from backprop_trace.arithmetic.exact import bounds
from backprop_trace.check.judge import Explanation, Finding, Judge
from backprop_trace.expr import Formula, Name
from backprop_trace.notation import ASCII, ATOM, Piece, number_piece, show
from backprop_trace.notation.names import ASCII_NAMES, speller
from backprop_trace.notation.numbers import shown
from backprop_trace.sheet import Written, in_units
from backprop_trace.slips import SLIPS


class Wording:
    """Words for the findings of one judge, in plain ASCII (renderers may translate)."""

    def __init__(self, judge: Judge):
        self.judge = judge
        self.spell = speller("net-out", ASCII_NAMES, judge.course.example.network, judge.course.listing.by_output)

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
            return f"{text}, in {self.spell(explanation.line)}, a line that is not on the sheet"
        return text

    def expected(self, finding: Finding, true: Fraction) -> str:
        """The value that follows from the writer's own lines, to the digits they write."""
        written, band = finding.answer.readings[0], finding.band
        if band is None or not is_bounded(band):
            return _to_digits(true, written)
        low, high = bounds(band)
        return _to_digits((low + high) / 2, written)

    def should(self, finding: Finding) -> str:
        """symbols = numbers = value, from the writer's own lines."""
        if finding.formula is None or finding.band is None or not is_bounded(finding.band):
            return ""
        name = self.spell(finding.answer.name)
        value = self.expected(finding, Fraction(0))
        return self.written_out(name, finding.formula, finding.answer.step, value)

    def bent(self, finding: Finding) -> str:
        """The line that gives the writer's number, where it is this line or a skipped one."""
        explanation = next((e for e in finding.explanations if e.formula is not None and e.copied is None), None)
        if explanation is None or explanation.formula is None:
            return ""
        name = finding.answer.name if explanation.line is None else explanation.line
        value = finding.answer.readings[0].text if explanation.line is None else ""
        try:
            return self.written_out(self.spell(name), explanation.formula, finding.answer.step, value)
        except LookupError:
            return ""

    def written_out(self, name: str, formula: Formula, step: int, value: str) -> str:
        symbols = show(formula, ASCII, lambda used: (self.spell(used), ATOM))
        numbers = show(formula, ASCII, lambda used: self.number(step, used))
        forms = [name, symbols, *([numbers] if numbers != value else []), *([value] if value else [])]
        return " = ".join(forms)

    def number(self, step: int, name: Name) -> Piece:
        """The writer's own number, or what stands in its place."""
        answer = self.judge.answers.get((step, name))
        if answer is not None and answer.readings[0].value is not None:
            return number_piece(answer.readings[0].text)
        if step == 1 and name in self.judge.course.example.values:
            return number_piece(self.judge.course.example.values[name])
        band = self.judge.values(step)[name]
        if not is_bounded(band):
            return "?", ATOM
        low, high = bounds(band)
        return number_piece(shown((low + high) / 2, 6))


def _to_digits(value: Fraction, written: Written) -> str:
    """A value with as many decimals as the written number has."""
    if "/" in written.text or written.decimals < 0 or written.decimals > 400 or "e" in written.text.lower():
        return shown(value, 9)
    whole = round(value * 10**written.decimals)
    # too small for these digits: show some that mean something
    return in_units(whole, written.decimals) if whole or not value else shown(value, 3)
