"""How near a number must be to what a slip gives, and how many numbers tell of one cause: each rule at its border."""

from __future__ import annotations

from fractions import Fraction

import pytest

from backprop_trace.check.carried import rounded
from backprop_trace.check.causes import Causes, kind_of
from backprop_trace.check.explain.trials import explains
from backprop_trace.check.naming import agrees, tells
from backprop_trace.check.variant import Variant
from backprop_trace.files.sheet import Written, half_unit
from backprop_trace.files.source import Place
from backprop_trace.files.spec import load
from backprop_trace.formulas.arithmetic.band import Band
from backprop_trace.formulas.expr import Name, derivative, given
from backprop_trace.run.step import trace

HERE = Place(1, 1, 1)


def number(text: str) -> Written:
    return Written(text, Fraction(text), HERE, half_unit(text))


# --- a bent line ---


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(
    ("text", "off", "reach", "noise", "is_it"),
    [
        ("0.500", 0.00050, 0, 0, True), ("0.500", 0.00052, 0, 0, False), ("0.500", 0.00150, 0.001, 0, True),
        ("0.500", 0.00153, 0.001, 0, False), ("0.500", 0.00194, 0.001, 0.0004, False),
        ("0.500", 0.00190, 0.001, 0.0004, True), ("0.500", 0.00199, 0.001, 0.02, True),
        ("0.500", 0.00203, 0.001, 0.02, False), ("0.50", 0.0070, 0.001, 0.02, False),
        ("0.50", 0.0060, 0.001, 0.02, True),
        ("0.500", 0.0100, 0.074, 0, True), ("0.500", 0.0100, 0.076, 0, False), ("0.500", 0.00050, 0.076, 0, True),
        ("0.500", 0.00052, 0.076, 0, False), ("0.0", 0.04, 0.01, 0, True), ("0.0", 0.055, 0.01, 0, False),
        ("1/2", 4e-13, 0, 0, True), ("1/2", 6e-13, 0, 0, False),
    ],
)  # fmt: skip
def test_a_bent_line_gives_a_number_within_what_its_digits_leave_open(
    text: str, off: float, reach: float, noise: float, is_it: bool, sign: int
) -> None:
    """Half a unit, the band, and rounding on the way up to half a unit more (from three figures on); but a band that is
    wider than 0.15 of the number is believed within half a unit alone."""
    written = number(text)
    for middle in (float(Fraction(text)) + off, float(Fraction(text)) - off):
        band = Band(sign * middle, sign * middle - reach, sign * middle + reach, {}, noise)
        value = sign * Fraction(text)
        assert explains(band, written._replace(value=value)) is is_it


# --- what several lines have in common ---

MAZUR = Variant(load("mazur"))
CAUSES = Causes(MAZUR, 1)
E_O1, E_O2, E = Name("E", "o1"), Name("E", "o2"), Name("E")
SIZES = {E_O1: 0.2748110831, E_O2: 0.0235600254}
"""The losses of mazur; without their factor 1/2 they are twice as large."""


def test_the_lines_of_a_kind_are_bent_alike() -> None:
    values = CAUSES.values(next(place for place in CAUSES.bent if place.slip == "no-half"))
    assert {name: round(value, 8) for name, value in values.items() if name in SIZES} == {
        name: round(2 * size, 8) for name, size in SIZES.items()
    }
    assert values[E] == pytest.approx(2 * sum(SIZES.values()), rel=1e-8)
    assert not any(name.kind in ("net", "out") for name in values)
    nets = CAUSES.values(next(place for place in CAUSES.bent if place.slip == "no-bias" and not place.kind))
    assert [round(nets[Name("net", unit)], 6) for unit in ("h1", "h2")] == [0.0275, 0.0425]
    assert kind_of(E_O1) == kind_of(E_O2) != kind_of(given("w5")) != kind_of(derivative(E, given("w5")))


