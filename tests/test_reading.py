"""Sheets as people write them: spellings found in the wild, notations simulated, what is printed read back."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import notations
import pytest

from backprop_trace.check.checker import Checker
from backprop_trace.files.sheet import read_sheet
from backprop_trace.files.spec import load, read_example, shipped
from backprop_trace.formulas.expr import Name
from backprop_trace.formulas.notation.names import canonical
from backprop_trace.formulas.spelled import NOTATIONS
from backprop_trace.render.pages.report import Wanted, closing_notes
from backprop_trace.run.step import trace

FINE = {"right", "rounded", "follows", "convention"}

SMALL = """\
inputs: {x1: 0.6, x2: -0.4}
targets: {y: 1}
parameters: {w11: 0.2, w12: -0.5, w21: 0.7, w22: 0.1, w31: -0.3, w32: 0.4, b1: 0.1, b2: -0.2, b3: 0.05,
             v1: 0.8, v2: -0.6, v3: 0.3, c: 0.15}
layers:
  - {units: [h1, h2, h3], activation: tanh, weights: [[w11, w12], [w21, w22], [w31, w32]], bias: [b1, b2, b3]}
  - {units: [y], activation: sigmoid, weights: [[v1, v2, v3]], bias: [c]}
loss: binary_cross_entropy
learning_rate: 0.1
"""
CHAIN = """\
inputs: {x: 0.8}
targets: {o: 0.3}
parameters: {w: 0.5, v: -0.9}
layers:
  - {units: [h], activation: sigmoid, weights: [[w]]}
  - {units: [o], activation: sigmoid, weights: [[v]]}
loss: half_squared_error
learning_rate: 0.4
"""
PLAIN = """\
inputs: {x1: 0.31, x2: -0.47}
targets: {o1: 0.2, o2: 0.9}
layers:
  - {units: [h1, h2, h3], activation: sigmoid, weights: [[0.11, -0.62], [0.73, 0.24], [-0.35, 0.46]],
     bias: [0.17, -0.28, 0.39]}
  - {units: [o1, o2], activation: sigmoid, weights: [[0.51, -0.82, 0.13], [0.64, 0.25, -0.96]], bias: [0.07, -0.18]}
loss: half_squared_error
learning_rate: 0.5
"""
TWO = """\
inputs: {x1: -0.7, x2: 0.4}
targets: {o1: 1}
parameters: {w1: 0.35, w2: -0.62, w3: 0.81, w4: 0.27, w5: -0.44, w6: 0.93, b1: 0.12, b2: -0.23, b3: 0.31}
layers:
  - {units: [h1, h2], activation: sigmoid, weights: [[w1, w2], [w3, w4]], bias: [b1, b2]}
  - {units: [o1], activation: sigmoid, weights: [[w5, w6]], bias: [b3]}
loss: squared_error
learning_rate: 0.1
"""
NUMBERED = """\
inputs: {x1: 1, x2: 0.5}
targets: {5: 0}
parameters: {w13: 0.4, w23: -0.2, w14: 0.6, w24: 0.3, w35: -0.7, w45: 0.5, b3: 0.1, b4: -0.3, b5: 0.2}
layers:
  - {units: [3, 4], activation: sigmoid, weights: [[w13, w23], [w14, w24]], bias: [b3, b4]}
  - {units: [5], activation: sigmoid, weights: [[w35, w45]], bias: [b5]}
loss: half_squared_error
learning_rate: 0.5
"""
SOFT = """\
inputs: {x1: 1.0, x2: -0.5}
targets: {o1: 1, o2: 0}
layers:
  - {units: [h1, h2, h3], activation: tanh, weights: [[0.31, -0.22], [0.53, 0.44], [-0.65, 0.16]],
     bias: [0.12, -0.07, -0.23]}
  - {units: [o1, o2], activation: softmax, weights: [[0.71, -0.42, 0.24], [-0.33, 0.64, 0.57]], bias: [0.05, -0.08]}
loss: cross_entropy
learning_rate: 0.1
"""
BATCH = """\
inputs: {x1: [0.5, -0.3], x2: [0.2, 0.8]}
targets: {o1: [1, 0]}
parameters: {w1: 0.42, w2: -0.35, w3: 0.27, w4: 0.61, w5: 0.78, w6: -0.54, b1: 0.13, b2: -0.21, b3: 0.08}
layers:
  - {units: [h1, h2], activation: sigmoid, weights: [[w1, w2], [w3, w4]], bias: [b1, b2]}
  - {units: [o1], activation: sigmoid, weights: [[w5, w6]], bias: [b3]}
loss: squared_error
batch: mean
learning_rate: 0.5
"""
DEEP = """\
inputs: {x1: 0.6, x2: -0.9}
targets: {y: 1}
layers:
  - {units: [h1_1, h1_2], activation: relu, weights: [[0.45, -0.32], [-0.28, -0.57]], bias: [0.11, 0.14]}
  - {units: [h2_1, h2_2], activation: tanh, weights: [[0.52, 0.37], [-0.63, 0.26]], bias: [-0.06, 0.09]}
  - {units: [y], activation: sigmoid, weights: [[0.81, -0.74]], bias: [0.03]}
