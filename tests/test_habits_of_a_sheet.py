"""What many lines tell together: that numbers are cut off, that one number merely fills the places."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

import backprop_trace as bt


def products(factors: Sequence[str]) -> bt.Example:
    """a0 = u0 * y, a1 = u1 * y, ... with y = 1: the lines are the factors."""
    names = range(len(factors))
    inputs = ", ".join(f"u{n}: {factor}" for n, factor in enumerate(factors))
    lines = "".join(f"  a{n}: u{n} * y\n" for n in names)
    return bt.read_example(
        f"inputs: {{{inputs}}}\nparameters: {{y: 1}}\ndefinitions:\n{lines}  r: {' + '.join(f'a{n}' for n in names)}\n"
        "objective: r\nlearning_rate: 0.1\n"
    )


def checked(factors: Sequence[str], written: Sequence[str]) -> tuple[list[str], tuple[str, ...]]:
    report = bt.check(products(factors), "\n".join(f"a{n} = {text}" for n, text in enumerate(written)))
    verdicts = {line.name: "off" if line.verdict in ("slip", "wrong") else line.verdict for line in report.written}
    return [verdicts[f"a{n}"] for n in range(len(written))], report.conventions


CUT = ("0.4387", "0.6182", "0.7391", "0.2568")


@pytest.mark.parametrize("minus", ["", "-"])
@pytest.mark.parametrize("other", ["", "0.31", "0.32", "0.33", "0.30"])
@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_three_lines_tell_that_numbers_are_cut_off_and_one_that_is_rounded_up_that_they_are_not(
    count: int, other: str, minus: str
) -> None:
    """0.43 for 0.4387. Of 0.317, 0.31 is cut off, 0.32 rounded up; 0.33 is a mistake that makes it less sure."""
    factors = [minus + text for text in CUT[:count]]
    written = [text[:-2] for text in factors]
    telling = count + (other == "0.31")
    expected = "rounded" if telling >= 3 else "undecided"
    if other == "0.32" or (other == "0.33" and count < 3):
        expected = "off"
    more = {"": [], "0.31": [expected], "0.32": ["right"]}.get(other, ["off"])
    found, conventions = checked(
        [*factors, *([f"{minus}0.317"] * bool(other))], [*written, *([minus + other] * bool(other))]
    )
    assert found == [*[expected] * count, *more]
    assert conventions == (("truncates",) if expected == "rounded" else ())


@pytest.mark.parametrize("tens", range(1, 10))
def test_a_half_that_is_rounded_down_and_a_whole_unit_less_tell_of_no_cutting(tens: int) -> None:
    """0.42 for 0.425 is rounded to even. Who cuts off makes 0.42 of 0.43 now and then, but is no writer known by it."""
    counts = [10 * tens + ones for ones in (1, 2, 4, 7)]
    halves = checked([*(f"0.{count}5" for count in counts), "0.3178"], [*(f"0.{count}" for count in counts), "0.31"])
    assert halves == (["right"] * 4 + ["undecided"], ())
    assert checked([f"0.{count}" for count in counts], [f"0.{count - 1:02d}" for count in counts]) == (["off"] * 4, ())


@pytest.mark.parametrize("p", ["0.50", "0.30", "0.70"])
@pytest.mark.parametrize("count", [0, 1, 2, 3, 4])
def test_a_program_that_cuts_off_makes_a_unit_less_of_a_number_that_ends(count: int, p: str) -> None:
    """0.5 * 0.5 is 0.2499... in some floats. From a wrong p it follows. Three lines tell of cutting, one is a hint."""
    example = products(CUT[:count] or ("0.5",)).text.replace("  r:", "  p: 0.5 * y\n  q: p * 0.5\n  r: q +")
    lines = "".join(f"a{n} = {text[:-2]}\n" for n, text in enumerate(CUT[:count]))
    exact = float(p) / 2
    for units in (0, 1, 2, -1):
        report = bt.check(bt.read_example(example), f"{lines}p = {p}\nq = {exact - units / 100:.2f}\n")
        (verdict,) = [line.verdict for line in report.written if line.name == "q"]
        honest = "follows" if p != "0.50" else "rounded" if units else "right"
        if units in (2, -1) or (units == 1 and count == 0):
            assert verdict in ("slip", "wrong")
        else:
            assert verdict == (honest if count >= 3 or not units else "undecided")


@pytest.mark.parametrize("minus", ["", "-"])
@pytest.mark.parametrize("rest", [0.1, 0.4, 0.53, 0.6, 0.9])
@pytest.mark.parametrize("zeros", [1, 2, 3])
def test_whole_numbers_are_cut_off_too_and_zeros_put_in_their_places(zeros: int, rest: float, minus: str) -> None:
    """1400 for 1440 is rounded, 1400 for 1460 is cut off."""
    bases = (14, 27, 36, 52)
    factors = [f"{minus}{(base + rest) * 10**zeros:.2f}" for base in bases]
    found, conventions = checked(factors, [f"{minus}{base}{'0' * zeros}" for base in bases])
    assert "off" not in found
    assert conventions == (("truncates",) if rest > 0.5 else ())


@pytest.mark.parametrize(
    ("lines", "same", "fit", "fills"),
    [
        (5, 5, 2, True), (5, 5, 3, False), (4, 4, 1, False), (10, 5, 1, False), (9, 5, 1, True), (8, 6, 3, False),
        (8, 6, 2, True), (6, 4, 1, False),
    ],
)  # fmt: skip
def test_a_number_that_stands_in_most_lines_and_is_mostly_wrong_confirms_nothing(
    lines: int, same: int, fit: int, fills: bool
) -> None:
    """0.50 in five lines at least and in more than half of them, less than half of them rightly."""
    factors = ["0.501"] * fit + ["0.811"] * (same - fit) + [f"0.{n}34" for n in range(1, 1 + lines - same)]
    written = ["0.50"] * same + [f"0.{n}3" for n in range(1, 1 + lines - same)]
    found, _ = checked(factors, written)
    assert found[:fit] == ["undecided" if fills else "right"] * fit
    assert found[fit:same] == ["off"] * (same - fit)
    assert found[same:] == ["right"] * (lines - same)
    assert checked(["0.5"] * fit + factors[fit:], written)[0][:fit] == ["right"] * fit  # the very number


@pytest.mark.parametrize(
    ("total", "copied"),
    [("0.41410", "0.0562"), ("0.41430", "0.0564"), ("0.41420", ""), ("0.41415", ""), ("0.4141", ""), ("0.41413", "")],
)
def test_a_sum_with_more_digits_than_its_terms_tells_which_number_was_copied(total: str, copied: str) -> None:
    """0.0563 is a unit off, and 0.0563 + 0.1234 + 0.2345 = 0.4142: exactly 0.4141 is what 0.0562 would give."""
    report = bt.check(
        products(("0.05622", "0.12344", "0.23453")), f"a0 = 0.0563\na1 = 0.1234\na2 = 0.2345\nr = {total}"
    )
    *_, line = report.written
    assert report.written[0].message == "the last digit is off by one"
    assert (line.verdict == "slip") is bool(copied)
    assert not copied or line.message == f"your number is what one gets if a0 is copied as {copied} for 0.0563"
