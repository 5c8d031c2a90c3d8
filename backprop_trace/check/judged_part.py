"""One part of a sheet: the convention it follows, and a verdict for each of its lines."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction

from backprop_trace.check import chains
from backprop_trace.check.chains import Blame
from backprop_trace.check.choice import Choice
from backprop_trace.check.conventions import Variants
from backprop_trace.check.entries import Answers, Entries, as_line, has_delta, is_delta, turned
from backprop_trace.check.findings import Answer, Finding
from backprop_trace.check.formula_names import FormulaNames, Lookup
from backprop_trace.check.ledger import Key
from backprop_trace.check.report import JudgedLine, Words, Worked
from backprop_trace.check.variant import Variant
from backprop_trace.check.wording import Wording, called, signed
from backprop_trace.files.sheet import Entry, Passage, Written, in_units
from backprop_trace.files.source import printable
from backprop_trace.formulas.arithmetic.band import Band
from backprop_trace.formulas.expr import Formula, Name
from backprop_trace.formulas.notation.names import canonical
from backprop_trace.formulas.notation.numbers import shown
from backprop_trace.model.conventions import (
    CONVENTIONS,
    Ways,
    sentence_of,
)

KEY_DIGITS, ASIDE_DIGITS = 12, 7


class JudgedPart:
    """The lines of a sheet that are under the same settings."""

    def __init__(
        self,
        variants: Variants,
        entries: Entries,
        settings: tuple[str, ...],
        strict: int | None,
        ways: Ways,
    ):
        self.entries, self.settings, self.strict = entries, settings, strict
        self.choice = Choice(variants, entries, ways)
        self.passed: list[Passage] = list(entries.passed)
        self.values: dict[tuple[int, bool], Mapping[Name, Band]] = {}
        """By step: what the names in chains stand for."""
        self.wrong_update: int | None = None
        """The first step with a mistake among its updates."""
        self.by_output: frozenset[Name] = frozenset()
        """What arrives through one output unit, in all steps that are worked out."""

    @property
    def variant(self) -> Variant:
        return self.choice.variant

    @property
    def conventions(self) -> tuple[str, ...]:
        return self.choice.conventions

    def lines(self) -> list[JudgedLine]:
        judge, answers, findings, unknown = self.choice.judge()
        wording = Wording(judge)
        listings = (self.variant.at(step).listing for step in judge.steps or [1])
        self.by_output = frozenset.intersection(*(listing.by_output for listing in listings))
        found = [self.judged(finding, wording) for finding in findings]
        found = [self.chained(line, answers, wording) for line in found]
        formulas = self.entries.formulas(self.variant)
        found += self.formula_lines(formulas)
        wrong = [line.step for line in found if line.phase == "update" and line.verdict in ("slip", "wrong")]
        self.wrong_update = min(wrong, default=None)
        known = _ordered(found + self.missing({*answers, *((each.step, each.name) for each in formulas)}), self.variant)
        return self.with_asides(known, answers) + [self.unknown(entry) for entry in unknown]

    def judged(self, finding: Finding, wording: Wording) -> JudgedLine:
        """The line of the report. What is said of a number that is simply right is the same on every sheet."""
        answer = finding.answer
        if finding.verdict != "right" or finding.band is not None or self.conventions or len(answer.readings) > 1:
            return self.worded(finding, wording)
        key = answer.step, answer.name, answer.readings[0].text, answer.spelling
        if key not in self.variant.printed:
            self.variant.printed[key] = self.worded(finding, wording)
        line: JudgedLine = self.variant.printed[key]
        return line._replace(place=answer.readings[0].place)

    def worded(self, finding: Finding, wording: Wording) -> JudgedLine:
        answer, written = finding.answer, finding.answer.readings[0]
        true = self.variant.true(answer.step)[answer.name]
        verdict = self.final_verdict(finding, true)
        slips = tuple(explanation.slip for explanation in finding.explanations) if verdict == "slip" else ()
        if verdict == "convention":
            slips = tuple(CONVENTIONS[word].slip for word in self.conventions if word in CONVENTIONS)
        demanded = "" if finding.verdict in ("slip", "wrong") else self.demanded(answer, true)
        said: Words = (demanded,) if demanded else wording.message(finding, verdict)
        if len(answer.readings) > 1 and verdict in ("right", "rounded"):
            slips = ("copied-wrong",)
            others = ", ".join(signed(reading.text, answer.sign)[:40] for reading in answer.readings[1:][:4])
            said = _also(said, f"also written as {others}: miscopied, and not blamed on later lines")
        if verdict == "convention":
            said = ("; ".join(f"right on a sheet that {sentence_of(word)}" for word in self.conventions),)
        is_mistake = verdict in ("slip", "wrong")
        line = self.line(answer.name, answer.step)
        return line._replace(
            written=self.as_written(answer),
            verdict=verdict,
            expected=signed(wording.expected(finding, true) if not demanded else self.fully(true), answer.sign),
            key=signed(line.key, answer.sign),
            slips=tuple(slip for slip in slips if slip),
            said=said,
            spelling=answer.spelling,
            place=written.place,
            should=wording.should(finding) if is_mistake and not demanded else None,
            bent=wording.bent(finding) if is_mistake else None,
            quantity=called(answer),
        )

    def chained(self, line: JudgedLine, answers: Answers, wording: Wording) -> JudgedLine:
        """A line with its numbers put in: the first part that does not hold together with what follows is blamed."""
        entry = self.entries.chain_at(line.place)
        if entry is None:
            return line
        blame = self.broken(entry, answers, FormulaNames(self.entries.naming, line.step, line.sample))
        if blame is None:
            return line
        step = {name: answer for (at, name), answer in answers.items() if at == line.step}
        answer = next((each for each in step.values() if each.readings[0].place == line.place), None)
        if answer is None:  # a second number for the same quantity
            return line
        return self.blamed(line, answer, blame, answers, wording)

    def broken(self, entry: Entry, answers: Answers, lookup: Lookup) -> Blame | None:
        """Where the chain of a line breaks, by the writer's own numbers; deltas that are not on the sheet may have
        either sign."""
        blames = []
        for other_sign in (False, True) if has_delta(entry) else (False,):
            values = self.numbers(entry.section.step, answers, other_sign)
            blames.append(chains.breaks(entry, self.variant, lookup, values, self.entries.sheet.decimal_comma))
        return None if None in blames else blames[0]

    def numbers(self, step: int, answers: Answers, other_sign: bool) -> Mapping[Name, Band]:
        """What names stand for in a step: the writer's own numbers, else the true ones, deltas with the other sign."""
        if (step, other_sign) not in self.values:
            own = {name: answer for (at, name), answer in answers.items() if at == step}
            raw = {name: _as_it_stands(answer.readings[0], answer.sign) for name, answer in own.items()}
            rough = self.variant.rough(step).items()
            true = {name: -value if other_sign and is_delta(name) else value for name, value in rough}
            self.values[step, other_sign] = chains.value_bands(raw, true)
        return self.values[step, other_sign]

    def with_asides(self, lines: list[JudgedLine], answers: Answers) -> list[JudgedLine]:
        """With the side calculations that hold in none of their readings, each before the line that stands below it."""
        found = list(lines)
        for entry, readings in self.entries.asides:
            blames = [self.broken(entry, answers, lookup) for lookup in readings]
            if blames[0] is None or None in blames:
                self.passed.append(Passage(as_line(entry), entry.place, holds=True))
                continue
            below = [(each.place, place) for place, each in enumerate(found) if each.place and each.place > entry.place]
            found.insert(min(below, default=(None, len(found)))[1], self.wrong_aside(entry, blames[0]))
        return found

    def wrong_aside(self, aside: Entry, blame: Blame) -> JudgedLine:
        part, behind = printable(blame.part.text)[:60], printable(blame.behind)[:40]
        assert blame.value.value is not None
        value = shown(blame.value.value, ASIDE_DIGITS)
        return JudgedLine(
            printable(aside.spelling)[:200], aside.section.step, aside.section.sample, aside.readings[-1].text[:200],
            "wrong", value, value, said=(f"'{part}' is {value}, not {behind}",),
            spelling=aside.spelling, place=aside.place, settings=self.settings,
        )  # fmt: skip

    def blamed(self, line: JudgedLine, answer: Answer, blame: Blame, answers: Answers, wording: Wording) -> JudgedLine:
        """Either the part is not what the line should be, or what stands behind it does not follow."""
        value = _as_it_stands(blame.value, answer.sign)
        instead = answer._replace(readings=(value._replace(place=answer.readings[0].place),))
        trial = {**answers, (answer.step, answer.name): instead}
        findings = self.choice.judge_of(trial, self.variant, self.conventions, explain=True).findings()
        finding = next(each for each in findings if (each.answer.step, each.answer.name) == (answer.step, answer.name))
        verdict = self.final_verdict(finding, self.variant.true(answer.step)[answer.name])
        part, behind = printable(blame.part.text)[:60], printable(blame.behind)[:40]
        if verdict in ("slip", "wrong"):
            judged = self.judged(finding, wording)
            of_part = _of_a_part(judged.said, part, f"{blame.value.text}, not {behind}")
            return judged._replace(written=f"{part} = {behind}", said=of_part, spelling=line.spelling)
        said = f"'{part}' is {blame.value.text}, not {behind}"
        should = Worked(line.quantity or answer.name, (part,), value=blame.value.text)
        return line._replace(verdict="wrong", said=(said,), slips=(), should=should, bent=None)

    @staticmethod
    def as_written(answer: Answer) -> str:
        return signed(answer.readings[0].text, answer.sign)

    def final_verdict(self, finding: Finding, true: Fraction) -> str:
        """The verdict under the convention in force and the teacher's demands."""
        verdict, answer = finding.verdict, finding.answer
        if verdict in ("right", "rounded") and self.conventions and self.needs_convention(answer):
            return "convention"
        return "wrong" if verdict not in ("slip", "wrong") and self.demanded(answer, true) else verdict

    def fully(self, true: Fraction) -> str:
        """The true value with the decimals that are asked for."""
        assert self.strict is not None
        return in_units(round(true * 10**self.strict), self.strict)

    def demanded(self, answer: Answer, true: Fraction) -> str:
        """What the teacher demands and the number has not; empty if all is well."""
        written = answer.readings[0]
        if self.strict is None or written.value is None:
            return ""
        many = f"{self.strict} decimal{'' if self.strict == 1 else 's'}"
        if written.decimals < self.strict and written.value != true:
            return f"{self.as_written(answer)}: {many} are asked for"
        if abs(written.value - true) > Fraction(1, 10**self.strict) / 2:
            return f"{self.as_written(answer)}: {many} are asked for, right to the last"
        return ""

    def needs_convention(self, answer: Answer) -> bool:
        """Would the line not be honest under the example's own convention?"""
        if answer.sign < 0:
            return True
        own = self.choice.variants.own
        if self.variant is own:
            return False
        if answer.name not in own.at(answer.step).equations:
            return True
        written = answer.readings[0]
        true = own.true(answer.step)[answer.name]
        ours = self.variant.true(answer.step)[answer.name]
        assert written.value is not None
        return abs(written.value - true) > abs(written.value - ours)

    def line(self, name: Name, step: int) -> JudgedLine:
        """A line that is missing: nothing of it depends on the sheet."""
        printed = self.variant.printed
        key = step, name
        if key not in printed:
            equation = self.variant.at(step).equations.get(name)
            value = shown(self.variant.true(step)[name], KEY_DIGITS)
            printed[key] = JudgedLine(
                canonical(name._replace(sample=None)), step, name.sample, None, "missing", value, value,
                phase=equation.phase if equation else "given", settings=self.settings, quantity=name,
            )  # fmt: skip
        found: JudgedLine = printed[key]
        return found

    def missing(self, answered: Collection[Key]) -> list[JudgedLine]:
        """The lines that are not on the sheet, for the steps that are worked out on it."""
        steps = {step for step, _ in answered}
        worked = {step for step, name in answered if self.line(name, step).phase in ("backward", "update")}
        return [
            self.line(name, step)
            for step in sorted(worked or steps)
            for name in self.variant.at(step).equations
            if (step, name) not in answered and not self.is_optional(name)
        ]

    def is_optional(self, name: Name) -> bool:
        """Lines that some sources print and others do not are never missed."""
        is_fixed = name.kind == "+" and name.of in self.variant.example.rule.fixed
        return is_fixed or name.kind in ("error", "change") or (name.kind == "d" and name.of == name.wrt)

    def formula_lines(self, formulas: Sequence[Answer]) -> list[JudgedLine]:
        """The lines that are formulas, not numbers."""
        if not formulas:
            return []
        from backprop_trace.check.formulas import judge_formula

        naming, comma = self.entries.naming, self.entries.sheet.decimal_comma
        return [
            self.judged_formula(
                each, judge_formula(self.variant, each, FormulaNames(naming, each.step, each.name.sample), comma)
            )
            for each in formulas
        ]

    def judged_formula(self, answer: Answer, judged: tuple[str, tuple[str, ...], Words, Formula | None]) -> JudgedLine:
        verdict, slips, said, right = judged
        line = self.line(answer.name, answer.step)
        return line._replace(
            written=answer.readings[0].text, verdict=verdict, slips=slips, said=said,
            spelling=answer.spelling, place=answer.readings[0].place,
            should=Worked(answer.name, (right,)) if right else None,
        )  # fmt: skip

    def unknown(self, entry: Entry) -> JudgedLine:
        message = self.entries.why_unknown(entry, self.variant)
        return JudgedLine(
            printable(entry.spelling)[:200], entry.section.step, entry.section.sample, entry.readings[0].text[:200],
            "unknown", "", "", said=(message,), spelling=entry.spelling, place=entry.place, settings=self.settings,
        )  # fmt: skip

    def done_right(self) -> str:
        """How the loss falls when the step is done right, for a sheet with a mistake in its updates."""
        step = self.wrong_update
        if step is None or self.entries.is_far:
            return ""
        before, later = self.variant.true(step)[self.variant.example.network.objective], self.variant.loss_after(step)
        verb = "falls" if later < before else "grows"
        which = "this step" if step == 1 else f"step {step}"
        whose = "" if self.variant.example.training.batching.size is None else " of its samples"
        return f"Done right, the loss{whose} {verb} from {shown(before, 6)} to {shown(later, 6)} in {which}."


def _as_it_stands(reading: Written, sign: int) -> Written:
    """A number with the sign it has on the sheet."""
    return turned(reading) if sign < 0 else reading


def _of_a_part(said: Words, part: str, comes_to: str) -> Words:
    """What is said of a line whose number does not follow from a part of it: it is said of the part."""
    first, *others = said or ("",)
    if isinstance(first, str) and first.startswith("your number is "):
        return f"'{part}' is {first.removeprefix('your number is ')}", *others, f"; it is {comes_to}"
    return _also(said, f"'{part}' is {comes_to}")


def _also(said: Words, more: str) -> Words:
    return (*said, f"; {more}") if any(said) else (more,)


def _ordered(lines: list[JudgedLine], variant: Variant) -> list[JudgedLine]:
    """By step, givens first, then in the order of the listing."""
    return sorted(lines, key=lambda line: (line.step, variant.at(line.step).order.get((line.name, line.sample), -1)))
