"""Markdown in its flavours, drawn by the readers they are for: GitHub's rules with KaTeX, and pandoc.

`NODE_PATH` is the folder of npm's packages markdown-it and katex.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import Program
from random_documents import hard_to_set

from backprop_trace.render.medium import FLAVORS
from backprop_trace.render.writers import markdown

EXAMPLES = sorted(path.stem for path in (Path(__file__).parent.parent / "networks").glob("*.yaml"))
NODE, MODULES = shutil.which("node"), Path(os.environ.get("NODE_PATH", "."))
SHEET = "net_h1: 0.3775\nout_h1: 0.5933\nw5+: 0.4411\n"
COMMANDS = {
    "show": ["show"], "layered": ["show", "--style", "layered"], "derive": ["derive"], "sheet": ["sheet", "--values"],
    "exact": ["show", "--engine", "exact", "--digits", "30"], "matrix": ["show", "--matrix", "row"],
    "german": ["show", "--lang", "de", "--decimal", "comma", "--full"],
}  # fmt: skip


def documents(run: Program, folder: Path, flavor: str) -> list[Path]:
    """Every shipped example by every command that writes documents, random ones, and a report."""
    written = []
    for command, (name, *options) in COMMANDS.items():
        for example in EXAMPLES:
            target = folder / f"{example}-{command}.md"
            code, _, err = run(name, example, *options, "-f", "markdown", "--flavor", flavor, "-o", str(target))
            if code == 0:
                written.append(target)
            else:
                print(command, example, code, err)
    for seed in (0, 2):
        (folder / f"{seed}.yaml").write_text(hard_to_set(seed))
        written.append(folder / f"{seed}.md")
        run("show", str(folder / f"{seed}.yaml"), "-f", "markdown", "--flavor", flavor, "-o", str(written[-1]))
    (folder / "ann.txt").write_text(SHEET)
    run(
        "check", "mazur", str(folder / "ann.txt"), "-f", "markdown", "--flavor", flavor, "-o", str(folder / "report.md")
    )
    return [*written, folder / "report.md"]


@pytest.mark.skipif(NODE is None or not (MODULES / "katex").is_dir(), reason="KaTeX is not installed")
def test_github_draws_every_formula(run: Program, tmp_path: Path) -> None:
    assert NODE is not None
    found = documents(run, tmp_path, "github")
    script = Path(__file__).parent / "markdown.js"
    done = subprocess.run([NODE, str(script), *map(str, found)], capture_output=True, text=True, check=True)
    *errors, last = done.stdout.splitlines()
    assert errors == []
    assert int(last.split()[0]) > 3000


@pytest.mark.skipif(shutil.which("pandoc") is None, reason="pandoc is not installed")
@pytest.mark.parametrize("target", ["html", "docx"])
def test_pandoc_converts_every_formula(run: Program, tmp_path: Path, target: str) -> None:
    found = documents(run, tmp_path, "pandoc")
    assert len(found) > 60
    for path in found if target == "html" else found[::10]:
        words = ["pandoc", "-f", "markdown", "-t", target, "--mathml", "-o", str(path.with_suffix(f".{target}"))]
        done = subprocess.run([*words, str(path)], capture_output=True, text=True, check=True, cwd=tmp_path)
        assert "TeX" not in done.stderr, f"{path.name}: {done.stderr[:500]}"


def test_each_flavor_has_its_own_marks(printed) -> None:
    github, pandoc = (printed("show", "mazur", "-f", "markdown", "--flavor", flavor) for flavor in FLAVORS)
    assert printed("show", "mazur", "-f", "markdown") == github
    assert "```math\n" in github and "$$" not in github
    assert "\n$$\n" in pandoc and "`" not in pandoc
    assert set(markdown.FLAVORS) == set(FLAVORS)


def test_a_bar_or_a_row_end_never_stands_in_a_table(printed) -> None:
    for example in EXAMPLES:
        for line in printed("show", example, "-f", "markdown").splitlines():
            if line.startswith("|"):
                assert line.count("|") == line.count(" | ") + 2 or set(line) == {"|", "-"}


def test_the_picture_stands_beside_the_page(run: Program, folder: Path) -> None:
    assert run("show", "mazur", "-f", "markdown", "-o", "my page.md") == (0, "", "")
    assert "![The network with its numbers](my%20page.svg)\n" in Path("my page.md").read_text(encoding="utf-8")
    assert Path("my page.svg").read_text(encoding="utf-8").startswith("<svg")
    Path("my page.md").unlink()
    code, _, err = run("show", "mazur", "-f", "markdown", "-o", "my page.md")
    assert (code, "my page.svg" in err, "--force" in err) == (2, True, True)
    assert not Path("my page.md").exists()


def test_flavors_are_of_markdown_only(run: Program) -> None:
    assert run("show", "mazur", "--flavor", "pandoc")[2] == "error: --flavor goes with --format markdown\n"
    assert "is none of github, pandoc" in run("show", "mazur", "-f", "markdown", "--flavor", "mdx")[2]
