"""The sheets of a class: folders in folders, names of students, a line of JSON each, a checker that travels."""

from __future__ import annotations

import csv
import io
import json
import os
import pickle
import resource
import subprocess
import sys

import pytest

import backprop_trace as bt
from backprop_trace.check import many
from backprop_trace.check.checker import Checker
from backprop_trace.check.many import Checks, outcomes
from backprop_trace.files.sheet import read_sheet
from backprop_trace.files.source import SourceError
from backprop_trace.files.spec import shipped
from backprop_trace.files.submissions import Submission, in_folder, lines_of_json, student_of, submission_of

RIGHT, WRONG = "net_h1 = 0.3775\n", "net_h1 = 0.9\n"


# --- folders and names ---


@pytest.fixture
def class_(tmp_path):
    for path, text in {
        "ann/sheet.txt": RIGHT,
        "bob/sheet.txt": f"# Name: Robert B.\n{WRONG}",
        "cem/first.txt": RIGHT,
        "cem/second.txt": RIGHT,
        "deep/er/still/own.yaml": "net_h1: 0.3775",
        "student10.txt": RIGHT,
        "student2.txt": f"# name: Zoë\n{RIGHT}",
        ".hidden/sheet.txt": RIGHT,
        ".draft.txt": RIGHT,
        "notes.pdf": "no sheet",
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    return tmp_path


def test_a_folder_is_all_sheets_below_it_and_each_has_its_student(class_):
    found = in_folder(str(class_))
    names = [each.name.removeprefix(f"{class_}/") for each in found]
    assert names == [
        "ann/sheet.txt", "bob/sheet.txt", "cem/first.txt", "cem/second.txt", "deep/er/still/own.yaml", "student2.txt",
        "student10.txt",
    ]  # fmt: skip
    students = [student_of(each, each.read()) for each in found]
    assert students == ["ann", "Robert B.", "cem/first", "cem/second", "deep/er/still", "Zoë", "student10"]


def test_the_command_takes_folders_in_folders(run, class_):
    code, out, err = run("check", "mazur", str(class_), "--format", "json")
    assert (code, err) == (1, "")
    assert len(out.splitlines()) == 7
    (class_ / "empty").mkdir()
    code, _, err = run("check", "mazur", str(class_ / "empty"))
    assert code == 2
    assert "no sheets in this folder" in err


def test_a_folder_that_cannot_be_read_is_said_and_costs_no_other(class_, monkeypatch):
    scandir = os.scandir

    def refusing(path):
        if str(path).endswith("bob"):
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    found = in_folder(str(class_))
    assert [each.error for each in found if each.error] == ["this folder cannot be read: Permission denied"]
    assert len(found) == 7


def test_a_report_says_whose_sheet_it_is(run, class_):
    students = ["ann", "Robert B.", "cem/first", "cem/second", "deep/er/still", "Zoë", "student10"]
    records = [json.loads(line) for line in run("check", "mazur", str(class_), "--format", "json")[1].splitlines()]
    assert [record["student"] for record in records] == students
    rows = list(csv.DictReader(io.StringIO(run("check", "mazur", str(class_), "--format", "csv")[1])))
    assert [row["student"] for row in rows] == students
    table = run("check", "mazur", str(class_), "--width", "150")[1].splitlines()
    assert "Robert B." in table[3]
    assert "ann/sheet.txt" in table[2]


@pytest.mark.parametrize(
    ("text", "student"),
    [
        ("Name: Student A\nE = 1", "Student A"),
        ("# Name: Student A\nE = 1", "Student A"),
        ("name = 'Student A'\nE = 1", "Student A"),
        ("Exercise 3\n\nStudent: A. B.  \n", "A. B."),
        ("name: 0.5\n", "file"),
        ("name,value\nE,1\n", "file"),
        ("Name: \x1b[31mred\n", "�[31mred"),
        ("Name: " + "x" * 500, "x" * 80),
        ("E = 1\n" * 30 + "Name: late\n", "file"),
        ("", "file"),
    ],
)
def test_the_name_on_a_sheet_is_the_students(text, student):
    assert student_of(Submission("some/where/file.txt"), text) == student


# --- a line of JSON each ---


def test_each_line_has_a_report_in_order_and_a_bad_line_costs_no_other():
    lines = [
        {"sheet": "A", "text": RIGHT}, None, {"sheet": "B", "text": WRONG}, "no JSON", {"sheet": "C"}, [1],
        {"text": RIGHT},
        {"sheet": 7, "text": "E: ["}, {"sheet": "\ud800", "text": RIGHT},
    ]  # fmt: skip
    text = "".join((json.dumps(line) if not isinstance(line, str) else line) + "\n" if line else "\n" for line in lines)
    done = subprocess.run(
        [sys.executable, "-m", "backprop_trace", "check", "mazur", "-"],
        input=text.encode(), capture_output=True, check=False, timeout=60,
    )  # fmt: skip
    reports = [json.loads(line) for line in done.stdout.decode().splitlines()]
    assert done.returncode == 2
    assert [report["sheet"] for report in reports] == ["A", "B", "line 4", "line 5", "line 6", "line 7", "7", "�"]
    assert ["error" in report for report in reports] == [False, False, True, True, True, False, True, False]
    assert b"Traceback" not in done.stderr


def test_the_exit_code_is_that_of_the_worst_sheet():
    for texts, code in (([RIGHT, RIGHT], 0), ([RIGHT, WRONG], 1)):
        text = "".join(json.dumps({"sheet": "x", "text": each}) + "\n" for each in texts)
        done = subprocess.run(
            [sys.executable, "-m", "backprop_trace", "check", "mazur", "-", "--format", "csv"],
            input=text.encode(), capture_output=True, check=False, timeout=60,
        )  # fmt: skip
        assert (done.returncode, len(done.stdout.splitlines())) == (code, 3)


@pytest.mark.parametrize("text", ['{"net_h1": 0.3775}', "net_h1 = 0.3775", '{"sheet": 1}', ""])
def test_other_input_is_one_sheet_as_before(text):
    done = subprocess.run(
        [sys.executable, "-m", "backprop_trace", "check", "mazur", "-"],
        input=text.encode(), capture_output=True, check=False, timeout=60,
    )  # fmt: skip
    assert not done.stdout.startswith(b"{")
    assert b"Traceback" not in done.stderr


def test_reports_come_while_sheets_are_still_being_written():
    """The first reports are there though the last line never comes."""
    with subprocess.Popen(
        [sys.executable, "-m", "backprop_trace", "check", "mazur", "-"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as running:  # fmt: skip
        assert running.stdin
        assert running.stdout
        for count in range(200):
            running.stdin.write(json.dumps({"sheet": str(count), "text": RIGHT}).encode() + b"\n")
        running.stdin.flush()
        assert json.loads(running.stdout.readline())["sheet"] == "0"
        running.stdin.close()
        rest = running.stdout.read().splitlines()
    assert [json.loads(line)["sheet"] for line in rest] == [str(count) for count in range(1, 200)]


def test_a_stream_is_never_held_as_a_whole(monkeypatch):
    """Of 5,000 sheets no more than a few are read ahead of the reports."""
    monkeypatch.setattr(many, "_cores", lambda: 1)
    read = 0

    def stream():
        nonlocal read
        for count in range(5000):
            read += 1
            yield Submission(str(count), RIGHT)

    found = outcomes(Checks(bt.load("mazur")), stream())
    for _ in range(100):
        next(found)
    assert read < 100 + 2 * many.WORTH_SPREADING
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert sum(1 for _ in found) == 4900
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 60_000  # kB


def test_several_processes_keep_the_order(monkeypatch):
    sheets = [Submission(str(count), RIGHT if count % 3 else WRONG) for count in range(60)]
    checks = Checks(bt.load("mazur"))
    monkeypatch.setattr(many, "_cores", lambda: 1)
    alone = list(outcomes(checks, sheets))
    monkeypatch.setattr(many, "_cores", lambda: 2)
    assert list(outcomes(checks, iter(sheets))) == alone


def test_there_are_as_many_workers_as_this_process_has_cores(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {2, 3, 5} if process == 0 else {1}, raising=False)
    assert many._cores() == 3
    monkeypatch.delattr(os, "sched_getaffinity")
    for count, workers in ((6, 6), (1, 1), (None, 1)):
        monkeypatch.setattr(os, "cpu_count", lambda count=count: count)
        assert many._cores() == workers


def test_a_line_that_is_too_long_is_passed_over(monkeypatch):
    monkeypatch.setattr("backprop_trace.files.submissions.LONGEST_LINE", 1000)
    good = json.dumps({"sheet": "A", "text": RIGHT}).encode()
    stream = io.BytesIO(b"x" * 5000 + b"\n" + good)
    first = stream.readline(1000)
    found = list(lines_of_json(first, stream))
    assert [bool(each.error) for each in found] == [True, False]
    with pytest.raises(SourceError):
        found[0].read()


@pytest.mark.parametrize("text", ["[" * 100_000, "1" * 10_000, '{"a"', "null", '{"text": 1}', "\ud800"])
def test_what_is_no_sheet_is_an_error_that_names_the_line(text):
    found = submission_of(text, 3)
    assert found.name == "line 3"
    assert found.error


# --- a checker that travels ---


@pytest.mark.parametrize("name", shipped())
def test_a_checker_and_its_reports_can_be_pickled(name):
    checker = Checker(bt.load(name))
    sheet = read_sheet("E = 0.5\n", "sheet")
    report = checker.check(sheet)
    again = pickle.loads(pickle.dumps(checker))
    assert pickle.loads(pickle.dumps(again.check(sheet))) == report
    assert len(pickle.dumps(checker)) < 200_000  # what it remembers stays at home


# --- names of examples ---


@pytest.mark.parametrize("name", ["Mazur", "MAZUR", "mazur"])
def test_examples_are_found_in_any_case(run, name):
    assert run("show", name) == run("show", "mazur")
