"""Recurrence: layers unrolled over time, definitions over time, tied weights; against central differences."""

import json
import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backprop_trace.check.checker import Checker
from backprop_trace.files.sheet import read_sheet
from backprop_trace.files.source import SourceError
from backprop_trace.files.spec import Example, load, read_example
from backprop_trace.formulas.arithmetic import ComputationError
from backprop_trace.formulas.expr import given as named
from backprop_trace.formulas.notation.names import canonical
from backprop_trace.formulas.notation.numbers import shown
from backprop_trace.run.step import trace, traces
from backprop_trace.run.train.sweep import sweep
from backprop_trace.run.verify import verify

UNROLLED = """
parameters: {w: 0.5, u: 0.8, b: 0.1, v: 1.2}
sequence: {inputs: {x: [1, 0, -1]}, targets: {o1: [0.5, 0.4, 0.1]}}
layers:
  - {units: [h1], activation: tanh, weights: [[w]], recurrent: [[u]], bias: b}
  - {units: [o1], activation: identity, weights: [[v]]}
loss: half_squared_error
learning_rate: 0.1
"""


def agrees(example: Example) -> bool:
    try:
        return {row.verdict for row in verify(example)} == {"agrees"}
    except ComputationError as broken:  # a loss or gradient that is 0, which no number of bits can show
        return "told from 0" in str(broken)


def test_an_unrolled_layer_computes_what_a_loop_computes():
    hidden, loss, outputs = 0.0, 0.0, []
    for x, target in ((1, 0.5), (0, 0.4), (-1, 0.1)):
        hidden = math.tanh(0.5 * x + 0.8 * hidden + 0.1)
        outputs.append(1.2 * hidden)
        loss += (target - outputs[-1]) ** 2 / 2
    found = trace(read_example(UNROLLED))
    assert [found[f"out_o1@{time}"].value for time in (1, 2, 3)] == pytest.approx(outputs)
    assert found["E"].value == pytest.approx(loss)


def test_the_gradient_of_a_weight_is_summed_over_time_term_by_term():
    found = trace(read_example(UNROLLED))
    line = found["dE/du"]
    terms = [canonical(name) for name in line.equation.formula.terms]
    assert terms == ["dE/du@1", "dE/du@2", "dE/du@3"]
    assert line.value == pytest.approx(sum(found[term].value for term in terms))
    assert [canonical(name) for name in found["dE/dout_h1@1"].equation.formula.terms] == [
        "dE/dout_h1:o1@1", "dE/dout_h1:h1@2@1",
    ]  # fmt: skip


def test_a_sequence_in_columns_is_the_same_as_a_list_of_time_steps():
    steps = "[{inputs: {x: 1}, targets: {o1: 0.5}}, {inputs: {x: 0}, targets: {o1: 0.4}}, "
    listed = read_example(UNROLLED.replace(
        "{inputs: {x: [1, 0, -1]}, targets: {o1: [0.5, 0.4, 0.1]}}", steps + "{inputs: {x: -1}, targets: {o1: 0.1}}]"
    ))  # fmt: skip
    assert trace(listed).values == trace(read_example(UNROLLED)).values


def test_time_steps_without_targets_have_no_loss():
    only_last = UNROLLED.replace("{inputs: {x: [1, 0, -1]}, targets: {o1: [0.5, 0.4, 0.1]}}",
        "[{inputs: {x: 1}}, {inputs: {x: 0}}, {inputs: {x: -1}, targets: {o1: 0.1}}]")  # fmt: skip
    example = read_example(only_last)
    found = trace(example)
    assert found["E"].value == pytest.approx((0.1 - found["out_o1@3"].value) ** 2 / 2)
    assert {row.verdict for row in verify(example)} == {"agrees"}


def test_json_says_the_time_step_of_every_line(printed):
    lines = json.loads(printed("show", "rnn", "--format", "json"))["lines"]
    found = {(line["name"], line["time"]) for line in lines}
    assert {("net_h1", 1), ("net_h1", 3), ("dE/dw", 2), ("dE/dw", None), ("E", None)} <= found