loss: binary_cross_entropy
learning_rate: 0.2
"""
TEXTS = {
    "soft": SOFT,
    "batch": BATCH,
    "three": DEEP,
    "two": TWO,
    "numbered": NUMBERED,
    "small": SMALL,
    "chain": CHAIN,
    "plain": PLAIN,
}

FOUND = Path(__file__).with_name("spellings.tsv")
"""A line for each spelling: the network, where people write so, what is written (with # for each number, § for one with
a decimal comma, ␤ and ␉ where a line or cell ends), and the quantities that are meant."""


def example(name: str):
    return read_example(TEXTS[name]) if name in TEXTS else load(name)


def true_values(worked) -> dict[str, Fraction]:
    from backprop_trace.check.variant import Variant

    return {canonical(name): value for name, value in Variant(worked).true(1).items()}


def cases() -> list[tuple[str, str, str]]:
    """The network, what is written, and the names of the quantities."""
    rows = [line.split("\t") for line in FOUND.read_text(encoding="utf-8").splitlines()[1:]]
    return [(network, spelling, names) for network, _, spelling, names in rows]


def written(value: Fraction) -> str:
    """Five significant figures, as people write them."""
    size = abs(float(value))
    places = 4 if size >= 1 or not size else min(9, 4 - int(f"{size:e}".partition("e")[2]))
    return f"{float(value):.{places}f}"


def filled(text: str, number: str) -> str:
    """The text with the number in its next empty place."""
    return re.sub("[#§]", lambda mark: number if mark[0] == "#" else number.replace(".", ","), text, count=1)


@pytest.mark.parametrize("name", dict.fromkeys(network for network, _, _ in cases()))
def test_other_ways_of_writing_names_are_read_as_they_are_meant(name):
    worked = example(name)
    true, checker = true_values(worked), Checker(worked)
    wrong = []
    for network, spelling, names in cases():
        if network != name:
            continue
        text, meant = spelling, names.split(" ")
        for each in meant:
            text = filled(text, written(true[each]))
        report = checker.check(read_sheet(text.replace("␤", "\n").replace("␉", "\t") + "\n", "a.txt"))
        found = [(f"{line.name}[{line.sample}]" if line.sample else line.name, line.verdict) for line in report.written]
        if sorted(each for each, _ in found) != sorted(meant) or {verdict for _, verdict in found} - FINE:
            wrong.append((text, meant, found))
    assert not wrong


def test_there_are_more_spellings_than_were_given():
    assert len(cases()) >= 2 * 221


@pytest.mark.parametrize("notation", notations.NOTATIONS)
def test_a_sheet_in_any_notation_is_read_and_nothing_as_something_else(notation):
    read = lines = 0
    for seed in range(6):
        got, all_, other = notations.tried(notation, random.Random(seed))
        read, lines = read + got, lines + all_
        assert not other, (notation, seed, other)
    assert read >= 0.99 * lines, (notation, read, lines)


@pytest.mark.parametrize("notation", notations.NOTATIONS)
def test_which_letters_a_sheet_uses_is_said_only_where_they_are_not_those_of_files(notation):
    desk = notations.Desk(random.Random(7), numbered=notation == "rumelhart")
    text = "\n".join(line for line, _ in notations.NOTATIONS[notation](desk))
    report = Checker(desk.example).check(read_sheet(text, "a.txt"))
    said = {each.key: each.said for each in NOTATIONS}
    assert report.notation == (said["bishop"] if notation == "bishop" else "")
    assert report.conventions == ()


@pytest.mark.parametrize("wrong", [False, True])
@pytest.mark.parametrize("notation", NOTATIONS[1:], ids=lambda notation: notation.key)
def test_what_the_letters_of_each_notation_mean_is_found_by_the_numbers_and_said(notation, wrong):
    """Its first letters, since many of the others stand in several notations; the last number may be wrong."""
    desk, text, meant = notations.Desk(random.Random(3)), "", []
    kinds = [(notation.net[0], "net_#"), (notation.out[0], "out_#")]
    kinds += [(letter, "dE/dnet_#") for letter in notation.delta]
    for unit in [*desk.hidden, *desk.outputs]:
        for letter, name in kinds:
            meant.append(name.replace("#", unit))
            text += f"{letter}_{unit} = {desk.of(meant[-1])}\n"
    for weight in [each for row in desk.w1 for each in row] if notation.d_is == "change" else []:
        meant.append(f"change_{weight}")
        text += f"d{weight} = {desk.of(meant[-1])}\n"
    text = text[: text.rindex("=")] + "= 7.25\n" if wrong else text
    report = Checker(desk.example).check(read_sheet(text, "a.txt"))
    assert [line.name for line in sorted(report.written, key=lambda line: line.place)] == meant
    assert {line.verdict for line in report.written} <= ({*FINE, "wrong", "slip"} if wrong else FINE)
    assert report.notation == notation.said


def spelled(names: Iterable[Name]) -> set[tuple[str, int | None]]:
    return {(canonical(name._replace(sample=None)), name.sample) for name in names}


FORMS = ("table", "plain", "markdown", "latex", "csv", "json")
PRINTED = [
    *((name, form, "net-out") for name in shipped() for form in FORMS),
    *((name, form, style) for name in shipped() for form in FORMS
      for style in ("layered", "nielsen")),
]  # fmt: skip


@pytest.mark.parametrize(("name", "form", "style"), PRINTED)
def test_what_show_prints_is_a_sheet_without_a_mistake(name, form, style, capsys, monkeypatch):
    text = notations.shown(name, form, style, capsys, monkeypatch)
    if text is None:
        pytest.skip("nothing to show")
    report = Checker(load(name)).check(read_sheet(text, {"csv": "a.csv", "json": "a.json"}.get(form, "a.txt")))
    bad = [(line.name, line.written, line.verdict, line.message) for line in report.written if line.verdict not in FINE]
    assert not bad
    assert not report.unread
    names = {(line.name, line.sample) for line in report.written}
    lines = {(canonical(e.name._replace(sample=None)), e.name.sample) for e in load(name).listing().equations}
    assert lines <= names or form in ("markdown", "latex")  # documents leave out what is only copied


@pytest.mark.parametrize("samples", ["column", "row"])
@pytest.mark.parametrize("form", ["plain", "markdown", "latex"])
@pytest.mark.parametrize("name", ["mazur", "hmkcode", "han-kamber", "deep", "xor"])
def test_what_show_prints_in_matrices_is_a_sheet_without_a_mistake(name, form, samples, run):
    _, text, _ = run("show", name, "--matrix", samples, "--format", form)
    report = Checker(load(name)).check(read_sheet(text, "a.txt"))
    assert not [(line.name, line.written, line.verdict) for line in report.written if line.verdict not in FINE]
    assert len(report.written) > 20 and not report.unread


@pytest.mark.parametrize("square", ["x²", "x^2", "x**2", "x^(2)", "x^{2}"])
def test_a_power_of_a_name_is_no_other_name(square):
    (line,) = Checker(load("descent")).check(read_sheet(f"v = y - {square} = 0.5 - (-0.5)² = 0.25\n", "a.txt")).written
    assert (line.name, line.verdict, line.written) == ("v", "right", "0.25")


@pytest.mark.parametrize(
    ("line", "name", "verdict"),
    [
        ("w5 = 0.3589", "w5+", "right"),  # its number says so
        ("w5 = 0.4 - 0.5 * 0.0822 = 0.3589", "w5+", "right"),
        ("w5 = 0.40", "w5", "right"),
        ("w5 = 0.45", "w5", "slip"),
    ],
)
def test_a_weight_with_the_number_of_the_new_one_is_the_new_one(line, name, verdict):
    (found,) = Checker(load("mazur")).check(read_sheet(f"{line}\n", "a.txt")).written
    assert (found.name, found.verdict) == (name, verdict)


BARE = """\
inputs: {x1: 0.05, x2: 0.10}
targets: {o1: 0.01, o2: 0.99}
layers:
  - {units: [h1, h2], activation: sigmoid, weights: [[0.15, 0.20], [0.25, 0.30]], bias: 0.35}
  - {units: [o1, o2], activation: sigmoid, weights: [[0.40, 0.45], [0.50, 0.55]], bias: 0.60}
