"""Formulas: a small syntax tree, never simplified or reordered behind the reader's back.

    >>> out = Name("out", "h1")
    >>> formula = Product((out, Difference(ONE, out)))          # out_h1 * (1 - out_h1)
    >>> slope(formula, out) is not None                         # d formula / d out_h1
    True

Two questions are answered here because every other module asks them: which names a formula
mentions (`names_in`), and what its slope with respect to one of them is (`slope`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple, TypeAlias


class Name(NamedTuple):
    """A named quantity. `kind` is the word before the underscore, `label` the one after it.

    kind      spelled            what it is
    ""        w5, i1             something given, or a definition of the file's own
    rule      eta, beta1, t      a number of the update rule: the file may call something else so
    net, out  net_h1, out_h1     net input and activation of a unit
    target    target_o1          desired output
    E         E_o1, E            loss at an output; total loss (label "")
    d         dE/dw5             derivative of `of` with respect to `wrt`; `via` names one term of it
    +         w5+                `of` after the update
    delta     delta_h1           minus dE/dnet_h1, for who turns its sign
    others    m_w5, change_w5    optimizer state, change of a parameter, ...

    `sample` and `time` (from 1) stand on the outermost record only.
    """

    kind: str
    label: str = ""
    of: Name | None = None
    wrt: Name | None = None
    via: Name | None = None
    sample: int | None = None
    time: int | None = None


LOSS = Name("E")
"""The total loss, the quantity every gradient is a derivative of."""


def given(label: str, sample: int | None = None) -> Name:
    """The name of an input, a parameter or a constant."""
    return Name("", label, sample=sample)


def rule_letter(letter: str) -> Name:
    """The name of a number of the update rule, whatever the file calls by this letter."""
    return Name("rule", letter)


def after(name: Name) -> Name:
    """The quantity after the update: w5 -> w5+."""
    return Name("+", of=name)


def plain(name: Name) -> Name:
    """The name without its sample and time step: what stands inside a derivative's name."""
    if name.sample is None and name.time is None:
        return name
    return name._replace(sample=None, time=None)


def derivative(of: Name, wrt: Name, via: Name | None = None) -> Name:
    """d `of` / d `wrt`; sample and time step move to the end of the whole name."""
    sample = of.sample if wrt.sample is None else wrt.sample
    time = of.time if wrt.time is None else wrt.time
    return Name("d", "", plain(of), plain(wrt), via, sample, time)


class _Node:
    """A piece of a formula, equal to another of its kind with equal parts.

    Written out because ten dataclasses cost two per cent of the time `show mazur` takes.
    """

    __slots__: tuple[str, ...] = ()

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and all(getattr(self, part) == getattr(other, part) for part in self.__slots__)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(repr(getattr(self, part)) for part in self.__slots__)})"


class Number(_Node):
    """A number as written: `0.10` stays `0.10`, `1/3` stays `1/3`. Never negative (see Minus)."""

    __slots__ = __match_args__ = ("text",)

    def __init__(self, text: str):
        self.text = text


class Sum(_Node):
    __slots__ = __match_args__ = ("terms",)

    def __init__(self, terms: tuple[Formula, ...]):
        self.terms = terms


class Difference(_Node):
    __slots__ = __match_args__ = ("left", "right")

    def __init__(self, left: Formula, right: Formula):
        self.left, self.right = left, right


class Product(_Node):
    __slots__ = __match_args__ = ("factors",)

    def __init__(self, factors: tuple[Formula, ...]):
        self.factors = factors


class Quotient(_Node):
    __slots__ = __match_args__ = ("top", "bottom")

    def __init__(self, top: Formula, bottom: Formula):
        self.top, self.bottom = top, bottom


class Power(_Node):
    __slots__ = __match_args__ = ("base", "exponent")

    def __init__(self, base: Formula, exponent: Formula):
        self.base, self.exponent = base, exponent


class Minus(_Node):
    __slots__ = __match_args__ = ("operand",)

    def __init__(self, operand: Formula):
        self.operand = operand


class Call(_Node):
    """A function from FUNCTIONS applied to its arguments."""

    __slots__ = __match_args__ = ("function", "arguments")

    def __init__(self, function: str, arguments: tuple[Formula, ...]):
        self.function, self.arguments = function, arguments


class Cases(_Node):
    """`positive` where `test` > 0, else `otherwise`."""

    __slots__ = __match_args__ = ("test", "positive", "otherwise")

    def __init__(self, test: Formula, positive: Formula, otherwise: Formula):
        self.test, self.positive, self.otherwise = test, positive, otherwise


