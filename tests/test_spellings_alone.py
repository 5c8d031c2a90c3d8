"""Spellings that people use (spellings.tsv), without their numbers: what is meant is among what they may mean.

Quickly: `test_reading.py` has whole sheets judged.
"""

from __future__ import annotations

import re
from collections import defaultdict

import pytest
from test_reading import FOUND, example

from backprop_trace.check.naming import SheetNames
from backprop_trace.check.variant import Variant
from backprop_trace.files.sheet import Entry, read_sheet
from backprop_trace.formulas.expr import after
from backprop_trace.formulas.notation.names import canonical
from backprop_trace.formulas.spelled import NOTATIONS

CALCULATES = re.compile(r"[*·²−]| [-+] |\(1")
"""A formula stands in place of a name, and is known by what it comes to."""

ROWS = 60
"""Spellings that one test tries."""


def one_name() -> list[tuple[str, list[tuple[str, str]]]]:
    """The spellings of one quantity, and its name; some of a network together."""
    found = defaultdict[str, list[tuple[str, str]]](list)
    for row in FOUND.read_text(encoding="utf-8").splitlines()[1:]:
        network, _, spelling, names = row.split("\t")
        if " " not in names and "§" not in spelling:
            found[network].append((spelling.replace("#", "0.123456").replace("␤", "\n").replace("␉", "\t"), names))
    return [(name, rows[k : k + ROWS]) for name, rows in found.items() for k in range(0, len(rows), ROWS)]


def may_mean(names: SheetNames, entry: Entry, wanted: str) -> bool:
    """Is it the name of that quantity in files, or what it may be called in a notation? `w5` may be the new one."""
    known = names.known(entry)
    if known is not None and wanted in (canonical(known), canonical(after(known))):
        return True
    ways = [(way, each) for way in (entry, entry._replace(about="")) for each in NOTATIONS]
    found = (reading.name for way, each in ways for reading in names.readings(way, each) if reading.size == (1, 1))
    return any(wanted in (canonical(name), canonical(after(name))) for name in found)


@pytest.mark.parametrize(("network", "rows"), one_name(), ids=lambda value: value if isinstance(value, str) else "")
def test_what_is_meant_is_among_what_a_spelling_may_mean(network: str, rows: list[tuple[str, str]]) -> None:
    names = SheetNames(Variant(example(network)), frozenset({1}), "")
    entries = [(read_sheet(text, "a.txt").entries, name) for text, name in rows]
    read = [(entry, name) for (entry, *others), name in entries if not others and not CALCULATES.search(entry.spelling)]
    assert len(read) > len(rows) / 2
    assert not [(entry.spelling, name) for entry, name in read if not may_mean(names, entry, name)]


KIND = re.compile(r"(?<![a-z])(?:net|net[ _]input|out|output|activation|delta|δ|target|loss)(?![a-z])", re.IGNORECASE)


def test_a_word_for_its_kind_and_the_name_of_a_unit_mean_one_quantity_in_any_notation() -> None:
    """`net input of h1`, `δ_o2`: nothing else. (Many call the loss and the delta of an output its error.)"""
    sheets = {name: SheetNames(Variant(example(name)), frozenset({1}), "") for name, _ in one_name()}
    tried = 0
    for network, text, wanted in ((network, *row) for network, rows in one_name() for row in rows):
        unit = re.fullmatch(r"(?:net|out|target|E)_([a-z]+\d+)|dE/dnet_([a-z]+\d+)", wanted)
        entry, *others = read_sheet(text, "a.txt").entries
        spelling = entry.spelling
        if others or entry.about or unit is None or re.search(r"error| is |∂|\(", spelling.lower()):
            continue
        words = re.findall(r"[^\W_]+", spelling)
        if (unit[1] or unit[2]) in words and KIND.search(spelling) and sheets[network].known(entry) is None:
            found = {reading.name for each in NOTATIONS for reading in sheets[network].readings(entry, each)}
            assert {canonical(name) for name in found} == {wanted}, spelling
            tried += 1
    assert tried > 50


def several_names() -> dict[str, list[tuple[str, list[str]]]]:
    """The spellings of a vector or a matrix, with the quantities in the order of its numbers."""
    found = defaultdict[str, list[tuple[str, list[str]]]](list)
    for row in FOUND.read_text(encoding="utf-8").splitlines()[1:]:
        network, _, spelling, names = row.split("\t")
        if " " in names and "§" not in spelling:
            found[network].append(
                (spelling.replace("#", "0.123456").replace("␤", "\n").replace("␉", "\t"), names.split())
            )
    return found


@pytest.mark.parametrize("network", several_names())
def test_the_quantities_of_a_matrix_are_among_what_its_name_may_mean(network: str) -> None:
    """In the order of the numbers, by rows or by columns."""
    names = SheetNames(Variant(example(network)), frozenset({1}), "")
    for text, wanted in several_names()[network]:
        entry, *others = read_sheet(text, "a.txt").entries
        if others or not entry.block or len(entry.block) * len(entry.block[0]) != len(wanted):
            continue
        ways = [(way, each) for way in (entry, entry._replace(about="")) for each in NOTATIONS]
        found = [turned for way, each in ways for reading in names.readings(way, each)
                 for turned in (reading, reading.turned())]  # fmt: skip
        known = names.known(entry)
        flat = [[canonical(name) for row in reading.rows for name in row] for reading in found]
        new = [[canonical(after(name)) for row in reading.rows for name in row] for reading in found]
        assert wanted in (*flat, *new) or (known is not None and canonical(known) in wanted), entry.spelling
