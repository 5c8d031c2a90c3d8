"""Reports for other programs: an object for each sheet, on a line of its own.

It has `sheet`, `lines`, `first_mistake` ({name, step, sample} or null), `conventions` and `counts`; a line has `name`,
`step`, `sample`, `written` (null where it is missing), `verdict`, `expected` (from the writer's own lines), `key` (the
true value), `slips` and `message`. A sheet that cannot be read has `error`, and no lines.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from backprop_trace.check.conventions import sentence_of
from backprop_trace.check.report import JudgedLine, Report
from backprop_trace.check.wording import Language
from backprop_trace.render.report.told import ReportView, headline

LANGUAGE = Language()


def render(report: Report, view: ReportView) -> Iterator[str]:
    document = record(report)
    if view.hidden is not None:
        document["hidden_slips"] = [
            {"name": line.name, "step": line.step, "sample": line.sample, "slips": line.slips, "always": line.always}
            for line in view.hidden
        ]
    yield json.dumps(document, ensure_ascii=False) + "\n"


def record(report: Report) -> dict[str, Any]:
    first = report.first_mistake
    return {
        "sheet": report.sheet,
        "headline": headline(report),
        "lines": [_line(line) for line in report.lines],
        "first_mistake": None if first is None else {"name": first.name, "step": first.step, "sample": first.sample},
        "conventions": report.conventions,
        "convention_sentences": [f"this sheet {sentence_of(word)}" for word in report.conventions],
        "patterns": report.patterns,
        "done_right": report.done_right,
        "counts": report.counts,
    }


def unreadable(sheet: str, error: str) -> str:
    """A sheet that could not be judged, in the same shape."""
    document: dict[str, Any] = {
        "sheet": sheet,
        "error": error,
        "lines": [],
        "first_mistake": None,
        "conventions": [],
        "counts": {},
    }
    return json.dumps(document, ensure_ascii=False) + "\n"


def _line(line: JudgedLine) -> dict[str, Any]:
    found = {
        "name": line.name,
        "step": line.step,
        "sample": line.sample,
        "phase": line.phase,
        "written": line.written,
        "verdict": line.verdict,
        "expected": line.expected,
        "key": line.key,
        "slips": line.slips,
        "message": line.message,
        "should": " = ".join(line.should),
        "bent": " = ".join(line.bent),
        "line": line.place.line if line.place else None,
        "spelling": line.spelling,
    }
    return found | ({"settings": line.settings} if line.settings else {})
