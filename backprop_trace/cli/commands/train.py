"""`backprop-trace train`: many steps, with the loss at intervals and the weights at the end."""

import sys
import time
from collections import deque
from collections.abc import Iterator
from typing import Annotated, Optional

import typer

from backprop_trace.cli import signals
from backprop_trace.cli.options import (
    Ascii,
    BatchSize,
    Color,
    Decimal,
    ExampleArgument,
    Force,
    Form,
    Lang,
    Open,
    Output,
    Seed,
    Shuffle,
    UsageError,
    Values,
    Width,
    check_count,
    medium_of,
    opened,
    say_if_large,
    with_batches,
    with_values,
    write,
)
from backprop_trace.cli.terminal import ProgressLine, Terminal
from backprop_trace.files.save import written_again
from backprop_trace.files.source import did_you_mean, printable
from backprop_trace.files.spec import Example, load
from backprop_trace.files.writing import refuse, refuse_twice, write_new
from backprop_trace.formulas.notation.names import canonical
from backprop_trace.formulas.numbers import number
from backprop_trace.model.catalogue import LOSSES
from backprop_trace.render import say
from backprop_trace.render.pages import Page
from backprop_trace.render.pages.training import log, training_page
from backprop_trace.render.records import csv
from backprop_trace.render.view import View
from backprop_trace.run.step import NotNumeric, check_numeric, size
from backprop_trace.run.train.compiled import LARGEST_COMPILED
from backprop_trace.run.train.session import EpochReport, Plan, Session, Until, metric_of, no_class

REPORTS = 10
LONG = 60.0  # seconds


def command(
    example: ExampleArgument,
    epochs: Annotated[int, typer.Option("--epochs", "-n", help="How often every sample is seen.")] = 1000,
    every: Annotated[Optional[int], typer.Option(help="A report every so many epochs (default: ten reports).")] = None,
    until: Annotated[
        Optional[str], typer.Option(help="Stop early: 'E < 1e-3', 'validation < 0.1', 'metric < 0.1' or classified.")
    ] = None,
    patience: Annotated[
        Optional[int],
        typer.Option(help="Stop after so many epochs without a smaller loss (of the samples held out, if any)."),
    ] = None,
    metric: Annotated[
        Optional[str], typer.Option(help=f"Print another loss too, averaged over the samples: {', '.join(LOSSES)}.")
    ] = None,
    batch_size: BatchSize = None,
    shuffle: Shuffle = False,
    seed: Seed = None,
    fast: Annotated[
        bool, typer.Option("--fast", help="With NumPy's matrices: for networks of thousands of weights.")
    ] = False,
    settings_: Values = None,
    form: Form = "table",
    lang: Lang = "en",
    decimal: Decimal = "point",
    output: Output = None,
    save: Annotated[Optional[str], typer.Option(help="Write the trained network as a worked example.")] = None,
    log_: Annotated[Optional[str], typer.Option("--log", help="Write the reports as CSV.")] = None,
    force: Force = False,
    open_: Open = False,
    width: Width = None,
    ascii_: Ascii = False,
    color: Color = None,
) -> None:
    """Many training steps: the loss, the weights, the predictions.

    \b
    backprop-trace train xor --epochs 10000 --every 4000 --metric mse
    backprop-trace train xor --epochs 100000 --until classified --save trained.yaml
    """
    worked = with_batches(with_values(load(example), settings_ or ()), batch_size, shuffle, seed)
    plan = _plan(worked, epochs, every, until, patience, metric)
    for path, again in ((save, example), (log_, ""), (output, "")):
        if path is not None:
            refuse(path, force, again)
    refuse_twice({"--save": save, "--log": log_, "-o": None if output == "-" else output})
    medium = medium_of(form, width, ascii_, color, output, language=lang, decimal=decimal)
    in_browser = opened(open_, example, form)
    if not fast:
        say_if_large(worked)
        if size(worked) > LARGEST_COMPILED:
            Terminal.stderr("this is too large to be compiled; --fast is far faster")
        check_numeric(worked, worked.listing(worked.training.samples_at(1)))
    progress = ProgressLine()
    session = _session(worked, plan._replace(tick=_Ticker(plan, progress).tick), fast)
    reports: list[EpochReport] = []
    note = "with NumPy's matrices: the last digits may differ from those of a trace" if fast else ""
    page = training_page(session, _reports(session, reports, progress), View(worked), note)
    pieces = say(form, page, medium)
    try:
        try:
            write(pieces, output, force, in_browser)
        except KeyboardInterrupt:  # while a row was written, not while the next was computed
            signals.ignore()
            session.ending = "interrupted"
            write(pieces, output, force, in_browser)
    finally:
        try:
            if save is not None or log_ is not None:
                deque(pieces, 0)  # whoever reads may have seen enough: the files are still wanted
        finally:
            signals.ignore()
            _keep(session, reports, save, log_, force, example)
    if session.broken is not None:
        raise session.broken
    if session.ending == "interrupted":
        raise KeyboardInterrupt


