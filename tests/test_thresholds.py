"""Where each verdict ends: numbers step by step away from the truth, against the rules of judging, worked out apart.

The rules, for p = x * y and q = p * z with exact givens, where only q is on the sheet:

* q is right if it is the true number, correctly rounded;
* a skipped p was carried with four figures at least, or as many as q shows, or with the digits that are learnt from
  other lines; so q is rounded if it is within z half units of p and half a unit of its own, and no further off than
  three units (two figures: one, one figure: half a unit) or one hundredth (a tenth, where digits are learnt);
* one unit of three figures or more is forgiven in any case;
* it is undecided if p may have been carried with three figures, or three decimals or fewer if the sheet has fewer;
* so it is if p of two figures, or two decimals, gives all digits of q, three at least, and the sheet's are not alike;
* so it is if p and q may have been cut off, which no other line speaks against; where p is on the sheet, it is not;
* else it is a mistake. Who cuts off may be off by a whole unit, and to one side alone.
"""

from __future__ import annotations

from fractions import Fraction
from math import floor, log10

import pytest

import backprop_trace as bt

OTHERS = ("0.731", "1.37", "0.0613", "2.19", "0.417", "0.853", "1.91", "0.297", "0.0571", "0.659")


def exercise(x: str, y: str, z: str, others: int = 0) -> bt.Example:
    """p = x * y, q = p * z, and other products with y, of which a writer's digits can be learnt."""
    labels = range(others)
    inputs = "".join(f", u{n}: {OTHERS[n]}" for n in labels)
    products = "".join(f"  a{n}: u{n} * y\n" for n in labels)
    total = " + ".join([*(f"a{n}" for n in labels), "q", "w"])
    return bt.read_example(
        f"inputs: {{x: {x}, y: {y}, z: {z}{inputs}}}\nparameters: {{w: 1}}\ndefinitions:\n{products}  p: x * y\n"
        f"  q: p * z\n  r: {total}\nobjective: r\nlearning_rate: 0.5\n"
    )


def half_of_figures(size: Fraction, figures: int) -> Fraction:
    return Fraction(10) ** (floor(log10(size)) - figures + 1) / 2


def digits(value: Fraction, places: int, cut: bool = False) -> Fraction:
    unit = Fraction(1, 10**places)
    return (floor(value / unit) if cut else round(value / unit)) * unit


def is_from_two(p: Fraction, z: Fraction, number: Fraction, unit: Fraction) -> bool:
    """Is a number of three figures or more that of p with two figures, or with two decimals?"""
    ways = (2 * half_of_figures(abs(p), 2), Fraction(1, 100))
    return abs(number) >= 100 * unit and any(abs(round(p / way) * way * z - number) <= unit / 2 for way in ways)


def verdict(example: bt.Example, sheet: str) -> str:
    """That of the last line; slip and wrong alike are `off`."""
    found = bt.check(example, sheet).written[-1].verdict
    return "off" if found in ("slip", "wrong") else found


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("steps", [range(-40, 0), range(41)], ids=["below", "above"])
@pytest.mark.parametrize(
    ("x", "y", "z", "places"),
    [
        ("0.123", "0.4567", "7.3", 4), ("0.123", "0.4567", "2.3", 4), ("0.123", "0.4567", "73", 3),
        ("1.23", "4.567", "0.73", 4),
        ("0.123", "0.4567", "0.73", 4), ("0.123", "0.4567", "0.73", 2), ("0.123", "0.4567", "0.73", 3),
        ("12.3", "4.567", "7.3", 1),
    ],
)  # fmt: skip
def test_one_line_alone(x: str, y: str, z: str, places: int, steps: range, sign: int) -> None:
    p, q, unit = Fraction(x) * Fraction(y), Fraction(x) * Fraction(y) * Fraction(z), Fraction(1, 10**places)
    nearest = digits(q, places)
    figures = len(str(nearest / unit))
    narrow = half_of_figures(p, max(4, figures))
    coarse = max(half_of_figures(p, 3), Fraction(1, 2 * 10 ** min(3, places)), narrow)
    may_be_off = max({1: unit / 2, 2: unit}.get(figures, 3 * unit), q / 100)
    for step in steps:
        number = nearest + step * unit
        off = abs(number - q)
        if off <= unit / 2:
            expected = "right"
        elif off <= Fraction(z) * narrow + unit / 2:
            expected = "rounded" if off <= may_be_off else "undecided"
        elif figures >= 3 and abs(step) <= 1:
            expected = "rounded"
        else:
            rounded, cut = Fraction(z) * coarse + unit / 2, 2 * Fraction(z) * coarse + unit
            is_open = off <= rounded or q - cut <= number <= q or is_from_two(p, Fraction(z), number, unit)
            expected = "undecided" if is_open else "off"
        example = exercise(x if sign > 0 else f"-{x}", y, z)
        assert verdict(example, f"q = {float(sign * number):.{places}f}") == expected, float(number)


