"""What a file may say, and that everything wrong with it is said at once, each at its place."""

from __future__ import annotations

import sys
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_source import pointed_at

from backprop_trace import cli
from backprop_trace.files.source import SourceError
from backprop_trace.files.spec import load, read_example, shipped
from backprop_trace.formulas.arithmetic import ComputationError
from backprop_trace.formulas.expr import Name
from backprop_trace.run.step import NotNumeric, trace

GOOD = """\
inputs: {x1: 0.5, x2: -1}
targets: {o1: 1}
parameters: {w1: 0.1, w2: 0.2, w3: 0.3}
layers:
  - units: [h1]
    activation: sigmoid
    weights: [[w1, w2]]
  - units: [o1]
    activation: tanh
    weights: [[w3]]
loss: half_squared_error
learning_rate: 0.5
"""


def changed(old: str, new: str, text: str = GOOD) -> str:
    assert text.count(old) == 1, old
    return text.replace(old, new)


def wrong(text: str) -> SourceError:
    with pytest.raises(SourceError) as caught:
        read_example(text, "net.yaml")
    return caught.value


def said(text: str) -> list[str]:
    return [problem.message for problem in wrong(text).problems]


ONE_PROBLEM = [
    ("learning_rate: 0.5", "learning_rate: 0.5~", "not a number", "0.5~"),
    ("inputs", "given: roundet\ninputs", "did you mean 'rounded'", "roundet"),
    ("learning_rate", "conventions: {accept: [no-hlaf]}\nlearning_rate", "did you mean 'no-half'", "no-hlaf"),
    ("learning_rate", "conventions: {accept: half, refuse: [half]}\nlearning_rate", "accepted and refused", "half"),
    ("learning_rate", "conventions: {acept: [half]}\nlearning_rate", "did you mean 'accept'", "acept"),
    ("learning_rate", "conventions: [half]\nlearning_rate", "conventions must be a mapping", "["),
    # what stands there, what is written instead, words of the message, what the carets point at
    ("learning_rate", "lerning_rate", "did you mean 'learning_rate'", "lerning_rate"),
    ("sigmoid", "sigmoyd", "did you mean 'sigmoid'", "sigmoyd"),
    ("half_squared_error", "half_sqared_error", "did you mean 'half_squared_error'", "half_sqared_error"),
    ("sigmoid", "[sigmoid]", "a text must stand here, found a list", "["),
    ("sigmoid", "", "nothing stands behind 'activation'", "activation"),
    ("learning_rate: 0.5", "learning_rate:", "nothing stands behind 'learning_rate'", "learning_rate"),
    ("sigmoid", "{name: sigmoid, alpha: 1}", "sigmoid has no alpha", "1"),
    ("sigmoid", "{name: elu, alpha: -1}", "must not be negative", "-1"),
    ("half_squared_error", "{name: huber, delta: -1}", "must not be negative", "-1"),
    ("half_squared_error", "{name: squared_error, delta: 1}", "squared_error has no delta", "1"),
    ("half_squared_error", "{name: hubert}", "did you mean 'huber'", "hubert"),
    ("half_squared_error", "{delta: 1}", "lacks the key 'name'", "{"),
    (
        "activation: sigmoid",
        "activation: sigmoid\n    net_input: weighted_some",
        "did you mean 'weighted_sum'",
        "weighted_some",
    ),
    ("sigmoid", "{name: sigmoid, slope: ne}", "did you mean 'net'", "ne"),
    ("sigmoid", "{name: relu, slope: net}", "has one form only", "net"),
    ("loss: half_squared_error\n", "", "lacks the key 'loss'", "i"),
    ("learning_rate: 0.5\n", "", "lacks the key 'learning_rate'", "i"),
    ("targets: {o1: 1}\n", "", "lacks the key 'targets'", "i"),
    ("learning_rate: 0.5", "learning_rate: 0.5\nloss: mse", "'loss' stands twice", "loss"),
    ("w3: 0.3", "w3: 0.3, w1: 0.1", "'w1' stands twice", "w1"),
    ("    weights: [[w3]]", "    weights: [[w3]]\n    units: [o1]", "'units' stands twice", "units"),
    ("[[w1, w2]]", "[[w1, w2], [w3, w3]]", "2 x 2, expected 1 x 2", "["),
    ("[[w1, w2]]", "[[w1]]", "1 x 1, expected 1 x 2", "["),
    ("[[w1, w2]]", "[[w1], [w2]]", "weights: [[w1, w2]], or write weights_layout: in_out", "["),
    ("[[w1, w2]]", "[[w1, w2], [w3]]", "rows of 1, 2, expected 1 x 2", "["),
    ("[[w1, w2]]", "[w1, w2]", "a list of 2, expected 1 x 2", "["),
    ("[[w1, w2]]", "w1", "expected 1 x 2", "w1"),
    ("[[w1, w2]]", "[]", "0 x 0, expected 1 x 2", "["),
    ("[[w3]]", "[[0,5]]", "decimals have a point", "["),
    ("[[w3]]", "[['0,5']]", "use a point, 0.5", "'0,5'"),
    ("[[w3]]", "[[w3]]\n    bias: [b1, b2]", "biases: 2, units: 1", "["),
    ("[[w3]]", "[[w3]]\n    bias: 0,5", "use a point, 0.5", "0,5"),
    ("[[w3]]", "[[w9]]", "'w9' is not defined under 'parameters'", "w9"),
    ("[[w3]]", "[['']]", "a number must stand here|not a number", "''"),
    ("[[w3]]", "\n      - - -", "nothing stands here", "-"),
    ("w1: 0.1", "w1: 0,5", "use a point, 0.5", "0,5"),
    ("w1: 0.1", 'w1: "0,5"', "use a point, 0.5", '"0,5"'),
    ("w1: 0.1", "w1: NaN", "finite", "NaN"),
    ("w1: 0.1", "w1: .nan", "finite", ".nan"),
    ("w1: 0.1", "w1: -.inf", "finite", "-.inf"),
    ("w1: 0.1", "w1: Infinity", "finite", "Infinity"),
    ("w1: 0.1", "w1: 1e999", "out of range", "1e999"),
    ("w1: 0.1", "w1: 1e-999", "out of range", "1e-999"),
    ("w1: 0.1", "w1: 1e99999999999999999999", "out of range", "1e99999999999999999999"),
    ("w1: 0.1", "w1: 012", "leading zero", "012"),
    ("w1: 0.1", "w1: -012.5", "leading zero", "-012.5"),
    ("w1: 0.1", "w1: 1:30", "colon", "1:30"),
    ("w1: 0.1", "w1: no", "a number, not yes or no", "no"),
    ("w1: 0.1", "w1: true", "a number, not yes or no", "true"),
    ("w1: 0.1", "w1: 1_000", "not a number", "1_000"),
    ("w1: 0.1", "w1: 0x10", "not a number", "0x10"),
    ("w1: 0.1", "w1: 1/0", "division by zero", "1/0"),
    ("w1: 0.1", "w1: =", "not a number", "="),
    ("w1: 0.1", "w1: ½", "not a number", "½"),
    ("w1: 0.1", "w1: 1 2", "not a number", "1 2"),
    ("w1: 0.1", "w1: [0.1]", "a number must stand here, found a list", "["),
    ("w1: 0.1", "w1: {a: 1}", "a number must stand here, found a mapping", "{"),
    ("w1: 0.1", "w1: " + "1" * 5001, "5000 are the limit", None),
    ("w1: 0.1", "w1: 1e400", "out of range", "1e400"),
    ("sigmoid", '""', "expected a number, a name", '"'),
    ("sigmoid", '{name: ""}', "unknown activation ''", '""'),
    ("half_squared_error", '""', "expected a number, a name", '"'),
    ("[[w3]]", "{random: uniform, seed: 1, from: 2, to: 1}", "'from' must be below 'to'", "2"),
    ("learning_rate: 0.5", 'learning_rate: 0.5\nbatch: ""', "unknown batch ''", '""'),
    ("learning_rate: 0.5", 'learning_rate: 0.5\nweights_layout: ""', "unknown weights_layout ''", '""'),
    ("learning_rate: 0.5", 'learning_rate: 0.5\noptimizer: ""', "unknown optimizer ''", '""'),
    (
        "learning_rate: 0.5",
        "optimizer: {name: sgd, learning_rate: 0.5, schedule: inverse}",
        "'schedule' says",
        "inverse",
    ),
    ("learning_rate: 0.5", "optimizer: {name: sgd, learning_rate: 0.5, decay: coupled}", "'decay' says", "coupled"),
    ("learning_rate: 0.5", "optimizer: {name: adam, state: {t: 0}}", "a whole number from 1 on", "0"),
    (
        "learning_rate: 0.5",
        "learning_rate: 0.5\nvalidation: [{inputs: {x1: 1, x2: 1}, targets: [1, 2]}]",
        "a target for 'o2', which is no output",
        "2",
    ),
    ("w1: 0.1", "w1: &a 0.1", "an anchor", "&a 0.1"),
    ("w1: 0.1", "w1: *a", "an alias", "*a"),
    ("w1: 0.1", "w1: !!float 0.1", "a tag", "!!float 0.1"),
    ("x2: -1", "1x: -1", "not a possible name", "1x"),
    ("x2: -1", "x-2: -1", "not a possible name", "x-2"),
    ("x2: -1", "x2:-1", "not a possible name", "x2:-1"),
    ("x2: -1", "exp: -1", "already means something", "exp"),
    ("x2: -1", "eta: -1", "already means something", "eta"),
    ("x2: -1", "w1: -1", "'w1' is used for two things", "w1"),
    ("x2: -1", "x2: -", "not a number", "-"),
    ("[h1]", "[x1]", "'x1' is used for two things", "x1"),
    ("[h1]", "[w1]", "'w1' is used for two things", "w1"),
    ("[o1]", "[h1]", "'h1' is used for two things", "h1"),
    ("[h1]", "[]", "has no units", "["),
    ("[h1]", "0", "not a number of units", "0"),
    ("[h1]", "²", "not a number of units", "²"),
    ("w1: 0.1", "w1: ٣", "not a number", "٣"),
    ("[h1]", "-3", "not a number of units", "-3"),
    ("[h1]", "1.5", "not a number of units", "1.5"),
    ("[h1]", "{a: 1}", "not a number of units", "{"),
    ("targets: {o1: 1}", "targets: {o1: 1, o2: 0}", "a target for 'o2', which is no output", "o2"),
    ("targets: {o1: 1}", "targets: {o2: 1}", "a target for 'o2', which is no output", "o2"),
    ("targets: {o1: 1}", "targets: {}", "the output 'o1' has no target", "{"),
    ("targets: {o1: 1}", "targets: ''", "targets must be", "''"),
    ("targets: {o1: 1}", "targets: {o1: [1, 0]}", "1 value here, 2 elsewhere", "["),
    ("inputs: {x1: 0.5, x2: -1}", "inputs: {x1: [1, 2], x2: [1, 2, 3]}", "2 values here, 3 elsewhere", "["),
    ("inputs: {x1: 0.5, x2: -1}", "inputs: 5", "inputs must be", "5"),
    ("[o1]", "[o1]\n    from: [h2]", "unknown input or unit 'h2'", "h2"),
    ("[o1]", "[o1]\n    from: []", "no unit feeds the layer", "["),
    ("learning_rate: 0.5", "learning_rate: 0", "greater than 0", "0"),
    ("learning_rate: 0.5", "learning_rate: −1", "greater than 0", "−1"),
    ("learning_rate: 0.5", "learning_rate: 0.5\noptimizer: sgdd", "did you mean 'sgd'", "sgdd"),
    ("learning_rate: 0.5", "optimizer: {name: sgd, learning_rate: 0,5}", "use a point", "0,5"),
    ("learning_rate: 0.5", "learning_rate: 0.5\nbatch: avg", "unknown batch", "avg"),
    ("learning_rate: 0.5", "learning_rate: 0.5\nweights_layout: in", "unknown weights_layout", "in"),
    ("learning_rate: 0.5", "learning_rate: 0.5\nfixed: [w9]", "unknown parameter 'w9'", "w9"),
    ("learning_rate: 0.5", "learning_rate: 0.5\nfixed: {w1: 1}", "found a mapping", "{"),
    ("learning_rate: 0.5", "learning_rate: 0.5\ntitle: [a]", "a text must stand here", "["),
    ("learning_rate: 0.5", "learning_rate: 0.5\npublished: [a]", "must be a mapping", "["),
    ("learning_rate: 0.5", "learning_rate: 0.5\nlr: 0.5", "'lr' and 'learning_rate' are the same", "lr"),
    ("learning_rate: 0.5", "learning_rate: 0.5\n---\na: 1", "a second document", "---"),
    ("    activation: sigmoid", "\tactivation: sigmoid", "spaces, not tabs", " "),
]


