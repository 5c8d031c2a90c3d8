"""Vectors and matrices as they are printed: [0.1, 0.2], (0.1; 0.2), [[0.1 0.2] [0.3 0.4]], array([...]).

>>> rows("[[0.1 0.2]\\n [0.3 0.4]]"), rows("(0.1385; -0.0381)"), rows("{'h1': 0.5}"), rows("(0.5)(0.4)")
([['0.1', '0.2'], ['0.3', '0.4']], [['0.1385', '-0.0381']], None, None)
"""

from __future__ import annotations

import re

from backprop_trace.files.sheet.limits import LARGEST_BLOCK
from backprop_trace.files.sheet.numbers import unwrapped
from backprop_trace.formulas.paper import DASHES

_OPENING, _CLOSING = "([{", ")]}"
DEEPEST = 6
_ITEM = rf"[-+{DASHES}]?\s?[\d.,]+(?:[eE][-+{DASHES}]?\d+)?(?:/\d+)?%?"
_APART = r"[\s,;|&]"
_LOOSE = rf"(?:[-+{DASHES}]\s?)?[\d.]+(?:[eE][-+{DASHES}]?\d+)?(?:/\d+)?%?"  # a comma is apart, in a number, too
_LOOSE_ROW = re.compile(rf"{_APART}*{_LOOSE}(?:{_APART}+{_LOOSE})*{_APART}*")
LISTED = re.compile(rf"\s*{_ITEM}(?:(?:,\s+|\s*;\s*){_ITEM})+\s*")
"""Numbers in a row, without brackets."""
SPACED = re.compile(rf"(?=.*\d\s+[\d.])\s*{_LOOSE}(?:\s+{_LOOSE})+\s*")
"""The same with spaces between; 0.4 -0.04 alone may be a difference."""
_AND = re.compile(r"\s+(?:and|und|et|&)\s+")
_SEVERAL = re.compile(r"(?!.*(?:ᵀ|\^T|\.T))[^\s\d]*+\d\S*+(?:\s++[^\s\d]*+\d\S*+)+")
"""Names side by side; with a transpose it is a product."""
MOST_IN_TURN = 100
_RANGE = re.compile(
    r"(?P<letter>[^\W\d]{1,40}_?)(?P<low>\d{1,3})\s?(?:\.{2,3}|…|[-–—]|to|through|bis|à)\s?(?P=letter)(?P<high>\d{1,3})(?!\w)"
)
_LIST = re.compile(
    r"(?P<before>[^()\[\]]*?)(?P<open>[(\[])?(?P<inside>[^()\[\]]+)(?(open)[)\]])(?P<behind>(?(open)\S*))"
)
_ONE_NAME = re.compile(r"\S+")
_TRANSPOSED = re.compile(r"(?:\.T|\^T|ᵀ|'|\^\{?\\?top\}?)\s*$")


def rows(text: str, decimal_comma: bool = False) -> list[list[str]] | None:
    """The rows of a vector (one row) or a matrix; None if the text is neither."""
    text = unwrapped(text).strip().rstrip(".,;")
    text, turned = _TRANSPOSED.sub("", text), bool(_TRANSPOSED.search(text))
    if not (text[:1] and text[0] in _OPENING and _closing(text, 0) == len(text) - 1):
        return None
    found = _rows(text[1:-1].strip(), decimal_comma)
    if found is None or sum(map(len, found)) > LARGEST_BLOCK:
        return None
    return [list(column) for column in zip(*found, strict=True)] if turned and _even(found) else found


def _rows(inside: str, decimal_comma: bool) -> list[list[str]] | None:
    if not re.search(r"\d", inside) or re.search(r"['\"]", inside):
        return None
    if inside[0] in "([{":
        return _bracketed(inside, decimal_comma)
    if any(sign in inside for sign in "([{=:"):
        return None
    parts = re.split(r";|(?<!,)\n", inside) if _is_wrapped(inside) else re.split(r";|\n", inside)
    items = [_items(part, decimal_comma) for part in parts if part.strip()]
    if any(not row for row in items) or sum(map(len, items)) < 2:
        return None
    lone = all(len(row) == 1 for row in items) and ";" in inside
    return [[row[0] for row in items]] if lone else items if _even(items) else None


def _is_wrapped(inside: str) -> bool:
    """Is it one long row, which goes on behind a comma on the next line, and no matrix?"""
    *lines, last = (line.strip() for line in inside.split("\n"))
    longer = {line.count(",") for line in lines} != {last.rstrip(",").count(",") + 1}
    return longer and all(line.endswith(",") for line in lines)


def _bracketed(inside: str, decimal_comma: bool, depth: int = 0) -> list[list[str]] | None:
    """Rows in brackets of their own, with commas or nothing between them."""
    found, place = [], 0
    if depth > DEEPEST:
        return None
    while place < len(inside):
        if inside[place] in " \t\n,;":
            place += 1
            continue
        end = _closing(inside, place) if inside[place] in _OPENING else -1
        if end < 0:
            return None
        content = inside[place + 1 : end].strip()
        if content[:1] in ("[", "(") and content:  # a batch of one: [[[0.1, 0.2]]]
            inner = _bracketed(content, decimal_comma, depth + 1)
            if inner is None:
                return None
            found += inner
        else:
            found.append(_items(content, decimal_comma))
        place = end + 1
    return found if all(found) and _even(found) else None


