"""Every command has every format: one path for every output."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import unicodedata
from collections.abc import Iterator
from types import ModuleType

import pytest

from backprop_trace.files.spec import load
from backprop_trace.render import FORMATS, Format

COMMANDS = {
    "show": ["show", "mazur"],
    "compare": ["show", "mazur", "--compare", "1"],
    "derive": ["derive", "mazur"],
    "check": ["check", "mazur"],
    "class": ["check", "mazur", "SHEETS"],
    "audit": ["audit", "mazur", "kumar"],
    "list": ["list"],
    "conventions": ["check", "--conventions", "mazur"],
    "train": ["train", "mazur", "--epochs", "20"],
    "sweep": ["sweep", "one-weight", "W", "--from", "0", "--to", "5"],
    "verify": ["verify", "mazur"],
    "sheet": ["sheet", "mazur"],
}
WRITTEN = [form for form, about in FORMATS.items() if about.module]


@pytest.fixture
def arguments(tmp_path):
    """The arguments of a command; SHEETS is a folder of sheets, one of which cannot be read."""
    folder = tmp_path / "sheets"
    folder.mkdir()
    (folder / "ann.yaml").write_text("net_h1: 0.3775\nw5+: 0.4411\n")
    (folder / "bob.yaml").write_text("net_h1: 0.3775\n")
    (folder / "cy.yaml").write_text("")
    return lambda command: [str(folder) if word == "SHEETS" else word for word in COMMANDS[command]]


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("form", WRITTEN)
def test_every_command_has_every_format(run, arguments, command, form, tmp_path):
    if FORMATS[form].needs:
        pytest.importorskip(FORMATS[form].needs)
    target = tmp_path / "page"
    code, out, _ = run(*arguments(command), "--format", form, *(["-o", str(target)] if FORMATS[form].binary else []))
    assert code in ((1, 2) if command in ("check", "class") else (0,))
    assert out.strip() or target.read_bytes().startswith(b"%PDF")
    if form == "json":
        for line in out.splitlines() if command in ("check", "class") else [out]:
            assert json.loads(line)


HOSTILE = "\x1b]0;owned\x07 \u202e\u2066 \0\x08\x7f\x9b \u200f end"
COMMANDED = {
    f"{command} -f {form}": [*words, "--format", form]
    for command, words in [*COMMANDS.items(), ("a sheet", ["check", "mazur", "SHEET"])]
    for form, about in FORMATS.items()
    if not about.binary and (about.module or about.of == command) and command not in ("list", "conventions")
}


@pytest.mark.parametrize("words", COMMANDED.values(), ids=COMMANDED)
def test_no_output_holds_what_a_terminal_would_obey(run, tmp_path, words):
    """Whatever stands in a title, a source, a note, a name, a sheet."""
    said, line = json.dumps(HOSTILE), HOSTILE.replace("\0", "")
    lines = load("mazur").text.splitlines()
    head = [f"title: {said}", f"source: {said}", f"note: {said}"]
    (tmp_path / "mazur.yaml").write_text(
        "\n".join(head + [x for x in lines if x.split(":")[0] not in ("title", "source")])
    )
    folder = tmp_path / "sheets"
    folder.mkdir()
    for name in ("a", "b\u202e\x1b\x9b"):
        text = f"Name: {line}\n{line}\nnet_h1 = 0.5 {line}\nnet_h1\u202e = 0.5\nE = {line}\n"
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    paths = {"mazur": str(tmp_path / "mazur.yaml"), "SHEETS": str(folder), "SHEET": str(folder / "a.txt")}
    code, out, err = run(*(paths.get(word, word) for word in words))
    assert code in (0, 1, 2), err
    assert out
    obeyed = {c for c in out + err if not c.isprintable() and c not in "\n\t" and unicodedata.category(c) != "Zs"}
    assert obeyed <= {"\u2061"}  # MathML's sign between a function and what it is of


@pytest.mark.parametrize("command", [command for command in COMMANDS if command != "show"])
@pytest.mark.parametrize("form", [form for form, about in FORMATS.items() if about.of == "show"])
def test_a_format_that_makes_no_sense_is_one_clear_message(run, arguments, command, form):
    code, out, err = run(*arguments(command), "--format", form)
    assert (code, out) == (2, "")
    assert err == f"error: --format {form} is {FORMATS[form].about}: only 'show' writes it\n"


@pytest.mark.parametrize("command", COMMANDS)
def test_a_new_format_is_one_file_and_every_command_has_it(run, arguments, command, monkeypatch):
    def write(blocks, medium) -> Iterator[str]:
        return (f"{type(block).__name__}\n" for block in blocks)

    module = ModuleType("blocks_named")
    module.write = write  # type: ignore[attr-defined]
    monkeypatch.setitem(__import__("sys").modules, "backprop_trace.render.writers.names", module)
    monkeypatch.setitem(FORMATS, "names", Format("the names of the blocks", "writers.names", "document"))
    out = run(*arguments(command), "--format", "names")[1]
    assert set(out.split()) & {"Table", "Equations", "Chain"}


def test_colours_are_for_terminals_only(run):
    for form in (form for form in WRITTEN if not FORMATS[form].binary):
        assert ("\x1b[" in run("verify", "mazur", "--color", "--format", form)[1]) == (form == "table")


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed")
@pytest.mark.parametrize("command", COMMANDS)
def test_latex_compiles_and_nothing_sticks_out(run, arguments, command, tmp_path):
    (tmp_path / "page.tex").write_text(run(*arguments(command), "--format", "latex")[1], encoding="utf-8")
    done = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "page.tex"],
        cwd=tmp_path, capture_output=True, check=False,
    )  # fmt: skip
    log = done.stdout.decode("utf-8", "replace")
    assert done.returncode == 0, log[-2000:]
    assert [line for line in log.splitlines() if line.startswith(("Overfull", "!"))] == []


@pytest.mark.parametrize("form", ["latex", "markdown", "html"])
@pytest.mark.parametrize("command", ["train", "sweep", "verify", "compare", "class"])
def test_a_document_writes_powers_of_ten_as_mathematics(run, arguments, command, form):
    """The issue: 2.6e-02 among the numbers of a training."""
    rate = ["--set", "eta=1e-9"] if command in ("train", "compare") else []
    _, out, _ = run(*arguments(command), *rate, "--format", form)
    text = re.sub(r"(?s)<style.*?</style>|<svg.*?</svg>", "", out)
    assert not re.search(r"(?<![\w.#-])\d+(\.\d+)?e[+-]?\d+\b", text)
    if rate or command == "verify":
        assert r"\times 10^{-" in text or "<mn>10</mn>" in text