@pytest.mark.parametrize(("old", "new", "message", "pointed"), ONE_PROBLEM)
def test_one_slip_gives_one_message_that_points_at_it(old, new, message, pointed):
    error = wrong(changed(old, new))
    assert len(error.problems) == 1, error
    assert any(part in str(error) for part in message.split("|"))
    assert "net.yaml:" in str(error)
    if pointed is not None:
        assert pointed_at(str(error)) == pointed


@pytest.mark.parametrize(("old", "new", "message", "pointed"), ONE_PROBLEM)
def test_the_program_ends_with_2_an_empty_output_and_no_traceback(
    old, new, message, pointed, tmp_path, monkeypatch, capsys
):
    path = tmp_path / "net.yaml"
    path.write_text(changed(old, new), encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["backprop-trace", "show", str(path), "-o", str(tmp_path / "out.txt")])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    out, err = capsys.readouterr()
    assert (ended.value.code, out) == (2, "")
    assert err.count("error: ") == 1
    assert "Traceback" not in err
    assert sorted(tmp_path.iterdir()) == [path]


def test_everything_that_is_wrong_is_said_at_once_in_the_order_of_the_file():
    text = GOOD.replace("0.2", "0.2.3").replace("sigmoid", "sigmoyd").replace("[[w3]]", "[[w9]]")
    text = text.replace("loss:", "los:").replace("learning_rate: 0.5", "learning_rate: zero")
    problems = wrong(text).problems
    assert [problem.place.line for problem in problems] == [3, 6, 10, 11, 12]
    message = str(wrong(text))
    assert message.count("error: ") == 5
    assert message.count("\n\n") == 4


