"""A listing as Python: compiled once, run many times.

    >>> from backprop_trace.formulas.expr import Product, Sum, given
    >>> a, b, c = given("a"), given("b"), given("c")
    >>> line = Equation(c, Sum((Product((a, b)), a)), (), "forward")
    >>> print(_Source([line], [c], [a], {b: 3.0}, FLOAT).values_source())
    def values(v0, *, exp=exp, sqrt=sqrt, max=max, positive=positive, power=power, v1=v1):
        v2 = v0 * v1 + v0
        return (v2, )

The source has identifiers of its own making only (v0, v1, ...); no text from a file goes into it. It performs the
operations of the listing in the same order, but for those that change nothing (1 · w, + 0), so floats come out the
same to the last bit.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple, TypeAlias

from backprop_trace.formulas.arithmetic import FLOAT, Arithmetic
from backprop_trace.formulas.expr import (
    ONE,
    ZERO,
    Cases,
    Difference,
    Formula,
    Name,
    Number,
    Product,
    Sum,
    parts,
    rebuild,
    substitute,
    walk_names,
)
from backprop_trace.formulas.notation import ATOM, PYTHON, Notation, Piece, show
from backprop_trace.formulas.numbers import number
from backprop_trace.model.chain import Equation
from backprop_trace.model.network import Listing

LARGEST_COMPILED = 60_000
"""Lines. Python's compiler takes about 1 kB a line; larger listings are evaluated as they are."""

DEEPEST = 6
"""So many lines are nested in one another at most."""

LONGEST = 200
"""So many terms stand in one sum at most."""

Function: TypeAlias = Callable[..., tuple[Any, ...]]


class Compiled(NamedTuple):
    """A function twice: `fast` raises an error where exp overflows, `careful` takes infinity for an answer.

    An argument that is a function itself is called for what is passed on: an iterator can be used only once.
    """

    fast: Function
    careful: Function

    def __call__(self, *arguments: Any) -> tuple[Any, ...] | None:
        """The finite results, or None if something breaks."""
        for function in self:
            try:
                results = function(*(argument() if callable(argument) else argument for argument in arguments))
            except (ArithmeticError, ValueError, TypeError):
                continue
            if all(map(_finite, results)):
                return results
        return None


def _finite(value: Any) -> bool:
    return not isinstance(value, float | complex) or math.isfinite(abs(value))


def compiled_steps(
    equations: Listing, per_batch: Sequence[Name], givens: Mapping[Name, Any], arithmetic: Arithmetic
) -> Compiled:
    """`steps(batches, *state)`: one training step for each batch; returns the state after.

    A batch is a tuple of the values of `per_batch`; the state are the values that are carried on.
    """
    carried = dict(equations.carried)
    writer = _Source(equations.equations, list(carried), list(carried.values()), givens, arithmetic, per_batch, carried)
    return _compiled(writer, writer.steps_source(), "steps")


def compiled_values(
    equations: Sequence[Equation], wanted: Sequence[Name], arguments: Sequence[Name], givens: Mapping[Name, Any]
) -> Compiled:
    """`values(*arguments)`: the wanted quantities, in floats."""
    writer = _Source(equations, wanted, arguments, givens, FLOAT)
    return _compiled(writer, writer.values_source(), "values")


def _compiled(writer: _Source, source: str, name: str) -> Compiled:
    arithmetic = writer.arithmetic
    careful = {**arithmetic.functions, "positive": arithmetic.is_positive, "power": arithmetic.power}
    fast = careful | ({"exp": math.exp, "sqrt": math.sqrt} if arithmetic is FLOAT else {})
    code = compile(source, "<listing>", "exec")
    functions = []
    for each in (fast, careful):
        namespace: dict[str, Any] = {**each, **writer.constants}
        exec(code, namespace)
        functions.append(namespace[name])
    return Compiled(*functions)


def needed(equations: Iterable[Equation], wanted: Iterable[Name]) -> list[Equation]:
    """The lines the wanted quantities depend on: for the next step not, for instance, the loss itself."""
    names = set(wanted)
    kept = []
    for equation in reversed(tuple(equations)):
        if equation.name in names:
            names.update(walk_names(equation.formula))
            kept.append(equation)
    return kept[::-1]


