"""How fast the program is, as ratios against something else timed in the same run.

    pip install -e '.[test]' micrograd
    python tests/benchmarks/speed.py

Each line: what is measured, against what, the ratio (median of the paired runs), and what it should be at most (or at
least). Absolute times depend on the machine and are not judged.
"""

from __future__ import annotations

import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from pathlib import Path

from evidence.judged import shipped
from evidence.writers import Habit, written

from backprop_trace.check.checker import Checker
from backprop_trace.check.practice import Practice
from backprop_trace.files.sheet import read_sheet
from backprop_trace.files.spec import Example, load, read_example
from backprop_trace.formulas.arithmetic import FLOAT, evaluate_all
from backprop_trace.formulas.notation.names import canonical
from backprop_trace.formulas.numbers import number
from backprop_trace.run.step import Settings, trace

COMPILED = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
"""An installed program has its bytecode on disk; the first run, which does not count, may have to write it."""

HONEST_SHEET = 4.8
"""Before sheets were judged by evidence it was 10.8, before that was done in one pass 9.9; a third of it is wanted."""

MINIMAL = """
import typer
from rich.console import Console
from rich.table import Table
app = typer.Typer()
@app.command()
def main():
    console = Console(width=120)
    for _ in range(4):
        table = Table("quantity", "formula", "numbers", "value", title="phase")
        for row in range({rows}):
            table.add_row(f"dE/dw{{row}}", "out_o1 - target_o1", "0.751365070 - 0.01", "0.741365070")
        console.print(table)
app()
"""


def whole_process(command: list[str], codes: tuple[int, ...] = (0,)) -> float:
    start = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.DEVNULL, env=COMPILED)
    assert done.returncode in codes, command
    return time.perf_counter() - start


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def ratio(first: Callable[[], float], second: Callable[[], float], runs: int) -> float:
    """The median ratio of paired runs, after one run of each that does not count."""
    first(), second()
    return statistics.median(first() / second() for _ in range(runs))


def report(what: str, against: str, value: float, limit: float, at_least: bool = False) -> None:
    sign, good = (">=", value >= limit) if at_least else ("<=", value <= limit)
    print(f"{what:58} / {against:44} {value:8.2f}  {sign} {limit:g}  {'' if good else 'MISSED'}", flush=True)


# --- whole processes ---


