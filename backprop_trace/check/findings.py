"""What judging works with and arrives at: answers, explanations, findings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from backprop_trace.files.sheet import Written
from backprop_trace.formulas.arithmetic.band import Band
from backprop_trace.formulas.expr import Formula, Name


class Answer(NamedTuple):
    """A line of the sheet whose quantity is known: its readings, and whether its sign is a matter of convention."""

    name: Name
    step: int
    readings: tuple[Written, ...]
    spelling: str
    sign: int = 1
    again: tuple[Answer, ...] = ()
    """Other lines of the sheet for the same quantity."""


class Explanation(NamedTuple):
    """A slip that gives the written number: its id, the bent formula, and the skipped line it is in (or None).

    `also` are further skipped lines with the same slip.
    """

    slip: str
    formula: Formula | None = None
    line: Name | None = None
    whole_run: bool = False
    copied: tuple[Name, str] | None = None
    """A number that was copied wrong: whose, and as what."""
    also: tuple[Name, ...] = ()
    joined: tuple[str, Written] | None = None
    """A second slip that works together with the first: its id, and the number without it."""
    gives: Formula | None = None
    """The formula that ends in the written number, where it is not `formula`: a skipped line put into this one."""
    changed: Mapping[Name, str | float] = {}
    """Numbers that stand in it by mistake, as they are written or as they come out."""


class Cause(NamedTuple):
    """Slips that explain several lines of a sheet (more than one, if each gives the same numbers), and those lines of
    a step of which they are known to give the numbers. Where one of them fits, no other is named."""

    slips: tuple[str, ...] = ()
    lines: frozenset[Name] = frozenset()
    step: int = 1


NO_CAUSE = Cause()


class Finding(NamedTuple):
    """The judgement on one line. verdict `off` means: none of the honest ones, and not yet explained."""

    answer: Answer
    verdict: str
    band: Band | None = None
    explanations: tuple[Explanation, ...] = ()
    remark: str = ""
    reason: str = ""
    """Why a line is undecided."""
    formula: Formula | None = None
    """The line's formula, with the skipped structural lines written out."""
    skipped: Mapping[Name, float] = {}
    """What the lines that are not on the sheet were when this one was judged: a mistake changes them."""


HONEST = ("right", "rounded", "follows", "convention")
"""The verdicts that find nothing wrong with a line."""

OFF_BY_ONE = "the last digit is off by one"
"""The remark on a number that is rounded carelessly."""


def kind_of(name: Name) -> str:
    """What kind of quantity it is, whatever its unit: a net input, a delta, the gradient of a parameter, an update."""
    kinds = (name.kind, name.of.kind if name.of else "", name.wrt.kind if name.wrt else "")
    return " ".join(filter(None, kinds))
