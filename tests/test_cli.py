"""The command line as a person or a program meets it."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import signal
import subprocess
import sys
import time

import pytest

from backprop_trace.files.spec import load
from backprop_trace.run.step import trace

PROGRAM = [sys.executable, "-m", "backprop_trace"]


def process(*arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*PROGRAM, *arguments], capture_output=True, check=False, env=os.environ | environment, timeout=60
    )


@pytest.fixture
def net(tmp_path):
    """Writes a file with the given changes of a small network; gives its path."""

    def net(*changes: str, name: str = "net.yaml") -> str:
        text = """\
inputs: {x1: 0.5, x2: -1}
targets: {o1: 1}
layers:
  - {units: [h1, h2], activation: sigmoid, weights: [[0.1, 0.2], [0.3, -0.4]], bias: 0.5}
  - {units: [o1], activation: tanh, weights: [[0.3, 0.6]]}
loss: half_squared_error
learning_rate: 0.5
"""
        for old, new in zip(changes[::2], changes[1::2], strict=True):
            assert old in text
            text = text.replace(old, new)
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    return net


# --- JSON and CSV: what other programs rely on ---


def test_json_is_what_the_contract_says(run):
    code, out, err = run("show", "mazur", "--format", "json")
    assert (code, err) == (0, "")
    document = json.loads(out)
    assert set(document) >= {"title", "engine", "lines"}
    assert document["title"] == "A Step by Step Backpropagation Example"
    assert document["engine"] == "float"
    lines = document["lines"]
    for line in lines:
        assert {"step", "sample", "phase", "name", "formula", "uses", "substitution", "value"} <= set(line)
        assert line["step"] == 1
        assert line["sample"] is None
        assert isinstance(line["value"], str)
    assert [line["phase"] for line in lines] == sorted(
        (line["phase"] for line in lines), key=("forward", "loss", "backward", "update").index
    )
    by_name = {line["name"]: line for line in lines}
    assert len(by_name) == len(lines)
    first = lines[0]
    assert first["name"] == "net_h1"
    assert first["formula"] == "w1 * i1 + w2 * i2 + b1"
    assert first["uses"] == ["w1", "i1", "w2", "i2", "b1"]
    assert first["substitution"] == "0.15 * 0.05 + 0.20 * 0.10 + 0.35"
    assert first["value"] == "0.3775"
    assert by_name["w5+"]["formula"] == "w5 - eta * dE/dw5"
    assert by_name["dE/dout_h1"]["formula"] == "dE/dout_h1:o1 + dE/dout_h1:o2"
    assert float(by_name["dE/dw5"]["value"]) == pytest.approx(0.082167040564230778846, rel=1e-12)
    assert "fraction" not in first


def test_json_names_the_sample_beside_the_name(run, net):
    path = net("inputs: {x1: 0.5, x2: -1}\ntargets: {o1: 1}", "inputs: {x1: [1, 2], x2: [3, 4]}\ntargets: {o1: [0, 1]}")
    lines = json.loads(run("show", path, "--format", "json")[1])["lines"]
    found = {(line["name"], line["sample"]) for line in lines}
    assert {("net_h1", 1), ("net_h1", 2), ("E", 1), ("E", 2), ("E", None), ("dE/db_1", None)} <= found
    assert not any("[" in line["name"] for line in lines)
    total = next(line for line in lines if (line["name"], line["sample"]) == ("E", None))
    assert total["uses"] == ["E[1]", "E[2]"]


def test_json_of_the_exact_engine_has_fractions_whole(run, net):
    path = net("sigmoid", "identity")
    lines = json.loads(run("show", path, "--format", "json", "--engine", "exact", "--digits", "30")[1])["lines"]
    by_name = {line["name"]: line for line in lines}
    assert by_name["net_h1"]["fraction"] == "7/20"
    assert by_name["net_h1"]["value"] == "0.35"
    assert "fraction" not in by_name["out_o1"]
    assert re.fullmatch(r"-?0\.\d{30}", by_name["out_o1"]["value"])


def test_json_counts_the_steps(run):
    lines = json.loads(run("show", "mazur", "--format", "json", "--steps", "3")[1])["lines"]
    assert {line["step"] for line in lines} == {1, 2, 3}
    after, before = ({(e["step"], e["name"]): e for e in lines}[key] for key in ((1, "w5+"), (2, "net_o1")))
    assert after["value"] in before["substitution"]
    last = json.loads(run("show", "mazur", "--format", "json", "--steps", "3", "--last")[1])["lines"]
    assert {line["step"] for line in last} == {3}
    assert last == [line for line in lines if line["step"] == 3]


def test_float_values_in_json_read_back_to_the_same_float(run):
    t = trace(load("mazur"))
    lines = json.loads(run("show", "mazur", "--format", "json")[1])["lines"]
    assert [float(line["value"]) for line in lines] == [line.value for line in t.lines]


def test_csv_reads_as_a_table_and_no_cell_is_a_formula(run, net):
    path = net("x1: 0.5", "x1: -0.5")
    rows = list(csv.DictReader(io.StringIO(run("show", path, "--format", "csv")[1])))
    assert rows[0]["name"] == "net_h1"
    assert rows[0]["value"] == "0.25"
    for row in rows:
        for cell in row.values():
            assert cell[:1] not in ("=", "+", "-", "@") or re.fullmatch(r"-[\d.e+-]+", cell), cell


# --- files ---


def test_a_file_is_never_overwritten_unless_told(run, tmp_path):
    path = tmp_path / "out.json"
    assert run("show", "mazur", "--format", "json", "-o", str(path)) == (0, "", "")
    first = path.read_bytes()
    code, out, err = run("show", "mazur", "--format", "csv", "-o", str(path))
    assert (code, out) == (2, "")
    assert "--force" in err
    assert path.read_bytes() == first
    assert run("show", "mazur", "--format", "csv", "-o", str(path), "--force")[0] == 0
    assert path.read_text(encoding="utf-8").startswith("step,")
    assert list(tmp_path.iterdir()) == [path]


def test_a_computation_that_breaks_leaves_the_file_as_it_was(run, net, tmp_path):
    out_file = tmp_path / "out.txt"
    out_file.write_text("mine")
    at_once = net("x1: 0.5", "x1: 1e300", "0.1", "1e300", name="at_once.yaml")
    later = net("sigmoid", "identity", "tanh", "identity", name="later.yaml")
    for arguments in ([at_once], [later, "--set", "eta=1e9", "--steps", "50"]):
        code, _, err = run("show", *arguments, "-o", str(out_file), "--force")
        assert code == 3
        assert "the computation breaks in " in err
        assert out_file.read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["at_once.yaml", "later.yaml", "out.txt"]


def test_a_place_that_cannot_be_written_is_one_error(run, tmp_path):
    for path in (tmp_path, tmp_path / "none" / "x", "/dev/null/x"):
        code, out, err = run("show", "mazur", "-o", str(path), "--force")
        assert (code, out) == (2, "")
        assert err.count("error: ") == 1


def test_a_device_is_written_to_and_not_replaced(run):
    assert run("show", "mazur", "-o", os.devnull) == (0, "", "")
    assert not os.path.isfile(os.devnull)


# --- choosing ---


@pytest.mark.parametrize(
    ("spelling", "name"),
    [
        ("dE/dw5", "dE/dw5"),
        ("∂E/∂w5", "dE/dw5"),
        ("dE_dw5", "dE/dw5"),
        ("dEdw5", "dE/dw5"),
        ("grad_w5", "dE/dw5"),
        ("dE_total/dw5", "dE/dw5"),
        ("w5+", "w5+"),
        ("w5'", "w5+"),
        ("w5_new", "w5+"),
        ("w5⁺", "w5+"),
        ("δ_o1", "dE/dnet_o1"),
        ("delta_o1", "dE/dnet_o1"),
        ("Err_o1", "dE/dnet_o1"),
        ("dE/dz_o1", "dE/dnet_o1"),
        ("δ^3_1", "dE/dnet_o1"),
        ("δ^2_2", "dE/dnet_h2"),
        ("z_h1", "net_h1"),
        ("I_h1", "net_h1"),
        ("z^2_1", "net_h1"),
        ("a_h1", "out_h1"),
        ("O_h1", "out_h1"),
        ("a^3_2", "out_o2"),
        ("E_total", "E"),
        ("dC/dw^2_12", "dE/dw6"),
        ("w^2_11+", "w5+"),
        ("dE_o1/dout_h1", "dE/dout_h1:o1"),
        ("dE/dout_h1:o1", "dE/dout_h1:o1"),
        (" dE / dw5 ", "dE/dw5"),
    ],
)
def test_a_quantity_is_found_by_every_spelling(run, spelling, name):
    code, out, _ = run("show", "mazur", "--format", "json", "--only", spelling)
    assert code == 0
    assert [line["name"] for line in json.loads(out)["lines"]] == [name]


def test_an_unknown_quantity_gets_a_suggestion(run):
    code, out, err = run("show", "mazur", "--only", "dE/dw55")
    assert (code, out) == (2, "")
    assert "did you mean 'dE/dw5'" in err
    assert "Traceback" not in err


@pytest.mark.parametrize("name", ["dE/dw1", "w8+", "E", "dE/dout_h1"])
def test_a_derivation_is_closed_and_has_nothing_too_much(run, name):
    out = run("show", "mazur", "--format", "json", "--only", name, "--with-ancestors")[1]
    lines = json.loads(out)["lines"]
    every = {line["name"]: line for line in json.loads(run("show", "mazur", "--format", "json")[1])["lines"]}
    seen: set[str] = set()
    for line in lines:
        assert all(used in seen or used not in every for used in line["uses"])
        seen.add(line["name"])
    assert lines[-1]["name"] == name
    used = {used for line in lines for used in line["uses"]} | {name}
    assert seen <= used


def test_phases_are_chosen(run):
    lines = json.loads(run("show", "mazur", "--format", "json", "--phase", "update", "--phase", "loss")[1])["lines"]
    assert [line["name"] for line in lines][:3] == ["E_o1", "E_o2", "E"]
    assert {line["phase"] for line in lines} == {"loss", "update"}


def test_another_value_for_one_run(run):
    def value(*arguments):
        return json.loads(run("show", "mazur", "--format", "json", "--only", "net_h1", *arguments)[1])["lines"][0][
            "value"
        ]

    assert float(value("--set", "w1=1", "--set", "i1=1/2")) == 1 / 2 + 0.02 + 0.35
    assert float(value("--set", "w1=−1")) == pytest.approx(-0.05 + 0.02 + 0.35)
    for wrong in ("w1", "w1=", "w1=a", "w1=0,5", "w1=nan", "w1=1e999", "w99=1", "eta=0", "net_h1=1"):
        code, out, err = run("show", "mazur", "--set", wrong)
        assert (code, out, err.count("error: ")) == (2, "", 1), wrong


@pytest.mark.parametrize(
    "arguments",
    [
        ["--steps", "0"],
        ["--digits", "0"],
        ["--digits", "18"],
        ["--engine", "exakt"],
        ["--engine", "exact", "--digits", "100001"],
        ["--format", "xml"],
        ["--style", "nielson"],
        ["--phase", "forwards"],
        ["--round", "x"],
        ["--round", "0sf"],
        ["--round", "4", "--engine", "exact"],
        ["--round", "4", "--rounding", "up"],
        ["--rounding", "truncate"],
        ["--width", "19"],
        ["--fragment"],
        ["--with-ancestors"],
        ["--compare", "1", "--only", "E"],
        ["--compare", "1", "--phase", "forward"],
        ["--compare", "1", "--format", "svg"],
        ["--only", "eta"],
    ],
)
def test_an_option_that_makes_no_sense_is_one_error(run, arguments):
    code, out, err = run("show", "mazur", *arguments)
    assert (code, out) == (2, "")
    assert err.count("error: ") == 1


@pytest.mark.parametrize(
    "arguments", [[], ["show"], ["shw"], ["show", "mazur", "--steps", "x"], ["show", "mazur", "x"]]
)
def test_a_call_that_cannot_be_understood_ends_with_2(run, arguments):
    code, _, err = run(*arguments)
    assert code == 2
    assert "Traceback" not in err


# --- computations that break ---


@pytest.mark.parametrize(
    ("inputs", "activation", "loss", "target", "named"),
    [
        ("1e300", "identity", "squared_error", "1", "net_o1"),
        ("1e200", "identity", "squared_error", "1", "E_o1"),
        ("1000", "sigmoid", "binary_cross_entropy", "0", "E_o1"),
        ("-1000", "sigmoid", "categorical_cross_entropy", "1", "E_o1"),
        ("1000", "softplus", "squared_error", "1", "out_o1"),
        ("-1", "relu", "categorical_cross_entropy", "1", "E_o1"),
    ],
)
@pytest.mark.parametrize("form", ["table", "json", "csv", "plain"])
def test_a_computation_that_breaks_names_the_quantity(run, tmp_path, inputs, activation, loss, target, named, form):
    path = tmp_path / "net.yaml"
    weight = "1e300" if inputs == "1e300" else "1"
    path.write_text(
        f"inputs: {{x: {inputs}}}\ntargets: {{o1: {target}}}\n"
        f"layers: [{{units: 1, activation: {activation}, weights: [[{weight}]]}}]\nloss: {loss}\nlearning_rate: 1\n"
    )
    code, out, err = run("show", str(path), "--format", form)
    assert (code, out) == (3, "")
    assert f"in {named} (training step 1)" in err
    assert err.count("\n") == 1


def test_a_network_that_diverges_names_the_step(run):
    code, _, err = run("show", "mazur", "--set", "target_o1=-1e150", "--set", "eta=1e150", "--steps", "3")
    assert code == 3
    assert re.search(r"breaks in \S+ \(training step [123]\)", err)


def test_a_network_too_large_says_how_large_and_what_to_do(run, net, monkeypatch):
    monkeypatch.setattr("backprop_trace.model.network.LARGEST_LISTING", 20)
    code, out, err = run("show", net())
    assert (code, out) == (2, "")
    assert re.search(r"about \d+ quantities; 20 can be listed", err)
    assert "fewer" in err


# --- the terminal ---


def test_colours_follow_the_conventions():
    escape = b"\x1b["
    assert escape not in process("show", "mazur").stdout
    assert escape in process("show", "mazur", FORCE_COLOR="1", NO_COLOR="").stdout
    assert escape not in process("show", "mazur", FORCE_COLOR="1", NO_COLOR="1").stdout
    assert escape not in process("show", "mazur", FORCE_COLOR="1", TERM="dumb").stdout
    assert escape in process("show", "mazur", "--color").stdout
    assert escape not in process("show", "mazur", "--no-color", FORCE_COLOR="1").stdout


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "cp437", "latin-1"])
@pytest.mark.parametrize("form", ["table", "plain", "markdown", "json", "csv"])
def test_a_terminal_without_greek_gets_ascii(encoding, form, net):
    path = net("[h1, h2]", "[名, h2]")
    for name in ("mazur", path):
        done = process("show", name, "--format", form, PYTHONIOENCODING=encoding)
        assert (done.returncode, done.stderr) == (0, b"")
        if name == "mazur":
            assert done.stdout.decode("ascii")
            assert form in ("json", "csv", "markdown") or b"dE/dw5" in done.stdout


def numbers_in(text: str) -> set[str]:
    return set(re.findall(r"(?<![\w.^])\d+\.\d+(?:e[+-]?\d+)?(?![\w.])", text))


@pytest.mark.parametrize("engine", [[], ["--engine", "exact", "--digits", "40"]])
def test_no_number_is_cut_or_wrapped_at_any_width(run, engine):
    plain = run("show", "mazur", "--format", "plain", *engine)[1]
    wanted = numbers_in(plain)
    assert len(wanted) > 40
    for width in range(20, 201, 9):
        out = run("show", "mazur", "--width", str(width), *engine)[1]
        assert wanted <= numbers_in(out), width
        widest = 8 + max(map(len, plain.split()))
        assert all(len(line) <= max(width, widest) for line in out.splitlines()), width


def test_piped_output_takes_the_width_it_needs(run):
    out = run("show", "mazur")[1]
    assert "w5 · out_h1 + w6 · out_h2 + b2   0.40 · 0.593269992 + 0.45 · 0.596884378 + 0.60   1.10590597" in out


def test_plain_has_a_line_per_quantity(run):
    out = run("show", "mazur", "--format", "plain")[1].splitlines()
    assert len(out) == len(trace(load("mazur")).lines)
    assert out[0] == "net_h1 = w1 · i1 + w2 · i2 + b1 = 0.15 · 0.05 + 0.20 · 0.10 + 0.35 = 0.3775"


def test_titles_are_neither_markup_nor_commands_to_the_terminal(run, tmp_path):
    path = tmp_path / "net.yaml"
    path.write_text(
        'title: "[bold]Net[/bold] [/x] :smile: \\e[31mred \\u202e"\nsource: "[link=x]y[/link]"\nnote: "@SUM(A1)"\n'
        "inputs: {x: 1}\ntargets: {o1: 1}\nlayers: [{units: 1, activation: tanh, weights: [[1]]}]\n"
        "loss: squared_error\nlearning_rate: 1\n",
        encoding="utf-8",
    )
    out = run("show", str(path))[1]
    assert "[bold]Net[/bold] [/x] :smile: �[31mred �" in out
    assert "[link=x]y[/link]" in out
    for form in ("table", "plain", "markdown", "csv", "json"):
        assert "\x1b" not in run("show", str(path), "--format", form)[1]
    assert json.loads(run("show", str(path), "--format", "json")[1])["title"].startswith("[bold]Net[/bold] [/x]")


@pytest.mark.parametrize("form", ["table", "plain", "json", "csv", "markdown"])
def test_nowhere_stands_a_negative_zero(run, net, form):
    path = net("x1: 0.5, x2: -1", "x1: 0, x2: 0").replace("bias: 0.5", "")
    for engine in ("float", "exact"):
        out = run("show", path, "--format", form, "--engine", engine)[1]
        assert not re.search(r"-0(\.0*)?(?![\d.])", out), engine
    assert not re.search(r"-0(\.0*)?(?![\d.])", run("show", path, "--format", form, "--round", "2")[1])


def test_a_long_listing_is_announced_once_on_standard_error(net, tmp_path):
    rows = ", ".join("[" + ", ".join(["0.1"] * 90) + "]" for _ in range(60))
    path = tmp_path / "wide.yaml"
    path.write_text(
        f"inputs: [{', '.join(['0.5'] * 90)}]\ntargets: [{', '.join(['1'] * 60)}]\n"
        f"layers: [{{units: 60, activation: identity, weights: [{rows}]}}]\nloss: mse\nlearning_rate: 0.1\n"
    )
    done = process("show", str(path), "--phase", "update")
    assert done.returncode == 0
    assert re.fullmatch(rb".*about [\d,]+ quantities\r?\n", done.stderr)
    assert process("show", str(path), "--phase", "loss").stderr == b""  # it is computed alone


@pytest.mark.skipif(sys.platform == "win32", reason="pipes and signals of POSIX")
@pytest.mark.parametrize(
    "arguments", [["--steps", "300", "--format", "plain"], ["--steps", "300"], ["-f", "json", "--steps", "300"]]
)
def test_a_closed_pipe_ends_the_program_quietly(arguments):
    running = subprocess.Popen([*PROGRAM, "show", "mazur", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert running.stdout is not None
    assert running.stderr is not None
    running.stdout.readline()
    running.stdout.close()
    assert running.stderr.read() == b""
    assert running.wait(30) == 0
    running.stderr.close()


@pytest.mark.skipif(sys.platform == "win32", reason="pipes and signals of POSIX")
def test_an_interrupt_ends_the_program_quietly(tmp_path):
    out_file = tmp_path / "out.json"
    command = [*PROGRAM, "show", "mazur", "--steps", "1000000", "-f", "json", "-o", str(out_file)]
    running = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    while not list(tmp_path.iterdir()):  # it has begun to write
        time.sleep(0.02)
        assert running.poll() is None
    running.send_signal(signal.SIGINT)
    assert running.communicate(timeout=30) == (b"", b"")
    assert running.returncode == 130
    assert list(tmp_path.iterdir()) == []


def test_standard_input_is_read(net):
    text = open(net(), "rb").read()  # noqa: SIM115
    done = subprocess.run([*PROGRAM, "show", "-", "-f", "json"], input=text, capture_output=True, check=True)
    assert json.loads(done.stdout)["lines"][0]["name"] == "net_h1"
    broken = subprocess.run([*PROGRAM, "show", "-"], input=b"a: [", capture_output=True, check=False)
    assert (broken.returncode, broken.stdout) == (2, b"")
    assert b"standard input:1:4" in broken.stderr


def test_the_small_commands(run):
    assert run("--version")[1].startswith("backprop-trace ")
    code, out, _ = run("list")
    assert code == 0
    assert "backprop-trace show mazur" in out
    assert all(len(line.split("\t")) == 6 for line in run("list", "--format", "plain")[1].splitlines())
    assert json.loads(run("schema")[1])["$schema"].startswith("http://json-schema.org/draft-07")
    for command in ("list", "show", "schema"):
        assert run(command, "--help")[0] == 0
