"""How well slips are found: each slip put into random networks, the rest of the sheet honestly carried on.

    python tests/benchmarks/slips.py [cases per slip] [decimals] [slip ...]

A case counts where the slip changes a written digit. The table says for each slip how often the first line that is
flagged is the right one, and how often the slip is among those that are named; its last line, how often the first
flagged line is right where two to four lines of a sheet have a slip each.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Collection
from fractions import Fraction
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from writers import Exercise, Writer, random_exercise, sheet_text, work_out

from backprop_trace.check.checker import Checker
from backprop_trace.check.slips import SLIPS, Facts, bends, bent_run, is_structural, written_out
from backprop_trace.files.sheet import read_sheet
from backprop_trace.files.spec import read_example
from backprop_trace.formulas.expr import Formula, Minus, Name, Number, names_in, substitute
from backprop_trace.formulas.notation.names import canonical

WITH_RULE = {
    **dict.fromkeys(("wrong-beta", "no-correction", "no-epsilon", "epsilon-place", "step-off", "no-root",
                     "gradient-not-squared"), "name: adam, epsilon: 0.1"),
    "no-penalty": "name: sgd, weight_decay: 0.3",
}  # fmt: skip
"""Slips of the lines that only some optimizers have."""
EVERYWHERE = {"targets-swapped": ("targets-swapped", "wrong-target")}
"""Slips that are made in all lines of a sheet, and what may be said of the first of them."""
SEVERAL = "two to four"
DIGITS = ("factor-ten", "digits-swapped", "sign-dropped", "copied-wrong", "stale")
Case = tuple[Exercise, Name, str, str]
"""Exercise, the line with the slip, its honest number, and the sheet."""


def exercise_for(slip: str, draw: random.Random) -> Exercise:
    """A random network in which the slip may happen."""
    if slip in ("no-scale", "no-function") or (slip in ("no-penalty", "n-minus-1") and draw.random() < 0.5):
        return _defined(draw)
    if slip == "wrong-time":
        return _recurrent(draw)
    exercise = random_exercise(draw)
    rule = WITH_RULE.get(slip)
    if slip == "no-velocity":
        state = ", ".join(f"v_{name.label}: {draw.randint(-50, 50) / 100}" for name in exercise.example.rule.trained)
        rule = f"name: momentum, state: {{{state}}}"
    if rule is None:
        return exercise
    text = "".join(line for line in exercise.example.text.splitlines(True) if not line.startswith("optimizer"))
    return Exercise(read_example(f"{text}optimizer: {{{rule}}}\n", "random"))


def _defined(draw: random.Random) -> Exercise:
    """A little attention with a penalty, by definitions."""
    a, b, y, q, k, v = (f"{draw.choice((-1, 1)) * draw.randint(20, 99) / 50:.2f}" for _ in range(6))
    return Exercise(read_example(f"""
inputs: {{a: {a}, b: {b}, y: {y}}}
parameters: {{q: {q}, k: {k}, v: {v}}}
fixed: [a, b, y]
definitions:
  s: (q * a + k * b) / sqrt(2)
  r: (q * b + k * a) / sqrt(2)
  p: exp(s) / (exp(s) + exp(r))
  m: (a + b + v) / 3
  o: p * v + m
  E: 1/2 * (y - o)^2 + 0.1 * v^2
objective: E
learning_rate: 0.1
""", "random"))  # fmt: skip


def _recurrent(draw: random.Random) -> Exercise:
    """A recurrent unit over three time steps."""
    numbers = [f"{draw.choice((-1, 1)) * draw.randint(20, 99) / 100:.2f}" for _ in range(9)]
    return Exercise(read_example("""
parameters: {{w: {}, u: {}, v: {}}}
sequence: {{inputs: {{x: [{}, {}, {}]}}, targets: {{o1: [{}, {}, {}]}}}}
layers:
  - {{units: [h1], activation: tanh, weights: [[w]], recurrent: [[u]]}}
  - {{units: [o1], activation: identity, weights: [[v]]}}
