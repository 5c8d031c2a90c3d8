"""What the checker must show (tests/benchmarks/evidence), on samples that take seconds: honest writers are not accused,
placeholders and changed numbers not confirmed, and a slip that was made is found and named.

The scripts measure the same on as many sheets as are wanted: `python -m evidence.honest --sheets 20000`.
"""

from __future__ import annotations

import random
from argparse import Namespace
from collections import Counter

import pytest
from evidence import honest, mutations, placeholders, power
from evidence.judged import ACCUSED, CONFIRMED, Cases, from_text, judge, random_exercise, shipped
from evidence.mistakes import plant
from evidence.writers import HABITS, Habit, skipping, written

from backprop_trace.check.causes import Causes, CommonSlip
from backprop_trace.check.checker import Checker
from backprop_trace.check.findings import NO_CAUSE
from backprop_trace.check.variant import Variant
from backprop_trace.files.sheet import read_sheet
from backprop_trace.files.spec import load
from backprop_trace.formulas.arithmetic import ComputationError
from backprop_trace.formulas.expr import Name
from backprop_trace.model.conventions import Ways

COARSE = ("2 decimals", "carried, 2 decimals", "2 figures", "uneven", "3 decimals", "cut, 3 decimals")
"""Up to six lines in a hundred may be undecided where digits are few or uneven; else one."""


def counted(tallies: dict[str, Counter[str]], label: str, *verdicts: str) -> int:
    return sum(tallies[label][verdict] for verdict in verdicts)


def test_honest_writers_are_not_accused_and_hardly_ever_left_undecided():
    cases = Cases(None)
    tallies = honest.tallied(Namespace(sheets=90, seed="in a test", habit="", kind=""), cases)
    assert not cases.counts, cases.smallest
    shares = {True: Counter[str](), False: Counter[str]()}
    for label, tally in tallies.items():
        shares[label.startswith(COARSE) or "uneven" in label].update(tally)
    for is_coarse, tally in shares.items():
        lines = sum(tally[verdict] for verdict in (*CONFIRMED, "undecided"))
        assert tally["undecided"] - tally["says nothing"] <= (0.06 if is_coarse else 0.01) * lines


HARD = (
    ("descent", "products, 3 decimals"),  # f = u^2 + 10 v^2: half a unit of v^2 are five of f
    ("rnn", "products, 4 decimals"),  # E = 1/2 (t - o)^2 has two figures, the square is kept to the sheet's decimals
    ("integers", "2 figures"),  # 100 for 104, and 290 + 110 for 290 + 108
    ("integers", "products, 3 figures"),  # -25 - 1090 = -1070 for -25 - 1085
    ("decayed", "uneven figures"),  # a skipped line had two figures, like others on the sheet
    ("plain", "cut, 3 decimals"),  # p - t is no number rounded up
    ("optimized", "cut, 4 decimals"),  # -0.00009 is cut off to 0.0000
)


@pytest.mark.parametrize(("what", "habit"), HARD)
def test_habits_that_were_taken_for_mistakes_are_not(what, habit):
    for number in range(8):
        rng = random.Random(f"{what} {habit} {number}")
        made = shipped(what) if what in ("descent", "rnn") else random_exercise(rng, what, 2)
        tallies = {habit: Counter[str]()}
        cases = Cases(None)
        sheet = written(made.calculated, skipping(HABITS[habit], rng), rng)
        honest.count(made, sheet, habit, tallies, cases, what)
        assert not cases.counts, cases.smallest


def test_placeholders_are_not_confirmed():
    cases = Cases(None)
    tallies = placeholders.tallied(Namespace(seed=1, networks=6, names="mazur,udacity"), cases)["all"]
    false = sum(tallies[f"false {verdict}"] for verdict in CONFIRMED)
    assert false <= 0.01 * sum(tallies[verdict] for verdict in CONFIRMED), cases.smallest
    assert tallies["exit 0"] <= 0.02 * tallies["sheets"], cases.smallest
    assert any(tallies[verdict] for verdict in ACCUSED)


def test_changed_numbers_are_not_confirmed():
    cases = Cases(None)
    tally = mutations.tallied(Namespace(seed=1, every=400), cases)
    assert sum(found["lines"] for found in tally.values()) > 100
    strict = [found for (figures, part), found in tally.items() if figures == 4 or part == "full"]
    assert not any(found["confirmed"] for found in strict), cases.smallest


