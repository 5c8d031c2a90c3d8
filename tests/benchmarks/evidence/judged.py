"""What the commands here share: sheets judged in this process, tables, and a folder of cases to be looked at."""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from backprop_trace.check.checker import Checker
from backprop_trace.files.sheet import read_sheet
from backprop_trace.files.spec import Example, load, read_example
from backprop_trace.formulas.arithmetic import ComputationError
from evidence.calculation import Calculation, calculation, worked
from evidence.networks import exercise

SHIPPED = (
    "cheng", "convolution", "cs231n-circuit", "cs231n-neuron", "deep", "descent", "han-kamber", "hmkcode", "kumar",
    "lstm", "mazur", "nielsen", "nielsen-slow", "one-weight", "quirk", "rnn", "settling", "udacity", "xor",
)  # fmt: skip
CONFIRMED = ("right", "rounded", "follows", "convention")
ACCUSED = ("slip", "wrong", "unknown")
SMALLEST, LARGEST = Decimal("1e-30"), 10**6
"""Beyond, nobody would write a number down."""


class Exercise(NamedTuple):
    """An example with what was worked out of it; `text` is its name if shipped, else its YAML."""

    text: str
    example: Example
    checker: Checker
    calculated: Calculation
    truth: dict


@lru_cache(maxsize=64)
def shipped(name: str, steps: int = 1) -> Exercise:
    return _made(name, load(name), steps)


def _made(text: str, example: Example, steps: int) -> Exercise:
    calculated = calculation(example, steps)
    return Exercise(text, example, Checker(example), calculated, worked(calculated))


def from_text(text: str, steps: int = 1) -> Exercise:
    return _made(text, read_example(text), steps)


def random_exercise(rng: random.Random, kind: str = "", steps: int = 1) -> Exercise:
    """A random exercise whose numbers stay where a person could write them down."""
    while True:
        try:
            made = from_text(exercise(rng, kind), steps)
        except (ArithmeticError, ValueError, ComputationError):
            continue
        numbers = [abs(number) for number in made.truth.values() if number]
        if len(made.calculated.lines) <= 400 and all(SMALLEST < number < LARGEST for number in numbers):
            return made


def judge(made: Exercise, text: str) -> Any:
    """The report on a sheet."""
    return made.checker.check(read_sheet(text, "sheet.txt"))


def by_row(report: Any) -> dict[int, Any]:
    """The judged lines by the line of the sheet they stand in; the worst of several parts."""
    found: dict[int, Any] = {}
    for line in report.lines:
        if line.written is not None and line.place is not None:
            seen = found.get(line.place.line)
            if seen is None or (line.verdict in ACCUSED and seen.verdict not in ACCUSED):
                found[line.place.line] = line
    return found


class Cases:
    """Offending cases: counted by kind, the smallest few of each kept in a folder."""

    def __init__(self, keep: str | None, each: int = 3):
        self.folder = Path(keep) if keep else None
        self.each = each
        self.counts: Counter[str] = Counter()
        self.smallest: dict[str, list[tuple[int, str, str, str]]] = {}

    def add(self, kind: str, made: Exercise, sheet: str, note: str) -> None:
        self.counts[kind] += 1
        kept = self.smallest.setdefault(kind, [])
        kept.append((len(sheet) + (0 if made.text in SHIPPED else 50), made.text, sheet, note))
        kept.sort()
        del kept[self.each :]

    def report(self, most: int = 12) -> None:
        for kind, count in self.counts.most_common(most):
            print(f"  {count:6}  {kind}: {self.smallest[kind][0][3]}")
        if self.folder:
            self._write(self.folder)

    def _write(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for old in (*folder.glob("[0-9]*.sheet"), *folder.glob("[0-9]*.yaml")):
            old.unlink()
        for number, (kind, cases) in enumerate(sorted(self.smallest.items())):
            for letter, (_, network, sheet, note) in zip("abcdefgh", cases, strict=False):
                stem = folder / f"{number:02}{letter}"
                if network in SHIPPED:
                    sheet = f"# check {network}\n{sheet}"
                else:
                    stem.with_suffix(".yaml").write_text(network)
                stem.with_suffix(".sheet").write_text(f"# {kind}: {note}\n{sheet}")


def table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    cells = [[str(cell) for cell in row] for row in (head, *rows)]
    widths = [max(len(row[place]) for row in cells) for place in range(len(head))]
    for row in cells:
        print("  ".join(cell.ljust(width) if not place else cell.rjust(width)
                        for place, (cell, width) in enumerate(zip(row, widths, strict=True))))  # fmt: skip


def percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.2f} %" if whole else "-"


def command(what: Callable[[argparse.Namespace], None], sheets: int, **more: Any) -> None:
    """Runs a measurement with the options all of them have."""
    about = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=sys.modules[what.__module__].__doc__, formatter_class=about)
    parser.add_argument("--sheets", type=int, default=sheets)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", help="a folder for offending cases")
    for name, default in more.items():
        parser.add_argument(f"--{name}", type=type(default), default=default)
    began = time.monotonic()
    what(parser.parse_args())
    print(f"{time.monotonic() - began:.0f} s")
