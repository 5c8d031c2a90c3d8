"""Slips: formulas one mistake away from the true one, and what they are called.

    >>> from backprop_trace.expr import Difference, Product, given
    >>> update = Difference(given("w"), Product((given("eta"), given("g"))))
    >>> [bend.slip for bend in bends_of_update(update, given("w"))][:3]
    ['ascent', 'no-rate', 'rate-twice']

`bends(equation, formula, facts)` bends a line's formula in every way that has a name; whoever checks evaluates them and
sees which gives the writer's number. They are generated from the formula's own shape and from what kind of line it is,
so that a new layer or loss has its slips at once. To add a kind of mistake: an entry in SLIPS and a case that makes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from backprop_trace.catalogue import ACTIVATIONS, LOSSES, feels_the_layer, filled, letters, uses_answer
from backprop_trace.chain import Equation
from backprop_trace.expr import (
    LOSS,
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
    after,
    derivative,
    given,
    names_in,
    parts,
    rebuild,
    substitute,
    times,
)
from backprop_trace.network import ETA, TIME, Layer, Network

EPSILON = given("epsilon")


class Slip(NamedTuple):
    """`sentence` completes "your number is what one gets if ..."; `many` completes "n of your m lines ...".

    `rank` orders what fits: 1 the classical slips, 2 mix-ups of neighbours, 3 accidents with digits; 4 is, in
    a line that was skipped, a guess that is mentioned where nothing else fits, and leaves the line wrong.
    """

    sentence: str
    many: str = ""
    rank: int = 1


SLIPS: Mapping[str, Slip] = {
    # forward pass
    "transposed": Slip("the indices of the weight matrix are swapped", "swap the indices of the weight matrix"),
    "crossed": Slip("two weights are exchanged between the terms of the sum", "exchange two weights"),
    "no-bias": Slip("the bias is left out", "leave the bias out"),
    "wrong-bias": Slip("the bias of another layer or unit is added", "add another bias"),
    "bias-subtracted": Slip("the bias is subtracted instead of added", "subtract the bias"),
    "net-for-out": Slip("the net input of a unit is passed on instead of its activation", "pass on the net input"),
    "missing-term": Slip("a term of the sum is left out", "leave out a term", 2),
    "no-weight": Slip("a weight is left out", "leave out a weight"),
    "wrong-weight": Slip("another weight of the layer is used", "use another weight", 2),
    "wrong-input": Slip("the value of a neighbouring input or unit is used", "use a neighbour's value", 2),
    "wrong-time": Slip("the value of another time step is used", "use the value of another time step", 2),
    "no-function": Slip("a function is left out", "leave out a function", 2),
    "no-activation": Slip("the activation function is left out", "leave out the activation function"),
    "wrong-activation": Slip("another activation function is used", "use another activation function"),
    "exponent-sign": Slip("the net input has the wrong sign inside the activation function"),
    "softmax-unnormalised": Slip("the exponentials are not divided by their sum"),
    # loss
    "no-half": Slip("the factor 1/2 is left out", "leave out the factor 1/2"),
    "half-added": Slip("a factor 1/2 is put in that the loss does not have", "put in a factor 1/2"),
    "no-square": Slip("the difference is not squared", "", 4),
    "wrong-loss": Slip("another loss function is used", "use another loss function", 2),
    "log-base-ten": Slip("the logarithm to the base 10 is taken instead of the natural one"),
    "mean-for-sum": Slip("the mean is taken instead of the sum", "take the mean instead of the sum"),
    "sum-for-mean": Slip("the sum is taken instead of the mean", "take the sum instead of the mean"),
    "one-output": Slip("only one term of the sum is kept", "keep only one term of the sum"),
    # deltas and gradients
    "sign": Slip("the sign is reversed (target - output for output - target)", "have the opposite sign"),
    "no-slope": Slip("the slope of the activation function is left out", "leave out the activation's slope"),
    "slope-at-output": Slip("the slope is taken at the activation instead of at the net input: f'(out)"),
    "slope-of-net": Slip("the net input stands in the slope where the activation belongs, as in net (1 - net)"),
    "wrong-slope": Slip("the slope of another activation function is used", "use another function's slope"),
    "half-slope": Slip("only one factor of the slope is kept: only out, or only 1 - out"),
    "delta-of-other-loss": Slip(
        "the delta belongs to another loss: out - target where the slope is needed, or the reverse"
    ),
    "softmax-diagonal": Slip("only the diagonal of the softmax's Jacobian is used"),
    "doubled": Slip("a factor 2 is kept", "keep a factor 2"),
    "halved": Slip("a factor 1/2 is put in"),
    "loss-for-error": Slip("the loss stands where the difference between output and target belongs"),
    "error-for-delta": Slip("dE/dout is used where the delta dE/dnet belongs", "use dE/dout for the delta"),
    "wrong-delta": Slip("the delta of another unit is used", "use another unit's delta", 2),
    "weight-for-input": Slip("the weight stands where the input to the weight belongs", "use the weight for the input"),
    "net-for-input": Slip("the net input stands where the activation belongs", "use the net input for the activation"),
    "output-for-input": Slip("the unit's own activation stands where its input belongs"),
    "gradient-without-input": Slip("the input to the weight is left out: the delta is taken for the gradient"),
    "updated-weights": Slip("the already updated weights are used", "use the already updated weights"),
    "bias-gradient-times-bias": Slip("the gradient of the bias is multiplied by the bias"),
    "bias-gradient-times-input": Slip("the gradient of the bias is multiplied by an input"),
    "shared-bias-one-term": Slip("only one unit's delta is taken for the bias that several units share"),
    # update
    "ascent": Slip("the gradient is added instead of subtracted", "add the gradient instead of subtracting it"),
    "no-rate": Slip("the learning rate is left out", "leave out the learning rate"),
    "rate-twice": Slip("the learning rate is multiplied in twice"),
    "not-updated": Slip("the weight is not updated"),
    "bias-not-updated": Slip("the bias is not updated"),
    "change-only": Slip("the change stands where the new weight belongs"),
    "wrong-gradient": Slip("the gradient of another parameter is used", "use another gradient", 2),
    "factor-left-out": Slip("a factor is left out", "leave out a factor", 2),
    "wrong-order": Slip("a difference is taken the wrong way round", "take a difference the wrong way round", 2),
    # optimizers
    "no-correction": Slip("the bias correction (1 - beta^t) is left out", "leave out the bias correction"),
    "epsilon-place": Slip("epsilon stands on the other side of the root", "have epsilon on the other side of the root"),
    "step-off": Slip("the number of the step, t, is off by one", "have the number of the step off by one"),
    "coefficients-swapped": Slip("the two coefficients are swapped", "swap the two coefficients"),
    "gradient-not-squared": Slip("the gradient is not squared", "do not square the gradient"),
    "no-root": Slip("the root is left out", "leave out the root"),
    "old-state": Slip("the optimizer's state from before the step is used", "use the state from before the step", 2),
    # digits
    "factor-ten": Slip("the decimal point is one place off", "have the decimal point one place off"),
    "digits-swapped": Slip("two neighbouring digits are swapped", "", 3),
    "sign-dropped": Slip("a minus sign is lost or put in", "lose a minus sign", 2),
    "copied-wrong": Slip("an earlier number is copied with one digit off", "", 3),
    "old-weights": Slip("the weights from before the last update are used", "use the weights from before the update"),
    "stale": Slip("it is the value of another training step, time step or sample", "are of another step or sample", 2),
}


class Bend(NamedTuple):
    """A formula one slip away, and the slip's id."""

    slip: str
    formula: Formula


