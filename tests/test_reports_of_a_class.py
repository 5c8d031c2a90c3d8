"""`check mazur sheets/ --reports out/`: a report for each student, under the name of their sheet."""

from __future__ import annotations

import pytest

ASCENT = "net_h1: 0.3775\nw5+: 0.4411\n"


@pytest.fixture
def sheets(tmp_path):
    folder = tmp_path / "sheets"
    (folder / "b").mkdir(parents=True)
    for name, text in (("ann.yaml", ASCENT), ("bob.yaml", "net_h1: 0.3775\n"), ("cy.yaml", ""), ("b/ann.yaml", ASCENT)):
        (folder / name).write_text(text)
    return folder


@pytest.mark.parametrize(("form", "ending"), [("latex", "tex"), ("markdown", "md"), ("table", "txt"), ("json", "json")])
def test_each_sheet_that_can_be_read_has_a_report_with_its_mistake(run, sheets, tmp_path, form, ending):
    out = tmp_path / "out"
    code, summary, err = run("check", "mazur", str(sheets), "--reports", str(out), "--format", form)
    assert code == 2, "one sheet cannot be read"
    assert "cy.yaml" in err
    assert sorted(path.name for path in out.iterdir()) == [f"ann-2.{ending}", f"ann.{ending}", f"bob.{ending}"]
    assert "gradient is added" in (out / f"ann.{ending}").read_text(encoding="utf-8")
    assert "gradient is added" not in (out / f"bob.{ending}").read_text(encoding="utf-8")
    assert "ann" in summary


@pytest.mark.parametrize("form", ["latex", "markdown"])
def test_a_document_names_the_exercise_and_the_sheet(run, sheets, tmp_path, form):
    run("check", "mazur", str(sheets), "--reports", str(tmp_path / "out"), "--format", form)
    text = (tmp_path / "out" / ("ann.tex" if form == "latex" else "ann.md")).read_text(encoding="utf-8")
    assert "A Step by Step Backpropagation Example" in text
    assert "ann.yaml" in text


def test_reports_that_are_there_are_only_replaced_when_told_so(run, sheets, tmp_path):
    arguments = ("check", "mazur", str(sheets), "--reports", str(tmp_path / "out"))
    assert run(*arguments)[0] == 2
    code, _, err = run(*arguments)
    assert code == 2
    assert "--force" in err
    assert run(*arguments, "--force")[0] == 2


def test_of_one_sheet_the_report_goes_where_it_is_told(run, sheets, tmp_path):
    code, out, err = run("check", "mazur", str(sheets / "ann.yaml"), "--reports", str(tmp_path / "out"))
    assert (code, out) == (2, "")
    assert "-o" in err
