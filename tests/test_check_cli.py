"""`check`, `sheet` and `audit` as people and programs meet them; and sheets that mean harm."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest

from backprop_trace import cli
from backprop_trace.check import many
from backprop_trace.check.report import VERDICTS
from backprop_trace.render import FORMATS

RIGHT = "net_h1: 0.3775\nout_h1: 0.5933\ndE/dw5: 0.0822\nw5+: 0.3589\n"
ASCENT = "net_h1: 0.3775\nout_h1: 0.5933\ndE/dw5: 0.0822\nw5+: 0.4411\n"


@pytest.fixture
def sheet(tmp_path):
    def sheet(text: str, name: str = "sheet.yaml") -> str:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    return sheet


# --- exit codes ---


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (RIGHT, 0),
        ("dE/dw5: 0.0822\n", 0),
        (ASCENT, 1),
        ("E: 0.7000\n", 1),
        ("nothing: 0.7\n", 1),
        ("step 50:\n  E: 0.7\n", 1),  # undecided is no mistake, and confirms nothing
        ("E: [\n", 2),
        ("", 2),
    ],
)
def test_the_exit_code_says_whether_there_is_a_mistake(run, sheet, text, code):
    assert run("check", "mazur", sheet(text))[0] == code


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["mazur", "nowhere.yaml"], "there is no such file"),
        (["nowhere", "sheet.yaml"], "no shipped example"),
        (["deep"], "prints no numbers"),
        (["mazur", "--format", "xml"], "--format"),
        (["mazur", "--decimal", "space"], "--decimal"),
        (["mazur", "--strict", "-1"], "--strict"),
        (["-", "-"], "only once"),
        (["mazur", "a", "b", "--format", "svg"], "only 'show' writes it"),
        (["mazur", "a", "b", "--slips"], "one sheet"),
        (["mazur", "--set", "w1"], "write name=number"),
    ],
)
def test_what_cannot_be_done_is_one_message(run, arguments, message):
    code, out, err = run("check", *arguments)
    assert (code, out) == (2, "")
    assert message in err
    assert "Traceback" not in err


def test_an_example_that_cannot_be_computed_ends_with_3(run, sheet, tmp_path):
    net = tmp_path / "net.yaml"
    net.write_text(
        "inputs: {x: 1}\ntargets: {o: 1}\nloss: binary_cross_entropy\nlearning_rate: 1\n"
        "layers: [{units: [o], activation: identity, weights: [[0]]}]\n"
    )
    code, _, err = run("check", str(net), sheet("net_o: 0\n"))
    assert code == 3
    assert "breaks" in err


def test_of_several_sheets_the_worst_code_counts(run, sheet):
    right, wrong, broken = sheet(RIGHT, "a.yaml"), sheet(ASCENT, "b.yaml"), sheet("E: [", "c.yaml")
    assert run("check", "mazur", right, right)[0] == 0
    assert run("check", "mazur", right, wrong)[0] == 1
    assert run("check", "mazur", wrong, broken, right)[0] == 2


# --- JSON ---

LINE = {"name", "step", "sample", "written", "verdict", "expected", "key", "slips", "message"}


def test_json_is_what_the_contract_says(run, sheet):
    path = sheet(ASCENT)
    code, out, err = run("check", "mazur", path, "--format", "json")
    assert (code, err, out.count("\n")) == (1, "", 1)
    document = json.loads(out)
    assert set(document) >= {"sheet", "lines", "first_mistake", "conventions", "counts"}
    assert document["sheet"] == path
    assert document["first_mistake"] == {"name": "w5+", "step": 1, "sample": None}
    assert document["conventions"] == []
    assert document["counts"] == {"right": 3, "slip": 1, "missing": 51}
    by_name = {line["name"]: line for line in document["lines"]}
    assert len(by_name) == len(document["lines"]) == 55
    for line in document["lines"]:
        assert set(line) >= LINE
        assert line["verdict"] in VERDICTS
        assert (line["written"] is None) == (line["verdict"] == "missing")
        assert isinstance(line["slips"], list)
        assert line["message"] or line["verdict"] in ("right", "missing")
    update = by_name["w5+"]
    assert (update["written"], update["expected"], update["slips"]) == ("0.4411", "0.3589", ["ascent"])
    assert update["key"].startswith("0.3589164797")
    assert update["message"] == "your number is what one gets if the gradient is added instead of subtracted"


def test_json_names_the_sample_beside_the_name(run, sheet):
    _, out, _ = run("check", "one-weight", sheet("out_y[2]: 3\nsample 3:\n  out_y: 9\n"), "--format", "json")
    document = json.loads(out)
    assert document["first_mistake"] == {"name": "out_y", "step": 1, "sample": 3}
    assert not any("[" in line["name"] for line in document["lines"])


def test_json_of_a_right_sheet_has_no_first_mistake(run, sheet):
    assert json.loads(run("check", "mazur", sheet(RIGHT), "--format", "json")[1])["first_mistake"] is None


def test_json_of_several_sheets_is_an_object_on_each_line(run, sheet):
    paths = [sheet(RIGHT, "a.yaml"), sheet("E: [", "b.yaml"), sheet(ASCENT, "c.yaml")]
    code, out, err = run("check", "mazur", *paths, "--format", "json")
    documents = [json.loads(line) for line in out.splitlines()]
    assert code == 2
    assert [document["sheet"] for document in documents] == paths
    assert all(set(document) >= {"sheet", "lines", "first_mistake", "conventions", "counts"} for document in documents)
    assert "not YAML" in documents[1]["error"]
    assert "not YAML" in err


def test_conventions_are_ids_and_sentences(run):
    document = json.loads(run("check", "han-kamber", "--format", "json")[1])
    assert document["conventions"] == ["delta-sign"]
    assert document["counts"]["convention"] == 3


# --- what people read ---


def test_the_report_begins_with_what_matters(run, sheet):
    _, out, _ = run("check", "mazur", sheet(ASCENT), "--width", "80", "--ascii")
    head, *rest = out.split("\n\n")
    assert " ".join(head.split()).endswith("3 of 4 lines are right. The first mistake is line 4, w5+.")
    assert rest[0].splitlines()[1:] == [
        "    Your number is what one gets if the gradient is added instead of subtracted.",
        "    written        0.4411",
        "    should be      w5+ = w5 - eta * dE/dw5 = 0.40 - 0.5 * 0.0822 = 0.3589",
        "    you get it by  w5+ = w5 + eta * dE/dw5 = 0.40 + 0.5 * 0.0822 = 0.4411",
    ]
    assert "sheet.yaml:4" in rest[0].splitlines()[0]
    assert "51 lines of the example are not on the sheet" in out


def test_brief_has_no_table(run, sheet):
    brief = run("check", "mazur", sheet(ASCENT), "--brief")[1]
    assert "0.4411" in brief
    assert "out_h1" not in brief


def test_missing_lines_are_listed_on_request_only(run, sheet):
    assert "net_h2" not in run("check", "mazur", sheet(RIGHT))[1]
    assert "net_h2" in run("check", "mazur", sheet(RIGHT), "--missing")[1]


def test_slips_that_do_not_show_are_listed_on_request_only(run, sheet):
    path = sheet("dE/dw1: 0.0004\nw1+: 0.150\n")
    assert "ascent" not in run("check", "mazur", path)[1]
    assert "ascent (the gradient is added" in run("check", "mazur", path, "--slips")[1]


def test_what_is_wrong_several_times_is_said_once(run):
    out = " ".join(run("check", "quirk", "--width", "80")[1].split())
    assert out.count("7 of your 8 updates add the gradient") == 1
    assert out.count("Your number is what one gets if the gradient is added") == 1
    assert "The same in i1h2+ (line" in out


@pytest.mark.parametrize("width", [40, 60, 80, 120])
@pytest.mark.parametrize("example", ["quirk", "cheng", "mazur", "one-weight"])
def test_a_report_fits_the_terminal(run, example, width):
    lines = run("check", example, "--width", str(width), "--missing", "--slips")[1].splitlines()
    assert max(map(len, lines)) <= width


def test_signs_stand_beside_the_colours(run):
    plain = run("check", "quirk", "--no-color")[1]
    assert "\x1b" not in plain
    for mark in ("✓ right", "≈ rounded", "→ follows", "✗ slip: ascent", "✗ wrong"):
        assert mark in plain
    assert "⚖ convention" in run("check", "cheng", "--no-color")[1]
    assert "\x1b[" in run("check", "quirk", "--color")[1]
    run("check", "quirk", "--ascii")[1].encode("ascii")


@pytest.mark.parametrize("form", [form for form, about in FORMATS.items() if about.module and not about.binary])
def test_every_format_tells_the_first_mistake(run, sheet, form):
    code, out, _ = run("check", "mazur", sheet(ASCENT), "--format", form)
    assert code == 1
    assert "0.4411" in out or form == "csv"
    assert "gradient is added" in out or "ascent" in out


def test_plain_reports_as_compilers_do(run, sheet):
    path = sheet(ASCENT)
    lines = run("check", "mazur", path, "--format", "plain")[1].splitlines()
    found = f"{path}:4: slip: w5+ = 0.4411, should be w5 - η · ∂E/∂w5 = 0.40 - 0.5 · 0.0822 = 0.3589"
    assert [line for line in lines if line.startswith(found)]


def test_a_report_is_written_to_a_file(run, sheet, tmp_path):
    target = tmp_path / "report.md"
    assert run("check", "mazur", sheet(ASCENT), "-f", "markdown", "-o", str(target))[:2] == (1, "")
    assert "gradient is added" in target.read_text(encoding="utf-8")
    assert run("check", "mazur", sheet(ASCENT), "-o", str(target))[0] == 2


def test_other_values_hold_for_the_whole_check(run, sheet):
    path = sheet("out_y[2]: 9\nE_y[2]: 49\n")
    assert run("check", "one-weight", path)[0] == 1
    assert run("check", "one-weight", path, "--set", "W=9")[0] == 0


@pytest.mark.parametrize(
    ("options", "told", "remark"),
    [
        (["--batch-size", "1"], "--batch-size 1", "uses sample 1 only"),
        (["--batch-size", "3", "--shuffle"], "--batch-size 3 --shuffle --seed 0", "uses samples"),
        (["--batch-size", "2", "--shuffle", "--seed", "5", "--set", "eta = 0.5"],
         "--set eta=0.5 --batch-size 2 --shuffle --seed 5", "uses samples"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("form", ["yaml", "plain"])
def test_the_key_of_a_sheet_is_right_under_the_command_it_tells(run, sheet, options, told, remark, form):
    _, key, _ = run("sheet", "xor", "--steps", "3", "--values", "--round", "4", "-f", form, *options)
    command = next(each for each in key.splitlines() if "backprop-trace check" in each)
    assert command.endswith(told)
    assert remark in key
    code, out, err = run("check", "xor", sheet(key, "key.yaml" if form == "yaml" else "key.txt"), *told.split())
    assert (code, err) == (0, "")
    assert "lines are right" in " ".join(out.split())


def test_a_seed_alone_is_told_too(run, sheet):
    layers = "layers: [{units: [o], activation: sigmoid, weights: [[0.5]]}]\nloss: half_squared_error\nlearning_rate: 1"
    given = "inputs: {x: [1, 2, 3]}\ntargets: {o: [1, 0, 1]}"
    path = sheet(f"{given}\n{layers}\nbatch_size: 1\nshuffle: 5\n", "net.yaml")
    _, blank, _ = run("sheet", path, "--seed", "4")
    assert "--shuffle --seed 4" in blank


def test_a_decimal_comma_is_seen_and_is_an_option(run, sheet):
    path = sheet("net_h1 = 0,3775\n", "a.txt")
    assert run("check", "mazur", path)[0] == 0
    assert run("check", "mazur", path, "--decimal", "comma")[0] == 0


def test_a_sheet_is_read_from_standard_input():
    done = subprocess.run(
        [sys.executable, "-m", "backprop_trace", "check", "mazur", "-"],
        input=ASCENT.encode(), capture_output=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 1
    assert b"standard input:4" in done.stdout


@pytest.mark.skipif(not any((Path(p) / "pdflatex").exists() for p in os.environ["PATH"].split(":")), reason="no TeX")
@pytest.mark.parametrize("example", ["quirk", "one-weight"])
def test_the_latex_compiles(run, example, tmp_path):
    run("check", example, "-f", "latex", "--slips", "--missing", "-o", str(tmp_path / "report.tex"))
    done = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "report.tex"],
        cwd=tmp_path, capture_output=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:]
    assert b"Overfull" not in done.stdout


# --- a class ---


@pytest.fixture
def class_(sheet):
    return [
        sheet(RIGHT, "ann.yaml"),
        sheet(ASCENT, "bob.yaml"),
        sheet("E: [", "cem.yaml"),
        sheet(ASCENT + "b3: 1\n", "dan.yaml"),
    ]


def test_a_class_report_has_a_row_for_each_sheet_and_what_went_wrong(run, class_):
    code, out, err = run("check", "mazur", *class_, "--width", "150", "--ascii")
    assert code == 2
    assert "cem.yaml:1:4" in err
    rows = [line.split() for line in out.splitlines()[2:6]]
    assert [(row[0], Path(row[1]).name) for row in rows] == [
        ("ok", "ann.yaml"), ("x", "bob.yaml"), ("!", "cem.yaml"), ("x", "dan.yaml"),
    ]  # fmt: skip
    assert rows[1][2:] == ["3/4", "w5+", "ascent"]
    assert "4 sheets: 1 without a mistake, 2 with mistakes, 1 not judged" in out
    assert "The hardest line is w5+: a new mistake in 2 sheets." in out
    assert re.search(r"^ +2   ascent: the gradient is added instead of subtracted$", out, re.MULTILINE)


def test_the_class_as_csv(run, class_):
    rows = list(csv.DictReader(io.StringIO(run("check", "mazur", *class_, "--format", "csv")[1])))
    assert [row["sheet"] for row in rows] == class_
    assert [row["first_mistake"] for row in rows] == ["", "w5+", "", "w5+"]
    assert [row["slips"] for row in rows] == ["", "ascent", "", "ascent"]
    assert [row["unknown"] for row in rows] == ["0", "0", "", "1"]
    assert "not YAML" in rows[2]["error"]


def test_a_folder_is_its_sheets_in_order(run, class_, tmp_path):
    (tmp_path / "notes.pdf").write_text("no sheet")
    rows = list(csv.DictReader(io.StringIO(run("check", "mazur", str(tmp_path), "--format", "csv")[1])))
    assert [row["sheet"] for row in rows] == class_
    empty = tmp_path / "empty"
    empty.mkdir()
    code, _, err = run("check", "mazur", str(empty))
    assert code == 2
    assert "no sheets in this folder" in err


def test_many_sheets_are_judged_by_several_processes_in_order(run, sheet, monkeypatch):
    paths = [sheet(ASCENT if place % 3 else RIGHT, f"{place:02}.yaml") for place in range(40)]
    alone = run("check", "mazur", *paths, "--format", "json")
    monkeypatch.setattr(many, "_cores", lambda: 2)
    assert run("check", "mazur", *paths, "--format", "json") == alone
    assert [json.loads(line)["sheet"] for line in alone[1].splitlines()] == paths


def test_nothing_is_said_about_progress_where_nobody_looks(run, sheet):
    assert run("check", "mazur", sheet(RIGHT, "a.yaml"), sheet(RIGHT, "b.yaml"))[2] == ""


# --- the audit ---


def test_the_audit_counts_what_the_sources_printed(run):
    code, out, _ = run("audit", "--format", "json")
    assert code == 0
    found = {each["example"]: each for each in json.loads(out)}
    assert found["han-kamber"]["counts"].keys() <= {"right", "rounded", "convention"}
    assert found["quirk"]["slips"] == {"ascent": 7, "crossed": 1}
    assert found["mazur"]["counts"] == {"right": 28, "rounded": 1, "slip": 4}
    assert found["deep"]["counts"] is None


@pytest.mark.parametrize("form", ["table", "plain", "markdown"])
def test_the_audit_in_every_format(run, form):
    code, out, _ = run("audit", "--format", form)
    assert code == 0
    assert "7 ascent" in out


# --- sheets that mean harm ---

HOSTILE = {
    "a number of 10 MB": ("net_h1 = " + "1" * 10_000_000, 2, "characters"),
    "a formula of 10 MB": ("net_h1 = " + "w1+" * 3_300_000 + "w1", 2, "characters"),
    "a name of 10 MB": ("a" * 10_000_000 + " = 1", 2, "characters"),
    "10^6 lines": ("x = 1\n" * 10**6, 2, "lines"),
    "5000 digits": ("net_h1 = 0." + "3" * 4998, 2, "characters"),
    "1000 digits": ("net_h1 = 0.3775" + "0" * 980 + "\nout_h1 = 0.5" + "9" * 980, 1, "should be"),
    "control characters": ("\x1b[31mnet\x1b]0;owned\x07_h1 = 0.5\nnet_h1 = \x1b[2J0.5\x08\n", 2, "no meaning"),
    "right to left": ("net\u202e_h1 = 0.5\n", 1, "not in this example"),
    "not a number": ("net_h1 = NaN\nout_h1 = -Infinity\n", 2, "finite"),
    "10,000 brackets": ("dE/dw5 = " + "(" * 10_000 + "w1" + ")" * 10_000, 2, "characters"),
    "500 brackets": ("dE/dw5 = " + "(" * 500 + "w1" + ")" * 500, 1, "nested"),
    "1900 minuses": ("dE/dw5 = " + "-" * 1900 + "w1", 1, "nested"),
    "a tower of powers": (
        "dE/dw5 = 9**9**9**9\ndE/dw6 = 9^(9^(9^9))\ndE/dw7 = exp(exp(exp(exp(9))))",
        2,
        "cannot be evaluated",
    ),
    "a step far away": ("step 999999999:\nE = 0.5\n", 1, "out of reach"),
    "many steps": ("".join(f"step {step}:\nE = 0.1\n" for step in range(1, 2000)), 1, "out of reach"),
    "many settings": ("".join(f"set w1={n}:\nnet_h1 = 0.5\n" for n in range(2000)), 2, "sections"),
    "many unknown names": ("".join(f"x{n} = 0.5\n" for n in range(5000)), 1, "more lines"),
    "code": ("dE/dw5 = __import__('os').system('touch owned')\n", 1, "cannot be read"),
}
SECONDS, BYTES = 60, 3 * 10**9


def limited() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


@pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")
@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_sheet_ends_in_bounded_time_and_memory(case, tmp_path):
    text, code, said = HOSTILE[case]
    path = tmp_path / "sheet.txt"
    path.write_bytes(text.encode())
    start = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "backprop_trace", "check", "mazur", str(path)],
        capture_output=True, check=False, preexec_fn=limited, timeout=3 * SECONDS, cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(Path(cli.__file__).parent.parent.parent), "PYTHONUTF8": "1"},
    )  # fmt: skip
    out, err = done.stdout.decode(), done.stderr.decode()
    assert done.returncode == code, err[-2000:]
    assert said in out + err
    assert "Traceback" not in err
    assert not {"\x1b", "\x07", "\x08", "\u202e"} & set(out + err)
    assert len(out + err) < 2_000_000
    assert time.monotonic() - start < SECONDS
    assert [each.name for each in tmp_path.iterdir()] == ["sheet.txt"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"a":' * 10_000 + "1" + "}" * 10_000, "nested deeper"),
        ("net_h1: " + "[" * 10_000 + "]" * 10_000, "nested deeper"),
        ("a: &a [1]\nb: *a\n", "anchor"),
        ("net_h1: !!python/object/apply:os.system ['true']\n", "tag"),
    ],
)
def test_a_hostile_yaml_sheet_is_one_error(run, sheet, text, message):
    code, out, err = run("check", "mazur", sheet(text))
    assert (code, out) == (2, "")
    assert message in err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("net_h1 = 0.3775\nout_h1 = 0.5933\n", "All 2 lines are right."),
        ("net_h1 = 0.3775\nE_o1 = 0.5496\nE_o2 = 0.0236\nE = 0.5732\n",
         "2 of 4 lines are right, 1 follows from a line that is not. The first mistake is line 2, E_o1."),
        ("net_h1 = 0.3775\nout_h1 = 1\n", "1 of 2 lines is right. 1 cannot be judged."),
        ("E_o1 = 7.3\nE = 12\n", "None of 2 lines is right. The first mistake is line 1, E_o1."),
    ],
)  # fmt: skip
def test_what_is_right_and_what_follows_are_counted_apart(run, sheet, text, said):
    code, out, _ = run("check", "mazur", sheet(text), "--format", "json")
    assert json.loads(out)["headline"] == said
    assert code == (0 if "mistake" not in said else 1)


def test_no_heading_of_a_report_stands_twice(run, tmp_path):
    sheet = tmp_path / "a.txt"
    sheet.write_text("set W=4:\nE = 3\nfoo = 3\nset W=5:\nbar = 4\nE = 1\nset W=4:\ndE/dW = 3\n")
    _, out, _ = run("check", "one-weight", str(sheet))
    for heading in ("Step 1, with W=4", "Step 1, with W=5", "Lines that cannot be used"):
        assert out.splitlines().count(heading) == 1
