"""Sheets that follow another convention throughout, and sheets with a slip that only looks like one.

    python -m evidence.conventions --each 20 --keep /tmp/cases

A convention of notation or definition must be excused: no line accused. A method must be a slip, said once: the first
line where it acts `slip`, the others `slip` or `follows`. A slip that resembles a convention must be named, and no
right line accused. Most conventions are written by somebody who has the same exercise with another word in its file.
"""

from __future__ import annotations

import argparse
import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from decimal import Decimal, DecimalException
from typing import Any

from backprop_trace.formulas.expr import LOSS, plain
from backprop_trace.formulas.notation.names import canonical
from evidence.calculation import At, Line, Own, correctly_rounded, worked
from evidence.judged import (
    ACCUSED,
    Cases,
    Exercise,
    by_row,
    command,
    from_text,
    judge,
    percent,
    random_exercise,
    shipped,
    table,
)
from evidence.mistakes import KINDS, is_update, plant
from evidence.power import spoiled, visible
from evidence.writers import Habit, Sheet, Wrote, rounded, spelled

Numbers = dict[str, Decimal]
"""What is written, by the spelling of its name, in order."""


def plainly(made: Exercise) -> Numbers:
    return {line.spelled: made.truth[line.at] for line in made.calculated.lines}


def as_in(old: str, new: str) -> Callable[[Exercise, random.Random], Numbers | None]:
    """The sheet of the same exercise with another word in its file."""

    def sheet(made: Exercise, rng: random.Random) -> Numbers | None:
        text = re.sub(old, new, made.text, count=1, flags=re.MULTILINE)
        return None if text == made.text else {
            name: number for name, number in plainly(from_text(text)).items() if name in plainly(made)
        }  # fmt: skip

    return sheet


def half(made: Exercise, rng: random.Random) -> Numbers | None:
    return as_in("loss: half_squared_error", "loss: squared_error")(made, rng)


def delta_sign(made: Exercise, rng: random.Random) -> Numbers | None:
    """delta = (t - o) o (1 - o), as many books have it; the gradients are not written, the new weights are."""
    numbers: Numbers = {}
    for line in made.calculated.lines:
        name, number = line.name, made.truth[line.at]
        if name.kind == "d" and name.of == LOSS and name.via is None and name.wrt is not None:
            if name.wrt.kind == "net":
                numbers[f"delta_{canonical(name.wrt._replace(sample=name.sample))[4:]}"] = -number
        elif name.kind != "d":
            numbers[line.spelled] = number
    return numbers


def threshold(made: Exercise, rng: random.Random) -> Numbers | None:
    """Biases are thresholds, subtracted."""
    biases = {
        line.name.of for line in made.calculated.lines if is_update(line) and canonical(line.name).startswith("b")
    }
    if not biases or not all(name in made.calculated.given for name in biases):
        return None
    given = {name: -number if name in biases else number for name, number in made.calculated.given.items()}
    calculated = made.calculated._replace(given=given)
    truth = worked(calculated)

    def other_sign(line: Line) -> bool:
        name = line.name
        return name.of in biases if name.kind == "+" else name.kind == "d" and name.wrt in biases

    return {line.spelled: -truth[line.at] if other_sign(line) else truth[line.at] for line in calculated.lines}


def change_written(made: Exercise, rng: random.Random) -> Numbers | None:
    """change = eta dE/dw, and w+ = w - change."""
    numbers: Numbers = {}
    for line in made.calculated.lines:
        name = line.name
        if is_update(line) and name.of in made.calculated.given:
            numbers[f"change_{canonical(name.of)}"] = made.calculated.given[name.of] - made.truth[line.at]
        numbers[line.spelled] = made.truth[line.at]
    return numbers


def per_sample(made: Exercise, rng: random.Random) -> Numbers | None:
    """Deltas and gradients of a sample without 1/n; the mean is taken last."""
    if "batch: mean" not in made.text or "batch_size" in made.text:
        return None
    summed = plainly(from_text(made.text.replace("batch: mean", "batch: sum")))
    return {line.spelled: summed[line.spelled] if line.name.kind == "d" and line.name.sample else made.truth[line.at]
            for line in made.calculated.lines}  # fmt: skip


