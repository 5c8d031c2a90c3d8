"""The derivation of a step of the page, in MathML.

A number stands under its letter: flat sums and products are one cell for each letter. `data-v` marks where a number is
put in, so that the page can put in another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from backprop_trace.formulas.expr import Difference, Formula, Minus, Name, Number, Product, Sum
from backprop_trace.formulas.notation import BOX, PRODUCT, SUM, Leaf, Piece, write
from backprop_trace.formulas.notation.mathml import MATHML, escaped
from backprop_trace.formulas.notation.names import canonical
from backprop_trace.model.chain import Equation


class Cell(NamedTuple):
    """A letter or an operator, and what stands under it; `name` is whose number that is."""

    letters: str
    numbers: str
    name: Name | None = None


Numbers = Callable[[Name], Piece]
"""A value as MathML, and how tightly it holds together."""


def derivation(equation: Equation, symbols: Leaf, numbers: Numbers, value: str) -> str:
    """`name = letters`, `= numbers`, `= value` as one MathML table."""
    cells = list(_cells(equation.formula, symbols, numbers, SUM))
    name = symbols(equation.name)[0]
    letters = "".join(f"<mtd>{cell.letters}</mtd>" for cell in cells)
    rows = [f"<mtr><mtd>{name}</mtd><mtd><mo>=</mo></mtd>{letters}</mtr>"]
    if not isinstance(equation.formula, Name | Number):
        put_in = "".join(f"<mtd{_mark(cell.name)}>{cell.numbers}</mtd>" for cell in cells)
        rows.append(f"<mtr><mtd></mtd><mtd><mo>=</mo></mtd>{put_in}</mtr>")
    span = f' columnspan="{len(cells)}"' if len(cells) > 1 else ""
    rows.append(
        f'<mtr><mtd></mtd><mtd><mo>=</mo></mtd><mtd{span}{_mark(equation.name)} class="res">{value}</mtd></mtr>'
    )
    return f"<math><mtable>{''.join(rows)}</mtable></math>"


def _mark(name: Name | None) -> str:
    return "" if name is None else f' data-v="{escaped(canonical(name))}"'


def _operator(text: str) -> Cell:
    return Cell(text, text)


def _cells(formula: Formula, symbols: Leaf, numbers: Numbers, needed: int) -> Iterator[Cell]:
    match formula:
        case Name():
            yield Cell(_tight(symbols(formula), needed), _tight(numbers(formula), needed), formula)
        case Sum(terms) if all(map(_is_flat, terms)):
            for place, term in enumerate(terms):
                minus = isinstance(term, Minus)
                if place:
                    yield _operator(MATHML.minus if minus else MATHML.plus)
                    yield from _cells(term.operand if isinstance(term, Minus) else term, symbols, numbers, PRODUCT)
                else:
                    yield from _cells(term, symbols, numbers, SUM)
        case Difference(left, right) if _is_flat(left) and _is_flat(right):
            yield from _cells(left, symbols, numbers, SUM)
            yield _operator(MATHML.minus)
            yield from _cells(right, symbols, numbers, PRODUCT)
        case Product(factors) if needed <= PRODUCT:
            for place, factor in enumerate(factors):
                if place:
                    yield _operator(MATHML.times)
                yield from _cells(factor, symbols, numbers, PRODUCT + (place > 0))
        case _:
            marked = _marked(numbers)
            yield Cell(_tight(write(formula, MATHML, symbols), needed), _tight(write(formula, MATHML, marked), needed))


def _is_flat(term: Formula) -> bool:
    match term:
        case Name():
            return True
        case Product(factors):
            return all(isinstance(factor, Name) for factor in factors)
        case Minus(operand):
            return _is_flat(operand)
    return False


def _tight(piece: Piece, needed: int) -> str:
    text, level = piece
    return text if level >= needed else MATHML.opening + text + MATHML.closing


def _marked(numbers: Numbers) -> Leaf:
    """Numbers inside a larger piece, each in an element of its own that can be found, with its brackets."""

    def leaf(name: Name) -> Piece:
        return f'<mrow data-v="{escaped(canonical(name))}">{_tight(numbers(name), BOX)}</mrow>', BOX

    return leaf
