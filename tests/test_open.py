"""`--open`: a page is kept in a file and shown in the browser."""

from __future__ import annotations

import webbrowser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

COMMANDS = [
    ("show mazur", 0),
    ("derive mazur", 0),
    ("check quirk", 1),
    ("check --conventions", 0),
    ("audit mazur", 0),
    ("verify mazur", 0),
    ("sweep one-weight W --from 0 --to 5", 0),
    ("train mazur --epochs 3", 0),
    ("sheet mazur", 0),
    ("list", 0),
]


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files that were shown."""
    found: list[Path] = []
    monkeypatch.setattr(webbrowser, "open", lambda address: found.append(Path(unquote(urlsplit(address).path))) is None)
    return found


@pytest.mark.parametrize(("command", "code"), COMMANDS)
def test_every_page_can_be_opened(run, shown, command, code):
    assert run(*command.split(), "--format", "html", "--open") == (code, "", "")
    (page,) = shown
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    page.unlink()


def test_a_page_with_a_file_of_its_own_is_opened_there(run, shown, tmp_path):
    path = tmp_path / "mazur.html"
    assert run("derive", "mazur", "--format", "html", "--open", "-o", str(path))[0] == 0
    assert shown == [path]
    assert run("derive", "mazur", "--format", "html", "--open", "-o", str(path))[0] == 2  # it is there


def test_what_one_practises_on_can_be_opened(run, shown):
    assert run("practice", "mazur", "--open") == (0, "", "")
    (page,) = shown
    assert "data-mode=practise" in page.read_text(encoding="utf-8")
    page.unlink()


@pytest.mark.parametrize(("command", "code"), COMMANDS)
def test_what_is_no_page_cannot_be_opened(run, shown, command, code):
    status, _, message = run(*command.split(), "--open")
    assert status == 2
    assert "--open goes with --format html" in message
    assert shown == []


def test_where_there_is_no_browser_it_is_said_where_the_page_lies(run, monkeypatch):
    monkeypatch.setattr(webbrowser, "open", lambda address: False)
    status, _, message = run("audit", "mazur", "--format", "html", "--open")
    assert status == 0
    path = Path(message.strip().rpartition(" ")[2])
    assert path.suffix == ".html"
    path.unlink()
