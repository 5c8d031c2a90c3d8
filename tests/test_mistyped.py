"""What people type in an example file: read where it is plain, and otherwise each slip says what to type."""

from __future__ import annotations

import pytest
from test_schema import accepts

import backprop_trace as bt
from backprop_trace.files.mistyped import what_to_type
from backprop_trace.files.source import SourceError
from backprop_trace.formulas.expr import Name, given, rule_letter

GOOD = """\
inputs: {i1: 0.05, i2: 0.10}
targets: {o1: 0.01}
layers:
  - units: [h1, h2]
    activation: sigmoid
    weights: [[0.1, 0.2], [0.3, 0.4]]
    bias: 0.35
  - units: [o1]
    activation: sigmoid
    weights: [[0.4, 0.45]]
loss: half_squared_error
learning_rate: 0.5
"""
CLASSES = """\
inputs: {x: [1, 2, 3, 4]}
targets: %s
layers:
  - units: [cat, dog, fish]
    activation: softmax
    weights: [[0.1], [0.2], [0.3]]
loss: cross_entropy
learning_rate: 0.5
"""


def changed(old: str, new: str, text: str = GOOD) -> str:
    assert old in text
    return text.replace(old, new, 1)


def problems(text: str) -> list:
    with pytest.raises(SourceError) as refused:
        bt.read_example(text)
    return list(refused.value.problems)


TYPED = [
    ("    bias: 0.35", "     bias: 0.35", "column 6", "start 'bias' in column 5", (7, 6)),
    ("    bias: 0.35", "   bias: 0.35", "column 4", "start 'bias' in column 5", (7, 4)),
    ("    bias: 0.35", "  bias: 0.35", "column 3", "start 'bias' in column 5", (7, 3)),
    ("    bias: 0.35", "bias: 0.35", "column 1", "start 'bias' in column 5", (7, 1)),
    ("loss: half", " loss: half", "column 2", "start 'loss' in column 1", (11, 2)),
    ("loss: half", "    loss: half", "unknown key 'loss' in layer 2", "start it in the first column", (11, 5)),
    ("loss: half", "loss:half", "no space behind the colon", "type loss: half_squared_error", (11, 1)),
    ("bias: 0.35", "bias:0.35", "no space behind the colon", "type bias: 0.35", (7, 5)),
    ("learning_rate: 0.5", "learning_rate:0.5", "no space behind the colon", "type learning_rate: 0.5", (12, 1)),
    ("i2: 0.10", "i2:0.10", "not a possible name", "put a space behind the colon: i2: 0.10", (1, 20)),
    ("{i1: 0.05, i2: 0.10}", "\n  i1:0.05\n  i2:0.10", "inputs must be", "behind the colon: i1: 0.05", (2, 3)),
    ("[[0.4, 0.45]]", "[[0.4 0.45]]", "1 x 1, expected 1 x 2", "put commas between them: 0.4, 0.45", (10, 15)),
    ("[[0.4, 0.45]]", "[[0.4; 0.45]]", "1 x 1, expected 1 x 2", "put commas between them: 0.4, 0.45", (10, 15)),
    ("loss: half", "epochs: 5\nloss: half", "unknown key 'epochs'", "train FILE --epochs", (11, 1)),
    ("loss: half", "weights: {w1: 1}\nloss: half", "unknown key 'weights'", "under 'parameters'", (11, 1)),
    ("loss: half", "bias: 1\nloss: half", "unknown key 'bias'", "'bias' belongs to a layer", (11, 1)),
    ("[[0.4, 0.45]]", "[[0.4, –0.45]]", "not a number", "type a minus sign, -0.45", (10, 21)),
    ("[[0.4, 0.45]]", "[[0.4, — 0.45]]", "not a number", "type a minus sign, -0.45", (10, 21)),
    ("[[0.4, 0.45]]", "[[0.4, ‘-’]]", "not a number", "type '-'", (10, 21)),
    ("half_squared_error", "“mse”", "", "type 'mse'", (11, 7)),
    ("targets:", "outputs:", "unknown key 'outputs'", "'targets'", (2, 1)),
    ("bias: 0.35", "biases: 0.35", "unknown key 'biases'", "'bias'", (7, 5)),
    ("units: [h1", "neurons: [h1", "unknown key 'neurons'", "'units'", (4, 5)),
    ("layers:", "layer:", "unknown key 'layer'", "'layers'", (3, 1)),
    ("[[0.1, 0.2], [0.3, 0.4]]", "[[0.1, 0.2]]", "1 x 2, expected 2 x 2", "", (6, 14)),
    ("layers:\n", "layers:\n  - {type: input, units: 3}\n", "the input layer", "there are 2 inputs", (4, 26)),
]


