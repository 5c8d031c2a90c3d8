"""Formulas: slopes against the catalogue's own and against differences; what is printed is read back."""

from __future__ import annotations

import math
from fractions import Fraction

import mpmath
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from backprop_trace.formulas.arithmetic import FLOAT, evaluate, exact
from backprop_trace.formulas.expr import (
    FUNCTIONS,
    Call,
    Cases,
    Difference,
    Minus,
    Name,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    names_in,
    parts,
    rebuild,
    slope,
    substitute,
)  # fmt: skip
from backprop_trace.formulas.expr import (
    given as named,
)
from backprop_trace.formulas.notation import ASCII, ATOM, LATEX, PYTHON, TEXT, show
from backprop_trace.formulas.numbers import NotANumber, number
from backprop_trace.formulas.parse import BadFormula, read_formula
from backprop_trace.model.catalogue import (
    ACTIVATIONS,
    LOSSES,
    NET_INPUTS,
    SHORTCUTS,
    filled,
    letters,
    over_the_layer,
    template,
)

POINTS = [Fraction(text) for text in ("-3.7", "-1", "-0.25", "0.001", "0.5", "2", "5.3")]
X, Y = named("x"), named("y")


def value(formula, values):
    """40 certified digits."""
    with exact.precision(400):
        low, high = exact.bounds(evaluate(formula, {k: exact.to_fmpq(v) for k, v in values.items()}, exact.EXACT))
    assert high - low < Fraction(1, 10**60)
    return (low + high) / 2


def agree(first, second) -> bool:
    return abs(first - second) < Fraction(1, 10**40)


# --- the catalogue's slopes against `slope` ---


def filled_in(text, meaning, layer):
    return next(over_the_layer(text, layer, [meaning]))


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("constant", ["0.01", "1", "0.3"])
def test_an_activations_slope_is_the_slope_of_its_formula(name, constant):
    entry = ACTIVATIONS[name]
    own = dict.fromkeys(entry.constants, Number(constant))
    units = [(Name("net", label), Name("out", label)) for label in ("1", "2", "3")]
    layer = [letters(z_k=net, a_k=out) for net, out in units]
    (z, a), others = units[0], units[1:]
    meaning = letters(z=z, a=a, **own)
    formula = filled_in(entry.formula, meaning, layer)
    for place, point in enumerate(POINTS):
        values = {net: POINTS[(place + 2 * k) % len(POINTS)] for k, (net, _) in enumerate(units)} | {z: point}
        outs = {out: filled_in(entry.formula, letters(z=net, a=out, **own), layer) for net, out in units}
        stated = [entry.slope, entry.slope_of_net] if entry.slope_of_net else [entry.slope]
        for text in stated:
            taught = substitute(filled_in(text, meaning, layer), outs)
            assert agree(value(taught, values), value(slope(formula, z), values)), (text, point)
        for k, (net, out) in enumerate(others, 1):
            if entry.cross:
                taught = substitute(filled_in(entry.cross, meaning | letters(z_k=net, a_k=out), layer), outs)
                assert agree(value(taught, values), value(slope(formula, net), values)), k


@pytest.mark.parametrize("name", NET_INPUTS)
def test_the_slopes_of_a_net_input_are_those_of_its_term(name):
    entry, values = NET_INPUTS[name], {named("w"): Fraction("0.3"), named("x"): Fraction("-1.25")}
    for letter, taught in (("w", entry.by_weight), ("x", entry.by_input)):
        assert agree(value(template(taught), values), value(slope(template(entry.term), named(letter)), values))


@pytest.mark.parametrize("name", LOSSES)
def test_a_losss_slope_is_the_slope_of_its_formula(name):
    o, t = named("o"), named("t")
    entry = LOSSES[name]
    own = letters(**dict.fromkeys(entry.constants, Number("0.25")))
    formula, taught = filled(entry.formula, own), filled(entry.slope, own)
    for out in ("0.001", "0.3", "0.5", "0.99"):
        for target in ("0", "0.2", "1"):
            values = {o: Fraction(out), t: Fraction(target)}
            assert agree(value(taught, values), value(slope(formula, o), values))


