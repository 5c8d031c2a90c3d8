"""What checking must find in the numbers that were printed: the tables are from reading the sources, line by line."""

from __future__ import annotations

from functools import cache

import pytest

from backprop_trace.check.checker import Checker
from backprop_trace.check.hidden_slips import hidden_slips
from backprop_trace.check.report import JudgedLine, Report, Worked
from backprop_trace.files.sheet import published_sheet, read_sheet
from backprop_trace.files.spec import load, read_example
from backprop_trace.formulas.notation import ASCII, ATOM, number_piece, show
from backprop_trace.formulas.notation.names import canonical


@cache
def audit(example: str) -> Report:
    worked = load(example)
    assert worked.published is not None
    return Checker(worked).check(published_sheet(worked.published, example, worked.text))


def in_words(worked: Worked | None) -> list[str]:
    """What a line that is written out is equal to: symbols, numbers, value."""
    assert worked is not None and worked.numbers is not None
    [formula] = worked.sides
    assert not isinstance(formula, str)
    numbers = worked.numbers
    put_in = show(formula, ASCII, lambda name: number_piece(numbers[name]))
    return [show(formula, ASCII, lambda name: (canonical(name), ATOM)), put_in, worked.value]


def line(report: Report, name: str, step: int = 1) -> JudgedLine:
    (found,) = [each for each in report.lines if (each.name, each.step) == (name, step)]
    return found


def table(text: str) -> list[tuple[str, int, str, str]]:
    """`name [@step] verdict [slip]`, a line each."""
    rows = []
    for row in text.strip().splitlines():
        name, verdict, slip = (*row.split(), "")[:3]
        name, _, step = name.partition("@")
        rows.append((name, int(step or 1), verdict, slip))
    return rows


QUIRK = """
    net_h1 right
    out_h1 right copied-wrong
    net_h2 right
    out_h2 right
    net_o1 follows
    out_o1 right
    out_o2 right
    E_o1 rounded
    E_o2 rounded
    E rounded
    dE/dh1o1 right
    dE/dout_h1 rounded
    dE/di1h1 rounded
    dE/di2h1 rounded
    dE/di1h2 slip crossed
    dE/di2h2 follows
    h1o1+ right
    h1o2+ slip ascent
    h2o1+ slip ascent
    h2o2+ slip ascent
    i1h1+ slip ascent
    i2h1+ slip ascent
    i1h2+ slip ascent
    i2h2+ slip ascent
    net_h1@2 follows
    out_h1@2 follows
    net_h2@2 follows
    out_h2@2 follows
    net_o1@2 follows
    out_o1@2 follows
    net_o2@2 follows
    out_o2@2 follows
    E@2 wrong
"""

MAZUR_SECOND = """
    E@2 slip updated-weights
    out_o1@10001 slip updated-weights
    out_o2@10001 slip updated-weights
    E@10001 slip stale
"""

CHENG = """
    net_h3 right
    out_h3 wrong
    net_h4 right
    out_h4 wrong
    net_o5 follows
    out_o5 right
    error_o5 right
    dE/dnet_o5 convention
    dE/dnet_h3 convention
    dE/dnet_h4 slip factor-ten
    w23+ follows
    change_w11 undecided
    w11+ follows
    w12+ undecided
    w21+ wrong
    w22+ slip doubled
    w13+ wrong
    out_h4@2 follows
    out_o5@2 wrong
"""


@pytest.mark.parametrize(
    ("example", "name", "step", "verdict", "slip"),
    [("quirk", *row) for row in table(QUIRK)]
    + [("mazur", *row) for row in table(MAZUR_SECOND)]
    + [("cheng", *row) for row in table(CHENG)],
)
def test_each_printed_number_is_what_it_is(example, name, step, verdict, slip):
    found = line(audit(example), name, step)
    assert found.verdict == verdict, found
    assert not slip or slip in found.slips, found


def test_all_of_mazurs_first_step_is_right_but_one_last_digit():
    first = [each for each in audit("mazur").written if each.step == 1]
    assert len(first) == 29
    (off,) = [each for each in first if each.verdict != "right"]
    assert (off.name, off.verdict) == ("dE/dout_h1:o2", "rounded")


@pytest.mark.parametrize("example", ["han-kamber", "udacity", "hmkcode"])
def test_nothing_is_wrong_where_nothing_is(example):
    report = audit(example)
    assert not report.has_mistakes
    assert report.first_mistake is None


def test_quirks_mistakes_are_told_as_they_came_about():
    report = audit("quirk")
    assert report.first_mistake is not None
    assert report.first_mistake.name == "dE/di1h2"
    assert "dE/dout_h2" in report.first_mistake.message  # a line he skipped
    _, numbers, value = in_words(report.first_mistake.bent)  # his number, through the line that is not there
    assert value == "0.0452777"
    assert "0.260415 * 0.75 + (-0.162672) * 0.15" in numbers
    assert report.patterns == ("7 of your 8 updates add the gradient instead of subtracting it.",)
    assert report.done_right == "Done right, the loss falls from 0.0772291 to 0.0145029 in this step."


def test_quirks_updates_are_ascents_from_his_own_gradients():
    ascent = line(audit("quirk"), "i1h2+")
    assert ascent.expected == "0.7747"  # .82 - .0452777
    assert in_words(ascent.should)[1] == "0.82 - 1 * 0.0452777"
    assert in_words(ascent.bent) == ["i1h2 + eta * dE/di1h2", "0.82 + 1 * 0.0452777", "0.8653"]


