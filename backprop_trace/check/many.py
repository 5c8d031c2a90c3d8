"""Checking many sheets: on all cores, in their order, in bounded memory; a sheet that cannot be read stops nothing.

>>> from backprop_trace.files.spec import load
>>> [(outcome.sheet, outcome.error.splitlines()[0]) for outcome in outcomes(Checks(load("mazur")), ["nowhere.yaml"])]
[('nowhere.yaml', 'error: there is no such file')]
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from backprop_trace.check.checker import Checker
from backprop_trace.check.report import Report
from backprop_trace.check.wording import Language
from backprop_trace.files.sheet import load_sheet
from backprop_trace.files.source import SourceError
from backprop_trace.files.spec import Example
from backprop_trace.formulas.arithmetic import ComputationError
from backprop_trace.formulas.child import end_with_the_parent
from backprop_trace.formulas.notation.names import canonical

CHUNK = 8
WAITING = 4  # chunks per worker that may be under way
FEWEST = 24  # fewer are judged here: starting workers takes longer
SHEETS_REMEMBERED = 200


class Checks(NamedTuple):
    """What every sheet is checked against, and how."""

    example: Example
    strict: int | None = None
    decimal_comma: bool = False
    language: Language = Language()

    def checker(self) -> Checker:
        return Checker(self.example, self.strict, self.language)


class Outcome(NamedTuple):
    """A report, or what is wrong: `error` with the sheet, or with the computation (`broken`)."""

    sheet: str
    report: Report | None = None
    error: str = ""
    broken: bool = False


def outcomes(checks: Checks, paths: Sequence[str]) -> Iterator[Outcome]:
    """An outcome for each sheet, as soon as it and all before it are done."""
    workers = min(_cores(), len(paths) // CHUNK)
    if workers < 2 or len(paths) < FEWEST or "-" in paths:
        yield from _Desk(checks).work(paths)
    else:
        yield from _spread(checks, paths, workers)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class _Desk:
    """Where sheets are checked one after the other. What a checker remembers grows with the sheets it has seen, so
    now and then it is replaced."""

    def __init__(self, checks: Checks):
        self.checks, self.checker, self.seen = checks, checks.checker(), 0

    def work(self, paths: Sequence[str]) -> Iterator[Outcome]:
        for path in paths:
            self.seen += 1
            if self.seen % SHEETS_REMEMBERED == 0:
                self.checker = self.checks.checker()
            yield self.outcome(path)

    def outcome(self, path: str) -> Outcome:
        try:
            return Outcome(path, self.checker.check(load_sheet(path, self.checks.decimal_comma)))
        except SourceError as wrong:
            return Outcome(path, error=str(wrong))
        except ComputationError as broken:
            where = f" in {canonical(broken.name)}" if broken.name else ""
            return Outcome(path, error=f"error: the computation breaks{where}: {broken.reason}", broken=True)


def _spread(checks: Checks, paths: Sequence[str], workers: int) -> Iterator[Outcome]:
    from concurrent.futures import Future, ProcessPoolExecutor

    chunks = [paths[start : start + CHUNK] for start in range(0, len(paths), CHUNK)]
    waiting: deque[Future[list[Outcome]]] = deque()
    with ProcessPoolExecutor(workers, initializer=_take_place, initargs=(checks,)) as pool:
        try:
            for chunk in chunks:
                waiting.append(pool.submit(_work, chunk))
                if len(waiting) > WAITING * workers:
                    yield from waiting.popleft().result()
            while waiting:
                yield from waiting.popleft().result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


_desk: _Desk


def _take_place(checks: Checks) -> None:
    """A worker begins: it gets its desk."""
    global _desk
    end_with_the_parent()
    _desk = _Desk(checks)


def _work(paths: Sequence[str]) -> list[Outcome]:
    return list(_desk.work(paths))
