"""The page's own script judges as `check` does: simulated sheets through both, and slips it must name."""

from __future__ import annotations

import random
import shutil
from math import exp

import pytest
from evidence.judged import shipped
from practice import CLASSES, by_page, compared, sheets_of

from backprop_trace.files.spec import load

if shutil.which("node") is None:
    pytest.skip("Node is not installed", allow_module_level=True)


@pytest.mark.parametrize("name", ["mazur", "quirk", "rnn", "cs231n-neuron", "kumar"])
def test_no_line_is_right_on_the_page_and_a_mistake_for_check(name):
    made = shipped(name, 1)
    found = list(compared(made.example, sheets_of(made, 30, random.Random(5))))
    opposite = [line for line in found if {CLASSES[line.page], CLASSES[line.check]} == {"fine", "mistake"}]
    same = sum(CLASSES[line.page] == CLASSES[line.check] for line in found)
    assert opposite == []
    assert same >= 0.99 * len(found)


def judged(sheet: str, name: str = "mazur") -> dict[str, tuple[str, str]]:
    answers = dict(line.split(" = ") for line in sheet.splitlines())
    found = by_page(load(name), [answers])[0]
    return dict(zip(answers, [each for each in found if each != ["", ""]], strict=True))


def test_a_slip_in_a_line_that_was_left_out_is_named_once_and_the_rest_follows():
    hidden = [1 / (1 + exp(-net)) for net in (0.15 * 0.05 + 0.2 * 0.1 + 0.35, 0.25 * 0.05 + 0.3 * 0.1 + 0.35)]
    out = 1 / (1 + exp(-(0.4 * hidden[0] + 0.45 * hidden[1])))  # the bias of net_o1 is left out
    loss, slope = (0.01 - out) ** 2 / 2, out * (1 - out)
    sheet = f"E_o1 = {loss:.5f}\ndE/dout_o1 = {out - 0.01:.5f}\ndout_o1/dnet_o1 = {slope:.5f}"
    assert [list(each) for each in judged(sheet).values()] == [["slip", "no-bias"], ["follows", ""], ["follows", ""]]


@pytest.mark.parametrize(
    ("line", "slip"),
    [
        ("w5+ = 0.4411", "ascent"),
        ("out_h1 = 5.933", "factor-ten"),
        ("dE/dnet_o2 = 0.0381", "sign"),
        ("out_h1 = 0.9533", "digits-swapped"),
    ],
)
def test_a_slip_is_named(line, slip):
    assert [each[1] for each in judged(line).values()] == [slip]


@pytest.mark.parametrize(
    ("lines", "verdict"),
    [("", "undecided"), ("\nE_o2 = 0.0236", "slip"), ("\nE = 0.5731\ndE/dout_o1 = 0.7414", "slip")],
)
def test_another_factor_of_the_loss_is_a_slip_where_other_lines_speak_against_it(lines, verdict):
    """As for `check`, for which it is the writer's definition where nothing does."""
    assert judged("E_o1 = 0.5496" + lines)["E_o1"][0] == verdict


@pytest.mark.parametrize(
    ("name", "sheet"),
    [
        ("mazur", "out_h1 = 0.5928"),
        ("convolution", "net_c1 = 0.3000\ndE/dnet_o1 = -1.0300\ndE/dk2:c1 = -0.2575\ndE/dk2 = 0.1545"),
        ("convolution", "dE/dnet_o1 = -1.03\ndE/dout_c3 = -0.62\ndE/db:c2 = 0.41\ndE/db = -0.62"),
        ("cheng", "out_o5 = 0.66\nE_o5 = 0.21"),
        (
            "cheng",
            "net_h3 = 0.280\nnet_o5 = 0.684\ndE/dw13 = 0.021\ndout_h4/dnet_h4 = 0.245\nw11+ = 0.199\nw13+ = 0.279",
        ),
    ],
)
def test_a_slip_is_named_only_where_check_names_it_too(name, sheet):
    answers = dict(line.split(" = ") for line in sheet.splitlines())
    found = list(compared(load(name), [answers]))
    assert found
    assert all(not line.page_slip or line.page_slip in line.check_slips for line in found)


NEARLY = """\
net_h1 = 0.2400
out_h1 = 0.5597
net_h2 = -0.4600
out_o1 = 0.4850
E = 0.1326
dout_h1/dnet_h1 = 0.2464
dout_h2/dnet_h2 = 0.2372
dnet_h1/dw_x2_h1 = 0.1000
dnet_h1/dw_x3_h1 = -0.2000
dnet_h2/dw_x1_h2 = 0.5000
dnet_h2/dw_x3_h2 = -0.2000
w_x3_h1+ = 0.0997
w_x2_h2+ = -0.2005
w_h1_o1+ = 0.1360
w_h2_o1+ = -0.2751
"""


def test_what_rests_on_the_lines_behind_a_number_that_is_left_open_is_left_open_too():
    """The target is taken as 1 in lines that are not there: w_x3_h1+ is too near to what follows to be a mistake."""
    found = list(compared(load("udacity"), [dict(line.split(" = ") for line in NEARLY.splitlines())]))
    assert {line.page for line in found if line.name.endswith("+")} == {"undecided"}
    assert [line for line in found if {CLASSES[line.page], CLASSES[line.check]} == {"fine", "mistake"}] == []


def test_two_units_off_in_two_figures_are_a_mistake_and_one_may_be_carelessness():
    """1 / (1 + exp(-0.3775)) is 0.5933, which is 0.59 and not 0.61; 0.5969 is 0.60."""
    found = judged("net_h1 = 0.3775\nout_h1 = 0.61\nnet_h2 = 0.3925\nout_h2 = 0.59")
    assert [verdict for verdict, _ in found.values()] == ["right", "not this", "right", "undecided"]