loss: half_squared_error
learning_rate: 0.1
""".format(*numbers), "random"))  # fmt: skip


def bends_of(slip: str, exercise: Exercise, kept: Collection[Name]) -> list[tuple[Name, Formula]]:
    """Each line of a sheet bent by each of the formulas of a slip (or of any, where it is empty)."""
    facts = Facts(exercise.example)
    equations = {equation.name: equation for equation in exercise.listing(1).equations}
    return [
        (name, bend.formula)
        for name in kept
        for bend in bends(equations[name], written_out(equations[name].formula, equations, kept), facts)
        if bend.slip == slip or not slip
    ]


def everywhere_case(slip: str, exercise: Exercise, draw: random.Random, decimals: int) -> Case | None:
    """All lines bent that a slip concerns."""
    lines = exercise.listing(1).equations
    bent = bent_run(lines, slip, Facts(exercise.example))
    changed = {(1, line.name): line.formula for line, old in zip(bent, lines, strict=True) if line != old}
    return _first_changed(exercise, changed, draw, decimals)


def several_case(slip: str, exercise: Exercise, draw: random.Random, decimals: int) -> Case | None:
    """Two to four lines bent, each by any of its slips."""
    kept = {equation.name for equation in exercise.listing(1).equations}
    possible: dict[Name, list[Formula]] = {}
    for name, formula in bends_of("", exercise, kept):
        possible.setdefault(name, []).append(formula)
    names = draw.sample(sorted(possible, key=str), min(len(possible), draw.randint(2, 4)))
    return _first_changed(exercise, {(1, name): draw.choice(possible[name]) for name in names}, draw, decimals)


def _first_changed(
    exercise: Exercise, bent: dict[tuple[int, Name], Formula], draw: random.Random, decimals: int
) -> Case | None:
    """The case of the first line that bends change, if they change any."""
    honest = work_out(exercise, Writer(decimals, "rounds", draw)).lines
    lines = work_out(exercise, Writer(decimals, "rounds", draw), 1, bent).lines
    changed = next((key for key, text in honest.items() if lines[key] != text), None)
    return None if changed is None else (exercise, changed[1], honest[changed], sheet_text(lines))


def bent_case(slip: str, exercise: Exercise, draw: random.Random, decimals: int) -> Case | None:
    """A line bent by one of the formulas of a slip."""
    drop = draw.random() < 0.5  # writers seldom write the structural lines out
    kept = {e.name for e in exercise.listing(1).equations if not (drop and is_structural(e.name))}
    found = bends_of(slip, exercise, kept)
    if not found:
        return None
    name, formula = draw.choice(found)
    work = work_out(exercise, Writer(decimals, "rounds", draw), 1, {(1, name): formula})
    lines = {key: text for key, text in work.lines.items() if key[1] in kept}
    return None if lines[1, name] == work.honest else (exercise, name, work.honest, sheet_text(lines))


def digit_case(slip: str, exercise: Exercise, draw: random.Random, decimals: int) -> Case | None:
    """A right number with its digits out of order, or another line's number."""
    honest = work_out(exercise, Writer(decimals, "rounds", draw)).lines
    (_, name), text = draw.choice(list(honest.items()))
    value = _out_of_order(slip, text, name, honest, exercise, draw)
    if value is None or value == text or not float(text):
        return None
    work = work_out(exercise, Writer(decimals, "rounds", draw), 1, {(1, name): literal(value)})
    return exercise, name, text, sheet_text(work.lines)


