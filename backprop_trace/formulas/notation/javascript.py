"""JavaScript: the alphabet in which a page computes, operation by operation as the float engine does.

    >>> from backprop_trace.formulas.expr import Power, TWO, given
    >>> from backprop_trace.formulas.notation import ATOM, show
    >>> show(Power(given("x"), TWO), JAVASCRIPT, lambda name: ("v[3]", ATOM))
    'pow(v[3],2)'

The functions it calls are FUNCTIONS, a script of its own; numbers are literals, names are the caller's identifiers.
"""

from __future__ import annotations

from collections.abc import Sequence

from backprop_trace.formulas.notation import ATOM, PYTHON, Piece
from backprop_trace.formulas.numbers import LARGEST, number


def _literal(text: str) -> Piece:
    """The double that the number as written is nearest to; beyond them all, Infinity."""
    exact = number(text)
    if abs(exact) > LARGEST:
        return "Infinity" if exact > 0 else "-Infinity", ATOM
    value = float(exact)
    return (str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)), ATOM


def _call(function: str, arguments: Sequence[str]) -> Piece:
    return f"{function}({','.join(arguments)})", ATOM


JAVASCRIPT = PYTHON._replace(
    times="*",
    fraction=lambda top, bottom: f"{top}/{bottom}",
    power=lambda base, exponent: f"pow({base},{exponent})",
    call=_call,
    cases=lambda test, positive, otherwise: (f"({test}>0?{positive}:{otherwise})", ATOM),
    number=_literal,
    plus="+",
    minus="-",
    negative="-",
)
"""The caller writes identifiers for names."""

FUNCTIONS = """\
const exp=Math.exp,log=x=>x>0?Math.log(x):NaN,sqrt=Math.sqrt,sin=Math.sin,cos=Math.cos,tanh=Math.tanh,\
abs=Math.abs,max=Math.max,min=Math.min,pow=Math.pow,relu=x=>Math.max(0,x),\
sech=x=>Math.abs(x)<700?1/Math.cosh(x):0,sigmoid=x=>1/(1+Math.exp(-x));"""
"""What the formulas call. What the float engine refuses (the logarithm of 0) is no number here."""
