"""Sheets as people write them: four forms, numbers with their digits, sections, readings, formulas."""

from __future__ import annotations

import json
import re
from fractions import Fraction

import pytest

from backprop_trace.check.checker import Checker
from backprop_trace.files.sheet import Section, load_sheet, paper, read_sheet
from backprop_trace.files.source import SourceError
from backprop_trace.files.spec import load, shipped

YAML = """\
# my work
net_h1: 0.3775
step 2:
  E: -1.2e-3
  sample 2: {out_h1: 3/8}
sample 3:
  out_h1: .5
"""
JSON = '{"net_h1": 0.3775, "step 2": {"E": -1.2e-3, "sample 2": {"out_h1": "3/8"}}, "sample 3": {"out_h1": ".5"}}'
CSV = "name,value,step,sample\nnet_h1,0.3775,,\nE,-1.2e-3,2,\nout_h1,3/8,2,2\nout_h1,.5,,3\n"
PLAIN = """\
# my work
net_h1 = 0.3775   # the first
step 2:
E = \u22121.2e-3
step 2: sample 2: out_h1 = 3/8
step 1:
sample 3: out_h1 = .5
"""
SAME = [
    ("net_h1", Fraction("0.3775"), 4, Section()),
    ("E", Fraction("-0.0012"), 4, Section(2)),
    ("out_h1", Fraction(3, 8), None, Section(2, 2)),
    ("out_h1", Fraction(1, 2), 1, Section(1, 3)),
]


def read(text: str, name: str) -> list[tuple[str, Fraction | None, int | None, Section]]:
    found = []
    for entry in read_sheet(text, name).entries:
        (written,) = entry.readings
        found.append((entry.spelling, written.value, written.decimals if written.half_unit else None, entry.section))
    return found


@pytest.mark.parametrize(
    ("text", "name"),
    [(YAML, "a.yaml"), (YAML, "sheet"), (JSON, "a.json"), (JSON, "standard input"), (CSV, "a.csv"), (CSV, "sheet"),
     (CSV.replace(",", ";"), "a.csv"), (CSV.replace(",", "\t"), "a.tsv"), (PLAIN, "a.txt"), (PLAIN, "sheet")],
)  # fmt: skip
def test_the_four_forms_say_the_same(text, name):
    assert read(text, name) == SAME


@pytest.mark.parametrize(
    ("text", "value", "half_unit"),
    [
        ("0.6482", "0.6482", "0.00005"),
        ("0.64820", "0.6482", "0.000005"),
        ("-0.105444", "-0.105444", "0.0000005"),
        ("\u22120.5", "-0.5", "0.05"),
        ("1.2e-3", "0.0012", "0.00005"),
        ("12e2", "1200", "50"),
        (".5", "0.5", "0.05"),
        ("3", "3", "0.5"),
        ("+3.0", "3", "0.05"),
        ("3/8", "3/8", "0"),
        ("-1/3", "-1/3", "0"),
        ("\u2248 0.38", "0.38", "0.005"),
    ],
)
def test_a_number_is_what_is_written_with_its_digits(text, value, half_unit):
    (entry,) = read_sheet(f"x = {text}", "a.txt").entries
    assert entry.readings[0].value == Fraction(value)
    assert entry.readings[0].half_unit == Fraction(half_unit)


@pytest.mark.parametrize("told", [True, False])
def test_a_decimal_comma_is_read_where_the_sheet_uses_it_throughout(told):
    (entry,) = read_sheet("x = 0,25", "a.txt", decimal_comma=told).entries
    assert entry.readings[0].value == Fraction(1, 4)


def test_a_table_with_decimal_commas_has_semicolons():
    (entry,) = read_sheet("name;value\nx;0,25\n", "a.csv", decimal_comma=True).entries
    assert entry.readings[0].value == Fraction(1, 4)


def test_of_a_line_worked_out_the_last_number_counts():
    (entry,) = read_sheet("net_h1 = w1*i1 + w2*i2 + b1 = 0.0075 + 0.02 + 0.35 = 0.3775", "a.txt").entries
    assert (entry.spelling, entry.readings[0].text) == ("net_h1", "0.3775")


