"""Every line of every shipped example, changed: alone, in half a sheet, in a full one. How many are confirmed?

    python -m evidence.mutations --every 1 --keep /tmp/cases
    python -m evidence.mutations --widths 1              # the widest value that is accepted on a line alone

A changed number may be confirmed only where the change is within what a lone line allows (`allowed`), or within what
half a unit of each number written before it explains (`Own.reach`).
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Callable, Mapping
from decimal import Decimal, DecimalException

from evidence.calculation import Line, Own, unit
from evidence.judged import CONFIRMED, SHIPPED, Cases, Exercise, by_row, command, judge, shipped, table
from evidence.writers import laid_out, rounded, spelled

DIGITS = (2, 3, 4, 5, 6)
PARTS = ("alone", "half", "full")


def first_digit(text: str) -> Decimal:
    place = next(place for place, sign in enumerate(text) if sign in "123456789")
    digit = int(text[place])
    return Decimal(text[:place] + str(digit + 1 if digit < 9 else 8) + text[place + 1 :])


CHANGES: Mapping[str, Callable[[str], Decimal]] = {
    "+10 %": lambda text: Decimal(text) * Decimal("1.1"),
    "half": lambda text: Decimal(text) / 2,
    "sign": lambda text: -Decimal(text),
    "first digit": first_digit,
    "5 units": lambda text: Decimal(text) + 5 * unit(text),
}


def allowed(line: Line, made: Exercise, centre: Decimal, text: str, figures: int) -> Decimal:
    """How far off a confirmed number may be: 1 % (of an update: of its change), or some units of the last digit."""
    units = Decimal(3 if figures >= 3 else 1 if figures == 2 else "0.5")
    size = abs(centre)
    if line.name.kind == "+" and line.name.of is not None and line.name.of in made.calculated.given:
        size = abs(centre - made.calculated.given[line.name.of])
    return max(size / 100, units * unit(text))


def changed_text(change: Callable[[str], Decimal], text: str, figures: int) -> str | None:
    """The changed number, written with the same last digit; None where it is the same to its digits."""
    if not Decimal(text):
        return None
    new = spelled(change(text).quantize(unit(text)))
    return None if Decimal(new) == Decimal(text) or not Decimal(new) else new


def one(
    made: Exercise, place: int, figures: int, part: str, kind: str, rng: random.Random, tally, cases: Cases
) -> None:
    lines = list(made.calculated.lines)
    line = lines[place]
    texts = {each.at: spelled(rounded(made.truth[each.at], figures, figures=True)) for each in lines}
    new = changed_text(CHANGES[kind], texts[line.at], figures)
    if new is None:
        return
    kept = [each for each in lines if each is line or part == "full" or (part == "half" and rng.random() < 0.5)]
    texts = {each.at: texts[each.at] for each in kept} | {line.at: new}
    sheet, own = laid_out(kept, texts), Own(made.calculated, texts)
    try:
        centre = own.follows(line.at)
        off = abs(Decimal(new) - centre)
        if off <= allowed(line, made, centre, new, figures) or off <= own.reach(line.at):
            return
    except DecimalException:
        return
    row = next(wrote.row for wrote in sheet.wrote if wrote.line is line)
    verdict = by_row(judge(made, sheet.text))[row].verdict
    tally[figures, part]["lines"] += 1
    tally[figures, part]["undecided"] += verdict == "undecided"
    if verdict in CONFIRMED:
        tally[figures, part]["confirmed"] += 1
        note = f"{line.spelled} = {new} is {verdict}; true {made.truth[line.at]:.8}, from the sheet {centre:.8}"
        cases.add(f"confirmed, {figures} figures, {part}, {kind}", made, sheet.text, note)


def tallied(options: argparse.Namespace, cases: Cases) -> dict[tuple[int, str], Counter[str]]:
    """Changed lines by figures and part of the sheet: how many, how many confirmed, how many undecided."""
    tally = {(figures, part): Counter() for figures in DIGITS for part in PARTS}
    for name in SHIPPED:
        made = shipped(name)
        for place in range(len(made.calculated.lines)):
            for figures, part in tally:
                for kind in CHANGES:
                    rng = random.Random(f"{options.seed} {name} {place} {figures} {part} {kind}")
                    if rng.random() * options.every < (1 if part != "full" else 0.5):
                        one(made, place, figures, part, kind, rng, tally, cases)
    return tally


def measure(options: argparse.Namespace) -> None:
    if options.widths:
        return widths(options.widths)
    cases = Cases(options.keep)
    tally = tallied(options, cases)
    rows = [(f"{figures} figures, {part}", found["lines"], found["confirmed"], found["undecided"])
            for (figures, part), found in tally.items()]  # fmt: skip
    rows.append(("all", *(sum(row[place] for row in rows) for place in (1, 2, 3))))
    table(("changed lines", "lines", "confirmed", "undecided"), rows)
    cases.report(20)
    return None


def accepted(made: Exercise, line: Line, figures: int, side: int) -> Decimal:
    """How many units away from the correctly rounded number is still confirmed, alone on a sheet; at most 4096."""
    text = spelled(rounded(made.truth[line.at], figures, figures=True))

    def confirmed(units: int) -> bool:
        number = spelled(Decimal(text) + side * units * unit(text))
        report = judge(made, laid_out([line], {line.at: number}).text)
        return by_row(report)[1].verdict in CONFIRMED

    units = 0
    for step in (1, 2, 3, 4, 5, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096):
        if confirmed(step):
            units = step
        elif step > max(5, 2 * units):
            break
    return units


def widths(every: int) -> None:
    """The table of accepted widths, of every so many lines."""
    rows, beyond = [], []
    for name in SHIPPED:
        made = shipped(name)
        for line in made.calculated.lines[::every]:
            true = made.truth[line.at]
            if not true:
                continue
            text = spelled(rounded(true, 4, figures=True))
            units = max(accepted(made, line, 4, side) for side in (1, -1))
            allow = allowed(line, made, true, text, 4) / unit(text)
            part = float(units * unit(text) / abs(true))
            rows.append((part, name, line.spelled, text, units))
            if units > allow:
                beyond.append((name, line.spelled, text, units, f"{float(allow):.1f}"))
    rows.sort(reverse=True)
    shares = [row[0] for row in rows]
    print(f"{len(rows)} lone lines at four figures: median {shares[len(rows) // 2]:.3%}, a tenth above "
          f"{shares[len(rows) // 10]:.3%}, the widest {shares[0]:.3%}")  # fmt: skip
    table(("example", "line", "number", "units accepted", "allowed"), beyond[:20] or [("none beyond", "", "", "", "")])


if __name__ == "__main__":
    command(measure, 0, every=20, widths=0)
