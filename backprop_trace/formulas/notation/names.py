"""How the names of quantities are written.

    >>> from backprop_trace.formulas.expr import LOSS, Name, derivative, plain
    >>> canonical(derivative(LOSS, Name("net", "h1", sample=2)))
    'dE/dnet_h1[2]'

A style turns a name into a `Symbol` (base, subscript, superscript): `net_h1` or, by layers, `z^2_1`. An alphabet
writes symbols: as plain text, with Unicode's ∂, in LaTeX.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from backprop_trace.formulas.expr import LOSS, Name, derivative, plain
from backprop_trace.formulas.notation import mathml, tex

GREEK: Mapping[str, str] = {
    "alpha": "α", "beta": "β", "gamma": "γ", "epsilon": "ε", "eta": "η", "lambda": "λ", "mu": "μ", "rho": "ρ",
}  # fmt: skip
"""Letters that are written out in files and plain ASCII: beta1 is β1."""


class Symbol(NamedTuple):
    """A name to be written: net_h1 is (net, h1), z^2_1 is (z, 1, 2). `mark` stands at the end (+).

    `text` is the file's own spelling (x_1, where there may be an x1 too), for the alphabets that can print it. `of`:
    what stands below is a name with an index of its own (the moment of w_x1_h1).
    """

    base: str
    lower: str = ""
    upper: str = ""
    mark: str = ""
    text: str = ""
    of: bool = False


Style: TypeAlias = Callable[[Name], Symbol]
"""How a quantity that is no derivative is called."""

Speller: TypeAlias = Callable[[Name], str]
"""What is written for a name."""


@lru_cache(maxsize=65536)
def canonical(name: Name) -> str:
    """The one spelling of files, JSON and options: dE/dout_h1:o1, w5+, net_h1[2]."""
    return _undecorated(name) + _place(name)


def _undecorated(name: Name) -> str:
    match name.kind:
        case "" | "rule":
            return name.label
        case "d":
            assert name.of is not None and name.wrt is not None
            via = f":{canonical(name.via)}" if name.via else ""
            return f"d{canonical(name.of)}/d{canonical(name.wrt)}{via}"
        case "+":
            assert name.of is not None
            return f"{canonical(name.of)}+"
        case kind:
            return f"{kind}_{name.label}" if name.label else kind


def _place(name: Name) -> str:
    time = "" if name.time is None else f"@{name.time}"
    return time if name.sample is None else f"{time}[{name.sample}]"


# --- styles ---


def net_out(name: Name) -> Symbol:
    """As Mazur writes: net_h1, out_h1."""
    if name.kind == "+":
        assert name.of is not None
        return net_out(name.of)._replace(mark="+")
    if name.kind in ("", "rule"):
        return label_symbol(name.label)
    return Symbol(name.kind, name.label, of=name.kind not in _OF_UNITS and "_" in name.label)


_OF_UNITS = ("net", "out", "target", "E", "error")
"""Kinds of quantities of a unit; the others are those of a parameter."""


def label_symbol(label: str) -> Symbol:
    """w5 is w with a 5 below, w^1_11 has both; names of several letters stay whole."""
    if match := re.fullmatch(rf"({'|'.join(GREEK)}|[^\W\d_])(?:\^(\w+?))?_?(\d+|_\w+)?", label):
        return Symbol(match[1], (match[3] or "").lstrip("_"), match[2] or "", text=label)
    base, underscore, rest = label.partition("_")
    return Symbol(base, rest, text=label) if underscore and rest else Symbol(label, text=label)


# --- alphabets ---


class Alphabet(NamedTuple):
    """How symbols, derivatives and places are written."""

    symbol: Callable[[Symbol], str]
    derivative: Callable[[str, str], str]
    term: Callable[[str, str], str]
    delta: str
    place: Callable[[Name], str]
    inside: bool = False
    """The sample is a superscript of the quantities a derivative is made of, and does not stand at its end."""
    raised: tuple[str, ...] = ()
    """What shows that a written name has a superscript: it must be bracketed before it is raised to a power."""

    def is_raised(self, text: str) -> bool:
        return any(mark in text for mark in self.raised)


def _ascii_symbol(symbol: Symbol) -> str:
    if symbol.text:
        return symbol.text + symbol.mark
    upper = f"^{symbol.upper}" if symbol.upper else ""
    separator = "" if _is_letter_and_digits(symbol) else "_"
    return symbol.base + upper + (separator + symbol.lower if symbol.lower else "") + symbol.mark


def _is_letter_and_digits(symbol: Symbol) -> bool:
    return not symbol.upper and (len(symbol.base) == 1 or symbol.base in GREEK) and symbol.lower.isdigit()


def _unicode_symbol(symbol: Symbol) -> str:
    return _ascii_symbol(symbol._replace(text=_CONSTANTS.get(symbol.text, symbol.text)))


_CONSTANTS = {
    **GREEK, "eta_t": "η_t", "beta1": "β1", "beta2": "β2",
}  # fmt: skip
"""What optimizers call their constants; a file's own names are printed as it spells them."""

