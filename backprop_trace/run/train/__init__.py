"""Many training steps: the listing printed as Python, compiled, and run.

>>> from backprop_trace.files.spec import load
>>> from backprop_trace.run.step import trace
>>> mazur = load("mazur")
>>> run = Run.of(mazur)
>>> run.advance(1, 4)
False
>>> run.givens[mazur.rule.trained[0]] == trace(mazur, step=3)["w1+"].value
True
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache, partial
from itertools import repeat
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from backprop_trace.formulas.arithmetic import FLOAT, Arithmetic, ComputationError, evaluate_all, finite
from backprop_trace.formulas.expr import Name
from backprop_trace.formulas.numbers import number
from backprop_trace.model.batches import Samples
from backprop_trace.model.network import Listing
from backprop_trace.model.update import TIME
from backprop_trace.run.train.compiled import LARGEST_COMPILED, Compiled, compiled_steps, mentioned

if TYPE_CHECKING:
    from backprop_trace.files.spec import Example

LAST_STEPS, MOST_ROUNDS = 100, 3
"""So many steps are gone through one by one to find the first that breaks, and so often."""

State: TypeAlias = tuple[Any, ...]
"""What is carried from step to step, in the order of the listing's `carried`."""

Listed: TypeAlias = Callable[[Samples], Listing]

WORTH_COMPILING = 3
"""From so many steps on, compiling the listing costs less than it saves."""


class Steps:
    """The training steps of an example: which samples each one uses, and its listing.

    `listed` lists the lines over some samples; it may be another way of listing them than the example's own.
    """

    def __init__(self, example: Example, listed: Listed | None = None):
        self.training = example.training
        self.of_samples: Listed = lru_cache(maxsize=8)(listed or example.listing)

    def samples(self, step: int) -> Samples:
        return self.training.samples_at(step)

    def listing(self, step: int) -> Listing:
        return self.of_samples(self.samples(step))


class Program(NamedTuple):
    """Compiled steps for batches of one size, that of `pattern`; `per_batch` are the names of what each brings."""

    steps: Compiled
    per_batch: tuple[Name, ...]
    pattern: Samples


