"""Numbers and sizes at the limits: they are computed, or refused with one message; nothing crashes, nothing hangs."""

from __future__ import annotations

import importlib
import io
import math
import time
from pathlib import Path

import pytest
from conftest import Program

import backprop_trace as bt
from backprop_trace.check.checker import Checker
from backprop_trace.files.sheet import read_sheet
from backprop_trace.files.sheet.limits import LONGEST_LINE
from backprop_trace.files.source import SourceError
from backprop_trace.formulas.arithmetic import ComputationError
from backprop_trace.formulas.notation.names import canonical
from backprop_trace.run.step import size
from backprop_trace.run.train import Run
from backprop_trace.run.train.session import Plan, Session


def defined(formula: str, x: str = "2", more: str = "") -> str:
    return f"""
inputs: {{a: 3}}
parameters: {{x: {x}}}
definitions:
  q: {formula}
objective: q
learning_rate: 0.5
{more}"""


@pytest.mark.parametrize(
    ("formula", "true"),
    [
        ("a * x / 2^2", 1.5), ("x^2 + 2^2", 8), ("x^2 - 3^4 + a", -74), ("x * (1/2)^2", 0.5), ("2^2 * x", 8),
        ("x * 2^-2", 0.5), ("x^-2", 0.25), ("(x - a)^2", 1), ("(x - 2)^4 + x", 2), ("x * 10^0", 2), ("x^100", 2.0**100),
    ],
)  # fmt: skip
def test_whole_powers_of_constants_and_of_names_are_checked(formula: str, true: float) -> None:
    example = bt.read_example(defined(formula))
    assert bt.trace(example)["q"].value == true
    report = bt.check(example, f"q = {true:.6f}\n")
    assert not report.has_mistakes


def first_that_breaks(example: bt.Example) -> int:
    """The first step that a trace of it alone cannot be made of."""
    for step in range(1, 50):
        try:
            bt.trace(example, step=step)
        except ComputationError:
            return step
    raise AssertionError("no step breaks")


@pytest.mark.parametrize("formula", ["a * x^1.5", "x^(1/2) + a", "(0 - x)^1.5 * a - a"])
def test_a_fractional_power_of_a_negative_number_breaks_in_the_step_that_has_it(formula: str) -> None:
    example = bt.read_example(defined(formula, "0.5" if formula[0] != "(" else "-0.5"))
    step = first_that_breaks(example)
    run = Run.of(example)
    with pytest.raises(ComputationError, match="fractional power") as compiled:
        run.advance(1, 100)
    assert compiled.value.step == step
    session = Session(example, Plan(epochs=100))
    list(session.reports())
    assert session.broken is not None and session.broken.step == step


def test_a_huge_power_is_checked_in_no_time() -> None:
    example = bt.read_example(defined("x * (1 + a / 30000000)^1000000000"))
    assert bt.trace(example)["q"].value == pytest.approx(2 * math.exp(100), rel=1e-5)
    started = time.process_time()
    bt.check(example, "q = 1.5\ndq/dx = 2.7e43\n")
    assert time.process_time() - started < 5


LONG = "9" * 4400
"""Python reads no whole number of more than 4,300 digits."""


@pytest.mark.parametrize(
    "name",
    [
        "E[{}]",
        "net_h1@{}",
        "net_h1@-{}",
        "dnet_h1@{}/dw1",
        "w{}",
        "w_{{{}}}",
        "w^({})_1",
        "a^{}_1",
        "z[{}]_1",
        "h_({})_1",
    ],
)
def test_an_index_of_any_length_is_beyond_what_a_name_may_have(run: Program, name: str) -> None:
    code, _, err = run("show", "mazur", "--only", name.format(LONG))
    assert (code, "300 are the limit" in err) == (2, True)


@pytest.mark.parametrize("formula", [f"x^{LONG}", f"{LONG}^x", f"x * 1e300 * {LONG}"])
def test_a_number_of_any_length_in_a_formula_breaks_the_computation_or_none(
    run: Program, tmp_path: Path, formula: str
) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(defined(formula))
    for command in (["show"], ["show", "--engine", "exact"], ["train", "-n", "2"], ["verify"], ["derive"]):
        code, _, err = run(command[0], str(path), *command[1:])
        assert code in (0, 3), err


