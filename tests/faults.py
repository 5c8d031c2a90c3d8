"""Faults put into the code, one at a time: does some test find each?

    python tests/faults.py 300                  a random sample of 300, in formulas, model, run and check
    python tests/faults.py 50 --seed 2 --only check/judge.py --minutes 10

A fault is a small change of the syntax tree: another comparison or operation, `and` for `or`, a number one off, a
condition turned round, a `return` of nothing. It is recorded which tests run which functions (some minutes, with Python
3.12 or newer; a file of tests again when it changes, all when a module comes or goes). Then each fault is put into a
copy of the package, and the tests that run its function (its module, where that is new) go on until one fails, fastest
first, in a child of a process that has loaded the libraries already. What survives is printed with its place: a test is
missing, or the change changes nothing.
"""

from __future__ import annotations

import argparse
import ast
import compileall
import hashlib
import importlib
import json
import os
import py_compile
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import CodeType
from typing import Any, NamedTuple

import pytest

ROOT = Path(__file__).parent.parent
HOUSE = ROOT / "backprop_trace"
ROOMS = ("formulas", "model", "run", "check")
RECORDED = Path(tempfile.gettempdir()) / "backprop-trace-reached.json"
"""Which tests run what: for each file of tests its hash, and for each test its seconds and functions."""

FIRST, SECONDS = 12, 90.0
"""So many tests are tried first, then others that reach a fault, for so many seconds."""

LIBRARIES = ("hypothesis", "sympy", "flint", "yaml", "typer", "rich.console", "rich.table", "numpy", "jsonschema")

ELSEWHERE = {
    "test_accessibility", "test_dask", "test_evidence_measured", "test_fragments", "test_fuzz", "test_javascript",
    "test_latex", "test_layout", "test_notebook", "test_page", "test_page_in_browser", "test_pdf", "test_readme",
}  # fmt: skip
"""Tests of what comes out in other programs: too slow, and not about the rooms that get the faults."""

OTHER: Mapping[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Add: ast.Sub, ast.Sub: ast.Add,
    ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult, ast.And: ast.Or, ast.Or: ast.And,
}  # fmt: skip


# --- faults ---


class Fault(NamedTuple):
    """The place of a node in the walk through its tree, the line, its function ("": none), and what becomes of it."""

    path: Path
    place: int
    line: int
    function: str
    what: str


def faults_of(path: Path) -> Iterator[Fault]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    quiet, functions = _without_meaning(tree), dict(_functions(tree))
    for place, node in enumerate(ast.walk(tree)):
        if id(node) not in quiet and (what := _change(node, apply=False)):
            yield Fault(path, place, getattr(node, "lineno", 0), functions.get(id(node), ""), what)


def _without_meaning(tree: ast.AST) -> set[int]:
    """What changes no result: annotations, what only type checkers see, sizes of caches, checks of what is always so,
    the words of messages and of `repr`, how long or how much is tried at most (and whether as much is too much, and how
    it is counted), what depends on a clock, where a long text is cut off, and the power of ten that a tolerance is."""
    found, limited = set[int](), _limited(tree)
    for node in ast.walk(tree):
        parts = [getattr(node, name, None) for name in ("annotation", "returns")]
        parts += getattr(node, "decorator_list", [])
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            parts.append(node)
        if isinstance(node, ast.Raise | ast.JoinedStr) or getattr(node, "name", "") == "__repr__":
            parts.append(node)
        if isinstance(node, ast.Assign):
            parts += _large_limits(node)
        if isinstance(node, ast.Slice) or (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow)):
            ends = (node.upper,) if isinstance(node, ast.Slice) else (node.right,)
            parts += [end for end in ends if isinstance(end, ast.Constant) and end.value not in range(6)]
        if isinstance(node, ast.Assert) or (isinstance(node, ast.keyword) and node.arg == "strict"):
            parts.append(node)
        if isinstance(node, ast.Compare) and any(_is_limit(side) for side in (node.left, *node.comparators)):
            found.add(id(node))
        if isinstance(node, ast.AugAssign) and _label(node.target) in limited:
            parts.append(node.value)
        if isinstance(node, ast.If | ast.While) and _asks_a_clock(node.test):
            found.add(id(node))
            parts.append(node.test)
        found |= {id(inner) for part in parts if isinstance(part, ast.AST) for inner in ast.walk(part)}
    return found


