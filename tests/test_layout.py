"""What a narrow terminal and a help page show: nothing that is wider than they are, nothing that is cut."""

from __future__ import annotations

from pathlib import Path

import pytest

from backprop_trace.files.sheet import published_sheet
from backprop_trace.files.spec import load
from backprop_trace.render import say
from backprop_trace.render.blocks import Column, Row, Table
from backprop_trace.render.medium import Medium
from backprop_trace.render.pages.audit import Audited, audit_page
from backprop_trace.render.pages.opening import opening
from backprop_trace.render.pages.verification import verification_page
from backprop_trace.render.view import View
from backprop_trace.render.writers import terminal
from backprop_trace.render.writers.tables import lines as table_lines
from backprop_trace.render.writers.tables import wide
from backprop_trace.run.verify import verify

SHEET = "net_h1: 0.3775\nw5+: 0.4411\n"


def lines(pieces: object) -> list[str]:
    return "".join(pieces).splitlines()  # type: ignore[call-overload]


def test_the_help_page_cuts_no_sentence(printed):
    assert "..." not in printed("--help").split("Commands:")[1]


def test_training_headings_are_wrapped_between_words():
    texts = lines(terminal.write(opening(View(load("xor"))), Medium(width=40)))
    assert max(map(len, texts)) <= 40
    assert "learning rate 0.1" in " ".join(texts)


@pytest.mark.parametrize("width", [60, 80])
def test_the_table_of_gradients_fits(width):
    example = load("mazur")
    found = verify(example)
    texts = lines(say("table", verification_page(found, example.listing(), View(example)), Medium(width=width)))
    assert max(map(len, texts)) <= width
    assert sum("agrees" in text for text in texts) == 8


def test_the_audit_puts_slips_below_where_the_terminal_is_narrow():
    from backprop_trace.check.checker import Checker

    example = load("mazur")
    assert example.published is not None
    report = Checker(example).check(published_sheet(example.published, example.name, example.text))
    texts = lines(say("table", audit_page([Audited("mazur", "", report)]), Medium(width=50)))
    assert max(map(len, texts)) <= 50
    assert any(text.strip() == "3 updated-weights, stale" for text in texts)


def test_rows_of_a_markdown_report_have_a_cell_for_each_heading(run, tmp_path):
    sheet = tmp_path / "sheet.yaml"
    sheet.write_text(SHEET)
    _, out, _ = run("check", "mazur", str(sheet), "-f", "markdown")
    rows = [row for row in out.splitlines() if row.startswith("|")]
    assert len({row.count("|") for row in rows}) == 1
    assert [row.split("|")[3].strip() for row in rows[2:]] == ["1", "2"]


def test_a_class_is_listed_as_people_count_and_errors_stand_below(run, tmp_path: Path):
    for number in (10, 2, 1):
        (tmp_path / f"pupil{number}.yaml").write_text(SHEET)
    (tmp_path / "pupil3.yaml").write_text("")
    _, out, err = run("check", "mazur", str(tmp_path))
    names = [f"pupil{number}.yaml" for number in (1, 2, 3, 10)]
    assert sorted(names, key=out.index) == names
    assert "not a single line" in err


def test_the_numbers_above_a_blank_sheet_are_wrapped(printed):
    comments = [line for line in printed("sheet", "mazur").splitlines() if line.startswith("#")]
    assert max(map(len, comments)) <= 100
    assert any("w8 = 0.55, b2 = 0.60" in line for line in comments)


def test_the_line_as_it_should_be_is_true_when_a_skipped_line_was_wrong(run):
    _, out, _ = run("check", "quirk", "--brief")
    (should,) = [line for line in out.splitlines() if "should be" in line]
    assert "0.0808531" not in should, "a number of the mistake"


def test_wide_characters_and_combining_ones_stand_in_line():
    """名 takes two columns of a terminal, a combining accent none."""
    columns = (Column("name"), Column("x"))
    texts = ["名前", "e\u0301te", "w_12345"]
    for long in (False, True):
        table = Table(columns, [Row((text, "1")) for text in texts], long=long)
        rows = lines(f"{line}\n" for line in table_lines(table, Medium()))[2:]
        assert {wide(row.removesuffix("1")) for row in rows} == {2 + 7 + 3}


@pytest.mark.parametrize("long", [False, True])
def test_numbers_are_never_cut_however_narrow_it_is(long):
    table = Table((Column("a"), Column("b")), [Row(("0." + "1" * 60, "0." + "2" * 60))], long=long)
    text = "\n".join(table_lines(table, Medium(width=40)))
    assert "1" * 60 in text
    assert "2" * 60 in text


def test_a_derivation_keeps_what_it_uses_and_says_its_paths(printed) -> None:
    out = printed("show", "mazur", "--only", "dE/dw1", "--with-ancestors")
    given = out.partition("given:")[2].partition("\n\n")[0]
    assert "w8 = 0.55" in given and "eta" not in given and "η" not in given
    assert "delta of a hidden unit" in out and "update: gradient descent" not in out
    assert "What reaches h1 from above, through o1 and o2\n" in out
