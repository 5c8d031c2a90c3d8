"""Files: nothing of anybody's is lost or overwritten without being asked for."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from backprop_trace.files.save import written_again
from backprop_trace.files.source import SourceError, read_yaml
from backprop_trace.files.spec import load, read_example, shipped
from backprop_trace.files.writing import write_new
from backprop_trace.run.step import trace

posix = pytest.mark.skipif(os.name != "posix", reason="links and modes of POSIX")


@posix
def test_through_a_link_the_file_it_leads_to_is_written(tmp_path):
    real, link = tmp_path / "real.txt", tmp_path / "link.txt"
    real.write_text("old")
    real.chmod(0o640)
    link.symlink_to(real)
    with pytest.raises(SourceError, match="exists already"):
        write_new(str(link), ["new"])
    write_new(str(link), ["new"], force=True)
    assert link.is_symlink()
    assert real.read_text() == "new"
    assert stat.S_IMODE(real.stat().st_mode) == 0o640


@posix
def test_a_link_that_leads_nowhere_is_not_replaced(tmp_path):
    link = tmp_path / "link.txt"
    link.symlink_to(tmp_path / "gone.txt")
    with pytest.raises(SourceError, match="leads nowhere"):
        write_new(str(link), ["new"])
    assert link.is_symlink()
    assert not (tmp_path / "gone.txt").exists()
    write_new(str(link), ["new"], force=True)
    assert link.is_symlink()
    assert (tmp_path / "gone.txt").read_text() == "new"


@pytest.mark.parametrize("ending", ["new/", "there/", "no/such/file.txt"])
def test_a_folder_is_no_file(tmp_path, ending):
    (tmp_path / "there").mkdir()
    with pytest.raises(SourceError):
        write_new(str(tmp_path) + "/" + ending, ["text"], force=True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["there"]


@pytest.mark.parametrize("length", [200, 250, 255])
def test_a_name_as_long_as_the_system_allows_is_written(tmp_path, length):
    path = tmp_path / ("x" * length)
    write_new(str(path), ["text"])
    assert path.read_text() == "text"
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("name", ["x" * 300, "a\0b"])
def test_a_name_that_cannot_be_is_said(tmp_path, name):
    with pytest.raises(SourceError, match="cannot be written"):
        write_new(str(tmp_path / name) if "\0" not in name else name, ["text"])


def test_what_breaks_on_the_way_leaves_the_old_file_whole(tmp_path):
    path = tmp_path / "file.txt"
    path.write_text("old")

    def pieces():
        yield "new"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_new(str(path), pieces(), force=True)
    assert path.read_text() == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["file.txt"]


READ_AND_WRITTEN = [
    ["show", "x.yaml", "-o", "x.yaml"],
    ["derive", "x.yaml", "-o", "x.yaml"],
    ["sheet", "x.yaml", "-o", "./x.yaml"],
    ["verify", "x.yaml", "-o", "link.yaml"],
    ["sweep", "x.yaml", "w", "--from", "0", "--to", "1", "-o", "x.yaml"],
    ["train", "x.yaml", "-n", "1", "-o", "x.yaml"],
    ["train", "x.yaml", "-n", "1", "--log", "x.yaml"],
    ["train", "x.yaml", "-n", "1", "--log", "x.csv"],
    ["train", "x.yaml", "-n", "1", "--save", "x.csv"],
    ["check", "x.yaml", "one.txt", "-o", "x.yaml"],
    ["check", "x.yaml", "one.txt", "-o", "one.txt"],
    ["check", "x.yaml", "one.txt", "class", "-o", "one.txt"],
    ["check", "x.yaml", "class", "-o", "class/a.csv", "-f", "csv"],
    ["check", "x.yaml", "class", "--reports", "class", "-f", "csv"],
]


@pytest.mark.parametrize("command", READ_AND_WRITTEN, ids=" ".join)
def test_nothing_takes_the_place_of_what_was_read(run, tmp_path, monkeypatch, command):
    """The example, the samples it names, the sheets; through a link, too."""
    monkeypatch.chdir(tmp_path)
    Path("class").mkdir()
    files = {
        "x.yaml": "samples: {file: x.csv, inputs: [x], targets: {o1: o1}}\nparameters: {w: 1}\nlayers:\n"
        "  - {units: [o1], activation: identity, weights: [[w]]}\nloss: half_squared_error\nlearning_rate: 0.1\n",
        "x.csv": "x,o1\n1,2\n", "one.txt": "E = 0.5\n", "class/a.csv": "E,0.5\n", "class/b.txt": "E = 0.4\n",
    }  # fmt: skip
    for name, text in files.items():
        Path(name).write_text(text)
    Path("link.yaml").symlink_to("x.yaml")
    code, _, err = run(*command, "--force")
    assert code == 2
    assert "this file was read, and is not overwritten" in err
    assert {name: Path(name).read_text() for name in files} == files


def test_an_example_is_saved_in_its_own_place(run, tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text(load("mazur").text)
    assert run("train", str(path), "-n", "1", "--save", str(path), "--force")[0] == 0
    assert load(str(path)).network == load("mazur").network
    assert load(str(path)).values != load("mazur").values


# --- saving in place ---


def saved(text: str, step: int = 3) -> str:
    example = read_example(text, "mine.yaml")
    return "".join(written_again(example, trace(example, step=step).values, "saved.yaml", step - 1))


@pytest.mark.parametrize("name", shipped())
def test_a_saved_example_goes_on_where_it_was_and_keeps_its_comments(name):
    example = load(name)
    if not trace(example).listing.carried or example.training.settling:  # that settles anew, in other iterations
        return
    text = saved(example.text)
    again = trace(read_example(text, "saved.yaml"))
    assert again.values[example.network.objective] == trace(example, step=3).values[example.network.objective]
    comments = [line for line in example.text.splitlines() if line.startswith("#")]
    assert [line for line in text.splitlines() if line.startswith("#")] == comments
    assert "published" not in [key.text for key, _ in read_yaml(text, "saved.yaml").entries]


MINE = """\
# my own net
title: "Mine"   # a title

