"""Sheets on which every number is the same, 0 or 1 or 0.5: how many lines are confirmed that are not so.

    python -m evidence.placeholders --networks 100 --keep /tmp/cases

`right` and `rounded` must be true to the digits shown, with a digit that tells; `follows` must follow from the sheet's
own numbers, taken as exact.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from decimal import Decimal, DecimalException

from evidence.calculation import Own, correctly_rounded, tells, unit
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
from evidence.writers import laid_out

FILLED = ("0", "0.0", "1", "1.0", "0.5", "0.000")


def truly(verdict: str, text: str, true: Decimal, own: Decimal | None) -> bool:
    """Whether a line deserves to be called right or rounded, or to follow."""
    if verdict in ("right", "rounded"):
        return correctly_rounded(text, true) and tells(text, true)
    return own is not None and abs(own - Decimal(text)) <= unit(text) / 2 and tells(text, own)


def filled_in(made: Exercise, text: str, tally: Counter[str], cases: Cases) -> None:
    texts = {line.at: text for line in made.calculated.lines}
    sheet = laid_out(list(made.calculated.lines), texts)
    report, own = judge(made, sheet.text), Own(made.calculated, texts)
    found = by_row(report)
    for wrote in sheet.wrote:
        verdict = found[wrote.row].verdict
        tally[verdict] += 1
        if verdict in CONFIRMED:
            try:
                follows = own.follows(wrote.line.at)
            except DecimalException:
                follows = None
            if not truly(verdict, text, made.truth[wrote.line.at], follows):
                tally[f"false {verdict}"] += 1
                shown = "nothing" if follows is None else f"{follows:.6}"
                true = f"true {made.truth[wrote.line.at]:.6}, from the sheet {shown}"
                note = f"{wrote.line.spelled} = {text} is {verdict}, {true}"
                cases.add(f"{verdict}, all {text}", made, sheet.text, note)
    tally["sheets"] += 1
    if report.is_confirmed:
        tally["exit 0"] += 1
        cases.add(f"exit 0, all {text}", made, sheet.text, f"{len(sheet.wrote)} lines")


def tallied(options: argparse.Namespace, cases: Cases) -> dict[str, Counter[str]]:
    """Verdicts and false ones for each number that is filled in."""
    tallies = {text: Counter[str]() for text in FILLED}
    exercises = [shipped(name) for name in options.names.split(",")]
    exercises += [random_exercise(random.Random(f"{options.seed} {number}")) for number in range(options.networks)]
    for made in exercises:
        for text, tally in tallies.items():
            filled_in(made, text, tally, cases)
    return {**tallies, "all": sum(tallies.values(), Counter())}


def measure(options: argparse.Namespace) -> None:
    cases = Cases(options.keep)
    show(tallied(options, cases))
    cases.report(20)


def show(tallies: dict[str, Counter[str]]) -> None:
    rows = []
    for text, tally in tallies.items():
        lines = sum(tally[verdict] for verdict in (*CONFIRMED, *ACCUSED, "undecided"))
        confirmed = sum(tally[verdict] for verdict in CONFIRMED)
        false = [tally[f"false {verdict}"] for verdict in CONFIRMED]
        exits = f"{tally['exit 0']} of {tally['sheets']}"
        rows.append((text, lines, confirmed, *false, percent(sum(false), confirmed), tally["undecided"], exits))
    head = (
        "every number",
        "lines",
        "confirmed",
        *(f"false {verdict}" for verdict in CONFIRMED),
        "false",
        "undecided",
        "exit 0",
    )
    table(head, rows)


if __name__ == "__main__":
    command(measure, 0, networks=100, names=",".join(SHIPPED))
