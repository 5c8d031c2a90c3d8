"""Samples held out: looked at and not learned from; overfitting is said."""

from __future__ import annotations

import pytest
from training import XOR, xor

from backprop_trace.files.source import SourceError
from backprop_trace.files.spec import read_example
from backprop_trace.run.train.session import Plan, Session, overfitting


def test_samples_held_out_are_looked_at_and_not_learned_from() -> None:
    held_out = "\nvalidation: [{inputs: [0.5, 0.5], targets: [1]}]".replace("[0.5, 0.5]", "{x1: 0.5, x2: 0.5}")
    with_, without = Session(xor("learning_rate: 0.5" + held_out), Plan(100)), Session(
        xor("learning_rate: 0.5"), Plan(100)
    )  # fmt: skip
    reports, others = list(with_.reports()), list(without.reports())
    assert [report.loss for report in reports] == [other.loss for other in others]
    assert all(report.validation is not None for report in reports)


def test_overfitting_is_said() -> None:
    assert "epoch 20" in overfitting([(0, 1.0, 1.0), (20, 0.5, 0.6), (40, 0.2, 0.9)])
    assert not overfitting([(0, 1.0, 1.0), (20, 0.5, 0.6), (40, 0.2, 0.5)])


def test_samples_held_out_may_stand_in_columns() -> None:
    columns = "validation: {inputs: {x1: [0.5, 1], x2: [0, 0.5]}, targets: {o1: [1, 0]}}"
    rows = "validation: [{inputs: {x1: 0.5, x2: 0}, targets: {o1: 1}}, {inputs: {x1: 1, x2: 0.5}, targets: {o1: 0}}]"
    one, other = (read_example(f"{XOR}learning_rate: 0.1\n{text}\n") for text in (columns, rows))
    assert one.held_out == other.held_out
    assert one.held_out.samples == 2


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ("{inputs: {x1: [0, 1], x2: [0]}, targets: {o1: [1, 0]}}", "1 numbers here, 2 in the columns before"),
        ("{inputs: {x1: [0, 1], z: [0, 1]}, targets: {o1: [1, 0]}}", "columns with the names x1, x2"),
        ("{inputs: {x1: [0, 1], x2: [0, 1]}}", "lacks the key 'targets'"),
        ("{inputs: {x1: [0, 1], x2: [0, 1]}, targets: [1, 0]}", "columns with the names o1"),
        ("{inputs: {x1: ~, x2: 1}, targets: {o1: 1}}", "a number for every input and output"),
        ("[{inputs: {x1: ~, x2: 1}, targets: {o1: 1}}]", "a number for every input and output"),
        ("{inputs: {x1: [a, 1], x2: [0, 1]}, targets: {o1: [1, 0]}}", "not a number"),
        ("[]", "must be a list"),
    ],
)
def test_samples_held_out_that_cannot_be_are_refused(columns: str, message: str) -> None:
    with pytest.raises(SourceError) as wrong:
        read_example(f"{XOR}learning_rate: 0.1\nvalidation: {columns}\n")
    assert message in str(wrong.value)
    assert str(wrong.value).count("error:") == 1
