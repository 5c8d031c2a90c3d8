"""One meaning per option: --round rounds every line, --decimals shows so many of what was computed with all."""

from __future__ import annotations

import json
import re
from decimal import ROUND_HALF_UP, Decimal

import pytest


@pytest.fixture
def values(run):
    """Name and value of each line that `show` prints as JSON."""

    def values(*options: str) -> dict[str, str]:
        lines = json.loads(run("show", *options, "--format", "json")[1])["lines"]
        return {f"{line['name']}[{line['sample']}]".replace("[None]", ""): line["value"] for line in lines}

    return values


def key(run, *options: str) -> dict[str, str]:
    """Name and number of each line of a key."""
    return dict(re.findall(r"^([^#\s:]\S*): (\S+)$", run("sheet", *options, "--values")[1], re.MULTILINE))


@pytest.mark.parametrize("example", ["mazur", "hmkcode", "han-kamber", "xor"])
@pytest.mark.parametrize("rounding", ["3", "4sf"])
def test_the_key_and_the_trace_of_a_hand_that_rounds_are_the_same_numbers(run, values, example, rounding):
    found = key(run, example, "--round", rounding)
    assert len(found) > 12
    assert found == values(example, "--round", rounding)


@pytest.mark.parametrize("example", ["mazur", "quirk", "xor"])
def test_decimals_are_those_of_the_value_computed_with_all_digits(run, values, example):
    true = values(example)
    rounded = {
        name: format(Decimal(number).quantize(Decimal("0.0001"), ROUND_HALF_UP), "f").replace("-0.0000", "0.0000")
        for name, number in true.items()
    }
    shown = {name: number.replace("-0.0000", "0.0000") for name, number in key(run, example, "--decimals", "4").items()}
    assert shown == rounded


def test_the_trace_shows_so_many_decimals_and_machines_get_all(run, values):
    out = run("show", "mazur", "--decimals", "4", "--format", "plain")[1]
    assert "out_h1 = 1 / (1 + exp(-net_h1)) = 1 / (1 + exp(-0.3775)) = 0.5933\n" in out
    assert values("mazur", "--decimals", "4") == values("mazur")


@pytest.mark.parametrize(
    "arguments",
    [
        ["show", "mazur", "--decimals", "4", "--round", "4"],
        ["show", "mazur", "--decimals", "4", "--digits", "4"],
        ["show", "mazur", "--decimals", "-1"],
        ["sheet", "mazur", "--decimals", "4"],
        ["sheet", "mazur", "--values", "--decimals", "4", "--round", "4"],
    ],
)
def test_two_ways_to_round_at_once_are_one_error(run, arguments):
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert err.count("error: ") == 1
