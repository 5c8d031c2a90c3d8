"""Checking many sheets: on all cores, in their order, in bounded memory; a sheet that cannot be read stops nothing.

>>> from backprop_trace.files.spec import load
>>> [outcome] = outcomes(Checks(load("mazur")), [Submission("nowhere.yaml")])
>>> outcome.error.splitlines()[0]
'error: there is no such file'
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import NamedTuple

from backprop_trace.check.checker import Checker
from backprop_trace.check.report import Report
from backprop_trace.files.sheet import read_sheet
from backprop_trace.files.source import SourceError
from backprop_trace.files.spec import Example
from backprop_trace.files.submissions import Submission, student_of
from backprop_trace.formulas.arithmetic import ComputationError
from backprop_trace.formulas.child import end_with_the_parent
from backprop_trace.formulas.notation.names import canonical
from backprop_trace.model.conventions import Ways

CHUNK = 8
WAITING = 4  # chunks per worker that may be under way
WORTH_SPREADING = 24  # fewer are judged here: starting workers takes longer
SHEETS_REMEMBERED = 200


class Checks(NamedTuple):
    """What every sheet is checked against, and how."""

    example: Example
    strict: int | None = None
    decimal_comma: bool = False
    style: str = ""
    ways: Ways = Ways()

    def checker(self) -> Checker:
        return Checker(self.example, self.strict, self.style, self.ways)


class Outcome(NamedTuple):
    """A report, or what is wrong: `error` with the sheet, or with the computation (`broken`). `student` is who the
    sheet is from."""

    sheet: str
    report: Report | None = None
    error: str = ""
    broken: bool = False
    student: str = ""


def outcomes(checks: Checks, submissions: Iterable[Submission]) -> Iterator[Outcome]:
    """An outcome for each sheet, as soon as it and all before it are done; no more than a few sheets are held."""
    waiting = iter(submissions)
    first = list(islice(waiting, WORTH_SPREADING))
    cores = _cores()
    if cores < 2 or len(first) < WORTH_SPREADING:
        yield from _Desk(checks).work(chain(first, waiting))
    else:
        yield from _spread(checks, chain(first, waiting), cores)


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class _Desk:
    """Where sheets are checked one after the other. What a checker remembers grows with the sheets it has seen, so
    now and then it is replaced."""

    def __init__(self, checks: Checks):
        self.checks, self.checker, self.seen = checks, checks.checker(), 0

    def work(self, submissions: Iterable[Submission]) -> Iterator[Outcome]:
        for submission in submissions:
            self.seen += 1
            if self.seen % SHEETS_REMEMBERED == 0:
                self.checker = self.checks.checker()
            yield self.outcome(submission)

    def outcome(self, submission: Submission) -> Outcome:
        name, student = submission.name, submission.student
        try:
            text = submission.read()
            student = student_of(submission, text)
            report = self.checker.check(read_sheet(text, name, self.checks.decimal_comma))
            return Outcome(name, report, student=student)
        except SourceError as wrong:
            return Outcome(name, error=str(wrong), student=student or student_of(submission, ""))
        except ComputationError as broken:
            where = f" in {canonical(broken.name)}" if broken.name else ""
            error = f"error: the computation breaks{where}: {broken.reason}"
            return Outcome(name, error=error, broken=True, student=student)


def _spread(checks: Checks, submissions: Iterable[Submission], workers: int) -> Iterator[Outcome]:
    from concurrent.futures import Future, ProcessPoolExecutor

    sheets = iter(submissions)
    chunks = iter(lambda: list(islice(sheets, CHUNK)), [])
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


def _work(submissions: Sequence[Submission]) -> list[Outcome]:
    return list(_desk.work(submissions))