_HATS = {"mhat": r"\hat{m}", "vhat": r"\hat{v}"}


def _latex_symbol(symbol: Symbol, escape: Callable[[str], str] = tex.escaped) -> str:
    below = _latex_symbol(label_symbol(symbol.lower), escape) if symbol.of else _latex_lower(symbol.lower, escape)
    lower = f"_{{{below}}}" if symbol.lower else ""
    comma = "," if symbol.upper and symbol.mark else ""
    places = re.fullmatch(r"[A-Za-z0-9,()= ]*", symbol.upper)  # the layer, the sample
    upper = (symbol.upper if places else tex.word(symbol.upper, escape)) + comma + symbol.mark
    return (_HATS.get(symbol.base) or tex.word(symbol.base, escape)) + lower + (f"^{{{upper}}}" if upper else "")


def _latex_lower(lower: str, escape: Callable[[str], str]) -> str:
    """w_x1_h1 leads from x1 to h1: w_{x1,h1}; words of several letters stay whole."""
    ends = re.split("[,_]", lower)
    if all(re.fullmatch(r"[^\W\d_]?\d*", end) for end in ends):
        return ",".join(tex.word(end, escape) for end in ends)
    return tex.word(lower, escape)


def _mathjax_symbol(symbol: Symbol) -> str:
    """pandoc knows no `\\textnormal`."""
    return _latex_symbol(symbol, tex.specials_escaped).replace(r"\textnormal", r"\text")


def _latex_place(name: Name) -> str:
    inside = [] if name.time is None else [f"t={name.time}"]
    inside += [] if name.sample is None else [f"{name.sample}"]
    return f"({', '.join(inside)})" if inside else ""


ASCII_NAMES = Alphabet(_ascii_symbol, "d{}/d{}".format, "{}:{}".format, "delta", _place)
TEXT_NAMES = Alphabet(_unicode_symbol, "∂{}/∂{}".format, "{}:{}".format, "δ", _place)
LATEX_NAMES = Alphabet(
    _latex_symbol,
    r"\frac{{\partial {}}}{{\partial {}}}".format,
    r"\left.{}\right\rvert_{{{}}}".format,
    "δ",
    _latex_place,
    inside=True,
    raised=("^",),
)


def _typst_symbol(symbol: Symbol) -> str:
    from backprop_trace.formulas.notation import typst

    return _latex_symbol(symbol, lambda text: tex.specials_escaped(typst.shown(text)))


MATHJAX_NAMES = LATEX_NAMES._replace(symbol=_mathjax_symbol)
"""LaTeX for the web, where letters of every script may stand."""

TYPST_NAMES = LATEX_NAMES._replace(symbol=_typst_symbol)
"""LaTeX that becomes Typst, in letters that Typst has."""


def flat(latex: Alphabet) -> Alphabet:
    """For a formula within a line of text: no fractions."""
    return latex._replace(derivative=r"\partial {} / \partial {}".format, term=r"{}\,\vert_{{{}}}".format)


FLAT_LATEX_NAMES = flat(LATEX_NAMES)


def _mathml_symbol(symbol: Symbol) -> str:
    base = f"<mover>{_mathml_word(symbol.base[0])}<mo>^</mo></mover>" if symbol.base in _HATS else None
    base = base or _mathml_word(symbol.base)
    below = "<mo>,</mo>".join(map(_mathml_word, re.split("[,_]", symbol.lower)))
    lower = mathml.row(_mathml_symbol(label_symbol(symbol.lower)) if symbol.of else below) if symbol.lower else ""
    upper = _mathml_word(symbol.upper) if symbol.upper else ""
    upper = mathml.row(
        upper + "<mo>,</mo>" * bool(upper and symbol.mark) + f"<mo>{symbol.mark}</mo>" * bool(symbol.mark)
    )
    match bool(lower), bool(symbol.upper or symbol.mark):
        case True, True:
            return f"<msubsup>{base}{lower}{upper}</msubsup>"
        case True, False:
            return f"<msub>{base}{lower}</msub>"
        case False, True:
            return f"<msup>{base}{upper}</msup>"
    return base