loss: half_squared_error
learning_rate: 0.5
"""
"""Mazur's network, with its weights as bare matrices."""


def read_bare(*lines: str) -> tuple[list[tuple[str, str]], str]:
    report = Checker(read_example(BARE)).check(read_sheet("\n".join(lines), "a.txt"))
    written = sorted(report.written, key=lambda line: line.place)
    return [(line.name, line.verdict) for line in written], report.notation


def test_weights_of_bare_matrices_are_counted_as_the_sheet_counts_them_and_it_is_said_once():
    rows, said = read_bare("w2 = 0.20", "dE/dw5 = 0.0822", "dE/dw6 = 0.0827", "w6 = 0.4087")
    assert rows == [(name, "right") for name in ("w_x2_h1", "dE/dw_h1_o1", "dE/dw_h2_o1", "w_h2_o1+")]
    assert said == "w1, w2, ... are the weights row by row"
    columns, said = read_bare("w2 = 0.25", "dE/dw5 = 0.0822", "dE/dw7 = 0.0827", "w5 = 0.3589", "w7 = 0.4087")
    meant = ("w_x1_h2", "dE/dw_h1_o1", "dE/dw_h2_o1", "w_h1_o1+", "w_h2_o1+")
    assert columns == [(name, "right") for name in meant]
    assert said == "w1, w2, ... are the weights column by column"


