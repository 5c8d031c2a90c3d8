"""Lines with their numbers put in: `net_h1 = 0.15*0.05 + 0.2*0.1 + 0.35 = 0.3775`.

A part of such a chain is evaluated, with our own parser and enclosures: each number stands for the interval of its
digits, unless it is one of those given, or whole. What a part comes to is compared with the part behind it, to what
rounding on the way may do; where they part, either the first is not what the line should be, or the second does not
follow from it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from math import floor, log10
from typing import NamedTuple

from flint import arb

from backprop_trace.check.course import Course
from backprop_trace.files.sheet import Entry, Passage, Written, decimals, half_unit
from backprop_trace.files.sheet.numbers import as_number
from backprop_trace.formulas.arithmetic import ComputationError
from backprop_trace.formulas.arithmetic.ball import ball, contains, enclose, is_bounded
from backprop_trace.formulas.arithmetic.exact import precision
from backprop_trace.formulas.expr import Formula, Minus, Name, Number, Power, names_in, parts, rebuild
from backprop_trace.formulas.numbers import NotANumber, number
from backprop_trace.formulas.paper import plain
from backprop_trace.formulas.parse import BadFormula, read_formula

BITS = 128
FIGURES = 12
DEEPEST_PUT_IN = 3
"""Formulas are put into formulas so deep, where a line is written out."""
TINIEST = 10_000
"""What is smaller than 2 to minus this is nothing beside any digit that is written."""
LARGEST_POWER = 12
"""Decimal digits before the point beyond which nothing is written out."""
_NUMBER_ALONE = re.compile(r"(?<![\w^_.])\.?\d")

_OPERATOR = re.compile(r"[-+*/^·×()]")
_WORD = re.compile(r"(?<![\w'])[^\W\d_]{3,}(?![\w(])")
MANY_WORDS = 4
"""So many words are prose, whatever signs stand among them."""

_RAISED_PLACE = re.compile(r"(?:[A-Za-z∂]\w+|(?!e)[A-Za-z])\^\{?(?:\w+,)?\((?:t=)?\d|\|_")

Lookup = Callable[[str], Name | None]


class ChainPart(NamedTuple):
    """A part of a chain: its text, and its formula over names and literals, with what each literal may be."""

    text: str
    formula: Formula
    literals: Mapping[Name, arb]

    @property
    def names(self) -> tuple[Name, ...]:
        return tuple(name for name in names_in(self.formula) if name not in self.literals)


class Blame(NamedTuple):
    """Where a chain breaks: the part that is not what the line should be (`part`), or what does not follow from it."""

    part: ChainPart
    value: Written
    behind: str
    """What stands behind the part that should be equal to it."""


def read_part(text: str, entry: Entry, course: Course, lookup: Lookup, decimal_comma: bool) -> ChainPart:
    """A part of the chain of an entry. Raises BadFormula."""
    if _RAISED_PLACE.search(text):
        raise BadFormula("a sample or time step above a name is not read in formulas", 0, len(text))
    formula = read_formula(plain(text, decimal_comma), lookup, implied=True)
    literals: dict[Name, arb] = {}
    exact = _exact_numbers(entry, course)
    return ChainPart(text, _with_literals_named(formula, literals, exact), literals)


def with_numbers(entry: Entry, course: Course, lookup: Lookup, decimal_comma: bool) -> Entry | Passage:
    """An entry that is a calculation without its result gets the result; one that cannot be read is a passage."""
    if entry.block or entry.readings[-1].value is not None:
        return entry
    text = entry.readings[-1].text
    try:
        part = read_part(text, entry, course, lookup, decimal_comma)
    except (BadFormula, NotANumber) as bad:
        return _unreadable(entry, text, bad)
    if part.names:
        return entry
    value = evaluated(part, {}, entry.readings[-1])
    if value is None:
        return Passage(f"{entry.spelling} = {text}"[:200], entry.place, "it cannot be evaluated")
    return entry._replace(readings=(*entry.readings[:-1], value))


def _unreadable(entry: Entry, text: str, bad: Exception) -> Entry | Passage:
    """A formula with a name that is not known is asked about; what is no formula at all was not read."""
    number_alone = _NUMBER_ALONE.search(text) is not None
    whole = f"{entry.spelling} = {text}"[:200]
    if (
        any(sign in text for sign in "ΣΠ∑∏…")
        or "..." in text
        or "|_" in text
        or len(_WORD.findall(text)) >= MANY_WORDS
        or (not number_alone and not _OPERATOR.search(text))
    ):
        return Passage(whole, entry.place)
    if re.search(r"\[\d+\]", text):
        return entry
    if "no meaning" in str(bad) or not re.search(r"[^\W\d]", text):
        return Passage(whole, entry.place, str(bad) if number_alone else "")
    return entry


def _exact_numbers(entry: Entry, course: Course) -> Mapping[Fraction, int]:
    """The given numbers that a line may use, with their decimals: those in its own formula and in the formulas of
    what it uses. What is written with more decimals (0.50 for a given 0.5) may as well be a rounded number."""
    lines, values = course.at(entry.section.step), course.example.values
    name = lines.exact(entry.meant or entry.spelling, entry.section.sample)
    near = set(values) if name is None else {name}
    for _ in range(DEEPEST_PUT_IN if name is not None else 0):
        near |= {used for each in near if each in lines.equations for used in names_in(lines.equations[each].formula)}
    found: dict[Fraction, int] = {}
    for text in (values[each] for each in near if each in values and each not in course.rounded):
        value = abs(number(text))
        found[value] = max(found.get(value, 0), decimals(text))
    return found


def _with_literals_named(formula: Formula, literals: dict[Name, arb], exact: Mapping[Fraction, int]) -> Formula:
    match formula:
        case Number(text):
            value = number(text)
            is_exact = decimals(text) <= exact.get(value, -1) or value.denominator == 1 or "/" in text
            name = Name("literal", str(len(literals)))
            literals[name] = ball(value, Fraction(0) if is_exact else half_unit(text))
            return name
        case Power(base, (Number() | Minus(Number())) as exponent):
            return Power(_with_literals_named(base, literals, exact), exponent)
        case Name():
            return formula
    return rebuild(formula, tuple(_with_literals_named(inside, literals, exact) for inside in parts(formula)))


def enclosed(part: ChainPart, values: Mapping[Name, arb], slack: Fraction = Fraction(0)) -> arb | None:
    """What a part may come to, for somebody who rounds at each operation by so much."""
    try:
        with precision(BITS):
            band = enclose(part.formula, {**values, **part.literals}, slack)
    except (ComputationError, ArithmeticError, ValueError, KeyError):
        return None
    return band if is_bounded(band) and float(abs(band.mid())) < 10.0**LARGEST_POWER * 1e6 else None


def evaluated(part: ChainPart, values: Mapping[Name, arb], at: Written) -> Written | None:
    """What a part comes to, with the digits that its numbers tell."""
    band = enclosed(part, values)
    if band is None:
        return None
    middle, radius = _fraction(band.mid()), _fraction(band.rad())
    size = abs(float(middle))
    figures = FIGURES - 1 - (floor(log10(size)) if size else 0)
    told = floor(-log10(2 * float(radius))) if radius > Fraction(1, 10**30) else figures
    places = max(0, min(figures, told))
    rounded = round(middle, places)
    text = f"{rounded.numerator / rounded.denominator:.{places}f}" if places < 15 else _long(rounded, places)
    text = text.rstrip("0") if told == figures and "." in text else text
    text = f"{text}0" if text.endswith(".") else text
    value = Fraction(text)
    return Written(text, value, at.place, max(half_unit(text), radius + abs(value - middle)))


def _long(value: Fraction, places: int) -> str:
    digits = f"{abs(value.numerator * 10**places // value.denominator):0{places + 1}d}"
    return f"{'-' if value < 0 else ''}{digits[:-places]}.{digits[-places:]}"


def _fraction(value: arb) -> Fraction:
    mantissa, exponent = map(int, value.man_exp())
    if exponent < -TINIEST:
        return Fraction(0)
    return Fraction(mantissa * 2**exponent) if exponent >= 0 else Fraction(mantissa, 2**-exponent)


# --- where a chain breaks ---


def breaks(
    entry: Entry, course: Course, lookup: Lookup, values: Mapping[Name, arb], decimal_comma: bool
) -> Blame | None:
    """The first part of an entry's chain that the part behind it does not follow from; None if all hang together."""
    found = list(_readable(entry, course, lookup, decimal_comma))
    last = entry.readings[-1]
    behinds: list[ChainPart | Written] = [*found[1:], last]
    for part, behind in zip(found, behinds, strict=False):
        if not set(part.names) <= set(values):
            continue
        if not _follows(part, behind, values, last):
            value = evaluated(part, values, entry.chain[0])
            if value is not None:
                return Blame(part, value, behind.text)
    return None


