"""Help pages: options stand in groups, and no option is left over."""

from __future__ import annotations

import pytest

from backprop_trace.cli.help import GROUPS, OTHERS

OWN = {"sheet": {"--values"}, "derive": {"--closed-form", "--seconds"}}
"""What only one command has may stand behind the groups."""


@pytest.mark.parametrize("command", ["show", "check", "sheet", "derive"])
def test_options_stand_in_groups(command, run):
    code, out, _ = run(command, "--help")
    assert code == 0 and any(f"{group}:" in out for group in GROUPS)
    left = {word for word in out.partition(f"\n{OTHERS}:\n")[2].split() if word.startswith("--")}
    assert left <= {"--help"} | OWN.get(command, set())


def test_a_terminal_is_told_what_to_do_next(monkeypatch, capsys):
    from backprop_trace.cli.terminal import Terminal

    Terminal.hint("next: that")
    assert capsys.readouterr().err == ""
    for stream in ("stdout", "stderr"):
        monkeypatch.setattr(f"sys.{stream}.isatty", lambda: True)
    Terminal.hint("next: that")
    assert capsys.readouterr().err == "\nnext: that\n"
