"""Practising in the terminal: each answer is judged at once, as `check` would; nothing typed is lost."""

from __future__ import annotations

import io

import pytest

from backprop_trace.check.practice import FINE, Practice, asked
from backprop_trace.files.source import SourceError
from backprop_trace.files.spec import load, shipped
from backprop_trace.formulas.notation.names import canonical


@pytest.fixture
def practise(run, monkeypatch):
    def practise(typed: str, *arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        return run("practice", *arguments)

    return practise


def key(name: str, digits: int = 6) -> list[tuple[str, str]]:
    practice = Practice(load(name))
    return [(canonical(line.name), f"{line.value:.{digits}g}") for line in practice.step.lines]


@pytest.mark.parametrize("name", shipped())
def test_the_true_numbers_are_fine_and_a_wrong_one_between_them_is_answered(name):
    """How quick an answer is, the benchmarks measure."""
    practice, lines = Practice(load(name)), key(name)
    practice.prepare()
    assert practice.answers == {}
    for place, (line, text) in enumerate(lines):
        is_wrong = place in (len(lines) // 2, len(lines) - 1)
        practice.answers[line] = text
        if place in (0, len(lines) // 4) or is_wrong:
            assert {found.verdict for found in practice.report().values()} <= {*FINE, "undecided"}
            found = practice.answer(line, f"{-1.7 * float(text) - 0.1:.4f}" if is_wrong else text)
            assert (found.verdict in FINE) != is_wrong or found.verdict == "undecided"
            practice.answers[line] = text


def test_a_slip_is_named_and_the_next_lines_follow_from_it(practise):
    code, out, _ = practise("0.3775\n0.5933\n", "mazur")
    assert code == 0
    assert out.count("✓ right") == 2
    practice = Practice(load("mazur"))
    assert practice.answer("w5+", "0.4411").slips == ("ascent",)


@pytest.mark.parametrize(("text", "why"), [("1e999", "too large"), ("1e400", "too large"), ("1e-999", "too small")])
def test_a_number_that_no_computer_has_is_refused_with_why(practise, text, why):
    code, out, _ = practise(f"{text}\n", "mazur")
    assert code == 0
    assert why in out and "0 answered" in out


def test_hints_go_from_the_formula_to_the_value_and_use_the_learners_numbers(practise):
    _, out, _ = practise("0.3775\n?\n?\n?\nq\n", "mazur")
    assert "1 / (1 + exp(-net_h1))" in out
    assert "1 / (1 + exp(-0.3775))" in out
    assert "0.5933" in out


def test_the_end_of_the_input_keeps_what_was_answered(practise, tmp_path):
    sheet = tmp_path / "mine.txt"
    _, out, _ = practise("0.3775\n0.5", "mazur", "--save", str(sheet))
    assert sheet.read_text() == "net_h1 = 0.3775\nout_h1 = 0.5\n"
    _, out, _ = practise("0.3775\n", "mazur")
    assert "Your sheet:\nnet_h1 = 0.3775" in out


def test_a_file_that_is_there_is_not_overwritten_and_that_is_said_first(practise, tmp_path):
    sheet = tmp_path / "mine.txt"
    sheet.write_text("mine")
    code, out, err = practise("0.3775\n", "mazur", "--save", str(sheet))
    assert (code, out) == (2, "")
    assert "exists already" in err
    assert sheet.read_text() == "mine"


@pytest.mark.parametrize("typed", ["abc", "--", "1e999", "0.3.3", "=", "]["])
def test_what_is_no_number_is_said_and_asked_for_again(practise, typed):
    code, out, _ = practise(f"{typed}\n0.3775\n", "mazur")
    assert code == 0
    assert out.index("?", out.index("[1/55]")) < out.index("✓ right")


def test_a_few_lines_are_chosen_by_the_seed_in_the_order_of_the_calculation():
    lines = Practice(load("mazur")).step.lines
    first = asked(lines, ("backward",), 5, seed=1)
    assert first == asked(lines, ("backward",), 5, seed=1) != asked(lines, ("backward",), 5, seed=2)
    places = [lines.index(line) for line in first]
    assert places == sorted(places)
    assert {line.equation.phase for line in first} == {"backward"}


def test_a_line_can_be_gone_back_to_and_answered_anew(practise):
    _, out, _ = practise("0.4999\n\n<\n0.3775\n", "mazur")
    assert "✓ right" in out
    assert out.endswith("net_h1 = 0.3775\n")


@pytest.mark.parametrize(
    ("text", "kept", "verdict"),
    [
        ("0.3775", "0.3775", "right"),
        ("0,3775", "0.3775", "right"),
        ("0,9", "0.9", "slip"),
        ("151/400", "151/400", "right"),
    ],
)
def test_an_answer_may_have_a_decimal_comma_and_takes_the_place_of_the_one_before(text, kept, verdict):
    practice = Practice(load("mazur"))
    practice.answer("net_h1", "0.5")
    practice.answer("out_h1", "0.5933")
    assert practice.answer("net_h1", text).verdict == verdict
    assert practice.sheet == f"net_h1 = {kept}\nout_h1 = 0.5933\n"
    assert set(practice.report()) == {"net_h1", "out_h1"}


def test_what_is_no_number_leaves_the_answer_before():
    practice = Practice(load("mazur"))
    for name, before in (("net_h1", "0.3775"), ("out_h1", None)):
        if before is not None:
            practice.answer(name, before)
        with pytest.raises(SourceError):
            practice.answer(name, "[")
        assert practice.answers.get(name) == before


def test_so_many_lines_are_asked_for_in_their_order():
    lines = Practice(load("mazur")).step.lines
    forward = [line for line in lines if line.equation.phase == "forward"]
    assert asked(lines, ["forward"]) == asked(lines, ["forward"], len(forward)) == forward
    few = asked(lines, ["forward", "loss"], 3, seed=1)
    assert len(few) == 3
    assert few == [line for line in lines if line in few]
    assert {line.equation.phase for line in few} <= {"forward", "loss"}
    assert asked(lines, ["forward", "loss"], 3, seed=1) == few != asked(lines, ["forward", "loss"], 3, seed=2)


def test_an_answer_that_is_nothing_is_asked_for_again(practise):
    """First, and between others: once it ended the session."""
    code, out, _ = practise('[\n0.3775\n[\n"\n0.5933\nq\n', "mazur")
    assert code == 0
    assert out.count("✓ right") == 2
    assert "fault" not in out
