"""A run of training as it is watched: what is looked at, when, and where it is after it ends.

The numbers are those of the traced steps; the epochs are counted by hand.
"""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Iterator
from itertools import pairwise

import pytest

from backprop_trace.files.spec import read_example
from backprop_trace.formulas.arithmetic import ComputationError
from backprop_trace.formulas.expr import given
from backprop_trace.run.step import Trace, trace, traces
from backprop_trace.run.train.session import CURVE_POINTS, Plan, Session, Until, train

CLASSES = """
inputs: {x1: [0, 0, 1, 1], x2: [0, 1, 0, 1]}
targets: {o1: [0, 1, 1, 0], o2: [1, 0, 0, 1]}
validation:
  inputs: {x1: [0.2, 0.9], x2: [0.1, 0.4]}
  targets: {o1: [0, 1], o2: [1, 0]}
layers:
  - {units: 3, activation: relu, weights: {random: uniform, from: -1, to: 1, seed: 3}, bias: [0.1, -9, 0.2]}
  - {units: 2, activation: sigmoid, weights: {random: uniform, from: -1, to: 1, seed: 5}, bias: [0.3, b]}
parameters: {b: -0.2}
fixed: [b]
loss: half_squared_error
batch: sum
learning_rate: 0.3
"""


SAMPLES = [((0, 0), (0, 1)), ((0, 1), (1, 0)), ((1, 0), (1, 0)), ((1, 1), (0, 1))]
HELD_OUT = [((0.2, 0.1), (0, 1)), ((0.9, 0.4), (1, 0))]


def sessions(text: str, plan: Plan) -> Iterator[Session]:
    """On compiled steps, and on matrices where NumPy is there."""
    yield Session(read_example(text), plan)
    if importlib.util.find_spec("numpy"):
        from backprop_trace.run.train.fast import FastSession

        yield FastSession(read_example(text), plan)


def outputs_by_hand(found: Trace, x1: float, x2: float) -> list[float]:
    """The two outputs of CLASSES with the parameters of a step."""

    def given_as(label: str) -> float:
        return float(found.values[given(label)])

    hidden = [
        max(0.0, given_as(f"w_x1_{h}") * x1 + given_as(f"w_x2_{h}") * x2 + given_as(f"b_{h}"))
        for h in ("h1", "h2", "h3")
    ]
    nets = [
        sum(given_as(f"w_h{k}_{o}") * a for k, a in enumerate(hidden, 1)) + given_as(b)
        for o, b in (("o1", "b_o1"), ("o2", "b"))
    ]
    return [1 / (1 + math.exp(-net)) for net in nets]


def squares(found: Trace, samples: list[tuple[tuple[float, float], tuple[int, int]]]) -> float:
    return sum((a - t) ** 2 for x, targets in samples for a, t in zip(outputs_by_hand(found, *x), targets, strict=True))


def test_a_report_says_what_the_step_says() -> None:
    """The loss is half the sum of the squares, the metric their mean; of a layer only what is trained counts."""
    example = read_example(CLASSES)
    for session in sessions(CLASSES, Plan(7, every=3, metric="mean_squared_error")):
        reports = list(session.reports())
        assert [report.epoch for report in reports] == [0, 3, 6, 7]
        for report in reports:
            found = trace(example, step=report.epoch + 1)
            assert report.loss == pytest.approx(squares(found, SAMPLES) / 2, rel=1e-12)
            assert report.metric == pytest.approx(squares(found, SAMPLES) / 2 / 4, rel=1e-12)
            assert report.validation == pytest.approx(squares(found, HELD_OUT) / 2, rel=1e-12)
            trained = [[name for name in names if name.label != "b"] for names in example.network.parameters]
            sizes = [[abs(found[f"dE/d{name.label}"].value) for name in names] for names in trained]
            assert report.layers == tuple((pytest.approx(max(each)), pytest.approx(min(each))) for each in sizes)
        found = trace(example, step=8)
        assert session.gradients() == {
            name: pytest.approx(found[f"dE/d{name.label}"].value, rel=1e-9, abs=1e-15) for name in example.rule.trained
        }
        wanted = [a for x, _ in SAMPLES for a in outputs_by_hand(found, *x)]
        assert list(session.predictions().values()) == pytest.approx(wanted, rel=1e-12)
        assert session.dead_units() == ["h2"]
        assert (session.ending, session.epoch, session.steps_made) == ("epochs", 7, 7)
        assert [epoch for epoch, *_ in session.curve] == list(range(8))
        assert session.curve[3][1:] == (pytest.approx(reports[1].loss), pytest.approx(reports[1].validation))


@pytest.mark.parametrize("what", ["E", "loss", "metric", "validation"])
def test_a_run_ends_at_the_first_epoch_at_which_what_was_asked_for_is_small_enough(what: str) -> None:
    example = read_example(CLASSES)
    divided = {"E": 2, "loss": 2, "metric": 8, "validation": 2}[what]
    of = [squares(trace(example, step=k), HELD_OUT if what == "validation" else SAMPLES) / divided for k in range(1, 7)]
    epoch = 4
    assert of[epoch - 1] > of[epoch]
    until = Until.read(f"{what} < {(of[epoch - 1] + of[epoch]) / 2!r}")
    for session in sessions(CLASSES, Plan(50, every=50, until=until, metric="mean_squared_error")):
        assert [report.epoch for report in session.reports()] == [0, epoch]
        assert (session.ending, session.epoch) == ("until", epoch)


