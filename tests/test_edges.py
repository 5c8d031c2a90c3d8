"""Where one thing ends and the next begins: each of these limits was moved once, and no other test saw it."""

from __future__ import annotations

import math
from fractions import Fraction

import mpmath
import pytest
from training import XOR

from backprop_trace.check.checker import Checker
from backprop_trace.check.writer import is_cut_off
from backprop_trace.files.sheet import read_sheet
from backprop_trace.files.spec import load, read_example
from backprop_trace.formulas.arithmetic import FLOAT
from backprop_trace.formulas.arithmetic.hand import Rounding
from backprop_trace.formulas.expr import given
from backprop_trace.formulas.notation.names import canonical
from backprop_trace.formulas.parse import BadFormula, read_formula
from backprop_trace.run.step import Settings, trace
from backprop_trace.run.train.session import Plan, Session, overfitting


def verdicts(example: str, sheet: str) -> list[str]:
    report = Checker(load(example)).check(read_sheet(sheet, "sheet"))
    return [line.verdict for line in report.lines if line.written]


# --- training ---


@pytest.mark.parametrize("batch", ["sum", "mean"])
def test_matrices_share_a_mean_among_outputs_and_samples(batch):
    """The mean of two outputs: a half of the sum of the squares (and a quarter of that over four samples)."""
    pytest.importorskip("numpy", reason="the extra `fast` is not installed")
    from backprop_trace.run.train.matrices import Matrices

    text = XOR.replace("units: 1", "units: 2").replace("bias: [0]", "bias: 0.1")
    text = text.replace("{o1: [0, 1, 1, 0]}", "{o1: [0, 1, 1, 0], o2: [1, 0, 0, 1]}")
    text = text.replace("half_squared_error", f"mean_squared_error\nbatch: {batch}")
    example = read_example(text.replace("bias: 0.1", "bias: [0.1, 0.2]") + "learning_rate: 0.2")
    matrices = Matrices.of(example)
    step = trace(example)
    squares = sum((step[f"out_o{k}[{s}]"].value - target) ** 2 for s, targets in enumerate(
        [(0, 1), (1, 0), (1, 0), (0, 1)], 1) for k, target in enumerate(targets, 1))  # fmt: skip
    assert matrices.loss() == pytest.approx(squares / 2 / (4 if batch == "mean" else 1), rel=1e-12)
    matrices.advance(1, 2)
    found = matrices.values()
    for new, old in step.listing.carried:
        assert found[old] == pytest.approx(step.values[new], rel=1e-12)


@pytest.mark.parametrize("patience", [1, 2, 5])
def test_patience_is_so_many_epochs_and_no_other_number(patience):
    """w+ = w - 2.5 w = -1.5 w: the loss grows from the first epoch on."""
    example = read_example("""
        inputs: {x: 1}
        targets: {o: 0}
        layers: [{units: [o], activation: identity, weights: [[1]]}]
        loss: half_squared_error
        learning_rate: 2.5
    """)
    session = Session(example, Plan(100, 100, patience=patience))
    list(session.reports())
    assert (session.ending, session.epoch) == ("patience", patience)


def test_overfitting_is_said_only_where_the_trained_loss_fell_and_the_other_rose_by_more_than_a_twentieth():
    assert overfitting([(0, 1.0, 1.0), (20, 0.5, 0.6), (40, 0.2, 0.64)])
    assert not overfitting([(0, 1.0, 1.0), (20, 0.5, 0.6), (40, 0.2, 0.62)])
    assert not overfitting([(0, 1.0, 1.0), (20, 0.5, 0.6), (40, 0.5, 0.9)])
    assert not overfitting([(0, 1.0, 1.0), (20, 0.5, 0.6), (40, 0.7, 0.9)])
    assert not overfitting([(0, 1.0, None), (20, 0.5, None)])


# --- formulas and numbers ---


def test_a_formula_may_be_so_high_and_no_higher():
    assert read_formula("x" + " / x" * 179, given)
    with pytest.raises(BadFormula, match="nested too deeply"):
        read_formula("x" + " / x" * 180, given)


def test_sech_is_computed_as_far_as_doubles_go_and_0_beyond():
    sech = FLOAT.functions["sech"]
    for x in (0.5, 20.0, -350.0, 699.0):
        assert sech(x) == pytest.approx(float(mpmath.sech(x)), rel=1e-13, abs=0)
    assert sech(1e4) == sech(-1e4) == 0.0
    assert math.isfinite(sech(711.0))


# --- sheets ---


@pytest.mark.parametrize(
    ("written", "verdict"),
    [("0.15", "right"), ("0.150", "right"), ("0.2", "right"), ("0.51", "slip"), ("0.16", "slip")],
)
def test_a_given_on_a_sheet_is_right_or_copied_wrong(written, verdict):
    assert verdicts("mazur", f"w1 = {written}") == [verdict]


CARRIED_ON = """
inputs: {x: 0.93}
targets: {o: 0.21}
parameters: {w: 0.71}
layers: [{units: [o], activation: identity, weights: [[w]]}]
loss: half_squared_error
learning_rate: 0.5
"""