@pytest.mark.parametrize(
    ("text", "name"), [("out_h1: [0.6483, 0.6482]", "a.yaml"), ('{"out_h1": [0.6483, 0.6482]}', "a.json")]
)
def test_a_sheet_may_have_two_readings_of_a_quantity(text, name):
    (entry,) = read_sheet(text, name).entries
    assert [reading.text for reading in entry.readings] == ["0.6483", "0.6482"]


def test_an_empty_line_of_a_blank_sheet_is_no_line():
    assert [entry.spelling for entry in read_sheet("net_h1:\nout_h1: 0.5\nnet_h2: ~\n", "a.yaml").entries] == ["out_h1"]
    assert [entry.spelling for entry in read_sheet("net_h1 =\nout_h1 = 0.5\n", "a.txt").entries] == ["out_h1"]


def test_places_are_where_it_stands():
    sheet = read_sheet("# one\nnet_h1 = 0.3775\n", "a.txt")
    assert sheet.entries[0].place[:2] == (2, 1)
    assert sheet.entries[0].readings[0].place[:2] == (2, 10)


@pytest.mark.parametrize(
    ("text", "name", "message", "line"),
    [
        ("", "a.txt", "not a single line", None),
        ("x: {y: {z: 1}}\n", "a.yaml", "is no section", 1),
        ("- 1\n", "a.yaml", "no line of the sheet was read", 1),
        ("just words\n", "a.txt", "no line of the sheet was read", 1),
        ("x = 012\n", "a.txt", "leading zero", 1),
        ("x = NaN\n", "a.txt", "finite", 1),
        ("x = 1e999\n", "a.txt", "out of range", 1),
        ("x = 1/0\n", "a.txt", "division by zero", 1),
        ("name,value\nx,1,2\n", "a.csv", "3 cells, 2 columns", 2),
    ],
)
def test_what_is_wrong_with_a_sheet_is_said_with_its_place(text, name, message, line):
    with pytest.raises(SourceError, match=message) as wrong:
        read_sheet(text, name)
    place = wrong.value.problems[0].place
    assert (place and place.line) == line


# --- names and formulas, as the checker reads them ---


def verdicts(example: str, text: str, name: str = "sheet.txt") -> list[tuple[str, int, int | None, str]]:
    report = Checker(load(example)).check(read_sheet(text, name))
    return [(line.name, line.step, line.sample, line.verdict) for line in report.written]


@pytest.mark.parametrize(
    ("spelling", "value", "name"),
    [
        ("delta_o1", "0.13850", "dE/dnet_o1"),
        ("δ_o1", "0.13850", "dE/dnet_o1"),
        ("∂E/∂w5", "0.08217", "dE/dw5"),
        ("dE_dw5", "0.08217", "dE/dw5"),
        ("grad_w5", "0.08217", "dE/dw5"),
        ("w5_new", "0.35892", "w5+"),
        ("w5'", "0.35892", "w5+"),
        ("z_h1", "0.3775", "net_h1"),
        ("a_h1", "0.59327", "out_h1"),
        ("E_total", "0.29837", "E"),
        ("dE_o1/dout_h1", "0.05540", "dE/dout_h1:o1"),
        ("w1", "0.15", "w1"),
    ],
)
def test_a_quantity_is_read_by_all_its_spellings(spelling, value, name):
    assert verdicts("mazur", f"{spelling} = {value}") == [(name, 1, None, "right")]


def test_a_name_that_is_not_known_gets_the_nearest_one():
    report = Checker(load("mazur")).check(read_sheet("nett_h1 = 0.3775\n", "a.txt"))
    (line,) = report.written
    assert (line.verdict, line.expected) == ("unknown", "")
    assert "0.3775 is net_h1; write that" in line.message


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("nett_h1 = 0.38", "did you mean 'net_h1'?"),  # two digits are not enough to know a number by
        ("the lower result = 0.7729", "0.7729 is out_o2; write that"),
        ("my number = 0.4", "not in this example"),
        ("zork = -0.3775", "not in this example"),  # the numbers of net_h1, out_o2 and dE/dw7, with another sign
        ("the lower result = -0.7729", "not in this example"),
        ("step = 0.02260254", "not in this example"),
        ("step = -0.02260254", "-0.02260254 is dE/dw7; write that"),
        ("slope of something = 0.40", "not in this example"),
    ],
)
def test_the_hint_goes_by_the_number_where_its_digits_tell(line, said):
    (found,) = Checker(load("mazur")).check(read_sheet(f"{line}\n", "a.txt")).written
    assert found.verdict == "unknown" and found.message.endswith(said)


