"""One part of a sheet: the convention it follows, and a verdict for each of its lines."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cached_property, partial
from typing import NamedTuple

from backprop_trace.check import chains
from backprop_trace.check.chains import Blame
from backprop_trace.check.conventions import Variants
from backprop_trace.check.entries import Answers, Entries, turned
from backprop_trace.check.findings import HONEST, NO_CAUSE, Answer, Cause, Finding
from backprop_trace.check.formula_names import FormulaNames
from backprop_trace.check.habits import Habits
from backprop_trace.check.judge import Judge, cut_off, habits_of
from backprop_trace.check.ledger import Key
from backprop_trace.check.lines import Lines
from backprop_trace.check.report import JudgedLine, Words, Worked
from backprop_trace.check.variant import Variant
from backprop_trace.check.wording import Wording, called, signed
from backprop_trace.check.writer import significant_figures
from backprop_trace.files.sheet import Entry, Written, in_units
from backprop_trace.files.source import Place, printable
from backprop_trace.formulas.arithmetic import ComputationError
from backprop_trace.formulas.expr import Formula, Name
from backprop_trace.formulas.notation.names import canonical
from backprop_trace.formulas.notation.numbers import shown
from backprop_trace.model.conventions import (
    CHANGE_SIGN,
    CONVENTIONS,
    DELTA_SIGN,
    ERROR_SIGN,
    SIGNS,
    TRUNCATES,
    Ways,
    is_about_batches,
    sentence_of,
)
from backprop_trace.model.network import TooLarge

KEY_DIGITS = 12
FINE, OFF = ("right", "rounded"), ("off", "slip")
"""The verdicts on a line that is right, and on one that is a mistake, before and after it is explained."""
MOST_STEPS = 3
"""A slip in several lines is looked for in so many steps of a sheet."""


class Judged(NamedTuple):
    """A sheet judged along a variant: what is found of each line, and the entries that mean none."""

    judge: Judge
    answers: Answers
    findings: tuple[Finding, ...]
    unknown: list[Entry]

    @property
    def is_plain(self) -> bool:
        """Is nothing found that calls for an explanation?"""
        return not self.judge.careless and all(
            f.verdict in HONEST or (f.verdict == "undecided" and f.reason == "mute") for f in self.findings
        )


class Trial(NamedTuple):
    """How a sheet does along a variant: the verdict at each place, and the places that it does not know."""

    verdicts: Mapping[Place, tuple[Key, str]]
    unknown: frozenset[Place]

    @classmethod
    def of(cls, found: Judged) -> Trial:
        verdicts = {f.answer.readings[0].place: ((f.answer.step, f.answer.name), f.verdict) for f in found.findings}
        return cls(verdicts, frozenset(entry.readings[0].place for entry in found.unknown))

    @property
    def off(self) -> set[Place]:
        return {place for place, (_, verdict) in self.verdicts.items() if verdict in OFF}

    @property
    def undecided(self) -> set[Place]:
        return {place for place, (_, verdict) in self.verdicts.items() if verdict == "undecided"}

    @property
    def fine(self) -> set[Place]:
        return {place for place, (_, verdict) in self.verdicts.items() if verdict in FINE}

    @property
    def honest(self) -> set[Place]:
        return {place for place, (_, verdict) in self.verdicts.items() if verdict in ("right", "rounded", "follows")}

    @property
    def in_all(self) -> int:
        return len(self.off) + len(self.unknown)


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
        self.ways = ways
        self.variants, self.entries, self.settings = variants, entries, settings
        self.strict = strict
        self.conventions: tuple[str, ...] = ()
        self.variant, self.cutting, self.cause = variants.own, Habits(), NO_CAUSE
        self.answered: dict[Key, Answer] = {}
        self.wrong_update: int | None = None
        """The first step with a mistake among its updates."""
        self.by_output: frozenset[Name] = frozenset()
        """What arrives through one output unit, in all steps that are worked out."""

    def lines(self) -> list[JudgedLine]:
        judge, answers, findings, unknown = self.judge()
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
        return known + [self.unknown(entry) for entry in unknown]

    def judge(self) -> Judged:
        """The sheet judged under the convention it follows: in one pass, where nothing calls for an explanation."""
        first = self.along(self.variants.own, ())
        own = Trial.of(first)
        if own.in_all:
            self.choose_convention(own)
        elif first.is_plain:
            return first
        else:
            self.find_cause(own)
        return self.along(self.variant, self.conventions, explain=True)

    def find_cause(self, own: Trial) -> None:
        """The slip that many undecided lines have in common; or the convention, where the exercise accepts it."""
        self.cause = self.common_cause(own, self.variants.own, ())
        for word, entry in CONVENTIONS.items():
            other = self.variants[word] if entry.slip in self.cause.slips and word in self.ways.accept else None
            if other is not None:
                self.variant, self.conventions, self.cause = other, (word,), NO_CAUSE
                return

    def begun(self, variant: Variant, conventions: tuple[str, ...], explain: bool = False) -> Judged:
        answers, unknown = self.entries.answers(variant, conventions)
        self.answered = {**self.answered, **answers}
        variant.prepare(sorted({step for step, _ in answers}))
        judge = Judge(variant, answers, self.habits(variant, answers, conventions), explain, self.cause)
        return Judged(judge, answers, (), unknown)

    def along(self, variant: Variant, conventions: tuple[str, ...], explain: bool = False) -> Judged:
        found = self.begun(variant, conventions, explain)
        return found._replace(findings=tuple(found.judge.findings()))

    def tried(self, variant: Variant, conventions: tuple[str, ...], own: Trial) -> Trial | None:
        """How the sheet does in another way; None if no mistake is right where that acts, or as soon as it makes a
        mistake of an honest line."""
        found, findings, honest = self.begun(variant, conventions), list[Finding](), own.honest
        if any(entry.readings[0].place in honest for entry in found.unknown):
            return None
        if not (own.unknown or own.undecided):
            mends = self.mends(found)
            if not all(any(map(mends, acting)) for acting in self.acting(own, own.off, variant, conventions)):
                return None
        for finding in found.judge.findings():
            if finding.verdict in OFF and finding.answer.readings[0].place in honest:
                return None
            findings.append(finding)
        return Trial.of(found._replace(findings=tuple(findings)))

    @staticmethod
    def mends(found: Judged) -> Callable[[Place], bool]:
        """Whether the number at a place may be no mistake, before the others are judged."""
        lines = {each.readings[0].place: each for line in found.answers.values() for each in (line, *line.again)}
        judge = found.judge

        def mends(place: Place) -> bool:
            answer = lines.get(place)
            if answer is None or answer.name not in judge.variant.at(answer.step).equations:
                return answer is not None
            return judge.honest(answer.step, answer).verdict not in OFF

        return mends

    def habits(
        self, variant: Variant, answers: Mapping[tuple[int, Name], Answer], conventions: tuple[str, ...]
    ) -> Habits:
        cuts = TRUNCATES in conventions
        return habits_of(variant, answers)._replace(cuts=cuts, may_cut=self.cutting.may_cut and not cuts)

    def evidence_of_cutting(self, own: Trial) -> Habits:
        """Whether numbers are cut off; where there are few mistakes, asked only if that would explain one of them."""
        variant = self.variants.own
        answers, _ = self.entries.answers(variant, ())
        habits = habits_of(variant, answers)
        lines = [each for answer in answers.values() for each in (answer._replace(again=()), *answer.again)]
        computed = [
            each for each in lines if each.name in variant.at(each.step).equations
        ]  # what is given is not cut off
        mistakes = [each for each in computed if each.readings[0].place in own.off]
        for way in (habits._replace(cuts=True), habits._replace(may_cut=True)):
            judge = Judge(variant, answers, way, explain=False)
            judge.ledger.tainted |= {key for key, verdict in own.verdicts.values() if verdict not in FINE}
            are_many = 2 * len(mistakes) > len(lines)
            if are_many or any(judge.honest(each.step, each).verdict not in OFF for each in mistakes):
                return cut_off(Judge(variant, answers, habits, explain=False))
        return habits

    # --- conventions ---

    def choose_convention(self, own: Trial) -> None:
        """The convention that leaves the fewest mistakes, if a line speaks for it where it acts and none against it."""
        if TRUNCATES not in self.ways.refuse:
            self.cutting = self.evidence_of_cutting(own)
        variant, conventions, found = self.best_convention(own)
        mistaken = [word for word in conventions if not self.ways.excuse(word)]
        conventions = tuple(word for word in conventions if word not in mistaken)
        if any(word not in SIGNS for word in mistaken):  # a slip, said once
            self.cause = Cause(tuple(CONVENTIONS[word].slip for word in mistaken if word in CONVENTIONS))
            variant = self.variants.own
        elif conventions:
            cause = self.common_cause(own, self.variants.own, ())
            given = {(cause.step, name) for name in cause.lines}
            explained = sum(place in own.off and key in given for place, (key, _) in own.verdicts.items())
            if own.in_all - explained < found.in_all:  # one slip explains more than the convention
                variant, conventions, found = self.variants.own, (), own
        self.variant, self.conventions = variant, conventions
        if not self.cause.slips:
            self.cause = self.common_cause(found, variant, conventions)

    def best_convention(self, own: Trial) -> tuple[Variant, tuple[str, ...], Trial]:
        best: tuple[Variant, tuple[str, ...], Trial] = (self.variants.own, (), own)
        for variant, conventions in self.candidates():
            try:
                if not own.unknown and not self.act_on(own, own.off, variant, conventions):
                    continue
                found = self.tried(variant, conventions, own)
            except (ComputationError, TooLarge):
                continue  # the exercise cannot be done like this
            if found is None:
                continue
            if self.is_better(found, best[2], conventions) and self.is_spoken_for(found, own, variant, conventions):
                best = variant, conventions, found
        return best

    def common_cause(self, found: Trial, variant: Variant, conventions: tuple[str, ...]) -> Cause:
        """The slip that explains several lines of a step, or what leaves them undecided."""
        answers, _ = self.entries.answers(variant, conventions)

        def of_step(places: set[Place], wanted: int) -> dict[Name, Written]:
            keys = [key for place, (key, _) in found.verdicts.items() if place in places]
            return {name: answers[step, name].readings[0] for step, name in keys if step == wanted}

        for step in sorted({step for step, _ in answers})[:MOST_STEPS]:
            off, undecided = of_step(found.off, step), of_step(found.undecided, step)
            if len(off) + len(undecided) > (1 if off else 0):
                cause = self.variants.causes(variant, step).common(off, undecided, of_step(found.fine, step))
                if cause.slips:
                    return cause
        return NO_CAUSE

    def candidates(self) -> list[tuple[Variant, tuple[str, ...]]]:
        own = self.variants.own
        may = self.entries.sign_conventions(own)
        signs = [tuple(word for word in SIGNS if word in chosen) for chosen in _subsets(may)]
        found: list[tuple[Variant, tuple[str, ...]]] = [(own, turned) for turned in signs if turned]
        if self.cutting.cuts:
            found += [(own, (*turned, TRUNCATES)) for turned in signs]
        if not self.entries.is_far:
            others = self.variants.others() + self.variants.batches(self.entries.batch_sizes)
            found += [(variant, (word, *turned)) for turned in signs for word, variant in others]
        return found

    @staticmethod
    def is_better(found: Trial, least: Trial, conventions: tuple[str, ...]) -> bool:
        """Fewer mistakes; and one fewer still for each further convention."""
        return least.in_all - found.in_all >= max(1, len([word for word in conventions if word not in SIGNS]))

    def is_spoken_for(self, found: Trial, own: Trial, variant: Variant, conventions: tuple[str, ...]) -> bool:
        """Does each convention explain a line where it acts?"""
        if not self.act_on(found, (own.off | own.unknown) & found.honest, variant, conventions):
            return False
        if any(map(is_about_batches, conventions)):
            return len(own.off & found.honest) >= 2 and self.shows_its_batches(found)
        is_lone = len(found.honest) == 1 and any(word not in SIGNS for word in conventions)
        return not (is_lone and own.off and self.has_slip)

    @staticmethod
    def shows_its_batches(found: Trial) -> bool:
        """Is there a line of a sample, a loss or a further step? Updates alone may have left the other samples out."""
        keys = [found.verdicts[place][0] for place in found.honest]
        return any(step > 1 or name.sample is not None or name.kind == "E" for step, name in keys)

    @cached_property
    def has_slip(self) -> bool:
        """Does a slip give a number of the sheet? One line alone is then no evidence of another way of computing."""
        return any(f.verdict == "slip" for f in self.along(self.variants.own, (), explain=True).findings)

    def act_on(self, found: Trial, places: set[Place], variant: Variant, conventions: tuple[str, ...]) -> bool:
        """Is there for each convention one of some lines where it acts?"""
        return all(any(True for _ in acting) for acting in self.acting(found, places, variant, conventions))

    def acting(
        self, found: Trial, places: set[Place], variant: Variant, conventions: tuple[str, ...]
    ) -> Iterator[Iterator[Place]]:
        """For each convention those of some lines where it acts."""
        for word in conventions:
            if word != TRUNCATES:
                acts = self.is_signed if word in SIGNS else partial(self.acts_on, variant)
                yield (place for place in places if acts(word, found.verdicts[place][0]))

    def is_signed(self, word: str, key: Key) -> bool:
        """Has a line the sign that a convention turns, and is it no zero?"""
        step, name = key
        kinds = {DELTA_SIGN: "d", ERROR_SIGN: "error", CHANGE_SIGN: "change"}
        return name.kind == kinds[word] and bool(self.variants.own.true(step).get(name, 1))

    def acts_on(self, variant: Variant, word: str, key: Key) -> bool:
        """Does a convention change the formula of a line, or of a skipped one that it uses, and has the number digits
        enough to tell?"""
        step, name = key
        own = self.variants.own.at(step)
        written = self.answered[key].readings[0]
        if significant_figures(written.text) < 2 and written.value != variant.true(step).get(name):
            return False
        if name not in own.equations or name not in variant.at(step).equations or is_about_batches(word):
            return True
        names = frozenset(each for at, each in self.answered if at == step)
        skipped = [used for used in own.used(name, names) if used in own.equations and used not in names]
        if any(is_changed(each, own, variant.at(step), names) for each in (name, *skipped)):
            return True
        if name.kind == "E" and word in ("half", "no-half", "mean-of-outputs", "sum-of-outputs"):
            return True
        return word in ("mean-of-samples", "sum-of-samples", "each-sample-alone") and name.kind == "d"

    # --- lines ---

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
        lookup = FormulaNames(self.entries.naming, line.step, line.sample)
        step = {name: answer.readings[0] for (at, name), answer in answers.items() if at == line.step}
        raw = {name: _as_it_stands(reading, answers[line.step, name].sign) for name, reading in step.items()}
        values = chains.value_bands(raw, self.variant.rough(line.step))
        blame = chains.breaks(entry, self.variant, lookup, values, self.entries.sheet.decimal_comma)
        if blame is None:
            return line
        name = next((name for name, reading in step.items() if reading.place == line.place), None)
        if name is None:  # a second number for the same quantity
            return line
        return self.blamed(line, answers[line.step, name], blame, answers, wording)

    def blamed(self, line: JudgedLine, answer: Answer, blame: Blame, answers: Answers, wording: Wording) -> JudgedLine:
        """Either the part is not what the line should be, or what stands behind it does not follow."""
        value = _as_it_stands(blame.value, answer.sign)
        instead = answer._replace(readings=(value._replace(place=answer.readings[0].place),))
        trial = {**answers, (answer.step, answer.name): instead}
        habits = self.habits(self.variant, trial, self.conventions)
        judge = Judge(self.variant, trial, habits, explain=True, cause=self.cause)
        finding = next(
            each for each in judge.findings() if each.answer.name == answer.name and each.answer.step == answer.step
        )
        verdict = self.final_verdict(finding, self.variant.true(answer.step)[answer.name])
        part, behind = printable(blame.part.text)[:60], printable(blame.behind)[:40]
        if verdict in ("slip", "wrong"):
            judged = self.judged(finding, wording)
            of_part = _of_a_part(judged.said, part, f"{blame.value.text}, not {behind}")
            return judged._replace(written=f"{part} = {behind}", said=of_part, spelling=line.spelling)
        if verdict == "off" or line.verdict == "unknown":
            return line
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
        own = self.variants.own
        if self.variant is own:
            return False
        if answer.name not in own.at(answer.step).equations:
            return True
        written = answer.readings[0]
        true = own.true(answer.step)[answer.name]
        ours = self.variant.true(answer.step)[answer.name]
        assert written.value is not None
        return true != ours and abs(written.value - true) > abs(written.value - ours)

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
        return name.kind in ("error", "change") or (name.kind == "+" and name.of in self.variant.example.rule.fixed)

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


def is_changed(name: Name, own: Lines, other: Lines, written: frozenset[Name]) -> bool:
    """Has a line another formula in another variant?"""
    return name in other.equations and own.opened(name, written) != other.opened(name, written)


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


def _subsets(words: set[str]) -> list[set[str]]:
    subsets: list[set[str]] = [set()]
    for word in sorted(words):
        subsets += [subset | {word} for subset in subsets]
    return subsets


def _ordered(lines: list[JudgedLine], variant: Variant) -> list[JudgedLine]:
    """By step, givens first, then in the order of the listing."""
    return sorted(lines, key=lambda line: (line.step, variant.at(line.step).order.get((line.name, line.sample), -1)))