def _mathml_word(text: str) -> str:
    """A letter, a word, or a number."""
    tag = "mn" if text.isdigit() else "mi" if re.fullmatch(r"\w+", text) else "mtext"
    return f"<{tag}>{mathml.escaped(GREEK.get(text, text))}</{tag}>"


def _mathml_derivative(of: str, wrt: str) -> str:
    return mathml.fraction(f"<mi>∂</mi>{of}", f"<mi>∂</mi>{wrt}")


def _mathml_term(whole: str, via: str) -> str:
    """`via` is a unit, or the place where the term stands."""
    lower = mathml.row(via) if via.startswith("<") else _mathml_word(via)
    return f"<msub>{mathml.row(f'{whole}<mo>|</mo>')}{lower}</msub>"


MATHML_NAMES = Alphabet(
    _mathml_symbol,
    _mathml_derivative,
    _mathml_term,
    "δ",
    _latex_place,
    inside=True,
    raised=("<msup", "<msubsup"),
)
"""For browsers."""


def speller(style: Style, alphabet: Alphabet, by_output: frozenset[Name] = frozenset()) -> Speller:
    """What is written for each name, in a style and an alphabet.

    Terms that arrive through an output unit are written dE_o1/dout_h1 where that says the same. Every style but ours
    has deltas.
    """
    written: dict[Name, str] = {}
    deltas = style is not net_out

    def spell(name: Name) -> str:
        if name not in written:
            written[name] = _written(name, style, alphabet, by_output, deltas)
        return written[name]

    return spell


def _written(name: Name, style: Style, alphabet: Alphabet, by_output: frozenset[Name], deltas: bool) -> str:
    if name.kind == "delta":
        return _delta(name, name.label, style, alphabet)
    if name.kind != "d":
        return _with_place(style(name._replace(sample=None, time=None)), name, alphabet)
    assert name.of is not None and name.wrt is not None
    via = name.via
    if via is not None and name.of == LOSS and name.wrt in by_output:
        name, via = derivative(Name("E", via.label), name.wrt)._replace(sample=name.sample, time=name.time), None
    assert name.of is not None and name.wrt is not None
    if deltas and via is None and name.of == LOSS and name.wrt.kind == "net":
        return _delta(name, name.wrt.label, style, alphabet)
    if alphabet.inside:
        return _with_places_inside(name, via, style, alphabet)
    of, wrt = (_with_place(style(plain(part)), part, alphabet) for part in (name.of, name.wrt))
    whole = alphabet.derivative(of, wrt)
    if via is not None:
        whole = alphabet.term(whole, _with_place(style(plain(via)), via, alphabet))
    return whole + alphabet.place(name)


def _delta(name: Name, unit: str, style: Style, alphabet: Alphabet) -> str:
    return _with_place(style(Name("net", unit))._replace(base=alphabet.delta), name, alphabet)


def _with_place(symbol: Symbol, name: Name, alphabet: Alphabet) -> str:
    place = alphabet.place(name)
    if not alphabet.inside or not place:
        return alphabet.symbol(symbol) + place
    upper = f"{symbol.upper},{place}" if symbol.upper else place
    return alphabet.symbol(symbol._replace(upper=upper))


def _with_places_inside(name: Name, via: Name | None, style: Style, alphabet: Alphabet) -> str:
    """What a sample (or time step) adds to a parameter's gradient is marked as the term that it is."""
    assert name.of is not None and name.wrt is not None
    of, wrt = (_with_place(style(plain(part)), _placed(part, name), alphabet) for part in (name.of, name.wrt))
    whole = alphabet.derivative(of, wrt)
    if via is not None:
        whole = alphabet.term(whole, _with_place(style(plain(via)), via, alphabet))
    of_a_term = not _varies(name.of) and not _varies(name.wrt) and alphabet.place(name)
    return alphabet.term(whole, alphabet.place(name)) if of_a_term else whole


def _placed(part: Name, whole: Name) -> Name:
    """A quantity inside a derivative with the sample and time step that stand at the end of the whole."""
    if not _varies(part):
        return part
    return part._replace(
        sample=whole.sample if part.sample is None else part.sample,
        time=whole.time if part.time is None else part.time,
    )


def _varies(part: Name) -> bool:
    """Is it another quantity in each sample? A parameter is not, nor is the total loss."""
    return bool(part.kind) and part != LOSS
