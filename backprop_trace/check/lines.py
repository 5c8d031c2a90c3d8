"""The lines of one training step: its listing, and what is remembered about each line.

Lines that some sources print and others do not (`error_o1`, `change_w5`) are always among them and are never missed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cached_property

from backprop_trace.check.memo import Memo
from backprop_trace.check.slips import Bend, Facts, bends, is_structural, written_out
from backprop_trace.files.spec import Example
from backprop_trace.formulas import spelled
from backprop_trace.formulas.expr import (
    LOSS,
    ONE,
    Difference,
    Formula,
    Minus,
    Name,
    Sum,
    after,
    derivative,
    is_zero,
    names_in,
    plus,
    substitute,
    times,
)
from backprop_trace.formulas.from_latex import from_latex, looks_like_latex
from backprop_trace.formulas.notation.names import ASCII_NAMES, LATEX_NAMES, MATHJAX_NAMES, TEXT_NAMES, canonical
from backprop_trace.formulas.spelled import NameNotation, Reading, Shape
from backprop_trace.formulas.vocabulary import MOST_REMEMBERED, Vocabulary
from backprop_trace.model.batches import Samples
from backprop_trace.model.chain import Equation
from backprop_trace.model.network import Listing
from backprop_trace.model.styles import STYLES, speller, spellings

_NUMBERED = re.compile(
    r"(?P<of>.*(?:[A-Za-zŷδ]|(?<![_^])(?=[\^@(])))[_^]{0,2}[({<@\[]{0,2}(?:t=)?(?P<number>\d{1,3})[)}>\]]{0,2}"
)


class Lines:
    """The lines of the steps that use some samples, and what is given for them (`givens`)."""

    def __init__(self, example: Example, samples: Samples, equations: Listing):
        self.example, self.samples, self.listing = example, samples, equations
        self.facts = Facts(example, len(samples))
        self.givens = tuple(name for name in example.values if name.sample is None or name.sample in samples)
        self.equations = {equation.name: equation for equation in equations.equations}
        self.uses = {name: names_in(equation.formula) for name, equation in self.equations.items()}
        self._places = {name: place for place, name in enumerate((*self.givens, *self.equations))}
        self._matter: dict[Name, frozenset[Name]] = {}
        self._opened: dict[tuple[Name, frozenset[Name]], Formula] = {}
        self._names = Memo(names_in)
        self.carried_from = {old: new for new, old in equations.carried}
        self._bends: dict[Name, Memo[list[Bend]]] = {}
        self._readings: dict[tuple[str, int | None, str], tuple[Reading, ...]] = {}

    def place_of(self, name: Name) -> int:
        """Where a quantity stands in the listing: givens first."""
        return self._places[name]

    @cached_property
    def order(self) -> Mapping[tuple[str, int | None], int]:
        """Where the quantities stand in the listing, as they are spelled in files."""
        names = (*self.givens, *self.equations)
        return {(canonical(name._replace(sample=None)), name.sample): place for place, name in enumerate(names)}

    @property
    def lone_sample(self) -> int | None:
        """The number of the step's only sample, where it has one."""
        return self.samples[0] if len(self.samples) == 1 else None

    @cached_property
    def vocabulary(self) -> Vocabulary:
        known = dict.fromkeys([*self.equations, *self.givens])
        if len(self.samples) > 1:
            known |= dict.fromkeys(name._replace(sample=None) for name in self.givens)
        words = spellings(dict.fromkeys(self.equations), self.example.network, self.listing.by_output)
        words |= {canonical(name): name for name in known}
        return Vocabulary(known, self.listing.by_output, self.listing.loss_adds_up, words, self.lone_sample)

    @cached_property
    def shape(self) -> Shape:
        """The labels of the network, by layers."""
        network = self.example.network
        layers = tuple(
            spelled.LayerLabels(
                layer.units,
                tuple(tuple(weight.label if weight else None for weight in row) for row in layer.weights),
                tuple(bias.label if bias else None for bias in layer.biases),
                tuple(tuple(weight.label if weight else None for weight in row) for row in layer.recurrent),
            )
            for layer in network.layers
        )
        given = dict.fromkeys(name.label for name in self.example.values if not name.kind)
        own = dict.fromkeys(name.label for name in self.equations if not name.kind)
        return Shape(network.inputs, layers, tuple(given), network.objective, tuple(own))

    @cached_property
    def _canonical(self) -> dict[str, Name]:
        """The quantities as they are spelled in files."""
        return {canonical(name): name for name in dict.fromkeys([*self.equations, *self.givens])}

    @cached_property
    def _spelled(self) -> dict[str, Name]:
        """The same, and as they are printed in that style."""
        found = dict(self._canonical)
        names = tuple(found.values())
        for alphabet in (ASCII_NAMES, TEXT_NAMES, LATEX_NAMES, MATHJAX_NAMES):
            spell = speller("net-out", alphabet, self.example.network, self.listing.by_output)
            for name in names:
                found.setdefault(_as_read(spell(name)), name)
        return found

    @cached_property
    def _printed(self) -> dict[str, list[tuple[str, Name]]]:
        """The quantities as they are printed in the styles that count layers: the style and the name."""
        names = dict.fromkeys([*self.equations, *self.givens])
        found: dict[str, list[tuple[str, Name]]] = {}
        for style in STYLES[1:]:
            for alphabet in (ASCII_NAMES, TEXT_NAMES, LATEX_NAMES, MATHJAX_NAMES):
                spell = speller(style, alphabet, self.example.network, self.listing.by_output)
                for name in names:
                    there = found.setdefault(_as_read(spell(name)), [])
                    if (style, name) not in there:
                        there.append((style, name))
        return found

    def exact(self, text: str, sample: int | None) -> Name | None:
        """What is spelled as in files, in the sample of its section."""
        text = text.strip()
        found = self._found(self._canonical, text, sample) or self._found(self._spelled, text, sample)
        found = found or self._spelled.get(_as_read(text))
        return None if found is None else self.at_sample(found, sample)

    def _found(self, spelled: Mapping[str, Name], text: str, sample: int | None) -> Name | None:
        """What is spelled like this: of the sample of its section, as it stands, or of the only sample."""
        ways = [text] if sample is None else [f"{text}[{sample}]", text]
        if self.lone_sample is not None:
            ways.append(f"{text}[{self.lone_sample}]")
        if self.samples == (None,):
            ways.append(text.removesuffix("[1]"))
        return next((spelled[way] for way in ways if way in spelled), None)

    def printed(self, text: str) -> list[tuple[str, Name]]:
        """What is spelled as in another style, with the name of the style; or is made of such a name: w_21^1+."""
        if (found := self._printed.get(_as_read(text))) is not None:
            return found
        if text.endswith("+"):
            made = [(style, after(name)) for style, name in self.printed(text[:-1])]
        elif text.startswith("dE/d"):
            made = [(style, derivative(self.listing.objective, name)) for style, name in self.printed(text[4:])]
        else:
            return []
        return [(style, name) for style, name in made if name in self.equations]

    def readings(self, text: str, sample: int | None, notation: NameNotation) -> tuple[Reading, ...]:
        """What a spelling may mean in a notation, of the quantities that there are; found once for all sheets."""
        key = text, sample, notation.key
        if key not in self._readings:
            if len(self._readings) > MOST_REMEMBERED:
                self._readings.clear()
            self._readings[key] = tuple(dict.fromkeys(self._read(text, sample, notation)))
        return self._readings[key]

    def _read(self, text: str, sample: int | None, notation: NameNotation) -> Iterator[Reading]:
        printed = (Reading(((name,),), f"style {style}") for style, name in self.printed(text))
        for reading in (*printed, *spelled.readings(text, self.shape, notation), *self._numbered(text, notation)):
            for each in (reading, *self._over_all(reading, sample)):
                placed = each.each(lambda name: self.at_sample(name, sample))
                if placed is not None:
                    yield placed

    def _numbered(self, text: str, notation: NameNotation) -> Iterator[Reading]:
        """h2, y_2, h^(2) in a sequence: the number is the time step, where a layer has one unit. z_h1^(2), L2 where
        there are samples: it is the sample."""
        times, samples = self.example.training.times > 1, len(self.samples) > 1
        match = _NUMBERED.fullmatch(text) if times or samples else None
        units = [unit for layer in self.shape.layers for unit in layer.units]
        if match is None or (samples and spelled.matching(text, units)):
            return
        number = int(match["number"])
        if not number and "[" in text:  # as Python counts
            return
        for reading in spelled.readings(match["of"], self.shape, notation):
            name = reading.name
            if times and reading.size == (1, 1):
                yield Reading(((name._replace(time=number),),), f"{name.kind}, {reading.rule}, by time step")
            elif samples and number in self.samples and reading.size == (1, 1):
                yield Reading(((name._replace(sample=number),),), "numbered by sample")

    def _over_all(self, reading: Reading, sample: int | None) -> Iterator[Reading]:
        """The quantities of a layer at all time steps, or in all samples: a row for each unit."""
        names = [name for row in reading.rows for name in row] if len(reading.rows) == 1 else []
        if self.example.training.times > 1:
            times = range(1, self.example.training.times + 1)
            yield from _in_rows([[name._replace(time=time) for time in times] for name in names], reading.rule)
        if len(self.samples) > 1 and sample is None:
            yield from _in_rows([[name._replace(sample=each) for each in self.samples] for name in names], reading.rule)

    def at_sample(self, name: Name, sample: int | None) -> Name | None:
        """A quantity in the sample of a section (the step's only one, without a section); None if there is none."""
        if name.sample is not None:
            return name if sample in (None, name.sample) else None
        numbers = [sample] if sample is not None else [None, self.lone_sample]
        for number in numbers:
            placed = name._replace(sample=number)
            if placed in self.equations or placed in self._given:
                return placed
        if sample is not None and name != LOSS and (sample in self.samples or self.samples == (None,)):
            return name if name in self.equations or name in self._given else None
        return None

    @cached_property
    def _given(self) -> frozenset[Name]:
        return frozenset(self.givens)

    def opened(self, name: Name, written: frozenset[Name]) -> Formula:
        """A line's formula with the structural lines put in that are not on the sheet."""
        key = name, self._that_matter(name) & written
        if key not in self._opened:
            self._opened[key] = written_out(self.formula(name, written), self.equations, written)
        return self._opened[key]

    def used(self, name: Name, written: frozenset[Name]) -> tuple[Name, ...]:
        """The names in a line's opened formula."""
        return self._names(self.opened(name, written))

    def _that_matter(self, name: Name) -> frozenset[Name]:
        """The lines that change a line's opened formula if they are on the sheet."""
        if name not in self._matter:
            found, stack = {way for way in (self._ways.get(name), self._copied.get(name)) if way is not None}, [name]
            while stack:
                used = {each for each in self.uses.get(stack.pop(), ()) if is_structural(each)} - found
                found |= used
                stack += used
            self._matter[name] = frozenset(found)
        return self._matter[name]

    def formula(self, name: Name, written: frozenset[Name]) -> Formula:
        """A line's formula; by way of the error or the change where the writer has these lines, and that of the loss of
        the only output where the writer has not."""
        copied = self._copied.get(name)
        if copied is not None and copied not in written:
            return self.formula(copied, written)
        way = self._ways.get(name)
        if way is None or way not in written:
            return self.equations[name].formula
        return Minus(way) if way.kind == "error" else Sum((name.of or name, way))

    @cached_property
    def _copied(self) -> Mapping[Name, Name]:
        """The loss of the only output, by the loss that repeats it."""
        losses = {name: line.formula for name, line in self.equations.items() if name.kind == "E"}
        return {name: loss for name, loss in losses.items() if isinstance(loss, Name) and loss in losses}

    @cached_property
    def _ways(self) -> Mapping[Name, Name]:
        """The change of an update and the error of an output, by the lines that may go by way of them."""
        found = {after(of): Name("change", of.label) for of in self.example.rule.trained}
        if self.example.network.loss == "half_squared_error":
            for name, equation in self.equations.items():
                if _is_error_slope(name) and name.wrt is not None:
                    error = Name("error", name.wrt.label, sample=name.sample)
                    found |= {name: error} if equation.formula == _difference(error) else {}
        return found

    def by_all_ways(self, name: Name) -> Formula | None:
        """The whole derivative of a definition by what it uses in other ways, too, where the line is the slope along
        the direct way alone; None where there is no other way."""
        if name.kind != "d" or name.of is None or name.wrt is None or name.of.kind or name.via or name.time is not None:
            return None
        of, wrt = name.of._replace(sample=name.sample), name.wrt._replace(sample=name.sample)
        with suppress(KeyError):
            found = self._along_all_ways(of, wrt, {})
            return None if found == name else substitute(found, {name: self.equations[name].formula})
        return None

    def _along_all_ways(self, of: Name, wrt: Name, known: dict[Name, Formula]) -> Formula:
        """The slopes along each way from a definition, multiplied, and added up. Raises KeyError for one unknown."""
        if of == wrt:
            return ONE
        if of not in known:
            terms = list[Formula]()
            for used in names_in(self.equations[of].formula) if of in self.equations else ():
                rest = self._along_all_ways(used, wrt, known)
                if not is_zero(rest):
                    terms.append(times(self.equations[derivative(of, used)].name, rest))
            known[of] = plus(*terms)
        return known[of]

    def _meant(self, name: Name, formula: Formula) -> Equation:
        """The line whose formula this is: of a copied one that is put in, the other."""
        return self.equations[self._copied[name] if name in self._copied and formula != self._copied[name] else name]

    def bends(self, name: Name, formula: Formula) -> list[Bend]:
        """The slips of a line, remembered."""
        if name not in self._bends:
            self._bends[name] = Memo(lambda bent: bends(self._meant(name, bent), bent, self.facts))
        return self._bends[name](formula)


