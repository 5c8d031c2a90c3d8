"""The lines of one training step: its listing, and what is remembered about each line.

Lines that some sources print and others do not (`error_o1`, `change_w5`) are always among them and are never missed.
"""

from __future__ import annotations

from functools import cached_property

from backprop_trace.check.remembered import Remembered
from backprop_trace.check.slips import Bend, Facts, bends, written_out
from backprop_trace.files.spec import Example
from backprop_trace.formulas.expr import LOSS, Difference, Formula, Minus, Name, Sum, names_in, plus
from backprop_trace.formulas.notation.names import canonical
from backprop_trace.formulas.vocabulary import Vocabulary
from backprop_trace.model.batches import Samples
from backprop_trace.model.chain import Equation
from backprop_trace.model.network import Listing
from backprop_trace.model.styles import spellings


class Lines:
    """The lines of the steps that use some samples, and what is given for them (`givens`)."""

    def __init__(self, example: Example, samples: Samples, equations: Listing):
        self.example, self.samples, self.listing = example, samples, equations
        self.facts = Facts(example, len(samples))
        self.givens = tuple(name for name in example.values if name.sample is None or name.sample in samples)
        self.equations = {equation.name: equation for equation in equations.equations}
        self.uses = {name: names_in(equation.formula) for name, equation in self.equations.items()}
        self._written: dict[frozenset[Name], frozenset[Name]] = {}
        self._opened: dict[tuple[Name, frozenset[Name]], Formula] = {}
        self._bends: dict[Name, Remembered[list[Bend]]] = {}

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
        if name.kind == "+" and name.of in self.example.rule.trained:
            assert name.of is not None
            change = Name("change", name.of.label)
            return Sum((name.of, change)) if change in written else formula
        if _is_error_slope(name) and self.example.network.loss == "half_squared_error":
            assert name.wrt is not None
            error = Name("error", name.wrt.label, sample=name.sample)
            if error in written and self.equations[name].formula == _difference(error):
                return Minus(error)
        return formula

    def bends(self, name: Name, formula: Formula) -> list[Bend]:
        """The slips of a line, remembered."""
        if name not in self._bends:
            self._bends[name] = Remembered(lambda bent: bends(self.equations[name], bent, self.facts))
        return self._bends[name](formula)


def _is_error_slope(name: Name) -> bool:
    return name.kind == "d" and name.of == LOSS and name.wrt is not None and name.wrt.kind == "out" and not name.via


def _difference(error: Name) -> Formula:
    return Difference(error._replace(kind="out"), error._replace(kind="target"))


def with_optional_lines(lines: Listing, example: Example) -> Listing:
    """error_o1 = target_o1 - out_o1 after each loss, change_w5 = -(eta * dE/dw5) before each update."""
    found: list[Equation] = []
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
    return lines._replace(equations=tuple(found))


def change_of(parameter: Name, updated: Formula) -> Formula:
    """What an update adds to a parameter: -(eta * g) where w+ = w - eta * g, v+ where w+ = w + v+."""
    match updated:
        case Difference(left, right) if left == parameter:
            return Minus(right)
        case Sum((first, *rest)) if first == parameter:
            return plus(*rest)
    return Difference(updated, parameter)
