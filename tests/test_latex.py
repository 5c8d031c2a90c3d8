"""LaTeX: what is written, and that pdflatex sets it without an error and without anything sticking out."""

from __future__ import annotations

import math
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import combinations, pairwise
from pathlib import Path

import pytest

from backprop_trace.cli import main
from backprop_trace.files.spec import read_example
from backprop_trace.formulas.expr import Difference, Number, Product, Quotient, Sum, given
from backprop_trace.formulas.notation import ATOM, LATEX, Piece, show
from backprop_trace.formulas.notation.names import LATEX_NAMES
from backprop_trace.formulas.notation.tex import escaped
from backprop_trace.model.styles import speller
from backprop_trace.render.blocks import Equations
from backprop_trace.render.medium import Medium
from backprop_trace.render.pages.trace import trace_page
from backprop_trace.render.view import View, naming
from backprop_trace.render.writers.latex.rows import RowPen, abridged, filled, pieces, with_ellipsis
from backprop_trace.render.writers.latex.steps import digit_rows, short_number
from backprop_trace.render.writers.latex.width import width
from backprop_trace.render.writers.spelling import Ink
from backprop_trace.run.step import trace

needs_pdflatex = pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")

ALL_SPECIALS = "50 % of #1 & {x_1}: $a$ ^ ~ \\ ∂ é 名 Σδ <b> |x| “q” --no"
LONG = "a_very_long_name_of_a_weight_that_goes_on_and_on_and_on"

Show = Callable[..., str]


