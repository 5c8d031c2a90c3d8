"""Lines with their numbers put in: `net_h1 = 0.15*0.05 + 0.2*0.1 + 0.35 = 0.3775`.

A part of such a chain is evaluated, with our own parser and enclosures: each number stands for the interval of its
digits, unless it is one of those given, or whole. What a part comes to is compared with the part behind it, to what
rounding on the way may do; where they part, either the first is not what the line should be, or the second does not
follow from it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from math import ceil, floor, log10
from typing import NamedTuple

from backprop_trace.check.formula_names import FormulaNames, Lookup, lookups
from backprop_trace.check.variant import Variant
from backprop_trace.check.writer import FORGIVEN, significant_figures
from backprop_trace.files.sheet import Entry, Passage, Written, decimals, half_unit
from backprop_trace.files.sheet.numbers import as_number
from backprop_trace.formulas.arithmetic.band import Band, Unbounded, around, enclosed, point
from backprop_trace.formulas.expr import (
    Call,
    Formula,
    Minus,
    Name,
    Number,
    Power,
    Product,
    names_in,
    parts,
    rebuild,
)
from backprop_trace.formulas.numbers import NotANumber, as_float, number
from backprop_trace.formulas.paper import plain
from backprop_trace.formulas.parse import BadFormula, read_formula

FIGURES = 12
DEEPEST_PUT_IN = 3
"""Formulas are put into formulas so deep, where a line is written out."""
LARGEST = 1e18
"""Nothing larger is written out."""
DUST = 1e-12
"""What floats may have done to a number, as a part of it."""
_NUMBER_ALONE = re.compile(r"(?<![\w^_.])\.?\d")

GENERAL = re.compile(r"_\{?(?:[ijkl]|ji|jk|ij|kj|l[-+]1)(?!\w)")
"""Names with an index for any unit: net_j = ... is a rule, no calculation."""
OPERATOR = re.compile(r"[-+−*/^·×÷()]")
_WORD = re.compile(r"(?<![\w'])[^\W\d_]{3,}(?![\w(])")
_CODE = re.compile(r"\.(?:dot|sum|mean|T)\b|\b(?:np|numpy|torch|math|F)\.\w|\w @ \w|\[\w+, ?\w+\]")
"""What a program computes stands there, not its result."""
MANY_WORDS = 4
"""So many words are prose, whatever signs stand among them."""

_RAISED_PLACE = re.compile(r"(?:[A-Za-z∂]\w{1,40}|(?!e)[A-Za-z])\^\{?(?:\w+,)?\((?:t=)?\d|\|_")


class ChainPart(NamedTuple):
    """A part of a chain: its text, and its formula over names and literals, with what each literal may be."""

    text: str
    formula: Formula
    literals: Mapping[Name, Band]

    @property
    def names(self) -> tuple[Name, ...]:
        return tuple(name for name in names_in(self.formula) if name not in self.literals)


class Blame(NamedTuple):
    """Where a chain breaks: the part that is not what the line should be (`part`), or what does not follow from it."""

    part: ChainPart
    value: Written
    behind: str
    """What stands behind the part that should be equal to it."""


def read_part(text: str, entry: Entry, variant: Variant, lookup: Lookup, decimal_comma: bool) -> ChainPart:
    """A part of the chain of an entry. Raises BadFormula."""
    if _RAISED_PLACE.search(text):
        raise BadFormula("a sample or time step above a name is not read in formulas", 0, len(text))
    formula = read_formula(plain(text, decimal_comma), lookup, implied=True)
    literals: dict[Name, Band] = {}
    exact = _exact_numbers(entry, variant)
    return ChainPart(text, _with_literals_named(formula, literals, exact), literals)


def with_numbers(entry: Entry, variant: Variant, lookup: Lookup, decimal_comma: bool) -> Entry | Passage:
    """An entry that is a calculation without its result gets the result; one that cannot be read is a passage."""
    if entry.block or entry.readings[-1].value is not None:
        return entry
    text = entry.readings[-1].text
    try:
        part = read_part(text, entry, variant, lookup, decimal_comma)
    except (BadFormula, NotANumber) as bad:
        return _unreadable(entry, text, bad)
    if part.names:
        return entry
    value = evaluated(part, {}, entry.readings[-1])
    if value is None:
        return Passage(f"{entry.spelling} = {text}"[:200], entry.place, "it cannot be evaluated")
    return entry._replace(readings=(*entry.readings[:-1], value))


class Aside(NamedTuple):
    """A line that has a formula in place of a name, `w5 * out_h1 = 0.2373`, as a chain, and how its names are read."""

    entry: Entry
    readings: tuple[Lookup, ...]


def as_aside(entry: Entry, variant: Variant, names: FormulaNames, decimal_comma: bool) -> Aside | None:
    """A side calculation, if a line is one."""
    if entry.block or entry.readings[-1].value is None:
        return None
    try:
        ways = tuple(lookups(plain(entry.spelling, decimal_comma), names))
        parts = [read_part(entry.spelling, entry, variant, lookup, decimal_comma) for lookup in ways]
    except (BadFormula, NotANumber):
        return None
    if not parts or isinstance(parts[0].formula, Name) or not all(map(_is_no_name, parts)):
        return None
    return Aside(entry._replace(chain=(Written(entry.spelling, None, entry.place), *entry.chain)), ways)


def _is_no_name(part: ChainPart) -> bool:
    """What is no product may be a name after all: the weight h1 - o1 or w1-2, the derivative E/w5."""
    begins = names_in(part.formula)[:1]
    return (
        _multiplies(part.formula)
        or all(name in part.literals for name in begins)
        or any(name.kind == "target" for name in part.names)
        or any(not band.middle.is_integer() for band in part.literals.values())
    )


def _multiplies(formula: Formula) -> bool:
    return isinstance(formula, Product | Power | Call) or any(map(_multiplies, parts(formula)))


def _unreadable(entry: Entry, text: str, bad: Exception) -> Entry | Passage:
    """A formula with a name that is not known is asked about; what is no formula at all was not read."""
    number_alone = _NUMBER_ALONE.search(text) is not None
    whole = f"{entry.spelling} = {text}"[:200]
    if (
        any(sign in text for sign in "ΣΠ∑∏…")
        or "..." in text
        or "|_" in text
        or _CODE.search(text)
        or GENERAL.search(text)
        or len(_WORD.findall(text)) >= MANY_WORDS
        or (not number_alone and not OPERATOR.search(text))
    ):
        return Passage(whole, entry.place)
    if re.search(r"\[\d+\]", text):
        return entry
    if "no meaning" in str(bad) or not re.search(r"[^\W\d]", text):
        return Passage(whole, entry.place, str(bad) if number_alone else "")
    return entry


def _exact_numbers(entry: Entry, variant: Variant) -> Mapping[Fraction, int]:
    """The given numbers that a line may use, with their decimals: those in its own formula and in the formulas of
    what it uses. What is written with more decimals (0.50 for a given 0.5) may as well be a rounded number."""
    lines, values = variant.at(entry.section.step), variant.example.values
    name = lines.exact(entry.meant or entry.spelling, entry.section.sample)
    near = set(values) if name is None else {name}
    for _ in range(DEEPEST_PUT_IN if name is not None else 0):
        near |= {used for each in near if each in lines.equations for used in names_in(lines.equations[each].formula)}
    found: dict[Fraction, int] = {}
    for text in (values[each] for each in near if each in values and each not in variant.rounded):
        value = abs(number(text))
        found[value] = max(found.get(value, 0), decimals(text))
    return found


def _with_literals_named(formula: Formula, literals: dict[Name, Band], exact: Mapping[Fraction, int]) -> Formula:
    match formula:
        case Number(text):
            value = number(text)
            is_exact = decimals(text) <= exact.get(value, -1) or value.denominator == 1 or "/" in text
            name = Name("literal", str(len(literals)))
            literals[name] = around(name, as_float(value), 0.0 if is_exact else as_float(half_unit(text)))
            return name
        case Power(base, (Number() | Minus(Number())) as exponent):
            return Power(_with_literals_named(base, literals, exact), exponent)
        case Name():
            return formula
    return rebuild(formula, tuple(_with_literals_named(inside, literals, exact) for inside in parts(formula)))


def band_of(part: ChainPart, values: Mapping[Name, Band], slack: float = 0.0) -> Band | None:
    """What a part may come to, for somebody who rounds at each operation by so much."""
    bands = {**values, **part.literals}
    radii = {name: (band.high - band.low) / 2 for name, band in bands.items()}
    try:
        band = enclosed(part.formula, bands, radii, lambda size: slack)
    except (Unbounded, KeyError):
        return None
    reach = band.noise + slack
    return band._replace(low=band.low - reach, high=band.high + reach) if abs(band.middle) < LARGEST else None


def evaluated(part: ChainPart, values: Mapping[Name, Band], at: Written) -> Written | None:
    """What a part comes to, with the digits that its numbers tell."""
    band = band_of(part, values)
    if band is None:
        return None
    middle, radius = Fraction(band.middle), Fraction(max(band.high - band.middle, band.middle - band.low))
    size = abs(band.middle)
    figures = FIGURES - 1 - (floor(log10(size)) if size else 0)
    certain = -log10(2 * as_float(radius)) if radius > Fraction(1, 10**30) else figures
    told = floor(certain + 1e-9)
    if told < figures - FIGURES + 2:  # of less than two figures, the uncertain one, too
        told = ceil(certain - 1e-9)
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


# --- where a chain breaks ---


def breaks(
    entry: Entry, variant: Variant, lookup: Lookup, values: Mapping[Name, Band], decimal_comma: bool
) -> Blame | None:
    """The first part of an entry's chain that the part behind it does not follow from; None if all hang together."""
    found = list(_readable(entry, variant, lookup, decimal_comma))
    last = entry.readings[-1]
    behinds: list[ChainPart | Written] = [*found[1:], last]
    for part, behind in zip(found, behinds, strict=False):
        if not _follows(part, behind, values, last):
            value = evaluated(part, values, entry.chain[0])
            if value is not None:
                return Blame(part, value, behind.text)
    return None