@pytest.mark.parametrize(
    ("lines", "verdicts"),
    [
        ("w^1_13 = 0.37", ["slip"]), ("w^1_31 = 0.37", ["slip"]),
        ("w^1_31 = 0.5\nw^1_32 = 0.77", ["right", "slip"]), ("w^1_13 = 0.5\nw^1_23 = 0.77", ["right", "slip"]),
        ("w^1_31 = 0.5\nw^1_23 = 0.77", ["right", "unknown"]), ("w^1_13 = 0.5\nw^1_32 = 0.77", ["right", "unknown"]),
        ("w^1_31 = 0.5\nw^1_32 = -0.6\nw^1_13 = 0.5", ["right", "right", "unknown"]),
        ("w^1_31 = 0.5\nw^1_13 = 0.5\nw^1_23 = 0.77", ["right", "right", "slip"]),
    ],
)  # fmt: skip
def test_where_lines_count_from_here_to_there_another_that_counts_from_there_to_here_is_asked_about(
    lines: str, verdicts: list[str]
) -> None:
    """Two inputs and three units: w_13 leads from input 1 to unit 3, 0.5, and w_31 is the same where the unit that it
    leads to stands first. As many lines for one way as for the other say nothing."""
    text = load("kumar").text.replace("w1_", "u").replace("w2_", "v")
    report = Checker(read_example(text)).check(read_sheet(lines, "a.txt"))
    assert [line.verdict for line in sorted(report.written, key=lambda line: line.place)] == verdicts


@pytest.mark.parametrize(
    ("unknown", "right", "said"),
    [(1, 1, True), (2, 1, True), (3, 1, False), (4, 1, False), (4, 2, True), (5, 2, True), (6, 2, False)],
)
def test_a_number_that_agrees_counts_for_two_more_lines_where_a_notation_is_chosen(
    unknown: int, right: int, said: bool
) -> None:
    """z is the net input of most books, n that of Hagan's; no z agrees with anything, each n with a net input."""
    names = ("z_1", "z_2", "z1", "z2", "z^1_1", "z^1_2")[:unknown]
    lines = [f"{name} = {number}.77" for number, name in enumerate(names, 5)]
    report = Checker(load("mazur")).check(
        read_sheet("\n".join([*lines, *("n_1 = 0.3775", "n_2 = 0.3925")[:right]]), "a.txt")
    )
    assert bool(report.notation) is said
    assert [line.verdict for line in report.written].count("right") == (right if said else 0)


def test_a_sheet_that_counts_weights_one_way_does_not_change_to_the_other_for_two_lines():
    """The gradients of w2 and w3 are exchanged, and all the rest is counted by rows."""
    read, _ = read_bare("w2 = 0.20", "w3 = 0.25", "w7_new = 0.5113", "dE/dw2 = 0.000498", "dE/dw3 = 0.000877")
    assert [name for name, _ in read][-2:] == ["dE/dw_x2_h1", "dE/dw_x1_h2"]
    assert {verdict for _, verdict in read[-2:]} == {"slip"}


def test_a_new_weight_of_a_bare_matrix_may_be_wrong():
    read, _ = read_bare("dE/dw5 = 0.0822", "dE/dw6 = 0.0827", "dE/dw7 = -0.0226", "w6 = 0.4913")
    assert read[-1] == ("w_h2_o1+", "slip")


def test_the_number_behind_a_name_is_the_time_step_of_a_sequence_and_it_is_said():
    """With w = 0.5, u = 0.8, b = 0.1, v = 1.2 and x = 1, 0, -1; y2 rests on the rounded h2, and is not its number."""
    sheet = "h1 = 0.5370\nh^(2) = 0.4850\ny1 = 0.6445\ny_2 = 0.5820\nz_h2 = 0.5296\nL1 = 0.0104\ndelta_y3 = -0.1143\n"
    report = Checker(load("rnn")).check(read_sheet(sheet, "sheet.txt"))
    read = {line.spelling: (line.name, line.verdict) for line in report.written}
    assert read == {
        "h1": ("out_h1@1", "right"), "h^(2)": ("out_h1@2", "rounded"), "y1": ("out_o1@1", "right"),
        "y_2": ("out_o1@2", "rounded"), "z_h2": ("net_h1@2", "right"), "L1": ("E@1", "right"),
        "delta_y3": ("dE/dnet_o1@3", "right"),
    }  # fmt: skip
    assert report.notation == "the number behind a name is the time step"