def fixed_biases(made: Exercise, rng: random.Random) -> Numbers | None:
    """b+ = b."""
    kept = [line for line in made.calculated.lines if is_update(line) and line.spelled.startswith("b")]
    biases = {line.name.of for line in kept}
    numbers = {line.spelled: made.truth[line.at] for line in made.calculated.lines
               if line.name.wrt is None or plain(line.name.wrt) not in biases}  # fmt: skip
    return numbers | {line.spelled: made.calculated.given[line.name.of] for line in kept} if kept else None


def updated_after_each(made: Exercise, rng: random.Random) -> Numbers | None:
    """The samples one after the other, a section each, with the weights the one before has left."""
    if "batch: sum" not in made.text or "batch_size" in made.text:
        return None
    samples = max(line.name.sample or 1 for line in made.calculated.lines)
    stochastic = from_text(made.text.replace("batch: sum", "batch: sum\nbatch_size: 1"), samples)
    return {f"{line.step} {line.spelled}": stochastic.truth[line.at] for line in stochastic.calculated.lines}


EXCUSED: Mapping[str, tuple[str, Callable[[Exercise, random.Random], Numbers | None]]] = {
    "delta's sign": ("plain", delta_sign),
    "threshold": ("plain", threshold),
    "change as eta g": ("plain", change_written),
    "per sample without 1/n": ("several", per_sample),
    "no factor 1/2": ("plain", half),
    "a factor 1/2": ("plain", as_in("loss: squared_error", "loss: half_squared_error")),
    "sum for mean over samples": ("several", as_in("batch: mean", "batch: sum")),
    "mean for sum over samples": ("several", as_in("batch: sum", "batch: mean")),
    "sum for mean over outputs": ("plain", as_in("loss: mean_squared_error", "loss: squared_error")),
    "biases fixed": ("plain", fixed_biases),
    "an update after each sample": ("several", updated_after_each),
    "rate outside the velocity": ("optimized", as_in("name: momentum", "name: momentum, convention: torch")),
}
"""Conventions of notation and definition: on what kind of network, and what is written."""

METHODS: Mapping[str, tuple[str, ...]] = {"updated-weights": ("plain", "shipped"), "transposed": ("named",)}
"""Not excused; only weights that have names can be transposed, the numbering of others is notation."""

SLIPS: Mapping[str, tuple[str, ...]] = {
    "rate-left-out": ("plain", "shipped"),
    "rate-twice": ("plain", "shipped"),
    "gradients-summed": ("several",),
    "one-sample-only": ("several",),
    "targets-reversed": ("plain", "shipped"),
    "targets-swapped": ("plain", "shipped"),
}
"""Slips that resemble a convention, and on which networks they are planted."""

PARTS: Mapping[str, Callable[[Line, random.Random], bool]] = {
    "full": lambda line, rng: True,
    "half": lambda line, rng: rng.random() < 0.5,
    "forward only": lambda line, rng: line.phase in ("forward", "loss"),
    "updates only": lambda line, rng: line.phase == "update",
}


def exercise_for(kind: str, rng: random.Random) -> Exercise:
    if kind == "shipped":
        return shipped(rng.choice(("mazur", "han-kamber", "udacity", "cheng", "quirk", "hmkcode", "kumar", "deep")))
    if kind == "named":
        return shipped(rng.choice(("mazur", "quirk", "hmkcode", "cheng")))
    return random_exercise(rng, kind)


def texts_of(numbers: Numbers) -> str:
    """The sheet; names that begin with the number of a step stand in its section."""
    rows, section = [], ""
    for name, number in numbers.items():
        step, _, name = name.rpartition(" ")
        if step != section:
            section = step
            rows.append(f"step {step}:")
        rows.append(f"{name} = {spelled(rounded(number, 4))}")
    return "\n".join(rows) + "\n"


def excused(label: str, part: str, rng: random.Random, tally: Counter[str], cases: Cases) -> None:
    kind, writer = EXCUSED[label]
    made = exercise_for(kind, rng)
    numbers = writer(made, rng)
    if not numbers or numbers == plainly(made):
        return
    if part == "half":
        numbers = {name: number for name, number in numbers.items() if rng.random() < 0.5}
    text = texts_of(numbers)
    report = judge(made, text)
    accused = [line for line in by_row(report).values() if line.verdict in ACCUSED]
    undecided = sum(line.verdict == "undecided" for line in by_row(report).values())
    tally["sheets"] += 1
    tally["as wanted"] += not accused
    tally["lines"] += len(numbers)
    tally["undecided"] += undecided
    if accused:
        line = accused[0]
        note = f"{len(accused)} of {len(numbers)} accused: {line.name} = {line.written} {line.verdict} {line.message}"
        cases.add(f"not excused: {label}, {part}", made, text, f"{note}; taken: {report.conventions}")


