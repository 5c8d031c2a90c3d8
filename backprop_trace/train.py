"""Many training steps: the listing printed as Python, compiled, and run.

    >>> from backprop_trace.spec import load
    >>> from backprop_trace.trace import trace
    >>> mazur = load("mazur")
    >>> run = Run.of(mazur.network, mazur.batching, mazur.values)
    >>> run.advance(1, 4)
    False
    >>> run.givens[mazur.network.trained[0]] == trace(mazur, step=3)["w1+"].value
    True

The source has identifiers of its own making only (v0, v1, ...); no text from a file goes into it. It performs the
operations of the traced listing in the same order, so floats come out the same to the last bit.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import repeat
from types import CodeType
from typing import Any, NamedTuple

from backprop_trace.arithmetic import FLOAT, Arithmetic, ComputationError, evaluate_all, finite
from backprop_trace.batches import Batching
from backprop_trace.chain import Equation
from backprop_trace.expr import ONE, Formula, Name, Number, Product, is_one, parts, rebuild, substitute, walk_names
from backprop_trace.network import TIME, Listing, Network, listing
from backprop_trace.notation import ATOM, PYTHON, Notation, Piece, show
from backprop_trace.parse import number

Samples = tuple[int | None, ...]

WORTH_COMPILING = 3
"""From so many steps on, compiling the listing costs less than it saves."""

LARGEST_COMPILED = 60_000
"""Lines. Python's compiler takes about 1 kB a line; larger listings are evaluated as they are."""


class Course:
    """The training steps of a network: which samples each one uses, and its listing.

    `equations` may be another listing over the same names, in force at every step.
    """

    def __init__(self, network: Network, batching: Batching, equations: Listing | None = None):
        self.network, self.batching, self.equations = network, batching, equations
        self.of_samples = lru_cache(maxsize=8)(lambda samples: listing(network, samples))

    def samples(self, step: int) -> Samples:
        return self.batching.samples_at(step, self.network.samples)

    def listing(self, step: int) -> Listing:
        if self.equations is not None:
            return self.equations
        result: Listing = self.of_samples(self.samples(step))
        return result


class Program(NamedTuple):
    """Compiled steps over batches of one size.

    `steps(batches, *state)` runs one step per batch and returns the state after; a batch is a tuple of the values of
    `per_batch`. `careful` is the same with functions that take infinity for an answer.
    """

    steps: Callable[..., tuple[Any, ...]]
    careful: Callable[..., tuple[Any, ...]]
    per_batch: tuple[Name, ...]
    pattern: Samples


