"""A step of the page: what is computed, the derivation in MathML, and a sentence on why.

    >>> from backprop_trace.files.spec import load
    >>> from backprop_trace.run.step import trace
    >>> t = trace(load("mazur"))
    >>> worded(t["dE/dnet_h1"].equation, t.example.network).title
    'Delta of h<sub>1</sub>'

A number stands under its letter: flat sums and products are one cell for each letter. `data-v` marks where a number is
put in, so that the page can put in another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from backprop_trace.formulas.expr import LOSS, Difference, Formula, Minus, Name, Number, Product, Sum, names_in, plain
from backprop_trace.formulas.notation import PRODUCT, SUM, Leaf, Piece, write
from backprop_trace.formulas.notation.mathml import MATHML, escaped
from backprop_trace.formulas.notation.names import canonical, net_out
from backprop_trace.model.catalogue import ACTIVATIONS, LOSSES
from backprop_trace.model.chain import Equation
from backprop_trace.model.network import Network

# --- words ---


class Words(NamedTuple):
    """A step's title and the sentence on why; both are HTML."""

    title: str
    why: str


def html_name(name: Name) -> str:
    """A name with its index lowered: net<sub>h1</sub>, ∂E/∂w<sub>5</sub>, out<sub>h1</sub>@2."""
    return _html(plain(name)) + _place(name)


def _html(name: Name) -> str:
    if name.kind == "d":
        assert name.of is not None and name.wrt is not None
        of = name.of._replace(label=name.via.label) if name.via and name.of == LOSS else name.of
        return f"∂{html_name(of)}/∂{html_name(name.wrt)}"
    symbol = net_out(name)
    lower = f"<sub>{escaped(symbol.lower)}</sub>" if symbol.lower else ""
    upper = f"<sup>{escaped(symbol.upper + symbol.mark)}</sup>" if symbol.upper or symbol.mark else ""
    return escaped(_GREEK.get(symbol.base, symbol.base)) + lower + upper


_GREEK = {"eta": "η", "beta": "β", "alpha": "α", "epsilon": "ε", "lambda": "λ", "mu": "μ", "rho": "ρ", "gamma": "γ"}


def _place(name: Name) -> str:
    time = "" if name.time is None else f" at time {name.time}"
    return time if name.sample is None else f"{time}, sample {name.sample}"


def _unit(name: Name) -> str:
    return _html(Name("", name.label))


def worded(equation: Equation, network: Network) -> Words:
    """The words of a line."""
    name = equation.name
    title, why = _worded(equation, network)
    return Words(title + _place(name), why)


def _worded(equation: Equation, network: Network) -> tuple[str, str]:
    name = equation.name
    unit = _unit(name)
    match name.kind:
        case "net":
            bias = ", and the bias" if any(used.kind == "" for used in _summands(equation.formula)) else ""
            return f"Net input of {unit}", (
                f"All that comes in at {unit}: each value times the weight of its connection, added up{bias}."
            )
        case "out":
            return f"Activation of {unit}", _why_activation(name, network)
        case "E" if name.label:
            return f"Loss at {unit}", f"{_called(network.loss)}: how far {unit} is from its target."
        case "E":
            return "Total loss" if name.sample is None else "Loss", "The losses together: what training makes small."
        case "d":
            return _worded_derivative(equation, network)
        case "+":
            return f"New {_html(name)[: -len('<sup>+</sup>')]}", "A step against the gradient, as long as η says."
        case "":
            return f"{unit}", "A definition of the exercise."
    return _html(plain(name)), "A line of the update rule."


def _summands(formula: Formula) -> Iterator[Name]:
    yield from (term for term in (formula.terms if isinstance(formula, Sum) else ()) if isinstance(term, Name))


def _called(word: str) -> str:
    return word.replace("_", " ").capitalize()


def _activation(name: Name, network: Network) -> str:
    return network.layer_of(name.label).activation if name.label in network.units else ""


def _why_activation(name: Name, network: Network) -> str:
    word = _activation(name, network)
    between = {"sigmoid": " between 0 and 1", "tanh": " between −1 and 1", "softmax": ": its share of all"}
    if word == "identity":
        return "The net input is passed on as it is."
    called = "The " + escaped(word.replace("_", " ")) if word in ACTIVATIONS else "The activation function"
    return f"{called} turns the net input into an activation{between.get(word, '')}."


def _worded_derivative(equation: Equation, network: Network) -> tuple[str, str]:
    name = equation.name
    assert name.of is not None and name.wrt is not None
    of, wrt, via = name.of, name.wrt, name.via
    if of == network.objective or of == LOSS:
        return _worded_gradient(equation, network)
    if of.kind == "out" and wrt.kind == "net":
        word = escaped(_activation(of, network).replace("_", " ")) or "the activation"
        return f"Slope of {word} at {_unit(of)}", "How strongly the activation answers to its net input."
    if of.kind == "net" and wrt.kind == "out":
        through = next((used for used in names_in(equation.formula)), None)
        weight = html_name(plain(through)) if through is not None else "its weight"
        return (
            f"Slope of net {_unit(of)} in the output of {_unit(wrt)}",
            f"The activation of {_unit(wrt)} reaches {_unit(of)} through {weight}: as it was before any update.",
        )
    if of.kind == "net":
        return (
            f"Slope of net {_unit(of)} in {_html(wrt)}",
            f"In the net input {_html(wrt)} is multiplied by this, so this is its slope.",
        )
    return f"Slope of {_html(of)} in {_html(wrt)}", f"All other quantities are held fixed.{' ' if via else ''}".strip()


def _worded_gradient(equation: Equation, network: Network) -> tuple[str, str]:
    name = equation.name
    assert name.wrt is not None
    wrt, unit = name.wrt, _unit(name.wrt)
    if name.via is not None:
        return f"Back to {unit} by way of {_unit(name.via)}", f"What comes back through {_unit(name.via)}."
    if wrt.kind == "net":
        return f"Delta of {unit}", f"Chain rule: how the loss changes with the net input of {unit}."
    if wrt.kind == "out" and isinstance(equation.formula, Sum):
        return (
            f"All that comes back to {unit}",
            f"The loss depends on {unit} along several paths. Their shares are added.",
        )
    if wrt.kind == "out":
        of_loss = (
            " " + escaped(LOSSES[network.loss].note) if network.loss in LOSSES and LOSSES[network.loss].note else ""
        )
        return (
            f"Slope of the loss in the output {unit}",
            f"How the loss changes with the output of {unit}.{of_loss}".strip(),
        )
    if isinstance(equation.formula, Sum):
        return f"Gradient of {_html(wrt)}", "What each place, sample or time step adds, together."
    return f"Gradient of {_html(wrt)}", "What comes back to where it ends, times what enters it there."


# --- the derivation ---


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
    """Numbers inside a larger piece, each in an element of its own that can be found."""

    def leaf(name: Name) -> Piece:
        text, level = numbers(name)
        return f'<mrow data-v="{escaped(canonical(name))}">{text}</mrow>', level

    return leaf