def _readable(entry: Entry, course: Course, lookup: Lookup, decimal_comma: bool) -> Iterator[ChainPart]:
    for written in entry.chain:
        try:
            simple = as_number(written.text, decimal_comma)
            yield read_part(simple or written.text, entry, course, lookup, decimal_comma)
        except (BadFormula, NotANumber):
            continue


def _follows(part: ChainPart, behind: ChainPart | Written, values: Mapping[Name, arb], last: Written) -> bool:
    slack = last.half_unit if last.value is not None else Fraction(0)
    band = enclosed(part, values, slack)
    if band is None:
        return True
    if isinstance(behind, Written):
        return behind.value is None or contains(band + arb(0, float(behind.half_unit) * 1.001), behind.value)
    if not set(behind.names) <= set(values):
        return True
    other = enclosed(behind, values, slack)
    return other is None or bool(band.overlaps(other))


def value_balls(answers: Mapping[Name, Written], true: Mapping[Name, Fraction]) -> dict[Name, arb]:
    """What the names of a formula stand for: the writer's own numbers, else the true ones."""
    found = {name: ball(value) for name, value in true.items()}
    for name, written in answers.items():
        if written.value is not None:
            found[name] = ball(written.value, written.half_unit)
    return found


__all__ = ["Blame", "ChainPart", "breaks", "evaluated", "read_part", "value_balls", "with_numbers"]
