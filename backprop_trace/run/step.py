"""A trace: a listing paired with its values. One trace is one training step.

    >>> from backprop_trace.files.spec import load
    >>> t = trace(load("mazur"))
    >>> t["dE/dw5"].value
    0.08216704056423078
    >>> trace(load("hmkcode"), Settings("exact"))["E"].value
    Fraction(654481, 2000000)

`Settings` chooses the engine: float, exact (fractions and certified digits) or hand (every line rounded). `traces`
runs several training steps and yields those that are asked for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from backprop_trace.formulas.arithmetic import FLOAT, ComputationError, evaluate_all, finite, reason
from backprop_trace.formulas.expr import Formula, Name, names_of, walk_names
from backprop_trace.formulas.notation.names import canonical
from backprop_trace.formulas.notation.numbers import SAFE_DIGITS, Value
from backprop_trace.formulas.notebook import plain_in_notebook, shown_in_notebook
from backprop_trace.formulas.numbers import number
from backprop_trace.formulas.vocabulary import Vocabulary
from backprop_trace.formulas.without_gc import uncollected
from backprop_trace.model.chain import Equation
from backprop_trace.model.network import Listing, inputs_and_targets
from backprop_trace.model.network import size as network_size
from backprop_trace.model.settle import still_settles
from backprop_trace.run.train import Listed, Run, Steps

if TYPE_CHECKING:
    from backprop_trace.files.spec import Example
    from backprop_trace.formulas.arithmetic.hand import Rounding
    from backprop_trace.model.derive import Derivation

EXACT_DIGITS = 20


class Settings(NamedTuple):
    """How to compute: engine `float`, `exact` or `hand`; how many significant digits are shown; how a hand rounds."""

    engine: str = "float"
    digits: int | None = None
    rounding: Rounding | None = None

    @property
    def shown_digits(self) -> int:
        if self.digits is not None:
            return self.digits
        return EXACT_DIGITS if self.engine == "exact" else SAFE_DIGITS


FLOAT_SETTINGS = Settings()


class Line(NamedTuple):
    """One line of a trace: an equation and its value (float; Fraction or certified Decimal; rounded Decimal).

    `shortcut` is the value of the equation's shortcut, if it has one.
    """

    name: Name
    equation: Equation
    value: Value
    shortcut: Value | None = None


class TracedLine(Line):
    """A line that knows the trace it stands in, and so shows itself with its numbers."""

    trace: Trace

    _repr_mimebundle_, _repr_pretty_ = shown_in_notebook, plain_in_notebook


class Trace:
    """One training step: every line with its value. Indexing takes any spelling of a quantity."""

    def __init__(
        self, example: Example, equations: Listing, values: Mapping[Name, Value], step: int, settings: Settings
    ):
        self.example, self.listing, self.values = example, equations, values
        self.step, self.settings = step, settings
        self.shortened = False

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        return tuple(self._line(equation) for equation in self.listing.equations)

    @cached_property
    def by_name(self) -> dict[Name, Equation]:
        return {equation.name: equation for equation in self.listing.equations}

    @cached_property
    def vocabulary(self) -> Vocabulary:
        return vocabulary(self.listing, self.values)

    @cached_property
    def written(self) -> Mapping[Name, str]:
        """What is given and still as it was written: not what earlier steps have changed."""
        changed = {old for _, old in self.listing.carried} if self.step > 1 else set()
        return {name: text for name, text in self.example.values.items() if name not in changed}

    def __getitem__(self, spelling: str) -> TracedLine:
        if not isinstance(spelling, str):
            raise TypeError(f"a quantity is named by text, such as 'dE/dw5', not by {type(spelling).__name__}")
        name = self.vocabulary.read(spelling)
        if name is None or name not in self.by_name:
            raise KeyError(spelling)
        return self._line(self.by_name[name])

    def __repr__(self) -> str:
        return f"<Trace of {self.example.name}, step {self.step}: {len(self.listing.equations)} lines>"

    _repr_mimebundle_ = shown_in_notebook

    def _line(self, equation: Equation) -> TracedLine:
        shortcut = None if equation.shortcut is None else self.values.get(shortcut_of(equation.name))
        line = TracedLine(equation.name, equation, self.values[equation.name], shortcut)
        line.trace = self
        return line


def shortcut_of(name: Name) -> Name:
    """The name under which the value of a line's shortcut is kept."""
    return Name("shortcut", of=name)