Formula: TypeAlias = Number | Name | Sum | Difference | Product | Quotient | Power | Minus | Call | Cases

ZERO, ONE, TWO = Number("0"), Number("1"), Number("2")


def parts(formula: Formula) -> tuple[Formula, ...]:
    """The formulas directly inside a formula."""
    match formula:
        case Name() | Number():
            return ()
        case Sum(terms):
            return terms
        case Product(factors):
            return factors
        case Difference(left, right):
            return (left, right)
        case Quotient(top, bottom):
            return (top, bottom)
        case Power(base, exponent):
            return (base, exponent)
        case Minus(operand):
            return (operand,)
        case Call(_, arguments):
            return arguments
        case Cases(test, positive, otherwise):
            return (test, positive, otherwise)


def rebuild(formula: Formula, inside: tuple[Formula, ...]) -> Formula:
    """The same formula with other parts, given in the order of `parts`."""
    match formula:
        case Name() | Number():
            return formula
        case Sum():
            return Sum(inside)
        case Product():
            return Product(inside)
        case Call(function, _):
            return Call(function, inside)
        case _:
            return type(formula)(*inside)


def substitute(formula: Formula, replacements: Mapping[Name, Formula]) -> Formula:
    """The formula with names replaced."""
    if isinstance(formula, Name):
        return replacements.get(formula, formula)
    inside = parts(formula)
    new = tuple([substitute(part, replacements) for part in inside])
    changed = any(one is not other for one, other in zip(new, inside, strict=True))
    return rebuild(formula, new) if changed else formula  # what stays the same is not made anew


def walk_names(formula: Formula) -> list[Name]:
    """Every name in a formula, as often as it stands there, from left to right."""
    found: list[Name] = []
    _collect(formula, found)
    return found


def _collect(formula: Formula, found: list[Name]) -> None:
    if isinstance(formula, Name):
        found.append(formula)
    else:
        for part in parts(formula):
            _collect(part, found)


def names_in(formula: Formula) -> tuple[Name, ...]:
    """The names a formula mentions, each once, in the order of first mention."""
    return tuple(dict.fromkeys(walk_names(formula)))


def names_of(formulas: Iterable[Formula]) -> dict[Name, None]:
    """The names that many formulas mention; a part that several share (the sum of softmax) is walked once."""
    found: dict[Name, None] = {}
    walked: set[int] = set()

    def walk(formula: Formula) -> None:
        if isinstance(formula, Name):
            found[formula] = None
        elif id(formula) not in walked:
            walked.add(id(formula))
            for part in parts(formula):
                walk(part)

    for formula in formulas:
        walk(formula)
    return found


# --- building without clutter: 0 and 1 are not written where nobody would write them ---


def is_zero(formula: Formula) -> bool:
    return isinstance(formula, Number) and formula.text == "0"


def is_one(formula: Formula) -> bool:
    return isinstance(formula, Number) and formula.text == "1"


def times(*factors: Formula) -> Formula:
    """A product without factors of 1, a factor of -1 as a sign; 0 if one of them is 0."""
    if any(is_zero(factor) for factor in factors):
        return ZERO
    signs = [factor for factor in factors if isinstance(factor, Minus) and is_one(factor.operand)]
    if signs:
        rest = times(*(factor for factor in factors if factor not in signs))
        return negative(rest) if len(signs) % 2 else rest
    kept = tuple(factor for factor in factors if not is_one(factor))
    return ONE if not kept else kept[0] if len(kept) == 1 else Product(kept)


def flat(formula: Formula) -> Formula:
    """A product of products without the brackets: (o - t) * o * (1 - o), a minus of one factor in front of all."""
    if not isinstance(formula, Product):
        return formula
    factors, minus = list[Formula](), False
    for factor in formula.factors:
        if isinstance(factor, Minus):
            factor, minus = factor.operand, not minus
        factors += factor.factors if isinstance(factor, Product) else [factor]
    return negative(times(*factors)) if minus else times(*factors)


def plus(*terms: Formula) -> Formula:
    """A sum without zeros."""
    kept = tuple(term for term in terms if not is_zero(term))
    return ZERO if not kept else kept[0] if len(kept) == 1 else Sum(kept)


def less(left: Formula, right: Formula) -> Formula:
    """A difference without zeros."""
    if is_zero(right):
        return left
    return negative(right) if is_zero(left) else Difference(left, right)


def negative(formula: Formula) -> Formula:
    if is_zero(formula):
        return ZERO
    return formula.operand if isinstance(formula, Minus) else Minus(formula)


