"""Lines without a name of their own, `w5 * out_h1 = 0.2373`: what is wrong is said, what holds tells nothing; where the
formula is that of a quantity, the line is about that."""

from __future__ import annotations

import itertools
import random
from decimal import Decimal
from fractions import Fraction

import pytest

import backprop_trace as bt
from backprop_trace.files.source import SourceError
from backprop_trace.formulas.notation.names import canonical
from backprop_trace.formulas.numbers import number

LINES = [
    ("w5*out_h1 = 0.2373", "holds"),
    ("w5*out_h1 = 0.2473", "wrong"),
    ("w5 out_h1 = 0.4 * 0.5933 = 0.2373", "holds"),
    ("w5 * out_h1 = 0.4 * 0.5833 = 0.2333", "wrong"),
    ("0.15*0.05 = 0.0075", "holds"),
    ("- 0.15 · 0.05 = 0.0075", "holds"),
    ("1 - out_h1 = 0.4067", "holds"),
    ("-(0.01 - 0.7514) = 0.7514", "wrong"),
    ("target_o1 - out_o1 = -0.7414", "right"),
    ("(t1 - o1)^2 = 0.5596", "wrong"),
    ("w5 - 0.0411 = 0.3589", "holds"),
    ("0.5 * dE/dw5 = 0.0411", "holds"),
    ("e^-0.3775 = 0.6856", "holds"),
    ("e^-0.3775 = 0.6586", "wrong"),
    ("h1-2 = 0.3", "unknown"),
    ("0.15*0.05 = 0.0085", "wrong"),
    ("0.4 * 0.5933 + 0.45 * 0.5969 + 0.6 = 1.1059", "holds"),
    ("(1 - 0.5933) = 0.4076", "wrong"),
    ("out_h1(1 - out_h1) = 0.2413", "right"),
    ("out_h1(1 - out_h1) = 0.2314", "wrong"),
    ("1/(1 + e^-0.3775) = 0.5933", "holds"),
    ("(0.01 - 0.7514)^2 = 0.5497", "holds"),
    ("i1-h1 = 0.15", "unknown"),  # a weight, by the units it connects
    ("E/w5 = 0.0822", "unknown"),  # a derivative, without its d
    ("2-3-1 = a small network", "passed over"),
]


@pytest.mark.parametrize(("line", "verdict"), LINES)
def test_a_line_without_a_name_of_its_own(line, verdict):
    report = bt.check("mazur", f"net_h2 = 0.3925\n{line}\nout_h2 = 0.5969\n")
    found = {each.place.line: each.verdict for each in report.written}
    holding = [each.place.line for each in report.passed if each.holds]
    assert (found.get(2), holding) == {
        "right": ("right", []), "holds": (None, [2]), "wrong": ("wrong", []), "unknown": ("unknown", []),
        "passed over": (None, []),
    }[verdict]  # fmt: skip
    assert (found[1], found[3]) == ("right", "right")
    assert [each.place.line for each in report.written if each.place.line != 2] == [1, 3]


def test_a_wrong_side_calculation_stands_before_the_line_below_it():
    report = bt.check("mazur", "net_h1 = 0.3775\nw5 * out_h1 = 0.2973\nnet_o1 = 1.1659\n")
    assert report.first_mistake is not None
    assert report.first_mistake.place is not None
    assert report.first_mistake.place.line == 2
    assert "0.237308" in report.first_mistake.message


def test_what_holds_confirms_nothing():
    with pytest.raises(SourceError):
        bt.check("mazur", "0.15 * 0.05 = 0.0075\n2 * 3 = 6\n")


@pytest.mark.parametrize("seed", range(40))
def test_honest_products_are_never_accused_and_wrong_ones_are_found(seed):
    draw = random.Random(seed)
    trace = bt.trace(bt.load(draw.choice(["mazur", "hmkcode", "han-kamber", "deep", "nielsen"])))
    digits = draw.randint(2, 6)
    given = {canonical(name): float(number(text)) for name, text in trace.example.values.items()}
    rows, products, known = [], [], {name: (f"{value:.12g}", value) for name, value in given.items()}
    for line in trace.lines:
        name = canonical(line.name)
        if name.startswith("out_"):
            text = f"{float(line.value):.{digits}f}"
            known[name] = text, float(text)
            rows.append(f"{name} = {text}")
            weight = draw.choice([each for each in given if each.startswith(("w", "v"))] or [next(iter(given))])
            value = known[weight][1] * float(text)
            products.append(len(rows) + 1)
            rows.append(f"{weight} * {name} = {value:.{digits}f}")
    report = bt.check(trace.example, "\n".join(rows))
    assert not [each for each in report.written if each.verdict in ("wrong", "slip", "unknown") and "*" in each.name]
    assert [each.place.line for each in report.passed if each.holds] == products
    row = draw.choice(products)
    left, value = rows[row - 1].split(" = ")
    rows[row - 1] = f"{left} = {float(value) * 1.3 + 0.2:.{digits}f}"
    wrong = [each for each in bt.check(trace.example, "\n".join(rows)).written if each.verdict == "wrong"]
    assert [each.place.line for each in wrong] == [row]


