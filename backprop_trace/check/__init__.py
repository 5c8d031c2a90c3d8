"""Checking a hand calculation: which line is the first mistake, what kind it is, and what merely follows from it.

    >>> from backprop_trace.sheet import read_sheet
    >>> from backprop_trace.spec import load
    >>> sheet = read_sheet("net_h1: 0.3775\\nout_h1: 0.5933\\nw5+: 0.4411\\n", "sheet.yaml")
    >>> report = Checker(load("mazur")).check(sheet)
    >>> [(line.name, line.verdict, line.slips) for line in report.lines if line.written]
    [('net_h1', 'right', ()), ('out_h1', 'right', ()), ('w5+', 'slip', ('ascent',))]

`course` holds the true values, `bands` what each quantity may be, `judge` the verdicts, `explain` looks for slips,
`conventions` knows other ways of doing the exercise, `formulas` judges formulas as answers; here they are put together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from backprop_trace.check.conventions import (
    CONVENTIONS,
    DELTA_SIGN,
    ERROR_SIGN,
    TRUNCATES,
    Courses,
    sentence_of,
)
from backprop_trace.check.course import TRUE_DIGITS, Course
from backprop_trace.check.findings import Answer, Finding
from backprop_trace.check.judge import Judge
from backprop_trace.check.wording import Forms, Language, Wording, signed
from backprop_trace.check.writer import Writer, significant_figures
from backprop_trace.expr import LOSS, Formula, Name
from backprop_trace.notation.names import canonical
from backprop_trace.notation.numbers import shown
from backprop_trace.parse import NotANumber, Vocabulary, number
from backprop_trace.sheet import Entry, Section, Sheet, Written, sections
from backprop_trace.slips import SLIPS
from backprop_trace.source import Place, Problem, SourceError, did_you_mean, printable
from backprop_trace.spec import Example
from backprop_trace.trace import size

VERDICTS = ("right", "rounded", "follows", "convention", "slip", "wrong", "undecided", "missing", "unknown")
MISTAKES = ("slip", "wrong", "unknown")
KEY_DIGITS = 12
MOST_COMPUTED = 20_000_000
"""Quantities that are computed on the way to the last step of a sheet."""
MOST_STEPS = 200
"""Steps on a sheet."""
MOST_SUGGESTIONS = 50
MOST_READINGS = 16
"""So many numbers may stand for one quantity; each is tried for every line that uses it."""
CUT_SHARE = 0.3
"""Numbers that are cut off but not rounded, over those that are rounded but not cut off: on simulated sheets of writers
who round it is about 0.1 (from what has added up), of writers who cut off mostly 0.6 and more."""
ASCII_LANGUAGE = Language()


class JudgedLine(NamedTuple):
    """One line of a report. `expected` follows from the writer's own lines, `key` is the true value.

    `should` is the line as it should be and `bent` the line that gives the writer's number, both written out as
    name = symbols = numbers = value (for mistakes only); `called` is the name as it stands in sentences, `symbol` as it
    stands in formulas.
    """

    name: str
    step: int
    sample: int | None
    written: str | None
    verdict: str
    expected: str
    key: str
    slips: tuple[str, ...] = ()
    message: str = ""
    phase: str = ""
    spelling: str = ""
    place: Place | None = None
    settings: tuple[str, ...] = ()
    should: Forms = ()
    bent: Forms = ()
    called: str = ""
    symbol: str = ""


class Report(NamedTuple):
    """The judgement on a sheet, line by line in the order of the listing."""

    sheet: str
    lines: tuple[JudgedLine, ...]
    conventions: tuple[str, ...]
    patterns: tuple[str, ...]
    done_right: str = ""

    @property
    def counts(self) -> dict[str, int]:
        """How many lines have each verdict."""
        found = dict.fromkeys(VERDICTS, 0)
        for line in self.lines:
            found[line.verdict] += 1
        return {verdict: count for verdict, count in found.items() if count}

    @property
    def first_mistake(self) -> JudgedLine | None:
        """The first line that is a slip or wrong."""
        return next((line for line in self.lines if line.verdict in ("slip", "wrong")), None)

    @property
    def has_mistakes(self) -> bool:
        return any(line.verdict in MISTAKES for line in self.lines)

    @property
    def written(self) -> list[JudgedLine]:
        return [line for line in self.lines if line.written is not None]


class Checker:
    """Checks sheets against one example. Make one and use it for many: it remembers what it has computed.

    Raises SourceError for an example with mini-batches: each of its steps has other lines.
    """

    def __init__(self, example: Example, strict: int | None = None, language: Language = ASCII_LANGUAGE):
        self.example, self.strict, self.language = example, strict, language
        if example.batching.size is not None:
            problem = Problem("sheets are judged for steps that use all samples", help="leave batch_size out")
            raise SourceError([problem], example.name)
        self._courses: dict[tuple[tuple[str, ...], int], Courses] = {}

    def check(self, sheet: Sheet) -> Report:
        """The report on a sheet. Raises ComputationError if the example itself cannot be computed."""
        lines: list[JudgedLine] = []
        conventions: dict[str, None] = {}
        done_right = ""
        for part in self.parts(sheet):
            lines += part.lines()
            conventions |= dict.fromkeys(part.conventions)
            done_right = done_right or part.done_right()
        return Report(sheet.name, tuple(lines), tuple(conventions), tuple(_patterns(lines)), done_right)

    def parts(self, sheet: Sheet) -> Iterator[Part]:
        """The parts of a sheet that are under the same settings."""
        for settings, entries in sections(sheet):
            try:
                courses = self.courses(settings, entries)
            except NotANumber as wrong:
                raise SourceError([Problem(str(wrong), entries[0].place)], sheet.name, sheet.text) from None
            yield Part(courses, entries, settings, self.strict, self.language, sheet)

    def courses(self, settings: tuple[str, ...], entries: Sequence[Entry]) -> Courses:
        """The courses for some settings, computed to more digits than any entry has."""
        longest = max(
            (significant_figures(r.text) for e in entries for r in e.readings if r.value is not None), default=0
        )
        digits = max(TRUE_DIGITS, longest + 10)
        key = settings, digits
        if key not in self._courses:
            self._courses[key] = Courses(Course(_with_settings(self.example, settings), digits=digits))
        return self._courses[key]


def _with_settings(example: Example, settings: tuple[str, ...]) -> Example:
    """The example with other values. Raises NotANumber if that cannot be."""
    values = dict(example.values)
    known = Vocabulary(values)
    for setting in settings:
        spelling, _, text = setting.partition("=")
        name = known.read(spelling)
        if name is None:
            raise NotANumber(f"'set {printable(setting)}': there is no {printable(spelling)!r} given in this example")
        number(text)
        values[name] = text.strip()
    return example._replace(values=values)


class Part:
    """The lines of a sheet that are under the same settings."""

    def __init__(
        self,
        courses: Courses,
        entries: Sequence[Entry],
        settings: tuple[str, ...],
        strict: int | None,
        language: Language,
        sheet: Sheet,
    ):
        self.courses, self.entries, self.settings, self.strict = courses, entries, settings, strict
        self.language, self.sheet = language, sheet
        self.conventions: tuple[str, ...] = ()
        self.writer = Writer.of(
            (reading.text, reading.value) for e in entries for reading in e.readings[:1] if reading.value is not None
        )
        self.course = courses.own
        self.has_wrong_update = False
        self.reached = _within_reach({entry.section.step for entry in entries}, size(courses.own.example))
        self.suggestions = 0

    def lines(self) -> list[JudgedLine]:
        judge, unknown, wording = self.judge()
        answers = judge.answers
        findings = {(f.answer.step, f.answer.name): f for f in judge.findings()}
        found = [self.judged(finding, wording) for finding in findings.values()]
        found += self.formula_lines(answers, wording)
        self.has_wrong_update = any(line.phase == "update" and line.verdict in ("slip", "wrong") for line in found)
        known = _ordered(found + self.missing(answers, wording), self.course)
        return known + [self.unknown(entry) for entry in unknown]

    def judge(self) -> tuple[Judge, list[Entry], Wording]:
        """The judge under the convention of the sheet, the entries nobody knows, and words for what is found."""
        self.choose_convention()
        answers, unknown = self.answers(self.course)
        judge = Judge(self.course, answers, self.chosen_writer(), explain=True)
        return judge, unknown, Wording(judge, self.language)

    # --- reading names ---

    def answers(self, course: Course) -> tuple[dict[tuple[int, Name], Answer], list[Entry]]:
        """The entries by quantity, with the signs of the convention in force; and those nobody knows."""
        answers: dict[tuple[int, Name], Answer] = {}
        unknown = []
        for entry in self.entries:
            name = read_name(entry, course.vocabulary)
            is_known = name in course.equations or name in course.example.values
            if name is None or not is_known or entry.section.step not in self.reached:
                unknown.append(entry)
                continue
            key = entry.section.step, name
            turned = sign_convention(entry.spelling, name) in self.conventions
            readings = tuple(_turned(reading) if turned else reading for reading in entry.readings)
            before = answers[key].readings if key in answers else ()
            if len(before) + len(readings) > MOST_READINGS:
                problem = Problem(
                    f"more than {MOST_READINGS} numbers for {printable(entry.spelling)[:60]}", entry.place
                )
                raise SourceError([problem], self.sheet.name, self.sheet.text)
            answers[key] = Answer(name, key[0], before + readings, entry.spelling, -1 if turned else 1)
        return answers, unknown

    def chosen_writer(self) -> Writer:
        return self.writer._replace(truncates=TRUNCATES in self.conventions)

    # --- conventions ---

    def choose_convention(self) -> None:
        """The convention under which the sheet has the fewest mistakes, if that is clearly fewer."""
        own = self.mistakes(self.courses.own, ())
        if not own:
            return
        best: tuple[Course, tuple[str, ...]] = (self.courses.own, ())
        least = own
        for course, conventions in self.candidates():
            found = self.mistakes(course, conventions)
            if self.is_better(found, least, conventions):
                best, least = (course, conventions), found
        self.course, self.conventions = best

    def candidates(self) -> list[tuple[Course, tuple[str, ...]]]:
        own, others = self.courses.own, self.courses.others()
        named = [(entry.spelling, read_name(entry, own.vocabulary)) for entry in self.entries]
        may = {sign_convention(spelling, name) for spelling, name in named if name is not None} - {""}
        signs = [tuple(word for word in (DELTA_SIGN, ERROR_SIGN) if word in chosen) for chosen in _subsets(may)]
        found: list[tuple[Course, tuple[str, ...]]] = [(own, turned) for turned in signs if turned]
        found += [(own, (*turned, TRUNCATES)) for turned in signs]
        found += [(course, (word, *turned)) for turned in signs for word, course in others]
        return found

    def is_better(self, found: set[tuple[int, str]], least: set[tuple[int, str]], conventions: tuple[str, ...]) -> bool:
        """Fewer mistakes by two, or none where there was one and more than one line speaks for it."""
        saved = len(least) - len(found)
        others = [word for word in conventions if word not in (DELTA_SIGN, ERROR_SIGN)]
        if TRUNCATES in conventions:
            return saved >= 1 and not found and (saved >= 2 or self.may_cut_off())
        return saved >= 1 + len(others)

    def may_cut_off(self) -> bool:
        """Do the numbers look cut off rather than rounded (or do they tell nothing)?"""
        from backprop_trace.check.writer import is_correctly_rounded, is_cut_off

        cut = rounded = 0
        for (step, name), answer in self.answers(self.courses.own)[0].items():
            written, true = answer.readings[0], self.courses.own.true(step)[name]
            if written.value is not None and written.half_unit:
                is_rounded = is_correctly_rounded(written.value, written.half_unit, true)
                is_cut = is_cut_off(written.value, written.half_unit, true)
                cut, rounded = cut + (is_cut and not is_rounded), rounded + (is_rounded and not is_cut)
        return cut >= CUT_SHARE * rounded or cut + rounded <= 1

    def mistakes(self, course: Course, conventions: tuple[str, ...]) -> set[tuple[int, str]]:
        """The lines that are new mistakes under some conventions (not yet explained), and those it does not know."""
        kept, self.conventions = self.conventions, conventions
        try:
            answers, unknown = self.answers(course)
            judge = Judge(course, answers, self.chosen_writer(), explain=False)
            found = {
                (f.answer.step, canonical(f.answer.name)) for f in judge.findings() if f.verdict in ("off", "slip")
            }
            return found | {(entry.section.step, entry.spelling) for entry in unknown}
        finally:
            self.conventions = kept

    # --- lines ---

    def judged(self, finding: Finding, wording: Wording) -> JudgedLine:
        answer, written = finding.answer, finding.answer.readings[0]
        true = self.course.true(answer.step)[answer.name]
        verdict = self.final_verdict(finding, true)
        slips = tuple(explanation.slip for explanation in finding.explanations) if verdict == "slip" else ()
        if verdict == "convention":
            slips = tuple(CONVENTIONS[word].slip for word in self.conventions if word in CONVENTIONS)
        message = wording.message(finding, verdict)
        if len(answer.readings) > 1 and verdict in ("right", "rounded"):
            slips = ("copied-wrong",)
            others = ", ".join(signed(reading.text, answer.sign)[:40] for reading in answer.readings[1:][:4])
            message = f"{message}; also written as {others}: miscopied, and not blamed on later lines".lstrip("; ")
        if verdict == "convention":
            message = "; ".join(f"right on a sheet that {sentence_of(word)}" for word in self.conventions)
        is_mistake = verdict in ("slip", "wrong")
        return self.line(answer.name, answer.step)._replace(
            written=self.as_written(answer),
            verdict=verdict,
            expected=signed(wording.expected(finding, true), answer.sign),
            key=signed(shown(true, KEY_DIGITS), answer.sign),
            slips=tuple(slip for slip in slips if slip),
            message=message,
            spelling=answer.spelling,
            place=written.place,
            should=wording.should(finding) if is_mistake else (),
            bent=wording.bent(finding) if is_mistake else (),
            called=wording.called(answer),
            symbol=wording.symbol_of(answer),
        )

    @staticmethod
    def as_written(answer: Answer) -> str:
        return signed(answer.readings[0].text, answer.sign)

    def final_verdict(self, finding: Finding, true: Fraction) -> str:
        """The verdict under the convention in force and the teacher's demands."""
        verdict, answer = finding.verdict, finding.answer
        if verdict in ("right", "rounded") and self.conventions and self.needs_convention(answer):
            return "convention"
        if self.strict is not None and verdict in ("rounded", "follows", "right"):
            written = answer.readings[0]
            unit = Fraction(1, 10**self.strict)
            assert written.value is not None
            if abs(written.value - true) > unit / 2 or (written.decimals < self.strict and written.value != true):
                return "wrong"
        return verdict

    def needs_convention(self, answer: Answer) -> bool:
        """Would the line not be honest under the example's own convention?"""
        if answer.sign < 0:
            return True
        own = self.courses.own
        if self.course is own:
            return False
        if answer.name not in own.equations:
            return True
        written = answer.readings[0]
        true = own.true(answer.step)[answer.name]
        ours = self.course.true(answer.step)[answer.name]
        assert written.value is not None
        return true != ours and abs(written.value - true) > abs(written.value - ours)

    def line(self, name: Name, step: int) -> JudgedLine:
        equation = self.course.equations.get(name)
        return JudgedLine(
            canonical(name._replace(sample=None)), step, name.sample, None, "missing", "", "",
            phase=equation.phase if equation else "given", settings=self.settings,
        )  # fmt: skip

    def missing(self, answers: Mapping[tuple[int, Name], Answer], wording: Wording) -> list[JudgedLine]:
        """The lines that are not on the sheet, for the steps that are worked out on it."""
        found = []
        steps = {step for step, _ in answers}
        worked = {step for step, name in answers if self.line(name, step).phase in ("backward", "update")}
        for step in sorted(worked or steps):
            true = self.course.true(step)
            for name in self.course.equations:
                if (step, name) not in answers and name.kind not in ("error", "change"):
                    key = shown(true[name], KEY_DIGITS)
                    found.append(
                        self.line(name, step)._replace(
                            key=key, expected=key, called=wording.spell(name), symbol=wording.symbol(name)
                        )
                    )
        return found

    def formula_lines(self, answers: Mapping[tuple[int, Name], Answer], wording: Wording) -> list[JudgedLine]:
        """The lines that are formulas, not numbers."""
        formulas = [answer for answer in answers.values() if answer.readings[0].value is None]
        if not formulas:
            return []
        from backprop_trace.check.formulas import judge_formula

        return [self.judged_formula(answer, judge_formula(self.course, answer), wording) for answer in formulas]

    def judged_formula(
        self, answer: Answer, judged: tuple[str, tuple[str, ...], str, Formula | None], wording: Wording
    ) -> JudgedLine:
        verdict, slips, message, right = judged
        symbol = wording.symbol(answer.name)
        key = shown(self.course.true(answer.step)[answer.name], KEY_DIGITS)
        return self.line(answer.name, answer.step)._replace(
            written=answer.readings[0].text, verdict=verdict, expected=key, key=key, slips=slips, message=message,
            spelling=answer.spelling, place=answer.readings[0].place, symbol=symbol,
            called=wording.spell(answer.name),
            should=(symbol, wording.symbols(right)) if right else (),
        )  # fmt: skip

    def unknown(self, entry: Entry) -> JudgedLine:
        message = self.elsewhere(entry) or f"not in this example; {self.suggestion(entry)}".rstrip("; ")
        return JudgedLine(
            printable(entry.spelling)[:200], entry.section.step, entry.section.sample, entry.readings[0].text[:200],
            "unknown", "", "", message=message, spelling=entry.spelling, place=entry.place, settings=self.settings,
        )  # fmt: skip

    def suggestion(self, entry: Entry) -> str:
        """The nearest name; it takes a while to find, so only so many are looked for."""
        self.suggestions += 1
        if self.suggestions > MOST_SUGGESTIONS:
            return ""
        names = [canonical(name) for name in (*self.course.equations, *self.course.example.values)]
        return did_you_mean(entry.spelling, names)

    def elsewhere(self, entry: Entry) -> str:
        """A reason why a line cannot be used, where there is one."""
        section = entry.section
        samples = self.course.example.network.samples
        if section.step not in self.reached:
            return f"step {section.step} is out of reach: too many steps would have to be computed"
        if section.sample is not None and section.sample > samples:
            return f"there is no sample {section.sample}: the example has {samples}"
        if section.sample is None and samples > 1:
            with_sample = entry._replace(section=section._replace(sample=1))
            if read_name(with_sample, self.course.vocabulary):
                return f"which sample? write {printable(entry.spelling)}[1] or a section 'sample 1:'"
        return ""

    def done_right(self) -> str:
        """How the loss falls when the step is done right, for a sheet that has updates or a later loss."""
        steps = {entry.section.step for entry in self.entries}
        if not steps or max(steps) > 100 or not self.has_wrong_update:
            return ""
        first = min(steps)
        objective = self.course.example.network.objective
        before, later = self.course.true(first)[objective], self.course.true(first + 1)[objective]
        verb = "falls" if later < before else "grows"
        return f"Done right, the loss {verb} from {shown(before, 6)} to {shown(later, 6)} in this step."


