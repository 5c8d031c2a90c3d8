"""Other values for a run: an option, a section of a sheet and a sweep take the same numbers and refuse the same."""

from __future__ import annotations

import json

import pytest

import backprop_trace as bt
from backprop_trace.files.source import SourceError
from backprop_trace.files.spec.settings import BadSetting, with_settings
from backprop_trace.formulas.expr import given
from backprop_trace.run.train.sweep import sweep

ADAM = """
inputs: {x: 1}
targets: {o1: 1}
parameters: {w: 0.5}
layers: [{units: [o1], activation: identity, weights: [[w]]}]
loss: half_squared_error
optimizer: adam
"""

REFUSED = [
    ("mazur", "eta=-1", "greater than 0"),
    ("mazur", "eta=0", "greater than 0"),
    ("mazur", "w1=1e999", "out of range"),
    ("mazur", "w1=nan", "finite"),
    ("mazur", "w1=x", "not a number"),
    ("mazur", "w99=1", "not given"),
    ("mazur", "net_h1=1", "not given"),
    (ADAM, "beta1=1", "beta1 must be below 1"),
    (ADAM, "beta2=-0.1", "beta2 must not be below 0"),
    (ADAM, "epsilon=-1", "epsilon must not be below 0"),
    (ADAM, "t=0", "whole number from 1"),
    (ADAM, "t=1.5", "whole number from 1"),
    ("settling", "u1=-9", "does not settle"),
]


def example_of(text: str) -> bt.Example:
    return bt.read_example(text) if "\n" in text else bt.load(text)


@pytest.mark.parametrize(("example", "setting", "why"), REFUSED)
def test_a_sheet_refuses_what_the_option_refuses_and_points_at_it(example, setting, why):
    worked = example_of(example)
    with pytest.raises(BadSetting, match=why):
        with_settings(worked, [setting])
    with pytest.raises(SourceError, match=why) as refused:
        bt.check(worked, f"E = 0.3\n\nset {setting}:\nE = 0.3\n")
    (problem,) = refused.value.problems
    assert problem.place == (3, 5, len(setting))


@pytest.mark.parametrize(("example", "setting", "why"), REFUSED)
def test_an_option_that_cannot_be_set_is_one_error(run, tmp_path, example, setting, why):
    path = example
    if "\n" in example:
        path = str(tmp_path / "net.yaml")
        (tmp_path / "net.yaml").write_text(example)
    code, out, err = run("show", path, "--set", setting)
    assert (code, out, err.count("error: ")) == (2, "", 1)
    assert why in err


def test_a_network_with_feedback_settles_anew_wherever_a_value_is_set(run):
    """0.046791: worked out with another program (the shared cases)."""
    report = bt.check(bt.load("settling"), "set u1=-0.9:\n  E = 0.046791\n")
    assert [line.verdict for line in report.lines if line.written] == ["right"]
    code, out, _ = run("show", "settling", "--set", "u1=-0.9", "--only", "E", "--format", "json")
    shown = json.loads(out)["lines"][0]["value"]
    (point,) = sweep(bt.load("settling"), given("u1"), [-0.9])
    assert code == 0
    assert float(shown) == point.loss == pytest.approx(0.046791, abs=5e-7)


def test_a_sweep_is_what_the_option_gives_at_each_of_its_points():
    values = [-0.9, -0.4, 0.3, 0.9]
    for value, point in zip(values, sweep(bt.load("settling"), given("u1"), values), strict=True):
        worked = with_settings(bt.load("settling"), [f"u1={value}"])
        assert point.loss == bt.trace(worked)["E"].value


def test_nothing_set_is_the_example_itself():
    mazur = bt.load("mazur")
    assert with_settings(mazur, []) is mazur