@pytest.mark.parametrize(
    ("new", "copy", "net", "expected"),
    [
        ("0.5006", "0.5006", "0.4656", "right right right"), ("0.5007", "0.5007", "0.4657", "rounded rounded rounded"),
        ("0.9194", "0.9194", "0.8550", "slip follows follows"), ("0.9194", "0.919", "0.855", "slip follows follows"),
        ("0.9194", "0.9149", "0.8509", "slip slip follows"), ("0.9194", "0.5006", "0.4656", "slip right right"),
        ("0.5006", "0.9194", "0.8550", "right slip follows"), ("0.5006", "", "0.4656", "right right"),
        ("0.5007", "", "0.4657", "rounded rounded"), ("0.9194", "", "0.8550", "slip follows"),
        ("", "0.5007", "0.4657", "rounded rounded"), ("", "0.9194", "0.8550", "slip follows"),
    ],
)  # fmt: skip
def test_what_a_step_starts_from_is_copied_from_the_step_before_and_no_sounder_than_that(new, copy, net, expected):
    """w+ = 0.71 - 0.5 · 0.4503 · 0.93 = 0.5006105, and with + for - it is 0.9193895; 0.93 of that is the net input."""
    lines = [
        f"step 1:\n  w+: {new}\n" if new else "",
        "step 2:\n",
        f"  w: {copy}\n" if copy else "",
        f"  net_o: {net}\n",
    ]
    report = Checker(read_example(CARRIED_ON)).check(read_sheet("".join(lines), "sheet"))
    assert [line.verdict for line in report.written] == expected.split()


@pytest.mark.parametrize("units", [2, 5, 10, 15])
def test_a_number_some_units_off_is_no_rounding(units):
    """out_h1 = 0.593269992..., and net_h1 is exact."""
    assert verdicts("mazur", f"net_h1 = 0.3775\nout_h1 = {0.593269992 + units * 1e-9:.9f}")[1] in ("wrong", "slip")


def test_numbers_as_long_as_a_floats_may_differ_by_what_a_float_does_and_no_more():
    """The last digits of 0.59326999210718722...: one double away, and ten thousand."""
    assert verdicts("mazur", "net_h1 = 0.3775\nout_h1 = 0.5932699921071873")[1] in ("right", "rounded")
    assert verdicts("mazur", "net_h1 = 0.3775\nout_h1 = 0.5932699921061872")[1] in ("wrong", "slip")


CANCELS = """
inputs: {a: 0.352}
parameters: {x: 0.35073}
definitions:
  p: a * x
  q: p - %s
objective: q
learning_rate: 0.1
"""


@pytest.mark.parametrize(
    ("less", "written", "verdict"),
    [
        ("0.1222", "0.00121", "undecided"), ("0.1222", "0.00122", "undecided"), ("0.1222", "0.00123", "rounded"),
        ("0.1222", "0.00126", "right"), ("0.1222", "0.00128", "rounded"), ("0.1222", "0.00129", "undecided"),
        ("0.123", "0.00045", "rounded"), ("0.123", "0.00046", "right"), ("0.123", "0.00047", "undecided"),
        ("0.123", "0.00044", "undecided"), ("0.123", "0.0005", "right"), ("0.123", "0.0004", "undecided"),
        ("0.12", "0.00349", "rounded"), ("0.12", "0.00350", "undecided"), ("0.1222", "0.00351", "wrong"),
    ],
)  # fmt: skip
def test_what_the_lines_before_leave_open_is_confirmed_up_to_some_units(less, written, verdict):
    """p = 0.12345696 is not on the sheet and was carried with four figures: q may be off by 0.00005.

    That confirms three units of three figures, one of two, half of one (or a hundredth of the number); more is open.
    """
    report = Checker(read_example(CANCELS % less)).check(read_sheet(f"q = {written}", "sheet"))
    (line,) = [line for line in report.lines if line.written]
    found = "wrong" if line.verdict == "slip" else line.verdict
    assert found == verdict


@pytest.mark.parametrize(
    ("x", "written", "verdict"),
    [
        ("0.01", "0.00", "undecided"), ("0.01", "-0.00", "undecided"), ("0.01", "0.000", "wrong"),
        ("0.01", "0", "undecided"), ("0.0199", "0.00", "undecided"), ("0.02", "0.00", "wrong"),
        ("0.02", "0.0", "undecided"),
        ("0.0202", "0.00", "wrong"), ("0.01", "0.005", "right"),
    ],
)  # fmt: skip
def test_a_number_without_a_digit_that_tells_is_no_mistake_below_its_unit(x, written, verdict):
    """q = x / 2: cut off, 0.00 stands for all that is below 0.01; 0.000 for 0.005 is no rounding at all."""
    example = read_example(
        f"inputs: {{a: 0.5}}\nparameters: {{x: {x}}}\ndefinitions: {{q: a * x}}\nobjective: q\nlearning_rate: 0.1\n"
    )
    (line,) = [line for line in Checker(example).check(read_sheet(f"q = {written}", "sheet")).lines if line.written]
    assert ("wrong" if line.verdict == "slip" else line.verdict) == verdict