@pytest.mark.parametrize("wrong_by", [0, 1, 6, -9])
@pytest.mark.parametrize(
    ("x", "y", "z", "places"),
    [
        ("0.123", "0.4567", "7.3", 4), ("0.123", "0.4567", "2.3", 4), ("1.23", "4.567", "0.73", 4),
        ("0.123", "0.4567", "0.73", 4),
        ("0.123", "0.4567", "73", 3), ("-0.123", "0.4567", "7.3", 4), ("0.123", "0.4567", "-7.3", 4),
    ],
)  # fmt: skip
def test_a_line_whose_numbers_are_on_the_sheet(x: str, y: str, z: str, places: int, wrong_by: int) -> None:
    """q is judged from the p that was written, half a unit either way; from a wrong p it follows."""
    p, unit = Fraction(x) * Fraction(y), Fraction(1, 10**places)
    written = digits(p, places) + (wrong_by if p > 0 else -wrong_by) * unit
    true, own = p * Fraction(z), written * Fraction(z)
    sound = wrong_by == 0 or (abs(wrong_by) == 1 and len(str(abs(written) / unit)) >= 3)
    for step in range(-14, 15):
        number = digits(own, places) + step * unit
        if abs(number - true) <= unit / 2:
            expected = "right"
        elif abs(number - own) <= (abs(Fraction(z)) + 1) * unit / 2 or abs(step) <= 1:
            expected = "rounded" if sound else "follows"
        elif sound and abs(number - digits(true, places)) <= unit:
            expected = "rounded"
        else:
            expected = "off"
        sheet = f"p = {float(written):.{places}f}\nq = {float(number):.{places}f}"
        assert verdict(exercise(x, y, z), sheet) == expected, sheet


@pytest.mark.parametrize(
    ("z", "others", "figures"),
    [("7.3", 9, 0), ("7.3", 5, 0), ("73", 9, 0), ("7.3", 8, 4), ("7.3", 8, 3), ("7.3", 4, 4)],
)
def test_a_skipped_line_has_the_digits_of_the_others(z: str, others: int, figures: int) -> None:
    """Four decimals in every line, or so many figures; with eight lines and more that is what they all have."""
    y = Fraction("0.4567")
    p, q = Fraction("0.123") * y, Fraction("0.123") * y * Fraction(z)
    example, lines, fewest = exercise("0.123", "0.4567", z, others), "", 99
    for number in range(others):
        value = Fraction(OTHERS[number]) * y
        places = figures - 1 - floor(log10(value)) if figures else 4
        fewest = min(fewest, places)
        lines += f"a{number} = {float(digits(value, places)):.{places}f}\n"
    places = figures - 1 - floor(log10(q)) if figures else 4
    unit, fewest = Fraction(1, 10**places), min(fewest, places)
    nearest = digits(q, places)
    learnt = half_of_figures(p, figures) if figures else Fraction(1, 20000)
    narrow = max(half_of_figures(p, max(4, len(str(nearest / unit)))), learnt)
    decimals = fewest if others >= 8 else min(3, fewest)
    coarse = max(half_of_figures(p, 3), Fraction(1, 2 * 10**decimals), narrow)
    for step in range(-70, 71, 1 if others > 5 else 3):
        number = nearest + step * unit
        off = abs(number - q)
        if off <= unit / 2:
            expected = "right"
        elif off <= Fraction(z) * narrow + unit / 2:
            expected = "rounded" if off <= max(3 * unit, q / 10) else "undecided"
        elif abs(step) <= 1:
            expected = "rounded"
        else:
            expected = "undecided" if off <= Fraction(z) * coarse + unit / 2 else "off"
        assert verdict(example, f"{lines}q = {float(number):.{places}f}") == expected, float(number)


@pytest.mark.parametrize("sign", [1, -1])
def test_who_cuts_off_is_a_whole_unit_off_towards_0_and_no_other_way(sign: int) -> None:
    y, z, unit = Fraction("0.4567"), Fraction("7.3"), Fraction(1, 10**4)
    q = Fraction("0.123") * y * z
    example = exercise("0.123" if sign > 0 else "-0.123", "0.4567", "7.3", 9)
    lines = "".join(f"a{n} = {float(digits(Fraction(OTHERS[n]) * y, 4, cut=True)):.4f}\n" for n in range(9))
    for step in range(-20, 21):
        number = digits(q, 4, cut=True) + step * unit
        off = number - q
        if abs(off) <= unit / 2:
            expected = "right"
        elif -z * unit - unit <= off <= z * unit or abs(step) <= 2:
            expected = "rounded"
        else:
            coarse = 2 * half_of_figures(Fraction("0.123") * y, 3)
            expected = "undecided" if -z * coarse - unit <= off <= z * coarse else "off"
        assert verdict(example, f"{lines}q = {float(sign * number):.4f}") == expected, float(number)