@pytest.mark.parametrize(
    ("cell", "said"), [("1" * 140_000, "a number of 140000 characters"), ("x" * 140_000, "not a number")]
)
def test_a_cell_of_any_length_is_a_number_or_none(run: Program, tmp_path: Path, cell: str, said: str) -> None:
    """Python's csv ends at 131,072 characters."""
    (tmp_path / "data.csv").write_text(f"x,wanted\n1,0\n{cell},1\n")
    path = tmp_path / "net.yaml"
    path.write_text(
        "samples: {file: data.csv, inputs: [x], targets: {o: wanted}}\nlayers: [{units: [o], activation: tanh, "
        "weights: [[1]]}]\nloss: mse\nlearning_rate: 1\n"
    )
    code, _, err = run("show", str(path))
    assert code == 2
    assert said in err and "data.csv:3:1" in err
    assert len(err) < 2000


@pytest.mark.parametrize("number", ["1.7e308", "-1.7e308", "1e-308", "9" * 300])
@pytest.mark.parametrize("spelling", ["out_h1", "w5+", "E", "dE/dw1", "w1"])
def test_a_sheet_with_a_number_at_the_end_of_the_floats_is_judged(spelling: str, number: str) -> None:
    bt.check(bt.load("mazur"), f"{spelling} = {number}\nnet_h1 = 0.3775\n")


@pytest.mark.parametrize("formula", ["exp(1e3) * x", "(x^9999)^9999", "exp(exp(x^3))", "x * 1e300 * 1e300"])
def test_a_formula_beyond_the_floats_is_a_computation_that_breaks(formula: str) -> None:
    with pytest.raises(ComputationError):
        bt.trace(bt.read_example(defined(formula)))
    with pytest.raises(ComputationError):
        Run.of(bt.read_example(defined(formula))).advance(1, 5)


def two_layers(w1: str, w2: str, x: str, activation: str = "identity") -> str:
    return f"""
inputs: {{x: {x}}}
targets: {{o1: 1}}
parameters: {{w1: {w1}, w2: {w2}}}
layers:
  - {{units: [h1], activation: {activation}, weights: [[w1]]}}
  - {{units: [o1], activation: identity, weights: [[w2]]}}
loss: squared_error
learning_rate: 0.1
"""


BEYOND_FLOATS = [
    two_layers("1e300", "1e300", "1e300"), two_layers("-1e300", "1", "1e9", "relu"), two_layers("1e160", "1", "1"),
    *(defined(formula) for formula in ("x * 2^2000", "x * exp(1e3)", "x + 1e308 * 10", "a^1.5 * 1e308 * 10 * x")),
]  # fmt: skip


@pytest.mark.parametrize("text", BEYOND_FLOATS)
def test_lines_whose_true_values_are_beyond_the_floats_are_judged(run: Program, folder: Path, text: str) -> None:
    """Whatever is written for whichever line of them, in a class, in every kind of report."""
    Path("net.yaml").write_text(text)
    names = [canonical(line.name) for line in bt.trace(bt.read_example(text), bt.Settings("exact")).lines]
    for number in ("0.35", "1e300", "0e399"):
        sheets = [f"{name}: {number}\n" for name in names]
        for place, sheet in enumerate([*sheets, "".join(sheets)]):
            Path(f"{place}.yaml").write_text(sheet)
        for form in ("text", "json") if number == "0.35" else ("text",):
            code, _, err = run(
                "check", "net.yaml", *(f"{place}.yaml" for place in range(len(sheets) + 1)), "--format", form
            )
            assert code in (0, 1) and not err, err


def test_beside_what_is_beyond_the_floats_right_is_right_and_wrong_is_wrong() -> None:
    """net_h1 is 1e600; times 0 it is 0 again."""
    report = bt.check(bt.read_example(two_layers("1e300", "0", "1e300")), "net_h1: 1e300\nnet_o1: 0\nE: 1\n")
    assert [line.verdict for line in report.lines if line.written] == ["slip", "right", "right"]


def long_sum(units: int, samples: int = 1) -> str:
    column = f"[{', '.join(['0.5'] * samples)}]" if samples > 1 else "0.5"
    return f"""
inputs: {{{", ".join(f"x{n}: {column}" for n in range(units))}}}
targets: {{o1: {column}}}
layers: [{{units: [o1], activation: identity, weights: [[{", ".join(["0.001"] * units)}]], bias: 0.5}}]
loss: half_squared_error
learning_rate: 0.0001
"""


@pytest.mark.parametrize(("units", "samples"), [(5000, 1), (1, 5000), (450, 3)])
def test_long_sums_are_compiled_and_come_out_the_same_to_the_last_bit(units: int, samples: int) -> None:
    example = bt.read_example(long_sum(units, samples))
    run = Run.of(example)
    run.advance(1, 4)
    assert run.givens[example.rule.trained[0]] == bt.trace(example, step=3)[f"{example.rule.trained[0].label}+"].value


