"""`new` writes an example to start from: it is read, computed, derived and checked like any other."""

from __future__ import annotations

import re

import pytest
from test_schema import accepts

import backprop_trace as bt
from backprop_trace.files.blueprint import blueprint
from backprop_trace.model.catalogue import ACTIVATIONS, LOSSES


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("samples", [1, 4])
def test_every_activation_and_loss_of_the_catalogue_can_be_asked_for(activation, loss, samples):
    text = "".join(blueprint((2, 3, 2), ("tanh", activation), loss, samples, seed=3))
    example = bt.read_example(text)
    assert accepts(text)
    assert (example.network.loss, example.network.layers[-1].activation) == (loss, activation)
    if "cross_entropy" in loss and activation not in ("sigmoid", "softmax"):
        return  # the logarithm may be one of a negative number
    assert bt.trace(example)["E"].value >= 0


def test_the_numbers_are_pleasant_and_the_same_for_a_seed(run):
    first, again, other = (run("new", "3-4-2", "--seed", seed)[1] for seed in ("7", "7", "8"))
    assert first == again != other
    example = bt.read_example(first)
    assert all(re.fullmatch(r"-?(0\.[1-9]|[01]|1\.[0-5])", text) for text in example.values.values())
    assert len(example.rule.trained) == (3 + 1) * 4 + (4 + 1) * 2


def test_as_many_samples_as_a_truth_table_has_rows_are_that_table(run):
    code, out, err = run("new", "2-3-1", "--activation", "tanh,sigmoid", "--loss", "bce", "--samples", "4")
    assert (code, err) == (0, "")
    assert "inputs: {x1: [0, 0, 1, 1], x2: [0, 1, 0, 1]}" in out
    assert bt.read_example(out).network.loss == "binary_cross_entropy"


def test_without_numbers_it_serves_to_derive(run, tmp_path):
    path = str(tmp_path / "symbols.yaml")
    assert run("new", "2-2-1", "--numbers", "none", "-o", path)[:2] == (0, "")
    code, out, _ = run("derive", path, "--only", "dE/dw1")
    assert code == 0
    assert "w5" in out
    assert accepts((tmp_path / "symbols.yaml").read_text())


def test_what_is_written_has_the_schema_line_and_comments_and_is_not_overwritten(run, tmp_path):
    path = str(tmp_path / "my.yaml")
    assert run("new", "2-3-1", "-o", path) == (0, "", "")
    text = (tmp_path / "my.yaml").read_text()
    assert text.startswith("# yaml-language-server: $schema=")
    assert text.count("#") >= 4
    assert run("show", path)[0] == 0
    assert run("new", "2-3-1", "-o", path)[0] == 2
    assert run("new", "2-3-1", "-o", path, "--force")[0] == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["2"], ["2-"], ["-2-1"], ["2-0-1"], ["2x3x1"], ["100-100-1"], ["9999-9999"], ["2-1", "--activation", "tanhh"],
        ["2-3-1", "--activation", "tanh,tanh,tanh"], ["2-1", "--activation", ""], ["2-1", "--loss", "x"],
        ["2-1", "--samples", "0"], ["2-1", "--samples", "101"], ["2-1", "--seed", "-1"], ["2-1", "--numbers", "some"],
    ],
)  # fmt: skip
def test_what_cannot_be_is_one_error(run, arguments):
    code, out, err = run("new", *arguments)
    assert (code, out) == (2, "")
    assert err.lower().count("error: ") == 1 or "No such option" in err


@pytest.mark.parametrize(
    ("activation", "loss", "fitting"),
    [("tanh", "bce", "tanh,sigmoid"), ("relu", "categorical_cross_entropy", "relu,softmax")],
)
def test_a_logarithm_needs_outputs_between_0_and_1(run, activation, loss, fitting):
    code, out, err = run("new", "2-3-1", "--activation", activation, "--loss", loss)
    assert (code, out) == (2, "")
    assert err.endswith(f"needs outputs between 0 and 1, not {activation}: --activation {fitting}\n")
    assert run("new", "2-3-1", "--activation", fitting, "--loss", loss)[0] == 0


@pytest.mark.parametrize(("activation", "loss"), [("sigmoid", "binary"), ("softmax", "categorical")])
def test_cross_entropy_is_that_of_the_last_layer(run, activation, loss):
    out = run("new", "2-2", "--activation", activation, "--loss", "cross_entropy")[1]
    assert f"loss: {loss}_cross_entropy\n" in out