@pytest.mark.parametrize(("copy", "follows"), [("0.3000", True), ("0.30", True), ("0.3002", False), ("0.33", False)])
def test_a_line_that_repeats_a_wrong_number_follows_to_the_digits_it_has(copy, follows):
    """One output, so E = E_o6, whatever that is."""
    first, second = verdicts("han-kamber", f"E_o6 = 0.3000\nE = {copy}")
    assert (first, second == "follows") == ("wrong", follows)


ROOT = """
inputs: {{x: 0.7}}
parameters: {{w: 0.43, b: 0.02}}
definitions:
  h: w * x
  k: b * x
  q: {}
objective: q
learning_rate: 0.1
"""


@pytest.mark.parametrize("tenths", range(5))
@pytest.mark.parametrize(
    ("root", "more", "lines"),
    [("sqrt(h)", 0, ""), ("sqrt(h + b)", 0.02, ""), ("sqrt(h + k)", 0.014, "k = 0.014\n"), ("sqrt(h + k)", 0.014, "")],
)
def test_a_root_of_what_is_rounded_to_0_follows_as_far_as_the_digits_on_the_sheet_go(root, more, lines, tenths):
    """0.0 for h, which is wrong, is anything up to 0.05; of what is skipped nobody knows how far it may be off."""
    sheet = read_sheet(f"h = 0.0\n{lines}q = 0.{tenths}\n", "sheet")
    verdict = Checker(read_example(ROOT.format(root))).check(sheet).written[-1].verdict
    may_be = tenths / 10 - 0.05 <= math.sqrt(0.05 + more)
    if "k" in root and not lines:
        assert verdict in (("follows", "undecided") if may_be else ("undecided", "wrong"))
        assert tenths != 2 or verdict == "undecided"
    else:
        assert verdict in (("follows",) if may_be else ("wrong", "slip"))


@pytest.mark.parametrize(
    ("formula", "low", "high"),
    [
        ("relu(h)", 0, 0.05), ("0 - relu(h)", -0.05, 0), ("-relu(h)", -0.05, 0), ("min(0, h)", -0.05, 0),
        ("abs(h)", 0, 0.05), ("-abs(h)", -0.05, 0), ("h^2", 0, 0.0025), ("-(h^2)", -0.0025, 0), ("h", -0.05, 0.05),
        ("-h", -0.05, 0.05),
    ],
)  # fmt: skip
@pytest.mark.parametrize("written", ["0.0", "0.01", "0.04", "0.05", "0.06", "0.002", "0.0002"])
@pytest.mark.parametrize("sign", ["", "-"])
def test_a_band_that_ends_at_0_is_a_band_like_others(formula, low, high, sign, written):
    """0.0 for h, which is wrong, is anything from -0.05 to 0.05."""
    sheet = read_sheet(f"h = 0.0\nq = {sign}{written}\n", "sheet")
    _, line = Checker(read_example(ROOT.format(formula))).check(sheet).written
    half = 0.5 * 10.0 ** -len(written.partition(".")[2])
    may_be = low - half <= float(sign + written) <= high + half
    assert line.verdict in (("follows", "right") if may_be else ("wrong", "slip"))


@pytest.mark.parametrize(("source", "copy", "off"), [("0.2967", "0.30", False)])
def test_a_number_is_rounded_again_only_where_it_is_copied_with_fewer_digits(source, copy, off):
    report = Checker(load("han-kamber")).check(read_sheet(f"E_o6 = {source}\nE = {copy}", "sheet"))
    (line,) = [line for line in report.lines if line.name == "E" and line.written]
    assert ("off by one" in line.message or line.verdict != "follows") == off


def test_a_digit_is_off_by_one_or_cut_off_and_no_more():
    half, true = Fraction("0.00005"), Fraction("0.593269992")
    assert is_cut_off(Fraction("0.5932"), half, true)
    assert not is_cut_off(Fraction("0.5931"), half, true)
    assert not is_cut_off(Fraction("0.5933"), half, true)


def test_numbers_that_are_cut_off_one_and_all_are_no_mistakes():
    """0.593269, 0.596884, 0.751365: more than half a unit is cut off each."""
    sheet = read_sheet("out_h1 = 0.5932\nout_h2 = 0.5968\nout_o1 = 0.7513", "sheet")
    assert not Checker(load("mazur")).check(sheet).has_mistakes


@pytest.mark.parametrize("name", ["mazur", "han-kamber", "udacity"])
def test_a_sheet_whose_every_number_is_cut_off_has_no_mistake(name):
    """Each line cut off before it is used again, as a person does (test_arithmetic holds that to Python's decimal)."""
    step = trace(load(name), Settings("hand", rounding=Rounding.read("4", "truncate")))
    lines = [
        f"{canonical(line.name)}: {line.value:.4f}" for line in step.lines if line.name.kind in ("net", "out", "E")
    ]
    report = Checker(load(name)).check(read_sheet("\n".join(lines), "sheet.yaml"))
    assert not report.has_mistakes
