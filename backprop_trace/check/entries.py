"""The entries of a sheet as answers: which quantity each one means, and why some mean none."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from typing import Any

from backprop_trace.check import chains
from backprop_trace.check.findings import Answer
from backprop_trace.check.formula_names import FormulaNames, lookups
from backprop_trace.check.lines import Lines
from backprop_trace.check.naming import MOST_NAMELESS, Question, SheetNames, agrees, tells
from backprop_trace.check.variant import Variant
from backprop_trace.files.sheet import Entry, Passage, Sheet, Written
from backprop_trace.files.source import Place, Problem, SourceError, did_you_mean, printable
from backprop_trace.formulas.expr import LOSS, Call, Formula, Name, Sum, derivative, names_in, parts
from backprop_trace.formulas.notation.names import canonical
from backprop_trace.formulas.numbers import NotANumber
from backprop_trace.formulas.paper import plain
from backprop_trace.formulas.parse import BadFormula, read_formula
from backprop_trace.formulas.spelled import simple
from backprop_trace.model.conventions import CHANGE_SIGN, DELTA_SIGN, ERROR_SIGN
from backprop_trace.run.step import size

NOT_ASKED = Question("")
MOST_COMPUTED = 5_000_000
"""Quantities that are computed on the way to the last step of a sheet."""
MOST_STEPS = 200
"""Steps on a sheet."""
LARGEST_TRIED = 4
"""The largest mini-batch a sheet is tried for that names no samples."""
MOST_SUGGESTIONS = 50
MOST_WITH_ONE_NUMBER = 3
"""A number that so many quantities have says which of them may be meant."""
NEAR = 0.1
"""So near to the net input, of its size, is what somebody got for it who made a slip."""
MOST_READINGS = 16
"""So many numbers may stand for one quantity; each is tried for every line that uses it."""

TURNED = (DELTA_SIGN, ERROR_SIGN, CHANGE_SIGN)
"""Conventions that turn the sign of a line."""

_AT_STEP = re.compile(r"[^\W\d]\w*\s?\(\d{1,3}\)")
"""`w(2)` is no product: it may be w of step 2."""
_DIFFERENCE = re.compile(r"[^\W\d][\w^{}']*\s*[-−]\s*[^\W\d][\w^{}']*")
_ENDS = ({"target", "out"}, {"target", "net"})
_WORD_AND_SYMBOL = re.compile(r"[^\W\d_]{4,} \(\w+\)")
"""`Sigmoid (a): σ(0.9) = 0.711` is about a, and no sigmoid of it."""

Answers = dict[tuple[int, Name], Answer]
"""By step and quantity."""


class Entries:
    """The entries of one part of a sheet, read along one variant or another."""

    def __init__(self, entries: Sequence[Entry], variant: Variant, sheet: Sheet, style: str = ""):
        self.sheet = sheet
        self.quantities = size(variant.example)
        self.reached = _within_reach({entry.section.step for entry in entries}, self.quantities)
        self.suggestions = self.nameless = self.formulas_tried = 0
        self.naming = SheetNames(variant, self.reached, style)
        found = self.naming.resolve(entries)
        self.notation = [found.notation.said] if found.notation else []
        self.notation += found.counting
        self.entries: list[Entry] = []
        self.passed: list[Passage] = []
        self.asked: dict[Place, str] = {}
        self.asides: list[chains.Aside] = []
        self._points: dict[int, list[Mapping[Name, Any]]] = {}
        self._answers: dict[tuple[int, tuple[str, ...]], tuple[Variant, Answers, list[Entry]]] = {}
        above = {(each.spelling, each.section.sample): each for each in found.entries}
        for place, entry in enumerate(found.entries):
            if (total := self.total(above.get(entry.section.below or ("", None)), variant)) is not None:
                self.entries.append(entry._replace(meant=canonical(total)))
                continue
            names = FormulaNames(self.naming, entry.section.step, entry.section.sample)
            asked = found.asked.get(place, NOT_ASKED)
            name = self.by_formula(entry, asked.may_be, names, variant) or self.as_error(entry, names, variant)
            if name is None and (name := self.as_net(entry, names, variant)) is None:
                self.take(entry, asked.question, names, variant)
            else:
                self.entries.append(entry._replace(meant=canonical(name)))

    def total(self, above: Entry | None, variant: Variant) -> Name | None:
        """Below the deltas of a unit in all samples or at all time steps stands the gradient of its bias."""
        name, network = None if above is None else self.name(above, variant), variant.example.network
        if name is None or name.wrt is None or not is_delta(name) or name.wrt.label not in network.units:
            return None
        bias = network.bias_of(name.wrt.label)
        return None if bias is None else derivative(LOSS, bias)

    def by_formula(self, entry: Entry, may_be: Sequence[Name], names: FormulaNames, variant: Variant) -> Name | None:
        """The quantity of a line whose name may mean several, and whose formula is right for one of them."""
        if not may_be or entry.block or entry.readings[0].value is not None:
            return None
        from backprop_trace.check.formulas import judge_formula

        answers = [Answer(name, entry.section.step, entry.readings, entry.spelling) for name in may_be]
        comma = self.sheet.decimal_comma
        right = [each.name for each in answers if judge_formula(variant, each, names, comma)[0] == "right"]
        return right[0] if len(right) == 1 else None

    def as_error(self, entry: Entry, names: FormulaNames, variant: Variant) -> Name | None:
        """`E = y - out = 0.65` is the error at the output, and no loss."""
        if not entry.chain or not _DIFFERENCE.fullmatch(entry.chain[0].text.strip()):
            return None
        if (name := self.name(entry, variant)) is None or (name != LOSS and name.kind != "E"):
            return None
        text = plain(entry.chain[0].text, self.sheet.decimal_comma)
        try:
            used = [names_in(read_formula(text, lookup, implied=True)) for lookup in lookups(text, names)]
        except BadFormula:
            return None
        errors = {one._replace(kind="error") for pair in used for one in pair if {each.kind for each in pair} in _ENDS}
        known = errors & variant.at(entry.section.step).equations.keys()
        return known.pop() if len(known) == 1 else None

    def as_net(self, entry: Entry, names: FormulaNames, variant: Variant) -> Name | None:
        """`o1 = 0.24 + 0.27 + 0.6 = 1.106` is a net input by its formula, if it is near that number."""
        name = self.name(entry, variant) if entry.chain else None
        if name is None or name.kind != "out" or spelled(entry.spelling) != spelled(name.label):
            return None
        lines = variant.at(entry.section.step)
        net = name._replace(kind="net")
        try:
            part = chains.read_part(entry.chain[-1].text, entry, variant, names, self.sheet.decimal_comma)
        except (BadFormula, NotANumber):
            return None
        if not isinstance(part.formula, Sum) or part.names or not _has_exp(lines.equations[name].formula):
            return None
        true = variant.true(entry.section.step)[net]
        if entry.readings[-1].value is None or abs(entry.readings[-1].value - true) > NEAR * abs(true):
            return None
        self.naming.meanings = {**self.naming.meanings, simple(entry.spelling): frozenset({net._replace(sample=None)})}
        return net

    def take(self, entry: Entry, asked: str, names: FormulaNames, variant: Variant) -> None:
        """An entry that can be judged or asked about is kept; what is none after all is passed over."""
        is_nameless = not entry.meant and not asked
        if is_nameless and (aside := self.aside(entry, names, variant)) is not None:
            name = self.computed_by(aside, variant)
            if name is None:
                self.asides.append(aside)
            else:
                self.entries.append(aside.entry._replace(meant=canonical(name)))
            return
        if is_nameless and (not entry.sure or chains.GENERAL.search(entry.spelling)):
            self.passed.append(Passage(as_line(entry), entry.place))
            return
        self.nameless += is_nameless
        if is_nameless and self.nameless > MOST_NAMELESS:
            self.passed.append(Passage(as_line(entry), entry.place, "not in this example"))
            return
        if asked:
            self.asked[entry.place] = asked
        read = chains.with_numbers(entry, variant, names, self.sheet.decimal_comma)
        if isinstance(read, Passage):
            self.passed.append(read)
        elif not read.meant and not asked and not read.block and read.readings[-1].value is None and not read.chain:
            self.passed.append(Passage(as_line(read), read.place))
        elif read.block:
            self.entries.append(read._replace(readings=read.block[0][:1]))
        else:
            self.entries.append(read)

    def aside(self, entry: Entry, names: FormulaNames, variant: Variant) -> chains.Aside | None:
        """A line that has a formula in place of a name; it takes a while to find, so only so many are looked at."""
        if _AT_STEP.fullmatch(entry.spelling) or _WORD_AND_SYMBOL.fullmatch(entry.spelling):
            return None
        if not chains.OPERATOR.search(entry.spelling):  # a product of names side by side, or words
            lines, sample = variant.at(entry.section.step), entry.section.sample
            words = entry.spelling.split()
            if len(words) < 2 or any(lines.exact(word, sample) is None for word in words):
                return None
        self.formulas_tried += 1
        if self.formulas_tried > MOST_NAMELESS:
            return None
        return chains.as_aside(entry, variant, names, self.sheet.decimal_comma)

    def computed_by(self, aside: chains.Aside, variant: Variant) -> Name | None:
        """The quantity of a line that has its formula in place of its name: `out_o1 (1 - out_o1) = 0.1868`."""
        from backprop_trace.check.formulas import computed_by, points_of

        step, text = aside.entry.section.step, plain(aside.entry.spelling, self.sheet.decimal_comma)
        if step * self.quantities > MOST_COMPUTED // 100:
            return None
        if step not in self._points:
            self._points[step] = points_of(variant, step)
        lines = variant.at(step)
        formulas = (read_formula(text, lookup, implied=True) for lookup in aside.readings)
        found = {computed_by(lines, formula, self._points[step]) for formula in formulas if names_in(formula)}
        found.discard(None)
        return found.pop() if len(found) == 1 else None

    def chain_at(self, place: Place | None) -> Entry | None:
        """The line with parts before its value whose number stands at a place."""
        return self._chains.get(place) if place is not None else None

    @cached_property
    def _chains(self) -> dict[Place, Entry]:
        return {entry.readings[0].place: entry for entry in self.entries if entry.chain}

    @property
    def is_far(self) -> bool:
        """Would it take too long to go to the last step in other ways, too?"""
        return max(self.reached, default=0) * self.quantities > MOST_COMPUTED // 10

    @property
    def batch_sizes(self) -> Sequence[int]:
        """How many samples a step of the sheet may be about: as many as its first one names, or a few."""
        first = min((entry.section.step for entry in self.entries), default=1)
        numbers = {_place(entry)[1] for entry in self.entries if entry.section.step == first} - {None}
        return [len(numbers)] if numbers else range(1, LARGEST_TRIED + 1)

    def answers(self, variant: Variant, conventions: Collection[str]) -> tuple[Answers, list[Entry]]:
        """The numbers, with the signs of the conventions in force; and the entries that mean no quantity."""
        signs = tuple(word for word in TURNED if word in conventions)
        if (id(variant), signs) not in self._answers:  # the variant is kept, so that its identity stays its own
            self._answers[id(variant), signs] = variant, *self._read(variant, signs)
        _, answers, unknown = self._answers[id(variant), signs]
        return answers, unknown

    def _read(self, variant: Variant, signs: Collection[str]) -> tuple[Answers, list[Entry]]:
        answers: Answers = {}
        unknown = []
        for entry in self.entries:
            name = self.name(entry, variant)
            if name is None:
                unknown.append(entry)
                continue
            if entry.readings[0].value is None:
                continue
            key = entry.section.step, name
            is_turned = sign_convention(entry.spelling, name) in signs
            readings = tuple(turned(reading) if is_turned else reading for reading in entry.readings)
            answer = Answer(name, key[0], readings, entry.spelling, -1 if is_turned else 1)
            before = answers.get(key)
            if before is None:
                answers[key] = answer
                continue
            again = (*before.again, answer)
            if sum(len(each.readings) for each in (before, *again)) > MOST_READINGS:
                what = f"more than {MOST_READINGS} numbers for {printable(entry.spelling)[:60]}"
                raise SourceError([Problem(what, entry.place)], self.sheet.name, self.sheet.text)
            answers[key] = before._replace(again=again)
        return answers, unknown

    def formulas(self, variant: Variant) -> list[Answer]:
        """The lines that have a formula in place of a number."""
        named = ((entry, self.name(entry, variant)) for entry in self.entries if entry.readings[0].value is None)
        return [
            Answer(name, entry.section.step, entry.readings, entry.spelling)
            for entry, name in named
            if name is not None
        ]

    def name(self, entry: Entry, variant: Variant) -> Name | None:
        """The quantity of an entry, or None."""
        if entry.section.step not in self.reached:
            return None
        lines = variant.at(entry.section.step)
        name = read_name(entry, lines)
        return name if name in lines.equations or name in lines.givens else None

    def sign_conventions(self, variant: Variant) -> set[str]:
        """The conventions about signs that may be in force."""
        named = [(entry.spelling, self.name(entry, variant)) for entry in self.entries]
        return {sign_convention(spelling, name) for spelling, name in named if name is not None} - {""}

    def why_unknown(self, entry: Entry, variant: Variant) -> str:
        """What is said about an entry that means no quantity."""
        step = entry.section.step
        if step not in self.reached:
            return f"step {step} is out of reach: too many steps would have to be computed"
        if entry.place in self.asked:
            return self.asked[entry.place]
        return self._elsewhere(entry, variant) or self._not_here(entry, variant)

    def _not_here(self, entry: Entry, variant: Variant) -> str:
        return f"not in this example; {self._suggestion(entry, variant)}".rstrip("; ")

    def _elsewhere(self, entry: Entry, variant: Variant) -> str:
        """A reason why a line cannot be used, where there is one."""
        spelling, number = _place(entry)
        samples = variant.example.training.samples
        if number == 0:
            return "samples are numbered from 1"
        if number is not None and number > samples:
            return f"there is no sample {number}: the example has {samples}"
        step = entry.section.step
        lines = variant.at(step)
        first = lines.samples[0]
        if (
            number in lines.samples
            or samples == 1
            or read_name(entry._replace(spelling=f"{spelling}[{first}]"), lines) is None
        ):
            return ""
        if number is None:
            return f"which sample? write {printable(spelling)}[{first}] or a section 'sample {first}:'"
        return self.not_used(number, step, variant)

    @staticmethod
    def not_used(sample: int, step: int, variant: Variant) -> str:
        """That a sample belongs to another step, and to which."""
        elsewhere = variant.example.training.batching.step_with(sample, step, variant.example.training.samples)
        return f"sample {sample} is not used in step {step}" + (f" but in step {elsewhere}" if elsewhere else "")

    def _suggestion(self, entry: Entry, variant: Variant) -> str:
        """The quantity whose number it is, else the nearest name; it takes a while to find, so only so many are looked
        for."""
        self.suggestions += 1
        if self.suggestions > MOST_SUGGESTIONS:
            return ""
        lines = variant.at(entry.section.step)
        known = [name for name in (*lines.equations, *lines.givens) if name.sample in (None, _place(entry)[1])]
        written = entry.readings[-1] if entry.readings else None
        if written is not None and tells(written):
            true = variant.true(entry.section.step)
            same = [canonical(name) for name in known if name in true and agrees(written, true[name])]
            if 0 < len(same) <= MOST_WITH_ONE_NUMBER:
                found = f"{written.text} is {' and '.join(same)}"
                return f"{found}; write that" if len(same) == 1 else f"{found}; write the one you mean"
        return did_you_mean(entry.spelling, [canonical(name) for name in known])


def spelled(text: str) -> str:
    """A unit's name without regard to case and underscores."""
    return text.strip().replace("_", "").lower()


