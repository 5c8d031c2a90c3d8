"""What several files of tests use."""

from __future__ import annotations

import sys

import pytest

from backprop_trace import cli


@pytest.fixture
def run(monkeypatch, capsys):
    """Runs the program in this process: exit code, output, messages."""

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["backprop-trace", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        out, err = capsys.readouterr()
        return ended.value.code or 0, out, err

    return run
