"""Many steps: published ends of runs, the same bits as traced steps, batches, stopping, saving, bad input."""

from __future__ import annotations

import csv
import io
import os
import random
import re
import signal
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path

import pytest

from backprop_trace.cli import main
from backprop_trace.files.source import SourceError
from backprop_trace.files.spec import Example, load, read_example
from backprop_trace.files.start_values import DISTRIBUTIONS, draw
from backprop_trace.formulas.arithmetic import FLOAT, ComputationError
from backprop_trace.formulas.expr import Difference, Name, Product, Sum, after, given
from backprop_trace.model.batches import Batching
from backprop_trace.model.catalogue import ACTIVATIONS, LOSSES, OPTIMIZERS
from backprop_trace.model.chain import Equation
from backprop_trace.model.network import Listing
from backprop_trace.run.step import Settings, trace, traces
from backprop_trace.run.train import Run
from backprop_trace.run.train.compiled import _Writer, compiled_steps
from backprop_trace.run.train.session import Plan, Session, Until, overfitting, vanishing

XOR = """
inputs: {x1: [0, 0, 1, 1], x2: [0, 1, 0, 1]}
targets: {o1: [0, 1, 1, 0]}
layers:
  - {units: 4, activation: sigmoid, weights: {random: uniform, from: -1, to: 1, seed: 7},
     bias: {random: uniform, from: -1, to: 1, seed: 7}}
  - {units: 1, activation: sigmoid, weights: {random: uniform, from: -1, to: 1, seed: 7}, bias: [0]}
loss: half_squared_error
"""


def xor(more: str = "learning_rate: 0.1") -> Example:
    return read_example(XOR + more)


def cli(*arguments: str) -> int:
    sys.argv = ["backprop-trace", *arguments]
    try:
        main()
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["backprop-trace"])
    return tmp_path


# --- where runs end ---


def test_mazurs_network_ends_at_the_published_losses() -> None:
    """The true values after 9,999 and 10,000 updates (his own, .0000351085, is the first of them)."""
    last, after = traces(load("mazur"), steps=[10_000, 10_001])
    assert last["E"].value == pytest.approx(3.510854812e-05, rel=1e-9)
    assert after["E"].value == pytest.approx(3.510187783e-05, rel=1e-9)


def test_mazurs_network_in_certified_digits_agrees_with_the_floats_after_10000_steps() -> None:
    mazur = load("mazur")
    exact = trace(mazur, Settings("exact"), step=10_000)["E"].value
    assert trace(mazur, step=10_000)["E"].value == pytest.approx(float(exact), rel=1e-10)


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [("nielsen", 0.8175744762, 0.0939556949), ("nielsen-slow", 0.9820137900, 0.2028484243)],
)
def test_nielsens_neuron_ends_where_his_book_says(name: str, first: float, last: float) -> None:
    start, end = traces(load(name), steps=[1, 301])
    assert start["out_a"].value == pytest.approx(first, rel=1e-9)
    assert end["out_a"].value == pytest.approx(last, rel=1e-9)


def test_xor_is_learned_from_seeded_weights() -> None:
    session = Session(xor("learning_rate: 0.5"), Plan(20_000, every=4_000, metric="mean_squared_error"))
    reports = list(session.reports())
    assert [report.epoch for report in reports] == [0, 4_000, 8_000, 12_000, 16_000, 20_000]
    assert session.classified()
    last = reports[-1]
    assert last.metric == pytest.approx(2 * last.loss / 4)  # mean of the squares against half their sum


# --- the same bits ---


def weights(example: Example, step: int) -> list[float]:
    """The trained numbers after some updates, by the compiled loop."""
    run = Run.of(example.network, example.batching, example.values)
    run.advance(1, step + 1)
    return [run.givens[name] for name in run.olds]


def traced(example: Example, step: int) -> list[float]:
    """The same by traced steps, one after the other."""
    last = list(traces(example, steps=range(1, step + 1)))[-1]
    return [last.values[new] for new, _ in last.listing.carried]


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("batches", ["", "batch_size: 3", "batch_size: 1\nshuffle: 5", "batch_size: 2\nbatch: mean"])
def test_compiled_steps_have_the_bits_of_traced_steps(name: str, batches: str) -> None:
    for convention in OPTIMIZERS[name]:
        rate = "" if (name, convention) == ("adadelta", "paper") else ", learning_rate: 0.3"
        text = XOR.replace("[0, 0, 1, 1]", "[-1, -1, 1, 1]").replace("[0, 1, 0, 1]", "[-1, 1, -1, 1]")
        example = read_example(f"{text}optimizer: {{name: {name}, convention: {convention}{rate}}}\n{batches}")
        assert weights(example, 12) == traced(example, 12)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("loss", ["half_squared_error", "mean_squared_error", "binary_cross_entropy"])
def test_every_activation_and_loss_has_the_same_bits_compiled(activation: str, loss: str) -> None:
    text = XOR.replace("units: 4, activation: sigmoid", f"units: 4, activation: {activation}")
    example = read_example(text.replace("half_squared_error", loss) + "learning_rate: 0.2")
    assert weights(example, 9) == traced(example, 9)