def vocabulary(equations: Listing, values: Mapping[Name, object]) -> Vocabulary:
    """Every quantity of a listing and everything given, by all their spellings."""
    known = {equation.name for equation in equations.equations} | set(values)
    return Vocabulary(known, equations.by_output, equations.loss_adds_up)


def ancestors(equations: Sequence[Equation], wanted: Collection[Name]) -> list[Equation]:
    """The lines the wanted ones depend on, and they themselves, in order: their whole derivation."""
    needed = set(wanted)
    kept = []
    for equation in reversed(equations):
        if equation.name in needed:
            needed.update(walk_names(equation.formula))
            kept.append(equation)
    return kept[::-1]


class NotNumeric(ValueError):
    """The example has quantities without a number; `names` are they."""

    def __init__(self, names: Sequence[Name]):
        super().__init__(
            "no number is given for " + ", ".join(map(canonical, names[:8])) + (", ..." if len(names) > 8 else "")
        )
        self.names = tuple(names)


def size(example: Example) -> int:
    """About how many lines one training step has."""
    return network_size(example.network, example.rule, example.training, example.training.samples_at(1))


def derive(example: Example, *quantities: str) -> list[Derivation]:
    """The chain rule for some gradients, in any spelling, or for those of all parameters: without numbers.

    Raises KeyError.
    """
    from backprop_trace.model.derive import derivations, whole_gradients

    equations = example.listing()
    words = vocabulary(equations, {})
    wanted = {spelling: words.read(spelling) for spelling in quantities}
    if unknown := next((spelling for spelling, name in wanted.items() if name not in whole_gradients(equations)), ""):
        raise KeyError(unknown)
    return derivations(equations, [name for name in wanted.values() if name is not None])


def trace(example: Example | str, settings: Settings = FLOAT_SETTINGS, step: int = 1) -> Trace:
    """The trace of one training step (the first, unless told otherwise) of an example, or of a shipped one or a file by
    its name.

    Raises ComputationError, NotNumeric or TooLarge, and SourceError of a file that cannot be used.
    """
    from backprop_trace.files.spec import load

    return next(traces(load(example) if isinstance(example, str) else example, settings, [step]))


def traces(
    example: Example,
    settings: Settings = FLOAT_SETTINGS,
    steps: Collection[int] = (1,),
    listed: Listed | None = None,
) -> Iterator[Trace]:
    """The traces of the training steps asked for (from 1, in order); the others are run and not kept.

    `listed` may be another way of listing the lines over some samples than the network's own.
    """
    lines = Steps(example, listed)
    wanted = steps if isinstance(steps, range) else sorted(set(steps))
    check_numeric(example, lines.listing(wanted[0]))
    if settings.engine not in ENGINES:
        raise ValueError(f"the engine {settings.engine!r} is none of {', '.join(ENGINES)}")
    for step, values, shortened in ENGINES[settings.engine](example, lines, settings, wanted):
        still_settles(example.network, example.training, values, step)
        result = Trace(example, lines.listing(step), values, step, settings)
        result.shortened = shortened
        yield result


@uncollected
def check_numeric(example: Example, equations: Listing) -> None:
    """Raises NotNumeric if the listing uses something that has no value."""
    known = {equation.name for equation in equations.equations} | set(example.values)
    used = names_of(equation.formula for equation in equations.equations)
    used |= dict.fromkeys(inputs_and_targets(example.network, example.training))
    if used.keys() - known:
        raise NotNumeric([name for name in used if name not in known])