def test_a_unit_name_that_is_wrong_does_not_lead_to_other_messages():
    text = GOOD.replace("[h1]", "[1h]").replace("[[w1, w2]]", "[[0.1, 0.2]]").replace("[o1]", "[o1, o1]")
    text = text.replace("[[w3]]", "[[0.3], [0.4]]").replace("w1: 0.1, w2: 0.2, w3: 0.3", "b: 1")
    assert said(text) == ["not a possible name: '1h'", "the name 'o1' is used for two things"]


def test_a_number_cannot_be_named_after_its_ends_if_that_name_is_taken():
    text = changed("w1: 0.1", "w_x1_h1: 0.1").replace("[[w1, w2]]", "[[0.4, w2]]").replace("[[w3]]", "[[w_x1_h1]]")
    assert said(text) == ["the name 'w_x1_h1' is used for two things"]


@pytest.mark.parametrize("text", ["", "# only\n# comments\n", "---\n", "~\n"])
def test_an_empty_file_is_refused(text):
    assert said(text) == ["the file is empty"]


@pytest.mark.parametrize("text", ["hello\n", "- a\n- b\n", "5\n", "lr:0.5\n"])
def test_a_file_that_is_no_mapping_is_refused(text):
    (message,) = said(text)
    assert "must be a mapping" in message


