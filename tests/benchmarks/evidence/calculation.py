"""An exercise worked out to 50 digits, line by line, over as many training steps as are wanted.

    >>> from backprop_trace.files.spec import load
    >>> lines = calculation(load("mazur"), 1)
    >>> truth = worked(lines)
    >>> str(truth[lines[0].at])
    '0.3775'

Only the listing (names and formulas) is the program's. Values are worked out here, with decimals.
"""

from __future__ import annotations

import decimal
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import reduce
from types import MappingProxyType
from typing import NamedTuple

import mpmath

from backprop_trace.files.spec import Example
from backprop_trace.formulas.expr import (
    Call,
    Cases,
    Difference,
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
)  # fmt: skip
from backprop_trace.formulas.notation.names import canonical
from backprop_trace.run.step import traces

decimal.setcontext(decimal.Context(prec=50, traps=[decimal.InvalidOperation, decimal.DivisionByZero, decimal.Overflow]))

At = tuple[int, Name]
"""A quantity of a training step."""


class Line(NamedTuple):
    """One line of the calculation: where it stands, its formula, and the other one (p - t), if there is one."""

    at: At
    formula: Formula
    shortcut: Formula | None
    phase: str

    @property
    def step(self) -> int:
        return self.at[0]

    @property
    def name(self) -> Name:
        return self.at[1]

    @property
    def spelled(self) -> str:
        return canonical(self.name)


class Calculation(NamedTuple):
    """The lines of some training steps in order, and what is given."""

    lines: tuple[Line, ...]
    given: Mapping[Name, Decimal]

    def __getitem__(self, place: int) -> Line:
        return self.lines[place]


def calculation(example: Example, steps: int) -> Calculation:
    lines = [
        Line((trace.step, equation.name), equation.formula, equation.shortcut, equation.phase)
        for trace in traces(example, steps=range(1, steps + 1))
        for equation in trace.listing.equations
    ]
    return Calculation(tuple(lines), {name: exact(text) for name, text in example.values.items() if text is not None})


def exact(text: str) -> Decimal:
    """A number as written, 1/3 to 50 digits."""
    top, _, bottom = str(text).partition("/")
    return Decimal(top) / Decimal(bottom) if bottom else Decimal(top)


Look = Callable[[Name], Decimal]
Rounded = Callable[[Decimal], Decimal]


def _transcendental(function: str, x: Decimal) -> Decimal:
    with mpmath.workdps(50):
        return Decimal(mpmath.nstr(getattr(mpmath, function)(mpmath.mpf(str(x))), 50))


def _tanh(x: Decimal) -> Decimal:
    grown = (2 * x).exp()
    return (grown - 1) / (grown + 1)


FUNCTIONS: dict[str, Callable[..., Decimal]] = {
    "exp": Decimal.exp,
    "log": Decimal.ln,
    "sqrt": Decimal.sqrt,
    "sin": lambda x: _transcendental("sin", x),
    "cos": lambda x: _transcendental("cos", x),
    "tanh": _tanh,
    "sech": lambda x: 2 / (x.exp() + (-x).exp()),
    "sigmoid": lambda x: 1 / (1 + (-x).exp()),
    "relu": lambda x: max(x, Decimal(0)),
    "abs": abs,
    "max": max,
    "min": min,
}


def value(formula: Formula, look: Look, each: Rounded | None = None) -> Decimal:
    """What a formula gives; `each` is done to the result of every operation but sums and the last one."""

    def inner(part: Formula) -> Decimal:
        found = value(part, look, each)
        simple = isinstance(part, (Name, Number, Sum, Difference, Minus, Cases))
        return found if simple or each is None else each(found)

    match formula:
        case Name():
            return look(formula)
        case Number(text):
            return exact(text)
        case Sum(terms):
            return sum((inner(term) for term in terms[1:]), inner(terms[0]))
        case Difference(left, right):
            return inner(left) - inner(right)
        case Product(factors):
            return reduce(lambda so_far, factor: so_far * factor, (inner(factor) for factor in factors))
        case Quotient(top, bottom):
            return inner(top) / inner(bottom)
        case Power(base, exponent):
            return _power(inner(base), inner(exponent))
        case Minus(operand):
            return -inner(operand)
        case Call(function, arguments):
            return FUNCTIONS[function](*(inner(argument) for argument in arguments))
        case Cases(test, positive, otherwise):
            return inner(positive if value(test, look) > 0 else otherwise)
    raise TypeError(formula)


def _power(base: Decimal, exponent: Decimal) -> Decimal:
    if exponent == exponent.to_integral_value() and abs(exponent) < 1000:
        whole = int(exponent)
        return base**whole if whole >= 0 else 1 / base**-whole
    return base**exponent


