"""Pieces of LaTeX for slides and papers: they hold what is asked for, fit, and change nothing around them."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

ENGINES = [
    pytest.param(engine, marks=pytest.mark.skipif(shutil.which(engine) is None, reason=f"{engine} is not installed"))
    for engine in ("pdflatex", "lualatex", "xelatex")
]
Printed = Callable[..., str]
PACKAGES = r"\usepackage{amsmath,array,booktabs,tikz}"
COLUMNS = r"\documentclass[10pt,twocolumn]{article}\setlength{\columnsep}{12pt}\setlength{\textwidth}{516pt}"
HEADS = {
    "article": r"\documentclass{article}",
    "fleqn": r"\documentclass[fleqn]{article}",
    "two columns": COLUMNS,
    "two columns, fleqn": COLUMNS.replace("twocolumn", "twocolumn,fleqn"),
    "IEEEtran": r"\documentclass{IEEEtran}",
    "beamer": r"\documentclass{beamer}",
    "beamer, fleqn": r"\documentclass[fleqn]{beamer}",
}


def has(class_: str) -> bool:
    found = shutil.which("kpsewhich") and subprocess.run(
        ["kpsewhich", f"{class_}.cls"], capture_output=True, check=False
    )
    return bool(found and found.stdout)


def log_of(engine: str, head: str, body: str, folder: Path) -> str:
    """What the engine says of a document, which must not fail; what is overfull is said."""
    text = f"{HEADS[head]}{PACKAGES}\n\\begin{{document}}\n{body}\n\\end{{document}}\n"
    (folder / "piece.tex").write_text(text, encoding="utf-8")
    command = [engine, "-interaction=nonstopmode", "-halt-on-error", "piece.tex"]
    done = subprocess.run(command, cwd=folder, capture_output=True, timeout=300, check=False)
    log = (folder / "piece.log").read_text(encoding="utf-8", errors="replace")
    assert done.returncode == 0, log[-2000:]
    return log


def overfull(log: str) -> list[str]:
    return [line for line in log.splitlines() if line.startswith("Overfull")]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("head", HEADS)
def test_a_piece_fits_into_what_it_is_written_for(printed: Printed, tmp_path: Path, head: str, engine: str) -> None:
    class_ = "beamer" if "beamer" in head else "IEEEtran" if head == "IEEEtran" else "article"
    if not has(class_):
        pytest.skip(f"{class_} is not installed")
    if engine == "xelatex" and class_ == "beamer" and not has_fonts_for_xelatex(tmp_path):
        pytest.skip("xelatex has no symbols for beamer here")
    options = ["--columnwidth", "252pt"] if "column" in head or class_ == "IEEEtran" else []
    options = ["--frames"] if class_ == "beamer" else [*options, "--fragment"]
    for example in ("mazur", "xor") if engine == "pdflatex" else ("mazur",):
        body = printed("show", example, "--format", "latex", *options)
        assert overfull(log_of(engine, head, body, tmp_path)) == [], example


def has_fonts_for_xelatex(folder: Path) -> bool:
    (folder / "font.tex").write_text(r"\documentclass{beamer}\begin{document}\begin{frame}x\end{frame}\end{document}")
    command = ["xelatex", "-interaction=nonstopmode", "-halt-on-error", "font.tex"]
    return subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(shutil.which("pdflatex") is None or not has("beamer"), reason="beamer is not installed")
@pytest.mark.parametrize("example", ["deep", "lstm", "settling", "hmkcode", "rnn"])
def test_every_kind_of_example_fits_into_frames(printed: Printed, tmp_path: Path, example: str) -> None:
    body = printed("show", example, "--format", "latex", "--frames")
    assert overfull(log_of("pdflatex", "beamer", body, tmp_path)) == []


def test_a_quantity_with_what_it_depends_on_is_a_frame_for_each_unit(printed: Printed) -> None:
    text = printed("show", "mazur", "--only", "dE/dw1", "--with-ancestors", "--format", "latex", "--frames")
    titles = re.findall(r"\\begin{frame}\[allowframebreaks\]{(.*)}", text)
    assert len(set(titles)) == 5  # two layers forward; o1, o2 and h1 backward
    alone = printed("show", "mazur", "--only", "dE/dw1", "--format", "latex", "--frames")
    assert alone.count(r"\begin{frame}") == alone.count(r"\end{frame}") == 1


PARTS = {
    "drawing": r"\begin{tikzpicture}", "given": "Given: ", "formulas": "net input", "steps": "0.593269992",
    "table": "parameter & old & gradient & new",
}  # fmt: skip


@pytest.mark.parametrize("part", PARTS)
def test_a_part_is_there_alone(printed: Printed, part: str) -> None:
    text = printed("show", "mazur", "--format", "latex", "--fragment", "--parts", part)
    assert {name for name, mark in PARTS.items() if mark in text} == {part}
    assert all(mark in printed("show", "mazur", "--format", "latex", "--fragment") for mark in PARTS.values())


def test_parts_can_be_had_of_one_quantity_too(printed: Printed) -> None:
    text = printed("show", "mazur", "--only", "dE/dw1", "--format", "markdown", "--parts", "given,steps")
    assert "Given: " in text and "0.000438567734" in text and "net input" not in text


def test_nothing_around_a_piece_is_changed(printed: Printed, tmp_path: Path) -> None:
    if shutil.which("pdflatex") is None:
        pytest.skip("pdflatex is not installed")
    say = r"\typeout{measured \the\parindent, \the\mathindent, \the\abovedisplayskip, \the\baselineskip}"
    body = printed("show", "mazur", "--format", "latex", "--fragment")
    log = log_of("pdflatex", "fleqn", f"{say}\n{body}\n{say}", tmp_path)
    before, after = [line for line in log.splitlines() if line.startswith("measured")]
    assert before == after


@pytest.mark.parametrize("width", ["", "pt", "-3cm", "12", "5 miles", "10000pt"])
def test_a_width_that_is_none_is_one_clear_message(run, width: str) -> None:
    code, _, err = run("show", "mazur", "--format", "latex", "--columnwidth", width)
    assert code == 2 and "--columnwidth" in err and "such as 252pt" in err


def test_pieces_are_of_latex_and_parts_of_documents(run) -> None:
    assert "goes with --format latex" in run("show", "mazur", "--frames")[2]
    assert "goes with --format latex, markdown or pdf" in run("show", "mazur", "--parts", "steps")[2]
    assert "'picture' is none of drawing, given" in run("show", "mazur", "-f", "latex", "--parts", "picture")[2]


def test_no_number_of_a_piece_is_cut(printed: Printed) -> None:
    text = printed("show", "mazur", "--format", "latex", "--columnwidth", "252pt")
    assert "ldots" not in text and text.count("0.000438567734") >= 2