@pytest.mark.parametrize(
    ("network", "text", "read"),
    [
        ("mazur", "H1: net = 0.3775, out = 0.5933\nh2: out = 0.6", "net_h1 out_h1 out_h2"),
        ("mazur", "Hidden unit 1\nnet = 0.3775\nout = 0.5933\nOutput unit 2\nnet = 1.2249", "net_h1 out_h1 net_o2"),
        ("mazur", "h1:\n  net: 0.3775\n  out: 0.5933\n", "net_h1 out_h1"),
        ("mazur", "Gradients:\nw5: 0.0822\nw6: 0.0827\nNew weights:\nw5: 0.3589\nw6: 0.4087", "dE/dw5 dE/dw6 w5+ w6+"),
        ("mazur", "Gradients:\nnet_h1 = 0.38\nw5 = 0.4 - 0.5 * 0.0822 = 0.3589", "net_h1 w5+"),
        ("mazur", "grads = {'w5': 0.0822, 'w6': 0.9}", "dE/dw5 dE/dw6"),
        ("mazur", "w5: 0.4 -> 0.36\nw6 = 0.45 → 0.41", "w5+ w6+"),
        ("mazur", "E = 0.298371 -> 0.2984", "E"),
        ("mazur", "w5 -= 0.5 * 0.0822 -> 0.3589", "w5+"),
        ("mazur", "w2 updated to 0.2\nw6 becomes 0.4\nw7 is changed from 0.5 to 0.5113.", "w2+ w6+ w7+"),
        ("mazur", "h1, h2 = 0.5933, 0.59\nnet_h1, net_h2 = (0.3775, 0.39)\n(o1, o2) = [0.7514 0.77]",
         "out_h1 out_h2 net_h1 net_h2 out_o1 out_o2"),
        ("mazur", "hidden_out[0] = 0.5933\noutputs[1] = 0.7729", "out_h1 out_o2"),
        ("mazur", "σ(0.3775) = 0.5933 = out_h1", "out_h1"),
        ("mazur", "E1: ½·(0.01 - 0.7514)² = 0.2748", "E_o1"),
        ("mazur", "Time 1:\nsum of errors = 0.2984\nquadratischer Fehler o1 = 0.27\n", "E E_o1"),
        ("mazur", "h1: z = 0.3775 → a = 0.5933\nw6: old 0.45, new 0.41\nw7 <- 0.5113", "net_h1 out_h1 w6+ w7+"),
        ("mazur", ">>> net_h1, net_h2\n(0.3775, 0.3925)\nprint(f\"{E_total}\")\n0.2984", "net_h1 net_h2 E"),
        ("mazur", "w;dE/dw;w neu\nw5;0.0822;0.3589", "dE/dw5 w5+"),
        ("batch", "Sample 2: ŷ = 0.53, loss = 0.2809", "out_o1 E"),
        ("rnn", "h_0 = 0\nTime step 2:\nh = 0.485\nhidden states: 0.5, 0.485, -0.0119",
         "out_h1@0 out_h1@2 out_h1@1 out_h1@2 out_h1@3"),
        ("mazur", "derivative of o1 = 0.1868\nactual output 1 = 0.7514", "dout_o1/dnet_o1 out_o1"),
        ("soft", "dW2[0,1] = -0.0814\ndW2[1,2] = -0.0814", "dE/dw_h2_o1 dE/dw_h2_o1"),
        ("batch", "z_h1^(2) = -0.276\nL2 = 0.2809\nL1 = 0.2", "net_h1 E E"),
        ("rnn", "t=2: h = 0.485\nh = [0.537, 0.485, -0.012]", "out_h1@2 out_h1@1 out_h1@2 out_h1@3"),
    ],
)  # fmt: skip
def test_what_a_line_is_about_may_stand_before_or_above_it_and_be_wrong(network, text, read):
    """With right numbers and wrong ones: it is read as the same quantity."""
    report = Checker(example(network)).check(read_sheet(text, "a.txt"))
    lines = sorted((line for line in report.written if line.verdict != "unknown"), key=lambda line: line.place)
    assert [line.name for line in lines] == read.split()
    assert not report.unread or network == "mazur"


def test_names_in_formulas_are_those_of_the_lines():
    lines = {
        "delta_o1 = (o1 - t1) * g'(x_o1)": "right",  # x is what the writer calls the net input
        "delta_h1 = (delta_o1*w5 + delta_o2*w7) f'(net_h1)": "right",
        "E_o2 = (t2 - o2)^2": "slip",  # o2 is not the target, since t2 is
    }
    report = Checker(load("mazur")).check(read_sheet("\n".join([*lines, "delta_h2 = δ_k w_kj g'(x_j)"]), "a.txt"))
    assert [line.verdict for line in sorted(report.written, key=lambda line: line.place)] == list(lines.values())
    assert [each.text for each in report.passed] == ["delta_h2 = δ_k w_kj g'(x_j)"]  # a rule, no calculation


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Homework\nnet_h1 = 0.3775\n", "1 line was not read as a calculation; --show-unread lists it."),
        ("A\nB\nnet_h1 = 0.3775\n", "2 lines were not read as calculations; --show-unread lists them."),
    ],
)
def test_what_is_counted_is_one_or_several(text, said):
    report = Checker(load("mazur")).check(read_sheet(text, "a.txt"))
    assert closing_notes(report, Wanted())[-1] == said


