"""No page of a document has only a line or two: the issue's point on reports."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., tuple[int, str, str]]

needs_poppler = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not installed")
needs_tex = pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")

FEWEST = 3
LENGTHS = range(26, 56)
"""Lines of a report that begins its second page among them."""


def lines_of_pages(path: Path) -> list[int]:
    """How many lines of text each page has, without its number."""
    done = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True)
    pages = done.stdout.decode("utf-8", "replace").split("\f")[:-1]
    return [sum(bool(line.strip()) and not line.strip().isdigit() for line in page.splitlines()) for page in pages]


def is_full_enough(path: Path) -> bool:
    pages = lines_of_pages(path)
    return len(pages) == 1 or min(pages) >= FEWEST


def sheet(run: Run, folder: Path, lines: int, wrong: int) -> Path:
    """A sheet with the first lines of mazur, some of them wrong in the last digit but two."""
    written = re.findall(r"(?m)^(\S+): (-?\d\S*)$", run("sheet", "mazur", "--values")[1])
    assert len(written) == 55
    found = [f"{name}: {number[:-1]}{9 - int(number[-1])}" if place < wrong else f"{name}: {number}"
             for place, (name, number) in enumerate(written[:lines])]  # fmt: skip
    path = folder / "sheet.yaml"
    path.write_text("\n".join(found) + "\n", encoding="utf-8")
    return path


def tex(text: str, folder: Path) -> Path:
    (folder / "page.tex").write_text(text, encoding="utf-8")
    done = subprocess.run(["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "page.tex"],
                          cwd=folder, capture_output=True, check=False)  # fmt: skip
    log = done.stdout.decode("utf-8", "replace")
    assert done.returncode == 0 and "Overfull" not in log, log[-2000:]
    return folder / "page.pdf"


@needs_poppler
@needs_tex
@pytest.mark.parametrize("lines", [length for length in LENGTHS if length % 5 == 0])
def test_no_page_of_a_report_in_latex_has_two_lines(run: Run, tmp_path: Path, lines: int) -> None:
    _, text, _ = run("check", "mazur", str(sheet(run, tmp_path, lines, lines % 3)), "--format", "latex")
    assert is_full_enough(tex(text, tmp_path))


@needs_poppler
@pytest.mark.parametrize("lines", LENGTHS)
def test_no_page_of_a_report_in_pdf_has_two_lines(run: Run, tmp_path: Path, lines: int) -> None:
    pytest.importorskip("typst")
    page = tmp_path / "page.pdf"
    run("check", "mazur", str(sheet(run, tmp_path, lines, lines % 3)), "--format", "pdf", "-o", str(page))
    assert is_full_enough(page)


@needs_poppler
@needs_tex
@pytest.mark.parametrize("words", ["show mazur", "show xor", "derive xor", "derive settling", "sheet rnn",
                                   "show deep --matrix column", "show lstm", "check mazur"])  # fmt: skip
def test_no_page_of_a_document_has_two_lines(run: Run, tmp_path: Path, words: str) -> None:
    assert is_full_enough(tex(run(*words.split(), "--format", "latex")[1], tmp_path))


@needs_poppler
@needs_tex
@pytest.mark.parametrize(("words", "most"), [("show xor", 5), ("derive xor", 5), ("sheet xor", 5), ("show mazur", 3)])
def test_documents_have_no_more_pages_than_the_issue_asks_for(run: Run, tmp_path: Path, words: str, most: int) -> None:
    assert len(lines_of_pages(tex(run(*words.split(), "--format", "latex")[1], tmp_path))) <= most
