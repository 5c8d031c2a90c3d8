"""Which quantities the names of a sheet mean: found for the sheet as a whole, with its numbers.

A sheet is written in one notation. What is spelled as in files (or as the example names it) is known at once; for the
rest each notation of the table is tried, and the one in which most lines can be read and most numbers agree is taken.
In it a line is resolved if only one quantity fits, else by its number, else by the rule of counting that the other
lines follow. What is still open then is asked back.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from backprop_trace.check.lines import Lines
from backprop_trace.check.variant import Variant
from backprop_trace.check.writer import significant_figures
from backprop_trace.files.sheet import Entry, Written
from backprop_trace.files.sheet.grid import spelled
from backprop_trace.formulas.expr import Name, after
from backprop_trace.formulas.notation.names import canonical
from backprop_trace.formulas.spelled import (
    BY_NUMBER,
    COUNTING,
    MATRIX,
    NOTATIONS,
    NameNotation,
    Reading,
    other_way,
    plainer,
    simple,
    symbol_behind,
    unquoted,
    without_prose,
)
from backprop_trace.model.styles import STYLES

MOST_TRIED = 400
"""Lines by which the notation is chosen."""
MOST_NAMED = 6
MOST_NAMELESS = 2_000
"""Lines that are about nothing in the example; below them only names are known that are spelled as in files."""
BY_SAMPLE = "numbered by sample"
TENTATIVE = (
    "style",
    "layer 2",
    "layer 0",
    "weights 2",
    "weights 0",
    "running",
    "rate, by one letter",
    "module",
    "every",
    "counted from",
    BY_SAMPLE,
    BY_NUMBER,
    "V and W",
    "weights counted",
)
"""Ways of counting that are believed only where a number speaks for them."""
SIGNED = ("delta", "error", "err", "change")


class Question(NamedTuple):
    """What is asked back about a line, and the quantities it may be about: none, if it is a matrix of no such shape."""

    question: str
    may_be: tuple[Name, ...] = ()


class Resolved(NamedTuple):
    """The entries with what they mean, the notation in which they are read (none if all are spelled as in files), and
    why some mean nothing."""

    entries: tuple[Entry, ...]
    notation: NameNotation | None
    asked: Mapping[int, Question]
    """By place among the entries."""
    counting: tuple[str, ...] = ()
    """How weights are counted that the example gives as matrices, in words."""


class _Candidate(NamedTuple):
    reading: Reading
    agrees: bool


class SheetNames:
    """The names of one part of a sheet, along the example's own variant."""

    def __init__(self, variant: Variant, reached: frozenset[int], style: str):
        self.variant, self.reached, self.style = variant, reached, style
        self._found: dict[tuple[str, str, str, int, int | None], tuple[Reading, ...]] = {}
        self.votes: Mapping[str, float] = {}
        self.notation = NOTATIONS[0]
        self.printed_style = style
        self.meanings: dict[str, frozenset[Name]] = {}
        """By spelling: what lines of the sheet are about that are called so."""

    def resolve(self, entries: Sequence[Entry]) -> Resolved:
        known = [self.known(entry) for entry in entries]
        open_ = [
            place for place, name in enumerate(known) if name is None and entries[place].section.step in self.reached
        ]
        notation = self.chosen([entries[place] for place in open_[:MOST_TRIED]])
        self.notation, self.printed_style = notation, self.style or _clear_winner(self.votes)
        both = (place for place, name in enumerate(known) if self.may_be_printed(entries[place], name))
        undecided = {*open_, *both}
        done: list[Entry] = []
        asked: dict[int, Question] = {}
        rules: dict[str, None] = {}
        nameless = 0
        for place, entry in enumerate(entries):
            name = known[place]
            if place not in undecided:
                done.append(entry if name is None else _spelled(name, entry))
                continue
            candidates = self.own(entry, name)
            candidates += self.candidates(entry, notation) if nameless < MOST_NAMELESS else []
            nameless += not candidates
            reading = self.decided(candidates)
            if reading is None and name is not None and name.kind == "error":
                reading = candidates[0].reading
            if reading is not None:
                done += _spread(entry, reading)
                rules[reading.rule] = None
                self.remember(entry, reading)
                continue
            if candidates:
                asked[len(done)] = self.question(candidates)
            elif entry.block:
                asked[len(done)] = self.shapes(entry, notation)
            done.append(entry)
        taken = notation if notation != NOTATIONS[0] else None
        return Resolved(tuple(self.renewed(done)), taken, asked, tuple(self.counting(rules)))

    def remember(self, entry: Entry, reading: Reading) -> None:
        """A name means in formulas what it means as the name of a line."""
        if reading.size == (1, 1) and reading.name.kind != "+":
            text, _ = _sampled(entry.spelling) or (entry.spelling, None)
            spelling, meant = simple(text), reading.name._replace(sample=None)
            self.meanings[spelling] = self.meanings.get(spelling, frozenset()) | {meant}

    # --- names spelled as in files ---

    def known(self, entry: Entry) -> Name | None:
        """The quantity of a name that is spelled as files spell it."""
        if entry.section.step not in self.reached or (entry.block and len(entry.block) > 1):
            return None
        lines = self.variant.at(entry.section.step)
        name = lines.exact(unquoted(entry.spelling), entry.section.sample)
        is_bare = name is not None and not name.kind and not entry.chain
        return None if is_bare and any(_about(entry)) else name

    def renewed(self, entries: Sequence[Entry]) -> Iterator[Entry]:
        """`w5` below its gradient or change is the new weight, unless it is the old one that is written down; on the
        line of its change it is the new one, and elsewhere if it is calculated, or has that one's number. What an
        optimizer carries on (`m_w5`) is new where it is not what it began with."""
        begun: dict[tuple[int, Name], int] = {}
        """The parameters of which a step has a gradient, a change or a new value: on which line of the sheet."""
        of_new = {entry.place for entry in entries if self.has_new_number(entry)}
        """A matrix is of new weights if one of its numbers tells so."""
        for entry in entries:
            name, lines = self.meant_by(entry)
            if name is None or lines is None:
                yield entry
                continue
            step, line = entry.section.step, entry.place.line
            if name.kind == "d" and name.wrt is not None and not name.wrt.kind:
                begun[step, name.wrt] = 0
            elif name.kind == "change":
                begun[step, Name("", name.label)] = line
            if not name.kind and (new := after(name._replace(sample=None))) in lines.equations:
                at_once = begun.get((step, name)) == line or entry.place in of_new
                if at_once or self.is_new(entry, name, new, (step, name) in begun):
                    begun[step, name] = 0
                    entry = entry._replace(meant=canonical(new))
            elif name.kind not in ("", "rule") and (new_state := lines.carried_from.get(name)) is not None:
                start = self.variant.true(step)[name]
                entry = entry if agrees(entry.readings[0], start) else entry._replace(meant=canonical(new_state))
            yield entry

    def meant_by(self, entry: Entry) -> tuple[Name | None, Lines | None]:
        """The quantity that an entry was found to be about, and the lines of its step."""
        lines = self.variant.at(entry.section.step) if entry.meant else None
        return (lines.vocabulary.read(entry.meant), lines) if lines else (None, None)

    def has_new_number(self, entry: Entry) -> bool:
        """Is it a parameter with the number that it has after the step, and none that it may have before?"""
        name, lines = self.meant_by(entry)
        if name is None or lines is None or name.kind:
            return False
        new = after(name._replace(sample=None))
        if new not in lines.equations:
            return False
        true, written = self.variant.true(entry.section.step), entry.readings[0]
        return tells(written) and agrees(written, true[new]) and not agrees(written, true[name])

    def is_new(self, entry: Entry, name: Name, new: Name, below_gradient: bool) -> bool:
        true = self.variant.true(entry.section.step)
        written = entry.readings[0]
        if written.value is None:
            is_unfinished = _is_calculation(written) and not re.search(r"[^\W\d]", written.text)
            return is_unfinished or _mentions(written.text, entry.spelling)
        if any(map(_is_calculation, entry.chain)):
            return True
        if agrees(written, true[name]):
            return False
        return below_gradient or written.value == true[new] or (tells(written) and agrees(written, true[new]))

    def may_be_printed(self, entry: Entry, name: Name | None) -> bool:
        """Does the style of the sheet call another quantity so (b2 is the bias of the first layer in Nielsen's)? Many
        call the loss at an output its error."""
        if name is not None and name.kind == "error":
            return True
        style = "" if name is None else self.printed_style
        found = self.variant.at(entry.section.step).printed(unquoted(entry.spelling)) if style else []
        return any(of == style and each != name for of, each in found)

    def own(self, entry: Entry, name: Name | None) -> list[_Candidate]:
        """What the name is in files, as one candidate among others."""
        if name is None or not entry.readings:
            return []
        true = self.variant.true(entry.section.step)
        return [_Candidate(Reading(((name,),), "own"), name in true and agrees(entry.readings[-1], true[name]))]

    # --- the notation of the rest ---

    def chosen(self, tried: Sequence[Entry]) -> NameNotation:
        """The notation in which most lines can be read and most numbers agree; the first of those."""
        found = [(notation, *self.read_in(notation, tried)) for notation in NOTATIONS]
        best, _, self.votes = max(found, key=lambda each: each[1])
        return best

    def read_in(self, notation: NameNotation, tried: Sequence[Entry]) -> tuple[int, Mapping[str, float]]:
        """How many lines can be read in a notation (twice more, if their numbers agree), and by which rules."""
        score, votes = 0, defaultdict[str, float](float)
        for entry in tried:
            found = self.candidates(entry, notation)
            agreeing = [each.reading for each in found if each.agrees]
            score += bool(found) + 2 * bool(agreeing)
            for rule in {each.rule for each in agreeing}:
                votes[rule] += 1 / len({each.rows for each in agreeing})
        return score, votes

    def candidates(self, entry: Entry, notation: NameNotation) -> list[_Candidate]:
        """What an entry may mean: those that its place on the sheet, its shape and its number allow."""
        best: list[_Candidate] = []
        for about in dict.fromkeys((entry.about, "")):  # what stands above need not be what it is about
            found = self.fitting(entry._replace(about=about), notation)
            if any(each.agrees for each in found):
                return found
            best = best or found
        return best

    def fitting(self, entry: Entry, notation: NameNotation) -> list[_Candidate]:
        found = self.readings(entry, notation)
        fitting = [turned for reading in found for turned in _fitting(reading, entry)]
        true = self.variant.true(entry.section.step) if fitting else {}
        return [_Candidate(each, self.agrees(entry, each, true)) for each in dict.fromkeys(fitting)]

    def readings(self, entry: Entry, notation: NameNotation) -> tuple[Reading, ...]:
        key = entry.spelling, entry.about, notation.key, entry.section.step, entry.section.sample
        if key not in self._found:
            self._found[key] = self._readings(entry, notation)
        return self._found[key]

    def _readings(self, entry: Entry, notation: NameNotation) -> tuple[Reading, ...]:
        lines = self.variant.at(entry.section.step)
        for text, sample in _about(entry) if entry.about else _spellings(entry):
            if found := lines.readings(text, sample, notation):
                return self.of_style(found)
        told = _AT_THE_END.fullmatch(entry.spelling) if not entry.about else None
        found = lines.readings(told["symbol"] or told["alone"], entry.section.sample, notation) if told else ()
        return tuple(each._replace(rule=f"{BY_NUMBER}, {each.rule}") for each in found)

    def of_style(self, found: tuple[Reading, ...]) -> tuple[Reading, ...]:
        """Where the writer's style is told, only what it allows."""
        mine = tuple(reading._replace(rule="told") for reading in found if reading.rule == f"style {self.style}")
        return mine or found

    def agrees(self, entry: Entry, reading: Reading, true: Mapping[Name, Fraction]) -> bool:
        numbers = [written for row in entry.block for written in row] or list(entry.readings[-1:])
        names = [name for row in reading.rows for name in row]
        pairs = list(zip(numbers, names, strict=False))
        either = simple(entry.spelling).lower().startswith(SIGNED)
        if all(name in true and agrees(written, true[name], either) for written, name in pairs):
            return True
        return any(tells(written) for written, _ in pairs) and all(
            (new := after(name)) in true and agrees(written, true[new]) for written, name in pairs
        )

    def decided(self, candidates: Sequence[_Candidate]) -> Reading | None:
        """The reading that is left: the only one, the one whose number it is, or the one other lines speak for."""
        candidates = [each for each in candidates if not self.counted_otherwise(each)]
        likely = [each for each in candidates if not each.reading.rule.startswith(TENTATIVE) or self.voted(each)]
        computed = [each for each in likely if each.reading.name.kind != "target"]  # a given one would agree
        for some in ([each for each in candidates if each.agrees], computed or likely):
            if len({each.reading.rows for each in some}) == 1:
                return some[0].reading
            if some:
                return self.by_rule(some)
        return None

    def voted(self, candidate: _Candidate) -> bool:
        """Do other lines of the sheet speak for this way of counting?"""
        rule = candidate.reading.rule
        return not rule.startswith(BY_NUMBER) and self.votes.get(rule, 0.0) > 0

    def counted_otherwise(self, candidate: _Candidate) -> bool:
        """Do the other lines count weights the other way?"""
        rule = candidate.reading.rule
        return self.votes.get(other_way(rule), 0.0) > self.votes.get(rule, 0.0)

    def counting(self, rules: Iterable[str]) -> Iterator[str]:
        """What is said of the rules that were taken, where the lines speak for one way more than for the other."""
        for end, said in COUNTING.items():
            if any(rule.endswith(end) and self.votes.get(rule, 0.0) > self.votes.get(other_way(rule), 0.0)
                   for rule in rules):  # fmt: skip
                yield said

    def by_rule(self, candidates: Sequence[_Candidate]) -> Reading | None:
        """The candidate whose rule of counting most of the other lines follow."""
        weight: dict[tuple[tuple[Name, ...], ...], float] = {}
        for each in candidates:
            rows = each.reading.rows
            weight[rows] = max(weight.get(rows, 0.0), self.votes.get(each.reading.rule, 0.0))
        best = sorted(weight, key=lambda rows: -weight[rows])
        if weight[best[0]] <= 0 or weight[best[0]] <= weight[best[1]]:
            return None
        return next(each.reading for each in candidates if each.reading.rows == best[0])

    # --- what is asked back ---

    def question(self, candidates: Sequence[_Candidate]) -> Question:
        agreeing = [each for each in candidates if each.agrees] or list(candidates)
        rows = list(dict.fromkeys(each.reading.rows for each in agreeing))
        names = [" ".join(canonical(name) for row in each for name in row) for each in rows]
        more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
        may_be = tuple(dict.fromkeys(each.reading.name for each in candidates))
        return Question(f"which of them is meant? write {' or '.join(names[:MOST_NAMED])}{more}", may_be)

    def shapes(self, entry: Entry, notation: NameNotation) -> Question:
        """A vector or matrix that has another shape than any it could be."""
        sizes = dict.fromkeys(reading.size for reading in self.readings(entry, notation))
        mine = f"{len(entry.block)} x {len(entry.block[0])}"
        if not sizes:
            return Question("")
        wanted = " or ".join(f"{rows} x {columns}" for rows, columns in sizes if rows * columns > 1 or len(sizes) == 1)
        return Question(f"this is {mine}, and must be {wanted} (or its transpose)")

    # --- names in formulas ---

    def lines_of(self, step: int) -> Lines:
        """The lines of a step, as far as steps are computed."""
        return self.variant.at(step if step in self.reached else 1)

    def meant(self, text: str, lines: Lines, sample: int | None) -> tuple[Name, ...]:
        """What a name in a formula may mean: what the lines of the sheet call so, or what their notation allows; one,
        where their rule of counting decides."""
        text, sample = _sampled(text) or (text, sample)
        called = self.meanings.get(simple(text), frozenset())
        if len(called) == 1 and (name := lines.at_sample(next(iter(called)), sample)) is not None:
            return (name,)
        readings = lines.readings(text, sample, self.notation)
        is_matrix = any(each.size != (1, 1) for each in readings)
        placed = [each for each in readings
                  if _is_number(each) and not (is_matrix and each.rule.startswith(BY_SAMPLE))]  # fmt: skip
        found = tuple(dict.fromkeys(each.name for each in placed))
        may_be_target = any(name.kind == "target" for name in found)  # what y is, no way of counting tells
        is_counted = len(found) > 1 and not may_be_target
        best = self.by_rule([_Candidate(each, False) for each in placed]) if is_counted else None
        return (best.name,) if best else found


