"""Mini-batches: every sample once an epoch, in an order that never changes."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from conftest import Program
from training import XOR, xor

from backprop_trace.files.spec import load
from backprop_trace.model.batches import Batching
from backprop_trace.run.step import trace


@pytest.mark.parametrize("seed", [None, 0, 7, 123456789])
@pytest.mark.parametrize("size", [1, 2, 3, 5, 7])
def test_every_sample_is_seen_once_in_every_epoch(seed: int | None, size: int) -> None:
    plan = Batching(size, seed)
    steps = plan.steps_per_epoch(7)
    for epoch in range(3):
        seen = [sample for k in range(steps) for sample in plan.samples_at(epoch * steps + k + 1, 7)]
        assert sorted(map(int, filter(None, seen))) == [1, 2, 3, 4, 5, 6, 7]


def test_the_order_of_a_seed_never_changes() -> None:
    """Numbers of random.Random((7 << 64) + epoch).random(), shuffled as Fisher and Yates do, worked out by hand."""

    generator = random.Random((7 << 64) + 1)
    order = [1, 2, 3, 4, 5]
    for place in (4, 3, 2, 1):
        other = int(generator.random() * (place + 1))
        order[place], order[other] = order[other], order[place]
    plan = Batching(1, seed=7)
    assert [plan.samples_at(5 + k, 5) for k in range(1, 6)] == [(sample,) for sample in order]


def test_a_step_of_a_mini_batch_has_only_its_samples() -> None:
    step = trace(xor("learning_rate: 0.1\nbatch_size: 3\nshuffle: 7"), step=4)
    samples = {name.sample for name in step.by_name if name.sample is not None}
    assert samples == set(Batching(3, 7).samples_at(4, 4))
    assert len(samples) == 1  # the rest of the second epoch


def test_show_at_shows_the_step_that_train_makes(folder: Path, run: Program) -> None:
    (folder / "xor.yaml").write_text(XOR + "learning_rate: 0.5")
    options = ["--batch-size", "3", "--shuffle", "--seed", "11"]
    assert run("train", "xor.yaml", "--epochs", "5", *options, "--save", "after.yaml")[0] == 0
    saved = load("after.yaml")
    assert run("show", "xor.yaml", "--at", "11", *options, "-f", "json")[0] == 0
    example = load("xor.yaml").with_training(batching=Batching(3, 11))
    eleventh = trace(example, step=11)
    for name in example.rule.trained:
        assert float(saved.values[name]) == eleventh.values[name]


def test_mini_batches_of_another_size_begin_anew(folder: Path, run: Program) -> None:
    (folder / "net.yaml").write_text(f"{XOR}learning_rate: 0.1\nbatch_size: 3\nshuffle: 4\nsteps_done: 10\n")
    assert run("train", "net.yaml", "--epochs", "1", "--batch-size", "1", "--save", "saved.yaml")[0] == 0
    assert load("saved.yaml").training.batching == Batching(1, 4, 4)