MOST_NEIGHBOURS = 24
"""Mix-ups are tried among so many neighbours at most."""


class Facts:
    """Where every weight, bias and unit of a network stands: what a writer could mix up."""

    def __init__(self, network: Network):
        self.network = network
        self.weights: dict[Name, tuple[int, int, int]] = {}
        self.biases: dict[Name, list[tuple[int, int]]] = {}
        self.units: dict[str, tuple[int, int]] = {}
        for depth, layer in enumerate(network.layers):
            for row, unit in enumerate(layer.units):
                self.units[unit] = (depth, row)
                for column, weight in enumerate(layer.weights[row]):
                    if weight is not None:
                        self.weights.setdefault(weight, (depth, row, column))
                bias = layer.biases[row]
                if bias is not None:
                    self.biases.setdefault(bias, []).append((depth, row))

    def layer_of(self, unit: str) -> Layer:
        return self.network.layers[self.units[unit][0]]

    def is_output(self, unit: str) -> bool:
        return unit in self.network.outputs

    def transposed(self, weight: Name) -> Name | None:
        """The weight with row and column swapped, if there is one."""
        if weight not in self.weights:
            return None
        depth, row, column = self.weights[weight]
        matrix = self.network.layers[depth].weights
        if column < len(matrix) and row < len(matrix[column]):
            return matrix[column][row]
        return None

    def other_weights(self, weight: Name) -> list[Name]:
        if weight not in self.weights:
            return []
        matrix = self.network.layers[self.weights[weight][0]].weights
        found = [other for row in matrix for other in row if other is not None and other != weight]
        return found if len(found) <= MOST_NEIGHBOURS else []

    def neighbours(self, value: Name) -> list[Name]:
        """The other inputs, or the other activations of the layer (of the same sample)."""
        if value.kind == "" and value.label in self.network.inputs:
            labels: Sequence[str] = self.network.inputs
        elif value.kind in ("out", "net") and value.label in self.units:
            labels = self.layer_of(value.label).units
        else:
            return []
        found = [value._replace(label=label) for label in labels if label != value.label]
        return found if len(found) <= MOST_NEIGHBOURS else []


