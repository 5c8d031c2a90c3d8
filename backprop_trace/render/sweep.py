"""The loss as a function of one weight: tables and a curve with its tangent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backprop_trace.formulas.expr import Name, derivative
from backprop_trace.formulas.notation.names import Speller
from backprop_trace.formulas.notation.numbers import shown
from backprop_trace.formulas.numbers import number
from backprop_trace.model.styles import speller
from backprop_trace.render.columns import columns
from backprop_trace.render.curve import Point as Dot
from backprop_trace.render.curve import Series, drawn
from backprop_trace.render.view import View, objective
from backprop_trace.run.train.sweep import Point

DIGITS = 6
CURVE_HEIGHT, CURVE_WIDTH = 14, 72
MOST_SAMPLES = 12


def render_sweep(
    weight: Name, table: Sequence[Point], curve: Sequence[Point], at: Point | None, view: View
) -> Iterator[str]:
    """Tables of some points, a curve of many, and the tangent at the weight as it is."""
    training = view.example.training
    if training.samples <= MOST_SAMPLES and view.example.network.layers and not training.times:
        yield from _samples(weight, table, view)
    yield from _losses(weight, table, view)
    spell = _speller(view)
    yield (
        "\n" + view.paint("heading", f"{spell(view.example.network.objective)} as a function of {spell(weight)}") + "\n"
    )
    loss = view.example.network.objective
    series = [Series([(point.weight, point.loss) for point in curve])]
    if at is not None:
        series.append(Series(_tangent(at, curve), sparse=True))
    width = min(CURVE_WIDTH, view.width or CURVE_WIDTH)
    yield from (line + "\n" for line in drawn(series, width, CURVE_HEIGHT, view.ascii))
    if at is not None:
        where = f"{spell(weight)} = {shown(at.weight, DIGITS)}: {spell(loss)} = {shown(at.loss, DIGITS)}"
        slope = f"{spell(derivative(loss, weight))} = {shown(at.slope, DIGITS)}"
        verb = "would make" if weight in view.example.rule.fixed else "makes"
        advice = _advice(at.slope, f"{verb} {spell(weight)}")
        yield view.paint("notice", f"dotted: the tangent at {where}, {slope}{advice}") + "\n"


def _speller(view: View) -> Speller:
    return speller(view.style, view.notation[1], view.example.network)


def _advice(slope: float, makes: str) -> str:
    if not slope:
        return ": this is level ground"
    return f", so gradient descent {makes} {'smaller' if slope > 0 else 'larger'}"


def _tangent(at: Point, curve: Sequence[Point]) -> list[Dot]:
    """The points of the tangent that lie in the picture."""
    losses = [point.loss for point in curve]
    line = [(point.weight, at.loss + at.slope * (point.weight - at.weight)) for point in curve]
    return [(x, y) for x, y in line if min(losses) <= y <= max(losses)]


def _samples(weight: Name, table: Sequence[Point], view: View) -> Iterator[str]:
    """Input, desired and actual output, absolute and squared error of every sample at every weight."""
    network, values = view.example.network, view.example.values
    spell = _speller(view)
    headings = [spell(weight), *network.inputs, "output", "desired", "is", "absolute error", "squared error"]
    rows = []
    for point in table:
        for sample in view.example.training.all_samples:
            inputs = [values.get(Name("", label, sample=sample), "") for label in network.inputs]
            for unit in network.outputs:
                target = values[Name("target", unit, sample=sample)]
                output = point.outputs[Name("out", unit, sample=sample)]
                error = float(number(target)) - output
                numbers = [shown(size, DIGITS) for size in (output, abs(error), error * error)]
                rows.append([shown(point.weight, DIGITS), *inputs, unit, target, *numbers])
    yield "\n" + view.paint("heading", "Every sample") + "\n"
    yield from (line + "\n" for line in columns(headings, rows, view.width, view.ascii, view.paint))


def _losses(weight: Name, table: Sequence[Point], view: View) -> Iterator[str]:
    spell = _speller(view)
    headings = [
        spell(weight),
        spell(view.example.network.objective),
        spell(derivative(view.example.network.objective, weight)),
    ]
    rows = [[shown(size, DIGITS) for size in (point.weight, point.loss, point.slope)] for point in table]
    yield "\n" + view.paint("heading", f"The loss ({objective(view.example).replace('_', ' ')})") + "\n"
    yield from (line + "\n" for line in columns(headings, rows, view.width, view.ascii, view.paint))