def _has_exp(formula: Formula) -> bool:
    """Does an activation bend its net input: is it no sum itself?"""
    return (isinstance(formula, Call) and formula.function in ("exp", "tanh")) or any(map(_has_exp, parts(formula)))


def _within_reach(steps: set[int], quantities: int) -> frozenset[int]:
    """The steps of a sheet that can be computed in a reasonable time."""
    near = sorted(step for step in steps if step * quantities <= MOST_COMPUTED)
    return frozenset(near[:MOST_STEPS])


def _place(entry: Entry) -> tuple[str, int | None]:
    """The spelling without the number of its sample, and that number."""
    if match := re.fullmatch(r"(.*?)\s*\[(\d{1,9})\]\s*", entry.spelling, re.DOTALL):
        return match[1], int(match[2])
    return entry.spelling, entry.section.sample


def as_line(entry: Entry) -> str:
    written = entry.readings[-1].text if entry.readings else "..."
    return f"{entry.spelling} = {written}"[:200]


def read_name(entry: Entry, lines: Lines) -> Name | None:
    """What a spelling means, in the sample of its section."""
    vocabulary, sample = lines.vocabulary, entry.section.sample
    if entry.meant:
        return vocabulary.read(entry.meant)
    if sample is not None and "[" not in entry.spelling:
        found = vocabulary.read(f"{entry.spelling}[{sample}]")
        return found if found is not None else _unsampled(vocabulary.read(entry.spelling), sample)
    return vocabulary.read(entry.spelling)