class Run:
    """A training run: `givens` are what the next step starts from.

    `long`: it has many steps, though it may be advanced by a few at a time, so that compiling is worth it.
    """

    def __init__(self, steps: Steps, givens: dict[Name, Any], arithmetic: Arithmetic, long: bool = False):
        self.steps, self.givens, self.arithmetic, self.long = steps, givens, arithmetic, long
        self.programs: dict[int, Program] = {}
        self.carried = steps.listing(1).carried
        self.olds = tuple(old for _, old in self.carried)

    @classmethod
    def of(cls, example: Example) -> Run:
        """A run in floats from the numbers of an example."""
        givens = {name: float(number(text)) for name, text in example.values.items()}
        return cls(Steps(example), givens, FLOAT, long=True)

    def advance(self, first: int, last: int) -> bool:
        """Runs the steps from `first` up to, but not including, `last`.

        Returns whether fractions had to be given up on the way. Raises ComputationError if the weights break, with the
        first step and quantity that did; `givens` are then those of that step.
        """
        shortened, step = False, first
        while step < last:
            end = self.alike(step, last)
            program = self.program(step, end) if self.compilable() else None
            if program is None:
                shortened |= self.plain_step(step)
                step += 1
            else:
                self.compiled_steps(program, step, end)
                step = end
        return shortened

    def alike(self, first: int, last: int) -> int:
        """Up to which step the batches are of one size."""
        training = self.steps.training
        if training.samples % training.batch_size == 0:
            return last
        steps = training.steps_per_epoch
        _, place = training.batching.place(first, training.samples)
        return first + 1 if place == steps - 1 else min(last, first + steps - 1 - place)

    def compilable(self) -> bool:
        """Compiled code knows floats and enclosures; fractions stay with the evaluator that keeps them short."""
        return not any(type(self.givens[old]).__name__ == "fmpq" for old in self.olds if old != TIME)

    def program(self, first: int, last: int) -> Program | None:
        """The compiled steps for the batches from here on, if they are worth it."""
        size = len(self.steps.samples(first))
        if size not in self.programs:
            worth = self.long or self.steps.training.batching.size is not None or last - first >= WORTH_COMPILING
            if not worth or len(self.steps.listing(first).equations) > LARGEST_COMPILED:
                return None
            self.programs[size] = self.compiled(first)
        return self.programs[size]

    def compiled(self, step: int) -> Program:
        """The steps as Python; with mini-batches, for every batch of this size."""
        equations, pattern = self.steps.listing(step), self.steps.samples(step)
        per_batch: tuple[Name, ...] = ()
        if len(pattern) < self.steps.training.samples:
            given_each = (n for n in mentioned(equations.equations) if n.sample is not None and n in self.givens)
            per_batch = tuple(dict.fromkeys(given_each))
        return Program(compiled_steps(equations, per_batch, self.givens, self.arithmetic), per_batch, pattern)

    def plain_step(self, step: int) -> bool:
        """One step, evaluated line by line."""
        equations, values = self.steps.listing(step).equations, dict(self.givens)
        try:
            evaluate_all(((e.name, e.formula) for e in equations), values, self.arithmetic)
            if self.arithmetic is FLOAT:
                finite(values, [e.name for e in equations])
        except ComputationError as broken:
            broken.step = step
            raise
        return self.carry(values)

    def carry(self, values: Mapping[Name, Any]) -> bool:
        """What a step has made becomes what the next one starts from; too long fractions become enclosures."""
        shortened = False
        for new, old in self.carried:
            self.givens[old] = values[new]
            if self.arithmetic is not FLOAT:
                from backprop_trace.formulas.arithmetic import exact

                self.givens[old] = exact.shortened(values[new])
                shortened |= self.givens[old] is not values[new]
        return shortened

    def compiled_steps(self, program: Program, first: int, last: int) -> None:
        state = tuple(self.givens[old] for old in self.olds)
        reached = program.steps(partial(self.batches, program, first, last), *state)
        if reached is not None:
            self.givens.update(zip(self.olds, reached, strict=True))
            return
        self.stop_where_it_breaks(program, first, last)
        raise ComputationError("the number grows beyond what a float can hold (about 1.8e308)", step=first)

    def search(self, first: int, last: int) -> None:
        """Runs the steps like `advance`, but stops at the first with a quantity that breaks, if only a loss.

        Raises ComputationError with step and quantity; `givens` are then those of that step.
        """
        step = first
        while step < last:
            end = self.alike(step, last)
            program = self.program(step, end) if self.compilable() else None
            if program is not None:
                self.stop_where_it_breaks(program, step, end)
            self.advance(step, end)
            step = end

    def stop_where_it_breaks(self, program: Program, first: int, last: int) -> None:
        """Raises ComputationError with the first step and quantity that break, if any do; `givens` are what it starts
        from."""
        found = self.first_broken(program, first, last)
        if found is not None:
            step, state = found
            self.givens.update(zip(self.olds, state, strict=True))
            self.plain_step(step)  # names the quantity

    def first_broken(self, program: Program, first: int, last: int) -> tuple[int, State] | None:
        """The first step with a quantity that is no finite number (a loss is, long before the weights are), and what
        it starts from; None if there is none before `last`."""
        states: dict[int, State] = {first: tuple(self.givens[old] for old in self.olds)}
        low, step = first, last
        while low < step:
            middle = (low + step) // 2
            there = self.state_at(program, states, middle)
            if there is None:
                step = max(low, middle - 1)
            elif self.breaks(middle, there):
                step = middle
            else:
                low = middle + 1
        for _ in range(MOST_ROUNDS):  # mini-batches break one after the other
            earlier = self.just_before(program, states, step)
            if earlier is None:
                break
            step = earlier
        state = self.state_at(program, states, step) if step < last else None
        return None if state is None else (step, state)

    def state_at(self, program: Program, states: dict[int, State], step: int) -> State | None:
        """What a step starts from, from the nearest known one before it; None if the weights break on the way."""
        if step not in states:
            near = max(known for known in states if known < step)
            found = program.steps(partial(self.batches, program, near, step), *states[near])
            if found is None:
                return None
            states[step] = found
        return states[step]

    def just_before(self, program: Program, states: dict[int, State], step: int) -> int | None:
        """An earlier step, of the last few before `step`, that breaks too."""
        window = min(LAST_STEPS, 2 * self.steps.training.batching.steps_per_epoch(self.steps.training.samples))
        for earlier in range(max(min(states), step - window), step):
            there = self.state_at(program, states, earlier)
            if there is not None and self.breaks(earlier, there):
                return earlier
        return None

    def breaks(self, step: int, state: State) -> bool:
        """Is a quantity of a step that starts from there no finite number?"""
        givens = dict(self.givens)
        self.givens.update(zip(self.olds, state, strict=True))
        try:
            self.plain_step(step)
        except ComputationError:
            return True
        finally:
            self.givens = givens
        return False

    def batches(self, program: Program, first: int, last: int) -> Iterable[tuple[Any, ...]]:
        """The inputs and targets of each step."""
        if not program.per_batch:
            return repeat((), last - first)
        return (self.batch(program, self.steps.samples(step)) for step in range(first, last))

    def batch(self, program: Program, samples: Samples) -> tuple[Any, ...]:
        actual = dict(zip(program.pattern, samples, strict=True))
        return tuple(self.givens[name._replace(sample=actual[name.sample])] for name in program.per_batch)
