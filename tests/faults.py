"""Faults put into the code, one at a time: does some test find each?

    python tests/faults.py 300                  a random sample of 300, in formulas, model, run and check
    python tests/faults.py 50 --seed 2 --only check/judge.py --minutes 10

A fault is a small change of the syntax tree: another comparison or operation, `and` for `or`, a number one off, a
condition turned round, a `return` of nothing. Each is put into a copy of the package, and the test files that concern
its module run against it until one fails. What survives is printed with its place: a test is missing, or the change
changes nothing.
"""

from __future__ import annotations

import argparse
import ast
import copy
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
HOUSE = ROOT / "backprop_trace"
SECONDS = 240
"""A fault that makes the tests take so long counts as found."""

CONCERNS: Mapping[str, Sequence[str]] = {
    "formulas/arithmetic": ("test_arithmetic", "test_gradients", "test_main_commands", "test_check"),
    "formulas/notation": ("test_expr", "test_writers", "test_cli", "test_notation_mathml", "test_javascript"),
    "formulas/closed_form": ("test_derive",),
    "formulas": ("test_expr", "test_names", "test_spelling", "test_definitions", "test_spec", "test_cli"),
    "model/derive": ("test_derive",),
    "model/general": ("test_general", "test_latex"),
    "model/settle": ("test_recurrent", "test_settings"),
    "model": (
        "test_chain", "test_gradients", "test_optimizers", "test_recurrent", "test_batches", "test_definitions",
        "test_expr", "test_networks",
    ),
    "run/train": (
        "test_compiled_steps", "test_matrices", "test_training", "test_held_out", "test_vanishing", "test_breaking",
        "test_saving", "test_sweep", "test_training_refusals",
    ),
    "run/verify": ("test_verify",),
    "run": ("test_main_commands", "test_gradients", "test_arithmetic", "test_javascript", "test_cli"),
    "check/slips": ("test_slip_ids", "test_found_slips", "test_check", "test_published", "test_check_batches"),
    "check": (
        "test_check", "test_found_slips", "test_published", "test_check_batches", "test_conventions", "test_check_cli",
        "test_practice", "test_slip_ids",
    ),
}  # fmt: skip
"""The tests that concern a module: those of the longest beginning of its path."""

OTHER: Mapping[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Add: ast.Sub, ast.Sub: ast.Add,
    ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult, ast.And: ast.Or, ast.Or: ast.And,
}  # fmt: skip


class Fault(NamedTuple):
    """The place of a node in the walk through its tree, the line, and what becomes of it."""

    path: Path
    place: int
    line: int
    what: str


def faults_of(path: Path) -> Iterator[Fault]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    quiet = _without_meaning(tree)
    for place, node in enumerate(ast.walk(tree)):
        if place not in quiet and (what := _change(node, apply=False)):
            yield Fault(path, place, getattr(node, "lineno", 0), what)


def _without_meaning(tree: ast.AST) -> set[int]:
    """Annotations, docstrings and what only type checkers see."""
    numbers = {id(node): place for place, node in enumerate(ast.walk(tree))}
    found: set[int] = set()
    for node in ast.walk(tree):
        parts = [getattr(node, name, None) for name in ("annotation", "returns")]
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            parts.append(node)
        if isinstance(node, ast.Assert):
            parts.append(node)
        found |= {numbers[id(inner)] for part in parts if isinstance(part, ast.AST) for inner in ast.walk(part)}
    return found