def _large_limits(node: ast.Assign) -> list[ast.AST]:
    """MOST_TRIED = 400 and the like, where one more is no fault; what a user can meet is tried by test_limits.py."""
    if not any(_is_limit(name) for target in node.targets for name in ast.walk(target)):
        return []
    numbers = [inner for inner in ast.walk(node.value) if isinstance(inner, ast.Constant)]
    return [number for number in numbers if isinstance(number.value, int | float) and number.value >= 8]


def _is_limit(node: ast.AST) -> bool:
    """MOST_TRIED, or from where on another way to the same result is quicker: WORTH_COMPILING."""
    return isinstance(node, ast.Name) and node.id.startswith(("MOST", "LARGEST", "LONGEST", "WORTH"))


def _limited(tree: ast.AST) -> set[str]:
    """What is counted up to a limit."""
    compared = [node for node in ast.walk(tree) if isinstance(node, ast.Compare)]
    sides = [(node.left, *node.comparators) for node in compared]
    return {_label(side) for some in sides if any(map(_is_limit, some)) for side in some} - {""}


def _label(node: ast.AST) -> str:
    """The name of a variable or an attribute."""
    return str(getattr(node, "attr", getattr(node, "id", "")))


def _asks_a_clock(node: ast.AST) -> bool:
    return any(_label(each) in ("perf_counter", "monotonic") for each in ast.walk(node))


def _functions(node: ast.AST, within: str = "") -> Iterator[tuple[int, str]]:
    """The outermost function or method of each node that is in one, as Python names it."""
    for child in ast.iter_child_nodes(node):
        match child:
            case ast.ClassDef(name=name):
                yield from _functions(child, f"{within}{name}.")
            case ast.FunctionDef(name=name):
                yield from ((id(inner), within + name) for inner in ast.walk(child))
            case ast.If() | ast.Try() | ast.With():
                yield from _functions(child, within)


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
        case ast.Return(value=ast.AST() as value) if not _is_nothing(value):
            if apply:
                node.value = ast.copy_location(ast.Constant(None), node)
            return "returns None"
    return ""


def _is_nothing(value: ast.AST) -> bool:
    """None already, or what is taken for it: an empty text, no elements, False (which becomes True)."""
    match value:
        case ast.Constant(value=constant):
            return not constant
        case ast.Tuple(elts=inside) | ast.List(elts=inside) | ast.Dict(values=inside):
            return not inside
    return False


def source_with(fault: Fault) -> str:
    tree = ast.parse(fault.path.read_text(encoding="utf-8"))
    _change(list(ast.walk(tree))[fault.place], apply=True)
    return ast.unparse(tree)


def modules() -> list[Path]:
    return [path for room in ROOMS for path in sorted((HOUSE / room).rglob("*.py"))]


def sample(count: int, seed: int, only: str) -> list[Fault]:
    every = [fault for path in modules() if only in path.as_posix() for fault in faults_of(path)]
    return random.Random(seed).sample(every, min(count, len(every)))


# --- running tests in a child ---


def in_a_child(work: Callable[[], int], seconds: float) -> int:
    """The exit code of a child that does the work; -1 if it takes longer, or ends by a signal."""
    if not (child := os.fork()):
        os.setsid()
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in range(3):
            os.dup2(nothing, stream)
        resource.setrlimit(resource.RLIMIT_AS, (2**33, 2**33))
        try:
            code = int(work())
        finally:
            os._exit(code if "code" in locals() else 70)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.02)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return -1