def test_what_follows_from_a_misquoted_number_is_not_blamed():
    assert "0.6482" in line(audit("quirk"), "out_h1").message
    assert "other reading" in line(audit("quirk"), "net_o1").message


def test_mazurs_second_error_is_replayed_from_the_first_step():
    second = line(audit("mazur"), "E", 2)
    assert "from the first step on" in second.message
    assert second.key.startswith("0.29102777369")


def test_what_rests_on_a_wrong_number_of_two_digits_follows_from_it():
    """0.56 for .5523 is wrong: with two figures no unit is forgiven. 0.702 is within what its digits leave open."""
    assert line(audit("cheng"), "net_o5").verdict == "follows"
    assert line(audit("cheng"), "net_o5").expected == "0.699"


@pytest.mark.parametrize("example", ["cheng", "han-kamber"])
def test_deltas_of_the_other_sign_are_a_convention(example):
    assert audit(example).conventions == ("delta-sign",)


def test_expected_and_key_have_the_sign_of_the_sheet():
    delta = line(audit("cheng"), "dE/dnet_h4")
    assert (delta.written, delta.expected) == ("-0.0819", "-0.0082")
    assert delta.key.startswith("-0.00807142")


def test_words_are_those_of_this_house():
    for example in ("quirk", "mazur", "cheng"):
        for each in audit(example).written:
            assert "you believe" not in each.message
            assert each.verdict != "slip" or each.message.startswith("your number is what one gets if ")


def test_a_teacher_may_demand_decimals():
    sheet = read_sheet("net_h1 = 0.38\nout_h1 = 0.5933\nnet_h2 = 0.39\nout_h2 = 0.5970\n", "a.txt")
    report = Checker(load("mazur"), strict=4).check(sheet)
    assert [(each.name, each.verdict, each.message) for each in report.written] == [
        ("net_h1", "wrong", "0.38: 4 decimals are asked for"),
        ("out_h1", "right", ""),
        ("net_h2", "wrong", "0.39: 4 decimals are asked for"),
        ("out_h2", "wrong", "0.5970: 4 decimals are asked for, right to the last"),  # 0.59688
    ]


def test_slips_that_the_digits_cannot_show_are_listed():
    sheet = read_sheet("dE/dw1 = 0.0004\nw1+ = 0.150\n", "a.txt")
    hidden = {each.name: each for each in hidden_slips(Checker(load("mazur")), sheet)}
    assert "ascent" in hidden["w1+"].slips  # 0.15 + 0.5 * 0.0004 is 0.150, too
    precise = read_sheet("dE/dw1 = 0.000438568\nw1+ = 0.149780716\n", "a.txt")
    assert not any("ascent" in each.slips for each in hidden_slips(Checker(load("mazur")), precise))


def test_what_the_numbers_of_an_exercise_hide_is_told_apart():
    sheet = read_sheet("dE/dw23 = 0.021257084\nw23+ = 0.878742916\n", "a.txt")
    (hidden,) = [each for each in hidden_slips(Checker(load("cheng")), sheet) if each.name == "w23+"]
    assert "no-rate" in hidden.always  # the learning rate is 1
    assert "no-rate" not in hidden.slips


def test_a_square_of_1_hides_that_it_was_forgotten():
    example = read_example("""
        inputs: {x: 0.5}
        targets: {o: 1}
        layers: [{units: [o], activation: identity, weights: [[0]]}]
        loss: squared_error
        learning_rate: 0.5
    """)
    (hidden,) = hidden_slips(Checker(example), read_sheet("E_o = 1\n", "a.txt"))
    assert "no-square" in hidden.always


def test_names_of_one_bent_line_are_one_reason():
    """Without its slope the delta is out - target: what another activation or another loss would give is the same."""
    sheet = "net_h1 = 0.3775\nout_h1 = 0.5933\nnet_o1 = 1.106\nout_o1 = 0.7514\ndE/dnet_o1 = 0.7414\n"
    *_, line = Checker(load("mazur")).check(read_sheet(sheet, "a.txt")).written
    assert {"no-slope", "wrong-slope"} <= set(line.slips)
    assert line.message == "your number is what one gets if the slope of the activation function is left out"


@pytest.mark.parametrize(
    ("line", "verdict"), [("dE/dE = 1", "right"), ("dL/dL = 1", "right"), ("dE/dE = 0.5", "wrong")]
)
def test_the_slope_of_the_loss_by_itself_is_one_and_never_missed(line, verdict):
    checker = Checker(load("mazur"))
    (judged,) = checker.check(read_sheet(line, "sheet")).written
    assert judged.verdict in ((verdict, "slip") if verdict == "wrong" else (verdict,))
    assert not any(missing.name == "dE/dE" for missing in checker.check(read_sheet("E = 0.2984", "sheet")).lines)


def test_what_follows_exactly_from_the_lines_above_is_not_copied_wrong():
    """0.5020 + 0 * 0.249 is 0.50200, whatever the factor of the 0 is."""
    text = "dE/dout_o2 = 0.0000\ndE/dnet_o2:o1 = 0.5020\ndout_o2/dnet_o2 = 0.249\ndE/dnet_o2 = 0.50200\n"
    report = Checker(load("deep")).check(read_sheet(text, "sheet"))
    assert line(report, "dE/dnet_o2").verdict == "follows"
