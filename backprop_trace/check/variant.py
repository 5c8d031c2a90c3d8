"""A variant: one way of computing an example, with the lines and the true values of every step.

The example's own listing is one variant; each convention gives another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from typing import Any

from backprop_trace.check.lines import Lines, with_optional_lines
from backprop_trace.check.memo import Memo
from backprop_trace.check.slips import Facts, bent_run
from backprop_trace.check.writer import tells_rightly
from backprop_trace.files.sheet import Written, half_unit
from backprop_trace.files.spec import Example
from backprop_trace.formulas.arithmetic import ComputationError
from backprop_trace.formulas.expr import Call, Formula, Name, names_in, parts
from backprop_trace.formulas.numbers import as_float, number
from backprop_trace.model.batches import Samples
from backprop_trace.model.chain import Equation
from backprop_trace.model.network import Listing
from backprop_trace.run.step import Settings, traces
from backprop_trace.run.train import Listed

TRUE_DIGITS = 40


class Variant:
    """An example computed in one way. `example.values` are its givens; `at(step)` the lines, `true(step)` the values.

    `listed` lists the lines over some samples, if not in the network's own way.
    """

    def __init__(self, example: Example, listed: Listed | None = None, digits: int = TRUE_DIGITS):
        self.example, self.digits = example, digits
        self.listed: Listed = listed or example.listing
        self.facts = Facts(example)
        self._at: dict[int, Lines] = {}
        self._lines: dict[Samples, Lines] = {}
        self._true: dict[int, Mapping[Name, Fraction]] = {}
        self.is_rational = Memo(_is_rational)
        self._rough: dict[int, Mapping[Name, float]] = {}
        self._right: dict[tuple[int, Name, str], tuple[Fraction | None, Fraction | None, bool]] = {}
        self._replayed: dict[tuple[str, int], Mapping[Name, float]] = {}
        self.printed: dict[tuple[Any, ...], Any] = {}
        """What is printed of its lines whatever is on a sheet, by those who print it."""

    def at(self, step: int) -> Lines:
        """The lines of a step: with mini-batches each has its own samples."""
        lines = self._at.get(step)
        if lines is None:
            samples = self.samples(step)
            if samples not in self._lines:
                self._lines[samples] = Lines(self.example, samples, self._whole_listing(samples))
            lines = self._at[step] = self._lines[samples]
        return lines

    @cached_property
    def carried(self) -> frozenset[Name]:
        """What each step leaves to the next."""
        return frozenset(old for _, old in self.at(1).listing.carried)

    def samples(self, step: int) -> Samples:
        return self.example.training.samples_at(step)

    def _whole_listing(self, samples: Samples) -> Listing:
        if samples in self._lines:
            return self._lines[samples].listing
        return with_optional_lines(self.listed(samples), self.example)

    def true(self, step: int) -> Mapping[Name, Fraction]:
        """The true values at a step, right to TRUE_DIGITS digits at least (exact where they are fractions)."""
        if step not in self._true:
            self.prepare([step])
        return self._true[step]

    def prepare(self, steps: Sequence[int]) -> None:
        """Computes several steps in one run."""
        missing = sorted(set(steps) - set(self._true))
        if not missing:
            return
        try:
            found = list(traces(self.example, Settings("exact", self.digits), missing, self._whole_listing))
        except ComputationError:
            found = list(traces(self.example, Settings("float"), missing, self._whole_listing))
        for trace in found:
            used = {None, *self.samples(trace.step)}
            values = {name: Fraction(value) for name, value in trace.values.items() if name.sample in used}
            self._true[trace.step] = values

    def loss_after(self, step: int) -> Fraction:
        """The loss over the samples of a step, once its weights are in force."""
        objective, batching = self.example.network.objective, self.example.training.batching
        if batching.size is None:
            return self.true(step + 1)[objective]
        again = self.example.with_training(batching=batching._replace(repeated=step))
        return Variant(again, self.listed, self.digits).true(step + 1)[objective]

    def replayed(self, slip: str, step: int) -> Mapping[Name, float]:
        """The values at a step of a run from the givens in which a slip is in force everywhere."""
        if (slip, step) not in self._replayed:
            self._replayed[slip, step] = self._replay(slip, step)
        return self._replayed[slip, step]

    def _replay(self, slip: str, step: int) -> Mapping[Name, Any]:
        def bent(samples: Samples) -> Listing:
            return bent_listing(self._whole_listing(samples), slip, self.facts)

        try:
            return next(traces(self.example, Settings("float"), [step], bent)).values
        except (ComputationError, Circular):
            return {}

    @cached_property
    def rounded(self) -> Mapping[Name, float]:
        """The givens that are printed rounded, each with half a unit of its last digit."""
        values = self.example.values
        return {name: as_float(half_unit(values[name])) for name in self.example.rounded}

    def rough(self, step: int) -> Mapping[Name, float]:
        """The true values as floats."""
        if step not in self._rough:
            self._rough[step] = {name: as_float(value) for name, value in self.true(step).items()}
        return self._rough[step]

    def is_right(self, step: int, name: Name, written: Written) -> bool:
        """Is a number the true value, correctly rounded to digits that tell? Found once for each number."""
        key = step, name, written.text
        value, half_unit, found = self._right.get(key, (None, None, False))
        if value is not written.value or half_unit is not written.half_unit:
            found = tells_rightly(written, self.true(step)[name])
            self._right[key] = written.value, written.half_unit, found
        return found

    def given(self, name: Name) -> Fraction | None:
        text = self.example.values.get(name)
        return None if text is None else number(text)


def _is_rational(formula: Formula) -> bool:
    """Can a formula have an exact value, other than at a single point?"""
    if isinstance(formula, Call) and formula.function not in ("max", "min", "abs", "relu", "sigmoid", "tanh", "exp"):
        return False
    return all(map(_is_rational, parts(formula)))


class Circular(ValueError):
    """Lines of which each would have to come before the other."""


def bent_listing(equations: Listing, slip: str, facts: Facts) -> Listing:
    """The whole listing with one slip in force everywhere. Raises Circular."""
    return equations._replace(equations=in_order(bent_run(equations.equations, slip, facts)))


def in_order(equations: Sequence[Equation]) -> tuple[Equation, ...]:
    """The equations so that each comes after what it uses (a bend may name a later line). Raises Circular."""
    by_name = {equation.name: equation for equation in equations}
    done: dict[Name, Equation] = {}
    for start in equations:
        stack: list[tuple[Equation, bool]] = [(start, False)]
        on_the_way: set[Name] = set()
        while stack:
            equation, finished = stack.pop()
            if finished:
                done[equation.name] = equation
                on_the_way.discard(equation.name)
                continue
            if equation.name in done:
                continue
            if equation.name in on_the_way:
                raise Circular
            on_the_way.add(equation.name)
            stack.append((equation, True))
            for used in names_in(equation.formula):
                if used in by_name and used not in done:
                    if used in on_the_way:
                        raise Circular
                    stack.append((by_name[used], False))
    return tuple(done.values())