def _items(text: str, decimal_comma: bool) -> list[str]:
    """The numbers of a row, parted by commas, semicolons, bars or spaces; nothing if one of them is none."""
    apart = r"[;|&]|,\s|,$" if decimal_comma else r"[,;|&]"
    if re.search(apart, text):
        items = [item.strip() for item in re.split(apart, text)]
        items = items[:-1] if items and not items[-1] else items
    else:
        items = text.split()
    return items if all(re.fullmatch(_ITEM, item) for item in items) else []


def loose_row(text: str, decimal_comma: bool = False) -> list[str] | None:
    """A line of nothing but numbers, as a row of a matrix."""
    if not _LOOSE_ROW.fullmatch(text.strip("|[]() \t") or "x"):
        return None
    return _items(text.strip("|[]() \t"), decimal_comma) or None


def _even(found: list[list[str]]) -> bool:
    return len({len(row) for row in found}) == 1


def _closing(text: str, start: int) -> int:
    """Where the bracket at a place closes, or -1."""
    depth = 0
    for place in range(start, len(text)):
        if text[place] in _OPENING:
            depth += 1
        elif text[place] in _CLOSING:
            depth -= 1
            if depth == 0:
                return place
    return -1


def open_brackets(text: str) -> int:
    """How many brackets are not closed at the end of a text."""
    return sum(map(text.count, "[{(")) - sum(map(text.count, ")}]"))


def pairs(text: str) -> list[tuple[str, str]] | None:
    """The entries of a dict as Python or JSON prints it; None if it is none."""
    text = text.strip().rstrip(",;")
    if not (text.startswith("{") and _closing(text, 0) == len(text) - 1):
        return None
    found = []
    for item in _at_top_level(text[1:-1], ","):
        match = re.match(r"""\s*(?:"([^"]*)"|'([^']*)'|([^\s:'"][^:]*?))\s*:\s*(.+)""", item, re.DOTALL)
        if match is None:
            return None
        found.append((match[1] or match[2] or match[3] or "", match[4].strip()))
    return found


def is_list(names: str) -> bool:
    """May these be several names: `h1, h2`, `w5 to w8`?"""
    return (
        "," in names
        or any(pattern.search(names) for pattern in (_RANGE, _AND))
        or _SEVERAL.fullmatch(names) is not None
    )


def _names_in_turn(names: str) -> list[str]:
    """`(w5, w6)new`, `updated w5, w6` and `w5..w6`: what stands around them belongs to each."""
    found = _LIST.fullmatch(_RANGE.sub(_counted_up, names.strip()))
    before, inside, behind = found.group("before", "inside", "behind") if found else ("", names, "")
    first, *others = [name.strip() for name in _at_top_level(inside, ",")] or [""]
    words, _, first = first.rpartition(" ") if all(map(_ONE_NAME.fullmatch, others)) else ("", "", first)
    before = f"{before.strip()} {words}".strip()
    return [f"{before} {name}{behind}".strip() for name in (first, *others)]


def _counted_up(found: re.Match[str]) -> str:
    low, high = int(found["low"]), int(found["high"])
    fits = low < high < low + MOST_IN_TURN
    return ", ".join(f"{found['letter']}{each}" for each in range(low, high + 1)) if fits else found[0]


def in_turn(names: str, numbers: str, decimal_comma: bool = False) -> list[tuple[str, str]] | None:
    """`h1, h2` and `(0.59, 0.60)`: each name with its number; None if they are no such lists.

    >>> in_turn("h1, h2", "0.59 0.60"), in_turn("First, h1", "0.59"), in_turn("new w5..w6", "0.36, 0.41")
    ([('h1', '0.59'), ('h2', '0.60')], None, [('new w5', '0.36'), ('new w6', '0.41')])
    """
    if not re.search(r"\d\D+\d", numbers):
        return None
    names, numbers = (_AND.sub(", ", text) for text in (names, numbers))
    if _SEVERAL.fullmatch(names.strip()) and "," not in names:
        names = ", ".join(names.split())
    each = _names_in_turn(names)
    if len(each) < 2:
        return None
    found = rows(numbers, decimal_comma) or rows(f"({numbers})", decimal_comma) or [[]]
    row = [text for (text,) in found] if len(found[0]) == 1 else found[0]
    return list(zip(each, row, strict=True)) if len(row) == len(each) and len(found) in (1, len(row)) else None


def _at_top_level(text: str, sign: str) -> list[str]:
    """The pieces of a text between signs that stand in no bracket."""
    found, depth, start = [], 0, 0
    for place, each in enumerate(text):
        depth += (each in _OPENING) - (each in _CLOSING)
        if each == sign and depth == 0:
            found.append(text[start:place])
            start = place + 1
    return [piece for piece in (*found, text[start:]) if piece.strip()]