@pytest.mark.parametrize(
    ("text", "gives", "denies"),
    [
        ("0.5496", True, False), ("0.5497", True, False), ("0.5498", False, True), ("0.5495", True, False),
        ("0.5494", False, True),
        ("0.55", True, False), ("0.56", True, False), ("0.57", False, True), ("0.5", False, False),
        ("0.6", False, False),
        ("0.549622166", True, False), ("0.549622169", False, True),
    ],
)  # fmt: skip
def test_a_cause_gives_a_number_within_a_unit_and_a_half_and_a_tenth_of_what_it_moves(
    text: str, gives: bool, denies: bool
) -> None:
    """0.5496221662, moved by 0.2748: a number of one figure is near enough to it, and too near to the true one."""
    values = {E_O1: 0.5496221662}
    assert CAUSES.gives(number(text), E_O1, values) is gives
    assert CAUSES.denies(number(text), E_O1, values) is denies
    assert not CAUSES.gives(number(text), E_O2, values)
    assert not CAUSES.denies(number(text), E_O2, values)


@pytest.mark.parametrize(
    ("name", "text", "is_telling"),
    [
        ("E", "0.298", True), ("E", "0.30", False), ("E", "0.00", False), ("w5+", "0.411", True),
        ("w5+", "0.400", False),
        ("w5+", "0.401", True), ("w5+", "0.4004", True), ("w5+", "0.41", False),
    ],
)  # fmt: skip
def test_an_undecided_number_tells_of_a_cause_by_three_figures(name: str, text: str, is_telling: bool) -> None:
    """A new weight that is the old one, 0.40, shows no change."""
    found = trace(load("mazur")).vocabulary.read(name)
    assert found is not None
    assert CAUSES.tells(number(text), found) is is_telling


def test_a_cause_explains_two_lines_and_denies_none_that_is_right() -> None:
    first, second = {E_O1: number("0.5496")}, {E_O2: number("0.0471")}
    assert "no-half" in CAUSES.common({**first, **second}, {}, {}).slips
    assert CAUSES.common({**first, **second}, {}, {}).lines == {E_O1, E_O2}
    assert CAUSES.common(first, {}, {}).slips == ()
    assert "no-half" in CAUSES.common(first, second, {}).slips
    assert "no-half" not in CAUSES.common({**first, **second}, {}, {E: number("0.2984")}).slips
    assert "no-half" in CAUSES.common({**first, **second}, {}, {E: number("0.5967")}).slips


# --- which quantity a number is ---


@pytest.mark.parametrize(
    ("text", "true", "either", "is_it"),
    [
        ("0.38", "0.3775", False, True), ("0.37", "0.3775", False, True), ("0.38", "0.3699", False, False),
        ("0.38", "0.37", False, True), ("0.38", "0.39", False, True), ("0.38", "0.3901", False, False),
        ("-0.38", "0.3775", False, False), ("-0.38", "0.3775", True, True), ("0.38", "-0.3775", True, True),
        ("2", "1.5", False, False), ("2", "2", False, True), ("2", "2.0000000000001", False, True),
        ("0.0", "0.05", False, False), ("0.0", "0", False, True), ("1/3", "1/3", False, True),
        ("1/3", "0.3", False, False),
    ],
)  # fmt: skip
def test_a_number_is_a_quantity_within_a_unit_of_its_last_digit(
    text: str, true: str, either: bool, is_it: bool
) -> None:
    """Whole numbers, and those without a digit, only if they are equal."""
    assert agrees(number(text), Fraction(true), either) is is_it


@pytest.mark.parametrize(
    ("text", "does"),
    [("0.377", True), ("0.37", False), ("377", False), ("37.7", True), ("0.0377", True), ("0.050", False),
     ("1234", False)],
)  # fmt: skip
def test_a_quantity_is_known_by_a_decimal_of_three_figures(text: str, does: bool) -> None:
    assert tells(number(text)) is does
    assert not tells(number(text)._replace(value=None))


@pytest.mark.parametrize("value", [0.0, 0.6168974, -0.0061689, 61.68974])
def test_what_is_carried_is_rounded_to_decimals_or_figures(value: float) -> None:
    assert rounded(value, 3, significant=False) == float(f"{value:.3f}")
    assert rounded(value, 3, significant=True) == float(f"{value:.3g}")
