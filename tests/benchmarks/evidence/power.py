"""How often the first flagged line of a sheet is the one where a mistake was planted, and the mistake named, by kind.

    python -m evidence.power --each 20 --keep /tmp/cases
    python -m evidence.power --several 3        # two to four mistakes on a sheet: only where the first one is
    python -m evidence.power --skipped 0.5      # half of the lines left out

Planted mistakes that the digits of the sheet cannot show (the number would be the same, or within what half a unit of
each number before it explains, twice over) are not counted. Kinds are those of `mistakes`, thought of apart from the
checker, and every id of its catalogue of slips ("slip: no-bias"). "accused": a line that is right is called a mistake.
"""

from __future__ import annotations

import argparse
import random
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal, DecimalException
from typing import Any

from evidence import catalogued, mistakes
from evidence.calculation import At, Own, unit
from evidence.judged import (
    ACCUSED,
    CONFIRMED,
    SHIPPED,
    Cases,
    Exercise,
    by_row,
    command,
    judge,
    percent,
    random_exercise,
    shipped,
)
from evidence.mistakes import Planted, plant
from evidence.writers import Habit, Sheet, chosen, digits_of, figured, laid_out, spelled

KINDS = {**mistakes.KINDS, **catalogued.KINDS}
FEWER = tuple(name for name in SHIPPED if name not in ("xor", "settling"))


def somewhere(kind: str, rng: random.Random) -> Exercise:
    entry = KINDS[kind]
    network = rng.choice(entry.networks)
    if network == "shipped":
        return shipped(rng.choice(FEWER), entry.steps)
    if network == "softmax":
        return with_softmax(rng, entry.steps)
    return random_exercise(rng, network, entry.steps)


def with_softmax(rng: random.Random, steps: int) -> Exercise:
    while "softmax" not in (made := random_exercise(rng, "plain", steps)).text:
        pass
    return made


def spoiled(made: Exercise, habit: Habit, rng: random.Random, planted: list[Planted]) -> Sheet:
    """A sheet with these mistakes, honestly carried on."""
    bends = {at: formula for one in planted for at, formula in one.bends.items()}
    spoils = {one.at: one.spoil for one in planted if one.spoil}
    unwritten = frozenset[At]().union(*(one.unwritten for one in planted))
    lines = [line for line in chosen(made.calculated, habit, rng) if line.at not in unwritten]

    def copied(line, found: Decimal, shown: Decimal) -> Decimal:
        return Decimal(spoils[line.at](spelled(shown))) if line.at in spoils else shown

    shown = figured(made.calculated, habit, digits_of(made.calculated, habit, rng, lines), bends, copied)
    return laid_out(lines, {at: spelled(number) for at, number in shown.items()})


def visible(own: Own, at: At) -> bool:
    """Whether the line differs from what follows from the numbers before it by more than rounding explains, and by
    more than the unit of the last digit that is forgiven."""
    off = abs(own.follows(at) - own.numbers[at])
    return off > 2 * own.reach(at) and off > Decimal("1.5") * unit(own.texts[at])


def first_of(made: Exercise, sheet: Sheet, planted: list[Planted]) -> At | None:
    """line on the sheet where one can see that it, or a skipped line before it, was spoiled."""
    own = Own(made.calculated, {wrote.line.at: wrote.text for wrote in sheet.wrote})
    spoiled_lines = {at for one in planted for at in (*one.bends, one.at)}
    for wrote in sheet.wrote:
        at = wrote.line.at
        if (at in spoiled_lines or own.skipped(at) & spoiled_lines) and visible(own, at):
            return at
    return None


def attempts(
    options: argparse.Namespace, kind: str, habit: Habit
) -> Iterator[tuple[Exercise, Sheet, list[Planted], At]]:
    """Sheets with this mistake, and others if several are wanted; and the first line where one can see it."""
    for number in range(20 * options.each):
        rng = random.Random(f"power {options.seed} {kind} {number} {options.several}")
        try:
            made = somewhere(kind, rng)
            planted = [plant(made, kind, rng, KINDS)]
            for _ in range(rng.randint(1, options.several) if options.several and planted[0] else 0):
                planted.append(plant(made, *any_kind(rng), KINDS))
            real = [one for one in planted if one is not None]
            if planted[0] is None:
                continue
            sheet = spoiled(made, habit, rng, real)
            first = first_of(made, sheet, real)
        except DecimalException:
            continue
        if first is not None:
            yield made, sheet, real, first


