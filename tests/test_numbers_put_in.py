"""Lines with their numbers put in, `net_h1 = 0.15 * 0.05 + 0.2 * 0.1 + 0.35 = 0.3775`: honest ones are not accused, and
a wrong number inside is found where it is."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

import pytest

from backprop_trace.check.checker import Checker
from backprop_trace.check.report import JudgedLine
from backprop_trace.files.sheet import read_sheet
from backprop_trace.files.spec import Example, load
from backprop_trace.formulas.arithmetic import FLOAT, evaluate
from backprop_trace.formulas.expr import Name, names_in
from backprop_trace.formulas.notation import ASCII, number_piece, show
from backprop_trace.formulas.notation.names import canonical
from backprop_trace.formulas.numbers import number

EXAMPLES = ("mazur", "nielsen", "han-kamber", "hmkcode", "udacity", "deep", "rnn", "xor")
WAYS = [(digits, figures, carried) for digits in range(2, 7) for figures in (False, True) for carried in (False, True)]


class Wrote(NamedTuple):
    """A line of the sheet; `off`: a number inside is wrong, and it shows."""

    name: Name
    text: str
    off: bool


def rounded(value: float, digits: int, figures: bool) -> str:
    """So many decimals, or significant figures."""
    if not figures or value == 0:
        return f"{value:.{digits}f}" if value else "0"
    return format(Decimal(f"{Decimal(repr(value)):.{digits - 1}e}"), "f")


def misread(text: str, rng: random.Random) -> str:
    """The number with its first digit wrong."""
    place = next((place for place, sign in enumerate(text) if sign in "123456789"), None)
    if place is None:
        return text
    return text[:place] + rng.choice([sign for sign in "123456789" if sign != text[place]]) + text[place + 1 :]


def written(
    example: Example, digits: int, figures: bool, carried: bool, rng: random.Random, off: int = -1
) -> list[Wrote]:
    """Every line with its numbers, each rounded; the results are used again as rounded, or carried in a calculator."""
    texts, exact = dict(example.values), {name: float(number(text)) for name, text in example.values.items()}
    found = []
    for place, line in enumerate(example.listing().equations):
        used = {name: texts[name] for name in names_in(line.formula)}
        if place == off and used:
            wrong = rng.choice(list(used))
            used[wrong] = misread(used[wrong], rng)
        is_off = any(used[name] != texts[name] for name in used)
        numbers = {name: exact[name] if carried and not is_off else float(number(used[name])) for name in used}
        meant = evaluate(line.formula, {name: float(number(texts[name])) for name in used}, FLOAT)
        exact[line.name] = evaluate(line.formula, numbers, FLOAT)
        texts[line.name] = rounded(exact[line.name], digits, figures)
        is_off = is_off and abs(exact[line.name] - meant) > 0.02 * abs(meant) + 2 * 10.0**-digits
        put_in = show(line.formula, ASCII, lambda name, used=used: number_piece(used[name]))
        middle = "" if isinstance(line.formula, Name) else f"{put_in} = "
        found.append(Wrote(line.name, f"{canonical(line.name)} = {middle}{texts[line.name]}", is_off and bool(middle)))
    return found


def judged(checker: Checker, lines: list[Wrote]) -> Iterator[tuple[Wrote, JudgedLine]]:
    report = checker.check(read_sheet("".join(f"{line.text}\n" for line in lines), "a.txt"))
    by_row = {line.place.line: line for line in report.written if line.place is not None}
    yield from ((line, by_row[row]) for row, line in enumerate(lines, 1))


def test_honest_lines_with_their_numbers_put_in_are_not_accused() -> None:
    rng, count = random.Random(2), 0
    for name in EXAMPLES:
        example = load(name)
        checker = Checker(example)
        for way in WAYS:
            for line, found in judged(checker, written(example, *way, rng)):
                assert found.verdict in ("right", "rounded", "undecided"), (name, way, line.text, found.message)
                count += 1
    assert count >= 5000


@pytest.mark.parametrize("name", ["mazur", "deep", "udacity", "rnn"])
def test_a_wrong_number_inside_is_found_where_it_is(name: str) -> None:
    rng, example, found = random.Random(3), load(name), Counter[str]()
    checker = Checker(example)
    for digits in (3, 4, 5, 6) * 6:
        off = rng.randrange(len(example.listing().equations))
        lines = list(judged(checker, written(example, digits, False, False, rng, off)))
        if not any(line.off for line, _ in lines):
            continue
        first = next((line for line, verdict in lines if verdict.verdict in ("slip", "wrong")), None)
        found["missed" if first is None else "found" if first.off else "another line"] += 1
    assert not found["another line"]
    assert found["found"] >= 5 and found["missed"] <= 0.05 * found.total(), found
