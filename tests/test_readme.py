"""What the README says runs: its commands, its example file, its Python, its pictures."""

import doctest
import html
import re
import shlex
from pathlib import Path

import pytest

from backprop_trace.cli import main

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def commands() -> list[list[str]]:
    """Every command line: those of the blocks and those in backticks; `a && b` are two."""
    lines = "".join(blocks("sh")).splitlines() + re.findall(r"`(backprop-trace [^`\n]+)`", README)
    parts = [part for line in lines for part in line.split("&&")]
    words = [shlex.split(part, comments=True) for part in parts]
    unique = {tuple(command) for command in words if command[:1] == ["backprop-trace"]}
    return [list(command) for command in sorted(unique)]


def run(command: list[str], monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr("sys.argv", command)
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


@pytest.mark.parametrize("command", commands(), ids=" ".join)
def test_every_command_runs(
    command: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    write_sheets(tmp_path)
    code = run(command, monkeypatch)
    assert code == 0 or (code == 1 and command[1] == "check")
    printed = capsys.readouterr()
    assert printed.out or len(list(tmp_path.iterdir())) > 2
    assert printed.err == ""


def write_sheets(folder: Path) -> None:
    """The sheet of the README, alone and as a class."""
    (sheet,) = blocks("text")
    (folder / "sheets").mkdir()
    for path in ("my-sheet.txt", "sheets/ann.txt", "sheets/bob.txt"):
        (folder / path).write_text(sheet, encoding="utf-8")


def test_the_report_it_shows_is_what_the_program_prints(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    write_sheets(tmp_path)
    run(["backprop-trace", "check", "mazur", "my-sheet.txt"], monkeypatch)
    (report,) = blocks("console")
    assert capsys.readouterr().out.startswith(report)


def test_the_readme_has_the_two_lines_that_set_it_up() -> None:
    assert "pip install . && backprop-trace show mazur" in README
    assert "pip install -e '.[test]' && pytest" in README


def test_every_shipped_example_has_a_command(capsys: pytest.CaptureFixture[str]) -> None:
    shown = {command[2] for command in commands() if command[1:2] == ["show"] and len(command) > 2}
    assert shown >= {path.stem for path in (ROOT / "networks").glob("*.yaml")}


@pytest.mark.parametrize(
    ("file", "has"), list(zip(blocks("yaml"), ["w_h1_o1+", "∂f/∂q", "∂E/∂net_h1@2"], strict=True)), ids=range(3)
)
def test_the_example_files_are_some(
    file: str, has: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.yaml").write_text(file, encoding="utf-8")
    assert run(["backprop-trace", "show", str(tmp_path / "mine.yaml")], monkeypatch) == 0
    printed = capsys.readouterr().out
    assert has in printed
    assert "warning" not in printed


def test_the_python_is_right() -> None:
    (session,) = blocks("pycon")
    runner = doctest.DocTestRunner()
    runner.run(doctest.DocTestParser().get_doctest(session, {}, "README", "README.md", 0))
    assert runner.summarize().failed == 0


def test_the_files_it_names_are_there() -> None:
    named = set(re.findall(r"`((?:backprop_trace|networks|tests|docs)/[\w./]*)`", README))
    named |= set(re.findall(r"\((docs/[\w.]+)\)", README))
    assert named
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("picture", re.findall(r"\]\((docs/[\w.]+\.svg)\)", README))
def test_the_pictures_show_what_the_program_prints(
    picture: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """If this fails: `python docs/make_pictures.py`."""
    texts = re.findall(r"<text[^>]*>([^<]*)</text>", (ROOT / picture).read_text(encoding="utf-8"))
    title, *drawn = [html.unescape(text).replace("\xa0", " ").strip() for text in texts if text.strip()]
    run(shlex.split(title), monkeypatch)
    printed = capsys.readouterr().out
    assert " ".join(drawn).split() == printed.split()
