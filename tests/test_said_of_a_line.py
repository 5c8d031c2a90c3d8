"""What a report says of a single line, word for word: how many digits, which sign, how many lines are named."""

from __future__ import annotations

import pytest

from backprop_trace.check.checker import Checker
from backprop_trace.check.report import JudgedLine
from backprop_trace.files.sheet import read_sheet
from backprop_trace.files.spec import Example, load, read_example
from backprop_trace.formulas.notation import ASCII, number_piece, show
from backprop_trace.run.step import trace


def judged(example: Example, sheet: str) -> list[JudgedLine]:
    return Checker(example).check(read_sheet(sheet, "sheet.txt")).written


def one_number(value: str) -> Example:
    """p is a number as it is given, and the writer has another one."""
    return read_example(
        f"inputs: {{x: {value}}}\nparameters: {{w: 1}}\ndefinitions: {{p: w * x, q: p * w}}\nobjective: q\n"
        "learning_rate: 0.1\n"
    )


@pytest.mark.parametrize(
    ("value", "written", "expected"),
    [
        ("0.593269992", "0.11", "0.59"), ("0.593269992", "0.1100", "0.5933"), ("-0.593269992", "0.1100", "-0.5933"),
        ("12.4", "99", "12.4"), ("12.4567891", "99", "12.457"), ("12", "99", "12"), ("0.0049", "0.9", "0.0049"),
        ("0.0004932", "0.99", "0.000493"), ("0", "0.99", "0.00"), ("0.593269992", "1/8", "0.593269992"),
        ("0.593269992", "9e-3", "0.593269992"), ("123456.7", "9e7", "123456.7"), ("-0.5", "0.9999", "-0.5000"),
        ("0.06", "0.9", "0.1"), ("-0.06", "0.9", "-0.1"),
    ],
)  # fmt: skip
def test_what_is_expected_has_the_decimals_of_what_is_written(value: str, written: str, expected: str) -> None:
    """More, where these would show nothing, and where a rounded number would look exact."""
    (line,) = judged(one_number(value), f"p = {written}")
    assert line.verdict in ("slip", "wrong")
    assert line.expected.rstrip("0") == expected.rstrip("0")
    assert (
        "e" in written or "/" in written or float(line.expected) == 0 or len(line.expected) >= len(expected.rstrip("0"))
    )


@pytest.mark.parametrize(
    ("value", "written", "would_do"),
    [
        ("0.0049", "0.00", "0.005"), ("-0.0049", "0.00", "-0.005"), ("0.00982", "0.00", "0.0098"),
        ("0.00949", "0.00", "0.009"), ("0.96", "0", "0.96"), ("0.94", "0", "0.9"), ("0.0004", "0.000", "0.0004"),
    ],
)  # fmt: skip
def test_how_many_digits_would_do(value: str, written: str, would_do: str) -> None:
    """The first digit that there is; two, if with one it would be another power of ten."""
    (line,) = judged(one_number(value), f"p = {written}")
    assert (line.verdict, line.message) == ("undecided", f"too few digits to tell: {would_do} would do")


@pytest.mark.parametrize(
    ("sheet", "expected"),
    [
        ("net_h1 = 0.9\nout_h1 = 0.3", "0.7"), ("net_h1 = 0.9\nout_h1 = 0.300", "0.711"), ("out_h1 = 0.3", "0.6"),
        ("out_h1 = 0.300", "0.593"), ("out_h1 = 0.300000000", "0.593269992"),
        ("net_h1 = 0.9\nout_h1 = 0.3000000", "0.7109495"),
    ],
)  # fmt: skip
def test_what_is_expected_follows_from_the_writers_own_numbers(sheet: str, expected: str) -> None:
    """1 / (1 + e^-0.9) = 0.7109495026, and truly 0.593269992."""
    assert judged(load("mazur"), sheet)[-1].expected == expected


@pytest.mark.parametrize("name", ["net_o1", "out_o1", "E_o1", "E", "dE/dnet_o1", "dE/dw5", "dE/dout_h1", "w5+"])
def test_numbers_of_lines_that_are_not_on_the_sheet_are_put_in_with_six_figures(name: str) -> None:
    true = trace(load("mazur"))
    (line,) = judged(load("mazur"), f"{name} = 9.77123")
    assert line.should is not None and line.should.numbers is not None
    put_in = {name: text for name, text in line.should.numbers.items() if name in true.by_name}
    assert put_in and put_in == {name: f"{true.values[name]:.6g}" for name in put_in}