@pytest.mark.parametrize(
    ("above", "half"), [("", "0"), ("out_h1 = 0.5933\n", "0.00005"), ("out_h1 = 0.593\n", "0.0005")]
)
@pytest.mark.parametrize("places", range(1, 8))
def test_a_side_calculation_holds_up_to_its_own_rounding_and_a_unit_of_three_figures(places, above, half):
    """0.4 out_h1 for the out_h1 that is written, or the true one: it and the result are rounded, once each, and a unit
    of the last digit is forgiven where there are three."""
    out, unit = Fraction(above[9:] or "0.593269992107187"), Fraction(1, 10**places)
    nearest = round(out * Fraction("0.4") / unit)
    for count in range(max(1, nearest - 5), nearest + 6):
        reach = Fraction("0.4") * Fraction(half) + unit * (2 if count >= 100 else 1)
        off = abs(count * unit - out * Fraction("0.4"))
        if abs(off - reach) < unit / 100:
            continue
        report = bt.check("mazur", f"net_h2 = 0.3925\n{above}w5 * out_h1 = {float(count * unit):.{places}f}\n")
        holds = [each for each in report.passed if each.holds]
        assert bool(holds) == (off < reach), count


NOTHING = """
inputs: {x: 0, y: 0}
targets: {o: 0}
parameters: {w: 0.71, v: 1}
layers: [{units: [o], activation: identity, weights: [[w, v]]}]
loss: half_squared_error
learning_rate: 0.5
"""


@pytest.mark.parametrize("end", ["0", "0.0", "0/1", "0e-300"])
@pytest.mark.parametrize(
    "parts", ["w*x + v*y", "0.71*0 + 1*0", "0*x = 0*y", "x - y = y - x", "w*x + y = w*x", "x = 0/2"]
)
def test_zeros_that_are_exact_hang_together(parts, end):
    (line,) = bt.check(bt.read_example(NOTHING), f"net_o = {parts} = {end}").written
    assert line.verdict == "right"


@pytest.mark.parametrize("parts", ["w*x + v = 0*x", "0*x = w*v", "x - v = y - x"])
def test_what_is_not_0_does_not_hang_together_with_it(parts):
    (line,) = bt.check(bt.read_example(NOTHING), f"net_o = {parts} = 0/1").written
    assert line.verdict == "wrong"


@pytest.mark.parametrize("name", ["net_h1", "z_h1", "z1", "net(h1)", "in_h1", "net h1", "z^1_1"])
@pytest.mark.parametrize(
    ("parts", "holds"),
    [
        ("0.5 * 0.7", True),  # 0.5, the learning rate, is a rounded number here: 0.55 * 0.75
        ("0.1 * 3.7", False), ("0.10 * 3.7", False),  # 0.1 is an input, and exact: 0.375 at most
        ("0.2 * 1.9", True), ("0.2 * 1.8", False), ("0.4 * 0.9", True),
    ],
)  # fmt: skip
def test_a_number_is_exact_where_it_is_a_given_one_of_the_line_however_that_is_called(name, parts, holds):
    (line,) = bt.check("mazur", f"{name} = {parts} = 0.3775").written
    assert line.name == "net_h1"
    assert (line.verdict == "right") is holds


NUMBERS = ("0.12", "3.1", "0.0271", "47.13", "0.8", "612.4", "0.00093", "9.96")


@pytest.mark.parametrize("sign", ["", "-"])
@pytest.mark.parametrize(("operator", "first", "second"), [
    *(("*", first, second) for first, second in itertools.combinations((*NUMBERS, "23"), 2)),
    *(("*", number, "1") for number in NUMBERS),
    *(("+", first, second) for first, second in itertools.combinations((*NUMBERS, "7"), 2)),
])  # fmt: skip
def test_a_calculation_without_its_result_has_the_digits_that_its_numbers_tell(
    operator: str, first: str, second: str, sign: str
) -> None:
    """Half a unit of each number, as it comes through, is less than half a unit of the result; where that leaves less
    than two figures, the next one is written, too. Whole numbers are exact."""
    a, b = Fraction(first), Fraction(second)
    half_a, half_b = (Fraction(1, 2 * 10 ** len(text.partition(".")[2])) * ("." in text) for text in (first, second))
    value, radius = a + b, half_a + half_b
    if operator == "*":
        value, radius = a * b, half_a * b + half_b * a + half_a * half_b
    places = max(place for place in range(-3, 12) if 2 * radius * Fraction(10) ** place <= 1) if radius else 0
    if value < Fraction(10) ** (1 - places):
        places = min(place for place in range(-3, 12) if 2 * radius * Fraction(10) ** place >= 1)
    places = max(0, places)
    expected = f"{sign}{Decimal(round(value * 10**places)).scaleb(-places):f}"
    sheet = f"net_h1 = {sign}{first} {operator} {sign if operator == '+' else ''}{second}"
    (line,) = bt.check(bt.load("mazur"), sheet).written
    assert line.written == expected
