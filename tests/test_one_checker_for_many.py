"""A checker remembers what it has computed. Whatever it was asked before, its report is that of a new one.

And a sheet has the same verdicts in whatever order its lines stand.
"""

from __future__ import annotations

import random

import pytest

from backprop_trace.check.checker import Checker
from backprop_trace.check.report import Report
from backprop_trace.files.sheet import read_sheet
from backprop_trace.files.spec import load
from backprop_trace.formulas.notation.names import canonical
from backprop_trace.run.step import trace, traces

NETWORKS = ("mazur", "han-kamber", "nielsen")


def numbers(name: str, draw: random.Random) -> list[tuple[str, list[str]]]:
    """Lines of two steps, each with its number as it is, as another one and as that of another line."""
    example = load(name)
    lines = [(f"step {t.step}: {canonical(line.name)}", float(line.value)) for t in traces(example, steps=[1, 2])
             for line in t.lines]  # fmt: skip
    found = []
    for spelling, value in draw.sample(lines, min(12, len(lines))):
        other = draw.choice(lines)[1]
        found.append(
            (spelling, [f"{value:.4f}", f"{value:.4f}", f"{1.7 * value:.4f}", f"{-value:.3f}", f"{other:.4f}"])
        )
    return found


def sheets(name: str, count: int) -> list[str]:
    draw = random.Random(name)
    known = numbers(name, draw)
    return [
        "\n".join(f"{spelling} = {draw.choice(ways)}" for spelling, ways in draw.sample(known, draw.randint(1, 9)))
        for _ in range(count)
    ]


def judged(checker: Checker, text: str) -> Report:
    return checker.check(read_sheet(text, "sheet.txt"))


@pytest.mark.parametrize("name", NETWORKS)
def test_a_report_does_not_depend_on_what_was_checked_before(name: str) -> None:
    texts, old = sheets(name, 10), Checker(load(name))
    new = [judged(Checker(load(name)), text) for text in texts]
    assert [judged(old, text) for text in texts] == new
    assert [judged(old, text) for text in reversed(texts)] == new[::-1]


@pytest.mark.parametrize("name", NETWORKS)
def test_the_order_of_the_lines_changes_no_verdict(name: str) -> None:
    checker = Checker(load(name))
    for text in sheets(name, 6):
        lines = text.split("\n")
        found = []
        for each in (text, "\n".join(lines[::-1])):
            report = judged(checker, each)
            found.append({(line.name, line.sample, line.step): (line.verdict, line.slips) for line in report.lines})
        assert found[0] == found[1]


@pytest.mark.parametrize("name", NETWORKS)
def test_givens_that_are_copied_rightly_change_nothing(name: str) -> None:
    """As decimals and as fractions, on sheets with mistakes and on sheets whose numbers are cut off."""
    example, checker = load(name), Checker(load(name))
    givens = [f"{canonical(key)} = {text}" for key, text in example.values.items()]
    cut = [f"{canonical(line.name)} = {int(line.value * 10**4) / 10**4:.4f}" for line in trace(example).lines]
    first = ["\n".join(line for line in text.split("\n") if "step 1" in line) for text in sheets(name, 6)]
    for text in [*filter(None, first), "\n".join(cut), "\n".join(cut[:9]), "\n".join(cut[:2]), cut[1]]:
        alone, beside = judged(checker, text), judged(checker, "\n".join([*givens, text]))
        verdicts = {line.name: line.verdict for line in beside.lines}
        assert {name: verdicts.get(name) for name in givens_of(beside)} == dict.fromkeys(givens_of(beside), "right")
        assert len(givens_of(beside)) == len(givens)
        assert [verdicts[line.name] for line in alone.lines] == [line.verdict for line in alone.lines]
        assert beside.conventions == alone.conventions


def givens_of(report: Report) -> list[str]:
    return [line.name for line in report.lines if line.phase == "given"]