def _spelled(name: Name, entry: Entry) -> Entry:
    """The entry of a name that is spelled as in files."""
    return entry._replace(readings=entry.readings or entry.block[0], block=(), meant=canonical(name))


def _mentions(formula: str, spelling: str) -> bool:
    """w5 - eta * dE/dw5 mentions w5, at its beginning."""
    return re.match(rf"\s*\(?\s*{re.escape(spelling.strip())}(?!\w)", formula, re.IGNORECASE) is not None


def _is_calculation(part: Written) -> bool:
    return re.search(r"(?<!\de)(?<=[\w)\]])\s*[-+−]\s*[\w(\[−-]", part.text) is not None


def _clear_winner(votes: Mapping[str, float]) -> str:
    """The style that counts layers which the lines speak for, more than for the other."""
    styles = sorted(STYLES[1:], key=lambda style: -votes.get(f"style {style}", 0.0))
    most, next_ = (votes.get(f"style {style}", 0.0) for style in styles[:2])
    return styles[0] if most > next_ else ""


_KIND_BEHIND = re.compile(
    r"(?P<of>[^(),]+?)(?:\s*\((?P<a>[^()]{2,30})\)|\s*[,–—]\s*(?P<b>[^\d,]{3,30})|['’]s (?P<c>\D{3,30}))"
)
"""`h1 (net input)`, `w5, gradient`, `h1's output`"""
_AT_THE_END = re.compile(
    r"(?:[^\W\d_]+,?\s+)+(?:(?P<symbol>(?:[∂δΔ∇]|[^\W\d]\S*[\d_/])\S*)|\((?P<alone>[^\W\d]\w{0,9})\))"
)
"""`This gives us w8`, `Sigmoid (a)`: what stands last behind words may be a name, if it looks like one."""
_LETTER_FOR_ONE = re.compile(r"(?<=[A-Za-z])[lI|](?!\w)")
"""`net_hl`, as a page that was scanned may have it."""


