"""Numbers on a sheet: 75.14 %, 4.386×10^-4, 0,5933, ≈ 0.38; and what is printed around them.

>>> as_number("4.386×10^-4"), as_number("75.14 %"), as_number("tensor(0.7514)"), as_number("0.5933 (sigmoid)")
('4.386e-4', '0.7514', '0.7514', '0.5933')
"""

from __future__ import annotations

import re

from backprop_trace.formulas.from_latex import WIDE_SPACE
from backprop_trace.formulas.numbers import NUMBER, NotANumber, given_number
from backprop_trace.formulas.paper import plain

LONGEST_NUMBER = 1000
LONGEST_TOLD = 2000
SIMPLE = re.compile(r"-?(?:0|[1-9][0-9]{0,8})(?:\.[0-9]{1,30})?")
"""Most numbers need no second look."""
_PERCENT = re.compile(rf"([+-]?)({NUMBER.pattern})\s*%", re.ASCII)
_WRAPPED = re.compile(
    r"(?:(?:np|numpy|torch|tf|jnp)\.)?(?:tensor|array|matrix|Tensor|float(?:16|32|64)|Parameter|Decimal)\s*\((.*)\)",
    re.DOTALL | re.IGNORECASE,
)
_ROUNDED = re.compile(rf"round\s*\(\s*([+-]?{NUMBER.pattern})\s*(?:,\s*\d+\s*)?\)", re.ASCII)
_KEYWORDS = re.compile(r",\s*(?:grad_fn|dtype|device|requires_grad|shape|size)\s*=.*", re.DOTALL)
_WORD = r"[^\W\d_]{2,}"
_MARKS = r"(?:\d{1,2}\s?(?:marks?|points?|pts?\.?|punkte?|p\.?)|(?:eq\.?|gl\.?)?\s?\d{1,2}[a-z]?)"
"""What a line is worth, or its number: (1 mark), [2], (eq 3)."""
PICTURES = "(?:[☀-➿⬀-⯿■-◿\U0001f000-\U0001faff]\ufe0f?|\\d\ufe0f?\u20e3)"
"""What stands before a line or behind a number for the eye."""
_DIGITS = (
    r"(?:to\s+)?\d{1,2}\s*(?:[ds]\.?\s?[pf]\.?|sig(?:nificant)?\.?\s?(?:fig(?:ure)?|digit)s?\.?|"
    r"decimals?(?:\s+places?)?|places|(?:nachkomma)?stellen|nk|décimales|decimales)"
)
"""To how many digits a number was rounded: (4 d.p.), 3sf, to 4 decimals."""
_TERM = r"[\w.'\\^{}]+"
_FACTOR = (
    rf"(?:(?<=\d)\(\s*-?{_TERM}(?:\s*[-+*/]\s*{_TERM})+\s*\)|"
    rf"\(\s*-?{_TERM}(?:\s+[-+*/]\s+{_TERM})+\s*\)|(?<![\d.]\d)(?<=\d)\()"
)
"""What a number is multiplied by: 2(out_y - t), 2(error). `0.5933 (pre-activation)` is no difference."""
_IN_BRACKETS = (
    rf"(?!{_FACTOR})\([^()\d=]*{_WORD}(?:[^()=]|[<>!]=)*\)|"
    rf"(?<=\s)\({_WORD}[,:]?\s(?:[^()]|\([^()]*\))*\)|\([$€£]?\d[\d.,]*\s?[kKM%€$]\)"
)
"""A remark: (sigmoid), (since net_h1 = w1 x1 + w2 x2), ($60K)."""
_PROSE_BEHIND = re.compile(
    rf"([+-]?(?a:{NUMBER.pattern})(?:\s*%)?)[\s{WIDE_SPACE}]*"
    rf"(?:{_IN_BRACKETS}|[(\[]?{_DIGITS}[)\]]?|(?:\.{{2,}}|…)?\s*[(\[]{_MARKS}[)\]]|(?:{PICTURES}|√)+|{_WORD}(?:(?:[.,]\s*|\s+){_WORD})*[.,]?\s*)"
)
_SMILE = re.compile(r"\s[:;]-?[()D]\s*$|!+\s*$|^\s*(?:about|approx(?:\.|imately)?|roughly|circa|ca\.|etwa|rund)\s+")
"""What is written around a number for the reader."""
_ENDS = " \t,;`*\"'"


def as_number(text: str, decimal_comma: bool = False) -> str | None:
    """The number that a text is, in the plain spelling `number` reads; None if it is none.

    Raises NotANumber for what is a number, but not one that can be used.
    """
    if SIMPLE.fullmatch(text):
        return text
    text = unwrapped(text)
    simple = plain(_SMILE.sub("", text).strip(_ENDS), decimal_comma).lstrip("~≈ ").rstrip("…").strip()
    if simple.startswith("(") and simple.endswith(")") and re.fullmatch(r"\([-+\d.eE/\s]*\)", simple):
        simple = simple[1:-1].strip()
    if simple.endswith("...") or (simple.endswith(".") and simple.count(".") > 1):
        simple = simple.rstrip(".")
    if prose := _PROSE_BEHIND.fullmatch(simple):
        simple = prose[1]
    simple = re.sub(r"^([+-])\s+(?=[\d.])", r"\1", simple)
    simple = re.sub(r"(?<=\.\d)f$|(?<=\d\d)f$", "", simple)
    if percent := _PERCENT.fullmatch(simple):
        simple = percent[1] + _hundredth(percent[2])
    if len(simple) > LONGEST_NUMBER and re.fullmatch(r"[-+\d.eE/]*", simple):
        raise NotANumber(f"a number of {len(simple):,} characters; {LONGEST_NUMBER:,} are the limit")
    try:
        given_number(simple)
    except NotANumber:
        if re.fullmatch(r"[+-]?(?:[\d.]+(?:[eE][+-]?\d+)?|\d+/0+|\.?(?:nan|inf|infinity))", simple, re.IGNORECASE):
            raise
        return None
    return simple


def unwrapped(text: str) -> str:
    """Without the tensor(...) or array(...) that a program prints around a value."""
    text = text.strip()
    while match := _WRAPPED.fullmatch(text):
        text = _KEYWORDS.sub("", match[1]).strip()
    if rounded := _ROUNDED.fullmatch(text):
        return rounded[1]
    return text


def _hundredth(text: str) -> str:
    """75.14 as 0.7514: the digits stay as they are, the point moves."""
    mantissa, exponent_mark, exponent = text.lower().partition("e")
    if exponent_mark:
        return f"{mantissa}e{int(exponent) - 2}"
    whole, _, behind = mantissa.partition(".")
    digits = whole.rjust(3, "0")
    return f"{digits[:-2]}.{digits[-2:]}{behind}"


def uses_decimal_comma(text: str) -> bool:
    """Are the decimals of a sheet set off by commas, throughout? (A comma between brackets may part two numbers.)"""
    lines = [line for line in text.splitlines() if len(line) <= LONGEST_TOLD]
    if any(re.search(r"(?<!\d)\d*\d\.\d", line) for line in lines):
        return False
    outside = (re.sub(r"\[[^\]]*\]|\{[^}]*\}", "", line) for line in lines if "," in line)
    return any(re.search(r"(?<![\w,.])-?\d+,\d+(?![\d,]|\.\d)", line) for line in outside)
