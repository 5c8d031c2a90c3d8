"""Names in the place of other names: neighbours, other time steps, indices swapped, weights exchanged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from backprop_trace.check.slips.edits import all_replaced
from backprop_trace.check.slips.facts import MOST_NEIGHBOURS, Facts
from backprop_trace.check.slips.kinds import Bend
from backprop_trace.formulas.expr import (
    ONE,
    ZERO,
    Cases,
    Difference,
    Formula,
    Name,
    Number,
    after,
    names_in,
    substitute,
)

MOST_IN_SAMPLES = 200
"""Names of a formula times samples: so many mix-ups of samples are tried at most."""


def mixed_up(names: Iterable[Name], facts: Facts, forward: bool) -> dict[Name, list[Bend]]:
    """For each name of a formula: what could stand there by mistake."""
    rivals: dict[Name, list[Bend]] = {}
    for name in names:
        found = [Bend("wrong-weight", other) for other in facts.other_weights(name)]
        mixed = "wrong-target" if name.kind == "target" else "wrong-input"
        found += [Bend(mixed, other) for other in facts.neighbours(name) if name.kind != "net"]
        if name.kind == "out":
            found.append(Bend("net-for-out" if forward else "net-for-input", name._replace(kind="net")))
        if not forward and name in facts.weights:
            found.append(Bend("updated-weights", after(name)))
        rivals[name] = found
    return rivals


def at_other_times(formula: Formula) -> Iterator[Bend]:
    """The value of the time step before or after, for each name of a formula."""
    for name in names_in(formula):
        if name.time is not None:
            for time in (name.time - 1, name.time + 1):
                yield Bend("wrong-time", substitute(formula, {name: name._replace(time=time)}))


def at_other_samples(formula: Formula, facts: Facts) -> Iterator[Bend]:
    """The value of another sample: for a single name of a formula, or for all of its inputs or targets."""
    names = [name for name in names_in(formula) if name.sample is not None]
    if len(names) * facts.training.samples > MOST_IN_SAMPLES:
        return
    groups = [[name] for name in names]
    groups += [[name for name in names if name.kind == kind] for kind in ("", "target")]
    for sample in range(1, facts.training.samples + 1):
        for group in groups:
            others = {name: name._replace(sample=sample) for name in group if name.sample != sample}
            yield from all_replaced(formula, "wrong-sample", others)


def transposed(formula: Formula, facts: Facts) -> Iterator[Bend]:
    """All weights of the formula with their indices swapped (where the matrix allows it)."""
    weights = [name for name in names_in(formula) if name in facts.weights]
    swapped = {weight: facts.transposed(weight) for weight in weights}
    if weights and all(other is not None for other in swapped.values()):
        yield from all_replaced(formula, "transposed", {w: other for w, other in swapped.items() if other is not None})


def other_rows(formula: Formula, facts: Facts) -> Iterator[Bend]:
    """All weights of the formula replaced by those of another unit of the layer."""
    weights = [name for name in names_in(formula) if name in facts.weights]
    for row in facts.other_rows(weights):
        yield from all_replaced(formula, "wrong-row", row)


def other_targets(formula: Formula, facts: Facts) -> Iterator[Bend]:
    """The targets of other outputs, and 0 or 1 for a smoothed target."""
    targets = [name for name in names_in(formula) if name.kind == "target"]
    for target in targets:
        yield from (Bend("wrong-target", substitute(formula, {target: each})) for each in facts.neighbours(target))
    hard = {target: Cases(Difference(target, Number("1/2")), ONE, ZERO) for target in targets}
    yield from all_replaced(formula, "hard-target", hard)


def crossed(formula: Formula, facts: Facts) -> Iterator[Bend]:
    """Each two weights of a sum exchanged."""
    weights = [name for name in names_in(formula) if name in facts.weights]
    if len(weights) > MOST_NEIGHBOURS:
        return
    for place, first in enumerate(weights):
        for second in weights[place + 1 :]:
            yield Bend("crossed", substitute(formula, {first: second, second: first}))