def processes() -> None:
    rows = len(load("mazur").listing().equations)
    with tempfile.TemporaryDirectory() as folder:
        minimal = Path(folder) / "minimal.py"
        minimal.write_text(MINIMAL.format(rows=rows // 4 + 1))
        show = [sys.executable, "-m", "backprop_trace", "show", "mazur"]

        def shown() -> float:
            return whole_process(show)

        def with_rich() -> float:
            return whole_process([sys.executable, str(minimal)])

        def nothing() -> float:
            return whole_process([sys.executable, "-c", "pass"])

        def exact() -> float:
            return whole_process([*show, "--engine", "exact"])

        report("show mazur", "minimal typer + rich, as many rows", ratio(shown, with_rich, 15), 1.25)
        report("show mazur", "python -c pass", ratio(shown, nothing, 15), 13)
        report("show mazur --engine exact", "minimal typer + rich, as many rows", ratio(exact, with_rich, 15), 1.5)


# --- a 100-100-10 network ---


def dense(sizes: tuple[int, ...]) -> Example:
    """A sigmoid network with random weights, through the loader."""
    draw = random.Random(1)
    text = f"inputs: [{', '.join(f'{draw.random():.3f}' for _ in range(sizes[0]))}]\n"
    text += f"targets: [{', '.join('0.5' for _ in range(sizes[-1]))}]\nlayers:\n"
    for before, units in pairwise(sizes):
        rows = ",\n      ".join(
            "[" + ", ".join(f"{draw.uniform(-1, 1):.3f}" for _ in range(before)) + "]" for _ in range(units)
        )
        text += f"  - units: {units}\n    activation: sigmoid\n    weights: [{rows}]\n    bias: 0.1\n"
    return read_example(text + "loss: half_squared_error\nlearning_rate: 0.1\n", "dense")


def micrograd_pass(sizes: tuple[int, ...]) -> Callable[[], object]:
    from micrograd.engine import Value

    draw = random.Random(1)
    layers = [
        [[Value(draw.uniform(-1, 1)) for _ in range(before)] for _ in range(units)] for before, units in pairwise(sizes)
    ]
    inputs = [draw.random() for _ in range(sizes[0])]

    def forward_and_backward() -> object:
        values: list[Value] = [Value(x) for x in inputs]
        for layer in layers:
            values = [sum((w * x for w, x in zip(row, values, strict=True)), Value(0.0)).relu() for row in layer]
        loss = sum(((0.5 - out) ** 2 for out in values), Value(0.0))
        loss.backward()
        return loss

    return forward_and_backward


def large() -> None:
    sizes = (100, 100, 10)
    example = dense(sizes)
    built = example.listing()

    lines = [(equation.name, equation.formula) for equation in built.equations]
    givens = {name: float(number(text)) for name, text in example.values.items()}

    def evaluating() -> float:
        return timed(lambda: evaluate_all(lines, dict(givens), FLOAT))

    def building() -> float:
        return timed(lambda: example.listing())

    try:
        sys.setrecursionlimit(10**6)
        rival = micrograd_pass(sizes)
    except ImportError:
        print("micrograd is not installed: pip install micrograd")
    else:
        report(f"evaluate {len(built.equations):,} quantities of 100-100-10", "micrograd forward and backward",
               ratio(evaluating, lambda: timed(rival), 5), 1)  # fmt: skip
        report("build the listing of 100-100-10", "micrograd forward and backward",
               ratio(building, lambda: timed(rival), 5), 3)  # fmt: skip
    small, big = dense((40, 40, 10)), dense((80, 80, 20))
    report("80-80-20 (four times the weights)", "40-40-10",
           ratio(lambda: timed(lambda: trace(big)), lambda: timed(lambda: trace(small)), 7), 5)  # fmt: skip


# --- certified digits ---


def sympy_gradients(example: Example) -> Callable[[], object]:
    """diff, subs and evalf of the whole loss, as one would do it by hand in SymPy."""
    import sympy
    from sympy.core.cache import clear_cache

    values = {name.label or f"t_{name}": sympy.Rational(text) for name, text in example.values.items()}
    w1, w2, w3, w4, w5, w6, w7, w8 = weights = sympy.symbols("w1:9")

    def sigmoid(z: sympy.Expr) -> sympy.Expr:
        return 1 / (1 + sympy.exp(-z))

    i1, i2, b1, b2 = (values[word] for word in ("i1", "i2", "b1", "b2"))
    targets = [sympy.Rational("0.01"), sympy.Rational("0.99")]
    h1, h2 = sigmoid(w1 * i1 + w2 * i2 + b1), sigmoid(w3 * i1 + w4 * i2 + b1)
    outs = sigmoid(w5 * h1 + w6 * h2 + b2), sigmoid(w7 * h1 + w8 * h2 + b2)
    loss = sum((t - o) ** 2 / 2 for t, o in zip(targets, outs, strict=True))
    start = {weight: values[weight.name] for weight in weights}

    def gradients() -> object:
        clear_cache()  # or the second run only looks up what the first one found
        return [sympy.diff(loss, weight).subs(start).evalf(50) for weight in weights]

    return gradients


def certified() -> None:
    example = load("mazur")
    ours = lambda: timed(lambda: trace(example, Settings("exact", 50)))  # noqa: E731
    theirs = sympy_gradients(example)
    value = 1 / ratio(ours, lambda: timed(theirs), 5)
    report("Mazur's gradients to 50 digits: SymPy diff, subs, evalf", "exact engine", value, 100, at_least=True)


# --- sheets ---


def honest_sheets(name: str, count: int) -> list[str]:
    """Full sheets of four decimals by somebody who rounds each line and goes on with that."""
    made = shipped(name)
    return [written(made.calculated, Habit(), random.Random(number)).text for number in range(count)]


def judging(example: Example, texts: list[str]) -> Callable[[], float]:
    checker = Checker(example)
    return lambda: timed(lambda: [checker.check(read_sheet(text, "sheet")) for text in texts])


def new_weights(example: Example) -> str:
    """A sheet with nothing but the new weights, all of them wrong: the dearest there is."""
    draw, lines = random.Random(5), trace(example).lines
    wrong = ((line.name, float(line.value) * draw.uniform(1.05, 1.9)) for line in lines if line.name.kind == "+")
    return "".join(f"{canonical(name)} = {value:.4f}\n" for name, value in wrong)


def sheets() -> None:
    mazur, texts = load("mazur"), honest_sheets("mazur", 10)

    def computing() -> float:
        return timed(lambda: [trace(mazur) for _ in texts])

    report("read and judge a sheet of mazur without a mistake", "compute its training step",
           ratio(judging(mazur, texts), computing, 15), HONEST_SHEET)  # fmt: skip
    for sizes in ((3, 5, 4, 3), (10, 10, 5)):
        example = dense(sizes)
        with tempfile.TemporaryDirectory() as folder:
            network, sheet = Path(folder) / "net.yaml", Path(folder) / "sheet.txt"
            network.write_text(example.text)
            sheet.write_text(new_weights(example))
            program = [sys.executable, "-m", "backprop_trace"]
            shown = partial(whole_process, [*program, "show", str(network), "--format", "json"])
            checked = partial(whole_process, [*program, "check", str(network), str(sheet)], codes=(1,))
            report(f"check {'-'.join(map(str, sizes))}, new weights, all wrong", "show --format json",
                   ratio(checked, shown, 3), 10)  # fmt: skip


# --- practising ---


def answering(example: Example) -> Callable[[], float]:
    """The dearest answer: a wrong number, the first one, where all other lines are filled in."""
    practice = Practice(example)
    practice.prepare()
    *lines, last = practice.step.lines
    practice.answers |= {canonical(line.name): f"{float(line.value):.6g}" for line in lines}

    def answered() -> float:
        return timed(lambda: practice.answer(canonical(last.name), f"{-1.7 * float(last.value) - 0.1:.4f}"))

    return answered


def practising() -> None:
    nothing = partial(whole_process, [sys.executable, "-c", "pass"])
    for name in ("mazur", "xor", "lstm"):
        report(f"practice {name}: a wrong answer below right ones", "python -c pass",
               ratio(answering(load(name)), nothing, 7), 6)  # fmt: skip


if __name__ == "__main__":
    processes()
    large()
    certified()
    sheets()
    practising()
