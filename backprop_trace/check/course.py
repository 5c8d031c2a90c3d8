"""A course: one way of computing an example, with the true values of every step.

The example's own listing is one course; each convention gives another. Lines that some sources print and others do not
(`error_o1`, `change_w5`) are part of every course and are never missed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from typing import Any

from backprop_trace.arithmetic import ComputationError
from backprop_trace.arithmetic.band import slopes_of
from backprop_trace.chain import Equation
from backprop_trace.expr import LOSS, Difference, Formula, Minus, Name, Product, Sum, derivative, names_in
from backprop_trace.network import ETA, Listing, listing
from backprop_trace.notation.names import canonical, spellings
from backprop_trace.parse import Vocabulary, number
from backprop_trace.slips import Bend, Facts, bends, bent_run, written_out
from backprop_trace.spec import Example
from backprop_trace.trace import Settings, traces

TRUE_DIGITS = 40


class Course:
    """An example computed in one way. `example.values` are its givens; `true(step)` the true values."""

    def __init__(self, example: Example, equations: Listing | None = None, digits: int = TRUE_DIGITS):
        self.example, self.digits = example, digits
        own = equations or listing(example.network)
        self.listing = own._replace(equations=tuple(_with_optional_lines(own.equations, example)))
        self.equations = {equation.name: equation for equation in self.listing.equations}
        self.facts = Facts(example.network)
        self.uses = {name: names_in(equation.formula) for name, equation in self.equations.items()}
        self._true: dict[int, Mapping[Name, Fraction]] = {}
        self._replayed: dict[tuple[str, int], Mapping[Name, float]] = {}
        self._slopes: dict[int, tuple[Formula, tuple[tuple[Name, Formula], ...]]] = {}
        self._written: dict[frozenset[Name], frozenset[Name]] = {}
        self._opened: dict[tuple[Name, frozenset[Name]], Formula] = {}
        self._bends: dict[tuple[Name, int], tuple[Formula, list[Bend]]] = {}

    @cached_property
    def vocabulary(self) -> Vocabulary:
        known = dict.fromkeys([*self.equations, *self.example.values])
        if isinstance(self.example.network.samples, int) and self.example.network.samples > 1:
            known |= dict.fromkeys(name._replace(sample=None) for name in self.example.values)
        words = spellings(dict.fromkeys(self.equations), self.example.network, self.listing.by_output)
        words |= {canonical(name): name for name in known}
        return Vocabulary(known, self.listing.by_output, self.listing.loss_adds_up, words)

    def true(self, step: int) -> Mapping[Name, Fraction]:
        """The true values at a step, right to TRUE_DIGITS digits at least (exact where they are fractions)."""
        self.prepare([step])
        return self._true[step]

    def prepare(self, steps: Sequence[int]) -> None:
        """Computes several steps in one run."""
        missing = sorted(set(steps) - set(self._true))
        if not missing:
            return
        try:
            found = list(traces(self.example, Settings("exact", self.digits), missing, self.listing))
        except ComputationError:
            found = list(traces(self.example, Settings("float"), missing, self.listing))
        for trace in found:
            self._true[trace.step] = {name: Fraction(value) for name, value in trace.values.items()}

    def replayed(self, slip: str, step: int) -> Mapping[Name, float]:
        """The values at a step of a run from the givens in which a slip is in force everywhere."""
        if (slip, step) not in self._replayed:
            self._replayed[slip, step] = self._replay(slip, step)
        return self._replayed[slip, step]

    def _replay(self, slip: str, step: int) -> Mapping[Name, Any]:
        bent = in_order(bent_run(self.listing.equations, slip, self.facts))
        if bent is None:
            return {}
        try:
            return next(traces(self.example, Settings("float"), [step], self.listing._replace(equations=bent))).values
        except ComputationError:
            return {}

    def slopes(self, formula: Formula) -> tuple[tuple[Name, Formula], ...]:
        """`slopes_of`, remembered; the formula is kept, so that its identity stays its own."""
        found = self._slopes.get(id(formula))
        if found is None or found[0] is not formula:
            found = (formula, slopes_of(formula))
            self._slopes[id(formula)] = found
        return found[1]

    def same(self, written: frozenset[Name]) -> frozenset[Name]:
        """One object for equal sets: sheets of a class mostly have the same lines."""
        return self._written.setdefault(written, written)

    def opened(self, name: Name, written: frozenset[Name]) -> Formula:
        """A line's formula with the structural lines put in that are not on the sheet."""
        key = (name, written)
        if key not in self._opened:
            self._opened[key] = written_out(self.formula(name, written), self.equations, written)
        return self._opened[key]

    def formula(self, name: Name, written: frozenset[Name]) -> Formula:
        """A line's formula; by way of the error or the change where the writer has these lines."""
        formula = self.equations[name].formula
        if name.kind == "+" and name.of is not None and (change := Name("change", name.of.label)) in written:
            return Sum((name.of, change))
        if _is_error_slope(name) and self.example.network.loss == "half_squared_error":
            assert name.wrt is not None
            error = Name("error", name.wrt.label, sample=name.sample)
            if error in written and self.equations[name].formula == _difference(error):
                return Minus(error)
        return formula

    def bends(self, name: Name, formula: Formula) -> list[Bend]:
        """The slips of a line, remembered."""
        found = self._bends.get((name, id(formula)))
        if found is None or found[0] is not formula:
            found = (formula, bends(self.equations[name], formula, self.facts))
            self._bends[name, id(formula)] = found
        return found[1]

    def given(self, name: Name) -> Fraction | None:
        text = self.example.values.get(name)
        return None if text is None else number(text)


def _is_error_slope(name: Name) -> bool:
    return name.kind == "d" and name.of == LOSS and name.wrt is not None and name.wrt.kind == "out" and not name.via


def _difference(error: Name) -> Formula:
    return Difference(error._replace(kind="out"), error._replace(kind="target"))


def _with_optional_lines(equations: Sequence[Equation], example: Example) -> list[Equation]:
    """error_o1 = target_o1 - out_o1 after each loss, change_w5 = -(eta * dE/dw5) before each update."""
    found: list[Equation] = []
    for equation in equations:
        name = equation.name
        gradient = derivative(example.network.objective, name.of) if name.kind == "+" and name.of is not None else name
        if name.of is not None and equation.formula == Difference(name.of, Product((ETA, gradient))):
            found.append(Equation(Name("change", name.of.label), Minus(Product((ETA, gradient))), (), "update"))
        elif name.kind == "+" and name.of in example.network.trained:
            assert name.of is not None
            found.append(equation)
            found.append(Equation(Name("change", name.of.label), Difference(name, name.of), (), "update"))
            continue
        found.append(equation)
        targets = [used for used in names_in(equation.formula) if used.kind == "target"]
        if name.kind == "E" and name.label and targets:
            out, target = name._replace(kind="out"), targets[0]
            found.append(Equation(name._replace(kind="error"), Difference(target, out), (), "loss"))
    return found


def in_order(equations: Sequence[Equation]) -> tuple[Equation, ...] | None:
    """The equations so that each comes after what it uses (a bend may name a later line); None if none is possible."""
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
                return None
            on_the_way.add(equation.name)
            stack.append((equation, True))
            for used in names_in(equation.formula):
                if used in by_name and used not in done:
                    if used in on_the_way:
                        return None
                    stack.append((by_name[used], False))
    return tuple(done.values())