def softmax(units: int) -> str:
    targets = ", ".join(f"o{n}: {int(n == 1)}" for n in range(1, units + 1))
    return f"""
inputs: {{x: 1}}
targets: {{{targets}}}
layers: [{{units: {units}, activation: softmax, weights: [{", ".join(["[0.01]"] * units)}]}}]
loss: categorical_cross_entropy
learning_rate: 0.01
"""


def test_the_lines_up_to_the_loss_are_those_of_the_whole_listing_without_their_gradients() -> None:
    for text in (softmax(5), long_sum(3, 4)):
        example = bt.read_example(text)
        whole = [line for line in example.listing().equations if line.phase in ("forward", "loss")]
        assert [(line.name, line.formula) for line in example.forward().equations] == [
            (line.name, line.formula) for line in whole
        ]


def test_what_is_asked_for_alone_grows_with_what_is_printed() -> None:
    """log(400), by hand: all weights are equal. The gradients of 200 units take six times as long."""
    large, small = bt.read_example(softmax(400)), bt.read_example(softmax(200))
    started = time.process_time()
    (found,) = bt.traces(large, listed=large.forward)
    between = time.process_time()
    bt.trace(small)
    assert found["E"].value == pytest.approx(math.log(400), rel=1e-12)
    assert between - started < time.process_time() - between


@pytest.mark.parametrize("asked", ["--phase loss", "--phase update", "--format json --phase forward"])
def test_four_times_the_samples_take_four_times_as_long(
    run: Program, monkeypatch: pytest.MonkeyPatch, asked: str
) -> None:
    """And not sixteen times."""

    def seconds(samples: int) -> float:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(long_sum(2, samples).encode())))
        started = time.process_time()
        assert run("show", "-", *asked.split())[0] == 0
        return time.process_time() - started

    seconds(10)  # the imports
    assert min(seconds(2400) for _ in range(3)) < 12 * min(seconds(600) for _ in range(3))


@pytest.mark.parametrize("asked", ["--only E", "--phase loss", "--only dE/dnet_o1", "--only dE/dw_x_o7"])
def test_of_a_layer_too_large_to_be_listed_what_is_asked_for_is_shown(
    run: Program, monkeypatch: pytest.MonkeyPatch, asked: str
) -> None:
    """All 1,500 weights are equal: the outputs are 1/1500 each, E is log(1500), and p - t the gradient."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(softmax(1500).encode())))
    started = time.process_time()
    code, out, err = run("show", "-", *asked.split())
    assert (code, err) == (0, "")
    value = {"dE/dnet_o1": 1 / 1500 - 1, "dE/dw_x_o7": 1 / 1500}.get(asked.split()[-1], math.log(1500))
    assert f"{value:.9g}" in out
    assert len(out) < 200_000
    assert time.process_time() - started < 20  # all of it takes minutes


def test_the_size_is_that_of_what_is_listed() -> None:
    """The slopes of a softmax layer among them: as many as there are pairs of units, and the terms they give."""
    for units in (30, 60):
        example = bt.read_example(softmax(units))
        lines = len(example.listing().equations)
        assert lines == pytest.approx(2 * units**2, rel=0.2)
        assert size(example) == pytest.approx(lines, rel=0.2)


PAGE = (Path(__file__).parent.parent / "docs" / "limits.md").read_text(encoding="utf-8")


def one_layer(units: str) -> str:
    return f"""