def test_samples_are_sections_columns_or_brackets():
    expected = [("out_y", 1, 2, "right"), ("out_y", 1, 3, "right")]
    assert verdicts("one-weight", "out_y[2] = 3\nout_y[3] = 6\n") == expected
    assert verdicts("one-weight", "sample 2:\nout_y = 3\nsample 3:\nout_y = 6\n") == expected
    assert verdicts("one-weight", "name,value,sample\nout_y,3,2\nout_y,6,3\n", "a.csv") == expected


def test_a_section_sets_other_values():
    text = "set W=4:\n  sample 2:\n    out_y: 4\n    E_y: 4\nset W=2:\n  sample 2: {out_y: 2, E_y: 0}\n"
    report = Checker(load("one-weight")).check(read_sheet(text, "a.yaml"))
    found = [(line.settings, line.name, line.verdict) for line in report.written]
    assert found == [(setting, name, "right") for setting in (("W=4",), ("W=2",)) for name in ("out_y", "E_y")]


@pytest.mark.parametrize("setting", ["V=4", "W=four"])
def test_a_section_that_cannot_be_set_is_an_error(setting):
    with pytest.raises(SourceError):
        Checker(load("one-weight")).check(read_sheet(f"set {setting}:\n  out_y[2]: 4\n", "a.yaml"))


def test_other_readings_explain_what_follows_from_them():
    # .6482 * .46 + .7259 * .15 = .407057; .6483 would give .407103
    sheet = "out_h1: [0.6483, 0.6482]\nout_h2: 0.7259\nnet_o1: 0.407057\n"
    assert [verdict for *_, verdict in verdicts("quirk", sheet, "a.yaml")] == ["right", "right", "follows"]


@pytest.mark.parametrize(
    ("formula", "verdict", "slip"),
    [
        ("(out_o1 - 0.01) * out_o1 * (1 - out_o1) * out_h1", "right", None),
        ("-(target_o1 - out_o1) * out_o1 * (1 - out_o1) * out_h1", "right", None),
        ("dE/dnet_o1 * out_h1", "right", None),
        ("dE/dout_o1*dout_o1/dnet_o1*dnet_o1/dw5", "right", None),
        ("(target_o1 - out_o1) * out_o1 * (1 - out_o1) * out_h1", "slip", "sign"),
        ("(out_o1 - 0.01) * out_h1", "slip", "error-for-delta"),
        ("(out_o1 - 0.01) * net_o1 * (1 - net_o1) * out_h1", "slip", "slope-of-net"),
        ("dE/dnet_o1", "slip", "gradient-without-input"),
        ("dE/dnet_o1 * net_h1", "slip", "net-for-input"),
        ("dE/dnet_o1 * w5", "slip", "weight-for-input"),
        ("out_o1 ^ 2", "wrong", None),
        ("log(-1 - out_o1^2)", "wrong", None),
        ("0.08217 + 0 * w5", "wrong", None),
        ("quux * 2", "unknown", None),
    ],
)
def test_a_formula_is_right_if_it_is_the_same_function(formula, verdict, slip):
    report = Checker(load("mazur")).check(read_sheet(f"dE/dw5: {formula}\n", "a.yaml"))
    (line,) = report.written
    assert line.verdict == verdict, line
    assert slip is None or slip in line.slips, line


# --- blank sheets ---


KEYS = [
    (), ("--decimals", "3"), ("--decimals", "2", "--steps", "2"), ("--phase", "backward"), ("--style", "layered"),
    ("--style", "nielsen"),
]  # fmt: skip


@pytest.mark.parametrize("options", KEYS)
@pytest.mark.parametrize("form", ["yaml", "csv", "plain"])
@pytest.mark.parametrize("example", shipped())
def test_a_blank_filled_with_the_key_has_no_mistakes(example, form, options, tmp_path, run):
    path = tmp_path / f"key.{ {'plain': 'txt'}.get(form, form) }"
    code, _, _ = run("sheet", example, "--values", "-f", form, "-o", str(path), *options)
    assert code == 0
    report = Checker(load(example)).check(load_sheet(str(path)))
    assert set(report.counts) <= {"right", "missing", "undecided"}  # 0.000 for 0.0004 tells nothing
    for line in report.written:  # 0.001 for 0.000995 shows no digit of it either
        assert line.verdict != "undecided" or abs(float(line.key)) < 10.0 ** -len(line.written.partition(".")[2])
    assert ("missing" in report.counts) == ("--phase" in options)