def _unsampled(name: Name | None, sample: int) -> Name | None:
    """A quantity that belongs to no sample may stand in a sample's section; the total loss may not."""
    return None if name is None or name == LOSS or name.sample not in (None, sample) else name


def is_delta(name: Name) -> bool:
    return name.kind == "d" and name.of == LOSS and name.wrt is not None and name.wrt.kind == "net"


DELTA_WORDS = ("delta", "δ", "err")


def has_delta(entry: Entry) -> bool:
    """Does a formula of the entry have a delta that is called so? One that is called dE/dnet has a certain sign."""
    texts = [part.text.lower().replace("\\", "") for part in entry.chain]
    return any(word in text for text in texts for word in DELTA_WORDS)


_DELTA_WORD = re.compile(rf"(?:^|[\s_])(?:{'|'.join(DELTA_WORDS)})", re.IGNORECASE)


def sign_convention(spelling: str, name: Name) -> str:
    """The convention that may turn a line's sign: lines written as delta or error have one, dE/dnet has none."""
    if is_delta(name) and _DELTA_WORD.search(spelling):
        return DELTA_SIGN
    return {"error": ERROR_SIGN, "change": CHANGE_SIGN}.get(name.kind, "")


def turned(written: Written) -> Written:
    if written.value is None:
        return written
    text = written.text[1:] if written.text.startswith("-") else f"-{written.text}"
    return written._replace(text=text, value=-written.value)