inputs: {{x: 1}}
targets: {{o1: 1}}
layers: [{{units: {units}, activation: tanh, weights: [[1]]}}]
loss: half_squared_error
learning_rate: 1
"""


BEYOND = [
    ("a number of 5001 characters; 5000 are the limit", "show -", defined("a * x", "9" * 5001)),
    ("the exponent goes to ±400", "show -", defined("a * x", "1e401")),
    ("a float goes to 1.8e308", "show -", defined("a * x", "1e309")),
    ("a formula of more than 2000 symbols", "show -", defined("+".join(["x"] * 1001))),
    ("brackets nested deeper than 60", "show -", defined("(" * 61 + "x" + ")" * 61)),
    ("a layer has 99,999 units at most", "show -", one_layer("100000")),
    ("a layer has 99,999 units at most", "show -", one_layer("9" * 6000)),
    ("2,500,000 can be listed", "show - --format json", softmax(1500)),
    ("2,500,000 can be listed", "train -", softmax(1500)),
    ("nested deeper than 40 levels", "show -", "a: " + "[" * 41),
    ("200,000 are the limit", "check mazur -", "E = 0.5\n" * 200_001),
    ("50 are the limit", "check mazur -", "".join(f"set w1={n}:\nE = 0.5\n" for n in range(51))),
    ("--digits goes from 1 to 17", "show mazur --digits 18", ""),
    ("--digits goes from 1 to 100000", "show mazur --engine exact --digits 100001", ""),
    ("goes from 0 to 100", "show mazur --decimals 101", ""),
    ("goes from 0 to 100", "check mazur --strict 101", ""),
    ("give a number from 0 to 100", "show mazur --round 101", ""),
    ("1,000,000,000,000 is the limit", "train mazur --epochs 1000000000001", ""),
    ("1,000,000,000,000 is the limit", "show mazur --at 1000000000001", ""),
    ("more than 1,000,000,000 quantities", "show mazur --steps 100000000", ""),
    ("--points goes from 2 to 200", "sweep mazur w1 --from 0 --to 1 --points 201", ""),
    ("too many to be written out (400)", "new 20-20-1", ""),
    ("--samples goes from 1 to 100", "new 2-2-1 --samples 101", ""),
    ("a sheet has 200,000 lines at most", "sheet mazur --steps 5000", ""),
    ("a page holds 2,000", "show - --format html", softmax(40)),
    ("a picture runs through 500", "show - --format svg --animate", softmax(40)),
]


@pytest.mark.parametrize(("message", "command", "typed"), BEYOND, ids=[f"{case[1]}: {case[0]}" for case in BEYOND])
def test_what_is_beyond_a_limit_ends_in_one_message(
    run: Program, monkeypatch: pytest.MonkeyPatch, message: str, command: str, typed: str
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(typed.encode())))
    code, _, err = run(*command.split())
    assert code in (2, 3)
    assert err.count("error:") == 1
    assert message in err
    assert message.removeprefix("a number of 5001 ") in PAGE


@pytest.mark.parametrize(
    ("module", "limit", "command", "message"),
    [
        ("files.source", "LARGEST_FILE", "show -", "the file is larger than"),
        ("files.sheet.filed", "LARGEST_SHEET", "check mazur -", "the sheet is larger than"),
        ("run.verify", "MOST_LINES", "verify mazur", "choose some of them with --only"),
    ],
)
def test_limits_that_are_too_large_to_be_tried_are_there(
    run: Program, monkeypatch: pytest.MonkeyPatch, module: str, limit: str, command: str, message: str
) -> None:
    monkeypatch.setattr(importlib.import_module(f"backprop_trace.{module}"), limit, 10)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"E = 0.298371109")))
    code, _, err = run(*command.split())
    assert (code, err.count("error:")) == (2, 1)
    assert message in err
    assert message in PAGE


def test_formulas_without_a_name_are_looked_at_in_steps_that_are_not_far(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundredth of what may be computed for a sheet: then they are side calculations."""
    example = bt.load("mazur")
    for far in (0, 1):
        most = 100 * (3 * size(example) - far)
        monkeypatch.setattr(importlib.import_module("backprop_trace.check.entries"), "MOST_COMPUTED", most)
        values = [step["out_o1"].value for step in bt.traces(example, steps=[3])]
        sheet = "".join(
            f"step 3:\n  out_o1: {out:.6f}\n  out_o1 (1 - out_o1): {out * (1 - out):.6f}\n" for out in values
        )
        report = bt.check(example, sheet)
        assert ("dout_o1/dnet_o1" in {line.name for line in report.written}) is not far
        assert [passage.holds for passage in report.passed] == [True] * far


@pytest.mark.parametrize("line", ["net_h1 = 0." + "3" * 1001, "net_h1 = " + "1+" * 10_000 + "1", "n" * 301 + " = 1"])
def test_a_line_beyond_a_limit_costs_no_other(run: Program, monkeypatch: pytest.MonkeyPatch, line: str) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(f"{line}\nE = 0.298371109\n".encode())))
    _, out, err = run("check", "mazur", "-", "--format", "json")
    assert err == ""
    assert '"right"' in out


PIECES = [
    "0.5,", "0.5 ", "0,5 ", "a", "a ", "ab,", "word. ", "1", "1,", "12 ", "x1", " ", "\t", "-", "- ", ". ", "= ",
    "a=1, ", "w1=0.5 ", "(", "[", "{",
    "\\frac{", "\\ ", "| ", "|", "& ", "$", "'", "·", "* ", "_1", "^2", "[1]", "(a)", "{a}", "a:b ", "1/2 ", "%",
    "<a>", "is ", "# ", "e-1",
]  # fmt: skip