class Run:
    """A training run: `givens` are what the next step starts from."""

    def __init__(self, course: Course, givens: dict[Name, Any], arithmetic: Arithmetic):
        self.course, self.givens, self.arithmetic = course, givens, arithmetic
        self.programs: dict[int, Program] = {}
        self.carried = course.listing(1).carried
        self.olds = tuple(old for _, old in self.carried)

    @classmethod
    def of(cls, network: Network, batching: Batching, values: Mapping[Name, str]) -> Run:
        """A run in floats from the numbers of an example."""
        return cls(Course(network, batching), {name: float(number(text)) for name, text in values.items()}, FLOAT)

    def advance(self, first: int, last: int) -> bool:
        """Runs the steps from `first` up to, but not including, `last`.

        Returns whether fractions had to be given up on the way. Raises ComputationError with step and quantity;
        `givens` are then those of the step that broke.
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
        network, batching = self.course.network, self.course.batching
        if not batching.size or network.samples % batching.size == 0 or batching.size >= network.samples:
            return last
        steps = batching.steps_per_epoch(network.samples)
        place = (first - 1) % steps
        return first + 1 if place == steps - 1 else min(last, first + steps - 1 - place)

    def compilable(self) -> bool:
        """Compiled code knows floats and enclosures; fractions stay with the evaluator that keeps them short."""
        return not any(type(self.givens[old]).__name__ == "fmpq" for old in self.olds if old != TIME)

    def program(self, first: int, last: int) -> Program | None:
        """The compiled steps for the batches from here on, if they are worth it."""
        size = len(self.course.samples(first))
        if size not in self.programs:
            whole_run = self.course.batching.size is not None or last - first >= WORTH_COMPILING
            if not whole_run or len(self.course.listing(first).equations) > LARGEST_COMPILED:
                return None
            self.programs[size] = compiled(self.course, self.givens, self.arithmetic, first)
        return self.programs[size]

    def plain_step(self, step: int) -> bool:
        """One step, evaluated line by line."""
        equations, values = self.course.listing(step).equations, dict(self.givens)
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
                from backprop_trace.arithmetic import exact

                self.givens[old] = exact.shortened(values[new])
                shortened |= self.givens[old] is not values[new]
        return shortened

    def compiled_steps(self, program: Program, first: int, last: int) -> None:
        state = tuple(self.givens[old] for old in self.olds)
        reached = self.attempt(program, first, last, state)
        if reached is not None:
            self.givens.update(zip(self.olds, reached, strict=True))
            return
        while last - first > 1:  # where did it break? halve
            middle = (first + last) // 2
            reached = self.attempt(program, first, middle, state)
            if reached is None:
                last = middle
            else:
                first, state = middle, reached
        self.givens.update(zip(self.olds, state, strict=True))
        self.plain_step(first)  # names the quantity
        raise ComputationError("the number grows beyond what a float can hold (about 1.8e308)", step=first)

    def attempt(self, program: Program, first: int, last: int, state: tuple[Any, ...]) -> tuple[Any, ...] | None:
        """The state after the steps, or None if something breaks on the way."""
        for steps in (program.steps, program.careful):
            try:
                reached = steps(self.batches(program, first, last), *state)
            except (ArithmeticError, ValueError, TypeError):
                continue
            if self.arithmetic is not FLOAT or all(map(math.isfinite, reached)):
                return reached
        return None

    def batches(self, program: Program, first: int, last: int) -> Iterable[tuple[Any, ...]]:
        """The inputs and targets of each step."""
        if not program.per_batch:
            return repeat((), last - first)
        return (self.batch(program, self.course.samples(step)) for step in range(first, last))

    def batch(self, program: Program, samples: Samples) -> tuple[Any, ...]:
        actual = dict(zip(program.pattern, samples, strict=True))
        return tuple(self.givens[name._replace(sample=actual[name.sample])] for name in program.per_batch)


# --- from a listing to Python ---


def compiled(course: Course, givens: Mapping[Name, Any], arithmetic: Arithmetic, step: int) -> Program:
    """The listing of a step as a Python function; with mini-batches, one for every batch of this size."""
    equations, pattern = course.listing(step), course.samples(step)
    per_batch: tuple[Name, ...] = ()
    if len(pattern) < course.network.samples:
        per_batch = tuple(dict.fromkeys(name for name in _mentioned(equations.equations) if name.sample is not None
                                        and name in givens))  # fmt: skip
    writer = _Writer(equations, givens, arithmetic, per_batch)
    fast = {"exp": math.exp, "sqrt": math.sqrt} if arithmetic is FLOAT else {}
    functions = {**arithmetic.functions, "positive": arithmetic.is_positive, "power": arithmetic.power}
    code = compile(writer.source(), "<listing>", "exec")
    fast_steps, careful = (_function(code, {**each, **writer.constants}) for each in (functions | fast, functions))
    return Program(fast_steps, careful, per_batch, pattern)


def _function(code: CodeType, namespace: dict[str, Any]) -> Callable[..., tuple[Any, ...]]:
    exec(code, namespace)
    steps: Callable[..., tuple[Any, ...]] = namespace["steps"]
    return steps


def _mentioned(equations: Iterable[Equation]) -> Iterator[Name]:
    return (name for equation in equations for name in walk_names(equation.formula))


class _Writer:
    """The source text of a loop over training steps. Names become v0, v1, ..., numbers k0, k1, ..."""

    def __init__(
        self, equations: Listing, givens: Mapping[Name, Any], arithmetic: Arithmetic, per_batch: Sequence[Name]
    ):
        self.givens, self.arithmetic = givens, arithmetic
        self.identifiers: dict[Name, str] = {}
        self.constants: dict[str, Any] = {}
        self.numbers: dict[str, str] = {}
        self.olds = [self.new(old) for _, old in equations.carried]
        self.batch = [self.new(name) for name in per_batch]
        self.notation = _python(arithmetic, self.literal)
        lines = _nested(needed(equations), {new for new, _ in equations.carried})
        self.in_place = _in_place(lines, equations.carried)
        self.body = [line for e in lines if (line := self.line(e.name, self.without_ones(e.formula)))]
        self.carry = [
            (self.identifiers[old], self.identifiers[new]) for new, old in equations.carried if new not in self.in_place
        ]

    def new(self, name: Name) -> str:
        return self.identifiers.setdefault(name, f"v{len(self.identifiers)}")

    def identifier(self, name: Name) -> str:
        if name not in self.identifiers:
            self.constants[self.new(name)] = self.givens[name]
        return self.identifiers[name]

    def literal(self, text: str) -> Piece:
        if text not in self.numbers:
            self.numbers[text] = f"k{len(self.numbers)}"
            self.constants[self.numbers[text]] = self.arithmetic.constant(number(text))
        return self.numbers[text], ATOM

    def without_ones(self, formula: Formula) -> Formula:
        """Factors that are 1 change no bit, and are left out."""
        if isinstance(formula, Product):
            kept = tuple(self.without_ones(factor) for factor in formula.factors if not self.is_one(factor))
            return ONE if not kept else kept[0] if len(kept) == 1 else Product(kept)
        inside = parts(formula)
        return rebuild(formula, tuple(map(self.without_ones, inside))) if inside else formula

    def is_one(self, factor: Formula) -> bool:
        if isinstance(factor, Name):
            known = self.identifiers.get(factor)
            return bool((self.constants.get(known) if known else self.givens.get(factor)) == 1)
        return is_one(factor)

    def line(self, name: Name, formula: Formula) -> str:
        """A line of source; a name for another quantity, or for a number, needs none."""
        in_place = name in self.in_place
        if isinstance(formula, Name) and not in_place:
            self.identifiers[name] = self.identifier(formula)
            return ""
        if isinstance(formula, Number) and not in_place:
            self.identifiers[name] = self.literal(formula.text)[0]
            return ""
        text = show(formula, self.notation, lambda used: (self.identifier(used), ATOM))
        if in_place:
            self.identifiers[name] = self.identifiers[self.in_place[name]]
        return f"{self.new(name)} = {text}"

    def source(self) -> str:
        """Constants and functions are parameters with a default: Python finds local variables faster."""
        fixed = [f"{word}={word}" for word in ("exp", "sqrt", "max", "positive", "power", *self.constants)]
        body = list(self.body)
        if self.carry:
            olds, news = (", ".join(side) for side in zip(*self.carry, strict=True))
            body.append(f"{olds} = {news}")
        batch = f"({', '.join(self.batch)},)" if self.batch else "_"
        head = [
            f"def steps({', '.join(['batches', *self.olds, '*', *fixed])}):",
            f"    for {batch} in batches:",
        ]
        result = "".join(f"{old}, " for old in self.olds)
        return "\n".join([*head, *(f"        {line}" for line in body or ["pass"]), f"    return ({result})"])


DEEPEST = 6
"""So many lines are nested in one another at most."""


def _nested(lines: Sequence[Equation], results: Collection[Name]) -> list[Equation]:
    """Lines that only one other uses are put in there: it saves storing and loading, and changes no operation."""
    uses = Counter(_mentioned(lines))
    inside: dict[Name, Formula] = {}
    depth: Counter[Name] = Counter()
    kept = []
    for line in lines:
        within = [name for name in walk_names(line.formula) if name in inside]
        formula = substitute(line.formula, {name: inside.pop(name) for name in within}) if within else line.formula
        depth[line.name] = 1 + max((depth[name] for name in within), default=0)
        simple = isinstance(formula, Name | Number)
        if uses[line.name] == 1 and line.name not in results and depth[line.name] < DEEPEST and not simple:
            inside[line.name] = formula
        else:
            kept.append(line._replace(formula=formula))
    return kept


def _in_place(lines: Sequence[Equation], carried: Sequence[tuple[Name, Name]]) -> dict[Name, Name]:
    """The new values that can take the place of the old ones at once: no later line needs the old one."""
    same: dict[Name, Name] = {}
    for line in lines:
        if isinstance(line.formula, Name):
            same[line.name] = same.get(line.formula, line.formula)
    last = {same.get(name, name): place for place, line in enumerate(lines) for name in walk_names(line.formula)}
    places = {line.name: place for place, line in enumerate(lines)}
    return {new: old for new, old in carried if last.get(old, -1) <= places[new]}


def _python(arithmetic: Arithmetic, literal: Callable[[str], Piece]) -> Notation:
    notation = PYTHON._replace(number=literal)
    if arithmetic is FLOAT:
        return notation
    return notation._replace(
        power=lambda base, exponent: f"power({base}, {exponent})",
        cases=lambda test, positive, otherwise: (f"({positive} if positive({test}) else {otherwise})", ATOM),
    )


def needed(equations: Listing) -> list[Equation]:
    """The lines the next step depends on: not, for instance, the loss itself."""
    wanted = {new for new, _ in equations.carried}
    kept = []
    for equation in reversed(equations.equations):
        if equation.name in wanted:
            wanted.update(walk_names(equation.formula))
            kept.append(equation)
    return kept[::-1]