@pytest.mark.parametrize(("skipped", "value"), [("u", "60.25"), ("15 * v", "60"), ("-15 * v", "-60")])
def test_who_cuts_off_cuts_neither_what_is_whole_nor_what_is_copied(skipped: str, value: str) -> None:
    """p = 60 and s = 0.6122 for 0.61223...: what is cut off stands for up to a unit more, what is rounded for half one
    either way, p for itself."""
    p, s, unit = Fraction(value), Fraction("0.6122"), Fraction(1, 10**4)
    own = "".join(f"  a{n}: {OTHERS[n]} * y\n" for n in range(9))
    example = bt.read_example(
        f"inputs: {{u: 60.25, v: 4, y: 0.4567}}\nparameters: {{w: 1}}\ndefinitions:\n{own}  p: {skipped}\n"
        f"  s: sigmoid(y)\n  q: p * s\n  r: {' + '.join(f'a{n}' for n in range(9))} + q * w\nobjective: r\n"
        "learning_rate: 0.5\n"
    )
    lines = "".join(
        f"a{n} = {float(digits(Fraction(OTHERS[n]) * Fraction('0.4567'), 4, cut=True)):.4f}\n" for n in range(9)
    )
    for step in (-70, -60, -50, -45, -40, -35, -28, -20, -5, 5, 28, 35, 50, 58, 64, 70, 90):
        number = (1 if p > 0 else -1) * (digits(abs(p) * s, 4, cut=True) + step * unit)
        off = abs(number) - abs(p) * s
        is_open = abs(off) <= abs(p) * unit / 2 + unit / 2 or -unit <= off <= abs(p) * unit
        expected = "right" if abs(number - p * Fraction("0.612231033")) <= unit / 2 else "rounded" if is_open else "off"
        assert verdict(example, f"{lines}s = 0.6122\nq = {float(number):.4f}") == expected, step


CHAIN = """
inputs: {x: 0.123, y: 3.4567, z: 7.3}
parameters: {w: 1}
definitions:
  p: x * y
  s: p * (1 - p)
  q: s * z
  r: q * w
objective: r
learning_rate: 0.5
"""


@pytest.mark.parametrize("given", ["", "p", "s"])
def test_skipped_lines_in_a_row_hand_on_their_rounding(given: str) -> None:
    """p (1 - p) moves by (1 - 2p) times what p does: far less than the two factors apart would. Two lines with four
    decimals tell a habit. Both p and s may have been cut off, unless they were rounded up, as here."""
    x, y, z, unit = Fraction("0.123"), Fraction("3.4567"), Fraction("7.3"), Fraction(1, 10**4)
    p = x * y
    sheet = ""
    if given == "p":
        p = digits(p, 4)
        sheet = f"p = {float(p):.4f}\n"
    s = p * (1 - p)
    if given == "s":
        s = digits(s, 4)
        sheet = f"s = {float(s):.4f}\n"
    q, true = s * z, x * y * (1 - x * y) * z
    figures = len(str(digits(q, 4) / unit))
    for coarse in (False, True):
        half_p = half_s = unit / 2
        if given != "p":
            half_p = max(half_of_figures(p, 3), Fraction(1, 2000)) if coarse else half_of_figures(p, max(4, figures))
        if given != "s":
            half_s = max(half_of_figures(s, 3), Fraction(1, 2000)) if coarse else half_of_figures(s, max(4, figures))
            half_s = max(half_s, unit / 2 if given else 0) + half_p * abs(1 - 2 * p)
        reach = z * half_s + unit / 2
        if coarse:
            widest = reach
        else:
            narrow = reach
    for step in range(-60, 61):
        number = digits(q, 4) + step * unit
        off = abs(number - q)
        if min(abs(off - narrow), abs(off - widest), abs(off - 2 * widest)) < unit / 5:
            continue  # terms of second order
        if abs(number - true) <= unit / 2:
            expected = "right"
        elif off <= narrow:
            expected = "rounded" if off <= max(3 * unit, q / (10 if given else 100)) else "undecided"
        elif abs(step) <= 1:
            expected = "rounded"
        else:
            is_cut = not given and q - 2 * widest <= number <= q
            expected = "undecided" if off <= widest or is_cut else "off"
        assert verdict(bt.read_example(CHAIN), f"{sheet}q = {float(number):.4f}") == expected, (sheet, float(number))


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("0.25", "right"), ("0.250", "right"), ("0.3", "right"), ("0.2", "right"),
        ("0.251", "off"),
        ("0.249", "off"), ("1/4", "right"), ("0.2500001", "off"),
        ("0", "undecided"), ("1", "undecided"),
        ("-0.25", "off"), ("3", "off"), ("0.5", "off"), ("0.28", "off"), ("0.21", "off"),
        ("0.26", "undecided"), ("0.24", "undecided"), ("0.22", "undecided"), ("0.4", "undecided"), ("0.0", "off"),
    ],
)  # fmt: skip
def test_where_nothing_has_to_be_rounded_a_number_is_exact(number: str, expected: str) -> None:
    """0.5 * 0.25 * 2 = 0.25; with two digits, p = 0.125 may have been 0.12 or 0.13; cut off, both a unit less."""
    assert verdict(exercise("0.5", "0.25", "2"), f"q = {number}") == expected


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("0.00041", "right"), ("0.0004", "right"), ("0.000", "undecided"), ("0.001", "off"), ("0.00", "undecided"),
        ("0.01", "off"),
        ("0.0", "undecided"), ("0", "undecided"), ("1", "undecided"), ("3", "off"),
        ("0.0005", "off"), ("0.0003", "off"),
    ],
)  # fmt: skip
def test_a_number_that_shows_no_digit_of_the_truth_tells_nothing(number: str, expected: str) -> None:
    """0.123 * 0.4567 * 0.0073 = 0.00041007..."""
    assert verdict(exercise("0.123", "0.4567", "0.0073"), f"q = {number}") == expected