def tests_run(house: Path, tests: Sequence[str], *plugins: object) -> int:
    os.chdir(house)
    sys.path[0] = str(house)
    os.environ |= {"PYTHONPATH": str(house), "HYPOTHESIS_STORAGE_DIRECTORY": str(house / ".hypothesis")}
    return pytest.main(["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", *tests], plugins)


class Recorder:
    """A plugin of pytest: the seconds (of the processor) and the functions of each test that passes."""

    def __init__(self, house: Path, into: Path) -> None:
        self.house, self.into = f"{house / 'backprop_trace'}/", into
        self.rooms = tuple(f"{self.house}{room}/" for room in ROOMS)
        self.found: dict[str, dict[str, Any]] = {}
        self.places: set[str] = set()
        watch = sys.monitoring
        watch.use_tool_id(watch.PROFILER_ID, "faults")
        watch.register_callback(watch.PROFILER_ID, watch.events.PY_START, self._sees)
        watch.set_events(watch.PROFILER_ID, watch.events.PY_START)

    def _sees(self, code: CodeType, _: int) -> object:
        """Once for each function and test: then it is no longer watched."""
        if code.co_filename.startswith(self.rooms):
            function = code.co_qualname.split(".<locals>")[0]
            self.places.add(f"{code.co_filename.removeprefix(self.house)}:{function}")
        return sys.monitoring.DISABLE

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self.places, started = set(), sum(os.times()[:4])
        sys.monitoring.restart_events()
        try:
            return (yield)
        finally:
            self.found[item.nodeid] = {"seconds": sum(os.times()[:4]) - started, "places": sorted(self.places)}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if not report.passed:
            self.found.pop(report.nodeid, None)

    def pytest_sessionfinish(self) -> None:
        self.into.write_text(json.dumps(self.found), encoding="utf-8")


class Reach(NamedTuple):
    seconds: float
    places: frozenset[str]


def recorded(house: Path) -> dict[str, Reach]:
    """What each test runs, from earlier; files of tests that have changed since are run now."""
    known = json.loads(RECORDED.read_text(encoding="utf-8")) if RECORDED.exists() else {}
    there = repr([str(path.relative_to(HOUSE)) for path in modules()]).encode()
    files = {f"tests/{path.name}": path.read_bytes() for path in sorted((ROOT / "tests").glob("test_*.py"))}
    files["backprop_trace"] = b"".join(path.read_bytes() for path in sorted(HOUSE.rglob("*.py")))
    reached: dict[str, Reach] = {}
    into = house / "recorded.json"
    for file, content in files.items():
        now = hashlib.sha256(content + there).hexdigest()
        if Path(file).stem in ELSEWHERE:
            continue
        if known.get(file, {}).get("hash") != now:
            print(f"records {file}", file=sys.stderr)
            into.unlink(missing_ok=True)
            in_a_child(lambda file=file: tests_run(house, ["--maxfail=1000", file], Recorder(house, into)), 1200)
            known[file] = {"hash": now, "tests": json.loads(into.read_text("utf-8")) if into.exists() else {}}
            RECORDED.write_text(json.dumps(known), encoding="utf-8")
        for test, entry in known[file]["tests"].items():
            reached[test] = Reach(entry["seconds"], frozenset(entry["places"]))
    return reached


def tests_for(fault: Fault, reached: Mapping[str, Reach]) -> list[str]:
    """The tests that run its function, or any of its module where it is in none: first those that are quick, and run
    little else than the module."""
    module = fault.path.relative_to(HOUSE).as_posix()
    place, within = f"{module}:{fault.function}", f"{module}:"
    found = {test: reach for test, reach in reached.items() if place in reach.places}
    if not found:
        found = {t: reach for t, reach in reached.items() if any(at.startswith(within) for at in reach.places)}
    costs = {
        test: reach.seconds * len(reach.places) / sum(at.startswith(within) for at in reach.places)
        for test, reach in found.items()
    }
    spent, turn = Counter[str](), dict[str, float]()
    for test in sorted(costs, key=costs.__getitem__):  # each table has its turn: many quick rows keep out no others
        table = test.partition("[")[0]
        spent[table] += costs[test]
        turn[test] = spent[table]
    chosen, total = list[str](), 0.0
    for test in sorted(turn, key=turn.__getitem__):
        total += found[test].seconds
        if total > SECONDS and len(chosen) >= FIRST:
            break
        chosen.append(test)
    return chosen


