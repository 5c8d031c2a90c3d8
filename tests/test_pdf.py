"""PDF without TeX: every example by every command, for everybody (PDF/UA-1), nothing cut off, the same each time."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from conftest import Program
from test_latex import NETWORKS

from backprop_trace.files.spec import load, shipped
from backprop_trace.formulas.expr import Name
from backprop_trace.formulas.notation.typst import mathematics, string
from backprop_trace.render import blocks as said
from backprop_trace.render import say
from backprop_trace.render.medium import SCREEN
from backprop_trace.render.pages import Page
from backprop_trace.render.pages.trace import trace_page
from backprop_trace.render.view import View
from backprop_trace.render.writers import typst as source
from backprop_trace.run.step import trace

typst = pytest.importorskip("typst", reason="Typst is not installed")

MARGIN, PAGE = 56.7, 595.3
"""In points, A4."""

COMMANDS = {
    "show": ["show"], "layered": ["show", "--style", "layered", "--steps", "2"], "derive": ["derive"],
    "sheet": ["sheet", "--values"], "exact": ["show", "--engine", "exact", "--digits", "50"],
    "train": ["train", "--epochs", "20"], "full": ["show", "--full"], "matrix": ["show", "--matrix", "column"],
    "rows": ["show", "--matrix", "row", "--steps", "2"], "german": ["show", "--lang", "de", "--decimal", "comma"],
}  # fmt: skip


def written(run: Program, example: str, target: Path, *words: str) -> bool:
    """Has the command written a PDF? Some cannot be: exact fractions of what has no limit, targets that are missing."""
    command, *options = words
    code, _, err = run(command, example, *options, "--format", "pdf", "-o", str(target), "--force")
    assert code in (0, 2, 3), err
    assert code == 0 or command != "show" or "exact" in options or "numbers" in err or "--matrix" in err, err
    return code == 0


def sticks_out(path: Path) -> list[str]:
    """Words beyond the margins of their page, as poppler finds them."""
    done = subprocess.run(["pdftotext", "-bbox", str(path), "-"], capture_output=True, check=True)
    text = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "", done.stdout.decode("utf-8", "replace"))
    words = ElementTree.fromstring(text.replace(' xmlns="http://www.w3.org/1999/xhtml"', "")).iter("word")
    return [  # what stands in a drawing may reach a little further
        str(word.text)
        for word in words
        if float(word.get("xMax", 0)) > PAGE - MARGIN + 4 or float(word.get("xMin", 0)) < 0
    ]


needs_poppler = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not installed")


@needs_poppler
@pytest.mark.parametrize("example", shipped())
def test_every_example_is_set_by_every_command_and_nothing_sticks_out(
    run: Program, tmp_path: Path, example: str
) -> None:
    made = 0
    for command, words in COMMANDS.items():
        target = tmp_path / f"{command}.pdf"
        if written(run, example, target, *words):
            made += 1
            assert sticks_out(target) == [], command
    assert made >= 2


@needs_poppler
@pytest.mark.parametrize("name", NETWORKS)
def test_large_and_odd_networks_are_set_and_nothing_sticks_out(run: Program, tmp_path: Path, name: str) -> None:
    (tmp_path / "example.yaml").write_text(NETWORKS[name])
    for options in ([], ["--engine", "exact", "--digits", "120"], ["--style", "nielsen"]):
        if written(run, str(tmp_path / "example.yaml"), tmp_path / "x.pdf", "show", *options):
            assert sticks_out(tmp_path / "x.pdf") == [], options


def test_what_is_too_wide_would_be_found(tmp_path: Path) -> None:
    wide = '#math.equation(block: true, alt: "x", $ ' + " + ".join(["0.123456789"] * 20) + " $)"
    text = '#set document(title: "x")\n#set page(paper: "a4", margin: 20mm)\n' + wide
    (tmp_path / "x.pdf").write_bytes(typst.compile(text.encode(), pdf_standards="ua-1"))
    assert sticks_out(tmp_path / "x.pdf")


def pdf(example: str) -> bytes:
    pieces = say("pdf", trace_page([trace(load(example))], View(load(example))))
    return b"".join(piece for piece in pieces if isinstance(piece, bytes))


def test_it_is_tagged_and_the_same_bytes_each_time() -> None:
    first = pdf("quirk")
    assert first.startswith(b"%PDF-") and b"/StructTreeRoot" in first and b"/Marked true" in first
    assert first == pdf("quirk")


def test_every_formula_is_there_in_plain_text_for_those_who_do_not_see_it() -> None:
    view = View(load("mazur"))
    text = "".join(
        source.write(trace_page([trace(view.example)], view).blocks(SCREEN._replace(manner="document")), SCREEN)
    )
    assert '"net_h1 = w1 * i1 + w2 * i2 + b1 = 0.15 * 0.05 + 0.20 * 0.10 + 0.35 = 0.3775"' in text
    assert text.count("$display(") > 100


def test_words_of_a_file_are_words_and_nothing_else(run: Program, tmp_path: Path) -> None:
    evil = '#import "x.typ"; $x$ *b* _i_ \\\\ <label> @ref `raw` \\" #panic("ran") // gone'
    lines = f'title: "{evil.replace(chr(34), chr(92) + chr(34))}"\nsource: "[#eval] #{{1+1}}"\n'
    text = "inputs: {x: 1}\ntargets: {o: 1}\nlayers: [{units: [o], activation: tanh, weights: [[2]]}]\n"
    (tmp_path / "e.yaml").write_text(lines + text + "loss: squared_error\nlearning_rate: 1\n")
    assert written(run, str(tmp_path / "e.yaml"), tmp_path / "e.pdf", "show")
    assert string('a"b\\c\n') == '"a\\"b\\\\c "'


def test_a_command_that_is_never_written_is_an_error_not_a_guess() -> None:
    with pytest.raises(KeyError):
        mathematics(r"\newcommand{x}")


def test_a_page_without_a_title_has_one_for_the_reader_of_its_tags() -> None:
    blocks = [said.Heading("Only a heading", 3), said.Prose((said.Math((Name("net", "h1"),)),))]
    assert list(say("pdf", Page(lambda medium: iter(blocks))))


def test_without_typst_the_message_says_what_to_install(
    run: Program, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys.modules["backprop_trace.render"], "find_spec", lambda name: None)
    code, _, err = run("show", "mazur", "--format", "pdf", "-o", str(tmp_path / "x.pdf"))
    assert (code, err) == (2, "error: --format pdf needs the package typst: pip install 'backprop-trace[pdf]'\n")
    assert not (tmp_path / "x.pdf").exists()


def test_a_terminal_gets_no_bytes_but_a_pipe_does(run: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    words = [sys.executable, "-m", "backprop_trace", "show", "mazur", "-f", "pdf"]
    assert subprocess.run(words, capture_output=True, check=True).stdout.startswith(b"%PDF-")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    code, _, err = run("show", "mazur", "--format", "pdf")
    assert (code, err) == (2, "error: --format pdf is nothing for a terminal: -o names the file to write\n")
