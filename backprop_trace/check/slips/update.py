"""Slips in updates and in the lines of optimizers."""

from __future__ import annotations

from collections.abc import Iterator

from backprop_trace.check.slips.edits import (
    Edit,
    FactorsLeftOut,
    NamesReplaced,
    Ordered,
    all_replaced,
    edited,
    product_of,
    sum_of,
)
from backprop_trace.check.slips.facts import MOST_NEIGHBOURS, Facts
from backprop_trace.check.slips.kinds import Bend
from backprop_trace.formulas.expr import (
    ONE,
    TWO,
    Call,
    Difference,
    Formula,
    Minus,
    Name,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    derivative,
    given,
    names_in,
    rule_letter,
)
from backprop_trace.model.update import ETA, TIME

EPSILON, BETA1, BETA2 = rule_letter("epsilon"), rule_letter("beta1"), rule_letter("beta2")


def of_update(name: Name, formula: Formula, facts: Facts) -> Iterator[Bend]:
    yield from edited(formula, _OptimizerMixedUp())
    yield from _without_penalty(name, formula)
    yield from _without_the_past(name, formula)
    yield from all_replaced(formula, "wrong-beta", {BETA1: BETA2} if BETA1 in names_in(formula) else {})
    yield from all_replaced(formula, "wrong-beta", {BETA2: BETA1} if BETA2 in names_in(formula) else {})
    yield from bends_of_update(formula, name.of or name)
    parameter = name.of or given(name.label)
    others = [*facts.other_weights(parameter), *(bias for bias in facts.biases if bias != parameter)]
    if facts.network.definitions:
        others = [other for other in facts.rule.trained[:MOST_NEIGHBOURS] if other != parameter]
    objective = facts.network.objective
    yield from _without_velocity(formula, parameter, derivative(objective, parameter))
    rivals = {derivative(objective, parameter): [Bend("wrong-gradient", derivative(objective, w)) for w in others]}
    yield from edited(formula, NamesReplaced(rivals))


def bends_of_update(formula: Formula, parameter: Name) -> Iterator[Bend]:
    """w - eta * g, or another optimizer's lines."""
    if isinstance(formula, Difference):
        left, right = formula.left, formula.right
        yield Bend("ascent", Sum((left, right)))
        if isinstance(right, Product) and ETA in right.factors:
            yield Bend("no-rate", Difference(left, product_of(tuple(f for f in right.factors if f != ETA))))
            yield Bend("rate-twice", Difference(left, Product((ETA, *right.factors))))
        yield Bend("doubled", Difference(left, Product((TWO, right))))
        yield Bend("bias-not-updated" if parameter.label.startswith("b") else "not-updated", left)
        yield Bend("change-only", right)
        yield Bend("change-only", Minus(right))
        for factor in names_in(right):
            if factor.kind == "d" and factor.wrt is not None:
                slip = "bias-gradient-times-bias" if parameter.label.startswith("b") else "change-times-weight"
                yield Bend(slip, Difference(left, Product((right, parameter))))
    elif isinstance(formula, Sum) and formula.terms[0] == parameter:  # w + v+
        change = sum_of(formula.terms[1:])
        yield Bend("ascent", Difference(parameter, change))
        yield Bend("not-updated", parameter)
        yield Bend("change-only", change)
    else:
        yield Bend("sign", Minus(formula))
    yield from edited(formula, FactorsLeftOut())
    yield from edited(formula, Ordered())


def _without_penalty(name: Name, formula: Formula) -> Iterator[Bend]:
    """Weight decay left out: g for g + lambda w, w for w - eta lambda w."""
    match formula:
        case Sum((gradient, _)) if name.kind == "gdecay":
            yield Bend("no-penalty", gradient)
        case Difference(weight, _) if name.kind == "wdecay":
            yield Bend("no-penalty", weight)


def _without_the_past(name: Name, formula: Formula) -> Iterator[Bend]:
    """What a velocity or a moment has kept left out: (1 - beta1) g for beta1 m + (1 - beta1) g."""
    if name.of is None or name.of.kind in ("", "rule"):
        return
    match formula:
        case Sum((kept, new)) if name.of in names_in(kept):
            yield Bend("no-velocity", new)
        case Difference(kept, new) if name.of in names_in(kept):
            yield Bend("no-velocity", Minus(new))


def _without_velocity(formula: Formula, parameter: Name, gradient: Name) -> Iterator[Bend]:
    """The gradient alone for the velocity that is there: w - eta g for w + v+, or for w - eta v+."""
    match formula:
        case Sum((first, Name(kind="+"))) if first == parameter:
            yield Bend("no-velocity", Difference(parameter, Product((ETA, gradient))))
        case Difference(first, Product((rate, Name(kind="+")))) if first == parameter:
            yield Bend("no-velocity", Difference(parameter, Product((rate, gradient))))


class _OptimizerMixedUp(Edit):
    """Epsilon, the step's number, the bias correction, the state: what goes wrong in an optimizer's lines."""

    def __call__(self, formula: Formula) -> Iterator[Bend]:
        match formula:
            case Quotient(top, Difference(Number("1"), Power(_, exponent))) if exponent == TIME:
                yield Bend("no-correction", top)
            case Call("sqrt", (Sum((under, epsilon)),)) if epsilon == EPSILON:
                yield Bend("epsilon-place", Sum((Call("sqrt", (under,)), EPSILON)))
            case Sum((Call("sqrt", (under,)), other)) | Sum((other, Call("sqrt", (under,)))) if other == EPSILON:
                yield Bend("epsilon-place", Call("sqrt", (Sum((under, EPSILON)),)))
            case Sum((Product((kept, old)), Product((Difference(Number("1"), same), new)))) if kept == same:
                yield Bend("coefficients-swapped", Sum((Product((same, new)), Product((Difference(ONE, kept), old)))))
            case Difference(Product((kept, old)), Product((rate, new))) if rate == ETA:
                yield Bend("coefficients-swapped", Difference(Product((rate, old)), Product((kept, new))))
            case Sum((Product((kept, Name(kind="v") as old)), new)):
                yield Bend("coefficients-swapped", Sum((old, Product((kept, new)))))
            case Name() if formula == TIME:
                yield Bend("step-off", Difference(TIME, ONE))
                yield Bend("step-off", Sum((TIME, ONE)))
            case Name(kind="+", of=Name() as old):
                yield Bend("old-state", old)
        match formula:
            case Call("sqrt", (under,)):
                yield Bend("no-root", under)
            case Power(Name() as base, Number("2")):
                yield Bend("gradient-not-squared", base)
            case Sum(terms) if EPSILON in terms:
                yield Bend("no-epsilon", sum_of(tuple(term for term in terms if term != EPSILON)))
