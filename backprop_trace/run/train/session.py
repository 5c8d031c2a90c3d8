"""A run of training as a person watches it: the loss at intervals, the gradients of each layer, when to stop.

>>> from backprop_trace.files.spec import load
>>> session = Session(load("mazur"), Plan(epochs=10_000, every=10_000))
>>> for report in session.reports():
...     print(report.epoch, f"{report.loss:.9f}")
0 0.298371109
10000 0.000035102
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from backprop_trace.formulas.arithmetic import FLOAT, ComputationError, evaluate_all, finite
from backprop_trace.formulas.expr import Name, derivative
from backprop_trace.formulas.notebook import plain_in_notebook, shown_in_notebook
from backprop_trace.formulas.numbers import NotANumber, given_number, number
from backprop_trace.model.catalogue import LOSSES, canonical, constants
from backprop_trace.model.chain import Equation
from backprop_trace.model.layers import at
from backprop_trace.model.network import listing, loss_lines, outputs_and_targets
from backprop_trace.model.settle import still_settles
from backprop_trace.model.update import UpdateRule, carried
from backprop_trace.run.train import Run
from backprop_trace.run.train.compiled import LARGEST_COMPILED, compiled_values

if TYPE_CHECKING:
    from backprop_trace.files.spec import Example

CURVE_POINTS = 120
LONGEST_CHUNK = 0.1  # seconds: how long Ctrl-C may have to wait, and how much it may cost
STRONG = 1000.0
"""Beyond this ratio of gradients they are said to vanish or to explode."""


class Until(NamedTuple):
    """When to stop early: a quantity of the report falls below a number, or every sample is classified."""

    what: str
    below: float = 0.0

    @classmethod
    def read(cls, text: str) -> Until:
        """`E < 1e-3`, `metric < 0.1`, `validation < 0.2` or `classified`. Raises ValueError with a message."""
        if text.strip() == "classified":
            return cls("classified")
        match = re.fullmatch(r"\s*(E|loss|metric|validation)\s*<\s*(\S+)\s*", text)
        if not match:
            raise ValueError("write 'E < 1e-3', 'validation < 0.1', 'metric < 0.1' or 'classified'")
        try:
            below = float(given_number(match[2]))
        except NotANumber as wrong:
            raise ValueError(str(wrong)) from None
        return cls("E" if match[1] == "loss" else match[1], below)


class Plan(NamedTuple):
    """How long to train, how often to report, and when to stop early.

    patience: stop after so many epochs without a smaller loss (of the held-out samples, if there are any).
    metric: another loss that is reported. tick: called with the epoch now and then.
    """

    epochs: int
    every: int = 1
    until: Until | None = None
    patience: int | None = None
    metric: str | None = None
    tick: Callable[[int], None] = lambda epoch: None


class Gradients(NamedTuple):
    """The biggest and the smallest gradient of a layer's parameters, without sign."""

    biggest: float
    smallest: float


class EpochReport(NamedTuple):
    """How things stand after so many epochs. `layers` has None for a layer without trained parameters."""

    epoch: int
    loss: float
    layers: tuple[Gradients | None, ...]
    metric: float | None = None
    validation: float | None = None


class Look:
    """Some quantities of a listing, at the parameters of a moment."""

    def __init__(self, equations: Sequence[Equation], wanted: Sequence[Name], parameters: Sequence[Name],
                 givens: Mapping[Name, Any]):  # fmt: skip
        self.equations, self.wanted, self.parameters, self.givens = equations, wanted, parameters, givens
        self.compiled = (
            compiled_values(equations, wanted, parameters, givens) if len(equations) <= LARGEST_COMPILED else None
        )

    def at(self, now: Mapping[Name, Any]) -> tuple[float, ...]:
        """The wanted quantities. Raises ComputationError with the name of the one that breaks."""
        state = [now[name] for name in self.parameters]
        results = self.compiled(*state) if self.compiled else None
        if results is None:
            values = {**self.givens, **dict(zip(self.parameters, state, strict=True))}
            evaluate_all(((line.name, line.formula) for line in self.equations), values, FLOAT)
            finite(values, [line.name for line in self.equations])
            results = tuple(values[name] for name in self.wanted)
        return results


