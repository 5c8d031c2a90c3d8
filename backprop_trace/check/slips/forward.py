"""Slips in net inputs, activations and definitions."""

from __future__ import annotations

from collections.abc import Iterator

from backprop_trace.check.slips.edits import (
    BaseTen,
    FactorsLeftOut,
    FunctionsLeftOut,
    NamesReplaced,
    NotSquared,
    Ordered,
    TermsLeftOut,
    all_replaced,
    edited,
    sum_of,
    without,
)
from backprop_trace.check.slips.facts import Facts
from backprop_trace.check.slips.known import Bend
from backprop_trace.check.slips.mix_ups import crossed, mixed_up, transposed
from backprop_trace.formulas.expr import Call, Formula, Minus, Name, Number, Product, Sum, names_in, parts, substitute
from backprop_trace.model.catalogue import ACTIVATIONS, feels_the_layer, filled, letters


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
        yield from (Bend("wrong-bias", substitute(formula, {bias: other})) for other in facts.biases if other != bias)
    yield from crossed(formula, facts)
    terms = formula.terms if isinstance(formula, Sum) else (formula,)
    for place, rest in without(terms):
        if rest and terms[place] not in biases:
            yield Bend("missing-term", sum_of(rest))
    for place, term in enumerate(terms):
        inputs = [factor for factor in parts(term) if factor not in facts.weights] if isinstance(term, Product) else []
        yield from (Bend("no-weight", sum_of((*terms[:place], value, *terms[place + 1 :]))) for value in inputs)
    yield from edited(formula, NamesReplaced(mixed_up(names, facts, forward=True)))


def of_out(name: Name, formula: Formula, facts: Facts) -> Iterator[Bend]:
    net = name._replace(kind="net")
    yield Bend("no-activation", net)
    layer = facts.layer_of(name.label)
    if feels_the_layer(ACTIVATIONS[layer.activation]):
        yield Bend("softmax-unnormalised", Call("exp", (net,)))
    for word, entry in ACTIVATIONS.items():
        if word not in (layer.activation, "identity") and not feels_the_layer(entry):
            meaning = letters(z=net, a=name, **{key: Number(text) for key, text in entry.constants.items()})
            yield Bend("wrong-activation", filled(entry.formula, meaning))
    yield Bend("exponent-sign", substitute(formula, {net: Minus(net)}))
    yield from edited(formula, NamesReplaced({net: [Bend("wrong-input", other) for other in facts.neighbours(net)]}))


def of_definition(formula: Formula) -> Iterator[Bend]:
    """A formula of the file's own."""
    for edit in (TermsLeftOut(), FactorsLeftOut(), FunctionsLeftOut(), Ordered(), NotSquared(), BaseTen()):
        yield from edited(formula, edit)
