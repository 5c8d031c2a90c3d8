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

from slips import measure

NETWORKS = 8


@pytest.mark.parametrize("seed", range(4))
def test_honest_work_has_no_mistakes(seed):
    """Those who round each line, carry the calculator's digits, mix, round products too, or cut off."""
    judged, styles = 0, set()
    for exercise, kind, text in honest_sheets(seed, NETWORKS):
        report = Checker(exercise.example).check(read_sheet(text, "sheet"))
        wrong = [line for line in report.lines if line.verdict in MISTAKES]
        assert not wrong, f"{kind}: {wrong[0].name} = {wrong[0].written}, {wrong[0].message}\n{exercise.example.text}"
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