def _within_reach(steps: set[int], quantities: int) -> frozenset[int]:
    """The steps of a sheet that can be computed in a reasonable time."""
    near = sorted(step for step in steps if step * quantities <= MOST_COMPUTED)
    return frozenset(near[:MOST_STEPS])


def read_name(entry: Entry, vocabulary: Vocabulary) -> Name | None:
    """The quantity of an entry, in the sample of its section."""
    section: Section = entry.section
    if section.sample is not None and "[" not in entry.spelling:
        found = vocabulary.read(f"{entry.spelling}[{section.sample}]")
        return found if found is not None else _unsampled(vocabulary.read(entry.spelling))
    return vocabulary.read(entry.spelling)


def _unsampled(name: Name | None) -> Name | None:
    """A quantity that belongs to no sample may stand in a sample's section; the total loss may not."""
    return None if name == LOSS else name


def sign_convention(spelling: str, name: Name) -> str:
    """The convention that may turn a line's sign: lines written as delta or error have one, dE/dnet has none."""
    word = spelling.strip().lower()
    is_delta = name.kind == "d" and name.of == LOSS and name.wrt is not None and name.wrt.kind == "net"
    if is_delta and word.startswith(("delta", "δ", "err")):
        return DELTA_SIGN
    return ERROR_SIGN if name.kind == "error" else ""