def look(example: Example, wanted: Sequence[Name], givens: Mapping[Name, Any]) -> Look:
    """Quantities of a forward (and, for gradients, backward) pass over all samples, whatever the optimizer."""
    network, trained, training = example.network, example.rule.trained, example.training
    if any(name.kind == "d" for name in wanted):
        lines = listing(network, UpdateRule(trained=trained, fixed=example.rule.fixed), training).equations
    else:
        lines = tuple(loss_lines(network, training, training.all_samples, slopes=()))
    return Look(lines, wanted, trained, givens)


class Running(Protocol):
    """What a session trains with: the numbers reached, and how to go on."""

    @property
    def givens(self) -> Mapping[Name, Any]: ...

    def advance(self, first: int, last: int) -> object: ...


class Session:
    """One run. `reports()` trains and yields; `ending` then says why it ended, `run.givens` what was reached.

    `steps_made` is how many training steps have led there.

    `curve` has pairs of epoch and loss (and the loss of the samples held out), more of them than are reported.
    """

    def __init__(self, example: Example, plan: Plan):
        self.example, self.plan = example, plan
        self.network, self.rule, self.training = example.network, example.rule, example.training
        self.run = self.begin()
        self.epoch, self.ending = 0, ""
        self.broken: ComputationError | None = None
        self.curve: list[tuple[int, float, float | None]] = []
        self.best: tuple[float, int] = (float("inf"), 0)
        self.sound: tuple[int, Mapping[Name, Any]] = (0, dict(self.run.givens))
        self.steps = example.training.steps_per_epoch
        self.chunk = 1

    def begin(self) -> Running:
        return Run.of(self.example)

    @property
    def steps_made(self) -> int:
        broken = self.broken.step if self.broken else None
        return self.epoch * self.steps if broken is None else broken - 1

    # --- what is looked at ---

    def look(self, example: Example, wanted: Sequence[Name]) -> Look:
        return look(example, wanted, self.run.givens)

    @cached_property
    def loss_look(self) -> Look:
        return self.look(self.example, [self.network.objective])

    @cached_property
    def gradients_look(self) -> Look:
        return self.look(self.example, [derivative(self.network.objective, name) for name in self.rule.trained])

    @cached_property
    def outputs_look(self) -> Look:
        return self.look(self.example, self.outputs)

    @cached_property
    def metric_look(self) -> Look:
        metric, measured = self.plan.metric, self.example.with_training(batch="mean")
        if metric:
            measured = measured.with_network(loss=metric, loss_constants=constants(LOSSES[metric]))
        return self.look(measured, [self.network.objective])

    @cached_property
    def validation_look(self) -> Look:
        held_out = self.example.held_out
        numbers = {name: float(number(text)) for name, text in held_out.values.items()}
        apart = self.example.with_training(samples=held_out.samples)
        return look(apart, [self.network.objective], {**self.run.givens, **numbers})

    @cached_property
    def outputs(self) -> list[Name]:
        """The outputs of every sample."""
        return [output for output, _ in outputs_and_targets(self.network, self.training)]

    # --- reports ---

    def loss(self) -> float:
        return self.loss_look.at(self.run.givens)[0]

    def validation(self) -> float | None:
        return self.validation_look.at(self.run.givens)[0] if self.example.held_out.samples else None

    def metric(self) -> float | None:
        return self.metric_look.at(self.run.givens)[0] if self.plan.metric else None

    def gradients(self) -> dict[Name, float]:
        return dict(zip(self.rule.trained, self.gradients_look.at(self.run.givens), strict=True))

    def predictions(self) -> dict[Name, float]:
        return dict(zip(self.outputs, self.outputs_look.at(self.run.givens), strict=True))

    def report(self) -> EpochReport:
        still_settles(self.network, self.training, self.run.givens, self.epoch * self.steps + 1)
        gradients = self.gradients()
        layers = []
        for names in self.network.parameters:
            sizes = [abs(gradients[name]) for name in names if name in gradients]
            layers.append(Gradients(max(sizes), min(sizes)) if sizes else None)
        return EpochReport(self.epoch, self.loss(), tuple(layers), self.metric(), self.validation())

    def classified(self) -> bool:
        """Is every sample on its target's side of 1/2 (softmax: is the largest output the right one)?"""
        outputs, values = self.predictions(), self.run.givens
        places: dict[tuple[int | None, int | None], list[tuple[float, float]]] = {}
        for output, target in outputs_and_targets(self.network, self.training):
            places.setdefault((output.sample, output.time), []).append((outputs[output], float(values[target])))
        right = _largest_is_right if self.network.chooses_the_largest else _all_on_their_side
        return all(right(pairs) for pairs in places.values())

    def dead_units(self) -> list[str]:
        """The ReLU units that are 0 for every sample: no gradient passes them, so their weights stay as they are."""
        rectified = {unit for unit in self.network.units if self.network.layer_of(unit).activation == "relu"}
        alive = {unit for unit, net in self.net_inputs(rectified) if net > 0}
        return [unit for unit in self.network.units if unit in rectified - alive]

    def net_inputs(self, units: Collection[str]) -> Iterator[tuple[str, float]]:
        """The net inputs of some units, in every sample and at every time step."""
        places = [(sample, time) for sample in self.training.all_samples for time in self.training.all_times]
        wanted = [at(Name("net", unit), place) for unit in units for place in places]
        found = self.look(self.example, wanted).at(self.run.givens) if wanted else ()
        yield from ((name.label, net) for name, net in zip(wanted, found, strict=True))

    # --- the run ---

    def reports(self) -> Iterator[EpochReport]:
        """Trains; a report at the start, at intervals and at the end.

        An overflow or Ctrl-C ends the run, and what was reached stays.
        """
        last: EpochReport | None = None
        try:
            self.note()
            yield (last := self.report())
            for epoch in self.stops():
                self.advance(epoch)
                self.note()
                if self.done() or epoch % self.plan.every == 0 or epoch == self.plan.epochs:
                    yield (last := self.report())
                if self.ending:
                    return
            self.ending = "epochs"
        except ComputationError as broken:
            self.broken, self.ending = self.first_of(broken), "broken"
            self.epoch = ((self.broken.step or 1) - 1) // self.steps
        except KeyboardInterrupt:
            self.ending = "interrupted"
            if last is None or last.epoch != self.epoch:
                yield self.report()

    def first_of(self, broken: ComputationError) -> ComputationError:
        """Where a loss that is looked at now and then first broke; what was reached is then what led there."""
        if broken.step is not None:
            return broken
        broken.step = self.epoch * self.steps + 1
        if isinstance(self.run, Run):
            epoch, givens = self.sound
            again = Run.of(self.example)
            again.givens.update(givens)
            try:
                again.search(epoch * self.steps + 1, broken.step)
            except ComputationError as earlier:
                self.run = again
                return earlier
        return broken

    def stops(self) -> Iterator[int]:
        """The epochs after which something is looked at."""
        watched = self.plan.until is not None or self.plan.patience is not None
        curve = max(1, self.plan.epochs // CURVE_POINTS)
        epoch = 0
        while epoch < self.plan.epochs:
            nexts = (epoch // each * each + each for each in (self.plan.every, 1 if watched else curve))
            epoch = min(self.plan.epochs, *nexts)
            yield epoch

    def advance(self, epoch: int) -> None:
        """Trains up to an epoch, in pieces of a fraction of a second."""
        while self.epoch < epoch:
            count = min(self.chunk, epoch - self.epoch)
            started = time.perf_counter()
            self.run.advance(self.epoch * self.steps + 1, (self.epoch + count) * self.steps + 1)
            self.epoch += count
            if count == self.chunk and time.perf_counter() - started < LONGEST_CHUNK / 2:
                self.chunk *= 2
            self.plan.tick(self.epoch)

    def note(self) -> None:
        """Keeps a point of the curve, and the least loss so far."""
        loss, validation = self.loss(), self.validation()
        spaced = not self.curve or self.epoch - self.curve[-1][0] >= max(1, self.plan.epochs // CURVE_POINTS)
        if spaced or self.epoch == self.plan.epochs:
            self.curve.append((self.epoch, loss, validation))
            self.sound = self.epoch, dict(self.run.givens)
        self.best = min(self.best, (loss if validation is None else validation, self.epoch))

    def done(self) -> bool:
        """Is there a reason to stop?"""
        until, patience = self.plan.until, self.plan.patience
        if until is not None and self.reached(until):
            self.ending = "until"
        elif patience is not None and self.epoch - self.best[1] >= patience:
            self.ending = "patience"
        return bool(self.ending)

    def reached(self, until: Until) -> bool:
        looks: dict[str, Callable[[], float | None]] = {
            "E": self.loss, "metric": self.metric, "validation": self.validation,
        }  # fmt: skip
        if until.what == "classified":
            return self.classified()
        value = looks[until.what]()
        return value is not None and value < until.below


class Trained(NamedTuple):
    """What came of a run: the reports, why it ended, and the example with the parameters it reached."""

    reports: tuple[EpochReport, ...]
    ending: str
    example: Example
    session: Session
    """The run itself, with its curve."""

    def __repr__(self) -> str:
        return f"<{self.session.epoch:,} epochs of {self.session.example.name}: {self.ending}>"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return shown_in_notebook(self)

    def _repr_pretty_(self, printer: object, cycle: bool = False) -> None:
        plain_in_notebook(self, printer)


def train(example: Example, epochs: int, every: int = 1, until: str = "", patience: int | None = None) -> Trained:
    """Trains for so many epochs, or until `E < 1e-3` or `classified`. Raises ValueError for another `until`.

    >>> from backprop_trace.files.spec import load
    >>> done = train(load("xor"), 5000, every=1000, until="classified")
    >>> done.ending, done.reports[-1].epoch
    ('until', 961)
    """
    session = Session(example, Plan(epochs, every, Until.read(until) if until else None, patience))
    reports = tuple(session.reports())
    reached = {name: repr(session.run.givens[name]) for _, name in carried(example.rule)}
    return Trained(reports, session.ending, example._replace(values={**example.values, **reached}), session)


def no_class(example: Example, values: Mapping[Name, Any]) -> Name | None:
    """The first target that is on no side of 1/2: 1/2 itself, or not from 0 to 1."""
    for _, target in outputs_and_targets(example.network, example.training):
        value = float(values[target])
        if not 0 <= value <= 1 or value == 0.5:
            return target
    return None


def _largest_is_right(pairs: Sequence[tuple[float, float]]) -> bool:
    """Is the output whose target is the largest larger than each of the others?"""
    (best, _), *others = sorted(pairs, key=lambda pair: pair[1], reverse=True)
    return all(output < best for output, _ in others)


def _all_on_their_side(pairs: Sequence[tuple[float, float]]) -> bool:
    return all((output - 0.5) * (target - 0.5) > 0 for output, target in pairs)


def metric_of(word: str) -> str | None:
    """The loss meant by a word, or None."""
    name = canonical(word)
    return name if name in LOSSES else None


# --- what is to be said ---


def diverging(first: EpochReport, last: EpochReport) -> str:
    """A word on a loss that is larger at the end than at the start, or nothing."""
    if not last.loss > first.loss:
        return ""
    return (
        f"the loss has grown, from {first.loss:.6g} to {last.loss:.6g}: the run diverges, or has not settled yet "
        "(a smaller learning rate may help)"
    )


def dead(units: Sequence[str]) -> str:
    """A word on units that learn nothing any more, or nothing."""
    if not units:
        return ""
    few = ", ".join([*units[:6], *(["..."] if len(units) > 6 else [])])
    are = "is" if len(units) == 1 else "are"
    return f"{few} {are} dead: the net input is not above 0 in any sample, so the ReLU passes no gradient"


def vanishing(report: EpochReport) -> str:
    """A word on gradients that vanish or explode on their way to the first layer, or nothing."""
    known = [(depth, layer) for depth, layer in enumerate(report.layers, 1) if layer is not None]
    if len(known) < 2 or not known[-1][1].biggest or not known[0][1].biggest:
        return ""
    (first, low), (last, high) = known[0], known[-1]
    ratio = low.biggest / high.biggest
    where = (
        f"at epoch {report.epoch} the biggest of layer {first} is {low.biggest:.1e}, of layer {last} {high.biggest:.1e}"
    )
    if ratio < 1 / STRONG:
        return f"the gradients vanish towards the first layer: {where}"
    return f"the gradients explode towards the first layer: {where}" if ratio > STRONG else ""


def overfitting(curve: Sequence[tuple[int, float, float | None]]) -> str:
    """A word on a held-out loss that has been smaller before, while the trained one went on falling."""
    held_out = [(validation, epoch, loss) for epoch, loss, validation in curve if validation is not None]
    if not held_out:
        return ""
    least, epoch, loss = min(held_out)
    last, _, last_loss = held_out[-1]
    if last <= 1.05 * least or last_loss >= loss:
        return ""
    return (
        f"overfitting: the loss of the held-out samples was least at about epoch {epoch} ({least:.3g}) and is "
        f"{last:.3g} now, while the trained loss has fallen"
    )