class Watch:
    """A plugin of pytest: ends a test that takes far longer than it did, and says which one failed."""

    def __init__(self, reached: Mapping[str, Reach], into: Path) -> None:
        self.reached, self.into = reached, into

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        known = self.reached.get(item.nodeid)
        self.into.write_text(f"{item.nodeid} takes too long", encoding="utf-8")
        signal.alarm(20 + 10 * int(known.seconds if known else 0))
        try:
            return (yield)
        finally:
            signal.alarm(0)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.into.write_text(report.nodeid, encoding="utf-8")


def finder(fault: Fault, house: Path, reached: Mapping[str, Reach]) -> str:
    """The test that fails with the fault in; "" if there is none. `house` is a copy of the project."""
    path, told = house / fault.path.relative_to(ROOT), house / "told.txt"
    tests, honest = tests_for(fault, reached), path.read_text(encoding="utf-8")
    path.write_text(source_with(fault), encoding="utf-8")
    try:
        for some in (tests[:FIRST], tests[FIRST:]):
            told.write_text("the tests cannot be collected", encoding="utf-8")
            limit = 60 + 10 * sum(reached[test].seconds for test in some)
            code = in_a_child(lambda some=some: tests_run(house, some, Watch(reached, told)), limit) if some else 0
            if code == pytest.ExitCode.USAGE_ERROR:  # a test has another name with the fault in
                files = sorted({test.split("::")[0] for test in some})
                code = in_a_child(lambda files=files: tests_run(house, files, Watch(reached, told)), 10 * limit)
            if code not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
                return told.read_text(encoding="utf-8")
    finally:
        path.write_text(honest, encoding="utf-8")
    return ""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("count", type=int, nargs="?", default=300)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--only", default="", help="modules whose path has this in it")
    options.add_argument("--minutes", type=float, default=600, help="begin no other fault after so many")
    options.add_argument("--verbose", action="store_true", help="say which test finds each fault, too")
    chosen = options.parse_args()
    for library in LIBRARIES:
        importlib.import_module(library)
    found: dict[str, list[bool]] = {room: [] for room in ROOMS}
    with tempfile.TemporaryDirectory() as folder:
        house = Path(folder) / "house"
        shutil.copytree(ROOT, house, ignore=shutil.ignore_patterns(".git", ".venv", "__pycache__", ".*_cache"))
        compileall.compile_dir(house, quiet=2, invalidation_mode=py_compile.PycInvalidationMode.CHECKED_HASH)
        reached = recorded(house)
        files = sorted({test.partition("::")[0] for test in reached})
        if in_a_child(lambda: tests_run(house, ["--collect-only", *files]), 600) != pytest.ExitCode.OK:
            sys.exit("the tests cannot be collected, without any fault")
        sys.dont_write_bytecode = True
        until = time.monotonic() + 60 * chosen.minutes
        for fault in sample(chosen.count, chosen.seed, chosen.only):
            if time.monotonic() > until:
                break
            test = finder(fault, house, reached)
            found[fault.path.relative_to(HOUSE).parts[0]].append(bool(test))
            if chosen.verbose or not test:
                place = f"{fault.path.relative_to(ROOT)}:{fault.line}: {fault.what}"
                print(place, *([test] if test else []), sep="; found by ", flush=True)
    for room, results in found.items():
        print(f"{room}: {sum(results)} of {len(results)} faults were found")


if __name__ == "__main__":
    main()