inputs: {i1: 0.05, i2: 0.10}   # two
targets: {o1: 0.01}

# the weights
parameters:
  w1: 0.15   # first
  w2: 0.20
layers:
  - {units: [o1], activation: identity, weights: [[w1, w2]], bias: 0.350}  # one
loss: half_squared_error
learning_rate: 0.50
# the end
"""


def test_only_the_numbers_that_change_are_others():
    old, new = MINE.splitlines(), saved(MINE).splitlines()
    assert len(old) == len(new)
    changed = [before for before, after in zip(old, new, strict=True) if before != after]
    assert [line.split()[0] for line in changed] == ["w1:", "w2:", "-"]
    assert "# first" in "\n".join(new)
    assert "# one" in "\n".join(new)
    assert "learning_rate: 0.50" in new


@pytest.mark.parametrize(
    "title", ["bell \x07", "right-to-left \u202e", "line \u2028 break", "delete \x7f", "next \x85 line"]
)
def test_a_title_with_control_characters_can_be_saved_and_read_again(title):
    import json

    text = json.dumps(title)
    for whole in (MINE.replace('"Mine"', text), "{" + f"title: {text}, inputs: {{x: 1}}, targets: {{o1: 1}}, "
                  "layers: [{units: [o1], activation: identity, weights: [[0.5]]}], loss: half_squared_error, "
                  "learning_rate: 0.1}"):  # fmt: skip
        assert read_example(saved(whole), "saved.yaml").title == title


def test_characters_beyond_16_bits_may_stand_as_two_escapes():
    assert read_yaml('{"title": "\\ud83d\\ude00"}', "x.json").entries[0][1].text == "😀"
    assert read_yaml('{"title": "\\ud83d"}', "x.json").entries[0][1].text == "\ufffd"


def test_zero_bytes_are_said_with_their_place(run, tmp_path):
    path = tmp_path / "binary.yaml"
    path.write_bytes(b"title: x\ninputs: \0\n")
    code, _, err = run("show", str(path))
    assert code == 2
    assert f"{path}:2:9" in err


def test_what_is_written_shortly_stays_as_it_is():
    text = """\
inputs: {x1: 1, x2: 0.5}
targets: 1   # one output
lr: 0.1
layers:
  - units: [x1, x2]   # the input layer
  - units: [o1]
    activation: sigmoid
    weights: [[0.5, 0.2]]
    weights_layout: out_in
loss: half_squared_error
"""
    again = saved(text).splitlines()
    assert [line for line in again if "weights: " not in line] == [x for x in text.splitlines() if "weights: " not in x]
    example = read_example(text, "mine.yaml")
    assert trace(read_example(saved(text)))["E"].value == trace(example, step=3)["E"].value