def _subsets(words: set[str]) -> list[set[str]]:
    subsets: list[set[str]] = [set()]
    for word in sorted(words):
        subsets += [subset | {word} for subset in subsets]
    return subsets


def _turned(written: Written) -> Written:
    if written.value is None:
        return written
    text = written.text[1:] if written.text.startswith("-") else f"-{written.text}"
    return written._replace(text=text, value=-written.value)


def _ordered(lines: list[JudgedLine], course: Course) -> list[JudgedLine]:
    """By step, givens first, then in the order of the listing."""
    order = {name: place for place, name in enumerate([*course.example.values, *course.equations])}
    by_text = {(canonical(name._replace(sample=None)), name.sample): place for name, place in order.items()}
    return sorted(lines, key=lambda line: (line.step, by_text.get((line.name, line.sample), -1)))


def _patterns(lines: Sequence[JudgedLine]) -> list[str]:
    """What several lines have in common, said once."""
    found = []
    first_slips: dict[tuple[str, str], list[JudgedLine]] = {}
    for line in lines:
        if line.verdict == "slip" and line.slips:
            first_slips.setdefault((line.slips[0], line.phase), []).append(line)
    for (slip, phase), members in first_slips.items():
        if len(members) >= 2 and phase in ("loss", "backward", "update"):
            alike = [
                line for line in lines if line.written is not None and line.phase == phase and _alike(line, members[0])
            ]
            what = {"update": "updates", "backward": "lines of this kind", "loss": "losses"}.get(
                phase, "lines of this kind"
            )
            text = SLIPS[slip].many or f"show the same slip: {SLIPS[slip].sentence}"
            share = f"All {len(alike)}" if len(members) == len(alike) else f"{len(members)}"
            of_all = "" if len(members) == len(alike) else f"{len(alike)} "
            found.append(f"{share} of your {of_all}{what} {text}.")
    return found


def _alike(line: JudgedLine, other: JudgedLine) -> bool:
    """Are two lines of the same kind: both updates, both deltas, both gradients of weights?"""
    return _kind(line.name) == _kind(other.name)


def _kind(name: str) -> str:
    if name.endswith("+"):
        return "+"
    head, _, rest = name.partition("_")
    return head if rest else name[:4]


__all__ = ["MISTAKES", "VERDICTS", "Checker", "JudgedLine", "Report", "read_name"]