def test_a_weight_that_is_passed_on_unchanged_is_not_taken_after_its_update() -> None:
    """With x = 1 and identity activations out_h is w1: dE/dw2 must use the w1 from before the step."""
    example = read_example("""
        inputs: {x: 1}
        targets: {o: 2}
        parameters: {w1: 0.5, w2: 0.3}
        layers:
          - {units: [h], activation: identity, weights: [[w1]]}
          - {units: [o], activation: identity, weights: [[w2]]}
        loss: half_squared_error
        learning_rate: 0.1
    """)
    w1, w2 = 0.5, 0.3
    for _ in range(10):
        delta = w2 * w1 - 2
        w1, w2 = w1 - 0.1 * delta * w2, w2 - 0.1 * delta * w1
    assert weights(example, 10) == pytest.approx([w1, w2], rel=1e-14)


@pytest.mark.parametrize("seed", range(100))
def test_ones_and_zeros_that_are_left_out_change_no_bit(seed: int) -> None:
    chance = random.Random(seed)

    def few(count: int) -> list[str]:
        return [chance.choice(("0", "1", "1", "-1", "0.5")) for _ in range(count)]

    sizes, samples = [chance.choice((1, 1, 2, 3)) for _ in range(3)], chance.choice((1, 1, 3))
    text = f"inputs: {{{', '.join(f'x{k}: {few(samples)}' for k in range(sizes[0]))}}}\n"
    text += f"targets: {{{', '.join(f'o{k}: {few(samples)}' for k in range(sizes[2]))}}}\nlayers:\n"
    for depth, (before, count) in enumerate(pairwise(sizes)):
        units = ", ".join(f"{'ho'[depth]}{k}" for k in range(count))
        activation = chance.choice(("identity", "identity", "relu", "tanh"))
        text += f"  - {{units: [{units}], activation: {activation}, weights: {[few(before) for _ in range(count)]}"
        text += f", bias: {few(count)}}}\n" if chance.random() < 0.5 else "}\n"
    rule = chance.choice(("sgd", "momentum", "adam", "adagrad"))
    text += f"loss: half_squared_error\noptimizer: {{name: {rule}, learning_rate: {chance.choice(('0.1', '0.2'))}}}\n"
    text += chance.choice(("", "batch_size: 1\n"))
    example = read_example(text.replace("'", ""))
    for step in (2, 5, 9):
        assert weights(example, step) == traced(example, step)


def test_exponentials_that_overflow_have_the_same_bits_compiled() -> None:
    text = XOR.replace("x1: [0, 0, 1, 1]", "x1: [0, 0, -5000, 5000]")
    example = read_example(text + "learning_rate: 0.1")
    assert weights(example, 9) == traced(example, 9)


# --- batches ---


@pytest.mark.parametrize("seed", [None, 0, 7, 123456789])
@pytest.mark.parametrize("size", [1, 2, 3, 5, 7])
def test_every_sample_is_seen_once_in_every_epoch(seed: int | None, size: int) -> None:
    plan = Batching(size, seed)
    steps = plan.steps_per_epoch(7)
    for epoch in range(3):
        seen = [sample for k in range(steps) for sample in plan.samples_at(epoch * steps + k + 1, 7)]
        assert sorted(map(int, filter(None, seen))) == [1, 2, 3, 4, 5, 6, 7]


def test_the_order_of_a_seed_never_changes() -> None:
    """Numbers of random.Random((7 << 64) + epoch).random(), shuffled as Fisher and Yates do, worked out by hand."""
    import random

    generator = random.Random((7 << 64) + 1)
    order = [1, 2, 3, 4, 5]
    for place in (4, 3, 2, 1):
        other = int(generator.random() * (place + 1))
        order[place], order[other] = order[other], order[place]
    plan = Batching(1, seed=7)
    assert [plan.samples_at(5 + k, 5) for k in range(1, 6)] == [(sample,) for sample in order]


def test_a_step_of_a_mini_batch_has_only_its_samples() -> None:
    step = trace(xor("learning_rate: 0.1\nbatch_size: 3\nshuffle: 7"), step=4)
    samples = {name.sample for name in step.by_name if name.sample is not None}
    assert samples == set(Batching(3, 7).samples_at(4, 4))
    assert len(samples) == 1  # the rest of the second epoch


def test_show_at_shows_the_step_that_train_makes(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "xor.yaml").write_text(XOR + "learning_rate: 0.5")
    options = ["--batch-size", "3", "--shuffle", "--seed", "11"]
    assert cli("train", "xor.yaml", "--epochs", "5", *options, "--save", "after.yaml") == 0
    saved = load("after.yaml")
    capsys.readouterr()
    assert cli("show", "xor.yaml", "--at", "11", *options, "-f", "json") == 0
    example = load("xor.yaml")._replace(batching=Batching(3, 11))
    eleventh = trace(example, step=11)
    for name in example.network.trained:
        assert float(saved.values[name]) == eleventh.values[name]


# --- stopping, and what is said ---


def test_training_stops_at_a_threshold_and_not_before() -> None:
    session = Session(xor("learning_rate: 0.5"), Plan(50_000, 50_000, Until.read("E < 0.05")))
    last = list(session.reports())[-1]
    assert session.ending == "until"
    assert last.loss < 0.05 <= trace(xor("learning_rate: 0.5"), step=last.epoch)["E"].value


