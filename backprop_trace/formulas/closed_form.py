"""One formula, multiplied out and simplified by SymPy, within a time.

    >>> from backprop_trace.formulas.expr import Product, Sum, given
    >>> from backprop_trace.formulas.notation import ASCII, ATOM, show
    >>> a, b = given("a"), given("b")
    >>> shorter = closed_form(Sum((Product((a, b)), Product((b, a)))), seconds=60)
    >>> show(shorter, ASCII, lambda name: (name.label, ATOM))
    '2 * a * b'

SymPy's expressions are built from our trees, never from text, and its answer is turned back into a tree, so that it
is written in our notations. SymPy may take hours over what a network computes: it works in a process of its own, which
tries one way after another, and what is shortest when the time is over is the answer.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from io import BytesIO
from typing import Any

from backprop_trace.formulas.child import end_with_the_parent
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
    substitute,
    walk_names,
)
from backprop_trace.formulas.notation.names import canonical
from backprop_trace.formulas.numbers import number

LARGEST = 5000
"""Formulas of more symbols than this are not multiplied out."""


class NoClosedForm(ValueError):
    """There is none within the bounds; the message says which."""


def expanded(formula: Formula, meaning: Mapping[Name, Formula]) -> Formula:
    """The formula over what is given: every other name replaced by its formula. Raises NoClosedForm."""
    sizes: dict[Name, int] = {}
    known: dict[Name, Formula] = {}
    for name, line in meaning.items():  # in order: what a line mentions comes before it
        sizes[name] = _nodes(line) + sum(sizes.get(used, 0) for used in walk_names(line))
    if _nodes(formula) + sum(sizes.get(used, 0) for used in walk_names(formula)) > LARGEST:
        raise NoClosedForm(f"multiplied out, this would have more than {LARGEST:,} symbols")
    for name, line in meaning.items():
        if sizes[name] <= LARGEST:
            known[name] = substitute(line, known)
    return substitute(formula, known)


def _nodes(formula: Formula) -> int:
    return 1 + sum(map(_nodes, parts(formula)))


def closed_form(formula: Formula, seconds: float = 10) -> Formula:
    """The shortest form SymPy finds in so many seconds. Raises NoClosedForm if it finds none."""
    command = [sys.executable, "-m", "backprop_trace.formulas.closed_form"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment) as child:
        try:
            answer, _ = child.communicate(pickle.dumps(formula), timeout=seconds)
        except subprocess.TimeoutExpired:
            child.kill()
            answer, _ = child.communicate()
        except BaseException:  # Ctrl-C: the child must not go on by itself
            child.kill()
            raise
    found = list(_answers(answer))
    if not found:
        raise NoClosedForm(f"SymPy found no closed form within {seconds:g} seconds")
    return found[-1]


def _answers(answer: bytes) -> Iterator[Formula]:
    """The trees our own child process wrote, as far as it came."""
    stream = BytesIO(answer)
    while True:
        try:
            yield pickle.load(stream)
        except (EOFError, pickle.UnpicklingError):
            return


def _work() -> None:
    """In the child: each form that is shorter than the ones before, as soon as it is found."""
    end_with_the_parent()
    import sympy

    formula = pickle.load(sys.stdin.buffer)
    symbols = {name: sympy.Symbol(f"{canonical(name)} {place}") for place, name in enumerate(names_in(formula))}
    names = {symbol: name for name, symbol in symbols.items()}
    start, shortest = to_sympy(formula, symbols), None
    for way in (sympy.factor_terms, sympy.expand, sympy.cancel, sympy.simplify):
        form = way(start)
        if shortest is None or form.count_ops() < shortest:
            try:
                found = from_sympy(form, names)
            except TypeError:
                continue
            shortest = form.count_ops()
            pickle.dump(found, sys.stdout.buffer)
            sys.stdout.buffer.flush()


# --- to SymPy and back ---


def to_sympy(formula: Formula, symbols: Mapping[Name, Any]) -> Any:
    """The SymPy expression of a tree; `symbols` says what stands for a name."""
    import sympy

    inside = [to_sympy(part, symbols) for part in parts(formula)]
    match formula:
        case Name():
            return symbols[formula]
        case Number(text):
            value = number(text)
            return sympy.Rational(value.numerator, value.denominator)
        case Sum():
            return sympy.Add(*inside)
        case Product():
            return sympy.Mul(*inside)
        case Difference():
            return inside[0] - inside[1]
        case Quotient():
            return inside[0] / inside[1]
        case Power():
            return inside[0] ** inside[1]
        case Minus():
            return -inside[0]
        case Cases():
            return sympy.Piecewise((inside[1], inside[0] > 0), (inside[2], True))
        case Call(function, _):
            return _sympy_function(function)(*inside)


def _sympy_function(function: str) -> Callable[..., Any]:
    import sympy

    match function:
        case "sigmoid":
            return lambda x: 1 / (1 + sympy.exp(-x))
        case "relu":
            return lambda x: sympy.Max(0, x)
        case "max" | "min" | "abs":
            known: Callable[..., Any] = getattr(sympy, function.capitalize())
            return known
        case _:
            other: Callable[..., Any] = getattr(sympy, function)
            return other


_NAMES = {"Max": "max", "Min": "min", "Abs": "abs"}
_KNOWN = {"exp", "log", "sin", "cos", "tanh", "sech", "Max", "Min", "Abs"}


def from_sympy(expression: Any, names: Mapping[Any, Name]) -> Formula:
    """The tree of a SymPy expression. Raises TypeError for what our trees have no word for."""
    import sympy

    def back(inner: Any) -> Formula:
        return from_sympy(inner, names)

    if expression.is_Symbol:
        return names[expression]
    if expression.is_Rational:
        return Minus(Number(str(-expression))) if expression < 0 else Number(str(expression))
    if expression.is_Add:
        return _sum([back(term) for term in expression.as_ordered_terms()])
    if expression.is_Mul:
        return _product(expression, back)
    if expression.is_Pow:
        base, exponent = expression.as_base_exp()
        return _power(base, exponent, back)
    if isinstance(expression, sympy.Piecewise):
        return _cases(expression.args, back)
    word = type(expression).__name__
    if word not in _KNOWN:
        raise TypeError(f"no word for {word}")
    arguments = [back(argument) for argument in expression.args]
    while len(arguments) > 2:  # Max(a, b, c)
        arguments = [Call(_NAMES[word], (arguments[0], arguments[1])), *arguments[2:]]
    return Call(_NAMES.get(word, word), tuple(arguments))


def _sum(terms: Sequence[Formula]) -> Formula:
    """What is added first, then what is taken away."""
    ordered = sorted(terms, key=lambda term: isinstance(term, Minus))
    return Sum(tuple(ordered))


def _product(expression: Any, back: Callable[[Any], Formula]) -> Formula:
    if expression.as_coeff_Mul()[0] < 0:
        return Minus(back(-expression))
    tops: list[Formula] = []
    bottoms: list[Formula] = []
    for factor in expression.as_ordered_factors():
        base, exponent = factor.as_base_exp()
        inverse = exponent.is_Rational and exponent < 0
        (bottoms if inverse else tops).append(back(base**-exponent if inverse else factor))
    top = _joined(tops)
    return Quotient(top, _joined(bottoms)) if bottoms else top


def _joined(factors: Sequence[Formula]) -> Formula:
    return Number("1") if not factors else factors[0] if len(factors) == 1 else Product(tuple(factors))


def _power(base: Any, exponent: Any, back: Callable[[Any], Formula]) -> Formula:
    if exponent.is_Rational and exponent < 0:
        return Quotient(Number("1"), back(base**-exponent))
    if exponent.is_Rational and exponent.q == 2 and exponent.p == 1:
        return Call("sqrt", (back(base),))
    if base.is_number and not base.is_Rational:  # SymPy's e
        return Call("exp", (back(exponent),))
    return Power(back(base), back(exponent))


def _cases(branches: Sequence[Any], back: Callable[[Any], Formula]) -> Formula:
    """`a if x > 0 else b`; conditions of another kind have no word here."""
    (positive, condition), *others = branches
    if condition == True:  # noqa: E712 - SymPy's own true, not Python's
        return back(positive)
    if type(condition).__name__ == "StrictGreaterThan":
        test = condition.lhs - condition.rhs
    elif type(condition).__name__ == "StrictLessThan":
        test = condition.rhs - condition.lhs
    else:
        raise TypeError(f"no word for {condition}")
    return Cases(back(test), back(positive), _cases(others, back))


if __name__ == "__main__":
    _work()
