"""What was trained is kept: files from which a run goes on, logs, and what an interruption leaves."""

from __future__ import annotations

import csv
import io
import os
import signal
import subprocess
import sys
import time
from fractions import Fraction
from pathlib import Path

import pytest
from conftest import Program
from training import XOR

from backprop_trace.files.save import template
from backprop_trace.files.spec import load, read_example, shipped
from backprop_trace.formulas.expr import given, rule_letter
from backprop_trace.model.batches import Batching
from backprop_trace.model.catalogue import OPTIMIZERS
from backprop_trace.model.update import ETA, TIME
from backprop_trace.run.step import trace


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_saved_network_goes_on_where_it_stopped(optimizer: str, folder: Path, run: Program) -> None:
    rate = "" if optimizer == "adadelta" else ", learning_rate: 0.3"
    (folder / "start.yaml").write_text(XOR + f"optimizer: {{name: {optimizer}{rate}}}")
    assert run("train", "start.yaml", "--epochs", "20", "--save", "saved.yaml")[0] == 0
    continued, whole = trace(load("saved.yaml")), trace(load("start.yaml"), step=21)
    assert [line.value for line in continued.lines] == [line.value for line in whole.lines]


@pytest.mark.parametrize("name", ["mazur", "xor", "udacity", "deep", "cheng", "han-kamber", "nielsen", "one-weight"])
def test_every_shipped_example_can_be_trained_saved_and_loaded(name: str, folder: Path, run: Program) -> None:
    assert run("train", name, "--epochs", "3", "--save", "saved.yaml")[0] == 0
    assert [line.value for line in trace(load("saved.yaml")).lines] == [
        line.value for line in trace(load(name), step=4).lines
    ]


def test_a_saved_network_keeps_what_was_set_for_the_run(folder: Path, run: Program) -> None:
    assert (
        run("train", "mazur", "--epochs", "3", "--set", "eta=0.25", "--set", "i1=0.5", "--save", "saved.yaml")[0] == 0
    )
    saved = load("saved.yaml")
    assert (saved.values[rule_letter("eta")], saved.values[given("i1")]) == ("0.25", "0.5")
    assert saved.published is None


@pytest.mark.parametrize("in_file", ["", "batch_size: 3\nshuffle: 9\n"])
def test_a_saved_network_keeps_the_mini_batches_of_the_run(in_file: str, folder: Path, run: Program) -> None:
    (folder / "start.yaml").write_text(XOR + "learning_rate: 0.3\n" + in_file)
    assert run("train", "start.yaml", "--epochs", "2", "--batch-size", "2", "--save", "saved.yaml")[0] == 0
    saved = load("saved.yaml")
    assert saved.training.batching == Batching(2, 9 if in_file else None, 4 if in_file else 0)
    start = load("start.yaml")
    for step in (1, 2, 3):
        goes_on, whole = (
            trace(saved, step=step),
            trace(start.with_training(batching=Batching(2, saved.training.batching.seed)), step=4 + step),
        )
        assert [line.value for line in goes_on.lines] == [line.value for line in whole.lines]


def test_a_file_that_is_there_stays(folder: Path, run: Program) -> None:
    (folder / "saved.yaml").write_text("mine")
    code, _, err = run("train", "mazur", "--save", "saved.yaml")
    assert code == 2
    assert (folder / "saved.yaml").read_text() == "mine"
    assert "--force" in err


def test_the_log_has_a_line_for_each_report(folder: Path, run: Program) -> None:
    assert run("train", "xor", "--epochs", "8", "--every", "4", "--log", "losses.csv")[0] == 0
    rows = list(csv.DictReader(io.StringIO((folder / "losses.csv").read_text())))
    assert [row["epoch"] for row in rows] == ["0", "4", "8"]
    assert float(rows[1]["E"]) == trace(load("xor"), step=5)["E"].value


def test_what_was_asked_for_is_saved_though_nobody_reads_the_table(folder: Path) -> None:
    """As in `train ... | head -1`: the files are still written."""
    code = "import sys; from backprop_trace.cli import main; main()"
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-c", code, "train", "xor", "--epochs", "3", "--save", "saved.yaml", "--log", "log.csv"]
    with os.fdopen(writing, "w") as closed:
        done = subprocess.run(command, stdout=closed, stderr=subprocess.PIPE, check=False, cwd=folder)
    assert b"Traceback" not in done.stderr
    assert trace(load("saved.yaml"))["E"].value == trace(load("xor"), step=4)["E"].value
    assert (folder / "log.csv").read_text().count("\n") == 5


@pytest.mark.skipif(os.name == "nt", reason="a POSIX shell")
def test_a_closed_output_is_no_accident(folder: Path) -> None:
    command = f"{sys.executable} -m backprop_trace train xor --epochs 3 --save saved.yaml >&-"
    done = subprocess.run(["sh", "-c", command], capture_output=True, check=False, cwd=folder)
    assert (done.returncode, done.stderr) == (0, b"")
    assert load("saved.yaml").training.samples == 4


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX systems")
def test_ctrl_c_ends_a_very_long_run_and_keeps_what_was_reached(folder: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "backprop_trace",
        "train",
        "mazur",
        "--epochs",
        "1000000000",
        "--save",
        "saved.yaml",
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
        time.sleep(3)
        run.send_signal(signal.SIGINT)
        out, err = run.communicate(timeout=20)
    assert run.returncode == 130
    assert "interrupted after" in out
    assert "Traceback" not in err
    assert "epochs take about" in err
    assert trace(load("saved.yaml"))["E"].value < 1e-4


@pytest.mark.parametrize("name", shipped())
def test_a_template_has_a_place_for_every_given_number(name):
    """Filled with what is given it is the example again; filled with other numbers it has those."""
    example = load(name)
    pieces = template(example)
    for change in (lambda value: value, lambda value: f"{float(Fraction(value)) + 0.125}"):
        wanted = {name: value if name == TIME else change(value) for name, value in example.values.items()}
        if ETA in wanted and float(Fraction(wanted[ETA])) <= 0:
            continue
        text = "".join(piece if isinstance(piece, str) else wanted.get(piece, "0") for piece in pieces)
        again = read_example(text, str(example.folder / "again.yaml"))
        assert {n: float(Fraction(v)) for n, v in again.values.items()} == {
            n: float(Fraction(v)) for n, v in wanted.items()
        }
