"""Formulas as answers: is what the writer wrote the same function as the line of the listing?

Two formulas are held to be the same if certified evaluation gives the same value at several random parameters and
inputs, with the listing computed anew each time; literals, targets and the learning rate stay as they are. A point
where something is not defined is drawn again. A wrong formula is compared with the slips of the line in the same way.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any

from flint import arb

from backprop_trace.check.findings import Answer
from backprop_trace.check.formula_names import FormulaNames, formulas
from backprop_trace.check.lines import Lines
from backprop_trace.check.report import Words
from backprop_trace.check.slips import SLIPS
from backprop_trace.check.variant import Variant
from backprop_trace.check.wording import joined
from backprop_trace.formulas.arithmetic import ComputationError, evaluate, evaluate_all
from backprop_trace.formulas.arithmetic.exact import EXACT, precision, to_fmpq
from backprop_trace.formulas.expr import Formula, Name, Number, names_in
from backprop_trace.formulas.paper import plain
from backprop_trace.formulas.parse import BadFormula
from backprop_trace.model.update import ETA, TIME

POINTS, MOST_DRAWS, BITS = 5, 40, 256
MOST_BETWEEN = 12

Points = list[Mapping[Name, Any]]
Values = list[arb | None]

Verdict = tuple[str, tuple[str, ...], Words, Formula | None]
"""verdict, slips, what is said, and the formula as it should be"""


def judge_formula(variant: Variant, answer: Answer, names: FormulaNames, comma: bool = False) -> Verdict:
    """right, slip, wrong or undecided; `unknown` if the formula cannot be read, or is right in none of several
    readings."""
    text = answer.readings[0].text
    if answer.name in variant.example.values:
        return "unknown", (), ("this is given: copy its number",), None
    lines = variant.at(answer.step)
    try:
        read = list(formulas(plain(text, comma), names))
    except BadFormula as bad:
        astray = [int(found) for found in re.findall(r"\[(\d{1,9})\]", text)]
        if others := [sample for sample in astray if sample not in lines.samples and lines.samples != (None,)]:
            return "unknown", (), (f"sample {others[0]} is not used in step {answer.step}",), None
        return "unknown", (), (f"the formula cannot be read: {bad} (column {bad.start + 1})",), None
    with precision(BITS):
        points = list(_points(variant, answer.step))
        if len(points) < POINTS:
            return "undecided", (), ("the formula could not be evaluated at enough points",), None
        found = [_judged(lines, answer.name, formula, points) for formula in read]
    right = [verdict for verdict in found if verdict[0] == "right"]
    if right or len(found) == 1:
        return (right or found)[0]
    return "unknown", (), ("names in this formula may mean several quantities: write them as files do",), None


def computed_by(lines: Lines, formula: Formula, points: Points) -> Name | None:
    """The one quantity that a formula over names computes: out_o1 (1 - out_o1) is the slope at o1. None if it is no
    quantity's or several's, of which none is computed from just these names; those that copy another are not counted.
    `points` are those of `points_of`."""
    with precision(BITS):
        values = [_value(formula, point) for point in points]
        found = [
            name
            for name, equation in lines.equations.items()
            if not isinstance(equation.formula, Name | Number) and _same(values, (point[name] for point in points))
        ]
    used = set(names_in(formula))
    found = [name for name in found if set(names_in(lines.equations[name].formula)) == used] or found
    return found[0] if len(found) == 1 and points else None


def points_of(variant: Variant, step: int) -> Points:
    """The values of a step's listing at random parameters and inputs, to compare formulas at."""
    with precision(BITS):
        return list(_points(variant, step))


def _judged(lines: Lines, name: Name, formula: Formula, points: Points) -> Verdict:
    true = lines.equations[name].formula
    should = lines.opened(name, frozenset())
    values = [_value(formula, point) for point in points]
    if any(value is None for value in values):
        return "wrong", (), ("the formula is not defined where the line is",), should
    if _same(values, [point[name] for point in points]):
        return "right", (), ("the same function",) if formula != true else (), None
    found = _slips_of(lines, name, values, points) or _slips_before(lines, name, formula, values, points)
    if found:
        reasons = joined("; or if ", found.values())
        return "slip", tuple(found), ("your formula is what one gets if ", *reasons), should
    return "wrong", (), ("not the same function, and no known slip gives it",), should


