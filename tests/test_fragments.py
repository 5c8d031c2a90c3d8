"""Pieces of LaTeX for slides and papers: they hold what is asked for, fit, and change nothing around them."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path

import pytest
from random_documents import hard_to_set

from backprop_trace.files.spec import load, shipped
from backprop_trace.formulas.expr import LOSS, Name
from backprop_trace.formulas.notation.names import canonical

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
    "IEEEtran, fleqn": r"\documentclass[fleqn]{IEEEtran}",
    "beamer": r"\documentclass{beamer}",
    "beamer, fleqn": r"\documentclass[fleqn]{beamer}",
}


def has(class_: str) -> bool:
    found = shutil.which("kpsewhich") and subprocess.run(
        ["kpsewhich", f"{class_}.cls"], capture_output=True, check=False
    )
    return bool(found and found.stdout)


def log_of(engine: str, head: str, body: str, folder: Path) -> str:
    """What the engine says of a document, which must not fail; what is overfull is said. No head: it has its own."""
    text = f"{HEADS[head]}{PACKAGES}\n\\begin{{document}}\n{body}\n\\end{{document}}\n" if head else body
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
    fits(printed, tmp_path, "mazur", head, engine)


def sample() -> Iterator[tuple[str, str, str]]:
    """Each example in two classes, each class and engine several times: all of them would take half an hour."""
    ways = list(product(HEADS, ("pdflatex", "lualatex", "xelatex")))
    for place, example in enumerate(shipped()):
        yield from ((example, *ways[(7 * place + more) % len(ways)]) for more in (0, 13))


@pytest.mark.parametrize(("example", "head", "engine"), list(sample()))
def test_pieces_of_every_example_fit(printed: Printed, tmp_path: Path, example: str, head: str, engine: str) -> None:
    if shutil.which(engine) is None:
        pytest.skip(f"{engine} is not installed")
    fits(printed, tmp_path, example, head, engine)


@pytest.mark.parametrize("engine", ["lualatex", "xelatex"])
@pytest.mark.parametrize("example", ["deep", "lstm", "xor"])
def test_documents_are_for_every_engine(printed: Printed, tmp_path: Path, example: str, engine: str) -> None:
    """pdflatex sets those of test_latex."""
    if shutil.which(engine) is None:
        pytest.skip(f"{engine} is not installed")
    assert overfull(log_of(engine, "", printed("show", example, "--format", "latex"), tmp_path)) == []


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
@pytest.mark.parametrize(("seed", "head"), [(2, "beamer"), (18, "two columns"), (0, "article"), (6, "")])
def test_what_is_hard_to_set_fits(printed: Printed, tmp_path: Path, seed: int, head: str) -> None:
    """All twenty in all classes were seen to; that takes a quarter of an hour."""
    (path := tmp_path / "random.yaml").write_text(hard_to_set(seed))
    if head:
        fits(printed, tmp_path, str(path), head, "pdflatex")
    else:
        assert overfull(log_of("pdflatex", "", printed("show", str(path), "--format", "latex"), tmp_path)) == []


def fits(printed: Printed, folder: Path, example: str, head: str, engine: str) -> None:
    """The example in such a document, without an error and without anything overfull."""
    class_ = re.findall(r"{(\w+)}", HEADS[head])[0]
    if not has(class_):
        pytest.skip(f"{class_} is not installed")
    if engine == "xelatex" and class_ == "beamer" and not has_fonts_for_xelatex(folder):
        pytest.skip("xelatex has no symbols for beamer here")
    options = ["--columnwidth", "252pt"] if "column" in head or class_ == "IEEEtran" else []
    options = ["--frames"] if class_ == "beamer" else [*options, "--fragment"]
    body = printed("show", example, "--format", "latex", *options)
    assert overfull(log_of(engine, head, body, folder)) == []


def has_fonts_for_xelatex(folder: Path) -> bool:
    (folder / "font.tex").write_text(r"\documentclass{beamer}\begin{document}\begin{frame}x\end{frame}\end{document}")
    command = ["xelatex", "-interaction=nonstopmode", "-halt-on-error", "font.tex"]
    return subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(shutil.which("pdflatex") is None or not has("beamer"), reason="beamer is not installed")
@pytest.mark.parametrize("example", ["deep", "lstm", "settling", "hmkcode", "rnn"])
def test_every_kind_of_example_fits_into_frames(printed: Printed, tmp_path: Path, example: str) -> None:
    body = printed("show", example, "--format", "latex", "--frames")
    assert overfull(log_of("pdflatex", "beamer", body, tmp_path)) == []


ONE_SAMPLE = {
    "mazur": "dE/dw1", "quirk": "dE/di1h1", "hmkcode": "dE/dw1", "han-kamber": "dE/dw14", "udacity": "dE/dw_x1_h1",
    "cheng": "dE/dw11", "kumar": "dE/dw1_11", "nielsen": "dE/dw",
}  # fmt: skip


@pytest.mark.skipif(shutil.which("pdflatex") is None or not has("beamer"), reason="beamer is not installed")
@pytest.mark.parametrize("example", ONE_SAMPLE)
def test_a_quantity_with_what_it_depends_on_fits_a_frame(printed: Printed, tmp_path: Path, example: str) -> None:
    """In a frame of one's own, and in the one of --frames."""
    asked = ("show", example, "--only", ONE_SAMPLE[example], "--with-ancestors", "--format", "latex")
    frames = printed(*asked, "--frames")
    assert frames.count(r"\begin{frame}") == frames.count(r"\end{frame}") == 1
    body = f"\\begin{{frame}}{{Title}}\n{printed(*asked, '--fragment')}\\end{{frame}}\n{frames}"
    log = log_of("pdflatex", "beamer", body, tmp_path)
    assert overfull(log) == [] and "(2 pages" in log


