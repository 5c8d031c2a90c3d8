"""The loss as a function of one weight: tables and a curve with its tangent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backprop_trace.formulas.expr import Name, Number, derivative, given
from backprop_trace.formulas.notation.numbers import shown
from backprop_trace.formulas.numbers import number
from backprop_trace.render.blocks import (
    Block,
    Column,
    Curve,
    Heading,
    Math,
    Naming,
    Own,
    Prose,
    Row,
    Series,
    Table,
    Text,
)
from backprop_trace.render.medium import Medium
from backprop_trace.render.pages import Page
from backprop_trace.render.pages.opening import opening
from backprop_trace.render.view import View, loss_called
from backprop_trace.run.train.sweep import Point

DIGITS = 6
CURVE_HEIGHT = 14
MOST_SAMPLES = 12


def sweep_page(weight: Name, table: Sequence[Point], curve: Sequence[Point], at: Point | None, view: View) -> Page:
    """Tables of some points, a curve of many, and the tangent at the weight as it is."""
    network, training = view.example.network, view.example.training
    names = Naming(view.style, network)

    def blocks(medium: Medium) -> Iterator[Block]:
        yield from opening(view)
        if training.samples <= MOST_SAMPLES and network.depth and not training.times and medium.manner != "lines":
            yield Heading("Every sample")
            yield _samples(weight, table, view, names)
        yield Heading(f"The loss ({loss_called(view.example)})")
        yield _losses(weight, table, view, names)
        loss = network.objective
        yield Heading((Math((loss,), names), " as a function of ", Math((weight,), names)))
        lines = [Series([(point.weight, point.loss) for point in curve])]
        lines += [Series(_tangent(at, curve), sparse=True)] if at is not None else []
        yield Curve(tuple(lines), "", CURVE_HEIGHT)
        if at is not None:
            yield Prose(_remark(weight, at, view, names), "notice")

    return Page(blocks, head={"title": view.example.title})


def _remark(weight: Name, at: Point, view: View, names: Naming) -> Text:
    loss = view.example.network.objective
    found = {weight: at.weight, loss: at.loss, derivative(loss, weight): at.slope}
    place, height, slope = (Math((name, Number(shown(value, DIGITS))), names) for name, value in found.items())
    if not at.slope:
        return ("dotted: the tangent at ", place, ": ", height, ", ", slope, ": this is level ground")
    makes = "would make" if weight in view.example.rule.fixed else "makes"
    way = "smaller" if at.slope > 0 else "larger"
    return ("dotted: the tangent at ", place, ": ", height, ", ", slope, f", so gradient descent {makes} ",
            Math((weight,), names), f" {way}")  # fmt: skip


def _tangent(at: Point, curve: Sequence[Point]) -> list[tuple[float, float]]:
    """The points of the tangent that lie in the picture."""
    losses = [point.loss for point in curve]
    line = [(point.weight, at.loss + at.slope * (point.weight - at.weight)) for point in curve]
    return [(x, y) for x, y in line if min(losses) <= y <= max(losses)]


def _samples(weight: Name, table: Sequence[Point], view: View, names: Naming) -> Table:
    """Input, desired and actual output, absolute and squared error of every sample at every weight."""
    network, values = view.example.network, view.example.values
    inputs = [Column((Math((given(label),), names),), number=True) for label in network.inputs]
    words = ("desired", "is", "absolute error", "squared error")
    rows = []
    for point in table:
        for sample in view.example.training.all_samples:
            numbers = [values.get(Name("", label, sample=sample), "") for label in network.inputs]
            for unit in network.outputs:
                target = values[Name("target", unit, sample=sample)]
                output = point.outputs[Name("out", unit, sample=sample)]
                error = float(number(target)) - output
                found = [shown(size, DIGITS) for size in (output, abs(error), error * error)]
                rows.append(Row((shown(point.weight, DIGITS), *numbers, Own(unit), target, *found)))
    columns = [Column((Math((weight,), names),), number=True), *inputs, Column("output")]
    return Table((*columns, *(Column(word, number=True) for word in words)), rows)


def _losses(weight: Name, table: Sequence[Point], view: View, names: Naming) -> Table:
    loss = view.example.network.objective
    columns = [Column((Math((name,), names),), number=True) for name in (weight, loss, derivative(loss, weight))]
    rows = [Row(tuple(shown(size, DIGITS) for size in (point.weight, point.loss, point.slope))) for point in table]
    return Table(tuple(columns), rows)