@pytest.mark.parametrize(("old", "new", "message", "help_", "place"), TYPED)
def test_each_slip_of_the_pen_is_one_message_that_says_what_to_type(old, new, message, help_, place):
    (problem,) = problems(changed(old, new))
    assert message in problem.message
    assert help_ in problem.help
    assert problem.place[:2] == place


CIRCUIT = "inputs: {x: 1, y: 2}\ndefinitions: {f: x * y}\nobjective: f\n"


@pytest.mark.parametrize("word", ["loss", "cost", "output"])
def test_other_words_for_the_objective_of_a_circuit(word):
    (problem,) = problems(CIRCUIT.replace("objective", word))
    assert problem.help == "did you mean 'objective'?"
    assert problem.place[:2] == (3, 1)


@pytest.mark.parametrize("key", ["targets: {f: 1}", "layers: []"])
def test_what_belongs_to_layers_has_no_place_beside_definitions(key):
    (problem,) = problems(CIRCUIT + key + "\n")
    assert "belongs to an example with layers" in problem.help


def test_a_transposed_matrix_is_offered_before_the_layout():
    three = changed("[h1, h2]", "[h1, h2, h3]").replace("[[0.4, 0.45]]", "[[0.4, 0.45, 0.5]]")
    (problem,) = problems(three.replace("[[0.1, 0.2], [0.3, 0.4]]", "[[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]]"))
    first, second = (
        problem.help.index("[[0.1, 0.4], [0.2, 0.5], [0.3, 0.6]]"),
        problem.help.index("weights_layout: in_out"),
    )
    assert first < second


ITEMS = """\
inputs: {x1: 0.5, x2: 0.2}
targets: {o1: 1}
layers:
  - {units: [h1], activation: tanh, weights: [[0.1, 0.2]]}
  - {units: [o1], activation: tanh, weights: [[0.1]]}
loss: half_squared_error
learning_rate: 0.5
"""


@pytest.mark.parametrize(
    ("old", "new", "help_", "place"),
    [
        ("  - {units: [o1]", " - {units: [o1]", "start its '-' in column 3, as the item above", (5, 2)),
        ("  - {units: [o1]", "    - {units: [o1]", "start its '-' in column 3, as the item above", (5, 5)),
        ("loss", "  loss", "start 'loss' in column 1, as the keys it belongs to", (6, 3)),
        ("loss", " loss", "start 'loss' in column 1, as the keys it belongs to", (6, 2)),
    ],
)
def test_a_layer_on_one_line_starts_where_the_one_above_does(old, new, help_, place):
    with pytest.raises(SourceError) as wrong:
        bt.read_example(ITEMS.replace(old, new))
    (problem,) = wrong.value.problems
    assert problem.message.startswith("wrong indentation") and problem.help == help_
    assert problem.place[:2] == place


def test_brackets_over_several_lines_are_no_wrong_indentation():
    (problem,) = problems(changed("{i1: 0.05, i2: 0.10}", "{i1: 0.05,\n         i2: 0.10").replace("0.5\n", "0.5\n"))
    assert "indentation" not in problem.message


@pytest.mark.parametrize("word", ["lr", "eta", "η", "step_size"])
def test_the_learning_rate_has_other_names(word):
    for text in (
        changed("learning_rate", word),
        changed("learning_rate: 0.5", f"optimizer: {{name: sgd, {word}: 0.5}}"),
    ):
        assert bt.read_example(text).values[rule_letter("eta")] == "0.5"
        assert accepts(text)


