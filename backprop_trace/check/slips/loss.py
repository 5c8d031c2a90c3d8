"""Slips in losses, and in sums and means."""

from __future__ import annotations

from collections.abc import Iterator

from backprop_trace.check.slips.edits import (
    FactorsLeftOut,
    MinusLost,
    NamesReplaced,
    NotSquared,
    OneFewer,
    OtherBases,
    SquaresSubtracted,
    edited,
    sum_of,
    without,
)
from backprop_trace.check.slips.facts import Facts
from backprop_trace.check.slips.kinds import Bend
from backprop_trace.check.slips.mix_ups import mixed_up, other_targets
from backprop_trace.formulas.expr import TWO, Formula, Minus, Name, Number, Product, Quotient, Sum, names_in
from backprop_trace.model.catalogue import filled, letters


def of_loss(name: Name, formula: Formula, facts: Facts) -> Iterator[Bend]:
    if isinstance(formula, Sum | Quotient) or not name.label:
        yield from of_sum(formula, "one-output")
        return
    yield from edited(formula, FactorsLeftOut())
    yield Bend("half-added", Product((Number("1/2"), formula)))
    yield Bend("doubled", Product((TWO, formula)))
    meaning = letters(o=name._replace(kind="out"), t=name._replace(kind="target"))
    for entry in facts.other_losses:
        yield Bend("wrong-loss", filled(entry.formula, meaning))
    yield from edited(formula, NotSquared())
    yield Bend("sign", Minus(formula))
    yield from edited(formula, OtherBases())
    yield from edited(formula, SquaresSubtracted())
    yield from edited(formula, MinusLost())
    yield from other_targets(formula, facts)


def of_error(formula: Formula, facts: Facts) -> Iterator[Bend]:
    """error_o1 = target_o1 - out_o1."""
    yield Bend("sign", Minus(formula))
    yield from MinusLost()(formula)
    yield from other_targets(formula, facts)
    outputs = [name for name in names_in(formula) if name.kind == "out"]
    yield from edited(formula, NamesReplaced(mixed_up(outputs, facts, forward=True)))


def of_sum(formula: Formula, one: str, share: str = "") -> Iterator[Bend]:
    """Sum for mean, mean for sum, one term only, a term left out; of terms that have a share of a mean, one in full."""
    mean = isinstance(formula, Quotient)
    total = formula.top if isinstance(formula, Quotient) else formula
    if mean:
        yield Bend("sum-for-mean", total)
        yield from OneFewer()(formula)
    if not isinstance(total, Sum):
        return
    if not mean:
        yield Bend("mean-for-sum", Quotient(total, Number(str(len(total.terms)))))
    samples = {name.sample for name in names_in(total)}
    is_over_samples = None not in samples and len(samples) == len(total.terms)
    for place, rest in without(total.terms):
        yield Bend("one-sample" if is_over_samples else one, total.terms[place])
        if is_over_samples and share:
            whole = Product((Number(share.removeprefix("1/")), total.terms[place]))
            yield Bend("one-sample", whole)
        if len(rest) > 1:
            yield Bend("missing-term", sum_of(rest))
