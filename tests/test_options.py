"""Options are the same in every command that has them."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest
import typer
from conftest import Program

from backprop_trace.cli import COMMANDS, application

EVERYWHERE = {"output", "force", "width", "color"}
"""What each command has that prints a page."""
PAGES = ("list", "show", "check", "audit", "derive", "verify", "sweep")


def parameters(command: str) -> dict:
    found = typer.main.get_command(application([])).commands[command]
    return {parameter.name.rstrip("_"): parameter for parameter in found.params}


@pytest.mark.parametrize("number", ["nan", "inf", "-inf", "1e999", "1e300", "0", "-1"])
def test_an_option_that_takes_any_number_refuses_what_is_no_size(run: Program, number: str) -> None:
    found = [
        (command, spelling)
        for command in COMMANDS
        for parameter in parameters(command).values()
        for spelling in parameter.opts
        if parameter.type.name == "float"
    ]
    assert found
    for command, spelling in found:
        code, _, err = run(command, "mazur", spelling, number)
        assert code == 2 and spelling in err and len(err) < 300, err


def test_an_option_has_one_help_wherever_it_is():
    helps: dict[str, dict[str, list[str]]] = {}
    for command in COMMANDS:
        for parameter in parameters(command).values():
            for spelling in parameter.opts if parameter.param_type_name == "option" else ():
                helps.setdefault(spelling, {}).setdefault(parameter.help, []).append(command)
    own = {
        "--format",
        "-f",
        "--seed",
        "--steps",
        "--at",
        "--round",
        "--decimals",
        "--style",
        "--save",
        "-o",
    }  # what they are differs by command
    differing = {spelling: found for spelling, found in helps.items() if len(found) > 1 and spelling not in own}
    assert not differing


@pytest.mark.parametrize("command", PAGES)
def test_what_prints_a_page_writes_files_and_takes_a_width_and_colours(command):
    assert set(parameters(command)) >= EVERYWHERE


@pytest.mark.parametrize("command", COMMANDS)
def test_options_that_are_shared_are_declared_in_one_place(command):
    """No module of a command spells out what `options` has."""
    text = Path(import_module(f"backprop_trace.cli.commands.{command}").__file__).read_text(encoding="utf-8")
    shared = "set|width|ascii|color|output|force|batch-size|shuffle|only|phase|style"
    assert not re.findall(rf'typer\.Option\([^)]*"--({shared})"', text)


@pytest.mark.parametrize(
    "arguments",
    [["list"], ["audit", "mazur"], ["verify", "mazur"], ["sweep", "one-weight", "W", "--from", "0", "--to", "5"]],
)
def test_pages_go_to_files_that_are_not_overwritten(run, tmp_path, arguments):
    path = str(tmp_path / "page.txt")
    printed = run(*arguments)
    assert run(*arguments, "-o", path) == (0, "", "")
    assert (tmp_path / "page.txt").read_text(encoding="utf-8") == printed[1] != ""
    assert run(*arguments, "-o", path)[0] == 2
    assert run(*arguments, "-o", path, "--force")[0] == 0
    code, out, err = run(*arguments, "--width", "19")
    assert (code, out, err) == (2, "", "error: --width must be at least 20\n")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--frames"], "--frames goes with --format latex"),
        (["--columnwidth", "8cm"], "--columnwidth goes with --format latex"),
        (["--format", "svg", "--lang", "de"], "--lang goes with"),
        (["--format", "svg", "--decimal", "comma"], "--decimal goes with"),
        (["--format", "json", "--matrix", "row"], "--matrix goes with"),
        (["--format", "html", "--compact"], "--compact and --full goes with"),
        (["--format", "html", "--style", "layered"], "--style goes with --matrix"),
        (["--compare", "1", "--full"], "leave --compact and --full out"),
        (["--matrix", "row", "--full"], "leave --compact and --full out"),
        (["-o", "mazur.pdf"], "add --format pdf"),
    ],
)
def test_an_option_that_would_change_nothing_is_refused(options, said, run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, out, err = run("show", "mazur", *options)
    assert (code, out) == (2, "") and said in err
    assert not list(tmp_path.iterdir())
