"""Honest writers: people who calculate rightly, each with habits of digits, carrying, skipping and rounding.

    >>> import random
    >>> from backprop_trace.files.spec import load
    >>> from evidence.calculation import calculation
    >>> sheet = written(calculation(load("mazur"), 1), Habit(), random.Random(1))
    >>> sheet.text.splitlines()[:2]
    ['net_h1 = 0.3775', 'out_h1 = 0.5933']

A habit is a few numbers; `HABITS` names those that are measured one by one.
"""

from __future__ import annotations

import decimal
import random
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from functools import partial
from types import MappingProxyType
from typing import NamedTuple

from backprop_trace.formulas.expr import Formula, Name
from evidence.calculation import At, Calculation, Line, before, value


class Habit(NamedTuple):
    """How somebody writes.

    digits    how many: decimals, or significant figures; two numbers: anything between, line by line
    figures   whether significant figures are meant
    mode      how the last digit comes about
    carried   True: the calculator keeps all digits, False: what is written is used again
    products  whether every product, quotient, power and function on the way is rounded, too
    skipped   the part of the lines that is not written down
    lone      so many lines only (0: as many as are not skipped)
    shortcut  softmax and cross-entropy by p - t
    """

    digits: tuple[int, int] = (4, 4)
    figures: bool = False
    mode: str = decimal.ROUND_HALF_UP
    carried: bool = False
    products: bool = False
    skipped: float = 0
    lone: int = 0
    shortcut: bool = False


class Wrote(NamedTuple):
    """One line of a sheet: where it stands, the number as text, and the line of the text."""

    line: Line
    text: str
    row: int


class Sheet(NamedTuple):
    text: str
    wrote: tuple[Wrote, ...]


def rounded(number: Decimal, digits: int, figures: bool = False, mode: str = decimal.ROUND_HALF_UP) -> Decimal:
    """A number to so many decimals or significant figures."""
    last = -digits if not figures else number.adjusted() - digits + 1 if number else -digits
    return (+number.quantize(Decimal(1).scaleb(min(last, 0)), mode)) if last < 0 else number.quantize(
        Decimal(1).scaleb(last), mode
    ).quantize(Decimal(1))  # fmt: skip


def spelled(number: Decimal) -> str:
    return f"{number:f}" if number else f"{abs(number):f}"


Bend = Mapping[At, Formula]
"""Lines that somebody works out by another formula."""

AS_TAUGHT: Bend = MappingProxyType({})

Copying = Callable[[Line, Decimal, Decimal], Decimal]
"""What somebody puts down for a line instead of the number that came out (as it is, and rounded)."""


def digits_of(calculated: Calculation, habit: Habit, rng: random.Random, lines: Iterable[Line]) -> dict[At, int]:
    """How many digits each line gets.

    Lines that are not written down are carried as some written one is, except those that only repeat a number.
    """
    shown = {line.at: rng.randint(*habit.digits) for line in lines}
    seen = list(shown.values())
    carried = [line for line in calculated.lines if line.at in shown or not isinstance(line.formula, Name)]
    return {line.at: shown.get(line.at) or rng.choice(seen) for line in carried}


def figured(
    calculated: Calculation,
    habit: Habit,
    digits: Mapping[At, int],
    bends: Bend = AS_TAUGHT,
    copied: Copying | None = None,
) -> dict[At, Decimal]:
    """For every line the number as it is written down (or would be)."""
    shown: dict[At, Decimal] = {}
    used: dict[At, Decimal] = {}
    for line in calculated.lines:
        step, kept = line.step, partial(rounded, digits=digits.get(line.at, 0), figures=habit.figures, mode=habit.mode)
        formula = bends.get(line.at) or (habit.shortcut and line.shortcut) or line.formula
        look = partial(before, step, known=used, given=calculated.given)
        found = value(formula, look, kept if habit.products else None)
        shown[line.at] = found if isinstance(formula, Name) and line.at not in digits else kept(found)
        if copied is not None:
            shown[line.at] = copied(line, found, shown[line.at])
        changed = shown[line.at] != kept(found)
        used[line.at] = found if habit.carried and not changed else shown[line.at]
    return shown


def chosen(calculated: Calculation, habit: Habit, rng: random.Random) -> list[Line]:
    """The lines that are written down."""
    lines = list(calculated.lines)
    if habit.lone:
        picked = set(rng.sample(range(len(lines)), min(habit.lone, len(lines))))
        return [line for place, line in enumerate(lines) if place in picked]
    return [line for line in lines if rng.random() >= habit.skipped] or [rng.choice(lines)]


def laid_out(lines: list[Line], texts: Mapping[At, str]) -> Sheet:
    """A sheet as plain lines, with a section for each step if there are several."""
    rows: list[str] = []
    wrote: list[Wrote] = []
    sections = len({line.step for line in lines}) > 1 or (lines and lines[0].step > 1)
    step = 0
    for line in lines:
        if sections and line.step != step:
            step = line.step
            rows.append(f"step {step}:")
        rows.append(f"{line.spelled} = {texts[line.at]}")
        wrote.append(Wrote(line, texts[line.at], len(rows)))
    return Sheet("\n".join(rows) + "\n", tuple(wrote))


def written(calculated: Calculation, habit: Habit, rng: random.Random, bends: Bend = AS_TAUGHT) -> Sheet:
    """A sheet by somebody with this habit. Raises decimal.DecimalException where their own zeros stop them."""
    lines = chosen(calculated, habit, rng)
    shown = figured(calculated, habit, digits_of(calculated, habit, rng, lines), bends)
    return laid_out(lines, {at: spelled(number) for at, number in shown.items()})


CUT = decimal.ROUND_DOWN

HABITS: Mapping[str, Habit] = {
    **{f"{places} decimals": Habit((places, places)) for places in (2, 3, 4, 5, 6)},
    **{f"{figures} figures": Habit((figures, figures), figures=True) for figures in (2, 3, 4, 5, 6)},
    "uneven decimals": Habit((2, 6)),
    "uneven figures": Habit((2, 6), figures=True),
    "carried, 2 decimals": Habit((2, 2), carried=True),
    "carried, 4 decimals": Habit(carried=True),
    "carried, 3 figures": Habit((3, 3), figures=True, carried=True),
    "carried, uneven": Habit((2, 6), carried=True),
    "products, 3 decimals": Habit((3, 3), products=True),
    "products, 4 decimals": Habit(products=True),
    "products, 3 figures": Habit((3, 3), figures=True, products=True),
    "products, 4 figures": Habit(figures=True, products=True),
    "cut, 3 decimals": Habit((3, 3), mode=CUT),
    "cut, 4 decimals": Habit(mode=CUT),
    "cut, carried": Habit(mode=CUT, carried=True),
    "cut, 4 figures": Habit(figures=True, mode=CUT),
    "half even": Habit(mode=decimal.ROUND_HALF_EVEN),
}


def skipping(habit: Habit, rng: random.Random) -> Habit:
    """The habit as it is, with lines skipped, or reduced to a few lines."""
    way = rng.random()
    if way < 0.3:
        return habit._replace(shortcut=rng.random() < 0.5)
    if way < 0.9:
        return habit._replace(skipped=rng.uniform(0.1, 0.9), shortcut=rng.random() < 0.5)
    return habit._replace(lone=rng.randint(1, 3))
