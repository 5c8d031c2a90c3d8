"""Slips in net inputs, activations and definitions."""

from __future__ import annotations

from collections.abc import Iterator

from backprop_trace.check.slips.edits import (
    BracketsLeftOut,
    DivisorsLeftOut,
    FactorsLeftOut,
    FunctionsLeftOut,
    MinusLost,
    NamesReplaced,
    NotSquared,
    OneFewer,
    Ordered,
    OtherBases,
    PowerOfTen,
    ScaleLeftOut,
    SquaresSubtracted,
    SumsMultiplied,
    TermsLeftOut,
    all_replaced,
    edited,
    powers_of_ten,
    sum_of,
    with_factors_left_out,
    without,
)
from backprop_trace.check.slips.facts import Facts
from backprop_trace.check.slips.kinds import Bend
from backprop_trace.check.slips.mix_ups import crossed, mixed_up, other_rows, transposed
from backprop_trace.formulas.expr import (
    TWO,
    Call,
    Formula,
    Minus,
    Name,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    names_in,
    parts,
    substitute,
)
from backprop_trace.model.catalogue import ACTIVATIONS, constants, feels_the_layer, filled, letters

MOST_TWICE = 8
"""Softmax of softmax is tried among so many outputs at most: n outputs have n^2 exponentials."""


def of_net(formula: Formula, facts: Facts) -> Iterator[Bend]:
    names = names_in(formula)
    biases = [name for name in names if name in facts.biases]
    yield from all_replaced(
        formula, "net-for-out", {name: name._replace(kind="net") for name in names if name.kind == "out"}
    )
    yield from transposed(formula, facts)
    for bias in biases:
        yield Bend("no-bias", substitute(formula, {bias: Number("0")}))
        yield Bend("bias-subtracted", substitute(formula, {bias: Minus(bias)}))
        yield Bend("bias-twice", substitute(formula, {bias: Product((TWO, bias))}))
        yield from (Bend("wrong-bias", substitute(formula, {bias: other})) for other in facts.biases if other != bias)
    yield from crossed(formula, facts)
    terms = formula.terms if isinstance(formula, Sum) else (formula,)
    for place, rest in without(terms):
        if rest and terms[place] not in biases:
            yield Bend("missing-term", sum_of(rest))
    yield Bend("no-weight", with_factors_left_out(formula, facts.weights))
    for place, term in enumerate(terms):
        inputs = [factor for factor in parts(term) if factor not in facts.weights] if isinstance(term, Product) else []
        yield from (Bend("no-weight", sum_of((*terms[:place], value, *terms[place + 1 :]))) for value in inputs)
    yield from edited(formula, NamesReplaced(mixed_up(names, facts, forward=True)))
    yield from other_rows(formula, facts)
    yield from MinusLost()(formula)
    yield from SumsMultiplied()(formula)


def of_out(name: Name, formula: Formula, facts: Facts) -> Iterator[Bend]:
    net = name._replace(kind="net")
    yield Bend("no-activation", net)
    layer = facts.layer_of(name.label)
    if feels_the_layer(ACTIVATIONS[layer.activation]):
        yield Bend("softmax-unnormalised", Call("exp", (net,)))
        yield from _softmax_twice(name, formula, facts)
    for word, entry in ACTIVATIONS.items():
        if word not in (layer.activation, "identity") and not feels_the_layer(entry):
            meaning = letters(z=net, a=name, **constants(entry))
            yield Bend("wrong-activation", filled(entry.formula, meaning))
    yield Bend("exponent-sign", substitute(formula, {net: Minus(net)}))
    yield from edited(formula, BracketsLeftOut())
    yield Bend("power-of-ten", powers_of_ten(formula))
    yield from edited(formula, PowerOfTen())
    yield from (Bend("exponential-alone", Call("exp", (exponent,))) for exponent in (net, Minus(net)))
    yield from edited(formula, NamesReplaced({net: [Bend("wrong-input", other) for other in facts.neighbours(net)]}))


def _softmax_twice(name: Name, formula: Formula, facts: Facts) -> Iterator[Bend]:
    """Softmax of what softmax gives: over the outputs written out, since they are what is bent."""
    units = facts.layer_of(name.label).units
    if len(units) <= MOST_TWICE:
        nets = [name._replace(kind="net", label=unit) for unit in units]
        sum_ = Sum(tuple(Call("exp", (net,)) for net in nets))
        outputs: dict[Name, Formula] = {net: Quotient(Call("exp", (net,)), sum_) for net in nets}
        yield from all_replaced(formula, "softmax-twice", outputs)


def of_definition(formula: Formula, facts: Facts) -> Iterator[Bend]:
    """A formula of the file's own."""
    yield from _without_penalties(formula, facts)
    yield from edited(formula, ScaleLeftOut())
    yield from edited(formula, OneFewer())
    yield from edited(formula, DivisorsLeftOut())
    yield Bend("power-of-ten", powers_of_ten(formula))
    weights = FactorsLeftOut(facts.rule.trained)
    for edit in (BracketsLeftOut(), OtherBases(), SquaresSubtracted(), TermsLeftOut(), weights, FunctionsLeftOut(),
                 Ordered(), NotSquared(), MinusLost(), SumsMultiplied()):  # fmt: skip
        yield from edited(formula, edit)


def _without_penalties(formula: Formula, facts: Facts) -> Iterator[Bend]:
    """Terms on nothing but trained parameters, squared or without their signs: all of them left out, or one."""
    terms = formula.terms if isinstance(formula, Sum) else ()
    penalties = [place for place, term in enumerate(terms) if _is_penalty(term, facts)]
    for left_out in ([penalties] if len(penalties) > 1 else []) + [[place] for place in penalties]:
        rest = tuple(term for place, term in enumerate(terms) if place not in left_out)
        if rest:
            yield Bend("no-penalty", sum_of(rest))


def _is_penalty(term: Formula, facts: Facts) -> bool:
    names = names_in(term)
    return bool(names) and set(names) <= set(facts.rule.trained) and _has_size(term)


def _has_size(formula: Formula) -> bool:
    """Is there a power or an absolute value in it?"""
    is_size = isinstance(formula, Power) or (isinstance(formula, Call) and formula.function == "abs")
    return is_size or any(_has_size(part) for part in parts(formula))