@pytest.mark.parametrize("pair", SHORTCUTS)
def test_a_shortcut_is_the_product_of_the_two_slopes(pair):
    activation, loss = ACTIVATIONS[pair[0]], LOSSES[pair[1]]
    if pair[0] == "softmax":
        return  # through the whole layer: test_gradients has it
    a, t, z = named("a"), named("t"), named("z")
    product = Product((filled(loss.slope, letters(o=a, t=t)), template(activation.slope)))
    for point in POINTS:
        values = {z: point, t: Fraction("0.2")}
        answer = {a: template(activation.formula)}
        both = [value(substitute(formula, answer), values) for formula in (product, template(SHORTCUTS[pair]))]
        assert agree(*both)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_slope_of_every_function_is_its_difference_quotient(name):
    formula = Call(name, (X, Number("0.7")) if FUNCTIONS[name] == 2 else (X,))
    h = Fraction(1, 10**25)
    for point in POINTS:
        if name in ("log", "sqrt") and point < 0:
            continue
        quotient = (value(formula, {X: point + h}) - value(formula, {X: point - h})) / (2 * h)
        assert abs(quotient - value(slope(formula, X), {X: point})) < Fraction(1, 10**20)


@pytest.mark.parametrize(
    ("name", "point", "expected"),
    [("relu", 0, 0), ("abs", 0, 0), ("max", "0.7", 1), ("min", "0.7", 1)],
)
def test_slopes_at_kinks_are_as_stated(name, point, expected):
    formula = Call(name, (X, Number("0.7")) if FUNCTIONS[name] == 2 else (X,))
    assert value(slope(formula, X), {X: Fraction(point)}) == expected


# --- random formulas ---

NUMBERS = st.sampled_from(["0", "1", "2", "0.5", "0.10", "1/3", "1e-3", "12", ".5", "3/4"]).map(Number)
LEAVES = st.one_of(NUMBERS, st.sampled_from([X, Y, Name("net", "h1"), Name("+", of=named("w"))]))


def bigger(inner):
    return st.one_of(
        st.lists(inner, min_size=2, max_size=4).map(lambda terms: Sum(tuple(terms))),
        st.lists(inner, min_size=2, max_size=4).map(lambda factors: Product(tuple(factors))),
        st.builds(Difference, inner, inner),
        st.builds(Quotient, inner, inner),
        st.builds(Minus, inner),
        st.builds(Power, inner, st.sampled_from([Number("2"), Number("3"), Minus(Number("1")), Number("1/2")])),
        st.builds(lambda argument: Call("tanh", (argument,)), inner),
        st.builds(lambda left, right: Call("max", (left, right)), inner, inner),
        st.builds(Cases, inner, inner, inner),
    )


FORMULAS = st.recursive(LEAVES, bigger, max_leaves=12)
VALUES = {X: 1.7, Y: -0.6, Name("net", "h1"): 0.25, Name("+", of=named("w")): -2.0}
SPELLED = {"x": X, "y": Y, "net_h1": Name("net", "h1"), "w+": Name("+", of=named("w"))}
MANY = settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))


def ascii_text(formula):
    return show(formula, ASCII, lambda name: (next(k for k, v in SPELLED.items() if v == name), ATOM))


def computed(formula):
    try:
        result = evaluate(formula, VALUES, FLOAT)
    except (ArithmeticError, ValueError):
        return None
    return None if math.isnan(result) else result


@MANY
@given(FORMULAS)
def test_a_formula_in_ascii_is_read_back_with_the_same_value(formula):
    again = read_formula(ascii_text(formula), SPELLED.get)
    first, second = computed(formula), computed(again)
    assert first == second or (first and math.isclose(first, second, rel_tol=1e-9))


@MANY
@given(FORMULAS)
def test_reading_and_printing_again_changes_nothing(formula):
    text = ascii_text(read_formula(ascii_text(formula), SPELLED.get))
    assert ascii_text(read_formula(text, SPELLED.get)) == text


@MANY
@given(FORMULAS)
def test_python_notation_evaluates_to_the_same_bits(formula):
    wanted = computed(formula)
    assume(wanted is not None)
    words = {"x": "x", "y": "y", "net_h1": "n", "w+": "p"}
    text = show(formula, PYTHON, lambda name: (words[next(k for k, v in SPELLED.items() if v == name)], ATOM))
    values = {words[spelling]: VALUES[name] for spelling, name in SPELLED.items()}
    assert float(eval(text, {"tanh": math.tanh, "max": max}, values)) == wanted


@MANY
@given(FORMULAS)
def test_a_slope_is_the_difference_quotient(formula):
    with mpmath.workdps(60):

        def at(x):
            values = {name: exact.to_fmpq(Fraction(v)) for name, v in VALUES.items()} | {X: exact.to_fmpq(x)}
            with exact.precision(600):
                low, high = exact.bounds(evaluate(formula, values, exact.EXACT))
            return (low + high) / 2

        h = Fraction(1, 10**30)
        try:
            quotients = [(at(Fraction(1.7) + s * h) - at(Fraction(1.7))) / (s * h) for s in (1, -1, 2)]
            values = {name: exact.to_fmpq(Fraction(v)) for name, v in VALUES.items()}
            with exact.precision(600):
                low, high = exact.bounds(evaluate(slope(formula, X), values, exact.EXACT))
        except (ArithmeticError, ValueError):
            assume(False)
    scale = 1 + abs(quotients[0])
    assume(abs(quotients[0] - quotients[1]) < scale / 10**15 and scale < 10**10)  # a kink, or nearly infinite
    assert abs(quotients[0] - (low + high) / 2) < scale / 10**12


