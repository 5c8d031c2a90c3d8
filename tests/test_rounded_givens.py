"""Given numbers that are printed rounded: each stands for half a unit of its last digit, and the program says so."""

from __future__ import annotations

import json
from math import exp, log

import pytest

from backprop_trace.check.checker import Checker
from backprop_trace.check.report import Report
from backprop_trace.files.sheet import read_sheet
from backprop_trace.files.source import SourceError
from backprop_trace.files.spec import load, read_example
from backprop_trace.files.spec.settings import BadSetting, with_settings

NEURON = """\
inputs: {z: 0.4764}
targets: {o1: 0}
parameters: {w: 1}
layers:
  - units: [o1]
    activation: sigmoid
    weights: [[w]]
loss: binary_cross_entropy
learning_rate: 1
"""
MARKED = NEURON.replace("0.4764", "0.4764~")
ROUNDED = f"given: rounded\n{NEURON}"


def loss(z: float) -> str:
    """-log(1 - sigmoid(z)), as a library prints it."""
    return f"{log(1 + exp(z)):.8f}"


def report(text: str, sheet: str, *settings: str) -> Report:
    return Checker(with_settings(read_example(text), settings)).check(read_sheet(sheet, "sheet.txt"))


@pytest.mark.parametrize("text", [MARKED, ROUNDED])
@pytest.mark.parametrize("z", [0.47636, 0.476437, 0.47644999])
def test_a_number_computed_with_the_digits_that_are_not_printed_is_right(text: str, z: float) -> None:
    judged = report(text, f"E_o1 = {loss(z)}")
    assert [line.verdict for line in judged.written] == ["rounded"]
    assert judged.is_confirmed


@pytest.mark.parametrize("z", [0.4758, 0.4771, 0.4864])
def test_one_that_no_such_digits_give_is_not_confirmed(z: float) -> None:
    assert not report(ROUNDED, f"net_o1 = {z}\nE_o1 = {loss(z)}").is_confirmed


def test_without_the_mark_it_is_exact() -> None:
    assert not report(NEURON, f"net_o1 = 0.476437\nE_o1 = {loss(0.476437)}").is_confirmed
    assert report(MARKED, f"net_o1 = 0.476437\nE_o1 = {loss(0.476437)}").is_confirmed


def test_a_given_may_stand_on_the_sheet_with_more_digits() -> None:
    assert [line.verdict for line in report(MARKED, "z = 0.476437").written] == ["rounded"]
    assert [line.verdict for line in report(MARKED, "z = 0.47651").written] == ["slip"]


def test_whole_numbers_and_what_is_chosen_are_exact() -> None:
    example = read_example(ROUNDED.replace("learning_rate: 1", "learning_rate: 0.5"))
    assert {name.label for name in example.rounded} == {"z"}
    assert {name.label for name in read_example(NEURON.replace("w: 1", "w: 1~")).rounded} == {"w"}


def test_each_number_of_a_list_has_a_mark_of_its_own() -> None:
    example = read_example(MARKED.replace("0.4764~", "[0.4764~, 0.5, '-2.4~']").replace("o1: 0}", "o1: [0, 1, 1]}"))
    assert sorted((name.label, name.sample) for name in example.rounded) == [("z", 1), ("z", 3)]
    assert {example.values[name] for name in example.rounded} == {"0.4764", "-2.4"}


def test_weights_may_be_marked_where_they_stand() -> None:
    example = read_example(NEURON.replace("[[w]]", "[[0.25~]]").replace("parameters: {w: 1}\n", ""))
    assert {name.label for name in example.rounded} == {"w_z_o1"}


def test_a_value_that_is_set_is_exact_unless_it_is_marked() -> None:
    example = read_example(ROUNDED)
    assert not with_settings(example, ["z=0.5"]).rounded
    marked = with_settings(example, ["z=0.5~"])
    assert [(name.label, marked.values[name]) for name in marked.rounded] == [("z", "0.5")]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("learning_rate: 1", "learning_rate: 0.5~", "not a number"),
        ("0.4764", "1/3~", "a fraction is exact"),
        ("0.4764", "0.47~64", "not a number"),
        ("inputs", "given: round\ninputs", "did you mean 'rounded'"),
    ],
)
def test_where_no_mark_may_stand_it_is_said(old: str, new: str, said: str) -> None:
    with pytest.raises(SourceError, match=said):
        read_example(NEURON.replace(old, new))


def test_a_rate_that_is_set_has_no_mark() -> None:
    assert not with_settings(read_example(NEURON), ["eta=0.5"]).rounded
    with pytest.raises(BadSetting, match="the learning rate is chosen"):
        with_settings(read_example(NEURON), ["eta=0.5~"])


def test_show_and_sheet_say_so(run, tmp_path) -> None:
    path = tmp_path / "neuron.yaml"
    path.write_text(MARKED)
    said = "z is printed rounded, and known to half a unit of its last digit"
    for command in ("show", "sheet"):
        assert said in run(command, str(path))[1]
        assert json.loads(run(command, str(path), "--format", "json")[1])["rounded"] == ["z"]
    assert said not in run("show", "mazur")[1]


def test_what_is_saved_keeps_the_marks(run, tmp_path) -> None:
    path, saved = tmp_path / "neuron.yaml", tmp_path / "saved.yaml"
    path.write_text(MARKED)
    assert run("train", str(path), "--epochs", "2", "--save", str(saved))[0] == 0
    assert "z: 0.4764~" in saved.read_text()
    run("train", str(path), "--epochs", "2", "--set", "z=0.5~", "--save", str(saved), "--force")
    assert {name.label for name in load(str(saved)).rounded} == {"z"}
    run("train", str(path), "--epochs", "2", "--set", "z=0.5", "--save", str(saved), "--force")
    assert not load(str(saved)).rounded


@pytest.mark.parametrize(
    ("setting", "rounded"),
    [("z=0.5", {"t", "b"}), ("z=0.5~", {"z", "t", "b"}), ("b=0.3", {"z", "t"}), ("t=0.25", {"z", "b"})],
)
def test_what_was_set_exactly_is_exact_when_it_is_saved_and_the_others_stay_rounded(run, tmp_path, setting, rounded):
    path, saved = tmp_path / "neuron.yaml", tmp_path / "saved.yaml"
    path.write_text(
        "given: rounded\ninputs: {z: 0.4764, t: 0.12}\nparameters: {w: 2, b: 0.35}\nfixed: [z, t, b]\n"
        "definitions: {E: (w * z + b - t)^2}\nobjective: E\nlearning_rate: 0.1\n"
    )
    assert run("train", str(path), "--epochs", "1", "--set", setting, "--save", str(saved))[0] == 0
    assert {name.label for name in load(str(saved)).rounded} == rounded


def test_rows_and_start_values_keep_their_marks_beside_one_that_was_set_exactly(run, tmp_path):
    path, saved = tmp_path / "network.yaml", tmp_path / "saved.yaml"
    path.write_text(
        "given: rounded\nsequence:\n  - inputs: {x: 0.5, y: 0.25}\n  - inputs: {x: 0.1, y: 0.75}\nstart: {h: 0.2}\n"
        "parameters: {w: 2}\nfixed: [x, y]\ndefinitions: {h: w * h@-1 + x, E: (h - y)^2}\nobjective: E\n"
        "learning_rate: 0.1\n"
    )
    assert run("train", str(path), "--epochs", "1", "--set", "x@2=0.3", "--save", str(saved))[0] == 0
    found = {(name.label, name.time) for name in load(str(saved)).rounded}
    assert found == {("x", 1), ("y", 1), ("y", 2), ("h", 0)}
