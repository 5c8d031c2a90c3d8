"""`check mazur sheets/ --reports out/`: a report for each student, under the name of their sheet."""

from __future__ import annotations

import shutil
import subprocess

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
    assert "Student: ann" in text


def test_the_name_on_a_sheet_is_whose_it_is(run, tmp_path):
    (tmp_path / "s1.txt").write_text("Name: Ann Example\n" + ASCENT)
    out = run("check", "mazur", str(tmp_path / "s1.txt"), "--format", "markdown", "--lang", "de")[1]
    assert "Name: Ann Example" in out and "Aufgabe: A Step" in out


@pytest.mark.parametrize("form", ["html", "pdf"])
def test_pages_and_pdfs_can_be_had_for_a_class_too(run, sheets, tmp_path, form):
    if form == "pdf":
        pytest.importorskip("typst", reason="Typst is not installed")
    out = tmp_path / "out"
    run("check", "mazur", str(sheets), "--reports", str(out), "--format", form, "-o", str(tmp_path / f"class.{form}"))
    assert (out / f"ann.{form}").stat().st_size > 1000
    assert (tmp_path / f"class.{form}").stat().st_size > 1000


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
@pytest.mark.parametrize("example", ["mazur", "quirk", "cheng", "one-weight"])
def test_a_report_takes_one_run_of_tex(run, tmp_path, example):
    target = tmp_path / "report.tex"
    assert run("check", example, "--format", "latex", "-o", str(target))[0] in (0, 1)
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "report.tex"]
    log = subprocess.run(command, cwd=tmp_path, capture_output=True, check=True).stdout.decode("utf-8", "replace")
    assert "Rerun" not in log and "Overfull" not in log


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