def test_every_gradient_can_be_asked_for_alone(printed: Printed) -> None:
    """A delta may be a product with a sum in it."""
    for gradient in (name for name in load("deep").listing().equations if is_of_a_parameter(name.name)):
        asked = canonical(gradient.name)
        assert r"\begin{align" in printed(
            "show", "deep", "--only", asked, "--with-ancestors", "-f", "latex", "--fragment"
        )


def is_of_a_parameter(name: Name) -> bool:
    return name.kind == "d" and name.of == LOSS and name.wrt is not None and not name.wrt.kind


def test_a_derivation_on_a_slide_goes_from_what_is_given_to_what_is_asked(printed: Printed) -> None:
    """The numbers are those of Mazur's text."""
    text = printed("show", "mazur", "--only", "dE/dw5", "--with-ancestors", "--format", "latex", "--fragment")
    flat = text.replace(r"\mathrm", "").replace("{", "").replace("}", "").replace("\n", " ")
    assert "Given: $target_o1 = 0.01$." in flat and "$out_h1 = 0.593269992$, $out_o1 = 0.75136507$" in flat
    assert r"\left(out_o1 - target_o1\right) \cdot out_o1 \cdot \left(1 - out_o1\right)" in flat
    assert "0.74136507 \\cdot 0.186815602 = 0.138498562" in flat and "= 0.0821670406" in flat
    assert "0.1385" in printed("show", "mazur", "--only", "dE/dnet_o1", "--format", "latex", "--frames")


def test_a_softmax_goes_the_short_way_on_a_slide(printed: Printed) -> None:
    text = printed("show", "deep", "--only", "dE/dnet_o1", "--with-ancestors", "--format", "latex", "--frames")
    assert text.count("=") - text.count("Given") < 12 and r"\mathrm{out}_{o1} - \mathrm{target}_{o1}" in text


def test_rounded_by_hand_no_slide_claims_what_was_not_computed(printed: Printed) -> None:
    """0.7414 to two figures is 0.74, out (1 - out) = 0.75 * 0.25 = 0.1875 is 0.19: 0.74 * 0.19 = 0.1406 is 0.14."""
    asked = ("--only", "dE/dnet_o1", "--with-ancestors", "--format", "latex", "--frames", "--round", "2sf")
    assert r"0.74 \cdot 0.19" in printed("show", "mazur", *asked)


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