def test_the_learning_rate_is_not_asked_for_where_nothing_is_updated():
    text = changed("learning_rate: 0.5\n", "fixed: [b_1, b_2]\n").replace("    bias: 0.35\n", "")
    fixed = """
inputs: {x: 1}
targets: {o1: 0}
parameters: {w: 0.5}
layers: [{units: [o1], activation: sigmoid, weights: [[w]]}]
fixed: [w]
loss: half_squared_error
"""
    assert bt.trace(bt.read_example(fixed))["E"].value > 0
    assert any("learning_rate" in problem.message for problem in problems(text))


@pytest.mark.parametrize(
    "first",
    ["{units: [i1, i2]}", "{units: 2}", "{units: 2, activation: linear}", "{type: input, units: 2}", "{name: inputs}"],
)
def test_an_input_layer_listed_first_is_understood(first):
    text = changed("layers:\n", f"layers:\n  - {first}\n")
    assert bt.read_example(text).network == bt.read_example(GOOD).network
    assert accepts(text) or "units" not in first


def test_an_input_layer_gives_bare_inputs_their_names():
    text = changed("{i1: 0.05, i2: 0.10}", "[0.05, 0.10]").replace("layers:\n", "layers:\n  - units: [x, y]\n")
    assert bt.read_example(text).network.inputs == ("x", "y")
    samples = "samples: [{inputs: [0.05, 0.1], targets: [1]}, {inputs: [1, 0], targets: 0}]\n"
    rest = text.split("\n", 2)[2]
    assert bt.read_example(samples + rest).network.inputs == ("x", "y")


def test_a_hidden_layer_without_weights_is_no_input_layer():
    lines = GOOD.replace("    activation: sigmoid\n    weights: [[0.1, 0.2], [0.3, 0.4]]\n    bias: 0.35\n", "")
    assert {problem.message for problem in problems(lines)} >= {"layer 1 lacks the key 'weights'"}


def test_a_layer_has_a_layout_of_its_own():
    three = changed("[h1, h2]", "[h1, h2, h3]").replace("[[0.4, 0.45]]", "[[0.4, 0.45, 0.5]]")
    wide = three.replace("[[0.1, 0.2], [0.3, 0.4]]", "[[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]]\n    weights_layout: in_out")
    layer = bt.read_example(wide).network.layers[0]
    assert [name.label for name in layer.weights[0]] == ["w_i1_h1", "w_i2_h1"]
    assert bt.read_example(wide).values[given("w_i2_h1")] == "0.4"
    assert accepts(wide)


def test_a_bare_number_or_list_is_the_target_where_there_is_one_output():
    assert bt.read_example(changed("{o1: 0.01}", "0.01")).values[Name("target", "o1")] == "0.01"
    columns = changed("{i1: 0.05, i2: 0.10}", "{i1: [0, 1, 0], i2: [1, 0, 0]}").replace("{o1: 0.01}", "[1, 1, 0]")
    values = bt.read_example(columns).values
    assert [values[Name("target", "o1", sample=k)] for k in (1, 2, 3)] == ["1", "1", "0"]
    assert accepts(columns)


@pytest.mark.parametrize(
    ("targets", "hot"), [("[cat, fish, dog, cat]", [0, 2, 1, 0]), ("[0, 2, 1, 0]", [0, 2, 1, 0]), ("dog", [1] * 4)]
)
def test_the_target_of_a_softmax_layer_is_a_class(targets, hot):
    text = CLASSES % targets
    example = bt.read_example(text)
    for sample, place in enumerate(hot, 1):
        row = [example.values[Name("target", unit, sample=sample)] for unit in ("cat", "dog", "fish")]
        assert row == ["1" if k == place else "0" for k in range(3)]
    assert example.network.loss == "categorical_cross_entropy"
    assert any("counted from 0" in warning for warning in example.warnings) == targets.startswith("[0")
    assert accepts(text)


