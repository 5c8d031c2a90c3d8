"""Sheets that people printed or wrote, and the smallest ones that brought out a fault: each line gets its verdict.

`cases/expected.tsv` has a row for each line written: the verdicts allowed (`|` between them) and, of a slip, the names
of which one must be said. They come of the true values, worked out apart from this program. `cases/exits.tsv` has the
exit codes allowed, and conventions that must not be found. In `cases/spellings/` are short sheets in the notations
that people use; `readings.tsv` says which quantity each line means: class ok is right, mistake is wrong, asked is asked
back and never read as something, passed-over is no calculation, unread need not be read.
"""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from conftest import Program
from evidence.calculation import correctly_rounded

import backprop_trace as bt

CASES = Path(__file__).parent / "cases"
SPELLINGS = CASES / "spellings"
FINE, FAULT = {"right", "rounded", "follows", "convention"}, {"slip", "wrong"}
WORST = ("right", "rounded", "follows", "convention", "undecided", "unknown", "slip", "wrong")

Row = dict[str, str]


def table(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


EXITS = table(CASES / "exits.tsv")
EXPECTED = defaultdict[tuple[str, str], list[Row]](list)
for row in table(CASES / "expected.tsv"):
    EXPECTED[row["sheet"], row["options"]].append(row)
READINGS = defaultdict[str, dict[str, list[Row]]](lambda: defaultdict(list))
for row in table(SPELLINGS / "readings.tsv"):
    READINGS[row["file"]][row["line"]].append(row)


def example_of(case: str) -> str:
    """A file beside the sheet, or an example that is shipped."""
    file = CASES / f"{case}.yaml"
    return str(file) if file.exists() else case


def written(document: Any) -> list[Any]:
    return [line for line in document["lines"] if line["verdict"] != "missing"]


@pytest.mark.parametrize("case", EXITS, ids=[f"{row['sheet']} {row['options']}" for row in EXITS])
def test_each_line_gets_its_verdict(run: Program, case: Row) -> None:
    options = [] if case["options"] == "-" else case["options"].split()
    example = example_of(case["case"])
    code, out, err = run("check", example, str(CASES / case["sheet"]), "--format", "json", *options)
    document = json.loads(out)
    assert err == ""
    assert str(code) in case["exit"].split("|")
    assert not set(document["conventions"]) & set(case["not_conventions"].split("|"))
    for row in EXPECTED[case["sheet"], case["options"]]:
        line = found(document, row)
        assert line["verdict"] in row["verdicts"].split("|"), row
        if line["verdict"] == "slip" and row["slips"] != "-":
            assert set(row["slips"].split("|")) & set(line["slips"]), row


def found(document: Any, row: Row) -> Any:
    """What is said of a line: where there are several parts of it, the worst."""
    here = [line for line in written(document) if line["line"] == int(row["at"])]
    same = [line for line in here if is_meant(line, row)] or [line for line in here if line["verdict"] == "unknown"]
    assert same, row
    assert all(line in same or line["verdict"] == "unknown" for line in here), row
    return max(same, key=lambda line: WORST.index(line["verdict"]))


def is_meant(line: Any, row: Row) -> bool:
    sample = None if row["sample"] == "-" else int(row["sample"])
    return (line["name"], line["step"]) == (row["line"], int(row["step"])) and sample in (None, line["sample"])


@pytest.mark.parametrize("case", EXITS, ids=[f"{row['sheet']} {row['options']}" for row in EXITS])
def test_a_number_is_right_only_if_it_is_the_true_value_correctly_rounded(case: Row) -> None:
    example = bt.load(example_of(case["case"]))
    report = bt.check(example, (CASES / case["sheet"]).read_text(encoding="utf-8"))
    if report.conventions or "set " in (CASES / case["sheet"]).read_text(encoding="utf-8"):
        return  # other values are true
    near = {step for line in report.written if (step := line.step) <= 10}
    truth = {step: bt.trace(example, bt.Settings("exact", 30), step=step).values for step in near}
    for line in report.written:
        value = truth.get(line.step, {}).get(line.quantity)
        if line.verdict in ("right", "rounded", "follows") and value is not None and plain(line.written):
            exact = Decimal(value.numerator) / value.denominator if hasattr(value, "numerator") else Decimal(str(value))
            assert (line.verdict == "right") == correctly_rounded(line.written, exact), line


def plain(text: str) -> bool:
    """A decimal, without more to it."""
    return text.lstrip("+-").replace(".", "", 1).isdigit()


@pytest.mark.parametrize("file", READINGS)
def test_each_line_is_read_as_what_it_means(run: Program, file: str) -> None:
    sheet = SPELLINGS / file
    named = sheet.read_text(encoding="utf-8").splitlines()[0].split("example:")[1].strip()
    beside = SPELLINGS / named
    _, out, _ = run("check", str(beside) if beside.exists() else named, str(sheet), "--format", "json")
    document = json.loads(out.splitlines()[0])
    for place, rows in READINGS[file].items():
        first, _, last = place.partition("-")
        lines = range(int(first), int(last or first) + 1)
        here = [line for line in written(document) if line["line"] in lines]
        read = [line for line in here if line["verdict"] != "unknown"]
        kind = rows[0]["class"]
        meant = {(row["name"], row["step"], row["sample"]) for row in rows} if kind in ("ok", "mistake") else set()
        got = {(line["name"], str(line["step"]), str(line["sample"] or "-")) for line in read}
        assert got <= meant, rows
        if kind in ("ok", "mistake"):
            assert got == meant, rows
            assert kind != "ok" or all(line["verdict"] in FINE for line in read), rows
            assert kind != "mistake" or any(line["verdict"] in FAULT for line in read), rows
        if kind in ("asked", "passed-over"):
            assert bool(here) == (kind == "asked"), rows