@pytest.mark.parametrize("x", ["0.98", "0.7", "0.3", "-0.3", "-0.7"])
def test_a_whole_number_where_the_truth_has_none_stands_in_for_what_is_two_units_off_at_most(x: str) -> None:
    q = Fraction(x) * Fraction("0.977") * Fraction("1.013")
    for number in range(-5, 6):
        expected = "undecided" if abs(number - q) <= 2 else "off"
        assert verdict(exercise(x, "0.977", "1.013"), f"q = {number}") == expected, number


@pytest.mark.parametrize("less", ["1250.7", "1250.9", "1251", "1251.2", "1251.9", "1252.1", "1252.3"])
def test_of_a_difference_that_may_have_either_sign_no_share_is_forgiven(less: str) -> None:
    """p = 1251.48... is carried with four figures, half a unit either way: p - 1251.2 may be below 0 or above."""
    p, unit = Fraction("1234.5678") * Fraction("1.0137"), Fraction(1, 10**4)
    q = p - Fraction(less)
    example = bt.read_example(
        "inputs: {x: 1234.5678, y: 1.0137}\nparameters: {w: 1}\ndefinitions:\n  p: x * y\n"
        f"  q: p - {less}\n  r: q * w\nobjective: r\nlearning_rate: 0.5\n"
    )
    may_be_off = max(3 * unit, abs(q) / 100 if abs(q) > Fraction(1, 2) else 0)
    for step in (0, 1, 2, 4, 20, 50, 70, 90, 400, 4000):
        for number in (digits(q, 4) + step * unit, digits(q, 4) - step * unit):
            off = abs(number - q)
            expected = "right" if off <= unit / 2 else "rounded" if off <= may_be_off else "undecided"
            assert verdict(example, f"q = {float(number):.4f}") == expected, float(number)


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(
    ("written", "z", "steps"),
    [("14620", 26, 20), ("14600", 26, 50), ("1500", 3, 12), ("1460", 26, 20), ("146", 26, 20)],
)
def test_zeros_at_the_end_of_a_whole_number_may_merely_fill_its_places(
    written: str, z: int, steps: int, sign: int
) -> None:
    """All but those of its first two figures: 14600 then stands for half a hundred either way. The truth moves away.

    Who writes two figures may have carried no more.
    """
    zeros = max(0, min(len(written) - len(written.rstrip("0")), len(written) - 2))
    filled = Fraction(10**zeros, 2)
    for step in range(1, 6 * steps, 4):
        off = Fraction(2 * filled * step, steps * 4) + Fraction(1, 1000)
        q = int(written) + sign * off
        p = q / z
        narrow = half_of_figures(p, max(4, len(written)))
        coarse = max(half_of_figures(p, min(3, len(written) - zeros)), narrow)
        if off <= Fraction(1, 2):
            expected = "right"
        elif off <= z * narrow + Fraction(1, 2):
            expected = "rounded" if off <= max(3, q / 100) else "undecided"
        elif abs(round(q) - int(written)) <= 1:
            expected = "rounded"
        else:  # rounded to so few figures, or cut off
            reach = z * coarse + filled
            expected = "undecided" if off <= reach * (2 if sign > 0 else 1) else "off"
        assert verdict(exercise(f"{float(p / 4):.13f}", "4", str(z)), f"q = {written}") == expected, float(q)