def test_a_number_that_is_not_below_is_not_reached() -> None:
    """E < its very number is false."""
    loss = trace(read_example(CLASSES), step=1)["E"].value
    session = Session(read_example(CLASSES), Plan(1, until=Until("E", loss)))
    assert not session.reached(Until("E", loss))
    assert session.reached(Until("E", math.nextafter(loss, 1)))
    assert not session.reached(Until("metric", 1e9))  # none was asked for


@pytest.mark.parametrize(("epochs", "every", "epochs_of_reports"), [
    (10, 4, [0, 4, 8, 10]), (8, 4, [0, 4, 8]), (3, 4, [0, 3]), (1, 1, [0, 1]), (600, 250, [0, 250, 500, 600]),
])  # fmt: skip
def test_reports_come_at_the_start_at_intervals_and_at_the_end(
    epochs: int, every: int, epochs_of_reports: list[int]
) -> None:
    for session in sessions(CLASSES, Plan(epochs, every)):
        assert [report.epoch for report in session.reports()] == epochs_of_reports
        places = [epoch for epoch, *_ in session.curve]
        apart = max(1, epochs // CURVE_POINTS)
        assert places[0] == 0 and places[-1] == epochs
        assert all(later - earlier >= apart for earlier, later in pairwise(places[:-1]))
        assert len(places) <= 2 * CURVE_POINTS + 2


GROWING = """
inputs: {x: [1, 1, 1]}
targets: {o: [0, 0, 0]}
layers: [{units: [o], activation: identity, weights: [[1]]}]
loss: half_squared_error
learning_rate: 1e20
"""
"""w+ = w - 1e20 w at each sample: |w| is 1e20, 1e40, ... and E = w^2/2 leaves the floats with the eighth update."""


@pytest.mark.parametrize(("more", "each"), [("", 1), ("batch_size: 1\n", 3), ("batch_size: 2\n", 2)])
def test_a_run_that_breaks_has_made_the_steps_before_the_one_that_broke(more: str, each: int) -> None:
    example = read_example(GROWING + more)
    with pytest.raises(ComputationError) as broken:
        list(traces(example, steps=range(1, 40)))
    step = broken.value.step
    assert step is not None
    session = Session(example, Plan(40, every=40))
    list(session.reports())
    assert session.broken is not None
    assert (session.ending, session.broken.step) == ("broken", step)
    assert (session.steps_made, session.epoch) == (step - 1, (step - 1) // each)
    reached = trace(example, step=step - 1) if step > 1 else None
    assert reached is None or session.run.givens[example.rule.trained[0]] == reached["w_x_o+"].value


@pytest.mark.parametrize("at", [1, 9, 10, 11, 30])
def test_ctrl_c_ends_a_run_with_a_report_of_what_was_reached(at: int) -> None:
    """After the epoch in which it comes; once, where that has its report anyway."""

    def tick(epoch: int) -> None:
        if epoch >= at:
            raise KeyboardInterrupt

    for session in sessions(CLASSES, Plan(40, every=10, tick=tick)):
        epochs = [report.epoch for report in session.reports()]
        assert (session.ending, epochs[-1]) == ("interrupted", session.epoch)
        assert at <= session.epoch < 40
        assert epochs[:-1] == [epoch for epoch in (0, 10, 20, 30) if epoch < session.epoch]
        assert session.loss() == pytest.approx(trace(read_example(CLASSES), step=session.epoch + 1)["E"].value)


def test_ctrl_c_before_the_first_report_is_a_run_of_no_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(session: Session) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Session, "note", interrupted)
    for session in sessions(CLASSES, Plan(40)):
        assert [report.epoch for report in session.reports()] == [0]
        assert session.ending == "interrupted"


@pytest.mark.parametrize(
    ("outputs", "right"), [((0.4, 0.3), False), ((0.4, 0.6), True), ((0.6, 0.7), True), ((0.5, 0.5), False)]
)
def test_classified_by_the_largest_or_by_the_side(outputs: tuple[float, float], right: bool) -> None:
    """Targets 0 and 1: softmax asks which is the largest, others on which side of 1/2 each is."""
    biases = ", ".join(repr(math.log(value / (1 - value))) for value in outputs)
    text = (
        "inputs: {x: 0}\ntargets: {o1: 0, o2: 1}\nlayers: [{units: [o1, o2], activation: %s, weights: [[0], [0]], "
        "bias: [%s]}]\nloss: half_squared_error\nlearning_rate: 0.1\n"
    )
    by_side = outputs[0] < 0.5 < outputs[1]
    assert Session(read_example(text % ("softmax", biases)), Plan(1)).classified() is right
    assert Session(read_example(text % ("sigmoid", biases)), Plan(1)).classified() is by_side


def test_what_train_returns() -> None:
    assert [report.epoch for report in train(read_example(CLASSES), 3).reports] == [0, 1, 2, 3]
    done = train(read_example(CLASSES), 20, every=10, until="E < 1e-9")
    assert [report.epoch for report in done.reports] == [0, 10, 20]
    assert done.ending == "epochs"
    last = trace(read_example(CLASSES), step=20)
    assert {name: float(text) for name, text in done.example.values.items() if name in done.example.rule.trained} == {
        old: last.values[new] for new, old in last.listing.carried
    }
    assert "20 epochs" in repr(done)
