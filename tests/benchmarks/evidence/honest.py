"""How often honest writers are accused, and how much of what they write stays undecided, by habit.

python honest.py --sheets 2000 --keep /tmp/cases
"""

from __future__ import annotations

import argparse
import random
from collections import Counter, defaultdict
from decimal import DecimalException

from evidence.calculation import tells
from evidence.judged import (
    ACCUSED,
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
from evidence.networks import KINDS
from evidence.writers import HABITS, Sheet, skipping, written


def somewhere(rng: random.Random, kind: str = "") -> tuple[Exercise, str]:
    """An exercise, a third of them shipped, and what it is."""
    steps = rng.choice((1, 1, 2, 3))
    if not kind and rng.random() < 0.3:
        name = rng.choice(SHIPPED)
        return shipped(name, 1 if name in ("xor", "settling") else steps), "shipped"
    kind = kind or rng.choice(tuple(KINDS))
    return random_exercise(rng, kind, steps), kind


def count(made: Exercise, sheet: Sheet, label: str, tallies: dict[str, Counter[str]], cases: Cases, how: str) -> None:
    try:
        report = judge(made, sheet.text)
    except Exception as broke:
        cases.add(f"breaks {type(broke).__name__}", made, sheet.text, str(broke)[:100])
        return
    found = by_row(report)
    for wrote in sheet.wrote:
        line = found.get(wrote.row)
        verdict = line.verdict if line else "not judged"
        tallies[label][verdict] += 1
        tallies[label]["says nothing"] += verdict == "undecided" and not tells(wrote.text, made.truth[wrote.line.at])
        if verdict in (*ACCUSED, "not judged"):
            true = made.truth[wrote.line.at]
            note = f"{how}: {wrote.line.spelled} step {wrote.line.step} = {wrote.text} (true {true:.8}) is {verdict}"
            cases.add(f"accused, {label}", made, sheet.text, note + (f": {line.message}" if line else ""))
    for convention in report.conventions:
        tallies[label][f"convention {convention}"] += 1


def tallied(options: argparse.Namespace, cases: Cases) -> dict[str, Counter[str]]:
    """How many lines of each habit have which verdict."""
    by_habit: dict[str, Counter[str]] = defaultdict(Counter)
    for number in range(options.sheets):
        rng = random.Random(f"honest {options.seed} {number}")
        label = options.habit or rng.choice(tuple(HABITS))
        made, kind = somewhere(rng, options.kind)
        habit = skipping(HABITS[label], rng)
        try:
            sheet = written(made.calculated, habit, rng)
        except DecimalException:  # their zeros do not divide: nobody hands that in
            continue
        how = f"{kind}, skips {habit.skipped:.0%}" + (f", {habit.lone} lines" if habit.lone else "")
        count(made, sheet, label, by_habit, cases, how)
    return by_habit


def measure(options: argparse.Namespace) -> None:
    cases = Cases(options.keep)
    show(tallied(options, cases))
    cases.report(40)


def show(tallies: dict[str, Counter[str]]) -> None:
    kinds = ("right", "rounded", "follows", "undecided", *ACCUSED)
    rows = []
    for label in (*sorted(tallies), "all"):
        tally = tallies[label] if label != "all" else sum(tallies.values(), Counter())
        lines = sum(many for verdict, many in tally.items() if not verdict.startswith(("convention ", "says")))
        taken = ", ".join(f"{key[11:]} {many}" for key, many in tally.items() if key.startswith("convention "))
        telling = percent(tally["undecided"] - tally["says nothing"], lines - tally["says nothing"])
        rows.append((label, lines, *(tally[kind] for kind in kinds), telling, taken))
    table(("habit", "lines", *kinds, "undecided though it tells", "conventions taken"), rows)


if __name__ == "__main__":
    command(measure, 1000, habit="", kind="")
