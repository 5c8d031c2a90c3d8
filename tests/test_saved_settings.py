"""What is saved is what was computed: values set for a run, and everything that people may write in short."""

from __future__ import annotations

from pathlib import Path

import pytest

import backprop_trace as bt
from backprop_trace.files.save import written_again
from backprop_trace.files.spec.settings import with_settings
from backprop_trace.run.step import Settings

END = "loss: mse\nlearning_rate: 0.3   # eta\n"
LAYER = "layers:\n- {units: [y], activation: tanh, weights: [[0.1, -0.2]]}\n"
RECURRENT = """\
layers:
  - units: [h, k]
    activation: tanh
    weights: [[0.5], [0.25]]
    weights_layout: LAYOUT
    recurrent: [[0.1, 0.2], [0.3, 0.4]]
  - {units: [y], activation: identity, weights: [[1, 2]]}
"""
SEQUENCE = "sequence: [{inputs: {x: 1}}, {inputs: {x: 2}, targets: {y: 1}}]\n"
FILES = {
    "bare numbers": (f"inputs: [1, 2]\ntargets: 0.5\n{LAYER}{END}", ["i1=5", "target_y=0.1", "eta=2", "w_i1_y=0.3"]),
    "an input layer": (
        f"inputs: [1, 2]\ntargets: 0.5\nlayers:\n- units: [a, b]\n{LAYER[8:]}{END}", ["a=5", "target_y=0.1"],
    ),
    "full width": ("inputs: {ｘ: 1}\ntargets: 1\nparameters: {ｗ₁: 0.25}\nlayers:\n- {units: [y], activation: sigmoid, "
                   "weights: [[w1]]}\nloss: ce\nη: 0.5\n", ["ｘ=3", "w1=2", "η=0.125"]),
    "classes": ("inputs: {x: [1, 2, 3]}\ntargets: [c, d, c]\nlayers:\n- {units: [c, d], activation: softmax, weights: "
                "[[0.1], [0.2]], bias: 0}\nloss: cross_entropy\noptimizer: {name: adam, lr: 0.1}\n",
                ["x[2]=7", "target_d[1]=0.25", "eta=0.01"]),
    "columns": (f"inputs: {{x: [1, 2], z: 1}}\ntargets: [0, 1]\n{LAYER}{END}", ["x[1]=9", "target_y[2]=0.5"]),
    "samples": (
        f"samples: [{{inputs: [1, 2], targets: 1}}, {{inputs: [3, 4], targets: [0]}}]\n{LAYER}{END}",
        ["i2[2]=9", "target_y[1]=0.5"],
    ),
    "a sequence": (SEQUENCE + RECURRENT.replace("LAYOUT", "out_in") + "start: {h: 0.5}\n" + END,
                   ["x@1=3", "target_y@2=0.25", "out_h@0=0.75"]),
    "sequences": ("samples: [{sequence: {inputs: {x: [1, 2]}, targets: {y: [1, 0]}}}, {sequence: {inputs: {x: [0, 1]}, "
                  "targets: {y: [0, 1]}}}]\n" + RECURRENT.replace("LAYOUT", "out_in") + END, ["x@1[2]=3"]),
    "numbered units": ("inputs: {x1: 1}\ntargets: {4: 0}\nlayers:\n- {units: [3], activation: relu, weights: [[0.5]]}\n"
                       f"- {{units: [4], activation: identity, weights: [[2]]}}\n{END}", ["target_4=1"]),
    "definitions": ("inputs: {x: 2}\nparameters: {w: 3}\ndefinitions: {q: w * x, f: q^2}\nobjective: f\nfixed: [x]\n"
                    "lr: 0.01\n", ["x=1", "w=2"]),
}  # fmt: skip


def saved_and_computed(example: bt.Example) -> tuple[float, float]:
    """The loss of the second step, computed on, and computed from the file that was saved after the first."""
    second = next(iter(bt.traces(example, Settings("float"), [2])))
    text = "".join(written_again(example, second.values, "saved.yaml"))
    again = bt.read_example(text, "saved.yaml", example.folder)
    objective = example.network.objective
    return bt.trace(again).values[objective], second.values[objective]


@pytest.mark.parametrize("name", FILES)
def test_whatever_is_written_in_short_is_saved(name):
    saved, computed = saved_and_computed(bt.read_example(FILES[name][0]))
    assert saved == computed


@pytest.mark.parametrize(("name", "setting"), [(name, each) for name in FILES for each in FILES[name][1]])
def test_a_value_set_for_the_run_is_saved_with_it(name, setting):
    example = with_settings(bt.read_example(FILES[name][0]), [setting])
    saved, computed = saved_and_computed(example)
    assert saved == computed


def test_a_layout_of_a_layer_turns_its_recurrent_weights_too():
    text = (SEQUENCE + RECURRENT.replace("LAYOUT", "in_out") + END).replace("[[0.5], [0.25]]", "[[0.5, 0.25]]")
    saved, computed = saved_and_computed(bt.read_example(text))
    assert saved == computed


def test_a_sample_of_a_file_that_was_set_is_written_out(tmp_path: Path):
    (tmp_path / "samples.csv").write_text("a,b,y\n1,2,1\n3,4,0\n")
    text = f"samples: {{file: samples.csv, inputs: [a, b], targets: [y]}}\n{LAYER}{END}"
    example = bt.read_example(text, "net.yaml", tmp_path)
    assert "samples.csv" in "".join(written_again(example, bt.trace(example).values, str(tmp_path / "saved.yaml")))
    saved, computed = saved_and_computed(with_settings(example, ["a[2]=7"]))
    assert saved == computed


def test_comments_stay_where_other_numbers_come():
    example = with_settings(bt.read_example(FILES["bare numbers"][0]), ["i1=5"])
    assert "   # eta" in "".join(written_again(example, bt.trace(example).values, "saved.yaml"))
