"""How often the first flagged line of a sheet is the one where a mistake was planted, and the mistake named, by kind.

    python -m evidence.power --sheets 2000 --keep /tmp/cases
    python -m evidence.power --several 3 --sheets 500     # two to four mistakes on a sheet: only where the first one is

Planted mistakes that the digits of the sheet cannot show (the number would be the same, or within what half a unit of
each number before it explains) are not counted.
"""

from __future__ import annotations

import argparse
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from decimal import Decimal, DecimalException

from evidence.calculation import At, Own
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
    table,
)
from evidence.mistakes import KINDS, Planted, plant
from evidence.writers import Habit, Sheet, chosen, digits_of, figured, laid_out, spelled

FEWER = tuple(name for name in SHIPPED if name not in ("xor", "settling"))


def somewhere(kind: str, rng: random.Random) -> Exercise:
    entry = KINDS[kind]
    network = rng.choice(entry.networks)
    if network == "shipped":
        return shipped(rng.choice(FEWER), entry.steps)
    if network == "softmax":
        return with_softmax(rng)
    return random_exercise(rng, network, entry.steps)


def with_softmax(rng: random.Random) -> Exercise:
    while True:
        made = random_exercise(rng, "plain")
        if "softmax" in made.text:
            return made


def spoiled(made: Exercise, habit: Habit, rng: random.Random, planted: list[Planted]) -> Sheet:
    """A sheet with these mistakes, honestly carried on."""
    bends = {at: formula for one in planted for at, formula in one.bends.items()}
    spoils = {one.at: one.spoil for one in planted if one.spoil}
    lines = chosen(made.calculated, habit, rng)

    def copied(line, found: Decimal, shown: Decimal) -> Decimal:
        return Decimal(spoils[line.at](spelled(shown))) if line.at in spoils else shown

    shown = figured(made.calculated, habit, digits_of(made.calculated, habit, rng, lines), bends, copied)
    return laid_out(lines, {at: spelled(number) for at, number in shown.items()})


def visible(made: Exercise, sheet: Sheet, at: At) -> bool:
    """Whether the line differs from what follows from the numbers before it by more than rounding explains."""
    texts = {wrote.line.at: wrote.text for wrote in sheet.wrote}
    if at not in texts:
        return False
    own = Own(made.calculated, texts)
    return abs(own.follows(at) - Decimal(texts[at])) > 2 * own.reach(at)


def attempts(options: argparse.Namespace, kind: str, habit: Habit) -> Iterator[tuple[Exercise, Sheet, list[Planted]]]:
    """Sheets with this mistake, and others if several are wanted."""
    for number in range(20 * options.each):
        rng = random.Random(f"power {options.seed} {kind} {number} {options.several}")
        try:
            made = somewhere(kind, rng)
            planted = [plant(made, kind, rng)]
            for _ in range(rng.randint(1, options.several) if options.several else 0):
                planted.append(plant(made, rng.choice(tuple(KINDS)), rng))
            real = [one for one in planted if one is not None]
            if not real or planted[0] is None:
                continue
            sheet = spoiled(made, habit, rng, real)
            if not visible(made, sheet, planted[0].at):
                continue
        except DecimalException:
            continue
        yield made, sheet, real


def first_of(sheet: Sheet, planted: list[Planted], made: Exercise) -> At:
    """The first line that was spoiled so that one can see it."""
    spoiled_lines = {at for one in planted for at in (*one.bends, one.at)}
    for wrote in sheet.wrote:
        if wrote.line.at in spoiled_lines and visible(made, sheet, wrote.line.at):
            return wrote.line.at
    return planted[0].at


def one(made: Exercise, sheet: Sheet, planted: list[Planted], tally: Counter[str], cases: Cases) -> None:
    kind, first = planted[0].kind, first_of(sheet, planted, made)
    report = judge(made, sheet.text)
    found = by_row(report)
    row = next(wrote.row for wrote in sheet.wrote if wrote.line.at == first)
    flagged = next((row for row in sorted(found) if found[row].verdict in ACCUSED), None)
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


def tallied(options: argparse.Namespace, cases: Cases) -> dict[str, Counter[str]]:
    """For each kind of mistake: sheets, how often its line is the first flagged, and named."""
    tallies = defaultdict[str, Counter[str]](Counter)
    kinds = options.kinds.split(",") if options.kinds else tuple(KINDS)
    for kind in kinds:
        for made, sheet, planted in attempts(options, kind, Habit()):
            one(made, sheet, planted, tallies[kind], cases)
            if tallies[kind]["sheets"] == options.each:
                break
    tallies["all"] = sum(tallies.values(), Counter())
    return tallies


def measure(options: argparse.Namespace) -> None:
    cases = Cases(options.keep)
    tallies = tallied(options, cases)
    rows = []
    for kind, tally in tallies.items():
        sheets = tally["sheets"]
        rows.append(
            (kind, sheets, *(percent(tally[key], sheets) for key in ("first", "undecided", "not first", "named")))
        )
    table(("planted", "sheets", "first", "undecided", "not first", "named"), rows)
    cases.report(60)


if __name__ == "__main__":
    command(measure, 0, each=20, several=0, kinds="")
