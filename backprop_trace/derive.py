"""The chain rule without numbers: every gradient as a sum over the paths from the loss to the parameter.

    >>> from backprop_trace.network import listing
    >>> from backprop_trace.notation import ASCII, ATOM, show
    >>> from backprop_trace.notation.names import canonical
    >>> from backprop_trace.spec import load
    >>> from backprop_trace.expr import LOSS, derivative, given
    >>> (found,) = derivations(listing(load("mazur").network), [derivative(LOSS, given("w5"))])
    >>> show(found.chain, ASCII, lambda name: (canonical(name), ATOM))
    'dE/dout_o1 * dout_o1/dnet_o1 * dnet_o1/dw5'

The paths are read off the listing; the loss and its parts count as one step, so a path begins dE/dout_o1.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from backprop_trace.chain import Equation, slope_name, users_on_the_way
from backprop_trace.expr import ONE, ZERO, Formula, Name, derivative, plain, plus, times
from backprop_trace.network import Listing
from backprop_trace.trace import ancestors

MOST_PATHS = 8
"""A sum over more paths than this is not written out: the gradient is given by way of the deltas."""


class Derivation(NamedTuple):
    """One gradient. `chain`: the sum over its paths, each a product of slopes; `filled`: the same with the slopes'
    formulas. Where there are too many paths, `chain` is the line of the backward pass, and `by_way_of` are the
    lines it rests on."""

    name: Name
    paths: int
    chain: Formula
    filled: Formula
    by_way_of: tuple[Equation, ...] = ()


Path = tuple[tuple[Name, Name], ...]
"""The steps of a path from the loss on: (what is differentiated, with respect to what)."""


def derivations(equations: Listing, wanted: Iterable[Name] = (), most: int = MOST_PATHS) -> list[Derivation]:
    """The derivation of each gradient that is wanted (dE/dw5), or of all that the updates use, last layer first."""
    wanted = list(wanted) or gradients(equations)
    forward = _one_loss(equations)
    slopes = {equation.name: dict(equation.slopes) for equation in forward}
    targets = {name: used_in(name, forward) for name in wanted}
    users = users_on_the_way(forward, equations.objective, set(targets.values()))
    return [_derivation(name, target, users, slopes, equations, most) for name, target in targets.items()]


def gradients(equations: Listing) -> list[Name]:
    """The gradients of the trained parameters in the order of the backward pass; all there are, if none is trained."""
    trained = {derivative(equations.objective, old) for _, old in equations.carried}
    names = [equation.name for equation in equations.equations]
    return [name for name in names if name in trained] or [name for name in names if is_gradient(name, equations)]


def used_in(name: Name, forward: Sequence[Equation]) -> Name:
    """What a gradient is with respect to, with its sample and time step where it has its own."""
    assert name.wrt is not None
    placed = name.wrt._replace(sample=name.sample, time=name.time)
    return placed if any(equation.name == placed for equation in forward) else plain(placed)


def is_gradient(name: Name, equations: Listing) -> bool:
    """Is this dE/dx, whole, and not a term of it or a slope?"""
    return name.kind == "d" and name.of == equations.objective and name.via is None


def _one_loss(equations: Listing) -> list[Equation]:
    """The forward lines, the loss and its parts put together to one line over the activations."""
    forward = [equation for equation in equations.equations if equation.phase == "forward"]
    losses = [equation for equation in equations.equations if equation.phase == "loss"]
    if not losses:  # the objective is a definition like the others
        return forward
    gradient: dict[Name, Formula] = {equations.objective: ONE}
    for equation in reversed(losses):
        for used, slope in equation.slopes:
            gradient[used] = plus(gradient.get(used, ZERO), times(gradient[equation.name], slope))
    parts = {equation.name for equation in losses}
    slopes = tuple((name, slope) for name, slope in gradient.items() if name not in parts)
    return [*forward, Equation(equations.objective, losses[-1].formula, slopes, "loss")]


def _derivation(
    name: Name,
    target: Name,
    users: Mapping[Name, list[Equation]],
    slopes: Mapping[Name, Mapping[Name, Formula]],
    equations: Listing,
    most: int,
) -> Derivation:
    count = _count(equations.objective, target, users)
    if count > most:
        lines = [line for line in ancestors(equations.equations, [name]) if line.phase == "backward"]
        return Derivation(name, count, lines[-1].formula, lines[-1].formula, tuple(lines[:-1]))
    paths = _paths(equations.objective, target, users)
    chain = plus(*(times(*(slope_name(of, wrt) for of, wrt in path)) for path in paths))
    filled = plus(*(times(*(slopes[of][wrt] for of, wrt in path)) for path in paths))
    return Derivation(name, count, chain, filled)


def _count(objective: Name, target: Name, users: Mapping[Name, list[Equation]]) -> int:
    """How many paths there are, without walking each of them."""
    counts = {objective: 1}
    waiting = [target]
    while waiting:
        name = waiting[-1]
        missing = [user.name for user in users[name] if user.name not in counts] if name not in counts else []
        waiting.extend(missing)
        if not missing:
            counts.setdefault(waiting.pop(), sum(counts[user.name] for user in users.get(name, ())))
    return counts[target]


def _paths(objective: Name, target: Name, users: Mapping[Name, list[Equation]]) -> list[Path]:
    if target == objective:
        return [()]
    return [(*path, (user.name, target)) for user in users[target] for path in _paths(objective, user.name, users)]
