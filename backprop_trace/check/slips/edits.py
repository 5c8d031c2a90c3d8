"""Edits: what can be done to a formula at one place."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

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
    parts,
    rebuild,
    substitute,
    times,
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
    def __init__(self, weights: Collection[Name] = (), share: str = ""):
        self.weights, self.share = weights, share

    def __call__(self, formula: Formula) -> Iterator[Bend]:
        if isinstance(formula, Product):
            for place, rest in without(formula.factors):
                factor = formula.factors[place]
                yield Bend(self.slip_of(factor), product_of(rest))

    def slip_of(self, factor: Formula) -> str:
        if isinstance(factor, Name) and factor in self.weights:
            return "no-weight"
        return "sum-for-mean" if factor == Number(self.share) else _slip_of_left_out(factor)


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
        case Quotient(Number(), Call("sqrt", (Number(),))):
            return "no-scale"
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


class OtherBases(Edit):
    """Logarithms to the base 10 and 2."""

    def __call__(self, formula: Formula) -> Iterator[Bend]:
        if isinstance(formula, Call) and formula.function == "log":
            yield Bend("log-base-ten", Quotient(formula, Call("log", (Number("10"),))))
            yield Bend("log-base-two", Quotient(formula, Call("log", (TWO,))))


class SquaresSubtracted(Edit):
    """t^2 - o^2 for (t - o)^2."""

    def __call__(self, formula: Formula) -> Iterator[Bend]:
        match formula:
            case Power(Difference(left, right), Number("2")):
                yield Bend("difference-of-squares", Difference(Power(left, TWO), Power(right, TWO)))


class MinusLost(Edit):
    """One term of a sum with the other sign; a sum for a difference; e^z for e^-z."""

    def __call__(self, formula: Formula) -> Iterator[Bend]:
        if isinstance(formula, Difference):
            yield Bend("minus-lost", Sum((formula.left, formula.right)))
        elif isinstance(formula, Sum) and len(formula.terms) > 1:
            for place, term in enumerate(formula.terms):
                turned = term.operand if isinstance(term, Minus) else Minus(term)
                yield Bend("minus-lost", Sum((*formula.terms[:place], turned, *formula.terms[place + 1 :])))
        elif isinstance(formula, Call) and len(formula.arguments) == 1 and isinstance(formula.arguments[0], Minus):
            yield Bend("minus-lost", Call(formula.function, (formula.arguments[0].operand,)))


class SumsMultiplied(Edit):
    """(a + b) (x + y), or (a + x) (b + y), for a x + b y."""

    def __call__(self, formula: Formula) -> Iterator[Bend]:
        if not isinstance(formula, Sum):
            return
        pairs = [term.factors for term in formula.terms if isinstance(term, Product) and len(term.factors) == 2]
        if len(pairs) > 1:
            rest = [term for term in formula.terms if not isinstance(term, Product) or len(term.factors) != 2]
            for sums in (tuple(zip(*pairs, strict=True)), pairs):
                product = Product(tuple(Sum(tuple(each)) for each in sums))
                yield Bend("product-of-sums", sum_of((product, *rest)))


class BracketsLeftOut(Edit):
    """1/1 + e^-z for 1/(1 + e^-z)."""

    def __call__(self, formula: Formula) -> Iterator[Bend]:
        match formula:
            case Quotient(top, Sum((first, *rest))) if rest:
                yield Bend("no-brackets", Sum((Quotient(top, first), *rest)))


class OneFewer(Edit):
    """A mean over N - 1 instead of N, from three on: over N terms, or as the share 1/N of one of so many samples."""

    def __init__(self, share: str = ""):
        count = int(share.removeprefix("1/") or 0)
        self.share, self.greater = (share, Number(f"1/{count - 1}")) if count > 2 else ("", ONE)

    def __call__(self, formula: Formula) -> Iterator[Bend]:
        match formula:
            case Quotient(Sum(terms) as total, Number(text)) if text == str(len(terms)) and len(terms) > 2:
                yield Bend("n-minus-1", Quotient(total, Number(str(len(terms) - 1))))
            case Number(text) if text == self.share:
                yield Bend("n-minus-1", self.greater)


class DivisorsLeftOut(Edit):
    """x for x / 2, and the sum for the mean of n terms."""

    def __call__(self, formula: Formula) -> Iterator[Bend]:
        match formula:
            case Quotient(Sum(terms) as total, Number(text)) if text == str(len(terms)):
                yield Bend("sum-for-mean", total)
            case Quotient(top, Number("2")):
                yield Bend("no-half", top)
            case Quotient(top, Number()):
                yield Bend("factor-left-out", top)


class ScaleLeftOut(Edit):
    """x for x / sqrt(d)."""

    def __call__(self, formula: Formula) -> Iterator[Bend]:
        match formula:
            case Quotient(top, Call("sqrt", (Number(),))):
                yield Bend("no-scale", top)


def with_factors_left_out(formula: Formula, names: Collection[Name]) -> Formula:
    """The formula without any factor that is one of these names."""
    if isinstance(formula, Product):
        kept = [factor for factor in formula.factors if not (isinstance(factor, Name) and factor in names)]
        return times(*(with_factors_left_out(factor, names) for factor in kept))
    inside = parts(formula)
    return rebuild(formula, tuple(with_factors_left_out(part, names) for part in inside)) if inside else formula


class ShareLeftOut(Edit):
    """1/n left out, where the losses of n samples are averaged."""

    def __init__(self, share: str):
        self.share = Number(share)

    def __call__(self, formula: Formula) -> Iterator[Bend]:
        if isinstance(formula, Product) and self.share in formula.factors:
            yield Bend("sum-for-mean", product_of(tuple(each for each in formula.factors if each != self.share)))
        if isinstance(formula, Quotient) and formula.bottom == Number(self.share.text.removeprefix("1/")):
            yield Bend("sum-for-mean", formula.top)


class PowerOfTen(Edit):
    """10^x for one of several e^x: those of softmax."""

    def __call__(self, formula: Formula) -> Iterator[Bend]:
        if isinstance(formula, Call) and formula.function == "exp":
            yield Bend("power-of-ten", Power(Number("10"), formula.arguments[0]))


def powers_of_ten(formula: Formula) -> Formula:
    """The formula with 10^x for each e^x."""
    inside = tuple(powers_of_ten(part) for part in parts(formula))
    if isinstance(formula, Call) and formula.function == "exp":
        return Power(Number("10"), inside[0])
    return rebuild(formula, inside) if inside else formula


def all_replaced(formula: Formula, slip: str, replacements: Mapping[Name, Formula]) -> Iterator[Bend]:
    if replacements:
        yield Bend(slip, substitute(formula, replacements))