def any_kind(rng: random.Random) -> tuple[str, random.Random]:
    return rng.choice(tuple(KINDS)), rng


def one(made: Exercise, sheet: Sheet, planted: list[Planted], first: At, tally: Counter[str], cases: Cases) -> None:
    """Counts whether the first line that shows it is the first flagged one, and says what it is."""
    kind, report = planted[0].kind, judge(made, sheet.text)
    found = by_row(report)
    spoiled_lines = {at for one in planted for at in (*one.bends, one.at)}
    row = next(wrote.row for wrote in sheet.wrote if wrote.line.at == first)
    flagged = next((row for row in sorted(found) if found[row].verdict in ACCUSED), None)
    if any(wrote.row == flagged and wrote.line.at in spoiled_lines for wrote in sheet.wrote if wrote.row < row):
        row = flagged  # spoiled by less than can be seen for sure
    line = found[row]
    said = f"{' '.join(line.slips)} {line.message}"
    named = re.search(KINDS[kind].words, said, re.IGNORECASE) is not None
    outcome = "first" if flagged == row else "undecided" if line.verdict == "undecided" else "not first"
    tally["sheets"] += 1
    tally[outcome] += 1
    tally["named"] += outcome == "first" and named
    what = f"{kind} at {sheet.text.splitlines()[row - 1]} (line {row})"
    if outcome != "first":
        where = "nothing" if flagged is None else f"line {flagged} ({found[flagged].name}, {found[flagged].message})"
        confirmed = "confirmed " if line.verdict in CONFIRMED else ""
        cases.add(f"{confirmed}{outcome}: {kind}", made, sheet.text, f"{what} is {line.verdict}; flagged is {where}")
    elif not named:
        cases.add(f"not named: {kind}", made, sheet.text, f"{what}: {said}")
    if innocent := accused_wrongly(made, sheet, planted, found):
        tally["accused"] += 1
        cases.add(f"right line accused: {kind}", made, sheet.text, f"{what}; {innocent}")


def accused_wrongly(made: Exercise, sheet: Sheet, planted: list[Planted], found: Mapping[int, Any]) -> str:
    """A line that is accused though it was not spoiled and follows from the numbers before it."""
    own = Own(made.calculated, {wrote.line.at: wrote.text for wrote in sheet.wrote})
    spoiled_lines = {at for one in planted for at in (*one.bends, one.at)}
    for wrote in sheet.wrote:
        at, line = wrote.line.at, found[wrote.row]
        if line.verdict not in ACCUSED or at in spoiled_lines or own.skipped(at) & spoiled_lines:
            continue
        if abs(own.follows(at) - own.numbers[at]) <= own.reach(at):
            return f"{wrote.line.spelled} = {wrote.text} follows, and is {line.verdict}: {line.message}"
    return ""


def counted(options: argparse.Namespace, kind: str, cases: Cases) -> Counter[str]:
    """Of sheets with this mistake: how often its line is the first flagged, and named; a right line accused."""
    tally = Counter[str]()
    for made, sheet, planted, first in attempts(options, kind, Habit(skipped=options.skipped)):
        one(made, sheet, planted, first, tally, cases)
        if tally["sheets"] == options.each:
            break
    return tally


SHARES = ("first", "undecided", "not first", "named", "accused")


def shares(label: str, tally: Counter[str]) -> str:
    return f"{label:32}{tally['sheets']:7}" + "".join(f"{percent(tally[key], tally['sheets']):>11}" for key in SHARES)


def measure(options: argparse.Namespace) -> None:
    cases, total = Cases(options.keep), Counter[str]()
    print(f"{'planted':32}{'sheets':>7}" + "".join(f"{key:>11}" for key in SHARES))
    for kind in options.kinds.split(",") if options.kinds else KINDS:
        tally = counted(options, kind, cases)
        total += tally
        print(shares(kind, tally), flush=True)
    print(shares("all", total))
    cases.report(60)


if __name__ == "__main__":
    command(measure, 0, each=20, several=0, skipped=0.0, kinds="")
