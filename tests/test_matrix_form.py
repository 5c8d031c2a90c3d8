"""The matrix form: a view of the lines. Its products are multiplied out here, its numbers compared with the trace."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from random_networks import Case, cases

from backprop_trace.files.spec import load, read_example
from backprop_trace.formulas.notation.numbers import shown
from backprop_trace.render import render
from backprop_trace.render.medium import Medium
from backprop_trace.render.pages.matrix import why_not
from backprop_trace.render.view import View
from backprop_trace.run.step import trace

LAYERED = [
    "cheng",
    "convolution",
    "deep",
    "han-kamber",
    "hmkcode",
    "mazur",
    "nielsen",
    "one-weight",
    "quirk",
    "udacity",
    "xor",
]

SEVERAL = """
inputs: {x1: [0.5, -1, 2], x2: [1, 0.25, -0.5]}
targets: {o1: [1, 0, 0], o2: [0, 1, 0], o3: [0, 0, 1]}
layers:
  - {units: [h1, h2], activation: tanh, weights: [[0.5, -0.3], [0.2, "-"]], bias: [0.1, -0.2]}
  - {units: [o1, o2, o3], activation: softmax, weights: [[0.4, 0.6], [-0.7, 0.2], [0.3, -0.1]], bias: [0, 0.1, 0]}
loss: categorical_cross_entropy
batch: mean
learning_rate: 0.5
"""
"""Three samples, a connection that is not there, a loss that is averaged."""

Matrix = list[list[float | None]]


def written(example, form, manner="plain"):
    return "".join(render(manner, [trace(example)], View(example, matrix=form)))


def examples():
    return [*map(load, LAYERED), read_example(SEVERAL)]


def read(text: str) -> Matrix:
    return [[None if cell == "." else float(cell) for cell in row.split(", ")] for row in text.split("; ")]


def value(side: str) -> Matrix | None:
    """A side of an equation, if it is one of numbers: products, sums, products entry by entry, from left to right."""
    tokens = re.findall(r"\[[^\]]*\]|[()⊙+·]|-?[\d./e]+(?= ·)|- (?=\[|[\d.])|\S+", side)
    if any(re.search(r"[a-zA-Zδ∂η]", token) for token in tokens):
        return None
    return Reader([token.strip() for token in tokens]).sum()


class Reader:
    def __init__(self, tokens):
        self.tokens = tokens

    def sum(self) -> Matrix:
        result = self.product()
        while self.tokens and self.tokens[0] in ("+", "-"):
            sign = 1 if self.tokens.pop(0) == "+" else -1
            result = spread(lambda a, b, sign=sign: a + sign * b, result, self.product())
        return result

    def product(self) -> Matrix:
        result = self.factor()
        while self.tokens and self.tokens[0] not in ("+", "-", ")"):
            if self.tokens[0] == "⊙":
                self.tokens.pop(0)
                result = spread(lambda a, b: a * b, result, self.factor())
            else:
                result = times(result, self.factor())
        return result

    def factor(self) -> Matrix:
        token = self.tokens.pop(0)
        if token == "(":
            result = self.sum()
            self.tokens.pop(0)
            return result
        if token.startswith("["):
            return read(token[1:-1])
        assert self.tokens.pop(0) == "·"
        top, _, bottom = token.partition("/")
        number = float(top) / float(bottom or 1)
        return [[None if entry is None else number * entry for entry in row] for row in self.factor()]


def times(a: Matrix, b: Matrix) -> Matrix:
    assert len(a[0]) == len(b), "the shapes do not go together"
    columns = list(zip(*b, strict=True))
    return [[sum((x or 0) * (y or 0) for x, y in zip(row, column, strict=True)) for column in columns] for row in a]


def spread(operation, a: Matrix, b: Matrix) -> Matrix:
    """Entry by entry; a bias goes to each sample."""
    rows, columns = len(a), len(a[0])
    assert len(b) in (1, rows)
    assert len(b[0]) in (1, columns)
    other = [[b[i % len(b)][j % len(b[0])] for j in range(columns)] for i in range(rows)]
    pairs = [zip(*row, strict=True) for row in zip(a, other, strict=True)]
    return [[None if x is None or y is None else operation(x, y) for x, y in row] for row in pairs]


@pytest.mark.parametrize("form", ["column", "row"])
@pytest.mark.parametrize("example", examples(), ids=[*LAYERED, "several"])
def test_what_is_equal_is_equal_when_it_is_multiplied_out(example, form):
    products = 0
    for line in written(example, form).splitlines():
        products += check_line(line)
    assert products >= 4


def check_line(line: str) -> int:
    """Are all sides of numbers equal? How many are compared with the last."""
    sides = [found for side in line.split(" = ") if "[" in side and (found := value(side)) is not None]
    for other in sides[:-1]:
        for row, expected in zip(other, sides[-1], strict=True):
            for entry, wanted in zip(row, expected, strict=True):
                assert entry is None or wanted is None or entry == pytest.approx(wanted, rel=1e-5, abs=1e-7), line
    return max(0, len(sides) - 1)


@pytest.mark.parametrize("manner", ["plain", "table", "latex", "markdown"])
@pytest.mark.parametrize("form", ["column", "row"])
@pytest.mark.parametrize("example", examples(), ids=[*LAYERED, "several"])
def test_matrices_hold_the_numbers_of_all_lines_but_those_along_single_paths(example, form, manner):
    numbers = {float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", written(example, form, manner))}
    for name, value_ in ((line.name, line.value) for line in trace(example).lines):
        of_a_sample = name.kind == "d" and name.sample is not None and name.wrt.kind == ""
        if name.via is None and not of_a_sample:
            assert float(shown(value_)) in numbers, (name, value_)


def test_columns_and_rows_are_transposes_of_each_other():
    assert "W2 a1 + b2" in written(load("mazur"), "column")
    assert "a1 W2 + b2" in written(load("mazur"), "row")
    assert "δ2 a1ᵀ = [0.138498562; -0.0380982365] [0.593269992, 0.596884378]" in written(load("mazur"), "column")
    assert "A1ᵀ δ2" in written(load("xor"), "row")


def test_a_connection_that_is_not_there_is_a_dot_and_a_zero_a_zero():
    text = written(read_example(SEVERAL), "column")
    assert "W1 X + b1 = [0.5, -0.3; 0.2, .]" in text
    assert "+ [0; 0.1; 0]" in text
    assert "a dot stands where there is no connection" in written(read_example(SEVERAL), "column", "table")


def test_shapes_are_said_below_each_matrix():
    text = written(load("deep"), "column", "latex")
    assert r"\underset{3{\times}2}{\begin{bmatrix} \phantom{-}0.5 & -0.2 \\" in text
    assert "3×2" in written(load("deep"), "column", "table")


def test_styles_that_count_the_inputs_as_a_layer_number_the_matrices_so():
    text = "".join(render("plain", [trace(load("deep"))], View(load("deep"), style="nielsen", matrix="column")))
    assert text.startswith("z2 = W2 x + b2 =")
    text = "".join(render("plain", [trace(load("deep"))], View(load("deep"), style="layered", matrix="column")))
    assert text.startswith("z2 = W1 x + b1 =")


def test_a_matrix_too_wide_for_a_page_is_a_table():
    rows = ", ".join(f"[{', '.join(f'0.{place}{k}' for k in range(1, 9))}]" for place in range(1, 4))
    inputs = ", ".join(f"x{k}: {k}" for k in range(1, 9))
    text = f"""
