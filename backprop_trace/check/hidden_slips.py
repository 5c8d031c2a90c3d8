"""Which slips a sheet cannot show: those that give a number nobody could tell from an honest one.

    >>> from backprop_trace.check.checker import Checker
    >>> from backprop_trace.files.sheet import read_sheet
    >>> from backprop_trace.files.spec import load
    >>> sheet = read_sheet("dE/dw1: 0.0004\\nw1+: 0.15\\n", "sheet.yaml")
    >>> [(hidden.name, hidden.slips) for hidden in hidden_slips(Checker(load("mazur")), sheet)][0]
    ('w1+', ('ascent', 'no-rate', 'rate-twice', 'doubled', 'not-updated', 'change-times-weight', 'wrong-gradient'))

With more digits most of them would show; some never do, since the exercise's own numbers hide them (a learning rate
of 1 that is left out).
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from fractions import Fraction
from typing import Any, NamedTuple

from backprop_trace.check.checker import Checker
from backprop_trace.check.explain.trials import Middles
from backprop_trace.check.findings import HONEST, Answer
from backprop_trace.check.judge import Judge
from backprop_trace.check.judged_part import JudgedPart
from backprop_trace.check.slips import Bend
from backprop_trace.check.variant import Variant
from backprop_trace.check.wording import called
from backprop_trace.files.sheet import Sheet
from backprop_trace.formulas.arithmetic import FLOAT, ComputationError, evaluate, float_value
from backprop_trace.formulas.expr import Formula, Name
from backprop_trace.formulas.notation.names import canonical
from backprop_trace.formulas.numbers import as_float

AS_GOOD_AS_EQUAL = 1e-12


class Hidden(NamedTuple):
    """The slips a line of the sheet cannot show; `always` are those that no number of digits would show."""

    name: str
    step: int
    sample: int | None
    quantity: Name
    slips: tuple[str, ...]
    always: tuple[str, ...]


def hidden_slips(checker: Checker, sheet: Sheet) -> tuple[Hidden, ...]:
    """For each line of the sheet the slips whose value lies within what an honest writer may have got."""
    return tuple(hidden for part in checker.parts(sheet) for hidden in _hidden(part))


def _hidden(part: JudgedPart) -> Iterator[Hidden]:
    judge, _, findings, _ = part.choice.judge()
    elsewhere = {step: _elsewhere(judge.variant, step) for step in judge.steps}
    for finding in findings:
        answer, formula = finding.answer, finding.formula
        if formula is None or isinstance(formula, Name):
            continue
        true = {name: as_float(value) for name, value in judge.variant.true(answer.step).items()}
        bends = [
            bend
            for bend in judge.variant.at(answer.step).bends(answer.name, formula)
            if not _is_the_same(formula, bend, elsewhere[answer.step])
        ]
        always = _slips(bend for bend in bends if _is_the_same(formula, bend, true))
        now = _slips(bend for bend in bends if bend.slip not in always and _fits(judge, answer, bend))
        if now or always:
            name, quantity = answer.name._replace(sample=None), called(answer)
            yield Hidden(canonical(name), answer.step, answer.name.sample, quantity, now, always)


def _elsewhere(variant: Variant, step: int) -> dict[Name, Any]:
    """The values with other givens: what is equal there too is the same formula, and no slip."""
    draw = random.Random(20)
    values: dict[Name, Any] = {name: draw.uniform(0.1, 0.9) for name in variant.example.values}
    with suppress(ArithmeticError, ValueError, ComputationError):
        for equation in variant.at(step).listing.equations:
            values[equation.name] = evaluate(equation.formula, values, FLOAT)
    return values


def _slips(bends: Iterable[Bend]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(bend.slip for bend in bends))


def _is_the_same(formula: Formula, bend: Bend, values: Mapping[Name, float]) -> bool:
    """Does the bent line give the very same value?"""
    honest, bent = float_value(formula, values), float_value(bend.formula, values)
    if honest is None or bent is None:
        return False
    return abs(honest - bent) <= AS_GOOD_AS_EQUAL * max(abs(honest), abs(bent))


def _fits(judge: Judge, answer: Answer, bend: Bend) -> bool:
    """Would the bent line's number, to the digits of the sheet, be judged honest?"""
    value = float_value(bend.formula, Middles(judge.ledger.narrow().at(answer.step)))
    if value is None:
        return False
    reading = answer.readings[0]
    number = Fraction(value)
    if reading.half_unit:
        number = round(number / (2 * reading.half_unit)) * 2 * reading.half_unit
    bent = answer._replace(readings=(reading._replace(value=number),))
    return judge.honest(answer.step, bent).verdict in HONEST
