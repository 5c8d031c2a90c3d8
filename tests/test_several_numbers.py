"""Several numbers for one quantity: each is judged, the best stands for later lines, the others may be used."""

from __future__ import annotations

from math import exp

import pytest

import backprop_trace as bt

OTHER, OWN = "computed from the other reading of an earlier line", "follows from your own earlier lines: no new mistake"


def sigmoid(z: float) -> str:
    return f"{1 / (1 + exp(-z)):.4f}"


@pytest.mark.parametrize(
    ("numbers", "used", "fine", "message"),
    [
        (["0.3775", "0.9"], 0.9, [True, False], OTHER), (["0.9", "0.3775"], 0.9, [False, True], OTHER),
        (["0.9", "0.3775"], 0.3775, [False, True], ""), (["0.3775", "0.9"], 0.3775, [True, False], ""),
        (["0.9", "0.8"], 0.9, [False, False], OWN), (["0.9", "0.8"], 0.8, [False, False], OTHER),
        (["0.9", "0.9"], 0.9, [False, False], OWN), (["0.3775", "0.378"], 0.3775, [True, True], ""),
        (["0.9", "0.3775", "0.8"], 0.8, [False, True, False], OTHER),
        (["0.9", "0.3775", "0.8"], 0.9, [False, True, False], OTHER), (["0.9"], 0.9, [False], OWN),
    ],
)  # fmt: skip
def test_a_line_may_rest_on_any_of_them(numbers: list[str], used: float, fine: list[bool], message: str) -> None:
    """net_h1 is 0.3775."""
    lines = [f"net_h1 = {number}" for number in numbers]
    found = bt.check("mazur", "\n".join([*lines, f"out_h1 = {sigmoid(used)}"])).written
    *nets, out = sorted(found, key=lambda line: line.place)
    assert [line.verdict == "right" for line in nets] == fine
    assert (out.verdict, out.message) == ("follows" if message else "right", message)


@pytest.mark.parametrize("numbers", [["0.9", "0.3775"], ["0.3775", "0.9"], ["0.9", "0.8"]])
def test_what_rests_on_none_of_them_is_a_mistake(numbers: list[str]) -> None:
    sheet = "\n".join([*(f"net_h1 = {number}" for number in numbers), "out_h1 = 0.8500"])
    assert bt.check("mazur", sheet).written[-1].verdict in ("slip", "wrong")


def test_a_given_that_is_copied_twice_is_judged_twice() -> None:
    found = bt.check("mazur", "w5 = 0.4\nw5 = 0.7\nnet_h1 = 0.3775").written
    assert [line.verdict for line in sorted(found, key=lambda line: line.place)] == ["right", "slip", "right"]


@pytest.mark.parametrize("numbers", [["0.7109", "0.8500"], ["0.8500", "0.7109"], ["0.7109", "0.5000", "0.8500"]])
def test_each_of_them_is_judged_from_the_lines_before(numbers: list[str]) -> None:
    """net_h1 is wrong, and 0.7109 follows from it."""
    lines = [f"out_h1 = {number}" for number in numbers]
    found = bt.check("mazur", "\n".join(["net_h1 = 0.9", *lines])).written
    verdicts = {line.written: line.verdict for line in found if line.name == "out_h1"}
    assert verdicts.pop("0.7109") == "follows"
    assert set(verdicts.values()) <= {"slip", "wrong"}


SLOPE = """\
inputs: {x: 0.8317, y: 0.5196}
parameters: {w: 1}
definitions:
  p: x * y
  s: p * (1 - p)
  e: s * w
objective: e
learning_rate: 0.1
"""


@pytest.mark.parametrize(
    ("number", "follows"),
    [
        ("0.24936", True), ("0.24939", True), ("0.24960", True), ("0.24975", True), ("0.24979", True),
        ("0.24930", False), ("0.24920", False), ("0.24987", False), ("0.24995", False),
    ],
)  # fmt: skip
def test_what_follows_from_another_reading_moves_as_that_does_and_hardly_more(number: str, follows: bool) -> None:
    """p is also read as 0.48, which is 0.475 to 0.485: p (1 - p) is then 0.249375 to 0.249775."""
    report = bt.check(bt.read_example(SLOPE), f"p: [0.43, 0.48]\ns: {number}\n")
    assert (report.written[-1].verdict == "follows") is follows
