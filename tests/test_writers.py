"""Simulated writers: honest work is never called a mistake, and a slip that was made is found and named."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from writers import STYLES, honest_sheets

from backprop_trace.check.checker import Checker
from backprop_trace.check.report import MISTAKES
from backprop_trace.check.slips import SLIPS
from backprop_trace.files.sheet import read_sheet

sys.path.insert(0, str(Path(__file__).parent / "benchmarks"))

from slips import SEVERAL, measure

NETWORKS = 8


@pytest.mark.parametrize("seed", range(4))
def test_honest_work_has_no_mistakes(seed):
    """Those who round each line, carry the calculator's digits, mix, round products too, or cut off."""
    judged, styles = 0, set()
    for exercise, kind, text in honest_sheets(seed, NETWORKS):
        report = Checker(exercise.example).check(read_sheet(text, "sheet"))
        wrong = [line for line in report.lines if line.verdict in MISTAKES]
        assert not wrong, f"{kind}: {wrong}\n{exercise.example.text}"
        judged += len(report.written)
        styles.add(kind.split(",")[0])
    assert judged > 500
    assert styles == set(STYLES)


CLASSICAL = (
    "transposed", "no-bias", "net-for-out", "no-activation", "no-half", "one-output", "sign", "no-slope",
    "gradient-without-input", "ascent", "no-rate", "doubled", "factor-ten", "updated-weights", "stale",
)  # fmt: skip


@pytest.mark.parametrize("slip", CLASSICAL)
def test_a_slip_is_found_where_it_was_made_and_named(slip):
    assert slip in SLIPS
    cases, first, named, missed = measure(slip, 6, 4)
    assert cases == 6
    assert first >= 5, missed
    assert named >= 5, missed


MISSED_BEFORE = (
    "minus-lost", "wrong-row", "no-brackets", "power-of-ten", "wrong-target", "n-minus-1", "change-times-weight",
    "no-scale", "no-penalty", "no-velocity", "wrong-beta", "targets-swapped",
)  # fmt: skip


@pytest.mark.parametrize("slip", MISSED_BEFORE)
def test_each_of_these_is_named_too(slip):
    cases, first, named, missed = measure(slip, 2, 4)
    assert (cases, first, named) == (2, 2, 2), missed


def test_the_first_of_several_mistakes_on_a_sheet_is_flagged_first():
    cases, first, _, missed = measure(SEVERAL, 4, 4)
    assert (cases, first) == (4, 4), missed
