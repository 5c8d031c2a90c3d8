"""However the letters of a name were typed, it is one name, in files, options, sheets and formulas."""

from __future__ import annotations

import unicodedata

import pytest

import backprop_trace as bt
from backprop_trace.files.source import SourceError
from backprop_trace.files.spec.settings import with_settings
from backprop_trace.formulas.expr import given

TYPED = ["ｗ", "w₁", "µ", "μ", "δ", "λ", "x²", "w__1", "ℯ", "ﬁ", "Å", "w^1", "Ω", "w"]
FILE = """
inputs: {{i1: 0.5}}
targets: {{o1: 1}}
parameters: {{'{0}': 0.25}}
layers:
  - {{units: [o1], activation: identity, weights: [['{0}']]}}
fixed: [{1}]
loss: half_squared_error
learning_rate: 0.5
"""


@pytest.mark.parametrize("typed", TYPED)
@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC", "NFKD"])
def test_a_name_is_found_however_it_is_typed(run, tmp_path, typed, form):
    path = tmp_path / "net.yaml"
    path.write_text(FILE.format(typed, ""), encoding="utf-8")
    asked = unicodedata.normalize(form, typed)
    code, out, err = run("show", str(path), "--set", f"{asked}=4", "--only", "net_o1", "--format", "plain")
    assert (code, err) == (0, "")
    assert out.rstrip().endswith("= 2")
    assert run("sweep", str(path), asked, "--from", "0", "--to", "1")[0] == 0
    report = bt.check(bt.load(str(path)), f"{asked}+ = 0.46875\nset {asked}=4:\nnet_o1 = 2\n")
    assert [line.verdict for line in report.lines if line.written] == ["right", "right"]


@pytest.mark.parametrize(("one", "other"), [("ｗ", "w"), ("w₁", "w1"), ("µ", "μ"), ("x²", "x2")])
@pytest.mark.parametrize("where", ["parameters", "inputs", "targets", "units", "both"])
def test_two_names_that_become_one_are_refused_where_the_second_stands(one, other, where):
    parts = {
        "inputs": "inputs: {i1: 0.5}",
        "targets": "targets: {o1: 1}",
        "parameters": "parameters: {v: 1}",
        "units": "units: [o1]",
    }
    two = f"{{'{one}': 1, '{other}': 1}}"
    if where == "both":
        parts["inputs"], parts["parameters"] = f"inputs: {{'{one}': 0.5}}", f"parameters: {{'{other}': 1}}"
    elif where == "units":
        parts["units"] = f"units: ['{one}', '{other}']"
        parts["targets"] = f"targets: {{'{one}': 1}}"
    else:
        parts[where] = f"{where}: {two}"
    text = (
        f"{parts['inputs']}\n{parts['targets']}\n{parts['parameters']}\nlayers:\n  - {parts['units']}\n"
        "    activation: identity\n    weights: [[0.5]]\nloss: mse\nlearning_rate: 0.5\n"
    )
    with pytest.raises(SourceError) as refused:
        bt.read_example(text)
    twice = [problem for problem in refused.value.problems if "used for two things" in problem.message]
    assert twice
    assert all(problem.place for problem in twice)


def test_names_in_formulas_fixed_start_and_state_are_the_same_names():
    text = """
inputs: {x: 2}
parameters: {ｗ: 3, v₁: 1}
definitions: {q: w * x + ｖ1, f: q^2}
objective: ｆ
fixed: [ｘ, v1]
learning_rate: 0.1
"""
    trace = bt.trace(bt.read_example(text))
    assert trace["f"].value == 49
    assert trace["df/dw"].value == 2 * 7 * 2


def test_a_raised_2_in_a_formula_is_no_part_of_another_name():
    """x² where there are x and x2: not x2."""
    text = "inputs: {x: 3, x2: 100}\ndefinitions: {f: x² + x2}\nobjective: f\n"
    with pytest.raises(SourceError, match="x²"):
        bt.read_example(text)


def test_the_value_set_is_that_of_the_name_the_file_gave():
    example = bt.read_example(FILE.format("λ", ""))
    assert with_settings(example, ["λ=5"]).values[given("λ")] == "5"


def test_a_parameter_printed_as_the_learning_rate_is_is_refused():
    """η+ = η - η · ∂E/∂η says nothing."""
    with pytest.raises(SourceError, match="'η' already means something in the optimizer's formulas"):
        bt.read_example(FILE.format("η", ""))


LETTERS = [chr(code) for code in range(0x250) if unicodedata.normalize("NFKC", chr(code)).isalpha()]
LETTERS += ["ά", "\u1f00", "が", "가", "ऩ"]


def test_letters_may_be_typed_as_a_letter_and_its_marks_in_formulas_too() -> None:
    for letter in LETTERS:
        typed = "x" + unicodedata.normalize("NFD", letter)
        text = f"inputs: {{{typed}: 3}}\nparameters: {{w: 2}}\ndefinitions:\n  f: w * {typed} + 1\n"
        assert bt.trace(bt.read_example(text + "objective: f\nlearning_rate: 1\n"))["f"].value == 7, letter
    with pytest.raises(SourceError, match="unknown name 'zz'") as wrong:
        bt.read_example("inputs: {e\u0301: 3}\ndefinitions:\n  f: e\u0301 + zz\nobjective: f\nlearning_rate: 1\n")
    assert str(wrong.value).splitlines()[4].index("^") == str(wrong.value).splitlines()[3].index("zz") - 1