READ = [
    ("x2: -1", "x2: -1.5~"),
    ("x2: -1", "x2: '0.25 ~'"),
    ("w1: 0.1", "w1: 0.1~"),
    ("inputs", "given: rounded\ninputs"),
    ("learning_rate", "conventions: {accept: [updated-weights, batches-of-3], refuse: no-half}\nlearning_rate"),
    ("learning_rate", "conventions: {refuse: []}\nlearning_rate"),
    ("x2: -1", "x2: −1"),
    ("x2: -1", "x2: +1"),
    ("x2: -1", "x2: -.5"),
    ("x2: -1", "x2: 1e-3"),
    ("x2: -1", "x2: 6.02E+23"),
    ("x2: -1", "x2: 1/3"),
    ("x2: -1", "x2: '0.5'"),
    ("x2: -1", "x2: 1."),
    ("x2: -1", "x2: 0." + "1" * 4000),
    ("x2: -1", "x2: 0." + "1" * 4990),
    ("inputs: {x1: 0.5, x2: -1}", "inputs: [0.5, -1]"),
    ("targets: {o1: 1}", "targets: [1]"),
    ("sigmoid", "Sigmoid"),
    ("sigmoid", "Leaky ReLU"),
    ("sigmoid", "leaky-relu"),
    ("sigmoid", "{name: Leaky ReLU, alpha: 0.2}"),
    ("half_squared_error", "MSE"),
    ("[h1]", "1"),
    ("[h1]", "[名]"),
    ("[h1]", "[h^1_1]"),
    ("[o1]", "[o1]\n    from: [h1]"),
    ("[o1]", "[o1]\n    from: h1"),
    ("[[w1, w2]]", "[[w1, -]]"),
    ("[[w1, w2]]", "[[-, 0.2]]"),
    ("[[w1, w2]]", "\n      - [w1, w2]"),
    ("[[w1, w2]]", "\n      - - w1\n        - '-'"),
    ("[[w3]]", "[[w3]]\n    bias: '-'"),
    ("[[w3]]", "[[w3]]\n    bias: [-]"),
    ("[[w3]]", "[[w3]]\n    bias: 0.5"),
    ("[[w3]]", "[[w3]]\n    bias:"),
    ("[[w3]]", "[[w1]]"),
    ("learning_rate: 0.5", "optimizer: {name: sgd, learning_rate: 0.5}"),
    ("learning_rate: 0.5", "learning_rate: 0.5\nfixed: w1"),
    ("learning_rate: 0.5", "learning_rate: 0.5\ntitle: 2015"),
    ("learning_rate: 0.5", "learning_rate: 0.5\ntitle:"),
    ("learning_rate: 0.5", "learning_rate: 0.5\nnote: |\n  two\n  lines"),
]
"""What people write, and the loader reads."""


