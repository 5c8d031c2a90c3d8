"""What a file names and what the program makes up are never taken for one another."""

from __future__ import annotations

import builtins
import keyword

import pytest

import backprop_trace as bt
from backprop_trace.files.source import SourceError
from backprop_trace.formulas.expr import FUNCTIONS
from backprop_trace.formulas.notation.names import GREEK
from backprop_trace.model.catalogue import ACTIVATIONS, LOSSES, OPTIMIZERS, SETTINGS

RULES = [entry for conventions in OPTIMIZERS.values() for entry in conventions.values()]
WORDS = sorted(
    {
        *ACTIVATIONS, *LOSSES, *OPTIMIZERS, *SETTINGS, *(setting.letter for setting in SETTINGS.values()), *FUNCTIONS,
        *GREEK, *keyword.kwlist, *dir(builtins), "t", "w", "g", "at", "ahead", "eta_t", "E", "E_o1", "net", "net_o1",
        "out_o1", "target_o1", "error_o1", "delta_o1", "w_x_o1", "w_h1_o1", "b_1", "change_w5", "m_w5", "v_w5",
        "mhat_w5", "o1",
        "values", "steps", "batches", "power", "positive", "v0", "k0", "numpy", "torch",
        *(letter.rstrip("+") for rule in RULES for letter in (*rule.lines, *rule.state, *rule.shared, *rule.constants)),
    }
)  # fmt: skip


def layered(x: str, w: str, unit: str) -> str:
    return f"""
inputs: {{"{x}": 2}}
targets: {{"{unit}": 1}}
parameters: {{"{w}": 0.5}}
layers: [{{units: ["{unit}"], activation: identity, weights: [["{w}"]]}}]
loss: half_squared_error
optimizer: {{name: adam, learning_rate: 0.1}}
"""


def shown(text: str) -> bt.Trace | None:
    """The trace of a file, or None if the file is refused, at a place."""
    try:
        return bt.trace(bt.read_example(text))
    except SourceError as refused:
        problems = refused.problems
    assert all(problem.place is not None for problem in problems)
    return None


def numbers_are_right(found: bt.Trace | None, w: str, unit: str) -> None:
    """net = 0.5 * 2, E = 0, and a quarter more with a target of 1: by hand."""
    if found is not None:
        assert found[f"net_{unit}"].value == 1.0
        assert found[f"out_{unit}"].value == 1.0
        assert found["E"].value == 0.0
        assert found[f"dE/d{w}"].value == 0.0
        assert found[f"{w}+"].value == 0.5


@pytest.mark.parametrize("word", WORDS)
def test_any_word_is_an_input_a_parameter_and_a_unit_or_is_refused_with_its_place(word: str) -> None:
    numbers_are_right(shown(layered(word, "w5", "o1")), "w5", "o1")
    numbers_are_right(shown(layered("x", word, "o1")), word, "o1")
    numbers_are_right(shown(layered("x", "w5", word)), "w5", word)


@pytest.mark.parametrize("word", WORDS)
def test_any_word_is_a_definition_or_is_refused_with_its_place(word: str) -> None:
    found = shown(f"""
inputs: {{x: 3}}
parameters: {{w5: 2}}
definitions:
  "{word}": x * w5
  q: 2 * {word} + 1
objective: q
optimizer: {{name: adam, learning_rate: 0.1}}
""")
    if found is not None:
        assert (found[word].value, found["q"].value, found["dq/dw5"].value) == (6.0, 13.0, 6.0)


@pytest.mark.parametrize("letter", ["t", "beta1", "beta_1", "beta2", "epsilon", "eta", "η", "β1", "β₁", "β_2", "ε"])
def test_a_letter_of_the_optimizer_is_no_input_beside_it(letter: str) -> None:
    with pytest.raises(SourceError, match="already means something") as refused:
        bt.read_example(layered(letter, "w5", "o1"))
    assert refused.value.problems[0].place == (2, 10, len(letter) + 2)


def test_where_the_rule_has_no_such_letter_it_is_a_name_like_others() -> None:
    found = bt.trace(bt.read_example(layered("t", "mu", "o1").replace("adam", "sgd")))
    assert found["net_o1"].value == 1.0


def test_an_input_called_like_an_automatic_weight_is_refused() -> None:
    text = "inputs: {h1: 2, w_h1_o1: 3}\ntargets: {o1: 1}\nlearning_rate: 0.1\nloss: half_squared_error\n" + (
        "layers: [{units: [o1], activation: identity, weights: [[0.5, 0.25]]}]\n"
    )
    with pytest.raises(SourceError, match="called like a weight"):
        bt.read_example(text)
