"""What stands behind a letter, and which of the units, layers or ends it counts: h1, 1, ^2_1, [2], (1), 21.

>>> behind("net_h1", "net"), list(counted("2", ("h1", "h2"), "hidden")), matching("H 1", ("h1", "h2"))
('_h1', [('hidden', ('h2',))], ['h1'])
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

LAYERED = (
    re.compile(r"\^\(?\[?(?P<layer>\d+)\]?\)?_?,?(?P<rest>\w*)"),
    re.compile(r"_?(?P<rest>\w*?)\^\(?\[?(?P<layer>\d+)\]?\)?"),
    re.compile(r"\[(?P<layer>\d+)\]_?(?P<rest>\w*)"),
    re.compile(r"_?\((?P<layer>\d+)\)_?(?P<rest>\w*)"),
    re.compile(r"_?(?P<layer>\d+)[_,](?P<rest>\d+)"),
    re.compile(r"_?(?P<layer>\d)(?P<rest>\d)"),
)
TWO = re.compile(r"_?(\d+)(?:[,_]|->|→|\]\[)?\s?(\d*)")
SQUASHED = re.compile(r"[_\s,.^{}()\[\]→>|-]+")


def behind(text: str, letter: str, exact: bool = False) -> str | None:
    """What stands behind a letter, if it is an index: `_h1`, `1`, `^2_1`, `[2]`, nothing."""
    start = text[: len(letter)]
    if start != letter and (exact or start.lower() != letter.lower()):
        return None
    rest = text[len(letter) :].strip()
    if (
        not rest
        or rest[0] in "_^[("
        or rest[0].isdigit()
        or (len(letter) > 1 and rest[0].isalpha())
        or _unit_like(rest)
    ):
        return rest
    return None


def _unit_like(rest: str) -> bool:
    return bool(re.fullmatch(r"[A-Za-z]{1,2}\d{0,2}", rest))


def matching(text: str, labels: Sequence[str]) -> list[str]:
    """The labels a text spells: exactly, or else without regard to case and signs between."""
    if text in labels:
        return [text]
    squashed = SQUASHED.sub("", text)
    return ([label for label in labels if SQUASHED.sub("", label) == squashed]
            or [label for label in labels if SQUASHED.sub("", label).lower() == squashed.lower()])  # fmt: skip


def counted(label: str, units: Sequence[str], rule: str) -> Iterator[tuple[str, Sequence[str]]]:
    if label.isdecimal() and len(label) < 4 and 1 <= int(label) <= len(units):
        yield rule, (units[int(label) - 1],)


def counted_back(index: str, layers: int) -> str:
    """a^(L), z^(L-1): L is the number of layers."""

    def number(found: re.Match[str]) -> str:
        return str(layers - int(found[1] or 0))

    return re.sub(r"(?<=[\^(\[])L(?: ?- ?(\d))?(?![A-Za-z])", number, index)
