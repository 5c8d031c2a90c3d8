"""How people calculate: what they round on the way, in which order they multiply. None of it is a mistake."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import exp, floor, tanh

import pytest

from backprop_trace.check.causes import Causes
from backprop_trace.check.checker import Checker
from backprop_trace.check.habits import Habits
from backprop_trace.check.judge import Judge, cut_off, habits_of
from backprop_trace.check.variant import Variant
from backprop_trace.files.sheet import Written, read_sheet
from backprop_trace.files.source import Place
from backprop_trace.files.spec import load, read_example

DEFINED = """\
inputs: {{x1: 1, x2: {input}, t: 0.3}}
parameters: {{w1: 0.4, w2: 0.01, b: {bias}}}
definitions:
  h: sigmoid(w1 * x1 + w2 * x2 + b)
  E: 1/2 * (h - t)^2
objective: E
fixed: [x1, x2, t]
learning_rate: 0.1
"""


@pytest.mark.parametrize("bias", ["0.1", "0.25", "0.37", "0.6"])
@pytest.mark.parametrize("input", [3, 20, 40])
def test_a_delta_that_is_no_line_is_rounded_before_it_is_multiplied_by_an_input(input: int, bias: str) -> None:
    h = round(1 / (1 + exp(-0.01 * input - 0.4 - float(bias))), 4)
    error = round(h - 0.3, 4)
    delta = round(error * h * (1 - h), 4)
    numbers = {"h": h, "dE/dh": error, "dE/dw1": delta, "dE/dw2": delta * input, "dE/db": delta}
    sheet = "\n".join(f"{name} = {number:.4f}" for name, number in numbers.items())
    report = Checker(read_example(DEFINED.format(input=input, bias=bias))).check(read_sheet(sheet, "sheet.txt"))
    assert {line.verdict for line in report.written} <= {"right", "rounded"}


MEAN = """\
inputs: {{x: 1}}
targets: {{o1: 0, o2: 0, o3: 0}}
layers:
  - units: [o1, o2, o3]
    activation: tanh
    weights: [[{w}], [0.3], [0.2]]
loss: mean_squared_error
learning_rate: 0.1
"""


@pytest.mark.parametrize("from_the_left", [True, False])
@pytest.mark.parametrize("w", ["0.572", "0.574", "0.576", "0.6", "-0.83"])
def test_a_mean_of_squares_has_its_factors_multiplied_in_either_order(w: str, from_the_left: bool) -> None:
    """1/3 * 2 * (o - t): either two thirds are rounded, or twice the difference."""

    def figures(value: float) -> float:
        return float(f"{value:.4g}")

    numbers = {}
    for unit, weight in (("o1", w), ("o2", "0.3"), ("o3", "0.2")):
        out = figures(tanh(float(weight)))
        slope = figures(figures(2 / 3) * out if from_the_left else figures(2 * out) / 3)
        numbers |= {f"out_{unit}": out, f"dE/dout_{unit}": slope}
    sheet = "\n".join(f"{name} = {number:#.4g}" for name, number in numbers.items())
    report = Checker(read_example(MEAN.format(w=w))).check(read_sheet(sheet, "sheet.txt"))
    assert {line.verdict for line in report.written} <= {"right", "rounded"}


ADAMW = """\
inputs: {x1: 0.4, x2: -0.3, x3: 0.5, x4: 0.6}
targets: {o1: 0.5}
layers:
  - {units: [o1], activation: sigmoid, weights: [[0.2, 0.3, 0.1, 0.4]]}
loss: half_squared_error
optimizer: {name: adamw, learning_rate: 0.01}
"""


def test_new_weights_that_are_the_old_ones_are_no_evidence_of_a_slip() -> None:
    """m, v and what is corrected of them are 0.000 at three decimals, and then no weight moves."""
    sheet = "\n".join(
        f"m_{w}+ = 0.000\nv_{w}+ = 0.000\nmhat_{w} = 0.000\nvhat_{w} = 0.000\n{w}+ = {old}"
        for w, old in (("w_x1_o1", "0.200"), ("w_x2_o1", "0.300"), ("w_x3_o1", "0.100"), ("w_x4_o1", "0.400"))
    )
    report = Checker(read_example(ADAMW)).check(read_sheet(sheet, "sheet.txt"))
    assert {line.verdict for line in report.written} <= {"right", "rounded", "undecided"}


WHOLE = """\
inputs: {x: 2}
targets: {o1: 0}
layers:
  - {units: [o1], activation: identity, weights: [[532]]}
