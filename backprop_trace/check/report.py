"""What is found out about a sheet: its lines with their verdicts, and what several of them have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeAlias

from backprop_trace.check.findings import kind_of
from backprop_trace.check.slips import SLIPS
from backprop_trace.files.sheet import Passage
from backprop_trace.files.source import Place
from backprop_trace.formulas.expr import Formula, Name
from backprop_trace.formulas.notation.names import canonical
from backprop_trace.formulas.notebook import plain_in_notebook, shown_in_notebook

VERDICTS = ("right", "rounded", "follows", "convention", "slip", "wrong", "undecided", "missing", "unknown")
CONFIRMED = ("right", "rounded", "follows", "convention")
MISTAKES = ("slip", "wrong", "unknown")


Words: TypeAlias = tuple[str | Name, ...]
"""What is said, with the quantities in it; whoever prints it knows how they are called."""


class Worked(NamedTuple):
    """A line written out: name = formula = numbers = value.

    sides: formulas that are equal, or what stands on the sheet; numbers: what is put in for the names of the last one
    (None: it has none that say more).
    """

    name: Name
    sides: tuple[Formula | str, ...] = ()
    numbers: Mapping[Name, str] | None = None
    value: str = ""


class JudgedLine(NamedTuple):
    """One line of a report. `expected` follows from the writer's own lines, `key` is the true value.

    `should` is the line as it should be and `bent` the line that gives the writer's number (for mistakes only);
    `quantity` is what the line is about, under the name of its writer; `said` is a sentence on it.
    """

    name: str
    step: int
    sample: int | None
    written: str | None
    verdict: str
    expected: str
    key: str
    slips: tuple[str, ...] = ()
    said: Words = ()
    phase: str = ""
    spelling: str = ""
    place: Place | None = None
    settings: tuple[str, ...] = ()
    should: Worked | None = None
    bent: Worked | None = None
    quantity: Name | None = None

    @property
    def message(self) -> str:
        """What is said, in the spelling of files."""
        return in_ascii(self.said)


class Report(NamedTuple):
    """The judgement on a sheet, line by line in the order of the listing."""

    sheet: str
    lines: tuple[JudgedLine, ...]
    conventions: tuple[str, ...]
    patterns: tuple[str, ...]
    by_output: frozenset[Name] = frozenset()
    """What may be written dE_o1/dout_h1: it arrives through one output unit."""
    done_right: str = ""
    notation: str = ""
    """What its letters mean, where they are not those of files."""
    passed: tuple[Passage, ...] = ()
    """The lines that are no calculations, and those that were meant as one and cannot be read (with the reason)."""

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return shown_in_notebook(self)

    def _repr_pretty_(self, printer: object, cycle: bool = False) -> None:
        plain_in_notebook(self, printer)

    @property
    def unread(self) -> list[Passage]:
        """The lines that were meant as calculations and cannot be read."""
        return [passage for passage in self.passed if passage.reason]

    @property
    def counts(self) -> dict[str, int]:
        """How many lines have each verdict."""
        found = dict.fromkeys(VERDICTS, 0)
        for line in self.lines:
            found[line.verdict] += 1
        return {verdict: count for verdict, count in found.items() if count}

    @property
    def first_mistake(self) -> JudgedLine | None:
        """The first line that is a slip or wrong."""
        return next((line for line in self.lines if line.verdict in ("slip", "wrong")), None)

    @property
    def has_mistakes(self) -> bool:
        return any(line.verdict in MISTAKES for line in self.lines) or bool(self.unread)

    @property
    def is_confirmed(self) -> bool:
        """Is no line a mistake, at least one confirmed by more than lines that cannot be told, and no larger number of
        whole numbers too coarse to tell?"""
        confirmed = sum(line.verdict in CONFIRMED and line.verdict != "follows" for line in self.lines)
        fillers = sum(line.verdict == "undecided" and "." not in (line.written or "") for line in self.lines)
        return not self.has_mistakes and confirmed > 0 and confirmed >= fillers

    @property
    def written(self) -> list[JudgedLine]:
        return [line for line in self.lines if line.written is not None]


def in_ascii(words: Words) -> str:
    """What is said, in the spelling of files."""
    return "".join(canonical(word) if isinstance(word, Name) else word for word in words)


def patterns(lines: Sequence[JudgedLine]) -> list[str]:
    """What several lines have in common, said once."""
    found = []
    first_slips: dict[tuple[str, str], list[JudgedLine]] = {}
    for line in lines:
        if line.verdict == "slip" and line.slips and line.quantity and line.phase in ("loss", "backward", "update"):
            first_slips.setdefault((line.slips[0], kind_of(line.quantity)), []).append(line)
    for (slip, kind), members in first_slips.items():
        if len(members) >= 2:
            written = [line.quantity for line in lines if line.quantity and line.written is not None]
            alike = sum(kind_of(quantity) == kind for quantity in written)
            text = SLIPS[slip].many or f"show the same slip: {SLIPS[slip].sentence}"
            share = f"All {alike} of your" if len(members) == alike else f"{len(members)} of your {alike}"
            found.append(f"{share} {SEVERAL.get(kind, 'lines of this kind')} {text}.")
    return found


SEVERAL = {
    "E": "losses", "d E net": "deltas", "d E": "gradients", "d": "gradients", "d out net": "slopes of activations",
    "d E out": "derivatives with respect to activations", "+": "updates", "+ m": "first moments",
    "+ v": "second moments", "mhat": "corrected first moments", "vhat": "corrected second moments",
    "d net": "slopes of net inputs", "d net out": "slopes of net inputs", "wdecay": "decayed weights",
}  # fmt: skip
"""What lines of a kind are called."""
