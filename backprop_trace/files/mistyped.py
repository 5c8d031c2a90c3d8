"""What a person typed where something else was meant, and what to type instead.

    >>> what_to_type("–0.5")
    'type a minus sign, -0.5: this is a dash'
    >>> what_to_type("x1:0.5")
    'put a space behind the colon: x1: 0.5'

Each function looks at a text that could not be read, and is empty where nothing is known about it. Its patterns are
compiled when something is wrong, not in every run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

LONGEST = 200
QUOTES = "“”„‟«»‘’‚‛`´"
_DASH = r"[‐‑‒–—―]\s*(?=[\d.])"
_NO_SPACE = r"(?P<key>[^\W\d]\w*):(?P<value>[^\s:/](?s:.*))"
_WORDS = r"[-+\w.^/]+(?:(?:\s*;\s*|\s+)[-+\w.^/]+)+"
_NAME = r"[\w^]+|'[^']*'|\"[^\"]*\""
_KEY = r"(?P<indent> *)(?P<dash>(?:- +)*)(?P<key>" + _NAME + r"):(?P<value>\s.*|)"


def what_to_type(text: str) -> str:
    """What to type in place of a name, a word or a number that is none."""
    text = text.strip()
    if len(text) > LONGEST:
        return ""
    if len(text) > 1 and (text[0] in QUOTES or text[-1] in QUOTES) and (inner := text.strip(QUOTES)):
        return f"type {inner!r}, with straight quotation marks"
    if re.match(_DASH, text):
        return f"type a minus sign, {re.sub(_DASH, '-', text)}: this is a dash"
    if match := re.fullmatch(_NO_SPACE, text):
        return f"put a space behind the colon: {match['key']}: {match['value'].split()[0]}"
    if re.fullmatch(_WORDS, text) and len(text) <= 80:
        return "put commas between them: " + ", ".join(re.split(r"[;\s]+", text))
    return ""


class TypedLine(NamedTuple):
    """A line that begins with a key, perhaps behind dashes: the columns of the dash and of the key, from 1."""

    number: int
    key: str
    column: int
    dash: int | None
    has_value: bool


class Fault(NamedTuple):
    """A line that is laid out wrongly: its number, column and length to point at, and what to type."""

    line: int
    column: int
    length: int
    what: str
    help: str


def layout_fault(lines: Sequence[str], near: int) -> Fault | None:
    """Why a text is no YAML, if it is a colon or a column at a line (from 1) or shortly before."""
    return _no_space(lines, near) or _wrong_column(lines, near) or _wrong_item(lines, near)


def _no_space(lines: Sequence[str], near: int) -> Fault | None:
    for number in range(min(near, len(lines)), max(0, near - 3), -1):
        match = re.match(r"(\s*(?:- +)*)([^\W\d]\w*):(?=[^\s:/])(\S+)", lines[number - 1])
        if match:
            column, help_ = len(match[1]) + 1, f"type {match[2]}: {match[3]}"
            return Fault(number, column, len(match[2]) + 1, "there is no space behind the colon", help_)
    return None


def _wrong_column(lines: Sequence[str], near: int) -> Fault | None:
    """The first line that starts where nothing of its kind starts."""
    open_: list[int] = []  # the columns of the mappings that the line may go on
    before: list[TypedLine] = []
    for line in _keys(lines[:near]):
        above = before[-1] if before else None
        while open_ and open_[-1] > line.column:
            open_.pop()
        if above and line.dash is not None and above.has_value and line.dash > above.column:
            earlier = [each for each in before[:-1] if each.column > above.column]
            return _moved(above, earlier[-1].column) if earlier else None
        if above and line.dash is None and above.has_value and line.column > above.column:
            return _moved(line, above.column)
        if above and line.dash is None and above.column > line.column != (open_[-1] if open_ else 0):
            columns = {each.column for each in before}
            return _moved(line, min(columns, key=lambda column: (abs(column - line.column), -column)))
        if open_[-1:] != [line.column]:
            open_.append(line.column)
        before.append(line)
    return None


def _wrong_item(lines: Sequence[str], near: int) -> Fault | None:
    """A dash that starts in another column than those above it, or a key below them that starts as they do."""
    here = re.match(
        rf"(?P<indent> *)(?:(?P<dash>-)\s|(?P<key>{_NAME}):)", lines[near - 1] if near <= len(lines) else ""
    )
    above = [found for line in lines[: near - 1] if (found := re.match(r"( *)-\s", line))]
    if here is None or not above:
        return None
    column, items = len(here["indent"]) + 1, len(above[-1][1]) + 1
    if here["dash"]:
        what = f"wrong indentation: this item starts in column {column}"
        help_ = f"start its '-' in column {items}, as the item above"
        return Fault(near, column, 1, what, help_) if column != items else None
    keys = [line for line in _keys(lines[: near - 1]) if line.dash is None and line.column < items]
    belongs = column <= items and keys and all(line.column != column for line in keys)
    return _moved(TypedLine(near, here["key"], column, None, True), keys[-1].column) if belongs else None


def _keys(lines: Sequence[str]) -> Iterator[TypedLine]:
    """The lines that begin with a key and are not inside brackets."""
    depth = 0
    for number, text in enumerate(lines, 1):
        if depth == 0 and (line := _line(number, text)):
            yield line
        plain = re.sub(r"'[^']*'|\"[^\"]*\"|(?:^|\s)#.*", "", text)
        depth = max(0, depth + sum(map(plain.count, "[{")) - sum(map(plain.count, "]}")))


def _moved(line: TypedLine, column: int) -> Fault:
    help_ = f"start {line.key!r} in column {column}, as the keys it belongs to"
    what = f"wrong indentation: this line starts in column {line.column}"
    return Fault(line.number, line.column, len(line.key), what, help_)


def _line(number: int, text: str) -> TypedLine | None:
    match = re.match(_KEY, text)
    if match is None:
        return None
    dash = len(match["indent"]) + 1 if match["dash"] else None
    column = len(match["indent"]) + len(match["dash"]) + 1
    value = match["value"].split(" #")[0].strip()
    return TypedLine(number, match["key"], column, dash, bool(value) and value[0] not in "|>#")