def mentioned(equations: Iterable[Equation]) -> Iterator[Name]:
    return (name for equation in equations for name in walk_names(equation.formula))


class _Source:
    """The source text of a listing. Names become v0, v1, ..., numbers k0, k1, ...

    `carried` pairs results with the arguments they become for the next step.
    """

    def __init__(
        self,
        equations: Iterable[Equation],
        results: Sequence[Name],
        arguments: Sequence[Name],
        givens: Mapping[Name, Any],
        arithmetic: Arithmetic,
        per_batch: Sequence[Name] = (),
        carried: Mapping[Name, Name] | None = None,
    ):
        self.givens, self.arithmetic = givens, arithmetic
        self.identifiers: dict[Name, str] = {}
        self.constants: dict[str, Any] = {}
        self.numbers: dict[str, str] = {}
        self.arguments = [self.new(name) for name in arguments]
        self.batch = [self.new(name) for name in per_batch]
        self.notation = _python(arithmetic, self.literal, self.constants)
        fixed = {name: value for name, value in givens.items() if name not in self.identifiers}
        lines = _Simplifier(fixed).lines(needed(equations, results), set(results))
        lines = _nested(needed(lines, results), set(results))
        lines = list(_in_pieces(lines))
        self.in_place = _in_place(lines, carried or {})
        self.body = [self.line(line.name, line.formula) for line in lines]
        self.results = [self.identifier(name) for name in results]

    def new(self, name: Name) -> str:
        return self.identifiers.setdefault(name, f"v{len(self.identifiers)}")

    def identifier(self, name: Name) -> str:
        if name not in self.identifiers:
            self.constants[self.new(name)] = self.givens[name]
        return self.identifiers[name]

    def literal(self, text: str) -> Piece:
        if text not in self.numbers:
            self.numbers[text] = f"k{len(self.numbers)}"
            self.constants[self.numbers[text]] = self.constant(number(text))
        return self.numbers[text], ATOM

    def constant(self, value: Fraction) -> Any:
        """A number of a formula; one that no float holds makes the step break that uses it."""
        try:
            return self.arithmetic.constant(value)
        except OverflowError:
            return math.nan

    def line(self, name: Name, formula: Formula) -> str:
        text = show(formula, self.notation, lambda used: (self.identifier(used), ATOM))
        if name in self.in_place:
            self.identifiers[name] = self.identifiers[self.in_place[name]]
        return f"{self.new(name)} = {text}"

    def steps_source(self) -> str:
        carry = [(old, new) for old, new in zip(self.arguments, self.results, strict=True) if old != new]
        body = list(self.body)
        if carry:
            olds, news = (", ".join(side) for side in zip(*carry, strict=True))
            body.append(f"{olds} = {news}")
        batch = f"({', '.join(self.batch)},)" if self.batch else "_"
        lines = [f"    for {batch} in batches:", *(f"        {line}" for line in body or ["pass"])]
        return "\n".join([self.head("steps", "batches"), *lines, f"    return {_tuple(self.arguments)}"])

    def values_source(self) -> str:
        lines = [f"    {line}" for line in self.body]
        return "\n".join([self.head("values"), *lines, f"    return {_tuple(self.results)}"])

    def head(self, name: str, *first: str) -> str:
        """Constants and functions are parameters with a default: Python finds local variables faster."""
        fixed = [f"{word}={word}" for word in ("exp", "sqrt", "max", "positive", "power", *self.constants)]
        return f"def {name}({', '.join([*first, *self.arguments, '*', *fixed])}):"


def _tuple(words: Sequence[str]) -> str:
    return f"({''.join(f'{word}, ' for word in words)})"


def _python(arithmetic: Arithmetic, literal: Callable[[str], Piece], constants: Mapping[str, Any]) -> Notation:
    """Python's own operators where they do the same as the arithmetic: `**` makes complex numbers of negative ones."""
    notation = PYTHON._replace(number=literal)

    def power(base: str, exponent: str) -> str:
        return f"power({base}, {exponent})"

    def of_floats(base: str, exponent: str) -> str:
        real = float(constants.get(exponent, 0.5)).is_integer() or constants.get(base, -1.0) >= 0
        return f"{base} ** {exponent}" if real else power(base, exponent)

    if arithmetic is FLOAT:
        return notation._replace(power=of_floats)
    return notation._replace(
        power=power,
        cases=lambda test, positive, otherwise: (f"({positive} if positive({test}) else {otherwise})", ATOM),
    )


