"""How the page judges, beside how `check` does: simulated sheets through both.

    python tests/benchmarks/practice.py [sheets] [seed]

The page's own script runs in Node. Counted are lines that are right for one and a mistake for the other (none should
be), lines with the same class of verdict, and slips the page names that `check` does not.
"""

from __future__ import annotations

import decimal
import json
import random
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parent.parent))
sys.path.insert(0, str(Path(__file__).parent))

from evidence.judged import Exercise, shipped
from evidence.mistakes import KINDS, plant
from evidence.power import spoiled
from evidence.writers import Habit, written

from backprop_trace.check.checker import Checker
from backprop_trace.files.sheet import read_sheet
from backprop_trace.files.spec import Example
from backprop_trace.files.spec import shipped as shipped_names
from backprop_trace.formulas.notation.names import canonical
from backprop_trace.render import render
from backprop_trace.render.view import View
from backprop_trace.run.step import trace

CLASSES = {
    "right": "fine", "rounded": "fine", "follows": "fine", "convention": "fine", "slip": "mistake", "wrong": "mistake",
    "not this": "mistake", "undecided": "undecided", "not a number": "unknown", "unknown": "unknown",
}  # fmt: skip


class Compared(NamedTuple):
    """One line of a sheet: its name, the number, and what the page and `check` say of it."""

    name: str
    text: str
    page: str
    check: str
    page_slip: str
    check_slips: tuple[str, ...]


def judging(example: Example) -> str:
    """What of the page's script judges, without the page."""
    page = "".join(render("html", [trace(example)], View(example)))
    script = page[page.rindex("<script>") + 8 : page.rindex("</script>")]
    return script[: script.index("const KEPT")]


def by_page(example: Example, sheets: list[dict[str, str]]) -> list[list[tuple[str, str]]]:
    """The page's verdicts and slips for each line of some sheets."""
    source = (
        f"{judging(example)}\nconst g=D.givens.map(x=>x[2]);"
        f"console.log(JSON.stringify({json.dumps(sheets)}.map(a=>judge(g,a).map(o=>o?[o.w,o.slip||'']:['','']))))"
    )
    done = subprocess.run(["node", "-"], input=source, capture_output=True, text=True, encoding="utf-8", check=True)
    found: list[list[tuple[str, str]]] = json.loads(done.stdout)
    return found


def compared(example: Example, sheets: list[dict[str, str]]) -> Iterator[Compared]:
    checker = Checker(example)
    order = re.findall(r'"n":"([^"]+)"', judging(example))
    for sheet, verdicts in zip(sheets, by_page(example, sheets), strict=True):
        text = "".join(f"{name} = {number}\n" for name, number in sheet.items())
        report = {
            f"{line.name}[{line.sample}]" if line.sample is not None else line.name: line
            for line in checker.check(read_sheet(text, "sheet")).written
        }
        for name, (verdict, slip) in zip(order, verdicts, strict=True):
            if name in sheet and name in report:
                line = report[name]
                yield Compared(name, sheet[name], verdict, line.verdict, slip, line.slips)


DIGITS = ((4, 4), (4, 4), (4, 4), (3, 3), (5, 5), (6, 6), (3, 5), (2, 2))
MODES = (*[decimal.ROUND_HALF_UP] * 6, decimal.ROUND_HALF_EVEN, decimal.ROUND_DOWN)
"""How the writers of the sheets write; most to four digits, rounded."""


def sheets_of(made: Exercise, count: int, rng: random.Random) -> list[dict[str, str]]:
    """Half of them honest, half with a mistake."""
    found = []
    for place in range(count):
        habit = Habit(
            digits=rng.choice(DIGITS),
            figures=rng.random() < 0.3,
            mode=rng.choice(MODES),
            carried=rng.random() < 0.2,
            skipped=rng.choice([0, 0, 0.3, 0.6]),
        )
        planted = plant(made, rng.choice(ONE_STEP), rng) if place % 2 else None
        try:
            sheet = spoiled(made, habit, rng, [planted]) if planted else written(made.calculated, habit, rng)
        except decimal.InvalidOperation:  # a digit slip that leaves no number
            continue
        found.append({canonical(wrote.line.at[1]): wrote.text for wrote in sheet.wrote})
    return found


ONE_STEP = tuple(kind for kind, entry in KINDS.items() if entry.steps == 1 and "plain" in entry.networks)


def main(count: int = 200, seed: int = 1, show: int = 20) -> None:
    rng = random.Random(seed)
    found: list[tuple[str, Compared]] = []
    names = [name for name in shipped_names() if name not in ("settling", "nielsen-slow")]
    for name in names:
        made = shipped(name, 1)
        sheets = sheets_of(made, max(2, count // len(names)), rng)
        found += [(name, line) for line in compared(made.example, sheets)]
    pairs = Counter((CLASSES[line.page], CLASSES[line.check]) for _, line in found)
    same = sum(number for (page, check), number in pairs.items() if page == check)
    print(f"{len(found):,} lines; the same class of verdict: {100 * same / len(found):.2f} %")
    for (page, check), number in sorted(pairs.items()):
        print(f"  page {page:10} check {check:10} {number:7,}")
    bad = [(name, line) for name, line in found if {CLASSES[line.page], CLASSES[line.check]} == {"fine", "mistake"}]
    print(f"right for one and a mistake for the other: {len(bad)}")
    for name, line in bad[:show]:
        print("  ", name, *line)
    named = [(name, line) for name, line in found if line.page_slip and line.check == "slip"]
    strange = [(name, line) for name, line in named if line.page_slip not in line.check_slips]
    print(f"slips named on the page: {len(named)}, not among those of check: {len(strange)}")
    for name, line in strange[:show]:
        print("  ", name, *line)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
