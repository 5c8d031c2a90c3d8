"""Reads back every equation that reports on planted mistakes print, and checks that it holds to the digits printed.

    python -m evidence.equations --sheets 1000 --keep /tmp/cases

An equation is `name = formula = numbers = value`; `numbers` is worked out again here. Each number in it that is not the
example's own (as the file writes it) may vary by half a unit of its last digit, and the value by half a unit of its
own; where the sheet cuts numbers off, by a whole one.
"""

from __future__ import annotations

import argparse
import decimal
import random
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal, DecimalException
from typing import Any, NamedTuple

from backprop_trace.formulas.expr import Formula, Minus, Number, parts, rebuild
from backprop_trace.formulas.parse import read_formula
from backprop_trace.render.pages.report import record
from evidence.calculation import exact, unit, value
from evidence.judged import Cases, Exercise, command, judge, table
from evidence.mistakes import plant
from evidence.power import KINDS, somewhere, spoiled
from evidence.writers import CUT, Habit

CALLED = {"ln": "log", "e": "exp"}


class Read(NamedTuple):
    """One equation: which of a line's it is, its pieces, and the text between them."""

    which: str
    pieces: tuple[str, ...]


def printed(line: Mapping[str, Any]) -> Iterator[Read]:
    """The equations of a judged line, as a record of the report has them."""
    for which in ("should", "bent"):
        pieces = tuple(line[which].split(" = "))
        if len(pieces) > 2 and not re.search(r"[A-Za-z]\w*_|\bd\w+/d|[wb]\d", pieces[-2]):
            yield Read(which, pieces)


def readable(text: str) -> str:
    """What a report prints, in the words of a formula: no remarks, powers of ten as numbers."""
    text = re.sub(r"\s*\([a-z][^()]*\)\s*$", "", text.replace("·", "*").replace("−", "-"))
    return text.replace("...", "").strip().rstrip(".")


def numbers_in(formula: Formula) -> list[Number]:
    if isinstance(formula, Number):
        return [formula]
    return [number for part in parts(formula) for number in numbers_in(part)]


def moved(formula: Formula, which: int, by: Decimal) -> Formula:
    """The formula with one of its numbers moved."""
    place = -1

    def change(part: Formula) -> Formula:
        nonlocal place
        if isinstance(part, Number):
            place += 1
            if place == which:
                new = exact(part.text) + by
                return Minus(Number(f"{-new:f}")) if new < 0 else Number(f"{new:f}")
            return part
        inside = parts(part)
        return rebuild(part, tuple(change(piece) for piece in inside)) if inside else part

    return change(formula)


def slack(formula: Formula, centre: Decimal, own: frozenset[Decimal], cut: bool) -> Decimal:
    """How far the value moves if the numbers that are not the example's own vary by half a unit."""
    total = Decimal(0)
    for place, number in enumerate(numbers_in(formula)):
        if "/" in number.text or abs(exact(number.text)) in own or "." not in number.text:
            continue
        by = unit(number.text) / (1 if cut else 2)
        reached = [abs(value(moved(formula, place, side * by), str) - centre) for side in (1, -1)]
        total += max(reached)
    return total


def holds(read: Read, own: frozenset[Decimal], cut: bool) -> str:
    """'' if the equation is true, 'unread' if it is no formula of numbers, else what is wrong with it."""
    *_, numbers, result = read.pieces
    try:
        formula = read_formula(readable(numbers), lambda text: None)
        shown = Decimal(readable(result))
    except (ValueError, DecimalException):
        return "unread"
    try:
        centre = value(formula, str)
        allowed = slack(formula, centre, own, cut) * Decimal("1.02")
    except (DecimalException, TypeError):
        return "unread"
    last = unit(readable(result)) * (1 if read.which == "bent" and cut else Decimal("0.5"))
    off = abs(centre - shown)
    return (
        ""
        if off <= allowed + last * Decimal("1.0001")
        else f"gives {centre:.8}, off by {off:.2} of {allowed + last:.2}"
    )


SMALL = frozenset(Decimal(number) for number in (0, 1, 2, 3, 4, 10))


def judged_equations(made: Exercise, text: str, tally: Counter[str], cases: Cases, cut: bool = False) -> None:
    own = frozenset(abs(number) for number in made.calculated.given.values()) | SMALL
    for line in record(judge(made, text))["lines"]:
        for read in printed(line):
            said = holds(read, own, cut)
            tally[read.which] += 1
            if said:
                tally[f"{read.which} unread" if said == "unread" else f"{read.which} false"] += 1
                cases.add(
                    f"{read.which} {said.split()[0]} {'+'.join(line['slips'][:2])}",
                    made,
                    text,
                    f"{' = '.join(read.pieces)} {said}",
                )
            elif read.which == "bent" and line["written"] is not None and not same(read.pieces[-1], line["written"]):
                tally["bent ends elsewhere"] += 1
                cases.add("bent ends elsewhere", made, text, f"{' = '.join(read.pieces)}, written {line['written']}")


def same(shown: str, written: str) -> bool:
    try:
        return Decimal(readable(shown)) == exact(written.strip("~"))
    except DecimalException:
        return True


HABITS = (Habit(), Habit((3, 3)), Habit((2, 6)), Habit((4, 4), figures=True), Habit(mode=CUT), Habit(carried=True))


def planted_sheets(sheets: int, seed: int) -> Iterator[tuple[Exercise, str, bool]]:
    """Sheets with one to three mistakes, some with lines skipped, some cut off."""
    for number in range(sheets):
        rng = random.Random(f"equations {seed} {number}")
        habit = rng.choice(HABITS)._replace(skipped=rng.choice((0, 0, 0.3, 0.6)))
        try:
            made = somewhere(rng.choice(tuple(KINDS)), rng)
            found = [plant(made, rng.choice(tuple(KINDS)), rng, KINDS) for _ in range(rng.randint(1, 3))]
            sheet = spoiled(made, habit, rng, [one for one in found if one is not None])
        except (DecimalException, decimal.InvalidOperation):
            continue
        yield made, sheet.text, habit.mode == CUT


def tallied(options: argparse.Namespace, cases: Cases) -> Counter[str]:
    """How many reports, how many equations, how many of them false."""
    tally = Counter[str]()
    for made, text, cut in planted_sheets(options.sheets, options.seed):
        tally["reports"] += 1
        judged_equations(made, text, tally, cases, cut)
    return tally


def measure(options: argparse.Namespace) -> None:
    cases = Cases(options.keep)
    table(("equations", "number"), sorted(tallied(options, cases).items()))
    cases.report(40)


if __name__ == "__main__":
    command(measure, 500)
