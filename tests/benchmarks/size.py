"""How time and memory grow with what is asked for: networks, samples and outputs, each of one size and of twice that.

    python tests/benchmarks/size.py

A line for each command: seconds of the processor, the most memory, what is printed, and by how much all three grow when
the size is doubled: 2 is what grows with the network (its weights, samples or outputs).
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

COMMANDS = ("--only E", "--phase loss", "--format json")
"""One quantity, one phase, all there is."""


class Cost(NamedTuple):
    seconds: float
    megabytes: float
    printed: float


def matrix(rows: int, columns: int) -> str:
    return f"[{', '.join(str([round(random.uniform(-0.1, 0.1), 3) for _ in range(columns)]) for _ in range(rows))}]"


def column(rows: int) -> str:
    return str([round(random.random(), 2) for _ in range(rows)])


def dense(hidden: int) -> str:
    """784 inputs, hidden units, ten outputs."""
    return (
        f"inputs: {{{', '.join(f'x{n}: {random.random():.2f}' for n in range(784))}}}\n"
        f"targets: {{{', '.join(f'o{n}: {int(n == 1)}' for n in range(1, 11))}}}\nlayers:\n"
        f"  - {{units: {hidden}, activation: sigmoid, weights: {matrix(hidden, 784)}, bias: 0.1}}\n"
        f"  - {{units: 10, activation: sigmoid, weights: {matrix(10, hidden)}, bias: 0.1}}\n"
        "loss: half_squared_error\nlearning_rate: 0.1\n"
    )


def samples(count: int) -> str:
    """So many samples of a 2-2-1 network."""
    return (
        f"inputs: {{x1: {column(count)}, x2: {column(count)}}}\ntargets: {{o1: {column(count)}}}\nlayers:\n"
        "  - {units: 2, activation: sigmoid, weights: [[0.1, 0.2], [0.3, 0.4]], bias: 0.1}\n"
        "  - {units: 1, activation: sigmoid, weights: [[0.5, 0.6]], bias: 0.1}\n"
        "loss: half_squared_error\nlearning_rate: 0.1\n"
    )


def softmax(units: int) -> str:
    """One input, so many outputs, softmax with cross-entropy."""
    return (
        f"inputs: {{x: 0.5}}\ntargets: {{{', '.join(f'o{n}: {int(n == 1)}' for n in range(1, units + 1))}}}\n"
        f"layers: [{{units: {units}, activation: softmax, weights: {matrix(units, 1)}}}]\n"
        "loss: categorical_cross_entropy\nlearning_rate: 0.1\n"
    )


CASES: Sequence[tuple[str, Callable[[int], str], int, tuple[str, ...]]] = (
    ("784-{}-10", dense, 128, COMMANDS),
    ("{} samples of 2-2-1", samples, 5000, COMMANDS),
    ("a softmax of {}", softmax, 1000, COMMANDS[:2]),  # all of it has a slope for each two outputs
)


def cost(path: Path, command: str) -> Cost:
    shown = [sys.executable, "-m", "backprop_trace", "show", str(path), *command.split()]
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen(shown, stdout=out, stderr=subprocess.DEVNULL)
        _, status, used = os.wait4(process.pid, 0)
        assert status == 0, command
        return Cost(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, out.seek(0, os.SEEK_END) / 1e6)


def main() -> None:
    random.seed(1)
    with tempfile.TemporaryDirectory() as folder:
        for what, made, size, commands in CASES:
            paths = [Path(folder) / f"{made.__name__}{each}.yaml" for each in (size, 2 * size)]
            for path, each in zip(paths, (size, 2 * size), strict=True):
                path.write_text(made(each))
            for command in commands:
                first, second = (cost(path, command) for path in paths)
                print(
                    f"{what.format(f'{size:,}'):24} {command:14} {first.seconds:6.1f} s {first.megabytes:6.0f} MB "
                    f"{first.printed:7.2f} MB printed; twice the size: {second.seconds / first.seconds:.1f} times the "
                    f"time, {second.megabytes / first.megabytes:.1f} the memory, "
                    f"{second.printed / first.printed:.1f} the print",
                    flush=True,
                )


if __name__ == "__main__":
    main()
