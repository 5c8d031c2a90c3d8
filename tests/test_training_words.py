"""What training says at its end: who is classified, what diverges, what is dead."""

from __future__ import annotations

import itertools

import pytest
from training import XOR

from backprop_trace.files.spec import Example, read_example
from backprop_trace.run.train.session import Plan, Session


def network(activation: str, weights: str, targets: str, before: str = "", loss: str = "half_squared_error") -> Example:
    units = ", ".join(f"o{count}" for count in range(1, weights.count("[")))
    names = targets if ":" in targets else f"o1: {targets}"
    return read_example(
        f"inputs: {{x: [1, 2]}}\ntargets: {{{names}}}\nlayers:\n{before}"
        f"  - {{units: [{units}], activation: {activation}, weights: {weights}}}\nloss: {loss}\nlearning_rate: 0.1\n"
    )


def words(run, tmp_path, example: Example, *options: str) -> str:
    path = tmp_path / "net.yaml"
    path.write_text(example.text)
    return " ".join(run("train", str(path), *options)[1].split())


ONE_OF_THREE = "o1: [1, 1], o2: [0, 0], o3: [0, 0]"


def test_an_output_at_one_half_is_on_no_side() -> None:
    assert not Session(network("sigmoid", "[[0]]", "[0, 0]"), Plan(1)).classified()
    assert not Session(network("sigmoid", "[[0]]", "[1, 1]"), Plan(1)).classified()
    assert Session(network("sigmoid", "[[0.1]]", "[1, 1]"), Plan(1)).classified()


def test_softmax_outputs_that_tie_tell_no_class() -> None:
    tied = network("softmax", "[[0.1], [0.1], [0]]", ONE_OF_THREE, loss="categorical_cross_entropy")
    assert not Session(tied, Plan(1)).classified()


def test_the_right_output_of_softmax_may_be_below_one_half_and_no_side_is_named(run, tmp_path) -> None:
    right = network("softmax", "[[0.02], [0.01], [0]]", ONE_OF_THREE, loss="categorical_cross_entropy")
    said = words(run, tmp_path, right, "--epochs", "1")
    assert "the largest output of every sample is the right one" in said and "side" not in said


def test_a_sample_on_the_wrong_side_is_said(run, tmp_path) -> None:
    said = words(run, tmp_path, network("sigmoid", "[[0.1]]", "[0, 1]"), "--epochs", "1")
    assert "not every sample is on its target's side of 1/2" in said


@pytest.mark.parametrize("fast", [[], ["--fast"]])
def test_a_run_that_diverges_is_called_so(run, tmp_path, fast) -> None:
    """E = (w - 0)^2 / 2 + (2w - 1)^2 / 2 has E'' = 5: a step of 0.5 > 2/5 leads away from the minimum."""
    example = network("identity", "[[0.5]]", "[0, 1]")
    assert "the loss has grown" in words(run, tmp_path, example, "--epochs", "4", "--set", "eta=0.5", *fast)
    assert "the loss has grown" not in words(run, tmp_path, example, "--epochs", "4", "--set", "eta=0.3", *fast)


@pytest.mark.parametrize("fast", [[], ["--fast"]])
def test_a_relu_that_is_dead_for_every_sample_is_named(run, tmp_path, fast) -> None:
    """h1 = relu(-0.5 x) is 0 for x = 1 and 2, h2 = relu(x - 1.5) for x = 1 only."""
    hidden = "  - {units: [h1, h2], activation: relu, weights: [[-0.5], [1]], bias: [0, -1.5]}\n"
    example = network("identity", "[[0.3, 0.4]]", "[0, 1]", hidden)
    assert "h1 is dead" in (said := words(run, tmp_path, example, "--epochs", "1", *fast)) and "h2 is dead" not in said


@pytest.mark.parametrize(("units", "words"), [
    ([], ""), (["h1"], "h1 is dead:"), (["h1", "h2"], "h1, h2 are dead:"),
    ([f"h{n}" for n in range(1, 7)], "h1, h2, h3, h4, h5, h6 are dead:"),
    ([f"h{n}" for n in range(1, 8)], "h1, h2, h3, h4, h5, h6, ... are dead:"),
])  # fmt: skip
def test_dead_units_are_named_six_of_them_at_most(units, words) -> None:
    from backprop_trace.run.train.session import dead

    assert dead(units).startswith(words)
    assert bool(dead(units)) == bool(units)


@pytest.mark.parametrize(("epochs", "distance"), [(7, 1), (120, 1), (239, 1), (240, 2), (1200, 10)])
def test_the_curve_has_its_points_at_equal_distances_up_to_the_last_epoch(epochs, distance) -> None:
    session = Session(read_example(XOR + "learning_rate: 0.5"), Plan(epochs, epochs))
    list(session.reports())
    places = [epoch for epoch, _, _ in session.curve]
    assert places[0] == 0
    assert places[-1] == epochs
    assert {after - before for before, after in itertools.pairwise(places[:-1])} <= {distance}