@pytest.mark.parametrize("name", ["rnn", "lstm", "convolution", "descent", "cs231n-neuron"])
def test_every_quantity_is_read_back_by_its_name(name):
    found = trace(load(name))
    assert all(found[canonical(line.name)].name == line.name for line in found.lines)


def test_the_lstm_cell_has_the_gradient_of_the_same_cell_written_in_python():
    def loss(p):
        h = c = total = 0.0
        for x, y in ((1, 0.5), (0.5, 1.25)):
            f, i, o = (1 / (1 + math.exp(-(p["w" + gate] * x + p["u" + gate] * h))) for gate in "fio")
            c = f * c + i * math.tanh(p["wg"] * x + p["ug"] * h)
            h = o * math.tanh(c)
            total += (y - h) ** 2 / 2
        return total

    start = {"wf": 0.7, "uf": 0.1, "wi": 0.95, "ui": 0.8, "wo": 0.6, "uo": 0.25, "wg": 0.45, "ug": 0.15}
    found = trace(load("lstm"))
    assert found["E"].value == pytest.approx(loss(start))
    for name, value in start.items():
        difference = (loss({**start, name: value + 1e-5}) - loss({**start, name: value - 1e-5})) / 2e-5
        assert found[f"dE/d{name}"].value == pytest.approx(difference, rel=1e-6)


def test_a_convolution_adds_up_the_gradient_of_its_kernel_over_its_places():
    found = trace(load("convolution"))
    x, deltas = (1, 0.5, -1, 2), [found[f"dE/dnet_c{place}"].value for place in (1, 2, 3)]
    assert found["dE/dk1"].value == pytest.approx(sum(d * x[place] for place, d in enumerate(deltas)))
    assert found["dE/dk2"].value == pytest.approx(sum(d * x[place + 1] for place, d in enumerate(deltas)))


# --- networks that settle ---


def fixed_point_loss(p, target=0.8):
    """The loss at the fixed point of `settling`, found by iterating without end."""
    h1 = h2 = 0.0
    for _ in range(2000):
        h1, h2 = math.tanh(p["w1"] * 0.5 + p["u1"] * h2), math.tanh(-p["w2"] + p["u2"] * h1)
    return (target - (p["v1"] * h1 + p["v2"] * h2)) ** 2 / 2


def test_the_gradient_through_the_settling_loop_is_the_derivative_of_the_fixed_point():
    text = load("settling").text
    start = {"w1": 0.6, "w2": 0.3, "u1": -0.4, "u2": 0.5, "v1": 1.1, "v2": -0.7}
    for threshold, near in (("0.0001", 1e-3), ("1e-14", 1e-11)):
        found = trace(read_example(text.replace("0.0001", threshold)))
        for name, value in start.items():
            step = 1e-5
            moved = (fixed_point_loss({**start, name: value + way}) for way in (step, -step))
            difference = next(moved) - next(moved)
            assert found[f"dE/d{name}"].value == pytest.approx(difference / (2 * step), abs=near, rel=1e-8)


def test_a_start_at_the_fixed_point_does_not_cut_the_way_back_short():
    h1 = h2 = 0.0
    for _ in range(2000):
        h1, h2 = math.tanh(0.3 - 0.4 * h2), math.tanh(-0.3 + 0.5 * h1)
    settled_at_once = f"{load('settling').text}start: {{h1: {h1:.12f}, h2: {h2:.12f}}}\n"
    found, usual = trace(read_example(settled_at_once)), trace(load("settling"))
    for name in ("w1", "w2", "u1", "u2"):
        assert found[f"dE/d{name}"].value == pytest.approx(usual[f"dE/d{name}"].value, abs=1e-3)


def test_a_fixed_point_that_nothing_returns_to_is_refused():
    text = """
inputs: {x: 0}
targets: {o1: 1}
parameters: {w: 0.5, u: 1.5}
layers:
  - {units: [o1], activation: tanh, weights: [[w]], recurrent: [[u]]}
settle: {threshold: 0.001}
loss: half_squared_error
learning_rate: 1
"""
    with pytest.raises(SourceError) as wrong:
        read_example(text)
    assert "does not settle: after 200 iterations the gradient that goes back through them is still" in str(wrong.value)
    assert read_example(text.replace("u: 1.5", "u: 0.5")).training.times > 5