@pytest.mark.parametrize("before", ["", "net_h1 = 0.5 ", "net_h1 = ", "net_h1 = [", "net_h1 ", "net_h1\n", "0.5"])
@pytest.mark.parametrize("piece", PIECES)
def test_a_line_of_one_piece_again_and_again_is_read_in_no_time(piece: str, before: str) -> None:
    """Where something can be read in many ways, their number may not grow with the length."""
    started = time.process_time()
    report = bt.check(bt.load("mazur"), f"{before}{piece * 60}!\nE = 0.298371109")
    assert time.process_time() - started < 5
    assert any((line.name, line.verdict) == ("E", "right") for line in report.written)


@pytest.fixture(scope="module")
def checker() -> Checker:
    return Checker(bt.load("mazur"))


LONG_IN = {
    "lines": ("sheet", "{}\nE = 0.298371109"),
    "a line": ("sheet", "net_h1 = 0.5 {}!\nE = 0.298371109"),
    "cells": ("sheet.csv", 'name,value\n"{}",0.3\nnet_h1,"{}"\nE,0.298371109'),
    "JSON": ("sheet.json", '{{"net_h1": "{}", "E": 0.298371109}}'),
    "YAML": ("sheet.yaml", "net_h1: '{}'\nE: 0.298371109"),
}
"""The name of a sheet of each form, and where a text stands on it."""


@pytest.mark.parametrize("form", LONG_IN)
@pytest.mark.parametrize("length", [19_900, 150_000])
def test_a_text_of_any_length_is_read_in_a_time_that_grows_with_its_length(
    checker: Checker, form: str, length: int
) -> None:
    name, text = LONG_IN[form]
    for piece in PIECES if length < LONGEST_LINE else ("x", " ", "[1]"):
        piece = piece if form != "JSON" else piece.replace("\\", "\\\\").replace("\t", "\\t")
        long = piece.replace("'", "''" if form == "YAML" else "'") * (length // len(piece))
        started = time.process_time()
        report = checker.check(read_sheet(text.format(*[long] * 2), name))
        assert time.process_time() - started < 2, piece
        assert any((line.name, line.verdict) == ("E", "right") for line in report.written), piece


@pytest.mark.parametrize(
    ("text", "is_number"),
    [("12 -3.5 1e-3", True), ("-1-2", True), ("1" * 60 + "x", False), ("", False), ("1.5.5", False)],
)
def test_several_numbers_side_by_side_are_told_in_no_time(text: str, is_number: bool) -> None:
    from backprop_trace.render.words.said import _NUMBER

    assert bool(_NUMBER.fullmatch(text)) is is_number


def test_names_that_nobody_knows_cost_little():
    """Below 2,000 of them no further ones are looked for in notations; what is spelled as in files is judged."""
    lines = ["net_h1 = 0.3775", *(f"zork_{place}q = 0.1" for place in range(4000)), "out_h1 = 0.5933", "net_o1 = 1.5"]
    report = bt.check("mazur", "\n".join(lines))
    judged = {line.name: line.verdict for line in report.lines if line.verdict not in ("", "unknown", "missing")}
    assert (judged["net_h1"], judged["out_h1"]) == ("right", "right")
    assert judged["net_o1"] in ("wrong", "slip")
    assert sum(line.verdict == "unknown" for line in report.lines) == 2000
    assert len(report.passed) == 2000


WRONG_LINES = {
    "values": ("inputs: {%s}", "x{}: foo"),
    "doubled": ("inputs: {%s}", "x{}: 1, x{}: 2"),
    "keys": ("{%s}", "lossy{}: 1"),
    "names": ("inputs: {x: 1}\nparameters: {%s}\nfixed: [%s]", "w{}: 1"),
    "formulas": ("parameters: {%s}\ndefinitions: {f: {%s}}", "w{}: 1"),
}
"""A file, and what stands in it again and again on one line."""


@pytest.mark.parametrize("kind", WRONG_LINES)
def test_many_mistakes_on_one_line_cost_no_more_than_on_many(kind: str) -> None:
    text, piece = WRONG_LINES[kind]
    text = text.replace("%s", ", ".join(piece.format(place, place) for place in range(5_000)))
    started = time.process_time()
    with pytest.raises(SourceError) as wrong:
        bt.read_example(text)
    assert len(str(wrong.value)) < 5_000_000
    assert time.process_time() - started < 5


def test_an_exponent_too_large_to_be_told_even_is_not_called_a_fraction() -> None:
    with pytest.raises(ComputationError, match="an exponent that is too large"):
        bt.trace(bt.read_example(defined("a * x^(2^2^2^2^2)", "-0.5")), bt.Settings("exact"))
