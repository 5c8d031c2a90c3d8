"""Which way of doing the exercise a sheet follows, and the verdicts along it.

First as the example says. If that leaves mistakes, other conventions are tried, and it is asked whether numbers are
cut off, and what one slip explains; then the sheet is judged once more, and what does not follow is explained.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property, partial
from typing import NamedTuple

from backprop_trace.check.conventions import Variants
from backprop_trace.check.entries import Answers, Entries
from backprop_trace.check.findings import HONEST, NO_CAUSE, Answer, Cause, Finding
from backprop_trace.check.habits import Habits
from backprop_trace.check.judge import Judge, cut_off, habits_of
from backprop_trace.check.ledger import Key
from backprop_trace.check.lines import Lines
from backprop_trace.check.variant import Variant
from backprop_trace.check.writer import significant_figures
from backprop_trace.files.sheet import Entry, Written
from backprop_trace.files.source import Place
from backprop_trace.formulas.arithmetic import ComputationError
from backprop_trace.formulas.expr import Name, after
from backprop_trace.model.conventions import (
    CHANGE_SIGN,
    CONVENTIONS,
    DELTA_SIGN,
    ERROR_SIGN,
    METHOD,
    SIGNS,
    TRUNCATES,
    Ways,
    is_about_batches,
)
from backprop_trace.model.network import TooLarge

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


class Choice:
    """The way that the entries of a sheet follow: a variant with its conventions, how numbers are cut, a cause."""

    def __init__(self, variants: Variants, entries: Entries, ways: Ways):
        self.variants, self.entries, self.ways = variants, entries, ways
        self.variant, self.cutting, self.cause = variants.own, Habits(), NO_CAUSE
        self.conventions: tuple[str, ...] = ()
        self.answered: dict[Key, Answer] = {}

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
        return Judged(self.judge_of(answers, variant, conventions, explain), answers, (), unknown)

    def judge_of(self, answers: Answers, variant: Variant, conventions: tuple[str, ...], explain: bool) -> Judge:
        """Who judges some answers."""
        cuts = TRUNCATES in conventions
        may, seems = self.cutting.may_cut, self.cutting.seems_cut
        habits = habits_of(variant, answers)._replace(cuts=cuts, may_cut=may, seems_cut=seems)
        return Judge(variant, answers, habits, explain, self.cause)

    def along(self, variant: Variant, conventions: tuple[str, ...], explain: bool = False) -> Judged:
        found = self.begun(variant, conventions, explain)
        return found._replace(findings=tuple(found.judge.findings()))

    def tried(self, variant: Variant, conventions: tuple[str, ...], own: Trial) -> Trial | None:
        """How the sheet does in another way; None if no mistake is right where that acts, or as soon as it makes a
        mistake of an honest line. What merely follows from a sign that is another by convention may be none."""
        found, findings = self.begun(variant, conventions), list[Finding]()
        honest = own.fine if set(SIGNS).issuperset(conventions) else own.honest
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

    def evidence_of_cutting(self, own: Trial) -> Habits:
        """Whether numbers are cut off; where there are few mistakes, asked only if that would explain one of them."""
        variant = self.variants.own
        answers, _ = self.entries.answers(variant, ())
        habits = habits_of(variant, answers)
        lines = [each for answer in answers.values() for each in (answer._replace(again=()), *answer.again)]
        computed = [each for each in lines if each.name in variant.at(each.step).equations]  # what is given is not cut
        mistakes = [each for each in computed if each.readings[0].place in own.off]
        for way in (habits._replace(cuts=True), habits._replace(may_cut=True, seems_cut=True)):
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
            if self.cutting.may_cut and not self.cutting.cuts and 2 * len(own.off) <= len(own.verdicts):
                # what may have been cut off is no mistake that a convention could mend
                own = Trial.of(self.along(self.variants.own, ()))
            if not own.in_all:
                self.find_cause(own)
                return
        variant, conventions, found = self.best_convention(own)
        mistaken = [word for word in conventions if not self.ways.excuse(word)]
        conventions = tuple(word for word in conventions if word not in mistaken)
        if any(word not in SIGNS for word in mistaken):  # a slip, said once
            self.cause = self.cause_of(mistaken, own, found)
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

    @staticmethod
    def cause_of(mistaken: list[str], own: Trial, found: Trial) -> Cause:
        """A way that is not excused as a cause; a method as that of the lines of the first step which it mends."""
        known = [CONVENTIONS[word] for word in mistaken if word in CONVENTIONS]
        mended = own.off & found.honest if all(each.kind == METHOD for each in known) else set[Place]()
        keys = [own.verdicts[place][0] for place in mended]
        first = min((step for step, _ in keys), default=1)
        lines = frozenset(name for step, name in keys if step == first)
        return Cause(tuple(each.slip for each in known), lines, first)

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
            if found.in_all < best[2].in_all and self.is_spoken_for(found, own, variant, conventions):
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

    def is_spoken_for(self, found: Trial, own: Trial, variant: Variant, conventions: tuple[str, ...]) -> bool:
        """Does each convention explain a line where it acts? Of a sign alone, one that is undecided with it, too."""
        explained = found.honest | (found.undecided if set(SIGNS).issuperset(conventions) else set())
        if not self.act_on(found, (own.off | own.unknown) & explained, variant, conventions):
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
        return name.kind == kinds[word] and self.variants.own.true(step).get(name) != 0

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
        left = [after(used) for used in own.used(name, names)] if step > 1 else []  # by the step before
        lines = (each for each in (name, *skipped, *left) if each in own.equations)
        if any(is_changed(each, own, variant.at(step), names) for each in lines):
            return True
        if name.kind == "E" and word in ("half", "no-half", "mean-of-outputs", "sum-of-outputs"):
            return True
        return word in ("mean-of-samples", "sum-of-samples", "each-sample-alone") and name.kind == "d"


def is_changed(name: Name, own: Lines, other: Lines, written: frozenset[Name]) -> bool:
    """Has a line another formula in another variant?"""
    return name in other.equations and own.opened(name, written) != other.opened(name, written)


def _subsets(words: set[str]) -> list[set[str]]:
    subsets: list[set[str]] = [set()]
    for word in sorted(words):
        subsets += [subset | {word} for subset in subsets]
    return subsets
