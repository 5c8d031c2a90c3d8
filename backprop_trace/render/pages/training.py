"""A training run: a row per report as it comes, then the curve, the weights, the predictions and what is to be said."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain

from backprop_trace.formulas.expr import Name
from backprop_trace.formulas.notation.names import canonical
from backprop_trace.formulas.notation.numbers import full, shown
from backprop_trace.model.network import Network, outputs_and_targets
from backprop_trace.render.blocks import Block, Column, Curve, Heading, Math, Naming, Prose, Row, Series, Table
from backprop_trace.render.medium import Medium
from backprop_trace.render.pages import Page, Record
from backprop_trace.render.pages.opening import opening
from backprop_trace.render.view import View, loss_called
from backprop_trace.run.train.session import (
    EpochReport,
    Gradients,
    Session,
    Until,
    dead,
    diverging,
    no_class,
    overfitting,
    vanishing,
)

CURVE_HEIGHT = 10
WIDE = 100.0
"""From this ratio of the largest to the smallest loss on, the scale is logarithmic."""

MOST_SHOWN = 60
DIGITS = 6


def training_page(session: Session, reports: Iterable[EpochReport], view: View, note: str = "") -> Page:
    """`reports` as they come."""

    def blocks(medium: Medium) -> Iterator[Block]:
        coming = _Coming(reports)
        yield from opening(view)
        if count := view.example.held_out.samples:
            yield Prose(f"validation: {count} samples held out")
        if note:
            yield Prose(note)
        yield from _reports(coming, session, view, medium.manner == "document")
        if coming.first is not None and coming.last is not None:
            yield from _ending(session, coming.first, coming.last, view)

    return Page(blocks, lambda: log(reports), {"title": view.example.title})


class _Coming:
    """The reports as they come; the first and the last are kept."""

    def __init__(self, reports: Iterable[EpochReport]):
        self.reports = reports
        self.first: EpochReport | None = None
        self.last: EpochReport | None = None

    def __iter__(self) -> Iterator[EpochReport]:
        for report in self.reports:
            self.first, self.last = self.first or report, report
            yield report


# --- the rows ---


def _reports(reports: Iterable[EpochReport], session: Session, view: View, document: bool) -> Iterator[Block]:
    plan, held_out = session.plan, view.example.held_out.samples
    metric = [plan.metric.replace("_", " ")] if plan.metric else []
    losses = [loss_called(view.example), *metric, *(["validation"] if held_out else [])]
    layers = [f"layer {depth}" for depth in range(1, view.example.network.depth + 1)]
    if layers:
        yield Prose("Behind the loss: the biggest and smallest gradient of each layer.", "faint")
    gradients = _gradients if document else _short_gradients
    columns = [Column("epoch", right=True, width=max(5, len(str(plan.epochs))))]
    columns += [Column(word, right=True, width=max(12, len(word))) for word in losses]
    columns += [Column(word, right=True, width=17, optional=word != layers[-1]) for word in layers]
    yield Table(tuple(columns), (Row(tuple(_cells(report, session, view, gradients))) for report in reports))


def _cells(
    report: EpochReport, session: Session, view: View, gradients: Callable[[Gradients | None], str]
) -> Iterator[str]:
    yield str(report.epoch)
    yield shown(report.loss, DIGITS)
    if session.plan.metric:
        yield _or_nothing(report.metric)
    if view.example.held_out.samples:
        yield _or_nothing(report.validation)
    yield from map(gradients, report.layers)


def _or_nothing(number: float | None) -> str:
    return "" if number is None else shown(number, DIGITS)


def _gradients(layer: Gradients | None) -> str:
    return "" if layer is None else f"{shown(layer.biggest, 2)}  {shown(layer.smallest, 2)}"


def _short_gradients(layer: Gradients | None) -> str:
    """Equally wide on every row."""
    return "" if layer is None else f"{layer.biggest:.1e}  {layer.smallest:.1e}"


# --- the end ---


def _ending(session: Session, first: EpochReport, last: EpochReport, view: View) -> Iterator[Block]:
    names = Naming(view.style, session.network)
    yield from _curve(session)
    yield from _parameters(session, names)
    if session.ending != "broken":
        yield from _predictions(session, names)
    yield from (Prose(text, kind) for kind, text in _words(session, first, last))


def _curve(session: Session) -> Iterator[Block]:
    points = [(float(epoch), loss) for epoch, loss, _ in session.curve]
    if len(points) < 3:
        return
    held_out = [(float(epoch), validation) for epoch, _, validation in session.curve if validation is not None]
    values = [y for _, y in [*points, *held_out]]
    log = min(values) > 0 and max(values) / min(values) >= WIDE
    yield Heading("The loss" + (", logarithmic scale" if log else "") + ("; dotted: validation" if held_out else ""))
    series = [Series(points), *([Series(held_out, sparse=True)] if held_out else [])]
    yield Curve(tuple(series), "", CURVE_HEIGHT, log)


def _parameters(session: Session, names: Naming) -> Iterator[Block]:
    trained = session.rule.trained
    yield Heading(f"The parameters after {_epochs(session.epoch)}")
    rows = [
        Row(((Math((name,), names),), _given(session, name), shown(session.run.givens[name], 9)))
        for name in trained[:MOST_SHOWN]
    ]
    yield Table((Column("parameter"), Column("start", number=True), Column("now", number=True)), rows)
    if len(trained) > MOST_SHOWN:
        yield Prose(f"... {len(trained) - MOST_SHOWN} more (--save writes them all)")


def _predictions(session: Session, names: Naming) -> Iterator[Block]:
    network, training, predictions = session.network, session.training, session.predictions()
    if network.definitions or training.times:
        yield from _placed_predictions(session, names)
        return
    yield Heading("The predictions")
    few = [Name("", label) for label in network.inputs[:4]]
    quantities = [Name(kind, unit) for unit in network.outputs for kind in ("target", "out")]
    columns = [Column("sample"), *(Column(label.label, number=True) for label in few)]
    columns += [Column("...")] if len(network.inputs) > len(few) else []
    columns += [Column((Math((name,), names),), number=True) for name in quantities]
    rows = []
    for sample in training.all_samples[:MOST_SHOWN]:
        inputs = [_given(session, name._replace(sample=sample)) for name in few]
        more = [""] if len(network.inputs) > len(few) else []
        targets = [(Name("target", unit, sample=sample), Name("out", unit, sample=sample)) for unit in network.outputs]
        pairs = [(_given(session, target), shown(predictions[out], DIGITS)) for target, out in targets]
        rows.append(Row((str(sample or 1), *inputs, *more, *chain.from_iterable(pairs))))
    yield Table(tuple(columns), rows)
    if training.samples > MOST_SHOWN:
        yield Prose(f"... {training.samples - MOST_SHOWN} more samples")


def _placed_predictions(session: Session, names: Naming) -> Iterator[Block]:
    """Outputs and targets of every time step, a row each; definitions have neither."""
    predictions = session.predictions()
    rows = [
        Row(((Math((output,), names),), _given(session, target), shown(predictions[output], DIGITS)))
        for output, target in outputs_and_targets(session.network, session.training)[:MOST_SHOWN]
    ]
    if rows:
        yield Heading("The predictions")
        yield Table((Column("output"), Column("target", number=True), Column("predicted", number=True)), rows)


def _given(session: Session, name: Name) -> str:
    return session.example.values.get(name, "")


def _words(session: Session, first: EpochReport, last: EpochReport) -> Iterator[tuple[str, str]]:
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
        if session.network.depth and no_class(session.example, session.run.givens) is None:
            yield "faint", _classified(session.network, session.classified())


def _classified(network: Network, classified: bool = True) -> str:
    what = "the largest output of every sample" if network.chooses_the_largest else "every sample"
    where = "the right one" if network.chooses_the_largest else "on its target's side of 1/2"
    return f"{'' if classified else 'not '}{what} is {where}"


def _goal(until: Until) -> str:
    return "every sample classified" if until.what == "classified" else f"{until.what} < {until.below:g}"


def _whose(session: Session) -> str:
    """Which loss is watched for improvement."""
    return " of the held-out samples" if session.example.held_out.samples else ""


def _epochs(count: int) -> str:
    return f"{count:,} epoch{'s' if count != 1 else ''}"


# --- the log ---


def log(reports: Iterable[EpochReport]) -> Iterator[Record]:
    """A record per report, with all digits."""
    for report in reports:
        record: Record = {"epoch": report.epoch, "E": full(report.loss)}
        record |= {"metric": _full(report.metric), "validation": _full(report.validation)}
        for depth, layer in enumerate(report.layers, 1):
            if layer is not None:
                sides = zip(("biggest", "smallest"), layer, strict=True)
                record |= {f"layer {depth} {side} gradient": full(size) for side, size in sides}
        yield record


def _full(number: float | None) -> str:
    return "" if number is None else full(number)