class _Simplifier:
    """Leaves out what changes no value: names for other names, factors of 1, summands of 0.

    `fixed` are the numbers that stay the same from step to step. Only the sign of a zero may become another; and what
    breaks in a summand with a factor 0 breaks the step no more.
    """

    def __init__(self, fixed: Mapping[Name, Any]):
        self.fixed = fixed

    def lines(self, lines: Iterable[Equation], results: Collection[Name]) -> list[Equation]:
        same: dict[Name, Formula] = {}
        kept = []
        for line in lines:
            formula = self.simpler(substitute(line.formula, same))
            if isinstance(formula, Name | Number) and line.name not in results:
                same[line.name] = formula
            else:
                kept.append(line._replace(formula=formula))
        return kept

    def simpler(self, formula: Formula) -> Formula:
        if isinstance(formula, Product):
            kept = tuple(self.simpler(factor) for factor in formula.factors if not self.is_constant(factor, 1))
            return ONE if not kept else kept[0] if len(kept) == 1 else Product(kept)
        if isinstance(formula, Sum):
            kept = tuple(self.simpler(term) for term in formula.terms if not self.is_zero(term))
            return ZERO if not kept else kept[0] if len(kept) == 1 else Sum(kept)
        if isinstance(formula, Difference) and self.is_zero(formula.right):
            return self.simpler(formula.left)
        inside = parts(formula)
        return rebuild(formula, tuple(map(self.simpler, inside))) if inside else formula

    def is_zero(self, term: Formula) -> bool:
        if isinstance(term, Product):
            return any(self.is_zero(factor) for factor in term.factors)
        return self.is_constant(term, 0)

    def is_constant(self, formula: Formula, value: int) -> bool:
        if isinstance(formula, Name):
            return bool(self.fixed.get(formula) == value)
        return isinstance(formula, Number) and number(formula.text) == value


def _nested(lines: Sequence[Equation], results: Collection[Name]) -> list[Equation]:
    """Lines that only one other uses are put in there: it saves storing and loading, and changes no operation."""
    uses = Counter(mentioned(lines))
    inside: dict[Name, Formula] = {}
    depth: Counter[Name] = Counter()
    kept = []
    for line in lines:
        within = [name for name in walk_names(line.formula) if name in inside]
        formula = substitute(line.formula, {name: inside.pop(name) for name in within}) if within else line.formula
        depth[line.name] = 1 + max((depth[name] for name in within), default=0)
        if uses[line.name] == 1 and line.name not in results and depth[line.name] < DEEPEST:
            inside[line.name] = formula
        else:
            kept.append(line._replace(formula=formula))
    return kept


def _in_pieces(lines: Iterable[Equation]) -> Iterator[Equation]:
    """Sums and products of many terms in several lines, in the same order: Python's compiler nests a + b + c."""
    pieces: list[Equation] = []

    def in_pieces(formula: Formula) -> Formula:
        if isinstance(formula, Cases):  # of its branches only one is computed
            return formula
        inside = tuple(map(in_pieces, parts(formula)))
        while len(inside) > LONGEST and isinstance(formula, Sum | Product):
            name = Name("piece", str(len(pieces)))
            pieces.append(Equation(name, rebuild(formula, inside[:LONGEST]), (), "forward"))
            inside = (name, *inside[LONGEST:])
        return rebuild(formula, inside) if inside else formula

    for line in lines:
        done = len(pieces)
        whole = line._replace(formula=in_pieces(line.formula))
        yield from pieces[done:]
        yield whole


def _in_place(lines: Sequence[Equation], carried: Mapping[Name, Name]) -> dict[Name, Name]:
    """The new values that can take the place of the old ones at once: no later line needs the old one."""
    last = {name: place for place, line in enumerate(lines) for name in walk_names(line.formula)}
    places = {line.name: place for place, line in enumerate(lines)}
    return {new: old for new, old in carried.items() if last.get(old, -1) <= places[new]}