Progress = Iterator[tuple[int, Mapping[Name, Value], bool]]
"""Step, its values, and whether fractions had to be given up for enclosures."""


def _pairs(equations: Listing) -> list[tuple[Name, Formula]]:
    pairs = []
    for equation in equations.equations:
        pairs.append((equation.name, equation.formula))
        if equation.shortcut is not None:
            pairs.append((shortcut_of(equation.name), equation.shortcut))
    return pairs


def _float_run(example: Example, lines: Steps, settings: Settings, steps: Sequence[int]) -> Progress:
    run = Run(lines, {name: float(number(text)) for name, text in example.values.items()}, FLOAT)
    reached = 1
    for step in steps:
        run.advance(reached, step)
        reached = step
        pairs = _pairs(lines.listing(step))
        try:
            values = evaluate_all(pairs, dict(run.givens), FLOAT)
            finite(values, [name for name, _ in pairs])
        except ComputationError as broken:
            broken.step = step
            raise
        yield step, values, False


def _exact_run(example: Example, lines: Steps, settings: Settings, steps: Sequence[int]) -> Progress:
    from backprop_trace.formulas.arithmetic import exact

    def run() -> list[tuple[int, Mapping[Name, Value], bool]]:
        return list(_exact_steps(example, lines, settings.shown_digits, steps))

    results = exact.with_enough_bits(settings.shown_digits, run)
    assert isinstance(results, list)
    yield from results


def _exact_steps(example: Example, lines: Steps, digits: int, steps: Sequence[int]) -> Progress:
    """All steps with the precision in force. Raises Undecided (by way of ComputationError) if it is too low."""
    from backprop_trace.formulas.arithmetic import exact

    givens: dict[Name, Any] = {name: exact.to_fmpq(number(text)) for name, text in example.values.items()}
    run = Run(lines, givens, exact.EXACT)
    reached, shortened = 1, False
    for step in steps:
        shortened |= run.advance(reached, step)
        reached = step
        values = dict(run.givens)
        for name, formula in _pairs(lines.listing(step)):
            evaluate_all([(name, formula)], values, exact.EXACT)
            kept = exact.shortened(values[name])
            shortened |= kept is not values[name]
            values[name] = kept
        yield step, _decided(values, digits, step), shortened


def _decided(values: Mapping[Name, Any], digits: int, step: int) -> dict[Name, Value]:
    from backprop_trace.formulas.arithmetic import exact

    decided: dict[Name, Value] = {}
    for name, value in values.items():
        try:
            decided[name] = exact.decided(value, digits)
        except ArithmeticError as undecided:
            raise ComputationError(str(undecided), name, step) from undecided
    return decided


def _hand_run(example: Example, lines: Steps, settings: Settings, steps: Sequence[int]) -> Progress:
    """Every line is rounded before it is used again; the step's new weights go on as they were written."""
    from backprop_trace.formulas.arithmetic import exact, hand

    assert settings.rounding is not None
    givens: dict[Name, Any] = {name: exact.to_fmpq(number(text)) for name, text in example.values.items()}
    as_given: dict[Name, Value] = {name: exact.to_fraction(value) for name, value in givens.items()}
    for step in range(1, steps[-1] + 1):
        values, written = dict(givens), dict(as_given)
        for name, formula in _pairs(lines.listing(step)):
            try:
                written[name] = hand.rounded_line(formula, values, settings.rounding)
            except (ArithmeticError, ValueError, ComputationError) as broken:
                raise ComputationError(reason(broken), name, step) from broken
            values[name] = hand.as_value(written[name])  # type: ignore[arg-type]
        if step in steps:
            yield step, written, False
        for new, old in lines.listing(step).carried if step < steps[-1] else ():
            givens[old], as_given[old] = values[new], written[new]


ENGINES = {"float": _float_run, "exact": _exact_run, "hand": _hand_run}