@pytest.mark.parametrize("target", ["3", "0.5", "bird", "-1"])
def test_a_class_that_is_none_is_refused_with_those_there_are(target):
    (problem,) = problems(CLASSES % target)
    assert "is no class" in problem.message
    assert problem.help == "cat, dog, fish, or 0 to 2"


def test_classes_and_numbers_that_cannot_be_told_apart_are_asked_back():
    text = changed("[1, 2, 3, 4]", "[1, 2, 3]", CLASSES % "[0, 1, 2]")
    (problem,) = problems(text)
    assert problem.message == "a class for each sample, or a number for each output?"


@pytest.mark.parametrize("word", ["cross_entropy", "Cross Entropy", "ce", "log_loss"])
def test_cross_entropy_on_a_sigmoid_layer_is_binary(word):
    assert bt.read_example(changed("half_squared_error", word)).network.loss == "binary_cross_entropy"
    assert bt.read_example(changed("cross_entropy", word, CLASSES % "dog")).network.loss == "categorical_cross_entropy"


def test_softmax_with_binary_cross_entropy_is_warned_of():
    example = bt.read_example(changed("cross_entropy", "bce", CLASSES % "dog"))
    assert any("categorical_cross_entropy is the loss" in warning for warning in example.warnings)
    assert not bt.read_example(CLASSES % "dog").warnings


def test_a_bias_of_0_says_that_it_is_trained():
    zero = changed("bias: 0.35", "bias: 0")
    assert [warning for warning in bt.read_example(zero).warnings if "leave it out" in warning]
    assert not bt.read_example(zero + "fixed: [b_1]\n").warnings
    assert not bt.read_example(GOOD).warnings


def test_units_may_be_called_by_numbers():
    """A textbook's numbering: inputs 1 and 2, hidden units 3 and 4, output 5; net_5 by hand is 0.0862."""
    text = """
inputs: {x1: 1, x2: 0.5}
targets: {5: 0}
layers:
  - {units: [3, 4], activation: sigmoid, weights: [[0.4, -0.2], [0.6, 0.3]], bias: [0.1, -0.3]}
  - {units: [5], activation: sigmoid, weights: [[-0.7, 0.5]], bias: [0.2], from: [3, 4]}
loss: half_squared_error
learning_rate: 0.5
"""
    trace = bt.trace(bt.read_example(text))
    assert trace["net_5"].value == pytest.approx(-0.7 * 0.598688 + 0.5 * 0.610639 + 0.2, abs=1e-5)
    assert trace["w_x1_3+"].value < 0.4 + 1
    assert accepts(text)
    assert problems(changed("{i1: 0.05, i2: 0.10}", "{1: 0.05, 2: 0.10}"))


@pytest.mark.parametrize("text", ["0.5", "w1", "sigmoid", "", " ", "-", "1e-3", "a-b", "http://x.y", "12:30", "“"])
def test_nothing_is_said_about_what_is_typed_well(text):
    assert what_to_type(text) == ""


def test_a_column_of_a_csv_file_may_hold_classes(tmp_path):
    (tmp_path / "pets.csv").write_text("x,kind\n1,cat\n2,fish\n3,1\n")
    samples = "samples: {file: pets.csv, inputs: [x], targets: [kind]}"
    text = (CLASSES % "dog").replace("inputs: {x: [1, 2, 3, 4]}\ntargets: dog\n", f"{samples}\n")
    example = bt.read_example(text, "net.yaml", tmp_path)
    rows = [[example.values[Name("target", unit, sample=k)] for unit in ("cat", "dog", "fish")] for k in (1, 2, 3)]
    assert rows == [["1", "0", "0"], ["0", "0", "1"], ["0", "1", "0"]]
    (tmp_path / "pets.csv").write_text("x,kind\n1,bird\n")
    with pytest.raises(SourceError, match="'bird' is no class of the 3 outputs"):
        bt.read_example(text, "net.yaml", tmp_path)
    (tmp_path / "pets.csv").write_text("x,kind\none,cat\n2,\n")
    with pytest.raises(SourceError) as refused:
        bt.read_example(text, "net.yaml", tmp_path)
    assert [problem.place[:2] for problem in refused.value.problems] == [(2, 1), (3, 3)]
