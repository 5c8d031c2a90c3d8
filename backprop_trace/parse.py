"""Text to formulas, and text to the names of quantities.

    >>> from backprop_trace.expr import given
    >>> formula = read_formula("z / (1 + exp(-z))", {"z": given("z")}.get)
    >>> number("1/3"), number("-1.5e-3")
    (Fraction(1, 3), Fraction(-3, 2000))

`read_formula` is a small precedence parser of our own: Python's would bind `^` wrongly and would split
`dE/dw5`. `Vocabulary.read` knows every spelling of a quantity (`δ_o1`, `grad_w5`, `w5_new`, ...).
Nothing read here is ever executed.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Callable, Container, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from backprop_trace.expr import (
    FUNCTIONS,
    LOSS,
    ZERO,
    Call,
    Cases,
    Difference,
    Formula,
    Minus,
    Name,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    derivative,
    parts,
)

# --- numbers ---

NUMBER = re.compile(r"(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_WHOLE_NUMBER = re.compile(rf"[+-]?(?:{NUMBER.pattern}|\d+/\d+)", re.ASCII)
_LEADING_ZERO = re.compile(r"[+-]?0\d", re.ASCII)
LARGEST_EXPONENT = 400
LARGEST = int(sys.float_info.max)
LONGEST_NUMBER = 5000


class NotANumber(ValueError):
    """The text is no number; the message says what to do."""


@lru_cache(maxsize=4096)
def number(text: str) -> Fraction:
    """The value of a decimal or a fraction exactly as written, never by way of a float.

    Raises NotANumber with a message for people.
    """
    text = text.strip().replace("−", "-")
    if not _WHOLE_NUMBER.fullmatch(text):
        raise NotANumber(_why_no_number(text))
    if _LEADING_ZERO.match(text):
        raise NotANumber("a number with a leading zero: write it without")
    if len(text) > LONGEST_NUMBER:
        raise NotANumber(f"a number of {len(text)} characters; {LONGEST_NUMBER} are the limit")
    exponent = text.lower().partition("e")[2]
    if exponent and abs(int(exponent[:6])) > LARGEST_EXPONENT:
        raise NotANumber(f"out of range: the exponent goes to ±{LARGEST_EXPONENT}")
    top, _, bottom = text.partition("/")
    if bottom and not Decimal(bottom):
        raise NotANumber("a division by zero")
    # by way of Decimal: Python refuses to read whole numbers of more than 4300 digits
    return Fraction(Decimal(top)) / Fraction(Decimal(bottom or "1"))


def given_number(text: str) -> Fraction:
    """`number`, for what an example gives: it must fit into a float, too."""
    value = number(text)
    if abs(value) > LARGEST:
        raise NotANumber("out of range: a float goes to 1.8e308")
    return value


def _why_no_number(text: str) -> str:
    if re.fullmatch(r"[+-]?\d+,\d+", text):
        return f"not a number: use a point, {text.replace(',', '.')}"
    if re.fullmatch(r"[+-]?\.?(nan|inf|infinity)", text, re.IGNORECASE):
        return "must be a finite number"
    if re.fullmatch(r"\d+(:\d+)+", text):
        return "not a number: a colon stands in it"
    return "not a number"


# --- formulas ---


class BadFormula(ValueError):
    """A formula that cannot be read; `start` and `end` are places in its text."""

    def __init__(self, message: str, start: int, end: int):
        super().__init__(message)
        self.start, self.end = start, max(end, start + 1)


class _Token(NamedTuple):
    kind: str  # "number", "name", "function", "word", an operator, or "end"
    text: str
    start: int
    end: int
    name: Name | None = None


DEEPEST, LONGEST = 60, 2000
_SPACE = re.compile(r"\s*")
_FRACTION = re.compile(r"\d+/\d+(?![\d.eE]|\s*(?:\^|\*\*))", re.ASCII)
_OPERATOR = re.compile(r"\*\*|[-+*/^(),>]")
_IDENTIFIER = r"[^\W\d][\w^'′]*"
_TIME = r"(?:@-?\d+)?"
_DERIVATIVE = rf"[d∂]{_IDENTIFIER}{_TIME}/[d∂]{_IDENTIFIER}(?:{_TIME}:{_IDENTIFIER})?{_TIME}"
_LONGEST_NAME = re.compile(rf"(?:{_DERIVATIVE}|{_IDENTIFIER})\+?(?:@-?\d+)?(?:\[\d+\])?|∂{_IDENTIFIER}")
_BREAK = re.compile(r"(?=[+/^:@\['′])")
_SAME_OPERATOR = {"**": "^", "·": "*", "×": "*", "−": "-"}
_SAME_FUNCTION = {"ln": "log"}
TEMPLATE_FUNCTIONS = {**FUNCTIONS, "sum": 1}

Resolve = Callable[[str], Name | None]


def read_formula(text: str, resolve: Resolve, functions: Mapping[str, int] = FUNCTIONS) -> Formula:
    """The syntax tree of a formula; `resolve` says which name a spelling stands for, or None.

    Operators: + - * / ^ (or **), parentheses, the functions of FUNCTIONS, `a if b > c else d`; e^x is exp(x), unless
    e is a name.
    Raises BadFormula with the place.
    """
    plain = text
    for spelling in ("·", "×", "−"):
        plain = plain.replace(spelling, _SAME_OPERATOR[spelling])
    return _Parser(list(_tokens(plain, resolve, functions)), functions).whole()


def _tokens(text: str, resolve: Resolve, functions: Mapping[str, int]) -> Iterator[_Token]:
    place, before = 0, ""
    for count in range(LONGEST + 1):
        match = _SPACE.match(text, place)
        place = match.end() if match else place
        if place >= len(text):
            yield _Token("end", "", place, place)
            return
        token = _token(text, place, resolve, functions, before)
        yield token
        place, before = token.end, token.kind
        if count == LONGEST:
            raise BadFormula(f"a formula of more than {LONGEST} symbols", 0, len(text))


def _token(text: str, place: int, resolve: Resolve, functions: Mapping[str, int], before: str) -> _Token:
    """The symbol at a place. `1/2` without spaces is one number, where that cannot be misread (not in x^1/2)."""
    if before not in ("^", "/") and (match := _FRACTION.match(text, place)):
        return _Token("number", match.group(), place, match.end())
    if match := NUMBER.match(text, place):
        return _Token("number", match.group(), place, match.end())
    if match := _OPERATOR.match(text, place):
        return _Token(_SAME_OPERATOR.get(match.group(), match.group()), match.group(), place, match.end())
    if match := _LONGEST_NAME.match(text, place):
        return _name_token(text, place, match.end(), resolve, functions)
    raise BadFormula(f"{text[place]!r} has no meaning in a formula", place, place + 1)


def _name_token(text: str, start: int, end: int, resolve: Resolve, functions: Mapping[str, int]) -> _Token:
    """The longest stretch that is a known name: `dE/dw5` is one if there is one, else a quotient."""
    breaks = [start + cut.start() for cut in _BREAK.finditer(text[start:end]) if cut.start() > 0]
    stop = breaks[0] if breaks else end
    word = _SAME_FUNCTION.get(text[start:stop], text[start:stop])
    if word in functions and text[stop:].lstrip().startswith("("):
        return _Token("function", word, start, stop)
    if word in ("if", "else"):
        return _Token(word, word, start, stop)
    for stop in (end, *reversed(breaks)):
        if text[stop - 1] == "+" and not _ends_operand(text, stop):
            continue
        if name := resolve(text[start:stop]):
            return _Token("name", text[start:stop], start, stop, name)
    if word == "e" and text[stop:].lstrip().startswith(("^", "**")):
        return _Token("e", word, start, stop)
    what = "function" if text[stop:].lstrip().startswith("(") else "name"
    raise BadFormula(f"unknown {what} {text[start:stop]!r}", start, stop)


def _ends_operand(text: str, place: int) -> bool:
    """Is the `+` before this place part of a name (`w5+`), or does a summand follow (`w5+ w6`)?"""
    rest = text[place:].lstrip()
    return not rest or rest[0] in "+-*/^),>@[" or re.match(r"(?:if|else)\b", rest) is not None


class _Parser:
    def __init__(self, tokens: list[_Token], functions: Mapping[str, int]):
        self.tokens, self.place, self.depth, self.functions = tokens, 0, 0, functions

    @property
    def now(self) -> _Token:
        return self.tokens[self.place]

    def take(self, *kinds: str) -> _Token | None:
        token = self.now
        if token.kind not in kinds:
            return None
        self.place += 1
        return token

    def need(self, kind: str) -> _Token:
        token = self.take(kind)
        if token is None:
            raise self.error(f"expected {kind!r}")
        return token

    def error(self, message: str) -> BadFormula:
        found = "the end" if self.now.kind == "end" else repr(self.now.text)
        return BadFormula(f"{message}, found {found}", self.now.start, self.now.end)

    def whole(self) -> Formula:
        formula = self.cases()
        if self.now.kind != "end":
            raise self.error("expected an operator")
        if _height(formula) > 3 * DEEPEST:
            raise BadFormula("a formula nested too deeply", 0, self.now.end)
        return formula

    def deeper(self, rule: Callable[[], Formula]) -> Formula:
        if self.depth >= DEEPEST:
            raise BadFormula(f"brackets nested deeper than {DEEPEST}", self.now.start, self.now.end)
        self.depth += 1
        formula = rule()
        self.depth -= 1
        return formula

    def cases(self) -> Formula:
        formula = self.sum()
        if not self.take("if"):
            return formula
        test = self.sum()
        self.need(">")
        bound = self.sum()
        if bound != ZERO:
            test = Difference(test, bound)
        self.need("else")
        return Cases(test, formula, self.deeper(self.cases))

    def sum(self) -> Formula:
        terms, minuses = [self.term()], 0
        while sign := self.take("+", "-"):
            term = self.product()
            terms.append(term if sign.kind == "+" else Minus(term))
            minuses += sign.kind == "-"
        if len(terms) == 2 and minuses:
            return Difference(terms[0], parts(terms[1])[0])
        return terms[0] if len(terms) == 1 else Sum(tuple(terms))

    def term(self) -> Formula:
        """A leading minus takes the whole product: -a * b is -(a * b)."""
        return Minus(self.deeper(self.term)) if self.take("-") else self.product()

    def product(self) -> Formula:
        formula = self.signed()
        factors = [formula]
        while sign := self.take("*", "/"):
            right = self.signed()
            if sign.kind == "*":
                factors.append(right)
            else:
                factors = [Quotient(self.joined(factors), right)]
        return self.joined(factors)

    @staticmethod
    def joined(factors: list[Formula]) -> Formula:
        return factors[0] if len(factors) == 1 else Product(tuple(factors))

    def signed(self) -> Formula:
        return Minus(self.deeper(self.signed)) if self.take("-") else self.power()

    def power(self) -> Formula:
        if self.take("e"):
            self.need("^")
            return Call("exp", (self.deeper(self.signed),))
        base = self.atom()
        return Power(base, self.deeper(self.signed)) if self.take("^") else base

    def atom(self) -> Formula:
        if token := self.take("number"):
            return Number(token.text)
        if token := self.take("name"):
            assert token.name is not None
            return token.name
        if token := self.take("function"):
            return self.call(token)
        if self.take("("):
            formula = self.deeper(self.cases)
            self.need(")")
            return formula
        raise self.error("expected a number, a name or '('")

    def call(self, token: _Token) -> Formula:
        self.need("(")
        arguments = [self.deeper(self.cases)]
        while self.take(","):
            arguments.append(self.deeper(self.cases))
        self.need(")")
        wanted = self.functions[token.text]
        if len(arguments) != wanted:
            message = f"{token.text} takes {wanted} argument{'s' if wanted > 1 else ''}, {len(arguments)} given"
            raise BadFormula(message, token.start, token.end)
        return Call(token.text, tuple(arguments))


def _height(formula: Formula) -> int:
    height = 0
    level: tuple[Formula, ...] = (formula,)
    while level:
        height, level = height + 1, tuple(part for inner in level for part in parts(inner))
    return height


# --- names ---

LABEL = re.compile(r"[^\W\d][\w^]*")
_PLACE = re.compile(r"(?P<rest>.*?)(?:@(?P<time>-?\d+))?(?:\[(?P<sample>\d+)\])?", re.DOTALL)
_DERIVATIVE_OF = (
    re.compile(r"d(?P<of>.+?)/d(?P<wrt>[^:]+)(?::(?P<via>.+))?"),
    re.compile(r"d(?P<of>[^/:]+?)_d(?P<wrt>[^/:]+)(?::(?P<via>.+))?"),
    re.compile(r"d(?P<of>[EJLC])d(?P<wrt>[^/:]+)(?::(?P<via>.+))?"),
)
_ACROSS_TIME = re.compile(r"d(?P<of>[^/]+)@(?P<time>\d+)/d(?P<wrt>[^:@]+)")
_GREEK = str.maketrans({"∂": "d", "δ": "delta_", "Δ": "change_", "η": "eta", "′": "'", "·": "*"})

# what stands before a label, and the kind it means; the canonical spelling first
_PREFIXES: Mapping[str, tuple[str, ...]] = {
    "net": ("net", "z", "in", "I"),
    "out": ("out", "a", "O", "output"),
    "target": ("target", "t"),
    "E": ("E", "loss"),
    "error": ("error", "e"),
    "change": ("change",),
}
_TOTAL_LOSS = ("E", "E_total", "Etotal", "Err_total", "total_error", "error_total", "loss", "L", "J", "C", "cost")
_DELTA = ("delta", "Err")
_AFTER = re.compile(r"(?P<of>.+?)(?:\+|'|_new|_plus|\^\+)|new_(?P<of2>.+)|(?P<of3>.+)_neu")


MOST_REMEMBERED = 100_000


class Vocabulary:
    """The names an example knows, and every way of spelling them.

    `names` are the quantities there are; `by_output` and `loss_adds_up` (see network.Listing) say where dE_o1/dx
    is a term of dE/dx, or dE/dx itself; `spellings` are further ones, by layers for instance. Where a step uses one
    sample of several, `lone_sample` is its number, which may be left out or put in anywhere.
    """

    def __init__(
        self,
        names: Container[Name],
        by_output: Container[Name] = (),
        loss_adds_up: bool = True,
        spellings: Mapping[str, Name] | None = None,
        lone_sample: int | None = None,
    ):
        self.names, self.by_output, self.loss_adds_up = names, by_output, loss_adds_up
        self.spellings, self.lone_sample = spellings or {}, lone_sample
        self._known: dict[str, Name | None] = {}

    def read(self, text: str) -> Name | None:
        """The quantity a spelling stands for, or None. A file's own names beat synonyms."""
        if text not in self._known:
            if len(self._known) > MOST_REMEMBERED:
                self._known.clear()
            self._known[text] = self._read(text)
        return self._known[text]

    def _read(self, text: str) -> Name | None:
        text = text.strip()
        if text in self.spellings:
            return self.spellings[text]
        normal = unicodedata.normalize("NFKC", text.translate(_GREEK)).replace(" ", "").replace("__", "_")
        match = _PLACE.fullmatch(normal)
        if not match or not match["rest"]:
            return None
        sample = int(match["sample"]) if match["sample"] else None
        time = int(match["time"]) if match["time"] else None
        return next((name for name in self._placed(match["rest"], sample, time) if name in self.names), None)

    def _placed(self, text: str, sample: int | None, time: int | None) -> Iterator[Name]:
        if time is not None and (match := _ACROSS_TIME.fullmatch(text)):
            for of in self._atoms(match["of"]):
                for wrt in self._atoms(match["wrt"]):
                    there, here = of._replace(time=int(match["time"])), wrt._replace(time=time)
                    yield Name("d", "", there, here, sample=sample)
        for name in self._readings(text):
            yield name._replace(sample=sample, time=time)
            if sample is None and self.lone_sample is not None:
                yield name._replace(sample=self.lone_sample, time=time)
            if sample == (self.lone_sample or 1):  # an example of one sample has no numbers
                yield name._replace(time=time)

    def _readings(self, text: str) -> Iterator[Name]:
        """Every name a text without its place could mean, the likeliest first."""
        yield from self._atoms(text)
        if match := _AFTER.fullmatch(text):
            for of in self._atoms(match["of"] or match["of2"] or match["of3"]):
                yield Name("+", of=of)
        for pattern in _DERIVATIVE_OF:
            if match := pattern.fullmatch(text):
                yield from self._derivatives(match["of"].strip("()"), match["wrt"].strip("()"), match["via"])
        if text.startswith(("grad_", "g_", "gradient_")):
            yield from (derivative(LOSS, wrt) for wrt in self._atoms(text.partition("_")[2]))

    def _derivatives(self, of_text: str, wrt_text: str, via_text: str | None) -> Iterator[Name]:
        via = _via(via_text) if via_text else None
        for of in self._atoms(of_text):
            for wrt in self._atoms(wrt_text):
                yield derivative(of, wrt, via)
                if of.kind == "E" and of.label:
                    if wrt in self.by_output:
                        yield derivative(LOSS, wrt, Name("", of.label))
                    if wrt.label == of.label and self.loss_adds_up:
                        yield derivative(LOSS, wrt)

    def _atoms(self, text: str) -> Iterator[Name]:
        """Names that are no derivatives: w5, net_h1, E, delta_o1 (which is a derivative, spelled as none)."""
        yield Name("", text)
        if text in _TOTAL_LOSS:
            yield LOSS
        for kind, prefixes in _PREFIXES.items():
            for prefix in prefixes:
                yield from (Name(kind, label) for label in _after_prefix(text, prefix))
        for prefix in _DELTA:
            yield from (derivative(LOSS, Name("net", label)) for label in _after_prefix(text, prefix))
        kind, underscore, label = text.partition("_")
        if underscore and label:
            yield Name(kind, label)


def _via(text: str) -> Name:
    label, _, time = text.partition("@")
    return Name("", label, time=int(time) if time else None)


def _after_prefix(text: str, prefix: str) -> tuple[str, ...]:
    """The label after a prefix: net_h1 and neth1 both say h1."""
    if not text.startswith(prefix) or len(text) == len(prefix):
        return ()
    rest = text[len(prefix) :]
    return (rest[1:],) if rest[0] == "_" else (rest,)