def test_training_stops_when_every_sample_is_classified() -> None:
    session = Session(xor("learning_rate: 0.5"), Plan(50_000, 50_000, Until.read("classified")))
    list(session.reports())
    outputs = [session.predictions()[Name("out", "o1", sample=k)] for k in (1, 2, 3, 4)]
    assert [out > 0.5 for out in outputs] == [False, True, True, False]
    before = trace(xor("learning_rate: 0.5"), step=session.epoch)
    assert [before[f"out_o1[{k}]"].value > 0.5 for k in (1, 2, 3, 4)] != [False, True, True, False]


def test_softmax_is_classified_by_its_largest_output() -> None:
    session = Session(load("deep"), Plan(2_000, 2_000, Until.read("classified")))
    list(session.reports())
    assert session.classified()


def test_training_stops_where_the_loss_no_longer_falls() -> None:
    session = Session(load("one-weight"), Plan(10_000, 1_000, patience=5))
    list(session.reports())
    assert session.ending == "patience"
    assert session.epoch < 200


def test_samples_held_out_are_looked_at_and_not_learned_from() -> None:
    held_out = "\nvalidation: [{inputs: [0.5, 0.5], targets: [1]}]".replace("[0.5, 0.5]", "{x1: 0.5, x2: 0.5}")
    with_, without = Session(xor("learning_rate: 0.5" + held_out), Plan(100)), Session(
        xor("learning_rate: 0.5"), Plan(100)
    )  # fmt: skip
    reports, others = list(with_.reports()), list(without.reports())
    assert [report.loss for report in reports] == [other.loss for other in others]
    assert all(report.validation is not None for report in reports)


def test_overfitting_is_said() -> None:
    assert "epoch 20" in overfitting([(0, 1.0, 1.0), (20, 0.5, 0.6), (40, 0.2, 0.9)])
    assert not overfitting([(0, 1.0, 1.0), (20, 0.5, 0.6), (40, 0.2, 0.5)])


def sigmoid_tower(depth: int, scale: str) -> Example:
    """A chain of single sigmoid units: every layer multiplies the gradient by at most a quarter of its weight."""
    layers = "".join(
        f"  - {{units: [u{k}], activation: sigmoid, weights: [[{scale}]], bias: [0]}}\n" for k in range(depth)
    )
    text = (
        f"inputs: {{x: 1}}\ntargets: {{u{depth - 1}: 1}}\nlayers:\n{layers}loss: half_squared_error\nlearning_rate: 0.1"
    )
    return read_example(text)


def test_vanishing_gradients_are_seen_and_said() -> None:
    (first, *_) = Session(sigmoid_tower(9, "1"), Plan(1)).reports()
    assert "vanish" in vanishing(first)
    assert "layer 1" in vanishing(first)


def test_exploding_gradients_are_seen_and_said() -> None:
    text = "".join(f"  - {{units: [u{k}], activation: identity, weights: [[10]]}}\n" for k in range(6))
    example = read_example(
        f"inputs: {{x: 1}}\ntargets: {{u5: 1}}\nlayers:\n{text}loss: half_squared_error\nlearning_rate: 1e-9"
    )
    wide = example._replace(values={**example.values, given("w_x_u0"): "0.001"})
    (first, *_) = Session(wide, Plan(1)).reports()
    assert "explode" in vanishing(first)


def test_shallow_networks_get_no_word() -> None:
    (first, *_) = Session(load("mazur"), Plan(1)).reports()
    assert vanishing(first) == ""


def test_the_gradients_of_a_report_are_those_of_the_trace() -> None:
    (first, *_) = Session(load("mazur"), Plan(1)).reports()
    step = trace(load("mazur"))
    second = sorted(abs(step[f"dE/dw{k}"].value) for k in (5, 6, 7, 8))
    assert first.layers[1] == (second[-1], second[0])


# --- saving ---


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_saved_network_goes_on_where_it_stopped(optimizer: str, folder: Path) -> None:
    rate = "" if optimizer == "adadelta" else ", learning_rate: 0.3"
    (folder / "start.yaml").write_text(XOR + f"optimizer: {{name: {optimizer}{rate}}}")
    assert cli("train", "start.yaml", "--epochs", "20", "--save", "saved.yaml") == 0
    continued, whole = trace(load("saved.yaml")), trace(load("start.yaml"), step=21)
    assert [line.value for line in continued.lines] == [line.value for line in whole.lines]


@pytest.mark.parametrize("name", ["mazur", "xor", "udacity", "deep", "cheng", "han-kamber", "nielsen", "one-weight"])
def test_every_shipped_example_can_be_trained_saved_and_loaded(name: str, folder: Path) -> None:
    assert cli("train", name, "--epochs", "3", "--save", "saved.yaml") == 0
    assert [line.value for line in trace(load("saved.yaml")).lines] == [
        line.value for line in trace(load(name), step=4).lines
    ]


def test_a_saved_network_keeps_what_was_set_for_the_run(folder: Path) -> None:
    assert cli("train", "mazur", "--epochs", "3", "--set", "eta=0.25", "--set", "i1=0.5", "--save", "saved.yaml") == 0
    saved = load("saved.yaml")
    assert (saved.values[given("eta")], saved.values[given("i1")]) == ("0.25", "0.5")
    assert saved.published is None