@pytest.mark.parametrize("text", [r"w_5 \cdot x", "$E$ = 1", "E &= 1", "w_{5} = 1", "w^{5} = 1"])
def test_each_mark_of_latex_alone_tells_it(text):
    from backprop_trace.formulas.from_latex import looks_like_latex

    assert looks_like_latex(text)


@pytest.mark.parametrize("text", ["w_5 = 1", "w^5 = 1", "E = {1}", "net & out", ""])
def test_what_else_has_a_mark_is_no_latex(text):
    from backprop_trace.formulas.from_latex import looks_like_latex

    assert not looks_like_latex(text)


SQUARE = """
inputs: {x1: 0.3, x2: 0.7}
targets: {o1: 0.2, o2: 0.9}
layers:
  - {units: [h1, h2], activation: sigmoid, weights: [[0.15, 0.22], [0.31, 0.44]], bias: 0.1}
  - {units: [o1, o2], activation: sigmoid, weights: [[0.5, -0.6], [0.7, 0.8]], bias: 0.1}
loss: half_squared_error
learning_rate: 0.5
"""


@pytest.mark.parametrize(("one", "other"), [("w_x1_h2", "w_x2_h1"), ("w_x2_h1", "w_x1_h2")])
@pytest.mark.parametrize("turned", [False, True])
def test_one_line_tells_in_which_order_the_numbers_of_all_weights_stand(one, other, turned):
    """Does the weight 12 lead from 1 to 2, or to 1 from 2? Whose number it has; 21 is then the other."""
    example = read_example(SQUARE)
    lines = [f"dE/dw^1_12 = {trace(example)[f'dE/d{one}'].value:.6f}", "dE/dw^1_21 = 0.9"]
    report = Checker(example).check(read_sheet("\n".join(lines[::-1] if turned else lines), "sheet"))
    found = {line.name: line.verdict for line in report.lines if line.written}
    assert found == {f"dE/d{one}": "right", f"dE/d{other}": "wrong"}


@pytest.mark.parametrize("weight", ["w_x1_h2", "w_x2_h1"])
def test_the_number_of_the_new_weight_tells_which_one_is_meant(weight):
    """w12 = 0.3125 where w_x1_h2 becomes that: one of two, by its number after the update."""
    example = read_example(SQUARE)
    sheet = f"w^1_12 = {trace(example)[f'{weight}+'].value:.6f}"
    report = Checker(example).check(read_sheet(sheet, "sheet"))
    assert [(line.name, line.verdict) for line in report.lines if line.written] == [(f"{weight}+", "right")]


@pytest.mark.parametrize(
    ("sheet", "name"),
    [
        ("dE/dw5 = 0.0822\nw5 = 0.9", "w5+"), ("change_w5 = -0.0411\nw5 = 0.9", "w5+"), ("w5 = 0.9", "w5"),
        ("dE/dw6 = 0.0827\nw5 = 0.9", "w5"), ("change_w6 = -0.0413\nw5 = 0.9", "w5"), ("w5 = 0.3589", "w5+"),
        ("w5 = 0.40", "w5"), ("dE/dw5 = 0.0822\nw5 = 0.40", "w5"), ("w5 = 0.4 - 0.0411 = 0.9", "w5+"),
        ("w5 = 0.36", "w5"),
    ],
)  # fmt: skip
def test_a_weight_below_its_gradient_or_its_change_is_the_new_one(sheet, name):
    """Unless it has the number of the old one; elsewhere if it is calculated, or has three figures of the new one."""
    report = Checker(load("mazur")).check(read_sheet(sheet, "a.txt"))
    assert max(report.written, key=lambda line: line.place).name == name


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ('"net_h1" = 0.3775', "net_h1"), ("'net_h1' = 0.3775", "net_h1"), ("`net_h1` = 0.3775", "net_h1"),
        ("w3' = 0.2498", "w3+"), ("hidden unit 1 = 0.5933", "out_h1"), ("output neuron 2 = 0.7729", "out_o2"),
        ("neuron h1 = 0.5933", "out_h1"), ("net_h = [[0.3775],[0.3925]]", "net_h1 net_h2"),
        ("net_h = [[0.3775, 0.3925]]", "net_h1 net_h2"), ("net_h = [0.3775, 0.3925]", "net_h1 net_h2"),
        ("dW2[0][1] = 0.0827", "dE/dw6"), ("dW2[1,2] = 0.0827", "dE/dw6"), ("dW2[0,0] = 0.0822", "dE/dw5"),
        ("dW2[2,1] = -0.0226", "dE/dw7"),
        ("dW2 = [[0.0822, 0.0827], [-0.0226, -0.0227]]", "dE/dw5 dE/dw6 dE/dw7 dE/dw8"),
        ("dW2 = [[0.0822, -0.0226], [0.0827, -0.0227]]", "dE/dw5 dE/dw7 dE/dw6 dE/dw8"),
    ],
)  # fmt: skip
def test_quotation_marks_numbers_of_units_and_the_shape_of_a_matrix_are_read(line, names):
    """Rows or columns, counted from 0 or from 1: as the numbers say."""
    report = Checker(load("mazur")).check(read_sheet(line, "a.txt"))
    assert sorted(found.name for found in report.written) == sorted(names.split())
    assert {found.verdict for found in report.written} == {"right"}