# --- editing formulas ---


def _without(items: tuple[Formula, ...]) -> Iterator[tuple[int, tuple[Formula, ...]]]:
    for place in range(len(items)):
        yield place, items[:place] + items[place + 1 :]


def _product(factors: tuple[Formula, ...]) -> Formula:
    return ONE if not factors else factors[0] if len(factors) == 1 else Product(factors)


def _sum(terms: tuple[Formula, ...]) -> Formula:
    return terms[0] if len(terms) == 1 else Sum(terms)


def _edited(formula: Formula, edit: _Edit) -> Iterator[Bend]:
    """Every formula that differs by one edit at one place."""
    yield from edit(formula)
    inside = parts(formula)
    for place, part in enumerate(inside):
        for bend in _edited(part, edit):
            yield Bend(bend.slip, rebuild(formula, (*inside[:place], bend.formula, *inside[place + 1 :])))


class _Edit:
    """What can be done to one node."""

    def __call__(self, formula: Formula) -> Iterator[Bend]:
        raise NotImplementedError


class _NamesReplaced(_Edit):
    def __init__(self, rivals: Mapping[Name, Sequence[Bend]]):
        self.rivals = rivals

    def __call__(self, formula: Formula) -> Iterator[Bend]:
        if isinstance(formula, Name):
            yield from self.rivals.get(formula, ())


class _Ordered(_Edit):
    """A difference the wrong way round."""

    def __call__(self, formula: Formula) -> Iterator[Bend]:
        if isinstance(formula, Difference):
            yield Bend("wrong-order", Difference(formula.right, formula.left))


class _FactorsLeftOut(_Edit):
    def __call__(self, formula: Formula) -> Iterator[Bend]:
        if isinstance(formula, Product):
            for place, rest in _without(formula.factors):
                yield Bend(_slip_of_left_out(formula.factors[place]), _product(rest))


class _TermsLeftOut(_Edit):
    def __call__(self, formula: Formula) -> Iterator[Bend]:
        if isinstance(formula, Sum):
            yield from (Bend("missing-term", _sum(rest)) for _, rest in _without(formula.terms))


class _FunctionsLeftOut(_Edit):
    def __call__(self, formula: Formula) -> Iterator[Bend]:
        if isinstance(formula, Call) and len(formula.arguments) == 1:
            yield Bend("no-function", formula.arguments[0])


class _OptimizerMixedUp(_Edit):
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
            case Name(kind="+", of=old) if old is not None and old.kind:
                yield Bend("old-state", old)
        match formula:
            case Call("sqrt", (under,)):
                yield Bend("no-root", under)
            case Power(Name() as base, Number("2")):
                yield Bend("gradient-not-squared", base)


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


def _all_replaced(formula: Formula, slip: str, replacements: Mapping[Name, Formula]) -> Iterator[Bend]:
    if replacements:
        yield Bend(slip, substitute(formula, replacements))


# --- the slips of each kind of line ---


