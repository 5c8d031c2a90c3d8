"""The audit: of the numbers each source printed, how many are right, and what is wrong with the others."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from backprop_trace.check.report import VERDICTS, Report
from backprop_trace.files.source import printable
from backprop_trace.render.markdown import escaped
from backprop_trace.render.report.table import GAP, prose
from backprop_trace.render.report.told import ReportView

FORMATS = ("table", "plain", "json", "markdown")
JUDGED = tuple(verdict for verdict in VERDICTS if verdict != "missing")


class Audited(NamedTuple):
    """An example and the report on what its source printed; None where it printed no numbers."""

    example: str
    source: str
    report: Report | None

    @property
    def slips(self) -> Counter[str]:
        """How many lines have each slip (the likeliest, where several fit)."""
        lines = self.report.lines if self.report else ()
        return Counter(line.slips[0] for line in lines if line.verdict == "slip")


def render_audit(form: str, audited: Sequence[Audited], view: ReportView) -> Iterator[str]:
    """The text in pieces."""
    match form:
        case "json":
            yield json.dumps([_record(each) for each in audited], ensure_ascii=False, indent=2) + "\n"
        case "markdown":
            head, *rows = ([escaped(cell) for cell in row] for row in _rows(audited))
            lines = [head, ["---", *["---:"] * (len(head) - 2), "---"], *rows]
            yield from (f"| {' | '.join(cells)} |\n" for cells in lines)
        case "plain":
            yield from ("\t".join(row) + "\n" for row in _rows(audited))
        case _:
            yield from _table(audited, view)


def _record(audited: Audited) -> dict[str, object]:
    report = audited.report
    counts = None if report is None else {v: n for v, n in report.counts.items() if v in JUDGED}
    return {"example": audited.example, "source": audited.source, "counts": counts, "slips": audited.slips}


def _rows(audited: Sequence[Audited]) -> list[list[str]]:
    """The heading, a row for each example whose source printed numbers, and the sums."""
    reports = [each.report for each in audited if each.report]
    total: Counter[str] = sum((Counter(report.counts) for report in reports), Counter())
    slips: Counter[str] = sum((each.slips for each in audited), Counter())
    shown = [verdict for verdict in JUDGED if total[verdict]]
    rows = [["example", "printed", *shown, "slips"]]
    rows += [_row(each.example, each.report.counts, each.slips, shown) for each in audited if each.report]
    return [*rows, _row("all", total, slips, shown)]


def _row(name: str, counts: dict[str, int], slips: Counter[str], shown: Sequence[str]) -> list[str]:
    printed = sum(counts.get(verdict, 0) for verdict in JUDGED)
    names = [slip if count == 1 else f"{count} {slip}" for slip, count in slips.most_common()]
    return [printable(name), str(printed), *(str(counts.get(verdict, 0)) for verdict in shown), ", ".join(names)]


def _table(audited: Sequence[Audited], view: ReportView) -> Iterator[str]:
    rows = _rows(audited)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    below = view.width is not None and sum(widths) + len(GAP) * (len(widths) - 1) > view.width
    for place, row in enumerate(rows):
        first, *rest = _laid_out(row, widths, below and place > 0)
        yield (view.paint("faint", first) if place == 0 else first) + "\n"
        yield from (line + "\n" for text in rest for line in prose(text, view, "    ", "    "))
    if silent := [printable(each.example) for each in audited if each.report is None]:
        text = f"No numbers were printed for {', '.join(silent)}."
        yield "\n" + "".join(line + "\n" for line in prose(text, view))


def _laid_out(row: Sequence[str], widths: Sequence[int], below: bool) -> list[str]:
    """Names to the left, counts to the right; the slips behind them, or below them where the terminal is narrow."""
    name, *counts, slips = row
    cells = [f"{name:{widths[0]}}", *(f"{count:>{width}}" for count, width in zip(counts, widths[1:-1], strict=True))]
    if below:
        return [GAP.join(cells).rstrip(), *([slips] if slips else [])]
    return [GAP.join([*cells, slips]).rstrip()]