@pytest.mark.parametrize("in_file", ["", "batch_size: 3\nshuffle: 9\n"])
def test_a_saved_network_keeps_the_mini_batches_of_the_run(in_file: str, folder: Path) -> None:
    (folder / "start.yaml").write_text(XOR + "learning_rate: 0.3\n" + in_file)
    assert cli("train", "start.yaml", "--epochs", "2", "--batch-size", "2", "--save", "saved.yaml") == 0
    saved = load("saved.yaml")
    assert saved.batching == Batching(2, 9 if in_file else None, 4 if in_file else 0)
    start = load("start.yaml")
    for step in (1, 2, 3):
        goes_on, whole = (
            trace(saved, step=step),
            trace(start._replace(batching=Batching(2, saved.batching.seed)), step=4 + step),
        )
        assert [line.value for line in goes_on.lines] == [line.value for line in whole.lines]


def test_a_file_that_is_there_stays(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "saved.yaml").write_text("mine")
    assert cli("train", "mazur", "--save", "saved.yaml") == 2
    assert (folder / "saved.yaml").read_text() == "mine"
    assert "--force" in capsys.readouterr().err


def test_the_log_has_a_line_for_each_report(folder: Path) -> None:
    assert cli("train", "xor", "--epochs", "8", "--every", "4", "--log", "losses.csv") == 0
    rows = list(csv.DictReader(io.StringIO((folder / "losses.csv").read_text())))
    assert [row["epoch"] for row in rows] == ["0", "4", "8"]
    assert float(rows[1]["E"]) == trace(load("xor"), step=5)["E"].value


# --- random numbers and files of samples ---


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_random_numbers_are_the_same_every_time_and_look_like_their_distribution(name: str) -> None:
    numbers = list(map(float, draw(name, {"in": 8, "out": 4}, 4_000, seed=3, stream=1)))
    assert numbers == list(map(float, draw(name, {"in": 8, "out": 4}, 4_000, seed=3, stream=1)))
    deviation = {"uniform": 3**-0.5, "normal": 1, "xavier": (2 / 12) ** 0.5, "he": 0.5}[name]
    assert sum(numbers) / 4_000 == pytest.approx(0, abs=4 * deviation / 4_000**0.5)
    assert (sum(x * x for x in numbers) / 4_000) ** 0.5 == pytest.approx(deviation, rel=0.05)


def test_drawn_weights_are_givens() -> None:
    example = xor()
    drawn = [text for name, text in example.values.items() if name.label.startswith("w_")]
    assert len(drawn) == 12
    assert all(re.fullmatch(r"-?0\.\d{4}", text) for text in drawn)
    assert example.values == xor().values


def test_samples_from_a_file_are_those_in_the_file(folder: Path) -> None:
    (folder / "data.csv").write_text('x1;"x2";wanted\n0;0;0\n0;1;1\n\n1;0;1\n1;1;0\n')
    columns = "samples: {file: data.csv, inputs: [x1, x2], targets: {o1: wanted}}"
    rest = "\n".join(XOR.strip().splitlines()[2:])
    (folder / "net.yaml").write_text(f"{columns}\n{rest}\nlearning_rate: 0.1\n")
    ours, plain = trace(load("net.yaml")), trace(xor())
    assert [line.value for line in ours.lines] == [line.value for line in plain.lines]


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("x1,x2,want\n0,0,1\n", "data.csv:1:1", "'wanted' is missing"),
        ("x1,x2,wanted\n0,0,1\n0,1\n", "data.csv:3:1", "2 cells here, 3 columns"),
        ("x1,x2,wanted\n0,0,1\n0,abc,1\n", "data.csv:3:3", "'abc'"),
        ("x1,x2,wanted\n0,0,\n", "data.csv:2:5", "an empty cell"),
        ("x1,x2,wanted\n0,nan,1\n", "data.csv:2:3", "finite"),
        ("x1,x2,wanted\n", "data.csv", "not a single sample"),
        ("", "data.csv", "missing"),
        ("x1,x2,wanted,x1\n1,2,3,4\n", "data.csv:1:1", "twice"),
        (None, "data.csv", "no such file"),
    ],
)
def test_a_bad_file_of_samples_is_named_with_line_and_column(
    folder: Path, capsys: pytest.CaptureFixture[str], text: str | None, place: str, message: str
) -> None:
    if text is not None:
        (folder / "data.csv").write_text(text)
    columns = "samples: {file: data.csv, inputs: [x1, x2], targets: {o1: wanted}}"
    rest = "\n".join(XOR.strip().splitlines()[2:])
    (folder / "net.yaml").write_text(f"{columns}\n{rest}\nlearning_rate: 0.1\n")
    assert cli("show", "net.yaml") == 2
    printed = capsys.readouterr()
    assert (place in printed.err, message in printed.err, printed.out) == (True, True, "")


