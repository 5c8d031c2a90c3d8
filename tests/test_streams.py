"""Signals and streams: what ends the program from outside loses nothing and leaves nothing behind."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time

import pytest

PROGRAM = [sys.executable, "-m", "backprop_trace"]
posix = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")


def ended(process: subprocess.Popen, seconds: float = 20) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=seconds)
    return process.returncode, out, err


def started(*arguments: str, **how) -> subprocess.Popen:
    return subprocess.Popen(
        [*PROGRAM, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8", **how
    )


@posix
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_training_keeps_what_it_has_reached_whatever_ends_it(tmp_path, number):
    save, log = tmp_path / "saved.yaml", tmp_path / "log.csv"
    run = started(
        "train", "xor", "-n", "100000000", "--every", "1000", "--save", str(save), "--log", str(log),
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    assert run.stdout is not None
    while run.stdout.readline().split()[:1] not in (["1000"], ["1,000"]):
        assert run.poll() is None
    for pause in (0.02, 0.005, 0):  # more of them change nothing while the files are written
        if run.poll() is None:
            run.send_signal(number)
        time.sleep(pause)
    status, _, err = ended(run)
    assert (status, err) == (130, "")
    assert {path.name for path in tmp_path.iterdir()} == {save.name, log.name}
    assert "weights" in save.read_text()
    assert len(log.read_text().splitlines()) >= 2


@posix
@pytest.mark.parametrize(
    "arguments", [["list", "-o", "/dev/stdout"], ["train", "xor", "-n", "9", "--log", "/dev/stderr"]]
)
def test_what_is_written_to_a_pipe_by_its_device_arrives(arguments):
    status, out, err = ended(started(*arguments))
    assert status == 0
    assert "xor" in out if arguments[0] == "list" else err.startswith("epoch,")


@posix
def test_a_hangup_that_is_ignored_stays_ignored():
    run = started("train", "xor", "-n", "20000", preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN))
    time.sleep(0.6)
    run.send_signal(signal.SIGHUP)
    assert ended(run)[0] == 0


INTERRUPTED_IMPORT = """
import os, signal, sys

class Interrupting:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Interrupting())
sys.argv = ["backprop-trace", "show", "mazur"]
from backprop_trace.__main__ import main
main()
"""


@posix
@pytest.mark.parametrize("module", ["typer", "backprop_trace.cli.commands.show", "backprop_trace.run.step"])
def test_an_interrupt_during_the_imports_ends_quietly(module):
    code = INTERRUPTED_IMPORT.format(module=module)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")


def children_of(parent: int) -> list[int]:
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(parent)], capture_output=True, text=True, check=False)
    return [int(word) for word in listed.stdout.split()]


def alive(process: int) -> bool:
    with contextlib.suppress(OSError):
        os.kill(process, 0)
        with open(f"/proc/{process}/stat", encoding="utf-8") as state:
            return state.read().rpartition(")")[2].split()[0] != "Z"
    return False


@posix
@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="needs /proc")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 130), (signal.SIGKILL, -9)])
def test_no_child_outlives_its_parent(number, code):
    run = started("derive", "mazur", "--only", "dE/dw1", "--closed-form", "--seconds", "60")
    children: list[int] = []
    for _ in range(200):
        children = children_of(run.pid)
        if children:
            break
        time.sleep(0.05)
    assert children
    time.sleep(1)
    run.send_signal(number)
    status, _, err = ended(run)
    assert (status, "Traceback" in err) == (code, False)
    for _ in range(60):
        if not any(map(alive, children)):
            return
        time.sleep(0.1)
    pytest.fail("a child goes on")


@posix
@pytest.mark.parametrize(
    "arguments", [["--help"], ["show", "--help"], ["--version"], ["check", "-h"], ["--show-completion", "bash"], []]
)
def test_help_into_a_closed_pipe_is_no_error(arguments):
    read, write = os.pipe()
    os.close(read)
    shell = {**os.environ, "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}  # it is named
    done = subprocess.run(
        [*PROGRAM, *arguments], stdout=write, stderr=subprocess.PIPE, text=True, check=False, env=shell
    )
    os.close(write)
    assert "Traceback" not in done.stderr
    assert done.returncode == (0 if arguments else 2)  # without a command the help is a message


@posix
@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ("show nowhere", 2), ("show mazur --set w1=x", 2), ("sweep quirk w1 --from 0", 2),
        ("show mazur --at x", 2),
        ("train mazur -n 1 --log /nowhere/x", 2), ("show mazur", 0), ("check mazur nowhere", 2), ("nothing", 2),
    ],
)  # fmt: skip
def test_where_nobody_reads_the_message_the_code_still_tells(arguments, code):
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [*PROGRAM, *arguments.split()], stdout=write, stderr=write, stdin=subprocess.DEVNULL, check=False
    )
    os.close(write)
    assert done.returncode == code


@posix
@pytest.mark.parametrize(
    "arguments", [["show", "-"], ["check", "mazur", "-"], ["practice", "mazur"], ["show", "mazur"]]
)
def test_a_closed_standard_input_is_an_empty_one(arguments):
    done = subprocess.run(
        ["sh", "-c", 'exec "$@" <&-', "sh", *PROGRAM, *arguments],
        capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode in (0, 2)
    assert "Traceback" not in done.stderr


def test_a_fault_of_ours_says_so_and_is_no_verdict(run, monkeypatch):
    import backprop_trace.cli.commands.list as command

    def broken() -> None:
        raise RuntimeError("a wheel\nis \x1b[31moff")

    monkeypatch.setattr(command, "command", broken)
    code, _, err = run("list")
    assert code == 70
    assert "a fault of backprop-trace" in err
    assert "report" in err
    assert "Traceback" not in err
    assert "\x1b" not in err
