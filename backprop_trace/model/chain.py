"""The chain rule, written once, over named quantities.

    >>> from backprop_trace.formulas.expr import LOSS, Product, given
    >>> w, x = given("w"), given("x")
    >>> line = Equation(LOSS, Product((w, x)), ((w, x), (x, w)), "loss")
    >>> [equation.name.wrt.label for equation in backward([line], LOSS, {w})]
    ['w']

Walk the listing backwards. Each equation hands *gradient x slope* to every name it uses; the gradient of a
name is the sum of what arrives. A shared bias, tied weights, several samples, a softmax or a connection that
skips a layer is a name that is used more than once, and needs no case of its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from backprop_trace.formulas.expr import ONE, Formula, Name, Sum, derivative, is_one, plain, times

Slopes: TypeAlias = tuple[tuple[Name, Formula], ...]

PHASES = ("forward", "loss", "backward", "update")


class Equation(NamedTuple):
    """One line of a listing: a name, its formula over earlier names, and its slopes.

    `slopes` pairs each name the formula uses with d name / d that name (forward and loss lines only);
    `shortcut` is another formula that must give the same value (softmax with cross-entropy: p - t).
    """

    name: Name
    formula: Formula
    slopes: Slopes
    phase: str
    shortcut: Formula | None = None


Place: TypeAlias = tuple[int | None, int | None]
"""Sample and time step of a contribution, None where the name that receives it has its own."""


def backward(
    forward: Sequence[Equation],
    objective: Name,
    wanted: Collection[Name],
    shortcuts: Mapping[Name, Formula] | None = None,
) -> list[Equation]:
    """The lines of the backward pass: every gradient on the way from `objective` to the `wanted` names.

    A unit is finished before the next one is begun, and the first unit of a layer comes first. `shortcuts`
    gives other formulas for derivatives that have one.
    """
    return _Backward(forward, objective, wanted, shortcuts or {}).lines()


def users_on_the_way(
    forward: Sequence[Equation], objective: Name, wanted: Collection[Name]
) -> dict[Name, list[Equation]]:
    """For each name that a gradient passes through: the equations that use it, in order."""
    live = set(wanted)
    for equation in forward:
        if any(used in live for used, _ in equation.slopes):
            live.add(equation.name)
    reaching = {objective}
    users: dict[Name, list[Equation]] = defaultdict(list)
    for equation in reversed(forward):
        if equation.name in reaching and equation.name in live:
            for used, _ in equation.slopes:
                if used in live:
                    reaching.add(used)
                    users[used].append(equation)
    for equations in users.values():
        equations.reverse()
    return users


def slope_name(of: Name, used: Name) -> Name:
    """d `of` / d `used`; where they stand at two time steps, each keeps its own."""
    if of.time is None or used.time in (None, of.time):
        return derivative(of, used)
    return Name("d", "", plain(of)._replace(time=of.time), plain(used)._replace(time=used.time), sample=of.sample)


class _Backward:
    """The state of one walk: what has arrived, what is still awaited, the lines so far."""

    def __init__(
        self,
        forward: Sequence[Equation],
        objective: Name,
        wanted: Collection[Name],
        shortcuts: Mapping[Name, Formula],
    ):
        self.objective, self.shortcuts = objective, shortcuts
        self.equations = {equation.name: equation for equation in forward}
        self.slopes = {equation.name: dict(equation.slopes) for equation in forward}
        self.users = users_on_the_way(forward, objective, wanted)
        self.awaited = {name: len(users) for name, users in self.users.items()}
        self.groups = {name: _by_place(name, users) for name, users in self.users.items()}
        self.open = {
            name: {place: len(users) for place, users in groups.items()}
            for name, groups in self.groups.items()
            if len(groups) > 1
        }
        # a gradient that is put in where it is used, instead of having a line: that of the loss and its parts
        self.inline: dict[Name, Formula] = {objective: ONE}
        self.out: list[Equation] = []

    def lines(self) -> list[Equation]:
        ready = [self.objective]
        while ready:
            name = ready.pop()
            arrived = [used for used in self.used_by(name) if self.finish(name, used)]
            ready.extend(reversed(arrived))
        return self.out

    def used_by(self, name: Name) -> Iterable[Name]:
        return [used for used in self.slopes.get(name, ()) if used in self.awaited]

    def finish(self, user: Name, used: Name) -> bool:
        """`user` has its gradient: one less to wait for. True when `used` now has its own."""
        self.awaited[used] -= 1
        if used in self.open:
            place = _place(used, user)
            self.open[used][place] -= 1
            if not self.open[used][place]:
                self.add_up(used, place, self.groups[used][place])
        if self.awaited[used]:
            return False
        if used in self.open:
            self.add_places(used)
        else:
            self.add_up(used, (None, None), self.users[used])
        return True

    def add_up(self, used: Name, place: Place, users: Sequence[Equation]) -> None:
        """The gradient of a name as the sum of what comes through its users, or the only one of them."""
        total = _placed(derivative(self.objective, used), place)
        if len(users) == 1:
            self.add(total, self.contribution(users[0], used), self.equations.get(used))
            return
        terms = []
        for user in users:
            via = derivative(self.objective, used, via=_via(user.name, used))
            term = _placed(via, _place(used, user.name))
            self.add(term, self.contribution(user, used))
            terms.append(term)
        self.add(total, Sum(tuple(terms)), self.equations.get(used))

    def add_places(self, used: Name) -> None:
        """The gradient of what several samples (or time steps) share: the sum of what each adds."""
        total = derivative(self.objective, used)
        by_sample: dict[int | None, list[Name]] = defaultdict(list)
        for sample, time in self.groups[used]:
            by_sample[sample].append(_placed(total, (sample, time)))
        if len(by_sample) == 1 or all(len(terms) == 1 for terms in by_sample.values()):
            self.add(total, Sum(tuple(term for terms in by_sample.values() for term in terms)))
            return
        for sample, terms in by_sample.items():
            self.add(_placed(total, (sample, None)), Sum(tuple(terms)))
        self.add(total, Sum(tuple(_placed(total, (sample, None)) for sample in by_sample)))

    def contribution(self, user: Equation, used: Name) -> Formula:
        """gradient of the user x slope of the user; the slope has a line of its own beside a gradient that has."""
        gradient = self.inline.get(user.name)
        slope = self.slopes[user.name][used]
        if gradient is not None:
            return times(gradient, slope)
        name = slope_name(user.name, used)
        self.out.append(Equation(name, slope, (), "backward"))
        return times(derivative(self.objective, user.name), name)

    def add(self, name: Name, formula: Formula, equation: Equation | None = None) -> None:
        """A line, unless it is the gradient of a part of the loss, which is put in where it is used."""
        if equation is not None and equation.phase == "loss":
            self.inline[equation.name] = formula if not is_one(formula) else ONE
        else:
            self.out.append(Equation(name, formula, (), "backward", self.shortcuts.get(name)))


def _place(used: Name, user: Name) -> Place:
    return (
        user.sample if used.sample is None else None,
        user.time if used.time is None else None,
    )


def _by_place(used: Name, users: Sequence[Equation]) -> dict[Place, list[Equation]]:
    groups: dict[Place, list[Equation]] = defaultdict(list)
    for user in users:
        groups[_place(used, user.name)].append(user)
    return dict(groups)


def _placed(name: Name, place: Place) -> Name:
    sample, time = place
    if sample is None and time is None:
        return name
    return name._replace(sample=name.sample if sample is None else sample, time=name.time if time is None else time)


def _via(user: Name, used: Name) -> Name:
    """The unit (or definition) a term arrives through."""
    time = user.time if used.time is not None and user.time != used.time else None
    return Name("", user.label, time=time)
