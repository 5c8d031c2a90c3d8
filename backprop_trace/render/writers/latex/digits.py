r"""Numbers in a column, their decimal points below each other: what one lacks it has as invisible digits.

>>> aligned(["-0.25", "3", r"\frac{1}{3}"])
['-0.25', '\\phantom{-}3\\phantom{.00}', '\\frac{1}{3}']
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_NUMBER = re.compile(r"(-?)(\d+)((?:\.|\{,\})\d+)?")


def aligned(numbers: Sequence[str]) -> list[str]:
    """LaTeX of numbers; what is no plain decimal (a fraction, a power of ten) stays as it is."""
    parts = [_NUMBER.fullmatch(number) for number in numbers]
    plain = [part for part in parts if part is not None]
    negative = any(part[1] for part in plain)
    before = max((len(part[2]) for part in plain), default=0)
    after = max((len(_points(part[3])) for part in plain), default=0)
    found = []
    for number, part in zip(numbers, parts, strict=True):
        if part is None:
            found.append(number)
            continue
        sign, whole, rest = part[1], part[2], _points(part[3])
        missing = ("." if after and not rest else "") + "0" * (after - len(rest) - (after > 0 and not rest))
        found.append(phantom("-" * (negative and not sign) + "0" * (before - len(whole))) + number + phantom(missing))
    return found


def _points(rest: str | None) -> str:
    """What stands behind, a comma as a point."""
    return (rest or "").replace("{,}", ".")


def phantom(text: str) -> str:
    return rf"\phantom{{{text}}}" if text else ""
