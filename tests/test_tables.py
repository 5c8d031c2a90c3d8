"""Tables with names on two sides: units or parameters one way, kinds of quantities the other."""

from __future__ import annotations

import pytest

from backprop_trace.check.checker import Checker
from backprop_trace.files.sheet import read_sheet
from backprop_trace.files.spec import load

FORWARD = {"net_h1": "0.3775", "out_h1": "0.5933", "net_o1": "1.1059", "out_o1": "0.7514"}
BACKWARD = {"error_o1": "-0.7414", "dE/dnet_o1": "0.1385", "dE/dnet_h1": "0.0088"}
UPDATES = {"dE/dw5": "0.0822", "w5+": "0.3589", "dE/dw6": "0.0827", "w6+": "0.4087"}
"""What Mazur's page prints, and t - o."""

BY_UNIT = """
| {corner} | net | out | error | delta |
|----|-----|-----|-------|-------|
| h1 | 0.3775 | 0.5933 | | 0.0088 |
| o1 | 1.1059 | 0.7514 | -0.7414 | 0.1385 |
"""
BY_KIND = """
| | h1 | o1 |
|---|---|---|
| net | 0.3775 | 1.1059 |
| out | 0.5933 | 0.7514 |
| error | - | -0.7414 |
| delta | 0.0088 | 0.1385 |
"""
SYMBOLS = """
| Neuron | $z_j$ | $a_j$ | $t_j - a_j$ | $\\delta_j$ |
|:--|--:|--:|--:|--:|
| $h_1$ | 0.3775 | 0.5933 | | 0.0088 |
| $o_1$ | 1.1059 | 0.7514 | -0.7414 | 0.1385 |
"""
SPREADSHEET = "\th1\to1\nnet\t0.3775\t1.1059\nout\t0.5933\t0.7514\nerror\t\t-0.7414\ndelta\t0.0088\t0.1385\n"
CSV = "neuron,net input,activation,error,delta\nh1,0.3775,0.5933,,0.0088\no1,1.1059,0.7514,-0.7414,0.1385\n"
ALIGNED = """
       net      out      error     delta
h1     0.3775   0.5933   -         0.0088
o1     1.1059   0.7514   -0.7414   0.1385
"""
WITH_NUMBERS = """
| unit | weighted sum | output | t - o | delta |
|---|---|---|---|---|
| h1 | 0.15*0.05 + 0.20*0.10 + 0.35 = 0.3775 | 1/(1 + e^-0.3775) = 0.5933 | | 0.0088 |
| o1 | 1.1059 | 0.7514 | 0.01 - 0.7514 = -0.7414 | 0.1385 |
"""
UNITS = {
    "empty corner": BY_UNIT.format(corner=""),
    "a word in the corner": BY_UNIT.format(corner="Unit"),
    "kinds as rows": BY_KIND,
    "symbols": SYMBOLS,
    "a spreadsheet": SPREADSHEET,
    "CSV": CSV,
    "in columns": ALIGNED,
    "with numbers put in": WITH_NUMBERS,
}
PARAMETERS = {
    "old and new": "| weight | old | gradient | new |\n|---|---|---|---|\n| w5 | 0.40 | 0.0822 | 0.3589 |\n"
    "| w6 | 0.45 | 0.0827 | 0.4087 |\n",
    "symbols": "| | dE/dw | w+ |\n|---|---|---|\n| w5 | 0.0822 | 0.3589 |\n| w6 | 0.0827 | 0.4087 |\n",
    "kinds as rows": "| | w5 | w6 |\n|---|---|---|\n| gradient | 0.0822 | 0.0827 |\n| updated | 0.3589 | 0.4087 |\n",
}
HAN_KAMBER = """
| Unit, j | Net input, I_j | Output, O_j |
|---|---|---|
| 4 | 0.2 + 0 - 0.5 - 0.4 = -0.7 | 1/(1 + e^0.7) = 0.332 |
| 5 | -0.3 + 0 + 0.2 + 0.2 = 0.1 | 1/(1 + e^-0.1) = 0.525 |
| 6 | (-0.3)(0.332) - (0.2)(0.525) + 0.1 = -0.105 | 1/(1 + e^0.105) = 0.474 |

| Unit, j | Err_j |
|---|---|
| 6 | (0.474)(1 - 0.474)(1 - 0.474) = 0.1311 |
| 5 | (0.525)(1 - 0.525)(0.1311)(-0.2) = -0.0065 |

| Weight or bias | New value |
|---|---|
| w46 | -0.3 + (0.9)(0.1311)(0.332) = -0.261 |
| b6 | 0.1 + (0.9)(0.1311) = 0.218 |
"""


def read(example: str, text: str) -> dict[str, tuple[str | None, str]]:
    report = Checker(load(example)).check(read_sheet(text, "a.txt"))
    assert not report.unread
    return {line.name: (line.written, line.verdict) for line in report.written}


@pytest.mark.parametrize("kind", UNITS)
def test_a_row_or_a_column_for_each_unit(kind):
    assert read("mazur", UNITS[kind]) == {name: (n, "right") for name, n in (FORWARD | BACKWARD).items()}


@pytest.mark.parametrize("kind", PARAMETERS)
def test_a_row_or_a_column_for_each_parameter(kind):
    assert (UPDATES | {}).items() <= {name: n for name, (n, _) in read("mazur", PARAMETERS[kind]).items()}.items()
    assert {verdict for _, verdict in read("mazur", PARAMETERS[kind]).values()} == {"right"}


def test_the_tables_of_a_textbook_are_read():
    """Units called by numbers, calculations in the cells, three tables one below the other."""
    found = read("han-kamber", HAN_KAMBER)
    names = ["net_h4", "net_h5", "net_o6", "out_h4", "out_h5", "out_o6", "dE/dnet_o6", "dE/dnet_h5", "w46+", "b6+"]
    assert sorted(found) == sorted(names)
    assert {verdict for _, verdict in found.values()} <= {"right", "rounded", "convention"}


def test_a_wrong_number_in_a_cell_is_found_where_it_stands():
    text = BY_UNIT.format(corner="").replace("0.7514", "0.7541")
    report = Checker(load("mazur")).check(read_sheet(text, "a.txt"))
    assert [(line.name, line.slips) for line in report.written if line.verdict == "slip"] == [
        ("out_o1", ("digits-swapped",))
    ]
    assert report.first_mistake is not None and report.first_mistake.place is not None
    assert report.first_mistake.place.line == 5


def test_names_above_one_row_of_numbers():
    found = read("mazur", "| net_h1 | out_h1 | E |\n|---|---|---|\n| 0.3775 | 0.5933 | 0.2984 |\n")
    assert found == {"net_h1": ("0.3775", "right"), "out_h1": ("0.5933", "right"), "E": ("0.2984", "right")}


def test_a_heading_that_is_no_kind_of_quantity_is_asked_about():
    text = "| unit | net | phase |\n|---|---|---|\n| h1 | 0.3775 | 0.1234 |\n"
    report = Checker(load("mazur")).check(read_sheet(text, "a.txt"))
    assert [line.verdict for line in report.written if line.name == "net_h1"] == ["right"]
    assert [line.verdict for line in report.written if "phase" in line.name] == ["unknown"]


def test_rows_of_a_matrix_below_units_stay_rows():
    found = read("mazur", "| | h1 | h2 |\n|---|---|---|\n| a1 | 0.5933 | 0.5969 |\n")
    assert found == {"out_h1": ("0.5933", "right"), "out_h2": ("0.5969", "right")}