@MANY
@given(FORMULAS)
def test_rebuilding_from_the_parts_gives_the_same_formula(formula):
    inside = parts(formula)
    assert rebuild(formula, inside) == formula if inside else True
    assert set(names_in(formula)) <= set(SPELLED.values())
    assert show(formula, TEXT, lambda name: ("x", ATOM))
    assert show(formula, LATEX, lambda name: ("x", ATOM)).count("{") == show(
        formula, LATEX, lambda name: ("x", ATOM)
    ).count("}")


# --- reading ---


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 - 2 - 3", -4),
        ("2 * 3 ^ 2", 18),
        ("-2 ^ 2", -4),
        ("2 ^ 3 ^ 2", 512),
        ("2 ^ -1", 0.5),
        ("8 / 4 / 2", 1),
        ("8 / 4 * 2", 4),
        ("1/2 * 3", 1.5),
        ("2 · 3 − 1", 5),
        ("1 if x > 0 else 2", 1),
        ("max(0, -x)", 0),
        ("4^1/2", 2),
        ("ln(exp(2))", 2),
        ("e^2", math.exp(2)),
        ("-e^-(1) * 3", -3 * math.exp(-1)),
        ("1/(1 + e ** (-2))", 1 / (1 + math.exp(-2))),
        ("e^2^2 / e^(1 - 2)", math.exp(5)),
    ],
)
def test_precedence_is_that_of_mathematics(text, expected):
    assert evaluate(read_formula(text, SPELLED.get), VALUES, FLOAT) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("text", "start"),
    [("1 +", 3), ("(1", 2), ("1 2", 2), ("foo(1)", 0), ("exp(1, 2)", 0), ("x $ y", 2), ("", 0), ("q + 1", 0),
     ("e", 0), ("2 * e", 4), ("e^", 2), ("e 2", 0),
     ("1 if x else 2", 7), ("(" * 5000, None), ("-" * 5000, None), ("1" + "+1" * 5000, 0)],
)  # fmt: skip
def test_what_is_no_formula_says_where(text, start):
    with pytest.raises(BadFormula) as caught:
        read_formula(text, SPELLED.get)
    assert start is None or caught.value.start == start


@pytest.mark.parametrize("text", ["0.10", "1e-3", "-.5", "+2", "1/3", "−0.5", "1.", "6.02E23", "1e400"])
def test_numbers_are_read_exactly(text):
    plain = text.replace("−", "-")
    assert number(text) == Fraction(plain)


@pytest.mark.parametrize(
    "text",
    ["", "0,5", "nan", "inf", "1e999", "012", "1:30", "1/0", "0x1", "1_0", "1e", ".", "--1", "1/2/3", "٣", "1 2"],
)
def test_what_is_no_number_is_refused(text):
    with pytest.raises(NotANumber):
        number(text)


@pytest.mark.parametrize(
    ("paper", "formula"),
    [
        ("[a + b] * c", "(a + b) * c"), ("net_h1[2] * [x]", "net_h1[2] * (x)"),
        ("[a[2] * [b + 1]]", "(a[2] * (b + 1))"),
        ("w₅·x²", "w_5*x^(2)"), ("1.5·10^-3", "1.5e-3"), ("1.5*10^{-3}", "1.5e-3"), ("|a - b|", "abs(a - b)"),
        ("{a+b}/2", "(a+b)/2"), ("σ(z)", "sigmoid(z)"), ("sigm(x)", "sigmoid(x)"), ("a ÷ b", "a / b"),
        ("x⁻¹", "x^(-1)"),
        ("w5' - 1", "w5' - 1"), ("½·a", "(1/2)*a"), ("−a × b", "-a * b"), ("  a ", "a"),
    ],
)  # fmt: skip
def test_what_stands_on_paper_is_read_as_a_formula(paper, formula):
    """Brackets of every kind, but for the number of a sample; signs of multiplication; what is raised and lowered."""
    from backprop_trace.formulas.paper import plain

    assert plain(paper, decimal_comma=False) == formula
    assert plain(paper.replace("1.5", "1,5"), decimal_comma=True) == formula
