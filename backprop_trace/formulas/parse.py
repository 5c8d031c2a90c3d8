"""Text to formulas.

    >>> from backprop_trace.formulas.expr import given
    >>> formula = read_formula("z / (1 + exp(-z))", {"z": given("z")}.get)

`read_formula` is a small precedence parser of our own: Python's would bind `^` wrongly and would split
`dE/dw5`. Nothing read here is ever executed. `paper` turns what people write by hand into what is read here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple, TypeVar

from backprop_trace.formulas.expr import (
    FUNCTIONS,
    ONE,
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
    parts,
)
from backprop_trace.formulas.numbers import NUMBER, NotANumber, number


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
_FRACTION = re.compile(r"\d+/0*[1-9]\d*(?![\d.eE]|\s*(?:\^|\*\*))", re.ASCII)
_OPERATOR = re.compile(r"\*\*|[<>=!]=|[-+*/^(),<>]")
_COMPARISONS = ("<", ">", "<=", ">=", "==", "!=")
_ARITHMETIC = ("+", "-", "*", "/", "^")
_WORDS = ("if", "else", "and", "or", "not")
_IN_BRACKETS = re.compile(r"\([\w^'′@+.]*\)|(?<=\^)\[\d+\]")
_BEGINS_FACTOR = ("name", "function", "e", "(")
_MARKS = (
    "\u0300-\u0345\u05b4-\u05c2\u0653-\u0655\u093c\u09bc\u0a3c\u0b3c\u0bd7\u0fb5\u0fb7"
    "\u102e\u1b35\u3099\u309a\U000110ba"
)
"""Marks that are one letter with the one before them, however it was typed: e and an accent."""
_IDENTIFIER = rf"[^\W\d][\w^'′{_MARKS}]*"
_TIME = r"(?:@-?\d+)?"
_DERIVATIVE = rf"[d∂]{_IDENTIFIER}{_TIME}/[d∂]{_IDENTIFIER}(?:{_TIME}:{_IDENTIFIER})?{_TIME}"
_LONGEST_NAME = re.compile(rf"(?:{_DERIVATIVE}|{_IDENTIFIER})\+?(?:@-?\d+)?(?:\[\d+\])?|∂{_IDENTIFIER}")
_BREAK = re.compile(r"(?=[+/^:@\['′])")
_SAME_OPERATOR = {"**": "^", "·": "*", "×": "*", "−": "-", "≤": "<=", "≥": ">=", "≠": "!="}
_SAME_FUNCTION = {"ln": "log"}
TEMPLATE_FUNCTIONS = {**FUNCTIONS, "sum": 1}

_Read = TypeVar("_Read")

Resolve = Callable[[str], Name | None]


def read_formula(
    text: str, resolve: Resolve, functions: Mapping[str, int] = FUNCTIONS, implied: bool = False
) -> Formula:
    """The syntax tree of a formula; `resolve` says which name a spelling stands for, or None.

    Operators: + - * / ^ (or **), parentheses, the functions of FUNCTIONS, `a if b > c else d` with conditions of
    > < >= <= == !=, and, or, not; e^x is exp(x), unless e is a name. `implied`: factors may stand side by side.
    Raises BadFormula with the place.
    """
    plain = text
    for spelling in ("·", "×", "−", "≤", "≥", "≠"):
        plain = plain.replace(spelling, _SAME_OPERATOR[spelling])
    return _Parser(list(_tokens(plain, resolve, functions)), functions, implied).whole()


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
    if word in _WORDS:
        return _Token(word, word, start, stop)
    if (inside := _IN_BRACKETS.match(text, end)) and (name := resolve(text[start : inside.end()])):
        return _Token("name", text[start : inside.end()], start, inside.end(), name)
    for stop in (end, *reversed(breaks)):
        if text[stop - 1] == "^" or (text[stop - 1] == "+" and not _ends_operand(text, stop)):
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
    return not rest or rest[0] in "+-*/^),<>=!@[" or re.match(rf"(?:{'|'.join(_WORDS)})\b", rest) is not None


class _Parser:
    def __init__(self, tokens: list[_Token], functions: Mapping[str, int], implied: bool):
        self.tokens, self.functions, self.implied = tokens, functions, implied
        self.place = self.depth = 0

    @property
    def now(self) -> _Token:
        return self.tokens[self.place]

    def take(self, *kinds: str) -> _Token | None:
        token = self.now
        if token.kind not in kinds:
            return None
        self.place += 1
        return token

    def need(self, kind: str) -> None:
        if self.take(kind) is None:
            raise self.error(f"expected {kind!r}")

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

    def deeper(self, rule: Callable[[], _Read]) -> _Read:
        if self.depth >= DEEPEST:
            raise BadFormula(f"brackets nested deeper than {DEEPEST}", self.now.start, self.now.end)
        self.depth += 1
        found = rule()
        self.depth -= 1
        return found

    def cases(self) -> Formula:
        formula = self.sum()
        if not self.take("if"):
            return formula
        condition = self.alternatives()
        self.need("else")
        return condition.cases(formula, self.deeper(self.cases))

    def alternatives(self) -> _Condition:
        condition = self.conjunction()
        while self.take("or"):
            condition = condition.met_or(self.conjunction())
        return condition

    def conjunction(self) -> _Condition:
        condition = self.condition()
        while self.take("and"):
            condition = condition.met_and(self.condition())
        return condition

    def condition(self) -> _Condition:
        if self.take("not"):
            return self.deeper(self.condition).turned()
        if not self.bracketed_condition():
            return self.comparison()
        self.need("(")
        inside = self.deeper(self.alternatives)
        self.need(")")
        return inside

    def bracketed_condition(self) -> bool:
        """Does a bracket around a condition begin here, not one around a number?"""
        depth, compares = 0, False
        for place in range(self.place, len(self.tokens)):
            kind = self.tokens[place].kind
            depth += (kind == "(") - (kind == ")")
            compares = compares or kind in _COMPARISONS
            if depth == 0:
                return kind == ")" and compares and self.tokens[place + 1].kind not in (*_COMPARISONS, *_ARITHMETIC)
        return False

    def comparison(self) -> _Condition:
        left = self.sum()
        found: _Condition | None = None
        while sign := self.take(*_COMPARISONS):
            right = self.sum()
            each = _compared(left, sign.kind, right)
            found, left = each if found is None else found.met_and(each), right
        if found is None:
            raise self.error("expected a comparison such as '> 0'")
        return found

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
        while True:
            if self.take("*"):
                factors.append(self.signed())
            elif self.take("/"):
                factors = [Quotient(self.joined(factors), self.signed())]
            elif self.implied and self.begins_factor():
                factors.append(self.power())
            else:
                return self.joined(factors)

    def begins_factor(self) -> bool:
        """Does a factor stand here without a sign before it? A number only behind a bracket: 0.5 0.3 is no product."""
        behind_bracket = self.tokens[self.place - 1].kind == ")"
        return self.now.kind in _BEGINS_FACTOR or (self.now.kind == "number" and behind_bracket)

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
            try:
                number(token.text)
            except NotANumber as bad:
                raise BadFormula(str(bad), token.start, token.end) from None
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


class _Condition(NamedTuple):
    """Met where `test` > 0, or where it is not (`otherwise`)."""

    test: Formula
    otherwise: bool = False

    def cases(self, met: Formula, unmet: Formula) -> Formula:
        return Cases(self.test, unmet, met) if self.otherwise else Cases(self.test, met, unmet)

    def turned(self) -> _Condition:
        return _Condition(self.test, not self.otherwise)

    def met_and(self, other: _Condition) -> _Condition:
        return _Condition(self.cases(other.cases(ONE, ZERO), ZERO))

    def met_or(self, other: _Condition) -> _Condition:
        return _Condition(self.cases(ONE, other.cases(ONE, ZERO)))


def _compared(left: Formula, sign: str, right: Formula) -> _Condition:
    """A comparison as the one question a formula can ask: is something greater than 0?"""
    above, below = _Condition(_excess(left, right)), _Condition(_excess(right, left))
    match sign:
        case ">":
            return above
        case "<":
            return below
        case ">=":
            return below.turned()
        case "<=":
            return above.turned()
        case "==":
            return below.turned().met_and(above.turned())
    return below.met_or(above)


def _excess(greater: Formula, smaller: Formula) -> Formula:
    return greater if smaller == ZERO else Difference(greater, smaller)


def _height(formula: Formula) -> int:
    height = 0
    level: tuple[Formula, ...] = (formula,)
    while level:
        height, level = height + 1, tuple(part for inner in level for part in parts(inner))
    return height
