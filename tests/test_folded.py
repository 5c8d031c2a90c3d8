"""Folded documents: they hold every number, `check` reads them back, and so are tables like theirs on sheets."""

from __future__ import annotations

import re

import notations
import pytest

from backprop_trace.check.checker import Checker
from backprop_trace.files.sheet import read_sheet
from backprop_trace.files.spec import load, read_example
from backprop_trace.formulas.arithmetic.hand import Rounding
from backprop_trace.formulas.expr import Name
from backprop_trace.formulas.notation.names import canonical
from backprop_trace.formulas.notation.numbers import shown
from backprop_trace.render import render
from backprop_trace.render.view import View
from backprop_trace.run.step import Settings, trace, traces

FINE = {"right", "rounded", "follows", "convention"}


DOCUMENTS = ("latex", "markdown")


def read_back(name: str, text: str, form: str) -> set[tuple[str, int | None]]:
    """The quantities that are read from what was printed, none of them wrong."""
    report = Checker(load(name)).check(read_sheet(text, {"csv": "a.csv", "json": "a.json"}.get(form, "a.txt")))
    bad = [(line.name, line.written, line.verdict, line.message) for line in report.written if line.verdict not in FINE]
    assert not bad
    assert not report.unread
    return {(line.name, line.sample) for line in report.written}


@pytest.mark.parametrize("form", ["plain", *DOCUMENTS])
@pytest.mark.parametrize("name", ["mazur", "xor", "deep", "rnn", "settling", "lstm", "convolution", "hmkcode"])
def test_what_is_folded_holds_every_number_and_is_a_sheet_without_a_mistake(name, form, capsys, monkeypatch):
    text = notations.shown(name, form, "net-out", capsys, monkeypatch, "--compact")
    read = {name for name, _ in read_back(name, text, form)}
    numbers = {float(number) for number in NUMBER.findall(text)}
    assert {float(shown(line.value)) for line in trace(load(name)).lines} <= numbers
    wanted = {each.name for each in load(name).listing().equations if each.name.kind in ("net", "out", "+")}
    assert {canonical(each._replace(sample=None)) for each in wanted if is_one_of_its_own(each, name)} <= read


NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def is_one_of_its_own(quantity: Name, name: str) -> bool:
    """Not what an identity only hands on."""
    return quantity.kind != "net" or load(name).network.layer_of(quantity.label).activation != "identity"


@pytest.mark.parametrize(
    ("quantity", "folded"),
    [
        ("dE/dw5", "∂E/∂w5 = ∂E/∂net_o1 · out_h1 = 0.138498562 · 0.593269992 = 0.0821670406"),
        (
            "dE/dout_h1",
            "∂E/∂out_h1 = ∂E/∂net_o1 · w5 + ∂E/∂net_o2 · w7 = 0.138498562 · 0.40 + (-0.0380982365) · 0.50"
            " = 0.0553994247 + (-0.0190491183) = 0.0363503064",
        ),
    ],
)
def test_a_copy_and_what_comes_along_a_single_path_stand_in_the_line_that_uses_them(
    quantity, folded, capsys, monkeypatch
):
    text = notations.shown("mazur", "plain", "net-out", capsys, monkeypatch, "--compact", "--only", quantity)
    assert text == folded + "\n"


def test_a_copy_that_was_rounded_by_hand_is_not_put_in():
    """0.25 to one decimal is 0.3: the line computed with 0.3 is not shown with 0.25."""
    text = "".join(render("plain", traces(load("mazur"), by_hand(1)), View(load("mazur"), by_hand(1), compact=True)))
    assert "∂net_h1/∂w1 = i1 = 0.1\n" in text
    assert "∂E/∂w6 = ∂E/∂net_o1 · out_h2 = " in text


def by_hand(decimals: int) -> Settings:
    return Settings("hand", rounding=Rounding(decimals, False, "half-up"))


def test_a_table_over_samples_or_time_steps_is_read_and_a_total_belongs_to_none_of_them():
    sheet = """\
| sample | net_h1 | E |
|---|---|---|
| 2 | 0.6 | 0.0812 |
| total | | 0.5172 |
"""
    found = [(each.spelling, each.section.sample, each.readings[0].text) for each in read_sheet(sheet, "a.md").entries]
    assert found == [("net_h1", 2, "0.6"), ("E", 2, "0.0812"), ("E", None, "0.5172")]
    rows = r"""
t & $\mathrm{net}_{h1}$ & $\partial E / \partial \mathrm{out}_{h1}\,\vert_{h_{1}}$ at t+1 & $E$ \\
\midrule
2 & $\phantom{-}0.5\phantom{00}$ & $-0.10971046$ &  \\
"""
    found = [(each.spelling.replace(" ", ""), each.readings[0].text) for each in read_sheet(rows, "a.tex").entries]
    assert found == [("net_h1@2", "0.5"), ("∂E/∂out_h1:h1@3@2", "-0.10971046")]


