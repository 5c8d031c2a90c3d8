"""Tables with names on two sides: units or parameters one way, kinds of quantities the other.

>>> spelled("h1", "net"), spelled("δ_j", "h1"), spelled("w5", "new value"), spelled("h1", "i1")
('net_h1', 'δ_h1', 'w5+', None)
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from backprop_trace.formulas.spelled import KINDS

SUBJECTS = ("unit", "units", "unit j", "neuron", "neurons", "neuron j", "node", "nodes", "node j", "j", "unit i",
            "neuron i", "parameter", "parameters", "param", "weight", "weights", "bias", "weight or bias",
            "weight/bias", "einheit", "knoten", "gewicht")  # fmt: skip
"""What stands above the units or parameters that the rows are about; so may nothing."""
SLOPES = ("slope", "derivative", "f'", "σ'", "g'", "φ'", "sigma'", "out'", "a'", "f'(net)", "f'(z)", "σ'(z)",
          "σ'(net)", "g'(z)", "dout/dnet", "da/dz", "sigmoid derivative", "activation derivative")  # fmt: skip
STATES = {
    **dict.fromkeys(("old", "old value", "old weight", "initial", "before", "current", "alt", "w", "w alt", "w(t)"),
                    "{}"),
    **dict.fromkeys(("gradient", "grad", "de/dw", "dl/dw", "dc/dw", "dj/dw", "∇w"), "dE/d{}"),
    **dict.fromkeys(("new", "new value", "new weight", "weight new", "updated", "updated weight", "updated value",
                     "after", "w+", "w'", "w_new", "w new", "new w", "neu", "w neu", "w(t+1)"), "{}+"),
    **dict.fromkeys(("change", "weight change", "update", "δw", "delta w", "delta_w"), "change_{}"),
    "dw": "d{}",
}  # fmt: skip
"""What a heading says of a parameter."""
_LABEL = re.compile(r"[^\W\d][\w^'{},.\\$+-]*(?: \d+)?|\d+")
_INDEX = re.compile(r"_\{?[ijk]\}?(?!\w)|(?<=[^\W\d_])[ijk]$")
_SYMBOL = re.compile(r"\s+(?:\([^()\s]{1,6}\)|[^\W\d_](?:\(\w\)|_?\w)?)$")
"""How a heading ends that has the letter behind the word: net input (z), activation σ(z), target t."""
_DERIVATIVE_BEHIND = re.compile(r"\s+\(?d\w+/d\w+\)?$")
_OF_ANSWER = re.compile(r"(\w+)\s*[·*×]?\s*\(1\s*-\s*\1\)")
_DIFFERENCE = re.compile(r"\(?(?:t|target|d|desired|y)\s*-\s*(?:o|out|output|a|y|ŷ|actual)\)?")
_QUOTIENT = re.compile(r"d[elcj](?:_total)?/d[a-z]+")


def spelled(row: str, heading: str) -> str | None:
    """The quantity of a cell; None if not just one of row and heading is a kind of quantity."""
    ways = [(_kind(kind), subject) for kind, subject in ((heading, row), (row, heading)) if _LABEL.fullmatch(subject)]
    known = sorted(((kind, subject) for kind, subject in ways if kind), key=lambda way: -len(way[0]))
    if not known or (len(known) == 2 and len(known[0][0]) == len(known[1][0])):
        return None
    return _of_kind(*known[0])


def is_header(cells: Sequence[str]) -> bool:
    """Are these the headings of such a table? Names of quantities with numbers behind them are none."""
    corner, *others = [cell.strip("*: ") for cell in cells]
    named = [other for other in others if other]
    if corner.lower() == "w" and any(word.lower() in STATES for word in named):  # w | dE/dw | w new
        corner = "weight"
    if not is_corner(corner) or len(named) < (1 if corner else 2):
        return False
    if any(re.match(r"[-+−]?[.,]?\d", name) for name in named):
        return bool(corner) and all(map(str.isdecimal, named))
    return any(map(_kind, named)) or (len(named) > 1 and all(map(_LABEL.fullmatch, named)))


def is_layer(heading: str) -> bool:
    """Does it stand above the layers of the units in the next column?"""
    return heading.lower().strip("*: ") in ("layer", "schicht", "couche", "capa")


def is_corner(heading: str) -> bool:
    """Does it stand above units or parameters, as `Unit, j` does, or nothing?"""
    return not heading or heading.lower().partition(",")[0].strip("*: ") in SUBJECTS


def _kind(heading: str) -> str:
    """`Net input, I_j` and `Net input (z)` are net inputs, `δ_j (hidden)` is δ; nothing if it is no kind."""
    word = heading.strip("*:$` ").lower().replace("∂", "d").replace("\u2212", "-").replace("\\", "")
    word = re.sub(r",.*$|\s+\([^()]*[a-z]{3}[^()]*\)$", "", word).strip()
    plural = word.replace("_", " ").removesuffix("s")
    forms = (
        word,
        _INDEX.sub("", word),
        _SYMBOL.sub("", word),
        _DERIVATIVE_BEHIND.sub("", word),
        plural,
        plural.removesuffix(" of weight"),
    )
    return next((each for each in forms if _is_known(each)), "")


def _is_known(word: str) -> bool:
    formulas = (_OF_ANSWER, _DIFFERENCE, _QUOTIENT)
    return (word in STATES or word in SLOPES or word.replace(" ", "_") in KINDS
            or any(formula.fullmatch(word) for formula in formulas))  # fmt: skip


def _of_kind(word: str, subject: str) -> str:
    if word in STATES:
        return STATES[word].format(subject)
    if word in SLOPES or _OF_ANSWER.fullmatch(word):
        return f"f'({subject})"
    return f"error_{subject}" if _DIFFERENCE.fullmatch(word) else f"{word.replace(' ', '_')}_{subject}"