@pytest.mark.parametrize(("old", "new"), READ)
def test_what_people_write_is_read(old, new):
    text = changed(old, new)
    if new == "inputs: [0.5, -1]":
        assert trace(read_example(text)).lines[0].value == pytest.approx(0.1 * 0.5 - 0.2)
    assert trace(read_example(text)).lines


def test_numbers_never_pass_through_a_float():
    example = read_example(changed("x1: 0.5", "x1: 0.10").replace("x2: -1", "x2: 0.1234567890123456789"))
    assert list(example.values.values())[:2] == ["0.10", "0.1234567890123456789"]


def test_rows_may_be_sources():
    out_in = GOOD.replace("[h1]", "[h1, h2]").replace("[[w1, w2]]", "[[1, 2], [3, 4]]").replace("[[w3]]", "[[5, 6]]")
    in_out = out_in.replace("[[1, 2], [3, 4]]", "[[1, 3], [2, 4]]").replace("[[5, 6]]", "[[5], [6]]")
    first, second = (
        [(line.name, line.value) for line in trace(read_example(text)).lines]
        for text in (out_in, in_out + "weights_layout: in_out\n")
    )
    assert first == second


def test_samples_in_columns_and_in_a_list_are_the_same():
    columns = changed("x1: 0.5, x2: -1", "x1: [0, 1], x2: [1, 0.5]").replace("o1: 1}", "o1: [1, 0]}") + "batch: mean\n"
    rows = GOOD.replace("inputs: {x1: 0.5, x2: -1}\ntargets: {o1: 1}\n", "") + (
        "batch: mean\nsamples:\n"
        "  - {inputs: {x1: 0, x2: 1}, targets: {o1: 1}}\n"
        "  - {inputs: [1, 0.5], targets: [0]}\n".replace("[1, 0.5]", "{x2: 0.5, x1: 1}")
    )
    first, second = ([(e.name, e.value) for e in trace(read_example(text)).lines] for text in (columns, rows))
    assert first == second


def test_samples_may_be_lists_of_bare_numbers():
    text = GOOD.replace("inputs: {x1: 0.5, x2: -1}\ntargets: {o1: 1}\n", "") + (
        "samples: [{inputs: [0.5, -1], targets: [1]}, {inputs: [1, 2], targets: [0]}]\n"
    )
    example = read_example(text)
    assert example.network.inputs == ("i1", "i2")
    assert example.training.samples == 2


def test_samples_beside_inputs_are_refused():
    text = GOOD + "samples: [{inputs: {x1: 1, x2: 2}, targets: {o1: 1}}]\n"
    assert said(text) == ["'inputs' stands beside 'samples'", "'targets' stands beside 'samples'"]