def bends(equation: Equation, formula: Formula, facts: Facts) -> list[Bend]:
    """Every way to bend a line that has a name.

    `formula` is the line's formula, possibly with skipped lines written out in it (dE/dnet_o1 * w5 for
    dE/dnet_o1 * dnet_o1/dout_h1).
    """
    name = equation.name
    match name.kind:
        case "net":
            found = _of_net(formula, facts)
        case "out":
            found = _of_out(name, formula, facts)
        case "E":
            found = _of_loss(name, formula, facts)
        case "d":
            found = _of_derivative(name, formula, facts)
        case "" if equation.phase != "update":
            found = _of_definition(formula)
        case _:
            found = _of_update(name, formula, facts)
    seen: list[Formula] = [formula]
    if facts.network.times:
        found = chain(found, _at_other_times(formula))
    return [bend for bend in found if not _seen(bend.formula, seen)]


def _seen(formula: Formula, seen: list[Formula]) -> bool:
    if any(formula == other for other in seen):
        return True
    if len(seen) < 200:
        seen.append(formula)
    return False


def _of_net(formula: Formula, facts: Facts) -> Iterator[Bend]:
    names = names_in(formula)
    biases = [name for name in names if name in facts.biases]
    yield from _all_replaced(
        formula, "net-for-out", {name: name._replace(kind="net") for name in names if name.kind == "out"}
    )
    yield from _transposed(formula, facts)
    for bias in biases:
        yield Bend("no-bias", substitute(formula, {bias: Number("0")}))
        yield Bend("bias-subtracted", substitute(formula, {bias: Minus(bias)}))
        yield from (Bend("wrong-bias", substitute(formula, {bias: other})) for other in facts.biases if other != bias)
    yield from _crossed(formula, facts)
    terms = formula.terms if isinstance(formula, Sum) else (formula,)
    for place, rest in _without(terms):
        if rest and terms[place] not in biases:
            yield Bend("missing-term", _sum(rest))
    for place, term in enumerate(terms):
        inputs = [factor for factor in parts(term) if factor not in facts.weights] if isinstance(term, Product) else []
        yield from (Bend("no-weight", _sum((*terms[:place], value, *terms[place + 1 :]))) for value in inputs)
    yield from _edited(formula, _NamesReplaced(_mixed_up(names, facts, forward=True)))


def _mixed_up(names: Iterable[Name], facts: Facts, forward: bool) -> dict[Name, list[Bend]]:
    """For each name of a formula: what could stand there by mistake."""
    rivals: dict[Name, list[Bend]] = {}
    for name in names:
        found = [Bend("wrong-weight", other) for other in facts.other_weights(name)]
        found += [Bend("wrong-input", other) for other in facts.neighbours(name) if name.kind != "net"]
        if name.kind == "out":
            found.append(Bend("net-for-out" if forward else "net-for-input", name._replace(kind="net")))
        if not forward and name in facts.weights:
            found.append(Bend("updated-weights", after(name)))
        rivals[name] = found
    return rivals


def _at_other_times(formula: Formula) -> Iterator[Bend]:
    """The value of the time step before or after, for each name of a formula."""
    for name in names_in(formula):
        if name.time is not None:
            for time in (name.time - 1, name.time + 1):
                yield Bend("wrong-time", substitute(formula, {name: name._replace(time=time)}))


def _of_definition(formula: Formula) -> Iterator[Bend]:
    """A formula of the file's own."""
    for edit in (_TermsLeftOut(), _FactorsLeftOut(), _FunctionsLeftOut(), _Ordered(), _NotSquared(), _BaseTen()):
        yield from _edited(formula, edit)


def _transposed(formula: Formula, facts: Facts) -> Iterator[Bend]:
    """All weights of the formula with their indices swapped (where the matrix allows it)."""
    weights = [name for name in names_in(formula) if name in facts.weights]
    swapped = {weight: facts.transposed(weight) for weight in weights}
    if weights and all(other is not None for other in swapped.values()):
        yield from _all_replaced(formula, "transposed", {w: other for w, other in swapped.items() if other is not None})


def _crossed(formula: Formula, facts: Facts) -> Iterator[Bend]:
    """Each two weights of a sum exchanged."""
    weights = [name for name in names_in(formula) if name in facts.weights]
    if len(weights) > MOST_NEIGHBOURS:
        return
    for place, first in enumerate(weights):
        for second in weights[place + 1 :]:
            yield Bend("crossed", substitute(formula, {first: second, second: first}))