@pytest.mark.parametrize(("target", "times"), [(2002, 19), (1000002, 28), (2.5, 8), (2, 8)])
def test_so_many_iterations_as_either_loop_needs(target, times):
    """h = 1 + h/2 from 0 is 2 - 2^(1 - t): it moves by 2^(1 - t), which is below 0.01 from t = 8 on.

    The gradient 2 - target is halved with each iteration back: 2000 is below 0.01 at the 19th, 10^6 at the 28th.
    """
    text = f"""
inputs: {{x: 1}}
targets: {{o1: {target}}}
parameters: {{w: 1, u: 0.5}}
layers:
  - {{units: [o1], activation: identity, weights: [[w]], recurrent: [[u]]}}
settle: {{threshold: 0.01}}
loss: half_squared_error
learning_rate: 0.001
"""
    assert read_example(text).training.times == times


def test_both_loops_are_shown_iteration_by_iteration():
    found = trace(load("settling"))
    last = found.example.training.times
    assert last > 5
    assert [found[f"out_h1@{time}"].equation.phase for time in range(1, last + 1)] == ["forward"] * last
    assert [found[f"dE/dout_h1@{time}"].equation.phase for time in range(1, last + 1)] == ["backward"] * last
    assert abs(found[f"out_h1@{last}"].value - found[f"out_h1@{last - 1}"].value) < 1e-4
    assert [str(line.name.time) for line in found.lines if line.name.kind == "E" and line.name.label] == [str(last)]


ONE_THAT_HEARS_ITSELF = """
inputs: {{x: {x}}}
targets: {{o: {target}}}
parameters: {{w: 0.7, u: {u}, v: 1.3}}
layers:
  - {{units: [h], activation: tanh, weights: [[w]], recurrent: [[u]]}}
  - {{units: [o], activation: identity, weights: [[v]]}}
settle: {{threshold: {threshold}}}
loss: half_squared_error
learning_rate: 0.1
"""


@pytest.mark.parametrize("threshold", [0.05, 0.001, 1e-6])
@pytest.mark.parametrize(
    ("x", "u", "target"),
    [(0.5, 0.6, 0.9), (0.5, -0.8, 0.9), (0.1, 0.9, -1.0), (1.0, 0.3, 0.8), (2.5, 0.2, 1.29), (0.0, 0.5, 0.0)],
)
def test_there_are_as_many_iterations_as_the_activation_and_the_gradient_take(x, u, target, threshold):
    """h = tanh(0.7 x + u h) from h = 0 on; back from the last one, each delta is the next one times u (1 - h^2)."""
    h, change, forward = 0.0, math.inf, 0
    while change >= threshold:
        before, h, forward = h, math.tanh(0.7 * x + u * h), forward + 1
        change = abs(h - before)
    for _ in range(1000):
        h = math.tanh(0.7 * x + u * h)
    delta, back = abs(1.3 * (1.3 * h - target) * (1 - h**2)), 1
    while delta >= threshold:
        delta, back = abs(delta * u * (1 - h**2)), back + 1
    example = read_example(ONE_THAT_HEARS_ITSELF.format(x=x, u=u, target=target, threshold=threshold))
    assert example.training.times == max(forward, back)


def test_a_network_that_does_not_settle_is_refused_with_the_change_that_remains():
    restless = load("settling").text.replace("u1: -0.4, u2: 0.5", "u1: -8, u2: 8")
    with pytest.raises(SourceError) as wrong:
        read_example(restless)
    assert "does not settle: after 200 iterations an activation still changes by" in str(wrong.value)
    with pytest.raises(SourceError) as wrong:
        read_example(load("settling").text.replace("tanh", "identity").replace("u1: -0.4, u2: 0.5", "u1: 9, u2: 9"))
    assert "does not settle" in str(wrong.value)


def test_other_weights_for_a_run_may_take_other_iterations(printed):
    out = printed("show", "settling", "--set", "u1=0", "--set", "u2=0", "--phase", "update")
    assert "after 2 iterations" in " ".join(out.split())


