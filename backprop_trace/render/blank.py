"""Sheets to be filled in, and keys: the lines of an example in the order in which a person works them out.

    >>> from backprop_trace.spec import load
    >>> "".join(blank("plain", load("hmkcode"), ("loss",), None, 1)).splitlines()[-3:]
    ['# Loss', 'E_o1 = ', 'E = ']

What is written here, `sheet` reads back.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby

from backprop_trace.chain import Equation
from backprop_trace.expr import Name
from backprop_trace.network import listing
from backprop_trace.notation.names import canonical
from backprop_trace.render.csv import line_of, safe
from backprop_trace.render.table import HEADINGS
from backprop_trace.source import printable
from backprop_trace.spec import Example

MOST_GIVENS = 60
WIDTH = 98

Values = Callable[[int], Mapping[Name, str]]
"""The numbers to be put in, step by step."""


def blank(form: str, example: Example, phases: Sequence[str], values: Values | None, steps: int) -> Iterator[str]:
    """A sheet in pieces: a format of FORMATS, some phases, the numbers (None: to be filled in), so many steps."""
    equations = [equation for equation in listing(example.network).equations if equation.phase in phases]
    yield from FORMATS[form](example, equations, values or (lambda step: {}), steps)


def _yaml(example: Example, equations: Sequence[Equation], values: Values, steps: int) -> Iterator[str]:
    yield from _opening(example, "yaml")
    for step in range(1, steps + 1):
        indent = "  " if steps > 1 else ""
        yield f"\nstep {step}:\n" if steps > 1 else ""
        numbers = values(step)
        for heading, names in _phases(equations):
            yield f"\n{indent}# {heading}\n"
            yield from (f"{indent}{canonical(name)}: {numbers.get(name, '')}".rstrip() + "\n" for name in names)


def _plain(example: Example, equations: Sequence[Equation], values: Values, steps: int) -> Iterator[str]:
    yield from _opening(example, "txt")
    for step in range(1, steps + 1):
        yield f"\nstep {step}:\n" if steps > 1 else ""
        numbers = values(step)
        for heading, names in _phases(equations):
            yield f"\n# {heading}\n"
            yield from (f"{canonical(name)} = {numbers.get(name, '')}\n" for name in names)


def _csv(example: Example, equations: Sequence[Equation], values: Values, steps: int) -> Iterator[str]:
    yield line_of(("step", "sample", "name", "value"))
    for step in range(1, steps + 1):
        numbers = values(step)
        for equation in equations:
            name = equation.name
            yield line_of((step, name.sample, canonical(name._replace(sample=None)), safe(numbers.get(name, ""))))


FORMATS: Mapping[str, Callable[[Example, Sequence[Equation], Values, int], Iterator[str]]] = {
    "yaml": _yaml,
    "csv": _csv,
    "plain": _plain,
}


def _opening(example: Example, ending: str) -> Iterator[str]:
    name = printable(example.name)
    yield f"# {printable(example.title) or name}\n"
    yield "# Write your numbers behind the names, leave empty what you have not computed, and run\n"
    yield f"#   backprop-trace check {name} my-sheet.{ending}\n"
    pairs = [f"{canonical(name)}\u00a0=\u00a0{number}" for name, number in example.values.items()]
    given = ", ".join(pairs) if len(pairs) <= MOST_GIVENS else f"{len(pairs)} numbers"
    for line in textwrap.wrap(f"given: {given}", WIDTH, subsequent_indent=" " * 7,
                              break_long_words=False, break_on_hyphens=False):  # fmt: skip
        yield f"# {line}\n".replace("\u00a0", " ")


def _phases(equations: Sequence[Equation]) -> Iterator[tuple[str, list[Name]]]:
    for phase, members in groupby(equations, key=lambda equation: equation.phase):
        yield HEADINGS[phase], [equation.name for equation in members]