def _of_out(name: Name, formula: Formula, facts: Facts) -> Iterator[Bend]:
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
    yield from _edited(formula, _NamesReplaced({net: [Bend("wrong-input", other) for other in facts.neighbours(net)]}))


def _of_loss(name: Name, formula: Formula, facts: Facts) -> Iterator[Bend]:
    if isinstance(formula, Sum | Quotient) or not name.label:
        yield from _of_sum(formula, "one-output")
        return
    yield from _edited(formula, _FactorsLeftOut())
    yield Bend("half-added", Product((Number("1/2"), formula)))
    yield Bend("doubled", Product((TWO, formula)))
    meaning = letters(o=name._replace(kind="out"), t=name._replace(kind="target"))
    for word, entry in LOSSES.items():
        if word != facts.network.loss:
            yield Bend("wrong-loss", filled(entry.formula, meaning))
    yield from _edited(formula, _NotSquared())
    yield Bend("sign", Minus(formula))
    yield from _edited(formula, _BaseTen())


class _NotSquared(_Edit):
    def __call__(self, formula: Formula) -> Iterator[Bend]:
        if isinstance(formula, Power):
            yield Bend("no-square", formula.base)
            yield Bend("no-square", Call("abs", (formula.base,)))


class _BaseTen(_Edit):
    def __call__(self, formula: Formula) -> Iterator[Bend]:
        if isinstance(formula, Call) and formula.function == "log":
            yield Bend("log-base-ten", Quotient(formula, Call("log", (Number("10"),))))


def _of_sum(formula: Formula, one: str) -> Iterator[Bend]:
    """Sum for mean, mean for sum, one term only, a term left out."""
    mean = isinstance(formula, Quotient)
    total = formula.top if isinstance(formula, Quotient) else formula
    if mean:
        yield Bend("sum-for-mean", total)
    if not isinstance(total, Sum):
        return
    if not mean:
        yield Bend("mean-for-sum", Quotient(total, Number(str(len(total.terms)))))
    for place, rest in _without(total.terms):
        yield Bend(one, total.terms[place])
        if len(rest) > 1:
            yield Bend("missing-term", _sum(rest))


def _of_derivative(name: Name, formula: Formula, facts: Facts) -> Iterator[Bend]:
    of, wrt = name.of, name.wrt
    assert of is not None and wrt is not None
    if of.kind == "out" and wrt.kind == "net":
        yield from _of_slope(name, of, formula, facts)
        return
    if of != facts.network.objective:
        yield from _edited(formula, _NamesReplaced(_mixed_up(names_in(formula), facts, forward=False)))
        if facts.network.definitions:
            yield from _of_definition(formula)
        return
    yield Bend("sign", Minus(formula))
    yield Bend("doubled", Product((TWO, formula)))
    yield Bend("halved", Quotient(formula, TWO))
    if wrt.kind == "net":
        yield from _of_delta(name, wrt, formula, facts)
    elif wrt.kind == "out" and facts.is_output(wrt.label) and name.via is None and _is_loss_slope(formula):
        yield from _of_loss_slope(name, wrt, facts)
    elif wrt.kind == "out":
        deltas = [n for n in names_in(formula) if n.kind == "d" and n.of == LOSS and n.wrt and n.wrt.kind == "net"]
        errors = {delta: delta._replace(wrt=delta.wrt._replace(kind="out")) for delta in deltas if delta.wrt}
        yield from _all_replaced(formula, "error-for-delta", errors)
    elif wrt in facts.biases:
        yield from _of_bias_gradient(wrt, formula, facts)
    yield from _of_sum(formula, "shared-bias-one-term" if wrt in facts.biases else "one-output")
    yield from _transposed(formula, facts)
    yield from _all_replaced(
        formula, "updated-weights", {weight: after(weight) for weight in names_in(formula) if weight in facts.weights}
    )
    yield from _crossed(formula, facts)
    if wrt in facts.weights:
        yield from _of_weight_gradient(wrt, formula, facts)
    yield from _edited(formula, _NamesReplaced(_wrong_deltas(formula, facts)))
    yield from _edited(formula, _NamesReplaced(_mixed_up(names_in(formula), facts, forward=False)))
    for bend in _edited(formula, _FactorsLeftOut()):
        weight_left = wrt.kind == "out" and bend.slip == "factor-left-out"
        yield Bend("no-weight", bend.formula) if weight_left else bend