def _in_rows(rows: list[list[Name]], rule: str) -> Iterator[Reading]:
    if rows:
        yield Reading(tuple(map(tuple, rows)), rule)


def _as_read(text: str) -> str:
    """A spelling as the page reader hands it on: LaTeX as plain text, without blanks."""
    if looks_like_latex(text):
        text = from_latex(text)
    text = re.sub(r"\s+", "", text).replace("\u2212", "-")
    while text.startswith("{") and text.endswith("}"):
        text = text[1:-1]
    return text


def _is_error_slope(name: Name) -> bool:
    return name.kind == "d" and name.of == LOSS and name.wrt is not None and name.wrt.kind == "out" and not name.via


def _difference(error: Name) -> Formula:
    return Difference(error._replace(kind="out"), error._replace(kind="target"))


def with_optional_lines(lines: Listing, example: Example) -> Listing:
    """error_o1 = target_o1 - out_o1 after each loss, change_w5 = -(eta * dE/dw5) before each update, dE/dE = 1."""
    found: list[Equation] = []
    objective = example.network.objective
    for equation in lines.equations:
        name = equation.name
        if name.kind == "+" and name.of in example.rule.trained:
            change = Name("change", name.of.label)
            found.append(Equation(change, change_of(name.of, equation.formula), (), "update"))
        found.append(equation)
        targets = [used for used in names_in(equation.formula) if used.kind == "target"]
        if name.kind == "E" and name.label and targets:
            out, target = name._replace(kind="out"), targets[0]
            found.append(Equation(name._replace(kind="error"), Difference(target, out), (), "loss"))
        if name == objective:
            found.append(Equation(derivative(objective, objective), ONE, (), "backward"))
    biases = set(example.network.biases)
    kept = [name for name in example.rule.fixed if name in biases]
    found += [Equation(after(bias), bias, (), "update") for bias in kept]
    return lines._replace(equations=tuple(found))


def change_of(parameter: Name, updated: Formula) -> Formula:
    """What an update adds to a parameter: -(eta * g) where w+ = w - eta * g, v+ where w+ = w + v+."""
    match updated:
        case Difference(left, right) if left == parameter:
            return Minus(right)
        case Sum((first, *rest)) if first == parameter:
            return plus(*rest)
    return Difference(updated, parameter)