def test_a_network_that_training_has_made_restless_is_refused_at_that_step():
    example = read_example(load("settling").text.replace("learning_rate: 0.1", "learning_rate: 5"))
    assert [found.step for found in traces(example, steps=(1, 2, 3))] == [1, 2, 3]
    with pytest.raises(ComputationError, match="does not settle: after 200 iterations") as restless:
        trace(example, step=4)
    assert restless.value.step == 4


def test_a_sweep_to_where_the_network_does_not_settle_is_refused():
    example = load("settling")
    assert len(sweep(example, named("u1"), [-1.0, 0.0, 1.0])) == 3
    with pytest.raises(ComputationError, match="does not settle"):
        sweep(example, named("u1"), [-9.0])


def test_a_network_that_settles_needs_no_numbers_to_be_derived(printed, tmp_path):
    path = tmp_path / "net.yaml"
    path.write_text("""
inputs: [x]
parameters: [w, u]
layers:
  - {units: [o1], activation: tanh, weights: [[w]], recurrent: [[u]]}
settle: {threshold: 1e-6}
loss: half_squared_error
""")
    out = printed("derive", str(path), "--only", "dE/du", "--ascii")
    assert "+ dE/dout_o1@3 * dout_o1/dnet_o1@3 * dnet_o1@3/dout_o1@2 *" in out


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.integers(-9, 9), min_size=6, max_size=6))
def test_random_networks_that_settle_agree_with_central_differences(tenths):
    w1, w2, u1, u2, v1, v2 = (f"{tenth / 10}" for tenth in tenths)
    numbers = f"w1: {w1}, w2: {w2}, u1: {u1}, u2: {u2}, v1: {v1}, v2: {v2}"
    text = load("settling").text.replace("w1: 0.6, w2: 0.3, u1: -0.4, u2: 0.5, v1: 1.1, v2: -0.7", numbers)
    assert agrees(read_example(text.replace("0.0001", "0.01")))


# --- random instances ---

numbers = st.integers(-15, 15).map(lambda tenths: f"{tenths / 10}")


def matrix(draw, rows, columns, names):
    """Random weights: numbers of their own, names that are tied, and no connection."""
    cell = st.one_of(st.sampled_from(names), st.just("'-'"), numbers)
    first = [st.sampled_from(names)]
    return [[draw(first[0] if column == 0 else cell) for column in range(columns)] for _ in range(rows)]


def written(rows):
    return "[" + ", ".join("[" + ", ".join(row) + "]" for row in rows) + "]"


@st.composite
def unrolled(draw):
    times, samples = draw(st.integers(1, 3)), draw(st.integers(1, 2))
    names = ("p", "q", "r")
    parameters = ", ".join(f"{name}: {draw(numbers)}" for name in (*names, "b"))

    def column():
        return "[" + ", ".join(draw(numbers) for _ in range(times)) + "]"

    def sequence():
        return f"{{inputs: {{x: {column()}, y: {column()}}}, targets: {{o1: {column()}}}}}"

    given = f"sequence: {sequence()}" if samples == 1 else "samples:\n" + "\n".join(
        f"  - sequence: {sequence()}" for _ in range(samples)
    )  # fmt: skip
    bias = draw(st.sampled_from(["b", "[b, b]", "[b, 0.3]"]))
    return f"""
parameters: {{{parameters}}}
{given}
layers:
  - units: [h1, h2]
    activation: {draw(st.sampled_from(["tanh", "sigmoid", "softplus", "z / (1 + z^2)"]))}
    weights: {written(matrix(draw, 2, 2, names))}
    recurrent: {written(matrix(draw, 2, 2, names))}
    bias: {bias}
  - units: [o1]
    activation: sigmoid
    weights: {written(matrix(draw, 1, 2, names))}
    recurrent: {written(matrix(draw, 1, 1, names))}
    bias: b
loss: {draw(st.sampled_from(["half_squared_error", "(t - o)^2 * (2 + o)"]))}
batch: {draw(st.sampled_from(["sum", "mean"]))}
start: {{h1: 0.25}}
learning_rate: 0.1
"""


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(unrolled())
def test_random_recurrent_networks_agree_with_central_differences(text):
    assert agrees(read_example(text))


# --- bad input ---