def test_samples_with_other_inputs_are_refused():
    text = GOOD.replace("inputs: {x1: 0.5, x2: -1}\ntargets: {o1: 1}\n", "") + (
        "samples: [{inputs: {x1: 1, x2: 2}, targets: {o1: 1}}, {inputs: {x1: 1}, targets: {o1: 1}}]\n"
    )
    assert said(text) == ["sample 2 has the inputs x1; sample 1 has x1, x2"]


def test_a_file_without_numbers_is_read_and_cannot_be_computed():
    text = GOOD.replace("{x1: 0.5, x2: -1}", "[x1, x2]").replace("{w1: 0.1, w2: 0.2, w3: 0.3}", "[w1, w2, w3]")
    text = text.replace("targets: {o1: 1}\n", "").replace("learning_rate: 0.5\n", "")
    example = read_example(text)
    with pytest.raises(NotNumeric, match="w1, x1, w2, x2, w3, target_o1, eta"):
        trace(example)


@pytest.mark.parametrize(("count", "more"), [(1, ""), (7, ""), (8, ""), (9, ", ..."), (20, ", ...")])
def test_of_what_has_no_number_eight_names_are_said_at_most(count, more):
    names = [Name("", f"w{number}") for number in range(1, count + 1)]
    listed = ", ".join(f"w{number}" for number in range(1, min(count, 8) + 1))
    assert str(NotNumeric(names)) == f"no number is given for {listed}{more}"


def test_units_by_number_are_named_by_layer_and_place():
    head, tail = "inputs: [1]\n", "loss: mse\nlearning_rate: 1\n"
    one = "  - {units: 1, activation: tanh, weights: [[0.5]]}\n"
    deep = read_example(head + "targets: {o1: 1}\nlayers:\n" + one * 3 + tail)
    assert [layer.units for layer in deep.network.layers] == [("h1_1",), ("h2_1",), ("o1",)]
    flat = read_example(head + "targets: {o1: 1}\nlayers:\n" + one * 2 + tail)
    assert [layer.units for layer in flat.network.layers] == [("h1",), ("o1",)]


def test_weights_that_start_equal_are_warned_of():
    twins = GOOD.replace("[h1]", "[h1, h2]").replace("[[w1, w2]]", "[[0.1, 0.2], [0.1, 0.20]]")
    twins = twins.replace("[[w3]]", "[[0.3, 0.3]]").replace("{w1: 0.1, w2: 0.2, w3: 0.3}", "{}")
    (warning,) = read_example(twins).warnings
    assert "h1 and h2" in warning
    assert not read_example(twins.replace("[0.1, 0.20]", "[0.1, 0.21]")).warnings
    assert not read_example(twins.replace("[[0.3, 0.3]]", "[[0.3, 0.4]]")).warnings


def test_a_parameter_that_is_not_used_is_warned_of():
    assert read_example(changed("w3: 0.3", "w3: 0.3, w4: 1")).warnings == ("w4 (line 3) is defined and not used",)


def test_every_shipped_example_loads_and_can_be_found_by_name():
    assert "mazur" in shipped()
    for name in shipped():
        assert trace(load(name)).lines
    with pytest.raises(SourceError, match="no such file") as caught:
        load("mazurr")
    assert "did you mean 'mazur'" in str(caught.value)


def test_a_folder_of_the_same_name_does_not_hide_a_shipped_example(tmp_path, monkeypatch):
    (tmp_path / "mazur").mkdir()
    monkeypatch.chdir(tmp_path)
    assert load("mazur").network.inputs == ("i1", "i2")


@settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_a_valid_file_with_random_changes_is_read_or_refused_and_never_breaks(data):
    text = data.draw(st.sampled_from([GOOD, load("mazur").text]))
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        stop = start + data.draw(st.integers(0, 12))
        piece = data.draw(
            st.one_of(
                st.text(st.sampled_from("[]{}:,-'\"&*!|>#%@ \n\t0123456789.eE+/wxho_^~"), max_size=6),
                st.sampled_from(["w1", "o1", "h1", "- ", "units", "0.5", "softmax", "[[w1]]", "\nfrom: [x1]", "1e9"]),
                st.text(max_size=3),
            )
        )
        text = text[:start] + piece + text[stop:]
    error, example = None, None
    try:
        example = read_example(text, "net.yaml")
    except SourceError as refused:
        error = refused
    if error is not None:
        assert str(error).startswith("error: ")
        assert len(set(error.problems)) == len(error.problems)
    else:
        with suppress(NotNumeric, ComputationError):
            trace(example)
