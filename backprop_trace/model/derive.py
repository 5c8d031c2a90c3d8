"""The chain rule without numbers: every gradient as a sum over the paths from the loss to the parameter.

    >>> from backprop_trace.formulas.notation import ASCII, ATOM, show
    >>> from backprop_trace.formulas.notation.names import canonical
    >>> from backprop_trace.files.spec import load
    >>> from backprop_trace.formulas.expr import LOSS, derivative, given
    >>> (found,) = derivations(load("mazur").listing(), [derivative(LOSS, given("w5"))])
    >>> show(found.chain, ASCII, lambda name: (canonical(name), ATOM))
    'dE/dout_o1 * dout_o1/dnet_o1 * dnet_o1/dw5'

The paths are read off the listing; the loss and its parts count as one step, so a path begins dE/dout_o1. Where the
delta of an output unit has a shortcut, p - t, it is derived once, and paths begin with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from backprop_trace.formulas.expr import (
    ONE,
    ZERO,
    Formula,
    Name,
    Number,
    flat,
    plus,
    put_in,
    times,
    walk_names,
)
from backprop_trace.model.chain import Equation, slope_name, users_on_the_way
from backprop_trace.model.network import Listing

MOST_PATHS = 4
"""A sum over more paths than this is not written out: the gradient is given by way of the deltas."""


class Derivation(NamedTuple):
    """One gradient. `chain`: the sum over its paths, each a product of slopes; `filled`: the same with the slopes'
    formulas. Where there are too many paths, `chain` is the line of the backward pass, and `by_way_of` are the
    lines it rests on. `shortcut`: what `filled` comes to; `deltas`: derivations of the deltas that paths begin with."""

    name: Name
    paths: int
    chain: Formula
    filled: Formula
    by_way_of: tuple[Equation, ...] = ()
    shortcut: Formula | None = None
    deltas: tuple[Derivation, ...] = ()


Path = tuple[tuple[Name, Name], ...]
"""The steps of a path from the loss on: (what is differentiated, with respect to what)."""


def derivations(equations: Listing, wanted: Iterable[Name] = (), most: int = MOST_PATHS) -> list[Derivation]:
    """The derivation of each gradient that is wanted (one of `whole_gradients`), or of all `gradients`."""
    wanted = list(wanted) or gradients(equations)
    deltas = _short_deltas(equations)
    forward = _from_deltas(_one_loss(equations), equations.objective, deltas)
    slopes = {equation.name: dict(equation.slopes) for equation in forward}
    whole = whole_gradients(equations)
    targets = {name: whole[name] for name in wanted}
    users = users_on_the_way(forward, equations.objective, set(targets.values()))
    found = []
    backward = [equation for equation in equations.equations if equation.phase == "backward"]
    places = {equation.name: place for place, equation in enumerate(backward)}
    for name, target in targets.items():
        if target in deltas:
            found.append(deltas[target])
            continue
        count = _count(equations.objective, target, users)
        if count > most:
            *before, line = _folded(_rests_on(name, backward, places))
            used = _used([*before, line], deltas)
            before = [line for line in before if line.shortcut is None]
            found.append(Derivation(name, count, line.formula, line.formula, tuple(before), deltas=used))
        else:
            paths = _paths(equations.objective, target, users)
            begins = {path[0][1]: deltas[path[0][1]] for path in paths if path and path[0][1] in deltas}
            found.append(_over_paths(name, paths, slopes)._replace(deltas=tuple(begins.values())))
    return found


def _short_deltas(equations: Listing) -> dict[Name, Derivation]:
    """By net input: the derivations of the deltas that have a shortcut."""
    short = {
        equation.name.wrt._replace(sample=equation.name.sample, time=equation.name.time): equation
        for equation in equations.equations
        if equation.shortcut is not None and equation.name.wrt is not None
    }
    forward = _one_loss(equations) if short else []
    slopes = {equation.name: dict(equation.slopes) for equation in forward}
    users = users_on_the_way(forward, equations.objective, set(short))
    return {
        net: _over_paths(line.name, _paths(equations.objective, net, users), slopes)._replace(shortcut=line.shortcut)
        for net, line in short.items()
    }


def _from_deltas(forward: list[Equation], objective: Name, deltas: Mapping[Name, Derivation]) -> list[Equation]:
    """The forward lines where the loss depends on the net inputs of these deltas, and not by way of activations."""
    if not deltas:
        return forward
    outs = {line.name for line in forward if line.slopes and all(net in deltas for net, _ in line.slopes)}
    *lines, loss = forward
    others = tuple((name, slope) for name, slope in loss.slopes if name not in outs)
    short = ((net, each.shortcut) for net, each in deltas.items() if each.shortcut is not None)
    return [*lines, loss._replace(slopes=(*others, *short))]


def _folded(lines: Iterable[Equation]) -> list[Equation]:
    """The lines without slopes that are a number or another quantity, and with sums over paths written out."""
    meaning, found = dict[Name, Formula](), list[Equation]()
    for line in lines:
        formula = put_in(line.formula, meaning)
        is_slope = line.name.of is not None and line.name.of.kind in ("net", "out")
        if (is_slope and isinstance(formula, Name | Number)) or line.name.via is not None:
            meaning[line.name] = formula
        else:
            found.append(line._replace(formula=formula))
    return found


def _used(lines: Iterable[Equation], deltas: Mapping[Name, Derivation]) -> tuple[Derivation, ...]:
    names = {line.name for line in lines}
    return tuple(each for each in deltas.values() if each.name in names)


def whole_gradients(equations: Listing) -> dict[Name, Name]:
    """Every dE/dx of a listing, with the x: without terms, slopes, and the shares of samples and time steps."""
    used = {name for equation in equations.equations for name, _ in equation.slopes}
    found: dict[Name, Name] = {}
    for equation in equations.equations:
        name = equation.name
        if name.kind == "d" and name.of == equations.objective and name.via is None and name.wrt is not None:
            target = name.wrt._replace(sample=name.sample, time=name.time)
            if target in used:
                found[name] = target
    return found


def gradients(equations: Listing) -> list[Name]:
    """The gradients of what is given (the trained parameters; inputs of definitions), last layer first.

    Where an optimizer looks ahead they are taken there.
    """
    computed = {equation.name for equation in equations.equations if equation.name.kind != "ahead"}
    return [name for name, target in whole_gradients(equations).items() if target not in computed]


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


def _over_paths(name: Name, paths: Sequence[Path], slopes: Mapping[Name, Mapping[Name, Formula]]) -> Derivation:
    chain = plus(*(times(*(slope_name(of, wrt) for of, wrt in path)) for path in paths))
    filled = plus(*(flat(times(*(slopes[of][wrt] for of, wrt in path))) for path in paths))
    return Derivation(name, len(paths), chain, filled)


def _rests_on(name: Name, lines: Sequence[Equation], places: Mapping[Name, int]) -> list[Equation]:
    """A line of the backward pass and those it rests on, in order."""
    found = {places[name]}
    waiting = [name]
    while waiting:
        line = lines[places[waiting.pop()]]
        formula = line.formula if line.shortcut is None else line.shortcut
        used = {places[each] for each in walk_names(formula) if each in places} - found
        found |= used
        waiting += (lines[place].name for place in used)
    return [lines[place] for place in sorted(found)]


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