def before(step: int, name: Name, known: Mapping[At, Decimal], given: Mapping[Name, Decimal]) -> Decimal:
    """The number that stands for a name in a step: of this step, of the update before it, or given."""
    if (step, name) in known:
        return known[step, name]
    for earlier in range(step - 1, 0, -1):
        if (earlier, Name("+", of=name)) in known:
            return known[earlier, Name("+", of=name)]
    return given[name]


def worked(calculated: Calculation) -> dict[At, Decimal]:
    """Every line with its true value."""
    known: dict[At, Decimal] = {}
    for line in calculated.lines:
        step = line.step
        known[line.at] = value(line.formula, lambda name, step=step: before(step, name, known, calculated.given))
    return known


def places(text: str) -> int:
    """The exponent of the last digit written: -4 for 0.3775."""
    found = Decimal(text).as_tuple().exponent
    assert isinstance(found, int)
    return found


def unit(text: str) -> Decimal:
    return Decimal(1).scaleb(places(text))


def correctly_rounded(text: str, true: Decimal) -> bool:
    """Whether a number is the true value to its digits (a tie either way)."""
    return abs(Decimal(text) - true) <= unit(text) / 2 * (1 + Decimal("1e-20"))


def tells(text: str, true: Decimal) -> bool:
    """Whether a number shows a significant digit where the truth has one, or is the truth."""
    written = Decimal(text)
    if written == true or abs(written - true) < Decimal("1e-40"):
        return True
    return written != 0 and true != 0 and true.adjusted() >= places(text)


NOTHING: Mapping[At, Decimal] = MappingProxyType({})


class Own:
    """What follows from the numbers of a sheet: each line from the written ones before it, skipped lines worked out."""

    def __init__(self, calculated: Calculation, texts: Mapping[At, str]):
        self.calculated, self.texts = calculated, texts
        self.numbers = {at: Decimal(text) for at, text in texts.items()}
        self.lines = {line.at: line for line in calculated.lines}

    def follows(self, at: At, changed: Mapping[At, Decimal] = NOTHING) -> Decimal:
        """The line's value from the sheet's other numbers, some of them changed."""
        return self._value(at, {**self.numbers, **changed, at: None}, {})

    def reach(self, at: At) -> Decimal:
        """How far the value moves if each number before it, and each operation, is half a unit off."""
        centre, sources, half = self.follows(at), self.sources(at), unit(self.texts[at]) / 2
        moved = sum((abs(self._moved(at, source) - centre) for source in sources), Decimal(0))
        numbers = {**self.numbers, at: None}
        on_the_way = (abs(self._value(at, numbers, {}, _off_at(place, half)) - centre)
                      for place in range(operations(self.lines[at].formula)))  # fmt: skip
        return moved + sum(on_the_way, half)

    def _moved(self, at: At, source: At) -> Decimal:
        return self.follows(at, {source: self.numbers[source] + unit(self.texts[source]) / 2})

    def sources(self, at: At) -> set[At]:
        """The written lines that a line rests on, through skipped ones."""
        return self._under(at) & self.numbers.keys()

    def skipped(self, at: At) -> set[At]:
        """The skipped lines between a line and the written ones that it rests on."""
        return self._under(at) - self.numbers.keys()

    def _under(self, at: At) -> set[At]:
        waiting, seen = [at], {at}
        while waiting:
            step, _ = here = waiting.pop()
            for name in names_in(self.lines[here].formula):
                user = self._line_of(step, name)
                if user is None or user in seen:
                    continue
                seen.add(user)
                if user not in self.numbers:
                    waiting.append(user)
        return seen - {at}

    def _line_of(self, step: int, name: Name) -> At | None:
        if (step, name) in self.lines:
            return step, name
        earlier = ((before, Name("+", of=name)) for before in range(step - 1, 0, -1))
        return next((at for at in earlier if at in self.lines), None)

    def _value(
        self, at: At, numbers: Mapping[At, Decimal | None], seen: dict[At, Decimal], each: Rounded | None = None
    ) -> Decimal:
        def look(name: Name) -> Decimal:
            source = self._line_of(at[0], name)
            if source is None:
                return self.calculated.given[name]
            known = numbers.get(source)
            if known is not None:
                return known
            if source not in seen:
                seen[source] = self._value(source, numbers, seen)
            return seen[source]

        return value(self.lines[at].formula, look, each)


def _off_at(place: int, by: Decimal) -> Rounded:
    """What adds something to the result of one operation, by its place among all."""
    count = iter(range(-place, 10**6))
    return lambda number: number + by if next(count) == 0 else number


def operations(formula: Formula) -> int:
    """How many products, quotients, powers and functions a formula has."""
    here = isinstance(formula, (Product, Quotient, Power, Call))
    return int(here) + sum(operations(part) for part in parts(formula))
