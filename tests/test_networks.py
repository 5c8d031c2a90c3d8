"""Every shipped example: it loads, it shows in every format, and what its source prints can be read."""

import json
import math
from fractions import Fraction
from functools import cache
from pathlib import Path

import jsonschema
import pytest
import yaml

from backprop_trace.cli.options import with_values
from backprop_trace.files.schema import json_schema
from backprop_trace.files.sheet import Entry, published_sheet
from backprop_trace.files.spec import Example, load, read_example, shipped
from backprop_trace.formulas.expr import Name, given, names_in
from backprop_trace.formulas.notation.names import ASCII_NAMES, canonical
from backprop_trace.formulas.vocabulary import Vocabulary
from backprop_trace.model.network import Listing
from backprop_trace.model.styles import speller
from backprop_trace.render import FORMATS, render
from backprop_trace.render.medium import Medium
from backprop_trace.render.view import View
from backprop_trace.run.step import Settings, trace

NETWORKS = Path(__file__).parent.parent / "networks"
ISSUED = {"mazur", "quirk", "cheng", "hmkcode", "han-kamber", "udacity", "one-weight", "xor", "kumar", "deep"}
WITHOUT_NUMBERS_OF_THEIR_SOURCE = {"xor", "kumar", "deep"}


def test_the_promised_examples_ship() -> None:
    assert set(shipped()) >= ISSUED


@pytest.mark.parametrize("name", shipped())
def test_it_loads_without_a_warning_and_says_where_it_comes_from(name: str) -> None:
    example = load(name)
    assert example.warnings == ()
    assert example.title
    assert example.source


@pytest.mark.parametrize("name", shipped())
@pytest.mark.parametrize("engine", ["float", "exact"])
@pytest.mark.parametrize("form", [form for form, about in FORMATS.items() if form != "yaml" and not about.binary])
def test_it_shows_in_every_format(name: str, engine: str, form: str) -> None:
    example = load(name)
    settings = Settings(engine)
    text = "".join(render(form, [trace(example, settings)], View(example, settings)))
    assert text.strip()
    assert "nan" not in text


@pytest.mark.parametrize("name", shipped())
@pytest.mark.parametrize("style", ["layered", "nielsen"])
@pytest.mark.parametrize("width", [40, 80, 120])
def test_no_line_of_a_table_is_wider_than_the_terminal(name: str, style: str, width: int) -> None:
    example = load(name)
    text = "".join(render("table", [trace(example)], View(example, style=style), Medium(width=width)))
    assert [line for line in text.splitlines() if len(line) > width] == []


# --- the files themselves ---


