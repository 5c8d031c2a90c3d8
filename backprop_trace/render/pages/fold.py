"""Folding: what a line only copies, or hands on along a single path, is put in where it is used.

    >>> from backprop_trace.files.spec import load
    >>> from backprop_trace.formulas.notation import ASCII, show
    >>> from backprop_trace.render.view import spelled
    >>> from backprop_trace.formulas.notation.names import canonical
    >>> from backprop_trace.run.step import trace
    >>> mazur = trace(load("mazur"))
    >>> lines = Folding(mazur).of(mazur.lines)
    >>> len(mazur.lines), len(lines)
    (55, 39)
    >>> show(next(line for line in lines if canonical(line.name) == "dE/dw5").equation.formula, ASCII,
    ...      lambda name: (canonical(name), 5))
    'dE/dnet_o1 * out_h1'

A fold is a substitution of names by their formulas: what is shown is evaluated from the same values, and where a
value would not be the same (by hand a copied 0.25 may have been rounded) the line stays.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

from backprop_trace.formulas.expr import Formula, Name, Number, Product, Sum, flat, plain, put_in, walk_names
from backprop_trace.formulas.numbers import number
from backprop_trace.model.chain import Equation
from backprop_trace.run.step import Line, Trace


class Folded(NamedTuple):
    """A line with formulas put in for names; `terms`: the formula as it was, where its terms or factors have values."""

    line: Line
    terms: Formula | None = None

    @property
    def name(self) -> Name:
        return self.line.name

    @property
    def equation(self) -> Equation:
        return self.line.equation


class Folding:
    """A trace folded. `lines`: those that stay, each with its terms; `meaning`: what is put in for a name.

    What is `kept` (asked for by name) stays. brief: the slopes of an output unit are put into its delta, or the delta
    goes the short way; what reaches a hidden unit is put into its delta; the delta of a unit whose one weight is asked
    for is put into that gradient, and what each time step adds to a gradient into the total.
    """

    def __init__(self, trace: Trace, kept: Collection[Name] = (), brief: bool = False):
        self.trace, self.kept, self.brief = trace, kept, brief
        self.outputs = frozenset(trace.example.network.outputs) if brief else frozenset()
        asked = trace.by_name[next(iter(kept))].formula if brief and len(kept) == 1 else None
        self.within = (
            {each for each in asked.factors if isinstance(each, Name)} if isinstance(asked, Product) else set()
        )
        self.meaning = dict[Name, Formula]()
        self.lines = dict[Name, tuple[Equation, Formula | None]]()
        for equation in trace.listing.equations:
            self.fold(equation)

    def of(self, lines: Iterable[Line]) -> list[Folded]:
        """These lines without those that are put into others."""
        wanted = {line.name: line for line in lines}
        return [
            Folded(wanted[name]._replace(equation=equation), terms)
            for name, (equation, terms) in self.lines.items()
            if name in wanted
        ]

    def has_value(self, name: Name) -> bool:
        """Has it a value of its own in the folded form: a line, a term in one, a share of a sample?"""
        if name in self.lines or isinstance(self.meaning.get(name), Product):
            return True
        return self.is_share(name) and self.totalled(plain(name)) is None

    def totalled(self, name: Name) -> Name | None:
        """The delta whose total over samples or time steps a quantity is: the gradient of a bias."""
        equation = self.trace.by_name.get(name)
        if equation is None or not isinstance(equation.formula, Sum):
            return None
        copied = [self.meaning.get(term) if isinstance(term, Name) else None for term in equation.formula.terms]
        deltas = {plain(each) for each in copied if isinstance(each, Name) and _is_delta(each)}
        return deltas.pop() if len(deltas) == 1 and None not in copied else None

    def is_share(self, name: Name) -> bool:
        """What a sample or time step adds to the gradient of a parameter."""
        of_parameter = name.wrt is not None and name.wrt.kind not in ("net", "out") and name.via is None
        return of_parameter and name.of == self.trace.listing.objective and (name.sample or name.time) is not None

    def fold(self, equation: Equation) -> None:
        if equation.phase == "update":
            self.lines[equation.name] = equation, None
            return
        if self.brief and equation.shortcut is not None and self.trace.settings.engine != "hand":
            equation = equation._replace(formula=equation.shortcut, shortcut=None)
        formula = put_in(equation.formula, self.meaning)
        if equation.name in self.kept:
            self.stays(equation, formula)
        elif self.only_copies(equation, formula):
            self.copied(equation, formula)
        elif equation.name.via is not None or self.is_put_in(equation):
            self.meaning[equation.name] = formula
        else:
            self.stays(equation, formula)

    def stays(self, equation: Equation, formula: Formula) -> None:
        original = equation.formula
        if self.brief:
            used = walk_names(original) if isinstance(original, Product) else []
            has_terms = any(map(self.is_of_output, used)) and not any(
                isinstance(self.meaning.get(name), Number) for name in used
            )
        else:
            has_terms = isinstance(original, Sum) and any(
                isinstance(self.meaning.get(name), Product) for name in walk_names(original)
            )
        formula = flat(formula) if self.brief else formula
        self.lines[equation.name] = equation._replace(formula=formula), original if has_terms else None

    def is_put_in(self, equation: Equation) -> bool:
        """What only one line uses, in the brief form."""
        of, wrt = equation.name.of, equation.name.wrt
        if not self.brief or of is None or wrt is None:
            return False
        if self.is_share(equation.name) and plain(wrt) in self.trace.example.rule.trained:
            return True
        if of == self.trace.listing.objective and wrt.label not in self.outputs:
            deltas = {factor.wrt.label for factor in self.within if factor.wrt is not None}
            return equation.name in self.within or (wrt.kind == "out" and wrt.label not in deltas)
        return equation.phase == "backward" and self.is_of_output(equation.name)

    def is_of_output(self, name: Name) -> bool:
        """dE/dout_o1, dout_o1/dnet_o1"""
        of, wrt = name.of, name.wrt
        if of is None or wrt is None or wrt.label not in self.outputs or name in self.kept:
            return False
        return wrt.kind == "out" if of == self.trace.listing.objective else (of.kind, wrt.kind) == ("out", "net")

    def copied(self, equation: Equation, formula: Formula) -> None:
        """The loss at the only output, and output and delta of a unit whose activation is the identity, take the line
        of what they copy."""
        takes_over = equation.phase != "backward" or _is_delta_of(equation.name, formula)
        if isinstance(formula, Name) and formula in self.lines and formula not in self.kept and takes_over:
            line, terms = self.lines.pop(formula)
            self.lines[equation.name] = line._replace(name=equation.name), terms
            self.meaning[formula] = equation.name
        else:
            self.meaning[equation.name] = formula

    def only_copies(self, equation: Equation, formula: Formula) -> bool:
        """A slope that is a number or another quantity; the gradient of a bias, which is the delta; the loss at the
        only output; the output of an identity."""
        if not isinstance(formula, Name | Number) or equation.shortcut is not None:
            return False
        name, values = equation.name, self.trace.values
        if name.of == self.trace.listing.objective and not self.trace.example.network.layers:
            return False
        return values[name] == (values[formula] if isinstance(formula, Name) else number(formula.text))


def _is_delta(name: Name) -> bool:
    return name.of is not None and name.wrt is not None and name.wrt.kind == "net" and name.via is None


def _is_delta_of(name: Name, copied: Formula) -> bool:
    """dE/dnet_o1 = dE/dout_o1"""
    if not isinstance(copied, Name) or name.wrt is None or copied.wrt is None or name.via or copied.via:
        return False
    return name.wrt.kind == "net" and plain(copied.wrt) == Name("out", name.wrt.label)