def _change(node: ast.AST, apply: bool) -> str:
    """What can be done to a node, in words; done to it, if that is wanted."""
    match node:
        case ast.Compare(ops=[op, *_]) if type(op) in OTHER:
            other = OTHER[type(op)]
            if apply:
                node.ops[0] = other()  # type: ignore[call-overload]
            return f"{type(op).__name__} -> {other.__name__}"
        case ast.BinOp(op=op, left=left) if type(op) in OTHER and not isinstance(left, ast.Constant | ast.JoinedStr):
            other = OTHER[type(op)]
            if apply:
                node.op = other()  # type: ignore[assignment]
            return f"{type(op).__name__} -> {other.__name__}"
        case ast.BoolOp(op=op):
            other = OTHER[type(op)]
            if apply:
                node.op = other()  # type: ignore[assignment]
            return f"{type(op).__name__} -> {other.__name__}"
        case ast.Constant(value=bool() as value):
            if apply:
                node.value = not value
            return f"{value} -> {not value}"
        case ast.Constant(value=int() | float() as value):
            if apply:
                node.value = value + 1
            return f"{value} -> {value + 1}"
        case ast.If(test=test) | ast.IfExp(test=test):
            if apply:
                node.test = ast.copy_location(ast.UnaryOp(ast.Not(), test), test)
            return "the condition turned round"
        case ast.Return(value=ast.AST()):
            if apply:
                node.value = ast.copy_location(ast.Constant(None), node)
            return "returns None"
    return ""


def source_with(fault: Fault) -> str:
    tree = copy.deepcopy(ast.parse(fault.path.read_text(encoding="utf-8")))
    _change(list(ast.walk(tree))[fault.place], apply=True)
    return ast.unparse(tree)


def tests_for(path: Path) -> list[str]:
    module = path.relative_to(HOUSE).with_suffix("").as_posix()
    concern = max((begin for begin in CONCERNS if module.startswith(begin)), key=len)
    own = [f"tests/test_{path.stem}.py"] if (ROOT / f"tests/test_{path.stem}.py").exists() else []
    found = [*own, *(f"tests/{name}.py" for name in CONCERNS[concern] if (ROOT / f"tests/{name}.py").exists())]
    return list(dict.fromkeys(found))


def is_found(fault: Fault, house: Path) -> bool:
    """Does a test fail with the fault in? `house` is a copy of the project."""
    path = house / fault.path.relative_to(ROOT)
    honest = path.read_text(encoding="utf-8")
    path.write_text(source_with(fault), encoding="utf-8")
    command = [sys.executable, "-B", "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "--no-header", "--tb=no"]
    command += [*tests_for(fault.path), str(fault.path.relative_to(ROOT))]
    environment = {**os.environ, "PYTHONPATH": str(house), "HYPOTHESIS_STORAGE_DIRECTORY": str(house / ".hypothesis")}
    tests = subprocess.Popen(
        command, cwd=house, env=environment, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        return tests.wait(SECONDS) != 0
    except subprocess.TimeoutExpired:
        os.killpg(tests.pid, signal.SIGKILL)
        tests.wait()
        return True
    finally:
        path.write_text(honest, encoding="utf-8")


def sample(count: int, seed: int, only: str) -> list[Fault]:
    rooms = ("formulas", "model", "run", "check")
    paths = [path for room in rooms for path in sorted((HOUSE / room).rglob("*.py")) if only in path.as_posix()]
    every = [fault for path in paths for fault in faults_of(path)]
    return random.Random(seed).sample(every, min(count, len(every)))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("count", type=int, nargs="?", default=300)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--only", default="", help="modules whose path has this in it")
    options.add_argument("--minutes", type=float, default=600, help="begin no other fault after so many")
    chosen = options.parse_args()
    found, survivors, until = 0, [], time.monotonic() + 60 * chosen.minutes
    with tempfile.TemporaryDirectory() as folder:
        house = Path(folder) / "house"
        ignored = shutil.ignore_patterns(".git", ".venv", "__pycache__", ".*_cache", ".hypothesis")
        shutil.copytree(ROOT, house, ignore=ignored)
        for fault in sample(chosen.count, chosen.seed, chosen.only):
            if time.monotonic() > until:
                break
            if is_found(fault, house):
                found += 1
            else:
                survivors.append(fault)
                print(f"{fault.path.relative_to(ROOT)}:{fault.line}: {fault.what}", flush=True)
    total = found + len(survivors)
    print(f"{found} of {total} faults were found ({100 * found / max(1, total):.0f} %)")


if __name__ == "__main__":
    main()
