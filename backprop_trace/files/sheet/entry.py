"""What a sheet consists of: entries with numbers as written, their sections and places.

>>> Written("0.6482", Fraction("0.6482"), Place(1, 1)).decimals
4
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from backprop_trace.files.source import Place


class Written(NamedTuple):
    """A number as it stands on the sheet, or a formula (`value` is None then)."""

    text: str
    value: Fraction | None
    place: Place
    half_unit: Fraction = Fraction(0)
    """Half a unit of the last digit written; 0 for a fraction, which is exact."""

    @property
    def decimals(self) -> int:
        """Places after the point: 4 for 0.6482, -2 for 1.2e3."""
        return decimals(self.text)


class Section(NamedTuple):
    """Where a line belongs: its training step, its sample, and the values set for it (`set W=4`). below: of a total in
    the last row of a table, how what stands above it is spelled, and its sample."""

    step: int = 1
    sample: int | None = None
    settings: tuple[str, ...] = ()
    below: tuple[str, int | None] | None = None


class Entry(NamedTuple):
    """One line of a sheet: the quantity as it is spelled, and one or more readings of its value.

    `chain` is what stands between the name and the value (`name = chain = ... = value`). `block` are the rows of a
    vector or matrix. What is not `sure` may be prose: it counts only if its name is known. `about` is what the writer
    says the line is about, on it or above it (`Hidden unit 1: net = 0.38`). `meant` is the quantity that the name was
    found to stand for, as it is spelled in files.
    """

    spelling: str
    readings: tuple[Written, ...]
    section: Section
    place: Place
    chain: tuple[Written, ...] = ()
    block: tuple[tuple[Written, ...], ...] = ()
    sure: bool = True
    meant: str = ""
    about: str = ""


class Passage(NamedTuple):
    """A line of the sheet that is no calculation, or (`reason`) one that was meant as a calculation and is none; or a
    side calculation of no quantity (`holds`), which tells nothing of the exercise."""

    text: str
    place: Place
    reason: str = ""
    holds: bool = False


class Sheet(NamedTuple):
    """A sheet as read. `text` is kept for messages; `passed` are the lines that are no calculations."""

    entries: tuple[Entry, ...]
    name: str
    text: str = ""
    passed: tuple[Passage, ...] = ()
    decimal_comma: bool = False


@lru_cache(maxsize=4096)
def decimals(text: str) -> int:
    mantissa, _, exponent = text.lower().partition("e")
    return len(mantissa.partition(".")[2]) - (int(exponent) if exponent else 0)


@lru_cache(maxsize=4096)
def half_unit(text: str) -> Fraction:
    """Half a unit of the last digit of a decimal as written; 0 for a fraction."""
    return Fraction(0) if "/" in text else Fraction(1, 2) / Fraction(10) ** decimals(text)


def in_units(count: int, places: int) -> str:
    """So many units of the last decimal, written out: 6482 units of 4 decimals are 0.6482."""
    digits = f"{abs(count):0{places + 1}d}"
    text = f"{digits[:-places]}.{digits[-places:]}" if places else digits
    return f"-{text}" if count < 0 else text


_TOGETHER = re.compile(r"(?:in )?total|totals?|sum|mean|all samples(?: together)?|summe|gesamt|zusammen", re.IGNORECASE)
_SECTION = re.compile(
    r"(step|iteration|(?:training )?sample|pattern|(?:data ?)point|datenpunkt|muster|set)\s*[:=]?\s*(.+)", re.IGNORECASE
)
_ORDINAL = re.compile(
    r"(?:the )?(first|second|third|fourth|1st|2nd|3rd|4th) (sample|pattern|step|iteration)", re.IGNORECASE
)
_ORDINALS = ("first", "second", "third", "fourth", "1st", "2nd", "3rd", "4th")
_PREFIX = re.compile(r"(step|iteration|sample|pattern|datenpunkt|muster)\s+(\d+)\s*[:,|]\s*(.+)", re.IGNORECASE)
_STEPS = ("step", "iteration")


def heading(text: str, outer: Section) -> Section | None:
    """`step 2`, `sample 3` or `set W=4` inside a section, `total` behind samples; None if the text is no heading."""
    if ordinal := _ORDINAL.fullmatch(text.strip()):
        text = f"{ordinal[2]} {_ORDINALS.index(ordinal[1].lower()) % 4 + 1}"
    match = _SECTION.fullmatch(text.strip())
    if match is None:
        return outer._replace(sample=None) if outer.sample is not None and _TOGETHER.fullmatch(text.strip()) else None
    word, rest = match[1].lower(), match[2].strip()
    if word == "set":
        settings = tuple(part.strip() for part in re.split(r"[,\s]+(?=[^\W\d])", rest) if part.strip())
        return outer._replace(settings=settings) if all("=" in part for part in settings) else None
    if not rest.isdecimal() or not 0 < len(rest) < 10 or int(rest) == 0:
        return None
    return outer._replace(step=int(rest)) if word in _STEPS else outer._replace(sample=int(rest))


def with_section(spelling: str, section: Section) -> tuple[str, Section]:
    """`step 2: E` on one line: the name, and the section it is in."""
    while match := _PREFIX.fullmatch(spelling):
        section = heading(f"{match[1]} {match[2]}", section) or section
        spelling = match[3]
    return spelling.strip(), section


def sections(sheet: Sheet) -> Iterator[tuple[tuple[str, ...], list[Entry]]]:
    """The entries grouped by the values set for them."""
    groups: dict[tuple[str, ...], list[Entry]] = {}
    for entry in sheet.entries:
        groups.setdefault(entry.section.settings, []).append(entry)
    yield from groups.items()
