"""What the checker knows of a line, printed in JavaScript, so that a page judges as `check` does.

    >>> from backprop_trace.files.spec import load
    >>> from backprop_trace.run.step import trace
    >>> t = trace(load("mazur"))
    >>> script = Script([*t.example.values, *t.by_name])
    >>> known = knowledge(t["E_o1"].equation, t.by_name, Facts(t.example), script)
    >>> known.operations[0].value
    'v=>pow((v[2]-v[20]),2)'

Of each line: its slopes by what it uses, the operations on the way (each may have been rounded), and the formulas one
mistake away. The same functions of the tree that the checker uses, in one alphabet more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from backprop_trace.check import causes, explain, findings, habits, judge, ledger
from backprop_trace.check.explain import trials
from backprop_trace.check.slips import SLIPS, Facts, bends, is_structural, with_targets_swapped, written_out
from backprop_trace.formulas.expr import (
    Call,
    Cases,
    Formula,
    Name,
    Number,
    Power,
    Product,
    Quotient,
    is_one,
    is_zero,
    names_in,
    parts,
    rebuild,
    slope,
    substitute,
)
from backprop_trace.formulas.numbers import as_float
from backprop_trace.model.chain import Equation
from backprop_trace.run.javascript import Script

DIGITS = (
    "factor-ten", "sign-dropped", "digits-swapped", "digit-lost", "exchanged", "stale", "copied-wrong",
    "given-misread", "targets-swapped",
)  # fmt: skip
"""Slips that are no bent formulas: the script knows how they come about."""

RULES: Mapping[str, object] = {
    "carried": habits.CARRIED, "coarse": habits.COARSE, "few": habits.FEWEST_FIGURES, "alike": as_float(habits.ALIKE),
    "enough": habits.ENOUGH, "finest": ledger.MOST_FIGURES, "units": judge.MOST_UNITS, "share": judge.SHARE,
    "learnt": judge.LEARNT_SHARE, "placeholders": judge.FEWEST_PLACEHOLDERS, "leastCut": judge.LEAST_CUT,
    "wide": trials.SHARE, "guess": explain.GUESS, "enoughFigures": trials.ENOUGH_FIGURES,
    "copies": trials.MOST_COPIES, "carriedUnits": trials.CARRIED_UNITS, "oneByOne": causes.ONE_BY_ONE,
    "most": causes.MOST_LINES,
}  # fmt: skip
"""The numbers that the checker judges by, as the script calls them."""


MOST_ALIKE = 30
"""Bends of one slip in a line: with many inputs, each of which may be taken for another, a page would be megabytes."""


class Operation(NamedTuple):
    """A product, quotient, power or function on the way: its value, and the slope of the whole line by it."""

    value: str
    slope: str


class Knowledge(NamedTuple):
    """`slopes` by the places of what the line uses; `bends` by slip, some of the line with those put in that are hardly
    ever written; `kind`: of its quantity; `flags`: r rational (no
    function, so it may end exactly), c copied (it repeats another number), i hardly ever written; `shortcut`: another
    formula that must give the same; `swapped`: with the targets exchanged."""

    slopes: tuple[tuple[int, str], ...]
    operations: tuple[Operation, ...]
    bends: tuple[tuple[str, str, bool], ...]
    kind: str
    flags: str
    shortcut: str
    swapped: str


def knowledge(equation: Equation, lines: Mapping[Name, Equation], facts: Facts, script: Script) -> Knowledge:
    """What is known of a line. Lines that are hardly ever written are put into its bent formulas."""
    formula = equation.formula
    swapped = with_targets_swapped(formula, facts)
    return Knowledge(
        tuple((script.places[name], script.function(slope(formula, name))) for name in names_in(formula)),
        tuple(_operations(formula, script)),
        tuple(_bends(equation, lines, facts, script)),
        findings.kind_of(equation.name),
        "r" * _is_rational(formula) + "c" * isinstance(formula, Name) + "i" * is_structural(equation.name),
        "" if equation.shortcut is None else script.function(equation.shortcut),
        "" if swapped is None else script.function(swapped),
    )


def _bends(
    equation: Equation, lines: Mapping[Name, Equation], facts: Facts, script: Script
) -> Iterator[tuple[str, str, bool]]:
    written = frozenset(name for name in lines if not is_structural(name))
    opened = written_out(equation.formula, lines, written)
    seen: set[tuple[str, str]] = set()
    found = [(bend, False) for bend in bends(equation, equation.formula, facts)]
    found += [(bend, True) for bend in bends(equation, opened, facts)] if opened != equation.formula else []
    alike = Counter[str]()
    for bend, is_opened in sorted(found, key=lambda each: SLIPS[each[0].slip].rank):
        alike[bend.slip] += 1
        if alike[bend.slip] > MOST_ALIKE:
            continue
        try:
            pair = bend.slip, script.function(bend.formula)
        except KeyError:  # it speaks of what is not on the page
            continue
        if pair not in seen:
            seen.add(pair)
            yield *pair, is_opened


_ROUNDED = (Product, Quotient, Power, Call)
_INNER = Name("operation")


def _operations(formula: Formula, script: Script) -> Iterator[Operation]:
    """Every operation inside a formula but the last, not those by 0 or 1."""
    for path, inside in _inside(formula, ()):
        if isinstance(inside, _ROUNDED) and not _is_trivial(inside):
            moved = slope(_with(formula, path, _INNER), _INNER)
            yield Operation(script.function(inside), script.function(substitute(moved, {_INNER: inside})))


def _inside(formula: Formula, path: tuple[int, ...]) -> Iterator[tuple[tuple[int, ...], Formula]]:
    for place, part in enumerate(parts(formula)):
        if not (isinstance(formula, Cases) and place == 0):  # a condition is looked at, not rounded
            yield (*path, place), part
            yield from _inside(part, (*path, place))


def _with(formula: Formula, path: tuple[int, ...], other: Formula) -> Formula:
    if not path:
        return other
    inside = list(parts(formula))
    inside[path[0]] = _with(inside[path[0]], path[1:], other)
    return rebuild(formula, tuple(inside))


def _is_trivial(formula: Formula) -> bool:
    return not names_in(formula) or any(is_zero(part) or is_one(part) for part in parts(formula)[1:])


def _is_rational(formula: Formula) -> bool:
    if isinstance(formula, Call):
        return formula.function in ("relu", "max", "min", "abs") and all(map(_is_rational, formula.arguments))
    if isinstance(formula, Power):
        return isinstance(formula.exponent, Number) and formula.exponent.text.isdigit() and _is_rational(formula.base)
    return all(map(_is_rational, parts(formula)))
