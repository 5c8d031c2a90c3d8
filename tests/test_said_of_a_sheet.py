"""What a report says of a sheet as a whole: what lines have in common, how the loss falls, is it confirmed."""

from __future__ import annotations

import pytest

import backprop_trace as bt
from backprop_trace.check.report import Report

UPDATES = {"w5": 0.40, "w6": 0.45, "w7": 0.50, "w8": 0.55}
GRADIENTS = {"w5": "0.082167041", "w6": "0.082667628", "w7": "-0.022602540", "w8": "-0.022740242"}


def updates(ascents: int, others: int) -> Report:
    """So many updates of mazur go up the slope, others down as they should."""
    lines = [f"dE/d{name} = {gradient}" for name, gradient in GRADIENTS.items()]
    for place, (name, old) in enumerate(UPDATES.items()):
        sign = 1 if place < ascents else -1
        if place < ascents + others:
            lines.append(f"{name}+ = {old + sign * 0.5 * float(GRADIENTS[name]):.9f}")
    return bt.check("mazur", "\n".join(lines))


@pytest.mark.parametrize(
    ("ascents", "others", "said"),
    [
        (1, 0, ()), (1, 3, ()), (2, 0, ("All 2 of your updates add the gradient instead of subtracting it.",)),
        (2, 1, ("2 of your 3 updates add the gradient instead of subtracting it.",)),
        (3, 1, ("3 of your 4 updates add the gradient instead of subtracting it.",)),
        (4, 0, ("All 4 of your updates add the gradient instead of subtracting it.",)),
    ],
)  # fmt: skip
def test_what_two_lines_or_more_have_in_common_is_said_once(ascents: int, others: int, said: tuple[str, ...]) -> None:
    report = updates(ascents, others)
    assert report.patterns == said
    assert report.counts["slip"] == ascents
    assert report.first_mistake is not None
    assert (report.first_mistake.name, report.first_mistake.verdict) == ("w5+", "slip")


SQUARE = """
inputs: {x: [1, 1]}
targets: {o: [0, 0]}
layers: [{units: [o], activation: identity, weights: [[1]]}]
loss: half_squared_error
learning_rate: %s
batch: mean
"""
WRONG, HALVED = "w_x_o+ = 7", "w_x_o+ = 0.5"


@pytest.mark.parametrize(
    ("settings", "sheet", "said"),
    [
        ("0.5", WRONG, "the loss falls from 0.5 to 0.125 in this step."),
        ("2.5", WRONG, "the loss grows from 0.5 to 1.125 in this step."),
        ("0.5\nbatch_size: 1", WRONG, "the loss of its samples falls from 0.5 to 0.125 in this step."),
        ("0.5", f"step 1:\n{HALVED}\nstep 2:\n{WRONG}", "the loss falls from 0.125 to 0.03125 in step 2."),
        ("0.5", f"step 1:\n{WRONG}\nstep 2:\n{WRONG}", "the loss falls from 0.5 to 0.125 in this step."),
        ("0.5", HALVED, ""), ("0.5", "E = 7", ""),
    ],
)  # fmt: skip
def test_how_the_loss_falls_is_said_where_an_update_is_wrong(settings: str, sheet: str, said: str) -> None:
    """E = w^2/2 and w+ = w - rate w: 1, then 1/2 (or -3/2), then 1/4. The first step with a mistake is meant."""
    found = bt.check(bt.read_example(SQUARE % settings), sheet).done_right
    assert found == (f"Done right, {said}" if said else "")


@pytest.mark.parametrize(
    ("sheet", "confirmed"),
    [
        ("net_h1 = 0.3775", True), ("net_h1 = 0.3775\nout_h1 = 1", True),
        ("net_h1 = 0.3775\nout_h1 = 1\nout_h2 = 1", False),
        ("net_h1 = 0.3775\nout_h1 = 0.6\nout_h2 = 1\nE_o1 = 1", True),
        ("net_h1 = 0.3775\nout_h1 = 0.0\nout_h2 = 0.0", False),
        ("out_h1 = 1", False), ("out_h1 = 0.5933\nE_o1 = 0.00", False), ("net_h1 = 0.9\nout_h1 = 0.7109", False),
    ],
)  # fmt: skip
def test_a_sheet_is_confirmed_by_more_lines_than_are_too_coarse_to_tell(sheet: str, confirmed: bool) -> None:
    """Whole numbers that cannot be told are fillers; what is a mistake confirms nothing, nor what follows from it."""
    report = bt.check("mazur", sheet)
    assert report.is_confirmed is confirmed