def over(top: Formula, bottom: Formula) -> Formula:
    return top if is_zero(top) or is_one(bottom) else Quotient(top, bottom)


def raised(base: Formula, exponent: Formula) -> Formula:
    return ONE if is_zero(exponent) else base if is_one(exponent) else Power(base, exponent)


def put_in(formula: Formula, meaning: Mapping[Name, Formula]) -> Formula:
    """The formula with names replaced; no factor 1 is left in a product that is changed by it."""
    if isinstance(formula, Name):
        return meaning.get(formula, formula)
    inside = parts(formula)
    new = tuple(put_in(part, meaning) for part in inside)
    if all(one is other for one, other in zip(new, inside, strict=True)):
        return formula
    return times(*new) if isinstance(formula, Product) else rebuild(formula, new)


# --- slopes ---


def _slope_of_function(function: str, x: Formula) -> Formula:
    """d function(x) / d x, for the functions of one argument."""
    call = Call(function, (x,))
    match function:
        case "exp":
            return call
        case "log":
            return Quotient(ONE, x)
        case "sqrt":
            return Quotient(ONE, Product((TWO, call)))
        case "sin":
            return Call("cos", (x,))
        case "cos":
            return Minus(Call("sin", (x,)))
        case "tanh":
            return Difference(ONE, Power(call, TWO))
        case "sech":
            return Minus(Product((call, Call("tanh", (x,)))))
        case "sigmoid":
            return Product((call, Difference(ONE, call)))
        case "relu":
            return Cases(x, ONE, ZERO)
        case "abs":
            return Cases(x, ONE, Cases(Minus(x), Minus(ONE), ZERO))
    raise KeyError(function)


FUNCTIONS: Mapping[str, int] = {
    "exp": 1, "log": 1, "sqrt": 1, "sin": 1, "cos": 1, "tanh": 1, "sech": 1,
    "sigmoid": 1, "relu": 1, "abs": 1, "max": 2, "min": 2,
}  # fmt: skip
"""The functions a formula may call, with their number of arguments. log is the natural logarithm."""


def _slope_of_power(base: Formula, exponent: Formula, name: Name) -> Formula:
    in_base, in_exponent = slope(base, name), slope(exponent, name)
    if is_zero(in_exponent):
        return times(exponent, raised(base, _one_less(exponent)), in_base)
    grown = times(in_exponent, Call("log", (base,)))
    return times(Power(base, exponent), plus(grown, over(times(exponent, in_base), base)))


def _one_less(exponent: Formula) -> Formula:
    if isinstance(exponent, Number) and exponent.text.isdigit() and exponent.text != "0" and len(exponent.text) < 20:
        return Number(str(int(exponent.text) - 1))
    return Difference(exponent, ONE)


def slope(formula: Formula, name: Name) -> Formula:
    """d `formula` / d `name`, all other names held fixed. ReLU's slope at 0 is 0, and so is that of abs.

    Where max or min is undecided (both arguments equal) the slope is that of the first argument.
    """
    match formula:
        case Name():
            return ONE if formula == name else ZERO
        case Number():
            return ZERO
        case Sum(terms):
            return plus(*(slope(term, name) for term in terms))
        case Difference(left, right):
            return less(slope(left, name), slope(right, name))
        case Minus(operand):
            return negative(slope(operand, name))
        case Product(factors):
            each = (
                times(*factors[:place], slope(factor, name), *factors[place + 1 :])
                for place, factor in enumerate(factors)
            )
            return plus(*each)
        case Quotient(top, bottom):
            in_top, in_bottom = slope(top, name), slope(bottom, name)
            if is_zero(in_bottom):
                return over(in_top, bottom)
            return over(less(times(in_top, bottom), times(top, in_bottom)), Power(bottom, TWO))
        case Power(base, exponent):
            return _slope_of_power(base, exponent, name)
        case Call("max", (left, right)):
            return _chosen(less(right, left), slope(right, name), slope(left, name))
        case Call("min", (left, right)):
            return _chosen(less(left, right), slope(right, name), slope(left, name))
        case Call(function, (argument,)):
            inner = slope(argument, name)
            return ZERO if is_zero(inner) else times(_slope_of_function(function, argument), inner)
        case Cases(test, positive, otherwise):
            return _chosen(test, slope(positive, name), slope(otherwise, name))
    raise TypeError(f"not a formula: {formula!r}")


def _chosen(test: Formula, positive: Formula, otherwise: Formula) -> Formula:
    return positive if positive == otherwise else Cases(test, positive, otherwise)
