"""Slips in slopes, deltas and gradients."""

from __future__ import annotations

from collections.abc import Iterator

from backprop_trace.check.slips.edits import (
    FactorsLeftOut,
    MinusLost,
    NamesReplaced,
    NotSquared,
    OneFewer,
    ShareLeftOut,
    SumsMultiplied,
    all_replaced,
    edited,
    sum_of,
    with_factors_left_out,
)
from backprop_trace.check.slips.facts import MOST_NEIGHBOURS, Facts
from backprop_trace.check.slips.forward import of_definition
from backprop_trace.check.slips.kinds import Bend
from backprop_trace.check.slips.loss import of_sum
from backprop_trace.check.slips.mix_ups import crossed, mixed_up, other_rows, other_targets, transposed
from backprop_trace.formulas.expr import (
    LOSS,
    ONE,
    TWO,
    Difference,
    Formula,
    Minus,
    Name,
    Number,
    Product,
    Quotient,
    Sum,
    after,
    derivative,
    names_in,
    substitute,
)
from backprop_trace.model.catalogue import ACTIVATIONS, constants, feels_the_layer, filled, letters, uses_answer
from backprop_trace.model.update import ETA


def of_derivative(name: Name, formula: Formula, facts: Facts) -> Iterator[Bend]:
    of, wrt = name.of, name.wrt
    assert of is not None and wrt is not None
    if of.kind == "out" and wrt.kind == "net":
        yield from _of_slope(name, of, formula, facts)
        return
    if of != facts.network.objective:
        yield from edited(formula, NamesReplaced(mixed_up(names_in(formula), facts, forward=False)))
        if facts.network.definitions:
            yield from of_definition(formula, facts)
        return
    yield from _of_its_kind(name, wrt, formula, facts)
    yield from _of_gradient(wrt, formula, facts)


def _of_its_kind(name: Name, wrt: Name, formula: Formula, facts: Facts) -> Iterator[Bend]:
    """What goes wrong by what the gradient is taken for: a net input, an activation, a bias."""
    yield Bend("sign", Minus(formula))
    yield from edited(formula, ShareLeftOut(facts.share))
    yield Bend("doubled", Product((TWO, formula)))
    yield Bend("halved", Quotient(formula, TWO))
    if wrt in facts.rule.trained:
        yield Bend("rate-in-gradient", Product((ETA, formula)))
        yield from (Bend("rate-in-gradient", bent) for bent in _with_rate_in_a_term(formula))
        yield from _without_penalty(formula, facts)
    if wrt.kind == "net":
        yield from _of_delta(name, wrt, formula, facts)
    elif wrt.kind == "out" and facts.is_output(wrt.label) and name.via is None and is_loss_slope(formula):
        yield from _of_loss_slope(name, wrt, formula, facts)
    elif wrt.kind == "out":
        deltas = [n for n in names_in(formula) if n.kind == "d" and n.of == LOSS and n.wrt and n.wrt.kind == "net"]
        errors = {delta: delta._replace(wrt=delta.wrt._replace(kind="out")) for delta in deltas if delta.wrt}
        yield from all_replaced(formula, "error-for-delta", errors)
    elif wrt in facts.biases:
        yield from _of_bias_gradient(wrt, formula, facts)


def _with_rate_in_a_term(formula: Formula) -> Iterator[Formula]:
    terms = formula.terms if isinstance(formula, Sum) else ()
    for place, term in enumerate(terms):
        yield Sum((*terms[:place], Product((ETA, term)), *terms[place + 1 :]))