def _session(example: Example, plan: Plan, fast: bool) -> Session:
    if not fast:
        return Session(example, plan)
    try:
        from backprop_trace.run.train.fast import FastSession
        from backprop_trace.run.train.matrices import Unsuited
    except ModuleNotFoundError:
        raise UsageError("--fast needs NumPy: pip install 'backprop-trace[fast]'") from None
    try:
        return FastSession(example, plan)
    except Unsuited as wrong:
        raise UsageError(f"--fast: {wrong}; leave it out") from None
    except KeyError as missing:
        raise NotNumeric([missing.args[0]]) from None


def _plan(
    example: Example, epochs: int, every: int | None, until: str | None, patience: int | None, metric: str | None
) -> Plan:
    for option, count in (("--epochs", epochs), ("--every", every), ("--patience", patience)):
        check_count(option, count)
    if metric is not None and metric_of(metric) is None:
        raise UsageError(f"--metric {printable(metric)!r}: {did_you_mean(metric, LOSSES)}")
    try:
        goal = Until.read(until) if until is not None else None
    except ValueError as wrong:
        raise UsageError(f"--until {printable(until or '')!r}: {wrong}") from None
    if goal is not None and goal.what == "metric" and metric is None:
        raise UsageError("--until 'metric < ...' needs --metric")
    if goal is not None and goal.what == "classified":
        _classes(example)
    if goal is not None and goal.what == "validation" and not example.held_out.samples:
        raise UsageError("--until 'validation < ...' needs samples under 'validation' in the file")
    word = None if metric is None else metric_of(metric)
    return Plan(epochs, every or max(1, -(-epochs // REPORTS)), goal, patience, word)


def _classes(example: Example) -> None:
    """Raises UsageError where no sample can be classified."""
    network = example.network
    if not network.depth:
        raise UsageError("--until classified: definitions have no outputs with targets; write --until 'E < 1e-3'")
    values = {name: number(text) for name, text in example.values.items()}
    if not network.chooses_the_largest and (target := no_class(example, values)):
        what = f"{canonical(target)} is {example.values[target]}, which is on no side of 1/2"
        raise UsageError(f"--until classified: {what}; write --until 'E < 1e-3'")


def _reports(session: Session, reports: list[EpochReport], progress: ProgressLine) -> Iterator[EpochReport]:
    """The reports as they come, and are kept; Ctrl-C anywhere ends the run and keeps what was reached."""
    try:
        for report in session.reports():
            reports.append(report)
            progress.clear()
            yield report
            if session.ending == "interrupted":
                break
    except KeyboardInterrupt:
        session.ending = "interrupted"
    if session.ending == "interrupted":
        signals.ignore()
    progress.clear()


class _Ticker:
    """Shows how far a run is, and says once how long it will take if that is long."""

    def __init__(self, plan: Plan, progress: ProgressLine):
        self.plan, self.progress = plan, progress
        self.first: tuple[float, int] | None = None
        self.told = False

    def tick(self, epoch: int) -> None:
        self.first = self.first or (time.monotonic(), epoch)  # what is compiled before does not count
        spent, done = time.monotonic() - self.first[0], epoch - self.first[1]
        left = spent * (self.plan.epochs - epoch) / max(1, done)
        if spent > 1.0 and left > LONG and not self.told:
            self.told = True
            Terminal.stderr(f"{self.plan.epochs:,} epochs take about {_duration(left)}; Ctrl-C keeps what is reached")
        self.progress.show(
            f"{epoch:,} of {self.plan.epochs:,} epochs, about {_duration(left)} left", epoch / self.plan.epochs
        )


def _duration(seconds: float) -> str:
    for unit, length in (("years", 31_557_600), ("days", 86_400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} seconds"


def _keep(
    session: Session, reports: list[EpochReport], save: str | None, log_: str | None, force: bool, example: str
) -> None:
    """The files that were asked for; the example itself may be written anew."""
    if log_ is not None:
        write_new(log_, csv.write(Page(lambda _: iter(()), lambda: log(reports))), force)
    if save is not None:
        write_new(save, written_again(session.example, session.run.givens, save, session.steps_made), force, example)
        if sys.stdout.isatty():
            Terminal.stderr(f"saved: {printable(save)}")
