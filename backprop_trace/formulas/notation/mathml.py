"""MathML: the alphabet for browsers, which draw it without a script or a font of ours.

    >>> from backprop_trace.formulas.expr import Power, TWO, given
    >>> from backprop_trace.formulas.notation import ATOM, show
    >>> show(Power(given("x"), TWO), MATHML, lambda name: ("<mi>x</mi>", ATOM))
    '<msup><mi>x</mi><mn>2</mn></msup>'

What is written is well-formed XML, and no text of a file goes into it unescaped.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence

from backprop_trace.formulas.notation import ATOM, BOX, LOOSE, NEGATIVE, PRODUCT, Notation, Piece

MINUS = '<mo form="prefix">−</mo>'
_OPENING, _CLOSING = '<mo stretchy="false">(</mo>', '<mo stretchy="false">)</mo>'
_ONE_ELEMENT = re.compile(r"<(m\w+)(?: [^>]*)?>(?:[^<]*|(?:(?!<\1[ >]).)*)</\1>")

_FUNCTIONS: Mapping[str, str] = {"log": "ln", "sigmoid": "σ", "relu": "ReLU"}


def escaped(text: str) -> str:
    """Text from a file between tags or in a quoted attribute, without control characters: XML has none."""
    if not text.isprintable():
        text = "".join(c if c.isprintable() or c == "\n" or unicodedata.category(c) == "Zs" else "�" for c in text)
    for character, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("'", "&#39;")):
        text = text.replace(character, entity)
    return text


def row(inside: str) -> str:
    """One element: where a fraction or an exponent takes exactly one."""
    return inside if _ONE_ELEMENT.fullmatch(inside) else f"<mrow>{inside}</mrow>"


def fraction(top: str, bottom: str) -> str:
    return f"<mfrac>{row(top)}{row(bottom)}</mfrac>"


def raised(base: str, exponent: str) -> str:
    return f"<msup>{row(base)}{row(exponent)}</msup>"


def number(text: str) -> Piece:
    """A decimal, a fraction or a power of ten."""
    sign, text = (MINUS, text[1:]) if text.startswith("-") else ("", text)
    if match := re.fullmatch(r"(\d+)/(\d+)", text):
        return sign + fraction(f"<mn>{match[1]}</mn>", f"<mn>{match[2]}</mn>"), NEGATIVE if sign else BOX
    if match := re.fullmatch(r"([\d.,]+)[eE]([+-]?\d+)", text):
        power = int(match[2])
        exponent = f"{MINUS if power < 0 else ''}<mn>{abs(power)}</mn>"
        ten = raised("<mn>10</mn>", exponent)
        return f"{sign}<mn>{match[1]}</mn><mo>·</mo>{ten}", NEGATIVE if sign else PRODUCT
    return f"{sign}<mn>{escaped(text)}</mn>", NEGATIVE if sign else ATOM


def _call(function: str, arguments: Sequence[str]) -> Piece:
    match function:
        case "exp":
            return raised("<mi>e</mi>", arguments[0]), BOX
        case "sqrt":
            return f"<msqrt>{arguments[0]}</msqrt>", ATOM
        case "abs":
            bar = '<mo stretchy="false">|</mo>'
            return f"{bar}{arguments[0]}{bar}", ATOM
    inside = "<mo>,</mo>".join(arguments)
    return f"<mi>{_FUNCTIONS.get(function, function)}</mi><mo>\u2061</mo>{_OPENING}{inside}{_CLOSING}", ATOM


def _cases(test: str, positive: str, otherwise: str) -> Piece:
    rows = (
        f"<mtr><mtd>{positive}</mtd><mtd>{test}<mo>&gt;</mo><mn>0</mn></mtd></mtr>",
        f"<mtr><mtd>{otherwise}</mtd><mtd><mtext>else</mtext></mtd></mtr>",
    )
    return f"<mo>{{</mo><mtable>{''.join(rows)}</mtable>", LOOSE


MATHML = Notation(
    times="<mo>·</mo>",
    fraction=fraction,
    power=raised,
    call=_call,
    cases=_cases,
    number=number,
    plus="<mo>+</mo>",
    minus="<mo>−</mo>",
    negative=MINUS,
    opening=_OPENING,
    closing=_CLOSING,
    boxed=True,
)
"""The content of a `<math>` element."""