def _of_gradient(wrt: Name, formula: Formula, facts: Facts) -> Iterator[Bend]:
    """What goes wrong in the terms and factors of any gradient."""
    yield from of_sum(formula, "shared-bias-one-term" if wrt in facts.biases else "one-output", facts.share)
    yield from transposed(formula, facts)
    yield from all_replaced(
        formula, "updated-weights", {weight: after(weight) for weight in names_in(formula) if weight in facts.weights}
    )
    yield from crossed(formula, facts)
    if wrt in facts.weights:
        yield from _of_weight_gradient(wrt, formula, facts)
    yield from edited(formula, NamesReplaced(_wrong_deltas(formula, facts)))
    yield from edited(formula, NamesReplaced(mixed_up(names_in(formula), facts, forward=False)))
    yield from other_rows(formula, facts)
    yield from edited(formula, MinusLost())
    yield from edited(formula, SumsMultiplied())
    yield from edited(formula, OneFewer(facts.share))
    weights = facts.rule.trained if facts.network.definitions else facts.weights
    yield Bend("no-weight", with_factors_left_out(formula, weights))
    for bend in edited(formula, FactorsLeftOut(weights, facts.share)):
        weight_left = wrt.kind == "out" and bend.slip == "factor-left-out"
        yield Bend("no-weight", bend.formula) if weight_left else bend


def _without_penalty(formula: Formula, facts: Facts) -> Iterator[Bend]:
    """A gradient without the terms that trained parameters alone make up: the slope of a penalty."""
    terms = formula.terms if isinstance(formula, Sum) and facts.network.definitions else ()
    rest = tuple(term for term in terms if not _is_of_penalty(term, facts))
    if 0 < len(rest) < len(terms):
        yield Bend("no-penalty", sum_of(rest))


def _is_of_penalty(term: Formula, facts: Facts) -> bool:
    if isinstance(term, Name) and term.via is not None:
        return term.via == facts.network.objective
    return bool(names_in(term)) and set(names_in(term)) <= set(facts.rule.trained)


def is_loss_slope(formula: Formula) -> bool:
    return any(name.kind == "target" for name in names_in(formula))


def _wrong_deltas(formula: Formula, facts: Facts) -> dict[Name, list[Bend]]:
    """For each delta and each error in a formula: its unit's error or loss, and other units' deltas."""
    rivals = {}
    for name in names_in(formula):
        if name.kind != "d" or name.of != LOSS or name.wrt is None or name.via is not None:
            continue
        unit = name.wrt.label
        if name.wrt.kind == "net":
            found = [Bend("error-for-delta", name._replace(wrt=Name("out", unit)))]
            others = facts.layer_of(unit).units
            if len(others) <= MOST_NEIGHBOURS:
                found += [Bend("wrong-delta", name._replace(wrt=Name("net", u))) for u in others if u != unit]
        elif name.wrt.kind == "out":
            found = []
        else:
            continue
        if facts.is_output(unit):
            found.append(Bend("loss-for-error", Name("E", unit, sample=name.sample)))
        rivals[name] = found
    return rivals


def _of_slope(name: Name, of: Name, formula: Formula, facts: Facts) -> Iterator[Bend]:
    """d out / d net: at the wrong place, of the wrong function, half of it, none."""
    layer = facts.layer_of(of.label)
    entry = ACTIVATIONS[layer.activation]
    out = Name("out", of.label, sample=name.sample, time=name.time)
    net = out._replace(kind="net")
    yield Bend("no-slope", ONE)
    yield Bend("sign", Minus(formula))
    yield from edited(formula, MinusLost())
    if feels_the_layer(entry):
        nets = {each: each._replace(kind="net") for each in names_in(formula) if each.kind == "out"}
        yield from all_replaced(formula, "slope-of-net", dict(nets))
        yield from (Bend("slope-of-net", substitute(formula, {each: nets[each]})) for each in nets)
        return
    answer = filled(entry.formula, letters(z=out, a=out, **layer.constants))
    yield Bend("slope-at-output", filled(entry.slope, letters(z=out, a=answer, **layer.constants)))
    yield from (Bend("slope-not-squared", bend.formula) for bend in edited(formula, NotSquared()))
    if uses_answer(entry.slope):
        yield Bend("slope-of-net", filled(entry.slope, letters(z=net, a=net, **layer.constants)))
    if isinstance(formula, Product):
        yield from (Bend("half-slope", factor) for factor in formula.factors)
    for word, other in ACTIVATIONS.items():
        if word not in (layer.activation, "identity") and not feels_the_layer(other):
            meaning = letters(z=net, a=out, **constants(other))
            yield Bend("wrong-slope", filled(other.slope, meaning))
    rivals = {value: [Bend("wrong-input", other) for other in facts.neighbours(value)] for value in (out, net)}
    yield from edited(formula, NamesReplaced(rivals))