loss: half_squared_error
learning_rate: 0.1
"""


@pytest.mark.parametrize(("gradient", "verdicts"), [("2130", {"rounded", "undecided"}), ("2220", {"slip", "wrong"})])
def test_zeros_that_fill_the_places_of_a_number_are_not_reckoned_with(gradient: str, verdicts: set[str]) -> None:
    """The calculator has 1064 where 1060 is written, to three figures; twice that is 2128."""
    sheet = f"net_o1 = 1060\nout_o1 = 1060\nE = 566000\ndE/dnet_o1 = 1060\ndE/dw_x_o1 = {gradient}\n"
    report = Checker(read_example(WHOLE)).check(read_sheet(sheet, "sheet.txt"))
    assert {line.verdict for line in report.written if line.name == "dE/dw_x_o1"} <= verdicts


@pytest.mark.parametrize(("others", "verdict"), [(("0.593", "0.27"), "undecided"), (("0.593270", "0.274811"), "slip")])
def test_who_carries_weights_coarsely_may_have_the_number_of_the_step_before(others, verdict) -> None:
    """w3+ and w4+, with two decimals, are what they were; who writes six figures everywhere has carried them so."""
    out, loss = others
    long = f"out_h1 = {out}\nnet_o1 = 1.10591\nE_o1 = {loss}\ndE/dw5 = 0.082167\nstep 2:\nout_h2 = 0.596884\n"
    found = Checker(load("mazur")).check(read_sheet(long, "sheet.txt"))
    assert [line.verdict for line in found.written if line.name == "out_h2"] == [verdict]


CUT_WITH_A_MISTAKE = """\
f@1 = 0.66
o@1 = 0.64
h@1 = 0.18
i@2 = 0.64
di/dwi@2 = 0.13
dE/dwi@2 = -0.01
dE/dh:o@2@1 = -0.01
dh/do@1 = 0.29
dE/do@1 = -0.11
"""
"""1 / (1 + exp(-0.7)) = 0.668 and 1 / (1 + exp(-0.6)) = 0.6457 are cut off; 0.64 (1 - 0.64) 0.5 = 0.115 is no 0.13."""


def test_a_number_that_is_wrong_is_no_sign_of_rounding_up() -> None:
    report = Checker(load("lstm")).check(read_sheet(CUT_WITH_A_MISTAKE, "sheet.txt"))
    assert report.conventions == ("truncates",)
    assert [line.name for line in report.written if line.verdict in ("slip", "wrong")] == ["di/dwi@2"]


def test_a_slip_that_a_right_line_denies_is_not_carried_on() -> None:
    """A softplus in out_h1@2 would give 0.8627; but E_o1@2, which rests on it, is right, and so is what comes later."""
    sheet = "out_h1@1 = 0.5370\nnet_h1@3 = -0.01192\nE_o1@2 = 0.017\ndE/dv = 0.8627\ndE/du@3 = -0.06646\n"
    found = Checker(load("rnn")).check(read_sheet(sheet, "sheet.txt"))
    verdicts = {line.name: line.verdict for line in found.written}
    assert verdicts["E_o1@2"] == "right"
    assert verdicts["dE/dv"] in ("slip", "wrong")
    assert verdicts["dE/du@3"] in ("right", "rounded")


LOGISTIC = """\
inputs: {x1: 0.7, x2: 0.5}
targets: {y: 1}
parameters: {w0: 0, w1: 0.6, w2: 0.8}
layers: [{units: [y], activation: sigmoid, weights: [[w1, w2]], bias: [w0]}]
loss: binary_cross_entropy
learning_rate: 0.1
"""


@pytest.mark.parametrize(
    ("number", "is_open"), [("0.0310", True), ("0.03100", True), ("0.0316", False), ("0.0284", False)]
)
def test_who_writes_uneven_digits_may_have_put_zeros_behind_a_coarser_number(number: str, is_open: bool) -> None:
    """0.1 times 0.31, which is not on the sheet; with all digits it is 0.0306."""
    sheet = "net_y = 0.82\nE = 0.365\ndE/dnet_y = -0.30581\ndE/dw2 = -0.1529\nw2+ = 0.81530\n"
    report = Checker(read_example(LOGISTIC)).check(read_sheet(f"{sheet}w0+ = {number}", "sheet.txt"))
    verdicts = {line.name: line.verdict for line in report.written}
    assert (verdicts.pop("w0+") == "undecided") is is_open
    assert set(verdicts.values()) <= {"right", "rounded", "undecided"}


CLASSES = """\
inputs: {x1: 0.7}
targets: {o1: 1, o2: 0, o3: 0}
layers: [{units: [o1, o2, o3], activation: softmax, weights: [[0.4], [-0.3], [0.9]], bias: [0.1, 0.2, -0.5]}]
loss: categorical_cross_entropy
learning_rate: 0.1
"""
LONG_WAY = "dE/dout_o1 = -2.8\ndout_o1/dnet_o2 = -0.1\ndE/dnet_o2:o1 = 0.28\n"


@pytest.mark.parametrize(("number", "is_open"), [("0.3213", True), ("0.2800", True), ("0.4213", False)])
def test_a_skipped_delta_of_softmax_may_be_p_minus_t(number: str, is_open: bool) -> None:
    """By the coarse numbers of the long way it is 0.28, by p - t 0.3213; the line that is judged is another one."""
    sheet = f"out_o1 = 0.3552\nout_o2 = 0.3213\nout_o3 = 0.3235\n{LONG_WAY}dE/db_o2 = {number}\n"
    report = Checker(read_example(CLASSES)).check(read_sheet(sheet, "sheet.txt"))
    verdict = {line.name: line.verdict for line in report.written}["dE/db_o2"]
    assert (verdict not in ("slip", "wrong")) is is_open


@pytest.mark.parametrize(
    ("texts", "uneven", "fewest"),
    [
        (("0.37751",) * 8 + ("1.0", "-2.0", "0.5"), False, 5), (("0.3775",) * 3 + ("1.0",) * 9, False, 4),
        (("0.3775",) * 3 + ("1.00", "2.00000"), True, 2), (("0.30", "1.0000"), True, 2), (("0.3775", "0.00"), False, 2),
        (("0.3775",) * 8 + ("0.00",), False, 4), (("1.0", "2.0", "-3.0"), False, None),
        (("2.00", "7.000", "-3.0"), True, 1),
    ],
)  # fmt: skip
def test_zeros_behind_numbers_that_end_show_that_digits_are_uneven_but_not_those_that_programs_print(
    texts: tuple[str, ...], uneven: bool, fewest: int | None
) -> None:
    endless = Fraction(1, 7 * 10**9)
    habits = Habits.of([(text, Fraction(text) + (endless if "77" in text else 0)) for text in texts])
    assert (habits.uneven, habits.fewest) == (uneven, fewest)


def test_a_number_copied_as_it_is_given_does_not_make_digits_uneven() -> None:
    sheet = "net_h1 = 0.3775\nout_h1 = 0.5933\nnet_o1 = 1.1059\ndnet_o1/dout_h1 = 0.40\ndnet_o1/dout_h2 = 0.45\n"
    report = Checker(load("mazur")).check(read_sheet(f"{sheet}dnet_o2/dout_h1 = 0.50\ndE/dw5 = 0.0861\n", "sheet.txt"))
    assert {line.name: line.verdict for line in report.written}["dE/dw5"] in ("slip", "wrong")


def test_one_number_with_zeros_behind_it_is_no_agreement_with_a_cause() -> None:
    """0.005300 agrees with the slip in two figures, not in four: with the other line it is no evidence."""
    causes = Causes(Variant(load("mazur")), 1)
    values = dict.fromkeys(causes.variant.at(1).equations, 0.0053)
    name = next(iter(values))
    agree = []
    for text in ("0.0053", "0.005300", "0.005312"):
        written = Written(text, Fraction(text), Place(1, 1, 1), Fraction(1, 2 * 10 ** (len(text) - 2)))
        agree.append(causes.figures([name], {name: written}, values))
    assert agree[0] == pytest.approx(agree[1]) != pytest.approx(agree[2])


def test_what_is_on_the_way_has_the_decimals_of_the_line_in_numbers_of_any_size() -> None:
    """0.999^2 to three decimals is 0.998, and 1 - 0.998 half of what all digits would give: 0.001999."""
    example = read_example(
        "inputs: {x: 7000000000000}\nparameters: {w: 0.37}\ndefinitions: {y: w * x, f: 1/2 * y^2}\nobjective: f\n"
        "optimizer: {name: adam, learning_rate: 0.1}\n"
    )
    for squared in ("22.717", "222937933.717", "22293793332777717.717"):
        sheet = f"step 2:\nv_w+ = {squared}\nvhat_w = {Decimal(squared) * 500:.3f}\n"
        report = Checker(example).check(read_sheet(sheet, "sheet.txt"))
        assert {line.name: line.verdict for line in report.written}["vhat_w"] not in ("slip", "wrong"), sheet


@pytest.mark.parametrize(("h", "up", "cuts"), [("0.4988", 0, True), ("0.4987", 0, True), ("0.4988", 1, False)])
def test_who_cuts_off_may_have_cut_short_a_skipped_number_that_ends(h: str, up: int, cuts: bool) -> None:
    """n = -0.0049 becomes -0.0048 where a program cuts it, and h 0.4988000: no number that was rounded up."""
    inputs = (0.4, 0.5, 0.6, 0.8, 1, 2, -4, -3, -2)
    labels = range(len(inputs))
    given = ", ".join(f"x{place}: {value}" for place, value in enumerate(inputs))
    lines = "".join(f"  s{place}: sigmoid(x{place})\n" for place in labels)
    example = read_example(
        f"inputs: {{x: 0.07, {given}}}\nparameters: {{w: -0.07}}\ndefinitions:\n  n: w * x\n  h: sigmoid(n)\n{lines}"
        f"  f: h * {' * '.join(f's{place}' for place in labels)}\nobjective: f\nlearning_rate: 0.1\n"
    )
    cut = [floor(10**4 / (1 + exp(-value))) for value in inputs]  # 0.59869 is cut to 0.5986, or 0.5987 with `up`
    sheet = "".join(f"s{place} = 0.{each + up * (not place):04}\n" for place, each in enumerate(cut))
    (part,) = Checker(example).parts(read_sheet(f"h = {h}\n{sheet}", "sheet.txt"))
    variant = part.choice.variants.own
    answers, _ = part.entries.answers(variant, ())
    variant.prepare([1])
    assert cut_off(Judge(variant, answers, habits_of(variant, answers), explain=False)).cuts is cuts


@pytest.mark.parametrize(("number", "is_open"), [("5290", True), ("5296", True), ("5297", False), ("5250", False)])
def test_products_of_whole_numbers_may_have_had_the_figures_of_a_sum_that_ends_in_a_zero(
    number: str, is_open: bool
) -> None:
    """4 * 731 + 4 * 593 = 2920 + 2370 with three figures each."""
    example = read_example(
        "inputs: {x: 4, y: 4}\nparameters: {u: 731, v: 593}\ndefinitions: {n: u * x + v * y, f: 1/2 * n^2}\n"
        "objective: f\nlearning_rate: 1\n"
    )
    report = Checker(example).check(read_sheet(f"n = {number}\ndf/dn = {number}\n", "sheet.txt"))
    assert (report.written[0].verdict not in ("slip", "wrong")) is is_open


def test_zeros_are_no_evidence_of_a_cause_that_makes_small_numbers() -> None:
    """Cut off to two decimals, both deltas are 0.00; with the loss for the error, 0.0003 and 0.0002."""
    example = read_example(
        "inputs: {x: -0.85}\ntargets: {o1: 0.43, o2: 0.59}\nlearning_rate: 0.1\nloss: half_squared_error\nlayers:\n"
        "- {units: [h], activation: sigmoid, weights: [[-0.95]]}\n"
        "- {units: [o1, o2], activation: sigmoid, weights: [[-0.18], [0.8]]}\n"
    )
    sheet = "net_o1 = -0.12\nout_o1 = 0.47\nE = 0.00\ndE/dnet_o1 = 0.00\ndE/dnet_o2 = 0.00\ndE/dout_h = 0.00\n"
    report = Checker(example).check(read_sheet(sheet, "sheet.txt"))
    assert not [line for line in report.written if line.verdict in ("slip", "wrong")]