@pytest.mark.parametrize("path", sorted(NETWORKS.glob("*.yaml")), ids=lambda path: path.stem)
def test_editors_find_the_schema_and_it_agrees(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    first_line = text.partition("\n")[0]
    assert first_line == "# yaml-language-server: $schema=./schema.json"
    jsonschema.validate(yaml.safe_load(text), json_schema())


def test_the_schema_beside_them_is_the_programs_own() -> None:
    """If this fails: `backprop-trace schema > networks/schema.json`."""
    assert json.loads((NETWORKS / "schema.json").read_text(encoding="utf-8")) == json_schema()


# --- published numbers ---


@cache
def equations(name: str) -> Listing:
    return load(name).listing()


def printed(example: Example) -> tuple[Entry, ...]:
    assert example.published is not None
    return published_sheet(example.published, example.name, example.text).entries


@pytest.mark.parametrize("name", sorted(ISSUED - WITHOUT_NUMBERS_OF_THEIR_SOURCE))
def test_every_published_quantity_is_one_of_the_example(name: str) -> None:
    example = load(name)
    network = example.network
    known = {equation.name for equation in equations(name).equations} | set(example.values)
    known |= {Name("change", parameter.label) for parameter in example.rule.trained}
    known |= {Name("error", unit, sample=name.sample) for unit in network.outputs for name in example.values}
    vocabulary = Vocabulary(known, equations(name).by_output, equations(name).loss_adds_up)
    for entry in printed(example):
        spelling = entry.spelling if entry.section.sample is None else f"{entry.spelling}[{entry.section.sample}]"
        assert vocabulary.read(spelling), spelling
        assert all(reading.value is not None for reading in entry.readings)
        with_values(example, entry.section.settings)


MEAN = """
inputs: {x: 0.4}
targets: {o1: 1, o2: 0}
layers:
  - {units: [h1, h2], activation: tanh, weights: [[w1], [w2]]}
  - {units: [o1, o2], activation: sigmoid, weights: [[w3, w4], [w5, w6]]}
parameters: {w1: 0.5, w2: -0.3, w3: 0.7, w4: 0.2, w5: -0.6, w6: 0.9}
loss: mean_squared_error
learning_rate: 0.1
"""


@pytest.mark.parametrize("text", ["mazur", "quirk", "kumar", "nielsen", "hmkcode", "deep", MEAN])
def test_the_derivative_of_one_output_is_read_as_that_of_the_whole_loss_only_where_it_is_the_same(text: str) -> None:
    """By central differences of the loss at that output."""
    example = load(text) if "\n" not in text else read_example(text)
    lines, found = example.listing(), trace(example)
    vocabulary = Vocabulary({line.name for line in lines.equations}, lines.by_output, lines.loss_adds_up)
    for parameter in example.rule.trained:
        around = (f"{float(example.values[parameter]) + off:.12f}" for off in (1e-5, -1e-5))
        above, below = (trace(with_values(example, [f"{parameter.label}={value}"])) for value in around)
        for unit in example.network.outputs:
            meant = vocabulary.read(f"dE_{unit}/d{parameter.label}")
            slope = (float(above[f"E_{unit}"].value) - float(below[f"E_{unit}"].value)) / 2e-5
            assert meant is None or float(found.values[meant]) == pytest.approx(slope, rel=1e-6, abs=1e-9)
    if not lines.loss_adds_up:
        assert vocabulary.read("dE_o1/dout_o1") is vocabulary.read("dE_o1/dnet_o1") is None


@pytest.mark.parametrize("name", sorted(ISSUED - WITHOUT_NUMBERS_OF_THEIR_SOURCE))
def test_no_quantity_is_published_twice(name: str) -> None:
    lines = [(entry.section, entry.spelling) for entry in printed(load(name))]
    assert len(set(lines)) == len(lines)


@pytest.mark.parametrize(
    ("name", "step", "spelling", "numbers"),
    [
        ("mazur", 1, "w7+", ["0.511301270"]),
        ("mazur", 2, "E", ["0.291027924"]),
        ("mazur", 10001, "E", ["0.0000351085"]),
        ("quirk", 1, "out_h1", ["0.6483", "0.6482"]),
        ("quirk", 1, "dE/dh2o2", ["-0.118080"]),
        ("quirk", 2, "E", ["0.22916"]),
        ("hmkcode", 1, "E", ["0.32724050"]),
        ("udacity", 1, "change_w_x1_h1", ["1.77005547e-04"]),
    ],
)
def test_published_numbers_stand_as_they_are_printed(name: str, step: int, spelling: str, numbers: list[str]) -> None:
    entries = printed(load(name))
    found = [e for e in entries if e.section.step == step and e.spelling == spelling]
    assert [reading.text for entry in found for reading in entry.readings] == numbers


# --- what the examples are there to show ---


def test_xor_is_learned_in_10_000_epochs() -> None:
    last = trace(load("xor"), step=10_001)
    outputs = [float(last[f"out_o1[{sample}]"].value) for sample in (1, 2, 3, 4)]
    assert [output > 0.5 for output in outputs] == [False, True, True, False]
    assert max(abs(output - target) for output, target in zip(outputs, [0, 1, 1, 0], strict=True)) < 0.05


def test_xor_does_not_know_it_at_the_start() -> None:
    first = trace(load("xor"))
    assert all(float(first[f"out_o1[{sample}]"].value) > 0.5 for sample in (1, 2, 3, 4))


def test_kumar_trains_eleven_parameters_two_of_them_shared_biases() -> None:
    example = load("kumar")
    assert len(example.rule.trained) == 11
    uses = names_in(trace(example)["dE/db1"].equation.formula)
    assert list(map(canonical, uses)) == ["dE/db1:h1", "dE/db1:h2", "dE/db1:h3"]


@pytest.mark.parametrize(
    ("style", "spellings"),
    [("layered", ["w^1_21", "w^2_13", "b1", "b2"]), ("nielsen", ["w^2_21", "w^3_13", "b2", "b3"])],
)
def test_kumars_parameters_are_written_by_layers(style: str, spellings: list[str]) -> None:
    spell = speller(style, ASCII_NAMES, load("kumar").network)
    assert [spell(given(label)) for label in ("w1_21", "w2_13", "b1", "b2")] == spellings


def test_the_deep_network_ends_in_the_shortcut_p_minus_t() -> None:
    """The output net inputs are .057 and .072; the rest is the definition of softmax and cross-entropy."""
    result = trace(load("deep"))
    p = 1 / (1 + math.exp(0.072 - 0.057))
    for name, expected in {"out_o1": p, "E": -math.log(p), "dE/dnet_o1": p - 1, "dE/dnet_o2": 1 - p}.items():
        assert float(result[name].value) == pytest.approx(expected, rel=1e-12)
    assert result["dE/dnet_o1"].shortcut == pytest.approx(p - 1, rel=1e-12)


@pytest.mark.parametrize("unit", ["n12", "n23"])
def test_nothing_flows_back_through_a_unit_of_the_deep_network_that_is_off(unit: str) -> None:
    result = trace(load("deep"))
    assert float(result[f"net_{unit}"].value) < 0
    assert result[f"out_{unit}"].value == 0
    assert result[f"dE/dnet_{unit}"].value == 0


def test_the_hidden_layers_of_the_deep_network_are_fractions() -> None:
    result = trace(load("deep"), Settings("exact"))
    assert result["net_o1"].value == Fraction("0.057")
    assert result["net_o2"].value == Fraction("0.072")


def test_quirk_writes_the_slope_of_tanh_with_the_net_input() -> None:
    uses = {name for name, _ in trace(load("quirk")).listing.equations[1].slopes}
    assert uses == {Name("net", "h1")}
    assert given("i1h1") in load("quirk").rule.trained
    assert given("b_h1") not in load("quirk").rule.trained