def _of_delta(name: Name, wrt: Name, formula: Formula, facts: Facts) -> Iterator[Bend]:
    """dE/dnet of a unit."""
    unit = wrt.label
    error = derivative(LOSS, Name("out", unit))._replace(sample=name.sample, time=name.time)
    if name.via is None:
        yield Bend("no-slope", error)
        slope = derivative(Name("out", unit), Name("net", unit))._replace(sample=name.sample, time=name.time)
        yield from (
            Bend(bend.slip, Product((error, bend.formula)))
            for bend in _of_slope(slope, Name("out", unit), _slope_formula(unit, name, facts), facts)
            if bend.slip not in ("no-slope", "sign")
        )
        if facts.is_output(unit):
            difference = Difference(
                Name("out", unit, sample=name.sample, time=name.time),
                Name("target", unit, sample=name.sample, time=name.time),
            )
            yield from _averaged_or_not("delta-of-other-loss", difference, facts)
            yield from _averaged_or_not("delta-of-other-loss", Product((difference, slope)), facts)
            yield from _averaged_or_not("loss-for-error", Product((Name("E", unit, sample=name.sample), slope)), facts)
            if isinstance(formula, Sum):
                yield Bend("softmax-diagonal", Product((error, slope)))


def _averaged_or_not(slip: str, formula: Formula, facts: Facts) -> Iterator[Bend]:
    """A formula for one sample; where the loss is averaged over the samples, first divided by their number."""
    if facts.share:
        yield Bend(slip, Quotient(formula, Number(str(facts.samples))))
    yield Bend(slip, formula)


def _slope_formula(unit: str, name: Name, facts: Facts) -> Formula:
    layer = facts.layer_of(unit)
    entry = ACTIVATIONS[layer.activation]
    out = Name("out", unit, sample=name.sample, time=name.time)
    return filled(entry.slope, letters(z=out._replace(kind="net"), a=out, **layer.constants))


def _of_loss_slope(name: Name, wrt: Name, formula: Formula, facts: Facts) -> Iterator[Bend]:
    """dE/dout of an output unit."""
    sample, unit = name.sample, wrt.label
    out, target = Name("out", unit, sample=sample), Name("target", unit, sample=sample)
    yield from _averaged_or_not("loss-for-error", Name("E", unit, sample=sample), facts)
    yield from other_targets(formula, facts)
    for entry in facts.other_losses:
        yield from _averaged_or_not("delta-of-other-loss", filled(entry.slope, letters(o=out, t=target)), facts)
    rivals = {out: [Bend("wrong-input", other) for other in facts.neighbours(out)]}
    rivals[out].append(Bend("net-for-out", out._replace(kind="net")))
    yield from edited(Difference(out, target), NamesReplaced(rivals))
    yield from edited(formula, MinusLost())


def _of_weight_gradient(weight: Name, formula: Formula, facts: Facts) -> Iterator[Bend]:
    """dE/dw = delta * input."""
    depth, row, _ = facts.weights[weight]
    unit = facts.network.columns[depth + 1][row]
    inputs = [n for n in names_in(formula) if n.kind == "out" or (n.kind == "" and n.label in facts.network.inputs)]
    for value in inputs:
        yield Bend("weight-for-input", substitute(formula, {value: weight}))
        yield Bend("output-for-input", substitute(formula, {value: Name("out", unit, sample=value.sample)}))
        yield Bend("gradient-without-input", with_factors_left_out(formula, [value]))


def _of_bias_gradient(bias: Name, formula: Formula, facts: Facts) -> Iterator[Bend]:
    yield Bend("bias-gradient-times-bias", Product((formula, bias)))
    depth, row = facts.biases[bias][0]
    unit = facts.network.columns[depth + 1][row]
    for source in facts.layer_of(unit).sources[:MOST_NEIGHBOURS]:
        samples = {name.sample for name in names_in(formula)}
        if len(samples) == 1:
            yield Bend("bias-gradient-times-input", Product((formula, source._replace(sample=samples.pop()))))
    yield Bend("error-for-delta", derivative(LOSS, Name("out", unit)))