# --- bad input ---


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("learning_rate: 0", "greater than 0"),
        ("learning_rate: nan", "finite"),
        ("learning_rate: -0.1", "greater than 0"),
        ("learning_rate: 0.1\nbatch_size: 5", "mini-batch of 5"),
        ("learning_rate: 0.1\nbatch_size: 0", "whole number"),
        ("learning_rate: 0.1\nshuffle: 3", "batch_size"),
        ("learning_rate: 0.1\nbatch_size: 2\nshuffle: true", "whole number"),
        ("optimizer: {name: adam, beta1: 1}", "below 1"),
        ("optimizer: {name: adam, beta1: -0.5}", "below 0"),
        ("optimizer: {name: adam, rho: 0.5}", "no rho"),
        ("optimizer: {name: adam, convention: tensorflow}", "tensorflow"),
        ("optimizer: {name: adadelta, learning_rate: 1}", "no learning rate"),
        ("optimizer: {name: adam, state: {m_w9: 1}}", "m_w9"),
        ("optimizer: adm", "did you mean 'adam'"),
        ("learning_rate: 0.1\nvalidation: [{inputs: {x1: 1}, targets: [1]}]", "the inputs are x1, x2"),
    ],
)
def test_bad_settings_are_refused_with_a_word(
    folder: Path, capsys: pytest.CaptureFixture[str], change: str, message: str
) -> None:
    (folder / "net.yaml").write_text(XOR + change)
    assert cli("train", "net.yaml") == 2
    printed = capsys.readouterr()
    assert message in printed.err
    assert "net.yaml:" in printed.err
    assert printed.out == ""


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--epochs", "0"], "at least 1"),
        (["--epochs", "1000000000000000"], "limit"),
        (["--batch-size", "9"], "4"),
        (["--shuffle"], "--batch-size"),
        (["--until", "E > 3"], "write"),
        (["--until", "E < x"], "not a number"),
        (["--until", "validation < 1"], "validation"),
        (["--metric", "hinge"], "known"),
        (["--set", "eta=0"], "greater than 0"),
        (["--save", "nowhere/x.yaml"], "folder"),
        (["--save", "a.yaml", "--log", "./a.yaml"], "same file"),
    ],
)
def test_bad_options_are_refused_with_a_word(
    folder: Path, capsys: pytest.CaptureFixture[str], options: list[str], message: str
) -> None:
    assert cli("train", "xor", *options) == 2
    printed = capsys.readouterr()
    assert message in printed.err
    assert printed.out == ""


@pytest.mark.parametrize("batch", [[], ["--batch-size", "1"]])
def test_show_and_train_name_the_first_step_that_breaks(
    folder: Path, capsys: pytest.CaptureFixture[str], batch: list[str]
) -> None:
    """A loss overflows long before the weights do; train looks at it every few epochs only."""
    (folder / "net.yaml").write_text("""
        inputs: {x1: [1, 2], x2: [3, -1]}
        targets: {o1: [1, 5]}
        layers: [{units: [o1], activation: identity, weights: [[2, -1]], bias: 0}]
        loss: half_squared_error
        learning_rate: 10
    """)
    w1, w2, b = 2.0, -1.0, 0.0
    samples = [((1, 3), 1), ((2, -1), 5)]
    for step in range(1, 1000):
        used = [samples[(step - 1) % 2]] if batch else samples
        errors = [w1 * x[0] + w2 * x[1] + b - t for x, t in used]
        if any(abs(error) > 1.8e154 for error in errors):
            break
        w1 -= 10 * sum(error * x[0] for error, (x, _) in zip(errors, used, strict=True))
        w2 -= 10 * sum(error * x[1] for error, (x, _) in zip(errors, used, strict=True))
        b -= 10 * sum(errors)
    assert cli("show", "net.yaml", "--at", "1000", *batch) == 3
    assert f"E_o1[1] (training step {step})" in capsys.readouterr().err
    assert cli("train", "net.yaml", "--epochs", "1000", *batch) == 3
    assert f"E_o1[1] (training step {step})" in capsys.readouterr().err


def test_what_was_asked_for_is_saved_though_nobody_reads_the_table(folder: Path) -> None:
    """As in `train ... | head -1`: the files are still written."""
    code = "import sys; from backprop_trace.cli import main; main()"
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-c", code, "train", "xor", "--epochs", "3", "--save", "saved.yaml", "--log", "log.csv"]
    with os.fdopen(writing, "w") as closed:
        done = subprocess.run(command, stdout=closed, stderr=subprocess.PIPE, check=False, cwd=folder)
    assert b"Traceback" not in done.stderr
    assert trace(load("saved.yaml"))["E"].value == trace(load("xor"), step=4)["E"].value
    assert (folder / "log.csv").read_text().count("\n") == 5


