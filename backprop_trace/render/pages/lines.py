"""The lines of a trace as blocks: equations with their numbers, the table of what became of the parameters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from backprop_trace.formulas.expr import Name, Number, Product, after, derivative
from backprop_trace.formulas.notation import ASCII
from backprop_trace.model.update import rule_lines
from backprop_trace.render import blocks as said
from backprop_trace.render.blocks import Block, Column, Equated, Equations, Filled, Math, Row, Table
from backprop_trace.render.pages.fold import Folded
from backprop_trace.render.view import Numbers, View, naming
from backprop_trace.run.step import Line, Trace

HEADINGS = {"forward": "Forward pass", "loss": "Loss", "backward": "Backward pass", "update": "Update"}


def equations(lines: Iterable[Line | Folded], trace: Trace, view: View) -> Equations:
    numbers = Numbers(trace, ASCII, view.decimals)
    step = trace.step if view.steps > 1 or trace.step > 1 else 0
    return Equations([equation(line, numbers) for line in lines], naming(trace, view), step)


def equation(found: Line | Folded, numbers: Numbers) -> Equated:
    """formula = numbers = value; where the numbers would only repeat the value they are left out."""
    line, terms = found if isinstance(found, Folded) else (found, None)
    formula, value = line.equation.formula, numbers.amount(line.value)
    filled = [] if isinstance(formula, Name | Number) or isinstance(terms, Product) else [formula]
    put_in = tuple(Filled(each, numbers.text) for each in (*filled, *([terms] if terms is not None else [])))
    shortcut = line.equation.shortcut
    if shortcut is None or line.shortcut is None:
        return Equated(line.name, (formula, *put_in, value))
    other = (shortcut, Filled(shortcut, numbers.text), numbers.amount(line.shortcut, fraction=False))
    return Equated(line.name, (formula, *put_in, value), other)


def updated(lines: Iterable[Line], trace: Trace) -> list[Name]:
    """The parameters with a new value among the lines."""
    trained = set(trace.example.rule.trained)
    return [line.name.of for line in lines if line.name.kind == "+" and line.name.of in trained]


def closing(parameters: Sequence[Name], trace: Trace, view: View, most: int) -> Iterator[Block]:
    """Old value, gradient and new value of so many parameters at most; between them what else the rule computes."""
    rule, names, numbers = trace.example.rule, naming(trace, view), Numbers(trace, ASCII, view.decimals)
    letters = [line.letter for line in rule_lines(rule) if line.at in ("decay", "update")]
    others = [letter for letter in letters if letter != "w+"]
    rows = list[Row]()
    for name in parameters[:most]:
        slope = derivative(trace.listing.objective, rule.looked_at.get(name, name))
        cells = (name, slope, *(_of(letter, name.label) for letter in others), after(name))
        rows.append(Row(((Math((name,), names),), *map(numbers.text, cells))))
    between = [Column((Math((_of(letter, ""),), names),), letter, number=True) for letter in others]
    old, gradient, new = (Column(word, number=True) for word in ("old", "gradient", "new"))
    yield Table((Column("parameter"), old, gradient, *between, new), rows, long=True)
    yield from left_out(len(parameters) - most)


def _of(letter: str, label: str) -> Name:
    """m+ of a parameter."""
    name = Name(letter.removesuffix("+"), label)
    return after(name) if letter.endswith("+") else name


def listed_only(lines: Sequence[Line | Folded], trace: Trace, view: View, most: int) -> Iterator[Block]:
    """A table of values, without those that stand elsewhere in the document."""
    if lines:
        yield said.Prose("The others of this phase are computed in the same way.")
        columns = (Column("quantity"), Column("value", number=True))
        names, numbers = naming(trace, view), Numbers(trace, ASCII, view.decimals)
        shown = [Row(((Math((line.name,), names),), numbers.text(line.name))) for line in lines[:most]]
        yield Table(columns, shown, long=True)
        yield from left_out(len(lines) - most)


def left_out(count: int) -> Iterator[Block]:
    if count > 0:
        yield said.Prose(f"{count:,} more are left out here; --format csv lists them all.")