def _is_loss_slope(formula: Formula) -> bool:
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
    if feels_the_layer(entry):
        return
    constants = dict(layer.constants)
    answer = filled(entry.formula, letters(z=out, a=out, **constants))
    yield Bend("slope-at-output", filled(entry.slope, letters(z=out, a=answer, **constants)))
    if uses_answer(entry.slope):
        yield Bend("slope-of-net", filled(entry.slope, letters(z=net, a=net, **constants)))
    if isinstance(formula, Product):
        yield from (Bend("half-slope", factor) for factor in formula.factors)
    for word, other in ACTIVATIONS.items():
        if word not in (layer.activation, "identity") and not feels_the_layer(other):
            meaning = letters(z=net, a=out, **{key: Number(text) for key, text in other.constants.items()})
            yield Bend("wrong-slope", filled(other.slope, meaning))
    rivals = {value: [Bend("wrong-input", other) for other in facts.neighbours(value)] for value in (out, net)}
    yield from _edited(formula, _NamesReplaced(rivals))


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
    samples = facts.network.samples
    if samples > 1 and facts.network.batch == "mean":
        yield Bend(slip, Quotient(formula, Number(str(samples))))
    yield Bend(slip, formula)


def _slope_formula(unit: str, name: Name, facts: Facts) -> Formula:
    layer = facts.layer_of(unit)
    entry = ACTIVATIONS[layer.activation]
    out = Name("out", unit, sample=name.sample, time=name.time)
    return filled(entry.slope, letters(z=out._replace(kind="net"), a=out, **layer.constants))


def _of_loss_slope(name: Name, wrt: Name, facts: Facts) -> Iterator[Bend]:
    """dE/dout of an output unit."""
    sample, unit = name.sample, wrt.label
    out, target = Name("out", unit, sample=sample), Name("target", unit, sample=sample)
    yield from _averaged_or_not("loss-for-error", Name("E", unit, sample=sample), facts)
    for word, entry in LOSSES.items():
        if word != facts.network.loss:
            yield from _averaged_or_not("delta-of-other-loss", filled(entry.slope, letters(o=out, t=target)), facts)
    rivals = {out: [Bend("wrong-input", other) for other in facts.neighbours(out)]}
    rivals[out].append(Bend("net-for-out", out._replace(kind="net")))
    yield from _edited(Difference(out, target), _NamesReplaced(rivals))


def _of_weight_gradient(weight: Name, formula: Formula, facts: Facts) -> Iterator[Bend]:
    """dE/dw = delta * input."""
    depth, row, _ = facts.weights[weight]
    unit = facts.network.layers[depth].units[row]
    inputs = [n for n in names_in(formula) if n.kind == "out" or (n.kind == "" and n.label in facts.network.inputs)]
    for value in inputs:
        yield Bend("weight-for-input", substitute(formula, {value: weight}))
        yield Bend("output-for-input", substitute(formula, {value: Name("out", unit, sample=value.sample)}))
        yield Bend("gradient-without-input", _with_one(formula, value))


def _with_one(formula: Formula, value: Name) -> Formula:
    """The formula with a factor left out."""
    if isinstance(formula, Product):
        return times(*(ONE if factor == value else _with_one(factor, value) for factor in formula.factors))
    inside = parts(formula)
    return rebuild(formula, tuple(_with_one(part, value) for part in inside)) if inside else formula


def _of_bias_gradient(bias: Name, formula: Formula, facts: Facts) -> Iterator[Bend]:
    yield Bend("bias-gradient-times-bias", Product((formula, bias)))
    depth, row = facts.biases[bias][0]
    for source in facts.network.layers[depth].sources[:MOST_NEIGHBOURS]:
        samples = {name.sample for name in names_in(formula)}
        if len(samples) == 1:
            yield Bend("bias-gradient-times-input", Product((formula, source._replace(sample=samples.pop()))))
    unit = facts.network.layers[depth].units[row]
    yield Bend("error-for-delta", derivative(LOSS, Name("out", unit)))


