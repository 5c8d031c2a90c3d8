"""Gradients checked by other means than the chain rule.

    >>> from backprop_trace.files.spec import load
    >>> rows = verify(load("mazur"))
    >>> len(rows), {row.verdict for row in rows}
    (8, {'agrees'})

Each gradient of the trace is set against central differences, (E(w + h) - E(w - h)) / 2h with h = 1e-20 in certified
arithmetic, so that nothing is lost to cancellation, and where PyTorch is installed against its autograd, which knows
the forward lines only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from math import isfinite
from typing import Any, NamedTuple

from backprop_trace.files.spec import Example
from backprop_trace.formulas.arithmetic import Arithmetic, evaluate_all
from backprop_trace.formulas.expr import Formula, Name
from backprop_trace.formulas.numbers import number
from backprop_trace.model.chain import Equation
from backprop_trace.model.derive import gradients, whole_gradients
from backprop_trace.model.network import TooLarge
from backprop_trace.run.step import Settings, ancestors, trace

H = Fraction(1, 10**20)
DIGITS = 50  # of each loss: half of them are left after the division by h, if the gradient is not smaller than the loss
MOST_LINES = 3_000_000
NEAR = 1e-15
"""Relative: what a central difference may differ by. Its own error is about h^2."""
NEAR_FLOATS = 1e-9
"""The same for autograd, which computes with floats."""

VERDICTS = ("agrees", "kink", "off")


class Verified(NamedTuple):
    """A gradient, its central difference, autograd's value where there is one, and the verdict.

    `kink`: the loss has a corner there, and the gradient lies between the slopes on both sides.
    """

    name: Name
    gradient: Fraction
    difference: Fraction
    autograd: float | None
    verdict: str


def verify(example: Example, wanted: Iterable[Name] = ()) -> list[Verified]:
    """Each gradient that is wanted, or each of the trained parameters, checked.

    Raises ComputationError, NotNumeric or TooLarge.
    """
    found = trace(example, Settings("exact"))
    names = list(wanted) or gradients(found.listing)
    forward = ancestors(found.listing.equations, [found.listing.objective])
    if 2 * len(names) * len(forward) > MOST_LINES:
        raise TooLarge(f"{len(names):,} gradients of {len(forward):,} lines each: choose some of them with --only")
    targets = whole_gradients(found.listing)
    slopes = _autograd(forward, example, {name: targets[name] for name in names})
    values = {name: Fraction(found.values[name]) for name in names}
    size = max(map(abs, values.values()), default=Fraction(0))
    digits = {name: _digits(values[name], Fraction(found.values[found.listing.objective])) for name in names}
    losses = {name: _losses(forward, example, targets[name], digits[name]) for name in names}
    return [_checked(name, values[name], size, losses[name], slopes.get(name)) for name in names]


def _digits(gradient: Fraction, loss: Fraction) -> int:
    """More, where the loss is larger: beside 1, a gradient of 1e-480 is not seen in 50."""
    times = abs(loss / gradient) if gradient else Fraction(0)
    return DIGITS + max(0, times.numerator.bit_length() - times.denominator.bit_length()) * 3 // 10


def _checked(
    name: Name, gradient: Fraction, size: Fraction, losses: tuple[Fraction, Fraction, Fraction], autograd: float | None
) -> Verified:
    below, here, above = losses
    difference = (above - below) / (2 * H)
    verdict = "agrees"
    if not _near(gradient, difference, size, NEAR):
        left, right = (here - below) / H, (above - here) / H
        between = sorted((left, gradient, right))[1] == gradient or any(
            _near(gradient, side, size, NEAR) for side in (left, right)
        )
        verdict = "kink" if between and not _near(left, right, size, NEAR) else "off"
    elif autograd is not None and not _near(gradient, Fraction(autograd), size, NEAR_FLOATS):
        verdict = "off"
    return Verified(name, gradient, difference, autograd, verdict)


def _near(first: Fraction, second: Fraction, size: Fraction, tolerance: float) -> bool:
    """Equal up to the tolerance; a gradient that is small beside the others may differ by a bit more."""
    scale = max(abs(first), abs(second), size / 10**6)
    return abs(first - second) <= Fraction(tolerance) * scale


def _losses(
    forward: list[Equation], example: Example, target: Name, digits: int
) -> tuple[Fraction, Fraction, Fraction]:
    """The loss with the target moved by -h, 0 and h, each certain to so many digits."""
    from backprop_trace.formulas.arithmetic import exact

    def compute() -> tuple[Fraction, ...]:
        return tuple(Fraction(exact.decided(_loss(forward, example, target, move), digits)) for move in (-H, 0 * H, H))

    losses = exact.with_enough_bits(digits, compute)
    assert isinstance(losses, tuple)
    below, here, above = losses
    return below, here, above


def _loss(forward: list[Equation], example: Example, target: Name, move: Fraction) -> Any:
    from backprop_trace.formulas.arithmetic import exact

    values: dict[Name, Any] = {name: exact.to_fmpq(number(text)) for name, text in example.values.items()}
    if target in values:
        values[target] += exact.to_fmpq(move)
        return evaluate_all(_lines(forward), values, exact.EXACT)[forward[-1].name]
    for name, formula in _lines(forward):
        evaluate_all([(name, formula)], values, exact.EXACT)
        if name == target:
            values[name] += exact.to_fmpq(move)
    return values[forward[-1].name]


def _lines(forward: list[Equation]) -> list[tuple[Name, Formula]]:
    return [(line.name, line.formula) for line in forward]


def _autograd(forward: list[Equation], example: Example, targets: Mapping[Name, Name]) -> Mapping[Name, float]:
    """PyTorch's gradients of the forward lines; none where PyTorch is not there, or cannot be loaded."""
    try:
        import torch
    except (ImportError, OSError):
        return {}

    def constant(value: Fraction) -> Any:
        return torch.tensor(float(value), dtype=torch.float64)

    functions = {name: getattr(torch, name) for name in ("exp", "log", "sqrt", "sin", "cos", "tanh", "sigmoid", "abs")}
    functions |= {"relu": torch.relu, "max": torch.maximum, "min": torch.minimum}
    functions |= {"sech": lambda x: 1 / torch.cosh(x)}
    floats = Arithmetic(constant, functions, lambda x: bool(x > 0))
    values = {name: constant(number(text)).requires_grad_() for name, text in example.values.items()}
    for name, formula in _lines(forward):
        evaluate_all([(name, formula)], values, floats)
        if values[name].requires_grad:
            values[name].retain_grad()
    values[forward[-1].name].backward()
    found = {name: float(values[target].grad) for name, target in targets.items() if values[target].grad is not None}
    return {name: gradient for name, gradient in found.items() if isfinite(gradient)}
