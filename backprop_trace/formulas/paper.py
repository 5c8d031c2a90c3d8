"""What people write by hand, as `read_formula` reads it.

>>> plain("½·(0.99 − 0.7729)²"), plain("8.22·10⁻²"), plain("[0.15][0.05] + {0.2}{0.1}")
('(1/2)*(0.99 - 0.7729)^(2)', '8.22e-2', '(0.15)(0.05) + (0.2)(0.1)')
"""

from __future__ import annotations

import re

DASHES = "−–—‐‑⁃﹣－"
_SUPERSCRIPTS = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-", strict=True))
_SUBSCRIPTS = dict(zip("₀₁₂₃₄₅₆₇₈₉", "0123456789", strict=True))
_FRACTIONS = {"½": "1/2", "⅓": "1/3", "⅔": "2/3", "¼": "1/4", "¾": "3/4", "⅕": "1/5", "⅛": "1/8"}
_SIGNS = {
    **dict.fromkeys(DASHES, "-"), **dict.fromkeys("·×⋅∙•∗✕✖", "*"), **dict.fromkeys("÷∕⁄", "/"),
    "（": "(", "）": ")", "≤": "<=", "≥": ">=", "≠": "!=", "′": "'", "’": "'", "√": "sqrt",
    "\u00a0": " ", "\u2009": " ", "\u202f": " ", "\u2061": " ", "\u2062": "*",
}  # fmt: skip
_ONE_SIGN = str.maketrans({**_SIGNS, **{sign: f"({value})" for sign, value in _FRACTIONS.items()}})
_RAISED = re.compile(f"[{''.join(_SUPERSCRIPTS)}]+")
_LOWERED = re.compile(f"[{''.join(_SUBSCRIPTS)}]+")
_POWER_OF_TEN = re.compile(
    r"(?<![\w.])(\d+(?:\.\d*)?|\.\d+)\s*[*x]\s*10\s*(?:\^|\*\*)\s*[({]?\s*([+-]?\d{1,5})\s*[)}]?(?![\w.])"
)
_CROSS = re.compile(r"(?P<times>(?<=[\d)\]])\s*[xX]\s*(?=[\d(\[.-]))|[^\W\d](?:(?![xX]\d*\.\d)\w)*")
"""A times sign; x is none in a name such as w1x1."""
_NAMED_FUNCTIONS = re.compile(r"\b(?:math|np|numpy|torch|tf)\.(?=[a-z])")
_BARS = re.compile(r"\|([^|]{1,200})\|")
_SAME_FUNCTIONS = {
    "σ": "sigmoid", "sig": "sigmoid", "sigm": "sigmoid", "logistic": "sigmoid", "logsig": "sigmoid", "ReLU": "relu",
    "Relu": "relu", "RELU": "relu", "tansig": "tanh", "Tanh": "tanh", "th": "tanh", "Sigmoid": "sigmoid", "Exp": "exp",
    "Ln": "log", "Log": "log", "Max": "max", "Min": "min", "EXP": "exp", "LN": "log", "SQRT": "sqrt", "TANH": "tanh",
}  # fmt: skip
_FUNCTION = re.compile(rf"(?<![\w.])({'|'.join(_SAME_FUNCTIONS)})(?=\s*\()")
_SAMPLE = re.compile(r"(?:(?<=[\w'+])|(?<=\w\^))\[\d+\]")
_DECIMAL_COMMA = re.compile(r"(?<=\d),(?=\d)|(?<![\w.)\]]),(?=\d)")


def plain(text: str, decimal_comma: bool = False) -> str:
    """Signs of all kinds as those on a keyboard, brackets as parentheses, powers of ten as exponents."""
    text = _RAISED.sub(lambda found: f"^({_turned(found.group(), _SUPERSCRIPTS)})", text)
    text = lowered(text).translate(_ONE_SIGN)
    if decimal_comma:
        text = _DECIMAL_COMMA.sub(".", text)
    text = _CROSS.sub(_times, _NAMED_FUNCTIONS.sub("", text))
    text = _POWER_OF_TEN.sub(lambda found: f"{found[1]}e{int(found[2])}", text)
    text = _FUNCTION.sub(lambda found: _SAME_FUNCTIONS[found[1]], text)
    text = _BARS.sub(r"abs(\1)", text).replace("{", "(").replace("}", ")")
    return _parentheses(text).strip()


def _times(found: re.Match[str]) -> str:
    return "*" if found["times"] else found[0]


def lowered(text: str) -> str:
    """w₅ is w_5."""
    return _LOWERED.sub(lambda found: "_" + _turned(found.group(), _SUBSCRIPTS), text)


def _turned(text: str, digits: dict[str, str]) -> str:
    return "".join(digits[sign] for sign in text)


def _parentheses(text: str) -> str:
    """Square brackets as round ones, but for the number of a sample or layer behind a name: net_h1[2], a^[2]."""
    if "[" not in text and "]" not in text:
        return text
    kept: list[bool] = []
    found = []
    for place, sign in enumerate(text):
        if sign == "[":
            kept.append(_SAMPLE.match(text, place) is not None)
        if sign in "[]" and not (kept[-1] if kept else False):
            found.append("(" if sign == "[" else ")")
        else:
            found.append(sign)
        if sign == "]" and kept:
            kept.pop()
    return "".join(found)
