"""What a notebook shows: HTML, LaTeX, Markdown and plain text; never an exception, and nothing imported before."""

from __future__ import annotations

import subprocess
import sys

import pytest

import backprop_trace as bt
from backprop_trace.files.spec import shipped

SHEET = "net_h1 = 0.3775\nw5+ = 0.4411\n"


def test_a_line_shows_its_derivation():
    shown = bt.trace(bt.load("mazur"))["dE/dw1"]._repr_mimebundle_()
    assert shown["text/plain"] == "∂E/∂w1 = ∂E/∂net_h1 · ∂net_h1/∂w1 = 0.00877135469 · 0.05 = 0.000438567734\n"
    assert shown["text/latex"].startswith("\\begin{align*}\n")
    assert shown["text/latex"].count("\n&= ") == 2
    assert "<math>" in shown["text/html"]
    assert set(shown) == {"text/html", "text/latex", "text/markdown", "text/plain"}


@pytest.mark.parametrize("name", shipped())
def test_examples_and_traces_show_themselves(name):
    example = bt.load(name)
    for thing in (example, bt.trace(example), bt.check(example, "E = 0.1")):
        shown = thing._repr_mimebundle_()
        assert shown["text/html"]
        assert "<script" not in shown["text/html"]


def test_a_report_shows_its_mistakes():
    shown = bt.check(bt.load("mazur"), SHEET)._repr_mimebundle_()
    assert "the gradient is added" in shown["text/html"]
    assert "the gradient is added" in shown["text/plain"]


def test_a_training_run_shows_its_reports_and_its_curve():
    done = bt.train(bt.load("xor"), 200, every=100)
    shown = done._repr_mimebundle_()
    assert [report.epoch for report in done.reports] == [0, 100, 200]
    assert [line.split()[1] for line in shown["text/markdown"].splitlines() if line.startswith("| 100 ")] == ["100"]
    assert "<svg" in shown["text/html"] and "E goes from" in shown["text/html"]
    assert repr(done) == "<200 epochs of xor: epochs>"


CELLS = (
    "import backprop_trace as bt\nmazur = bt.load('mazur')\nmazur",
    "bt.trace(mazur)['dE/dw1']",
    "bt.check(mazur, 'net_h1 = 0.3775\\nw5+ = 0.4411')",
    "bt.train(bt.load('xor'), 20, every=10)",
    "bt.trace(mazur)",
    "bt.trace(mazur).lines[0]",
)

PLAIN = (
    "A Step by Step Backpropagation Example",
    "∂E/∂w1 = ∂E/∂net_h1 · ∂net_h1/∂w1 = ",
    "sheet:2: slip: w5+: Your number is what one gets if the gradient is added",
    "0\t",
    "net_h1 = w1 · i1 + w2 · i2 + b1 = ",
    "net_h1 = w1 · i1 + w2 · i2 + b1 = 0.15 · 0.05 + 0.20 · 0.10 + 0.35 = 0.3775",
)


def test_a_notebook_shows_them():
    nbclient = pytest.importorskip("nbclient", reason="the extra `notebook` is not installed")
    pytest.importorskip("ipykernel", reason="the extra `notebook` is not installed")
    import nbformat

    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
    nbclient.NotebookClient(book, timeout=120, kernel_name="python3").execute()
    shown = [cell.outputs[-1].data for cell in book.cells]
    assert all(each["text/html"] and each["text/markdown"] for each in shown)
    assert "0.000438567734" in shown[1]["text/latex"] and "the gradient is added" in shown[2]["text/html"]
    for each, begins in zip(shown, PLAIN, strict=True):  # IPython shows a tuple by its fields, whatever the bundle has
        assert each["text/plain"].lstrip().startswith(begins)


def test_a_notebook_can_be_exported():
    """Whoever exports pictures as SVG needs Inkscape for it: the drawing is in the HTML alone."""
    assert "image/svg+xml" not in bt.load("mazur")._repr_mimebundle_()
    assert "data:image/svg+xml" in bt.load("mazur")._repr_mimebundle_()["text/html"]


def test_what_cannot_be_shown_is_no_exception():
    from backprop_trace.formulas.notebook import shown_in_notebook

    assert shown_in_notebook(object()) == {}


def test_nothing_is_imported_for_it():
    code = "import backprop_trace as bt, sys; bt.trace(bt.load('mazur')); "
    code += "print('backprop_trace.render.notebook' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
