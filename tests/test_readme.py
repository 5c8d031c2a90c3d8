"""What README and docs say runs: their commands, their example files, their Python, their pictures and links."""

from __future__ import annotations

import doctest
import html
import io
import re
import shlex
from pathlib import Path

import pytest
import yaml
from conftest import Program

from backprop_trace.model.catalogue import ACTIVATIONS, LOSSES, NET_INPUTS, OPTIMIZERS

ROOT = Path(__file__).parent.parent
PAGES = {
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
    for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), ROOT / "CONTRIBUTING.md")
}
README, ALL = PAGES["README.md"], "\n".join(PAGES.values())


def blocks(language: str, text: str = ALL) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def commands() -> list[list[str]]:
    """Every command line: those of the blocks and those in backticks; `a && b` are two."""
    lines = "".join(blocks("sh")).splitlines() + re.findall(r"`(backprop-trace [^`\n]+)`", ALL)
    parts = [part for line in lines for part in line.split("&&")]
    words = [shlex.split(part, comments=True) for part in parts]
    unique = {tuple(command[1:]) for command in words if command[:1] == ["backprop-trace"]}
    return [list(command) for command in sorted(unique) if command[-2:] != ["EXAMPLE"]]


@pytest.mark.parametrize("command", commands(), ids=" ".join)
def test_every_command_runs(command: list[str], folder: Path, run: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("q\n"))
    write_sheets(folder)
    code, out, err = run(*command)
    assert code == 0 or (code == 1 and command[0] == "check")
    assert out or len(list(folder.iterdir())) > 2
    assert err == "" or command[0] == "practice"


def write_sheets(folder: Path) -> None:
    """The sheet of the README, alone and as a class."""
    (sheet,) = blocks("text")
    (folder / "sheets").mkdir()
    for path in ("my-sheet.txt", "sheets/ann.txt", "sheets/bob.txt"):
        (folder / path).write_text(sheet, encoding="utf-8")


def test_the_report_it_shows_is_what_the_program_prints(folder: Path, run: Program) -> None:
    write_sheets(folder)
    (report,) = blocks("console")
    assert run("check", "mazur", "my-sheet.txt")[1].startswith(report)


def test_the_readme_is_short_and_has_the_two_lines_that_set_it_up() -> None:
    assert len(README.splitlines()) <= 160
    assert "pip install . && backprop-trace show mazur" in README
    assert "pip install -e '.[test]' && pytest" in README


def test_every_shipped_example_has_a_command() -> None:
    shown = {command[1] for command in commands() if command[0] == "show" and len(command) > 1}
    assert shown >= {path.stem for path in (ROOT / "networks").glob("*.yaml")}


@pytest.mark.parametrize("file", blocks("yaml"), ids=lambda file: file.splitlines()[0][:30])
def test_the_example_files_are_some(file: str, folder: Path, run: Program) -> None:
    (folder / "mine.yaml").write_text(file, encoding="utf-8")
    code, out, err = run("show", "mine.yaml")
    assert (code, err) == (0, "")
    assert "warning" not in out
    for name in re.findall(r"# .*?\b(w_\w+_o1), (w_\w+_o1)", file):
        assert all(each in out for each in name)


def test_the_python_is_right() -> None:
    for session in blocks("pycon"):
        runner = doctest.DocTestRunner()
        runner.run(doctest.DocTestParser().get_doctest(session, {}, "pages", "README.md", 0))
        assert runner.summarize().failed == 0


def test_the_files_it_names_are_there() -> None:
    named = set(re.findall(r"[` ]((?:backprop_trace|networks|tests|docs)/[\w./]*\w/?)", ALL))
    assert named
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    for target, anchor in re.findall(r"\]\((?!https?:)([^)#]*)#?([^)]*)\)", PAGES[page]):
        path = (ROOT / page).parent / target if target else ROOT / page
        assert path.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("word", [*ACTIVATIONS, *LOSSES, *NET_INPUTS, *OPTIMIZERS])
def test_the_file_format_names_every_entry_of_the_catalogue(word: str) -> None:
    assert re.search(rf"\b{word}\b", PAGES["docs/file-format.md"])


def test_the_audit_is_what_the_program_prints(run: Program) -> None:
    printed = run("audit", "--format", "markdown")[1]
    rows = [line for line in printed.splitlines() if line.startswith("|")]
    assert rows
    assert [row for row in rows if row not in PAGES["docs/examples.md"]] == []


def test_the_network_is_drawn_as_the_program_draws_it(printed) -> None:
    """If this fails: `python docs/make_pictures.py`."""
    assert printed("show", "mazur", "--format", "svg") == (ROOT / "docs/network.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize("picture", sorted((ROOT / "docs").glob("[!n]*.svg")), ids=lambda path: path.name)
def test_the_pictures_show_what_the_program_prints(picture: Path, run: Program) -> None:
    """If this fails: `python docs/make_pictures.py`."""
    assert picture.name in ALL
    texts = re.findall(r"<text[^>]*>([^<]*)</text>", picture.read_text(encoding="utf-8"))
    title, *drawn = [html.unescape(text).replace("\xa0", " ").strip() for text in texts if text.strip()]
    _, printed, _ = run(*shlex.split(title)[1:])
    assert " ".join(drawn).split() == printed.split()


def test_the_hooks_are_tools_that_the_tests_bring() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"][0]["hooks"]
    wanted = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert all(f'"{hook["entry"].split()[0]}>=' in wanted for hook in hooks)
