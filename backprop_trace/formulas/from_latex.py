r"""LaTeX as plain text: its commands become the signs they print.

>>> from_latex(r"\frac{\partial E}{\partial w_{5}} &= \left(-0.5\right) \cdot \frac{1}{2} \\")
'∂E/∂w_5 = (-0.5) ·((1)/(2))'
"""

from __future__ import annotations

import re
from collections.abc import Callable

_GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "Delta": "Δ", "epsilon": "ε", "varepsilon": "ε", "eta": "η",
    "theta": "θ", "lambda": "λ", "mu": "μ", "rho": "ρ", "sigma": "σ", "Sigma": "Σ", "phi": "φ", "varphi": "φ",
    "psi": "ψ", "partial": "∂", "part": "∂", "nabla": "∇", "sum": "Σ",
}  # fmt: skip
_SIGNS = {
    "cdot": "·", "times": "×", "approx": "≈", "simeq": "≃", "cong": "≃", "doteq": "≐", "sim": "~", "to": "→",
    "rightarrow": "→", "Rightarrow": "→", "leftarrow": "=", "gets": "=", "coloneqq": "=", "equiv": "=", "le": "<=",
    "leq": "<=", "ge": ">=", "geq": ">=", "ne": "!=", "neq": "!=", "div": "/", "lvert": "|", "rvert": "|", "vert": "|",
    "mid": "|", "prime": "'", "ldots": "...", "dots": "...", "top": "T", "intercal": "T", "ast": "*", "star": "*",
    "langle": "<", "rangle": ">", "odot": "⊙", **dict.fromkeys(("implies", "Longrightarrow", "iff", "therefore"), "⇒"),
    "longrightarrow": "→", "mapsto": "→",
}  # fmt: skip
_NOTHING = [
    "left",
    "right",
    "big",
    "Big",
    "bigl",
    "bigr",
    "Bigl",
    "Bigr",
    "displaystyle",
    "textstyle",
    "limits",
    "notag",
    "nonumber",
    "hline",
    "toprule",
    "midrule",
    "bottomrule",
    "mathit",
    "mathrm",
    "mathbf",
    "mathsf",
    "boldsymbol",
    "bm",
    "text",
    "textbf",
    "textit",
    "textnormal",
    "textrm",
    "operatorname",
    "mathcal",
    "vec",
    "lhs",
    "underline",
    "boxed",
    "ensuremath",
    "bar",
    "tilde",
    "overline",
    "label",
    "tag",
]
_SPACES = ["hspace", "hfill", "item"]
WIDE_SPACE = "\u2003"
"""Parts what stands on one line."""
_COMMAND = re.compile(r"\\([A-Za-z]+)\*?[ \t]*")
_ENVIRONMENT = re.compile(r"\\(?:begin|end)\s*\{[^{}]*\}(?:\[[^\]]*\]|\{[^{}]*\})?")
_CASES = re.compile(r"\\begin\{cases\}(.*?)&(.*?)\\\\(.*?)&.*?\\end\{cases\}", re.DOTALL)
_MATRIX = re.compile(r"\\begin\s*\{[bpvBV]?matrix\}(.*?)\\end\s*\{[bpvBV]?matrix\}", re.DOTALL)
_PHANTOM = re.compile(r"\\[hv]?phantom\s*\{[^{}]*\}|\\(?:(?:text)?color(?:\[\w*\])?|tag\*?|label|eqno)\s*\{[^{}]*\}")
_OVER = re.compile(r"\{([^{}]*)\\over(?![a-z])([^{}]*)\}")
"""What takes room and prints nothing, in which colour what stands behind it is printed, and the number of a line."""
_WORDS = "net", "out", "output", "input", "target", "total", "new"
_SPACED_OUT = re.compile(rf"(?<![A-Za-z])(?:{'|'.join(' '.join(word) for word in _WORDS)})(?![A-Za-z])")
"""Words that were scanned as a product of letters: o u t_{h 1}."""
_BREAK = re.compile(r"\\\\\*?(?:\[[^\]]*\])?|\\(?=\s|$)")
_HAT = re.compile(r"\\(?:hat|widehat)\s*(?:\{([^{}]*)\}|([A-Za-z]))")
_ONE_LETTER = re.compile(r"\\[,;:! ]|~|\\(?=[_%&#$])|[$&]|\\[\[\]()]")
_LOWER = re.compile(r"_\{([^{}]*)\}")
_UPPER = re.compile(r"\^\{(\(?\w+\)?|\[\w+\]|\w+,\+|\+)\}")
_PARTIAL = re.compile(r"[∂dδ](?!_)\s*")
_BRACE = re.compile("[{}]")
LARGEST = 10_000
LONGEST_DERIVATIVE = 300
"""Longer parts of a fraction are none of a derivative."""


def looks_like_latex(text: str) -> bool:
    return "\\" in text or "$" in text or "&=" in text or "_{" in text or "^{" in text


