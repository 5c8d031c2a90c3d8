"""A listing as Python: compiled once, run many times.

    >>> from backprop_trace.expr import Product, Sum, given
    >>> a, b, c = given("a"), given("b"), given("c")
    >>> line = Equation(c, Sum((Product((a, b)), a)), (), "forward")
    >>> print(_Writer([line], [c], [a], {b: 3.0}, FLOAT).values_source())
    def values(v0, *, exp=exp, sqrt=sqrt, max=max, positive=positive, power=power, v1=v1):
        v2 = v0 * v1 + v0
        return (v2, )

The source has identifiers of its own making only (v0, v1, ...); no text from a file goes into it. It performs the
operations of the listing in the same order, so floats come out the same to the last bit.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from backprop_trace.arithmetic import FLOAT, Arithmetic
from backprop_trace.chain import Equation
from backprop_trace.expr import ONE, Formula, Name, Number, Product, is_one, parts, rebuild, substitute, walk_names
from backprop_trace.network import Listing
from backprop_trace.notation import ATOM, PYTHON, Notation, Piece, show
from backprop_trace.parse import number

LARGEST_COMPILED = 60_000
"""Lines. Python's compiler takes about 1 kB a line; larger listings are evaluated as they are."""

DEEPEST = 6
"""So many lines are nested in one another at most."""

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
    writer = _Writer(equations.equations, list(carried), list(carried.values()), givens, arithmetic, per_batch, carried)
    return _compiled(writer, writer.steps_source(), "steps")


def compiled_values(
    equations: Sequence[Equation], wanted: Sequence[Name], arguments: Sequence[Name], givens: Mapping[Name, Any]
) -> Compiled:
    """`values(*arguments)`: the wanted quantities, in floats."""
    writer = _Writer(equations, wanted, arguments, givens, FLOAT)
    return _compiled(writer, writer.values_source(), "values")


def _compiled(writer: _Writer, source: str, name: str) -> Compiled:
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


class _Writer:
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
        self.notation = _python(arithmetic, self.literal)
        lines = _nested(needed(equations, results), set(results))
        self.in_place = _in_place(lines, carried or {})
        self.body = [line for e in lines if (line := self.line(e.name, self.without_ones(e.formula)))]
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
            self.constants[self.numbers[text]] = self.arithmetic.constant(number(text))
        return self.numbers[text], ATOM

    def without_ones(self, formula: Formula) -> Formula:
        """Factors that are 1 change no bit, and are left out."""
        if isinstance(formula, Product):
            kept = tuple(self.without_ones(factor) for factor in formula.factors if not self.is_one(factor))
            return ONE if not kept else kept[0] if len(kept) == 1 else Product(kept)
        inside = parts(formula)
        return rebuild(formula, tuple(map(self.without_ones, inside))) if inside else formula

    def is_one(self, factor: Formula) -> bool:
        if isinstance(factor, Name):
            known = self.identifiers.get(factor)
            return bool((self.constants.get(known) if known else self.givens.get(factor)) == 1)
        return is_one(factor)

    def line(self, name: Name, formula: Formula) -> str:
        """A line of source; a name for another quantity, or for a number, needs none."""
        in_place = self.in_place.get(name)
        if isinstance(formula, Name) and not in_place:
            self.identifiers[name] = self.identifier(formula)
            return ""
        if isinstance(formula, Number) and not in_place:
            self.identifiers[name] = self.literal(formula.text)[0]
            return ""
        text = show(formula, self.notation, lambda used: (self.identifier(used), ATOM))
        if in_place:
            self.identifiers[name] = self.identifiers[in_place]
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


def _python(arithmetic: Arithmetic, literal: Callable[[str], Piece]) -> Notation:
    notation = PYTHON._replace(number=literal)
    if arithmetic is FLOAT:
        return notation
    return notation._replace(
        power=lambda base, exponent: f"power({base}, {exponent})",
        cases=lambda test, positive, otherwise: (f"({positive} if positive({test}) else {otherwise})", ATOM),
    )


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
        simple = isinstance(formula, Name | Number)
        if uses[line.name] == 1 and line.name not in results and depth[line.name] < DEEPEST and not simple:
            inside[line.name] = formula
        else:
            kept.append(line._replace(formula=formula))
    return kept


def _in_place(lines: Sequence[Equation], carried: Mapping[Name, Name]) -> dict[Name, Name]:
    """The new values that can take the place of the old ones at once: no later line needs the old one."""
    same: dict[Name, Name] = {}
    for line in lines:
        if isinstance(line.formula, Name):
            same[line.name] = same.get(line.formula, line.formula)
    last = {same.get(name, name): place for place, line in enumerate(lines) for name in walk_names(line.formula)}
    places = {line.name: place for place, line in enumerate(lines)}
    return {new: old for new, old in carried.items() if last.get(old, -1) <= places[new]}
