"""Simulated writers: honest work is never called a mistake."""

from __future__ import annotations

import pytest
from writers import STYLES, honest_sheets

from backprop_trace.check.checker import Checker
from backprop_trace.check.report import MISTAKES
from backprop_trace.files.sheet import read_sheet

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
