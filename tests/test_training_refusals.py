"""What cannot be trained is refused with a word, before anything is printed."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Program
from training import XOR


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("learning_rate: 0", "greater than 0"),
        ("learning_rate: nan", "finite"),
        ("learning_rate: -0.1", "greater than 0"),
        ("learning_rate: 0.1\nbatch_size: 5", "mini-batch of 5"),
        ("learning_rate: 0.1\nbatch_size: 0", "whole number"),
        ("learning_rate: 0.1\nshuffle: 3", "batch_size"),
        ("learning_rate: 0.1\nbatch_size: 2\nshuffle: true", "whole number"),
        ("optimizer: {name: adam, beta1: 1}", "below 1"),
        ("optimizer: {name: adam, beta1: -0.5}", "below 0"),
        ("optimizer: {name: adam, rho: 0.5}", "no rho"),
        ("optimizer: {name: adam, convention: tensorflow}", "tensorflow"),
        ("optimizer: {name: adadelta, learning_rate: 1}", "no learning rate"),
        ("optimizer: {name: adam, state: {m_w9: 1}}", "m_w9"),
        ("optimizer: adm", "did you mean 'adam'"),
        ("learning_rate: 0.1\nvalidation: [{inputs: {x1: 1}, targets: [1]}]", "the inputs are x1, x2"),
    ],
)
def test_bad_settings_are_refused_with_a_word(folder: Path, run: Program, change: str, message: str) -> None:
    (folder / "net.yaml").write_text(XOR + change)
    code, out, err = run("train", "net.yaml")
    assert code == 2
    assert message in err
    assert "net.yaml:" in err
    assert out == ""


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--epochs", "0"], "at least 1"),
        (["--epochs", "1000000000000000"], "limit"),
        (["--batch-size", "9"], "4"),
        (["--shuffle"], "--batch-size"),
        (["--until", "E > 3"], "write"),
        (["--until", "E < x"], "not a number"),
        (["--until", "validation < 1"], "validation"),
        (["--metric", "hinge"], "known"),
        (["--set", "eta=0"], "greater than 0"),
        (["--save", "nowhere/x.yaml"], "folder"),
        (["--save", "a.yaml", "--log", "./a.yaml"], "same file"),
        (["--save", "a.yaml", "-o", "./a.yaml"], "same file"),
        (["--log", "a.yaml", "-o", "./a.yaml"], "same file"),
        (["-o", ""], "an empty name"),
    ],
)
def test_bad_options_are_refused_with_a_word(folder: Path, run: Program, options: list[str], message: str) -> None:
    code, out, err = run("train", "xor", *options)
    assert code == 2
    assert message in err
    assert out == ""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["train", "mazur", "--until", "E < 1e400"], "out of range"),
        (["train", "mazur", "--set", "target_o1=0.5", "--until", "classified"], "target_o1 is 0.5"),
        (["sweep", "mazur", "w1", "--from", "0", "--to", "1e309"], "out of range"),
        (["show", "mazur", "--steps", "100000000000"], "--at 100000000000"),
        (["show", "mazur", "--at", "10000000000000"], "no machine"),
        (["sweep", "mazur", "w1", "--from", "0", "--to", "1", "--at", "10000000000000"], "no machine"),
    ],
)
def test_what_cannot_be_reached_is_refused(folder: Path, run: Program, arguments: list[str], message: str) -> None:
    code, out, err = run(*arguments)
    assert code == 2
    assert (out, message in err, "Traceback" in err) == ("", True, False)