@pytest.mark.parametrize(
    ("line", "mine", "wanted"),
    [
        ("net_h = [0.3775, 0.3925, 0.5]", "1 x 3", "1 x 2"), ("dW2 = [[0.0822, 0.0827]]", "1 x 2", "2 x 2"),
        ("dW2 = [[0.0822, 0.0827, 0.1], [-0.0226, -0.0227, 0.1]]", "2 x 3", "2 x 2"),
    ],
)  # fmt: skip
def test_a_matrix_of_another_shape_is_told_what_it_must_be(line, mine, wanted):
    (found,) = Checker(load("mazur")).check(read_sheet(line, "a.txt")).written
    assert found.verdict == "unknown"
    assert found.message == f"this is {mine}, and must be {wanted} (or its transpose)"


ONE_LAYER = """
inputs: {x1: 0.3, x2: 0.7}
targets: {o1: 0.2, o2: 0.9}
layers: [{units: [o1, o2], activation: sigmoid, weights: [[0.15, 0.22], [0.31, 0.44]], bias: [0.1, 0.2]}]
loss: half_squared_error
learning_rate: 0.5
"""


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("b = [0.1, 0.2]", "b_o1 b_o2"), ("db = [#, #]", "dE/db_o1 dE/db_o2"), ("z = [#, #]", "net_o1 net_o2"),
        ("W = [[0.15, 0.22], [0.31, 0.44]]", "w_x1_o1 w_x2_o1 w_x1_o2 w_x2_o2"),
        ("delta = [#, #]", "dE/dnet_o1 dE/dnet_o2"),
        ("dW = [[#, #], [#, #]]", "dE/dw_x1_o1 dE/dw_x2_o1 dE/dw_x1_o2 dE/dw_x2_o2"), ("a = [#, #]", "out_o1 out_o2"),
        ("b1 = 0.1", "b_o1"), ("b_2 = 0.2", "b_o2"), ("db2 = #", "dE/db_o2"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("units", ["o1 o2", "A B", "left right", "u3 u4"])
def test_the_letters_of_an_only_layer_need_no_number(text, names, units):
    layer = ONE_LAYER
    for old, new in zip(("o1", "o2"), units.split(), strict=True):
        layer, names = layer.replace(old, new), names.replace(old, new)
    worked = read_example(layer)
    true = true_values(worked)
    for name in names.split():
        text = filled(text, written(true[name]))
    report = Checker(worked).check(read_sheet(text, "a.txt"))
    assert sorted(line.name for line in report.written) == sorted(names.split())
    assert {line.verdict for line in report.written} == {"right"}


@pytest.mark.parametrize(
    "formula", ["(0.4*out_h1", "0.4*out_h1) + 1", "0.4*out_h1 + (1", "0.4*(out_h1 + 1", "((0.4)*out_h1", "out_h1)*2"]
)
def test_a_bracket_too_many_is_said_square_or_round(formula):
    said = [
        line.message
        for text in (formula, formula.replace("(", "[").replace(")", "]"))
        for line in Checker(load("mazur")).check(read_sheet(f"E = 0.2984\nnet_o1 = {text}\n", "a.txt")).written
        if (line.name, line.verdict) == ("net_o1", "unknown")
    ]
    assert len(said) == 2 and said[0] == said[1] and said[0].startswith("the formula cannot be read: expected")


ASIDES = ["Total: 10 points", "Score: 3/10 points", "e ≈ 2.718", "After 10,000 epochs: E = 0.0000351"]


@pytest.mark.parametrize("line", ASIDES)
def test_what_is_no_number_of_the_step_is_passed_over(line):
    report = Checker(load("mazur")).check(read_sheet(f"E = 0.2984\n{line}\nnet_h1 = 0.3775\n", "a.txt"))
    assert sorted((each.name, each.verdict) for each in report.written) == [("E", "right"), ("net_h1", "right")]


OTHERS = ["out_o1 (new) = 0.7421", "momentum of w5 = 0.4123", "velocity of w5 = 0.0411", "new out_o1 = 0.7421"]


@pytest.mark.parametrize("line", OTHERS)
def test_what_words_say_of_a_known_name_is_not_taken_for_it_unless_the_number_is_its(line):
    report = Checker(load("mazur")).check(read_sheet(f"E = 0.2984\n{line}\n", "a.txt"))
    assert [(each.place.line, each.verdict) for each in report.written if each.place.line == 2] == [(2, "unknown")]


def test_what_is_far_too_long_for_a_line_of_latex_is_left_as_it_is():
    from backprop_trace.formulas.from_latex import from_latex

    assert from_latex(r"\frac{a}{b}") == "((a)/(b))"
    assert from_latex("x" * 20_000) == "x" * 20_000


TANH = """\
inputs: {p: 0.5}
targets: {a: 0.8}
parameters: {w: 0.2}
layers:
  - {units: [a], activation: tanh, weights: [[w]]}
loss: half_squared_error
learning_rate: 0.1
"""
ADAM = """\
parameters: {a: 1.5}
definitions: {f: a^2}
objective: f
optimizer: {name: adam, learning_rate: 0.05}
"""
TOLD = [
    (
        ADAM,
        "df/da = 3\nm_a = 0.3\nv_a = 0.009\na = 1.45\n",
        [("df/da", "3"), ("m_a+", "0.3"), ("v_a+", "0.009"), ("a+", "1.45")],
    ),
    (ADAM, "iteration 1:\na = 1.45\n", [("a+", "1.45")]),
    (TANH, "a = 0.0997\nf'(n) = 1 - a^2\n", [("out_a", "0.0997"), ("dout_a/dnet_a", "1 - a^2")]),
    (TANH, "a = 0.0997\ny - a = 0.8 - 0.0997 = 0.7003\n", [("out_a", "0.0997"), ("error_a", "0.7003")]),
    (TANH, "E = y - a = 0.8 - 0.0997 = 0.7003\n", [("error_a", "0.7003")]),
    (TANH, "a = 0.0997\n= -(0.8 - 0.0997) = -0.7003\n", [("out_a", "0.0997")]),
    (SMALL, "h1 = 0.12 + 0.2 + 0.1 = 0.42\n", [("net_h1", "0.42")]),
    (TANH, "change_w = 0.0347 => w = 0.2347\n", [("change_w", "0.0347"), ("w+", "0.2347")]),
    (TANH, "w = 0.2 - 0.1(-0.7003)(0.9901)(0.5)\nw = 0.2347\n", [("w+", "0.23467"), ("w+", "0.2347")]),
    (
        TANH,
        "dE/dout_a = -0.7003\ndout_a/dnet_a = 0.9901\n= dE/dout_a · dout_a/dnet_a = -0.7003 · 0.9901 = -0.6934\n",
        [("dE/dout_a", "-0.7003"), ("dout_a/dnet_a", "0.9901"), ("dE/dnet_a", "-0.6934")],
    ),
]
"""tanh(0.1) = 0.09966799, 1 - 0.09966799² = 0.99006629, 0.8 - 0.09966799 = 0.70033201, 0.70033201 · 0.99006629 =
0.69337512, 0.2 + 0.1 · 0.69337512 · 0.5 = 0.23466876. Adam: 0.1 · 3, 0.001 · 3², and 1.5 - 0.05 · 3/√(3²).
SMALL: 0.2 · 0.6 + 0.5 · 0.4 + 0.1."""


@pytest.mark.parametrize(("example_text", "sheet", "meant"), TOLD)
def test_a_right_line_of_a_public_page_is_read_as_it_is_meant(example_text, sheet, meant):
    report = Checker(read_example(example_text)).check(read_sheet(sheet, "a.txt"))
    found = sorted(report.written, key=lambda line: line.place.line)
    assert sorted((line.name, line.written[:7]) for line in found) == sorted(meant)
    assert {line.verdict for line in found} <= FINE


def test_a_number_behind_a_name_in_brackets_may_be_a_step_and_no_factor():
    report = Checker(read_example(ADAM)).check(read_sheet("df/da = 3\na(2) = 1.45 - 0.05 = 1.4\n", "a.txt"))
    assert [line.verdict for line in report.written if line.place.line == 2] == ["unknown"]


def test_a_long_row_that_goes_on_behind_a_comma_is_one_row():
    from backprop_trace.files.sheet.blocks import rows

    assert rows("tensor([0.1326, 0.0864, 0.0587,\n        0.1121])") == [["0.1326", "0.0864", "0.0587", "0.1121"]]
    assert rows("[0.1, 0.2,\n 0.3, 0.4]") == [["0.1", "0.2"], ["0.3", "0.4"]]


def test_a_sheet_of_which_each_line_stands_behind_a_comment_sign_is_output_and_no_comment():
    text = "##  net_h1 = 0.3775  out_h1 = 0.5933\n## E = 0.2984\n"
    checker = Checker(load("mazur"))
    report = checker.check(read_sheet(text, "a.txt"))
    assert sorted(line.name for line in report.written) == ["E", "net_h1", "out_h1"]
    assert [line.name for line in checker.check(read_sheet(text + "net_h2 = 0.3925\n", "a.txt")).written] == ["net_h2"]
