"""The audit: of the numbers each source printed, how many are right, and what is wrong with the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from backprop_trace.check.report import VERDICTS, Report
from backprop_trace.files.source import printable
from backprop_trace.render.blocks import Block, Column, Own, Prose, Row, Table, Title
from backprop_trace.render.medium import Medium
from backprop_trace.render.pages import Page, Record
from backprop_trace.render.records.json import dumped

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


def audit_page(audited: Sequence[Audited]) -> Page:
    def blocks(medium: Medium) -> Iterator[Block]:
        if medium.manner == "document":
            yield Title("The numbers that sources print")
        yield _table(audited)
        if silent := [printable(each.example) for each in audited if each.report is None]:
            yield Prose(f"No numbers were printed for {', '.join(silent)}.")

    def listed(_: Medium) -> Iterator[str]:
        yield dumped([_record(each) for each in audited], indent=2) + "\n"

    return Page(blocks, own={"json": listed})


def _record(audited: Audited) -> Record:
    report = audited.report
    counts = None if report is None else {v: n for v, n in report.counts.items() if v in JUDGED}
    return {"example": audited.example, "source": audited.source, "counts": counts, "slips": audited.slips}


def _table(audited: Sequence[Audited]) -> Table:
    """A row for each example whose source printed numbers, and the sums."""
    reports = [each.report for each in audited if each.report]
    total: Counter[str] = sum((Counter(report.counts) for report in reports), Counter())
    slips: Counter[str] = sum((each.slips for each in audited), Counter())
    shown = [verdict for verdict in JUDGED if total[verdict]]
    counts = [Column(word, right=True) for word in ("printed", *shown)]
    rows = [
        _row(Own(printable(each.example)), each.report.counts, each.slips, shown) for each in audited if each.report
    ]
    return Table((Column("example"), *counts, Column("slips", below=True)),
                 [*rows, _row("all", total, slips, shown)], headed=True)  # fmt: skip


def _row(name: str, counts: dict[str, int], slips: Counter[str], shown: Sequence[str]) -> Row:
    printed = sum(counts.get(verdict, 0) for verdict in JUDGED)
    names = [slip if count == 1 else f"{count} {slip}" for slip, count in slips.most_common()]
    return Row((name, str(printed), *(str(counts.get(each, 0)) for each in shown), ", ".join(names)))