def test_readings_beside_the_first_are_said_and_not_blamed() -> None:
    """Four of them at most, and only of a number that is right."""
    (line,) = judged(load("mazur"), "out_h1 = [0.5933, 0.5934]")
    assert (line.verdict, line.slips) == ("right", ("copied-wrong",))
    assert line.message == "also written as 0.5934: miscopied, and not blamed on later lines"
    (line,) = judged(load("mazur"), "out_h1 = [0.5933, 0.1, 0.2, 0.3, 0.4, 0.7]")
    assert line.message == "also written as 0.1, 0.2, 0.3, 0.4: miscopied, and not blamed on later lines"
    (line,) = judged(load("mazur"), "out_h1 = 0.5933")
    assert (line.verdict, line.slips, line.message) == ("right", (), "")


@pytest.mark.parametrize(
    ("strict", "written", "message"),
    [
        (4, "0.593", "0.593: 4 decimals are asked for"), (4, "0.5933", ""), (4, "0.59327", ""),
        (4, "0.5934", "0.5934: 4 decimals are asked for, right to the last"),
        (4, "0.59331", ""), (4, "0.59333", "0.59333: 4 decimals are asked for, right to the last"),
        (2, "0.6", "0.6: 2 decimals are asked for"), (2, "0.59", ""),
    ],
)  # fmt: skip
def test_what_a_teacher_asks_for_has_so_many_decimals(strict: int, written: str, message: str) -> None:
    """0.593269992, and half a unit of the fourth decimal to either side."""
    report = Checker(load("mazur"), strict=strict).check(read_sheet(f"out_h1 = {written}", "sheet"))
    (line,) = report.written
    assert (line.verdict == "wrong") == bool(message)
    assert line.message == message if message else "asked for" not in line.message
    assert not message or line.expected == f"{0.593269992:.{strict}f}"


@pytest.mark.parametrize(
    ("written", "second", "put_in"),
    [
        ("5.497", "the decimal point is one place off", "10 * (0.01 - 0.7514) ^ 2"),
        ("0.05497", "the decimal point is one place off", "(0.01 - 0.7514) ^ 2 / 10"),
        ("-0.5497", "a minus sign is lost or put in", "-(0.01 - 0.7514) ^ 2"),
        ("5.5", "", ""), ("0.055", "", ""), ("-0.55", "", ""), ("5.600", "", ""),
    ],
)  # fmt: skip
def test_two_slips_at_once_are_named_where_there_are_three_figures(written: str, second: str, put_in: str) -> None:
    """(0.01 - 0.7514)^2 = 0.54967396, without its factor 1/2 and with the point or the sign wrong."""
    line = judged(load("mazur"), f"out_o1 = 0.7514\nE_o1 = {written}")[-1]
    if not second:
        assert (line.verdict, line.slips) == ("wrong", ())
        return
    assert (line.verdict, line.slips) == ("slip", ("no-half",))
    assert line.message == f"your number is what one gets if the factor 1/2 is left out, and {second}"
    assert line.bent is not None and line.bent.numbers is not None
    (formula,), numbers = line.bent.sides, line.bent.numbers
    assert not isinstance(formula, str)
    assert show(formula, ASCII, lambda name: number_piece(numbers[name])) == put_in
    assert line.bent.value == written


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("net_h1 = 0.15*0.05 + 0.2*0.1 + 0.35", "0.3775"), ("net_h1 = 0.15*0.05 + 0.20*0.10 + 0.350", "0.378"),
        ("out_h1 = 1/2 + 0.0933", "0.5933"), ("out_h1 = 3*0.19776", "0.5933"), ("out_h1 = 0.59327/1", "0.59327"),
        ("E = 2*0.14919", "0.2984"), ("out_h1 = 1/(1+exp(-0.3775))", "0.5933"), ("w5+ = 0.4 - 0.5*0.0822", "0.3589"),
        ("w5+ = 0.400 - 0.5*0.0822", "0.36"), ("out_h1 = 1186.54/2000", "0.59327"), ("out_h1 = 1/3", "1/3"),
        ("out_h1 = 2/3*1", "0.666666666667"), ("out_h1 = 12*10", "120.0"), ("out_h1 = -0.2*0.5933", "-0.1187"),
        ("out_h1 = -(0.593 + 0.0003)", "-0.59"), ("out_h1 = -0.593 - 1", "-1.593"),
    ],
)  # fmt: skip
def test_a_calculation_without_its_result_has_the_digits_that_its_numbers_tell(line: str, value: str) -> None:
    """As many as are certain: 0.0933 is half a unit of its last digit off at most. Whole numbers are exact, and given
    ones, if they have no more digits than they are given with (w5 is 0.40, b1 0.35)."""
    assert judged(load("mazur"), line)[0].written == value


@pytest.mark.parametrize("written", ["0.2", "0.3"])
def test_a_teacher_takes_either_number_next_to_a_half(written: str) -> None:
    report = Checker(one_number("0.25"), strict=1).check(read_sheet(f"p = {written}", "sheet"))
    assert "asked for" not in report.written[0].message
    report = Checker(one_number("0.25"), strict=2).check(read_sheet(f"p = {written}", "sheet"))
    assert report.written[0].message == f"{written}: 2 decimals are asked for"