@pytest.mark.skipif(os.name == "nt", reason="a POSIX shell")
def test_a_closed_output_is_no_accident(folder: Path) -> None:
    command = f"{sys.executable} -m backprop_trace train xor --epochs 3 --save saved.yaml >&-"
    done = subprocess.run(["sh", "-c", command], capture_output=True, check=False, cwd=folder)
    assert (done.returncode, done.stderr) == (0, b"")
    assert load("saved.yaml").network.samples == 4


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["train", "mazur", "--until", "E < 1e400"], "out of range"),
        (["train", "mazur", "--set", "target_o1=0.5", "--until", "classified"], "target_o1 is 0.5"),
        (["sweep", "mazur", "w1", "--from", "0", "--to", "1e309"], "out of range"),
        (["show", "mazur", "--steps", "100000000000"], "--at 100000000000"),
        (["show", "mazur", "--at", "10000000000000"], "no machine"),
        (["sweep", "mazur", "w1", "--from", "0", "--to", "1", "--at", "10000000000000"], "no machine"),
    ],
)
def test_what_cannot_be_reached_is_refused(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    assert cli(*arguments) == 2
    printed = capsys.readouterr()
    assert (printed.out, message in printed.err, "Traceback" in printed.err) == ("", True, False)


def test_samples_held_out_may_stand_in_columns() -> None:
    columns = "validation: {inputs: {x1: [0.5, 1], x2: [0, 0.5]}, targets: {o1: [1, 0]}}"
    rows = "validation: [{inputs: {x1: 0.5, x2: 0}, targets: {o1: 1}}, {inputs: {x1: 1, x2: 0.5}, targets: {o1: 0}}]"
    one, other = (read_example(f"{XOR}learning_rate: 0.1\n{text}\n") for text in (columns, rows))
    assert one.held_out == other.held_out
    assert one.held_out.samples == 2


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ("{inputs: {x1: [0, 1], x2: [0]}, targets: {o1: [1, 0]}}", "1 numbers here, 2 in the columns before"),
        ("{inputs: {x1: [0, 1], z: [0, 1]}, targets: {o1: [1, 0]}}", "columns with the names x1, x2"),
        ("{inputs: {x1: [0, 1], x2: [0, 1]}}", "lacks the key 'targets'"),
        ("{inputs: {x1: [0, 1], x2: [0, 1]}, targets: [1, 0]}", "columns with the names o1"),
        ("{inputs: {x1: ~, x2: 1}, targets: {o1: 1}}", "a number for every input and output"),
        ("[{inputs: {x1: ~, x2: 1}, targets: {o1: 1}}]", "a number for every input and output"),
        ("{inputs: {x1: [a, 1], x2: [0, 1]}, targets: {o1: [1, 0]}}", "not a number"),
        ("[]", "must be a list"),
    ],
)
def test_samples_held_out_that_cannot_be_are_refused(columns: str, message: str) -> None:
    with pytest.raises(SourceError) as wrong:
        read_example(f"{XOR}learning_rate: 0.1\nvalidation: {columns}\n")
    assert message in str(wrong.value)
    assert str(wrong.value).count("error:") == 1


def test_mini_batches_of_another_size_begin_anew(folder: Path) -> None:
    (folder / "net.yaml").write_text(f"{XOR}learning_rate: 0.1\nbatch_size: 3\nshuffle: 4\nsteps_done: 10\n")
    assert cli("train", "net.yaml", "--epochs", "1", "--batch-size", "1", "--save", "saved.yaml") == 0
    assert load("saved.yaml").batching == Batching(1, 4, 4)


def test_the_search_for_the_first_broken_step_takes_no_longer_than_the_run() -> None:
    """Sixty samples, one a step: the losses overflow long before the weights."""
    numbers = ", ".join(["1", "0.9", "0.8"] * 20)
    example = read_example(f"""
        inputs: {{x: [{numbers}]}}
        targets: {{o: [{numbers}]}}
        layers: [{{units: [o], activation: identity, weights: [[0.5]]}}]
        loss: half_squared_error
        learning_rate: 2.6
        batch_size: 1
    """)
    counted = 0

    class Counted(Run):
        def plain_step(self, step: int) -> bool:
            nonlocal counted
            counted += 1
            return super().plain_step(step)

    run = Counted.of(example.network, example.batching, example.values)
    with pytest.raises(ComputationError) as broken:
        run.advance(1, 100_000)
    assert broken.value.step is not None
    assert counted < 500
    w, step = 0.5, 1
    while abs(w - 1) < 1.8e154:
        x = (1, 0.9, 0.8)[(step - 1) % 3]
        w, step = w - 2.6 * (w - 1) * x * x, step + 1
    assert abs(broken.value.step - step) <= 120


