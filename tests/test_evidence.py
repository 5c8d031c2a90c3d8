"""The tools that the checker is measured with (tests/benchmarks/evidence) find what they are to find."""

from __future__ import annotations

import random
from argparse import Namespace
from contextlib import suppress
from decimal import Decimal, DecimalException

import pytest
from evidence import equations
from evidence.calculation import Own, correctly_rounded, tells, worked
from evidence.judged import SHIPPED, Cases, judge, random_exercise, shipped
from evidence.mistakes import plant
from evidence.networks import KINDS as NETWORKS
from evidence.power import KINDS, first_of, somewhere, spoiled
from evidence.writers import HABITS, Habit, written

from backprop_trace.run.step import trace


def test_the_reader_of_equations_finds_a_false_one():
    true, false = (equations.Read("bent", ("a", "b * c", numbers, value)) for numbers, value in PRODUCTS)
    assert not equations.holds(true, frozenset(), cut=False)
    assert equations.holds(false, frozenset(), cut=False)


def test_every_equation_of_reports_on_planted_mistakes_is_true_and_ends_in_the_written_number():
    cases = Cases(None)
    tally = equations.tallied(Namespace(sheets=40, seed=2), cases)
    assert tally["bent"] > 30
    assert tally["bent unread"] + tally["should unread"] <= 0.05 * (tally["bent"] + tally["should"])
    assert not {label for label in tally if label.endswith(("false", "elsewhere"))}


PRODUCTS = (("0.5 * 0.25", "0.125"), ("0.5000 * 0.2500", "0.1300"))


def test_a_number_tells_something_if_it_has_a_digit_where_the_truth_has_one():
    assert tells("0.4", Decimal("0.38")) and not tells("0.00", Decimal("0.0044")) and tells("0", Decimal(0))
    assert correctly_rounded("0.38", Decimal("0.3775")) and not correctly_rounded("0.37", Decimal("0.3775"))


@pytest.mark.parametrize("name", SHIPPED)
def test_what_is_worked_out_with_decimals_is_what_the_program_computes(name):
    made = shipped(name)
    values = trace(made.example).values
    assert all(abs(float(made.truth[line.at]) - values[line.name]) < 1e-9 for line in made.calculated.lines)


@pytest.mark.parametrize("kind", NETWORKS)
def test_a_full_sheet_with_six_decimals_shows_what_follows_from_its_own_lines(kind):
    made = random_exercise(random.Random(kind), kind)
    sheet = written(made.calculated, HABITS["6 decimals"], random.Random(1))
    own = Own(made.calculated, {wrote.line.at: wrote.text for wrote in sheet.wrote})
    assert all(abs(own.follows(wrote.line.at) - Decimal(wrote.text)) < Decimal("1e-6") for wrote in sheet.wrote)


@pytest.mark.parametrize("kind", KINDS)
def test_every_mistake_can_be_planted_and_seen(kind):
    for number in range(60):
        rng = random.Random(f"{kind} {number}")
        made = somewhere(kind, rng)
        planted = plant(made, kind, rng, KINDS)
        with suppress(DecimalException):  # a mistake may end in the logarithm of a negative number
            if planted is not None and first_of(made, spoiled(made, Habit(), rng, [planted]), [planted]) is not None:
                return
    pytest.fail("never seen")


def test_true_values_are_worked_out_of_the_listing_alone():
    made = shipped("one-weight")
    assert worked(made.calculated)[made.calculated[0].at] == 0


def test_two_lines_of_a_kind_one_of_which_leads_back_to_the_other_are_judged():
    report = judge(shipped("convolution"), "E_o1 = 0.58\nE = 0.53\ndE/dk1 = -0.31\ndE/dk2 = -0.67\n")
    assert report.has_mistakes