def bends_of_update(formula: Formula, parameter: Name) -> Iterator[Bend]:
    """w - eta * g, or another optimizer's lines."""
    if isinstance(formula, Difference):
        left, right = formula.left, formula.right
        yield Bend("ascent", Sum((left, right)))
        if isinstance(right, Product) and ETA in right.factors:
            yield Bend("no-rate", Difference(left, _product(tuple(f for f in right.factors if f != ETA))))
            yield Bend("rate-twice", Difference(left, Product((ETA, *right.factors))))
        yield Bend("doubled", Difference(left, Product((TWO, right))))
        yield Bend("bias-not-updated" if parameter.label.startswith("b") else "not-updated", left)
        yield Bend("change-only", right)
        yield Bend("change-only", Minus(right))
        for factor in names_in(right):
            if factor.kind == "d" and factor.wrt is not None:
                yield Bend("bias-gradient-times-bias", Difference(left, Product((right, parameter))))
    else:
        yield Bend("sign", Minus(formula))
    yield from _edited(formula, _FactorsLeftOut())
    yield from _edited(formula, _Ordered())


def _of_update(name: Name, formula: Formula, facts: Facts) -> Iterator[Bend]:
    yield from _edited(formula, _OptimizerMixedUp())
    yield from bends_of_update(formula, name.of or name)
    parameter = name.of or given(name.label)
    others = [*facts.other_weights(parameter), *(bias for bias in facts.biases if bias != parameter)]
    if facts.network.definitions:
        others = [other for other in facts.network.trained[:MOST_NEIGHBOURS] if other != parameter]
    objective = facts.network.objective
    rivals = {derivative(objective, parameter): [Bend("wrong-gradient", derivative(objective, w)) for w in others]}
    yield from _edited(formula, _NamesReplaced(rivals))


# --- bends of a whole run ---


WHOLE_RUN = ("updated-weights", "ascent", "no-rate", "no-slope", "sign")
"""The slips that are tried from the givens on, in force in every step."""


def bent_run(equations: Sequence[Equation], slip: str, facts: Facts) -> list[Equation]:
    """The whole listing with one slip in force everywhere."""
    return [_bent_everywhere(equation, slip, facts) for equation in equations]


def _bent_everywhere(equation: Equation, slip: str, facts: Facts) -> Equation:
    name, formula = equation.name, equation.formula
    match slip:
        case "updated-weights":
            if is_structural(name) and isinstance(formula, Name) and formula in facts.weights:
                return equation._replace(formula=after(formula))
        case "ascent" | "no-rate" if name.kind == "+":
            bent = next((bend for bend in bends_of_update(formula, name) if bend.slip == slip), None)
            return equation._replace(formula=bent.formula) if bent else equation
        case "no-slope" if name.kind == "d" and name.of is not None and name.of.kind == "out":
            return equation._replace(formula=ONE)
        case "sign" if name.kind == "d" and name.of == LOSS and _is_loss_slope(formula):
            return equation._replace(formula=Minus(formula))
    return equation


def is_structural(name: Name) -> bool:
    """Lines that writers hardly ever write out: slopes of a net input, and the terms of a sum."""
    return name.kind == "d" and (name.via is not None or (name.of is not None and name.of.kind == "net"))


def written_out(formula: Formula, equations: Mapping[Name, Equation], kept: Iterable[Name]) -> Formula:
    """The formula with the structural lines put in that are not among `kept` (what the writer wrote down)."""
    keep = kept if isinstance(kept, frozenset | set | dict) else set(kept)
    if isinstance(formula, Name):
        if formula in equations and formula not in keep and is_structural(formula):
            return written_out(equations[formula].formula, equations, keep)
        return formula
    inside = parts(formula)
    if not inside:
        return formula
    opened = tuple(written_out(part, equations, keep) for part in inside)
    return _flat(rebuild(formula, opened))


def _flat(formula: Formula) -> Formula:
    """Products without factors of 1, products and sums in one piece."""
    match formula:
        case Product(factors):
            flat = tuple(
                f for factor in factors for f in (factor.factors if isinstance(factor, Product) else (factor,))
            )
            return times(*flat)
        case Sum(terms):
            return Sum(tuple(t for term in terms for t in (term.terms if isinstance(term, Sum) else (term,))))
    return formula
