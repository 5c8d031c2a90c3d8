"""Names of quantities: what is printed is read back as the same name, in every style and alphabet."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from random_networks import cases

from backprop_trace.check.checker import Checker
from backprop_trace.files.sheet import read_sheet
from backprop_trace.files.spec import load, read_example, shipped
from backprop_trace.formulas.arithmetic import FLOAT, evaluate
from backprop_trace.formulas.expr import Name, derivative
from backprop_trace.formulas.expr import given as named
from backprop_trace.formulas.notation import ASCII, ATOM, show
from backprop_trace.formulas.notation.names import ASCII_NAMES, LATEX_NAMES, TEXT_NAMES, canonical
from backprop_trace.formulas.parse import read_formula
from backprop_trace.formulas.vocabulary import Vocabulary
from backprop_trace.model.styles import STYLES, speller, spellings
from backprop_trace.run.step import trace, vocabulary

FEW = settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))


def every_name(example) -> set[Name]:
    return {equation.name for equation in example.listing().equations} | set(example.values)


def assert_read_back(example) -> None:
    known = vocabulary(example.listing(), example.values)
    for name in every_name(example):
        assert known.read(canonical(name)) == name


@pytest.mark.parametrize("shipped_name", shipped())
def test_canonical_names_of_what_ships_are_read_back(shipped_name):
    assert_read_back(load(shipped_name))


@FEW
@given(cases())
def test_canonical_names_of_random_networks_are_read_back(case):
    assert_read_back(read_example(case.text))


@FEW
@given(cases())
def test_formulas_of_random_networks_are_read_back_with_the_same_value(case):
    example = read_example(case.text)
    try:
        t = trace(example)
    except ArithmeticError:
        return
    for line in t.lines:
        text = show(line.equation.formula, ASCII, lambda name: (canonical(name), ATOM))
        formula = read_formula(text, t.vocabulary.read)
        assert evaluate(formula, t.values, FLOAT) == pytest.approx(line.value, rel=1e-12), text


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("alphabet", [ASCII_NAMES, TEXT_NAMES, LATEX_NAMES], ids=["ascii", "text", "latex"])
@pytest.mark.parametrize("shipped_name", shipped())
def test_no_two_quantities_are_written_alike(style, alphabet, shipped_name):
    example = load(shipped_name)
    equations = example.listing()
    spell = speller(style, alphabet, example.network, equations.by_output)
    names = every_name(example)
    written: dict[str, Name] = {}
    for name in names:
        other = written.setdefault(spell(name), name)
        assert other == name, spell(name)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("alphabet", [ASCII_NAMES, TEXT_NAMES], ids=["ascii", "text"])
@pytest.mark.parametrize("shipped_name", shipped())
def test_what_is_printed_is_read_back(style, alphabet, shipped_name):
    example = load(shipped_name)
    equations = example.listing()
    known = vocabulary(equations, example.values)
    names = dict.fromkeys(every_name(example))
    known.spellings = spellings(names, example.network, equations.by_output)
    spell = speller(style, alphabet, example.network, equations.by_output)
    for name in names:
        text = spell(name)
        if style == "nielsen" and text in known.spellings and known.spellings[text] != name:
            continue  # w^2_11 means one weight to Nielsen and another to Kumar
        assert known.read(text) == name, text


def test_names_of_an_own_file_beat_synonyms():
    known = Vocabulary({named("a_1"), Name("out", "1"), named("e"), Name("E")})
    assert known.read("a_1") == named("a_1")
    assert known.read("O_1") == Name("out", "1")


def test_a_derivatives_sample_stands_at_the_end():
    name = derivative(Name("E"), Name("net", "h1", sample=2))
    assert canonical(name) == "dE/dnet_h1[2]"
    assert Vocabulary({name}).read("δ_h1[2]") == name
    assert Vocabulary({name}).read("δ_h1") is None


def test_a_files_own_names_are_printed_as_they_are_spelled():
    text = """
inputs: {x1: 1, x_1: 2, x__a: 3, y_: 4}
targets: {o1: 1}
parameters: {w1: 1, w_1: 2, "w^2_1": 3, w^21: 4}
layers: [{units: [o1], activation: tanh, weights: [[w1, w_1, "w^2_1", "w^21"]]}]
loss: squared_error
learning_rate: 1
"""
    example = read_example(text)
    for alphabet in (ASCII_NAMES, TEXT_NAMES):
        spell = speller("net-out", alphabet, example.network)
        labels = ["x1", "x_1", "x__a", "y_", "w1", "w_1", "w^2_1", "w^21"]
        assert [spell(named(label)) for label in labels] == labels


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("[b1, b2]", "[b3]", ("b^1_1", "b^1_2", "b^2_1")),  # each unit has its own, the one of the last layer, too
        ("b1", "b3", ("b1", "b1", "b2")), ("b1", "[b3]", ("b1", "b1", "b2")),
        ("[b1, b2]", "b3", ("b^1_1", "b^1_2", "b^2_1")),
    ],
)  # fmt: skip
def test_biases_have_the_number_of_their_layer_alone_where_each_layer_has_one(
    first: str, second: str, expected: tuple[str, ...]
) -> None:
    example = read_example(
        "inputs: {x: 1}\ntargets: {y: 1}\nparameters: {b1: 0.1, b2: 0.2, b3: 0.3}\nloss: half_squared_error\n"
        "learning_rate: 0.1\nlayers:\n"
        f"- {{units: [h, k], activation: identity, weights: [[0.1], [0.2]], bias: {first}}}\n"
        f"- {{units: [y], activation: identity, weights: [[0.3, 0.4]], bias: {second}}}\n"
    )
    spell = speller("layered", ASCII_NAMES, example.network)
    names = [bias for layer in example.network.layers for bias in layer.biases]
    assert tuple(spell(name) for name in names if name is not None) == expected


@pytest.mark.parametrize(
    ("lines", "layered", "nielsen"),
    [
        ("", False, False), ("w^3_13 = 0.9", False, True), ("w^2_21 = -0.3", False, True),
        ("w^1_21 = -0.3", True, False), ("w^2_13 = 0.9", True, False),
        ("w^3_13 = 0.9\nw^1_21 = -0.3", False, False), ("w^3_13 = 0.9\nw^1_21 = -0.3\nw^2_13 = 0.9", True, False),
        ("w^3_13 = 0.9\nw^1_21 = -0.3\nw^2_21 = -0.3", False, True),
    ],
)  # fmt: skip
def test_a_bias_has_the_number_of_the_layer_by_which_more_lines_count(lines: str, layered: bool, nielsen: bool) -> None:
    """Kumar's weights are w^1 and w^2, Nielsen's w^2 and w^3; so the bias of the first layer, 0.1, is b1 or b2. Where
    the file gives the other bias this name, that is meant, and 0.1 is none of its numbers."""
    text = load("kumar").text.replace("w1_", "u").replace("w2_", "v")
    for name, own, counts in (("b2", text, nielsen), ("b1", text.replace("b1", "b0").replace("b2", "b1"), layered)):
        report = Checker(read_example(own)).check(read_sheet(f"{lines}\n{name} = 0.1\n", "sheet.txt"))
        (verdict,) = [line.verdict for line in report.written if line.name.startswith("b")]
        assert verdict == ("right" if counts else "slip"), name