@pytest.fixture
def latex(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Show:
    """What `show EXAMPLE ... --format latex` prints."""

    def run(example: str | Path, *options: str) -> str:
        monkeypatch.setattr(sys, "argv", ["backprop-trace", "show", str(example), "--format", "latex", *options])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        assert not ended.value.code, err
        return out

    return run


def network(
    sizes: list[int], activations: str | list[str] = "tanh", loss: str = "half_squared_error", *,
    samples: int = 1, digits: int = 2, title: str = "T", more: str = "",
) -> str:  # fmt: skip
    """A worked example with random numbers, half of them negative, as YAML."""
    chance = random.Random(repr((sizes, activations, loss)))

    def numbers(count: int) -> str:
        return "[" + ", ".join(f"{chance.uniform(-1, 1):.{digits}f}" for _ in range(count)) + "]"

    lines = [f"title: '{title}'", f"loss: {loss}", "learning_rate: 0.1", "inputs:"]
    lines += [f"  x{number}: {numbers(samples)}" for number in range(1, sizes[0] + 1)]
    right = [chance.randrange(sizes[-1]) for _ in range(samples)]
    lines.append("targets:")
    lines += [f"  o{unit + 1}: {[int(answer == unit) for answer in right]}" for unit in range(sizes[-1])]
    lines.append("layers:")
    named = [activations] * len(sizes[1:]) if isinstance(activations, str) else activations
    for (fed_by, units), activation in zip(pairwise(sizes), named, strict=True):
        weights = ", ".join(numbers(fed_by) for _ in range(units))
        lines += [f"  - units: {units}", f"    activation: {activation}", f"    weights: [{weights}]"]
        lines.append(f"    bias: {numbers(units)}")
    return "\n".join([*lines, more, ""]) if samples > 1 else "\n".join([*map(_bare, lines), more, ""])


def _bare(line: str) -> str:
    """`x1: [0.5]` as `x1: 0.5`: one sample is no list."""
    return re.sub(r"^(  [xo]\d+: )\[(.*)\]$", r"\1\2", line)


# --- text and names ---


def test_every_special_character_is_escaped_and_nothing_but_ascii_is_left() -> None:
    text = escaped(ALL_SPECIALS)
    assert text.isascii()
    for wanted in (r"50 \% of \#1 \& \{x\_1\}", r"\$a\$", r"\textasciitilde", r"\partial", r"\'{e}", "[U+540D]"):
        assert wanted in text
    assert r"\Sigma" in text
    assert "-{}-no" in text


def test_letters_with_accents_and_other_scripts_become_commands_that_tex_knows() -> None:
    assert escaped("Ångström, Erdős, naïve, ß") == r"\r{A}ngstr\"{o}m, Erd\H{o}s, na\"{i}ve, \ss{}"


def test_a_word_too_long_for_a_line_can_be_broken() -> None:
    assert escaped("x" * 40).count(r"\allowbreak") == 2


def test_samples_are_superscripts_of_the_quantities_in_a_derivative() -> None:
    example = read_example(network([2, 1], "tanh", samples=2))
    t = trace(example)
    spell = speller("net-out", LATEX_NAMES, example.network, t.listing.by_output)
    assert spell(t["dout_o1/dnet_o1[2]"].name) == (
        r"\frac{\partial \mathrm{out}_{o1}^{(2)}}{\partial \mathrm{net}_{o1}^{(2)}}"
    )
    assert spell(t["net_o1[1]"].name) == r"\mathrm{net}_{o1}^{(1)}"


def test_a_square_of_a_symbol_with_a_superscript_gets_parentheses() -> None:
    example = read_example(network([2, 1], "tanh", samples=2))
    t = trace(example)
    leaf = Ink(LATEX, LATEX_NAMES).leaf(naming(t, View(example)))
    formulas = [show(line.equation.formula, LATEX, leaf) for line in t.lines]
    assert r"1 - \left(\mathrm{out}_{o1}^{(1)}\right)^{2}" in formulas


# --- numbers ---


def test_negative_numbers_that_are_put_in_get_parentheses(latex: Show) -> None:
    text = latex("hmkcode")
    assert r"\left(-0.809\right)" in text
    assert not re.search(r"\\cdot -|\+ -|- -", text)


def test_small_numbers_are_written_with_a_power_of_ten() -> None:
    assert LATEX.number("5.3e-08")[0] == r"5.3 \times 10^{-8}"


def test_long_numbers_are_cut_with_dots_where_they_are_put_in() -> None:
    text, holds = short_number("0." + "3" * 60, 10)
    assert text == "0." + "3" * 9 + r"\ldots"
    assert holds == ATOM
    assert short_number("-" + "7" * 50, 10)[0].endswith(r"\ldots \times 10^{49}")


def test_a_value_keeps_all_its_digits_on_as_many_rows_as_it_needs() -> None:
    text = "0." + "1234567890" * 30
    lines = digit_rows(text, 400.0)
    assert len(lines) > 2
    assert all(width(line) <= 400.0 for line in lines)
    assert "".join(lines).replace(r"\,", "") == text


# --- breaking lines ---


def long_sum(count: int) -> Sum:
    return Sum(tuple(Product((given(f"w{k}"), given(f"x{k}"))) for k in range(1, count + 1)))


def label(name: object) -> Piece:
    return str(getattr(name, "label", "")), ATOM


@pytest.mark.parametrize("count", [1, 2, 7, 30, 200])
def test_a_long_sum_breaks_between_its_terms_and_loses_none(count: int) -> None:
    formula = long_sum(count)
    lines = filled(pieces(formula, RowPen(LATEX, label, 300.0)), 300.0)
    assert all(width(line) <= 300.0 for line in lines)
    assert " ".join(lines).replace("{}", "") == show(formula, LATEX, label)


def test_a_parenthesis_too_long_for_a_row_is_opened_on_one_and_closed_on_another() -> None:
    formula = Product((given("a"), Difference(long_sum(20), given("b"))))
    lines = filled(pieces(formula, RowPen(LATEX, label, 150.0)), 150.0)
    text = "".join(lines)
    assert text.count(r"\Bigl(") == text.count(r"\Bigr)") == 1
    assert all(width(line) <= 160.0 for line in lines)


def test_a_denominator_too_long_for_a_row_stands_on_several() -> None:
    (text,) = pieces(Quotient(Number("1"), long_sum(30)), RowPen(LATEX, label, 300.0))
    assert text.startswith(r"\frac{1}{\begin{gathered}")
    assert width(text) <= 300.0


def test_of_a_sum_with_hundreds_of_terms_the_first_and_the_last_are_written() -> None:
    shorter = abridged(long_sum(500), 10)
    assert isinstance(shorter, Sum)
    text = show(shorter, LATEX, with_ellipsis(label))
    assert text.startswith(r"w1 \cdot x1 + ")
    assert text.endswith(r"+ \cdots + w499 \cdot x499 + w500 \cdot x500")


# --- the document ---


def test_the_document_has_drawing_formulas_steps_and_a_closing_table(latex: Show) -> None:
    text = latex("mazur")
    for part in (r"\begin{tikzpicture}", "The formulas", r"\frac{1}{1 + e^{-\mathrm{net}_{j}}}", "Forward pass"):
        assert part in text
    closing = text[text.index("all of them in the table") :]
    w5 = next(line for line in closing.splitlines() if line.startswith("$w_{5}$"))
    assert re.findall(r"\d+\.\d+", w5) == ["0.40", "0.0821670406", "0.35891648"]


def test_the_general_formulas_are_those_of_the_functions_in_use(latex: Show) -> None:
    text = latex("deep")
    overview = text[text.index("The formulas") : text.index("Forward pass")]
    assert "activation: relu" in overview
    assert "activation: softmax" in overview
    assert "sigmoid" not in overview
    assert r"= \mathrm{out}_{j} - \mathrm{target}_{j}" in overview


def test_softmax_shows_its_shortcut(latex: Show) -> None:
    assert r"\text{(shortcut)}" in latex("deep")


def test_a_fragment_has_no_preamble_and_says_what_it_needs(latex: Show) -> None:
    text = latex("mazur", "--fragment")
    for command in (r"\documentclass", r"\begin{document}", r"\lhs{", "longtable"):
        assert command not in text
    assert r"%   \usepackage{amsmath,array,booktabs,tikz}" in text


def test_siunitx_is_not_used(latex: Show) -> None:
    assert "siunitx" not in latex("mazur")


def test_of_a_large_network_each_kind_of_line_is_worked_out_and_all_values_are_there(
    latex: Show, tmp_path: Path
) -> None:
    path = tmp_path / "large.yaml"
    path.write_text(network([20, 20, 5]))
    text = latex(path)
    assert "are worked out here" in text
    assert text.count(r"\lhs{") < 120
    assert all(rf"$\mathrm{{net}}_{{h{unit}}}$" in text for unit in range(4, 21))
    closing = text[text.index("all of them in the table") :]
    assert len(re.findall(r"\$[wb]_", closing)) == 20 * 20 + 20 * 5 + 25


def test_several_steps_end_with_the_loss_of_each(latex: Show) -> None:
    text = latex("mazur", "--steps", "2")
    table = text[text.index("The loss, step by step") :]
    assert ".298371109" in table
    assert ".291027774" in table


def test_names_that_are_too_long_are_abbreviated_and_said_at_the_end(latex: Show, tmp_path: Path) -> None:
    path = tmp_path / "long.yaml"
    path.write_text(
        f"inputs: {{x: 1}}\ntargets: {{o: 1}}\nparameters: {{{LONG}: 2}}\nloss: squared_error\nlearning_rate: 1\n"
        f"layers: [{{units: [o], activation: tanh, weights: [[{LONG}]]}}]\n"
    )
    text = latex(path)
    assert "Long names are abbreviated" in text
    assert text.replace(r"\allowbreak{}", "").replace(r"\_", "_").count(LONG) == 1


# --- the drawing ---

_NODE = re.compile(r"\\node\[unit, .*?\] \((.*?)\) at \((.*?),(.*?)\)")
_LABEL = re.compile(r"\\path \((.*?)\) -- node\[weight, pos=(.*?)\] \{\$(.*?)\$\} \((.*?)\)")
Point = tuple[float, float]


def labels_in(text: str) -> Iterator[list[Point]]:
    """Points along the middle of each label, as TikZ will set it: sloped, at its place between two circles."""
    centres = {name: (float(x), float(y)) for name, x, y in _NODE.findall(text)}
    for tail, place, label, head in _LABEL.findall(text):
        (ax, ay), (bx, by) = centres[tail], centres[head]
        length = math.hypot(bx - ax, by - ay)
        middle, half = 15 + float(place) * (length - 30), 0.85 * width(label) / 2
        at = [middle + half * part / 10 for part in range(-10, 11)]
        yield [(ax + distance * (bx - ax) / length, ay + distance * (by - ay) / length) for distance in at]


@pytest.mark.parametrize("sizes", [[2, 2, 2], [2, 3, 1], [3, 2, 1], [2, 4, 1], [1, 1], [2, 1]], ids=str)
def test_weights_with_their_values_stand_on_the_edges_and_do_not_collide(
    sizes: list[int], latex: Show, tmp_path: Path
) -> None:
    path = tmp_path / "drawn.yaml"
    path.write_text(network(sizes))
    text = latex(path)
    labels = list(labels_in(text))
    assert len(labels) == sum(a * b for a, b in pairwise(sizes))
    assert all("=" in label for _, _, label, _ in _LABEL.findall(text))
    for one, other in combinations(labels, 2):
        assert min(math.dist(a, b) for a in one for b in other) > 8.5


def test_of_many_units_the_first_and_the_last_are_drawn(latex: Show, tmp_path: Path) -> None:
    path = tmp_path / "wide.yaml"
    path.write_text(network([30, 30, 10]))
    text = latex(path)
    assert r"\vdots" in text
    assert "the first ones and the last are drawn" in text
    assert len(_NODE.findall(text)) == 15


# --- pdflatex ---


def compiled(text: str, folder: Path, draft: bool = True) -> str:
    """The log of pdflatex, which must not fail."""
    (folder / "document.tex").write_text(text, encoding="ascii")
    command = ["pdflatex", *["-draftmode"] * draft, "-interaction=nonstopmode", "-halt-on-error", "document.tex"]
    done = subprocess.run(command, cwd=folder, capture_output=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout.decode("utf-8", "replace")[-2000:]
    return (folder / "document.log").read_text(encoding="latin-1")


def around(fragment: str, kind: str = "article") -> str:
    packages = r"\usepackage{amsmath,array,booktabs,tikz}"
    return f"\\documentclass{{{kind}}}{packages}\n\\begin{{document}}\n{fragment}\n\\end{{document}}\n"


NETWORKS = {
    "1-1": network([1, 1], "softplus"),
    "2-3-1": network([2, 3, 1], "sigmoid"),
    "3-3-3": network([3, 3, 3], "elu", "mean_squared_error"),
    "deep": network([2, 3, 3, 2], ["relu", "relu", "softmax"], "categorical_cross_entropy", title=ALL_SPECIALS),
    "very deep": network([3] * 12 + [2], "tanh"),
    "wide": network([30, 30, 10], ["leaky_relu", "softmax"], "categorical_cross_entropy"),
    "samples": network([2, 4, 1], ["tanh", "sigmoid"], "binary_cross_entropy", samples=4, more="batch: mean"),
    "many samples": network([3, 4, 2], ["relu", "softmax"], "categorical_cross_entropy", samples=30),
    "many digits": network([2, 2, 2], ["softplus", "softmax"], "categorical_cross_entropy", digits=60),
    "past a layer": """
inputs: {x1: 1, x2: 2}
targets: {o: 1}
layers:
  - {units: [h], activation: tanh, weights: [[0.5, -0.25]], bias: 0.1}
  - {units: [g], activation: tanh, weights: [[0.5]]}
  - {units: [o], activation: sigmoid, from: [g, h, x1], weights: [[0.5, 0.2, 0.3]], bias: -0.1}
loss: half_squared_error
learning_rate: 0.5
""",
    "long names": f"""
title: {"Donaudampfschifffahrtsgesellschaft" * 6}
inputs: {{sepal_length_in_centimetres: 5.1, größe: 0.2}}
targets: {{probability_of_iris_setosa_given_the_input: 1, 名前: 0}}
parameters: {{{LONG}_1: 0.000000053, {LONG}_2: -0.2, w^1_11: 1/3, δ1: {"1234567" * 6}, θ: -4, v: 1e-30, W: 7, z: 2}}
layers:
  - units: [first_hidden_unit_with_a_long_name, h2]
    activation: tanh
    weights: [[{LONG}_1, {LONG}_2], [w^1_11, θ]]
  - units: [probability_of_iris_setosa_given_the_input, 名前]
    activation: sigmoid
    weights: [[v, W], [z, δ1]]
loss: half_squared_error
learning_rate: 0.5
""",
}

RUNS = [
    ("1-1", []),
    ("2-3-1", ["--style", "layered", "--steps", "2"]),
    ("3-3-3", ["--round", "4"]),
    ("deep", ["--engine", "exact"]),
    ("very deep", ["--style", "nielsen"]),
    ("wide", []),
    ("samples", ["--engine", "exact", "--digits", "300", "--style", "layered"]),
    ("many samples", []),
    ("many digits", ["--engine", "exact", "--digits", "50"]),
    ("long names", []),
    ("past a layer", ["--phase", "update"]),
    ("3-3-3", ["--full"]),
    ("samples", ["--full", "--style", "nielsen"]),
    ("3-3-3", ["--matrix", "row"]),
    ("deep", ["--matrix", "column", "--engine", "exact"]),
    ("very deep", ["--matrix", "row", "--style", "layered"]),
    ("wide", ["--matrix", "column"]),
    ("samples", ["--matrix", "row", "--engine", "exact"]),
    ("many samples", ["--matrix", "row"]),
    ("many samples", ["--matrix", "column", "--decimals", "4"]),
    ("many digits", ["--matrix", "row", "--engine", "exact", "--digits", "50"]),
    ("long names", ["--matrix", "column"]),
]


def test_a_connection_past_a_layer_is_bent_around_it(latex: Show, tmp_path: Path) -> None:
    path = tmp_path / "example.yaml"
    path.write_text(NETWORKS["past a layer"])
    assert latex(path).count("to[bend left=20] node[weight, pos=0.50]") == 2


@needs_pdflatex
@pytest.mark.parametrize(("name", "options"), RUNS, ids=[" ".join((name, *options)) for name, options in RUNS])
def test_a_document_compiles_and_nothing_is_overfull(
    name: str, options: list[str], latex: Show, tmp_path: Path
) -> None:
    path = tmp_path / "example.yaml"
    path.write_text(NETWORKS[name])
    assert "Overfull" not in compiled(latex(path, *options), tmp_path)


@needs_pdflatex
@pytest.mark.parametrize(("name", "options"), RUNS, ids=[" ".join((name, *options)) for name, options in RUNS])
def test_a_fragment_compiles_in_an_article_and_nothing_is_overfull(
    name: str, options: list[str], latex: Show, tmp_path: Path
) -> None:
    path = tmp_path / "example.yaml"
    path.write_text(NETWORKS[name])
    assert "Overfull" not in compiled(around(latex(path, *options, "--fragment")), tmp_path)


@needs_pdflatex
def test_no_formula_is_wider_than_estimated(tmp_path: Path) -> None:
    texts = []
    for source in ("2-3-1", "deep", "samples", "3-3-3"):
        example = read_example(NETWORKS[source])
        page = trace_page([trace(example)], View(example)).blocks(Medium("lines"))
        ink = Ink(LATEX, LATEX_NAMES)
        for block in page:
            assert isinstance(block, Equations)
            for line in block.lines:
                texts += [ink.name(line.name, block.names), *ink.sides(line.sides, block.names)]
    texts = [text for text in dict.fromkeys(texts) if text]
    measured = "\n".join(rf"\setbox0\hbox{{$\displaystyle {text}$}}\typeout{{measured \the\wd0}}" for text in texts)
    log = compiled(around(measured), tmp_path)
    real = [float(points) for points in re.findall(r"^measured ([\d.]+)pt", log, re.MULTILINE)]
    assert len(real) == len(texts) > 300
    ratios = [width(text) / points for text, points in zip(texts, real, strict=True)]
    assert min(ratios) > 0.98
    assert sum(ratios) / len(ratios) < 1.2


# --- worksheets ---


@needs_pdflatex
def test_a_worksheet_has_a_box_for_each_folded_line_and_no_answer(printed: Show, tmp_path: Path) -> None:
    """Two pages, as those set by hand."""
    text = printed("sheet", "mazur", "--format", "latex")
    assert text.count(r"\begin{minipage}") == 39 and "Points" in text and "of 39" in text
    assert r"\begin{tikzpicture}" in text
    assert not {"0.3775", "0.593269992", "0.298371109"} & set(re.findall(r"\d\.\d+", text))
    assert "(2 pages" in re.sub(r"\s+", " ", compiled(text, tmp_path, draft=False))


# --- what was seen on pages ---


def test_the_drawing_calls_units_as_the_formulas_do_and_says_once_which_they_are(latex: Show) -> None:
    text = latex("mazur", "--style", "layered")
    inside = re.findall(r"\\node\[unit, .*?\{\\?\w*\$(.*)\$\};", text)
    assert inside == ["i_{1}", "i_{2}", "a_{1}^{2}", "a_{2}^{2}", "a_{1}^{3}", "a_{2}^{3}"]
    assert text.count("$a_{1}^{2}$ = $h_{1}$") == 1
    assert "The units of the file" not in latex("mazur")


def test_fractions_among_words_have_no_bar_that_touches_the_line_above(latex: Show) -> None:
    given = re.search(r"Given: (.*)", latex("hmkcode", "--engine", "exact", "--at", "2"))
    assert given and "/" in given[1] and r"\frac" not in given[1]


def test_a_loss_and_a_rule_are_said_in_words(latex: Show) -> None:
    assert "loss: half squared error; gradient descent, learning rate 0.5" in latex("mazur")


def test_a_number_without_room_in_a_table_stands_on_rows() -> None:
    """Nothing of it is cut, nor does it stick out."""
    rows = digit_rows("-0.00000879806731", 50.0, 0)
    assert "".join(rows).replace(r"\,", "") == "-0.00000879806731" and max(map(width, rows)) <= 50.0