@pytest.mark.skipif(shutil.which("pdflatex") is None or not has("beamer"), reason="beamer is not installed")
@pytest.mark.parametrize(
    ("name", "of", "more"),
    [("convolution", "dE/dk1", ()), ("one-weight", "dE/dW", ()), ("xor", "dE/dw_x1_h1", ()),
     ("deep", "dE/dw_x1_n11", ()), ("rnn", "dE/db", ()), ("settling", "dE/du2", ()), ("lstm", "dE/dug", ())],
)  # fmt: skip
def test_a_quantity_with_what_it_depends_on_fits_one_frame(printed, tmp_path, name, of, more):
    """The issue: today one line fills five."""
    text = printed("show", name, "--only", of, "--with-ancestors", "--fragment", "--format", "latex", *more)
    head = "\\documentclass{beamer}\\usepackage{amsmath,array,booktabs,tikz}\\begin{document}\\begin{frame}{A frame}\n"
    (tmp_path / "frame.tex").write_text(head + text + "\\end{frame}\\end{document}")
    done = subprocess.run(["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "frame.tex"],
                          cwd=tmp_path, capture_output=True, check=False)  # fmt: skip
    log = done.stdout.decode("utf-8", "replace")
    assert done.returncode == 0 and "Overfull" not in log and "(1 page" in log


def test_what_is_more_than_a_slide_says_so(printed):
    asked = ("--with-ancestors", "--fragment", "--format", "latex")
    for name, of in (("settling", "dE/dw1"), ("lstm", "dE/dwf"), ("rnn", "dE/dw"), ("mazur", "dE/dw1")):
        assert "more than a slide" not in printed("show", name, "--only", of, *asked)
    trained = [f"w_x{one}_h{other}" for one in (1, 2) for other in (1, 2, 3, 4)]
    several = [each for name in trained for each in ("--only", f"dE/d{name}")]
    assert "% This may be more than a slide holds" in printed("show", "xor", *several, *asked)


def test_of_the_time_steps_one_is_worked_out_on_a_slide(printed):
    """What the next step hands on stands beside what each adds: 0.0832 + (-0.1371) + 0.1707 = 0.1168."""
    text = printed("show", "rnn", "--only", "dE/db", "--with-ancestors", "--fragment", "--format", "latex")
    assert (
        text.count(r"\frac{\partial E}{\partial \mathrm{net}_{o1}^{(t=2)}} &=") == 1
        and r"net}_{o1}^{(t=1)}" not in text
    )
    rows = [line for line in text.splitlines() if line.startswith(("1 &", "2 &", "3 &", "total &"))]
    assert len(rows) == 4 and "0.116821747" in rows[-1] and all(row.count("&") == 2 for row in rows)


@pytest.mark.skipif(shutil.which("pdflatex") is None or not has("beamer"), reason="beamer is not installed")
def test_a_line_higher_than_a_frame_is_spread_over_frames(printed, tmp_path):
    """Twelve inputs with numbers of 50 digits: a row for each term."""
    inputs = "".join(f"  x{place}: 0.{'1234567890' * 5}\n" for place in range(12))
    weights = ", ".join(f"-0.{'9876543210' * 5}" for _ in range(12))
    (tmp_path / "wide.yaml").write_text(
        f"inputs:\n{inputs}targets: {{o: 1}}\nloss: squared_error\nlearning_rate: 1\n"
        f"layers:\n  - {{units: [o], activation: tanh, weights: [[{weights}]], bias: 0.5}}\n"
    )
    text = printed("show", str(tmp_path / "wide.yaml"), "--format", "latex", "--frames")
    head = "\\documentclass{beamer}\\usepackage{amsmath,array,booktabs,tikz}\\begin{document}\n"
    (tmp_path / "frame.tex").write_text(head + text + "\\end{document}")
    done = subprocess.run(["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "frame.tex"],
                          cwd=tmp_path, capture_output=True, check=False)  # fmt: skip
    assert done.returncode == 0 and b"Overfull" not in done.stdout