def _slips_of(lines: Lines, name: Name, values: Values, points: Points) -> dict[str, Words]:
    """The slips of the line itself that give the values, each with its sentence; the classical ones first."""
    opened = lines.opened(name, frozenset())
    bends = [*lines.bends(name, opened), *lines.bends(name, lines.equations[name].formula)]
    fitting = {b.slip for b in bends if _same(values, (_value(b.formula, point) for point in points))}
    return {slip: (SLIPS[slip].sentence,) for slip in sorted(fitting, key=lambda slip: (SLIPS[slip].rank, slip))}


def _slips_before(lines: Lines, name: Name, formula: Formula, values: Values, points: Points) -> dict[str, Words]:
    """The slips of a line that the formula has written out in itself, nearest first."""
    between = _written_out(lines, name, formula)
    for line in reversed(between):
        later = [(each, lines.equations[each].formula) for each in between[between.index(line) + 1 :]]
        later.append((name, lines.equations[name].formula))
        for bend in lines.bends(line, lines.opened(line, frozenset())):
            if SLIPS[bend.slip].rank == 1 and _same(values, _carried_on(line, bend.formula, later, points)):
                return {bend.slip: (f"{SLIPS[bend.slip].sentence}, in ", line)}
    return {}


def _written_out(lines: Lines, name: Name, formula: Formula) -> list[Name]:
    """The lines between a line and what its formula mentions, in order."""
    mentioned, found = set(names_in(formula)), set[Name]()
    stack = list(lines.uses[name])
    while stack:
        used = stack.pop()
        if used not in mentioned and used not in found and used in lines.equations:
            found.add(used)
            stack.extend(lines.uses[used])
    return [line for line in lines.equations if line in found][-MOST_BETWEEN:]


def _carried_on(line: Name, bent: Formula, later: list[tuple[Name, Formula]], points: Points) -> Iterator[arb | None]:
    """The values of the last of the later lines when one before them is bent."""
    for point in points:
        changed = {**point, line: _value(bent, point)}
        for each, formula in later:
            changed[each] = None if changed[line] is None else _value(formula, changed)
            if changed[each] is None:
                yield None
                return
        yield changed[later[-1][0]]


def _points(variant: Variant, step: int) -> Iterator[Mapping[Name, Any]]:
    """Values of the whole listing at random parameters and inputs (always the same ones)."""
    draw = random.Random(20)
    lines = [(equation.name, equation.formula) for equation in variant.at(step).listing.equations]
    found = 0
    for _ in range(MOST_DRAWS):
        values = {
            name: to_fmpq(_drawn(name, true, draw))
            for name in variant.example.values
            if (true := variant.given(name)) is not None
        }
        try:
            yield evaluate_all(lines, values, EXACT)
        except (ComputationError, ArithmeticError):
            continue
        found += 1
        if found == POINTS:
            return


def _drawn(name: Name, given: Fraction, draw: random.Random) -> Fraction:
    """Another number for a given one; what a rule has is a share or positive, as it must be, and steps are whole."""
    if name.kind == "target" or name == ETA:
        return given
    if name == TIME:
        return Fraction(draw.randrange(2, 9))
    return Fraction(draw.randrange(1, 1000) if name.kind else draw.randrange(-1500, 1500), 1000)


def _value(formula: Formula, point: Mapping[Name, Any]) -> arb | None:
    try:
        value = evaluate(formula, point, EXACT)
    except (ComputationError, ArithmeticError, ValueError, LookupError):
        return None
    ball = value if isinstance(value, arb) else arb(value)
    return ball if ball.is_finite() else None


def _same(values: Values, others: Iterable[Any]) -> bool:
    """Do all pairs agree to within what the enclosures leave open? (The first that do not end it.)"""
    return all(
        value is not None
        and other is not None
        and bool(value.overlaps(other if isinstance(other, arb) else arb(other)))
        for value, other in zip(values, others, strict=False)
    )


__all__ = ["computed_by", "judge_formula", "points_of"]