def test_no_improvement_says_whose_loss(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = f"{XOR}learning_rate: 0.5\nvalidation: {{inputs: {{x1: [0], x2: [0]}}, targets: {{o1: [1]}}}}\n"
    (folder / "net.yaml").write_text(text)
    assert cli("train", "net.yaml", "--epochs", "5000", "--patience", "5") == 0
    assert "the least loss of the held-out samples was at epoch" in " ".join(capsys.readouterr().out.split())


def test_a_run_that_overflows_names_the_step_and_keeps_what_was_reached(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "net.yaml").write_text(XOR.replace("sigmoid", "identity") + "learning_rate: 1e4")
    assert cli("train", "net.yaml", "--epochs", "1000", "--save", "saved.yaml") == 3
    printed = capsys.readouterr()
    step = int(re.search(r"training step (\d+)", printed.err)[1])  # type: ignore[index]
    kept = trace(load("net.yaml"), step=step - 1)
    saved = load("saved.yaml")
    assert all(float(saved.values[old]) == kept.values[new] for new, old in kept.listing.carried)
    assert "what was reached" in printed.out


def test_the_step_that_breaks_is_found_in_a_long_compiled_run() -> None:
    example = read_example(XOR.replace("sigmoid", "identity") + "learning_rate: 1.9")
    run = Run.of(example.network, example.batching, example.values)
    with pytest.raises(ComputationError) as compiled:
        run.advance(1, 100_000)
    step = compiled.value.step
    assert step is not None
    with pytest.raises(ComputationError) as plain:
        list(traces(example, steps=range(1, step + 1)))
    assert (plain.value.step, plain.value.name) == (step, compiled.value.name)
    kept = trace(example, step=step - 1)
    assert [run.givens[old] for _, old in kept.listing.carried] == [kept.values[new] for new, _ in kept.listing.carried]


def test_matrices_that_overflow_keep_what_was_reached() -> None:
    pytest.importorskip("numpy", reason="the extra `fast` is not installed")
    from backprop_trace.run.train.matrices import Matrices

    example = read_example(XOR.replace("sigmoid", "identity") + "learning_rate: 1e4")
    matrices = Matrices.of(example)
    with pytest.raises(ComputationError) as broken:
        matrices.advance(1, 1_000)
    assert broken.value.step is not None
    with pytest.raises(ComputationError) as traced_:
        list(traces(example, steps=range(1, broken.value.step + 1)))
    assert (traced_.value.step, traced_.value.name) == (broken.value.step, broken.value.name)
    kept, found = trace(example, step=broken.value.step - 1), matrices.values()
    for new, old in kept.listing.carried:
        assert found[old] == pytest.approx(kept.values[new], rel=1e-9)


def test_what_changes_nothing_is_left_out_of_the_compiled_code() -> None:
    """net = w1 x1 + w2 x2 + b with x1 = 0 and x2 = 1 is w2 + b; t - 0 is t; a factor 1 goes."""
    w, v, x, y, b, net = (given(letter) for letter in ("w", "v", "x", "y", "b", "net"))
    line = Equation(net, Difference(Product((Sum((Product((w, x)), Product((v, y)), b)), y)), x), (), "forward")
    writer = _Writer([line], [net], [w, v, b], {x: 0.0, y: 1.0}, FLOAT)
    assert writer.body == ["v3 = v1 + v2"]


def test_new_values_do_not_take_the_place_of_old_ones_that_are_still_needed() -> None:
    """Fibonacci's numbers: a+ = b, b+ = a + b; written in place too early, the sum would be 2 b."""
    a, b = given("a"), given("b")
    lines = (Equation(after(a), Sum((b,)), (), "update"), Equation(after(b), Sum((a, b)), (), "update"))
    steps = compiled_steps(Listing(lines, ((after(a), a), (after(b), b))), (), {}, FLOAT)
    assert steps(lambda: range(10), 0.0, 1.0) == (55.0, 89.0)


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX systems")
def test_ctrl_c_ends_a_very_long_run_and_keeps_what_was_reached(folder: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "backprop_trace",
        "train",
        "mazur",
        "--epochs",
        "1000000000",
        "--save",
        "saved.yaml",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
        time.sleep(3)
        run.send_signal(signal.SIGINT)
        out, err = run.communicate(timeout=20)
    assert run.returncode == 130
    assert "interrupted after" in out
    assert "Traceback" not in err
    assert "epochs take about" in err
    assert trace(load("saved.yaml"))["E"].value < 1e-4


# --- what is printed ---


def test_the_report_of_a_run_fits_80_columns_and_has_what_it_promises(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli("train", "xor", "--epochs", "10000", "--every", "4000", "--width", "80") == 0
    printed = capsys.readouterr()
    assert max(map(len, printed.out.splitlines())) <= 130  # the first lines are the example's own
    body = printed.out.split("gradient\n", 1)[1]
    assert max(map(len, body.splitlines())) <= 80
    epochs = re.findall(r"^ *(\d+)  +0\.\d+", body, re.MULTILINE)
    assert epochs == ["0", "4000", "8000", "10000"]
    for word in ("The loss", "The parameters after 10,000 epochs", "The predictions", "every sample is"):
        assert word in body
    assert printed.err == ""


def test_compare_shows_the_forward_pass_before_and_after(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli("show", "mazur", "--compare", "1", "-f", "plain") == 0
    rows = {row[0]: row[1:] for row in csv.reader(io.StringIO(capsys.readouterr().out), delimiter="\t")}
    assert rows["w5"][:2] == ["0.4", "0.35891648"]
    assert rows["E"][:2] == ["0.298371109", "0.291027774"]


def test_compare_uses_the_same_mini_batch_before_and_after(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli("show", "xor", "--compare", "2", "--batch-size", "1", "-f", "plain") == 0
    out = capsys.readouterr().out
    assert "E[2]" in out
    assert "E[3]" not in out


@pytest.mark.parametrize(("weight", "advice"), [("w5", "makes w5 smaller"), ("b1", "would make b1 smaller")])
def test_a_sweep_says_which_way_gradient_descent_would_go(
    weight: str, advice: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Mazur's biases are not updated."""
    assert cli("sweep", "mazur", weight, "--from", "0", "--to", "1") == 0
    assert advice in capsys.readouterr().out


def test_the_curve_of_a_sweep_goes_through_the_points_of_its_table(capsys: pytest.CaptureFixture[str]) -> None:
    """(x W - t)^2 is 0 at W = 2, which is none of the many points between 0 and 5."""
    assert cli("sweep", "one-weight", "W", "--from", "0", "--to", "5") == 0
    assert re.search(r"^ *0 │", capsys.readouterr().out, re.MULTILINE)


def test_sweep_prints_the_tables_of_the_simplest_model(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """W = 2: no error; W = 3: absolute 0 1 2, squared 0 1 4; W = 4: squared 0 4 16 (seed and arithmetic)."""
    assert cli("sweep", "one-weight", "W", "--from", "2", "--to", "4", "--points", "3") == 0
    rows = [line.split() for line in capsys.readouterr().out.splitlines()]
    cells = [(row[0], row[-2], row[-1]) for row in rows if len(row) == 7 and row[2] == "y"]
    assert [cell[1:] for cell in cells if cell[0] == "2"] == [("0", "0")] * 3
    assert [cell[1:] for cell in cells if cell[0] == "3"] == [("0", "0"), ("1", "1"), ("2", "4")]
    assert [cell[2] for cell in cells if cell[0] == "4"] == ["0", "4", "16"]


@pytest.mark.parametrize(
    "options", [["v", "--from", "0", "--to", "1"], ["W", "--from", "1", "--to", "1"], ["W", "--from", "x", "--to", "1"]]
)
def test_a_sweep_that_cannot_be_is_refused(
    folder: Path, capsys: pytest.CaptureFixture[str], options: list[str]
) -> None:
    assert cli("sweep", "one-weight", *options) == 2
    assert capsys.readouterr().out == ""


# --- NumPy's matrices ---


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("batches", ["", "batch_size: 3\nbatch: mean"])
def test_matrices_agree_with_the_traced_steps(name: str, batches: str) -> None:
    """Over every optimizer, convention, weight decay and schedule; tanh and softmax; a shared bias; a fixed weight."""
    pytest.importorskip("numpy", reason="the extra `fast` is not installed")
    from backprop_trace.run.train.matrices import Matrices

    for convention in OPTIMIZERS[name]:
        rate = "" if (name, convention) == ("adadelta", "paper") else ", learning_rate: 0.3"
        more = ", weight_decay: 0.01, learning_rate_decay: 0.1" if rate else ""
        example = read_example(f"""
inputs: {{x1: [-1, -1, 1, 1], x2: [-1, 1, -1, 1]}}
targets: {{o1: [0, 1, 1, 0], o2: [1, 0, 0, 1]}}
parameters: {{f: 0.3}}
layers:
  - {{units: [h1, h2], activation: tanh, weights: [[0.1, -0.2], [f, 0.4]], bias: 0.1}}
  - {{units: [o1, o2], activation: softmax, weights: [[0.5, -0.6], [0.7, 0.8]], bias: [0.1, -0.1]}}
fixed: f
loss: categorical_cross_entropy
optimizer: {{name: {name}, convention: {convention}{rate}{more}}}
{batches}
""")
        matrices = Matrices.of(example)
        matrices.advance(1, 13)
        last, found = trace(example, step=12), matrices.values()
        for new, old in last.listing.carried:
            assert found[old] == pytest.approx(last.values[new], rel=1e-11, abs=1e-13)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("loss", LOSSES)
def test_matrices_know_every_activation_and_loss(activation: str, loss: str) -> None:
    pytest.importorskip("numpy", reason="the extra `fast` is not installed")
    from backprop_trace.run.train.matrices import Matrices

    text = XOR.replace("units: 4, activation: sigmoid", f"units: 4, activation: {activation}")
    example = read_example(text.replace("half_squared_error", loss) + "learning_rate: 0.2")
    matrices = Matrices.of(example)
    matrices.advance(1, 6)
    last, found = trace(example, step=5), matrices.values()
    for name in example.network.trained:
        assert found[name] == pytest.approx(last[f"{name.label}+"].value, rel=1e-11)
    assert matrices.loss() == pytest.approx(trace(example, step=6)["E"].value, rel=1e-11)


def test_fast_training_reports_the_same(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("numpy", reason="the extra `fast` is not installed")
    options = ["--epochs", "40", "--every", "20", "--metric", "mse"]
    assert cli("train", "xor", *options) == 0
    plain = capsys.readouterr().out.splitlines()
    assert cli("train", "xor", "--fast", *options) == 0
    fast = [line for line in capsys.readouterr().out.splitlines() if not line.startswith("with NumPy")]
    assert fast == plain


@pytest.mark.parametrize(
    "change",
    ["bias: [0]}}", "weights: [[w, w]]", "weights: [['-', 0.5]]", "weights: [[u, 0.2]]", "weights: [[0.1, v]]"],
)
def test_networks_without_plain_matrices_are_refused_by_fast(
    folder: Path, capsys: pytest.CaptureFixture[str], change: str
) -> None:
    pytest.importorskip("numpy", reason="the extra `fast` is not installed")
    weights = change if change.startswith("weights") else "weights: [[0.1, 0.2]]"
    source = ", from: [x1, h]" if change.startswith("bias") else ""
    (folder / "net.yaml").write_text(f"""
inputs: {{x1: 1, x2: 2}}
targets: {{o: 1}}
parameters: {{w: 0.5, u: 0.3, v: 0.1}}
layers:
  - {{units: [h], activation: sigmoid, {weights}}}
  - {{units: [o], activation: sigmoid, weights: [[u{", 0.1" if source else ""}]]{source}, bias: v}}
loss: half_squared_error
learning_rate: 0.1
""")
    assert cli("train", "net.yaml", "--fast") == 2
    assert "--fast" in capsys.readouterr().err
