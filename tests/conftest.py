"""What several files of tests use."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from backprop_trace import cli
from backprop_trace.cli import signals

Program = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Program:
    """Runs the program in this process: exit code, output, messages."""

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["backprop-trace", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        signals.listen()
        out, err = capsys.readouterr()
        return int(ended.value.code or 0), out, err

    return run


@pytest.fixture
def printed(run: Program) -> Callable[..., str]:
    """Runs the program where nothing may go wrong: its output."""

    def printed(*arguments: str) -> str:
        code, out, err = run(*arguments)
        assert (code, err) == (0, "")
        return out

    return printed


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, in which the program runs."""
    monkeypatch.chdir(tmp_path)
    return tmp_path