inputs: {{{inputs}}}
targets: {{o1: 1, o2: 0, o3: 0}}
layers: [{{units: [o1, o2, o3], activation: sigmoid, weights: [{rows}]}}]
loss: half_squared_error
learning_rate: 0.1
"""
    example = read_example(text)
    assert why_not(example) == ""
    shown_ = written(example, "column", "markdown")
    assert "| W 1 |" in shown_
    assert "0.38" in shown_


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("rnn", "rnn goes over time steps"),
        ("settling", "settling goes over time steps"),
        ("lstm", "lstm is made of definitions"),
    ],
)
def test_what_has_no_matrix_form_is_said_in_one_message(run, name, reason):
    code, _, err = run("show", name, "--matrix", "row")
    assert code == 2
    assert reason in err
    assert err.count("\n") == 1


def test_a_connection_past_a_layer_and_a_shared_weight_over_samples_are_told(run, tmp_path):
    skip = tmp_path / "skip.yaml"
    skip.write_text("""
inputs: {x: 1}
targets: {o: 1}
layers:
  - {units: [h], activation: tanh, weights: [[0.5]]}
  - {units: [o], activation: tanh, from: [h, x], weights: [[0.5, 0.2]]}
loss: half_squared_error
learning_rate: 0.1
""")
    assert "layer 2 is not fed by all of the layer below it" in run("show", str(skip), "--matrix", "column")[2]
    shared = tmp_path / "shared.yaml"
    shared.write_text("""
inputs: {x: [1, 2]}
targets: {o1: [1, 0], o2: [0, 1]}
layers: [{units: [o1, o2], activation: tanh, weights: [[0.5], [0.2]], bias: 0.3}]
loss: half_squared_error
learning_rate: 0.1
""")
    assert "b_1 is shared" in run("show", str(shared), "--matrix", "column")[2]
    assert "leave --only out" in run("show", "mazur", "--matrix", "row", "--only", "E")[2]
    assert "none of column, row" in run("show", "mazur", "--matrix", "diagonal")[2]


def test_ascii_stays_ascii():
    text = "".join(render("table", [trace(load("deep"))], View(load("deep"), matrix="row"), Medium(ascii=True)))
    assert text.isascii()
    assert "delta3 = dE/da3 J3" in text


@settings(max_examples=40, deadline=None)
@given(cases())
def test_random_networks_agree_when_multiplied_out(case: Case):
    example = read_example(case.text)
    if not why_not(example):
        for form in ("column", "row"):
            for line in written(example, form).splitlines():
                check_line(line)