def _readable(entry: Entry, variant: Variant, lookup: Lookup, decimal_comma: bool) -> Iterator[ChainPart]:
    for written in entry.chain:
        try:
            simple = as_number(written.text, decimal_comma)
            yield read_part(simple or written.text, entry, variant, lookup, decimal_comma)
        except (BadFormula, NotANumber):
            continue


def _follows(part: ChainPart, behind: ChainPart | Written, values: Mapping[Name, Band], last: Written) -> bool:
    slack = as_float(last.half_unit) if last.value is not None else 0.0
    band = band_of(part, values, slack)
    if isinstance(behind, ChainPart):
        other = band_of(behind, values, slack)
    else:
        other = None if behind.value is None else around(None, as_float(behind.value), _reach(behind))
    if band is None or other is None:
        return True
    dust = DUST * (band.size + other.size)
    return band.low - dust <= other.high and other.low <= band.high + dust


def _reach(written: Written) -> float:
    """Half a unit of the last digit; one more, where there are figures enough to be one off."""
    return 1.001 * as_float(written.half_unit) * (3 if significant_figures(written.text) >= FORGIVEN else 1)


def value_bands(answers: Mapping[Name, Written], true: Mapping[Name, float]) -> dict[Name, Band]:
    """What the names of a formula stand for: the writer's own numbers, else the true ones."""
    found = {name: point(value) for name, value in true.items()}
    for name, written in answers.items():
        if written.value is not None:
            found[name] = around(name, as_float(written.value), as_float(written.half_unit))
    return found


__all__ = [
    "OPERATOR", "Aside", "Blame", "ChainPart", "as_aside", "breaks", "evaluated", "read_part", "value_bands",
    "with_numbers",
]  # fmt: skip
