"""A training run as text: a row per report, then the curve, the weights, the predictions and what is to be said."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from backprop_trace.files.source import printable
from backprop_trace.formulas.expr import Name
from backprop_trace.formulas.notation.names import canonical
from backprop_trace.formulas.notation.numbers import full, shown
from backprop_trace.model.network import Network, outputs_and_targets
from backprop_trace.model.styles import speller
from backprop_trace.render.columns import columns
from backprop_trace.render.curve import WIDE, Series, drawn
from backprop_trace.render.table import prose
from backprop_trace.render.view import View, described, engine, notes, objective
from backprop_trace.run.train.session import (
    Gradients,
    Plan,
    Report,
    Session,
    Until,
    chooses_the_largest,
    dead,
    diverging,
    no_class,
    overfitting,
    vanishing,
)

CURVE_HEIGHT, CURVE_WIDTH = 10, 72
MOST_SHOWN = 60
DIGITS = 6


class _Column(NamedTuple):
    heading: str
    width: int


def heading(view: View) -> Iterator[str]:
    """Title, network and arithmetic."""
    example = view.example
    yield from (view.paint("title", line) + "\n" for line in prose(printable(example.title or example.name), view))
    texts = [example.source, described(example), engine(view.settings), *(f"note: {note}" for note in notes(example))]
    if example.held_out.samples:
        texts.append(f"validation: {example.held_out.samples} samples held out")
    yield from (line + "\n" for text in texts if text for line in prose(printable(text), view))
    warnings = (line for warning in example.warnings for line in prose(f"warning: {warning}", view))
    yield from (view.paint("warning", line) + "\n" for line in warnings)


# --- the rows ---


def table_head(plan: Plan, view: View) -> Iterator[str]:
    found = _columns(plan, view)
    rule = "-" if view.ascii else "─"
    layers = [column for column in found if column.heading.startswith("layer")]
    if layers:
        before = sum(column.width + 2 for column in found) - sum(column.width + 2 for column in layers)
        hidden = len(view.example.network.layers) - len(layers)
        rest = " (not all layers fit; --log has them)" if hidden else ""
        yield "\n" + " " * (before + 2) + view.paint("faint", "biggest and smallest gradient" + rest) + "\n"
    text = "  ".join(f"{column.heading:>{column.width}}" for column in found)
    yield view.paint("faint", text) + "\n" + view.paint("faint", rule * len(text)) + "\n"


def _columns(plan: Plan, view: View) -> list[_Column]:
    words = [
        objective(view.example),
        *([plan.metric] if plan.metric else []),
        *(["validation"] if view.example.held_out.samples else []),
    ]
    losses = [_Column(word, max(12, len(word))) for word in words]
    layers = [_Column(f"layer {depth}", 17) for depth, _ in enumerate(view.example.network.layers, 1)]
    epoch = _Column("epoch", max(5, len(str(plan.epochs))))
    room = (view.width or 10_000) - epoch.width - sum(column.width + 2 for column in losses)
    fitting = room // (layers[0].width + 2) if layers else 0
    if len(layers) > fitting:  # the first ones and the last one
        layers = [*layers[: fitting - 1], layers[-1]] if fitting > 1 else layers[:1]
    return [epoch, *losses, *layers]


def row(report: Report, plan: Plan, view: View) -> str:
    cells = []
    for column in _columns(plan, view):
        if column.heading.startswith("layer "):
            text = _gradients(report.layers[int(column.heading.removeprefix("layer ")) - 1])
        else:
            values = {objective(view.example): report.loss, plan.metric: report.metric, "validation": report.validation}
            value = report.epoch if column.heading == "epoch" else values[column.heading]
            text = str(value) if isinstance(value, int) else "" if value is None else shown(value, DIGITS)
        cells.append(f"{text:>{column.width}}")
    return "  ".join(cells) + "\n"


def _gradients(layer: Gradients | None) -> str:
    return "" if layer is None else f"{layer.biggest:.1e}  {layer.smallest:.1e}"


# --- the end ---


def ending(session: Session, reports: Sequence[Report], view: View) -> Iterator[str]:
    """Everything after the last row: the curve, the parameters, the predictions, and what is to be said."""
    yield from _curve(session, view)
    yield from _parameters(session, view)
    if session.ending != "broken":
        yield from _predictions(session, view)
    yield "\n"
    for kind, text in _words(session, reports[0], reports[-1]):
        yield view.paint(kind, text) + "\n"


def _curve(session: Session, view: View) -> Iterator[str]:
    points = [(float(epoch), loss) for epoch, loss, _ in session.curve]
    if len(points) < 3:
        return
    held_out = [(float(epoch), validation) for epoch, _, validation in session.curve if validation is not None]
    values = [y for _, y in [*points, *held_out]]
    log = min(values) > 0 and max(values) / min(values) >= WIDE
    title = "The loss" + (", logarithmic scale" if log else "") + ("; dotted: validation" if held_out else "")
    yield "\n" + view.paint("heading", title) + "\n"
    series = [Series(points), *([Series(held_out, sparse=True)] if held_out else [])]
    width = min(CURVE_WIDTH, view.width or CURVE_WIDTH)
    yield from (line + "\n" for line in drawn(series, width, CURVE_HEIGHT, view.ascii, log))


def _parameters(session: Session, view: View) -> Iterator[str]:
    trained = session.rule.trained
    yield "\n" + view.paint("heading", f"The parameters after {_epochs(session.epoch)}") + "\n"
    spell = speller(view.style, view.notation[1], session.network)
    rows = [(spell(name), _given(session, name), shown(session.run.givens[name], 9)) for name in trained[:MOST_SHOWN]]
    yield from (
        line + "\n" for line in columns(("parameter", "start", "now"), rows, view.width, view.ascii, view.paint)
    )
    if len(trained) > MOST_SHOWN:
        yield f"  ... {len(trained) - MOST_SHOWN} more (--save writes them all)\n"


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]], view: View) -> Iterator[str]:
    return (line + "\n" for line in columns(headings, rows, view.width, view.ascii, view.paint))


def _predictions(session: Session, view: View) -> Iterator[str]:
    network, training, predictions = session.network, session.training, session.predictions()
    if network.definitions or training.times:
        yield from _placed_predictions(session, view)
        return
    yield "\n" + view.paint("heading", "The predictions") + "\n"
    spell = speller(view.style, view.notation[1], network)
    few = [*network.inputs[:4], *(["..."] if len(network.inputs) > 4 else [])]
    headings = [
        "sample",
        *few,
        *(f"{spell(Name(kind, unit))}" for unit in network.outputs for kind in ("target", "out")),
    ]
    rows = []
    for sample in training.all_samples[:MOST_SHOWN]:
        inputs = ["" if label == "..." else _given(session, Name("", label, sample=sample)) for label in few]
        cells = [
            text
            for unit in network.outputs
            for text in (
                _given(session, Name("target", unit, sample=sample)),
                shown(predictions[Name("out", unit, sample=sample)], DIGITS),
            )
        ]
        rows.append([str(sample or 1), *inputs, *cells])
    yield from _table(headings, rows, view)
    if training.samples > MOST_SHOWN:
        yield f"  ... {training.samples - MOST_SHOWN} more samples\n"


def _placed_predictions(session: Session, view: View) -> Iterator[str]:
    """Outputs and targets of every time step, a row each; definitions have neither."""
    spell, predictions = speller(view.style, view.notation[1], session.network), session.predictions()
    rows = [
        [spell(output), _given(session, target), shown(predictions[output], DIGITS)]
        for output, target in outputs_and_targets(session.network, session.training)[:MOST_SHOWN]
    ]
    if rows:
        yield "\n" + view.paint("heading", "The predictions") + "\n"
        yield from _table(["output", "target", "predicted"], rows, view)


def _given(session: Session, name: Name) -> str:
    return session.example.values.get(name, "")


def _words(session: Session, first: Report, last: Report) -> Iterator[tuple[str, str]]:
    plan = session.plan
    words = [vanishing(first), overfitting(session.curve)]
    words += [diverging(first, last), dead(session.dead_units())] if session.ending != "broken" else []
    yield from (("warning", word) for word in words if word)
    match session.ending:
        case "until" if plan.until is not None and plan.until.what == "classified":
            yield "good", f"{_classified(session.network)} after {_epochs(session.epoch)}"
        case "until" if plan.until is not None:
            yield "good", f"{_goal(plan.until)} after {_epochs(session.epoch)}"
        case "patience":
            yield (
                "notice",
                f"no improvement for {_epochs(plan.patience or 0)}; the least loss{_whose(session)} was at epoch "
                f"{session.best[1]}",
            )
        case "interrupted":
            yield "notice", f"interrupted after {_epochs(session.epoch)}: this is what was reached"
        case "broken":
            yield "bad", f"the run broke after {_epochs(session.epoch)}: this is what was reached"
    if session.ending == "epochs" and plan.until is not None:
        yield "notice", f"not reached in {_epochs(plan.epochs)}: {_goal(plan.until)}"
    if session.ending != "broken":
        goal = canonical(session.network.objective)
        yield "faint", f"{goal} goes from {shown(first.loss, DIGITS)} to {shown(last.loss, DIGITS)}"
        if session.network.layers and no_class(session.example, session.run.givens) is None:
            yield "faint", _classified(session.network, session.classified())


def _classified(network: Network, classified: bool = True) -> str:
    what = "the largest output of every sample" if chooses_the_largest(network) else "every sample"
    where = "the right one" if chooses_the_largest(network) else "on its target's side of 1/2"
    return f"{'' if classified else 'not '}{what} is {where}"


def _goal(until: Until) -> str:
    return "every sample classified" if until.what == "classified" else f"{until.what} < {until.below:g}"


def _whose(session: Session) -> str:
    """Which loss is watched for improvement."""
    return " of the held-out samples" if session.example.held_out.samples else ""


def _epochs(count: int) -> str:
    return f"{count:,} epoch{'s' if count != 1 else ''}"


# --- the log ---


def log(reports: Iterable[Report]) -> Iterator[str]:
    """CSV: a line per report."""
    for place, report in enumerate(reports):
        sizes = [(f"layer {depth}", layer) for depth, layer in enumerate(report.layers, 1) if layer is not None]
        if place == 0:
            gradients = [f"{name} {side} gradient" for name, _ in sizes for side in ("biggest", "smallest")]
            yield _line(["epoch", "E", "metric", "validation", *gradients])
        numbers = [report.loss, report.metric, report.validation, *(size for _, layer in sizes for size in layer)]
        yield _line([str(report.epoch), *("" if number is None else full(number) for number in numbers)])


def _line(cells: list[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerow(cells)
    return buffer.getvalue()
