"""Slips in losses, and in sums and means."""

from __future__ import annotations

from collections.abc import Iterator

from backprop_trace.check.slips.edits import BaseTen, FactorsLeftOut, NotSquared, edited, sum_of, without
from backprop_trace.check.slips.facts import Facts
from backprop_trace.check.slips.known import Bend
from backprop_trace.formulas.expr import TWO, Formula, Minus, Name, Number, Product, Quotient, Sum
from backprop_trace.model.catalogue import LOSSES, filled, letters


def of_loss(name: Name, formula: Formula, facts: Facts) -> Iterator[Bend]:
    if isinstance(formula, Sum | Quotient) or not name.label:
        yield from of_sum(formula, "one-output")
        return
    yield from edited(formula, FactorsLeftOut())
    yield Bend("half-added", Product((Number("1/2"), formula)))
    yield Bend("doubled", Product((TWO, formula)))
    meaning = letters(o=name._replace(kind="out"), t=name._replace(kind="target"))
    for word, entry in LOSSES.items():
        if word != facts.network.loss:
            yield Bend("wrong-loss", filled(entry.formula, meaning))
    yield from edited(formula, NotSquared())
    yield Bend("sign", Minus(formula))
    yield from edited(formula, BaseTen())


def of_sum(formula: Formula, one: str) -> Iterator[Bend]:
    """Sum for mean, mean for sum, one term only, a term left out."""
    mean = isinstance(formula, Quotient)
    total = formula.top if isinstance(formula, Quotient) else formula
    if mean:
        yield Bend("sum-for-mean", total)
    if not isinstance(total, Sum):
        return
    if not mean:
        yield Bend("mean-for-sum", Quotient(total, Number(str(len(total.terms)))))
    for place, rest in without(total.terms):
        yield Bend(one, total.terms[place])
        if len(rest) > 1:
            yield Bend("missing-term", sum_of(rest))