@pytest.mark.parametrize("options", [("--round", "4"), ("--round", "4sf", "--steps", "2")])
@pytest.mark.parametrize("example", shipped())
def test_a_key_rounded_line_by_line_has_no_mistakes_either(example, options, tmp_path, run):
    path = tmp_path / "key.yaml"
    code, _, _ = run("sheet", example, "--values", "-o", str(path), *options)
    report = Checker(load(example)).check(load_sheet(str(path)))
    assert code == 0
    assert set(report.counts) <= {"right", "rounded", "follows", "undecided"}


@pytest.mark.parametrize("form", ["yaml", "csv", "plain"])
def test_a_blank_has_the_lines_of_the_listing_in_their_order(form, run):
    code, blank, _ = run("sheet", "mazur", "-f", form)
    _, shown, _ = run("show", "mazur", "-f", "json")
    names = [line["name"] for line in json.loads(shown)["lines"]]
    mark = {"yaml": ":", "plain": " =", "csv": ","}[form]
    lines = [line for line in blank.splitlines() if line.rstrip().endswith(mark) and not line.startswith("#")]
    found = [line.rstrip()[: -len(mark)].removeprefix("1,,") for line in lines]
    assert code == 0
    assert found == names
    with pytest.raises(SourceError, match="line of the sheet"):
        read_sheet(blank, f"blank.{form}")


def test_an_example_without_numbers_has_a_blank_and_no_key(tmp_path, run):
    path = tmp_path / "net.yaml"
    path.write_text(
        "inputs: [x]\ntargets: [o]\nparameters: [w]\nloss: half_squared_error\n"
        "layers: [{units: [o], activation: tanh, weights: [[w]]}]\n"
    )
    assert run("sheet", str(path))[0] == 0
    assert run("sheet", str(path), "--values")[0] == 2


@pytest.mark.parametrize("words", ["Total:", "total", "All samples together:", "Summe:", "-- sum --"])
def test_a_total_behind_samples_belongs_to_none(words):
    sheet = read_sheet(f"sample 2:\nout_y = 3\n{words}\nE = 3\n", "a.txt")
    assert [entry.section.sample for entry in sheet.entries] == [2, None]


def test_what_follows_only_from_lines_that_cannot_be_told_confirms_nothing():
    report = Checker(load("mazur")).check(read_sheet("delta_h1 = 0.0073\nw1+ = 0.14982\n", "a.txt"))
    assert not report.is_confirmed


NAMES = (
    "net_h1 w5+ w5' w_i1_h1 dE/dnet_h1 dE/dout_h1:o1 ∂E/∂w1 δ_o1 net_h1[2] h@2 step steps sample set_w E a: w:3 _x x."
)
BEFORE = "/    /- /a) /# /step 2:|/sample 2|/w = [[1 2]|[3 4]]|/w = (|/q & 1|/y = 1 +|".replace("|", "\n").split("/")
NUMBERS = ("0.3775", "-1", "0", "00.5", "1e3", ".5", "0.5 (a)", "12345678901", "0.5 = 0.51", "[1, 2]")


@pytest.mark.parametrize("sign", [" = ", "=", " ≈ ", ": ", " := "])
def test_a_plain_line_is_read_as_it_would_be_at_length(sign, monkeypatch):
    """Most lines take the short way: a name, a sign and a number. It must lead where the long one does."""
    lines = [f"{name}{sign}{number}\n= 0.25\nE = 1\n" for name in NAMES.split() for number in NUMBERS]
    texts = [before + line for before in BEFORE for line in lines]
    short = [whatever_is_read(text) for text in texts]
    monkeypatch.setattr(paper, "_PLAIN", re.compile("(?!)"))
    assert [whatever_is_read(text) for text in texts] == short


def whatever_is_read(text: str) -> object:
    try:
        return read_sheet(text, "sheet.txt")
    except SourceError as wrong:
        return str(wrong)


def test_prose_with_a_colon_is_no_broken_yaml():
    with pytest.raises(SourceError, match="no line of the sheet was read as a calculation"):
        read_sheet("Student: Eve\nhello\n", "x.md")