def test_the_total_of_deltas_is_the_gradient_of_a_bias(capsys, monkeypatch):
    """By hand: 0.140427248 - 0.0969579292 - 0.103901624 + 0.14411938 = 0.0836870748, to nine digits of each."""
    text = notations.shown("xor", "markdown", "net-out", capsys, monkeypatch, "--compact", "--phase", "backward")
    assert "partial b_{h1}" not in text and "| total |  |  | 0.0836870739 |" in text
    sheet = "| sample | dE/dnet_o1 |\n|---|---|\n| 1 | 0.1404 |\n| 4 | 0.1441 |\n| total | 0.0837 |\n"
    lines = Checker(load("xor")).check(read_sheet(sheet, "a.md")).written
    assert [(line.name, line.sample, line.verdict) for line in lines] == [
        ("dE/dnet_o1", 1, "right"), ("dE/dnet_o1", 4, "right"), ("dE/db_o1", None, "right")
    ]  # fmt: skip
    (wrong,) = Checker(load("xor")).check(read_sheet(sheet.replace("0.0837", "0.8837"), "a.md")).written[2:]
    assert wrong.verdict not in FINE


def test_a_table_of_parameters_has_the_old_value_the_gradient_and_the_new_one():
    sheet = (
        "| parameter | old | gradient | m+ | new |\n|---|---|---|---|---|\n| w5 | 0.40 | 0.0822 | 0.00822 | 0.359 |\n"
    )
    found = [(each.spelling, each.readings[0].text) for each in read_sheet(sheet, "a.md").entries]
    assert found == [("w5", "0.40"), ("dE/dw5", "0.0822"), ("m_w5+", "0.00822"), ("w5+", "0.359")]


def test_a_given_number_written_for_another_quantity_breaks_nothing():
    sheet = read_sheet("total = -0.0160827546\nwo = 0.6\nE = 0.60667603\n", "a.txt")
    assert [line.name for line in Checker(load("lstm")).check(sheet).written][-1] == "E"


SEVERAL = """
inputs: {x1: [0.5, -1, 2], x2: [1, 0.25, -0.5]}
targets: {o1: [1, 0, 0], o2: [0, 1, 0], o3: [0, 0, 1]}
layers:
  - {units: [h1, u4_2], activation: tanh, weights: [[0.5, -0.3], [0.2, "-"]], bias: [0.1, -0.2]}
  - {units: [o1, o2, o3], activation: softmax, weights: [[0.4, 0.6], [-0.7, 0.2], [0.3, -0.1]], bias: [0, 0.1, 0]}
loss: categorical_cross_entropy
batch: mean
learning_rate: 0.5
"""
"""Three samples with several outputs: the tables have columns of terms."""


@pytest.mark.parametrize("style", ["net-out", "layered", "nielsen"])
@pytest.mark.parametrize("form", DOCUMENTS)
def test_columns_of_terms_are_read_in_every_style(form, style):
    example = read_example(SEVERAL)
    text = "".join(render(form, [trace(example)], View(example, style=style)))
    report = Checker(example).check(read_sheet(text, "a.txt"))
    assert not [line.spelling for line in report.written if line.verdict not in FINE]
    read = {line.name for line in report.written}
    assert {"dE/dout_u4_2:o3", "dE/dnet_o1:o2", "dE/dw_h1_o1", "E"} <= read


@pytest.mark.parametrize(
    ("name", "heading"),
    [
        ("mazur", "Hidden unit h1, reached from o1 and o2"),
        ("xor", "Output layer (sigmoid): in full for sample 4, then all; total: gradient of the bias"),
        (
            "rnn",
            "From the last time step to the first: in full at t = 2, then all; total: gradient of the bias",
        ),
        ("settling", "Hidden layer (tanh): in full in iteration 11, then all"),
    ],
)
def test_each_heading_says_what_it_is_about_once(name, heading, capsys, monkeypatch):
    text = notations.shown(name, "table", "net-out", capsys, monkeypatch, "--compact", "--phase", "backward")
    assert text.count(f"\n{heading}\n") == 1


def test_zero_states_of_an_optimizer_are_one_sentence_and_its_rule_is_named_once():
    text = SEVERAL.replace("learning_rate: 0.5", "optimizer: {name: adam, learning_rate: 0.01}")
    example = read_example(text)
    said = "".join(render("table", [trace(example)], View(example)))
    assert said.count("m = 0 and v = 0 for every parameter.") == 1
    assert "m_w_x1_h1 = 0" not in said
    assert said.count("update: adam") == 1
    assert "m_{w_{x1,h1}}" in "".join(render("latex", [trace(example)], View(example)))


def test_a_worksheet_of_several_samples_has_the_folded_lines(printed):
    """Not dnet/dw, which only repeats an output, but the totals."""
    text = printed("sheet", "xor", "--format", "latex")
    assert r"/ \partial w_{h1,o1}\,\vert_{(1)}" in text and r"\partial E / \partial b_{h1}$" in text
    assert r"\partial \mathrm{net}_{o1}^{(1)} / \partial w" not in text
