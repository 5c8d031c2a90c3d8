"""Edits: what can be done to a formula at one place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from backprop_trace.check.slips.known import Bend
from backprop_trace.formulas.expr import (
    ONE,
    Call,
    Difference,
    Formula,
    Name,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    parts,
    rebuild,
    substitute,
)


def without(items: tuple[Formula, ...]) -> Iterator[tuple[int, tuple[Formula, ...]]]:
    for place in range(len(items)):
        yield place, items[:place] + items[place + 1 :]


def product_of(factors: tuple[Formula, ...]) -> Formula:
    return ONE if not factors else factors[0] if len(factors) == 1 else Product(factors)


def sum_of(terms: tuple[Formula, ...]) -> Formula:
    return terms[0] if len(terms) == 1 else Sum(terms)


def edited(formula: Formula, edit: Edit) -> Iterator[Bend]:
    """Every formula that differs by one edit at one place."""
    yield from edit(formula)
    inside = parts(formula)
    for place, part in enumerate(inside):
        for bend in edited(part, edit):
            yield Bend(bend.slip, rebuild(formula, (*inside[:place], bend.formula, *inside[place + 1 :])))


class Edit:
    """What can be done to one node."""

    def __call__(self, formula: Formula) -> Iterator[Bend]:
        raise NotImplementedError


class NamesReplaced(Edit):
    def __init__(self, rivals: Mapping[Name, Sequence[Bend]]):
        self.rivals = rivals

    def __call__(self, formula: Formula) -> Iterator[Bend]:
        if isinstance(formula, Name):
            yield from self.rivals.get(formula, ())


class Ordered(Edit):
    """A difference the wrong way round."""

    def __call__(self, formula: Formula) -> Iterator[Bend]:
        if isinstance(formula, Difference):
            yield Bend("wrong-order", Difference(formula.right, formula.left))


class FactorsLeftOut(Edit):
    def __call__(self, formula: Formula) -> Iterator[Bend]:
        if isinstance(formula, Product):
            for place, rest in without(formula.factors):
                yield Bend(_slip_of_left_out(formula.factors[place]), product_of(rest))


def _slip_of_left_out(factor: Formula) -> str:
    """What leaving out a factor is called, by what the factor is."""
    match factor:
        case Number("1/2"):
            return "no-half"
        case Name(kind="d", of=of, wrt=wrt) if of is not None and of.kind == "out" and wrt is not None:
            return "no-slope"
        case Name(kind="out") | Name(kind="net"):
            return "gradient-without-input"
        case Name(kind="", label="eta"):
            return "no-rate"
    return "factor-left-out"


class TermsLeftOut(Edit):
    def __call__(self, formula: Formula) -> Iterator[Bend]:
        if isinstance(formula, Sum):
            yield from (Bend("missing-term", sum_of(rest)) for _, rest in without(formula.terms))


class FunctionsLeftOut(Edit):
    def __call__(self, formula: Formula) -> Iterator[Bend]:
        if isinstance(formula, Call) and len(formula.arguments) == 1:
            yield Bend("no-function", formula.arguments[0])


class NotSquared(Edit):
    def __call__(self, formula: Formula) -> Iterator[Bend]:
        if isinstance(formula, Power):
            yield Bend("no-square", formula.base)
            yield Bend("no-square", Call("abs", (formula.base,)))


class BaseTen(Edit):
    def __call__(self, formula: Formula) -> Iterator[Bend]:
        if isinstance(formula, Call) and formula.function == "log":
            yield Bend("log-base-ten", Quotient(formula, Call("log", (Number("10"),))))


def all_replaced(formula: Formula, slip: str, replacements: Mapping[Name, Formula]) -> Iterator[Bend]:
    if replacements:
        yield Bend(slip, substitute(formula, replacements))