def _out_of_order(
    slip: str, text: str, name: Name, honest: dict[tuple[int, Name], str], exercise: Exercise, draw: random.Random
) -> str | None:
    match slip:
        case "factor-ten":
            places = len(text.partition(".")[2])
            return f"{float(Fraction(text) * draw.choice((10, Fraction(1, 10)))):.{places}f}"
        case "sign-dropped":
            return text.lstrip("-")
        case "digits-swapped":
            places = [k for k in range(len(text) - 1) if text[k].isdigit() and text[k + 1].isdigit()]
            place = draw.choice(places)
            return text[:place] + text[place + 1] + text[place] + text[place + 2 :]
        case "stale":
            others = [
                t for (_, other), t in honest.items() if other != name and other._replace(sample=name.sample) == name
            ]
            return draw.choice(others) if others else None
    return None


def literal(text: str) -> Formula:
    return Minus(Number(text[1:])) if text.startswith("-") else Number(text)


def copied_case(slip: str, exercise: Exercise, draw: random.Random, decimals: int) -> Case | None:
    """An earlier number used with its last digit changed."""
    honest = work_out(exercise, Writer(decimals, "rounds", draw)).lines
    equation = draw.choice([e for e in exercise.listing(1).equations if not is_structural(e.name)])
    used = [name for name in names_in(equation.formula) if (1, name) in honest]
    if not used:
        return None
    name = draw.choice(used)
    text = honest[1, name]
    place = draw.choice([k for k, c in enumerate(text) if c.isdigit()][-2:])
    wrong = text[:place] + str((int(text[place]) + draw.randint(1, 9)) % 10) + text[place + 1 :]
    bent = {(1, equation.name): substitute(equation.formula, {name: literal(wrong)})}
    work = work_out(exercise, Writer(decimals, "rounds", draw), 1, bent)
    if work.lines[1, equation.name] == work.honest:
        return None
    return exercise, equation.name, work.honest, sheet_text(work.lines)


def maker(slip: str) -> Callable[[str, Exercise, random.Random, int], Case | None]:
    if slip in EVERYWHERE:
        return everywhere_case
    if slip == SEVERAL:
        return several_case
    return copied_case if slip == "copied-wrong" else digit_case if slip in DIGITS else bent_case


def measure(slip: str, wanted: int, decimals: int, seed: int = 7) -> tuple[int, int, int, list[str]]:
    """Cases, those whose first flagged line is right, those that are named; and what was missed."""
    draw = random.Random(f"{slip} {seed}")
    cases = first = named = 0
    missed: list[str] = []
    for _ in range(40 * wanted):
        if cases == wanted:
            break
        try:
            case = maker(slip)(slip, exercise_for(slip, draw), draw, decimals)
        except (ArithmeticError, ValueError, KeyError):
            continue
        if case is None:
            continue
        exercise, name, honest, text = case
        report = Checker(exercise.example).check(read_sheet(text, "sheet"))
        flagged = report.first_mistake
        cases += 1
        place = canonical(name._replace(sample=None)), name.sample
        right = flagged is not None and (flagged.name, flagged.sample) == place
        first += right
        line = next(line for line in report.lines if (line.name, line.sample) == place)
        is_named = slip == SEVERAL or not {*EVERYWHERE.get(slip, (slip,))}.isdisjoint(line.slips)
        named += is_named
        if not right or not is_named:
            got = "none" if flagged is None else f"{flagged.name} {flagged.verdict} {flagged.slips}"
            judged = f"{line.verdict} {line.slips}, first mistake {got} {report.conventions}"
            missed.append(f"{canonical(name)} {line.written} for {honest}: {judged}")
    return cases, first, named, missed


def main() -> None:
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 40
    decimals = int(sys.argv[2]) if len(sys.argv) > 2 else 4
    chosen = sys.argv[3:] or [*SLIPS, SEVERAL]
    print(f"{'slip':26} cases  first  named   ({decimals} decimals)")
    for slip in chosen:
        cases, first, named, missed = measure(slip, wanted, decimals)
        shares = f"{first / cases:6.0%} {named / cases:6.0%}" if cases else "     -      -"
        print(f"{slip:26} {cases:5} {shares}", flush=True)
        if sys.argv[3:]:
            print("\n".join(f"    {text}" for text in missed))


if __name__ == "__main__":
    main()