def reduced(sheet: Sheet, part: str, rng: random.Random) -> Sheet:
    """The part of a sheet of one step."""
    kept = [wrote for wrote in sheet.wrote if PARTS[part](wrote.line, rng)]
    wrote = tuple(Wrote(one.line, one.text, row) for row, one in enumerate(kept, 1))
    return Sheet("".join(f"{one.line.spelled} = {one.text}\n" for one in wrote), wrote)


def resembling(kind: str, part: str, rng: random.Random, tally: Counter[str], cases: Cases) -> None:
    made = exercise_for(rng.choice(SLIPS[kind] if kind in SLIPS else METHODS[kind]), rng)
    one = plant(made, kind, rng)
    if one is None:
        return
    sheet = reduced(spoiled(made, Habit(), rng, [one]), part, rng)
    own = Own(made.calculated, {wrote.line.at: wrote.text for wrote in sheet.wrote})
    acts = {wrote.line.at for wrote in sheet.wrote if visible(own, wrote.line.at)}
    if not acts:
        return
    report = judge(made, sheet.text)
    tally["sheets"] += 1
    wrongs = complaints(kind, made, sheet, report, acts)
    tally["as wanted"] += not wrongs
    for wrong in wrongs[:1]:
        cases.add(f"{wrong.split(':')[0]}: {kind}, {part}", made, sheet.text, f"{wrong}; taken: {report.conventions}")


def complaints(kind: str, made: Exercise, sheet: Sheet, report: Any, acts: set[At]) -> list[str]:
    """What is not as it should be: a right line accused, nothing said, or the slip not named.

    Where no E is written nothing speaks against a convention that explains the lines.
    """
    found, conventions = by_row(report), report.conventions
    said, flagged = "", False
    wrongs = []
    for wrote in sheet.wrote:
        line = found[wrote.row]
        accused = line.verdict in ACCUSED
        if accused and wrote.line.at not in acts and correctly_rounded(wrote.text, made.truth[wrote.line.at]):
            wrongs.append(f"right line accused: {wrote.line.spelled} = {wrote.text}: {line.message}")
        if accused:
            flagged = True
            said += f" {' '.join(line.slips)} {line.message}"
    speaks = any(wrote.line.name == LOSS for wrote in sheet.wrote)
    if not flagged and (speaks or not conventions):
        wrongs.append("not flagged: " + ", ".join(f"{canonical(at[1])}" for at in sorted(acts)[:3]))
    elif flagged and re.search(KINDS[kind].words, said, re.IGNORECASE) is None:
        wrongs.append(f"not named: {said[:200]}")
    return wrongs


def tallied(options: argparse.Namespace, cases: Cases) -> dict[str, Counter[str]]:
    """For each convention or slip and kind of sheet: how many sheets, how many judged as wanted."""
    tallies = defaultdict[str, Counter[str]](Counter)
    only = options.only.split(",") if options.only else [*EXCUSED, *METHODS, *SLIPS]
    wanted = [(label, part, excused) for label in EXCUSED for part in ("full", "half")]
    wanted += [(kind, part, resembling) for kind in (*METHODS, *SLIPS) for part in PARTS]
    for label, part, judged in (each for each in wanted if each[0] in only):
        for number in range(30 * options.each):
            rng = random.Random(f"conventions {options.seed} {label} {part} {number}")
            try:
                judged(label, part, rng, tallies[f"{label}, {part}"], cases)
            except DecimalException:
                continue
            if tallies[f"{label}, {part}"]["sheets"] == options.each:
                break
    return tallies


def measure(options: argparse.Namespace) -> None:
    cases = Cases(options.keep)
    tallies = tallied(options, cases)
    rows = [(label, tally["sheets"], tally["as wanted"], percent(tally["undecided"], tally["lines"]))
            for label, tally in tallies.items()]  # fmt: skip
    rows.append(("all", *(sum(row[place] for row in rows) for place in (1, 2)), ""))
    table(("convention or slip, sheet", "sheets", "as wanted", "undecided"), rows)
    cases.report(60)


if __name__ == "__main__":
    command(measure, 0, each=10, only="")
