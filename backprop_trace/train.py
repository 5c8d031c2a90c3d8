"""Many training steps: the listing printed as Python, compiled, and run.

The source has identifiers of its own making only (v0, v1, ...); no text from a file goes into it. It performs the
operations of the traced listing in the same order, so floats come out the same to the last bit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from backprop_trace.arithmetic import FLOAT, Arithmetic, ComputationError, evaluate_all, finite
from backprop_trace.chain import Equation
from backprop_trace.expr import Name, walk_names
from backprop_trace.network import Listing
from backprop_trace.notation import ATOM, PYTHON, show
from backprop_trace.parse import number

Step = Callable[..., tuple[Any, ...]]

WORTH_COMPILING = 3
"""From so many steps on, compiling the listing costs less than it saves."""


def fast_forward(equations: Listing, givens: dict[Name, Any], arithmetic: Arithmetic, first: int, last: int) -> bool:
    """Runs the steps from `first` up to, but not including, `last`; `givens` then hold the parameters there.

    Returns whether fractions had to be given up on the way. Raises ComputationError with step and quantity.
    """
    shortened, step = False, first
    while step < last:
        if last - step >= WORTH_COMPILING and _no_fractions(equations, givens):
            _compiled_steps(equations, givens, arithmetic, step, last)
            return shortened
        shortened |= _plain_step(equations, givens, arithmetic, step)
        step += 1
    return shortened


def _no_fractions(equations: Listing, givens: Mapping[Name, Any]) -> bool:
    """Compiled code knows floats and enclosures; fractions stay with the evaluator that keeps them short."""
    return not any(type(givens[old]).__name__ == "fmpq" for _, old in equations.carried)


def _plain_step(equations: Listing, givens: dict[Name, Any], arithmetic: Arithmetic, step: int) -> bool:
    values = dict(givens)
    try:
        evaluate_all(((e.name, e.formula) for e in equations.equations), values, arithmetic)
        if arithmetic is FLOAT:
            finite(values, [e.name for e in equations.equations])
    except ComputationError as broken:
        broken.step = step
        raise
    return _carry(equations, values, givens, arithmetic)


def _carry(equations: Listing, values: Mapping[Name, Any], givens: dict[Name, Any], arithmetic: Arithmetic) -> bool:
    shortened = False
    for new, old in equations.carried:
        givens[old] = values[new]
        if arithmetic is not FLOAT:
            from backprop_trace.arithmetic import exact

            givens[old] = exact.shortened(values[new])
            shortened |= givens[old] is not values[new]
    return shortened


def _compiled_steps(equations: Listing, givens: dict[Name, Any], arithmetic: Arithmetic, first: int, last: int) -> None:
    step_function = compiled(equations, givens, arithmetic)
    olds = [old for _, old in equations.carried]
    state = tuple(givens[old] for old in olds)
    for step in range(first, last):
        before = state
        try:
            state = step_function(*state)
        except (ArithmeticError, ValueError, ComputationError) as broken:
            givens.update(zip(olds, before, strict=True))
            _plain_step(equations, givens, arithmetic, step)  # names the quantity that broke
            raise ComputationError(str(broken), step=step) from broken
    givens.update(zip(olds, state, strict=True))
    if arithmetic is FLOAT:
        finite(givens, olds)


def compiled(equations: Listing, givens: Mapping[Name, Any], arithmetic: Arithmetic) -> Step:
    """The listing as a Python function from what one step starts with to what the next one starts with."""
    source, constants = python_source(equations, givens, arithmetic)
    namespace: dict[str, Any] = dict(arithmetic.functions) | {
        "positive": arithmetic.is_positive,
        "power": arithmetic.power,
    }
    namespace |= constants
    exec(compile(source, "<listing>", "exec"), namespace)
    step: Step = namespace["step"]
    return step


def python_source(equations: Listing, givens: Mapping[Name, Any], arithmetic: Arithmetic) -> tuple[str, dict[str, Any]]:
    """Source text of a step, and the values of the constants it mentions."""
    needed = _needed(equations)
    identifiers: dict[Name, str] = {}
    constants: dict[str, Any] = {}
    carried = {old for _, old in equations.carried}

    def identifier(name: Name) -> str:
        if name not in identifiers:
            identifiers[name] = f"v{len(identifiers)}"
            if name in givens and name not in carried:
                constants[identifiers[name]] = givens[name]
        return identifiers[name]

    def leaf(name: Name) -> tuple[str, int]:
        return identifier(name), ATOM

    numbers: dict[str, str] = {}

    def literal(text: str) -> tuple[str, int]:
        if text not in numbers:
            numbers[text] = f"k{len(numbers)}"
            constants[numbers[text]] = arithmetic.constant(number(text))
        return numbers[text], ATOM

    notation = PYTHON._replace(
        number=literal,
        power=(lambda base, exponent: f"{base} ** {exponent}")
        if arithmetic is FLOAT
        else (lambda base, exponent: f"power({base}, {exponent})"),
        cases=lambda test, positive, otherwise: (f"({positive} if positive({test}) else {otherwise})", ATOM),
    )
    arguments = ", ".join(identifier(old) for _, old in equations.carried)
    body = [f"    {identifier(e.name)} = {show(e.formula, notation, leaf)}" for e in needed]
    results = ", ".join(identifier(new) for new, _ in equations.carried)
    return "\n".join([f"def step({arguments}):", *body, f"    return ({results},)"]), constants


def _needed(equations: Listing) -> list[Equation]:
    """The lines the next step depends on: not, for instance, the loss itself."""
    needed = {new for new, _ in equations.carried}
    kept = []
    for equation in reversed(equations.equations):
        if equation.name in needed:
            needed.update(walk_names(equation.formula))
            kept.append(equation)
    return kept[::-1]