def _spellings(entry: Entry) -> Iterator[tuple[str, int | None]]:
    """The spelling with its sample: whole, without the number of a sample behind it, without the words before it."""
    spelling, sample = entry.spelling, entry.section.sample
    ways = (
        spelling,
        without_prose(spelling),
        symbol_behind(spelling),
        kind_behind(spelling),
        plainer(spelling),
        _LETTER_FOR_ONE.sub("1", spelling),
    )
    for text in filter(None, dict.fromkeys(ways)):
        yield text, sample
        if sampled := _sampled(text):
            yield sampled


def kind_behind(text: str) -> str:
    """`h1 (net input)` is net_input_h1, `w5 (gradient)` dE/dw5; nothing if no kind of quantity stands there."""
    found = _KIND_BEHIND.fullmatch(text.strip())
    if found is None:
        return ""
    return spelled(simple(found["of"]), next(filter(None, found.group("a", "b", "c"))).strip()) or ""


_WE_HAVE = re.compile(r"^(?:for|at|in)\s+(.{1,30}?)(?:,?\s+(?:we|it)\b.*)?$", re.IGNORECASE)


def _about(entry: Entry) -> Iterator[tuple[str, int | None]]:
    """The spelling with what the line is about: `net` of `Hidden unit 1`, `w5` below `New weights`, `h` at `t=2`."""
    if not entry.about:
        return
    if time := re.fullmatch(r"t=(\d+)", entry.about):
        yield f"{entry.spelling}@{time[1]}", entry.section.sample
    about = _WE_HAVE.sub(r"\1", entry.about)
    if (spelling := spelled(entry.spelling, re.sub(r"\s(?=\S*\s)", "_", simple(about)))) is not None:
        yield spelling, entry.section.sample