BAD = [
    ("targets: {o1: [0.5, 0.4, 0.1]}", "targets: {o1: [0.5, 0.4]}", "2 values here, 3 elsewhere"),
    ("recurrent: [[u]]", "recurrent: [[u, u]]", "the weights are 1 x 2, expected 1 x 1"),
    ("recurrent: [[u]]", "recurrent: [[uu]]", "'uu' is not defined under 'parameters'"),
    ("{inputs: {x: [1, 0, -1]}, targets: {o1: [0.5, 0.4, 0.1]}}", "[]", "a sequence is a list of time steps"),
    ("{inputs: {x: [1, 0, -1]}, targets: {o1: [0.5, 0.4, 0.1]}}", "{inputs: {x: [1, 0, -1]}}", "no time step"),
    ("loss:", "inputs: {x: 1}\nloss:", "'inputs' stands beside 'sequence'"),
    ("loss:", "start: {h7: 1}\nloss:", "'h7' is not used before it is there"),
]


@pytest.mark.parametrize(("old", "new", "message"), BAD, ids=lambda text: text[:30])
def test_what_is_wrong_with_a_sequence_is_said(old, new, message):
    with pytest.raises(SourceError) as wrong:
        read_example(UNROLLED.replace(old, new))
    assert message in str(wrong.value)
    assert len(wrong.value.problems) == 1, str(wrong.value)


def test_a_recurrent_layer_without_a_sequence_is_refused():
    text = UNROLLED.replace("sequence: {inputs: {x: [1, 0, -1]}, targets: {o1: [0.5, 0.4, 0.1]}}",
                            "inputs: {x: 1}\ntargets: {o1: 0.5}")  # fmt: skip
    with pytest.raises(SourceError) as wrong:
        read_example(text)
    assert "needs a sequence" in str(wrong.value)


def test_sequences_of_unequal_lengths_are_refused():
    text = UNROLLED.replace("sequence: {inputs: {x: [1, 0, -1]}, targets: {o1: [0.5, 0.4, 0.1]}}", """samples:
  - sequence: {inputs: {x: [1, 0, -1]}, targets: {o1: [0.5, 0.4, 0.1]}}
  - sequence: {inputs: {x: [1, 0]}, targets: {o1: [0.5, 0.4]}}""")  # fmt: skip
    with pytest.raises(SourceError) as wrong:
        read_example(text)
    assert "a sequence of 2 time steps" in str(wrong.value)


@pytest.mark.parametrize("name", ["rnn", "lstm", "settling", "descent"])
def test_they_are_trained_like_any_other(name, printed):
    out = printed("train", name, "--epochs", "30")
    steps = trace(load(name), step=31)
    objective = next(line for line in steps.lines if line.name == steps.listing.objective)
    assert f"to {shown(objective.value, 6)}" in out


def test_a_sheet_that_stops_when_the_activations_have_settled_is_accepted():
    """From a start near the fixed point the activations settle at once, the gradient only 11 iterations later."""
    near = {"h1": 0.4, "h2": -0.1}
    example = read_example(f"{load('settling').text}start: {{h1: {near['h1']}, h2: {near['h2']}}}\n")
    example = read_example(example.text.replace("0.0001}", "0.1}"))
    h1, h2 = math.tanh(0.3 - 0.4 * near["h2"]), math.tanh(-0.3 + 0.5 * near["h1"])
    assert max(abs(h1 - near["h1"]), abs(h2 - near["h2"])) < 0.1 and example.training.times > 1
    o1 = 1.1 * h1 - 0.7 * h2
    sheet = f"out_h1@1 = {h1:.6f}\nout_h2@1 = {h2:.6f}\nout_o1@1 = {o1:.6f}\nE = {(0.8 - o1) ** 2 / 2:.6f}\n"
    sheet += f"dE/dv1 = {(o1 - 0.8) * h1:.6f}\ndE/dv2 = {(o1 - 0.8) * h2:.6f}\n"
    report = Checker(example).check(read_sheet(sheet, "sheet"))
    assert [line.verdict for line in report.lines if line.written] == ["right"] * 3 + ["convention"] * 3
    assert report.conventions == ("activations-settled",)
