"""Where runs of training end, in published numbers; when they stop, and what is said of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from conftest import Program
from training import XOR, xor

from backprop_trace.files.spec import load
from backprop_trace.formulas.expr import Name
from backprop_trace.run.step import Settings, trace, traces
from backprop_trace.run.train.session import Plan, Session, Until


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


def test_no_improvement_says_whose_loss(folder: Path, run: Program) -> None:
    text = f"{XOR}learning_rate: 0.5\nvalidation: {{inputs: {{x1: [0], x2: [0]}}, targets: {{o1: [1]}}}}\n"
    (folder / "net.yaml").write_text(text)
    code, out, _ = run("train", "net.yaml", "--epochs", "5000", "--patience", "5")
    assert code == 0
    assert "the least loss of the held-out samples was at epoch" in " ".join(out.split())


def test_the_report_of_a_run_fits_80_columns_and_has_what_it_promises(folder: Path, run: Program) -> None:
    code, out, err = run("train", "xor", "--epochs", "10000", "--every", "4000", "--width", "80")
    assert code == 0
    assert max(map(len, out.splitlines())) <= 130  # the first lines are the example's own
    body = out.split("of each layer.\n", 1)[1]
    assert max(map(len, body.splitlines())) <= 80
    epochs = re.findall(r"^ *(\d+)  +0\.\d+", body, re.MULTILINE)
    assert epochs == ["0", "4000", "8000", "10000"]
    for word in ("The loss", "The parameters after 10,000 epochs", "The predictions", "every sample is"):
        assert word in body
    assert err == ""