def test_a_convention_is_not_taken_where_a_line_that_follows_would_become_a_mistake():
    """E_o1 and E_o2 without the factor 1/2, and E their sum: not the mean over the outputs."""
    made = shipped("mazur")
    doubled = {"E_o1": "0.5496", "E_o2": "0.0471", "E": "0.5967"}
    rows = (
        f"{line.spelled} = {doubled.get(line.spelled, f'{made.truth[line.at]:.4f}')}" for line in made.calculated.lines
    )
    report = judge(made, "\n".join(rows))
    assert {line.name: line.verdict for line in report.written if line.name in doubled} == {
        "E_o1": "slip", "E_o2": "slip", "E": "follows"
    }  # fmt: skip
    assert not report.conventions


def planted(kind: str, each: int, several: int = 0) -> tuple[Counter[str], Cases]:
    """What becomes of so many sheets on which a mistake of a kind was planted."""
    cases = Cases(None)
    return power.counted(Namespace(each=each, seed="in a test", several=several, skipped=0.0), kind, cases), cases


CLASSICAL = (
    "transposed", "no-bias", "net-for-out", "no-activation", "no-half", "one-output", "sign", "no-slope",
    "gradient-without-input", "ascent", "no-rate", "doubled", "factor-ten", "updated-weights", "stale",
)  # fmt: skip


@pytest.mark.parametrize("slip", CLASSICAL)
def test_a_slip_is_found_where_it_was_made_and_named(slip):
    tally, cases = planted(f"slip: {slip}", 6)
    assert tally["sheets"] == 6 and tally["first"] >= 5 and tally["named"] >= 5, cases.smallest
    assert not tally["accused"], cases.smallest


MISSED_BEFORE = (
    "minus-lost", "wrong-row", "no-brackets", "power-of-ten", "wrong-target", "n-minus-1", "change-times-weight",
    "no-scale", "no-penalty", "no-velocity", "wrong-beta", "targets-swapped", "rate-in-gradient",
)  # fmt: skip


@pytest.mark.parametrize("slip", MISSED_BEFORE)
def test_each_of_these_is_named_too(slip):
    tally, cases = planted(f"slip: {slip}", 2)
    assert (tally["sheets"], tally["first"], tally["named"]) == (2, 2, 2), cases.smallest


def test_the_first_of_several_mistakes_on_a_sheet_is_flagged_first():
    tally, cases = planted("slip: no-half", 4, several=3)
    assert (tally["sheets"], tally["first"]) == (4, 4), cases.smallest


TANH = """
inputs: {x1: -0.3, x2: 0.5, x3: 0.9, x4: -0.2}
targets: {o1: 0.1}
layers:
  - units: [h1, h2, h3, h4]
    activation: tanh
    weights: [[0.8, 0.3, -0.28, 0.4], [0.33, 0.77, 0.15, 0.7], [-0.49, -0.2, 0.7, -0.2], [-0.40, 0.30, 0.08, 0.74]]
    bias: [0.1, -0.5, -0.85, 0.05]
  - {units: [o1], activation: tanh, weights: [[0.9, 0.57, 0.40, -0.8]], bias: [0.9]}
loss: mean_squared_error
learning_rate: 0.25
"""


def test_a_method_shows_in_new_weights_alone_though_each_of_them_is_undecided():
    """Hidden deltas from updated weights move the new weights by a few units of the fourth decimal."""
    made, rng = from_text(TANH), random.Random(1)
    sheet = power.spoiled(made, Habit(), rng, [plant(made, "updated-weights", rng)])
    updates = "".join(f"{row}\n" for row in sheet.text.splitlines() if "+" in row)
    report = judge(made, updates)
    assert report.first_mistake.name == "w_x1_h1+" and report.first_mistake.slips == ("updated-weights",)
    accepting = Checker(made.example, ways=Ways(accept=frozenset({"updated-weights"})))
    assert not accepting.check(read_sheet(updates, "sheet.txt")).has_mistakes


def test_a_method_by_which_an_exercise_cannot_be_done_is_no_cause_and_no_failure():
    """An updated weight may be one by which is divided."""

    class Impossible:
        def rough(self, step):
            raise ComputationError("division by zero", Name("+", of=Name("", "w5")))

    causes = Causes(Variant(load("mazur")), 1, {"updated-weights": Impossible()})
    assert not causes.values(CommonSlip("updated-weights"))
    w5 = Name("+", of=Name("", "w5"))
    assert causes.common({}, {w5: read_sheet("w5+: 0.3611", "sheet").entries[0].readings[0]}, {}) == NO_CAUSE
