"""Random start values and samples from files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from conftest import Program
from training import XOR, xor

from backprop_trace.files.spec import load
from backprop_trace.files.start_values import DISTRIBUTIONS, draw
from backprop_trace.run.step import trace


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_random_numbers_are_the_same_every_time_and_look_like_their_distribution(name: str) -> None:
    numbers = list(map(float, draw(name, {"in": 8, "out": 4}, 4_000, seed=3, stream=1)))
    assert numbers == list(map(float, draw(name, {"in": 8, "out": 4}, 4_000, seed=3, stream=1)))
    deviation = {"uniform": 3**-0.5, "normal": 1, "xavier": (2 / 12) ** 0.5, "he": 0.5}[name]
    assert sum(numbers) / 4_000 == pytest.approx(0, abs=4 * deviation / 4_000**0.5)
    assert (sum(x * x for x in numbers) / 4_000) ** 0.5 == pytest.approx(deviation, rel=0.05)


def test_drawn_weights_are_givens() -> None:
    example = xor()
    drawn = [text for name, text in example.values.items() if name.label.startswith("w_")]
    assert len(drawn) == 12
    assert all(re.fullmatch(r"-?0\.\d{4}", text) for text in drawn)
    assert example.values == xor().values


def test_samples_from_a_file_are_those_in_the_file(folder: Path) -> None:
    (folder / "data.csv").write_text('x1;"x2";wanted\n0;0;0\n0;1;1\n\n1;0;1\n1;1;0\n')
    columns = "samples: {file: data.csv, inputs: [x1, x2], targets: {o1: wanted}}"
    rest = "\n".join(XOR.strip().splitlines()[2:])
    (folder / "net.yaml").write_text(f"{columns}\n{rest}\nlearning_rate: 0.1\n")
    ours, plain = trace(load("net.yaml")), trace(xor())
    assert [line.value for line in ours.lines] == [line.value for line in plain.lines]


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("x1,x2,want\n0,0,1\n", "data.csv:1:1", "'wanted' is missing"),
        ("x1,x2,wanted\n0,0,1\n0,1\n", "data.csv:3:1", "2 cells here, 3 columns"),
        ("x1,x2,wanted\n0,0,1\n0,abc,1\n", "data.csv:3:3", "'abc'"),
        ("x1,x2,wanted\n0,0,\n", "data.csv:2:5", "an empty cell"),
        ("x1,x2,wanted\n0,nan,1\n", "data.csv:2:3", "finite"),
        ("x1,x2,wanted\n", "data.csv", "not a single sample"),
        ("", "data.csv", "missing"),
        ("x1,x2,wanted,x1\n1,2,3,4\n", "data.csv:1:1", "twice"),
        (None, "data.csv", "no such file"),
    ],
)
def test_a_bad_file_of_samples_is_named_with_line_and_column(
    folder: Path, run: Program, text: str | None, place: str, message: str
) -> None:
    if text is not None:
        (folder / "data.csv").write_text(text)
    columns = "samples: {file: data.csv, inputs: [x1, x2], targets: {o1: wanted}}"
    rest = "\n".join(XOR.strip().splitlines()[2:])
    (folder / "net.yaml").write_text(f"{columns}\n{rest}\nlearning_rate: 0.1\n")
    code, out, err = run("show", "net.yaml")
    assert code == 2
    assert (place in err, message in err, out) == (True, True, "")