def _sampled(text: str) -> tuple[str, int] | None:
    """`net_h1[2]` is net_h1 of sample 2."""
    match = re.fullmatch(r"(.*[\w+'])\s*(?:\[|\(sample )(\d{1,9})[\])]\s*", text, re.DOTALL)
    return (match[1], int(match[2])) if match else None


def _is_number(reading: Reading) -> bool:
    return reading.size == (1, 1) and not reading.rule.startswith(MATRIX)


def _fitting(reading: Reading, entry: Entry) -> list[Reading]:
    """The reading as it fits the shape of what is written, turned if need be."""
    if not entry.block:
        return [reading] if _is_number(reading) else []
    size = len(entry.block), len(entry.block[0])
    found = [reading] if reading.size == size else []
    return [*found, *([reading.turned()] if reading.size == size[::-1] else [])]


def _spread(entry: Entry, reading: Reading) -> list[Entry]:
    """An entry for each number."""
    if not entry.block or reading.size == (1, 1):  # several readings of one quantity: [0.6483, 0.6482]
        return [_spelled(reading.name, entry)]
    return [
        entry._replace(readings=(written,), block=(), chain=(), meant=canonical(name))
        for row, names in zip(entry.block, reading.rows, strict=True)
        for written, name in zip(row, names, strict=True)
    ]


def agrees(written: Written, true: Fraction, either_sign: bool = False) -> bool:
    """Is the number this value, within a unit of its last digit?"""
    if written.value is None:
        return False
    room = max(2 * written.half_unit if _tells_anything(written) else Fraction(0), abs(true) / 10**12)
    values = (written.value, -written.value) if either_sign else (written.value,)
    return any(abs(value - true) <= room for value in values)


def tells(written: Written) -> bool:
    """Has the number digits enough to know a quantity by it?"""
    return written.value is not None and written.half_unit < Fraction(1, 2) and significant_figures(written.text) >= 3


def _tells_anything(written: Written) -> bool:
    return written.half_unit < Fraction(1, 2) and significant_figures(written.text) >= 1