def cells_of(text: str) -> list[str] | None:
    r"""The cells of a row of a LaTeX table, as LaTeX; None if the line is none.

    >>> cells_of(r"1 & $0.5\phantom{0}$ \\")
    ['1', '$0.5\\phantom{0}$']
    """
    if " & " not in text or "=" in text or r"\begin" in text or r"\end" in text:
        return None
    return [cell.strip() for cell in _BREAK.sub("", text).split(" & ")]


def from_latex(text: str) -> str:
    """What a line of LaTeX prints, on one line of plain text."""
    if len(text) > LARGEST:
        return text
    text = _CASES.sub(lambda found: f"{found[1]} if {found[2]} else {found[3]}", text)
    text = _MATRIX.sub(lambda found: _matrix(found[1]), text)
    text = _ENVIRONMENT.sub(" ", _PHANTOM.sub("", text))
    text = _SPACED_OUT.sub(lambda found: found[0].replace(" ", ""), text)
    text = re.sub(r"\\(?:left|right)\s*\.", "", text)
    text = _OVER.sub(r"\\frac{\1}{\2}", text)
    text = _with_arguments(text, ("boxed", "underline", "fbox", "cancel"), 1, lambda inside: inside[0])
    text = _HAT.sub(lambda found: _hatted(found[1] or found[2]), text)
    text = _BREAK.sub(" ", text)
    text = _with_arguments(text, ("frac", "dfrac", "tfrac", "cfrac"), 2, _fraction)
    text = _with_arguments(text, ("underset", "overset"), 2, lambda inside: inside[1])
    text = _with_arguments(text, ("sqrt",), 1, lambda inside: f"sqrt({inside[0]})")
    text = _COMMAND.sub(lambda found: _sign(found[1]), text)
    text = _ONE_LETTER.sub(lambda found: "" if found.group() in ("\\", "$") else " ", text)
    text = re.sub(r"\s*([_^])\s*", r"\1", text)
    for _ in range(4):
        text = _LOWER.sub(lambda found: "_" + _index(found[1].strip()), text)
        text = _UPPER.sub(lambda found: "^" + found[1], text)
    text = re.sub(r"\{?<\s*(\d+)\s*>\}?", r"<\1>", text)
    text = re.sub(r"\{\s*([\w'+*]*|\(\w+\))\s*\}", r"\1", text)
    return re.sub(r"[ \t]+", " ", text).strip()


def _index(text: str) -> str:
    """What stands below: h1→o2 and h1,o1 are the ends of a weight, t=2 a time step."""
    return re.sub(r"(?:[,\s]|→|->)+", "_", re.sub(r"^t\s*=\s*(?=\d)", "", text))


def _matrix(rows: str) -> str:
    return "[" + ", ".join(f"[{row.strip().replace('&', ',')}]" for row in _BREAK.split(rows) if row.strip()) + "]"


def _sign(command: str) -> str:
    if command in _GREEK:
        return _GREEK[command]
    if command in _SIGNS:
        return _SIGNS[command]
    if command in _NOTHING:
        return ""
    return WIDE_SPACE if command in ("quad", "qquad") else " " if command in _SPACES else command


def _hatted(inside: str) -> str:
    r"""\hat{y1} is yhat_1: the hat belongs to the letter."""
    found = re.fullmatch(r"([^\W\d]+)_?(\d+)", inside.strip())
    return f"{found[1]}hat_{found[2]} " if found else f"{inside}hat "


def _fraction(inside: list[str]) -> str:
    """A derivative keeps its slash, as a name has it; a quotient gets brackets."""
    top, bottom = (from_latex(part) if len(part) <= LONGEST_DERIVATIVE else part for part in inside)
    if _PARTIAL.match(top) and _PARTIAL.match(bottom) and not re.search(r"[-+*/·]", top + bottom):
        return f"∂{_PARTIAL.sub('', top, count=1)}/∂{_PARTIAL.sub('', bottom, count=1)}"
    return f"(({top})/({bottom}))"


def _with_arguments(text: str, commands: tuple[str, ...], count: int, turned: Callable[[list[str]], str]) -> str:
    """Commands with arguments in braces (or of one sign each), those inside others first."""
    pattern = re.compile(rf"\\(?:{'|'.join(commands)})(?![A-Za-z])")
    for command in reversed(list(pattern.finditer(text))):
        arguments, end = [], command.end()
        for _ in range(count):
            argument, end = _argument(text, end)
            arguments.append(argument)
        text = text[: command.start()] + turned(arguments) + text[end:]
    return text


def _argument(text: str, start: int) -> tuple[str, int]:
    while text[start : start + 1].isspace():
        start += 1
    if text[start : start + 1] != "{":
        return text[start : start + 1], start + 1
    depth = 0
    for brace in _BRACE.finditer(text, start):
        depth += 1 if brace.group() == "{" else -1
        if depth == 0:
            return text[start + 1 : brace.start()], brace.end()
    return text[start + 1 :], len(text)
